"""Rates of destinations made comparable: indirect and direct standardisation by origin.

Indirect: the rate expected of a destination if it decided each origin as the pool does,
E_j = sum_i n_ij P_i with P_i = sum_k y_ik / sum_k n_ik, and the ratio actual to expected,
R_j = Y_j / E_j. The pool holds the destination itself, so that actual and expected decisions of
the whole pool agree; ``ratio_others`` leaves it out, over the origins that others decide too.

Direct: the rates that the model gives the destination for each origin, weighted by the pool's
origins, w_i = n_i / n. Source: Fleiss, Levin and Paik (2003), Statistical Methods for Rates and
Proportions, chapter 19.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import expit
from scipy.stats import norm

from asylum_report.models.lottery_draws import Draws
from asylum_report.models.lottery_fit import Fit
from asylum_report.models.lottery_likelihood import Floats
from asylum_report.recognition import jeffreys

Z = float(norm.ppf(0.975))


def indirect(
    frame: pd.DataFrame, pool: pd.DataFrame | None = None, design_effect: float = 1.0
) -> pd.DataFrame:
    """Return actual and expected rate and their ratio for each destination.

    Parameters
    ----------
    frame
        Cells of one period: ``destination``, ``origin``, ``positive``, ``n``.
    pool
        Cells that give the expected rates, by default `frame` itself. With another pool, no
        destination of `frame` is part of it, and origins that the pool does not decide are left
        out of both sides of the ratio.
    design_effect
        The variance of the counts over that of independent decisions.

    Returns
    -------
    DataFrame
        ``destination``, ``n``, ``positive``, ``rate``, ``low``, ``high`` (95%, Jeffreys, of the
        actual rate), ``expected``, ``ratio`` with ``ratio_low``, ``ratio_high`` (95%), and
        ``ratio_others`` with ``covered``, the share of decisions on origins that others decide.

    Notes
    -----
    Interval of the ratio: Var(log R_j) = sum over cells of (dlog R_j / dy_ik)^2 n_ik p_ik (1 -
    p_ik) times the design effect, which counts that a large destination is much of its own pool;
    p_ik = (y_ik + 2 P_i) / (n_ik + 2).
    Where nobody or everybody was granted protection the limit is that of the actual rate over the
    expected one. It covers chance in the decisions, not what differs beyond origin.
    """
    some = frame[frame["n"].astype(float) > 0]
    names = sorted(some["destination"].unique())
    given = some if pool is None else pool[pool["n"].astype(float) > 0]
    by_origin = given.groupby("origin")[["positive", "n"]].sum().astype(float)
    rows = []
    for name in names:
        mine = some[some["destination"] == name]
        total, granted = float(mine["n"].sum()), float(mine["positive"].sum())
        low, high = jeffreys(
            (round(granted / design_effect), round((total - granted) / design_effect)),
            (round(granted / design_effect), round((total - granted) / design_effect)),
        )
        known = mine[mine["origin"].isin(by_origin.index)]
        n_i = known["n"].to_numpy(float)
        own = known["positive"].to_numpy(float)
        of = by_origin.loc[known["origin"]]
        whole, share = of["n"].to_numpy(), (of["positive"] / of["n"]).to_numpy()
        sure = float(n_i @ share)
        ratio = float(own.sum()) / sure if sure > 0 else np.nan
        limits = _ratio_limits(
            own, n_i, whole, of["positive"].to_numpy(), sure, pool is None, design_effect
        )
        rest, others = whole - n_i, of["positive"].to_numpy() - own
        shared = rest > 0 if pool is None else np.zeros(len(rest), dtype=bool)
        without = float(n_i[shared] @ (others[shared] / rest[shared]))
        rows.append({
            "destination": name, "n": int(total), "positive": int(granted),
            "rate": granted / total, "low": low, "high": high,
            "expected": sure / float(n_i.sum()) if len(n_i) else np.nan,
            "ratio": ratio, "ratio_low": limits[0], "ratio_high": limits[1],
            "ratio_others": float(own[shared].sum()) / without if without > 0 else np.nan,
            "covered": float(n_i[shared].sum()) / total,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _ratio_limits(
    own: Floats, n_i: Floats, whole: Floats, granted: Floats, expected: float, itself: bool,
    design_effect: float,
) -> tuple[float, float]:  # fmt: skip
    total, positive = float(n_i.sum()), float(own.sum())
    if expected <= 0 or total == 0:
        return np.nan, np.nan
    if positive in (0.0, total):
        counts = round(positive / design_effect), round((total - positive) / design_effect)
        low, high = jeffreys(counts, counts)
        return low * total / expected, high * total / expected
    # Two decisions of the pool's rate are added, or a cell of 5 of 5 would be taken as certain.
    rate = (own + 2 * granted / whole) / (n_i + 2)
    noise = n_i * rate * (1 - rate)
    all_noise = np.maximum(granted * (whole - granted) / whole, noise if itself else 0)
    weight = n_i / (whole * expected)
    if itself:
        # The destination's own cells move both sides; the rest of an origin the expected one only.
        rest = np.maximum(all_noise - noise, 0)
        variance = float((((1 / positive - weight) ** 2) * noise + weight**2 * rest).sum())
    else:
        variance = float((noise / positive**2 + weight**2 * all_noise).sum())
    spread = Z * np.sqrt(variance * design_effect)
    ratio = positive / expected
    return float(ratio * np.exp(-spread)), float(ratio * np.exp(spread))


def mix(found: Fit) -> Floats:
    """Return the share of each origin among the fitted destinations' decisions."""
    assert found.data is not None
    weight = np.bincount(found.data.origin, found.data.n, found.data.origins)
    return np.asarray(weight / weight.sum())


def direct(found: Fit, draws: Draws, rng: np.random.Generator) -> Floats:
    """Return draws of each fitted destination's rate over the pool's origins, its cells included.

    An origin that a destination did not decide gets a cell effect drawn from the normal
    distribution of cells.
    """
    assert found.data is not None
    weight, places = mix(found), found.data.destinations
    number, origins = draws.origins.shape
    result = np.empty((number, places))
    for j in range(places):
        effects = draws.sd_cell[:, None] * rng.standard_normal((number, origins))
        mine = draws.destination == j
        effects[:, draws.origin[mine]] = draws.cells[:, mine]
        logits = draws.destinations[:, [j]] + draws.origins + effects
        result[:, j] = expit(logits) @ weight
    return result


def adjusted(found: Fit, destinations: Floats, origins: Floats, sd_cell: Floats) -> Floats:
    """Return each destination's rate over the pool's origins if its cells were average ones.

    It turns the destination's effect alone into a rate: the mean over the pool's origins of
    1 / (1 + exp(-(d_j + o_i + c))) with c normal with mean 0 and standard deviation s_c.

    Parameters
    ----------
    found
        Gives the pool's origins.
    destinations, origins, sd_cell
        Draws (first axis) of the effects and of s_c, or the estimates with one row.
    """
    weight = mix(found)
    x, w = hermegauss(9)
    w = w / w.sum()
    result = np.zeros(destinations.shape)
    for j in range(destinations.shape[1]):
        base = destinations[:, [j]] + origins
        for at, share in zip(x, w, strict=True):
            result[:, j] += share * (expit(base + sd_cell[:, None] * at) @ weight)
    return result
