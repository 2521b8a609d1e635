"""From rows of ``decisions`` to rates by corridor: what may be added, and what may not.

Rows are dicts with the columns of the tidy table. Plain Python, for the reason that `recognition`
gives.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from asylum_report.columns import NO_RATE, OUTCOMES
from asylum_report.errors import OverlapError
from asylum_report.recognition import Count, Rate, parts, rate, unknown

ADDABLE = frozenset({"first", "repeat"})
"""The only two stages whose decisions may be added: they decide different applications."""

GROUP = ("source", "dataset", "vintage", "origin", "destination", "authority", "unit",
         "period_start", "period_end")  # fmt: skip
"""What decisions must share to be added."""

COLUMNS = (
    *GROUP, "status", "stage", "levels", "note", "period", *OUTCOMES, "definition", "numerator",
    "n", "rate", "low", "high", "bound_low", "bound_high", "marked", "reason",
)  # fmt: skip
"""Columns of a table of rates, in order."""

RESETS: dict[tuple[str, str], tuple[int, ...]] = {("USA", "EOIR"): (2017, 2025)}
"""Years in which an authority's figures begin to be counted in another way: from 2017 to 2024 UNHCR
puts part of the US courts' decisions under another code."""
RESET = "counted in another way than the years before"
"""Note of such a year."""

QUARTERS = (("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31"))
"""First and last day of each quarter."""

NONE = Count(0, 0, 0)


def _whole(value: Any) -> int | None:
    """Return a table's cell as a whole number, or None where it is missing."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    try:
        return int(value)
    except TypeError:  # pandas' NA
        return None


def stage_name(stages: Iterable[str]) -> str:
    """Return one name for the stages added together.

    Raises
    ------
    OverlapError
        If they may decide on the same people twice.
    """
    distinct = sorted(set(stages))
    if len(distinct) > 1 and not set(distinct) <= ADDABLE:
        raise OverlapError(
            f"stages {' and '.join(distinct)} overlap and cannot be added",
            todo="ask for one of them, or for first+repeat",
        )
    return "+".join(distinct)


def groups(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Add rows of ``decisions`` that share source, corridor, authority, unit and period.

    Returns
    -------
    list of dict
        One a group, in order of first appearance: the keys of `GROUP`, ``stage`` (all that were
        added), ``levels``, ``status`` (the worst), ``notes``, ``counts`` (outcome to `Count`, for
        the outcomes that every added stage publishes) and ``lacking`` (those that only some do).

    Raises
    ------
    OverlapError
        If a group holds stages, or levels of appeal, that overlap.
    """
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(row[name] for name in GROUP)
        group = found.setdefault(
            key,
            {
                **dict(zip(GROUP, key, strict=True)),
                "parts": {},
                "missing": set(),
                "status": [],
                "notes": [],
            },
        )
        part = group["parts"].setdefault((row["stage"], row["level"]), {})
        value = _whole(row["count"])
        if value is None:
            group["missing"].add((row["stage"], row["level"], row["outcome"]))
        else:
            counted = Count.published(value, int(row["rounding_base"]))
            part[row["outcome"]] = part.get(row["outcome"], NONE) + counted
        group["status"].append(row["status"])
        if row["note"] and row["note"] not in group["notes"]:
            group["notes"].append(row["note"])
    for group in found.values():
        parts: dict[tuple[str, str], dict[str, Count]] = group.pop("parts")
        for stage, level, outcome in group.pop("missing"):
            parts[stage, level].pop(outcome, None)  # a sum with a missing part is missing
        group["stage"] = stage_name(stage for stage, _ in parts)
        if len(parts) > 1 and group["stage"] not in ("first", "repeat", "first+repeat"):
            raise OverlapError(
                f"levels {' and '.join(sorted(level for _, level in parts))} of stage "
                f"{group['stage']} may decide on the same people and cannot be added",
                where=f"{group['destination']}, {group['period_start'][:4]}",
            )
        group["levels"] = "+".join(sorted({level for _, level in parts}))
        known = [outcome for outcome in OUTCOMES if any(outcome in p for p in parts.values())]
        shared = [outcome for outcome in known if all(outcome in p for p in parts.values())]
        group["counts"] = {
            outcome: sum((part[outcome] for part in parts.values()), NONE) for outcome in shared
        }
        group["lacking"] = [outcome for outcome in known if outcome not in shared]
        group["status"] = worst(group["status"])
        authority = group["destination"], group["authority"]
        if int(group["period_start"][:4]) in RESETS.get(authority, ()):
            group["notes"].append(RESET)
    return list(found.values())


