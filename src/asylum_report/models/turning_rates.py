"""Did a recognition rate change in a given period? A step in a walk of logits seen with noise.

y_t = log((g_t + 1/2) / (r_t + 1/2)) for g_t positive and r_t negative decisions, with the variance
of the counts v_t = D * (1 / (g_t + 1/2) + 1 / (r_t + 1/2)), D the design effect (decisions come in
families and by office). The period's own propensity walks:

    Cov(y_i, y_j) = s^2 min(i, j), and v_i more where i = j.

The step at the event and, at each known break of the data, a free change of level, are estimated
by generalised least squares for each s of a grid and averaged with the restricted likelihood of
each s as its weight. All other periods, before and after, tell how much the rate moves by itself.
The statistic is step over standard error; `laws` gives its law where nothing happened.

The effect in points is rate - expit(y - step): what the rate is more than it would have been.

Units: logits; shares are fractions. Assumes that one s serves all periods and that D is known.
Source: A. C. Harvey, Forecasting, Structural Time Series Models and the Kalman Filter (1989).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from asylum_report.models import status
from asylum_report.models.turning_dates import Split
from asylum_report.models.turning_gls import Effects, averaged

Array = NDArray[np.float64]

WALKS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.75, 1.0, 1.4, 2.0)
"""Grid of s, the standard deviation of a period's own change in logits."""
SIZES = (0.1, 0.25, 0.5, 1.0)
"""Sizes of the walk under which the statistic's law is simulated: its worst counts."""
FREEDOM = 3.0
"""Degrees of freedom of the heavy-tailed walk, whose variance is three times its scale's square."""
LEAST = 8
"""Periods with decisions that are needed at least."""


def logits(positive: Array, rejected: Array) -> Array:
    """Return log((positive + 1/2) / (rejected + 1/2)); NaN where there was no decision."""
    with np.errstate(invalid="ignore"):
        found = np.log((positive + 0.5) / (rejected + 0.5))
    return np.asarray(np.where(positive + rejected > 0, found, np.nan))


def noise(
    positive: Array, rejected: Array, design_effect: float, base: Array | float = 1.0
) -> Array:
    """Return the variance of a logit that the number of decisions and their rounding bring.

    Parameters
    ----------
    positive, rejected
        Decisions.
    design_effect
        Variance over that of independent decisions.
    base
        Rounding base of counts up to 10; larger ones are taken as they are. A count rounded to
        b stands for one within b / 2 of it, so for a variance of (b^2 - 1) / 12.
    """
    found = np.zeros(np.shape(positive))
    for count in (positive, rejected):
        rounding = np.where(count <= 10, (np.asarray(base) ** 2 - 1) / 12, 0.0)
        found = found + design_effect / (count + 0.5) + rounding / (count + 0.5) ** 2
    return found


def share(logit: Array | float) -> Array:
    """Return 1 / (1 + exp(-logit))."""
    return np.asarray(1 / (1 + np.exp(-np.asarray(logit, dtype=float))))


def reason(
    known: NDArray[np.bool_], at: Split, breaks: Sequence[int] = (), horizon: int = 1
) -> str:
    """Return the status of a date: enough periods, both sides known, no break between them.

    Parameters
    ----------
    known
        Which periods of the grid have decisions.
    at
        Where the event divides them.
    breaks
        Positions with which a new way of counting begins.
    horizon
        Periods after the event.
    """
    if at.first + horizon > len(known):
        return status.NO_PERIODS_AFTER
    if any(at.base < one < at.first + horizon for one in breaks):
        return status.BROKEN
    if not known[at.first : at.first + horizon].all() or (at.base >= 0 and not known[at.base]):
        return status.MISSING_PERIOD
    if at.base < 0 or known.sum() < LEAST:
        return status.TOO_FEW
    return status.OK


def rate_level(
    y: Array, variance: Array, at: Split, breaks: Sequence[int] = (), horizon: int | None = None
) -> Effects:
    """Return the step of a walk of logits at one event: `rate_levels` of one date."""
    return rate_levels(y, variance, [at], breaks, horizon)[0]


