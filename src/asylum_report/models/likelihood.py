"""The likelihood of a rate when counts are known only within their rounding intervals.

With a positive of n decisions and design effect d, decisions are beta-binomial around the chance p:

    P(a | n, p) = C(n, a) B(a + p m, n - a + (1 - p) m) / B(p m, (1 - p) m),   m = (n - d) / (d - 1)

which has d times the variance of the binomial (Prentice 1986, Journal of the American Statistical
Association 81) and is the binomial at d = 1. Where rounding leaves several pairs of positive and
other decisions possible, each is taken as equally likely beforehand and their terms are added.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaln

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EVERY = 11
"""Up to so many whole numbers in a rounding interval are all summed; of wider ones, so many."""

COARSE_FROM = 40
"""From this count on, five numbers stand for a rounding interval: rounding hardly matters there."""

LOWEST = -150.0
"""Where log-likelihoods are cut off: smaller numbers are rounded by the processor, slowly."""

LARGEST = 1e7
"""Size of the beta distribution from which on the binomial is the same to the last digit shown."""

SMALLEST = 0.1
"""Least size, for periods with hardly more decisions than the design effect."""


def nodes(low: int, high: int) -> Floats:
    """Return the counts that stand for a rounding interval."""
    width = high - low + 1
    number = min(width, 5 if low >= COARSE_FROM else EVERY)
    return np.linspace(low, high, number)


def log_on_grid(low: Ints, high: Ints, effect: float, grid: Floats) -> tuple[Floats, float]:
    """Return the likelihood at each logit of `grid`, scaled to a maximum of 1, and log its peak.

    Parameters
    ----------
    low, high
        Two numbers each: least and most positive decisions, least and most others.
    effect
        Design effect, at least 1.
    grid
        Logits, increasing.
    """
    a = nodes(int(low[0]), int(high[0]))
    b = nodes(int(low[1]), int(high[1]))
    # How many counts one node stands for falls out: it is the same for all nodes.
    n = a[:, None] + b[None, :]
    choices = gammaln(n + 1) - gammaln(a + 1)[:, None] - gammaln(b + 1)[None, :]
    log_p, log_q = -np.logaddexp(0, -grid), -np.logaddexp(0, grid)
    # One size for all pairs: n differs little among them, and the two sums come apart.
    size = (float(n.mean()) - effect) / (effect - 1) if effect > 1 else np.inf
    if size > LARGEST:
        first, second = a[:, None] * log_p, b[:, None] * log_q
    else:
        size = max(size, SMALLEST)
        p, q = size * np.exp(log_p), size * np.exp(log_q)
        first = gammaln(a[:, None] + p) - gammaln(p)
        second = gammaln(b[:, None] + q) - gammaln(q)
        choices = choices - gammaln(n + size) + gammaln(size)
    terms = choices[:, :, None] + first[:, None, :] + second[None, :, :]
    likelihood = np.exp(np.maximum(terms - terms.max(), LOWEST)).sum(axis=(0, 1))
    peak = likelihood.max()
    return np.asarray(likelihood / peak), float(terms.max() + np.log(peak))


def on_grid(low: Ints, high: Ints, effect: float, grid: Floats) -> Floats:
    """Return the likelihood as `log_on_grid` does, without its peak."""
    return log_on_grid(low, high, effect, grid)[0]


def centre(low: Ints, high: Ints, effect: float) -> tuple[Floats, Floats]:
    """Return the logit of a rate and its standard error, roughly, for laying out a grid.

    Parameters
    ----------
    low, high
        Integer arrays (..., 2) of the least and the most positive and other decisions.
    effect
        Design effect.

    Returns
    -------
    logit, error
        Arrays (...): the empirical logit with half a decision added, and its standard error.
    """
    middle = (low + high) / 2 / effect + 0.5
    a, b = middle[..., 0], middle[..., 1]
    return np.log(a / b), np.sqrt(1 / a + 1 / b)


def probability(logit: Floats) -> Floats:
    """Return the chance that belongs to a logit."""
    return np.asarray(expit(logit))
