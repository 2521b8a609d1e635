"""The list of events, series and directions that was fixed beforehand: ``turning_points.yml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from asylum_report import paths, records
from asylum_report.errors import ReportError

FILE = "turning_points.yml"
DIRECTIONS = ("up", "down", "either")


@dataclass(frozen=True)
class Test:
    """One event and one series that it could touch."""

    event_id: str
    date: str
    precision: str
    label: str
    series: str
    expected: str
    why: str


@dataclass(frozen=True)
class Reference:
    """What is tested, in which series, and what is not."""

    series: dict[str, dict[str, Any]]
    tests: tuple[Test, ...]
    untested: dict[str, str]


def path() -> Path:
    """Return where the list stands."""
    return paths.reference() / FILE


def read(place: Path | None = None) -> Reference:
    """Return the list, each event looked up in the table of events.

    Raises
    ------
    ReportError
        If the file cannot be read, names an event, a series or a direction that there is not, or
        leaves an event out.
    """
    place = place or path()
    try:
        found = yaml.safe_load(place.read_text(encoding="utf-8"))
        series, tests = dict(found["series"]), dict(found["tests"])
        untested = {str(k): str(v) for k, v in found["untested"].items()}
        pairs = [(event, str(one["why"]), dict(one["expect"])) for event, one in tests.items()]
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReportError("the list of turning points cannot be read", where=str(place)) from error
    events = {row["event_id"]: row for row in records.rows("events")}
    named = {*tests, *untested}
    if named != set(events) or set(tests) & set(untested):
        odd = sorted((named ^ set(events)) | (set(tests) & set(untested)))
        raise ReportError(
            f"event '{odd[0]}' is not in both the table of events and the list of turning points",
            where=str(place),
            todo="name every event once, under tests or under untested",
        )
    made = []
    for event, why, expect in pairs:
        for name, expected in expect.items():
            if name not in series or expected not in DIRECTIONS:
                raise ReportError(
                    f"{event}: unknown series '{name}' or direction '{expected}'", where=str(place)
                )
            row = events[event]
            made.append(
                Test(event, row["date"], row["date_precision"], row["label"], name, expected, why)
            )
    return Reference(series, tuple(made), untested)
