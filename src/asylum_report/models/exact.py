"""The period's own propensity: an exact filter on a grid, for many series at once.

    positive decisions ~ beta-binomial with design effect d, known within rounding
    logit p_t          = level_t + noise_t,       noise_t ~ Normal(0, s^2)
    level_t            = level_(t-1) + step_t,    step_t ~ w times Student t, 3 degrees of freedom
    level_1            ~ Logistic(0, 1), that is, p uniform

Both scales are integrated out over `WALK` and `NOISE` with equal weights. All sums are over grids
of logits (Kitagawa 1987, Journal of the American Statistical Association 82), so nothing is
approximated but the grids' spacing; the sums of many series are one matrix product, in single
precision, which halves the time and moves no limit by a hundredth of a point. The smallest
`NOISE` keeps p_t the propensity of its own period: no amount of calm elsewhere draws it wholly
into a smooth level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from asylum_report.models.likelihood import Floats, Ints, centre, on_grid

WALK = (0.05, 0.12, 0.3, 0.7, 1.6)
"""Scales of the walk's steps, in logits."""

NOISE = (0.1, 0.25, 0.6)
"""Standard deviations of the period's noise, in logits."""

TAIL = 3.0
"""Degrees of freedom of the steps: one large step may stand among small ones."""

SPACING = 0.1
TINY = 1e-25
"""Chances below this are cut off: far out of reach, and slow where they grow smaller still."""

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""Quantiles given: the median and the ends of the 50, 80 and 95% intervals."""


@dataclass(frozen=True)
class Grids:
    """Where the sums are taken: the level's logits, and the finer ones of the propensity."""

    level: Floats
    fine: Floats
    walks: Floats
    """(walks, level, level): chance of going from the column's level to the row's."""
    noises: Floats
    """(noises, level, fine): density of the fine logit around the level, times the spacing."""
    start: Floats


@dataclass(frozen=True)
class Posterior:
    """What the data say of each series.

    Attributes
    ----------
    log_evidence
        (series, walks, noises).
    weights
        (series, walks, noises), adding to 1 in each series.
    message
        (series, periods, fine): density of the period's logit given all other periods.
    level
        (series, periods, level): probabilities of the smooth level.
    likelihood
        (series, periods, fine).
    """

    grids: Grids
    log_evidence: Floats
    weights: Floats
    message: Floats
    level: Floats
    likelihood: Floats

    def density(self) -> Floats:
        """Return the probabilities of each period's logit: (series, periods, fine)."""
        joint = self.message * self.likelihood
        return np.asarray(joint / joint.sum(axis=-1, keepdims=True))

    def quantiles(self, levels: tuple[float, ...] = LEVELS) -> Floats:
        """Return quantiles of p_t: (series, periods, levels)."""
        return expit_quantiles(self.density(), self.grids.fine, levels)

    def level_quantiles(self, levels: tuple[float, ...] = LEVELS) -> Floats:
        """Return quantiles of the chance at the smooth level: (series, periods, levels)."""
        return expit_quantiles(self.level, self.grids.level, levels)


def expit_quantiles(density: Floats, grid: Floats, levels: tuple[float, ...]) -> Floats:
    """Return quantiles of the chance from probabilities of its logit on an even grid."""
    step = grid[1] - grid[0]
    total = np.cumsum(density, axis=-1)
    flat = total.reshape(-1, grid.size)
    found = np.empty((flat.shape[0], len(levels)))
    for i, row in enumerate(flat):
        # Each grid point stands for the bin around it.
        found[i] = np.interp(levels, np.r_[0.0, row], np.r_[grid - step / 2, grid[-1] + step / 2])
    return np.asarray(1 / (1 + np.exp(-found))).reshape(*density.shape[:-1], len(levels))


def lay(low: Ints, high: Ints, effect: float, spacing: float = SPACING) -> Grids:
    """Return grids wide and fine enough for the given counts.

    Parameters
    ----------
    low, high
        (series, periods, 2): least and most positive and other decisions; -1 where missing.
    effect
        Design effect.
    """
    there = low[..., 0] >= 0
    logit, error = centre(low[there], high[there], effect)
    empty = np.minimum(low[there][:, 0], low[there][:, 1]) == 0
    # Without a decision of one kind the logit has no end on that side but the prior's.
    reach = np.where(empty, np.maximum(6 * error, 7.0), 6 * error)
    left = max(-14.0, float((logit - reach).min()) - 0.6)
    right = min(14.0, float((logit + reach).max()) + 0.6)
    level = np.arange(left, right + spacing, spacing)
    # The fine grid takes two points a standard error of the sharpest period.
    fine_step = min(0.03, max(0.0015, float(error.min()) / 2))
    fine = np.arange(left, right + fine_step, fine_step)
    return _grids(level, fine)


def single(values: object) -> Floats:
    """Return an array in single precision."""
    return np.asarray(values, dtype=np.float32)


