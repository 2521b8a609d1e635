"""Log-likelihood of a cell by its logit, with counts known only within their rounding.

Exact counts: y e - n log(1 + exp(e)). Where a count is rounded, the binomial probability is added
up over every pair of positive and rejected decisions that the rounding allows, each number of
decisions taken as equally likely beforehand:

    f(e) = log sum_y sum_r C(y + r, y) p^y (1 - p)^r,   p = 1 / (1 + exp(-e)).

UNHCR rounds each count up to 10 by itself, so most cells of a comparison by origin are small and
rounded; taken as exact they make rare and frequent protection look rarer and more frequent than
they are. The sums are tabulated once, with two derivatives, on a grid of logits and interpolated
by cubics. A design effect divides f and so widens intervals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.special import expit, gammaln

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

EXACT_FROM = 50
"""Counts from which rounding of a part by a few is not followed up."""

_EDGE = 16.0
_STEP = 0.1
_GRID = np.arange(-_EDGE, _EDGE + _STEP / 2, _STEP)


@dataclass(frozen=True)
class Law:
    """Log-likelihoods of a run of cells.

    Attributes
    ----------
    y, n
        Positive and all merits decisions as published.
    row
        Row of `table` of each cell whose counts are rounded; -1 for exact ones.
    table
        Values with first and second derivative on the grid: one row after the other.
    power
        1 over the design effect.
    """

    y: Floats
    n: Floats
    row: Ints
    table: Floats
    power: float = 1.0

    def take(self, keep: Ints | NDArray[np.bool_]) -> Law:
        """Return some of the cells."""
        return Law(self.y[keep], self.n[keep], self.row[keep], self.table, self.power)

    def terms(self, e: Floats) -> tuple[Floats, Floats, Floats]:
        """Return log-likelihood, first and second derivative at logits, cells on the first axis."""
        flat = np.ascontiguousarray(e, dtype=float).reshape(len(self.y), -1)
        found = np.empty((3, *flat.shape))
        _terms(self.y, self.n, self.row, self.table, self.power, flat, found)
        value, first, second = found.reshape(3, *e.shape)
        return value, first, second


@njit(cache=True)
def _terms(
    y: Floats, n: Floats, row: Ints, table: Floats, power: float, e: Floats, found: Floats
) -> None:
    """Fill `found` with f, f' and f'' of each cell at its logits.

    Compiled, because this is nearly all of the work: 2.5 times a fit's pace with NumPy.
    """
    size = round(2 * _EDGE / _STEP) + 1
    for i in range(len(y)):
        for j in range(e.shape[1]):
            at = e[i, j]
            if row[i] < 0:
                small = math.exp(-abs(at))
                p = 1 / (1 + small) if at > 0 else small / (1 + small)
                soft = max(at, 0.0) + math.log1p(small)
                found[0, i, j] = power * (y[i] * at - n[i] * soft)
                found[1, i, j] = power * (y[i] - n[i] * p)
                found[2, i, j] = -power * n[i] * p * (1 - p)
                continue
            inside = min(max(at, -_EDGE), _EDGE)
            place = (inside + _EDGE) / _STEP
            k = min(int(place), size - 2)
            u = place - k
            k += row[i] * size
            # Cubics through values and slopes, straight beyond the edge.
            b = u * u * (3 - 2 * u)
            s0, s1 = u * (1 - u) ** 2 * _STEP, u * u * (u - 1) * _STEP
            f0, g0, h0 = table[k, 0], table[k, 1], table[k, 2]
            f1, g1, h1 = table[k + 1, 0], table[k + 1, 1], table[k + 1, 2]
            g = g0 + (g1 - g0) * b + h0 * s0 + h1 * s1
            found[0, i, j] = power * (f0 + (f1 - f0) * b + g0 * s0 + g1 * s1 + g * (at - inside))
            found[1, i, j] = power * g
            found[2, i, j] = power * (h0 + (h1 - h0) * u)


def law(
    y: Floats, n: Floats, bounds: tuple[Floats, Floats, Floats, Floats] | None = None,
    design_effect: float = 1.0,
) -> Law:  # fmt: skip
    """Return the log-likelihoods of cells.

    Parameters
    ----------
    y, n
        Positive and all merits decisions as published.
    bounds
        Least and most positive, least and most rejected decisions that rounding allows.
    design_effect
        The variance of the counts over that of independent decisions.
    """
    row = np.full(len(y), -1, dtype=np.intp)
    if bounds is None:
        return Law(y, n, row, np.empty((0, 3)), 1 / design_effect)
    # A large count whose part is rounded is as good as exact.
    sides = []
    for value, low, high in ((y, *bounds[:2]), (n - y, *bounds[2:])):
        large = value >= EXACT_FROM
        sides += [np.where(large, value, low), np.where(large, value, high)]
    box = np.stack(sides, axis=1).astype(int)
    rounded = (box[:, 0] < box[:, 1]) | (box[:, 2] < box[:, 3])
    if not rounded.any():
        return Law(y, n, row, np.empty((0, 3)), 1 / design_effect)
    unique, number = np.unique(box[rounded], axis=0, return_inverse=True)
    row[rounded] = number.ravel()
    table = np.concatenate([_tabulated(*one) for one in unique])
    return Law(y, n, row, table, 1 / design_effect)


def _tabulated(y0: int, y1: int, r0: int, r1: int) -> Floats:
    """Return f, f' and f'' on the grid for one pair of ranges."""
    y, r = (a.ravel()[:, None].astype(float) for a in np.mgrid[y0 : y1 + 1, r0 : r1 + 1])
    p = expit(_GRID)
    logs = gammaln(y + r + 1) - gammaln(y + 1) - gammaln(r + 1)
    logs = logs + y * _GRID - (y + r) * np.logaddexp(0, _GRID)
    top = logs.max(axis=0)
    w = np.exp(logs - top)
    total = w.sum(axis=0)
    w /= total
    score = y - (y + r) * p
    mean = (w * score).sum(axis=0)
    bend = (w * (score - mean) ** 2).sum(axis=0) - (w * (y + r)).sum(axis=0) * p * (1 - p)
    return np.stack([np.log(total) + top, mean, bend], axis=1)
