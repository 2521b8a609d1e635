"""Everything the comparison of destinations tells about one pool in one year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from asylum_report.models import status
from asylum_report.models.lottery_dispersion import (
    FEWEST,
    LEVELS,
    mix_share,
    p90_p10,
    strictness_share,
    with_limits,
)
from asylum_report.models.lottery_draws import NUMBER, Draws, draw
from asylum_report.models.lottery_effects import effects, reference
from asylum_report.models.lottery_fit import Fit, fit
from asylum_report.models.lottery_likelihood import Floats
from asylum_report.models.lottery_standardise import adjusted, direct, indirect
from asylum_report.recognition import MARKED_BELOW, jeffreys


@dataclass
class Compared:
    """Tables of one pool and year: see `compare`."""

    destinations: pd.DataFrame
    one_origin: pd.DataFrame
    dispersion: pd.DataFrame
    year: pd.DataFrame


def compare(
    frame: pd.DataFrame, origin: str, rng: np.random.Generator, design_effect: float = 1.0,
    apart: pd.DataFrame | None = None,
) -> Compared:  # fmt: skip
    """Compare the destinations of one pool in one period.

    Parameters
    ----------
    frame
        Cells: ``destination``, ``origin``, ``positive``, ``n``, and bounds of rounding where known.
    origin
        The origin that is looked at by itself.
    rng
        Seeded generator for the draws that intervals are made of.
    design_effect
        See `asylum_report.models.lottery_fit.fit`.
    apart
        Cells of destinations that are set against the pool without being part of it.

    Returns
    -------
    Compared
        ``destinations``: the actual rate, the rate expected by origin and their ratio
        (`lottery_standardise.indirect`), the directly standardised rate, the rate adjusted to
        average cells and the effect with their 95% intervals. ``one_origin``: the same origin in
        each destination: its rate, the rate expected from the destination's general strictness
        and the origin's general standing, and the deviation in points and logits. ``dispersion``:
        p90/p10 by measure. ``year``: variances, shares and counts. Each has a ``status``.
    """
    found = fit(frame, design_effect)
    if found.status == status.BAD_COUNTS:
        return _nothing(found.status)
    table = indirect(frame, design_effect=design_effect)
    table["status"] = found.status
    if apart is not None and len(apart):
        beside = indirect(apart, frame, design_effect)
        table = pd.concat([table, beside.assign(status=status.UNDIVIDED)], ignore_index=True)
    table["marked"] = table["n"] < MARKED_BELOW
    if found.status != status.OK or found.data is None or found.value is None:
        year = pd.DataFrame([{"status": found.status} | _counts(frame)])
        return Compared(table, pd.DataFrame(), pd.DataFrame(), year)
    drawn = draw(found, rng)
    names = [found.destinations[k] for k in found.fitted]
    standard = direct(found, drawn, rng)
    model = adjusted(found, drawn.destinations, drawn.origins, drawn.sd_cell)
    table = _with_model(table, found, frame, names, standard, model)
    estimates = _Estimates(found, names, drawn, standard, model, rng, design_effect)
    ours = _one_origin(found, drawn, names, frame, origin)
    dispersion = _dispersion(table, estimates, ours)
    year = _year(frame, estimates, table, ours)
    return Compared(table, ours.drop(columns="cell", errors="ignore"), dispersion, year)


@dataclass
class _Estimates:
    found: Fit
    names: list[str]
    drawn: Draws
    standard: Floats
    model: Floats
    rng: np.random.Generator
    design_effect: float


def _nothing(word: str) -> Compared:
    only = pd.DataFrame([{"status": word}])
    return Compared(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), only)


def _counts(frame: pd.DataFrame) -> dict[str, object]:
    some = frame[frame["n"] > 0]
    return {
        "destinations": some["destination"].nunique(), "origins": some["origin"].nunique(),
        "cells": len(some), "decisions": int(some["n"].sum()),
    }  # fmt: skip


def _with_model(
    table: pd.DataFrame, found: Fit, frame: pd.DataFrame, names: list[str], standard: Floats,
    model: Floats,
) -> pd.DataFrame:  # fmt: skip
    assert found.value is not None
    at = adjusted(
        found, found.theta[None, :-2], found.value.origin_mean[None], np.array([found.sd_cell])
    )[0]
    centre = model @ reference(found)
    columns = pd.DataFrame(
        {
            "destination": names,
            "direct": np.median(standard, axis=0),
            "direct_low": np.quantile(standard, 0.025, axis=0),
            "direct_high": np.quantile(standard, 0.975, axis=0),
            "adjusted": at,
            "adjusted_low": np.quantile(model, 0.025, axis=0),
            "adjusted_high": np.quantile(model, 0.975, axis=0),
            "points": at - at @ reference(found),
            "points_low": np.quantile(model - centre[:, None], 0.025, axis=0),
            "points_high": np.quantile(model - centre[:, None], 0.975, axis=0),
        }
    )
    own = effects(found, frame).rename(columns={"low": "effect_low", "high": "effect_high"})
    own["odds"] = np.exp(own["effect"])
    joined = table.merge(columns, on="destination", how="left")
    joined = joined.merge(own.rename(columns={"status": "word"}), on="destination", how="left")
    joined["status"] = joined.pop("word").fillna(joined["status"])
    return joined


def _chance(counts: pd.DataFrame, rng: np.random.Generator, design_effect: float) -> Floats:
    """Return draws of actual rates, decisions taken as independent: Jeffreys' distribution."""
    y, n = counts["positive"].to_numpy(float), counts["n"].to_numpy(float)
    shape = (NUMBER, len(counts))
    return rng.beta(y / design_effect + 0.5, (n - y) / design_effect + 0.5, shape)


