"""Sentences that say where figures went, checked against the figures before a build.

The figures of a sentence follow the data, its verb is typed: "rose from 1,178 to 7,117". Each such
sentence stands in ``data/reference/directions.yml`` with what must be true of the numbers; where
that no longer holds, or the sentence is no longer on its page, the build stops and names both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from asylum_report.errors import BuildError
from asylum_report.publish import variables
from asylum_report.publish.fingerprint import DIRECTIONS
from asylum_report.recognition import MARKED_BELOW, SHOWN_FROM

PLACE = DIRECTIONS
SERIES = {"de": "DEU", "fr": "FRA", "us": "USA"}
"""Whose yearly protection rates are known besides, as ``series.de.y2008`` and so on."""

FIRST_YEAR = 2008
CONDITION = re.compile(r"(?P<left>.+?) (?P<sign><=|>=|<|>|=) (?P<right>.+)")
TERM = re.compile(
    r"(?:(?P<times>\d+(?:\.\d+)?) \* )?"
    r"(?:(?P<of>low|high|lowest|highest)\((?P<names>[^()]+)\)|(?P<name>[a-z]\w*(?:\.\w+)+))"
    r"|(?P<number>-?\d+(?:\.\d+)?)|'(?P<text>[^']*)'"
)
SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
}

FIRST_DECIDE = ("BAMF", "OFPRA", "EOIR")
"""The authorities of `SERIES`."""

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Direction:
    """What must be true while some sentences stand.

    Parameters
    ----------
    holds
        Conditions such as ``de.y2025.protection < de.y2023.protection``.
    said
        Page to parts of its sentences, in which ``{name}`` stands for a number.
    """

    holds: tuple[str, ...]
    said: Mapping[str, tuple[str, ...]]


def read(root: Path) -> tuple[Direction, ...]:
    """Return the list of the project; empty where there is none.

    Raises
    ------
    BuildError
        If it cannot be read, or an entry lacks conditions or sentences.
    """
    path = root / PLACE
    if not path.is_file():
        return ()
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        entries = tuple(
            Direction(
                tuple(map(str, one["holds"])),
                {page: tuple(map(str, parts)) for page, parts in one["said"].items()},
            )
            for one in found
        )
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise BuildError("the list of directions cannot be read", where=PLACE) from error
    for one in entries:
        if not one.holds or not one.said or not all(one.said.values()):
            raise BuildError("an entry has no condition or no sentence", where=PLACE)
    return entries


def flat(text: str) -> str:
    """Return prose as the list writes it: numbers as ``{name}``, in one language, on one line."""
    named = variables.VARIABLE.sub(lambda found: f"{{{found[1]}}}", text)
    return " ".join(re.sub(r"\{in_[a-z]{2}\.", "{", named).replace("’", "'").split())


def text_of(root: Path, page: str) -> str:
    """Return the prose of a page or notebook as `flat` gives it.

    Raises
    ------
    BuildError
        If there is no such page.
    """
    path = root / page
    if not path.is_file():
        raise BuildError(f"there is no page '{page}'", where=PLACE)
    return flat(" ".join(text for _, text in variables.texts(path, page)))


def check(root: Path, values: Values | None = None) -> None:
    """Check that every sentence of the list is on its page and that the figures bear it out.

    Parameters
    ----------
    root
        The project.
    values
        Values of the numbers by name; by default those of ``data/processed/numbers.json`` and the
        yearly rates of `SERIES`.

    Raises
    ------
    BuildError
        Naming page, sentence and figures of the first that fails.
    """
    entries = read(root)
    if not entries:
        return
    known = known_values(root) if values is None else values
    pages: dict[str, str] = {}
    for one in entries:
        failed = next((text for text in one.holds if not holds(text, known)), None)
        for page, parts in one.said.items():
            if page not in pages:
                pages[page] = text_of(root, page)
            for part in parts:
                if flat(part) not in pages[page]:
                    raise BuildError(
                        f"a sentence of {PLACE} is not on its page: '{part}'", where=page,
                        todo="mend the entry after the page",
                    )  # fmt: skip
                if failed:
                    raise BuildError(
                        f"the figures no longer bear out '{part}': {failed} does not hold "
                        f"({', '.join(_figures(failed, known))})",
                        where=page,
                        todo=f"mend the sentence, in every language, and its entry in {PLACE}",
                    )


def known_values(root: Path) -> dict[str, Any]:
    """Return the values of all numbers, the yearly rates behind the headlines, and the limits."""
    from asylum_report.query import rate_records

    path = root / "data" / "processed" / "numbers.json"
    found = {name: number["value"] for name, number in json.loads(path.read_text("utf-8")).items()}
    found |= {"limit.shown_from": SHOWN_FROM, "limit.marked_below": MARKED_BELOW}
    for stem, code in SERIES.items():
        for row in rate_records("RUS", [code], None, "protection", None, "UNHCR"):
            year = str(row["period_start"])[:4]
            if row["rate"] is None or int(year) < FIRST_YEAR:
                continue
            if row["authority"] in FIRST_DECIDE:
                found[f"series.{stem}.y{year}"] = row["rate"]
    return found


def holds(condition: str, values: Values) -> bool:
    """Return whether a condition holds.

    Raises
    ------
    BuildError
        If it is not understood, or names a number that is not there.
    """
    parts = CONDITION.fullmatch(condition)
    if not parts:
        raise BuildError(f"the condition '{condition}' is not understood", where=PLACE)
    left, right = (_value(parts[side], condition, values) for side in ("left", "right"))
    try:
        return SIGNS[parts["sign"]](left, right)
    except TypeError as error:
        raise BuildError(f"'{condition}' compares unlike things", where=PLACE) from error


def _value(term: str, condition: str, values: Values) -> Any:
    found = TERM.fullmatch(term)
    if not found:
        raise BuildError(f"'{term}' of '{condition}' is not understood", where=PLACE)
    if found["number"]:
        return float(found["number"])
    if found["text"] is not None:
        return found["text"]
    times = float(found["times"] or 1)
    if found["name"]:
        value = _number(found["name"], values)
        return value * times if isinstance(value, int | float) else value
    if found["of"] in ("low", "high"):
        return times * _number(found["names"], values)[found["of"] == "high"]
    every = [values[name] for name in _matching(found["names"], values)]
    return times * (min(every) if found["of"] == "lowest" else max(every))


def _number(name: str, values: Values) -> Any:
    if values.get(name) is None:
        raise BuildError(f"there is no number '{name}' any more", where=PLACE)
    return values[name]


def _matching(names: str, values: Values) -> list[str]:
    found = [
        name
        for pattern in names.split(", ")
        for name in values
        if fnmatchcase(name, pattern) and values[name] is not None
    ]
    if not found:
        raise BuildError(f"there is no number '{names}' any more", where=PLACE)
    return found


def _figures(condition: str, values: Values) -> Iterator[str]:
    """Yield each number of a condition with its value; of many, the value alone."""
    parts = CONDITION.fullmatch(condition)
    for side in ("left", "right"):
        term = parts[side] if parts else ""
        if term and not re.fullmatch(r"[-\d.]+|'.*'", term):
            value = _value(term, condition, values)
            yield f"{term} is {_written(value)}"


def _written(value: Any) -> str:
    """Return a value as an error shows it: shares and ratios to the fourth place, counts whole."""
    if not isinstance(value, int | float):
        return str(value)
    return f"{value:.4g}" if abs(value) < 100 and value != int(value) else f"{value:,.0f}"
