"""Protection after appeal by destination, of years and of windows, from the tidy tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from asylum_report import corridors, places, records
from asylum_report.analyses import queue
from asylum_report.models import appeal, status
from asylum_report.recognition import GRANTS, Count

if TYPE_CHECKING:
    import pandas as pd

ORIGIN = "RUS"
FIRST_YEAR = 2008
FIRST_POOLED = 2012
"""Last year of the earliest windows."""

DESIGN_EFFECTS = (1.0, 2.0, 4.0)
WINDOWS = (3, 5)
"""Lengths in years of the windows that are pooled."""

HORIZONS = (1, 2, 3, 4)
SLACKS = (0.0, 0.25, 0.5)

NO_COURT = {"USA": "appeals from the immigration courts are not published by nationality"}
"""Destinations whose rows on appeal are no appeals, and why."""

KEYS = ("source", "dataset", "vintage", "origin", "destination", "name", "first_stage",
        "appeal_authority", "unit", "definition", "years", "first_year", "last_year",
        "period_start", "period_end", "horizon", "slack")  # fmt: skip
MEASURES = ("n", "granted", "appeal_grants", "first", "ratio", "bound_low", "bound_high", "floor",
            "ceiling")  # fmt: skip
COLUMNS = (*KEYS, *MEASURES, "design_effect", "low", "high", "followed_to", "status", "note")

Row = Mapping[str, Any]


class Series:
    """What one publisher prints on one destination: cohorts, grants on appeal, and where from."""

    def __init__(self, source: str, destination: str) -> None:
        self.source, self.destination = source, destination
        self.cohorts: dict[int, appeal.Cohort] = {}
        self.appeals: dict[int, Count] = {}
        self.appeal_units: dict[int, set[str]] = {}
        self.first_units: dict[int, set[str]] = {}
        self.undivided: set[int] = set()
        self.partial: set[int] = set()
        self.two_levels: set[int] = set()
        self.authorities: set[str] = set()
        self.stages: set[str] = set()
        self.origins: set[tuple[str, str]] = set()


def _granted(counts: Mapping[str, Count]) -> Count:
    return sum((counts[name] for name in GRANTS if name in counts), appeal.NONE)


def _lesser(counts: Mapping[str, Count]) -> Count:
    return sum((counts[n] for n in GRANTS if n in counts and n != "refugee"), appeal.NONE)


def _whole(group: Row) -> bool:
    """Tell whether a group has what a cohort needs: grants and rejections, a rate allowed."""
    refused = any(note.startswith(corridors.NO_RATE) for note in group["notes"])
    known = group["counts"].keys() - set(group["lacking"])
    return not refused and "rejected" in known and bool(known & {*GRANTS, "positive"})


def series(rows: Iterable[Row], source: str, destination: str) -> Series:
    """Collect one publisher's decisions on one destination by year; years of other units apart."""
    found = Series(source, destination)
    mine = [row for row in rows if row["destination"] == destination
            and row["period_start"][5:] == "01-01" and row["period_end"][5:] == "12-31"
            and row["period_start"][:4] == row["period_end"][:4]]  # fmt: skip
    found.origins = {(row["dataset"], row["vintage"]) for row in mine}
    chosen = corridors.default_rows(mine)
    for group in corridors.groups(chosen):
        year = int(group["period_start"][:4])
        if group["stage"] == "first+appeal":
            found.undivided.add(year)
            continue
        if group["status"] == "partial":
            found.partial.add(year)
        if not _whole(group):
            continue
        found.first_units.setdefault(year, set()).add(group["unit"])
        if group["unit"] != "persons":
            continue
        found.stages.add(group["stage"])
        counts = group["counts"]
        found.cohorts[year] = appeal.Cohort(_granted(counts), counts["rejected"], _lesser(counts))
    own = {id(row) for row in chosen}
    for group in corridors.groups(r for r in mine if r["stage"] == "repeat" and id(r) not in own):
        year = int(group["period_start"][:4])
        if group["unit"] == "persons" and year in found.cohorts:
            one = found.cohorts[year]
            served = group["counts"].get("rejected", appeal.NONE) + _lesser(group["counts"])
            found.cohorts[year] = appeal.Cohort(one.granted, one.rejected, one.upgradable, served)
    _collect_appeals(found, [row for row in mine if row["stage"] == "appeal"])
    return found


def _collect_appeals(found: Series, rows: Sequence[Row]) -> None:
    for level in sorted({row["level"] for row in rows}):
        for group in corridors.groups(row for row in rows if row["level"] == level):
            year = int(group["period_start"][:4])
            if not group["counts"].keys() & set(GRANTS):
                continue
            found.appeal_units.setdefault(year, set()).add(group["unit"])
            found.authorities.add(group["authority"])
            if group["unit"] != "persons":
                continue
            granted = _granted(group["counts"])
            if year in found.appeals:
                # Two levels may decide on the same people: at least one level's grants, at most
                # the grants of both.
                found.two_levels.add(year)
                other = found.appeals[year]
                granted = Count(
                    max(granted.value, other.value), max(granted.low, other.low),
                    granted.high + other.high,
                )  # fmt: skip
            found.appeals[year] = granted


