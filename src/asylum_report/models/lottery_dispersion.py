"""How far apart destinations are: p90/p10, the part of the mix of origins, the part of strictness.

p90 and p10 are quantiles over destinations, each counted once, interpolated between order
statistics (Hyndman and Fan 1996, The American Statistician 50, type 7). Highest over lowest is
infinite as soon as one destination granted protection to nobody, and rests on two destinations.

Limits are quantiles of draws around the estimates. Estimates and draws both scatter more than what
they estimate; in the simulation study the quantiles held the truth all the same, and limits
reflected at the estimate (basic bootstrap) did not.
"""

from __future__ import annotations

import numpy as np
from scipy.special import logit

from asylum_report.models.lottery_likelihood import Floats

LEVELS = {"low": 0.025, "high": 0.975, "low_80": 0.1, "high_80": 0.9, "low_50": 0.25,
          "high_50": 0.75}  # fmt: skip
FEWEST = 5
"""Destinations below which no dispersion is told."""


def p90_p10(rates: Floats) -> Floats:
    """Return the 90th over the 10th percentile along the last axis; infinite where p10 is 0."""
    low, high = np.quantile(rates, [0.1, 0.9], axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(low > 0, high / low, np.inf))


def with_limits(estimate: float, draws: Floats, floor: float = 1.0) -> dict[str, float]:
    """Return ``value`` and limits of a positive quantity from draws around its estimate.

    Parameters
    ----------
    estimate, draws
        The quantity at the estimates and at draws around them.
    floor
        The least it can be.

    Returns
    -------
    dict
        ``value``: the estimate; limits by the names of `LEVELS`, quantiles of the draws that take
        the estimate in. Where the estimate is infinite so are the upper limits.
    """
    found = {"value": estimate}
    for name, level in LEVELS.items():
        if name.startswith("low"):
            found[name] = min(estimate, float(np.quantile(draws, level, method="lower")))
        else:
            found[name] = max(estimate, float(np.quantile(draws, level, method="higher")))
    return {name: max(floor, value) for name, value in found.items()}


def mix_share(raw: Floats, standard: Floats, raw_draws: Floats, draws: Floats) -> dict[str, float]:
    """Return the share of the differences between destinations that is their mix of origins.

    1 - Var(logit of standardised rates) / Var(logit of actual rates) over destinations. Negative
    where destinations differ more once they are compared over the same origins.

    Parameters
    ----------
    raw, standard
        Actual and directly standardised rates by destination.
    raw_draws, draws
        Draws of both.
    """

    def part(a: Floats, b: Floats) -> Floats:
        return np.asarray(np.var(logit(b), axis=-1) / np.var(logit(a), axis=-1))

    found = with_limits(float(part(raw, standard)), part(raw_draws, draws), floor=0.0)
    swap = {"value": "value"} | {
        f"{a}{s}": f"{b}{s}"
        for s in ("", "_80", "_50")
        for a, b in (("low", "high"), ("high", "low"))
    }
    return {k: 1 - found[v] for k, v in swap.items()}


def strictness_share(destinations: Floats, cells: Floats) -> dict[str, float]:
    """Return the share of one origin's spread over destinations that is general strictness.

    With logit of the rate = constant + d_j + c_j over destinations j, the share is
    Cov(d, d + c) / Var(d + c); the rest, Cov(c, d + c) / Var(d + c), is the cells' own. The two
    add up to one, and noise in the split of d and c does not move the share on average, because
    their sum is given by the decisions.

    Parameters
    ----------
    destinations, cells
        Draws (first axis) of the effects of the destinations that decided enough on the origin.
    """
    total = destinations + cells
    off = total - total.mean(axis=1, keepdims=True)
    share = (off * destinations).sum(axis=1) / (off**2).sum(axis=1)
    return {"value": float(np.median(share))} | {
        k: float(np.quantile(share, q)) for k, q in LEVELS.items()
    }
