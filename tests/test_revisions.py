"""A first figure is the first one of a whole year, and what moved is counted as it was seen."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asylum_report import asof, results, tables
from asylum_report.analyses import revisions, revisions_read
from asylum_report.analyses.revisions_rates import rates
from asylum_report.analyses.revisions_releases import (
    RELEASES,
    carried_on,
    covered,
    halves,
    release,
    whole_years,
)
from asylum_report.charts.library import revisions as charts
from asylum_report.numbers import revisions as numbers
from asylum_report.results_list import ANALYSES

DECISIONS = revisions.DATASETS[0]
NAMED = {
    "2023-06-14": "2022.12.0", "2023-10-25": "2023.6", "2024-06-17": "2023.12",
    "2024-10-18": "2024.6", "2025-06-12": "2024.12", "2026-03-30": "2024.12.9",
}  # fmt: skip


def decisions(*rows: tuple[str, str, int, str, int]) -> pd.DataFrame:
    """Return synthetic decisions: vintage, destination, year, outcome, count."""
    found = [
        {
            "source": "UNHCR", "dataset": "synthetic", "vintage": vintage, "origin": "RUS",
            "destination": destination, "authority": "office", "level": "FI", "stage": "first",
            "unit": "persons", "period_start": f"{year}-01-01", "period_end": f"{year}-12-31",
            "outcome": outcome, "count": count, "rounding_base": 5 if count <= 10 else 1,
            "status": "complete", "note": "",
        }
        for vintage, destination, year, outcome, count in rows
    ]  # fmt: skip
    return tables.conform("decisions", pd.DataFrame(found))


def released(*vintages: str) -> pd.DataFrame:
    found = [release("UNHCR", DECISIONS, day, day, f"release {NAMED[day]}") for day in vintages]
    return pd.DataFrame(found, columns=RELEASES)


def worked(table: pd.DataFrame, releases: pd.DataFrame) -> pd.DataFrame:
    whole, out = whole_years(revisions.figures(table, DECISIONS), releases)
    kinds = revisions.published(pd.concat([whole, out]))
    return revisions.cells(whole, releases, kinds).set_index(["destination", "year", "outcome"])


def test_what_a_release_covers_follows_from_its_name_and_not_from_its_date() -> None:
    wanted = [
        ("2023-06-14", "release 2022.12.0", "annual", 2022, None),
        ("2023-10-25", "release 2023.6", "mid-year", 2022, 2023),
        ("2026-03-30", "release 2025.06.1", "mid-year", 2024, 2025),
        ("2026-06-25", "release 2025.12.1", "annual", 2025, None),
        ("2027-05-31", "the service", "mid-year", 2025, 2026),  # annual figures come in June
        ("2027-06-10", "the service", "annual", 2026, None),
    ]
    for day, retrieved, kind, full, half in wanted:
        found = release("UNHCR", DECISIONS, day, day, retrieved)
        assert (found["kind"], found["full_year"], found["half_year"]) == (kind, full, half)
    eurostat = release("Eurostat", "migr_asyappctza", "2023-03", "2023-03-31", "bulk download")
    assert (eurostat["kind"], eurostat["full_year"]) == ("annual", 2022)


def test_a_copy_covers_no_year_that_it_has_no_figure_of() -> None:
    # Made in January, before the year before was out; a named release is what its name says.
    releases = pd.DataFrame(
        [
            release("Eurostat", "synthetic", "2024-01-18", "2024-01-18", ""),
            release("Eurostat", "synthetic", "2025-05", "2025-05-31", ""),
            release("UNHCR", DECISIONS, "2024-06-17", "2024-06-17", "release 2023.12"),
        ],
        columns=RELEASES,
    )
    found = pd.DataFrame(
        [("synthetic", "2024-01-18", 2021), ("synthetic", "2024-01-18", 2022),
         ("synthetic", "2025-05", 2024), (DECISIONS, "2024-06-17", 2021)],
        columns=["dataset", "vintage", "year"],
    )  # fmt: skip
    assert releases["full_year"].tolist() == [2023, 2024, 2023]
    assert covered(found, releases)["full_year"].tolist() == [2022, 2024, 2023]
    assert covered(found.iloc[:0], releases)["full_year"].tolist() == [2023, 2024, 2023]


def test_eurostats_copies_end_where_their_figures_do(real: dict[str, pd.DataFrame]) -> None:
    releases = real["revisions_releases"].query("source == 'Eurostat'")
    assert releases.set_index("vintage")["full_year"].to_dict() == {
        "2018-03": 2016, "2023-03": 2022, "2024-01-18": 2022, "2025-05": 2024,
    }  # fmt: skip


def test_the_first_figure_is_that_of_the_first_whole_year() -> None:
    table = decisions(
        ("2023-10-25", "DEU", 2023, "rejected", 50),  # half a year
        ("2024-06-17", "DEU", 2023, "rejected", 100),
        ("2024-10-18", "DEU", 2023, "rejected", 104),
        ("2025-06-12", "DEU", 2023, "rejected", 200),
        ("2026-03-30", "DEU", 2023, "rejected", 201),
    )
    found = worked(table, released(*sorted(NAMED)[1:])).loc["DEU", 2023, "rejected"]
    assert (found["first_vintage"], found["first"]) == ("2024-06-17", 100)
    assert (found["vintage"], found["latest"], found["releases"]) == ("2026-03-30", 201, 4)
    assert (found["change"], found["relative"], found["revised"]) == (101, 1.01, True)
    # 200 is within 1 % of 201, and was published 360 days after the first figure.
    assert (found["lag_days"], found["published"], found["gone"]) == (360, "first", False)
    assert found["watched_days"] == 651  # to the last release, whether the figure moved or not


def test_a_figure_that_comes_back_is_settled_only_where_it_stays() -> None:
    table = decisions(
        ("2023-06-14", "DEU", 2022, "rejected", 100),
        ("2024-06-17", "DEU", 2022, "rejected", 120),
        ("2025-06-12", "DEU", 2022, "rejected", 100),
        ("2023-06-14", "FRA", 2022, "rejected", 5),
        ("2024-06-17", "FRA", 2022, "rejected", 10),
        ("2025-06-12", "FRA", 2021, "rejected", 30),
        ("2023-06-14", "AUT", 2022, "rejected", 0),
        ("2025-06-12", "AUT", 2022, "rejected", 8),
    )
    found = worked(table, released("2023-06-14", "2024-06-17", "2025-06-12"))
    back = found.loc["DEU", 2022, "rejected"]
    assert (back["change"], back["revised"], back["lag_days"]) == (0, False, 729)
    rounded = found.loc["FRA", 2022, "rejected"]  # 5 and 10 are each rounded: 7 or 8 may be both
    assert (rounded["revised"], rounded["gone"]) == (True, True)
    assert found.loc["FRA", 2021, "rejected"]["published"] == "later"
    nothing = found.loc["AUT", 2022, "rejected"]
    assert pd.isna(nothing["relative"])
    assert nothing["change"] == 8


def test_a_half_year_carried_on_is_no_whole_year() -> None:
    table = decisions(
        ("2024-10-18", "USA", 2024, "total", 2932), ("2024-10-18", "DEU", 2024, "total", 2000),
        ("2025-06-12", "USA", 2024, "total", 2932), ("2025-06-12", "DEU", 2024, "total", 4500),
        ("2024-10-18", "MDA", 2024, "total", 10), ("2025-06-12", "MDA", 2024, "total", 10),
        ("2024-10-18", "NOR", 2024, "total", 40),
    )  # fmt: skip
    releases = released("2024-10-18", "2025-06-12")
    found = revisions.figures(table, DECISIONS)
    assert carried_on(found, releases) == {(DECISIONS, "USA", 2024)}
    whole, out = whole_years(found, releases)
    assert sorted(whole["destination"]) == ["DEU", "MDA"]
    assert out["destination"].tolist() == ["USA"]
    about = halves(found, releases).set_index("vintage").loc["2024-10-18"]
    assert (about["half_cells"], about["half_gone"], about["carried_on"]) == (2, 1, "USA")
    assert about["half_share"] == pytest.approx((1 + 2000 / 4500) / 2)


def test_rates_by_first_and_latest_figures() -> None:
    rows = [
        (vintage, destination, 2022, outcome, count)
        for vintage, destination, refugee, rejected in (
            ("2023-06-14", "DEU", 25, 75), ("2024-06-17", "DEU", 40, 60),
            ("2023-06-14", "FRA", 30, 30), ("2024-06-17", "FRA", 30, 30),
            ("2023-06-14", "AUT", 11, 8), ("2024-06-17", "AUT", 11, 8),
        )
        for outcome, count in (("refugee", refugee), ("complementary", 0), ("rejected", rejected))
    ]  # fmt: skip
    releases = released("2023-06-14", "2024-06-17")
    table = decisions(*rows)
    whole, _ = whole_years(revisions.figures(table, DECISIONS), releases)
    found = rates(table, releases, whole, revisions.published(whole))
    shown = found[["destination", "first_rate", "latest_rate", "points", "revised", "releases"]]
    assert shown.round(6).to_numpy().tolist() == [
        ["DEU", 0.25, 0.4, 0.15, True, 2],
        ["FRA", 0.5, 0.5, 0.0, False, 2],  # Austria decided too few
    ]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=4))
def test_lag_and_change_agree(counts: list[int]) -> None:
    days = ["2023-06-14", "2024-06-17", "2025-06-12", "2026-03-30"][: len(counts)]
    table = decisions(*((d, "DEU", 2022, "closed", c) for d, c in zip(days, counts, strict=True)))
    found = worked(table, released(*days)).iloc[0]
    latest = counts[-1]
    near = [abs(count - latest) <= 0.01 * latest for count in counts]
    settled = next(i for i in range(len(near)) if all(near[i:]))
    assert found["lag_days"] == (pd.Timestamp(days[settled]) - pd.Timestamp(days[0])).days
    assert found["change"] == latest - counts[0]
    assert not (found["revised"] and found["change"] == 0)


@pytest.fixture(scope="module")
def read() -> tuple[pd.DataFrame, ...]:
    return revisions_read.read()


@pytest.fixture(scope="module")
def real(read: tuple[pd.DataFrame, ...]) -> dict[str, pd.DataFrame]:
    return revisions.tables_of(*read)  # type: ignore[arg-type]


def test_the_tables_are_those_of_the_list(real: dict[str, pd.DataFrame]) -> None:
    assert set(real) == set(ANALYSES["revisions"].tables)
    assert {name: len(results.as_csv(table)) < 300_000 for name, table in real.items()} == (
        dict.fromkeys(real, True)
    )
    assert real["revisions_cells"]["releases"].min() >= 2


def test_the_united_states_of_2024_are_no_whole_year(real: dict[str, pd.DataFrame]) -> None:
    releases = real["revisions_releases"]
    carried = releases[releases["carried_on"] != ""]
    assert carried[["dataset", "release", "carried_on"]].to_numpy().tolist() == [
        ["unhcr-asylum-applications", "2024.6", "USA"],
        ["unhcr-asylum-decisions", "2024.6", "USA"],
    ]
    cells, moved = real["revisions_cells"], real["revisions_rates"]
    for table in (cells, moved):
        assert table[(table["destination"] == "USA") & (table["year"] == 2024)].empty
    summed = real["revisions_summary"].query("years == '2024' and source == 'UNHCR'")
    left = summed.set_index("figure")["left_out"]
    assert left["decisions, total"] == 3  # EO, IN and AR
    assert left["applications"] == 3


def test_half_years_are_about_half(real: dict[str, pd.DataFrame]) -> None:
    known = real["revisions_releases"].dropna(subset=["half_share"])
    assert known["release"].tolist() == ["2023.6", "2024.6", "2025.06.1"] * 2
    assert known["half_share"].between(0.45, 0.6).all()
    assert known["half_cells"].min() >= 40


def test_only_canada_was_revised_by_unhcr(real: dict[str, pd.DataFrame]) -> None:
    cells = real["revisions_cells"]
    moved = cells[cells["revised"] & (cells["source"] == "UNHCR")]
    assert set(zip(moved["destination"], moved["year"], strict=True)) == {("CAN", 2025)}
    rows = real["revisions_summary"].set_index(["figure", "years"])
    one = rows.loc[("decisions by outcome", "2025")]
    assert (one["releases"], one["cells"], one["revised"], one["destinations_revised"]) == (
        2, 108, 4, 1,
    )  # fmt: skip
    assert (one["largest_absolute"], one["longest_lag_days"]) == (-106, 13)
    assert one["largest_absolute_cell"] == "Canada 2025, first, rejected (IRB)"
    assert (round(one["revised_low"], 4), round(one["revised_high"], 4)) == (0.0126, 0.0856)
    rate = rows.loc[("protection rate", "2025")]
    assert (rate["cells"], round(rate["largest_points"], 4)) == (36, 0.21)
    old = rows.loc[("decisions by outcome", "2000-2021")]
    assert (old["published"], old["releases"], old["revised"]) == ("later", 9, 0)


def test_croatia_and_sweden_were_revised_by_eurostat(real: dict[str, pd.DataFrame]) -> None:
    cells = real["revisions_cells"].query("source == 'Eurostat' and sex == 'T' and part == 'all'")
    moved = cells[cells["revised"]].set_index(["destination", "year"])
    assert moved[["first", "latest"]].to_dict("index") == {
        ("AUT", 2022): {"first": 870, "latest": 910},
        ("EU27", 2022): {"first": 18400, "latest": 16650},
        ("HRV", 2022): {"first": 2065, "latest": 270},
    }
    rows = real["revisions_summary"].query(
        "figure == 'all applicants, women and men' and years == '2022'"
    )
    [one] = rows.to_dict("records")  # three copies of each, of 27 destinations without the Union
    assert (one["releases"], one["revised"], one["destinations_revised"]) == (3, 6, 3)
    assert (one["watched_days"], one["longest_lag_days"]) == (792, 792)
    apart = real["revisions_cells"].query(
        "source == 'Eurostat' and sex in ('F', 'M') and part == 'all' and destination == 'SWE'"
    )
    told = apart[apart["revised"]].sort_values(["year", "sex"])
    assert told[["year", "sex", "first", "latest", "published"]].to_numpy().tolist()[-4:] == [
        [2021, "F", 85, 130, "later"], [2021, "M", 180, 220, "later"],
        [2022, "F", 305, 365, "first"], [2022, "M", 435, 560, "first"],
    ]  # fmt: skip
    assert told["published"].tolist() == ["later"] * 8 + ["first"] * 2
    # Croatia's 275 is no third figure: women and men of both later copies, each rounded.
    croatia = real["revisions_cells"].query(
        "destination == 'HRV' and sex in ('F', 'M') and part == 'all' and year == 2022"
    )
    assert croatia["latest"].sum() == 275


def test_nothing_is_said_of_what_was_released_once(real: dict[str, pd.DataFrame]) -> None:
    once = real["revisions_summary"].query("releases == 1")
    assert len(once) > 0
    assert once["cells"].min() >= 1
    assert once[["revised", "revised_share", "median_lag_days", "never_off"]].isna().all(axis=None)


def test_it_runs_on_nothing_and_as_of_a_day(
    read: tuple[pd.DataFrame, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = revisions.tables_of(*(table.iloc[:0] for table in read))  # type: ignore[arg-type]
    assert {name: len(table) for name, table in empty.items()} == dict.fromkeys(empty, 0)
    monkeypatch.setattr(asof, "current", lambda: "2024-06-30")
    known = revisions_read.read()[3]
    unhcr = known[known["dataset"] == DECISIONS]
    assert unhcr["vintage"].tolist() == ["2023-06-14", "2023-10-25", "2024-06-17"]


def test_single_countries_had_the_largest_revisions(real: dict[str, pd.DataFrame]) -> None:
    cells = real["revisions_cells"].query("revised and published == 'first'")
    much = cells[(cells["relative"].abs() > 0.1) & (cells["destination"] != "EU27")]
    assert set(zip(much["destination"], much["year"], strict=True)) == {
        ("HRV", 2022), ("SWE", 2022), ("CAN", 2025),
    }  # fmt: skip


def test_the_page_says_both_measures_and_how_long_it_watched() -> None:
    shown = {number.name: number.display for number in numbers.numbers()}
    wanted = {
        "eurostat.y2022.destinations_revised": "2", "eurostat.y2022.watched": "293",
        "eurostat_sexes.y2022.destinations_revised": "3", "eurostat_sexes.y2022.watched": "792",
        "decisions.y2025.watched": "13", "decisions.y2022.revised": "none",
        "sweden_women.change": "+19.7%", "sweden_men.change": "+28.7%",
        "sweden_older.n": "8", "sweden_older.least": "\u22122.9%",
        "sweden_older.most": "+52.9%", "sweden_older.from": "2018", "sweden_older.to": "2021",
        "croatia.latest": "270", "croatia.sum": "275", "austria.change": "+4.6%",
        "headline.n": "11", "headline.de_n": "4", "headline.us_n": "3",
        "headline.moved": "none", "headline.high": "20.0%", "headline.days": "13",
    }  # fmt: skip
    assert {name: shown[f"revisions.{name}"] for name in wanted} == wanted


def test_the_chart_of_figures_begins_with_its_title_and_shows_sweden() -> None:
    chart = charts.figures()
    assert chart.title.startswith(chart.categories[0])
    assert {name for name in chart.categories if name.startswith("Sweden")} == {
        "Sweden 2022: applicants, women (Eurostat)", "Sweden 2022: applicants, men (Eurostat)",
    }  # fmt: skip
    # Croatia's sum moved, so its women and men are not shown beside it.
    assert sum(name.startswith("Croatia") for name in chart.categories) == 2
    [latest] = chart.series
    assert (latest.y[0], latest.n[0]) == (pytest.approx(270 / 2065), 2065)
    assert min(n for n in latest.n if n is not None) >= 20  # 7 to 25 is no per cent
    sizes = [abs(row[2] - row[4]) for row in chart.table.rows]  # type: ignore[operator]
    assert sizes == sorted(sizes, reverse=True)


def test_the_chart_of_rates_shows_what_moved_and_the_three_countries() -> None:
    chart = charts.rates()
    assert chart.title.startswith("1 of 36 protection rates for 2025 moved")
    assert chart.categories == (
        "Canada", "United States: immigration courts", "France", "Germany",
    )  # fmt: skip


def test_changes_of_rates_are_points_and_of_counts_per_cent() -> None:
    rows = {row[0]: row for row in charts.shares().table.rows}
    at = charts.shares().table.columns.index("Largest change")
    assert rows["Protection rates, UNHCR: 2025"][at] == "+21.0 points"
    assert rows["Decisions, UNHCR: 2025"][at] == "\u221279.1%"
    assert rows["Applicants, Eurostat: 2022, women and men apart"][at] == "\u221288.6%"
    assert None not in {value for row in rows.values() for value in row}
    empty = dict.fromkeys(("median_relative", "median_points"))
    assert charts._change(empty, "median") == "not worked out"
