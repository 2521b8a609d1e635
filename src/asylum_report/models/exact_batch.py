"""The sums of `asylum_report.models.exact` for thousands of series, quickly.

The model, the scales and the spacing are those of `exact`; what differs is the arithmetic. Grids
lie on one lattice and end where the likelihoods do, so that series of many corridors share them;
a series' grids follow from its own counts alone, so it does not matter with which others it is
fitted. The three noises go through the walk as columns of one matrix product, in single precision:
all terms are positive, so nothing cancels, and the Student steps' heavy tails keep every term far
from underflow. On equal grids all quantiles agree with `exact.fit` to 0.00002; on the grids that
each lays for itself, over the corridors of the embedded data, those of p_t to 0.0007 in the median
corridor and 0.01 in the worst, where few decisions and gaps leave much to where the grids end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import lgamma

import numpy as np
from numba import njit
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import special
from scipy.special import gammaln

from asylum_report.models.exact import LEVELS, NOISE, SPACING, TAIL, WALK
from asylum_report.models.likelihood import (
    COARSE_FROM,
    EVERY,
    LARGEST,
    LOWEST,
    SMALLEST,
    Floats,
    Ints,
    centre,
    on_grid,
)

Singles = NDArray[np.float32]

DROP = 18.0
"""How far the logarithm of a likelihood falls to the end of its grid."""

BEYOND = 0.6
"""Logits of level beyond the likelihoods' ends."""

EMPTY = 7.0
"""Logits below (above) the estimate where nobody (everybody) may be positive."""

EDGE = 14.0
STEP = 2.0
"""Ends of grids are rounded outwards to multiples of so many logits."""

EACH = (4, 8, 16, 32, 64)
"""Points of the fine grid to each of the level's."""

SMALL = 1e-300
WIDE = 2 * EVERY
"""Rounding intervals wider than this have terms too unlike to be taken apart."""

TINY = np.float32(1e-18)
"""Chances below this are cut off. The walk's own are never below 1e-11, so products of both stay
above the numbers that single precision holds in full and processors work with quickly."""

LIGHT = np.float32(1e-9)
"""Weight below which a pair of scales is left out."""


@dataclass(frozen=True, order=True)
class Shape:
    """What series must share to be fitted together.

    Attributes
    ----------
    left, right
        Ends of the grids, in logits.
    fine
        Position in `EACH`.
    resets
        Periods, from 0, in which a new way of counting begins.
    """

    left: float
    right: float
    fine: int
    resets: tuple[int, ...] = ()


def support(low: Ints, high: Ints, effect: float) -> tuple[Floats, Floats]:
    """Return where the likelihood of each period begins and ends, in logits.

    Parameters
    ----------
    low, high
        (..., 2): as in `exact.fit`; whatever stands for missing periods comes out as such.
    """
    low, high = np.maximum(low, 0), np.maximum(high, 0)
    logit, error = centre(low, high, effect)
    # As far as `exact.lay`, or to where the likelihood has fallen to next to nothing.
    left = np.maximum(logit - 6 * error, _end(low[..., 0], high[..., 1], effect, -1.0))
    right = np.minimum(logit + 6 * error, _end(high[..., 0], low[..., 1], effect, 1.0))
    far = np.maximum(6 * error, EMPTY)
    left = np.where(low[..., 0] == 0, logit - far, left)
    right = np.where(low[..., 1] == 0, logit + far, right)
    return np.maximum(left, -EDGE), np.minimum(right, EDGE)


def _end(positive: Ints, other: Ints, effect: float, side: float) -> Floats:
    """Return the logit to one side of the mode at which the log-likelihood has fallen by `DROP`."""
    a, b = positive.astype(float), other.astype(float)
    near = np.log((a + 0.5) / (b + 0.5))
    top = _log_likelihood(a, b, effect, near)
    far = np.full_like(near, side * 40.0)
    for _ in range(12):
        middle = (near + far) / 2
        within = top - _log_likelihood(a, b, effect, middle) < DROP
        near, far = np.where(within, middle, near), np.where(within, far, middle)
    return np.asarray(far)


def _log_likelihood(a: Floats, b: Floats, effect: float, logit: Floats) -> Floats:
    log_p, log_q = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
    if effect == 1:
        return np.asarray(a * log_p + b * log_q)
    size = np.clip((a + b - effect) / (effect - 1), SMALLEST, LARGEST)
    p, q = size * np.exp(log_p), size * np.exp(log_q)
    return np.asarray(gammaln(a + p) - gammaln(p) + gammaln(b + q) - gammaln(q))


