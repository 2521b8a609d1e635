"""How far apart two rates are, with an interval.

Method: MOVER, the square-and-add interval for a difference from the limits of its two parts
(Newcombe 1998, Statistics in Medicine 17, method 10; Zou and Donner 2008, Statistics in Medicine
27). With limits that are already widened by the rounding of the counts, the interval covers that
too. It assumes independent decisions within each period.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from asylum_report.recognition import Rate


@dataclass(frozen=True)
class Change:
    """The difference of two rates, as shares (0.1 is ten points), with its 95% interval."""

    value: float
    low: float
    high: float


def change(earlier: Rate, later: Rate) -> Change | None:
    """Return ``later - earlier`` with its interval, or None where either has no value.

    Raises
    ------
    ValueError
        If the two rates are of different definitions.
    """
    if earlier.definition != later.definition:
        raise ValueError(f"{earlier.definition} and {later.definition} cannot be compared")
    if earlier.value is None or later.value is None:
        return None
    # A rate that has a value has its limits; said for the type checker.
    assert earlier.low is not None
    assert earlier.high is not None
    assert later.low is not None
    assert later.high is not None
    value = later.value - earlier.value
    low = value - math.hypot(later.value - later.low, earlier.high - earlier.value)
    high = value + math.hypot(later.high - later.value, earlier.value - earlier.low)
    return Change(value, max(-1.0, low), min(1.0, high))