def _one_origin(
    found: Fit, drawn: Draws, names: list[str], frame: pd.DataFrame, origin: str
) -> pd.DataFrame:
    """Return the origin's rate in each destination against what the destination's effect gives."""
    assert found.data is not None
    some = frame[(frame["origin"] == origin) & (frame["n"] > 0)].set_index("destination")
    rows = []
    number = found.origins.index(origin) if origin in found.origins else -1
    at = {names[found.data.destination[c]]: int(c)
          for c in np.flatnonzero(found.data.origin == number)}  # fmt: skip
    words = dict(zip(found.destinations, found.words, strict=True))
    for name in sorted(map(str, some.index)):
        y, n = int(str(some.at[name, "positive"])), int(str(some.at[name, "n"]))
        low, high = jeffreys((y, n - y), (y, n - y))
        row: dict[str, object] = {
            "destination": name, "positive": y, "n": n, "rate": y / n, "low": low, "high": high,
            "marked": n < MARKED_BELOW, "status": words[name], "cell": at.get(name, -1),
        }  # fmt: skip
        if name in at:
            c = at[name]
            general = expit(
                drawn.destinations[:, found.data.destination[c]] + drawn.origins[:, number]
            )
            points = drawn.rates[:, c] - general
            for stem, values in (
                ("expected", general), ("model", drawn.rates[:, c]), ("deviation", points),
                ("logit", drawn.cells[:, c]),
            ):  # fmt: skip
                row[stem] = float(np.median(values))
                row[f"{stem}_low"], row[f"{stem}_high"] = np.quantile(values, [0.025, 0.975])
        rows.append(row)
    return pd.DataFrame(rows)


