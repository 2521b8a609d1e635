"""Single figures, events and claims compiled by hand from documents, each with its address.

The compiled tables give dates, values and addresses. What is said about them, from the names of
indicators to the labels of events, is kept in ``data/reference/wording.yml``; a row without wording
there is refused, so that nobody else's sentence slips into the project.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from asylum_report import places
from asylum_report.errors import UnknownName
from asylum_report.sources import checks, figures
from asylum_report.sources.importable import Importable
from asylum_report.sources.wording import said, wording

MAX_LABEL = 28
"""Characters of an event's label, which has to fit into a chart."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-\d{2}")

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
    worded = wording("events")
    rows = []
    for number, row in enumerate(frame.to_dict("records")):
        words = said(worded, row["url"], "url", path, number)
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
    worded = wording("claims")
    claim = [
        said(worded, name, "id", path, number) for number, name in enumerate(frame["id"].tolist())
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
        read=figures.figures,
        columns=figures.FIGURES,
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
