"""The difference of two independent rates with an interval, and intervals of pooled counts. Pure.

Source of the interval of a difference: square-and-add, in G. Y. Zou and A. Donner (2008),
Construction of confidence limits about effect measures: a general approach, Statistics in
Medicine 27(10); for two proportions it is method 10 of R. G. Newcombe (1998), Statistics in
Medicine 17(8).
"""

from __future__ import annotations

import math
from typing import cast

from asylum_report.recognition import Count, jeffreys

Interval = tuple[float, float]


def difference(first: float, first_ci: Interval, second: float, second_ci: Interval) -> Interval:
    """Return the interval of ``first - second``.

    Parameters
    ----------
    first, second
        Two estimates that are independent of each other, as shares.
    first_ci, second_ci
        Their intervals, of one level; the result has that level.
    """
    middle = first - second
    low = math.hypot(first - first_ci[0], second_ci[1] - second)
    high = math.hypot(first_ci[1] - first, second - second_ci[0])
    return middle - low, middle + high


def grouped_interval(positive: Count, other: Count, effect: float) -> Interval:
    """Return the 95% Jeffreys interval of a rate whose decisions fall alike in groups.

    Parameters
    ----------
    positive, other
        Decisions with their bounds from rounding.
    effect
        Design effect: so many decisions are taken to tell as much as one.
    """
    low = (positive.low / effect, other.high / effect)
    high = (positive.high / effect, other.low / effect)
    # The formula is for any numbers, though counts are what it is mostly asked for.
    return jeffreys(cast("tuple[int, int]", low), cast("tuple[int, int]", high))
