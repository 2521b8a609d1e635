"""What Eurostat may answer wrongly: each refused by name in one line, with nothing kept of it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import double
from asylum_report.errors import PublisherError
from asylum_report.live import eurostat_table
from asylum_report.live.eurostat_datasets import DATASETS
from asylum_report.live.model import Wanted
from double import Double
from double.eurostat import Service
from double.eurostat_tables import Table
from test_live_eurostat import QUARTERLY, Played

CODE = "MIGR_ASYDCFSTQ"


@pytest.fixture(scope="module")
def server() -> Iterator[Double]:
    with Double() as running:
        yield running


@pytest.fixture
def played(server: Double) -> Played:
    return Played(server, CODE)


def refused(played: Played, *parts: str, dataset: str = QUARTERLY) -> str:
    """Return the one line in which a dataset is refused."""
    with pytest.raises(PublisherError) as caught:
        played.fetch(dataset)
    line = str(caught.value)
    assert caught.value.exit_code == 3
    assert "\n" not in line
    assert len(line) < 500
    for part in (dataset, *parts):
        assert part in line, line
    return line


def lines(change: Callable[[list[list[str]]], None]) -> Callable[[str], str]:
    """Return a change of the table in an SDMX-CSV answer, given as rows of cells."""

    def changed(text: str) -> str:
        rows = [line.split(",") for line in text.split("\r\n") if line]
        change(rows)
        return "".join(",".join(row) + "\r\n" for row in rows)

    return changed


def cell(column: str, value: str, line: int = 5) -> Callable[[str], str]:
    """Put a value into one cell."""

    def put(rows: list[list[str]]) -> None:
        rows[line - 1][rows[0].index(column)] = value

    return lines(put)


def head(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


def without(column: str) -> Callable[[str], str]:
    def drop(rows: list[list[str]]) -> None:
        at = rows[0].index(column)
        for row in rows:
            del row[at]

    return lines(drop)


def more(column: str) -> Callable[[str], str]:
    def add(rows: list[list[str]]) -> None:
        for row in rows:
            row.append("x")
        rows[0][-1] = column

    return lines(add)


def repeated(rows: list[list[str]]) -> None:
    rows.append(list(rows[4]))


def header_only(rows: list[list[str]]) -> None:
    del rows[1:]


def longer(rows: list[list[str]]) -> None:
    rows[4].append("x")


def shorter(rows: list[list[str]]) -> None:
    rows[4].pop()


ANSWERS = {
    "not a number": (cell("OBS_VALUE", "12x"), "a count is no number: '12x'", "line 5"),
    "words": (cell("OBS_VALUE", "<b>many</b>"), "a count is no number: '<b>many</b>'"),
    "infinite": (cell("OBS_VALUE", "inf"), "a count is no number: 'inf'"),
    "exponent": (cell("OBS_VALUE", "1e3"), "a count is no number: '1e3'"),
    "negative": (cell("OBS_VALUE", "-5"), "a count is negative: '-5'", "line 5, column OBS_VALUE"),
    "fraction": (cell("OBS_VALUE", "4.5"), "a count is not a whole number: '4.5'"),
    "huge": (cell("OBS_VALUE", "1000000000"), "a count is too large to be one: '1000000000'"),
    "endless": (cell("OBS_VALUE", "9" * 400), "a count is no number"),
    "unit": (cell("unit", "THS_PER"), "it does not count persons: unit 'THS_PER'", "line 5"),
    "frequency": (cell("freq", "M"), "it is not quarterly: frequency 'M'", "line 5"),
    "period": (cell("TIME_PERIOD", "2026-07"), "no quarterly period: '2026-07'"),
    "no such quarter": (cell("TIME_PERIOD", "2026-Q5"), "no quarterly period: '2026-Q5'"),
    "decision": (cell("decision", "POS_NEW"), "an unknown code 'POS_NEW'", "column decision"),
    "sex": (cell("sex", "X"), "an unknown code 'X'", "line 5, column sex"),
    "age": (cell("age", "Y18-30"), "an unknown code 'Y18-30'", "column age"),
    "country": (cell("geo", "XX"), "an unknown country code 'XX'", "line 5, column geo"),
    "flag": (cell("OBS_FLAG", "bq"), "an unknown flag 'bq'", "line 5, column OBS_FLAG"),
    "secrecy": (cell("CONF_STATUS", "Z"), "an unknown secrecy 'Z'", "column CONF_STATUS"),
    "identity": (
        cell("DATAFLOW", "ESTAT:MIGR_RESFIRST(1.0)"),
        "it is another dataset than MIGR_ASYDCFSTQ: 'ESTAT:MIGR_RESFIRST(1.0)'",
    ),
    "no identity": (cell("DATAFLOW", ""), "it is another dataset than"),
    "old copy": (cell("LAST UPDATE", "01/02/20 11:00:00", 2), "it is a copy of 2020-02-01"),
    "duplicate": (lines(repeated), "the same figure comes twice: RUS, BEL, NEG, M, TOTAL, 2026-Q1"),
    "renamed": (
        head("decision", "outcome"),
        "'decision' is missing, and 'outcome' is there, which is not known",
    ),
    "missing dimension": (without("age"), "dimension or column 'age' is missing"),
    "missing period": (without("TIME_PERIOD"), "dimension or column 'TIME_PERIOD' is missing"),
    "missing value": (without("OBS_VALUE"), "dimension or column 'OBS_VALUE' is missing"),
    "extra column": (more("min_stat"), "an unknown dimension or column 'min_stat'"),
    "column twice": (more("sex"), "a column comes twice: 'sex'"),
    "header only": (lines(header_only), "it has no row on Russian citizens"),
    "longer line": (lines(longer), "a line is cut short or too long", "line 5"),
    "shorter line": (lines(shorter), "a line is cut short or too long", "line 5"),
    "open quotation": (cell("geo", '"DE'), "it is no table"),
    "blank": (lambda _: " \r\n", "it is empty"),
    "prose": (lambda _: "Service is busy.\nPlease wait.\n", "is missing"),
    "json": (lambda _: '{"warning": {"status": 413}}\n', "is missing"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers(played: Played, name: str) -> None:
    change, *parts = ANSWERS[name]
    played.eurostat.services[CODE].change = change
    line = refused(played, *parts)
    assert line.endswith("the last vintage stays in use")


def test_not_utf8(played: Played) -> None:
    played.server.fault("/data/", double.rewrite(lambda _: gzip.compress(b"freq,\xff\xfe")))
    refused(played, "it is not UTF-8")


TABLES: dict[str, tuple[Callable[[Table], object], str]] = {
    "renamed dimension": (
        lambda one: one.rename_dimension("decision", "outcome"),
        "Eurostat's dimension 'decision' is missing, and 'outcome' is there, which is not known",
    ),
    "unit gone": (
        lambda one: one.rename_code("unit", "PER", "NR"),
        "Eurostat no longer has 'PER' in its dimension 'unit'",
    ),
    "other frequency": (
        lambda one: one.rename_code("freq", "Q", "M"),
        "Eurostat no longer has 'Q' in its dimension 'freq'",
    ),
    "citizenship gone": (
        lambda one: one.drop(citizen="RU"),
        "Eurostat no longer has 'RU' in its dimension 'citizen'",
    ),
    "unknown code": (lambda one: one.rename_code("decision", "NEG", "NEG_NEW"), "'NEG_NEW'"),
    "new code": (
        lambda one: one.add_code("decision", "POS_OTH", like="POS_HUM"),
        "an unknown code 'POS_OTH'",
    ),
    "empty": (Table.empty, "Eurostat"),
    "clock": (
        lambda one: one.touch("2026-11-24T11:00:00+0100"),
        "last update 2026-11-24 lies after today, 2026-11-22",
    ),
    "no date": (lambda one: one.touch("yesterday"), "no date of the last update: 'yesterday'"),
    "another dataset": (
        lambda one: setattr(one, "identity", "MIGR_RESFIRST"),
        "it is another dataset than MIGR_ASYDCFSTQ: 'ESTAT:MIGR_RESFIRST(1.0)'",
    ),
    "other periods": (
        lambda one: setattr(one, "newest", "2026-09"),
        "gives no first and newest period of it: '2026-09'",
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables(played: Played, name: str) -> None:
    change, part = TABLES[name]
    change(played.eurostat.tables[CODE])
    refused(played, part)


def test_one_day_ahead_is_a_time_zone(played: Played) -> None:
    played.eurostat.tables[CODE].touch("2026-11-23T00:30:00+0100")
    assert played.fetch(QUARTERLY).vintage == "2026-11-23"


def test_a_new_dimension_is_named(played: Played) -> None:
    table = played.eurostat.tables[CODE]
    table.dimensions.insert(3, "min_stat")
    table.rows["min_stat"] = "TOTAL"
    table.labels["min_stat"] = {"TOTAL": "Total"}
    refused(played, "Eurostat's dimension 'min_stat' is not known")


def test_empty_answer_to_known_codes(played: Played) -> None:
    played.eurostat.services[CODE].change = lambda text: text.split("\r\n")[0] + "\r\n"
    refused(played, "it has no row on Russian citizens")


def test_dataset_gone(played: Played) -> None:
    played.eurostat.remove(CODE)
    refused(played, "Eurostat no longer has this dataset under MIGR_ASYDCFSTQ")


def test_both_codes_gone(server: Double) -> None:
    played = Played(server, "MIGR_EIRTN", since="2025")
    played.eurostat.remove("MIGR_EIRTN")
    refused(played, "under MIGR_EIRTN or MIGR_EIRTN1", dataset="migr_eirtn")


def test_an_alias_of_another_frequency(server: Double) -> None:
    played = Played(server, "MIGR_EIRTN", "MIGR_ASYPENCTZM", since="2025")
    played.eurostat.remove("MIGR_EIRTN")
    played.eurostat.move("MIGR_ASYPENCTZM", "MIGR_EIRTN1")
    refused(played, "no longer has 'A' in its dimension 'freq'", dataset="migr_eirtn")


FAULT = ("150", "INVALID_QUERY_DIMENSION_VALUE:\n  <b>not</b> allowed: UNIT=PER.")


def test_soap_fault_with_status_200(played: Played) -> None:
    played.eurostat.services[CODE].fault = FAULT
    refused(
        played,
        "Eurostat answers: INVALID_QUERY_DIMENSION_VALUE: <b>not</b> allowed: UNIT=PER. (code 150)",
    )


def test_soap_fault_with_status_400(played: Played) -> None:
    from double.eurostat import fault_xml

    fault = double.status(400, body=fault_xml("140", "INVALID_QUERY_NB_FILTERS: wrong number"))
    played.server.fault("/data/", fault)
    refused(played, "Eurostat answers: INVALID_QUERY_NB_FILTERS: wrong number (code 140)")


def test_fault_without_words(played: Played) -> None:
    played.eurostat.services[CODE].fault = ("", "")
    refused(played, "Eurostat answers: no reason given")


def test_xml_that_says_nothing(played: Played) -> None:
    played.server.fault("/data/", double.replace(b"<x/>", {"Content-Type": "text/xml"}))
    refused(played, "Eurostat answers with status 200 and no figures")


def test_xml_bomb(played: Played) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    played.server.fault("/data/", double.replace(bomb, {"Content-Type": "text/xml"}))
    refused(played, "declares a document type or entities")


@pytest.mark.parametrize("announced", [200, 413])
def test_the_queue_never_ends(played: Played, announced: int) -> None:
    played.eurostat.services[CODE] = Service(polls=-1, announced=announced)
    refused(played, "Eurostat has not prepared the figures in time")
    assert 5 < len(played.server.requests) < 40
    assert played.clock.now <= 100


@pytest.mark.parametrize(
    ("ends", "part"),
    [
        ("EXPIRED", "no longer has the figures it prepared: EXPIRED"),
        ("UNKNOWN_REQUEST", "no longer has the figures it prepared: UNKNOWN_REQUEST"),
        ("WEDGED", "queue has an unknown status 'WEDGED'"),
        ("", "queue has an unknown status ''"),
    ],
)
def test_the_queue_ends_badly(played: Played, ends: str, part: str) -> None:
    played.eurostat.services[CODE] = Service(polls=1, ends=ends)
    refused(played, part)


def test_the_queue_says_available_and_gives_its_status_for_ever(played: Played) -> None:
    from double.eurostat import KEY, _status

    played.eurostat.services[CODE] = Service(polls=0)
    status = _status(KEY.format("migr-asydcfstq"), "AVAILABLE")
    played.server.fault("/async/data/", double.replace(status, {"Content-Type": "text/xml"}))
    refused(played, "Eurostat has not prepared the figures in time")
    assert len(played.server.requests) < 60


def test_a_key_that_would_lead_elsewhere(played: Played) -> None:
    played.eurostat.services[CODE] = Service(polls=1)
    change = double.rewrite(lambda body: body.replace(b"synthetic-", b"../../../"))
    played.server.fault("/data/", change)
    refused(played, "without a usable key")
    assert not played.asked("/async/")


def test_too_big_even_for_one_period(played: Played) -> None:
    played.eurostat.services[CODE].most_periods = 0
    refused(played, "EXTRACTION_TOO_BIG", "max authorised is 5000000")


def test_gzip_cut_short(played: Played) -> None:
    played.server.fault("/data/", double.rewrite(lambda body: body[: len(body) // 2]))
    refused(played, "gzip cut off before its end")


def test_gzip_damaged(played: Played) -> None:
    change = double.rewrite(lambda body: body[:200] + bytes(200) + body[400:])
    played.server.fault("/data/", change)
    refused(played, "what arrived is damaged gzip")


def test_web_page_with_status_200(played: Played) -> None:
    page = double.replace(b"<!DOCTYPE html><html>Sorry</html>", {"Content-Type": "text/html"})
    played.server.fault("/data/", page)
    with pytest.raises(PublisherError, match=r"Eurostat .*web page"):
        played.fetch(QUARTERLY)


def test_web_page_inside_gzip(played: Played) -> None:
    page = gzip.compress(b"<!DOCTYPE html><html>Sorry</html>")
    played.server.fault("/data/", double.replace(page))
    refused(played, "a web page arrived")


def test_wrong_content_type(played: Played) -> None:
    played.server.fault("/data/", double.replace(b"%PDF", {"Content-Type": "application/pdf"}))
    with pytest.raises(PublisherError, match=r"Eurostat .*application/pdf"):
        played.fetch(QUARTERLY)


def test_a_bad_answer_is_not_kept(server: Double, tmp_path: object) -> None:
    played = Played(server, CODE, keep=tmp_path)
    played.eurostat.services[CODE].change = cell("OBS_VALUE", "12x")
    refused(played, "12x")
    played.eurostat.services[CODE].change = str
    server.requests.clear()
    played.fetch(QUARTERLY)
    (asked,) = played.asked("/data/")
    assert "if-none-match" not in asked.headers


def test_a_service_that_does_not_filter(played: Played) -> None:
    plain = played.fetch(QUARTERLY).table
    table = played.eurostat.tables[CODE]
    more_ = table.rows[(table.rows["sex"] == "M") & (table.rows["citizen"] == "RU")]
    text = "".join(
        f"ESTAT:{CODE}(1.0),18/11/26 11:00:00,Q,PER,{citizen},{sex},TOTAL,NEG,{geo},2026-Q1,5,,\r\n"
        for citizen, sex, geo in (("AF", "T", "DE"), ("RU", "F", "DE"), ("RU", "T", "EA20"))
    )
    assert len(more_)
    played.eurostat.services[CODE].change = lambda answer: answer + text
    assert played.fetch(QUARTERLY).table.equals(plain)


def test_a_missing_country_and_a_partial_period_are_for_others_to_judge(played: Played) -> None:
    table = played.eurostat.tables[CODE]
    table.drop(geo="DE").partial(0.5)
    found = played.fetch(QUARTERLY, Wanted("2026-11-22")).table
    assert "DEU" not in set(found["destination"])
    newest = found[found["period"] == "2026-Q3"]
    assert newest["destination"].nunique() == 16


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_arrives_is_a_table_or_one_line(data: st.DataObject) -> None:
    """Synthetic answers in which some bytes were changed, dropped or put in."""
    answer = bytearray(data.draw(st.sampled_from(SYNTHETIC_ANSWERS)).encode())
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(answer)))
        end = at + data.draw(st.integers(0, 3))
        answer[at:end] = data.draw(st.binary(max_size=3) | st.sampled_from(ODD))
    line = ""
    table = None
    try:
        frame = eurostat_table.read(bytes(answer), "synthetic")
        table = eurostat_table.raw(frame, DATASETS["migr_eiord"], "MIGR_EIORD", "synthetic")
    except PublisherError as error:
        line = str(error)
    assert "\n" not in line
    if table is not None:
        assert list(table) == ["origin", "destination", "period", "count", "flag"]
        assert table["count"].fillna(0).between(0, 10**9 - 1).all()
    else:
        assert line.startswith("Eurostat's answer is not usable: ")


ODD = (b"\r\n", b"\t", b",", b'"', b"\x00", b"\xef\xbb\xbf", b"\r", b"\xe2\x80\xa8")
SYNTHETIC_ANSWERS = (
    "DATAFLOW,LAST UPDATE,freq,unit,citizen,sex,age,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\r\n"
    "ESTAT:MIGR_EIORD(1.0),18/11/26 11:00:00,A,PER,RU,T,TOTAL,DE,2024,15,bp\r\n"
    "ESTAT:MIGR_EIORD(1.0),18/11/26 11:00:00,A,PER,TOTAL,T,TOTAL,DE,2024,1500,\r\n",
    "freq,unit,citizen,sex,age,geo\\TIME_PERIOD\t2023 \t2024 \r\n"
    "A,PER,RU,T,TOTAL,DE\t10 \t15 bp\r\n"
    "A,PER,TOTAL,T,TOTAL,DE\t: \t: c\r\n",
)
