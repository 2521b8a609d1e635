"""Forecasts of monthly counts as quantiles: random walks on logs, and what needs no fitting.

Everything happens on ``y = log(count + 1)``, so that a month without anybody has a value and a
change is a ratio. A forecaster takes the values up to its origin and sees nothing later. Months
without a value are gaps (NaN), never zero. No forecaster foresees an event: what it says rests on
how large changes were.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

from asylum_report.models import status
from asylum_report.models.scoring import LEVELS

Array = NDArray[np.float64]

HORIZON = 12
WINDOW = 24
"""Months of changes from which the baseline takes its spread, and the fewest of any forecast."""

HALF_LIFE = 12.0
LONG_RUN = 0.25
FREEDOM = 5.0
PRIOR = 4.0
"""Of the weighted walk: half-life of past changes in months, weight of the whole past, degrees of
freedom of its tails, and how many months or spans speak for no month effect and for the square
root of time."""


@dataclass(frozen=True)
class Forecast:
    """Quantiles of log counts, one row a horizon, or none with the reason as a status."""

    quantiles: Array | None
    status: str = status.OK
    note: str = ""


Forecaster = Callable[[Array, int, int], Forecast]
"""Takes log counts, calendar month (1 to 12) of the first, and the number of months ahead."""


def to_log(counts: ArrayLike) -> Array:
    """Return ``log(count + 1)``; missing stays missing."""
    return np.log1p(np.asarray(counts, float))


def to_count(values: ArrayLike) -> Array:
    """Return counts from log counts, never below zero."""
    return np.maximum(np.expm1(np.asarray(values, float)), 0.0)


def check(counts: ArrayLike) -> str:
    """Return the status of a monthly series: whether it can be forecast at all."""
    values = np.asarray(counts, float)
    known = values[~np.isnan(values)]
    if np.any(known < 0) or np.any(known != np.floor(known)):
        return status.BAD_COUNTS
    if known.size <= WINDOW:
        return status.TOO_FEW
    if np.isnan(values[-1]):
        return status.NO_LAST
    if np.all(known[-WINDOW - 1 :] == known[-1]):
        return status.FLAT
    return status.OK


def changes(values: Array) -> tuple[Array, NDArray[np.int_]]:
    """Return changes between neighbouring known months and where they end.

    Over a gap of k months the change is divided by the square root of k, which is its size for
    one month under a random walk.
    """
    known = np.flatnonzero(~np.isnan(values))
    return np.diff(values[known]) / np.sqrt(np.diff(known)), known[1:]


def normal(centre: ArrayLike, spread: ArrayLike) -> Array:
    """Return the quantiles of normal distributions, one row a horizon."""
    return np.asarray(centre, float)[:, None] + np.asarray(spread, float)[:, None] * ndtri(LEVELS)


def walk(values: Array, first_month: int = 1, horizon: int = HORIZON) -> Forecast:
    """Random walk: the last value, spreading with the square root of time. The baseline.

    ``y[T+h] ~ N(y[T], h s^2)``, s^2 the mean square of the last 24 monthly changes (no drift).
    """
    moved = changes(values)[0][-WINDOW:]
    if moved.size < WINDOW // 2:
        return Forecast(None, status.TOO_FEW)
    if not np.any(moved):
        return Forecast(None, status.FLAT)
    ahead = np.arange(1, horizon + 1)
    spread = np.sqrt(np.mean(moved**2) * ahead)
    return Forecast(normal(np.full(horizon, values[-1]), spread))


def recalibrated_walk(values: Array, first_month: int = 1, horizon: int = HORIZON) -> Forecast:
    """Return the baseline, widened or narrowed by how its earlier forecasts did.

    At each horizon h the spread is multiplied by ``(N/h c + 4) / (N/h + 4)``, where c is the 95th
    percentile of the N earlier standardised errors (those whose target is known at the origin),
    divided by 1.96. Four spans of h months speak for no change.
    """
    base = walk(values, first_month, horizon)
    if base.quantiles is None:
        return base
    moved, ends = changes(values)
    squares = np.full(len(values), np.nan)
    for place in range(WINDOW // 2, moved.size + 1):
        squares[ends[place - 1]] = np.mean(moved[max(0, place - WINDOW) : place] ** 2)
    centre = values[-1]
    factor = np.ones(horizon)
    for h in range(1, horizon + 1):
        z = np.abs(values[h:] - values[:-h]) / np.sqrt(h * squares[:-h])
        z = z[np.isfinite(z)]
        if z.size:
            spans = z.size / h
            found = float(np.quantile(z, 0.95)) / float(ndtri(0.975))
            factor[h - 1] = (spans * found + PRIOR) / (spans + PRIOR)
    return Forecast(centre + (base.quantiles - centre) * factor[:, None])


def month_effects(values: Array, first_month: int) -> Array:
    """Return the usual change into each calendar month, drawn towards none; they add up to zero.

    The sum of the changes into that month over their number plus `PRIOR`: a month seen twice keeps
    a third of what it showed.
    """
    moved, month = np.diff(values), (first_month - 1 + np.arange(1, len(values))) % 12
    known = ~np.isnan(moved)
    sums = np.bincount(month[known], moved[known], 12)
    found = sums / (np.bincount(month[known], minlength=12) + PRIOR)
    return np.asarray(found - found.mean())


def weighted_walk(values: Array, first_month: int = 1, horizon: int = HORIZON) -> Forecast:
    """Random walk with month effects, a spread that remembers, and heavy tails.

    Centre: the last value plus shrunken month effects. Spread: squared changes weighted by half
    every 12 months, a quarter of the weight to their mean over the whole past, times the horizon
    and times the ratio in which the squared changes over h months exceeded h months' worth
    (drawn to one by four spans). Shape: Student's t with 5 degrees of freedom.

    The constants were set by the usual size of such memories and on the EU+ series up to 2017,
    which is scored nowhere. The ratio over h months was added after the baseline's interval had
    been seen to hold too little on US border encounters; on that series its test is not wholly
    independent.
    """
    moved, ends = changes(values)
    if moved.size < WINDOW // 2:
        return Forecast(None, status.TOO_FEW)
    if not np.any(moved):
        return Forecast(None, status.FLAT)
    weight = 0.5 ** ((len(values) - 1 - ends) / HALF_LIFE)
    past = float(np.mean(moved**2))
    square = (1 - LONG_RUN) * float(np.sum(weight * moved**2) / np.sum(weight)) + LONG_RUN * past
    effects = month_effects(values, first_month)
    ahead = np.arange(1, horizon + 1)
    ratio = np.ones(horizon)
    for h in ahead[: len(values) - 1]:
        span = values[h:] - values[:-h]
        span = span[~np.isnan(span)]
        if span.size:
            spans = span.size / h
            ratio[h - 1] = (spans * np.mean(span**2) / (h * past) + PRIOR) / (spans + PRIOR)
    centre = values[-1] + np.cumsum(effects[(first_month - 2 + len(values) + ahead) % 12])
    shape = stdtrit(FREEDOM, LEVELS) / np.sqrt(FREEDOM / (FREEDOM - 2))
    return Forecast(centre[:, None] + np.sqrt(square * ahead * ratio)[:, None] * shape)


def seasonal_naive(values: Array, first_month: int = 1, horizon: int = HORIZON) -> Forecast:
    """Return the same month a year before, with the spread of the last 24 changes over a year."""
    if horizon > 12:
        raise ValueError("seasonal naive forecasts at most 12 months")
    if len(values) < WINDOW:
        return Forecast(None, status.TOO_FEW)
    over_a_year = values[12:] - values[:-12]
    known = over_a_year[~np.isnan(over_a_year)][-WINDOW:]
    centre = values[len(values) - 12 :][:horizon]
    if known.size < WINDOW // 2 - 1 or np.any(np.isnan(centre)):
        return Forecast(None, status.TOO_FEW, "a month of the year before is missing")
    if not np.any(known):
        return Forecast(None, status.FLAT)
    return Forecast(normal(centre, np.full(horizon, np.sqrt(np.mean(known**2)))))


def ensemble(members: Mapping[str, Forecast]) -> Forecast:
    """Return the unweighted median of the members' quantiles, level by level and on logs.

    A member without a forecast is left out, and named in the note.
    """
    given = [one.quantiles for one in members.values() if one.quantiles is not None]
    left = [name for name, one in members.items() if one.quantiles is None]
    note = f"without {', '.join(left)}" if left else ""
    if len(given) < 2:
        return Forecast(None, status.FAILED, note)
    return Forecast(np.median(np.stack(given), axis=0), status.OK, note)
