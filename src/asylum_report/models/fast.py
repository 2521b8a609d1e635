"""The period's own propensity, fast: the model of `exact` with Gaussian messages between periods.

    positive decisions ~ beta-binomial with design effect d
    logit p_t          = level_t + noise_t,       noise_t ~ Normal(0, s^2)
    level_t            = level_(t-1) + step_t,    step_t ~ Normal(0, w^2 / g_t)
    g_t                ~ Gamma(3/2, 3/2), which makes step_t / w a Student t with 3 degrees
    level_1            ~ Normal(0, pi^2 / 3), which has the variance of the uniform p's logit

For each pair of scales w and s of `exact.WALK` and `exact.NOISE` the mode is found by Newton's
method, each round a Kalman filter forwards and one backwards with the working observations of the
binomial (Durbin and Koopman 2012, Time Series Analysis by State Space Methods, chapter 10), while
g_t is replaced by its mean given the steps (variational Bayes: Agamennoni, Nieto and Nebot 2012,
IEEE Transactions on Signal Processing 60). Their evidence, by Laplace and as the variational lower
bound, weighs the pairs. What the other periods say of a period's logit is so a mixture of normal
densities; the period's own likelihood is then taken as it is, on a small grid of its own.

Counts are taken as exact: rounding is ignored, so this is only for periods whose counts are large
beside it. `asylum_report.models.many` says where it may stand in for `exact`, and how near it is.
"""

from __future__ import annotations

from math import exp, lgamma, log, pi, sqrt

import numpy as np
from numba import njit

from asylum_report.models.exact import LEVELS, NOISE, TAIL, WALK
from asylum_report.models.likelihood import LARGEST, SMALLEST, Floats

START = pi**2 / 3
ROUNDS = 40
SETTLED = 1e-3
"""Largest move of a logit in a round, in logits, at which the rounds end."""

POINTS = 81
"""Points of a period's own grid; it reaches `REACH` standard errors to either side."""

REACH = 6.0
FAR = 1e12
SHAPE = (TAIL + 1) / 2
DIGAMMA = 0.42278433509846713
"""Digamma function at `SHAPE` = 2, that is, 1 less Euler's constant."""

PRIOR_SHAPE = TAIL / 2


@njit(cache=True)
def _pass(work, spread, gain, reset, walk, ahead, ahead_var, back, back_var):  # type: ignore[no-untyped-def]
    """Filter forwards and backwards; return the log evidence of the working observations."""
    periods = work.size
    total = 0.0
    mean, var = 0.0, START
    for t in range(periods):
        if t > 0:
            if reset[t]:
                mean, var = 0.0, START
            else:
                var += walk * walk / gain[t]
        ahead[t], ahead_var[t] = mean, var
        if spread[t] < FAR:
            whole = var + spread[t]
            off = work[t] - mean
            total -= 0.5 * (log(2 * pi * whole) + off * off / whole)
            mean += var / whole * off
            var *= spread[t] / whole
    # Backwards as precision and precision times mean, since nothing is known after the end.
    precision, weighted = 0.0, 0.0
    for t in range(periods - 1, -1, -1):
        back_var[t], back[t] = precision, weighted
        if spread[t] < FAR:
            precision += 1 / spread[t]
            weighted += work[t] / spread[t]
        if reset[t]:
            precision, weighted = 0.0, 0.0
        elif t > 0:
            shrink = 1 / (1 + precision * walk * walk / gain[t])
            precision *= shrink
            weighted *= shrink
    return total


