"""Closure: sums against their parts, and parts against what they are part of, within rounding.

Eurostat rounds every figure to 5, so the true count lies within 2 of the published one. Its real
tables hold a few sums that do not close (8 of 1,856 sums of first-time and subsequent applicants in
the copy of January 2024), which is why one broken sum is marked and many are held back or refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asylum_report import places
from asylum_report.columns import ALL_CITIZENS
from asylum_report.live.model import Finding
from asylum_report.live.trust_tables import figures, keys, named, text_periods

if TYPE_CHECKING:
    import pandas as pd

REACH = 2
"""How far a figure rounded to 5 may be from the true one."""
GROSS = 0.05
"""Share of broken sums from which on the table is wrong, and not some cells of it."""
SOME = 0.01
"""Share of broken sums that real tables stay below."""
FEWEST = 3
"""Broken sums below which a share says nothing."""
LARGE, LARGE_SHARE = 500, 0.10
"""A sum that is off by more than this many persons and this share of it is not rounding."""
WORSE = 1.25
"""How many times the share of the copy in use counts as worse than it."""


@dataclass(frozen=True)
class Closed:
    """What one rule found.

    Parameters
    ----------
    rule
        What should hold, in words.
    checked, broken
        Sums that could be checked, and those that do not close.
    large
        Those that are off by a lot.
    example
        Where the worst of them is.
    """

    rule: str
    checked: int
    broken: int
    large: int
    example: str

    @property
    def share(self) -> float:
        """Return the share of the sums that are broken."""
        return self.broken / self.checked if self.checked else 0.0


def check(table: pd.DataFrame, last: pd.DataFrame | None) -> list[Finding]:
    """Return what the sums of a table say about it.

    Parameters
    ----------
    last
        The copy in use: a publisher's own old faults are no reason to stay with it.
    """
    before = {one.rule: one for one in closed(last)} if last is not None else {}
    return [
        Finding("closure", _level(one, before.get(one.rule)), _text(one))
        for one in closed(table)
        if one.broken
    ]


def _level(now: Closed, before: Closed | None) -> str:
    known = before is not None and before.checked > 0
    worse = before is None or not known or now.share > WORSE * before.share
    if now.share > GROSS and now.broken >= FEWEST and worse:
        return "refuse" if known else "hold"
    if now.large > (before.large if before else 0):
        return "hold"
    return "hold" if now.share > SOME and now.broken >= FEWEST and worse else "mark"


def _text(one: Closed) -> str:
    return (
        f"{one.rule}: {one.broken:,} of {one.checked:,} do not, beyond rounding,"
        f" such as {one.example}"
    )


def closed(table: pd.DataFrame) -> list[Closed]:
    """Return what each rule that applies to a table found."""
    return [one for one in _rules(table) if one.checked]


def _rules(table: pd.DataFrame) -> Iterator[Closed]:
    if "recognised" in table:
        yield _unhcr(table)
    if "count" not in table or "destination" not in table:
        return
    found = {name: set(table[name].unique()) for name in keys(table)}
    if ALL_CITIZENS in found["origin"]:
        rule = "no citizenship exceeds all of them together"
        yield _part(table, rule, "origin", sorted(found["origin"] - {ALL_CITIZENS}), ALL_CITIZENS)
    if {"T", "M"} <= found.get("sex", set()):
        yield _part(table, "men are no more than both sexes", "sex", ["M"], "T")
    if {"TOTAL", "Y18-34"} <= found.get("age", set()):
        yield _part(table, "an age group is no more than all ages", "age", ["Y18-34"], "TOTAL")
    if {"TOTAL", "FRST", "SSEQ"} <= found.get("applicant", set()):
        rule = "first-time and subsequent applicants make all applicants"
        yield _sum(table, rule, "applicant", "TOTAL", ["FRST", "SSEQ"])
    decisions = found.get("decision", set())
    if {"POS", "POS_RFG", "POS_SPROT", "POS_HUM"} <= decisions:
        rule, parts = "kinds of protection make positive", ["POS_RFG", "POS_SPROT", "POS_HUM"]
        yield _sum(table, f"{rule} decisions", "decision", "POS", parts, "TEMP_PROT")
    if {"TOTAL", "POS", "NEG"} <= decisions:
        rule = "positive and negative make all decisions"
        yield _sum(table, rule, "decision", "TOTAL", ["POS", "NEG"])
    if "EU27" in found["destination"]:
        rule = "the 27 members make the sum of the EU27"
        yield _sum(table, rule, "destination", "EU27", list(places.members("EU27")))


def _wide(table: pd.DataFrame, column: str, codes: list[str]) -> pd.DataFrame:
    """Return the counts of some codes of one column side by side, floats."""
    rest = [name for name in keys(table) if name != column]
    rows = table[table[column].isin(codes)]
    wide = rows.assign(**{rest[-1]: rows[rest[-1]].astype("str")}).pivot(
        index=rest, columns=column, values="count"
    )
    return wide.reindex(columns=codes).astype("Float64").astype("float64")


def _part(table: pd.DataFrame, rule: str, column: str, parts: list[str], whole: str) -> Closed:
    import pandas as pd

    wide = _wide(table, column, [*parts, whole])
    gaps = pd.concat([wide[part] - wide[whole] for part in parts])
    totals = pd.concat([wide[whole]] * len(parts))
    return _closed(rule, gaps.clip(lower=0), totals, 2 * REACH)


def _sum(
    table: pd.DataFrame, rule: str, column: str, whole: str, parts: list[str], optional: str = ""
) -> Closed:
    wide = _wide(table, column, [whole, *parts, *([optional] if optional else [])])
    gap = wide[parts].sum(axis=1, skipna=False) - wide[whole]
    if optional:
        # Counted in the sum in some vintages and not in others: either closes.
        more = gap + wide[optional].fillna(0)
        gap = gap.where(gap.abs() <= more.abs(), more)
    return _closed(rule, gap, wide[whole], (len(parts) + 1 + bool(optional)) * REACH)


def _unhcr(table: pd.DataFrame) -> Closed:
    parts = [name for name in figures(table) if name != "total"]
    gap = (table[parts].sum(axis=1) - table["total"]).astype("Float64").astype("float64")
    index = table[["destination"]].assign(at=text_periods(table))
    gap.index = index.set_index(["destination", "at"]).index
    total = table["total"].astype("Float64").astype("float64").set_axis(gap.index)
    return _closed("outcomes make all decisions", gap, total, 2 * REACH * len(parts))


def _closed(rule: str, gap: pd.Series, total: pd.Series, allowed: int) -> Closed:
    """Return what a rule found, from how far each sum is off and its own value."""
    checkable = gap.notna().to_numpy()
    off, of = gap.abs().to_numpy()[checkable], total.to_numpy()[checkable]
    broken = off > allowed
    large = broken & (off > LARGE) & (off > LARGE_SHARE * of)
    example = ""
    if broken.any():
        position = int(off.argmax())
        place = gap.index[checkable][position]
        names = dict(zip(gap.index.names, place, strict=True))
        where = names.get("destination")
        at = next((names[name] for name in ("period", "year", "at") if name in names), "")
        example = f"{named([where]) + ', ' if where else ''}{at} (off by {int(off[position]):,})"
    return Closed(rule, int(checkable.sum()), int(broken.sum()), int(large.sum()), example)
