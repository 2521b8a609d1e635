"""Charts on the queue: decisions per application and months of work, from the tables of results."""

from __future__ import annotations

from typing import Any

from asylum_report import places, results
from asylum_report.analyses.queue import FIRST_COURTS
from asylum_report.charts.library import parts
from asylum_report.charts.library.appeal import Rows, source_of, whole
from asylum_report.charts.library.recognition import COURT_BREAKS
from asylum_report.charts.model import Chart, Series, Table
from asylum_report.models import status

ENOUGH_PENDING = 200
QUEUES = (
    ("Germany", "DEU", "all", "germany"),
    ("France", "FRA", "all", "france"),
    ("US courts", "USA", "EOIR", "usa"),
)
FIRST_QUEUE = 2015


def queue_table(rows: Rows) -> Table:
    """Return the table behind a chart of the queue."""
    return Table(
        ("", "Year", "Applications", "Decisions of any kind", "Decisions per application",
         "Decisions on appeal", "Pending at the end", "Months of work",
         "Months without appeal decisions", "Remark"),
        tuple(
            (
                row["name"] + (f" ({row['authority']})" if row["authority"] != "all" else ""),
                str(row["year"]), whole(row["applications"]), whole(row["decisions"]),
                row["clearance"], whole(row["appeal_decisions"]), whole(row["pending"]),
                None if row["months_of_work"] is None else round(row["months_of_work"], 1),
                None if row["months_first_only"] is None else round(row["months_first_only"], 1),
                "; ".join(dict.fromkeys(
                    status.WORDS[row[name]] for name in ("clearance_status", "months_status")
                    if row[name] not in (status.OK, status.NOT_PUBLISHED)
                )),
            )
            for row in rows
        ),
        ("text", "text", "count", "count", "percent", "count", "count", "count", "count", "text"),
    )  # fmt: skip


def clearance() -> Chart:
    """Draw decisions per application over time for the three countries."""
    rows = {
        label: [row for row in results.rows("queue", destination=code, authority=authority, source="UNHCR")
                if row["year"] >= (FIRST_COURTS if code == "USA" else FIRST_QUEUE)
                and row["clearance"] is not None]
        for label, code, authority, _ in QUEUES
    }  # fmt: skip
    at = {label: {row["year"]: row["clearance"] for row in of} for label, of in rows.items()}
    latest = max(at["Germany"])
    every = [row for of in rows.values() for row in of]
    return Chart(
        name="queue-clearance",
        title=f"For 100 applications Germany took {100 * at['Germany'][2023]:.0f} decisions in 2023 and "
        f"{100 * at['Germany'][latest]:.0f} in {latest}; US courts took "
        f"{100 * at['US courts'][2023]:.0f} in 2023",
        subtitle="Clearance rate: decisions of any kind per application of the same year, first "
        "instance, persons, Russian citizens",
        kind="line",
        x_scale="year",
        y_format="percent",
        series=tuple(
            Series(
                label, colour, tuple(str(row["year"]) for row in rows[label]),
                tuple(row["clearance"] for row in rows[label]),
                low=tuple(row["clearance_low"] for row in rows[label]),
                high=tuple(row["clearance_high"] for row in rows[label]),
                n=tuple(whole(row["decisions"]) for row in rows[label]),
                hollow=tuple(row["clearance_status"] != status.OK for row in rows[label]),
                breaks=COURT_BREAKS[-1:] if code == "USA" else (),
            )
            for label, code, _, colour in QUEUES
        ),
        source=source_of(every),
        note="Above 100% more is decided than comes in. Decisions of a year are partly on applications "
        "of earlier years. Bands: rounding, and for France that decisions on repeat applications are "
        "not published apart. Hollow: the US courts' 2024 is part of a year, for applications and "
        "decisions alike. From 2025, after a break, their decisions probably hold cases again that the "
        "immigration service passed on; those are applications there.",
        alt=f"Three lines, {FIRST_QUEUE} to {latest}. Decisions per application in {latest}: Germany "
        + ", ".join(
            f"{label} {parts.percent(at[label][latest])}".removeprefix("Germany ") for label in at
        ) + ".",
        hollow_means="",
        table=queue_table(every),
    )  # fmt: skip


