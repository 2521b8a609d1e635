"""Numbers on what is recorded at all: entries of tables that name a thing, single figures, events.

A statistic can only answer a question that it asks. So the breakdowns of every table (columns that
say what is counted, of whom, how decided) are searched for words; where nothing names a thing, no
figure of it is held, and a claim on it cannot be tested with what is held.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asylum_report import records
from asylum_report.dates import day
from asylum_report.numbers.model import Number, count

Row = Mapping[str, Any]

BREAKDOWNS: dict[str, tuple[str, ...]] = {
    "decisions": ("outcome", "stage", "level"),
    "applications": ("kind", "sex", "age", "level"),
    "encounters": ("region", "title", "demographic"),
    "stocks": ("population",),
    "grants": ("measure",),
    "enforcement": ("measure",),
    "figures": ("indicator", "population"),
}
"""The columns of each table that say what is counted; places, dates, units and the names of
authorities are none."""

SERVICE = ("desert", "soldier", "servicem", "military", "conscript", "combatant", "mobilis")
REASONS = ("reason", "ground", "motive", "because", "wording")
COURTS = ("criminal", "convict", "prosecut", "sentence", "absent without", "court case")
HELP = ("organisation", "helpline", "turned to", "requests for help")


@dataclass(frozen=True)
class Search:
    """What is looked for, and where."""

    name: str
    words: tuple[str, ...]
    about: str
    destination: str = ""
    tables: tuple[str, ...] = tuple(BREAKDOWNS)


SERIES = tuple(table for table in BREAKDOWNS if table != "figures")
"""Tables of statistics; ``figures`` holds single answers and counts."""

SEARCHES = (
    Search("service", SERVICE, "military service, desertion or mobilisation", tables=SERIES),
    Search("service_figures", SERVICE, "military service, desertion or mobilisation",
           tables=("figures",)),
    Search("service_de", SERVICE, "military service, desertion or mobilisation", "DEU"),
    Search("service_am", SERVICE, "military service, desertion or mobilisation", "ARM"),
    Search("reasons_de", REASONS, "the reasons of applications or decisions", "DEU"),
    Search("reasons_fr", REASONS, "the reasons of applications or decisions", "FRA"),
    Search("courts", COURTS, "criminal cases or convictions"),
    Search("help", HELP, "people who turn to an organisation"),
)  # fmt: skip

QUOTED = {
    "checked.de_men_newest.applications": "deu-men-aged-18-to-45-applications-2022-01-01-open-2",
    "checked.de_men_newest.positive": "deu-men-aged-18-to-45-protection-granted-2022-01-01-open-2",
    "checked.de_men_rate.early": "deu-men-aged-18-to-45-protection-rate-on-the-merits-2022-02-24-"
    "2023-06-30",
    "checked.de_men_rate.late": "deu-men-aged-18-to-45-protection-rate-on-the-merits-2023-09-01-"
    "2024-09-30",
    "checked.fi_mobilised.refused": "fin-men-who-said-they-fled-mobilisation-share-of-decisions-"
    "that-were-refusals-open-2025-04-30",
    "checked.fr_admitted.deserters": "fra-deserters-admitted-without-a-passport-2024-01-01-"
    "2024-10-31",
}
"""Single figures that only the claims need, by figure id."""

EVENTS = {"cnda_ruling": "cnda-ruling", "estonia_barred": "estonia-261"}


def numbers() -> list[Number]:
    """Return what is recorded of which thing, the single figures and the events."""
    entries = sorted(held())
    different = len({(table, text) for table, _, text in entries})
    found = [
        Number("checked.held.entries", different, count(different), "entries",
               "different entries in the breakdowns of every table that were searched",
               ({"table": "figures"},))
    ]  # fmt: skip
    for search in SEARCHES:
        value = matches(entries, search)
        found.append(Number(f"checked.held.{search.name}", value, count(value), "entries",
                            _words(search), ({"table": "figures"},)))  # fmt: skip
    return [*found, *_quoted(records.rows("figures")), *_events(records.rows("events"))]


def held() -> set[tuple[str, str, str]]:
    """Return each entry of the breakdowns as table, destination and text in small letters."""
    found = set()
    for table, columns in BREAKDOWNS.items():
        wanted = {"origin": "RUS"} if table in ("decisions", "applications") else {}
        for row in records.rows(table, **wanted):
            found |= {(table, row["destination"], row[c].casefold()) for c in columns if row[c]}
    return found


def matches(entries: Iterable[tuple[str, str, str]], search: Search) -> int:
    """Return how many different texts of a search's tables and place hold one of its words."""
    pattern = re.compile("|".join(map(re.escape, search.words)))
    return len(
        {
            (table, text) for table, destination, text in entries
            if table in search.tables and search.destination in ("", destination)
            and pattern.search(text)
        }
    )  # fmt: skip


def _words(search: Search) -> str:
    from asylum_report import places

    where = f", {places.name(search.destination)}" if search.destination else ""
    kinds = "every table"
    if search.tables == SERIES:
        kinds = "the tables of statistics"
    elif search.tables == ("figures",):
        kinds = "the table of single figures"
    return f"entries of {kinds} that name {search.about}{where}"


def _quoted(rows: Sequence[Row]) -> list[Number]:
    known = {row["figure_id"]: row for row in rows}
    found = []
    for name, figure_id in QUOTED.items():
        row = known[figure_id]
        value = int(float(row["value"]))
        display = count(value) + ("%" if row["unit"] == "percent" else "")
        start = row["period_start"] or "start not stated"
        end = row["period_end"] or "end not stated"
        words = (f"{row['indicator']}, {row['population']}, {start} to {end}; "
                 f"{row['publisher']}, {row['source_date']} (tier {row['tier']})")  # fmt: skip
        found.append(Number(name, value, display, row["unit"], words,
                            ({"table": "figures", "figure_id": figure_id},)))  # fmt: skip
    return found


def _events(rows: Sequence[Row]) -> list[Number]:
    """Return the days of the events that claims name, and the count that one of them gives.

    Raises
    ------
    KeyError
        If an event is no longer there, so that a claim cannot lose its source unnoticed.
    """
    by_end = {row["event_id"].split("-", 3)[3]: row for row in rows}
    found = []
    for name, end in EVENTS.items():
        row = by_end[end]
        query = ({"table": "events", "event_id": row["event_id"]},)
        words = f"day of the event: {row['event']} ({row['source']})"
        found.append(Number(f"checked.events.{name}", row["date"], day(row["date"]), "date", words,
                            query))  # fmt: skip
        counts = re.findall(r"\b\d[\d,]*\b", row["event"])
        if len(counts) == 1:
            value = int(counts[0].replace(",", ""))
            found.append(Number(f"checked.events.{name}_count", value, count(value), "persons",
                                f"count in the event: {row['event']} ({row['source']})",
                                query))  # fmt: skip
    return found
