"""The queue: decisions over applications, and months of work in what is pending.

Formulas: the clearance rate is decisions of every kind (closed ones too) per application of the
same period; below 1 the queue grows. Months of work are the persons pending at the end of the
period, divided by the decisions a month in it. Both are ratios of counts and no estimates: they
have bounds from rounding and no sampling error. Months of work are no waiting time: they assume
that the pace stays, that nobody comes, and that one decision ends one pending application.

Source: clearance rate and disposition time as the Council of Europe's Commission for the
Efficiency of Justice (CEPEJ) defines them for courts, disposition time there in days.
"""

from __future__ import annotations

from dataclasses import dataclass

from asylum_report.models import status
from asylum_report.recognition import Count

YEAR = 12.0
"""Months in a full period."""


@dataclass(frozen=True)
class Ratio:
    """A ratio of counts with what rounding allows; `high` is None where it has no limit.

    `status` is a word of `status.WORDS`; without a value it says why.
    """

    value: float | None
    low: float | None
    high: float | None
    status: str = status.OK


def ratio(numerator: Count | None, denominator: Count | None, factor: float = 1.0) -> Ratio:
    """Return ``factor * numerator / denominator`` with the bounds that rounding allows.

    A count that is missing gives no value, and neither does a denominator of zero.
    """
    if numerator is None or denominator is None:
        return Ratio(None, None, None, status.NOT_PUBLISHED)
    if denominator.value == 0:
        return Ratio(None, None, None, status.ZERO_DENOMINATOR)
    return Ratio(
        factor * numerator.value / denominator.value,
        factor * numerator.low / denominator.high,
        factor * numerator.high / denominator.low if denominator.low else None,
    )


def clearance(decisions: Count | None, applications: Count | None) -> Ratio:
    """Return decisions of every kind per application of the same period (1: the queue holds)."""
    return ratio(decisions, applications)


def months_of_work(pending: Count | None, decisions: Count | None, months: float = YEAR) -> Ratio:
    """Return how many months the pending persons take at the pace of the period.

    Parameters
    ----------
    pending
        Persons at the end of the period.
    decisions
        Decisions in the period.
    months
        Length of the period that the decisions cover: 12, or fewer where it is partial.

    Raises
    ------
    ValueError
        If the period has no length.
    """
    if not months > 0:
        raise ValueError(f"no period of {months} months")
    return ratio(pending, decisions, months)