@njit(cache=True)
def _scales(  # type: ignore[no-untyped-def]
    a, b, reset, walk, noise, logit, other, other_var, level, level_var
):
    """Find the mode at one pair of scales; return the log evidence and whether it settled.

    Fills what the other periods say of a period's level (`other`, `other_var`) and the level
    given all periods.
    """
    periods = a.size
    gain = np.ones(periods)
    rate = np.full(periods, SHAPE)
    work, spread = np.empty(periods), np.empty(periods)
    own = np.empty(periods)
    ahead, ahead_var = np.empty(periods), np.empty(periods)
    back, back_var = np.empty(periods), np.empty(periods)
    total, settled = 0.0, False
    for _ in range(ROUNDS):
        for t in range(periods):
            n = a[t] + b[t]
            if n <= 0:
                work[t], spread[t], own[t] = 0.0, 2 * FAR, 2 * FAR
                continue
            p = 1 / (1 + exp(-logit[t]))
            own[t] = 1 / max(n * p * (1 - p), 1e-9)
            work[t] = logit[t] + (a[t] - n * p) * own[t]
            spread[t] = own[t] + noise * noise
        total = _pass(work, spread, gain, reset, walk, ahead, ahead_var, back, back_var)
        moved = 0.0
        for t in range(periods):
            other_var[t] = 1 / (1 / ahead_var[t] + back_var[t])
            other[t] = other_var[t] * (ahead[t] / ahead_var[t] + back[t])
            level_var[t] = 1 / (1 / other_var[t] + 1 / spread[t])
            level[t] = level_var[t] * (other[t] / other_var[t] + work[t] / spread[t])
            if spread[t] < FAR:
                prior = other_var[t] + noise * noise
                new = (other[t] / prior + work[t] / own[t]) / (1 / prior + 1 / own[t])
                step = min(2.0, max(-2.0, new - logit[t]))
                logit[t] += step
                moved = max(moved, abs(step))
        for t in range(1, periods):
            if reset[t]:
                continue
            # The step between two levels given all periods: from the level before and what
            # this and later periods say of the level now.
            before_var, before = ahead_var[t - 1], ahead[t - 1]
            if spread[t - 1] < FAR:
                whole = before_var + spread[t - 1]
                before += before_var / whole * (work[t - 1] - before)
                before_var *= spread[t - 1] / whole
            precision, weighted = back_var[t], back[t]
            if spread[t] < FAR:
                precision += 1 / spread[t]
                weighted += work[t] / spread[t]
            q = walk * walk / gain[t]
            # Given the step, the level before is normal: step's own density is
            # N(0, q) times N(later; before + step).
            if precision > 0:
                later_var = 1 / precision + before_var
                move = (weighted / precision - before) * q / (q + later_var)
                var = q * later_var / (q + later_var)
            else:
                move, var = 0.0, q
            found = PRIOR_SHAPE + 0.5 * (move * move + var) / (walk * walk)
            moved = max(moved, 0.1 * abs(log(found / rate[t])))
            rate[t] = found
            gain[t] = SHAPE / found
        if moved < SETTLED:
            settled = True
            break
    evidence = total
    for t in range(periods):
        n = a[t] + b[t]
        if n <= 0:
            continue
        # Laplace: the likelihood at the mode over that of its working observation there.
        off = work[t] - logit[t]
        high = max(logit[t], 0.0)
        bent = high + log(exp(-high) + exp(logit[t] - high))
        evidence += a[t] * logit[t] - n * bent
        evidence += 0.5 * (off * off / own[t] + log(2 * pi * own[t]))
    for t in range(1, periods):
        if not reset[t]:
            mean_log = DIGAMMA - log(rate[t])
            evidence += 0.5 * (mean_log - log(gain[t]))
            # Less the divergence of the step's Gamma density from its prior one.
            evidence -= (
                (SHAPE - PRIOR_SHAPE) * DIGAMMA - lgamma(SHAPE) + lgamma(PRIOR_SHAPE)
                + PRIOR_SHAPE * (log(rate[t]) - log(PRIOR_SHAPE))
                + SHAPE * (PRIOR_SHAPE - rate[t]) / rate[t]
            )  # fmt: skip
    return evidence, settled


@njit(cache=True)
def _own(a, b, effect, logit):  # type: ignore[no-untyped-def]
    """Return the log-likelihood of a period's counts at a logit, up to a constant."""
    high = max(logit, 0.0)
    bent = high + log(exp(-high) + exp(logit - high))
    n = a + b
    size = (n - effect) / (effect - 1) if effect > 1 else 2 * LARGEST
    if size > LARGEST:
        return a * logit - n * bent
    size = max(size, SMALLEST)
    p, q = size * exp(logit - bent), size * exp(-bent)
    return lgamma(a + p) - lgamma(p) + lgamma(b + q) - lgamma(q)


@njit(cache=True)
def _ends(density, first, step, levels, out):  # type: ignore[no-untyped-def]
    """Put quantiles of the chance into `out`, from a density on an even grid of logits."""
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
        # Within its bin the density rises or falls evenly towards its neighbours.
        slope = (density[min(i + 1, points - 1)] - density[max(i - 1, 0)]) / 2
        height = density[i]
        part = (wanted - seen) / height if height > 0 else 0.5
        if height > 0:
            for _ in range(3):
                got = (height - slope / 2) * part + slope / 2 * part * part - (wanted - seen)
                part -= got / max(height - slope / 2 + slope * part, 1e-3 * height)
            part = min(1.0, max(0.0, part))
        out[k] = 1 / (1 + exp(-(first + step * (i - 0.5 + part))))


