"""UNHCR's live service: what is asked, what comes of it, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asylum_report import store
from asylum_report.errors import PublisherError
from asylum_report.live import unhcr, unhcr_pages
from asylum_report.live.client import Client, Limits
from asylum_report.live.model import Candidate, Wanted
from double import Double
from double.unhcr import UnhcrDouble

DECISIONS = "unhcr-asylum-decisions"
APPLICATIONS = "unhcr-asylum-applications"
POPULATION = "unhcr-population"
TODAY = "2026-11-22"
QUICK = Limits(connect=5, read=25, deadline=50, attempts=1, pause=0.01)


@pytest.fixture(scope="module")
def server() -> Iterator[Double]:
    with Double() as double:
        yield double


def fetch(
    server: Double,
    service: UnhcrDouble,
    dataset: str = DECISIONS,
    limit: int = 700,
    since: int | None = None,
    known: store.Vintage | None = None,
    keep: Path | None = None,
    offline: bool = False,
) -> Candidate:
    address = service.install(server)
    server.requests.clear()
    source = unhcr.Unhcr(limit=limit)
    with Client("UNHCR", address, QUICK, keep=keep, offline=offline) as client:
        found = source.fetch(dataset, client, Wanted(TODAY, since), known)
    assert isinstance(found, Candidate)
    return found


def embedded(dataset: str, *origins: str) -> pd.DataFrame:
    table = store.latest(dataset).read()
    return table[table["origin"].isin(origins)].reset_index(drop=True)


def some() -> UnhcrDouble:
    """Make a service of three origins: quick, and several pages of each answer."""
    return UnhcrDouble(origins=("RUS", "SYR", "TIB"))


def test_the_whole_service_gives_the_embedded_vintage(server: Double) -> None:
    found = fetch(server, UnhcrDouble(), limit=10_000)
    assert found.table.equals(store.latest(DECISIONS).read())
    assert len(server.requests) == 1 + 9


@pytest.mark.parametrize("dataset", [DECISIONS, APPLICATIONS])
def test_russia_whole_and_others_from_2008_on(server: Double, dataset: str) -> None:
    found = fetch(server, some(), dataset)
    assert found.table.equals(embedded(dataset, "RUS", "SYR", "TIB"))
    assert found.dataset == dataset
    assert found.vintage == TODAY
    asked = [{name: values[0] for name, values in seen.query.items()} for seen in server.requests]
    years = {"coa_all": "true", "cf_type": "ISO", "limit": "700"}
    assert asked[0] == years | {
        "coo": "RUS",
        "yearFrom": "2000",
        "yearTo": "2007",
        "page": "1",
    }
    last = asked[-1]
    pages = int(last["page"])
    assert pages > 2
    assert last == years | {
        "coo_all": "true",
        "yearFrom": "2008",
        "yearTo": "2026",
        "page": str(pages),
    }
    assert [one["page"] for one in asked[-pages:]] == [str(n) for n in range(1, pages + 1)]


def test_level_na_is_a_code(server: Double) -> None:
    table = fetch(server, some()).table
    assert int((table["level"] == "NA").sum()) == int(
        (embedded(DECISIONS, "RUS", "SYR", "TIB")["level"] == "NA").sum()
    )
    assert (table["level"] == "NA").any()


def test_stocks_and_a_count_not_collected(server: Double) -> None:
    service = some()
    found = fetch(server, service, POPULATION)
    assert found.table.equals(store.latest(POPULATION).read())
    germany = {"coa_iso": "DEU", "year": 2023}
    service.change("population", germany, refugees="-", asylum_seekers=None)
    table = fetch(server, service, POPULATION).table
    row = table[(table["destination"] == "DEU") & (table["year"] == 2023)]
    assert row[["refugees", "asylum_seekers"]].isna().to_numpy().tolist() == [[True, True]]


def test_the_sidecar_says_where_it_came_from(server: Double) -> None:
    found = fetch(server, some(), APPLICATIONS)
    last = store.latest(APPLICATIONS).meta
    for key in ("publisher", "title", "licence", "licence_url", "attribution", "url", "columns"):
        assert found.meta[key] == last[key]
    assert found.meta["definition"] == last["definition"]
    assert found.meta["retrieved"] == "UNHCR Refugee Statistics service (api.unhcr.org)"
    assert found.meta["route"] == "live"
    assert found.meta["service_code"] == "asylum-applications"


def test_a_new_year_is_in_the_definition(server: Double) -> None:
    service = some()
    service.add_year(2026)
    found = fetch(server, service)
    assert found.table["year"].max() == 2026
    assert found.meta["definition"].startswith("Russia 2000 to 2026;")


def test_years_before_since_are_taken_over(server: Double) -> None:
    service = some()
    service.change("asylum-decisions", RUSSIA | {"year": 2010, "dec_level": "NA"}, dec_total=7)
    service.change("asylum-decisions", RUSSIA, dec_rejected=77)
    known = store.latest(DECISIONS)
    found = fetch(server, service, since=2022, known=known)
    assert {seen.first("yearFrom") for seen in server.requests} == {"2022"}
    assert {seen.first("coo_all") for seen in server.requests} == {"true"}
    old = known.read()
    assert found.table[found.table["year"] < 2022].equals(
        old[old["year"] < 2022].set_axis(found.table.index[found.table["year"] < 2022])
    )
    new = found.table[found.table["year"] >= 2022]
    assert set(new["origin"]) == {"RUS", "SYR"}  # no Tibetans in these years
    assert 77 in new["rejected"].tolist()
    assert found.meta["retrieved"] == (
        "UNHCR Refugee Statistics service (api.unhcr.org), years from 2022 on; earlier ones from "
        "the vintage of 2026-06-25"
    )


def test_since_asks_for_russia_before_2008_too(server: Double) -> None:
    found = fetch(server, some(), since=2005, known=store.latest(DECISIONS))
    spans = {(seen.first("coo"), seen.first("yearFrom")) for seen in server.requests}
    assert spans == {("RUS", "2005"), ("", "2008")}
    assert found.table.equals(
        embedded(DECISIONS, "RUS", "SYR", "TIB")
    )  # earlier years of Russia from the vintage


def test_without_a_vintage_everything_is_asked_for(server: Double) -> None:
    found = fetch(server, some(), since=2022)
    assert found.table["year"].min() == 2000
    assert "earlier" not in found.meta["retrieved"]


def test_names_do_not_matter(server: Double) -> None:
    service = some()
    service.label("<script>alert(1)</script>")
    found = fetch(server, service)
    assert found.table.equals(embedded(DECISIONS, "RUS", "SYR", "TIB"))


def test_fewer_rows_on_a_page_than_asked_for(server: Double) -> None:
    service = UnhcrDouble(origins=("RUS", "SYR", "TIB"), most=300)
    found = fetch(server, service, limit=10_000)
    assert found.table.equals(embedded(DECISIONS, "RUS", "SYR", "TIB"))


def test_offline_from_kept_answers_with_their_date(server: Double, tmp_path: Path) -> None:
    service = some()
    first = fetch(server, service, POPULATION, keep=tmp_path)
    again = fetch(server, service, POPULATION, keep=tmp_path, offline=True)
    assert server.requests == []
    assert again.table.equals(first.table)
    assert first.vintage == TODAY
    day = json.loads(next(tmp_path.rglob("*.answer")).read_bytes().split(b"\n")[0])["retrieved"]
    assert again.vintage == day[:10]


def test_what_is_not_trusted_is_not_kept(server: Double, tmp_path: Path) -> None:
    service = some()
    service.change("population", {"year": 2023}, refugees="many")
    with pytest.raises(PublisherError, match="no number"):
        fetch(server, service, POPULATION, keep=tmp_path)
    assert list(tmp_path.rglob("*.answer")) == []


RUSSIA = {"coo_iso": "RUS", "coa_iso": "DEU", "year": 2023, "dec_level": "FI"}
Alter = Callable[[UnhcrDouble], Any]


def decisions(**cells: Any) -> Alter:
    return lambda service: service.change("asylum-decisions", RUSSIA, **cells)


def page(**entries: Any) -> Alter:
    return lambda service: service.set_page(**entries)


FAULTS: dict[str, tuple[Alter, str]] = {
    "repeated page": (lambda s: s.repeat_page(3, 2), r"page 3 repeats page 2 .*asylum-decisions"),
    "first page always": (lambda s: s.ignore_page(), r"page 1 came for page 2"),
    "page count grows": (lambda s: s.grow_pages(2), r"change while they are read: \d+ pages, then"),
    "page count shrinks": (lambda s: s.grow_pages(3, by=-1), r"change while they are read: \d+ p"),
    "page count too great": (page(maxPages=2001), r"2001 pages, the first of"),
    "no page count": (lambda s: s.drop_from_page("maxPages"), r"it lacks 'maxPages' .*page 1"),
    "no items": (lambda s: s.drop_from_page("items"), r"it lacks 'items'"),
    "page count no number": (page(maxPages="many"), r"maxPages is 'many'"),
    "page count no integer": (page(maxPages=1.5), r"maxPages is '1.5'"),
    "page count infinite": (page(maxPages=float("inf")), r"maxPages is 'Infinity'"),
    "items no list": (page(items={"a": 1}), r"its items are no list of rows"),
    "items no rows": (page(items=["a"]), r"its items are no list of rows"),
    "empty": (page(items=[], maxPages=0), r"it has no rows"),
    "total contradicts": (page(total={"dec_total": 5}), r"add up to [\d,]+ dec_total and .* is 5"),
    "item count contradicts": (page(total=12), r"its rows add up to [\d,]+ items and .* is 12"),
    "missing key": (
        lambda s: s.rename_key("asylum-decisions", "dec_level", "level"),
        r"item 1 lacks 'dec_level' .*page 1",
    ),
    "unknown level": (decisions(dec_level="XX"), r"an unknown code: 'XX' .*page \d, item \d+, c"),
    "a cell that steers terminals": (
        decisions(dec_level="\x1b[2J" + "x" * 10_000),
        r"an unknown code: '\?\[2Jx{60,90}' \(",
    ),
    "unknown procedure": (decisions(procedure_type="-"), r"an unknown code: '-' .*procedure_type"),
    "unknown unit": (decisions(dec_pc="Q"), r"an unknown code: 'Q' .*column dec_pc"),
    "unknown place": (decisions(coa_iso="ZZZ"), r"an unknown code: 'ZZZ' .*column coa_iso"),
    "summed origins": (decisions(coo_iso="-"), r"an unknown code: '-' .*column coo_iso"),
    "no number": (decisions(dec_total="many"), r"a count is no number: 'many' .*dec_total"),
    "a dash for a count": (decisions(dec_total="-"), r"a count is no number: '-' .*dec_total"),
    "null for a count": (decisions(dec_total=None), r"a count is no number: '' .*dec_total"),
    "true for a count": (decisions(dec_total=True), r"a count is no number: 'True'"),
    "list for a count": (decisions(dec_total=[1]), r"a count is no number: "),
    "not a number": (decisions(dec_total=float("nan")), r"a count is no number: 'NaN'"),
    "negative": (decisions(dec_closed=-1), r"a count is negative: '-1' .*column dec_closed"),
    "huge": (decisions(dec_total=10**15), r"a count is too large to be one: '1000000000000000'"),
    "fraction": (decisions(dec_total=1.5), r"a count is not a whole number: '1.5'"),
    "year not asked for": (
        lambda s: s.ignored.add("yearTo"),
        r"rows of 2008, which was not asked for",
    ),
    "no year": (decisions(year="soon"), r"a count is no number: 'soon' .*column year"),
    "row twice": (
        lambda s: s.add("asylum-decisions", RUSSIA, dec_total=5),
        r"a duplicate key: 2023, RUS, DEU, G, FI, P .*page \d, item \d+",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_refused_in_one_line(server: Double, name: str) -> None:
    alter, message = FAULTS[name]
    service = UnhcrDouble(origins=("RUS", "SYR"))
    alter(service)
    with pytest.raises(PublisherError, match=message) as caught:
        fetch(server, service, limit=400)
    line = str(caught.value)
    assert line.startswith("UNHCR's ")
    assert line.endswith("the last vintage stays in use")
    assert "/unhcr/asylum-decisions/" in line
    assert "\n" not in line
    assert len(line) < 300
    assert caught.value.exit_code == 3


def test_another_origin_than_russia(server: Double) -> None:
    service = some()
    service.add("population", {"year": 2023, "coa_iso": "DEU"}, coo_iso="SYR")
    service.ignored.add("coo")
    with pytest.raises(PublisherError, match="rows of origin SYR in an answer on RUS"):
        fetch(server, service, POPULATION, limit=10_000)


def test_an_unknown_kind_of_application(server: Double) -> None:
    service = some()
    service.change("asylum-applications", {"coo_iso": "RUS", "year": 2023}, app_type="ZZ")
    with pytest.raises(PublisherError, match=r"an unknown code: 'ZZ' .*column app_type"):
        fetch(server, service, APPLICATIONS)


def test_begun_again_once_when_pages_grow(server: Double) -> None:
    service = some()
    service.grow_pages(at=3, times=1)
    found = fetch(server, service)
    assert found.table.equals(embedded(DECISIONS, "RUS", "SYR", "TIB"))
    others = [seen.first("page") for seen in server.requests if seen.first("coo_all")]
    assert others[:3] == ["1", "2", "3"]
    assert others[3:] == [str(number) for number in range(1, len(others) - 2)]


def test_begun_again_once_and_no_more(server: Double) -> None:
    service = some()
    service.grow_pages(at=2)
    with pytest.raises(PublisherError, match="figures change while they are read"):
        fetch(server, service)
    others = [seen.first("page") for seen in server.requests if seen.first("coo_all")]
    assert others in (["1", "2"] * 2, [])  # Russia's own pages may be the ones that grow
    assert len(server.requests) <= 6


def test_sums_that_change_between_pages_mean_other_data(server: Double) -> None:
    service = some()
    left = [1]

    def alter(endpoint: str, number: int, page: dict[str, Any]) -> None:
        if number == 2 and left[0]:
            left[0] -= 1
            page["total"] = {"dec_total": 1}

    service.alter_page(alter)
    found = fetch(server, service)
    assert found.table.equals(embedded(DECISIONS, "RUS", "SYR", "TIB"))


@pytest.mark.parametrize("name", ["asylum-decisions", "population"])
def test_web_page_wrong_type_and_missing_endpoint(server: Double, name: str) -> None:
    service = some()
    dataset = POPULATION if name == "population" else DECISIONS
    service.content_type = "text/html"
    with pytest.raises(PublisherError, match="a web page instead of data"):
        fetch(server, service, dataset)
    service.content_type = "text/csv"
    with pytest.raises(PublisherError, match="answered text/csv instead of application/json"):
        fetch(server, service, dataset)


KEYS = ("year", "refugees")


def answer(years: list[int], number: int, pages: int) -> bytes:
    items = [{"year": year, "refugees": "0", "coo_name": "<b>"} for year in years]
    return json.dumps({"page": number, "maxPages": pages, "total": [], "items": items}).encode()


@given(rows=st.integers(1, 60), limit=st.integers(1, 25))
def test_pages_put_together_are_the_rows(rows: int, limit: int) -> None:
    count = -(-rows // limit)

    def ask(number: int) -> unhcr_pages.Page:
        years = list(range(rows))[(number - 1) * limit : number * limit]
        return unhcr_pages.page(answer(years, number, count), KEYS, "here")

    pages = unhcr_pages.gather(ask, limit, "here")
    together = [year for one in pages for year in one.cells["year"]]
    assert together == [str(year) for year in range(rows)]
    assert list(pages[0].cells) == list(KEYS)


@given(rows=st.integers(2, 60), limit=st.integers(1, 25), lost=st.integers(0, 10**6))
def test_a_row_lost_before_the_last_page_is_noticed(rows: int, limit: int, lost: int) -> None:
    count = -(-rows // limit)
    short = lost % count + 1
    last = rows - (count - 1) * limit

    def ask(number: int) -> unhcr_pages.Page:
        years = list(range(rows))[(number - 1) * limit : number * limit]
        if number == short:
            years = years[1:]
        return unhcr_pages.page(answer(years, number, count), KEYS, "here")

    # A row lost on the last page, or on the first of two where the other is no longer, only the
    # sums can tell.
    if (last == 1 and short == count) or (short < count and (count > 2 or last == limit)):
        with pytest.raises(PublisherError, match="rows"):
            unhcr_pages.gather(ask, limit, "here")


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.text(), st.lists).map(lambda value: json.dumps(value).encode())
)
def test_whatever_comes_is_a_page_or_one_line(content: bytes) -> None:
    with pytest.raises(PublisherError, match="not to be trusted"):
        unhcr_pages.page(content, KEYS, "here")


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"page": ' + b"9" * 10_000 + b"}", b"\xff"])
def test_bombs_of_json(content: bytes) -> None:
    with pytest.raises(PublisherError, match="not to be trusted"):
        unhcr_pages.page(content, KEYS, "here")


def test_stocks_of_every_origin_are_a_dataset_of_their_own(server: Double) -> None:
    service = some()
    service.add("population", {"year": 2023, "coa_iso": "DEU"}, coo_iso="SYR")
    found = fetch(server, service, "unhcr-population-origins", 10_000)
    assert set(found.table["origin"]) == {"RUS", "SYR"}
    assert found.table["year"].min() == 2008
    russia = embedded(POPULATION, "RUS")
    own = found.table[found.table["origin"] == "RUS"].reset_index(drop=True)
    assert own.equals(russia[russia["year"] >= 2008].reset_index(drop=True))
    assert all(seen.first("coo_all") == "true" for seen in server.requests)