def shapes(low: Ints, high: Ints, effect: float) -> list[Shape]:
    """Return the grids that each series needs, from its own counts alone; without resets.

    Parameters
    ----------
    low, high
        (series, periods, 2), -1 where missing; every series has a period with decisions.
    """
    there = low[..., 0] >= 0
    left, right = support(low, high, effect)
    _, error = centre(np.maximum(low, 0), np.maximum(high, 0), effect)
    left = np.where(there, left, np.inf).min(axis=1) - BEYOND
    right = np.where(there, right, -np.inf).max(axis=1) + BEYOND
    wanted = np.where(there, error, np.inf).min(axis=1) / 2
    left = np.maximum(-EDGE, np.floor(left / STEP) * STEP)
    right = np.minimum(EDGE, np.ceil(right / STEP) * STEP)
    # The coarsest spacing that takes two points a standard error of the sharpest period.
    fine = np.searchsorted(np.array(EACH), SPACING / wanted).clip(0, len(EACH) - 1)
    ends = zip(left.tolist(), right.tolist(), fine.tolist(), strict=True)
    return [Shape(*one) for one in ends]


def numbers(form: Shape, periods: int) -> int:
    """Return how many numbers a series takes in the largest array of `fit`."""
    size = round((form.right - form.left) / SPACING) + 1
    return max(len(WALK) * len(NOISE) * size, (size - 1) * EACH[form.fine] + 1) * periods


@dataclass(frozen=True)
class _Sums:
    """Grids and kernels of a shape, in single precision."""

    level: Floats
    fine: Floats
    walks: Singles
    backs: Singles
    noises: Singles
    start: Singles


@lru_cache(maxsize=4)
def _sums(left: float, right: float, number: int) -> _Sums:
    each = EACH[number]
    size = round((right - left) / SPACING) + 1
    count = (size - 1) * each + 1
    step = SPACING / each
    level, fine = left + np.arange(size) * SPACING, left + np.arange(count) * step
    # Kernels depend on distances alone: one row of values serves all, read from another start.
    ends = (np.arange(-size, size) + 0.5) * SPACING
    walks = np.empty((len(WALK), size, size), dtype=np.float32)
    for i, scale in enumerate(WALK):
        kernel = sliding_window_view(np.diff(special.stdtr(TAIL, ends / scale)), size)[::-1]
        walks[i] = kernel / kernel.sum(axis=0)
    noises = np.empty((len(NOISE), size, count), dtype=np.float32)
    off = np.arange(1 - count, count) * step
    for i, scale in enumerate(NOISE):
        density = np.exp(-0.5 * (off / scale) ** 2) * (step / scale / np.sqrt(2 * np.pi))
        density[density < TINY] = 0.0
        noises[i] = sliding_window_view(density, count)[count - 1 :: -each]
    start = special.expit(level) * special.expit(-level)
    return _Sums(
        level, fine, walks, np.ascontiguousarray(walks.transpose(0, 2, 1)), noises,
        (start / start.sum()).astype(np.float32),
    )  # fmt: skip


def _nodes(low: int, high: int) -> Floats:
    width = high - low + 1
    return np.linspace(low, high, min(width, 5 if low >= COARSE_FROM else EVERY))


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
    a, b = _nodes(int(pair[0]), int(pair[2])), _nodes(int(pair[1]), int(pair[3]))
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


@njit(cache=True)
def _spread(of_level, where, given):  # type: ignore[no-untyped-def]
    """Put the chance of each series' counts into `given`: (periods, level, series)."""
    for t in range(given.shape[0]):
        for r in range(given.shape[1]):
            for s in range(given.shape[2]):
                given[t, r, s] = of_level[r, where[s, t]] + TINY


@njit(cache=True)
def _weigh(now, given, total):  # type: ignore[no-untyped-def]
    """Multiply `now` by `given` and let each column add to 1; put the columns' sums in `total`."""
    rows, columns = now.shape
    total[:] = 0
    for r in range(rows):
        for c in range(columns):
            now[r, c] *= given[r, c]
            total[c] += now[r, c]
    for c in range(columns):
        total[c] = 1 / total[c]
    for r in range(rows):
        for c in range(columns):
            now[r, c] *= total[c]


@njit(cache=True)
def _add(ahead, back, given, weight, others, total):  # type: ignore[no-untyped-def]
    """Add to `others` what all other periods say of a period's level, by the pair's weight."""
    rows, columns = ahead.shape
    total[:] = 0
    for r in range(rows):
        for c in range(columns):
            ahead[r, c] *= back[r, c]
            total[c] += ahead[r, c] * given[r, c]
    for c in range(columns):
        total[c] = weight[c] / total[c]
    for r in range(rows):
        for c in range(columns):
            others[r, c] += ahead[r, c] * total[c]


