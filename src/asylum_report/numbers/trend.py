"""Numbers of the trend model: propensities and their changes with intervals, and the study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asylum_report import records
from asylum_report.numbers import recognition
from asylum_report.numbers.model import (
    NBSP,
    Number,
    percent,
    percent_range,
    signed,
    signed_range,
    this_row,
)

HEADLINE = {prefix: recognition.HEADLINE[prefix][:2] for prefix in ("de", "fr", "us")}
"""Prefix of a name to destination and authority."""

SERIES = ("destination", "authority", "effect")

EFFECT = "4.0"
"""Design effect of the headlines, as the table writes it."""

EFFECTS = ("1.0", "2.0", "4.0")
FIRST_YEAR = 2015
FIRST_CHANGE = 2021
CERTAIN = 0.999
"""Probabilities beyond which draws tell no more."""

Row = Mapping[str, Any]


def chance(value: float) -> str:
    """Write a probability: "97%", "more than 99.9%", "less than 0.1%"."""
    if value > CERTAIN:
        return f"more than{NBSP}99.9%"
    if value < 1 - CERTAIN:
        return f"less than{NBSP}0.1%"
    return f"{100 * value:.0f}%"


def _label(effect: str) -> str:
    """Return what a number's name ends with: nothing for the headlines' design effect."""
    return "" if effect == EFFECT else f"_d{effect.split('.')[0]}"


def numbers() -> list[Number]:
    """Return every number of the trend that prose uses.

    Raises
    ------
    InvalidTable
        If the tables of results are not there.
    """
    return [*_propensities(), *_changes(), *_design(), *_study()]


def _propensities() -> list[Number]:
    found = []
    for prefix, (destination, authority) in HEADLINE.items():
        rows = records.rows("models/trend", destination=destination, authority=authority)
        for row in rows:
            if int(row["period"]) < FIRST_YEAR or not row["estimate"]:
                continue
            stem = f"{prefix}.y{row['period']}.trend{_label(row['effect'])}"
            partial = " (part of the year)" * (row["period_status"] == "partial")
            words = (
                f"the chance of protection that {authority} gave in {row['period']}{partial}, "
                f"first instance, Russian citizens, design effect {float(row['effect']):g}"
            )
            query = this_row("trend", row, *SERIES, "period")
            value, low, high = (float(row[name]) for name in ("estimate", "low", "high"))
            level = tuple(float(row[f"level_{name}"]) for name in ("estimate", "low", "high"))
            found += [
                Number(stem, value, percent(value), "percent", f"posterior median of {words}",
                       query),
                Number(f"{stem}_ci", (low, high), percent_range(low, high), "percent",
                       f"95% interval of {words}", query),
                Number(f"{stem}_level", level[0], percent(level[0]), "percent",
                       f"posterior median of the smooth level behind {words}", query),
                Number(f"{stem}_level_ci", level[1:], percent_range(*level[1:]), "percent",
                       f"95% interval of the smooth level behind {words}", query),
            ]  # fmt: skip
    return found


def _changes() -> list[Number]:
    found = []
    for prefix, (destination, authority) in HEADLINE.items():
        rows = records.rows("models/trend_changes", destination=destination, authority=authority)
        partial = {
            row["period"] for row in records.rows(
                "models/trend", destination=destination, authority=authority
            ) if row["period_status"] == "partial"
        }  # fmt: skip
        for row in rows:
            if int(row["earlier"]) < FIRST_CHANGE or {row["earlier"], row["later"]} & partial:
                continue
            stem = f"{prefix}.trend_{row['earlier']}_{row['later']}{_label(row['effect'])}"
            words = (
                f"protection rate, {authority}, first instance, Russian citizens, "
                f"{row['earlier']} to {row['later']}, design effect {float(row['effect']):g}"
            )
            query = this_row("trend_changes", row, *SERIES, "earlier", "later")
            raw, low, high = (float(row[name]) for name in ("raw", "low", "high"))
            fall = float(row["fall"])
            found += [
                Number(f"{stem}.points", raw, signed(raw) + NBSP + "points", "points",
                       f"change of the published {words}", query),
                Number(f"{stem}.abs", abs(raw), f"{abs(100 * raw):.1f}", "points",
                       f"size of the change of the published {words}", query),
                Number(f"{stem}.ci", (low, high), signed_range(low, high), "points",
                       f"95% interval of the change of the chance behind the {words}", query),
                Number(f"{stem}.fall", fall, chance(fall), "percent",
                       f"posterior probability that the chance behind the {words} fell", query),
            ]  # fmt: skip
    return found


def _design() -> list[Number]:
    found = []
    for row in records.rows("models/trend_design"):
        stem = "trend.design_" + row["span"].replace("-", "_")
        stem = stem.replace("design_20", "design_y20")
        query = ({"table": "models/trend_design", "span": row["span"]},)
        words = f"design effect of BAMF's monthly decisions on Russian citizens, {row['span']}"
        value, low, high, differences = (
            float(row[name]) for name in ("estimate", "low", "high", "differences")
        )
        found += [
            Number(stem, value, f"{value:.1f}", "ratio", f"posterior median of the {words}", query),
            Number(f"{stem}_ci", (low, high), f"{low:.1f} to {high:.1f}".replace(" ", NBSP),
                   "ratio", f"95% interval of the {words}", query),
            Number(f"{stem}_differences", differences, f"{differences:.1f}", "ratio",
                   f"{words}, by successive differences: an upper estimate", query),
        ]  # fmt: skip
    return found


def _study() -> list[Number]:
    """Return what the simulation study found, as the pages quote it."""
    from asylum_report import evaluation

    table = evaluation.read("trend_coverage")
    known = table[(table["making"] == "beta-binomial") & (table["effect"] == table["given"])]
    ignored = table[(table["effect"] == 4) & (table["given"] == 1)]
    families = table[table["making"] == "families"]
    large = known[known["decisions"] >= 50]
    change = evaluation.read("trend_change")
    shares = {
        "cover_95": known["cover_95"].mean(),
        "cover_50": known["cover_50"].mean(),
        "lowest_95": large["cover_95_away"].min(),
        "beside_95": large["cover_95_beside"].min(),
        "wilson_95": known["wilson_95"].mean(),
        "ignored_95": ignored["cover_95"].mean(),
        "families_95": families["cover_95"].mean(),
        "families_lowest_95": families.loc[families["decisions"] >= 50, "cover_95_away"].min(),
        "change_95": change["cover_95"].mean(),
        "change_lowest_95": change["cover_95"].min(),
        "level_95": known["level_95"].mean(),
        "level_lowest_95": known["level_95"].min(),
    }
    words = "share of intervals that held the truth in the simulation study of the trend"
    query = ({"table": "evaluation/trend_coverage"},)
    moved = ({"table": "evaluation/trend_change"},)
    found = [
        Number(f"trend.study_{name}", float(value), percent(float(value)), "percent",
               f"{words}: {name}", moved if name.startswith("change") else query)
        for name, value in shares.items()
    ]  # fmt: skip
    series = int(table["replications"].sum())
    return [
        *found,
        Number("trend.study_series", series, f"{series:,}", "series",
               "simulated series in the study of the trend", query),
        Number("trend.study_cells", len(table), f"{len(table):,}", "cells",
               "combinations in the study of the trend", query),
        Number("trend.study_replications", int(table["replications"].min()),
               f"{int(table['replications'].min()):,}", "series",
               "simulated series in each combination", query),
    ]  # fmt: skip
