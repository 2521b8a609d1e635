"""The fast fit: beside the exact one, on limits that are known, and where it must not be used."""

from __future__ import annotations

import numpy as np
import pytest

from asylum_report.models import exact, fast
from asylum_report.models.exact import LEVELS


def both(positive, other, effect=1.0):
    counts = np.stack([positive, other], -1)[None]
    slow = exact.fit(counts, counts, effect)
    own, level, settled = fast.fit(counts[..., 0], counts[..., 1], effect)
    assert settled.all()
    return own[0], slow.quantiles()[0], level[0], slow.level_quantiles()[0]


@pytest.mark.parametrize("effect", [1.0, 4.0])
def test_with_large_counts_the_propensity_is_that_of_the_exact_fit(effect):
    random = np.random.default_rng(11)
    for rate in (0.1, 0.3, 0.6):
        chance = 1 / (1 + np.exp(-np.log(rate / (1 - rate)) - random.normal(0, 0.3, 14)))
        positive = random.binomial(6000, chance)
        own, slow, _, _ = both(positive, 6000 - positive, effect)
        assert np.abs(own - slow).max() < 0.006


def test_beside_a_jump_the_period_keeps_its_own_propensity():
    positive = np.array([300, 310, 290, 305, 100, 95, 102, 98])
    own, slow, _, _ = both(positive, 1000 - positive)
    assert np.abs(own - slow).max() < 0.01
    assert abs(own[4, 3] - 0.1) < 0.012


def test_quantiles_rise_and_hold_the_raw_rate():
    positive, n = np.array([50, 60, 40, 80, 70]), 200
    own, _, level, _ = both(positive, n - positive)
    assert own.shape == level.shape == (5, len(LEVELS))
    assert (np.diff(own, axis=1) > 0).all()
    assert (np.diff(level, axis=1) > 0).all()
    assert ((own[:, 0] < positive / n) & (positive / n < own[:, -1])).all()


def test_positive_and_other_change_places():
    positive, other = np.array([[150.0, 80, 200, 120]]), np.array([[300.0, 310, 260, 400]])
    one, _, _ = fast.fit(positive, other)
    two, _, _ = fast.fit(other, positive)
    assert np.allclose(one, 1 - two[..., ::-1], atol=1e-6)


def test_a_missing_period_has_a_level_but_no_propensity():
    own, level, _ = fast.fit(np.array([[100.0, 0, 120]]), np.array([[200.0, 0, 210]]))
    assert np.isnan(own[0, 1]).all()
    assert np.isfinite(level).all()
    assert level[0, 1, -1] - level[0, 1, 0] > level[0, 0, -1] - level[0, 0, 0]


def test_a_larger_design_effect_widens_every_interval():
    positive, other = np.array([[500.0, 450, 520]]), np.array([[900.0, 950, 880]])
    narrow, _, _ = fast.fit(positive, other)
    wide, _, _ = fast.fit(positive, other, 4.0)
    ratio = (wide[..., -1] - wide[..., 0]) / (narrow[..., -1] - narrow[..., 0])
    # Twice the standard error, less what neighbours lend.
    assert (ratio > 1.6).all()
    assert (ratio < 2.05).all()
