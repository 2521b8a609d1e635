"""Single figures from official answers, reports and the press, compiled by hand.

What the figures are called, and notes on them, is kept in ``data/reference/wording.yml``.
"""

from __future__ import annotations

import calendar
import re
from pathlib import Path
from typing import Any

import pandas as pd

from asylum_report import places
from asylum_report.errors import UnknownName
from asylum_report.sources import checks
from asylum_report.sources.wording import said, wording

QUALIFIERS = {"~": "about", ">": "more-than", "<": "less-than", "": "exact"}
UNITS = {"%": "percent", "files": "applications"}
TIERS = ("A", "A2", "B", "C", "D")

_VALUE = re.compile(r"(?P<sign>[~<>]?)\+?(?P<number>\d+(?:\.\d+)?)%?")
_RANGE = re.compile(r"\d+(?:\.\d+)?-\d+(?:\.\d+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-\d{2}")


def parse_value(text: str) -> tuple[float | None, str]:
    """Return value and qualifier of a figure as given: "~90" is about 90; a range has no value."""
    if _RANGE.fullmatch(text):
        return None, "range"
    match = _VALUE.fullmatch(text)
    if match is None or float(match["number"]) >= checks.CEILING:
        raise ValueError(text)
    return float(match["number"]), QUALIFIERS[match["sign"]]


def last_day(month: str) -> str:
    """Return the last day of a month: 2024-10 ends on 2024-10-31."""
    return f"{month}-{calendar.monthrange(int(month[:4]), int(month[5:]))[1]:02}"


def _period(start: str, end: str, indicator: str) -> tuple[str, str]:
    """Return first and last day, each empty where the source does not state it."""
    stock = re.search(r"(\d{2})\.(\d{2})\.(\d{4})", indicator)
    if stock:
        day = f"{stock[3]}-{stock[2]}-{stock[1]}"
        return day, day
    year = re.match(r"(\d{4}) ", start)
    first = start if _DAY.fullmatch(start) else (f"{year[1]}-01-01" if year else "")
    if _DAY.fullmatch(end):
        return first, end
    return first, last_day(end) if _MONTH.fullmatch(end) else ""


def _publisher(words: dict[str, str], text: str) -> str:
    """Return who published a document, by the longest beginning that has a wording."""
    known = [name for name in words if text.startswith(name)]
    return words[max(known, key=len)] if known else text


def _source_date(text: str) -> str:
    """Return a document's date as precisely as it is known: a span of years is no date."""
    found = re.search(r"\d{4}(-\d{2}(-\d{2})?)?(?!\d|-\d{4})", text)
    return "" if re.fullmatch(r"\d{4}-\d{4}", text) or not found else found[0]


FIGURES = {
    "figure_id": "Name of the figure",
    "destination": "Country or aggregate, alpha-3 or EU27",
    "indicator": "What the figure counts or measures",
    "population": "Who is counted",
    "period_start": "First day, empty where not stated",
    "period_end": "Last day, empty where not stated",
    "value": "The figure, missing for a range",
    "qualifier": "exact, about, more-than, less-than or range",
    "value_text": "The figure as given",
    "unit": "Unit of the value",
    "source_title": "Document that gives the figure",
    "publisher": "Who published the document",
    "source_date": "Date of the document",
    "url": "Where the document is or was",
    "tier": "A official, A2 official as printed by AIDA, B press quoting an official answer, C "
    "non-governmental organisation, D aggregator",
    "note": "What to know before using the figure",
}


def figures(path: Path) -> pd.DataFrame:
    """Return single figures; columns `FIGURES`.

    Raises
    ------
    InvalidTable
        If a column is missing, a value or country cannot be understood, or a wording is missing.
    """
    frame = checks.read_text(path)
    given = ("country", "indicator", "population", "period_start", "period_end", "value", "unit",
             "source_title", "publisher", "source_date", "url", "tier")  # fmt: skip
    checks.need(frame, given, path)
    checks.known(frame, "tier", TIERS, path)
    words = wording("figures")
    rows: list[dict[str, Any]] = []
    used: dict[str, int] = {}
    for number, row in enumerate(frame.to_dict("records")):
        try:
            destination = places.resolve(row["country"])
            value, qualifier = parse_value(row["value"])
        except (UnknownName, ValueError) as error:
            raise checks.fail(f"not understood: {error}", path, number) from error
        indicator = said(words["indicators"], row["indicator"], "indicator", path, number)
        population = said(words["populations"], row["population"], "population", path, number)
        start, end = _period(row["period_start"], row["period_end"], row["indicator"])
        name = _figure_id(destination, indicator, population, start, end)
        used[name] = used.get(name, 0) + 1
        notes = [
            one["note"]
            for one in words["notes"]
            if all(text in row[column] for column, text in one["where"].items())
        ]
        rows.append(
            {
                "figure_id": name + (f"-{used[name]}" if used[name] > 1 else ""),
                "destination": destination,
                "indicator": indicator,
                "population": population,
                "period_start": start,
                "period_end": end,
                "value": value,
                "qualifier": qualifier,
                "value_text": row["value"],
                "unit": UNITS.get(row["unit"], row["unit"]),
                "source_title": words["titles"].get(row["source_title"], row["source_title"]),
                "publisher": _publisher(words["publishers"], row["publisher"]),
                "source_date": _source_date(row["source_date"]),
                "url": words["addresses"].get(row["url"], row["url"]).split(" ")[0],
                "tier": row["tier"],
                "note": "; ".join(notes),
            }
        )
    return pd.DataFrame(rows, columns=list(FIGURES)).astype({"value": "Float64"})


def _figure_id(destination: str, indicator: str, population: str, start: str, end: str) -> str:
    """Return a name made from what the figure is: deu-first-applications-2023."""
    whole_year = start[5:] == "01-01" and end[5:] == "12-31" and start[:4] == end[:4]
    whole_month = bool(start) and start[8:] == "01" and end == last_day(start[:7])
    if whole_year:
        period = start[:4]
    elif whole_month:
        period = start[:7]
    else:
        period = f"{start or 'open'} {end or 'open'}" if start != end else start
    who = "" if population == "Russian citizens" else population.removeprefix("Russian ")
    text = f"{destination} {who} {indicator.split(' (')[0]} {period}".lower()
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")
