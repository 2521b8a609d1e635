"""The checked claims as files: ``claims_checked.csv``, a row each, and ``claims_checked.json``."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from asylum_report import files, paths, records
from asylum_report.claims.ledger import read
from asylum_report.claims.model import Figure, Ledger
from asylum_report.claims.origins import Origins
from asylum_report.claims.verdicts import Checked, check, known
from asylum_report.errors import ReportError

CSV, JSON = "claims_checked.csv", "claims_checked.json"

COLUMNS = (
    "claim_id", "article", "published", "place", "statement", "verdict", "verdict_words", "rule",
    "why", "reading", "figures", "definitions", "periods", "publishers", "vintages", "numbers",
    "data",
)  # fmt: skip
"""Columns of the CSV; several entries of a cell are set apart by `APART`."""

APART = " | "


def articles() -> dict[str, dict[str, Any]]:
    """Return claim id to its row of the table ``claims``: article, date, place."""
    return {row["claim_id"]: row for row in records.rows("claims")}


def entries(numbers: Mapping[str, Figure], ledger: Ledger | None = None) -> list[dict[str, Any]]:
    """Return every claim as the JSON has it.

    Parameters
    ----------
    numbers
        Every number by name.
    ledger
        By default the project's.

    Raises
    ------
    ReportError
        If the ledger cannot be understood, names an unknown number, or does not have just the
        claims of the table.
    """
    ledger = ledger or read()
    told = articles()
    listed = {claim.id for claim in ledger.claims}
    if listed != set(told):
        raise ReportError(
            f"claims and ledger differ: {', '.join(sorted(listed ^ set(told)))}",
            where="data/reference/claims.yml",
            todo="give each claim of the table 'claims' one entry",
        )
    origins = Origins()
    return [_entry(one, ledger, told[one.claim.id], numbers, origins)
            for one in check(ledger, numbers)]  # fmt: skip


def _entry(
    one: Checked,
    ledger: Ledger,
    article: Mapping[str, Any],
    numbers: Mapping[str, Figure],
    origins: Origins,
) -> dict[str, Any]:
    return {
        "claim_id": one.claim.id,
        "article": article["article"],
        "published": article["published"],
        "place": article["place"],
        "statement": one.claim.says,
        "verdict": one.verdict,
        "verdict_words": ledger.word(one.verdict),
        "finding": one.finds,
        "reading": one.reads,
        "tests": [
            {
                "part": tested.test.part,
                "measures": tested.test.measures,
                "rule": tested.outcome.words,
                "outcome": tested.outcome.found,
                "verdict": tested.verdict,
                "note": tested.note,
            }
            for tested in one.tests
        ],
        "figures": [
            figure(numbers, origins, shown.number, shown.interval, shown.n) for shown in one.figures
        ],
        "pages": list(one.claim.pages),
    }


def figure(
    numbers: Mapping[str, Figure], origins: Origins, name: str, interval: str = "", n: str = ""
) -> dict[str, Any]:
    """Return one figure with its interval, denominator and origin.

    Parameters
    ----------
    numbers, origins
        Every number by name; where they come from.
    name, interval, n
        Names of the figure, of its 95% interval and of its denominator; empty where there is none.
    """
    number = numbers[name]
    origin = origins.of(number)
    ends = numbers[interval] if interval else None
    return {
        "number": name,
        "value": number.value,
        "display": number.display,
        "unit": number.unit,
        "definition": number.definition,
        "interval": ends.display if ends else "",
        "interval_definition": ends.definition if ends else "",
        "n": numbers[n].display if n else "",
        "period": origin.period,
        "publishers": list(origin.publishers),
        "vintages": list(origin.vintages),
        "data": [f"data/processed/{path}" for path in origin.files],
        "addresses": list(origin.addresses),
    }


def as_csv(found: Sequence[Mapping[str, Any]]) -> str:
    """Return the text of the CSV for what `entries` gives."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for entry in found:
        figures = entry["figures"]
        writer.writerow({
            **{name: entry[name] for name in COLUMNS if name in entry and name != "figures"},
            "rule": APART.join(f"{test['part']}: {test['rule']}" for test in entry["tests"]),
            "why": APART.join(test["note"] for test in entry["tests"] if test["note"]),
            "figures": APART.join(map(in_words, figures)),
            "definitions": APART.join(one["definition"] for one in figures),
            "periods": _each(figures, "period"),
            "publishers": _each(figures, "publishers"),
            "vintages": _each(figures, "vintages"),
            "numbers": APART.join(one["number"] for one in figures),
            "data": _each(figures, "data"),
        })  # fmt: skip
    return stream.getvalue()


def in_words(one: Mapping[str, Any]) -> str:
    """Write a figure's value with its interval and denominator: "6.9% (95% ... ; n = 7,645)"."""
    beside = [f"95% interval {one['interval']}"] if one["interval"] else []
    beside += [f"n = {one['n']}"] if one["n"] else []
    return str(one["display"]) + (f" ({'; '.join(beside)})" if beside else "")


def _each(figures: Sequence[Mapping[str, Any]], key: str) -> str:
    """Return what the figures have under a key, each once."""
    values = [
        value for one in figures
        for value in (one[key] if isinstance(one[key], list) else [one[key]]) if value
    ]  # fmt: skip
    return APART.join(dict.fromkeys(values))


def bounds(numbers: Mapping[str, Figure], ledger: Ledger) -> list[dict[str, Any]]:
    """Return the ledger's bounds, each with its figure, what it says and its reservation.

    Raises
    ------
    ReportError
        If a bound names an unknown number.
    """
    origins = Origins()
    found = []
    for one in ledger.bounds:
        known(one.number, numbers, "claims.yml, bounds")
        shown = figure(numbers, origins, one.number)
        found.append(shown | {"says": one.says, "reservation": one.reservation})
    return found


def as_json(
    found: Sequence[Mapping[str, Any]], bounded: Sequence[Mapping[str, Any]], ledger: Ledger
) -> str:
    """Return the text of the JSON: what the verdicts mean, then a claim or a bound a line."""
    words = {one.name: {"word": one.word, "means": one.means} for one in ledger.verdicts}
    kinds = {one.name: one.means for one in ledger.kinds.values()}
    parts = [f'"{name}": {json.dumps(part, ensure_ascii=False)}'
             for name, part in (("verdicts", words), ("measures", kinds))]  # fmt: skip
    for name, rows in (("claims", found), ("bounds", bounded)):
        lines = ",\n".join(
            json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows
        )
        parts.append(f'"{name}": [\n{lines}\n]')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def write(numbers: Mapping[str, Figure], folder: Path | None = None) -> list[dict[str, Any]]:
    """Write both files into `folder` (default data/processed) and return the entries.

    Raises
    ------
    ReportError
        As `entries`, or if the files cannot be written.
    """
    ledger = read()
    found = entries(numbers, ledger)
    target = folder or paths.processed()
    files.place({
        target / CSV: as_csv(found).encode("utf-8"),
        target / JSON: as_json(found, bounds(numbers, ledger), ledger).encode("utf-8"),
    })  # fmt: skip
    return found
