"""Charts on how much first figures move: shares revised, figures and rates, first against latest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from asylum_report import places, results
from asylum_report.charts.library import parts
from asylum_report.charts.model import Chart, Series, Table
from asylum_report.recognition import MARKED_BELOW

Row = Mapping[str, Any]

MOST = 20
"""Figures shown at most, those that moved most in relation to their size."""

FIGURES = (
    ("UNHCR", "decisions by outcome", "Decisions, UNHCR", "first"),
    ("UNHCR", "applications", "Applications, UNHCR", "second"),
    ("UNHCR", "protection rate", "Protection rates, UNHCR", "third"),
    ("Eurostat", "all applicants, both sexes", "Applicants, Eurostat", "fourth"),
)
"""Publisher, group of figures in the results, what a chart calls them, colour."""

REVISED = (
    "Revised: first and latest figure of a full year differ by more than their rounding. Cells of "
    "at least 20, seen in two releases or more. Half years are left out."
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
    """Return the single destinations' figures that moved, both sexes together, most moved first."""
    chosen = [
        row
        for row in cells
        if row["revised"]
        and row["published"] == "first"
        and row["destination"] not in places.AGGREGATES
        and row["sex"] in (None, "", "T")
    ]
    return sorted(
        chosen,
        key=lambda row: (-abs(row["latest"] - row["first"]) / max(row["first"], 1), named(row)),
    )


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
    series, rows = [], []
    for source, figure, label, colour in FIGURES:
        mine = sorted((year, row) for (one, two, year), row in found.items()
                      if (one, two) == (source, figure))  # fmt: skip
        labelled = [(f"{label}: {year}", row) for year, row in mine]
        rows += labelled
        series.append(
            Series(
                label,
                colour,
                tuple(name for name, _ in labelled),
                tuple(row["revised_share"] for _, row in labelled),
                tuple(row["revised_low"] for _, row in labelled),
                tuple(row["revised_high"] for _, row in labelled),
                tuple(int(row["cells"]) for _, row in labelled),
            )
        )
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
             "Median days until within 1%"),
            tuple(
                (name, int(row["releases"]), int(row["cells"]), int(row["revised"]),
                 row["revised_share"], row["revised_low"], row["revised_high"],
                 int(row["destinations"]), int(row["destinations_revised"]),
                 _or(row, "median_relative", "median_points"),
                 _or(row, "largest_relative", "largest_points"), row["median_lag_days"])
                for name, row in rows
            ),
            ("text", "count", "count", "count", "percent", "percent", "percent", "count", "count",
             "percent", "percent", "count"),
        ),
    )  # fmt: skip


def _of(row: Row) -> str:
    return f"{int(row['revised']) or 'none'} of {int(row['cells'])}"


def _or(row: Row, one: str, other: str) -> Any:
    return row[one] if row[one] is not None else row[other]


def figures() -> Chart:
    """Draw the figures that moved most: first and latest."""
    every = moved(results.rows("revisions_cells"))
    rows = every[:MOST]
    top = max(rows, key=lambda row: abs(row["latest"] - row["first"]))
    names = tuple(named(row) for row in rows)
    more = f" Shown are the {MOST} of {len(every)} that moved most." if len(every) > MOST else ""
    return Chart(
        name="revisions-figures",
        title=f"{named(top)} went from {top['first']:,} to {top['latest']:,}",
        subtitle="Every full-year figure on Russian citizens of at least 20 that moved by more than "
        "its rounding: first and latest",
        kind="dot",
        x_scale="category",
        y_format="count",
        tall=True,
        categories=names,
        series=(
            Series("First figure", "muted", names, tuple(row["first"] for row in rows)),
            Series("Latest figure", "accent", names, tuple(row["latest"] for row in rows)),
        ),
        source=_source(rows),
        note="Both sexes together, single destinations; in order of the change in relation to the "
        f"first figure. Some figures contain others.{more}",
        alt="Two points for each figure, first and latest. "
        + "; ".join(f"{named(row)} {row['first']:,} and {row['latest']:,}" for row in rows[:5])
        + ".",
        table=Table(
            ("", "First copy", "First figure", "Latest copy", "Latest figure", "Change",
             "Days until within 1%"),
            tuple(
                (named(row), str(row["first_vintage"]), row["first"], str(row["vintage"]),
                 row["latest"], row["relative"], row["lag_days"])
                for row in rows
            ),
            ("text", "text", "count", "text", "count", "percent", "count"),
        ),
    )  # fmt: skip


def rates() -> Chart:
    """Draw the newest year's protection rates by the first and by the latest release."""
    held = [row for row in results.rows("revisions_rates") if row["releases"] > 1]
    year = max(row["year"] for row in held)
    rows = sorted(
        (row for row in held if row["year"] == year and row["latest_n"] >= MARKED_BELOW),
        key=lambda row: (-abs(row["points"]), -row["latest_rate"]),
    )
    names = tuple(parts.destination_name(row) for row in rows)
    apart = [(name, row) for name, row in zip(names, rows, strict=True) if row["revised"]]
    told = "; ".join(
        f"{name} {parts.percent(row['first_rate'])}, then {parts.percent(row['latest_rate'])}"
        for name, row in apart
    )
    first, latest = (max(str(row[name]) for row in rows) for name in ("first_vintage", "vintage"))
    return Chart(
        name="revisions-rates",
        title=f"{len(apart) or 'None'} of {len(rows)} protection rates for {year} moved between "
        f"the first release and the latest{': ' * bool(told)}{told}",
        subtitle=f"Protection rate, first instance, Russian citizens, {year}, by UNHCR's release of "
        f"{first} and by that of {latest}",
        kind="dot",
        x_scale="category",
        y_format="percent",
        tall=True,
        categories=names,
        series=(
            Series("First release", "muted", names, tuple(row["first_rate"] for row in rows),
                   n=tuple(row["first_n"] for row in rows)),
            Series("Latest release", "accent", names, tuple(row["latest_rate"] for row in rows),
                   n=tuple(row["latest_n"] for row in rows)),
        ),
        source=_source(rows),
        note=f"Destinations with at least {MARKED_BELOW} decisions on the merits in the latest "
        f"release; those that moved most come first. {parts.UNDIVIDED}",
        alt=f"Two points for each of {len(rows)} destinations. "
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
