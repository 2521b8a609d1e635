"""Recognition rates: four definitions, what rounding alone allows, and a 95% interval.

Plain Python on single counts, so that one path serves the command, which must answer at once, and
the tables of the report. `asylum_report.corridors` brings rows of decisions to these counts.

Sources: definitions as used by BAMF (bereinigte Schutzquote, Gesamtschutzquote), UNHCR (refugee
recognition rate, total recognition rate) and EUAA (recognition rate); interval: Brown, Cai and
DasGupta (2001), Interval estimation for a binomial proportion, Statistical Science 16(2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from asylum_report.errors import UnknownName

SHOWN_FROM = 20
"""Merits decisions (or the definition's own denominator) below which no rate is shown."""

MARKED_BELOW = 50
"""Denominator below which a rate is marked as resting on few decisions."""

TOO_FEW = f"fewer than {SHOWN_FROM} decisions"
"""Why there is no rate."""

FEW = f"fewer than {MARKED_BELOW} decisions"
"""Why a rate is marked."""

GRANTS = ("refugee", "subsidiary", "humanitarian", "temporary", "complementary")


@dataclass(frozen=True)
class Definition:
    """One way to count a recognition rate."""

    name: str
    positive: tuple[str, ...]
    closed_counts: bool
    words: str
    users: str


DEFINITIONS: dict[str, Definition] = {
    d.name: d
    for d in (
        Definition(
            "protection",
            GRANTS,
            False,
            "any form of protection (refugee status, subsidiary or humanitarian protection) "
            "per decision on the merits",
            "BAMF's bereinigte Schutzquote; UNHCR's total recognition rate",
        ),
        Definition(
            "refugee",
            ("refugee",),
            False,
            "refugee status per decision on the merits",
            "UNHCR's refugee recognition rate",
        ),
        Definition(
            "eu",
            ("refugee", "subsidiary"),
            False,
            "refugee status or subsidiary protection per decision on the merits",
            "the EU Agency for Asylum's recognition rate",
        ),
        Definition(
            "overall",
            GRANTS,
            True,
            "any form of protection per decision of any kind, closed without an answer on the "
            "merits too",
            "BAMF's Gesamtschutzquote",
        ),
    )
}


@dataclass(frozen=True)
class Count:
    """A published count and what its rounding allows: true values from `low` to `high`."""

    value: int
    low: int
    high: int

    @classmethod
    def published(cls, value: int, rounding_base: int = 1) -> Count:
        """Return the count with its rounding interval: within ``rounding_base // 2`` of it.

        Raises
        ------
        ValueError
            If the count is negative or the base below 1.
        """
        if value < 0 or rounding_base < 1:
            raise ValueError(f"no count: {value} rounded to {rounding_base}")
        half = rounding_base // 2
        return cls(value, max(0, value - half), value + half)

    def __add__(self, other: Count) -> Count:
        return Count(self.value + other.value, self.low + other.low, self.high + other.high)


@dataclass(frozen=True)
class Rate:
    """A rate with everything that must be printed beside it.

    Attributes
    ----------
    numerator, n
        Published counts: positive decisions and the definition's denominator; None where a count
        they need was not published.
    value
        ``numerator / n``, or None below `SHOWN_FROM` or where the definition does not apply.
    bound_low, bound_high
        The lowest and highest rate that the rounding of the published counts allows.
    low, high
        95% Jeffreys interval for the underlying rate, widened by the rounding bounds. It treats
        decisions as independent; families decided together make the truth wider.
    marked
        True where the denominator is below `MARKED_BELOW`.
    reason
        Why there is no value, in words; empty otherwise.
    """

    definition: str
    numerator: int | None
    n: int | None
    value: float | None
    bound_low: float | None
    bound_high: float | None
    low: float | None
    high: float | None
    marked: bool
    reason: str = ""


def definition(name: str) -> Definition:
    """Return the definition called `name`.

    Raises
    ------
    UnknownName
        With the names there are.
    """
    try:
        return DEFINITIONS[name]
    except KeyError:
        raise UnknownName(
            f"unknown definition '{name}'", todo=f"use one of {', '.join(DEFINITIONS)}"
        ) from None


def jeffreys(
    low_count: tuple[float, float], high_count: tuple[float, float]
) -> tuple[float, float]:
    """Return the 95% Jeffreys interval over a range of counts.

    Parameters
    ----------
    low_count, high_count
        ``(positive, other)`` at the corner with the lowest and the highest rate. Jeffreys limits
        rise with the positives and fall with the others, so the two corners give the union of
        the intervals of all counts between them.
    """
    from scipy.special import betaincinv

    (x0, y0), (x1, y1) = low_count, high_count
    low = 0.0 if x0 == 0 else float(betaincinv(x0 + 0.5, y0 + 0.5, 0.025))
    high = 1.0 if y1 == 0 else float(betaincinv(x1 + 0.5, y1 + 0.5, 0.975))
    return low, high


def unknown(name: str, reason: str) -> Rate:
    """Return a rate whose counts were not published, saying why."""
    return Rate(name, None, None, None, None, None, None, None, False, reason)


def parts(counts: Mapping[str, Count], name: str = "protection") -> tuple[Count, Count] | str:
    """Return the positive and the other decisions of a definition, or why there are none.

    Parameters
    ----------
    counts
        Outcome to count. A missing outcome was not published; grants that are missing are taken
        as not granted in that destination.
    name
        A definition's name.
    """
    chosen = definition(name)
    grants = {k: counts[k] for k in GRANTS if k in counts}
    zero = Count(0, 0, 0)
    if not grants and "positive" in counts and name in ("protection", "overall"):
        grants = {"positive": counts["positive"]}
    positive = sum((c for k, c in grants.items() if k in (*chosen.positive, "positive")), zero)
    other_grants = sum(
        (c for k, c in grants.items() if k not in (*chosen.positive, "positive")), zero
    )
    rejected = counts.get("rejected")
    if rejected is None and {"positive", "total"} <= counts.keys() and "closed" not in counts:
        # Publishers without closed decisions print total = positive + rejected.
        total, granted = counts["total"], counts["positive"]
        rejected = Count(
            max(0, total.value - granted.value),
            max(0, total.low - granted.high),
            max(0, total.high - granted.low),
        )
    published = counts.get("positive", zero)
    if not grants:
        return "positive decisions by outcome not published"
    if published.low > sum(grants.values(), zero).high:
        return "some forms of protection not published apart"
    if rejected is None:
        return "rejections not published"
    if chosen.closed_counts and "closed" not in counts:
        return "closed decisions not published"
    if name == "eu" and grants.get("complementary", zero).high > 0 and "subsidiary" not in grants:
        return "subsidiary and humanitarian protection are published undivided"
    if name == "refugee" and "refugee" not in grants:
        return "refugee status not published apart"
    other = other_grants + rejected
    return positive, other + counts["closed"] if chosen.closed_counts else other


def rate(counts: Mapping[str, Count], name: str = "protection", effect: float = 1.0) -> Rate:
    """Return one rate from the counts of one corridor, stage and period; see `parts`.

    Parameters
    ----------
    effect
        Design effect of the interval: decisions made together tell as much as ``n / effect``
        made one by one (Kish, Survey Sampling, 1965). 1: each by itself. The limits are then
        Jeffreys' of these fewer decisions (Franco, Little, Louis and Slud, Journal of Survey
        Statistics and Methodology 7, 2019).
    """
    found = parts(counts, name)
    if isinstance(found, str):
        return unknown(name, found)
    positive, other = found
    n = positive.value + other.value
    marked = n < MARKED_BELOW
    if n < SHOWN_FROM:
        reason = TOO_FEW
        return Rate(name, positive.value, n, None, None, None, None, None, marked, reason)
    bound_low = positive.low / max(1, positive.low + other.high)
    bound_high = positive.high / max(1, positive.high + other.low)
    low, high = jeffreys(
        (positive.low / effect, other.high / effect), (positive.high / effect, other.low / effect)
    )
    return Rate(
        name, positive.value, n, positive.value / n, bound_low, bound_high,
        min(low, bound_low), max(high, bound_high), marked,
    )  # fmt: skip
