"""Pieces that the report's charts share: rows to series, tables and source lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from asylum_report import places, query, records
from asylum_report.charts.model import Event, Series, Table
from asylum_report.corridors import RESET
from asylum_report.recognition import FEW

Row = Mapping[str, Any]

EFFECT = 4
"""Design effect of headlines: the cautious end of what BAMF's months give (page on trends)."""
INTERVAL = (
    "Intervals: 95%, Jeffreys, widened by rounding. They treat decisions as independent; families "
    "are decided together, so the real uncertainty is larger."
)
CHANCE = (
    "Intervals: 95%, for the chance behind the year's own decisions; rounding is taken in, and "
    f"decisions made together (families, offices) by a design effect of {EFFECT}. They are not "
    "centred on the published rate."
)
WIDE_INTERVAL = (
    "Intervals: 95%, Jeffreys, widened by rounding and by a design effect of "
    f"{EFFECT}, because families are decided together."
)
UNDIVIDED = "† First instance and appeal, published undivided."
"""The note of a chart in which an authority stands that does not publish the two apart."""


def rates(
    destination: str | None,
    years: tuple[int, int],
    *,
    authority: str | None = None,
    stage: str | None = None,
    definition: str = "protection",
) -> list[dict[str, Any]]:
    """Return UNHCR's rates on Russian citizens for one destination, or all where it is None."""
    codes = [destination] if destination else None
    found = query.rate_records("RUS", codes, years, definition, stage, "UNHCR")
    return [row for row in found if authority is None or row["authority"] == authority]


def rate_series(
    rows: Sequence[Row],
    label: str,
    colour: str,
    years: Iterable[int],
    breaks: tuple[str, ...] = (),
) -> Series:
    """Return a series of yearly rates; a year without a rate is a gap.

    `breaks` are the years with which a new way of counting begins.
    """
    by_year = {int(str(row["period_start"])[:4]): row for row in rows}
    span = list(years)
    found = [by_year.get(year) for year in span]
    return Series(
        label=label,
        colour=colour,
        x=tuple(str(year) for year in span),
        y=tuple(row["rate"] if row else None for row in found),
        low=tuple(row["low"] if row else None for row in found),
        high=tuple(row["high"] if row else None for row in found),
        n=tuple(row["n"] if row else None for row in found),
        breaks=tuple(year for year in breaks if int(year) in span),
        hollow=tuple(bool(row and (row["marked"] or row["status"] == "partial")) for row in found),
        notes=tuple(
            "part of the year" if row and row["status"] == "partial" else "" for row in found
        ),
    )


def rate_table(labelled: Iterable[tuple[str, Row]]) -> Table:
    """Return the table behind a chart of rates: who, period, rate, interval, n, counts, status."""
    rows: list[tuple[str | float | int | None, ...]] = []
    for label, row in labelled:
        rows.append((
            label, row["period"], row["rate"], row["low"], row["high"], row["n"], row["numerator"],
            row["rejected"], row["closed"],
            "; ".join(part for part in (
                row["reason"], "" if row["status"] == "complete" else row["status"],
                FEW if row["marked"] and row["rate"] is not None else "",
                RESET if RESET in row["note"] else "",
            ) if part),
        ))  # fmt: skip
    return Table(
        ("", "Period", "Rate", "95% from", "95% to", "Decisions (n)", "Positive", "Rejected",
         "Closed", "Remark"),
        tuple(rows),
        ("text", "text", "percent", "percent", "percent", "count", "count", "count", "count", "text"),
    )  # fmt: skip


def source(rows: Iterable[Row]) -> str:
    """Return publisher, dataset and vintage of the rows, each once."""
    names = {
        "unhcr-asylum-decisions": "Refugee Population Statistics Database, asylum decisions",
        "unhcr-asylum-applications": "Refugee Population Statistics Database, asylum applications",
        "unhcr-population": "Refugee Population Statistics Database, stocks",
        "migr_asyappctza": "asylum applicants, annual (migr_asyappctza)",
        "migr_asyappctzm": "asylum applicants, monthly (migr_asyappctzm)",
        "cbp-nationwide-encounters": "Nationwide Encounters",
        "bamf-monthly": "monthly asylum statistics by origin",
        "ohss-yearbook": "Yearbook of Immigration Statistics",
        "prm-admissions": "refugee admissions",
    }
    found = {
        f"{row['source']}, {names.get(row['dataset'], row['dataset'])}, vintage {row['vintage']}"
        for row in rows
    }
    return "; ".join(sorted(found))


def events(ids: Sequence[str]) -> tuple[Event, ...]:
    """Return events of ``data/processed`` by id, in the order asked for.

    Raises
    ------
    KeyError
        If an id is not among the events, so that a chart cannot silently lose one.
    """
    known = {row["event_id"]: row for row in records.rows("events")}
    return tuple(Event(str(known[one]["date"])[:10], known[one]["label"]) for one in ids)


def month_name(day: str) -> str:
    """Return "October 2022" for an ISO day."""
    return f"{date.fromisoformat(day[:10]):%B %Y}"


def destination_name(row: Row) -> str:
    """Return the destination's name, the two US authorities apart, † where stages are undivided."""
    name = places.name(row["destination"])
    if row["destination"] == "USA":
        return f"{name}: {'immigration courts' if row['authority'] == 'EOIR' else row['authority']}"
    return f"{name} †" if row.get("stage") == "first+appeal" else name


def percent(share: float | None) -> str:
    """Write a share for alt texts: "29.0%", or "not shown"."""
    return "not shown" if share is None else f"{100 * share:.1f}%"


def where(holds: bool, text: str) -> str:
    """Return a sentence that says more than its figures, or nothing where they do not bear it out."""
    return text if holds else ""