def months_by_year() -> Chart:
    """Draw months of work over time for the three countries."""
    chosen = (*QUEUES[:2], ("United States", "USA", "all", "usa"))
    rows = {
        label: [row for row in results.rows("queue", destination=code, authority=authority, source="UNHCR")
                if row["year"] >= FIRST_QUEUE and row["months_of_work"] is not None]
        for label, code, authority, _ in chosen
    }  # fmt: skip
    us = {row["year"]: row["months_of_work"] for row in rows["United States"]}
    germany_, france_ = (
        {row["year"]: row["months_of_work"] for row in rows[label]}
        for label in ("Germany", "France")
    )
    latest = max(germany_)
    every = [row for of in rows.values() for row in of]
    return Chart(
        name="queue-months",
        title=f"At the pace of 2023 the United States' queue was {us[2023] / 12:.0f} years of work, "
        f"Germany's {germany_[2023]:.0f} months and France's {france_[2023]:.0f}",
        subtitle="Months of work: pending persons at the end of the year over decisions a month in "
        "it, first instance and appeal, Russian citizens",
        kind="line",
        x_scale="year",
        y_format="count",
        series=tuple(
            Series(
                label, colour, tuple(str(row["year"]) for row in rows[label]),
                tuple(round(row["months_of_work"], 1) for row in rows[label]),
                hollow=tuple(
                    row["months_status"] == status.PARTIAL
                    or (label == "United States" and row["months_status"] != status.OK)
                    for row in rows[label]
                ),
                breaks=("2025",) if label == "United States" else (),
            )
            for label, _, _, colour in chosen
        ),
        source=source_of(every),
        note="No waiting time: it assumes that the pace stays, that nobody comes, and that one "
        "decision ends one pending application. Hollow: the United States' decisions of 2024 cover "
        "about six months and are divided by six; in 2025 the immigration service's are not "
        "published by nationality. Before 2021 they are in cases. Break: in 2025 the pending fell by "
        "tens of thousands without decisions that explain it.",
        alt=f"Three lines, {FIRST_QUEUE} to {latest}. United States {us[2023]:.0f} months in 2023; "
        f"Germany {germany_[2023]:.1f} in 2023 and {germany_[latest]:.1f} in {latest}; France "
        f"{france_[2023]:.1f} and {france_[latest]:.1f}.",
        hollow_means="",
        table=queue_table(every),
    )  # fmt: skip


def months_across() -> Chart:
    """Draw months of work in EU+ destinations in the newest year."""
    every = results.rows("queue", source="UNHCR", authority="all")
    latest = max(row["year"] for row in every)
    members = places.members("EU+", latest)
    rows = [
        row for row in every
        if row["year"] == latest and row["destination"] in members
        and row["months_of_work"] is not None and row["pending"] >= ENOUGH_PENDING
    ]  # fmt: skip
    rows.sort(key=lambda row: -row["months_of_work"])

    def name(row: dict[str, Any]) -> str:
        return f"{row['name']} †" if row["months_status"] == status.UNDIVIDED else row["name"]

    colours = {"DEU": "germany", "FRA": "france"}
    groups = [("Other destinations", "muted", [r for r in rows if r["destination"] not in colours])]
    groups += [
        (places.name(code), colour, [row for row in rows if row["destination"] == code])
        for code, colour in colours.items()
    ]
    top, bottom = rows[0], rows[-1]
    at = {row["destination"]: row["months_of_work"] for row in rows}
    return Chart(
        name="queue-across",
        title=f"At the pace of {latest}, {top['name']}'s queue holds {top['months_of_work']:.0f} months of "
        f"work, Germany's {at['DEU']:.0f} and France's {at['FRA']:.0f}",
        subtitle=f"Months of work: pending persons at the end of {latest} over decisions a month, "
        f"Russian citizens; EU+ destinations with at least {ENOUGH_PENDING} pending",
        kind="dot",
        x_scale="category",
        y_format="count",
        tall=True,
        categories=tuple(name(row) for row in rows),
        series=tuple(
            Series(
                label, colour, tuple(name(row) for row in of),
                tuple(round(row["months_of_work"], 1) for row in of),
                low=tuple(round(row["months_of_work"], 1) for row in of),
                high=tuple(round(row["months_first_only"], 1) for row in of),
                n=tuple(whole(row["pending"]) for row in of),
                hollow=tuple(row["months_status"] == status.STAGES_LACKING for row in of),
            )
            for label, colour, of in groups if of
        ),
        source=source_of(rows),
        note="Point: decisions at every stage that is published. Bar: to first-instance decisions "
        "alone, which is right where those pending on appeal are not counted. n: pending persons. "
        f"Hollow: decisions on appeal are not published. {parts.UNDIVIDED}",
        alt=f"Points for {len(rows)} destinations, from {top['months_of_work']:.0f} months in "
        f"{name(top)} to {bottom['months_of_work']:.0f} in {name(bottom)}.",
        hollow_means="",
        table=queue_table(rows),
    )  # fmt: skip
