"""Fit of the comparison of destinations: unshrunken destinations with their intervals.

The likelihood (`lottery_likelihood`) is maximised by Newton steps on d_1 .. d_J, log s_o and
log s_c. A destination that granted protection to nobody, or to everybody, has no finite maximum:
it is left out of the fit, which is the limit of the likelihood. `lottery_effects` gives intervals.

Assumes that a cell's decisions share one chance and that origin and cell effects are normal;
`asylum_report.evaluation.lottery` shows what happens where they are not.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asylum_report.models import status
from asylum_report.models.lottery_cells import BOUNDS, checked
from asylum_report.models.lottery_likelihood import Data, Floats, Ints, Value, data, evaluate
from asylum_report.models.lottery_rounding import Law, law

MAX_STEPS = 60
_LOG_S = (np.log(1e-3), np.log(20.0))


@dataclass
class Fit:
    """A fitted comparison.

    Attributes
    ----------
    status
        A word of `asylum_report.models.status`; where it is not ``ok`` nothing else is filled.
    destinations, origins
        Names in the order of the effects; destinations holds the separated ones too.
    theta, covariance
        Effects of the destinations in `fitted`, log s_o, log s_c, and their covariance.
    fitted
        Numbers (in `destinations`) of those with a finite effect.
    words
        Status of each destination.
    """

    status: str
    destinations: list[str] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)
    data: Data | None = None
    theta: Floats = field(default_factory=lambda: np.empty(0))
    covariance: Floats = field(default_factory=lambda: np.empty((0, 0)))
    fitted: Ints = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    words: list[str] = field(default_factory=list)
    loglik: float = float("nan")
    value: Value | None = None

    @property
    def sd_origin(self) -> float:
        """Standard deviation of the origin effects, logits."""
        return float(np.exp(self.theta[-2]))

    @property
    def sd_cell(self) -> float:
        """Standard deviation of the cell effects, logits."""
        return float(np.exp(self.theta[-1]))


def _start(d: Data) -> Floats:
    positive = np.bincount(d.destination, d.y, d.destinations)
    total = np.bincount(d.destination, d.n, d.destinations)
    share = np.clip((positive + 0.5) / (total + 1), 0.02, 0.98)
    return np.concatenate([np.log(share / (1 - share)), [0.0, 0.0]])


def newton(
    d: Data, theta: Floats, free: NDArray[np.bool_], penalty: tuple[float, float] | None = None,
    steps: int = MAX_STEPS, modes: Floats | None = None, tolerance: float = 1e-6,
) -> tuple[Floats, Value, Floats, bool]:  # fmt: skip
    """Climb to the maximum over the parameters that are `free`.

    Parameters
    ----------
    d, theta
        Counts and where to begin.
    free
        True for each parameter that moves.
    penalty
        Mean and variance of a normal distribution of the destinations' effects, for the shrunken
        version; none for fixed effects.

    Returns
    -------
    tuple
        Parameters, the value there, the Hessian with the penalty, and whether it settled.
    """

    def penalised(at: Floats, found: Value) -> tuple[float, Floats, Floats]:
        if penalty is None:
            return found.value, found.gradient, found.hessian
        mean, variance = penalty
        off = at[:-2] - mean
        gradient, hessian = found.gradient.copy(), found.hessian.copy()
        gradient[:-2] -= off / variance
        j = np.arange(len(off))
        hessian[j, j] -= 1 / variance
        return found.value - 0.5 * float(off @ off) / variance, gradient, hessian

    found = evaluate(d, theta, modes)
    value, gradient, hessian = penalised(theta, found)
    for _ in range(steps):
        # Directions of no or wrong curvature are given that of one decision.
        size, axes = np.linalg.eigh(-hessian[np.ix_(free, free)])
        size = np.maximum(np.abs(size), 0.05)
        g = gradient[free]
        step = axes @ ((axes.T @ g) / size)
        gain = float(g @ step)
        if gain < tolerance:
            return theta, found, hessian, True
        step *= min(1.0, 2.0 / float(np.abs(step).max()))
        for _ in range(12):
            trial = theta.copy()
            trial[free] += step
            trial[-2:] = np.clip(trial[-2:], *_LOG_S)
            after = evaluate(d, trial, found.modes)
            reached, new_gradient, new_hessian = penalised(trial, after)
            # Near the top the step is surer than the value, whose nodes move with it.
            if reached > value or gain < 0.01:
                break
            step = step / 2
        else:
            return theta, found, hessian, False
        still = bool((trial == theta).all())
        theta, found, value = trial, after, reached
        gradient, hessian = new_gradient, new_hessian
        if still:
            return theta, found, hessian, True
    return theta, found, hessian, False


def _covariance(hessian: Floats, theta: Floats, free: NDArray[np.bool_]) -> Floats:
    """Return the inverse of the information; a variance at its bound is taken as known."""
    inside = free & np.concatenate([
        np.ones(len(theta) - 2, dtype=bool),
        (theta[-2:] > _LOG_S[0] + 1e-6) & (theta[-2:] < _LOG_S[1] - 1e-6),
    ])  # fmt: skip
    full = np.zeros_like(hessian)
    full[np.ix_(inside, inside)] = np.linalg.inv(-hessian[np.ix_(inside, inside)])
    return full


def fit(
    frame: pd.DataFrame, design_effect: float = 1.0,
    sd_origin: float | None = None, sd_cell: float | None = None,
) -> Fit:  # fmt: skip
    """Fit a comparison of destinations within one period.

    Parameters
    ----------
    frame
        One row a cell: ``destination``, ``origin``, ``positive``, ``n``, and, where counts are
        rounded, the columns of `BOUNDS`.
    design_effect
        The log-likelihood is divided by it: 2 or 4 says that decisions come in families and by
        office, so that they tell as much as a half or a quarter of their number. What differs
        between cells is in s_c already.
    sd_origin, sd_cell
        Fixed values of s_o and s_c; by default both are estimated.

    Returns
    -------
    Fit
        Never raises on bad counts: see its status.
    """
    word = checked(frame)
    if word != status.OK:
        return Fit(word)
    frame = frame[frame["n"].astype(float) > 0]
    place, origin = pd.Categorical(frame["destination"]), pd.Categorical(frame["origin"])
    counts = law_of(frame, design_effect)
    y, n = counts.y, counts.n
    codes = place.codes.astype(np.intp)
    positive, total = np.bincount(codes, y), np.bincount(codes, n)
    words = [
        status.ALL_NEGATIVE if p == 0 else status.ALL_POSITIVE if p == t else status.OK
        for p, t in zip(positive, total, strict=True)
    ]
    whole = data(counts, codes, origin.codes.astype(np.intp))
    names = [str(one) for one in place.categories], [str(one) for one in origin.categories]
    fitted = np.flatnonzero([one == status.OK for one in words])
    if len(fitted) < 2:
        return Fit(status.ONE_DESTINATION, *names, words=words)
    inner = subset(whole, fitted)
    theta, free = _start(inner), np.ones(len(fitted) + 2, dtype=bool)
    for k, fixed in ((-2, sd_origin), (-1, sd_cell)):
        if fixed is not None:
            theta[k], free[k] = np.log(max(fixed, 1e-3)), False
    theta, value, hessian, settled = newton(inner, theta, free)
    if not settled:
        return Fit(status.NOT_CONVERGED, *names, words=words)
    return Fit(
        status.OK, *names, inner, theta, _covariance(hessian, theta, free), fitted, words,
        value.value, value,
    )  # fmt: skip


def law_of(frame: pd.DataFrame, design_effect: float = 1.0) -> Law:
    """Return the log-likelihoods of the cells of a table; rounding where it tells the bounds."""
    bounds = None
    if set(BOUNDS) <= set(frame.columns):
        low, high, least, most = (frame[name].to_numpy(float) for name in BOUNDS)
        bounds = (low, high, least, most)
    return law(frame["positive"].to_numpy(float), frame["n"].to_numpy(float), bounds, design_effect)


def subset(d: Data, keep: Ints) -> Data:
    """Return the cells of some destinations, which are numbered anew in the order given."""
    number = np.full(d.destinations, -1)
    number[keep] = np.arange(len(keep))
    inside = number[d.destination] >= 0
    return data(d.law.take(inside), number[d.destination][inside], d.origin[inside])


def shrunken(found: Fit, rounds: int = 40) -> tuple[Floats, Floats, Value]:
    """Return effects and covariance if destinations were drawn from a normal distribution too.

    The usual alternative, for comparison only: it pulls destinations towards their mean, the more
    the fewer decisions they took. Mean and variance of that distribution are those that maximise
    the likelihood by Laplace's approximation over the destinations (EM steps).

    Parameters
    ----------
    found
        A fit whose status is ok.
    rounds
        Steps at most.

    Returns
    -------
    tuple
        Parameters as in ``Fit.theta``, their covariance, and the value there.
    """
    assert found.data is not None
    theta, free = found.theta.copy(), np.ones(len(found.theta), dtype=bool)
    mean, variance = float(theta[:-2].mean()), float(theta[:-2].var())
    covariance, modes = found.covariance, None
    value = found.value
    for _ in range(rounds):
        theta, value, hessian, _ = newton(
            found.data, theta, free, (mean, variance), steps=4, modes=modes, tolerance=1e-3
        )
        modes = value.modes
        covariance = _covariance(hessian, theta, free)
        new = float(np.mean((theta[:-2] - mean) ** 2 + np.diag(covariance)[:-2]))
        mean, moved, variance = float(theta[:-2].mean()), abs(new / variance - 1), new
        if moved < 0.01:
            break
    assert value is not None
    return theta, covariance, value
