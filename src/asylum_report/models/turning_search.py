"""A search for changes that nobody announced: every date of a series, under one error for all.

The largest statistic over all dates is compared with the law of the largest where nothing
happened, on the same grid (`turning_null`, `turning_rates.laws`); so however many dates are looked
at, at most one search in twenty finds anything by accident. Of dates close together that are all
beyond that law the one furthest beyond is named: the others share its periods.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from asylum_report.models import status, turning_counts, turning_null, turning_rates
from asylum_report.models.turning_dates import Split

Array = NDArray[np.float64]


def dates(
    known: NDArray[np.bool_], kind: str, breaks: Sequence[int] = (), horizon: int | None = None
) -> list[Split]:
    """Return every date of a series that can be tested, nothing left out between before and after.

    Parameters
    ----------
    known
        Which periods have a value.
    kind
        ``count`` or ``rate``.
    breaks
        Positions with which a new way of counting begins.
    horizon
        Periods after a date that are needed; by default 3 for counts and 1 for rates.
    """
    found = []
    for first in range(1, len(known)):
        at = Split(first - 1, first)
        if kind == "count":
            told = turning_counts.reason(known, at, horizon or turning_counts.HORIZON)
        else:
            told = turning_rates.reason(known, at, breaks, horizon or 1)
            if at.base < 2:  # a step in the first periods is no step but where the series begins
                told = status.TOO_FEW
        if told == status.OK:
            found.append(at)
    return found


def chances(observed: Array, reference: Array) -> Array:
    """Return for each statistic the chance that the largest of a search is as large by accident.

    Parameters
    ----------
    observed
        |statistic|, any shape.
    reference
        Laws by simulations by dates.
    """
    largest = np.sort(reference.max(axis=2), axis=1)
    found = np.zeros(np.shape(observed))
    for law in largest:
        below = np.searchsorted(law, np.abs(observed), side="left")
        found = np.maximum(found, turning_null.bound(len(law) - below, len(law)))
    return found


def peaks(statistics: Array, tested: Sequence[Split], apart: int, number: int) -> list[int]:
    """Return the dates furthest from nothing, in that order, no two closer than `apart` periods."""
    chosen: list[int] = []
    for at in np.argsort(-np.abs(statistics), kind="stable"):
        if len(chosen) == number:
            break
        if all(abs(tested[at].first - tested[one].first) >= apart for one in chosen):
            chosen.append(int(at))
    return chosen