@njit(cache=True)
def _quantiles(density, first, step, levels, out):  # type: ignore[no-untyped-def]
    """Put quantiles of the chance into `out`; each grid point stands for the bin around it."""
    points = density.size
    total = 0.0
    for i in range(points):
        total += density[i]
    seen, i = 0.0, 0
    for k in range(levels.size):
        wanted = levels[k] * total
        while i < points - 1 and seen + density[i] < wanted:
            seen += density[i]
            i += 1
        part = (wanted - seen) / density[i] if density[i] > 0 else 0.5
        out[k] = 1 / (1 + np.exp(-(first + step * (i - 0.5 + min(1.0, max(0.0, part))))))


@njit(cache=True)
def _all_quantiles(message, like, where, level, grids, levels, own, smooth):  # type: ignore[no-untyped-def]
    """Read off all quantiles: of p_t, and of the chance at the level."""
    series, periods = where.shape
    density = np.empty(message.shape[1])
    for s in range(series):
        for t in range(periods):
            row = t * series + s
            found = where[s, t]
            for i in range(density.size):
                density[i] = message[row, i] * like[found, i]
            _quantiles(density, grids[0], grids[1], levels, own[s, t])
            _quantiles(level[t, :, s].astype(np.float64), grids[2], grids[3], levels, smooth[s, t])


def fit(low: Ints, high: Ints, effect: float, form: Shape) -> tuple[Floats, Floats]:
    """Return quantiles of p_t and of the chance at the smooth level for series of one shape.

    Parameters
    ----------
    low, high
        (series, periods, 2), -1 where a period is missing; series shorter than the rest are
        filled up with missing periods at their end, which changes nothing.
    effect
        Design effect, at least 1.
    form
        From `shape`, the same for all.

    Returns
    -------
    own, level
        (series, periods, `exact.LEVELS`).
    """
    sums = _sums(form.left, form.right, form.fine)
    series, periods = low.shape[:2]
    size, noises, walks = sums.level.size, len(NOISE), len(WALK)
    columns = noises * series
    log_p, log_q = -np.logaddexp(0, -sums.fine), -np.logaddexp(0, sums.fine)
    pairs = np.concatenate([low, high], axis=-1).reshape(-1, 4)
    distinct, where = np.unique(pairs, axis=0, return_inverse=True)
    where = where.reshape(series, periods)
    like = np.ones((len(distinct), sums.fine.size), dtype=np.float32)
    for i, pair in enumerate(distinct):
        if pair[0] >= 0:
            like[i] = likelihood(pair, effect, sums.fine, log_p, log_q)
    like[like < TINY] = 0.0
    # (periods, level, noises * series): chance of a period's counts given its level.
    given = np.empty((periods, size, noises, series), dtype=np.float32)
    for j, noise in enumerate(sums.noises):
        _spread(noise @ like.T, where, given[:, :, j])
    # Nothing seen says nothing, at the grid's edges too.
    given.transpose(0, 3, 1, 2)[low[..., 0].T < 0] = 1.0
    given = given.reshape(periods, size, columns)
    start = np.repeat(sums.start[:, None], columns, axis=1)
    total = np.empty(columns, dtype=np.float32)
    ahead = np.empty((walks, periods, size, columns), dtype=np.float32)
    evidence = np.zeros((walks, columns))
    for i, walk in enumerate(sums.walks):
        now = start.copy()
        for t in range(periods):
            if t in form.resets:
                now = start.copy()
            ahead[i, t] = now
            _weigh(now, given[t], total)
            evidence[i] -= np.log(total)
            now = walk @ now
    weight = evidence.reshape(walks * noises, series)
    weight = np.exp(weight - weight.max(axis=0))
    weight = (weight / weight.sum(axis=0)).reshape(walks, columns).astype(np.float32)
    weight[weight < LIGHT] = 0.0
    others = np.zeros((periods, size, columns), dtype=np.float32)
    for i, walk in enumerate(sums.backs):
        back = np.ones((size, columns), dtype=np.float32)
        for t in range(periods - 1, -1, -1):
            _add(ahead[i, t], back, given[t], weight[i], others[t], total)
            if t in form.resets:
                back = np.ones((size, columns), dtype=np.float32)
            elif t:
                _weigh(back, given[t], total)
                back = walk @ back
    split = others.reshape(periods, size, noises, series)
    level = (split * given.reshape(split.shape)).sum(axis=2)
    message = np.zeros((periods * series, sums.fine.size), dtype=np.float32)
    for j, noise in enumerate(sums.noises):
        message += split[:, :, j].transpose(0, 2, 1).reshape(-1, size) @ noise
    own = np.empty((series, periods, len(LEVELS)))
    smooth = np.empty_like(own)
    ends = np.array([sums.fine[0], SPACING / EACH[form.fine], sums.level[0], SPACING])
    _all_quantiles(message, like, where, level, ends, np.array(LEVELS), own, smooth)
    return own, smooth
