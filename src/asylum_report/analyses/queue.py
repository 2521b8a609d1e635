"""Applications, decisions and pending persons by destination and year, from the tidy tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from asylum_report import authorities, corridors, places, records
from asylum_report.models import queue, status
from asylum_report.recognition import GRANTS, Count

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, Any]
ORIGIN = "RUS"
FIRST_YEAR = 2008
NONE = Count(0, 0, 0)
EVERY = "all"

APART = {"USA": ("EOIR", "USCIS")}
"""Authorities that take applications of their own and get a row of their own beside the sum."""

FIRST_COURTS = 2017
"""Before, the decisions of the US courts hold cases that are applications at USCIS."""

HALF_YEAR = ("USA", 2024)
"""Applications and decisions cover about January to June; what is pending is of 31 December."""
HALF = 6.0

COLUMNS = (
    "source", "dataset", "vintage", "origin", "destination", "name", "authority", "unit", "year",
    "period_start", "period_end", "months_covered", "applications", "application_kinds",
    "decisions", "decision_stages", "appeal_decisions", "clearance", "clearance_low",
    "clearance_high", "clearance_status", "pending", "pending_date", "pending_population",
    "months_of_work", "months_low", "months_high", "months_status", "months_first_only",
    "change_pending", "applications_less_decisions", "unexplained", "note",
)  # fmt: skip
"""Columns of ``queue``. ``decisions`` are of every kind at first instance, ``appeal_decisions``
those on appeal; months of work rest on both where both are published."""


class Year:
    """What is published on one destination and year, in persons, and what is in cases."""

    def __init__(self) -> None:
        self.decisions: dict[str, Count] = {}
        self.applications: dict[str, Count] = {}
        self.in_cases: set[str] = set()
        self.partial = False
        self.notes: set[str] = set()


def _year(row: Row) -> int:
    return int(str(row["period_start"])[:4])


def _total(groups: Iterable[Row]) -> Count | None:
    """Return decisions of every kind: the published sum, or the parts where there is none."""
    found = []
    for group in groups:
        counts = group["counts"]
        if "total" in counts:
            found.append(counts["total"])
        elif "rejected" in counts and "closed" in counts:
            parts = (*GRANTS, "rejected", "closed")
            found.append(sum((counts[part] for part in parts if part in counts), NONE))
        else:
            return None
    return sum(found, NONE) if found else None


def collect(decisions: Iterable[Row], applications: Iterable[Row]) -> dict[tuple[str, int], Year]:
    """Add decisions and applications by destination and year; counts in cases are only named."""
    found: dict[tuple[str, int], Year] = {}
    by_key: dict[tuple[str, int, str, str], list[Row]] = {}
    for row in decisions:
        by_key.setdefault((row["destination"], _year(row), row["stage"], row["level"]), []).append(
            row
        )
    for (destination, year, stage, _), rows in by_key.items():
        one = found.setdefault((destination, year), Year())
        persons = [row for row in rows if row["unit"] == "persons"]
        if len(persons) < len(rows):
            one.in_cases.add(stage)
        total = _total(corridors.groups(persons))
        if total is not None:
            one.decisions[stage] = one.decisions.get(stage, NONE) + total
        one.partial |= any(row["status"] == "partial" for row in rows)
        one.notes |= {row["note"] for row in rows if "nationality" in row["note"]}
    for row in applications:
        one = found.setdefault((row["destination"], _year(row)), Year())
        one.partial |= row["status"] == "partial"
        if row["unit"] != "persons":
            one.in_cases.add(f"applications {row['kind']}")
        elif row["count"] is not None:
            counted = Count.published(row["count"], int(row["rounding_base"]))
            one.applications[row["kind"]] = one.applications.get(row["kind"], NONE) + counted
    return found


def _sum(counts: Mapping[str, Count], wanted: Iterable[str]) -> tuple[Count | None, list[str]]:
    chosen = [name for name in wanted if name in counts]
    return (sum((counts[name] for name in chosen), NONE) if chosen else None), chosen


def _clearance(
    one: Year, stages: Sequence[str]
) -> tuple[queue.Ratio, Count | None, list[str], str]:
    """Return the clearance rate, the applications it rests on, their kinds, and a remark.

    Where repeat applications are published and decisions on them are not, these may or may not be
    among those of first instance: the rate lies between the two.
    """
    decisions, of = _sum(one.decisions, stages)
    applications, kinds = _sum(one.applications, ("first", "repeat"))
    if "first" not in kinds:
        return queue.clearance(decisions, None), None, kinds, ""
    found = queue.clearance(decisions, applications)
    if "repeat" not in kinds or "repeat" in of or found.value is None:
        return found, applications, kinds, ""
    alone = queue.clearance(decisions, one.applications["first"])
    widened = queue.Ratio(found.value, found.low, alone.high, found.status)
    return widened, applications, kinds, "decisions on repeat applications are not published apart"


def entry(
    destination: str, year: int, one: Year, stock: Row | None, before: Row | None, authority: str
) -> dict[str, Any]:
    """Return the row of ``queue`` of one destination, authority and year."""
    undivided = "first" not in one.decisions and "first+appeal" in one.decisions
    stages = ("first+appeal",) if undivided else tuple(
        dict.fromkeys((*authorities.default_stages(destination), "repeat")))  # fmt: skip
    needed = {*authorities.default_stages(destination), "applications first"}
    mixed = bool(needed & one.in_cases) and not undivided
    if mixed:
        one.decisions = {}
    decisions, of = _sum(one.decisions, stages)
    appeals = None if undivided else one.decisions.get("appeal")
    cleared, applications, kinds, remark = _clearance(one, stages)
    months = HALF if (destination, year) == HALF_YEAR else queue.YEAR
    pending = None if stock is None or stock["count"] is None else Count.published(
        stock["count"], int(stock["rounding_base"]))  # fmt: skip
    every = None if decisions is None else decisions + (appeals or NONE)
    work = queue.months_of_work(pending, every, months)
    first_only = queue.months_of_work(pending, decisions, months)
    change = less = None
    if pending is not None and before is not None and before["count"] is not None:
        change = pending.value - int(before["count"])
    if decisions is not None and applications is not None and months == queue.YEAR:
        less = applications.value - decisions.value
    words = {
        "clearance": _word(cleared, one, mixed, undivided),
        "months": _word(work, one, mixed, undivided, lacks=appeals is None),
    }
    notes = {remark, *one.notes} - {""}
    return {
        "origin": ORIGIN, "destination": destination, "name": places.name(destination),
        "authority": authority, "unit": "persons", "year": year, "period_start": f"{year}-01-01",
        "period_end": f"{year}-12-31" if months == queue.YEAR else f"{year}-06-30",
        "months_covered": int(months),
        "applications": applications.value if applications else None,
        "application_kinds": ", ".join(kinds),
        "decisions": decisions.value if decisions else None, "decision_stages": ", ".join(of),
        "appeal_decisions": appeals.value if appeals else None,
        "clearance": cleared.value, "clearance_low": cleared.low, "clearance_high": cleared.high,
        "clearance_status": words["clearance"], "pending": pending.value if pending else None,
        "pending_date": stock["date"] if stock else "",
        "pending_population": stock["population"] if stock else "",
        "months_of_work": work.value, "months_low": work.low, "months_high": work.high,
        "months_status": words["months"], "months_first_only": first_only.value,
        "change_pending": change, "applications_less_decisions": less,
        "unexplained": None if change is None or less is None else change - less,
        "note": "; ".join(sorted(notes)),
    }  # fmt: skip


def _word(worked: queue.Ratio, one: Year, mixed: bool, undivided: bool, lacks: bool = False) -> str:
    if worked.status != status.OK:
        return status.UNITS_DIFFER if mixed else worked.status
    if one.partial:
        return status.PARTIAL
    if undivided:
        return status.UNDIVIDED
    return status.STAGES_LACKING if lacks or one.notes else status.OK


def _unhcr() -> list[dict[str, Any]]:
    rows = {
        table: [row for row in records.rows(table, origin=ORIGIN, source="UNHCR")
                if _year(row) >= FIRST_YEAR]
        for table in ("decisions", "applications")
    }  # fmt: skip
    stocks = {
        (row["destination"], int(row["date"][:4])): row
        for row in records.rows("stocks", population="asylum-seekers", source="UNHCR")
    }
    used = (*rows["decisions"], *rows["applications"], *stocks.values())
    base = {name: " + ".join(sorted({row[name] for row in used}))
            for name in ("source", "dataset", "vintage")}  # fmt: skip
    found = []
    for (destination, year), one in sorted(collect(**rows).items()):
        stock, before = (stocks.get((destination, y)) for y in (year, year - 1))
        found.append({**base, **entry(destination, year, one, stock, before, EVERY)})
    for destination, names in APART.items():
        for name in names:
            own = {
                table: [row for row in of if row["destination"] == destination
                        and row["authority"] == name and row["stage" if table == "decisions" else
                        "kind"] == "first"] for table, of in rows.items()
            }  # fmt: skip
            for (_, year), one in sorted(collect(**own).items()):
                if name == "EOIR" and year < FIRST_COURTS:
                    one.notes.add("decisions hold cases from USCIS, applications probably do not")
                # Who is pending is not published by authority.
                found.append({**base, **entry(destination, year, one, None, None, name)})
    return found


def _pending_at_end(rows: Collection[Row], year: int) -> Row | None:
    """Return BAMF's pending first and repeat applications together at the end of a year."""
    mine = [row for row in rows if row["date"] == f"{year}-12-31"]
    if {row["population"] for row in mine} != {"pending-first", "pending-repeat"} or any(
        row["count"] is None for row in mine
    ):
        return None
    return {**mine[0], "count": sum(row["count"] for row in mine),
            "population": "pending-first, pending-repeat"}  # fmt: skip