def _dispersion(table: pd.DataFrame, of: _Estimates, ours: pd.DataFrame) -> pd.DataFrame:
    """Return p90/p10 of each measure over the destinations with enough decisions."""
    pool = table[(table["status"] != status.UNDIVIDED) & ~table["marked"]]
    inside = pool[pool["destination"].isin(of.names)]
    column = [of.names.index(name) for name in inside["destination"]]
    raw = _chance(pool, of.rng, of.design_effect)
    actual, expected = (pool[name].to_numpy(float) for name in ("rate", "expected"))
    whole = float(pool["positive"].sum() / pool["n"].sum())
    rows = [
        _spread("actual", actual, raw),
        _spread("indirect", whole * actual / expected, whole * raw / expected),
        _spread("direct", inside["direct"].to_numpy(float), of.standard[:, column]),
        _spread("adjusted", inside["adjusted"].to_numpy(float), of.model[:, column]),
    ]
    result = pd.DataFrame(rows).assign(origins="all")
    few = ours[~ours["marked"]] if len(ours) else ours
    if len(few):
        cell = few["cell"].to_numpy(int)
        cell = cell[cell >= 0]
        assert of.found.data is not None
        place, number = of.found.data.destination[cell], of.found.data.origin[cell]
        general = expit(of.drawn.destinations[:, place] + of.drawn.origins[:, number])
        own = [
            _spread("actual", few["rate"].to_numpy(float), _chance(few, of.rng, of.design_effect)),
            _spread("strictness", np.median(general, axis=0), general),
        ]
        result = pd.concat([result, pd.DataFrame(own).assign(origins="one")], ignore_index=True)
    return result


def _spread(measure: str, rates: Floats, draws: Floats) -> dict[str, object]:
    line: dict[str, object] = {"measure": measure, "destinations": len(rates)}
    if len(rates) < FEWEST:
        return line | {"status": status.ONE_DESTINATION}
    low, high = np.quantile(rates, [0.1, 0.9])
    estimate = float(p90_p10(rates))
    found = with_limits(estimate, p90_p10(draws))
    lowest = float(rates.min())
    return line | {
        "p10": float(low), "p90": float(high), "estimate": estimate, **found,
        "lowest": lowest, "highest": float(rates.max()),
        "max_over_min": float(rates.max() / lowest) if lowest > 0 else np.inf,
        "status": status.OK,
    }  # fmt: skip


def _year(
    frame: pd.DataFrame, of: _Estimates, table: pd.DataFrame, ours: pd.DataFrame
) -> pd.DataFrame:
    found = of.found
    assert found.data is not None
    z = 1.959964
    line: dict[str, object] = {"status": status.OK} | _counts(frame)
    for name, k in (("origin", -2), ("cell", -1)):
        error = float(np.sqrt(found.covariance[k, k]))
        line[f"sd_{name}"] = float(np.exp(found.theta[k]))
        line[f"sd_{name}_low"] = float(np.exp(found.theta[k] - z * error))
        line[f"sd_{name}_high"] = float(np.exp(found.theta[k] + z * error))
    known = table[(table["status"] == status.OK) & ~table["marked"]]
    column = [of.names.index(name) for name in known["destination"]]
    line["compared"] = len(column)
    line["sd_destination"] = float(known["effect"].std())
    if len(column) >= FEWEST:
        share = mix_share(
            known["rate"].to_numpy(float), known["direct"].to_numpy(float),
            _chance(known, of.rng, of.design_effect), of.standard[:, column],
        )  # fmt: skip
        line |= {("mix" if k == "value" else f"mix_{k}"): v for k, v in share.items()}
    few = ours[(ours["cell"] >= 0) & ~ours["marked"]] if len(ours) else ours
    line["one_origin_destinations"] = len(few)
    if len(few) >= FEWEST:
        cells = few["cell"].to_numpy(int)
        share = strictness_share(
            of.drawn.destinations[:, found.data.destination[cells]], of.drawn.cells[:, cells]
        )
        line |= {("strictness" if k == "value" else f"strictness_{k}"): v for k, v in share.items()}
        line |= {f"own_{k}": 1 - share[_other(k)] for k in LEVELS} | {"own": 1 - share["value"]}
    return pd.DataFrame([line])


def _other(level: str) -> str:
    return level.replace("low", "high") if "low" in level else level.replace("high", "low")
