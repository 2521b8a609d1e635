"""Scores of quantile forecasts against values worked out by hand and in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from asylum_report.models import scoring


def test_levels_are_the_23_of_the_forecast_hubs():
    assert scoring.LEVELS.tolist() == [
        0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7,
        0.75, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99,
    ]  # fmt: skip
    assert scoring.LEVELS[scoring.MEDIAN] == 0.5
    ends = {k: tuple(scoring.LEVELS[list(v)]) for k, v in scoring.INTERVALS.items()}
    assert ends == {"95": (0.025, 0.975), "80": (0.1, 0.9), "50": (0.25, 0.75)}


def test_interval_score_by_hand():
    # Width 4; outside by 3 at alpha 0.2: 4 + 2 / 0.2 * 3.
    assert scoring.interval_score(8, 12, 15, 0.2) == pytest.approx(34.0)
    assert scoring.interval_score(8, 12, 9, 0.2) == pytest.approx(4.0)
    assert scoring.interval_score(8, 12, 7.5, 0.5) == pytest.approx(6.0)


def test_wis_of_one_interval_and_a_median_by_hand():
    # Median 10, 80 % interval 8 to 12, observed 15: (0.5 * 5 + 0.2 / 2 * 34) / 1.5.
    found = scoring.wis([8.0, 10.0, 12.0], 15.0, levels=[0.1, 0.5, 0.9])
    assert found == pytest.approx((0.5 * 5 + 0.1 * 34) / 1.5)
    assert found == pytest.approx(5.9 / 1.5)


def test_wis_is_the_sum_over_intervals_of_the_paper():
    rng = np.random.default_rng(3)
    q = np.sort(rng.normal(size=23))
    for y in (-3.0, 0.1, 2.5):
        total = 0.5 * abs(y - q[11])
        for k in range(11):
            alpha = 2 * scoring.LEVELS[k]
            total += alpha / 2 * float(scoring.interval_score(q[k], q[22 - k], y, alpha))
        assert scoring.wis(q, y) == pytest.approx(total / 11.5)


def _crps_normal(mu: float, sigma: float, y: float) -> float:
    z = (y - mu) / sigma
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return sigma * (z * (2 * ndtr(z) - 1) + 2 * density - 1 / math.sqrt(math.pi))


@pytest.mark.parametrize("y", [-2.0, -0.4, 0.0, 0.7, 1.5])
def test_crps_agrees_with_the_closed_form_of_the_normal(y):
    found = scoring.crps(3 + 2 * ndtri(scoring.LEVELS), 3 + 2 * y)
    assert found == pytest.approx(_crps_normal(3, 2, 3 + 2 * y), rel=0.03)
    fine = np.arange(1, 2000) / 2000
    assert scoring.crps(3 + 2 * ndtri(fine), 3 + 2 * y, fine) == pytest.approx(
        _crps_normal(3, 2, 3 + 2 * y), rel=0.001
    )


def test_the_known_crps_at_the_mean_of_a_standard_normal():
    # Gneiting and Raftery 2007: (sqrt(2) - 1) / sqrt(pi) = 0.2337.
    assert _crps_normal(0, 1, 0) == pytest.approx(0.2337, abs=5e-5)


def test_coverage_counts_the_ends_and_keeps_missing_missing():
    q = np.arange(23.0)
    assert scoring.covered(q, 1.0, "95") == 1
    assert scoring.covered(q, 21.0, "95") == 1
    assert scoring.covered(q, 0.9, "95") == 0
    assert scoring.covered(q, 17.0, "50") == 0
    assert np.isnan(scoring.covered(q, np.nan, "50"))


def test_mase_scale_passes_over_gaps():
    assert scoring.naive_scale([1.0, 3.0, np.nan, 10.0, 6.0]) == pytest.approx(3.0)
    assert math.isnan(scoring.naive_scale([4.0, 4.0, 4.0]))
    assert math.isnan(scoring.naive_scale([4.0]))


def test_a_ratio_of_scores_skips_what_either_lacks():
    ours = [[1.0, np.nan], [2.0, 3.0]]
    theirs = [[2.0, 5.0], [np.nan, 6.0]]
    ratio, low, high = scoring.block_ratio(ours, theirs, block=12, replications=10, seed=1)
    assert ratio == pytest.approx((1 + 3) / (2 + 6))
    assert math.isnan(low)
    assert math.isnan(high)  # fewer origins than two blocks


def test_blocks_of_one_give_the_ordinary_bootstrap():
    rng = np.random.default_rng(5)
    values = rng.normal(10, 2, size=400)
    mean, low, high = scoring.block_mean(values[:, None], 1, 4000, seed=2)
    error = values.std() / 20
    assert mean == pytest.approx(values.mean())
    assert low == pytest.approx(mean - 1.96 * error, abs=0.03)
    assert high == pytest.approx(mean + 1.96 * error, abs=0.03)


def test_blocks_widen_the_interval_of_scores_that_hang_together():
    rng = np.random.default_rng(6)
    slow = np.repeat(rng.normal(0, 1, size=20), 12)[:, None] + 5
    alone, together = (scoring.block_mean(slow, block, 2000, seed=3) for block in (1, 12))
    assert together[2] - together[1] > 2 * (alone[2] - alone[1])


def test_equal_seeds_give_equal_intervals():
    rng = np.random.default_rng(7)
    a, b = rng.uniform(1, 2, (60, 12)), rng.uniform(1, 2, (60, 12))
    assert scoring.block_ratio(a, b, 12, 200, 4) == scoring.block_ratio(a, b, 12, 200, 4)
    assert scoring.block_ratio(a, b, 12, 200, 4) != scoring.block_ratio(a, b, 12, 200, 5)


def test_clusters_are_drawn_whole():
    scores = np.array([1.0, 1.0, 4.0, 4.0])
    ratio, low, _ = scoring.cluster_ratio(scores, np.ones(4) * 2, ["a", "a", "b", "b"], 100, 1)
    assert ratio == pytest.approx(10 / 8)
    assert math.isnan(low)  # fewer than five clusters
    many = np.repeat(np.arange(10), 3)
    ratio, low, high = scoring.cluster_ratio(np.ones(30), np.full(30, 2.0), many, 100, 1)
    assert (ratio, low, high) == (0.5, 0.5, 0.5)


def test_quantiles_must_be_as_many_as_levels():
    with pytest.raises(ValueError, match="22 quantiles for 23 levels"):
        scoring.wis(np.zeros(22), 1.0)


@given(
    st.lists(st.floats(-50, 50), min_size=23, max_size=23),
    st.floats(-60, 60),
    st.floats(-20, 20),
    st.floats(0.1, 10),
)
def test_scores_are_never_negative_and_follow_shift_and_unit(values, y, shift, unit):
    q = np.sort(values)
    for score in (scoring.wis, scoring.crps):
        found = float(score(q, y))
        assert found >= 0
        assert float(score(q + shift, y + shift)) == pytest.approx(found, abs=1e-9)
        assert float(score(q * unit, y * unit)) == pytest.approx(found * unit, abs=1e-8)
