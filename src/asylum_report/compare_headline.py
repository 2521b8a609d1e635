"""What a change of figures does to the headline numbers, before anything is published.

Headline numbers are those on recognition and on arrivals that follow from counts alone. Those that
rest on models, and the intervals of rates, are left out: the former are worked out by a build, the
latter follow from rate and n.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from asylum_report import process, records
from asylum_report.compare_datasets import Chosen
from asylum_report.numbers import COUNTED, from_counts
from asylum_report.numbers.model import Number, signed

PARTIAL, COMPLETE = "partial", "complete"
LEFT_OUT = "numbers that rest on models, and intervals, are left out"


@dataclass(frozen=True)
class Effect:
    """A headline number that differs: as written, and the difference where both are numbers.

    ``old_status`` and ``new_status`` are ``partial`` where a side rests on figures that cover a
    part of their year (or other period) only, else ``complete``; None where a side has no number.
    """

    name: str
    definition: str
    unit: str
    old: str | None
    new: str | None
    difference: str | None
    old_status: str | None = None
    new_status: str | None = None

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
    wanted = [(recipe, one) for recipe, one in vintages if recipe.table in COUNTED]
    found = {}
    for name in COUNTED:
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
    return {number.name: number for number in from_counts(rows) if not number.name.endswith("_ci")}


def partial(
    rows: Mapping[str, Sequence[Mapping[str, Any]]], found: Mapping[str, Number]
) -> set[str]:
    """Return the names of numbers that rest on a part of a year (or other period) only.

    Those are the numbers to which a row contributes whose status is ``partial``, and those of a
    US fiscal year whose months do not reach its end.

    Parameters
    ----------
    rows
        As `numbers` takes them.
    found
        The numbers made of them.
    """
    every = {name: [row for row in table if _is_partial(row)] for name, table in rows.items()}
    # What asks for no vintage stands on the newest copy of each figure.
    newest = {
        name: [row for row in records.newest(rows[name]) if _is_partial(row)] if some else []
        for name, some in every.items()
    }
    result = set()
    for name, number in found.items():
        for query in number.rows:
            wanted = {column: value for column, value in query.items() if column != "table"}
            of = query["table"]
            chosen = (every if "vintage" in wanted else newest).get(of, [])
            if any(_fits(row, wanted) for row in chosen) or _unfinished(rows.get(of, ()), wanted):
                result.add(name)
    return result


def _is_partial(row: Mapping[str, Any]) -> bool:
    return bool(row.get("status") == PARTIAL)


def _fits(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(
        str(row[name]) == value if isinstance(value, str) else row[name] in value
        for name, value in wanted.items()
    )


def _unfinished(rows: Sequence[Mapping[str, Any]], wanted: Mapping[str, Any]) -> bool:
    """Return whether the rows of a US fiscal year, October to September, end before it does."""
    if "fiscal_year" not in wanted:
        return False
    last = max((row["period_end"] for row in rows if _fits(row, wanted)), default="9999")
    return bool(last < f"{wanted['fiscal_year']}-09-30")


def _difference(old: Any, new: Any, unit: str) -> str | None:
    if isinstance(old, str) or isinstance(new, str) or old is None or new is None:
        return None
    if unit == "percent":
        return f"{signed(new - old)} points"
    change = f"{abs(new - old):,}"
    return change if new == old else ("+" if new > old else "\u2212") + change


def effects(
    old: Mapping[str, Number],
    new: Mapping[str, Number],
    old_partial: Collection[str] = (),
    new_partial: Collection[str] = (),
) -> tuple[list[Effect], int]:
    """Return the numbers that differ, in order of their names, and how many were compared.

    A number that only one side has differs: the other side is None. So does one that rests on a
    part of its period on one side and on the whole on the other, even if it is the same.

    Parameters
    ----------
    old_partial, new_partial
        Names of the numbers of each side that rest on a part of their period only (`partial`).
    """
    names = sorted({*old, *new})
    found = []
    for name in names:
        before, after = old.get(name), new.get(name)
        about = after or before
        one, two = (
            None if number is None else PARTIAL if name in some else COMPLETE
            for number, some in ((before, old_partial), (after, new_partial))
        )  # fmt: skip
        if about is None or (before and after and before.value == after.value and one == two):
            continue
        found.append(
            Effect(
                name, about.definition, about.unit,
                before.display if before else None, after.display if after else None,
                _difference(before.value, after.value, about.unit) if before and after else None,
                one, two,
            )
        )  # fmt: skip
    return found, len(names)


def of(old: Chosen, new: Chosen) -> tuple[list[Effect], int]:
    """Return what going from one choice of vintages to another does to every headline number."""
    before, after = rows_of(old), rows_of(new)
    one, two = numbers(before), numbers(after)
    return effects(one, two, partial(before, one), partial(after, two))