def _bamf() -> list[dict[str, Any]]:
    """Return BAMF's own queue by year from its months: one publisher, one stage, one unit."""
    wanted = {"origin": ORIGIN, "dataset": "bamf-monthly"}
    applications = records.rows("applications", **wanted)
    decisions = [
        {**row, "period_start": row["period_start"][:4] + "-01-01",
         "period_end": row["period_start"][:4] + "-12-31"}
        for row in records.rows("decisions", **wanted)
    ]  # fmt: skip
    months: dict[int, set[str]] = {}
    for row in applications:
        months.setdefault(_year(row), set()).add(row["period_start"])
    pending = records.rows("stocks", dataset="bamf-monthly")
    found = []
    for (destination, year), one in sorted(collect(decisions, applications).items()):
        stock, before = (_pending_at_end(pending, y) for y in (year, year - 1))
        if len(months.get(year, ())) < 12 or stock is None:
            continue  # part of a year: its months are in the tidy tables
        row = entry(destination, year, one, stock, before, "BAMF")
        if row["months_status"] == status.STAGES_LACKING:
            row["months_status"] = status.OK  # BAMF counts what is pending at BAMF alone
        found.append({"source": "BAMF", "dataset": "bamf-monthly",
                      "vintage": applications[0]["vintage"], **row})  # fmt: skip
    return found


