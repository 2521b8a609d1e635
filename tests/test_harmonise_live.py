"""What becomes of vintages from live services: which are taken, what is marked, what gives no rate.

Every figure in this file is synthetic, but for those of the embedded snapshot.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from asylum_report import records, store
from asylum_report.columns import NO_RATE
from asylum_report.corridors import period, rate_rows
from asylum_report.harmonise import eurostat, halves, recipes
from asylum_report.harmonise.recipes import Recipe
from asylum_report.store import Vintage


def vintage(dataset: str, date: str, publisher: str = "Eurostat", **meta: str) -> Vintage:
    return Vintage(publisher, dataset, date, Path("nowhere"), meta)


def applicants(*rows: tuple[str, str, str, int | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["destination", "applicant", "period", "count"])
    frame = frame.assign(origin="RUS", sex="T", age="TOTAL", flag="")
    return frame.astype({"count": "Int64"})


def test_of_live_vintages_the_newest_is_taken_beside_the_extracts() -> None:
    found = [
        vintage("d", "2018-03"),
        vintage("d", "2025-05"),
        vintage("d", "2026-08-18", route="live"),
        vintage("d", "2026-11-18", route="live"),
    ]
    every = Recipe("applications", "d", eurostat.applicants, every=True)
    newest = Recipe("applications", "d", eurostat.applicants)
    assert [one.date for one in recipes.taken(every, found)] == ["2018-03", "2025-05", "2026-11-18"]
    assert [one.date for one in recipes.taken(newest, found)] == ["2026-11-18"]


def test_the_sum_over_reporters_is_as_uncertain_as_its_parts() -> None:
    raw = applicants(
        ("DEU", "FRST", "2026-08", 100),
        ("FRA", "FRST", "2026-08", 50),
        ("ITA", "FRST", "2026-08", None),
        ("EU27", "FRST", "2026-08", 150),
        ("DEU", "SSEQ", "2026-08", 15),
    )
    table = eurostat.monthly_applicants(raw, "migr_asyappctzm", "2026-11-18")
    summed = table[table["destination"] == "EU+"].set_index("kind")
    assert summed["count"].to_dict() == {"first": 150, "repeat": 15}
    assert summed["rounding_base"].to_dict() == {"first": 9, "repeat": 5}
    assert len(table) == 7


def test_all_citizens_together_are_no_origin_of_the_tidy_tables() -> None:
    raw = pd.concat(
        [applicants(("DEU", "FRST", "2026-08", 100)),
         applicants(("DEU", "FRST", "2026-08", 9000)).assign(origin="TOTAL")],
    )  # fmt: skip
    assert list(eurostat.applicants(raw, "migr_asyappctzm", "2026-11-18")["count"]) == [100]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-Q1", ("2026-01-01", "2026-03-31")),
        ("2026-Q4", ("2026-10-01", "2026-12-31")),
        ("2024-02", ("2024-02-01", "2024-02-29")),
        ("2026", ("2026-01-01", "2026-12-31")),
    ],
)
def test_periods_have_their_days(text: str, days: tuple[str, str]) -> None:
    assert eurostat.first_and_last_day(text) == days
    assert period(*days) == text


def decisions(total: int) -> pd.DataFrame:
    rows = [("POS", 40), ("POS_RFG", 30), ("POS_SPROT", 5), ("POS_HUM", 5), ("NEG", 60),
            ("TOTAL", total)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["decision", "count"]).astype({"count": "Int64"})
    return frame.assign(
        origin="RUS", destination="AUT", sex="T", age="TOTAL", period="2026-Q1", flag=""
    )


@pytest.mark.parametrize(("total", "rate"), [(100, 0.4), (300, None)])
def test_a_live_total_that_does_not_close_gives_no_rate_and_stops_nothing(
    total: int, rate: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = vintage("migr_asydcfstq", "2026-11-18", route="live")
    monkeypatch.setattr(Vintage, "read", lambda self: decisions(total))
    recipe = next(each for each in recipes.RECIPES if each.dataset == "migr_asydcfstq")
    table = recipes.table("decisions", [(recipe, one)])
    assert table["note"].str.startswith(NO_RATE + recipes.CONTRADICTORY).all() == (rate is None)
    [worked] = rate_rows(table.to_dict("records"), "protection")
    assert worked["rate"] == rate
    assert worked["period"] == "2026-Q1"


def test_quarters_for_which_few_have_reported_are_partial() -> None:
    table = eurostat.decisions(decisions(100), "migr_asydcfstq", "2026-11-18")
    marked = recipes.partial(table, ["2026-Q1"])
    assert set(marked["status"]) == {"partial"}
    assert set(marked["note"]) == {recipes.FEW_REPORTED}
    assert set(recipes.partial(table, ["2025-Q4"])["status"]) == {"complete"}


@pytest.mark.parametrize(
    ("date", "meta", "year"),
    [
        ("2026-11-22", {"route": "live"}, 2026),
        ("2027-02-01", {"route": "live"}, 2026),
        ("2027-06-20", {"route": "live"}, 2027),
        ("2026-06-25", {"retrieved": "UNHCR refugee statistics, release 2025.12.1"}, None),
        ("2026-03-30", {"retrieved": "UNHCR refugee statistics, release 2025.06.1"}, 2025),
    ],
)
def test_from_which_year_on_unhcr_holds_no_whole_year(
    date: str, meta: dict[str, str], year: int | None
) -> None:
    assert halves.half_year(vintage("unhcr-asylum-decisions", date, "UNHCR", **meta)) == year


def test_a_live_copy_of_november_has_a_partial_running_year() -> None:
    one = store.latest("unhcr-asylum-decisions")
    raw = one.read()
    raw = raw[(raw["origin"] == "RUS") & (raw["destination"] == "FRA")]
    later = pd.concat([raw, raw[raw["year"] == 2025].assign(year=2026)])
    live = vintage(one.dataset, "2026-11-22", "UNHCR", route="live")
    recipe = next(each for each in recipes.RECIPES if each.dataset == one.dataset)
    table = halves.mark(recipe.tidy(later.reset_index(drop=True), one.dataset, live.date), live)
    status = table.groupby(table["period_start"].str[:4])["status"].agg(set)
    assert status["2026"] == {"partial"}
    assert status["2025"] == {"complete"}


def test_of_each_figure_the_newest_copy() -> None:
    rows = [
        {"dataset": "d", "vintage": "2018-03", "year": "2014", "count": 5, "note": ""},
        {"dataset": "d", "vintage": "2026-11-18", "year": "2014", "count": 10, "note": "x"},
        {"dataset": "d", "vintage": "2018-03", "year": "2012", "count": 15, "note": ""},
    ]
    assert [row["count"] for row in records.newest(rows)] == [10, 15]
