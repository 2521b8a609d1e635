"""What ``api/v1/rates.json`` holds, as JSON Schema, and what must not happen to it.

The promise of v1: fields are only added. None is removed or renamed, none changes its type or its
meaning, none that was always there may be missing. `broken` finds what would break it.

Source: JSON Schema, draft 2020-12.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asylum_report.columns import OUTCOMES, STAGES, STATUSES
from asylum_report.recognition import DEFINITIONS, FEW

DIALECT = "https://json-schema.org/draft/2020-12/schema"
INTERVALS = ("jeffreys-95-rounding",)
"""Kinds of intervals: 95% Jeffreys for independent decisions, widened by what rounding allows."""


def _text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": words, **more}


def _share(words: str) -> dict[str, Any]:
    return {"type": ["number", "null"], "minimum": 0, "maximum": 1, "description": words}


def _count(words: str) -> dict[str, Any]:
    return {"type": ["integer", "null"], "minimum": 0, "description": words}


DAY = {"format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}

RATE: dict[str, dict[str, Any]] = {
    "id": _text("Stable name: destination, authority, stage, unit, year, definition"),
    "origin": _text("Citizenship, ISO 3166 alpha-3", pattern="^[A-Z]{3}$"),
    "destination": _text("Country that decides, ISO 3166 alpha-3", pattern="^[A-Z]{3}$"),
    "destination_name": _text("The same in English"),
    "authority": _text("Who decides"),
    "stage": _text("Stage of the procedure; only first and repeat add", enum=list(STAGES)),
    "year": {"type": "integer", "description": "Calendar year of the decisions"},
    "period_start": _text("First day of the period", **DAY),
    "period_end": _text("Last day of the period, inclusive", **DAY),
    "definition": _text("Definition of the rate", enum=list(DEFINITIONS)),
    "value": _share("The rate as a fraction; null where there is none to show"),
    "low": _share("Lower end of the interval"),
    "high": _share("Upper end of the interval"),
    "interval": {
        "type": ["string", "null"],
        "enum": [*INTERVALS, None],
        "description": "Kind of the interval; null where there is no value",
    },
    "bound_low": _share("Lowest rate that the rounding of the published counts allows"),
    "bound_high": _share("Highest rate that the rounding of the published counts allows"),
    "positive": _count("Positive decisions by the definition"),
    "n": _count("Decisions in the denominator of the definition"),
    "unit": _text("What is counted", enum=["persons", "cases"]),
    "status": _text("Whether the period can be taken as it stands", enum=list(STATUSES)),
    "few": {"type": "boolean", "description": f"Rests on {FEW}"},
    "reason": _text("Why there is no value; empty where there is one"),
    "note": _text("What to know before using the rate; may be empty"),
    "publisher": _text("Publisher of the counts"),
    "dataset": _text("The publisher's dataset"),
    "vintage": _text("Date of the copy"),
    "number": {
        "type": ["string", "null"],
        "description": "Name of the number in numbers.json, where pages use it",
    },
}

TOP: dict[str, dict[str, Any]] = {
    "api": _text("Version of this form of the data", const="v1"),
    "version": _text("Version of the report"),
    "released": _text("Day of this version of the report", **DAY),
    "title": _text("What the figures are"),
    "attribution": _text("How to name publisher and report"),
    "licence": _text("Licence of the publisher's figures"),
    "remarks": {
        "type": "array",
        "items": {"type": "string"},
        "description": "What must be known before the rates are used",
    },
    "definitions": {
        "type": "array",
        "description": "The definitions of a rate",
        "items": {
            "type": "object",
            "required": ["name", "positive", "closed_counts", "words"],
            "properties": {
                "name": _text("Name of the definition", enum=list(DEFINITIONS)),
                "positive": {
                    "type": "array",
                    "items": {"type": "string", "enum": list(OUTCOMES)},
                    "description": "Outcomes that count as positive",
                },
                "closed_counts": {
                    "type": "boolean",
                    "description": "Whether decisions closed otherwise are in the denominator",
                },
                "words": _text("The definition in words"),
            },
        },
    },
    "rates": {
        "type": "array",
        "description": "One entry a destination, authority, stage, unit, year and definition",
        "items": {"type": "object", "required": list(RATE), "properties": RATE},
    },
}


def schema(home: str = "") -> dict[str, Any]:
    """Return the schema of ``rates.json``; more fields than these may come, none will go.

    Parameters
    ----------
    home
        Address of the site, or empty where nobody said it.
    """
    return {
        "$schema": DIALECT,
        **({"$id": f"{home}api/v1/schema.json"} if home else {}),
        "title": "Recognition rates of Russian citizens, v1",
        "description": "Fields are only added in v1: ignore those you do not know.",
        "type": "object",
        "required": list(TOP),
        "properties": TOP,
    }


def broken(frozen: Mapping[str, Any], today: Mapping[str, Any], where: str = "") -> list[str]:
    """Return what a reader of the frozen schema would stumble over in data by today's.

    Parameters
    ----------
    frozen, today
        Two schemas made of ``type``, ``properties``, ``required``, ``items``, ``enum``, ``const``,
        ``minimum``, ``maximum`` and ``pattern``.
    where
        Way to this part of the schema, for messages.
    """
    found = []
    place = where or "the top"
    before, after = _types(frozen), _types(today)
    if before and not (after and after <= before):
        found.append(f"{place}: type {sorted(before)} became {sorted(after)}")
    if "enum" in frozen:
        allowed = today.get("enum", [today["const"]] if "const" in today else None)
        if allowed is None or any(value not in frozen["enum"] for value in allowed):
            found.append(f"{place}: values beyond {frozen['enum']}")
    for rule in ("const", "pattern", "format"):
        if rule in frozen and today.get(rule) != frozen[rule]:
            found.append(f"{place}: {rule} {frozen[rule]!r} became {today.get(rule)!r}")
    for rule, sign in (("minimum", 1), ("maximum", -1)):
        if rule in frozen and (rule not in today or sign * (today[rule] - frozen[rule]) < 0):
            found.append(f"{place}: {rule} {frozen[rule]} became {today.get(rule)}")
    for name in frozen.get("required", ()):
        if name not in today.get("required", ()):
            found.append(f"{place}: {name} is no longer required")
    for name, part in frozen.get("properties", {}).items():
        if name not in today.get("properties", {}):
            found.append(f"{place}: {name} is gone")
        else:
            found += broken(part, today["properties"][name], f"{where}.{name}".lstrip("."))
    if "items" in frozen:
        found += broken(frozen["items"], today.get("items", {}), f"{where}[]")
    return found


def _types(schema: Mapping[str, Any]) -> set[str]:
    kind = schema.get("type", [])
    return {kind} if isinstance(kind, str) else set(kind)
