"""Numbers on how much first figures move, from the tables of results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asylum_report import places, results
from asylum_report.dates import day
from asylum_report.numbers.model import (
    Number,
    count,
    in_results,
    known,
    percent,
    percent_range,
    signed,
    this_row,
)
from asylum_report.recognition import jeffreys

Row = Mapping[str, Any]

GROUPS = {
    "decisions": ("UNHCR", "decisions by outcome"),
    "applications": ("UNHCR", "applications"),
    "rates": ("UNHCR", "protection rate"),
    "eurostat": ("Eurostat", "all applicants, both sexes"),
    "eurostat_sexes": ("Eurostat", "all applicants, women and men"),
}
"""Part of a name to publisher and group of figures in ``revisions_summary``."""

_APPLICANTS = {"dataset": "migr_asyappctza", "part": "all"}
EXAMPLES: dict[str, dict[str, Any]] = {
    "croatia": _APPLICANTS | {"destination": "HRV", "sex": "T", "year": 2022},
    "croatia_women": _APPLICANTS | {"destination": "HRV", "sex": "F", "year": 2022},
    "croatia_men": _APPLICANTS | {"destination": "HRV", "sex": "M", "year": 2022},
    "austria": _APPLICANTS | {"destination": "AUT", "sex": "T", "year": 2022},
    "sweden_women": _APPLICANTS | {"destination": "SWE", "sex": "F", "year": 2022},
    "sweden_men": _APPLICANTS | {"destination": "SWE", "sex": "M", "year": 2022},
    "canada": {"dataset": "unhcr-asylum-decisions", "destination": "CAN", "part": "first",
               "outcome": "rejected", "year": 2025},
}  # fmt: skip
"""Figures that pages name as examples, by the columns of ``revisions_cells``."""

HEADLINE = {"de": ("DEU", "BAMF"), "fr": ("FRA", "OFPRA"), "us": ("USA", "EOIR")}
"""Rates that most pages rest on: destination and authority."""


def numbers() -> list[Number]:
    """Return shares revised, sizes of changes, days watched, examples and half years."""
    return [*_groups(), *_examples(), *_sweden(), *_headline(), *_releases()]


def groups() -> dict[tuple[str, int], Row]:
    """Return the results by group and year; of several the one with the most figures.

    Only years whose first figures are held, and figures seen in two releases or more.
    """
    names = {pair: name for name, pair in GROUPS.items()}
    found: dict[tuple[str, int], Row] = {}
    for row in results.rows("revisions_summary", published="first"):
        name = names.get((row["source"], row["figure"]))
        if name is None or row["releases"] < 2:
            continue
        key = (name, int(row["years"]))
        if row["cells"] > found.get(key, {"cells": 0})["cells"]:
            found[key] = row
    return found


def _groups() -> list[Number]:
    found: list[Number] = []
    for (name, year), row in sorted(groups().items()):
        stem = f"revisions.{name}.y{year}"
        rows = this_row("revisions_summary", row, "source", "figure", "published", "years",
                        "releases")  # fmt: skip
        words = f"{row['source']}, {row['figure']}, {year}, in {row['releases']} releases"
        unit = "rates" if name == "rates" else "figures"
        found += [
            Number(f"{stem}.{leaf}", int(row[column]),
                   _or_none(int(row[column])) if "revised" in leaf else count(int(row[column])),
                   what, f"{told}: {words}", rows)
            for leaf, column, what, told in (
                ("n", "cells", unit, "figures seen twice or more"),
                ("revised", "revised", unit, "figures that moved by more than their rounding"),
                ("releases", "releases", "releases", "releases compared"),
                ("left_out", "left_out", unit, "figures left out because they are half years"),
                ("destinations", "destinations", "destinations", "destinations"),
                ("destinations_revised", "destinations_revised", "destinations",
                 "destinations of which a figure moved"),
                ("watched", "watched_days", "days",
                 "days from the first release compared to the latest"),
            )
            if known(row[column])
        ]  # fmt: skip
        found += _sizes(stem, row, words, rows)
        found += [
            Number(f"{stem}.{end}", str(row[column]), day(str(row[column])), "date",
                   f"{told} copy compared: {words}", rows)
            for end, column, told in (("from", "first_vintage", "first"),
                                      ("to", "vintage", "latest"))
        ]  # fmt: skip
    return found


def _or_none(value: int) -> str:
    return count(value) if value else "none"


def _sizes(stem: str, row: Row, words: str, rows: tuple[Mapping[str, Any], ...]) -> list[Number]:
    """Return the share revised with its interval, and the median and largest change."""
    interval = (row["revised_low"], row["revised_high"])
    found = [
        Number(f"{stem}.share", row["revised_share"], percent(row["revised_share"]), "percent",
               f"share that moved by more than rounding: {words}", rows),
        Number(f"{stem}.ci", interval, percent_range(*interval), "percent",
               f"95% interval of the share that moved: {words}", rows),
    ]  # fmt: skip
    if known(row["never_off_share"]):
        found.append(
            Number(f"{stem}.within", row["never_off_share"], percent(row["never_off_share"]),
                   "percent", f"share that was never more than one per cent off: {words}", rows)
        )  # fmt: skip
    for leaf, columns in (("median", ("median_relative", "median_points")),
                          ("largest", ("largest_relative", "largest_points"))):  # fmt: skip
        value = next((row[column] for column in columns if known(row[column])), None)
        if value is None:
            continue
        points = known(row["median_points"])
        shown = signed(value) if points else f"{signed(value)}%"
        found.append(
            Number(f"{stem}.{leaf}", value, shown.removeprefix("+") if leaf == "median" else shown,
                   "points" if points else "percent",
                   f"{leaf} change from first to latest: {words}", rows)
        )  # fmt: skip
    return found


def _examples() -> list[Number]:
    found = []
    latest: dict[str, int] = {}
    sources: dict[str, tuple[Row, ...]] = {}
    for name, wanted in EXAMPLES.items():
        for row in results.rows("revisions_cells", **wanted):
            rows = in_results("revisions_cells", **wanted)
            words = f"{places.name(row['destination'])} {row['year']}, {row['source']}"
            for leaf, vintage in (("first", "first_vintage"), ("latest", "vintage")):
                copy = str(row[vintage])
                found += [
                    Number(f"revisions.{name}.{leaf}", int(row[leaf]), count(int(row[leaf])),
                           "persons", f"{leaf} figure: {words}", rows),
                    Number(f"revisions.{name}.{leaf}_copy", copy, day(copy), "date",
                           f"copy that has the {leaf} figure: {words}", rows),
                ]  # fmt: skip
            days = int(row["watched_days"])
            found += [
                Number(f"revisions.{name}.days", days, count(days), "days",
                       f"days from the first copy to the latest: {words}", rows),
                Number(f"revisions.{name}.change", row["relative"], f"{signed(row['relative'])}%",
                       "percent", f"change from the first figure to the latest: {words}", rows),
            ]  # fmt: skip
            latest[name] = int(row["latest"])
            sources[name] = rows
    both = ("croatia_women", "croatia_men")
    if set(both) <= set(latest):
        total = sum(latest[name] for name in both)
        found.append(
            Number("revisions.croatia.sum", total, count(total), "persons",
                   "women and men of the latest copy added up: Croatia 2022, Eurostat",
                   tuple(query for name in both for query in sources[name]))
        )  # fmt: skip
    wanted = {"destination": "CAN", "year": 2025}
    for row in results.rows("revisions_rates", **wanted):
        for leaf in ("first", "latest"):
            found += [
                Number(f"revisions.canada_rate.{leaf}", row[f"{leaf}_rate"],
                       percent(row[f"{leaf}_rate"]), "percent",
                       f"protection rate, Canada 2025, {leaf} release",
                       in_results("revisions_rates", **wanted)),
                Number(f"revisions.canada_rate.{leaf}_n", int(row[f"{leaf}_n"]),
                       count(int(row[f"{leaf}_n"])), "decisions",
                       f"decisions on the merits, Canada 2025, {leaf} release",
                       in_results("revisions_rates", **wanted)),
            ]  # fmt: skip
    return found


def _sweden() -> list[Number]:
    """Return what became of Sweden's earlier applicants, whose first publication is not held."""
    wanted = _APPLICANTS | {"destination": "SWE", "published": "later", "revised": True}
    rows = [row for row in results.rows("revisions_cells", **wanted) if known(row["relative"])]
    if not rows:
        return []
    query = in_results("revisions_cells", **wanted)
    words = "Sweden's applicants, women and men, of years first published before the first copy"
    years = [int(row["year"]) for row in rows]
    changes = [float(row["relative"]) for row in rows]
    return [
        Number("revisions.sweden_older.n", len(rows), count(len(rows)), "figures",
               f"figures that moved: {words}", query),
        *(Number(f"revisions.sweden_older.{leaf}", year, str(year), "date",
                 f"{told} year of which a figure moved: {words}", query)
          for leaf, year, told in (("from", min(years), "first"), ("to", max(years), "last"))),
        *(Number(f"revisions.sweden_older.{leaf}", change, f"{signed(change)}%", "percent",
                 f"{leaf} change: {words}", query)
          for leaf, change in (("least", min(changes)), ("most", max(changes)))),
    ]  # fmt: skip


