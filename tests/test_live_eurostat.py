"""Eurostat's live service as it works: every dataset, both vocabularies, both layouts, the queue.

Figures are those of the double: embedded real ones where there are any, else synthetic.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asylum_report import sidecars, store
from asylum_report.live import eurostat_data, eurostat_table
from asylum_report.live.client import Client, Limits
from asylum_report.live.eurostat import SOURCE
from asylum_report.live.eurostat_datasets import DATASETS
from asylum_report.live.model import Candidate, Unchanged, Wanted
from double import Double, Seen
from double.eurostat import EurostatDouble, Service

WANTED = Wanted("2026-11-22")
QUARTERLY = "migr_asydcfstq"


class Clock:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.pauses.append(seconds)


class Played:
    """Eurostat played by a double, and a client that asks it."""

    def __init__(self, server: Double, *codes: str, since: str = "2026", keep: Any = None) -> None:
        self.server = server
        server.requests.clear()
        server.mend()
        self.eurostat = EurostatDouble(codes or None, since=since)
        self.eurostat.install(server)
        self.clock = Clock()
        self.client = Client(
            "Eurostat",
            f"{server.url}/eurostat",
            Limits(connect=2, read=2, deadline=100, attempts=2, pause=0.01),
            clock=lambda: self.clock.now,
            sleep=self.clock.sleep,
            keep=keep,
        )

    def fetch(
        self, dataset: str, wanted: Wanted = WANTED, known: store.Vintage | None = None
    ) -> Candidate:
        found = SOURCE.fetch(dataset, self.client, wanted, known)
        assert isinstance(found, Candidate)
        return found

    def asked(self, part: str) -> list[Seen]:
        return self.server.asked(part)


@pytest.fixture(scope="module")
def server() -> Iterator[Double]:
    with Double() as double:
        yield double


@pytest.fixture
def quarterly(server: Double) -> Played:
    return Played(server, "MIGR_ASYDCFSTQ")


def written(found: Candidate, folder: Path) -> store.Vintage:
    meta = {**found.meta, "dataset": found.dataset, "vintage": found.vintage}
    return store.write(found.table, meta, folder)


NEWEST = {"A": "2025", "Q": "2026-Q3", "M": "2026-09"}


@pytest.mark.parametrize("dataset", SOURCE.datasets)
def test_every_dataset(server: Double, dataset: str) -> None:
    played = Played(server, dataset.upper(), since="2025")
    found = played.fetch(dataset)
    declared = DATASETS[dataset]
    assert (found.dataset, found.vintage) == (dataset, "2026-11-18")
    assert found.newest == NEWEST[declared.frequency] == found.table["period"].max()
    assert list(found.table) == list(declared.columns) == list(found.meta["columns"])
    assert set(found.table["origin"]) == {"RUS", "TOTAL"}
    assert found.table["destination"].nunique() == 32
    assert found.table["count"].dtype == "Int64"
    if "sex" in found.table:
        assert set(found.table["sex"]) == {"T", "M"}
        assert set(found.table["age"]) == {"TOTAL", "Y18-34"}
    assert set(sidecars.GIVEN) - set(found.meta) == {"dataset", "vintage"}
    expected = {
        "route": "live",
        "updated": "2026-11-18T11:00:00+0100",
        "doi": f"10.2908/{dataset.upper()}",
        "service_code": dataset.upper(),
    }
    assert expected.items() <= found.meta.items()
    assert len(played.asked("/data/")) == 1


def test_embedded_figures_come_back_as_they_were(server: Double) -> None:
    found = Played(server, "MIGR_EIORD", since="2008").fetch("migr_eiord")
    real = next(v for v in store.vintages(dataset="migr_eiord") if v.date == "2018-03").read()
    known = real[real["count"].notna() | (real["flag"] != "")]
    mine = found.table[found.table["origin"] == "RUS"]
    mine = mine[mine["period"].isin(list(real["period"]))]
    keys = ["destination", "period"]
    assert mine.sort_values(keys, ignore_index=True).equals(
        known.sort_values(keys, ignore_index=True)[list(mine)]
    )
    assert len(mine) == 157


def test_code_lists_name_what_the_table_uses(quarterly: Played) -> None:
    assert quarterly.fetch(QUARTERLY).meta["code_lists"] == {
        "age": {"TOTAL": "Total", "Y18-34": "From 18 to 34 years"},
        "decision": {
            "NEG": "Rejected",
            "POS": "Total positive decisions",
            "POS_HUM": "Humanitarian status",
            "POS_RFG": "Geneva Convention status",
            "POS_SPROT": "Subsidiary protection status",
            "TOTAL": "Total",
        },
        "sex": {"M": "Males", "T": "Total"},
        "unit": {"PER": "Person"},
    }


def test_one_question_names_every_code_in_the_order_of_positions(server: Double) -> None:
    played = Played(server, "MIGR_ASYDCFSTQ")
    played.eurostat.scattered = True
    played.fetch(QUARTERLY)
    (asked,) = played.asked("/data/")
    assert asked.path.endswith("/data/MIGR_ASYDCFSTQ/Q.PER.RU+TOTAL.T+M.TOTAL+Y18-34..")
    assert asked.query == {"format": ["SDMX-CSV"], "compressed": ["true"]}


@pytest.mark.parametrize(
    "dataset", ["migr_asyappctzm", "migr_asyappctza", "migr_asydcfstq", "migr_asywitfstq"]
)
def test_old_and_new_vocabulary_give_the_same(server: Double, dataset: str) -> None:
    played = Played(server, dataset.upper(), since="2025")
    new = played.fetch(dataset)
    played.eurostat.tables[dataset.upper()].old_vocabulary()
    old = played.fetch(dataset)
    assert old.table.equals(new.table)
    assert old.meta["code_lists"].keys() == new.meta["code_lists"].keys()
    for column, words in new.meta["code_lists"].items():
        assert old.meta["code_lists"][column] == words


def crlf_to_lf(text: str) -> str:
    return text.replace("\r\n", "\n")


def bom(text: str) -> str:
    return "\ufeff" + text


def shuffled(text: str) -> str:
    rows = [line.split(",") for line in text.split("\r\n") if line]
    order = sorted(range(len(rows[0])), key=lambda at: rows[0][at][::-1])
    return "".join(",".join(row[at] for at in order) + "\r\n" for row in rows)


def newer_names(text: str) -> str:
    """The layout with STRUCTURE columns instead of DATAFLOW."""
    head, rest = text.split("\r\n", 1)
    head = head.replace("DATAFLOW", "STRUCTURE_ID")
    rows = "".join(f"dataflow,{line}\r\n" for line in rest.split("\r\n") if line)
    return f"STRUCTURE,{head}\r\n{rows}"


def whole_floats(text: str) -> str:
    """Counts written as 5.0."""
    lines = text.split("\r\n")
    at = lines[0].split(",").index("OBS_VALUE")
    rows = [line.split(",") for line in lines[1:] if line]
    for row in rows:
        row[at] = f"{row[at]}.0" if row[at] else ""
    return "\r\n".join([lines[0], *(",".join(row) for row in rows), ""])


@pytest.mark.parametrize("change", [crlf_to_lf, bom, shuffled, newer_names, whole_floats])
def test_the_same_table_however_it_is_written(
    quarterly: Played, change: Callable[[str], str]
) -> None:
    plain = quarterly.fetch(QUARTERLY).table
    quarterly.eurostat.services["MIGR_ASYDCFSTQ"].change = change
    assert quarterly.fetch(QUARTERLY).table.equals(plain)
    assert len(quarterly.asked("/data/")) == 2


def test_flags(quarterly: Played) -> None:
    table = quarterly.eurostat.tables["MIGR_ASYDCFSTQ"]
    cell = {"citizen": "RU", "sex": "T", "age": "TOTAL", "decision": "POS", "period": "2026-Q1"}
    table.put(4155, "bp", geo="DE", **cell)
    table.put("", "c", geo="FR", **cell)
    table.put("", "", geo="AT", **cell)
    table.put(":", "e", geo="EL", **cell)
    found = quarterly.fetch(QUARTERLY).table
    mine = found[
        (found["origin"] == "RUS")
        & (found["sex"] == "T")
        & (found["age"] == "TOTAL")
        & (found["decision"] == "POS")
        & (found["period"] == "2026-Q1")
        & found["destination"].isin(["DEU", "FRA", "AUT", "GRC"])
    ]
    assert mine[["destination", "count", "flag"]].fillna(-1).values.tolist() == [
        ["DEU", 4155, "bp"],
        ["FRA", -1, "c"],
        ["GRC", -1, "e"],
    ]


TSV = (
    "freq,unit,citizen,sex,age,decision,geo\\TIME_PERIOD\t2026-Q1 \t2026-Q2 {end}"
    "Q,PER,RU,T,TOTAL,POS,EL\t35 \t4155 bp{end}"
    "Q,PER,RU,T,TOTAL,TOTAL_POS,UK\t: \t: @C{end}"
    "Q,PER,RU,T,TOTAL,NEG,EU27_2020\t0 \t5 d{end}"
    "Q,PER,AF,T,TOTAL,NEG,EU27_2020\t0 \t5 d{end}"
)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_bulk_layout(end: str) -> None:
    declared = DATASETS[QUARTERLY]
    frame = eurostat_table.read(TSV.format(end=end).encode(), QUARTERLY)
    table = eurostat_table.raw(frame, declared, "MIGR_ASYDCFSTQ", QUARTERLY)
    assert table.fillna(-1).values.tolist() == [
        ["RUS", "EU27", "NEG", "T", "TOTAL", "2026-Q1", 0, ""],
        ["RUS", "EU27", "NEG", "T", "TOTAL", "2026-Q2", 5, "d"],
        ["RUS", "GBR", "POS", "T", "TOTAL", "2026-Q2", -1, "c"],
        ["RUS", "GRC", "POS", "T", "TOTAL", "2026-Q1", 35, ""],
        ["RUS", "GRC", "POS", "T", "TOTAL", "2026-Q2", 4155, "bp"],
    ]


def test_tsv_and_csv_of_the_service_agree(quarterly: Played) -> None:
    from double.eurostat import _csv, _tsv

    one = quarterly.eurostat.tables["MIGR_ASYDCFSTQ"]
    one.put(45, "bp", geo="DE", decision="NEG", citizen="RU", sex="M", age="TOTAL")
    one.put("", "c", geo="FR", decision="NEG", citizen="RU", sex="M", age="TOTAL")
    tables = [
        eurostat_table.raw(
            eurostat_table.read(write(one, one.rows).encode(), "x"),
            DATASETS[QUARTERLY],
            one.code,
            "x",
        )
        for write in (_csv, _tsv)
    ]
    assert tables[0].equals(tables[1])
    assert len(tables[0]) == 2 * 6 * 4 * 32 * 3


def test_unchanged_asks_for_no_figure(quarterly: Played, tmp_path: Path) -> None:
    known = written(quarterly.fetch(QUARTERLY), tmp_path)
    quarterly.server.requests.clear()
    again = SOURCE.fetch(QUARTERLY, quarterly.client, WANTED, known)
    assert again == Unchanged(QUARTERLY, "2026-11-18")
    assert [seen.path.split("/")[4] for seen in quarterly.server.requests] == ["dataflow"]
    quarterly.eurostat.tables["MIGR_ASYDCFSTQ"].touch("2026-11-19T11:00:00+0100")
    assert quarterly.fetch(QUARTERLY, known=known).vintage == "2026-11-19"


def test_an_embedded_copy_is_never_taken_for_the_same(quarterly: Played, tmp_path: Path) -> None:
    found = quarterly.fetch(QUARTERLY)
    meta = {name: value for name, value in found.meta.items() if name != "route"}
    known = written(Candidate(found.dataset, found.vintage, found.table, meta), tmp_path)
    assert quarterly.fetch(QUARTERLY, known=known).table.equals(found.table)


def test_since_takes_earlier_periods_over(server: Double, tmp_path: Path) -> None:
    played = Played(server, "MIGR_ASYDCFSTQ", since="2025")
    first = played.fetch(QUARTERLY)
    known = written(first, tmp_path)
    table = played.eurostat.tables["MIGR_ASYDCFSTQ"].touch("2026-11-20T11:00:00+0100")
    table.put(7770, geo="DE", decision="NEG")
    server.requests.clear()
    found = played.fetch(QUARTERLY, Wanted("2026-11-22", since=2026), known)
    (asked,) = played.asked("/data/")
    assert asked.query["startPeriod"] == ["2026-Q1"]
    assert found.meta["since"] == 2026
    assert "periods before 2026 taken over from vintage 2026-11-18" in found.meta["retrieved"]
    old, new = (one["period"].str[:4] == "2025" for one in (first.table, found.table))
    assert found.table[new].reset_index(drop=True).equals(first.table[old].reset_index(drop=True))
    german = found.table[(found.table["destination"] == "DEU") & (found.table["decision"] == "NEG")]
    assert set(german.loc[german["period"] >= "2026", "count"]) == {7770}
    assert (german.loc[german["period"] < "2026", "count"] != 7770).all()
    later = written(found, tmp_path)
    for since, kind in ((2026, Unchanged), (2027, Unchanged), (2025, Candidate), (None, Candidate)):
        again = SOURCE.fetch(QUARTERLY, played.client, Wanted("2026-11-22", since), later)
        assert isinstance(again, kind), since


def test_since_asks_for_everything_without_a_fetched_vintage(quarterly: Played) -> None:
    found = quarterly.fetch(QUARTERLY, Wanted("2026-11-22", since=2026))
    (asked,) = quarterly.asked("/data/")
    assert "startPeriod" not in asked.query
    assert "since" not in found.meta


def test_the_next_code_is_tried(server: Double) -> None:
    played = Played(server, "MIGR_EIORD", since="2024")
    played.eurostat.move("MIGR_EIORD", "MIGR_EIORD1")
    found = played.fetch("migr_eiord")
    assert (found.dataset, found.meta["service_code"]) == ("migr_eiord", "MIGR_EIORD1")
    assert found.meta["attribution"] == "Eurostat, migr_eiord1"


@pytest.mark.parametrize("announced", [200, 413])
def test_the_queue_is_waited_for_with_growing_pauses(quarterly: Played, announced: int) -> None:
    plain = quarterly.fetch(QUARTERLY).table
    quarterly.eurostat.services["MIGR_ASYDCFSTQ"] = Service(polls=4, announced=announced)
    assert quarterly.fetch(QUARTERLY).table.equals(plain)
    pauses = quarterly.clock.pauses
    assert len(pauses) >= 4
    assert pauses == sorted(pauses)
    assert pauses[0] == 2.0
    assert pauses[-1] > pauses[0]


@pytest.mark.parametrize("most", [1, 2])
def test_too_big_is_asked_in_parts(quarterly: Played, most: int) -> None:
    plain = quarterly.fetch(QUARTERLY).table
    quarterly.eurostat.services["MIGR_ASYDCFSTQ"].most_periods = most
    quarterly.server.requests.clear()
    assert quarterly.fetch(QUARTERLY).table.equals(plain)
    spans = [
        (seen.query["startPeriod"][0], seen.query["endPeriod"][0])
        for seen in quarterly.asked("/data/")
        if "startPeriod" in seen.query
    ]
    assert spans[0] == ("2026-Q1", "2026-Q1")
    assert spans[-1][1] == "2026-Q3"


def test_kept_answers_are_asked_about_only(server: Double, tmp_path: Path) -> None:
    played = Played(server, "MIGR_ASYDCFSTQ", keep=tmp_path)
    plain = played.fetch(QUARTERLY).table
    server.requests.clear()
    assert played.fetch(QUARTERLY).table.equals(plain)
    assert all("if-none-match" in seen.headers for seen in server.requests)


def test_titles_are_one_short_line(quarterly: Played) -> None:
    title = '<script>alert("x")</script>\n' + "long " * 200
    quarterly.eurostat.tables["MIGR_ASYDCFSTQ"].title = title
    found = str(quarterly.fetch(QUARTERLY).meta["title"])
    assert "\n" not in found
    assert len(found) < 260


@given(st.integers(1990, 2030), st.integers(0, 80), st.sampled_from([1, 4, 12]))
def test_periods_are_every_one_once(year: int, more: int, per: int) -> None:
    form = {1: "{}", 4: "{}-Q{}", 12: "{}-{:02}"}[per]
    last = year * per + more
    found = eurostat_data.periods(form.format(year, 1), form.format(last // per, last % per + 1))
    assert len(found) == more + 1
    assert found == sorted(set(found))


def test_periods() -> None:
    assert eurostat_data.periods("2025-Q3", "2026-Q1") == ["2025-Q3", "2025-Q4", "2026-Q1"]
    assert eurostat_data.periods("2025-12", "2026-01") == ["2025-12", "2026-01"]
    assert eurostat_data.periods("2025", "2025") == ["2025"]


VALUES = st.sampled_from(["", "0", "5", "4155", "999999999"])
FLAGS = st.sampled_from(["", "b", "bp", "dep", "c"])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(VALUES, FLAGS), min_size=1, max_size=6), st.booleans())
def test_a_cell_comes_back_from_either_layout(cells: list[tuple[str, str]], crlf: bool) -> None:
    end = "\r\n" if crlf else "\n"
    every = eurostat_data.periods("2020", str(2019 + len(cells)))
    head = "freq,unit,citizen,sex,age,geo"
    wide = head + "\\TIME_PERIOD" + "".join(f"\t{period} " for period in every) + end
    wide += "A,PER,RU,T,TOTAL,DE" + "".join(f"\t{value or ':'} {flag}" for value, flag in cells)
    long = f"{head},TIME_PERIOD,OBS_VALUE,OBS_FLAG{end}"
    for period, (value, flag) in zip(every, cells, strict=True):
        long += f"A,PER,RU,T,TOTAL,DE,{period},{value},{flag}{end}"
    expected = [
        [period, int(value) if value else -1, flag]
        for period, (value, flag) in zip(every, cells, strict=True)
        if value or flag
    ]
    for text in (wide + end, long):
        frame = eurostat_table.read(text.encode(), "synthetic")
        table = eurostat_table.raw(frame, DATASETS["migr_eiord"], "MIGR_EIORD", "synthetic")
        got: pd.DataFrame = table[["period", "count", "flag"]].fillna(-1)
        assert got.values.tolist() == expected


@pytest.mark.parametrize("citizen", ["RU", "TOTAL"])
def test_synthetic_figures_close(server: Double, citizen: str) -> None:
    """What the double makes up adds up as Eurostat's figures do, within rounding."""
    rows = Played(server, "MIGR_ASYDCFSTQ").eurostat.tables["MIGR_ASYDCFSTQ"].rows
    rows = rows[rows["citizen"] == citizen].assign(count=rows["OBS_VALUE"].astype(int))
    key = ["sex", "age", "geo", "TIME_PERIOD"]
    wide = rows.pivot(index=key, columns="decision", values="count")
    assert len(wide) == 4 * 32 * 3
    assert (wide % 5 == 0).all(axis=None)
    assert (wide["POS"] + wide["NEG"] - wide["TOTAL"]).abs().max() <= 6
    parts = wide["POS_RFG"] + wide["POS_SPROT"] + wide["POS_HUM"]
    assert (parts - wide["POS"]).abs().max() <= 8
    total = wide["TOTAL"].unstack("geo")
    assert (total.drop(columns="EU27_2020").sum(axis=1) >= total["EU27_2020"]).all()
    assert wide["TOTAL"].min() > 0


def test_the_double_filters_for_real(quarterly: Played) -> None:
    def lines(path: str, **params: str) -> list[str]:
        query = {"format": "TSV", "compressed": "true", **params}
        answer = quarterly.client.get(f"sdmx/2.1/data/{path}", query)
        return gzip.decompress(answer.content).decode().split("\r\n")[:-1]

    whole = lines("MIGR_ASYDCFSTQ")
    assert whole[0] == (
        "freq,unit,citizen,sex,age,decision,geo\\TIME_PERIOD\t2026-Q1 \t2026-Q2 \t2026-Q3 "
    )
    assert len(whole) == 1 + 2 * 6 * 4 * 32
    some = lines("MIGR_ASYDCFSTQ/Q.PER.RU.T.TOTAL.POS+NEG.DE", startPeriod="2026-Q2")
    assert [line.split("\t")[0] for line in some] == [
        "freq,unit,citizen,sex,age,decision,geo\\TIME_PERIOD",
        "Q,PER,RU,T,TOTAL,NEG,DE",
        "Q,PER,RU,T,TOTAL,POS,DE",
    ]
    assert {len(line.split("\t")) for line in some} == {3}
