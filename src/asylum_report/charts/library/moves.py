"""Which verb two figures allow: fell, rose, stayed near, or no clear change.

A title names its figures, which follow the data; its verb has to follow them too, or a new vintage
makes it false. Each clause made here is a phrase of its own in ``data/reference/language/``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from asylum_report import results
from asylum_report.charts.library import parts

Move = Literal["fell", "rose", "near", "unclear", "unknown"]

NEAR_POINTS: Final = 0.03
"""Change of a rate, as a share, below which it stayed near: about half the width of the 95% interval
of a year with two to four thousand decisions, four of which tell as much as one."""

NEAR_SHARE: Final = 0.05
"""Change of a count, as a share of the first, below which it stayed near: what a publisher may still
revise is no rise and no fall."""


def of_rate(
    before: float | None, after: float | None, interval: tuple[float, float] | None = None
) -> Move:
    """Return how a rate moved.

    Parameters
    ----------
    before, after
        Shares, None where no rate is shown.
    interval
        95% interval of the change, as shares, where there is one.

    Returns
    -------
    str
        ``unknown`` without both rates, ``unclear`` where the interval takes in no change, ``near``
        for less than `NEAR_POINTS`, else ``fell`` or ``rose``.
    """
    if before is None or after is None:
        return "unknown"
    if interval is not None and interval[0] <= 0 <= interval[1]:
        return "unclear"
    if abs(after - before) < NEAR_POINTS:
        return "near"
    return "fell" if after < before else "rose"


def of_count(before: int | None, after: int | None) -> Move:
    """Return how a count moved: ``near`` for less than `NEAR_SHARE` of the first."""
    if before is None or after is None:
        return "unknown"
    if after == before or abs(after - before) < NEAR_SHARE * before:
        return "near"
    return "fell" if after < before else "rose"


def change(
    destination: str, authority: str, earlier: int, later: int
) -> tuple[float, float] | None:
    """Return the 95% interval of a change of the chance of protection, or None where there is none.

    It is that of the trend model with the design effect of all headlines.
    """
    for row in results.rows(
        "trend_changes", destination=destination, authority=authority, effect=parts.EFFECT, earlier=earlier,
        later=later,
    ):  # fmt: skip
        return (row["low"], row["high"])
    return None


def clause(
    whose: str,
    move: Move,
    words: tuple[str, str],
    length: str = "",
    near: str = "stayed near",
) -> str:
    """Return who moved how, from what to what.

    Parameters
    ----------
    whose
        As the clause begins: "Germany's rate".
    move
        How it moved.
    words
        The two figures as they are written.
    length
        How long it took: "two years".
    near
        The verb of what hardly moved.
    """
    (before, after), within = words, f" in {length}" if length else ""
    if move in ("fell", "rose"):
        return f"{whose} {move} from {before} to {after}{within}"
    if move == "near":
        return f"{whose} {near} {before}" + (f" for {length}" if length else "")
    return f"{whose} {_without(move)}" + (within if move == "unclear" else "")


def alike(whose: str, move: Move, words: tuple[str, str], first: Move) -> str:
    """Return how another moved, without figures, beside the first: "US courts' fell too"."""
    if move in ("fell", "rose"):
        return f"{whose} {move}" + (" too" if move == first else "")
    return clause(whose, move, words)


def beside(whose: str, move: Move, words: tuple[str, str], first: Move) -> str:
    """Return how another moved, with figures, and without the verb where it is the first one's."""
    if move == first and move in ("fell", "rose"):
        return f"{whose} from {words[0]} to {words[1]}"
    return clause(whose, move, words)


def _without(move: Move) -> str:
    return "shows no clear change" if move == "unclear" else "is not shown for both years"


def rate_in(rows: Sequence[parts.Row], year: int) -> float | None:
    """Return the rate of a year among yearly rows, or None."""
    found = [row["rate"] for row in rows if str(row["period_start"])[:4] == str(year)]
    return found[0] if found else None


def of_rates(
    rows: Sequence[parts.Row], destination: str, authority: str, pair: tuple[int, int]
) -> Move:
    """Return how an authority's rate moved between two years, by the interval of its change."""
    before, after = (rate_in(rows, year) for year in pair)
    return of_rate(before, after, change(destination, authority, *pair))