QUOTED = {
    2023: "deu-applications-pending-2023-12-31",
    2024: "deu-applications-pending-2025-01-31",
}
"""Year of decisions to the single figure on what is pending at BAMF that comes next after it."""


def _quoted() -> list[dict[str, Any]]:
    """Return BAMF's queue after its months end: pending as quoted, flows as UNHCR prints them."""
    figures = {row["figure_id"]: row for row in records.rows("figures", destination="DEU")}
    wanted = {"origin": ORIGIN, "source": "UNHCR", "destination": "DEU"}
    flows = {
        table: [row for row in records.rows(table, **wanted) if _year(row) in QUOTED]
        for table in ("decisions", "applications")
    }
    found = []
    for (destination, year), one in sorted(collect(**flows).items()):
        figure = figures[QUOTED[year]]
        one.decisions.pop("appeal", None)  # the figure counts what is pending at BAMF alone
        stock = {"count": int(float(figure["value"])), "rounding_base": 1,
                 "date": figure["period_end"], "population": "pending at BAMF"}  # fmt: skip
        one.notes.add("pending and decisions are of two publishers")
        row = entry(destination, year, one, stock, None, "BAMF")
        row["months_status"] = row["clearance_status"] = status.OK
        used = flows["decisions"] + flows["applications"]
        found.append({
            "source": "UNHCR + " + figure["publisher"],
            "dataset": " + ".join(sorted({r["dataset"] for r in used})) + " + figures",
            "vintage": " + ".join(sorted({r["vintage"] for r in used} | {figure["source_date"]})),
            **row,
        })  # fmt: skip
    return found


def table() -> pd.DataFrame:
    """Return the queue by publisher, destination, authority and year."""
    import pandas as pd

    whole = ("applications", "decisions", "appeal_decisions", "pending", "change_pending",
             "applications_less_decisions", "unexplained")  # fmt: skip
    found = pd.DataFrame(_unhcr() + _bamf() + _quoted(), columns=list(COLUMNS))
    return found.astype(dict.fromkeys(whole, "Int64"))
