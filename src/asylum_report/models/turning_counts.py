"""Did a level of counts change at a given date? Two statistics that do not mistake a walk for one.

Both work on x = log(count + 1/2) of many series at once (rows), on a regular grid on which missing
periods are NaN in every row alike. Neither is read against a normal law: `turning_null` gives the
law that each has where nothing happened.

Walk (a counterfactual from before the event): a walk that goes on as it did has, h periods after
its last value b before the event and s periods left out, the forecast x_b and for the mean of the
h values after the event the variance

    sigma^2 * (s + (h + 1) * (2 h + 1) / (6 h)).

The statistic is (mean of the h values - x_b) over the root of that, with sigma from the mean
absolute change in the WINDOW periods up to b (times sqrt(pi / 2), which is the standard deviation
under a normal law). The mean absolute change is swayed less than the root mean square by one
large change, and uses more of what is known than a median. It is multiplied by what the same
statistic did at the dates before the event (placebo dates) where that was more than it should be.

Level: the same h values and the periods before as a local level (a walk seen with noise) with a
step at the event, by generalised least squares, averaged over the ratio of noise to walk with the
restricted likelihood of each as its weight.

Units: logarithms, so that exp(effect) is a ratio. Assumes that changes from period to period are
alike in size in the window and after it. Source: A. C. Harvey, Forecasting, Structural Time Series
Models and the Kalman Filter (1989), chapters 4 and 7. What fails: `turning_control`.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from asylum_report.models import status
from asylum_report.models.turning_dates import Split
from asylum_report.models.turning_gls import Effects, averaged

Array = NDArray[np.float64]

WINDOW = 60
"""Changes before an event from which their usual size is taken, at most."""
LEAST = 24
"""Changes before an event that are needed at least."""
HORIZON = 3
RATIOS = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Variance of the noise over that of one period's walk."""


def logs(counts: Array) -> Array:
    """Return log(count + 1/2), so that a zero stays finite; NaN stays NaN."""
    return np.asarray(np.log(counts + 0.5))


def bad(counts: Array) -> bool:
    """Return whether a count is negative or no whole number."""
    known = counts[~np.isnan(counts)]
    return bool((known < 0).any() or (known != np.round(known)).any())


def factor(skipped: int, horizon: int) -> float:
    """Return the variance of the mean after the event, in units of one period's walk."""
    return skipped + (horizon + 1) * (2 * horizon + 1) / (6 * horizon)


def changes(x: Array) -> Array:
    """Return changes from one known period to the next, over a hole divided by its length's root.

    NaN where the period before is the last of a hole or the period itself is missing.
    """
    found = np.full(x.shape, np.nan)
    known = np.flatnonzero(~np.isnan(x).any(axis=0))
    steps = np.diff(known)
    found[:, known[1:]] = (x[:, known[1:]] - x[:, known[:-1]]) / np.sqrt(steps)
    return found


def reason(known: NDArray[np.bool_], at: Split, horizon: int = HORIZON) -> str:
    """Return the status of a date: whether enough is known before it and after it.

    Parameters
    ----------
    known
        Which periods of the grid have a value.
    at
        Where the event divides them.
    horizon
        Periods after the event.
    """
    if at.first + horizon > len(known):
        return status.NO_PERIODS_AFTER
    if not known[at.first : at.first + horizon].all() or (at.base >= 0 and not known[at.base]):
        return status.MISSING_PERIOD
    if at.base < 0 or known[max(0, at.base - WINDOW) : at.base + 1].sum() - 1 < LEAST:
        return status.TOO_FEW
    return status.OK


def _before(x: Array, at: Split) -> Array:
    return changes(x[:, max(0, at.base - WINDOW) : at.base + 1])


def walk(x: Array, at: Split, horizon: int = HORIZON, placebo: bool = True) -> Effects:
    """Return mean of the periods after an event over the last before it, and its standard error.

    Parameters
    ----------
    x
        Series in rows, logarithms.
    at
        A date whose `reason` is ok.
    horizon
        Periods after the event that are averaged.
    placebo
        Whether the statistic at earlier dates widens the error.
    """
    effect = x[:, at.first : at.first + horizon].mean(axis=1) - x[:, at.base]
    one = np.nanmean(np.abs(_before(x, at)), axis=1) * np.sqrt(np.pi / 2)
    scale = one * np.sqrt(factor(at.skipped, horizon))
    if placebo:
        scale = scale * np.maximum(1.0, _inflation(x, at, one, horizon))
    return Effects(effect, scale)


def _inflation(x: Array, at: Split, one: Array, horizon: int) -> Array:
    """Return the mean size of the statistic at dates before the event over what a walk has."""
    window = x[:, max(0, at.base - WINDOW) : at.base + 1]
    length = window.shape[1]
    lag = at.skipped + 1
    last = length - lag - horizon + 1
    if last < 1:
        return np.ones(len(x))
    means = sum(window[:, lag + k : lag + k + last] for k in range(horizon)) / horizon
    moved = np.abs(means - window[:, :last])
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.nanmean(moved, axis=1) * np.sqrt(np.pi / 2)
        ratio = size / (one * np.sqrt(factor(at.skipped, horizon)))
    return np.asarray(np.nan_to_num(ratio, nan=1.0, posinf=1.0))


def level(x: Array, at: Split, horizon: int = HORIZON) -> Effects:
    """Return the step of a local level at an event, and its standard error.

    Parameters
    ----------
    x, at, horizon
        As for `walk`.
    """
    columns = np.arange(max(0, at.base - WINDOW), at.first + horizon)
    inside = ~np.isnan(x[:, columns]).any(axis=0) & ((columns <= at.base) | (columns >= at.first))
    columns = columns[inside]
    design = np.column_stack([np.ones(len(columns)), columns >= at.first]).astype(float)
    # Where a walk starts is part of the constant, so that it may start one period earlier.
    sizes, turn = _axes(tuple((columns - columns[0] + 1).tolist()))
    return averaged(
        x[:, columns] @ turn, (turn.T @ design)[None], [(sizes + r)[None] for r in RATIOS], False
    )


@functools.lru_cache(maxsize=256)
def _axes(times: tuple[int, ...]) -> tuple[Array, Array]:
    """Return sizes and axes of a walk's covariance; kept, because dates share their windows."""
    sizes, turn = np.linalg.eigh(np.minimum.outer(times, times).astype(float))
    return sizes, turn


METHODS = {"walk": walk, "level": level}
"""The two ways, by name."""
