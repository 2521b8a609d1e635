"""The simulation of protection after appeal: what it promises, and that a rerun gives the same."""

from __future__ import annotations

import numpy as np
import pytest

from asylum_report import evaluation
from asylum_report.charts import library
from asylum_report.evaluation import appeal as study
from asylum_report.recognition import Count


@pytest.fixture(scope="module")
def table():
    return evaluation.read("appeal_bounds")


def test_every_setting_was_run_often_enough(table):
    assert len(table) == 3 * len(study.CELLS) == 162
    assert (table["replications"] >= 500).all()
    assert evaluation.meta("appeal")["replications"] == table["replications"].min()


def test_the_true_share_is_always_within_where_the_assumptions_hold(table):
    kept = table[table["lag"] != "beyond"]
    assert (kept["assumptions_kept"] == 1).all()
    assert (kept["inside"] == 1).all()


def test_the_control_that_breaks_the_horizon_fails(table):
    broken = table[table["lag"] == "beyond"]
    assert broken["inside"].min() < 0.8
    assert (broken["inside_where_kept"].dropna() == 1).all()


def test_the_bounds_are_no_empty_promise(table):
    kept = table[(table["lag"] != "beyond") & (table["window"] == "five")]
    assert kept["width"].max() < 0.6
    assert kept["width"].median() < 0.3


def test_the_usual_ratio_of_a_year_is_off_by_many_points_and_less_over_five(table):
    kept = table[~table["lag"].isin(["beyond", "none"])]
    by_window = kept.groupby("window")["ratio_error"]
    assert by_window.max()["year"] > 0.2
    assert by_window.median()["five"] < by_window.median()["year"]


def test_the_interval_keeps_its_level_where_the_bounds_close(table):
    closed = table[(table["lag"] == "none") & table["interval_covers"].notna()]
    assert len(closed) == 12
    assert closed["interval_covers"].between(0.93, 0.985).all()
    others = table[~table["lag"].isin(["none", "beyond"])]
    assert (others["interval_covers"].dropna() >= 0.95).all()


def test_a_rerun_gives_the_same_whatever_else_is_run():
    cell = study.Cell("late", "surge", 100, 0.1)
    first = study.one_cell(cell, 4, 7)
    again = study.one_cell(cell, 4, 7)
    assert first == again
    assert [row["window"] for row in first] == ["year", "five", "newest"]
    assert all(row["inside"] == 1.0 for row in first)


def test_a_history_adds_up():
    made = study.history(study.Cell("middle", "steady", 2000, 0.1), np.random.default_rng(1))
    assert sum(made["cohorts"][3][:2]) == 2000
    # Grants on appeal: those won, a tenth of the sum raised, a tenth from outside.
    own = sum(4 * made["won"][6 - lag + study.BURN_IN, lag] for lag in range(3))
    assert made["appeals"][6] == pytest.approx(own / 0.8, abs=1)
    assert 0 < study.truth(made, range(3, 6)) < 1


def test_counts_are_printed_as_unhcr_does():
    assert study.printed(2) == Count(0, 0, 2)
    assert study.printed(3) == Count(5, 3, 7)
    assert study.printed(8) == Count(10, 8, 12)
    assert study.printed(11) == Count(11, 11, 11)


def test_the_charts_say_what_the_tables_hold():
    titles = {
        name: library.chart(name).title
        for name in ("appeal-destinations", "appeal-germany", "queue-clearance", "queue-months")
    }
    assert "Germany 19.4% at first instance, 23.8% to 47.2%" in titles["appeal-destinations"]
    assert "29.0% were protected at first instance and at most 73.2%" in titles["appeal-germany"]
    assert "Germany took 58 decisions in 2023 and 282 in 2025" in titles["queue-clearance"]
    assert "12 years of work" in titles["queue-months"]


def test_partial_years_are_hollow_in_the_charts():
    usa = library.chart("queue-months").series[2]
    hollow = {x for x, flag in zip(usa.x, usa.hollow, strict=True) if flag}
    assert hollow == {"2024", "2025"}
    assert usa.x[0] == "2021"  # before, in cases
    germany = library.chart("appeal-germany").series[1]
    open_ = {x for x, flag in zip(germany.x, germany.hollow, strict=True) if flag}
    assert open_ == {"2024", "2025"}
