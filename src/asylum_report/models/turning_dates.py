"""Where a dated event falls in a series of periods: before, neither, after.

The period in which an event falls counts as after it where at least half of it lies after, as
before it where less than a tenth does, and otherwise as neither: then it is left out, because it
mixes the two. An event known by its month only leaves that month out (in a series of months) or
is taken at the month's first day (in longer periods).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

AFTER = 0.5
BEFORE = 0.1


@dataclass(frozen=True)
class Split:
    """Positions on a regular grid of periods: the last before an event, the first after it."""

    base: int
    first: int

    @property
    def skipped(self) -> int:
        """Return how many periods are left out between the two."""
        return self.first - self.base - 1


def share_after(day: str, start: str, end: str) -> float:
    """Return the share of a period's days from an event's day on; both ends are inclusive."""
    first, last, when = (date.fromisoformat(one) for one in (start, end, day))
    length = (last - first).days + 1
    return min(1.0, max(0.0, ((last - when).days + 1) / length))


def split(day: str, precision: str, periods: Sequence[tuple[str, str]]) -> Split | None:
    """Return where an event divides a regular series of periods, or None where it lies outside.

    Parameters
    ----------
    day
        ISO day of the event; the first of its month where only that is known.
    precision
        ``day`` or ``month``.
    periods
        First and last day of each period, in order, without holes.
    """
    for at, (start, end) in enumerate(periods):
        if not start <= day <= end:
            continue
        if precision == "month" and start[:7] == end[:7]:
            return Split(at - 1, at + 1)
        after = share_after(day, start, end)
        if after >= AFTER:
            return Split(at - 1, at)
        return Split(at, at + 1) if after < BEFORE else Split(at - 1, at + 1)
    return None


def months(first: str, last: str) -> list[tuple[str, str]]:
    """Return first and last day of each month from one ISO month to another, both included."""
    found = []
    year, month = int(first[:4]), int(first[5:7])
    while f"{year:04d}-{month:02d}" <= last[:7]:
        after = date(year + month // 12, month % 12 + 1, 1)
        end = date.fromordinal(after.toordinal() - 1)
        found.append((f"{year:04d}-{month:02d}-01", end.isoformat()))
        year, month = after.year, after.month
    return found


def quarters(first: str, last: str) -> list[tuple[str, str]]:
    """Return first and last day of each calendar quarter that begins in the months named."""
    every = months(first, last)
    return [
        (start, every[at + 2][1])
        for at, (start, _) in enumerate(every)
        if start[5:7] in ("01", "04", "07", "10") and at + 2 < len(every)
    ]


def years(first: int, last: int) -> list[tuple[str, str]]:
    """Return first and last day of each year from one to another, both included."""
    return [(f"{year}-01-01", f"{year}-12-31") for year in range(first, last + 1)]
