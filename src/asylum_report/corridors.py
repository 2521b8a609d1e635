"""From rows of ``decisions`` to rates by corridor: what may be added, and what may not.

Rows are dicts with the columns of the tidy table. Plain Python, for the reason that `recognition`
gives.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from asylum_report.errors import OverlapError
from asylum_report.recognition import OUTCOMES, Count, rate, unknown

ADDABLE = frozenset({"first", "repeat"})
"""The only two stages whose decisions may be added: they decide different applications."""

GROUP = ("source", "dataset", "vintage", "origin", "destination", "authority", "unit",
         "period_start", "period_end")  # fmt: skip
"""What decisions must share to be added."""

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
        If a group holds stages that overlap.
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
        group["levels"] = "+".join(sorted({level for _, level in parts}))
        known = [outcome for outcome in OUTCOMES if any(outcome in p for p in parts.values())]
        shared = [outcome for outcome in known if all(outcome in p for p in parts.values())]
        group["counts"] = {
            outcome: sum((part[outcome] for part in parts.values()), NONE) for outcome in shared
        }
        group["lacking"] = [outcome for outcome in known if outcome not in shared]
        group["status"] = worst(group["status"])
    return list(found.values())


STATUSES = ("complete", "estimated", "provisional", "break", "partial")


def worst(statuses: Sequence[str]) -> str:
    """Return the status that warns most among those of the parts."""
    return max(statuses, key=STATUSES.index)


def rate_rows(rows: Iterable[Mapping[str, Any]], name: str = "protection") -> list[dict[str, Any]]:
    """Return one row a corridor, authority and period: keys, counts, rate, bounds and interval.

    Parameters
    ----------
    rows
        Rows of ``decisions``. Those of one corridor and period are added, so choose stages that
        may be (see `default_rows`).
    name
        A definition's name.

    Raises
    ------
    OverlapError, UnknownName
    """
    result = []
    for group in groups(rows):
        counts: dict[str, Count] = group.pop("counts")
        lacking = group.pop("lacking")
        worked = rate(counts, name)
        if lacking:
            worked = unknown(name, f"{', '.join(lacking)} not published for every stage")
        group["note"] = "; ".join(group.pop("notes"))
        for outcome in OUTCOMES:
            group[outcome] = counts[outcome].value if outcome in counts else None
        group.update(
            definition=name, numerator=worked.numerator, n=worked.n, rate=worked.value,
            low=worked.low, high=worked.high, bound_low=worked.bound_low,
            bound_high=worked.bound_high, marked=worked.marked, reason=worked.reason,
        )  # fmt: skip
        result.append(group)
    return result


def default_rows(
    rows: Iterable[Mapping[str, Any]], stages_of: Mapping[str, Sequence[str]] | None = None
) -> list[Mapping[str, Any]]:
    """Keep first-instance rows as each authority itself counts first instance.

    Parameters
    ----------
    rows
        Rows of ``decisions``.
    stages_of
        Destination to its stages; by default those of `asylum_report.authorities`.

    Notes
    -----
    Where a destination publishes first instance and appeal undivided only (``first+appeal``), those
    rows are kept for the periods without any other, and keep that name.
    """
    from asylum_report import authorities

    kept: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    undivided: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        destination = row["destination"]
        if stages_of and destination in stages_of:
            wanted = tuple(stages_of[destination])
        else:
            wanted = authorities.default_stages(destination)
        key = (
            row["source"], row["origin"], destination, row["period_start"], row["period_end"],
        )  # fmt: skip
        if row["stage"] in wanted or row["stage"] == "first+repeat":
            kept.setdefault(key, []).append(row)
        elif row["stage"] == "first+appeal":
            undivided.setdefault(key, []).append(row)
    for key, group in undivided.items():
        kept.setdefault(key, group)
    return [row for group in kept.values() for row in group]
