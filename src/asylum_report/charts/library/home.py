"""The chart of the home page: the three countries' rates, and what happened meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from asylum_report import places, records
from asylum_report.charts.library import moves, parts
from asylum_report.charts.library.recognition import (
    COMPARED,
    COURT_BREAKS,
    COURT_CODE,
    THREE,
    YEARS,
    moved,
    trend_rows,
)
from asylum_report.charts.model import Chart, Event

FIRST: Final = 2019
"""Three years before the invasion, to see what was usual."""

EVENTS: Final = (
    "2022-02-24-invasion",
    "2022-09-21-mobilisation",
    "2023-07-20-cnda-ruling",
    "2023-09-bamf-practice",
    "2024-08-22-ovg-berlin",
    "2025-01-20-cbp-one-ends",
)
"""What was decided in and about the three countries; every event is on the page on data."""


def happened() -> Chart:
    """Draw the three countries' protection rates with the events of the time.

    Raises
    ------
    KeyError
        If an event is no longer among the events, so that the chart cannot silently lose one.
    """
    found = {label: trend_rows(code, authority, FIRST) for label, _, code, authority in THREE}
    rate = {
        (label, int(str(row["period_start"])[:4])): parts.percent(row["rate"])
        for label, rows in found.items()
        for row in rows
    }
    de, fr, us = ({year: rate.get((label, year), "not shown") for year in range(FIRST, YEARS[1] + 1)}
                  for label, *_ in THREE)  # fmt: skip
    return Chart(
        name="what-happened",
        title=title(moved(found)),
        subtitle="Protection rate: refugee status or other protection per decision on the merits, "
        "first instance, persons, Russian citizens, by year; with events of the time",
        kind="line",
        x_scale="year",
        y_format="percent",
        y_max=1.0,
        series=tuple(
            parts.rate_series(
                found[label], label, colour, range(FIRST, YEARS[1] + 1),
                COURT_BREAKS * (code == "USA"),
            )
            for label, colour, code, _ in THREE
        ),
        events=events(),
        source=parts.source(row for rows in found.values() for row in rows),
        note="An event beside a change is not its cause; a year's point stands in its middle. "
        "Germany: BAMF, first and repeat applications; France: OFPRA; United States: immigration "
        f"courts (EOIR); 2024 covers about January to June. {COURT_CODE} From 2025 it is counted in "
        f"another way (short stroke). {parts.CHANCE}",
        alt=f"Line chart, {FIRST} to 2025, with six dated events from the invasion in February 2022 "
        f"to the end of CBP One in January 2025. Germany: {de[2021]} in 2021, {de[2023]} in 2023, "
        f"{de[2025]} in 2025. France: {fr[2021]} in 2021, {fr[2022]} in 2022, {fr[2025]} in 2025. "
        f"US immigration courts: {us[2021]} in 2021, {us[2023]} in 2023, {us[2025]} in 2025; 2024 "
        "is part of a year.",
        table=parts.rate_table((label, row) for label, *_ in THREE for row in found[label]),
    )  # fmt: skip


def title(three: Sequence[tuple[moves.Move, tuple[str, str]]]) -> str:
    """Return the chart's title of what `recognition.moved` gives: each country's clause."""
    (first, de), (french, fr), (courts, us) = three
    begins = "" if first == "unknown" else f"Since {COMPARED[0]} "
    germany = moves.clause(f"{begins}Germany's rate", first, de, near="has stayed near")
    usa = moves.beside("US courts'", courts, us, first)
    return f"{germany}, {usa}; " + moves.clause("France's", french, fr)


def events() -> tuple[Event, ...]:
    """Return the events of the chart, each with the country it concerns, but for those in Russia."""
    known = {row["event_id"]: row for row in records.rows("events")}
    return tuple(Event(str(known[one]["date"])[:10], _label(known[one])) for one in EVENTS)


def _label(row: parts.Row) -> str:
    place, label = str(row["jurisdiction"]), str(row["label"])
    if "RUS" in place:
        return label
    begins = label[0].lower() if label[1].islower() else label[0]  # an acronym keeps its letters
    return f"{places.name(place)}: {begins}{label[1:]}"
