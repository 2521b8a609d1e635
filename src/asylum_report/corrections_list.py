"""The list of known faults, ``data/reference/corrections.yml``, read and checked entry by entry."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from asylum_report.columns import DATASETS, STATUSES, TABLES
from asylum_report.errors import ReportError

KEYS = ("id", "what", "why", "source", "table", "match", "action", "expect")
ACTIONS = ("status", "note", "renote", "rate", "missing", "drop")
EXPECTED: dict[str, type] = {
    "sum": int,
    "rows": int,
    "present": bool,
    "contradictory": bool,
    "marked": bool,
}
"""What can be expected of the matched rows, and of which type each is."""


@dataclass(frozen=True)
class Correction:
    """One known fault.

    Parameters
    ----------
    id
        Its name.
    what, why, source
        What is wrong, why we think so, and where that can be read; all three are shown to readers.
    table
        The tidy table concerned.
    match
        Column to value or values; ``year`` is that of ``period_start`` (or ``date``), and may be a
        mapping with ``from`` and ``to``. A list of such mappings matches what any of them does.
    action
        What is done with the rows: ``status``, ``note`` (added to the one there is), ``renote`` (in
        its place, where a note of ours was wrong), ``missing`` (the count), ``drop``, and
        ``rate: none``, which puts `NO_RATE` before the note so that no rate is made of them.
    expect
        What is true of the matched rows while the fault is there: ``sum`` of the counts, number of
        ``rows``, ``present`` (there are some), ``contradictory`` (each alternative holds a total
        that differs from its parts), or ``marked`` (every one of these counts is missing or zero).
        ``where`` narrows the matched rows; ``of`` is a match of its own that is looked at instead.
        The vintage ``newest`` is the newest of each dataset among the rows looked at.
    """

    id: str
    what: str
    why: str
    source: str
    table: str
    match: Any
    action: Mapping[str, Any]
    expect: Mapping[str, Any]


def year_column(columns: Collection[str]) -> str:
    """Return the column in which a table's year stands."""
    return "period_start" if "period_start" in columns else "date"


def alternatives(match: Any) -> list[Mapping[str, Any]]:
    """Return the mappings of a match, which is one or a list of them."""
    return match if isinstance(match, list) else [match]


@cache
def read(path: Path) -> tuple[Correction, ...]:
    """Return the entries of a list of corrections.

    Raises
    ------
    ReportError
        Naming entry and key, if something is missing or not understood.
    """
    try:
        text = path.read_text(encoding="utf-8")
        found = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ReportError("the list of corrections cannot be read", where=str(path)) from error
    if not isinstance(found, list) or not found:
        raise ReportError("the list of corrections is no list of entries", where=str(path))
    used: set[str] = set()
    for number, entry in enumerate(found, start=1):
        name = entry.get("id", number) if isinstance(entry, dict) else number
        where = f"{path.name}, entry {name}"
        if not isinstance(entry, dict):
            raise ReportError("a correction is no mapping", where=where)
        for what in _faults(entry):
            raise ReportError(f"a correction{what}", where=where)
        if entry["id"] in used:
            raise ReportError("a correction's id comes twice", where=f"{where}, key id")
        used.add(entry["id"])
    return tuple(Correction(**{key: entry[key] for key in KEYS}) for entry in found)


def _faults(entry: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with an entry, the worst first."""
    lacking = [key for key in KEYS if key not in entry]
    if lacking:
        return [f" lacks {', '.join(lacking)}"]
    if set(entry) - set(KEYS):
        return [f" has an unknown key '{min(map(str, set(entry) - set(KEYS)))}'"]
    for key in ("id", "what", "why", "source"):
        if not isinstance(entry[key], str) or not entry[key].strip():
            return [f"'s {key} is no text"]
    table = entry["table"]
    if not isinstance(table, str) or table not in TABLES:
        return [f" is of unknown table '{table}'"]
    found = _action_faults(entry["action"], table)
    found += _match_faults("match", entry["match"], table)
    return found or _expect_faults(entry["expect"], table)


def _action_faults(action: Any, table: str) -> list[str]:
    if not isinstance(action, dict) or not action or set(action) - set(ACTIONS):
        return ["'s action is none of " + ", ".join(ACTIONS)]
    if action.get("status", STATUSES[0]) not in STATUSES:
        return ["'s status is not known"]
    for key in ("note", "renote"):
        note = action.get(key, "-")
        if not isinstance(note, str) or not note.strip():
            return [f"'s action {key} is no text"]
    if "rate" in action and (action["rate"] != "none" or "note" not in action):
        return ["'s action rate is not 'none' with a note that says why"]
    if "rate" in action and table != "decisions":
        return ["'s action rate is about decisions only"]
    wrong = [key for key in ("missing", "drop") if action.get(key, True) is not True]
    return [f"'s action {key} is not true" for key in wrong]


def _match_faults(key: str, match: Any, table: str, narrowing: bool = False) -> list[str]:
    """Return what is wrong with rows asked for: unknown columns, years or datasets."""
    several = alternatives(match)
    if not several or not all(isinstance(one, dict) and one for one in several):
        return [f"'s {key} names no rows"]
    for one in several:
        for column, wanted in one.items():
            if column not in TABLES[table] and column != "year":
                return [f"'s {key} has an unknown column '{column}'"]
            if isinstance(wanted, dict) and set(wanted) != {"from", "to"}:
                return [f"'s {key} of column '{column}' has no from and to"]
            if wanted is None or wanted == []:
                return [f"'s {key} of column '{column}' is empty"]
        if "dataset" not in one:
            if not narrowing and "dataset" in TABLES[table]:
                return [f"'s {key} names no dataset"]
            continue
        given = one["dataset"] if isinstance(one["dataset"], list) else [one["dataset"]]
        for dataset in given:
            if dataset not in DATASETS:
                return [f"'s {key} is about an unknown dataset '{dataset}'"]
    return []


def _expect_faults(expect: Any, table: str) -> list[str]:
    if not isinstance(expect, dict) or not set(expect) & set(EXPECTED):
        return ["'s expect is none of " + ", ".join(EXPECTED)]
    for key, wanted in expect.items():
        if key in ("where", "of"):
            found = _match_faults(f"expect {key}", wanted, table, key == "where")
            if found:
                return found
        elif key not in EXPECTED:
            return [f"'s expect has an unknown key '{key}'"]
        elif type(wanted) is not EXPECTED[key] or wanted is False:
            return [f"'s expect {key} is not understood: '{wanted}'"]
    if "contradictory" in expect and table != "decisions":
        return ["'s expect contradictory is about decisions only"]
    return []
