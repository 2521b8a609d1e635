"""Charts on recognition in the three countries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from asylum_report import corridors, results
from asylum_report.charts.library import moves, parts
from asylum_report.charts.model import Chart, Series, Table

YEARS = (2008, 2025)
COMPARED = (2023, 2025)
"""The years that titles compare."""
THREE = (
    ("Germany", "germany", "DEU", "BAMF"),
    ("France", "france", "FRA", "OFPRA"),
    ("US immigration courts", "usa", "USA", "EOIR"),
)
COURT_BREAKS = tuple(str(year) for year in corridors.RESETS["USA", "EOIR"])
COURT_CODE = (
    "From 2017 to 2024 UNHCR puts part of the US courts' decisions under another code (AR), not shown "
    "here."
)
COURT_NOTE = f"{COURT_CODE} Their line is broken there (short strokes)."
WAR = ("2022-02-24-invasion", "2022-09-21-mobilisation")


def _span(first: int = YEARS[0]) -> range:
    return range(first, YEARS[1] + 1)


def _value(rows: Sequence[parts.Row], year: int) -> str:
    return parts.percent(moves.rate_in(rows, year))


def trend_rows(destination: str, authority: str, first: int = 2015) -> list[dict[str, Any]]:
    """Return yearly rates with the trend model's intervals (design effect 4) in place of others."""
    modelled = {
        row["period"]: row
        for row in results.rows(
            "trend", destination=destination, authority=authority, effect=parts.EFFECT
        )
    }
    return [
        {**row, "low": own["low"], "high": own["high"]} if row["rate"] is not None and own else row
        for row in parts.rates(destination, (first, YEARS[1]), authority=authority)
        for own in [modelled.get(int(row["period"]))]
    ]


def headline() -> Chart:
    """Draw the three countries' protection rates side by side."""
    found = {label: trend_rows(code, authority) for label, _, code, authority in THREE}
    de, fr, us = (found[label] for label, *_ in THREE)
    return Chart(
        name="recognition-three-countries",
        title=title(moved(found)),
        subtitle="Protection rate: refugee status or other protection per decision on the merits, "
        "first instance, persons, Russian citizens, by year",
        kind="line",
        x_scale="year",
        y_format="percent",
        y_max=1.0,
        series=tuple(
            parts.rate_series(
                found[label], label, colour, _span(2015), COURT_BREAKS * (code == "USA")
            )
            for label, colour, code, _ in THREE
        ),
        events=parts.events(WAR),
        source=parts.source(de + fr + us),
        note="Germany: BAMF, first and repeat applications; France: OFPRA; United States: "
        f"immigration courts (EOIR); 2024 covers about January to June. {COURT_NOTE} {parts.CHANCE}",
        alt=f"Line chart, 2015 to 2025. Germany: {_value(de, 2022)} in 2022, {_value(de, 2023)} in "
        f"2023, {_value(de, 2024)} in 2024, {_value(de, 2025)} in 2025. France: {_value(fr, 2021)} in "
        f"2021, {_value(fr, 2022)} in 2022, {_value(fr, 2023)} in 2023, {_value(fr, 2024)} in 2024, {_value(fr, 2025)} in 2025. US immigration courts: "
        f"{_value(us, 2023)} in 2023 and {_value(us, 2025)} in 2025; 2024 is part of a year.",
        table=parts.rate_table((label, row) for label, *_ in THREE for row in found[label]),
    )


def moved(found: Mapping[str, Sequence[parts.Row]]) -> list[tuple[moves.Move, tuple[str, str]]]:
    """Return of each of `THREE` how its rate moved between `COMPARED`, and both rates in words."""
    return [
        (
            moves.of_rates(found[label], code, authority, COMPARED),
            (_value(found[label], COMPARED[0]), _value(found[label], COMPARED[1])),
        )
        for label, _, code, authority in THREE
    ]


def title(three: Sequence[tuple[moves.Move, tuple[str, str]]]) -> str:
    """Return the headline's title of what `moved` gives: each country's clause, with its verb."""
    (first, de), (french, fr), (courts, us) = three
    return ", ".join((
        moves.clause("Germany's protection rate", first, de, "two years"),
        moves.alike("US courts'", courts, us, first),
        moves.alike("France's", french, fr, first),
    ))  # fmt: skip


NAMES = {
    "protection": "any protection, merits",
    "refugee": "refugee status, merits",
    "overall": "any protection, all decisions",
}