def _grids(level: Floats, fine: Floats) -> Grids:
    spacing, step = level[1] - level[0], fine[1] - fine[0]
    # Chances depend on the distance alone, so they are worked out once a distance.
    away = np.arange(1 - level.size, level.size)
    distance = level.size - 1 + np.arange(level.size)[:, None] - np.arange(level.size)[None, :]
    walks = []
    for scale in WALK:
        ends = stats.t.cdf(np.append(away - 0.5, away[-1] + 0.5) * spacing / scale, TAIL)
        kernel = np.diff(ends)[distance]
        walks.append(kernel / kernel.sum(axis=0, keepdims=True))
    apart = (fine[None, :] - level[:, None]) ** 2
    noises = [
        np.exp(-apart / (2 * scale**2)) * (step / (scale * np.sqrt(2 * np.pi))) for scale in NOISE
    ]
    start = stats.logistic.pdf(level)
    kept = np.array(noises)
    kept[kept < TINY] = 0.0
    return Grids(level, fine, single(walks), single(kept), single(start / start.sum()))


def likelihoods(
    low: Ints, high: Ints, effect: float, fine: Floats
) -> tuple[Floats, NDArray[np.intp]]:
    """Return the likelihood of each distinct pair of counts, and which pair each period has.

    Returns
    -------
    distinct
        (pairs, fine); a missing period is 1 everywhere.
    where
        (series, periods): row of `distinct`.
    """
    pairs = np.concatenate([low, high], axis=-1).reshape(-1, 4)
    distinct, where = np.unique(pairs, axis=0, return_inverse=True)
    found = np.empty((len(distinct), fine.size))
    for i, pair in enumerate(distinct):
        found[i] = 1.0 if pair[0] < 0 else on_grid(pair[:2], pair[2:], effect, fine)
    return found, where.reshape(low.shape[:2])


def fit(
    low: Ints,
    high: Ints,
    effect: float = 1.0,
    resets: NDArray[np.bool_] | None = None,
    grids: Grids | None = None,
) -> Posterior:
    """Return the posterior of many series of equal length.

    Parameters
    ----------
    low, high
        Integers (series, periods, 2): least and most positive and other decisions that rounding
        allows; -1 where a period is missing.
    effect
        Design effect within a period, at least 1.
    resets
        (periods,), True where a new way of counting begins: the level starts anew.
    grids
        Where to sum; by default as the counts need.

    Returns
    -------
    Posterior
    """
    grids = grids or lay(low, high, effect)
    distinct, where = likelihoods(low, high, effect, grids.fine)
    series, periods = low.shape[:2]
    starts = np.zeros(periods, dtype=bool) if resets is None else np.asarray(resets, dtype=bool)
    size = grids.level.size
    message = np.zeros((periods, grids.fine.size, series), dtype=np.float32)
    smooth = np.zeros((periods, size, series), dtype=np.float32)
    evidence = np.empty((len(WALK), len(NOISE), series))
    flat = single(distinct.T)
    kept: list[tuple[Floats, Floats, Floats]] = []
    for j, noise in enumerate(grids.noises):
        # (periods, level, series): chance of the period's counts given its level.
        given = np.ascontiguousarray((noise @ flat + TINY)[:, where].transpose(2, 0, 1))
        for i, walk in enumerate(grids.walks):
            ahead, evidence[i, j] = forward(given, walk, grids.start, starts)
            kept.append((given, ahead, backward(given, walk, grids.start, starts)))
    weights = single(evidence - evidence.max(axis=(0, 1)))
    weights = np.exp(weights)
    weights /= weights.sum(axis=(0, 1))
    for j, noise in enumerate(grids.noises):
        others = np.zeros((periods, size, series), dtype=np.float32)
        for i in range(len(WALK)):
            given, ahead, back = kept[j * len(WALK) + i]
            apart = ahead * back
            whole = (apart * given).sum(axis=1, keepdims=True)
            apart *= weights[i, j] / whole
            others += apart
        smooth += others * given
        message += (
            (noise.T @ others.transpose(1, 0, 2).reshape(size, -1))
            .reshape(grids.fine.size, periods, series)
            .transpose(1, 0, 2)
        )
    return Posterior(
        grids,
        np.ascontiguousarray(evidence.transpose(2, 0, 1)),
        np.ascontiguousarray(weights.transpose(2, 0, 1)),
        np.ascontiguousarray(message.transpose(2, 0, 1)),
        np.ascontiguousarray(smooth.transpose(2, 0, 1)),
        distinct[where],
    )


def forward(
    given: Floats, walk: Floats, start: Floats, starts: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Return what each period's level is before its counts are seen, and the log evidence."""
    periods, _, series = given.shape
    ahead = np.empty_like(given)
    evidence = np.zeros(series)
    now = np.repeat(start[:, None], series, axis=1)
    for t in range(periods):
        if starts[t]:
            now = np.repeat(start[:, None], series, axis=1)
        ahead[t] = now
        seen = now * given[t]
        total = seen.sum(axis=0)
        evidence += np.log(total, dtype=np.float64)
        now = walk @ (seen / total)
    return ahead, evidence


def backward(given: Floats, walk: Floats, start: Floats, starts: NDArray[np.bool_]) -> Floats:
    """Return, up to a factor, the chance of all later counts given each period's level."""
    periods = len(given)
    back = np.empty_like(given)
    back[-1] = 1.0
    for t in range(periods - 1, 0, -1):
        if starts[t]:
            back[t - 1] = 1.0
            continue
        seen = back[t] * given[t]
        back[t - 1] = walk.T @ (seen / seen.max(axis=0))
    return back
