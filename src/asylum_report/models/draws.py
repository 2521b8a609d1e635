"""Joint draws of all periods' propensities, for changes between any two of them.

Forward filtering and backward sampling on the grids of `asylum_report.models.exact` (Carter and
Kohn 1994, Biometrika 81): scales by their weights, then levels from the last period to the first,
then each period's own logit given its level.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from asylum_report.models import exact
from asylum_report.models.likelihood import Floats, Ints

SIZE = 20_000
"""Draws: the Monte Carlo error of an end of a 95% interval is then about 1.5% of its width."""

SEED = 20260101


def _pick(chances: Floats, where: NDArray[np.intp], random: np.random.Generator) -> Floats:
    """Return, for each entry of `where`, a position drawn from that row of `chances`.

    Positions are not whole: the fraction spreads a draw evenly over its grid point's bin.
    """
    total = np.cumsum(chances, axis=1)
    total /= total[:, -1:]
    # Rows laid end to end rise throughout, so one search serves all.
    ends = (total + np.arange(len(total))[:, None]).ravel()
    place = np.searchsorted(ends, where + random.random(where.size), side="left")
    return np.asarray(np.minimum(place - where * chances.shape[1], chances.shape[1] - 1))


def paths(
    low: Ints,
    high: Ints,
    effect: float = 1.0,
    resets: NDArray[np.bool_] | None = None,
    size: int = SIZE,
    seed: int = SEED,
) -> Floats:
    """Return draws of p_t of one series: (size, periods).

    Parameters
    ----------
    low, high
        Integers (periods, 2), as in `exact.fit`.
    effect, resets
        As in `exact.fit`.
    size
        Number of draws.
    seed
        Equal seeds give equal draws.
    """
    random = np.random.default_rng(seed)
    low, high = low[None], high[None]
    grids = exact.lay(low, high, effect)
    posterior = exact.fit(low, high, effect, resets, grids)
    periods = low.shape[1]
    starts = np.zeros(periods, dtype=bool) if resets is None else np.asarray(resets, dtype=bool)
    share = posterior.weights[0].ravel().astype(float)
    counts = random.multinomial(size, share / share.sum())
    likelihood = posterior.likelihood[0]
    step = grids.fine[1] - grids.fine[0]
    parts = []
    for number, drawn in enumerate(counts):
        if drawn == 0:
            continue
        i, j = divmod(number, len(exact.NOISE))
        walk, noise = grids.walks[i], grids.noises[j]
        given = np.ascontiguousarray((noise @ likelihood.T + exact.TINY).T[:, :, None])
        ahead, _ = exact.forward(given, walk, grids.start, starts)
        seen = (ahead * given)[:, :, 0]
        found = np.empty((drawn, periods))
        none = np.zeros(drawn, dtype=np.intp)
        level = none
        for t in range(periods - 1, -1, -1):
            if t == periods - 1 or starts[t + 1]:
                level = _pick(seen[t][None], none, random).astype(np.intp)
            else:
                used, where = np.unique(level, return_inverse=True)
                level = _pick(walk[used] * seen[t], where, random).astype(np.intp)
            used, where = np.unique(level, return_inverse=True)
            own = _pick(noise[used] * likelihood[t] + exact.TINY, where, random)
            found[:, t] = grids.fine[0] + step * (own + random.random(drawn) - 0.5)
        parts.append(found)
    return np.asarray(1 / (1 + np.exp(-np.concatenate(parts))))


def change(draws: Floats, earlier: int, later: int) -> dict[str, float]:
    """Return the change of p_t between two periods, in shares, and the chance that it fell.

    Parameters
    ----------
    draws
        From `paths`.
    earlier, later
        Positions of the periods.

    Returns
    -------
    dict
        ``estimate`` (median), ``low``, ``high`` (95%), and the same for 50 and 80%, and ``fall``,
        the posterior probability that the later propensity is the lower one.
    """
    moved = draws[:, later] - draws[:, earlier]
    low, low_80, low_50, middle, high_50, high_80, high = np.quantile(moved, exact.LEVELS)
    return {
        "estimate": float(middle), "low": float(low), "high": float(high),
        "low_80": float(low_80), "high_80": float(high_80),
        "low_50": float(low_50), "high_50": float(high_50),
        "fall": float((moved < 0).mean()),
    }  # fmt: skip
