"""Numbers on protection after appeal and on the queue, from the tables of results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asylum_report import evaluation, places, results
from asylum_report.charts.library.appeal import EFFECT, FOLLOWED
from asylum_report.models import appeal, status
from asylum_report.numbers.model import (
    Number,
    count,
    known,
    of_study,
    percent,
    percent_range,
    this_row,
)
from asylum_report.recognition import MARKED_BELOW

Row = Mapping[str, Any]
COUNTRIES = {"de": "DEU", "fr": "FRA"}
YEARS = 5
FIRST_YEAR = 2020
"""First year with numbers of its own."""

ACROSS = {"de": "DEU", "fr": "FRA", "us": "USA", "pl": "POL", "es": "ESP", "it": "ITA", "at": "AUT"}


def numbers() -> list[Number]:
    """Return every number of the page on appeals and the queue."""
    return [*_pooled(), *_yearly(), *_sensitivity(), *_extent(), *_queue(), *_study()]


def _shares(stem: str, row: Row, where: str, query: tuple[Mapping[str, Any], ...]) -> list[Number]:
    """Return the shares of one window: first instance, usual ratio, bounds."""
    words = {
        "first": "protected at first instance",
        "ratio": "grants of both stages over first-instance decisions of the same years",
        "low": "lower bound of protection after appeal",
        "high": "upper bound of protection after appeal",
        "floor": "lower bound without assuming anything on appeals",
    }
    columns = {"low": "bound_low", "high": "bound_high"}
    found = [
        Number(f"{stem}.{name}", row[columns.get(name, name)],
               percent(row[columns.get(name, name)]), "percent", f"{said}: {where}", query)
        for name, said in words.items() if known(row[columns.get(name, name)])
    ]  # fmt: skip
    both = (row["bound_low"], row["bound_high"])
    found.append(Number(f"{stem}.bounds", both, percent_range(*both), "percent",
                        f"bounds of protection after appeal: {where}", query))  # fmt: skip
    for name in ("n", "granted", "appeal_grants"):
        if known(row[name]):
            found.append(Number(f"{stem}.{name}", int(row[name]), count(int(row[name])), "persons",
                                f"{name.replace('_', ' ')}: {where}", query))  # fmt: skip
    return found


def _pooled() -> list[Number]:
    keys = ("source", "destination", "years", "last_year", "design_effect")
    table = results.rows("appeal_pooled", years=YEARS, source="UNHCR")
    newest = max(row["last_year"] for row in table)
    found = []
    for label, last in (("followed", FOLLOWED), ("newest", newest)):
        span = f"{last - YEARS + 1} to {last}"
        found.append(Number(f"appeal.{label}.span", span, span, "text", "years of decision pooled",
                            ({"table": "models/appeal_pooled", "years": str(YEARS),
                              "last_year": str(last)},)))  # fmt: skip
        for prefix, code in COUNTRIES.items():
            mine = [r for r in table if r["destination"] == code and r["last_year"] == last]
            for row in mine:
                effect = int(row["design_effect"])
                where = f"{places.name(code)}, Russian citizens, decided in {span}"
                query = this_row("appeal_pooled", row, *keys)
                stem = f"appeal.{prefix}.{label}"
                if effect == EFFECT:
                    found += _shares(stem, row, where, query)
                found.append(Number(
                    f"{stem}.ci_deff_{'one' if effect == 1 else 'two' if effect == 2 else 'four'}",
                    (row["low"], row["high"]), percent_range(row["low"], row["high"]), "percent",
                    f"bounds with a 95% interval, design effect {effect}: {where}", query,
                ))  # fmt: skip
    return found


def _yearly() -> list[Number]:
    found = []
    for prefix, code in COUNTRIES.items():
        for row in results.rows("appeal_cumulative", destination=code, source="UNHCR"):
            if row["first_year"] < FIRST_YEAR or not known(row["bound_low"]):
                continue
            year = row["first_year"]
            found += _shares(
                f"appeal.{prefix}.y{year}", row,
                f"{places.name(code)}, Russian citizens, decided in {year}",
                this_row("appeal_cumulative", row, "source", "destination", "first_year"),
            )  # fmt: skip
    return found


def _sensitivity() -> list[Number]:
    found = []
    names = {1: "one", 2: "two", 3: "three", 4: "four"}
    for prefix, code in COUNTRIES.items():
        for row in results.rows("appeal_sensitivity", destination=code, last_year=FOLLOWED):
            slack = {0.0: "none", 0.25: "quarter", 0.5: "half"}[row["slack"]]
            value = row["bound_low"]
            found.append(Number(
                f"appeal.{prefix}.low_{names[row['horizon']]}_{slack}", value, percent(value),
                "percent", f"lower bound, {places.name(code)}, horizon {row['horizon']} years, "
                f"slack {row['slack']:g}",
                this_row("appeal_sensitivity", row, "destination", "last_year", "horizon", "slack"),
            ))  # fmt: skip
    return found


def _extent() -> list[Number]:
    """Return how many destinations have bounds, and which EU+ ones have none and why."""
    table = results.rows("appeal_pooled", years=YEARS, design_effect=EFFECT, source="UNHCR")
    newest = max(row["last_year"] for row in table)
    shown = [row for row in table if row["last_year"] == FOLLOWED and row["status"] == status.OK
             and row["n"] >= MARKED_BELOW]  # fmt: skip
    keys = ("destination", "years", "last_year")
    settings = ({"table": "models/appeal_pooled", "last_year": str(FOLLOWED)},)
    found = [
        Number("appeal.destinations", len(shown), str(len(shown)), "destinations",
               f"destinations with appeals published for every year, decided in "
               f"{FOLLOWED - YEARS + 1} to {FOLLOWED}, at least {MARKED_BELOW} decisions",
               tuple(this_row("appeal_pooled", row, *keys)[0] for row in shown)),
        Number("appeal.horizon", appeal.HORIZON, str(appeal.HORIZON), "years",
               "calendar years after a rejection in which a grant on appeal counts",
               settings),
        Number("appeal.slack", appeal.SLACK, f"{100 * appeal.SLACK:.0f}%", "percent",
               "share of a year's grants on appeal that may come from outside what is counted",
               settings),
    ]  # fmt: skip
    members = places.members("EU+", newest)
    for word in (status.UNDIVIDED, status.NO_APPEALS, status.APPEAL_GAPS):
        names = sorted(r["name"] for r in table if r["last_year"] == newest
                       and r["status"] == word and r["destination"] in members)  # fmt: skip
        text = ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)
        key = word.replace("-", "_")
        query = ({"table": "models/appeal_pooled", "years": str(YEARS), "last_year": str(newest),
                  "status": word},)  # fmt: skip
        found += [
            Number(f"appeal.eu_{key}", len(names), str(len(names)), "destinations",
                   f"EU+ destinations: {status.WORDS[word]}, {newest - YEARS + 1} to {newest}",
                   query),
            Number(f"appeal.eu_{key}_names", text, text, "text",
                   f"EU+ destinations: {status.WORDS[word]}", query),
        ]  # fmt: skip
    return found


def _queue() -> list[Number]:
    found = []
    for prefix, code in ACROSS.items():
        for authority, stem in (("all", f"queue.{prefix}"), ("EOIR", f"queue.{prefix}_courts")):
            for row in results.rows("queue", destination=code, authority=authority, source="UNHCR"):
                if row["year"] < FIRST_YEAR:
                    continue
                found += _queue_year(f"{stem}.y{row['year']}", row, authority)
    for row in results.rows("queue", authority="BAMF"):
        found += _queue_year(f"queue.de_bamf.y{row['year']}", row, "BAMF")
    return found


def _queue_year(stem: str, row: Row, authority: str) -> list[Number]:
    where = f"{row['name']}{'' if authority == 'all' else f' ({authority})'}, {row['year']}"
    query = this_row("queue", row, "source", "destination", "authority", "year")
    found = []
    for name in ("applications", "decisions", "appeal_decisions", "pending", "unexplained"):
        if known(row[name]):
            whole = int(row[name])
            text = count(whole) if whole >= 0 else "\u2212" + count(-whole)
            found.append(Number(f"{stem}.{name}", whole, text, "persons",
                                f"{name.replace('_', ' ')}: {where}", query))  # fmt: skip
    if known(row["clearance"]):
        text = f"{100 * row['clearance']:.0f}"
        found.append(Number(f"{stem}.clearance", row["clearance"], text, "decisions",
                            f"decisions for 100 applications: {where}", query))  # fmt: skip
    for column, name in (("months_of_work", "months"), ("months_first_only", "months_first")):
        if known(row[column]):
            found.append(Number(f"{stem}.{name}", row[column], f"{row[column]:.1f}", "months",
                                f"months of work in the queue: {where}", query))  # fmt: skip
    if known(row["months_of_work"]):
        years = row["months_of_work"] / 12
        found.append(Number(f"{stem}.years", years, f"{years:.0f}", "years",
                            f"years of work in the queue: {where}", query))  # fmt: skip
    return found


def _study() -> list[Number]:
    """Return what the simulation study found."""
    table = evaluation.read("appeal_bounds")
    held = table[table["lag"] != "beyond"]
    broken = table[table["lag"] == "beyond"]
    closed = table[(table["lag"] == "none") & table["interval_covers"].notna()]
    windows = {name: held[held["window"] == name] for name in ("year", "five")}
    runs = int(table["replications"].min())
    cells = len(table[["lag", "flow", "size", "others"]].drop_duplicates())
    found = [
        Number("appeal.study_runs", runs, count(runs), "runs", "synthetic histories a cell"),
        Number("appeal.study_cells", cells, str(cells), "cells", "settings of the study"),
        _share("inside", held["inside"].min(), "least share of true shares within the bounds, over "
               "the cells that keep the assumptions"),
        _share("inside_broken", broken["inside"].min(), "the same where half of the grants come "
               "later than the horizon: the worst cell"),
        _share("covers_low", closed["interval_covers"].min(), "least coverage of the 95% interval "
               "where nothing is granted on appeal and the bounds close"),
        _share("covers_high", closed["interval_covers"].max(), "greatest coverage of the same"),
    ]  # fmt: skip
    for name, of in windows.items():
        for label, column, value in (
            ("error", "ratio_error", of["ratio_error"].max()),
            ("error_typical", "ratio_error", of["ratio_error"].median()),
            ("width", "width", of["width"].median()),
        ):
            points = f"{100 * float(value):.0f}"
            which = "median" if label != "error" else "worst"
            found.append(Number(f"appeal.study_{name}_{label}", float(value), points, "points",
                                f"{which} cell's mean of {column}, window {name}"))  # fmt: skip
    return of_study(found, "appeal_bounds")


def _share(name: str, value: float, words: str) -> Number:
    return Number(f"appeal.study_{name}", float(value), percent(float(value)), "percent", words)
