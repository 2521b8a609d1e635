"""What the brief's text reads: numbers, charts and colours, and the charts drawn in its size."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asylum_report import language
from asylum_report.charts.model import Chart
from asylum_report.errors import BuildError, UnknownName
from asylum_report.recognition import MARKED_BELOW

Numbers = Mapping[str, Mapping[str, Any]]

NUMBERS = "data/processed/numbers.json"
WIDTH = 170.0
"""Millimetres between the margins of the brief: A4 without two edges of typst-template.typ."""
HEIGHT = 62.0
"""Millimetres of a chart whose call in the text names no height, as in typst-template.typ."""

CALL = re.compile(r'#chart\(\s*"([^"]*)"(?:\s*,\s*height:\s*([\d.]+)mm)?')
APOSTROPHE = re.compile(r"(?<=\w)'")
NBSP, NARROW = "\u00a0", "\u202f"
PARTIAL = "(part of the year)"
"""How a number's definition says that months or authorities are missing."""


@dataclass(frozen=True)
class Call:
    """One chart as the text asks for it."""

    name: str
    height: float
    where: str


def read_numbers(stage: Path) -> Numbers:
    """Read ``numbers.json``: name to an entry with at least ``display``.

    Raises
    ------
    BuildError
        If the file is missing or is not what the build writes.
    """
    try:
        numbers = json.loads((stage / NUMBERS).read_text(encoding="utf-8"))
        for entry in numbers.values():
            entry["display"] + ""
    except OSError as error:
        raise BuildError("no numbers for the brief", where=NUMBERS, todo=str(error)) from error
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise BuildError("damaged numbers", where=NUMBERS, todo="build again") from error
    return numbers


def displays(numbers: Numbers, lang: str = "en") -> dict[str, str]:
    """Return name to text in a language, with figures that cannot be broken over lines."""
    shown = language.displays(numbers, lang)
    return {name: _unbroken(text) for name, text in shown.items()}


def _unbroken(text: str) -> str:
    """Return short texts with figures without breaking spaces."""
    text = text.replace(NARROW, NBSP)
    return text.replace(" ", NBSP) if any(c.isdigit() for c in text) and len(text) < 24 else text


def chart_calls(text: str, where: str) -> list[Call]:
    """Return the charts that a text asks for, in its order.

    Parameters
    ----------
    text
        The text, with raw Typst calls such as ``#chart("name", height: 60mm)``.
    where
        The file's name, for messages.
    """
    return [
        Call(name, float(height or HEIGHT), f"{where}, line {number}")
        for number, line in enumerate(text.splitlines(), start=1)
        for name, height in CALL.findall(line)
    ]


def made(name: str) -> Chart:
    """Return a chart of the report by name.

    Raises
    ------
    UnknownName
        With the names there are.
    """
    from asylum_report.charts.library import chart

    return chart(name)


def drawing() -> Callable[[Chart, float, float], str]:
    """Return the function that draws a chart for print as SVG text."""
    from asylum_report.charts.mpl import print_svg

    return print_svg


def draw(calls: Iterable[Call], folder: Path, lang: str = "en") -> dict[str, dict[str, str]]:
    """Draw the charts that the text asks for and return their words by name.

    Parameters
    ----------
    calls
        As `chart_calls` gives them.
    folder
        Where ``NAME.svg`` go; created when absent.
    lang
        Language of everything that is written in them.

    Raises
    ------
    BuildError
        If a chart is unknown, by file and line of the call, or cannot be written.
    """
    from asylum_report.charts.translated import translated

    words = {}
    for call in calls:
        try:
            chart = made(call.name)
            chart = chart if lang == "en" else translated(chart, lang)
        except UnknownName as error:
            raise BuildError(error.what, where=call.where, todo=error.todo) from error
        svg = drawing()(chart, WIDTH, call.height)
        write_whole(folder / f"{call.name}.svg", svg.encode())
        words[call.name] = {
            "title": _curly(chart.title),
            "subtitle": _curly(chart.subtitle),
            "source": _curly(chart.source),
            "note": _curly(chart.note),
            "alt": " ".join(chart.alt.split()),
        }
    return words


def _curly(text: str) -> str:
    """Return a text with printers' apostrophes, as pandoc makes them in the prose around it."""
    return APOSTROPHE.sub("\u2019", text)


def contents(
    numbers: Numbers, words: Mapping[str, Mapping[str, str]], lang: str = "en"
) -> dict[str, Any]:
    """Return what ``brief-data.json`` holds.

    Parameters
    ----------
    numbers
        As `read_numbers` gives them.
    words
        Title, subtitle, source, note and alt text of each chart by name.
    lang
        Language of the numbers.

    Returns
    -------
    dict
        ``numbers`` (name to display), ``few`` and ``partial`` (stems such as ``us.y2024`` whose
        rate rests on few decisions or on part of a year), ``charts``, ``source`` (the word before
        a chart's source), ``lang``.
    """
    few, partial = [], []
    for name, entry in numbers.items():
        stem, _, leaf = name.rpartition(".")
        if leaf != "protection_n":
            continue
        if isinstance(entry.get("value"), int) and entry["value"] < MARKED_BELOW:
            few.append(stem)
        if PARTIAL in str(entry.get("definition", "")):
            partial.append(stem)
    return {
        "numbers": displays(numbers, lang),
        "lang": lang,
        "source": language.phrase("Source:", lang),
        "few": sorted(few),
        "partial": sorted(partial),
        "charts": {name: dict(one) for name, one in words.items()},
    }


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or as it was.

    Raises
    ------
    BuildError
        If there is no permission, no room or no folder to be had.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        raise BuildError(
            "cannot write the brief", where=str(path), todo=error.strerror or str(error)
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
