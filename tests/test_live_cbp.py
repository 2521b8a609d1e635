"""CBP's page and file: the newest file found, joined to earlier months, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asylum_report import store
from asylum_report.errors import PublisherError
from asylum_report.live import cbp, cbp_page
from asylum_report.live.client import Client, Limits
from asylum_report.live.model import Candidate, Wanted
from double import Double, status
from double.cbp import NEWSROOM, PAGE, CbpDouble

TODAY = "2026-02-10"
QUICK = Limits(connect=5, read=25, deadline=50, attempts=1, pause=0.01)
PLACE = "/sites/default/files/"


@pytest.fixture(scope="module")
def server() -> Iterator[Double]:
    with Double() as double:
        yield double


@pytest.fixture
def known() -> store.Vintage:
    return store.latest(cbp.DATASET)


def fetch(
    server: Double,
    service: CbpDouble,
    known: store.Vintage | None = None,
    path: str = PAGE,
    today: str = TODAY,
    since: int | None = None,
    **client: Any,
) -> Candidate:
    service.install(server)
    server.requests.clear()
    with Client("CBP", f"{server.url}/cbp{path}", QUICK, **client) as one:
        found = cbp.SOURCE.fetch(cbp.DATASET, one, Wanted(today, since), known)
    assert isinstance(found, Candidate)
    return found


def encounters(table: pd.DataFrame, month: str) -> int:
    return int(table.loc[table["month"] == month, "count"].sum())


def test_newest_file_and_earlier_months_are_the_embedded_vintage(
    server: Double, known: store.Vintage
) -> None:
    found = fetch(server, CbpDouble(), known)
    assert found.table.equals(known.read())
    assert [seen.path.rsplit("/", 1)[-1] for seen in server.requests] == [
        "nationwide-encounters",
        "nationwide-encounters-fy23-fy26-nov-state.csv",
    ]
    assert found.vintage == "2026-01-16"
    assert found.newest == "2025-11"
    assert found.meta["updated"] == "2026-01-16T15:04:05+00:00"
    assert found.meta["service_code"] == "nationwide-encounters-fy23-fy26-nov-state.csv"
    assert found.meta["retrieved"] == (
        "CBP's file by state nationwide-encounters-fy23-fy26-nov-state.csv, summed over states; "
        "months before 2022-10 from the vintage of 2026-01"
    )
    for key in ("publisher", "title", "licence", "attribution", "url", "definition", "columns"):
        assert found.meta[key] == known.meta[key]


def test_without_a_vintage_the_file_alone(server: Double, known: store.Vintage) -> None:
    found = fetch(server, CbpDouble())
    old = known.read()
    old = old[old["month"] >= "2022-10"].reset_index(drop=True)
    assert found.table.equals(old)
    assert found.meta["definition"].startswith("October 2022 to November 2025. ")
    assert "vintage" not in found.meta["retrieved"]


def test_a_month_in_both_is_the_newer_files(server: Double, known: store.Vintage) -> None:
    service = CbpDouble()
    before = next(row for row in service.rows if service._in(row, "2023-05"))["Encounter Count"]
    service.change("2023-05", int(before) + 1000)
    found = fetch(server, service, known).table
    old = known.read()
    assert encounters(found, "2023-05") == encounters(old, "2023-05") + 1000
    assert encounters(found, "2022-09") == encounters(old, "2022-09")


def test_a_new_month_under_a_new_name(server: Double, known: store.Vintage) -> None:
    service = CbpDouble(folder="2026-02", modified="Tue, 03 Feb 2026 00:00:00 GMT")
    assert service.add_month() == "2025-12"
    found = fetch(server, service, known)
    assert encounters(found.table, "2025-12") == encounters(found.table, "2025-11") > 0
    assert found.table.loc[found.table["month"] == "2025-12", "fiscal_year"].unique() == [2026]
    assert found.meta["definition"].startswith("October 2019 to December 2025. ")
    assert found.vintage == "2026-02-03"


def test_months_before_since_are_taken_over(server: Double, known: store.Vintage) -> None:
    service = CbpDouble()
    service.change("2024-03", 5_000)
    service.change("2025-03", 5_000)
    found = fetch(server, service, known, since=2025)
    old = known.read()
    assert encounters(found.table, "2024-03") == encounters(old, "2024-03")
    assert encounters(found.table, "2025-03") > 5_000
    assert found.meta["retrieved"].endswith("months before 2025-01 from the vintage of 2026-01")


def test_the_address_may_be_the_files_or_the_newsrooms(
    server: Double, known: store.Vintage
) -> None:
    service = CbpDouble()
    direct = fetch(server, service, known, path=service.path)
    assert len(server.requests) == 1
    assert direct.table.equals(known.read())
    by_newsroom = fetch(server, service, known, path=NEWSROOM)
    assert len(server.requests) == 3
    assert by_newsroom.table.equals(known.read())
    service.folder, service.file_name = "2026-01", "synthetic_name.csv"
    assert fetch(server, service, known, path=service.path).table.equals(known.read())


def test_absolute_links_on_the_same_host(server: Double, known: store.Vintage) -> None:
    service = CbpDouble()
    service.host = server.url
    assert fetch(server, service, known).table.equals(known.read())


@pytest.mark.parametrize(
    ("modified", "vintage"),
    [
        ("Fri, 16 Jan 2026 15:04:05 GMT", "2026-01-16"),
        ("", TODAY),
        ("yesterday", TODAY),
        ("Fri, 16 Jan 2099 15:04:05 GMT", TODAY),  # a wrong clock
        ("Wed, 10 Dec 2025 15:04:05 GMT", TODAY),  # before the last vintage, 2026-01
        ("Fri, 16 Jan 2026 23:30:00 -0500", "2026-01-17"),
    ],
)
def test_vintage_is_the_files_date_if_it_can_be(
    server: Double, known: store.Vintage, modified: str, vintage: str
) -> None:
    assert fetch(server, CbpDouble(modified=modified), known).vintage == vintage


def test_the_file_is_asked_for_only_if_changed(
    server: Double, known: store.Vintage, tmp_path: Path
) -> None:
    service = CbpDouble()
    first = fetch(server, service, known, keep=tmp_path)
    again = fetch(server, service, known, keep=tmp_path)
    assert all("if-none-match" in seen.headers for seen in server.requests)
    assert again.table.equals(first.table)
    assert again.vintage == first.vintage
    offline = fetch(server, service, known, keep=tmp_path, offline=True)
    assert server.requests == []
    assert offline.table.equals(first.table)


def test_words_of_other_columns_do_not_matter(server: Double, known: store.Vintage) -> None:
    service = CbpDouble()
    service.rename_column("State", "State or Area of Responsibility")
    service.rows = [row | {"Month Grouping": "<b>x</b>"} for row in service.rows]
    assert fetch(server, service, known).table.equals(known.read())


def without_file(service: CbpDouble) -> None:
    service.links = [
        f"/cbp{PLACE}2026-01/nationwide-encounters-fy23-fy26-nov-aor.csv",
        f"/cbp{PAGE}",
    ]


def elsewhere(service: CbpDouble) -> None:
    service.host = "https://example.org"


Alter = Callable[[CbpDouble], Any]
PAGES: dict[str, tuple[Alter, str]] = {
    "no file by state": (without_file, r"links to no file of encounters by state \(.*--address"),
    "another host": (elsewhere, r"no file .* but one on another host, example\.org \("),
    "empty page": (lambda s: setattr(s, "page_html", ""), r"CBP answered nothing"),
    "cut page": (lambda s: setattr(s, "page_html", "<html><a hre"), r"links to no file"),
    "broken links": (
        lambda s: setattr(s, "page_html", "<html><a href='http://['>a</a><a href>b</a>"),
        r"links to no file",
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_without_the_file(server: Double, name: str) -> None:
    alter, message = PAGES[name]
    service = CbpDouble()
    alter(service)
    with pytest.raises(PublisherError, match=message) as caught:
        fetch(server, service)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3


def header_only(service: CbpDouble) -> None:
    service.body = service.csv().splitlines(keepends=True)[0]


def cut_short(service: CbpDouble) -> None:
    service.body = service.csv()[:-30]


def body(content: bytes) -> Alter:
    return lambda service: setattr(service, "body", content)


def change(count: object, column: str = "Encounter Count") -> Alter:
    return lambda service: service.change("2024-03", count, column)


def column_twice(service: CbpDouble) -> None:
    service.header[3] = "State"


def fewer_months_than_promised(service: CbpDouble) -> None:
    service.drop_month("2025-11")


FILES: dict[str, tuple[Alter, str]] = {
    "negative": (change(-5), r"a count is negative: '-5' \(.*, line \d+, column Encounter Count"),
    "no number": (change("many"), r"a count is no number: 'many'"),
    "not a number": (change("nan"), r"a count is no number: 'nan'"),
    "fraction": (change("1.5"), r"a count is not a whole number: '1.5'"),
    "huge": (change(10**12), r"a count is too large to be one: '1000000000000'"),
    "empty count": (change(""), r"a count is no number: ''"),
    "unknown region": (
        change("Moon", "Land Border Region"),
        r"an unknown code: 'Moon' \(.*, line \d+, column Land Border Region",
    ),
    "unknown demographic": (change("Pets", "Demographic"), r"an unknown code: 'Pets'"),
    "unknown title": (change("Title 9", "Title of Authority"), r"an unknown code: 'Title 9'"),
    "unknown month": (change("XXX", "Month (abbv)"), r"an unknown code: 'XXX'"),
    "no fiscal year": (change("FY24", "Fiscal Year"), r"no fiscal year: 'FY24'"),
    "fiscal year nought": (change("0000", "Fiscal Year"), r"no fiscal year: '0000'"),
    "a cell that steers terminals": (
        change("\x1b[2J" + "x" * 10_000, "Demographic"),
        r"an unknown code: '\?\[2Jx{50,200}\.\.\. \(",
    ),
    "renamed column": (
        lambda s: s.rename_column("Citizenship", "Nationality"),
        r"a column is missing \(.*state\.csv, column Citizenship\)",
    ),
    "no column of states": (
        lambda s: s.rename_column("State", "Sector"),
        r"a column is missing .*column State",
    ),
    "column twice": (column_twice, r"a column comes twice: 'State'"),
    "row twice": (lambda s: s.repeat_row(), r"a duplicate key: .*RUSSIA"),
    "no Russia": (lambda s: s.drop_citizenship(), r"no row of RUSSIA"),
    "Russia renamed": (
        lambda s: s.rename_citizenship("RUSSIA", "RUSSIAN FEDERATION", "2025-10"),
        r"an unknown code: 'RUSSIAN FEDERATION'",
    ),
    "month missing": (lambda s: s.drop_month("2024-03"), r"no row in 2024-03"),
    "Russia's month missing": (
        lambda s: s.drop_month("2024-03", "RUSSIA"),
        r"no row of RUSSIA in 2024-03",
    ),
    "older than its name": (
        fewer_months_than_promised,
        r"its name promises months up to 2025-11, its newest is 2025-10",
    ),
    "header only": (header_only, r"a header and no rows"),
    "no text": (body(b"\xff\xfe\x00x"), r"cannot be read as a table"),
    "blank": (body(b"\r\n\r\n"), r"it is empty"),
    "cut short": (cut_short, r"a line has \d fields, the header 9"),
    "quote not closed": (body(b'a,b\r\n"1,2\r\n'), r"cannot be read as a table"),
    "another file": (body(b"a,b\r\n1,2\r\n"), r"a column is missing .*column Fiscal Year"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_refused_in_one_line(server: Double, name: str, tmp_path: Path) -> None:
    alter, message = FILES[name]
    service = CbpDouble()
    alter(service)
    with pytest.raises(PublisherError, match=message) as caught:
        fetch(server, service, keep=tmp_path)
    line = str(caught.value)
    assert line.startswith("CBP's file is not to be trusted: ")
    assert line.endswith("the last vintage stays in use")
    assert "/nationwide-encounters-fy23-fy26-nov-state.csv" in line
    assert "\n" not in line
    assert caught.value.exit_code == 3
    assert len(list(tmp_path.rglob("*.answer"))) == 1  # the page; the file is not kept


@pytest.mark.parametrize("place", [PAGE, "-state.csv"])
def test_programs_turned_away(server: Double, tmp_path: Path, place: str) -> None:
    server.fault(place, status(403, body=b"<html>Access Denied</html>"))
    try:
        with pytest.raises(PublisherError, match=r"turns programs away: HTTP 403 .*in a browser"):
            fetch(server, CbpDouble(), keep=tmp_path)
    finally:
        server.mend()
    assert len(list(tmp_path.rglob("*.answer"))) == (place != PAGE)  # the page, if it came


def test_a_month_that_is_yet_to_come(server: Double) -> None:
    with pytest.raises(PublisherError, match="newest month is 2025-11, which is yet to come"):
        fetch(server, CbpDouble(), today="2025-10-31")


def test_a_web_page_in_place_of_the_file(server: Double) -> None:
    service = CbpDouble()
    service.content_type = "text/html"
    with pytest.raises(PublisherError, match="a web page instead of data"):
        fetch(server, service)
    service.content_type, service.body = "text/csv", b"<!DOCTYPE html><html>moved</html>"
    with pytest.raises(PublisherError, match="a web page instead of data"):
        fetch(server, service)


@pytest.mark.parametrize(
    ("name", "newest", "copy"),
    [
        ("2026-01/nationwide-encounters-fy23-fy26-nov-state.csv", "2025-11", 0),
        ("2025-11/nationwide-encounters-fy22-fy25-state.csv", "2025-09", 0),
        ("assets/documents/2023-Nov/nationwide-encounters-fy20-fy23-state.csv", "2023-09", 0),
        ("2026-07/Nationwide-Encounters-FY23-FY26-Jun-State.CSV", "2026-06", 0),
        ("2026-07/nationwide-encounters-fy23-fy26-june-state_1.csv", "2026-06", 1),
        ("2027-01/nationwide-encounters-fy2024-fy2027-dec-state.csv?VersionId=x", "2026-12", 0),
        ("2026-07/nationwide%2Dencounters-fy23-fy26-jun-state.csv", "2026-06", 0),
    ],
)
def test_what_a_name_promises(name: str, newest: str, copy: int) -> None:
    found = cbp_page.file(f"https://www.cbp.gov{PLACE}{name}")
    assert found is not None
    assert (found.newest, found.copy) == (newest, copy)


@pytest.mark.parametrize(
    "name",
    [
        "2026-01/nationwide-encounters-fy23-fy26-nov-aor.csv",
        "2026-01/nationwide-drugs-fy23-fy26-nov.csv",
        "2026-01/nationwide-encounters-fy23-fy26-xyz-state.csv",
        "2026-01/nationwide-encounters-fy23-fy26-nov-state.pdf",
        "2026-01/",
    ],
)
def test_other_files(name: str) -> None:
    assert cbp_page.file(f"https://www.cbp.gov{PLACE}{name}") is None


ADDRESSES = [
    f"https://www.cbp.gov{PLACE}{name}"
    for name in (
        "assets/documents/2023-Nov/nationwide-encounters-fy20-fy23-state.csv",
        "2025-11/nationwide-encounters-fy22-fy25-state.csv",
        "2025-11/nationwide-encounters-fy23-fy26-oct-state.csv",
        "2025-12/nationwide-encounters-fy23-fy26-nov-state.csv",
        "2026-01/nationwide-encounters-fy23-fy26-nov-state.csv",
        "2026-01/nationwide-encounters-fy23-fy26-nov-state_1.csv",
        "2026-02/nationwide-encounters-fy23-fy26-jan-state.csv",
        "2026-10/nationwide-encounters-fy23-fy26-state.csv",
    )
]


@given(st.sets(st.sampled_from(ADDRESSES), min_size=1), st.randoms())
def test_the_newest_of_any_files_in_any_order(chosen: set[str], random: Any) -> None:
    shuffled = sorted(chosen)
    random.shuffle(shuffled)
    found = cbp_page.newest(shuffled)
    assert found is not None
    assert found.address == max(chosen, key=ADDRESSES.index)


@given(st.text(max_size=200))
def test_any_page_gives_addresses_of_the_web(page: str) -> None:
    found = cbp_page.links(f'<a href="/a.csv">a</a>{page}', "https://www.cbp.gov/x")
    assert found[0] == "https://www.cbp.gov/a.csv"
    assert all(one.startswith(("http://", "https://")) for one in found)


def test_only_the_same_host_counts() -> None:
    found = ["https://www.cbp.gov/a", "http://www.cbp.gov/b", "https://cbp.gov/c", "https://x.org"]
    assert cbp_page.same_host(found, "https://www.cbp.gov/page") == ["https://www.cbp.gov/a"]
