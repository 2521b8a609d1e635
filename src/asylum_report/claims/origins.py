"""Where the figures beside a claim come from: publisher, dataset, vintage, period and file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asylum_report import paths, records
from asylum_report.claims.model import Figure
from asylum_report.dates import day

Row = Mapping[str, Any]
WITH_ORIGIN = ("decisions", "applications")
OWN = "this project"


@dataclass(frozen=True)
class Origin:
    """Where one number comes from.

    Attributes
    ----------
    publishers, vintages
        Names and dates in words, each once.
    period
        What it covers, in words; empty where the source does not say.
    files
        Paths below ``data/processed/`` of the tables that hold its rows.
    addresses
        Where a single figure or an event was printed.
    """

    publishers: tuple[str, ...]
    vintages: tuple[str, ...]
    period: str
    files: tuple[str, ...]
    addresses: tuple[str, ...] = ()


class Origins:
    """Looks up rows of numbers, each table read once."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, list[dict[str, Any]]]] = {}

    def of(self, number: Figure) -> Origin:
        """Return where a number comes from.

        Raises
        ------
        InvalidTable
            If a table cannot be read.
        """
        rows: list[Row] = []
        files = dict.fromkeys(file_of(str(query["table"])) for query in number.rows)
        if not any(len(query) > 1 for query in number.rows):
            return Origin((OWN,), (), "", tuple(files))
        for query in number.rows:
            rows += self._rows(query)
        return Origin(
            tuple(dict.fromkeys(_publisher(row) for row in rows)),
            tuple(dict.fromkeys(filter(None, map(_vintage, rows)))),
            period(rows),
            tuple(files),
            tuple(dict.fromkeys(row["url"] for row in rows if row.get("url"))),
        )

    def _rows(self, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        table = str(query["table"])
        wanted = {
            key: {value} if isinstance(value, str) else set(value)
            for key, value in query.items() if key != "table"
        }  # fmt: skip
        by_place = self._table(table)
        places = wanted.get("destination") or by_place.keys()
        return [
            row for place in places for row in by_place.get(place, [])
            if all(row[key] in values for key, values in wanted.items())
        ]  # fmt: skip

    def _table(self, table: str) -> dict[str, list[dict[str, Any]]]:
        if table not in self._tables:
            wanted = {"origin": "RUS"} if table in WITH_ORIGIN else {}
            found: dict[str, list[dict[str, Any]]] = {}
            for row in records.rows(table, **wanted):
                found.setdefault(row.get("destination", ""), []).append(row)
            self._tables[table] = found
        return self._tables[table]


def file_of(table: str) -> str:
    """Return the path of a table below ``data/processed/``."""
    packed = f"{table}.csv.gz"  # a large one: see `asylum_report.process`
    return packed if (paths.processed() / packed).is_file() else f"{table}.csv"


def _publisher(row: Row) -> str:
    return str(row.get("publisher") or row.get("source", ""))


def _vintage(row: Row) -> str:
    """Return the date of a row's vintage in words, or when its source was printed."""
    if "vintage" in row:
        return day(row["vintage"])
    return day(row["source_date"]) if row.get("source_date") else ""


def period(rows: Sequence[Row]) -> str:
    """Return in words what rows of one table cover; empty where they do not say.

    US fiscal years are named as such, because they begin in October of the year before.
    """
    if not rows:
        return ""
    first = rows[0]
    if "fiscal_year" in first:
        years = sorted({str(row["fiscal_year"]) for row in rows})
        return "US fiscal year " + _span(years)
    if "earlier" in first:
        return f"{first['earlier']} to {first['later']}"
    if "period" in first and "period_start" not in first:
        return _span(sorted({str(row["period"]) for row in rows}))
    if "period_start" in first:
        return _from_to([row["period_start"] for row in rows], [row["period_end"] for row in rows])
    if "date" in first:
        return _span([day(text) for text in sorted({str(row["date"]) for row in rows})])
    return ""


def _from_to(starts: Sequence[str], ends: Sequence[str]) -> str:
    """Write a period between two days, of which an end may not be stated."""
    start, end = min(starts), max(ends)
    if not all(starts) or not all(ends):
        began = f"from {day(start)}" if start else "start not stated"
        return f"{began}, {f'to {day(end)}' if end else 'end not stated'}"
    if start[5:] == "01-01" and end[5:] == "12-31":
        return _span((start[:4], end[:4]))
    return f"{day(start)} to {day(end)}"


def _span(values: Iterable[str]) -> str:
    found = list(dict.fromkeys(values))
    return found[0] if len(found) == 1 else f"{found[0]} to {found[-1]}"