def _why_not(one: Series, window: range) -> tuple[str, str]:
    """Return a status that rules the window out before anything is worked out, or two blanks."""
    if one.destination in NO_COURT:
        return status.NO_APPEALS, NO_COURT[one.destination]
    if any(year in one.undivided for year in window):
        return status.UNDIVIDED, ""
    if any(year in one.partial for year in window):
        return status.PARTIAL, ""
    in_cases = [
        y for y in window if "cases" in one.appeal_units.get(y, set()) and y not in one.appeals
    ]
    in_cases += [
        y for y in window if "cases" in one.first_units.get(y, set()) and y not in one.cohorts
    ]
    if in_cases and any(one.appeal_units.get(year) for year in window):
        return status.UNITS_DIFFER, ""
    return "", ""


def _entries(
    one: Series,
    window: range,
    effects: Sequence[float],
    horizon: int = appeal.HORIZON,
    slack: float = appeal.SLACK,
) -> list[dict[str, Any]]:
    word, note = _why_not(one, window)
    rows = []
    for effect in effects:
        worked = (
            appeal.Cumulative(status=word) if word
            else appeal.cumulative(one.cohorts, one.appeals, window, horizon=horizon, slack=slack,
                                   design_effect=effect)
        )  # fmt: skip
        remarks = [note] if note else []
        if any(year in one.two_levels for year in window):
            remarks.append("two levels of appeal, which may decide on the same people")
        datasets = sorted(one.origins)
        rows.append({
            "source": one.source, "dataset": " + ".join(name for name, _ in datasets),
            "vintage": " + ".join(sorted({day for _, day in datasets})), "origin": ORIGIN,
            "destination": one.destination, "name": places.name(one.destination),
            "first_stage": " / ".join(sorted(one.stages)),
            "appeal_authority": " / ".join(sorted(one.authorities)), "unit": "persons",
            "definition": "protection", "years": len(window), "first_year": window[0],
            "last_year": window[-1], "period_start": f"{window[0]}-01-01",
            "period_end": f"{window[-1]}-12-31", "horizon": horizon, "slack": slack,
            "design_effect": effect, **asdict(worked), "note": "; ".join(remarks),
        })  # fmt: skip
    return rows


def gather() -> list[Series]:
    """Return the series of every destination that UNHCR, or Eurostat for 2014, has decisions on."""
    every = records.rows("decisions", origin=ORIGIN)
    unhcr = [
        r for r in every if r["source"] == "UNHCR" and int(r["period_start"][:4]) >= FIRST_YEAR
    ]
    eurostat = records.newest(
        r for r in every if r["dataset"] in ("migr_asydcfina", "migr_asydcfsta")
        and r["period_start"] == "2014-01-01" and r["outcome"] not in ("positive", "total")
    )  # fmt: skip
    found = []
    for source, rows in (("UNHCR", unhcr), ("Eurostat", eurostat)):
        codes = {row["destination"] for row in rows} - set(places.AGGREGATES)
        found += [series(rows, source, code) for code in sorted(codes)]
    return found


def _newest(found: Sequence[Series]) -> int:
    return max(year for one in found for year in one.cohorts)


def compute() -> dict[str, pd.DataFrame]:
    """Work out protection after appeal and the queue.

    Returns
    -------
    dict
        ``appeal_cumulative`` (a year of decision a row), ``appeal_pooled`` (windows of three and
        five years, each design effect a row), ``appeal_sensitivity`` (the newest windows under
        other horizons and slacks) and ``queue``.
    """
    found = gather()
    last = _newest([one for one in found if one.source == "UNHCR"])
    yearly: list[dict[str, Any]] = []
    pooled: list[dict[str, Any]] = []
    sensitivity: list[dict[str, Any]] = []
    for one in found:
        for year in sorted(one.cohorts.keys() | one.appeals.keys() | one.undivided):
            yearly += _entries(one, range(year, year + 1), DESIGN_EFFECTS[-1:])
        if one.source != "UNHCR":
            continue
        for length in WINDOWS:
            for end in range(FIRST_POOLED, last + 1):
                window = range(end - length + 1, end + 1)
                rows = _entries(one, window, DESIGN_EFFECTS)
                if rows[0]["bound_low"] is not None:
                    pooled += rows
                elif end == last and not (one.cohorts.keys() | one.undivided).isdisjoint(window):
                    pooled += rows[-1:]  # why there is none
                if (
                    length == WINDOWS[-1]
                    and end in (last, last - appeal.HORIZON)
                    and (rows[0]["status"] in (status.OK, status.STILL_OPEN))
                ):
                    for horizon in HORIZONS:
                        for slack in SLACKS:
                            sensitivity += _entries(
                                one, window, DESIGN_EFFECTS[-1:], horizon, slack
                            )
    return {
        "appeal_cumulative": _table(yearly),
        "appeal_pooled": _table(pooled),
        "appeal_sensitivity": _table(sensitivity),
        "queue": queue.table(),
    }


def _table(rows: Sequence[Row]) -> pd.DataFrame:
    import pandas as pd

    whole = ("n", "granted", "appeal_grants", "followed_to")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(whole, "Int64"))
