"""What a statistic does where nothing happened: simulated, for one date, many dates and a search.

Both statistics of `turning_counts` are free of level and scale, so that their law under a walk
depends only on the grid (length, holes), the date and the horizon. It is simulated on exactly
those, under each of `LAWS`, and a p value is the largest that any of the laws gives: a series need
not tell which of them it follows. Walks with heavy tails are among them because real series jump
now and then for reasons that nobody dated.

With k of N simulated statistics at least as far from zero,

    p = q + 1.645 sqrt(q (1 - q) / N),    q = (1 + k) / (1 + N),

so that what the simulation itself leaves open counts against finding something.

For many dates the law of the smallest p value over all of them is simulated on the same walks, so
that overlapping dates are not counted as if they were independent (Westfall and Young, 1993).
Walks of different series are independent of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from asylum_report.models.turning_counts import HORIZON, METHODS
from asylum_report.models.turning_dates import Split

Array = NDArray[np.float64]

Law = Callable[[Generator, int, int], Array]


def normal_walk(rng: Generator, rows: int, length: int) -> Array:
    """Return walks with normal changes."""
    return np.cumsum(rng.standard_normal((rows, length)), axis=1)


def heavy_walk(rng: Generator, rows: int, length: int, freedom: float = 3.0) -> Array:
    """Return walks whose changes follow Student's t: now and then a jump."""
    return np.cumsum(rng.standard_t(freedom, (rows, length)), axis=1)


def noisy_walk(rng: Generator, rows: int, length: int) -> Array:
    """Return walks seen with noise as large as one period's change."""
    return normal_walk(rng, rows, length) + rng.standard_normal((rows, length))


LAWS: dict[str, Law] = {"normal": normal_walk, "heavy": heavy_walk, "noisy": noisy_walk}


MARGIN = 1.645
"""Standard errors of a simulated share by which it is taken larger."""


def bound(count: NDArray[np.int64], number: int) -> Array:
    """Return p from how many of so many simulated statistics are as far from zero."""
    share = (1 + count) / (1 + number)
    return np.asarray(np.minimum(1.0, share + MARGIN * np.sqrt(share * (1 - share) / number)))


def tail(level: float, number: int) -> float:
    """Return the share of simulated statistics at which `bound` reaches a level."""
    ratio = MARGIN**2 / number
    middle = 2 * level + ratio
    root = np.sqrt(middle**2 - 4 * level**2 * (1 + ratio))
    return float((middle - root) / (2 * (1 + ratio)))


def statistics(
    known: NDArray[np.bool_],
    dates: Sequence[Split],
    method: str,
    simulations: int,
    seed: np.random.SeedSequence,
    horizon: int = HORIZON,
) -> Array:
    """Return |statistic| under each law, each simulation and each date.

    Returns
    -------
    array
        Laws by simulations by dates.
    """
    found = np.empty((len(LAWS), simulations, len(dates)))
    for at, (law, child) in enumerate(zip(LAWS.values(), seed.spawn(len(LAWS)), strict=True)):
        x = law(np.random.default_rng(child), simulations, len(known))
        x[:, ~known] = np.nan
        for column, date in enumerate(dates):
            found[at, :, column] = np.abs(METHODS[method](x, date, horizon).statistic)
    return found


def p_values(observed: Array, reference: Array) -> Array:
    """Return p of each observed statistic (rows) at each date (columns): the largest of all laws.

    Parameters
    ----------
    observed
        Statistics, rows by dates.
    reference
        What `statistics` gives.
    """
    rows, dates = observed.shape
    worst = np.zeros((rows, dates))
    for law in reference:
        ordered = np.sort(law, axis=0)
        for column in range(dates):
            below = np.searchsorted(ordered[:, column], np.abs(observed[:, column]), side="left")
            p = bound(len(ordered) - below, len(ordered))
            worst[:, column] = np.maximum(worst[:, column], p)
    return worst


def smallest(reference: Array) -> Array:
    """Return the smallest p value over all dates in each simulation, laws by simulations."""
    return np.array([p_values(law, reference).min(axis=1) for law in reference])


def within(p: Array, least: Array) -> Array:
    """Return the chance that the smallest of a series' p values is at most `p` by accident."""
    p = np.asarray(p, dtype=float)
    worst = np.zeros(p.shape)
    for law in least:
        ordered = np.sort(law)
        count = np.searchsorted(ordered, p, side="right")
        worst = np.maximum(worst, bound(count, len(ordered)))
    return worst


def across(chances: Sequence[Array]) -> Array:
    """Return the chance of at least one such accident in any of several independent series.

    Parameters
    ----------
    chances
        For each series its own chance (`within`, or a bound on it) at the same p values.
    """
    none = np.ones_like(np.asarray(chances[0], dtype=float))
    for chance in chances:
        none = none * (1 - np.minimum(1.0, np.asarray(chance, dtype=float)))
    return np.asarray(1 - none)


def critical(reference: Array, level: float = 0.05) -> Array:
    """Return for each date the statistic that is exceeded with chance `level`, at the worst law."""
    kept = 1 - tail(level, reference.shape[1])
    return np.asarray(np.quantile(reference, kept, axis=1).max(axis=0))
