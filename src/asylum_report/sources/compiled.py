"""Single figures, events and claims compiled by hand from documents, each with its address.

The compiled tables give dates, values and addresses. What is said about them, from the names of
indicators to the labels of events, is kept in ``data/reference/wording.yml``; a row without wording
there is refused, so that nobody else's sentence slips into the project.
"""

from __future__ import annotations

import calendar
import re
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from asylum_report import paths, places
from asylum_report.errors import ReportError, UnknownName
from asylum_report.sources import checks
from asylum_report.sources.importable import Importable

QUALIFIERS = {"~": "about", ">": "more-than", "<": "less-than", "": "exact"}
UNITS = {"%": "percent", "files": "applications"}
TIERS = ("A", "A2", "B", "C", "D")
MAX_LABEL = 28
"""Characters of an event's label, which has to fit into a chart."""

_VALUE = re.compile(r"(?P<sign>[~<>]?)\+?(?P<number>\d+(?:\.\d+)?)%?")
_RANGE = re.compile(r"\d+(?:\.\d+)?-\d+(?:\.\d+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-\d{2}")


def wording(part: str) -> dict[str, Any]:
    """Return one part of ``data/reference/wording.yml``: figures, events or claims.

    Raises
    ------
    ReportError
        If the file cannot be read.
    """
    path = paths.reference() / "wording.yml"
    try:
        return dict(yaml.safe_load(path.read_text(encoding="utf-8"))[part])
    except (OSError, yaml.YAMLError, KeyError) as error:
        raise ReportError("the list of wordings cannot be read", where=str(path)) from error


def parse_value(text: str) -> tuple[float | None, str]:
    """Return value and qualifier of a figure as given: "~90" is about 90; a range has no value."""
    if _RANGE.fullmatch(text):
        return None, "range"
    match = _VALUE.fullmatch(text)
    if match is None:
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


def _source_date(text: str) -> str:
    """Return a document's date as precisely as it is known: a span of years is no date."""
    found = re.search(r"\d{4}(-\d{2}(-\d{2})?)?(?!\d|-\d{4})", text)
    return "" if re.fullmatch(r"\d{4}-\d{4}", text) or not found else found[0]


def _said(words: dict[str, str], text: str, column: str, path: Path, row: int) -> str:
    if text not in words:
        raise checks.fail(f"no wording for '{text}' in wording.yml", path, row, column)
    return words[text]


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
        indicator = _said(words["indicators"], row["indicator"], "indicator", path, number)
        population = _said(words["populations"], row["population"], "population", path, number)
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
                "publisher": words["publishers"].get(row["publisher"], row["publisher"]),
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


EVENTS = {
    "event_id": "Name of the event: date and word",
    "date": "Day, or the first day of a month whose day is not known",
    "date_precision": "day or month",
    "jurisdiction": "Countries, alpha-3 with spaces between, or EU",
    "label": "Short label for charts",
    "event": "What happened",
    "source": "Who reports it",
    "url": "Where the report is or was",
    "certainty": "firm, approximate (day or start not certain) or proposal",
}


def events(path: Path) -> pd.DataFrame:
    """Return dated events in our words; columns `EVENTS`.

    Raises
    ------
    InvalidTable
        If a column is missing, a date or country cannot be understood, or a wording is missing.
    """
    frame = checks.read_text(path)
    checks.need(frame, ("date", "jurisdiction", "url"), path)
    checks.unique(frame, ("url",), path)
    said = wording("events")
    rows = []
    for number, row in enumerate(frame.to_dict("records")):
        if row["url"] not in said:
            raise checks.fail(f"no wording for '{row['url']}' in wording.yml", path, number, "url")
        words = said[row["url"]]
        precise = bool(_DAY.fullmatch(row["date"]))
        if not precise and not _MONTH.fullmatch(row["date"]):
            raise checks.fail(f"no day or month: '{row['date']}'", path, number, "date")
        if len(words["label"]) > MAX_LABEL:
            raise checks.fail(f"a label is too long: '{words['label']}'", path, number)
        try:
            codes = [
                "EU" if code == "EU" else places.resolve(code)
                for code in row["jurisdiction"].split("/")
            ]
        except UnknownName as error:
            raise checks.fail(str(error), path, number, "jurisdiction") from error
        rows.append(
            {
                "event_id": f"{row['date']}-{words['name']}",
                "date": row["date"] if precise else f"{row['date']}-01",
                "date_precision": "day" if precise else "month",
                "jurisdiction": " ".join(codes),
                "label": words["label"],
                "event": words["event"],
                "source": words["source"],
                "url": row["url"],
                "certainty": words.get("certainty", "firm"),
            }
        )
    table = pd.DataFrame(rows, columns=list(EVENTS))
    return table.sort_values(["date", "event_id"], ignore_index=True)


CLAIMS = {
    "claim_id": "Name of the claim",
    "article": "Article that makes the claim",
    "published": "Date of the article",
    "claim": "What is claimed, in our words",
    "value": "The claimed value as given",
    "unit": "Unit of the value",
    "population": "Who the claim is about",
    "period": "Period the claim is about",
    "place": "Place the claim is about",
    "testable_with": "What could test it",
}


def claims(path: Path) -> pd.DataFrame:
    """Return claims made in articles, in our words; columns `CLAIMS`.

    Raises
    ------
    InvalidTable
        If a column is missing, a claim repeats, or a wording is missing.
    """
    frame = checks.read_text(path)
    checks.need(frame, ("id", *list(CLAIMS)[1:]), path)
    checks.unique(frame, ("id",), path)
    said = wording("claims")
    claim = [
        _said(said, name, "id", path, number) for number, name in enumerate(frame["id"].tolist())
    ]
    return frame.rename(columns={"id": "claim_id"}).assign(claim=claim)[list(CLAIMS)]


def _own(title: str, definition: str) -> dict[str, str]:
    return {
        "publisher": "asylum-report",
        "title": title,
        "licence": "facts; each document belongs to its publisher",
        "licence_url": "",
        "attribution": "as each row says",
        "retrieved": "compiled by hand from single documents",
        "url": "",
        "definition": definition,
    }


COMPILED_ON = "2026-11-21"

FILES = (
    Importable(
        dataset="figures",
        pattern=r"figures/official_and_press_figures\.csv",
        read=figures,
        columns=FIGURES,
        date=COMPILED_ON,
        meta=_own(
            "Single figures from official answers, reports and the press",
            "Each with source, date, address and tier. Answers on Russian men aged 18 to 45 in "
            "Germany differ in window and definition and cannot be chained into one series.",
        ),
    ),
    Importable(
        dataset="events",
        pattern=r"events/events\.csv",
        read=events,
        columns=EVENTS,
        date=COMPILED_ON,
        meta=_own(
            "Dated events that may matter for applications or decisions",
            "Each with source and with how firm the date is. An event's place in time does not "
            "show that it caused anything.",
        ),
    ),
    Importable(
        dataset="claims",
        pattern=r"claims\.csv",
        read=claims,
        columns=CLAIMS,
        date=COMPILED_ON,
        meta=_own(
            "Claims made in articles about Russian asylum seekers",
            "In our words, with what could test them. A claim is not a figure.",
        ),
    ),
)
