"""The ledger of rules, ``data/reference/claims.yml``, read and checked entry by entry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from asylum_report import paths
from asylum_report.claims import rules
from asylum_report.claims.model import OUTCOMES, Bound, Claim, Kind, Ledger, Shown, Test, Word
from asylum_report.errors import ReportError

FILE = "claims.yml"
PARTS = ("verdicts", "measures", "claims", "bounds")
SLOT = re.compile(r"\{([^{}]*)\}")
"""A number in a text: ``{de.y2025.protection}``; ``{a / b}``: how many times one is another."""

_CLAIM = ({"id", "says", "reads", "tests"}, {"finds", "figures", "pages"})
_TEST = ({"part", "measures", "rule"}, {"notes"})
_SHOWN = ({"number"}, {"interval", "n"})
_BOUND = ({"number", "says", "reservation"}, set[str]())


def file() -> Path:
    """Return the path of the ledger."""
    return paths.reference() / FILE


def read(path: Path | None = None) -> Ledger:
    """Return the ledger.

    Parameters
    ----------
    path
        By default that of the project.

    Raises
    ------
    ReportError
        In one line that names the claim and, where it is a test's, the test.
    """
    chosen = path or file()
    try:
        return _read(chosen, chosen.stat().st_mtime_ns)
    except OSError as error:
        raise ReportError("the ledger of claims cannot be read", where=str(chosen)) from error


@cache
def _read(path: Path, _changed: int) -> Ledger:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (ValueError, yaml.YAMLError) as error:
        raise ReportError("the ledger of claims cannot be read", where=str(path)) from error
    if not isinstance(found, dict) or set(found) != set(PARTS):
        raise ReportError(
            f"the ledger of claims is no mapping of {', '.join(PARTS)}", where=path.name
        )
    words = tuple(
        Word(str(name), *_texts(entry, ("word", "means"), f"{path.name}, verdict {name}"))
        for name, entry in _mapping(found["verdicts"], "verdicts", path.name).items()
    )
    kinds = {
        str(name): _kind(str(name), entry, {one.name for one in words}, path.name)
        for name, entry in _mapping(found["measures"], "measures", path.name).items()
    }
    claims = tuple(_each(found["claims"], "claims", path.name, kinds))
    ids = [one.id for one in claims]
    for twice in {one for one in ids if ids.count(one) > 1}:
        raise ReportError("a claim's id comes twice", where=f"{path.name}, claim {twice}")
    bounds = []
    for number, entry in enumerate(_list(found["bounds"], "bounds", path.name), start=1):
        where = f"{path.name}, bound {number}"
        _keys(entry, *_BOUND, where)
        bounds.append(Bound(*_texts(entry, ("number", "says", "reservation"), where)))
    return Ledger(words, kinds, claims, tuple(bounds))


def _mapping(value: Any, what: str, where: str) -> Mapping[Any, Any]:
    if not isinstance(value, dict) or not value:
        raise ReportError(f"{what} is no mapping", where=where)
    return value


def _list(value: Any, what: str, where: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ReportError(f"{what} is no list", where=where)
    return value


def _keys(entry: Any, needed: Iterable[str], optional: Iterable[str], where: str) -> None:
    if not isinstance(entry, dict):
        raise ReportError("an entry is no mapping", where=where)
    if lacking := set(needed) - set(entry):
        raise ReportError(f"lacks {', '.join(sorted(lacking))}", where=where)
    if extra := set(entry) - set(needed) - set(optional):
        raise ReportError(f"unknown key '{min(map(str, extra))}'", where=where)


def _texts(entry: Mapping[str, Any], keys: Iterable[str], where: str) -> list[str]:
    if not isinstance(entry, dict):
        raise ReportError("an entry is no mapping", where=where)
    for key in keys:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise ReportError(f"{key} is no text", where=where)
    return [" ".join(entry[key].split()) for key in keys]


def _kind(name: str, entry: Any, verdicts: set[str], file_name: str) -> Kind:
    where = f"{file_name}, measures {name}"
    _keys(entry, {"means", *OUTCOMES}, (), where)
    (means,) = _texts(entry, ("means",), where)
    for outcome in OUTCOMES:
        if entry[outcome] not in verdicts:
            raise ReportError(f"'{entry[outcome]}' is no verdict", where=f"{where}, {outcome}")
    return Kind(name, means, {outcome: entry[outcome] for outcome in OUTCOMES})


def _each(entries: Any, what: str, file_name: str, kinds: Mapping[str, Kind]) -> Iterable[Claim]:
    for number, entry in enumerate(_list(entries, what, file_name), start=1):
        name = entry.get("id", number) if isinstance(entry, dict) else number
        where = f"{file_name}, claim {name}"
        _keys(entry, *_CLAIM, where)
        id_, says, reads = _texts(entry, ("id", "says", "reads"), where)
        tests = tuple(
            _test(one, kinds, f"{where}, test {position}")
            for position, one in enumerate(_list(entry["tests"], "tests", where), start=1)
        )
        figures = tuple(
            _shown(one, f"{where}, figure {position}")
            for position, one in enumerate(entry.get("figures", []), start=1)
        )
        pages = entry.get("pages", [])
        if not isinstance(pages, list) or not all(isinstance(page, str) for page in pages):
            raise ReportError("pages is no list of texts", where=where)
        (finds,) = _texts(entry, ("finds",), where) if "finds" in entry else ("",)
        yield Claim(id_, says, reads, finds, tests, figures, tuple(pages))


def _test(entry: Any, kinds: Mapping[str, Kind], where: str) -> Test:
    _keys(entry, *_TEST, where)
    (part,) = _texts(entry, ("part",), where)
    if entry["measures"] not in kinds:
        raise ReportError(
            f"measures '{entry['measures']}'", where=where, todo=f"use one of {', '.join(kinds)}"
        )
    if fault := rules.faults(entry["rule"]):
        raise ReportError(f"the rule {fault}", where=where)
    notes = entry.get("notes", {})
    if not isinstance(notes, dict) or set(notes) - set(OUTCOMES):
        raise ReportError(f"notes are no mapping of {', '.join(OUTCOMES)}", where=where)
    texts = dict(zip(notes, _texts(notes, notes, where), strict=True))
    return Test(part, entry["measures"], entry["rule"], texts)


def _shown(entry: Any, where: str) -> Shown:
    if isinstance(entry, str):
        return Shown(entry)
    _keys(entry, *_SHOWN, where)
    if not all(isinstance(value, str) for value in entry.values()):
        raise ReportError("a figure is named by texts", where=where)
    return Shown(**entry)
