"""Turning points: dates, statistics, laws, bad input; checked by hand and against statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from asylum_report.models import (
    status,
    turning_control,
    turning_counts,
    turning_dates,
    turning_null,
    turning_rates,
    turning_search,
)
from asylum_report.models.turning_dates import Split
from asylum_report.models.turning_gls import averaged

MONTHS = turning_dates.months("2022-01", "2022-12")


@pytest.mark.parametrize(
    ("day", "precision", "base", "first"),
    [
        ("2022-02-24", "day", 0, 2),  # 5 of 28 days after: neither
        ("2022-09-21", "day", 7, 9),
        ("2022-08-31", "day", 7, 8),  # 1 of 31 days after: before
        ("2022-09-05", "day", 7, 8),  # 26 of 30 days after: after
        ("2022-05-01", "month", 3, 5),
    ],
)
def test_split_of_months(day, precision, base, first):
    assert turning_dates.split(day, precision, MONTHS) == Split(base, first)


def test_split_of_years_and_outside():
    years = turning_dates.years(2021, 2024)
    assert turning_dates.split("2022-02-24", "day", years) == Split(0, 1)
    assert turning_dates.split("2022-09-21", "day", years) == Split(0, 2)
    assert turning_dates.split("2022-12-13", "day", years) == Split(1, 2)
    assert turning_dates.split("2024-06-01", "month", years) == Split(2, 3)
    assert turning_dates.split("2026-06-12", "day", years) is None


def test_quarters():
    found = turning_dates.quarters("2021-10", "2022-06")
    assert found == [
        ("2021-10-01", "2021-12-31"),
        ("2022-01-01", "2022-03-31"),
        ("2022-04-01", "2022-06-30"),
    ]
    assert turning_dates.split("2022-02-24", "day", found) == Split(0, 2)


def test_months_of_leap_year():
    assert turning_dates.months("2024-02", "2024-02") == [("2024-02-01", "2024-02-29")]


def test_factor_is_the_variance_of_a_mean_of_a_walk():
    # (3 e1 + 2 e2 + 1 e3) / 3 has variance 14 / 9; a month left out adds one.
    assert turning_counts.factor(0, 3) == pytest.approx(14 / 9)
    assert turning_counts.factor(1, 3) == pytest.approx(23 / 9)
    assert turning_counts.factor(0, 1) == 1


def test_walk_by_hand():
    x = np.array([[0.0, 1.0] * 15 + [5.0, 5.0, 5.0]])
    made = turning_counts.walk(x, Split(29, 30), placebo=False)
    assert made.effect[0] == pytest.approx(4.0)  # 5 - 1
    # Every change is 1, so sigma is sqrt(pi / 2).
    assert made.scale[0] == pytest.approx(np.sqrt(np.pi / 2) * np.sqrt(14 / 9))


def test_changes_over_a_hole_are_shared_out():
    x = np.array([[0.0, np.nan, np.nan, np.nan, 4.0, 5.0]])
    found = turning_counts.changes(x)
    assert found[0, 4] == pytest.approx(2.0)  # 4 over four months: 4 / sqrt(4)
    assert found[0, 5] == pytest.approx(1.0)
    assert np.isnan(found[0, [0, 1, 2, 3]]).all()


@pytest.mark.parametrize("ratio", [0.0, 1.0, 10.0])
def test_level_is_generalised_least_squares(monkeypatch, ratio):
    rng = np.random.default_rng(4)
    x = np.cumsum(rng.standard_normal((1, 40)), axis=1)
    x[0, 12] = np.nan
    monkeypatch.setattr(turning_counts, "RATIOS", (ratio,))
    made = turning_counts.level(x, Split(35, 37))
    kept = np.array([t for t in range(40) if t not in (12, 36)])
    cover = np.minimum.outer(kept + 1.0, kept + 1.0) + ratio * np.eye(len(kept))
    design = np.column_stack([np.ones(len(kept)), kept >= 37])
    fit = sm.GLS(x[0, kept], design, sigma=cover).fit()
    assert made.effect[0] == pytest.approx(fit.params[1])
    assert made.scale[0] == pytest.approx(fit.bse[1])


@pytest.mark.parametrize("rows", [1, 3])
def test_rate_level_is_generalised_least_squares(monkeypatch, rows):
    rng = np.random.default_rng(5)
    y = np.cumsum(rng.standard_normal((rows, 12)), axis=1)
    variance = rng.uniform(0.05, 0.5, (rows, 12))
    monkeypatch.setattr(turning_rates, "WALKS", (0.4,))
    made = turning_rates.rate_level(y, variance, Split(8, 10), breaks=[5])
    kept = np.array([t for t in range(12) if t != 9])
    design = np.column_stack([np.ones(len(kept)), kept >= 10, kept >= 5]).astype(float)
    for row in range(rows):
        cover = 0.16 * np.minimum.outer(kept + 1.0, kept + 1.0) + np.diag(variance[row, kept])
        inverse = np.linalg.inv(cover)
        bread = np.linalg.inv(design.T @ inverse @ design)
        beta = bread @ design.T @ inverse @ y[row, kept]
        assert made.effect[row] == pytest.approx(beta[1])
        assert made.scale[row] == pytest.approx(np.sqrt(bread[1, 1]), rel=1e-6)


def test_averaging_prefers_what_fits():
    rng = np.random.default_rng(6)
    values = rng.standard_normal((1, 200)) * 3.0
    design = np.ones((1, 200, 2))
    design[0, :100, 1] = 0
    both = averaged(values, design, [np.full((1, 200), 9.0), np.full((1, 200), 100.0)], True)
    good = averaged(values, design, [np.full((1, 200), 9.0)], True)
    assert both.scale[0] == pytest.approx(good.scale[0], rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(shift=st.floats(-5, 5), size=st.floats(0.1, 10), seed=st.integers(0, 10_000))
def test_statistics_know_neither_level_nor_scale(shift, size, seed):
    x = np.cumsum(np.random.default_rng(seed).standard_normal((2, 50)), axis=1)
    for method in turning_counts.METHODS.values():
        first = method(x, Split(40, 42)).statistic
        assert method(shift + size * x, Split(40, 42)).statistic == pytest.approx(first, rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(step=st.floats(-2, 2), seed=st.integers(0, 10_000))
def test_a_step_adds_itself_to_the_effect(step, seed):
    x = np.cumsum(np.random.default_rng(seed).standard_normal((1, 50)), axis=1)
    moved = x + step * (np.arange(50) >= 42)
    at = Split(40, 42)
    before, after = turning_counts.walk(x, at).effect[0], turning_counts.walk(moved, at).effect[0]
    assert after - before == pytest.approx(step, abs=1e-9)


def test_p_values_and_families():
    law = np.array([[[1.0], [2.0], [3.0], [4.0]], [[0.5], [0.5], [0.5], [0.5]]])
    # Of four simulated 3.5 is reached by one, 2 / 5, and 9 by none, 1 / 5; and 1.645 errors more:
    # 0.4 + 1.645 sqrt(0.24 / 4), 0.2 + 1.645 sqrt(0.16 / 4).
    found = turning_null.p_values(np.array([[-3.5], [9.0]]), law)[:, 0]
    assert found == pytest.approx([0.80294, 0.529], abs=1e-4)
    assert turning_null.across([np.array([0.1]), np.array([0.2])])[0] == pytest.approx(0.28)
    least = np.array([[0.2, 0.4, 0.6, 0.8]])
    # None and two of four are as small: 1 / 5 and 3 / 5, and 1.645 errors more.
    assert turning_null.within(np.array([0.1, 0.4]), least) == pytest.approx([0.529, 1.0], abs=1e-4)


@pytest.mark.parametrize("number", [500, 10_000])
def test_limit_and_p_agree(number):
    law = np.abs(np.random.default_rng(1).standard_normal((1, number, 1)))
    limit = turning_null.critical(law)[0]
    below, above = turning_null.p_values(np.array([[limit - 0.02], [limit + 0.02]]), law)[:, 0]
    assert above < 0.05 < below
    share = turning_null.tail(0.05, number)
    assert share + 1.645 * np.sqrt(share * (1 - share) / number) == pytest.approx(0.05)


def test_equal_dates_cost_nothing_more():
    known = np.ones(60, dtype=bool)
    seed = np.random.SeedSequence(3)
    law = turning_null.statistics(known, [Split(50, 51)], "level", 400, seed)
    twice = np.concatenate([law, law], axis=2)
    p = np.array([0.01, 0.2])
    assert turning_null.within(p, turning_null.smallest(twice)) == pytest.approx(
        turning_null.within(p, turning_null.smallest(law))
    )


def test_reasons_for_counts():
    known = np.ones(60, dtype=bool)
    reason = turning_counts.reason
    assert reason(known, Split(40, 41)) == status.OK
    assert reason(known, Split(57, 58)) == status.NO_PERIODS_AFTER
    assert reason(known, Split(10, 11)) == status.TOO_FEW
    known[42] = False
    assert reason(known, Split(40, 41)) == status.MISSING_PERIOD
    assert reason(known, Split(42, 43)) == status.MISSING_PERIOD


def test_reasons_for_rates():
    known = np.ones(12, dtype=bool)
    reason = turning_rates.reason
    assert reason(known, Split(5, 6)) == status.OK
    assert reason(known, Split(5, 6), breaks=[6]) == status.BROKEN
    assert reason(known, Split(4, 6), breaks=[5]) == status.BROKEN
    assert reason(known, Split(6, 7), breaks=[6]) == status.OK
    assert reason(known, Split(11, 12)) == status.NO_PERIODS_AFTER
    known[6] = False
    assert reason(known, Split(5, 6)) == status.MISSING_PERIOD
    assert reason(np.ones(5, dtype=bool), Split(2, 3)) == status.TOO_FEW


def test_zeros_and_constants_give_numbers():
    counts = np.zeros((1, 60))
    x = turning_counts.logs(counts)
    for method in turning_counts.METHODS.values():
        made = method(x, Split(50, 51))
        assert np.isfinite(made.effect).all()
        assert abs(made.statistic[0]) < 1e-3
    positive, rejected = np.array([0.0, 4.0, 0.0]), np.array([0.0, 0.0, 7.0])
    y = turning_rates.logits(positive, rejected)
    assert np.isnan(y[0])
    assert y[1] == pytest.approx(np.log(9))
    assert y[2] == pytest.approx(np.log(1 / 15))


def test_bad_counts():
    assert turning_counts.bad(np.array([1.0, -1.0]))
    assert turning_counts.bad(np.array([1.5]))
    assert not turning_counts.bad(np.array([1.0, np.nan, 0.0]))


def test_noise_of_a_rounded_count():
    # 10 granted, rounded to 5: uniform on 8 to 12, variance 2; 100 refused, exact.
    found = turning_rates.noise(np.array([10.0]), np.array([100.0]), 1.0, 5.0)[0]
    assert found == pytest.approx(1 / 10.5 + 2 / 10.5**2 + 1 / 100.5)
    assert turning_rates.noise(np.array([10.0]), np.array([100.0]), 4.0)[0] == pytest.approx(
        4 / 10.5 + 4 / 100.5
    )


def test_search_keeps_dates_apart_and_skips_breaks():
    known = np.ones(20, dtype=bool)
    tried = turning_search.dates(known, "rate", breaks=[10])
    assert [at.first for at in tried] == [3, 4, 5, 6, 7, 8, 9, *range(11, 20)]
    z = np.array([0.0, 5.0, 4.0, 0.0, 0.0, 0.0, 0.0, 3.0, *[0.0] * 8])
    assert turning_search.peaks(z, tried, apart=2, number=2) == [1, 7]


def test_a_step_that_nobody_can_miss_is_found():
    rng = np.random.default_rng(8)
    x = np.cumsum(0.1 * rng.standard_normal((1, 80)), axis=1)
    x[:, 60:] += 5.0
    known = np.ones(80, dtype=bool)
    tried = turning_search.dates(known, "count")
    z = np.array([turning_counts.level(x, at).statistic[0] for at in tried])
    law = turning_null.statistics(known, tried, "level", 200, np.random.SeedSequence(9))
    best = int(np.argmax(np.abs(z)))
    assert tried[best].first == 60
    assert turning_search.chances(z[[best]], law)[0] == pytest.approx(
        1 / 201 + 1.645 * np.sqrt(1 / 201 * 200 / 201 / 200)
    )


@pytest.mark.parametrize("lag", [None, 12])
def test_control_is_that_of_statsmodels(lag):
    rng = np.random.default_rng(10)
    x = np.cumsum(rng.standard_normal((1, 60)), axis=1)
    at = Split(39, 40)
    time = np.arange(60.0)
    after = time >= 40
    design = np.column_stack([np.ones(60), time, after, after * (time - 40)])
    kind = {} if lag is None else {
        "cov_type": "HAC", "cov_kwds": {"maxlags": lag, "use_correction": True}, "use_t": True,
    }  # fmt: skip
    fit = sm.OLS(x[0], design).fit(**kind)
    assert turning_control.p_values(x, at, lag)[0] == pytest.approx(fit.pvalues[2], rel=1e-6)
