"""Every number that prose uses, worked out by name and traceable to rows of a vintage."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from asylum_report import __version__, files, paths, records, store
from asylum_report.dates import day
from asylum_report.errors import InvalidTable, UnknownName
from asylum_report.numbers import (
    appeal,
    arrivals,
    claims,
    claims_held,
    history,
    lottery,
    outlook,
    recognition,
    revisions,
    single,
    sources,
    trend,
    turning,
)
from asylum_report.numbers.model import Number, vintage_number

FILE = "numbers.json"
ACROSS_YEARS = range(2021, 2026)
COUNTED = ("decisions", "applications", "encounters", "grants")
"""Tables that numbers are counted from without a model."""


def compute() -> dict[str, Number]:
    """Work out every number from the committed Russia tables.

    Returns
    -------
    dict
        Name to `Number`, sorted by name.

    Raises
    ------
    InvalidTable
        If a table is damaged.
    """
    rows = {name: records.rows(name, origin="RUS") for name in COUNTED}
    numbers = [
        *from_counts(rows),
        *history.numbers(_by_unhcr(rows["decisions"])),
        *sources.compared(rows["decisions"]),
        *single.quoted(records.rows("figures")),
        *trend.numbers(),
        *appeal.numbers(),
        *lottery.numbers(),
        *outlook.numbers(),
        *turning.numbers(),
        *revisions.numbers(),
        *claims.numbers(_by_unhcr(rows["decisions"]), rows["applications"]),
        *claims_held.numbers(),
        *_meta(),
    ]
    found: dict[str, Number] = {}
    for number in numbers:
        if number.name in found:
            raise ValueError(f"two numbers are called {number.name}")
        found[number.name] = number
    # The verdicts on claims follow from all the others.
    found |= {number.name: number for number in claims.verdicts(found)}
    return dict(sorted(found.items()))


def from_counts(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Number]:
    """Return the numbers on recognition and on arrivals, which follow from counts alone.

    Parameters
    ----------
    rows
        Each table of `COUNTED` to its rows on Russian citizens.
    """
    decisions, applications = _by_unhcr(rows["decisions"]), rows["applications"]
    by_dataset: dict[str, list[Mapping[str, Any]]] = {}
    for row in applications:
        by_dataset.setdefault(row["dataset"], []).append(row)
    monthly = records.newest(
        row for row in by_dataset.get("migr_asyappctzm", [])
        if row["destination"] == "EU+" and row["kind"] == "first"
    )  # fmt: skip
    return [
        *recognition.headline(decisions),
        *recognition.across(decisions, ACROSS_YEARS),
        *arrivals.first_applications(_by_unhcr(applications)),
        *arrivals.eurostat_annual(by_dataset.get("migr_asyappctza", [])),
        *arrivals.eurostat_monthly(monthly),
        *arrivals.encounters(rows["encounters"]),
        *arrivals.admissions(rows["grants"]),
    ]


def _by_unhcr(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["source"] == "UNHCR"]


def _meta() -> list[Number]:
    """Return the report's version and date, and the vintages it stands on."""
    release = _release()
    found = [
        Number("meta.version", __version__, __version__, "text", "version of the report"),
        Number("meta.date", release, day(release), "date", "date of this version of the report"),
        _updated(),
    ]
    for label, dataset in (
        ("unhcr", "unhcr-asylum-decisions"),
        ("eurostat_monthly", "migr_asyappctzm"),
        ("cbp", "cbp-nationwide-encounters"),
    ):
        found.append(vintage_number(label, dataset, store.latest(dataset).date))
    return found


def _updated() -> Number:
    """Return the date of the newest vintage of any publisher's statistics.

    Tables that are compiled here by hand (events, claims, single figures) do not count: their date
    says nothing of how new the statistics are.
    """
    newest = max(one.date for one in store.vintages() if one.publisher != "asylum-report")
    return Number(
        "meta.updated", newest, day(newest), "date", "newest vintage of any publisher's statistics"
    )


def _release() -> str:
    """Return the release date that ``CITATION.cff`` names.

    Raises
    ------
    InvalidTable
        If the file names none.
    """
    path = paths.root() / "CITATION.cff"
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("date-released:"):
            return line.split(":", 1)[1].strip()
    raise InvalidTable("no release date", where=str(path), todo="add a line date-released: DATE")


def displays(numbers: Mapping[str, Number]) -> dict[str, str]:
    """Return name to the text that prose shows."""
    return {name: number.display for name, number in numbers.items()}


def as_json(numbers: Mapping[str, Number]) -> str:
    """Return the text of ``numbers.json``: one number a line, so that a diff shows what moved."""
    lines = []
    for name, number in numbers.items():
        entry = {
            "value": number.value, "display": number.display, "unit": number.unit,
            "definition": number.definition, "rows": list(number.rows),
        }  # fmt: skip
        text = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
        lines.append(f"{json.dumps(name)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def write(folder: Path | None = None) -> dict[str, Number]:
    """Work out the numbers and write ``numbers.json`` into `folder` (default data/processed)."""
    numbers = compute()
    files.place({(folder or paths.processed()) / FILE: as_json(numbers).encode("utf-8")})
    return numbers


def explain(name: str) -> dict[str, Any]:
    """Follow a number back to its definition, rows, vintage and file.

    Parameters
    ----------
    name
        As pages write it: ``de.y2023.protection``.

    Returns
    -------
    dict
        name, display, value, unit, definition, table, rows, and vintages with their files.

    Raises
    ------
    UnknownName
        With near names where there are some.
    """
    numbers = compute()
    if name not in numbers:
        near = difflib.get_close_matches(name, numbers, n=3, cutoff=0.6)
        todo = f"did you mean {' or '.join(near)}?" if near else "see data/processed/numbers.json"
        raise UnknownName(f"unknown number '{name}'", todo=todo)
    number = numbers[name]
    rows: list[dict[str, Any]] = []
    table = ""
    for query in number.rows:
        table = query["table"]
        rows += records.rows(table, **{k: v for k, v in query.items() if k != "table"})
    seen = sorted({(r["source"], r["dataset"], r["vintage"]) for r in rows if "dataset" in r})
    return {
        "name": name, "display": number.display, "value": number.value, "unit": number.unit,
        "definition": number.definition, "table": table, "rows": rows,
        "vintages": [_vintage(*one) for one in seen],
    }  # fmt: skip


def _vintage(source: str, dataset: str, day: str) -> dict[str, Any]:
    """Return a vintage in words and the files of it that are embedded."""
    embedded = [
        str((found.folder / found.meta["file"]).relative_to(paths.root()))
        for found in store.vintages()
        if found.dataset == dataset and found.date == day
    ]
    return {"text": f"{source}, {dataset}, {day}", "files": embedded}
