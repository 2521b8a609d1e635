"""Scores of probabilistic forecasts that are given as quantiles.

Weighted interval score: Bracher, Ray, Gneiting and Reich 2021, PLOS Computational Biology 17.
CRPS as an integral of quantile scores: Gneiting and Ranjan 2011, Journal of Business and Economic
Statistics 29. MASE: Hyndman and Koehler 2006, International Journal of Forecasting 22. Scores on
log counts: Bosse et al. 2023, PLOS Computational Biology 19. Moving blocks: Künsch 1989, Annals of
Statistics 17. Lower is better for all but coverage.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

LEVELS: Array = np.array([0.01, 0.025, *(k / 20 for k in range(1, 20)), 0.975, 0.99])
"""The 23 probability levels of a forecast, as the forecast hubs use them."""

MEDIAN = 11
INTERVALS = {"95": (1, 21), "80": (3, 19), "50": (6, 16)}
"""Central intervals by name: places of their ends among `LEVELS`."""


def pinball(quantiles: ArrayLike, observed: ArrayLike, levels: ArrayLike = LEVELS) -> Array:
    """Return the quantile score of each quantile: ``(1{y < q} - tau) (q - y)``.

    Parameters
    ----------
    quantiles
        Last axis: quantiles at `levels`.
    observed
        Values, of the shape of `quantiles` without its last axis. A missing one (NaN) gives NaN.

    Raises
    ------
    ValueError
        If the quantiles are not as many as the levels.
    """
    q, tau = np.asarray(quantiles, float), np.asarray(levels, float)
    if q.shape[-1] != tau.size:
        raise ValueError(f"{q.shape[-1]} quantiles for {tau.size} levels")
    y = np.asarray(observed, float)[..., None]
    return np.where(y < q, 1 - tau, -tau) * (q - y)


def interval_score(low: ArrayLike, high: ArrayLike, observed: ArrayLike, uncovered: float) -> Array:
    """Return the interval score: width plus ``2/alpha`` times the distance of what lies outside.

    Parameters
    ----------
    uncovered
        alpha: 0.05 for a 95 % interval.
    """
    lower, upper, y = (np.asarray(each, float) for each in (low, high, observed))
    outside = np.maximum(lower - y, 0) + np.maximum(y - upper, 0)
    return upper - lower + 2 / uncovered * outside


def wis(quantiles: ArrayLike, observed: ArrayLike, levels: ArrayLike = LEVELS) -> Array:
    """Return the weighted interval score in the unit of the data.

    With K central intervals and the median m, ``WIS = (|y - m|/2 + sum_k alpha_k/2 IS_k) /
    (K + 1/2)``, which is twice the mean quantile score.
    """
    return np.asarray(2 * pinball(quantiles, observed, levels).mean(axis=-1))


def crps(quantiles: ArrayLike, observed: ArrayLike, levels: ArrayLike = LEVELS) -> Array:
    """Return the continuous ranked probability score, integrated over the levels.

    ``CRPS = 2 * integral over tau of the quantile score``, by the trapezoid rule between levels;
    beyond the outermost ones the score is taken to fall to its limit of zero, linearly. Against
    the WIS, which weighs every level alike, a level counts by the room it stands for.
    """
    scores, tau = pinball(quantiles, observed, levels), np.asarray(levels, float)
    inner = np.sum((scores[..., 1:] + scores[..., :-1]) / 2 * np.diff(tau), axis=-1)
    outer = (scores[..., 0] * tau[0] + scores[..., -1] * (1 - tau[-1])) / 2
    return np.asarray(2 * (inner + outer))


def covered(quantiles: ArrayLike, observed: ArrayLike, interval: str = "95") -> Array:
    """Return 1 where the central interval holds the value, 0 where not, NaN where it is missing."""
    q, y = np.asarray(quantiles, float), np.asarray(observed, float)
    low, high = INTERVALS[interval]
    inside = (q[..., low] <= y) & (y <= q[..., high])
    return np.where(np.isnan(y) | np.isnan(q[..., low]), np.nan, inside.astype(float))


def naive_scale(history: ArrayLike) -> float:
    """Return MASE's denominator: the mean absolute change between neighbouring periods.

    Missing periods are passed over: a change counts only between neighbours. NaN where there is
    none, or where nothing ever changed.
    """
    changes = np.abs(np.diff(np.asarray(history, float)))
    known = changes[~np.isnan(changes)]
    return float(known.mean()) if known.size and known.mean() > 0 else float("nan")


def block_ratio(
    scores: ArrayLike, baseline: ArrayLike, block: int, replications: int, seed: int
) -> tuple[float, float, float]:
    """Return a ratio of mean scores with a 95 % interval from moving blocks of origins.

    Parameters
    ----------
    scores, baseline
        Rows: forecast origins in order of time; columns: horizons. Where either is missing (NaN)
        neither counts.
    block
        Length of a block in origins: at least the longest horizon, since forecasts of neighbouring
        origins share most of their targets.
    replications
        Bootstrap samples.
    seed
        Equal seeds give equal intervals.

    Returns
    -------
    tuple
        Ratio, low, high (percentiles 2.5 and 97.5). NaN for the ends where there are fewer origins
        than two blocks. It speaks of the sampling of origins, not of events that never happened.
    """
    ours, theirs = (
        np.atleast_2d(np.asarray(scores, float)),
        np.atleast_2d(np.asarray(baseline, float)),
    )
    missing = np.isnan(ours) | np.isnan(theirs)
    a = np.where(missing, 0, ours).sum(axis=1)
    b = np.where(missing, 0, theirs).sum(axis=1)
    if b.sum() <= 0:
        return float("nan"), float("nan"), float("nan")
    ratio, number = float(a.sum() / b.sum()), len(a)
    if number < 2 * block:
        return ratio, float("nan"), float("nan")
    places = _blocks(number, block, replications, seed)
    drawn = a[places].sum(axis=1) / b[places].sum(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return ratio, float(low), float(high)


def _blocks(number: int, block: int, replications: int, seed: int) -> NDArray[np.int_]:
    """Return which origins each bootstrap sample draws: moving blocks, cut to the same number."""
    starts = np.random.default_rng(seed).integers(
        0, number - block + 1, size=(replications, -(-number // block))
    )
    return (starts[..., None] + np.arange(block)).reshape(replications, -1)[:, :number]


def block_mean(
    values: ArrayLike, block: int, replications: int, seed: int
) -> tuple[float, float, float]:
    """Return the mean of a table of origins by horizons with a 95 % interval, as `block_ratio`."""
    table = np.atleast_2d(np.asarray(values, float))
    return block_ratio(table, np.where(np.isnan(table), np.nan, 1.0), block, replications, seed)


def cluster_ratio(
    scores: ArrayLike, baseline: ArrayLike, clusters: ArrayLike, replications: int, seed: int
) -> tuple[float, float, float]:
    """Return a ratio of mean scores with a 95 % interval that draws whole clusters anew.

    Parameters
    ----------
    scores, baseline
        One value a forecast.
    clusters
        To which cluster (destination) each belongs: forecasts of one stand or fall together.
    """
    a, b = np.asarray(scores, float), np.asarray(baseline, float)
    _, member = np.unique(np.asarray(clusters), return_inverse=True)
    number = int(member.max()) + 1 if member.size else 0
    if number == 0 or b.sum() <= 0:
        return float("nan"), float("nan"), float("nan")
    ours, theirs = np.bincount(member, a, number), np.bincount(member, b, number)
    ratio = float(a.sum() / b.sum())
    if number < 5:
        return ratio, float("nan"), float("nan")
    drawn = np.random.default_rng(seed).integers(0, number, size=(replications, number))
    low, high = np.percentile(ours[drawn].sum(axis=1) / theirs[drawn].sum(axis=1), [2.5, 97.5])
    return ratio, float(low), float(high)
