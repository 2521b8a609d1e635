"""The comparison of destinations, adjusted for origin: UNHCR's decisions, EU+ by year, the world.

First instance as each destination's own authority counts it. Left out of the pools: destinations
and years that publish first instance and appeal undivided (those of the EU+ are set against its
pool, and marked), UNHCR's own decisions in the EU+, decisions without a known origin, and counts
from which no rate follows. In the world each authority is a destination, so that the US courts
and USCIS stand apart, and only those with at least 50 merits decisions take part.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from asylum_report import corridors, places, process, tables
from asylum_report.models import lottery_cells
from asylum_report.models.lottery_year import Compared, compare
from asylum_report.recognition import MARKED_BELOW

ORIGIN = "RUS"
YEARS = range(2015, 2026)
WORLD_YEARS = range(2023, 2026)
DESIGN_EFFECTS = (2.0, 4.0)
"""Shown beside independent decisions for the latest year: what families and offices may do."""

SEED = 20260301
UNKNOWN = "UNK"
DEFINITION = "protection"


def compute() -> dict[str, pd.DataFrame]:
    """Return the result tables: destinations, Russian citizens, dispersion, years."""
    process.ensure()
    decisions = tables.read("decisions")
    chosen = (decisions["source"] == "UNHCR") & (decisions["period_start"] >= f"{YEARS[0]}")
    cells = lottery_cells.cells(decisions[chosen])
    cells = cells[cells["origin"] != UNKNOWN]
    parts: dict[str, list[pd.DataFrame]] = {
        "destinations": [],
        "russians": [],
        "dispersion": [],
        "years": [],
    }
    runs = [("EU+", year, 1.0) for year in YEARS]
    runs += [("EU+", YEARS[-1], effect) for effect in DESIGN_EFFECTS]
    runs += [("world", year, 1.0) for year in WORLD_YEARS]
    for number, (pool, year, effect) in enumerate(runs):
        rng = np.random.default_rng(np.random.SeedSequence(SEED, spawn_key=(number,)))
        mine, apart, about = _pool(cells[cells["year"] == year], pool, year)
        found = compare(mine, ORIGIN, rng, effect, apart)
        _add(parts, found, pool, year, effect, about)
    return {f"lottery_{name}": pd.concat(found, ignore_index=True) for name, found in parts.items()}


def _pool(
    cells: pd.DataFrame, pool: str, year: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the cells of a pool, those set against it, and what is said of each destination."""
    cells = cells.assign(place=cells["destination"])
    cells["destination"] = cells["destination"] + ":" + cells["authority"]
    if pool == "EU+":
        cells = cells[cells["place"].isin(places.members("EU+", year))]
        cells = cells[cells["authority"] != "UNHCR"]
    some = cells[cells["n"].fillna(0) > 0]
    inside = some[some["why"] == ""]
    beside = some[some["why"] == lottery_cells.UNDIVIDED]
    if pool == "world":
        total = inside.groupby("destination")["n"].transform("sum")
        inside, beside = inside[total >= MARKED_BELOW], beside.iloc[:0]
    # A destination is set beside the pool with its undivided counts only, never with a part.
    beside = beside[beside["stage"] == "first+appeal"]
    everyone = pd.concat([inside, beside])
    about = everyone.groupby("destination").agg(
        place=("place", "first"), authority=("authority", "first"), unit=("unit", "first"),
        stage=("stage", _joined), data_status=("status", _worst), source=("source", _joined),
        dataset=("dataset", _joined), vintage=("vintage", _joined),
    )  # fmt: skip
    return inside, beside, about


def _joined(values: pd.Series) -> str:
    """Return the parts of stages (first, repeat) or the names of sources, each once."""
    found = {part for value in values for part in str(value).split("+")}
    return "+".join(sorted(found, key=lambda part: (part == "appeal", part)))


def _worst(values: pd.Series) -> str:
    return corridors.worst(list(values))


def _add(
    parts: dict[str, list[pd.DataFrame]], found: Compared, pool: str, year: int, effect: float,
    about: pd.DataFrame,
) -> None:  # fmt: skip
    where: dict[str, Any] = {
        "pool": pool, "year": year, "period": str(year), "design_effect": effect,
        "definition": DEFINITION, "stage": "first",
    }  # fmt: skip
    source = {name: _joined(about[name]) for name in ("source", "dataset", "vintage")}
    for name, table in (("destinations", found.destinations), ("russians", found.one_origin)):
        if len(table) and (effect == 1.0 or name == "russians"):
            by = table.join(about, on="destination").drop(columns="destination")
            by = by.rename(columns={"place": "destination"})
            # Half a year, and what rests on few decisions, is shown grey.
            by["marked"] = by["marked"] | (by["data_status"] == "partial")
            for k, v in where.items():
                if k not in by:
                    by[k] = v
            front = ["pool", "year", "destination", "authority", "stage", "unit"]
            parts[name].append(by[front + [c for c in by if c not in front]])
    found.dispersion["origins"] = found.dispersion.get("origins", pd.Series(dtype=str)).replace(
        {"one": ORIGIN}
    )
    for name, table in (("dispersion", found.dispersion), ("years", found.year)):
        if len(table):
            parts[name].append(pd.DataFrame(where, index=table.index).join(table).assign(**source))