def _headline() -> list[Number]:
    """Return of how many years the rates of Germany, France and the US courts have been watched."""
    found: list[Number] = []
    rows: list[Row] = []
    query: tuple[Mapping[str, Any], ...] = ()
    for code, (destination, authority) in HEADLINE.items():
        wanted = {"destination": destination, "authority": authority, "published": "first"}
        mine = [row for row in results.rows("revisions_rates", **wanted) if row["releases"] > 1]
        at = in_results("revisions_rates", **wanted)
        found.append(
            Number(f"revisions.headline.{code}_n", len(mine), count(len(mine)), "rates",
                   f"full years whose rate was seen twice or more: {places.name(destination)}, "
                   f"{authority}", at)
        )  # fmt: skip
        rows += mine
        query += at
    if not rows:
        return found
    moved = sum(bool(row["revised"]) for row in rows)
    split = (moved, len(rows) - moved)
    high = jeffreys(split, split)[1]
    newest = max(int(row["year"]) for row in rows)
    days = max(int(row["watched_days"]) for row in rows if row["year"] == newest)
    words = "rates of full years of Germany, France and the US courts"
    return [
        *found,
        Number("revisions.headline.n", len(rows), count(len(rows)), "rates",
               f"{words} that were seen twice or more", query),
        Number("revisions.headline.moved", moved, _or_none(moved), "rates",
               f"{words} that moved by more than rounding", query),
        Number("revisions.headline.high", high, percent(high), "percent",
               f"upper end of the 95% interval of the share that moved: {words}", query),
        Number("revisions.headline.newest", newest, str(newest), "date",
               f"newest year: {words}", query),
        Number("revisions.headline.days", days, count(days), "days",
               f"days that the newest year has been watched: {words}", query),
    ]  # fmt: skip


