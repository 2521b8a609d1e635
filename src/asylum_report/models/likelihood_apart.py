"""The likelihood of `asylum_report.models.likelihood`, its double sum over rounding taken apart.

The terms of a pair of counts are a product of one in the positive and one in the other decisions,
so exponentials are needed for each count rather than for each pair. Agrees with
`likelihood.on_grid` to ten digits.
"""

from __future__ import annotations

from math import lgamma

import numpy as np
from numba import njit
from scipy.special import gammaln

from asylum_report.models.likelihood import (
    EVERY,
    LARGEST,
    LOWEST,
    SMALLEST,
    Floats,
    Ints,
    nodes,
    on_grid,
)

SMALL = 1e-300
WIDE = 2 * EVERY
"""Rounding intervals wider than this have terms too unlike to be taken apart."""


def likelihood(pair: Ints, effect: float, grid: Floats, log_p: Floats, log_q: Floats) -> Floats:
    """Return what `likelihood.on_grid` does, with its double sum taken apart.

    Parameters
    ----------
    pair
        Least positive, least other, most positive, most other decisions.
    grid, log_p, log_q
        Logits, and the logarithms of the chance and of its complement there.
    """
    if pair[2] - pair[0] > WIDE or pair[3] - pair[1] > WIDE:
        return on_grid(pair[:2], pair[2:], effect, grid)
    a, b = nodes(int(pair[0]), int(pair[2])), nodes(int(pair[1]), int(pair[3]))
    n = a[:, None] + b[None, :]
    size = (float(n.mean()) - effect) / (effect - 1) if effect > 1 else np.inf
    if size > LARGEST:
        return np.asarray(_binomial(a, b, log_p, log_q))
    size = max(size, SMALLEST)
    first, second = _rising(a, size * np.exp(log_p)), _rising(b, size * np.exp(log_q))
    # Seen from the peak all terms are of a size; elsewhere from the largest of each sum.
    peak = int((first[-1] + second[-1]).argmax())
    choices = gammaln(n + 1) - gammaln(a + 1)[:, None] - gammaln(b + 1)[None, :]
    choices += first[:, None, peak] + second[None, :, peak] - gammaln(n + size)
    first, second = first - first[:, [peak]], second - second[:, [peak]]
    top, second_top = first.max(axis=0), second.max(axis=0)
    parts = np.exp(first - top) * (np.exp(choices - choices.max()) @ np.exp(second - second_top))
    found = top + second_top + np.log(np.maximum(parts.sum(axis=0), SMALL))
    return np.asarray(np.exp(np.maximum(found - found.max(), LOWEST)))


def _rising(counts: Floats, size: Floats) -> Floats:
    """Return log Gamma(c + size) / Gamma(size) for each count c: (counts, size)."""
    base = gammaln(size)
    return np.array([gammaln(one + size) - base if one else np.zeros_like(size) for one in counts])


@njit(cache=True)
def _binomial(a, b, log_p, log_q):  # type: ignore[no-untyped-def]
    """Add the binomial's terms at all pairs of evenly spaced counts, as powers of p and q."""
    rows, columns = a.size, b.size
    gap_a = a[1] - a[0] if rows > 1 else 0.0
    gap_b = b[1] - b[0] if columns > 1 else 0.0
    chances = np.zeros((rows, columns))
    if rows * columns > 1:
        for i in range(rows):
            for j in range(columns):
                chances[i, j] = lgamma(a[i] + b[j] + 1) - lgamma(a[i] + 1) - lgamma(b[j] + 1)
        chances = np.exp(chances - chances.max())
    found = np.empty(log_p.size)
    top = -np.inf
    for g in range(log_p.size):
        found[g] = a[0] * log_p[g] + b[0] * log_q[g]
        top = max(top, found[g])
    best = -np.inf
    for g in range(log_p.size):
        # The other terms are each smaller by their powers, so far below the top none matters.
        if rows * columns > 1 and found[g] > top + 2 * LOWEST:
            p, q = np.exp(gap_a * log_p[g]), np.exp(gap_b * log_q[g])
            total = 0.0
            for i in range(rows - 1, -1, -1):
                part = 0.0
                for j in range(columns - 1, -1, -1):
                    part = part * q + chances[i, j]
                total = total * p + part
            found[g] += np.log(total)
        best = max(best, found[g])
    for g in range(log_p.size):
        found[g] = np.exp(max(found[g] - best, LOWEST))
    return found
