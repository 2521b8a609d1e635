"""Charts on how much first figures move: shares revised, figures and rates, first against latest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from asylum_report import places, results
from asylum_report.analyses.revisions_releases import LEAST
from asylum_report.charts import words
from asylum_report.charts.library import parts
from asylum_report.charts.model import Chart, Series, Table
from asylum_report.recognition import MARKED_BELOW

Row = Mapping[str, Any]

MOST = 20
"""Figures shown at most, those that moved by most persons or decisions."""

HEADLINE = ("DEU", "FRA", "USA")
"""Destinations whose rates are shown whether they moved or not."""

SEXES = {"F": ", women", "M": ", men"}

FIGURES = (
    ("UNHCR", "decisions by outcome", "Decisions, UNHCR", "first", ""),
    ("UNHCR", "applications", "Applications, UNHCR", "second", ""),
    ("UNHCR", "protection rate", "Protection rates, UNHCR", "third", ""),
    ("Eurostat", "all applicants, both sexes", "Applicants, Eurostat", "fourth", ""),
    ("Eurostat", "all applicants, women and men", "Applicants, Eurostat", "fourth",
     ", women and men apart"),
)  # fmt: skip
"""Publisher, group of figures in the results, what a chart calls them, colour, what is added."""

NOT_WORKED_OUT = "not worked out"

REVISED = (
    "Revised: first and latest figure of a full year differ by more than their rounding. Cells of "
    "at least 20 in the first or the latest release, seen in two or more. Half years are left out."
)


def summed() -> dict[tuple[str, str, int], dict[str, Any]]:
    """Return the results by publisher, figure and year, for years whose first figures are held.

    Of groups that differ in their number of releases the one with the most cells.
    """
    found: dict[tuple[str, str, int], dict[str, Any]] = {}
    for row in results.rows("revisions_summary", published="first"):
        key = (row["source"], row["figure"], int(row["years"]))
        if row["releases"] > 1 and row["cells"] > found.get(key, {"cells": 0})["cells"]:
            found[key] = row
    return found


def moved(cells: Iterable[Row]) -> list[Row]:
    """Return the single destinations' figures that moved, by most persons or decisions first.

    Both sexes together; women and men apart where only they are known to have moved. Figures that
    were below `LEAST` when first published are left out: their change is no per cent.
    """
    chosen = [
        row
        for row in cells
        if row["revised"]
        and row["published"] == "first"
        and row["destination"] not in places.AGGREGATES
        and row["first"] >= LEAST
    ]
    together = {_both(row) for row in chosen if row["sex"] not in SEXES}
    return sorted(
        (row for row in chosen if row["sex"] not in SEXES or _both(row) not in together),
        key=lambda row: (-abs(row["latest"] - row["first"]), named(row)),
    )


def _both(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("dataset", "destination", "part", "outcome", "year"))


def named(row: Row) -> str:
    """Return a cell in words: "Croatia 2022: applicants"."""
    if row["outcome"]:
        outcome = {"total": "all decisions", "refugee": "refugee status"}.get(
            row["outcome"], row["outcome"]
        )
        what = f"{outcome}, {'appeal' if row['part'] == 'appeal' else 'first instance'}"
    else:
        kinds = {
            "all": "applicants",
            "first": "first applications",
            "repeat": "repeat applications",
        }
        what = kinds.get(row["part"], f"applications, {row['part']}")
        what += SEXES.get(row["sex"], "")
    return f"{places.name(row['destination'])} {row['year']}: {what} ({row['source']})"


def _source(rows: Sequence[Row]) -> str:
    latest: dict[tuple[str, str], str] = {}
    for row in rows:
        key = (row["source"], row["dataset"])
        latest[key] = max(latest.get(key, ""), str(row["vintage"]))
    newest = [
        {"source": source, "dataset": dataset, "vintage": vintage}
        for (source, dataset), vintage in latest.items()
    ]
    oldest = min(str(row["first_vintage"]) for row in rows)
    return f"{parts.source(newest)}; compared with the copies since {oldest}"


def shares() -> Chart:
    """Draw which share of first figures was revised, by publisher, kind of figure and year."""
    found = summed()
    by_label: dict[tuple[str, str], list[tuple[str, Row]]] = {}
    for source, figure, label, colour, added in FIGURES:
        by_label.setdefault((label, colour), []).extend(
            (f"{label}: {year}{added}", row)
            for (one, two, year), row in sorted(found.items())
            if (one, two) == (source, figure)
        )
    series = [
        Series(
            label,
            colour,
            tuple(name for name, _ in labelled),
            tuple(row["revised_share"] for _, row in labelled),
            tuple(row["revised_low"] for _, row in labelled),
            tuple(row["revised_high"] for _, row in labelled),
            tuple(int(row["cells"]) for _, row in labelled),
        )
        for (label, colour), labelled in by_label.items()
    ]
    rows = [one for labelled in by_label.values() for one in labelled]
    decisions = [(year, row) for (one, two, year), row in sorted(found.items())
                 if (one, two) == FIGURES[0][:2]]  # fmt: skip
    told = [f"{_of(row)} for {year}" for year, row in (decisions[0], decisions[-1])]
    every = [f"{name}: {_of(row)}" for name, row in rows]
    return Chart(
        name="revisions-shares",
        title=f"Of the decision counts that UNHCR first published, {told[0]} and {told[1]} have "
        "moved since",
        subtitle="Share of figures on Russian citizens that were revised after their first full-year "
        "release, by publisher, kind of figure and year",
        kind="dot",
        x_scale="category",
        y_format="percent",
        tall=True,
        series=tuple(one for one in series if one.x),
        source=_source([row for _, row in rows]),
        note=f"{REVISED} Older years have been released more often, so they have had more occasions "
        "to move. Intervals: 95%, Jeffreys, which take figures as independent; those of one "
        "destination are revised together.",
        alt=f"Points with intervals. Figures revised: {'; '.join(every)}.",
        table=Table(
            ("", "Releases", "Figures (n)", "Revised", "Share", "95% from", "95% to",
             "Destinations", "Of them revised", "Median change", "Largest change",
             "Days watched"),
            tuple(
                (name, int(row["releases"]), int(row["cells"]), int(row["revised"]),
                 row["revised_share"], row["revised_low"], row["revised_high"],
                 int(row["destinations"]), int(row["destinations_revised"]),
                 _change(row, "median"), _change(row, "largest"), int(row["watched_days"]))
                for name, row in rows
            ),
            ("text", "count", "count", "count", "percent", "percent", "percent", "count", "count",
             "text", "text", "count"),
        ),
    )  # fmt: skip


def _of(row: Row) -> str:
    return f"{int(row['revised']) or 'none'} of {int(row['cells'])}"


def _change(row: Row, which: str) -> str:
    """Return the median or largest change with its unit: counts change by per cent, rates by points.

    A median is of sizes, without sign.
    """
    relative, points = row[f"{which}_relative"], row[f"{which}_points"]
    if relative is None and points is None:
        return NOT_WORKED_OUT
    text = words.value(relative if points is None else points, "points")
    text = text.removeprefix("+") if which == "median" else text
    return f"{text}%" if points is None else f"{text} points"


def figures() -> Chart:
    """Draw the figures that moved most: the latest as a share of the first."""
    every = moved(results.rows("revisions_cells"))
    rows = every[:MOST]
    top = rows[0]
    names = tuple(named(row) for row in rows)
    more = f" Shown are the {MOST} of {len(every)} that moved most." if len(every) > MOST else ""
    return Chart(
        name="revisions-figures",
        title=f"{named(top)} went from {top['first']:,} to {top['latest']:,}",
        subtitle=f"Full-year figures on Russian citizens of at least {LEAST} at first that moved by "
        "more than their rounding: latest figure as a share of the first",
        kind="dot",
        x_scale="category",
        y_format="percent",
        tall=True,
        categories=names,
        series=(
            Series("Latest figure as a share of the first", "accent", names,
                   tuple(row["latest"] / row["first"] for row in rows),
                   n=tuple(row["first"] for row in rows)),
        ),
        source=_source(rows),
        note="Single destinations whose first publication is held; in order of the change in persons "
        "or decisions. Both sexes together; women and men apart where only they are known to "
        f"have moved. n: the first figure. Some figures contain others.{more}",
        alt="A point for each figure: its latest value as a share of its first. "
        + "; ".join(f"{named(row)} {row['first']:,} and {row['latest']:,}" for row in rows[:5])
        + ".",
        table=Table(
            ("", "First copy", "First figure", "Latest copy", "Latest figure", "Change",
             "Days between copies"),
            tuple(
                (named(row), str(row["first_vintage"]), row["first"], str(row["vintage"]),
                 row["latest"], row["relative"], row["watched_days"])
                for row in rows
            ),
            ("text", "text", "count", "text", "count", "percent", "count"),
        ),
    )  # fmt: skip


def rates() -> Chart:
    """Draw the newest year's rates that moved, and the headline ones, by first and latest release."""
    held = [row for row in results.rows("revisions_rates") if row["releases"] > 1]
    year = max(row["year"] for row in held)
    every = [row for row in held if row["year"] == year]
    rows = sorted(
        (row for row in every if row["revised"] or row["destination"] in HEADLINE),
        key=lambda row: (-abs(row["points"]), -row["latest_rate"]),
    )
    names = tuple(parts.destination_name(row) for row in rows)
    apart = [(name, row) for name, row in zip(names, rows, strict=True) if row["revised"]]
    told = "; ".join(
        f"{name} {parts.percent(row['first_rate'])}, then {parts.percent(row['latest_rate'])}"
        for name, row in apart
    )

    undivided = f" {parts.UNDIVIDED}" if any("†" in name for name in names) else ""

    def few(name: str) -> tuple[bool, ...]:
        return tuple(row[name] < MARKED_BELOW for row in rows)

    first, latest = (max(str(row[name]) for row in rows) for name in ("first_vintage", "vintage"))
    return Chart(
        name="revisions-rates",
        title=f"{len(apart) or 'None'} of {len(every)} protection rates for {year} moved between "
        f"the first release and the latest{': ' * bool(told)}{told}",
        subtitle=f"Protection rate per decision on the merits, first instance, persons, Russian citizens, "
        f"{year}, by UNHCR's release of {first} and by that of {latest}",
        kind="dot",
        x_scale="category",
        y_format="percent",
        tall=True,
        categories=names,
        series=(
            Series("First release", "muted", names, tuple(row["first_rate"] for row in rows),
                   n=tuple(row["first_n"] for row in rows), hollow=few("first_n")),
            Series("Latest release", "accent", names, tuple(row["latest_rate"] for row in rows),
                   n=tuple(row["latest_n"] for row in rows), hollow=few("latest_n")),
        ),
        source=_source(rows),
        note=f"Shown are those that moved, and Germany, France and the United States. In all there are "
        f"{len(every)} with at least {LEAST} decisions on the merits in both releases; the others did "
        f"not move by more than rounding.{undivided}",
        alt=f"Two points for each of {len(rows)} destinations of {len(every)}. "
        + (f"They differ for {told}." if told else "None differ by more than rounding allows."),
        table=Table(
            ("", "First rate", "n at first", "Latest rate", "n now", "Change"),
            tuple(
                (name, row["first_rate"], row["first_n"], row["latest_rate"], row["latest_n"],
                 row["points"])
                for name, row in zip(names, rows, strict=True)
            ),
            ("text", "percent", "count", "percent", "count", "points"),
        ),
    )  # fmt: skip
