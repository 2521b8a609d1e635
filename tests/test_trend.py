"""The trend model: its likelihood, its filter, its draws, and what it says of published counts."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

import asylum_report as ar
from asylum_report import results
from asylum_report.analyses import series as analyses_series
from asylum_report.errors import UnknownName
from asylum_report.models import draws, exact, likelihood, status, trend

GRID = np.linspace(-6, 4, 41)


def counts(pairs, first=2020, **more):
    """Return a series of exact counts, one (positive, other) a year; None is a missing year."""
    rows = [
        {"period": first + i, "positive": p[0], "other": p[1], "positive_low": p[0],
         "positive_high": p[0], "other_low": p[1], "other_high": p[1]}
        for i, p in enumerate(pairs) if p is not None
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**more)


def one(low, high, effect=1.0):
    return likelihood.on_grid(np.array(low), np.array(high), effect, GRID)


def test_likelihood_of_exact_counts_is_the_binomial():
    expected = stats.binom.pmf(7, 19, 1 / (1 + np.exp(-GRID)))
    assert one((7, 12), (7, 12)) == pytest.approx(expected / expected.max(), rel=1e-9)


def test_likelihood_with_a_design_effect_is_the_beta_binomial():
    n, d = 40, 4.0
    p = 1 / (1 + np.exp(-GRID))
    size = (n - d) / (d - 1)
    expected = stats.betabinom.pmf(9, n, p * size, (1 - p) * size)
    assert one((9, 31), (9, 31), d) == pytest.approx(expected / expected.max(), rel=1e-8)
    assert stats.betabinom.var(n, 0.3 * size, 0.7 * size) == pytest.approx(d * n * 0.3 * 0.7)


def test_likelihood_of_rounded_counts_adds_every_pair_that_rounding_allows():
    p = 1 / (1 + np.exp(-GRID))
    expected = sum(
        stats.binom.pmf(a, a + b, p) for a, b in itertools.product(range(3), range(13, 18))
    )
    assert one((0, 13), (2, 17)) == pytest.approx(expected / expected.max(), rel=1e-9)


def test_a_rounded_nought_speaks_for_no_chance_at_all():
    """The number of decisions is open too, so the likelihood is flat at the left, not falling."""
    for effect, least in ((1.0, 0.99), (4.0, 0.9)):
        values = one((0, 18), (2, 22), effect)
        assert values[:9].min() > least
        assert values[-1] < 1e-5


def test_two_periods_agree_with_brute_force_integration():
    """The filter against integrals over both levels and both noises, by another route."""
    pairs = [(3, 9), (8, 6)]
    series = counts(pairs)
    low, high, resets, _ = trend.arrays(series)
    found = exact.fit(low[None], high[None], 1.0, resets, exact.lay(low[None], high[None], 1, 0.05))
    nodes = np.linspace(-9, 9, 721)
    step = nodes[1] - nodes[0]
    start = stats.logistic.pdf(nodes)
    evidence = []
    for w, s in itertools.product(exact.WALK, exact.NOISE):
        own = [
            np.array([
                integrate.fixed_quad(
                    lambda z, m=m, p=p, s=s: stats.norm.pdf(z, m, s)
                    * stats.binom.pmf(p[0], sum(p), 1 / (1 + np.exp(-z))),
                    m - 6 * s, m + 6 * s, n=60,
                )[0]
                for m in nodes[::6]
            ])
            for p in pairs
        ]  # fmt: skip
        first, second = (np.interp(nodes, nodes[::6], one) for one in own)
        walk = stats.t.pdf((nodes[:, None] - nodes[None, :]) / w, 3) / w * step
        # The narrow walk needs its mass kept on this grid.
        walk /= walk.sum(axis=0)
        joint = (start * first) @ (walk.T * second)
        evidence.append(math.log(joint.sum()))
    weights = np.exp(np.array(evidence) - max(evidence))
    weights /= weights.sum()
    assert found.weights[0].ravel() == pytest.approx(weights, abs=0.004)


def test_single_series_and_batch_agree():
    rng = np.random.default_rng(3)
    n = np.full((6, 12, 1), 80)
    positive = rng.binomial(80, 0.3, (6, 12, 1))
    low = np.concatenate([positive, n - positive], axis=-1)
    together = exact.fit(low, low, 2.0)
    for i in range(6):
        alone = exact.fit(low[i : i + 1], low[i : i + 1], 2.0)
        assert alone.quantiles()[0] == pytest.approx(together.quantiles()[i], abs=0.001)


def test_a_finer_grid_changes_no_limit_by_a_tenth_of_a_point():
    rng = np.random.default_rng(4)
    positive = rng.binomial(200, 0.1, (4, 20, 1))
    low = np.concatenate([positive, 200 - positive], axis=-1)
    coarse = exact.fit(low, low, 1.0).quantiles()
    fine = exact.fit(low, low, 1.0, grids=exact.lay(low, low, 1.0, 0.04)).quantiles()
    assert np.abs(coarse - fine).max() < 0.001


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=4, max_size=9),
    st.sampled_from([1.0, 2.0, 4.0]),
)
def test_protection_and_refusal_are_mirror_images(pairs, effect):
    series = counts(pairs)
    turned = counts([(b, a) for a, b in pairs])
    one, other = trend.fit(series, effect), trend.fit(turned, effect)
    if not trend.fitted(trend.check(series)):
        assert one["estimate"].isna().all()
        return
    assert one["estimate"].to_numpy() == pytest.approx(1 - other["estimate"].to_numpy(), abs=0.003)
    assert one["low"].to_numpy() == pytest.approx(1 - other["high"].to_numpy(), abs=0.004)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=4, max_size=8))
def test_intervals_lie_within_each_other_and_grow_with_the_design_effect(pairs):
    series = counts(pairs)
    if not trend.fitted(trend.check(series)):
        return
    narrow, wide = trend.fit(series, 1.0), trend.fit(series, 4.0)
    for found in (narrow, wide):
        ends = found[list(trend.INTERVALS)].to_numpy()
        assert (np.diff(ends, axis=1) >= -1e-12).all()
        assert (ends >= 0).all()
        assert (ends <= 1).all()
    large = (narrow["n"] >= 200) & (narrow["positive"] > 20) & (narrow["other"] > 20)
    width = wide["high"] - wide["low"]
    assert (width[large] > (narrow["high"] - narrow["low"])[large]).all()


GERMANY = {2023: (0.2895, 0.2807, 0.239, 0.325), 2024: (0.1020, 0.1026, 0.085, 0.122),
           2025: (0.0691, 0.0702, 0.059, 0.082)}  # fmt: skip


def test_germany_as_worked_out_beforehand():
    """Against an independent prototype: 28.0 [23.9, 32.4], 10.4, 7.0 [5.9, 8.2] in percent."""
    found = ar.trend("Germany").set_index("period")
    for year, (raw, estimate, low, high) in GERMANY.items():
        row = found.loc[year]
        assert row["raw"] == pytest.approx(raw, abs=5e-4)
        assert row["estimate"] == pytest.approx(estimate, abs=0.002)
        assert (row["low"], row["high"]) == (
            pytest.approx(low, abs=0.002), pytest.approx(high, abs=0.002)
        )  # fmt: skip
    assert found.loc[2023, "level_estimate"] < 0.24  # what a smooth curve would say


@pytest.mark.parametrize(
    ("country", "authority", "expected"),
    [
        ("Germany", "BAMF", (-0.211, -0.256, -0.167)),
        ("France", "OFPRA", (0.013, -0.031, 0.057)),
        ("United States", "EOIR", (-0.231, -0.269, -0.192)),
    ],
)
def test_changes_agree_with_the_prototype(country, authority, expected):
    moved = ar.changes(country, 2023, 2025, authority=authority).iloc[0]
    assert (moved["estimate"], moved["low"], moved["high"]) == (pytest.approx(expected, abs=0.006))
    assert moved["crosses_reset"] == (country == "United States")


def test_the_point_stays_near_the_published_rate_where_decisions_are_many():
    table = results.read("trend")
    many = table[(table["n"] >= 1000) & (table["method"] != "none")]
    assert set(many["effect"]) == {1.0, 2.0, 4.0}
    assert len(many) > 100
    assert (many["estimate"] - many["raw"]).abs().max() <= 0.015


def test_draws_have_the_quantiles_of_the_grid():
    series = counts([(12, 60), (30, 40), (25, 41), None, (9, 70)])
    low, high, resets, _ = trend.arrays(series)
    drawn = draws.paths(low, high, 2.0, resets)
    grid = exact.fit(low[None], high[None], 2.0, resets).quantiles()[0]
    assert pytest.approx(grid, abs=0.006) == np.quantile(drawn, exact.LEVELS, axis=0).T
    again = draws.paths(low, high, 2.0, resets)
    assert (drawn == again).all()


def test_a_missing_year_is_no_row_and_no_zero():
    found = trend.fit(counts([(12, 60), (30, 40), None, (9, 70)]))
    assert found["period"].tolist() == [2020, 2021, 2023]


def test_a_new_way_of_counting_takes_nothing_from_the_years_before():
    pairs = [(50, 50), (52, 48), (49, 51), (5, 10), (6, 9), (4, 11)]
    joined = trend.fit(counts(pairs, reset=[False] * 6))
    parted = trend.fit(counts(pairs, reset=[False] * 3 + [True] + [False] * 2))
    assert joined.loc[3, "high"] - joined.loc[3, "low"] != pytest.approx(
        parted.loc[3, "high"] - parted.loc[3, "low"], abs=1e-3
    )
    assert trend.changes(
        counts(pairs, reset=[False] * 3 + [True] + [False] * 2), pairs=[(2020, 2025), (2024, 2025)]
    )["crosses_reset"].tolist() == [True, False]


@pytest.mark.parametrize(
    ("pairs", "word"),
    [
        ([(1, 2), (3, 4)], status.TOO_FEW),
        ([(0, 0), (0, 0), (0, 0)], status.NO_DECISIONS),
        ([(0, 40), (0, 30), (0, 50)], status.ALL_NEGATIVE),
        ([(40, 0), (30, 0), (50, 0)], status.ALL_POSITIVE),
        ([(4, -1), (3, 30), (5, 50)], status.BAD_COUNTS),
        ([(4.5, 1), (3, 30), (5, 50)], status.BAD_COUNTS),
        ([(float("nan"), 1), (3, 30), (5, 50)], status.BAD_COUNTS),
        ([(4, 1), (3, 30), (5, 50)], status.OK),
    ],
)
def test_every_series_has_a_status(pairs, word):
    found = trend.fit(counts(pairs))
    assert set(found["status"]) == {word}
    assert found["estimate"].notna().all() == trend.fitted(word)
    assert word in status.WORDS


def test_one_sided_limits_where_nobody_or_everybody_was_protected():
    none = trend.fit(counts([(0, 40), (0, 30), (0, 50)]))
    assert none["low"].tolist() == [0.0, 0.0, 0.0]
    assert none["high"].max() < 0.12
    every = trend.fit(counts([(40, 0), (30, 0), (50, 0)]))
    assert every["high"].tolist() == [1.0, 1.0, 1.0]
    assert every["low"].min() > 0.88


def test_a_design_effect_below_one_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        trend.fit(counts([(4, 1), (3, 30), (5, 50)]), 0.5)


def test_unknown_names_get_a_clear_line():
    with pytest.raises(UnknownName, match="no authority 'CNDA' in France"):
        ar.trend("France", authority="CNDA")
    with pytest.raises(UnknownName, match="Atlantis"):
        ar.trend("Atlantis")


def test_periods_stand_on_axes_of_years_quarters_and_months():
    assert analyses_series.position("2023-01-01", "2023-12-31", "year") == 2023
    assert analyses_series.position("2023-04-01", "2023-06-30", "quarter") == 2023 * 4 + 1
    assert analyses_series.position("2023-04-01", "2023-04-30", "month") == 2023 * 12 + 3
    assert analyses_series.position("2023-04-01", "2023-06-30", "year") is None
    assert analyses_series.position("2023-02-01", "2023-04-30", "quarter") is None
    with pytest.raises(ValueError, match="year, quarter or month"):
        analyses_series.position("2023-01-01", "2023-12-31", "week")


def test_quarters_are_fitted_like_years_and_a_missing_one_is_a_gap():
    rows = [
        {"source": "Eurostat", "dataset": "d", "vintage": "v", "origin": "RUS",
         "destination": "DEU", "authority": "BAMF", "unit": "persons", "level": "first",
         "stage": "first", "period_start": start, "period_end": end, "outcome": outcome,
         "count": count, "rounding_base": 5, "status": "complete", "note": ""}
        for start, end, granted in (("2023-01-01", "2023-03-31", 40),
                                    ("2023-04-01", "2023-06-30", 35),
                                    ("2023-10-01", "2023-12-31", 15))
        for outcome, count in (("refugee", granted), ("rejected", 100))
    ]  # fmt: skip
    table = analyses_series.counts(rows, frequency="quarter")
    assert table["period"].tolist() == [8092, 8093, 8095]
    assert table["positive_low"].tolist() == [38, 33, 13]
    found = trend.fit(table)
    assert found["status"].tolist() == ["ok"] * 3
    assert found["estimate"].iloc[0] > found["estimate"].iloc[2]
