"""A number that prose uses: its value, how it is written, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from asylum_report.dates import NBSP, day
from asylum_report.recognition import Rate

MINUS = "\u2212"


@dataclass(frozen=True)
class Number:
    """One number in prose.

    Attributes
    ----------
    name
        Dotted name as pages write it: ``de.y2023.protection``. No part begins with a digit.
    value
        The value itself: a share for rates, points as a share for changes, a count, or a text.
    display
        How it is written in English.
    unit
        percent, points, persons, cases, decisions, encounters, date, text ...
    definition
        What it is, in a sentence.
    rows
        Queries that give the rows it was worked out from: each a dict with ``table`` and column
        values, to be run by `asylum_report.records.rows`.
    """

    name: str
    value: float | int | str | Sequence[float] | None
    display: str
    unit: str
    definition: str
    rows: tuple[Mapping[str, Any], ...] = field(default=())


def percent(share: float) -> str:
    """Write a share as a percentage with one decimal: 0.2895 is "29.0%" (rounded half to even)."""
    return f"{100 * share:.1f}%"


def percent_range(low: float, high: float) -> str:
    """Write an interval of shares: "26.8 to 31.2%"."""
    return f"{100 * low:.1f} to {100 * high:.1f}%".replace(" ", NBSP)


def signed(points: float) -> str:
    """Write a signed number of percentage points with one decimal and a true minus sign."""
    text = f"{abs(100 * points):.1f}"
    return text if text == "0.0" else (MINUS if points < 0 else "+") + text


def count(value: int) -> str:
    """Write a count with thousands separated by commas: 5246 is "5,246"."""
    return f"{value:,}"


def vintage_number(label: str, dataset: str, vintage: str) -> Number:
    """Return the date of a dataset's copy, as ``meta.LABEL_vintage``."""
    words = f"vintage of {dataset}"
    return Number(f"meta.{label}_vintage", vintage, day(vintage), "date", words)


def rate_numbers(
    stem: str, worked: Rate, name: str, words: str, rows: tuple[Mapping[str, Any], ...]
) -> list[Number]:
    """Return the numbers of one rate: the rate, its interval and its denominator.

    A rate that is not shown gives its denominator only, so that prose cannot use it.
    """
    if worked.n is None:
        return []
    found = [Number(f"{stem}.{name}_n", worked.n, count(worked.n), "decisions",
                    f"decisions in the denominator: {words}", rows)]  # fmt: skip
    if worked.value is None or worked.low is None or worked.high is None:
        return found
    return [
        Number(f"{stem}.{name}", worked.value, percent(worked.value), "percent", words, rows),
        Number(
            f"{stem}.{name}_ci",
            (worked.low, worked.high),
            percent_range(worked.low, worked.high),
            "percent",
            f"95% interval of the {words}",
            rows,
        ),
        *found,
    ]


def known(value: Any) -> bool:
    """Return whether a cell of a table of results has a value."""
    return value is not None and value == value


def signed_range(low: float, high: float) -> str:
    """Write an interval of signed percentage points: "−25.6 to +1.3"."""
    return f"{signed(low)} to {signed(high)}".replace(" ", NBSP)


def in_results(table: str, **columns: Any) -> tuple[Mapping[str, Any], ...]:
    """Return the query of rows of a table of results; its rows are looked up as texts."""
    return ({"table": f"models/{table}"} | {name: str(value) for name, value in columns.items()},)


def this_row(table: str, row: Mapping[str, Any], *columns: str) -> tuple[Mapping[str, Any], ...]:
    """Return the query of one row of a table of results, by the columns that name it."""
    return in_results(table, **{name: row[name] for name in columns})


def of_study(numbers: Iterable[Number], table: str) -> list[Number]:
    """Return numbers of a simulation study with its table as where they come from."""
    rows = ({"table": f"evaluation/{table}"},)
    return [number if number.rows else replace(number, rows=rows) for number in numbers]
