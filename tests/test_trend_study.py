"""What the simulation study of the trend found, against what is demanded of the intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from asylum_report import evaluation
from asylum_report.evaluation import trend as study


@pytest.fixture(scope="module")
def table():
    return evaluation.read("trend_coverage")


@pytest.fixture(scope="module")
def known(table):
    """Cells in which the model is told the true design effect."""
    return table[(table["making"] == "beta-binomial") & (table["effect"] == table["given"])]


def test_every_cell_is_there_with_its_replications(table):
    cells = study.cells()
    assert len(table) == len(cells) == 2700
    assert table["replications"].min() >= 1000
    for name in ("decisions", "rate", "course", "periods", "making"):
        assert table[name].tolist() == [getattr(cell, name) for cell in cells]


def test_pooled_coverage_is_what_the_intervals_promise(known):
    assert 0.94 <= known["cover_95"].mean() <= 0.98
    assert 0.47 <= known["cover_50"].mean() <= 0.58


def test_no_combination_with_fifty_decisions_falls_below_nine_tenths(known):
    enough = known[known["decisions"] >= 50]
    assert enough["cover_95_away"].min() >= 0.90
    assert enough["cover_95"].min() >= 0.90


def test_beside_a_jump(known):
    enough = known[(known["decisions"] >= 50) & (known["course"] == "jumping")]
    assert enough["cover_95_beside"].notna().all()
    assert enough["cover_95_beside"].min() >= 0.85


def test_the_control_fails_and_so_does_ignoring_clustering(table, known):
    assert known["wilson_95"].mean() < 0.85
    ignored = table[(table["effect"] == 4) & (table["given"] == 1)]
    assert ignored["cover_95"].mean() < 0.85


def test_changes(table):
    moved = evaluation.read("trend_change")
    assert len(moved) == 24
    assert moved["replications"].min() >= 1000
    # Wider than they need be, and the page says so.
    assert moved["cover_95"].min() >= 0.95
    assert moved["cover_95"].mean() <= 0.995


def test_the_summary_is_that_of_the_cells(table):
    again = study.summary(table)
    kept = evaluation.read("trend_summary")
    pd.testing.assert_frame_equal(again, kept, rtol=1e-4, check_dtype=False)


def test_a_cell_run_again_gives_the_kept_row(table):
    chosen = [cell for cell in study.cells() if cell.decisions == 5000 and cell.periods == 12][7]
    row = study.run(1000, evaluation.SEED, 1, print, [chosen], [])["trend_coverage"].iloc[0]
    kept = table.iloc[chosen.number]
    for name in ("cover_50", "cover_95", "wilson_95", "mean_error"):
        assert row[name] == pytest.approx(kept[name], abs=5e-4)


def test_results_do_not_depend_on_the_number_of_processes():
    chosen = study.cells()[1900:1902]
    alone = study.run(6, 5, 1, print, chosen, [])["trend_coverage"]
    several = study.run(6, 5, 2, print, chosen, [])["trend_coverage"]
    pd.testing.assert_frame_equal(alone, several)


def test_simulated_decisions_have_the_design_effect_they_claim():
    random = np.random.default_rng(1)
    chance = np.full(200_000, 0.3)
    for making in ("beta-binomial", "families"):
        drawn = study.decide(chance, 40, 4, random, making)
        assert drawn.mean() == pytest.approx(12.0, abs=0.05)
        assert drawn.var() == pytest.approx(4 * 40 * 0.3 * 0.7, rel=0.02)


def test_published_counts_hold_the_true_one():
    true = np.arange(0, 60)
    for rounding in study.ROUNDINGS:
        shown, low, high = study.publish(true, rounding)
        assert ((low <= true) & (true <= high)).all(), rounding
        if rounding == "unhcr":
            assert not set(shown) & {1, 2, 3, 4, 6, 7, 8, 9}
            assert (shown[true > 12] == true[true > 12]).all()


def test_wilson_against_a_published_example():
    """Newcombe (1998), Statistics in Medicine 17, 857-872: 81 of 263 gives 0.2553 to 0.3662."""
    low, high = study.wilson(np.array([81]), np.array([182]))
    assert (low[0], high[0]) == (pytest.approx(0.2553, abs=5e-5), pytest.approx(0.3662, abs=5e-5))
