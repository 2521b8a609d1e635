"""The series in which changes are looked for, on regular grids, from the tidy tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asylum_report import authorities, corridors, query, records
from asylum_report.models import turning_dates

Array = NDArray[np.float64]
Row = Mapping[str, Any]

FIRST_YEAR = 2000
UNHCR = "unhcr-asylum-decisions"
NEAR = frozenset({"RUS", "UKR", "BLR"})
"""Origins that the war touches: no placebo."""
LARGE = 50
"""Decisions that a placebo corridor has before and after."""


@dataclass(frozen=True)
class Line:
    """A series of counts or of rates on a regular grid of periods, missing ones NaN."""

    name: str
    label: str
    kind: str
    step: str
    periods: tuple[tuple[str, str], ...]
    counts: Array
    """Counts; of rates the positive decisions."""
    rejected: Array
    breaks: tuple[int, ...]
    base: float
    """Rounding base of small counts."""
    origin: Mapping[str, str]
    """Columns that say where the rows are from."""

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return which periods have a value."""
        if self.kind == "count":
            return ~np.isnan(self.counts)
        return np.asarray(np.nan_to_num(self.counts + self.rejected) > 0)


def read(name: str, about: Mapping[str, Any]) -> Line:
    """Return one series of the list of turning points.

    Parameters
    ----------
    name
        Its name there.
    about
        What the list says of it.
    """
    if name == "eu-applications":
        return _applications(name, about)
    if name == "us-encounters":
        return _encounters(name, about)
    if about["step"] == "month":
        return _bamf(name, about)
    return _annual(name, about)


def _line(
    name: str,
    about: Mapping[str, Any],
    values: Mapping[str, Sequence[float]],
    used: Iterable[Row],
    definition: str,
    stage: str,
    base: float,
) -> Line:
    """Put values by the first day of their period on a grid without holes."""
    step = str(about["step"])
    first, last = min(values), max(values)
    periods = {
        "month": lambda: turning_dates.months(first, last),
        "quarter": lambda: turning_dates.quarters(first, _quarter_end(last)),
        "year": lambda: turning_dates.years(int(first[:4]), int(last[:4])),
    }[step]()
    nothing = (np.nan, np.nan)
    both = np.array([values.get(start, nothing) for start, _ in periods], dtype=float)
    starts = [start for start, _ in periods]
    breaks = [f"{year}-01-01" for year in about.get("breaks", ())]
    where = {
        column: " + ".join(sorted({str(row[column]) for row in used}))
        for column in ("source", "dataset", "vintage")
    }
    return Line(
        name, str(about["label"]), str(about["kind"]), step, tuple(periods), both[:, 0], both[:, 1],
        tuple(starts.index(one) for one in breaks if one in starts), base,
        where | {"definition": definition, "stage": stage},
    )  # fmt: skip


def _quarter_end(start: str) -> str:
    return f"{start[:5]}{int(start[5:7]) + 2:02d}-01"


def _applications(name: str, about: Mapping[str, Any]) -> Line:
    rows = records.rows(
        "applications", origin="RUS", dataset="migr_asyappctzm", destination="EU+", kind="first"
    )
    newest = max(row["vintage"] for row in rows)
    used = [
        row
        for row in rows
        if row["vintage"] == newest and row["status"] == "complete" and row["count"] is not None
    ]
    values = {row["period_start"]: (row["count"], np.nan) for row in used}
    return _line(name, about, values, used, "first-time applicants", "", 5)


def _encounters(name: str, about: Mapping[str, Any]) -> Line:
    rows = records.rows("encounters", origin="RUS", region="southwest")
    total: dict[str, float] = {}
    lost = {row["period_start"] for row in rows
            if row["count"] is None or row["status"] != "complete"}  # fmt: skip
    for row in rows:
        if row["period_start"] not in lost:
            total[row["period_start"]] = total.get(row["period_start"], 0) + row["count"]
    values = {start: (count, np.nan) for start, count in total.items()}
    return _line(name, about, values, rows, "encounters", "", 1)


def _bamf(name: str, about: Mapping[str, Any]) -> Line:
    rows = records.rows("decisions", origin="RUS", dataset="bamf-monthly")
    return _rates(name, about, corridors.rate_rows(corridors.default_rows(rows)), 1)


def _annual(name: str, about: Mapping[str, Any]) -> Line:
    found = query.rate_records(
        "RUS", [about["destination"]], (FIRST_YEAR, 2100), "protection", None, "UNHCR"
    )
    return _rates(name, about, [r for r in found if r["authority"] == about["authority"]], 5)


def _rates(name: str, about: Mapping[str, Any], rows: Sequence[Row], base: float) -> Line:
    used = [
        row for row in rows
        if row["numerator"] is not None and row["n"] and row["status"] not in ("partial", "break")
    ]  # fmt: skip
    values = {row["period_start"]: (row["numerator"], row["n"] - row["numerator"]) for row in used}
    stage = " + ".join(sorted({str(row["stage"]) for row in used}))
    return _line(name, about, values, used, "protection", stage, base)


def placebo_corridors(
    destinations: Sequence[tuple[str, str]], years: Sequence[str]
) -> dict[str, tuple[Array, Array]]:
    """Return other origins' decisions in the same destinations, by year.

    Parameters
    ----------
    destinations
        Destination and authority.
    years
        The grid, as texts.

    Returns
    -------
    dict
        Corridor to positive and rejected decisions; years without any are NaN.
    """
    rows = records.rows(
        "decisions", dataset=UNHCR, destination=sorted({code for code, _ in destinations})
    )
    stages = {code: authorities.default_stages(code) for code, _ in destinations}
    chosen = (
        row
        for row in rows
        if row["origin"] not in NEAR
        and (row["stage"] in stages[row["destination"]] or row["stage"] == "first+repeat")
    )
    column = {year: at for at, year in enumerate(years)}
    found: dict[str, tuple[Array, Array]] = {}
    for row in corridors.rate_rows(chosen):
        year = row["period_start"][:4]
        if (row["destination"], row["authority"]) not in destinations or year not in column:
            continue
        if row["status"] in ("partial", "break") or not row["n"] or row["numerator"] is None:
            continue
        name = f"{row['origin']} in {row['destination']}"
        empty = (np.full(len(years), np.nan), np.full(len(years), np.nan))
        positive, rejected = found.setdefault(name, empty)
        positive[column[year]] = row["numerator"]
        rejected[column[year]] = row["n"] - row["numerator"]
    return found
