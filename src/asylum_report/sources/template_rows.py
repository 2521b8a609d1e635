"""The rows of a filled-in template, one by one: every problem is told, none is mended."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from asylum_report import authorities, corridors
from asylum_report.sources import figures
from asylum_report.sources.template import COLUMNS, TEMPLATES, Problem, Row, Sheet, shown
from asylum_report.sources.template_cells import (
    AMBIGUOUS,
    GROUPED,
    SPACE,
    Bad,
    clean,
    last_day,
    period,
    readers,
)

SAME = ("publisher", "dataset", "licence", "licence_url")
"""What is the same in all rows of a file."""


def judge(sheet: Sheet, today: str) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Return the rows that are in order, and everything that is wrong with the others.

    Parameters
    ----------
    sheet
        A file as texts.
    today
        ISO day; what is later has not been published yet.

    Returns
    -------
    list of dict
        The columns of the tidy table but source, dataset and vintage; the columns of provenance
        of the template; ``archive`` (place on paper) and ``line``.
    list of Problem
        Those of the sheet among them.
    """
    read = _Cells(readers(sheet.table, today))
    rows = []
    for row in sheet.rows:
        before = len(read.problems)
        found = _row(sheet.table, row, read, today)
        if len(read.problems) == before and not read.lacked:
            rows.append(found)
        read.lacked = False
    for name in ("copy", "left_out", "definition"):
        if name in sheet.keys:
            read.cell(name, *sheet.keys[name])
    for name in SAME:
        for found in rows:
            if found[name] != rows[0][name]:
                what = f"'{shown(found[name])}' here, '{shown(rows[0][name])}' above"
                todo = "a file holds one dataset under one licence: split it"
                read.problems.append(Problem(found["line"], name, what, todo))
    return rows, sheet.problems + read.problems


class _Cells:
    """Cells read once for each text and place, their problems taken down once."""

    def __init__(self, readers: Mapping[str, Callable[[str], Any]]) -> None:
        self.readers = readers
        self.problems: list[Problem] = []
        self.lacked = False
        self._known: dict[tuple[str, str, int], Any] = {}

    def cell(self, name: str, text: str, line: int) -> Any:
        """Return what a cell means, or None if it is not in order."""
        key = (name, text, line)
        if key not in self._known:
            try:
                # A count is judged first, because "-5" is a negative number before a formula.
                plain = text if name in ("count", "rounding_base", "value") else clean(text)
                self._known[key] = self.readers.get(name, str)(plain)
                clean(text)
            except Bad as bad:
                self._known[key] = None
                self.problems.append(Problem(line, name, bad.what, bad.todo))
        if self._known[key] is None:
            self.lacked = True
        return self._known[key]


def _row(table: str, row: Row, read: _Cells, today: str) -> dict[str, Any]:
    """Return one row; what is wrong is taken down in `read`."""

    def wrong(name: str, what: str, todo: str) -> None:
        read.problems.append(Problem(row.cells.get(name, ("", row.line))[1], name, what, todo))

    found: dict[str, Any] = {"line": row.line}
    for name in TEMPLATES[table]:
        if name in row.cells:
            found[name] = read.cell(name, *row.cells[name])
        elif COLUMNS[name][0]:
            wrong(name, "it is missing", f"give {COLUMNS[name][1]}")
        else:
            found[name] = None if name == "count" else ""
    known = {name for name, value in found.items() if value is not None}
    if {"period", "period_start", "period_end"} <= known:
        # Whether a fiscal year is meant cannot be told where the country is not known.
        _days(found, found.get("destination") or "USA", wrong, optional=table == "figures")
    if {"document_date", "retrieved"} <= known:
        first = f"{found['document_date']}-01-01"[:10]
        if found["retrieved"] < first:
            wrong("retrieved", f"{found['retrieved']} is before the document's date", "mend one")
    if {"document_date", "period_start", "period_end"} <= known:
        last = last_day(found["document_date"])
        if found["period_end"] > min(last, today):
            late = f"the document's date, {found['document_date']}" if last < today else "today"
            todo = "give the last day that the figure covers"
            name = "period" if found.get("period") else "period_end"
            wrong(name, f"it ends after {late}", todo)
    if known | {"count"} >= set(TEMPLATES[table]) and not read.lacked:
        found["url"], found["archive"] = found["url"]
        (_figure if table == "figures" else _counted)(table, found, wrong)
    return found


Wrong = Callable[[str, str, str], None]


def _days(found: dict[str, Any], destination: str, wrong: Wrong, optional: bool) -> None:
    """Put first and last day of the period into a row."""
    start, end = found["period_start"], found["period_end"]
    if found["period"]:
        try:
            days = period(found["period"], destination)
        except Bad as bad:
            wrong("period", bad.what, bad.todo)
            return
        if (start and start != days[0]) or (end and end != days[1]):
            wrong("period", f"{found['period']} is {days[0]} to {days[1]}", "take one of them out")
        found["period_start"], found["period_end"] = days
    elif not (start and end) and (start or end or not optional):
        name = "period_start" if end and not start else "period_end" if start else "period"
        wrong(name, "it is missing", "give period, or period_start and period_end")
    elif start > end:
        wrong("period_end", f"{end} is before {start}", "exchange or mend them")


def _counted(table: str, found: dict[str, Any], wrong: Wrong) -> None:
    """Fill in what a row of decisions or applications may leave out."""
    if found["count"] is None and not found["note"]:
        wrong("note", "the count is empty", "say in the note that it was not published, and why")
    found["status"] = found["status"] or "complete"
    found["level"] = ""
    found["source"] = found["publisher"]
    if table == "applications":
        found["sex"], found["age"] = found["sex"] or "T", found["age"] or "TOTAL"
    if not found["authority"]:
        appeal = table == "applications" and found["kind"] == "appeal"
        stage = "appeal" if appeal else found.get("stage", "first")
        found["authority"] = authorities.authority(found["destination"], stage)


def _figure(_: str, found: dict[str, Any], wrong: Wrong) -> None:
    """Fill in the rest of a single figure."""
    unit = found["unit"] = figures.UNITS.get(found["unit"].casefold(), found["unit"])
    text = found["value"]
    plain = re.sub(GROUPED, lambda match: re.sub(f"[{SPACE}]", "", match[0]), text)
    if AMBIGUOUS.fullmatch(plain) and ("," in plain or unit != "percent"):
        todo = "write whole numbers, and percent with a decimal point"
        wrong("value", f"'{shown(text)}' may be thousands or a decimal", todo)
        return
    try:
        found["value"], found["qualifier"] = figures.parse_value(plain)
    except ValueError:
        wrong("value", f"'{shown(text)}' is no figure", "write 1234, ~90, >100, <5, 60-70 or 12.5%")
        return
    found["value_text"] = text
    found["source_title"], found["source_date"] = found["document"], found["document_date"]
    when = corridors.period(found["period_start"], found["period_end"])
    name = f"{found['dataset']} {found['destination']} {found['indicator']} {found['population']}"
    found["figure_id"] = re.sub(r"[^a-z0-9]+", "-", f"{name} {when}".casefold()).strip("-")