def rate_levels(
    y: Array,
    variance: Array,
    dates: Sequence[Split],
    breaks: Sequence[int] = (),
    horizon: int | None = None,
) -> list[Effects]:
    """Return the step of a walk of logits at each event, and its standard error.

    Parameters
    ----------
    y
        Logits, series in rows; missing periods are NaN in every row alike.
    variance
        Of each logit: one row for all, or a row a series.
    dates
        Dates whose `reason` is ok.
    breaks
        Positions with which a new way of counting begins.
    horizon
        Periods after the event that the step spans; by default to the end.
    """
    columns = np.arange(y.shape[1])
    known = ~np.isnan(y).any(axis=0)
    turned: dict[int, tuple[Array, Array, Array, Array]] = {}
    found = []
    for at in dates:
        inside = known & ((columns <= at.base) | (columns >= at.first))
        key = at.first if not inside[known].all() else -1
        if key not in turned:
            turned[key] = _turned(y[:, inside], np.atleast_2d(variance)[:, inside], columns[inside])
        values, inverse, sizes, turn = turned[key]
        steps = design(columns[inside], at, breaks, y.shape[1], horizon)
        found.append(averaged(
            values, np.swapaxes(turn, 1, 2) @ (steps * inverse[:, :, None]),
            [1 + one**2 * sizes for one in WALKS], True,
        ))  # fmt: skip
    return found


def design(
    time: NDArray[np.int64], at: Split, breaks: Sequence[int], length: int, horizon: int | None
) -> Array:
    """Return constant, step, what comes after its horizon, and a change of level at each break."""
    end = length if horizon is None else at.first + horizon
    steps = [np.ones(len(time)), ((time >= at.first) & (time < end)).astype(float)]
    if (time >= end).any():
        # What comes after the horizon has a level of its own, so that it tells about s only.
        steps.append((time >= end).astype(float))
    steps += [
        (time >= one).astype(float) for one in breaks if (time < one).any() and (time >= one).any()
    ]
    return np.column_stack(steps)


def _turned(
    values: Array, noises: Array, time: NDArray[np.int64]
) -> tuple[Array, Array, Array, Array]:
    """Return the data on axes that are the same for every size of the walk.

    Divided by the noise of each period, the covariance is s^2 K + 1, with the axes of K for any s.
    """
    inverse = 1 / np.sqrt(noises + 1e-9)
    began = time - time[0] + 1.0
    common = np.minimum.outer(began, began) * inverse[:, :, None] * inverse[:, None, :]
    sizes, turn = np.linalg.eigh(common)
    scaled = values * inverse
    turned = scaled @ turn[0] if len(turn) == 1 else np.einsum("bt,bti->bi", scaled, turn)
    return turned, inverse, np.maximum(sizes, 0.0), turn


def laws(
    variance: Array,
    dates: Sequence[Split],
    simulations: int,
    seed: np.random.SeedSequence,
    breaks: Sequence[int] = (),
    horizon: int | None = None,
    known: NDArray[np.bool_] | None = None,
) -> Array:
    """Return |statistic| at each date where nothing happened, for every law of the walk.

    Parameters
    ----------
    variance
        Of the logits of the series at hand, from its counts (`noise`).
    dates, breaks, horizon
        As for `rate_level`.
    simulations
        Simulated series a law.
    seed
        Of all laws together.
    known
        Which periods have decisions; by default all.

    Returns
    -------
    array
        Laws (sizes of the walk, normal and heavy-tailed) by simulations by dates.
    """
    length = len(variance)
    every = [(size, heavy) for size in SIZES for heavy in (False, True)]
    found = np.empty((len(every), simulations, len(dates)))
    for at, ((size, heavy), child) in enumerate(zip(every, seed.spawn(len(every)), strict=True)):
        rng = np.random.default_rng(child)
        shape = (simulations, length)
        moves = rng.standard_t(FREEDOM, shape) / np.sqrt(3) if heavy else rng.standard_normal(shape)
        blur = rng.standard_normal(shape) * np.sqrt(np.where(np.isnan(variance), 0.0, variance))
        y = size * np.cumsum(moves, axis=1) + blur
        if known is not None:
            y[:, ~known] = np.nan
        for column, one in enumerate(rate_levels(y, variance, dates, breaks, horizon)):
            found[at, :, column] = np.abs(one.statistic)
    return found
