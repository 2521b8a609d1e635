"""Forecasts of yearly recognition rates, one and two years ahead, over many corridors.

Everything happens on ``z = logit`` of the rate, ``log((positive + 1/2) / (rejected + 1/2))``. A
corridor is an origin, a destination, an authority and a line of counting: a change across a break
of the line is never a change of the rate. What is learnt at an origin rests on changes both of
whose years lie at or before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, ndtri

from asylum_report.models import scoring, status
from asylum_report.models.backtest import COVERAGE
from asylum_report.models.scoring import LEVELS

Array = NDArray[np.float64]

HORIZONS = (1, 2)
SMALLEST = 50
"""Merits decisions that a year needs at either end of a forecast."""

MEAN_OVER = 5
CLASSES = 5
BY_DESTINATION = 20.0
BY_CORRIDOR = 5.0
"""Years of a corridor's own mean; classes of sampling noise; changes that speak for a destination
being like all, and for a corridor being like its destination."""

BASELINE = "last-rate"
MODELS = (BASELINE, "last-rate-scaled", "own-past", "five-year-mean")
CORRIDOR = ["origin", "destination", "authority", "line"]


def prepare(rates: pd.DataFrame) -> pd.DataFrame:
    """Return corridors by year with logit, own mean and noise; small and bad years have a status.

    Parameters
    ----------
    rates
        origin, destination, authority, line, year, positive, n.

    Returns
    -------
    DataFrame
        With ``rate``, ``z``, ``own`` (mean of z over the last five years up to this one, those with
        50 decisions), ``noise`` (sampling variance of z), ``status``.
    """
    found = rates.sort_values([*CORRIDOR, "year"]).reset_index(drop=True).copy()
    positive, n = found["positive"].to_numpy(float), found["n"].to_numpy(float)
    bad = ~((positive >= 0) & (positive <= n) & (positive == np.floor(positive)))
    bad |= n != np.floor(n)
    few = ~bad & (n < SMALLEST)
    found["status"] = np.select(
        [bad, ~bad & (n == 0), few], [status.BAD_COUNTS, status.NO_DECISIONS, status.TOO_FEW],
        status.OK,
    )  # fmt: skip
    good = (found["status"] == status.OK).to_numpy()
    safe_n, safe_positive = np.where(good, n, 1.0), np.where(good, positive, 0.0)
    found["rate"] = np.where(good, safe_positive / safe_n, np.nan)
    z = np.log((safe_positive + 0.5) / (safe_n - safe_positive + 0.5))
    found["z"] = np.where(good, z, np.nan)
    found["noise"] = np.where(good, 1 / (safe_positive + 0.5) + 1 / (safe_n - safe_positive + 0.5),
                              np.nan)  # fmt: skip
    keys = found[CORRIDOR].astype(str).agg("|".join, axis=1)
    found["corridor"] = keys
    by_year = found.set_index(["corridor", "year"])["z"]
    back = [
        by_year.reindex(pd.MultiIndex.from_arrays([keys, found["year"] - k])).to_numpy()
        for k in range(MEAN_OVER)
    ]
    stacked = np.stack(back)
    known = ~np.isnan(stacked)
    total = np.where(known, stacked, 0).sum(axis=0)
    found["own"] = np.where(good, total / np.maximum(known.sum(axis=0), 1), np.nan)
    return found


def pairs(prepared: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """Return corridor-years with what came `horizon` years later: ``z_after``, ``rate_after``."""
    usable = prepared[prepared["status"] == status.OK]
    later = usable[["corridor", "year", "z", "rate"]].assign(year=usable["year"] - horizon)
    return usable.merge(later, on=["corridor", "year"], suffixes=("", "_after"))


@dataclass(frozen=True)
class Learnt:
    """What past changes over one horizon taught, to be applied to any later year."""

    horizon: int
    spread: float
    pull: float
    edges: Array
    sizes: Array
    destinations: dict[str, float]
    corridors: dict[str, float]
    shape: Array


def learn(past: pd.DataFrame, one_year: pd.DataFrame, horizon: int, pulled: bool) -> Learnt:
    """Learn spread, pull, sizes and shape of changes from past pairs.

    Parameters
    ----------
    past
        `pairs` over `horizon` whose later year is known.
    one_year
        The same for one year: the baseline's spread is theirs times the square root of time.
    pulled
        Whether rates are drawn towards the corridor's own mean. The share of the way is the least
        squares slope of the change on the distance, between 0 and 1.

    Notes
    -----
    Size of a change = mean absolute residual of its class of sampling noise, times the
    destination's ratio to that, times the corridor's ratio to its destination's, both drawn to one
    (by 20 and 5 changes). Shape = quantiles of the residuals over their sizes, made
    symmetric.
    """
    spread = float(np.sqrt(np.mean((one_year["z_after"] - one_year["z"]) ** 2) * horizon))
    moved = (past["z_after"] - past["z"]).to_numpy()
    away = (past["own"] - past["z"]).to_numpy()
    pull = 0.0
    if pulled and np.any(away):
        pull = float(np.clip(np.sum(moved * away) / np.sum(away**2), 0, 1))
    left = np.abs(moved - pull * away)
    noise = past["noise"].to_numpy()
    edges = np.quantile(noise, np.arange(1, CLASSES) / CLASSES)
    which = np.searchsorted(edges, noise)
    sums, many = np.bincount(which, left, CLASSES), np.bincount(which, minlength=CLASSES)
    sizes = np.maximum(sums / np.maximum(many, 1), 1e-6)
    ratio = left / sizes[which]
    destinations, without = _drawn(ratio, past["destination"], BY_DESTINATION)
    scale = sizes[which] * without
    ratio = ratio / past["destination"].map(destinations).to_numpy()
    corridors, without = _drawn(ratio, past["corridor"], BY_CORRIDOR)
    residual = (moved - pull * away) / (scale * without)
    # Both ways round: whether all rates rose or fell together of late does not go on.
    shape = np.quantile(np.concatenate([residual, -residual]), LEVELS)
    return Learnt(horizon, spread, pull, edges, sizes, destinations, corridors, shape)


def _drawn(ratio: Array, groups: pd.Series, weight: float) -> tuple[dict[str, float], Array]:
    """Return each group's mean ratio, drawn to one by `weight` changes, and that of the others.

    The second has one value an observation: the group's without it. A change must not be measured
    by a size that it helped to set, or the shape comes out too narrow.
    """
    names, member = np.unique(groups.to_numpy().astype(str), return_inverse=True)
    sums, many = np.bincount(member, ratio), np.bincount(member)
    found = (sums + weight) / (many + weight)
    without = (sums[member] - ratio + weight) / (many[member] - 1 + weight)
    return dict(zip(names.tolist(), found.tolist(), strict=True)), without


def predict(learnt: Learnt, start: pd.DataFrame, model: str, plain: Learnt | None = None) -> Array:
    """Return quantiles of the rate for each corridor-year of `start`, one row each.

    Raises
    ------
    ValueError
        If there is no such model.
    """
    z, own = start["z"].to_numpy(), start["own"].to_numpy()
    if model == BASELINE:
        return as_rate(z[:, None] + learnt.spread * ndtri(LEVELS), start["n"])
    if model == "five-year-mean":
        return as_rate(own[:, None] + learnt.spread * ndtri(LEVELS), start["n"])
    if model not in MODELS:
        raise ValueError(f"no model of rates is called {model}")
    used = plain if model == "last-rate-scaled" and plain is not None else learnt
    size = used.sizes[np.searchsorted(used.edges, start["noise"].to_numpy())]
    size = size * start["destination"].map(used.destinations).fillna(1.0).to_numpy()
    size = size * start["corridor"].map(used.corridors).fillna(1.0).to_numpy()
    centre = z + used.pull * (own - z)
    return as_rate(centre[:, None] + size[:, None] * used.shape, start["n"])


def as_rate(z: Array, n: pd.Series) -> Array:
    """Return the rate that has the logit z with n decisions: the inverse of what `prepare` does.

    With halves added to both counts no rate has an infinite logit; undone with the n of the last
    year, a low enough logit is again a rate of exactly none, as such years are published.
    """
    many = n.to_numpy(float)[:, None]
    return np.clip((expit(z) * (many + 1) - 0.5) / many, 0.0, 1.0)


def at_origin(
    prepared: pd.DataFrame, year: int, horizon: int, start: pd.DataFrame
) -> dict[str, Array] | None:
    """Return every model's quantiles for `start`, learnt from years up to `year`; None if too few.

    Nothing later than `year` is used, whatever `prepared` holds.
    """
    seen = prepared[prepared["year"] <= year]
    past, one_year = pairs(seen, horizon), pairs(seen, 1)
    if len(past) < 100 or len(one_year) < 100:
        return None
    pulled, plain = (learn(past, one_year, horizon, each) for each in (True, False))
    return {model: predict(pulled, start, model, plain) for model in MODELS}


def backtest(prepared: pd.DataFrame, years: range) -> pd.DataFrame:
    """Return scores of every model at every origin year, a row a corridor, horizon and model."""
    found = []
    for horizon in HORIZONS:
        every = pairs(prepared, horizon)
        for year in years:
            start = every[every["year"] == year]
            made = at_origin(prepared, year, horizon, start) if len(start) else None
            for model, quantiles in (made or {}).items():
                observed = start["rate_after"].to_numpy()
                found.append(pd.DataFrame({
                    "origin": start["origin"].to_numpy(), "year": year, "horizon": horizon,
                    "destination": start["destination"].to_numpy(), "model": model,
                    "corridor": start["corridor"].to_numpy(), "n": start["n"].to_numpy(),
                    "wis": scoring.wis(quantiles, observed),
                    "crps": scoring.crps(quantiles, observed),
                    "error": np.abs(quantiles[:, scoring.MEDIAN] - observed),
                    "covered_50": scoring.covered(quantiles, observed, "50"),
                    "covered_95": scoring.covered(quantiles, observed, "95"),
                }))  # fmt: skip
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def scores(scored: pd.DataFrame, replications: int, seed: int) -> pd.DataFrame:
    """Return scores by horizon and model: over everything, by size, and for chosen groups.

    Parameters
    ----------
    scored
        Rows of `backtest`.
    replications, seed
        Of the bootstrap, which draws whole destinations anew: the corridors of one destination move
        together.
    """
    if scored.empty:
        return pd.DataFrame(
            columns=["group", "horizon", "model", "relative", "high", "coverage_95"]
        )
    groups = {"all": np.ones(len(scored), bool)}
    for low, high, name in ((50, 199, "50-199"), (200, 999, "200-999"), (1000, None, "1000+")):
        groups[f"n {name}"] = ((scored["n"] >= low) & (scored["n"] <= (high or np.inf))).to_numpy()
    for place in ("DEU", "FRA", "USA"):
        groups[f"destination {place}"] = (scored["destination"] == place).to_numpy()
    groups["origin RUS"] = (scored["origin"] == "RUS").to_numpy()
    rows = []
    for name, chosen in groups.items():
        for horizon, part in scored[chosen].groupby("horizon"):
            keyed = part.set_index(["corridor", "year"])
            standard = keyed[keyed["model"] == BASELINE]
            for model, one in keyed.groupby("model", sort=False):
                ratio = scoring.cluster_ratio(
                    one["wis"], standard["wis"].reindex(one.index), one["destination"],
                    replications, seed,
                )  # fmt: skip
                rows.append({
                    "group": name, "horizon": horizon, "model": model, "forecasts": len(one),
                    "corridors": one.index.get_level_values(0).nunique(),
                    "destinations": one["destination"].nunique(), "first_year": part["year"].min(),
                    "last_year": part["year"].max(), "wis": one["wis"].mean(),
                    "relative": ratio[0], "low": ratio[1], "high": ratio[2],
                    "crps": one["crps"].mean(), "mean_absolute_error": one["error"].mean(),
                    "coverage_50": one["covered_50"].mean(),
                    "coverage_95": one["covered_95"].mean(),
                })  # fmt: skip
    return pd.DataFrame(rows)


def choose(table: pd.DataFrame) -> tuple[str, bool]:
    """Return the model that is shown and whether an interval may be shown at all.

    A model may be shown if its 95 % interval held 90 to 98 % of the rates at both horizons. A
    candidate that may takes the baseline's place where the interval of its relative score is wholly
    below one at both; of several, the one with the lowest mean relative score.
    """
    whole = table[table["group"] == "all"]
    able = {
        str(model): one for model, one in whole.groupby("model", sort=False)
        if one["coverage_95"].between(*COVERAGE).all()
    }  # fmt: skip
    better = {
        model: float(one["relative"].mean()) for model, one in able.items()
        if model != BASELINE and (one["high"] < 1).all()
    }  # fmt: skip
    if better:
        return min(better, key=lambda model: better[model]), True
    return BASELINE, BASELINE in able
