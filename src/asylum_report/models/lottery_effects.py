"""Effects of destinations with their intervals, from a fitted comparison.

An effect is d_j less the mean over destinations with enough decisions, in logits: how much more
readily a destination protects whomever it decides on. Where a destination has few positive or few
negative decisions its interval is that of the profile likelihood (Venzon and Moolgavkar 1988,
Applied Statistics 37), elsewhere that of the observed information. One that granted protection to
nobody, or to everybody, has no finite effect and one limit: that of its profile likelihood.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2, norm

from asylum_report.models import status
from asylum_report.models.lottery_fit import Fit, law_of, newton
from asylum_report.models.lottery_likelihood import Data, Floats, data
from asylum_report.recognition import MARKED_BELOW

PROFILE_BELOW = 10
"""Positive or negative decisions of a destination below which its interval is a profile one."""


def reference(found: Fit) -> Floats:
    """Return the weights of the mean that effects are told against.

    Equal ones for the fitted destinations with at least 50 merits decisions; for all of them
    where fewer than two have as many.
    """
    assert found.data is not None
    d = found.data
    enough = np.bincount(d.destination, d.n, d.destinations) >= MARKED_BELOW
    enough = enough if enough.sum() > 1 else np.ones(d.destinations, dtype=bool)
    return np.asarray(enough / enough.sum())


def effects(found: Fit, frame: pd.DataFrame) -> pd.DataFrame:
    """Return each destination's effect, against the mean of those in `reference`, in logits.

    Parameters
    ----------
    found
        A fit of `frame`.
    frame
        The same cells, for the limits of separated destinations.

    Returns
    -------
    DataFrame
        ``destination``, ``effect`` (missing where separated), ``low``, ``high`` (95%; infinite on
        the open side), ``standard_error``, ``interval`` (information or profile), ``status``.
    """
    columns = ["destination", "effect", "low", "high", "standard_error", "interval", "status"]
    if found.status != status.OK or found.data is None:
        return pd.DataFrame(columns=columns)
    number = len(found.fitted)
    weight = reference(found)
    centre = np.eye(number) - weight
    effect = centre @ found.theta[:number]
    error = np.sqrt(np.diag(centre @ found.covariance[:number, :number] @ centre.T))
    z = float(norm.ppf(0.975))
    mean = float(weight @ found.theta[:number])
    place = {int(k): i for i, k in enumerate(found.fitted)}
    few = _few(found)
    rows = []
    for k, (name, word) in enumerate(zip(found.destinations, found.words, strict=True)):
        if k not in place:
            bound = separated_limit(found, frame, k) - mean
            low, high = (-np.inf, bound) if word == status.ALL_NEGATIVE else (bound, np.inf)
            rows.append((name, np.nan, low, high, np.nan, "profile", word))
            continue
        i = place[k]
        low, high, kind = effect[i] - z * error[i], effect[i] + z * error[i], "information"
        if few[i]:
            low, high = (profile_limit(found, i, sign) - mean for sign in (-1, 1))
            kind = "profile"
        rows.append((name, effect[i], low, high, error[i], kind, word))
    return pd.DataFrame(rows, columns=columns)


def _few(found: Fit) -> NDArray[np.bool_]:
    assert found.data is not None
    d = found.data
    positive = np.bincount(d.destination, d.y, d.destinations)
    negative = np.bincount(d.destination, d.n - d.y, d.destinations)
    return np.minimum(positive, negative) < PROFILE_BELOW


def _crossing(d: Data, theta: Floats, i: int, sign: int, top: float, step: float) -> float:
    """Return where twice the fall of the profile likelihood of d_i reaches the 95% quantile."""
    limit = float(chi2.ppf(0.95, 1))
    free = np.ones(len(theta), dtype=bool)
    free[i] = False
    modes: Floats | None = None

    def fall(at: float) -> float:
        nonlocal theta, modes
        theta = theta.copy()
        theta[i] = at
        theta, value, _, _ = newton(d, theta, free, steps=8, modes=modes, tolerance=2e-3)
        modes = value.modes
        return 2 * (top - value.value)

    near = float(theta[i])
    fell_near = fall(near)
    for _ in range(10):
        if fell_near <= limit:
            break
        near -= sign * 4.0  # many decisions: the likelihood is flat only further out
        fell_near = fall(near)
    far, fell_far = near, fell_near
    for _ in range(30):
        far += sign * step
        fell_far = fall(far)
        if (fell_far > limit) != (fell_near > limit):
            break
        near, fell_near = far, fell_far
        step *= 1.3
    else:
        return sign * np.inf
    # The root of the fall is close to a straight line near the limit, so secants settle fast.
    for _ in range(12):
        a, b = np.sqrt(max(fell_near, 0)), np.sqrt(max(fell_far, 0))
        # Kept off the ends, which a secant creeps along where one end is flat.
        part = min(max((np.sqrt(limit) - a) / (b - a), 0.1), 0.9)
        at = near + part * (far - near)
        fell = fall(float(at))
        if abs(fell - limit) < 0.01:
            return float(at)
        if (fell > limit) == (fell_far > limit):
            far, fell_far = float(at), fell
        else:
            near, fell_near = float(at), fell
    return float(at)


def profile_limit(found: Fit, i: int, sign: int) -> float:
    """Return the lower (sign -1) or upper (1) 95% profile limit of the i-th fitted d."""
    assert found.data is not None
    step = 1.96 * float(np.sqrt(found.covariance[i, i]))
    return _crossing(found.data, found.theta, i, sign, found.loglik, step)


def separated_limit(found: Fit, frame: pd.DataFrame, k: int) -> float:
    """Return the one 95% profile limit of a separated destination.

    For one that granted to nobody the likelihood rises as d falls, to that of the other
    destinations alone; the limit is the d at which it is 3.84 / 2 lower.
    """
    assert found.data is not None
    frame = frame[frame["n"].astype(float) > 0]
    kept = [found.destinations[i] for i in (*found.fitted, k)]
    some = frame[frame["destination"].isin(kept)]
    number = {name: i for i, name in enumerate(kept)}
    d = data(
        law_of(some, 1 / found.data.law.power),
        some["destination"].map(number).to_numpy(), pd.factorize(some["origin"])[0],
    )  # fmt: skip
    sign = 1 if found.words[k] == status.ALL_NEGATIVE else -1
    begin = float(found.theta[:-2].mean()) - sign * 8.0
    theta = np.concatenate([found.theta[:-2], [begin], found.theta[-2:]])
    return _crossing(d, theta, len(kept) - 1, sign, found.loglik, 1.5)