@njit(cache=True)
def _one(a, b, effect, reset, walks, noises, levels, out, level_out):  # type: ignore[no-untyped-def]
    """Fit one series; return whether every pair of scales settled."""
    periods, pairs = a.size, walks.size * noises.size
    small, great = a / effect, b / effect
    logit = np.zeros(periods)
    start = np.empty(periods)
    for t in range(periods):
        start[t] = log((small[t] + 0.5) / (great[t] + 0.5)) if a[t] + b[t] > 0 else 0.0
    other, other_var = np.empty((pairs, periods)), np.empty((pairs, periods))
    level, level_var = np.empty((pairs, periods)), np.empty((pairs, periods))
    weight = np.empty(pairs)
    whole = True
    for i in range(walks.size):
        for j in range(noises.size):
            h = i * noises.size + j
            logit[:] = start
            weight[h], settled = _scales(
                small, great, reset, walks[i], noises[j], logit,
                other[h], other_var[h], level[h], level_var[h],
            )  # fmt: skip
            whole = whole and settled
    weight = np.exp(weight - weight.max())
    weight /= weight.sum()
    density, joint = np.empty(POINTS), np.empty(POINTS)
    own = np.empty(POINTS)
    for t in range(periods):
        for around in range(2):
            if around == 0 and a[t] + b[t] <= 0:
                continue
            # A grid over all that weighs anything.
            left, right = FAR, -FAR
            for h in range(pairs):
                if weight[h] < 1e-6:
                    continue
                if around == 0:
                    noise = noises[h % noises.size]
                    prior = other_var[h, t] + noise * noise
                    p = 1 / (1 + exp(-start[t]))
                    precision = (small[t] + great[t] + 1) * p * (1 - p)
                    mean = (other[h, t] / prior + start[t] * precision) / (1 / prior + precision)
                    sd = sqrt(1 / (1 / prior + precision))
                else:
                    mean, sd = level[h, t], sqrt(level_var[h, t])
                reach = REACH if around == 0 else 5.0
                left, right = min(left, mean - reach * sd), max(right, mean + reach * sd)
            step = (right - left) / (POINTS - 1)
            density[:] = 0.0
            if around == 0:
                top = -FAR
                for g in range(POINTS):
                    own[g] = _own(a[t], b[t], effect, left + g * step)
                    top = max(top, own[g])
                for g in range(POINTS):
                    own[g] = exp(own[g] - top)
            for h in range(pairs):
                if weight[h] < 1e-6:
                    continue
                if around == 0:
                    noise = noises[h % noises.size]
                    mean, var = other[h, t], other_var[h, t] + noise * noise
                else:
                    mean, var = level[h, t], level_var[h, t]
                total = 0.0
                for g in range(POINTS):
                    off = left + g * step - mean
                    joint[g] = exp(-0.5 * off * off / var)
                    if around == 0:
                        joint[g] *= own[g]
                    total += joint[g]
                if total > 0:
                    for g in range(POINTS):
                        density[g] += weight[h] / total * joint[g]
            _ends(density, left, step, levels, out[t] if around == 0 else level_out[t])
    return whole


@njit(cache=True)
def _all(a, b, effect, resets, walks, noises, levels):  # type: ignore[no-untyped-def]
    series, periods = a.shape
    own = np.full((series, periods, levels.size), np.nan)
    level = np.full((series, periods, levels.size), np.nan)
    settled = np.ones(series, dtype=np.bool_)
    for k in range(series):
        settled[k] = _one(
            a[k], b[k], effect, resets[k], walks, noises, levels, own[k], level[k]
        )  # fmt: skip
    return own, level, settled


def fit(
    positive: Floats, other: Floats, effect: float = 1.0, resets: np.ndarray | None = None
) -> tuple[Floats, Floats, np.ndarray]:
    """Return quantiles of p_t and of the chance at the smooth level, for many series.

    Parameters
    ----------
    positive, other
        (series, periods): decisions; both nought where a period is missing.
    effect
        Design effect, at least 1.
    resets
        (series, periods), True where a new way of counting begins.

    Returns
    -------
    own, level
        (series, periods, `exact.LEVELS`); of a missing period `own` is not a number.
    settled
        (series,), False where Newton's method did not come to rest.
    """
    a = np.ascontiguousarray(positive, dtype=np.float64)
    b = np.ascontiguousarray(other, dtype=np.float64)
    starts = np.zeros(a.shape, dtype=np.bool_) if resets is None else np.asarray(resets, np.bool_)
    own, level, settled = _all(
        a, b, float(effect), starts, np.array(WALK), np.array(NOISE), np.array(LEVELS)
    )
    return own, level, settled
