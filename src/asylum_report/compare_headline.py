"""What a change of figures does to the headline numbers, before anything is published.

Headline numbers are those on recognition and on arrivals that follow from counts alone. Those that
rest on models, and the intervals of rates, are left out: the former are worked out by a build, the
latter follow from rate and n.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from asylum_report import process, records
from asylum_report.compare_datasets import Chosen
from asylum_report.numbers import ACROSS_YEARS, arrivals
from asylum_report.numbers import recognition as rates
from asylum_report.numbers.model import Number, signed

TABLES = ("decisions", "applications", "encounters", "grants")
LEFT_OUT = "numbers that rest on models, and intervals, are left out"


@dataclass(frozen=True)
class Effect:
    """A headline number that differs: as written, and the difference where both are numbers."""

    name: str
    definition: str
    unit: str
    old: str | None
    new: str | None
    difference: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


def rows_of(vintages: Chosen) -> dict[str, list[dict[str, Any]]]:
    """Return the rows on Russian citizens of the tables that headline numbers need.

    Parameters
    ----------
    vintages
        Recipes with their vintages. Corrections are applied and need not fit.
    """
    wanted = [(recipe, one) for recipe, one in vintages if recipe.table in TABLES]
    found = {}
    for name in TABLES:
        table = process.table_of(name, wanted)
        chosen = table["origin"] == "RUS"
        if name == "applications":  # of Eurostat's only the sums over countries are asked for
            chosen &= (table["source"] != "Eurostat") | table["destination"].isin(("EU27", "EU+"))
        russian = table[chosen].astype({"count": object})
        russian["count"] = russian["count"].where(russian["count"].notna(), None)
        found[name] = [
            {str(key): str(value) if key == "fiscal_year" else value for key, value in row.items()}
            for row in russian.to_dict("records")
        ]
    return found


def numbers(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Number]:
    """Return the headline numbers by name.

    Parameters
    ----------
    rows
        Name of a table to its rows on Russian citizens.
    """
    decisions = [row for row in rows["decisions"] if row["source"] == "UNHCR"]
    by_dataset: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows["applications"]:
        by_dataset.setdefault(row["dataset"], []).append(row)
    monthly = records.newest(
        row for row in by_dataset.get("migr_asyappctzm", [])
        if row["destination"] == "EU+" and row["kind"] == "first"
    )  # fmt: skip
    found = [
        *rates.headline(decisions),
        *rates.across(decisions, ACROSS_YEARS),
        *arrivals.first_applications([r for r in rows["applications"] if r["source"] == "UNHCR"]),
        *arrivals.eurostat_annual(by_dataset.get("migr_asyappctza", [])),
        *arrivals.eurostat_monthly(monthly),
        *arrivals.encounters(rows["encounters"]),
        *arrivals.admissions(rows["grants"]),
    ]
    return {number.name: number for number in found if not number.name.endswith("_ci")}


def _difference(old: Any, new: Any, unit: str) -> str | None:
    if isinstance(old, str) or isinstance(new, str) or old is None or new is None:
        return None
    if unit == "percent":
        return f"{signed(new - old)} points"
    change = f"{abs(new - old):,}"
    return change if new == old else ("+" if new > old else "\u2212") + change


def effects(old: Mapping[str, Number], new: Mapping[str, Number]) -> tuple[list[Effect], int]:
    """Return the numbers that differ, in order of their names, and how many were compared.

    A number that only one side has differs: the other side is None.
    """
    names = sorted({*old, *new})
    found = []
    for name in names:
        before, after = old.get(name), new.get(name)
        about = after or before
        if about is None or (before and after and before.value == after.value):
            continue
        found.append(
            Effect(
                name, about.definition, about.unit,
                before.display if before else None, after.display if after else None,
                _difference(before.value, after.value, about.unit) if before and after else None,
            )
        )  # fmt: skip
    return found, len(names)


def of(old: Chosen, new: Chosen) -> tuple[list[Effect], int]:
    """Return what going from one choice of vintages to another does to every headline number."""
    return effects(numbers(rows_of(old)), numbers(rows_of(new)))