def definitions() -> Chart:
    """Draw what the definition does to the same year's number in the three countries."""
    year = 2023
    found: list[tuple[str, str, Any]] = []
    for label, colour, code, authority in THREE:
        for name in NAMES:
            for row in parts.rates(code, (year, year), authority=authority, definition=name):
                found.append((label, colour, {**row, "name": name}))
    de, fr = (
        {row["name"]: row["rate"] for label, _, row in found if label == one}
        for one in ("Germany", "France")
    )
    return Chart(
        name="recognition-definitions",
        title=f"The definition turns Germany's {parts.percent(de['protection'])} into "
        f"{parts.percent(de['overall'])}",
        subtitle=f"Recognition rate by definition, first instance, persons, Russian citizens, {year}",
        kind="dot",
        x_scale="category",
        y_format="percent",
        y_max=1.0,
        series=tuple(
            Series(
                label=label,
                colour=colour,
                x=tuple(f"{label}: {NAMES[row['name']]}" for one, _, row in found if one == label),
                y=tuple(row["rate"] for one, _, row in found if one == label),
                low=tuple(row["low"] for one, _, row in found if one == label),
                high=tuple(row["high"] for one, _, row in found if one == label),
                n=tuple(row["n"] for one, _, row in found if one == label),
            )
            for label, colour, *_ in THREE
        ),
        source=parts.source(row for _, _, row in found),
        note=f"The EU Agency for Asylum's rate (refugee status and subsidiary protection) cannot be "
        f"worked out here: UNHCR publishes subsidiary and humanitarian protection undivided. "
        f"{parts.INTERVAL}",
        alt=f"Points for three definitions in three countries, {year}. Germany: "
        f"{parts.percent(de['protection'])} of decisions on the merits gave any protection, "
        f"{parts.percent(de['refugee'])} refugee status; of all decisions, closed ones too, "
        f"{parts.percent(de['overall'])} gave any protection."
        + parts.where(
            moves.of_rate(fr["protection"], fr["overall"]) == "near",
            " In France the definitions hardly differ because few cases are closed.",
        ),
        table=parts.rate_table((f"{label}: {NAMES[row['name']]}", row) for label, _, row in found),
    )


def outcome_stack(
    name: str,
    title: str,
    destination: str,
    authority: str,
    where: str,
    alt: str,
    note: str = "",
    first: int = YEARS[0],
) -> Chart:
    """Draw an authority's decisions by outcome and year as stacked bars."""
    rows = parts.rates(destination, (first, YEARS[1]), authority=authority)
    outcomes = (
        ("refugee", "Refugee status"),
        ("complementary", "Other protection"),
        ("rejected", "Rejected"),
        ("closed", "Closed otherwise"),
    )
    table = Table(
        ("Year", *(label for _, label in outcomes), "Remark"),
        tuple(
            (row["period"], *(row[key] for key, _ in outcomes),
             "" if row["status"] == "complete" else row["status"])
            for row in rows
        ),
        ("text", "count", "count", "count", "count", "text"),
    )  # fmt: skip
    return Chart(
        name=name,
        title=title,
        subtitle=f"Decisions by outcome, {where}, Russian citizens, by year",
        kind="stack",
        x_scale="year",
        y_format="count",
        series=tuple(
            Series(
                label=label,
                colour=key,
                x=tuple(str(row["period_start"])[:4] for row in rows),
                y=tuple(row[key] for row in rows),
                hollow=tuple(row["status"] == "partial" for row in rows),
            )
            for key, label in outcomes
        ),
        source=parts.source(rows),
        note=note,
        alt=alt,
        table=table,
    )


def lines(
    name: str,
    title: str,
    subtitle: str,
    wanted: Sequence[tuple[str, str, list[dict[str, Any]]]],
    alt: str,
    note: str = "",
    first: int = YEARS[0],
    event_ids: Sequence[str] = WAR,
    breaks: Mapping[str, tuple[str, ...]] | None = None,
) -> Chart:
    """Draw yearly rates of several authorities, stages or definitions as lines."""
    return Chart(
        name=name,
        title=title,
        subtitle=subtitle,
        kind="line",
        x_scale="year",
        y_format="percent",
        series=tuple(
            parts.rate_series(rows, label, colour, _span(first), (breaks or {}).get(label, ()))
            for label, colour, rows in wanted
        ),
        events=parts.events(event_ids),
        source=parts.source(row for _, _, rows in wanted for row in rows),
        note=" ".join(part for part in (note, parts.INTERVAL) if part),
        alt=alt,
        table=parts.rate_table((label, row) for label, _, rows in wanted for row in rows),
    )
