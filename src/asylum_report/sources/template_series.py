"""The rows of a filled-in template together: repetitions, overlaps, and totals against parts.

What is wrong with them would show in the report only much later: as a figure counted twice, or as a
build that stops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from asylum_report import columns, totals
from asylum_report.harmonise import imported
from asylum_report.recognition import GRANTS
from asylum_report.sources.template import Problem

Row = dict[str, Any]
_DAYS = ("period_start", "period_end")


def judge(table: str, rows: Sequence[Row]) -> list[Problem]:
    """Return what is wrong with rows that are in order one by one.

    Parameters
    ----------
    rows
        As `asylum_report.sources.template_rows.judge` returns them.
    """
    problems = list(_twice(table, rows))
    if table == "figures":
        return problems
    problems += _overlaps(rows, _key(table, _DAYS))
    if table == "applications":
        problems += _closing(rows, _key(table, ("kind",)), _kinds)
        problems += _closing(rows, _key(table, ("sex",)), _sexes)
        return problems
    problems += _mixed(rows, _key(table, ("stage", "outcome")))
    problems += _closing(rows, _key(table, ("outcome",)), _outcomes)
    ruled = [row for row in rows if row["publisher"] in totals.RULES]
    if not problems and any(row["outcome"] == "total" for row in ruled):
        problems += _contradicted(ruled)
    return problems


def _key(table: str, but: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the columns that name a figure inside one file, without some."""
    return tuple(
        name
        for name in columns.key(table)
        if name not in (*but, "source", "dataset", "vintage", "level")
    )


def _groups(rows: Sequence[Row], key: tuple[str, ...]) -> Iterator[list[Row]]:
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in key), []).append(row)
    yield from found.values()


def _column(row: Row) -> str:
    return "period" if row["period"] else "period_start"


def _twice(table: str, rows: Sequence[Row]) -> Iterator[Problem]:
    """Yield each row that gives a figure which a row above gives."""
    for group in _groups(rows, _key(table)):
        for row in group[1:]:
            todo = f"take out one of lines {group[0]['line']} and {row['line']}"
            yield Problem(row["line"], "", f"the same figure as in line {group[0]['line']}", todo)


def _overlaps(rows: Sequence[Row], key: tuple[str, ...]) -> Iterator[Problem]:
    """Yield each period that shares days with another of the same series, unless it is partial.

    A month beside its year would be counted twice by whoever adds the series up.
    """
    whole = [row for row in rows if row["status"] != "partial"]
    for group in _groups(whole, key):
        ordered = sorted(group, key=lambda row: (row["period_start"], row["period_end"]))
        latest = ordered[0]
        for row in ordered[1:]:
            same = all(row[name] == latest[name] for name in _DAYS)
            if row["period_start"] <= latest["period_end"] and not same:
                days = " to ".join(latest[name] for name in _DAYS)
                what = f"its days lie in the period of line {latest['line']} too ({days})"
                todo = (
                    "give months and years as two datasets, or mark what is unfinished as partial"
                )
                yield Problem(row["line"], _column(row), what, todo)
            latest = max(latest, row, key=lambda one: one["period_end"])


def _mixed(rows: Sequence[Row], key: tuple[str, ...]) -> Iterator[Problem]:
    """Yield rows that would be counted twice: stages or forms together beside the same apart."""
    for group in _groups(rows, key):
        apart = {row["stage"] for row in group} & {"first", "repeat"}
        for row in group:
            if row["stage"] == "first+repeat" and apart:
                todo = "give the two apart, or both together, not both ways"
                what = f"first+repeat stands beside {' and '.join(sorted(apart))}"
                yield Problem(row["line"], "stage", what, todo)
    for group in _groups(rows, (*key, "stage")):
        apart = {row["outcome"] for row in group} & {"subsidiary", "humanitarian"}
        for row in group:
            if row["outcome"] == "complementary" and apart:
                what = f"complementary stands beside {' and '.join(sorted(apart))}"
                todo = "it means both, not divided: give one or the other"
                yield Problem(row["line"], "outcome", what, todo)


Rule = tuple[str, list[str], bool]
"""A total, its parts, and whether these are all of them."""


def _closing(
    rows: Sequence[Row], key: tuple[str, ...], rules: Callable[[dict[str, Row]], list[Rule]]
) -> Iterator[Problem]:
    """Yield each total that its parts contradict by more than rounding can explain."""
    over = "outcome" if rules is _outcomes else "kind" if rules is _kinds else "sex"
    for group in _groups(rows, key):
        given = {row[over]: row for row in group if row["count"] is not None}
        for total, parts, whole in rules(given):
            if total not in given or not parts:
                continue
            gap = sum(given[part]["count"] for part in parts) - given[total]["count"]
            reach = sum(given[part]["rounding_base"] // 2 for part in (*parts, total))
            if gap > reach or (whole and gap < -reach):
                said = given[total]["count"]
                lines = ", ".join(str(given[part]["line"]) for part in parts)
                what = f"{total} is {said}, its parts (lines {lines}) add up to {said + gap}"
                todo = "look for a slip, in rounding_base too"
                yield Problem(given[total]["line"], "count", what, todo)


def _outcomes(given: dict[str, Row]) -> list[Rule]:
    """Return what adds up among outcomes.

    Forms of protection that are not given may not exist there or not be published: then their sum
    can only be too large. All are given where other protection is, divided or not.
    """
    grants = [name for name in GRANTS if name in given]
    every = {"refugee", "complementary"} <= set(grants) or (
        {"refugee", "subsidiary", "humanitarian"} <= set(grants)
    )
    positive, all_positive = (["positive"], True) if "positive" in given else (grants, every)
    rest = [name for name in ("rejected", "closed") if name in given]
    return [
        ("positive", grants, every),
        ("total", [*positive, *rest], all_positive and len(rest) == 2),
    ]


def _kinds(given: dict[str, Row]) -> list[Rule]:
    parts: list[str] = [name for name in ("first", "repeat") if name in given]
    return [("all", parts, len(parts) == 2)]


def _sexes(given: dict[str, Row]) -> list[Rule]:
    parts: list[str] = [name for name in ("F", "M", "UNK") if name in given]
    return [("T", parts, False)]


def _contradicted(rows: Sequence[Row]) -> Iterator[Problem]:
    """Yield totals that would stop the build: publishers whose totals have a rule of their own."""
    frame = imported.tidy(imported.frame("decisions", rows), "", "")
    for row, bad in zip(rows, totals.contradictions(frame), strict=True):
        if bad and row["outcome"] == "total":
            what = f"{row['publisher']}'s total does not follow from its parts"
            yield Problem(row["line"], "count", what, "look for a slip, or for a part left out")