STATUSES = ("complete", "estimated", "provisional", "break", "partial")


def worst(statuses: Sequence[str]) -> str:
    """Return the status that warns most among those of the parts."""
    return max(statuses, key=STATUSES.index)


def rate_rows(
    rows: Iterable[Mapping[str, Any]], name: str = "protection", effect: float = 1.0
) -> list[dict[str, Any]]:
    """Return one row a corridor, authority and period: keys, counts, rate, bounds and interval.

    Parameters
    ----------
    rows
        Rows of ``decisions``. Those of one corridor and period are added, so choose stages that
        may be (see `default_rows`).
    name
        A definition's name.
    effect
        Design effect of the intervals; see `recognition.rate`.

    Raises
    ------
    OverlapError, UnknownName
    """
    result = []
    for group in groups(rows):
        worked = group_rate(group, name, effect)
        counts: dict[str, Count] = group.pop("counts")
        del group["lacking"]
        group["note"] = "; ".join(group.pop("notes"))
        group["period"] = period(group["period_start"], group["period_end"])
        for outcome in OUTCOMES:
            group[outcome] = counts[outcome].value if outcome in counts else None
        group.update(
            definition=name, numerator=worked.numerator, n=worked.n, rate=worked.value,
            low=worked.low, high=worked.high, bound_low=worked.bound_low,
            bound_high=worked.bound_high, marked=worked.marked, reason=worked.reason,
        )  # fmt: skip
        result.append(group)
    return result


def refused(group: Mapping[str, Any]) -> str:
    """Return why no rate follows from a group of `groups`, whatever its counts; or nothing."""
    for note in group["notes"]:
        if note.startswith(NO_RATE):
            return str(note.removeprefix(NO_RATE))
    if group["lacking"]:
        return f"{', '.join(group['lacking'])} not published for every stage"
    return ""


def group_rate(group: Mapping[str, Any], name: str = "protection", effect: float = 1.0) -> Rate:
    """Return the rate of one group of `groups`, refused where its counts do not allow one."""
    reason = refused(group)
    return unknown(name, reason) if reason else rate(group["counts"], name, effect)


def group_parts(group: Mapping[str, Any], name: str = "protection") -> tuple[Count, Count] | str:
    """Return the positive and other decisions of one group, or why there are none."""
    return refused(group) or parts(group["counts"], name)


def period(start: str, end: str) -> str:
    """Write a period as people do: 2023, 2008-2013, 2021-Q1, 2021-03, or both days."""
    if start[5:] == "01-01" and end[5:] == "12-31":
        return start[:4] if start[:4] == end[:4] else f"{start[:4]}-{end[:4]}"
    if (start[5:], end[5:]) in QUARTERS:
        return f"{start[:4]}-Q{1 + QUARTERS.index((start[5:], end[5:]))}"
    return start[:7] if start[:7] == end[:7] else f"{start} to {end}"


def default_rows(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Keep first-instance rows as each authority itself counts it (`authorities.default_stages`).

    Parameters
    ----------
    rows
        Rows of ``decisions``.

    Notes
    -----
    Where an authority publishes first instance and appeal undivided only (``first+appeal``), those
    rows are kept, and keep that name; they are never added to others.
    """
    from asylum_report import authorities

    kept: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    undivided: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        wanted = authorities.default_stages(row["destination"])
        key = tuple(row[name] for name in GROUP)
        if row["stage"] in wanted or row["stage"] == "first+repeat":
            kept.setdefault(key, []).append(row)
        elif row["stage"] == "first+appeal":
            undivided.setdefault(key, []).append(row)
    for key, group in undivided.items():
        kept.setdefault(key, group)
    return [row for group in kept.values() for row in group]
