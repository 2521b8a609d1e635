"""Who decides at which stage in which destination, and what first instance means there.

The names are kept in ``data/reference/authorities.yml``. Stages follow UNHCR's level codes: those
of a first instance decide new applications, RA repeat ones, AR and JR appeals; FA does not divide
first instance from appeal; the rest (temporary protection, backlog clearing and the like) belong
to no other stage.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from asylum_report import paths
from asylum_report.errors import ReportError, UnknownName

STAGES = {
    "FI": "first",
    "NA": "first",  # new applications: Germany to 2020
    "N": "first",
    "IN": "first",
    "EO": "first",
    "V": "first",
    "RA": "repeat",
    "AR": "appeal",
    "JR": "appeal",
    "FA": "first+appeal",
    "BL": "special",
    "CA": "special",
    "SP": "special",
    "TA": "special",
    "TP": "special",
    "TR": "special",
}
"""UNHCR's level to our stage."""

GENERIC = {
    "first": "asylum authority",
    "repeat": "asylum authority",
    "first+repeat": "asylum authority",
    "appeal": "appeal body",
    "first+appeal": "asylum authority and appeal body",
    "special": "asylum authority",
}


@cache
def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        found = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ReportError("the list of authorities cannot be read", where=str(path)) from error
    if not isinstance(found, dict) or not found:
        raise ReportError("the list of authorities is no list by country", where=str(path))
    for destination, entry in found.items():
        if (
            not isinstance(entry, dict)
            or not isinstance(entry.get("levels", {}), dict)
            or not isinstance(entry.get("stages", []), list)
            or not set(map(str, entry.get("stages", []))) <= set(GENERIC)
        ):
            where = f"{path}, {destination}"
            raise ReportError("an entry of the list of authorities is not understood", where=where)
    return found


def _entry(destination: str) -> dict[str, Any]:
    return _read(paths.reference() / "authorities.yml").get(destination, {})


def stage(level: str) -> str:
    """Return the stage of one of UNHCR's levels.

    Raises
    ------
    UnknownName
        If UNHCR has not used the level before.
    """
    if level not in STAGES:
        raise UnknownName(f"unknown level '{level}'", todo="use one of " + ", ".join(STAGES))
    return STAGES[level]


def authority(destination: str, level: str, procedure: str = "G") -> str:
    """Return who decides.

    Parameters
    ----------
    destination
        Alpha-3 code.
    level
        UNHCR's level (FI, NA, RA, AR ...) or one of our stages.
    procedure
        UNHCR's code: G the government's, U UNHCR's own, J both together.

    Raises
    ------
    UnknownName
        If the level is not known.
    """
    if procedure == "U":
        return "UNHCR"
    if procedure == "J":
        return "government and UNHCR"
    entry = _entry(destination)
    if level in entry.get("levels", {}):
        return str(entry["levels"][level])
    at = level if level in GENERIC else stage(level)
    # Who decides first also decides repeat applications, unless said otherwise.
    named = entry.get(at) or (entry.get("first") if at not in ("appeal", "first+appeal") else None)
    return str(named or GENERIC[at])


def default_stages(destination: str) -> tuple[str, ...]:
    """Return the stages that make up first instance as the authority itself counts it.

    For Germany first and repeat together; elsewhere first. Where a destination publishes first
    instance and appeal undivided only, as Austria does to UNHCR, there is no first, and
    ``first+appeal`` stands in for it under its own name.
    """
    return tuple(_entry(destination).get("stages", ("first",)))
