"""Which grids a series needs for the batched exact sums, from its own counts alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from asylum_report.models.exact import NOISE, SPACING, WALK
from asylum_report.models.likelihood import LARGEST, SMALLEST, Floats, Ints, centre

DROP = 18.0
"""How far the logarithm of a likelihood falls to the end of its grid."""

BEYOND = 0.6
"""Logits of level beyond the likelihoods' ends."""

EMPTY = 7.0
"""Logits below (above) the estimate where nobody (everybody) may be positive."""

EDGE = 14.0
STEP = 2.0
"""Ends of grids are rounded outwards to multiples of so many logits."""

EACH = (4, 8, 16, 32, 64)
"""Points of the fine grid to each of the level's."""


@dataclass(frozen=True, order=True)
class Shape:
    """What series must share to be fitted together.

    Attributes
    ----------
    left, right
        Ends of the grids, in logits.
    fine
        Position in `EACH`.
    resets
        Periods, from 0, in which a new way of counting begins.
    """

    left: float
    right: float
    fine: int
    resets: tuple[int, ...] = ()


def support(low: Ints, high: Ints, effect: float) -> tuple[Floats, Floats]:
    """Return where the likelihood of each period begins and ends, in logits.

    Parameters
    ----------
    low, high
        (..., 2): as in `exact.fit`; whatever stands for missing periods comes out as such.
    """
    low, high = np.maximum(low, 0), np.maximum(high, 0)
    logit, error = centre(low, high, effect)
    # As far as `exact.lay`, or to where the likelihood has fallen to next to nothing.
    left = np.maximum(logit - 6 * error, _end(low[..., 0], high[..., 1], effect, -1.0))
    right = np.minimum(logit + 6 * error, _end(high[..., 0], low[..., 1], effect, 1.0))
    far = np.maximum(6 * error, EMPTY)
    left = np.where(low[..., 0] == 0, logit - far, left)
    right = np.where(low[..., 1] == 0, logit + far, right)
    return np.maximum(left, -EDGE), np.minimum(right, EDGE)


def _end(positive: Ints, other: Ints, effect: float, side: float) -> Floats:
    """Return the logit to one side of the mode at which the log-likelihood has fallen by `DROP`."""
    a, b = positive.astype(float), other.astype(float)
    near = np.log((a + 0.5) / (b + 0.5))
    top = _log_likelihood(a, b, effect, near)
    far = np.full_like(near, side * 40.0)
    for _ in range(12):
        middle = (near + far) / 2
        within = top - _log_likelihood(a, b, effect, middle) < DROP
        near, far = np.where(within, middle, near), np.where(within, far, middle)
    return np.asarray(far)


def _log_likelihood(a: Floats, b: Floats, effect: float, logit: Floats) -> Floats:
    log_p, log_q = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
    if effect == 1:
        return np.asarray(a * log_p + b * log_q)
    size = np.clip((a + b - effect) / (effect - 1), SMALLEST, LARGEST)
    p, q = size * np.exp(log_p), size * np.exp(log_q)
    return np.asarray(gammaln(a + p) - gammaln(p) + gammaln(b + q) - gammaln(q))


def shapes(low: Ints, high: Ints, effect: float) -> list[Shape]:
    """Return the grids that each series needs, from its own counts alone; without resets.

    Parameters
    ----------
    low, high
        (series, periods, 2), -1 where missing; every series has a period with decisions.
    """
    there = low[..., 0] >= 0
    left, right = support(low, high, effect)
    _, error = centre(np.maximum(low, 0), np.maximum(high, 0), effect)
    left = np.where(there, left, np.inf).min(axis=1) - BEYOND
    right = np.where(there, right, -np.inf).max(axis=1) + BEYOND
    wanted = np.where(there, error, np.inf).min(axis=1) / 2
    left = np.maximum(-EDGE, np.floor(left / STEP) * STEP)
    right = np.minimum(EDGE, np.ceil(right / STEP) * STEP)
    # The coarsest spacing that takes two points a standard error of the sharpest period.
    fine = np.searchsorted(np.array(EACH), SPACING / wanted).clip(0, len(EACH) - 1)
    ends = zip(left.tolist(), right.tolist(), fine.tolist(), strict=True)
    return [Shape(*one) for one in ends]


def numbers(form: Shape, periods: int) -> int:
    """Return how many numbers a series takes in the largest array of `fit`."""
    size = round((form.right - form.left) / SPACING) + 1
    return max(len(WALK) * len(NOISE) * size, (size - 1) * EACH[form.fine] + 1) * periods