def _releases() -> list[Number]:
    """Return how many copies are compared, and what the half years became."""
    every = results.rows("revisions_releases")
    found = []
    for name, dataset in (("unhcr", "unhcr-asylum-decisions"), ("eurostat", "migr_asyappctza")):
        rows = [row for row in every if row["dataset"] == dataset]
        query = in_results("revisions_releases", dataset=dataset)
        vintages = sorted(str(row["vintage"]) for row in rows)
        found.append(
            Number(f"revisions.{name}_copies", len(rows), count(len(rows)), "releases",
                   f"copies of {dataset} compared", query)
        )  # fmt: skip
        found += [
            Number(f"revisions.{name}_{leaf}", copy, day(copy), "date",
                   f"{leaf} copy of {dataset}", query)
            for leaf, copy in (("first", vintages[0]), ("latest", vintages[-1]))
        ]  # fmt: skip
        for row in rows:
            if known(row["half_share"]):
                at = in_results("revisions_releases", dataset=dataset, vintage=row["vintage"])
                stem = f"revisions.half.y{int(row['half_year'])}"
                words = f"decisions in the half year over those in the whole year, {dataset}"
                found += [
                    Number(f"{stem}.share", row["half_share"], percent(row["half_share"]),
                           "percent", f"median share of {words}", at),
                    Number(f"{stem}.n", int(row["half_cells"]), count(int(row["half_cells"])),
                           "figures", f"figures compared: {words}", at),
                ]  # fmt: skip
    return found
