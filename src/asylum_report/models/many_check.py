"""What keeps each of many corridors from being fitted."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asylum_report.models import status, trend
from asylum_report.models.likelihood import Floats

MOST = 1e8
"""A count above this is a mistake: nobody decides on so many."""

LONGEST = 1000
"""Periods from a corridor's first to its last; more is a mistake in the periods."""


def check(
    values: Floats, period: Floats, corridor: NDArray[np.intp], least: tuple[int, int] = (3, 1)
) -> list[str]:
    """Return a word of `status` for each corridor, as `trend.check` does for one.

    Parameters
    ----------
    values
        (rows, 6): positive, other and `trend.BOUNDS`.
    period
        (rows,).
    corridor
        (rows,): number of the corridor, from 0.
    least
        Periods, and decisions that each of so many periods must have.
    """
    size = int(corridor.max()) + 1 if corridor.size else 0

    def some(rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.bincount(corridor[rows], minlength=size) > 0

    known: NDArray[np.bool_] = np.asarray(np.isfinite(values).all(axis=1))
    whole = np.where(known[:, None], values, 0.0)
    positive, other, a, c, b, d = whole.T
    bad = ~known | (whole < 0).any(axis=1) | (whole % 1 != 0).any(axis=1)
    bad |= (a > positive) | (positive > c) | (b > other) | (other > d)
    odd: NDArray[np.bool_] = np.asarray(
        ~np.isfinite(period) | (np.abs(period) > 1e9) | (period % 1 != 0)
    )
    steady = np.where(odd, 0, period)
    bad |= pd.DataFrame({"c": corridor, "p": steady}).duplicated(keep=False).to_numpy() & ~odd
    first, last = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(first, corridor[~odd], steady[~odd])
    np.maximum.at(last, corridor[~odd], steady[~odd])
    n = positive + other
    enough = np.bincount(corridor[n >= max(least[1], 1)], minlength=size) >= least[0]
    three = np.bincount(corridor[n > 0], minlength=size) >= trend.LEAST
    rules: list[tuple[str, NDArray[np.bool_]]] = [
        (status.BAD_PERIODS, some(odd) | (last - first >= LONGEST)),
        (status.BAD_COUNTS, some(bad)),
        (status.IMPLAUSIBLE, some(np.asarray((whole > MOST).any(axis=1)))),
        (status.NO_DECISIONS, ~some(n > 0)),
        (status.TOO_FEW, ~(enough & three)),
        (status.ALL_NEGATIVE, ~some(positive > 0)),
        (status.ALL_POSITIVE, ~some(other > 0)),
    ]
    words = np.select([rule for _, rule in rules], [word for word, _ in rules], status.OK)
    return [str(word) for word in words]
