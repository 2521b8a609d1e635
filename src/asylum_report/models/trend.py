"""The trend of a recognition rate: each period's own propensity, changes, and the smooth level.

The model and its grids stand in `asylum_report.models.exact`, how well its intervals hold in
``data/evaluation/trend_coverage.csv``. An interval of 95% is meant to hold the chance with which
the authority protected in that very period in about 95 of 100 periods, given the design effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asylum_report.models import draws, exact, status
from asylum_report.models.likelihood import Floats, Ints

BOUNDS = ["positive_low", "positive_high", "other_low", "other_high"]
COUNTS = ["period", "positive", "other", *BOUNDS]
"""Columns of a series of counts; ``reset`` (true where a new way of counting begins) may stand
beside them."""

LEAST = 3
"""Periods with decisions below which no trend is fitted."""

EFFECTS = (1.0, 2.0, 4.0)
"""Design effects shown where none can be estimated."""

INTERVALS = ("low", "low_80", "low_50", "estimate", "high_50", "high_80", "high")
LEVELS = tuple(f"level_{name}" for name in INTERVALS)


def check(counts: pd.DataFrame) -> str:
    """Return what keeps a series from being fitted, as a word of `status`, or ``ok``.

    Parameters
    ----------
    counts
        Columns of `COUNTS`, one row a period.
    """
    values = counts[["positive", "other", *BOUNDS]].to_numpy(dtype=float)
    if not np.isfinite(values).all() or (values < 0).any() or (values % 1 != 0).any():
        return status.BAD_COUNTS
    if counts["period"].duplicated().any():
        return status.BAD_COUNTS
    ordered = values[:, [2, 0, 3, 4, 1, 5]]
    if (np.diff(ordered[:, :3]) < 0).any() or (np.diff(ordered[:, 3:]) < 0).any():
        return status.BAD_COUNTS
    n = values[:, 0] + values[:, 1]
    if not n.any():
        return status.NO_DECISIONS
    if (n > 0).sum() < LEAST:
        return status.TOO_FEW
    if not values[:, 0].any():
        return status.ALL_NEGATIVE
    return status.OK if values[:, 1].any() else status.ALL_POSITIVE


def fitted(word: str) -> bool:
    """Return whether a series of this status is fitted."""
    return word in (status.OK, status.ALL_NEGATIVE, status.ALL_POSITIVE)


def arrays(counts: pd.DataFrame) -> tuple[Ints, Ints, NDArray[np.bool_], NDArray[np.intp]]:
    """Lay a series out on an unbroken axis of periods.

    Returns
    -------
    low, high
        Integers (periods, 2), -1 where a period is missing or has no decisions.
    resets
        (periods,).
    at
        Position of each row of `counts`.
    """
    period = counts["period"].to_numpy(dtype=int)
    at = (period - period.min()).astype(np.intp)
    size = int(at.max()) + 1
    low = np.full((size, 2), -1, dtype=np.int64)
    high = low.copy()
    decided = (counts["positive"] + counts["other"]).to_numpy() > 0
    low[at[decided]] = counts.loc[decided, ["positive_low", "other_low"]].to_numpy()
    high[at[decided]] = counts.loc[decided, ["positive_high", "other_high"]].to_numpy()
    resets = np.zeros(size, dtype=bool)
    if "reset" in counts:
        resets[at[counts["reset"].to_numpy(dtype=bool)]] = True
    return low, high, resets, at


def fit(counts: pd.DataFrame, effect: float = 1.0) -> pd.DataFrame:
    """Estimate each period's own propensity and the smooth level of one series.

    Parameters
    ----------
    counts
        Columns of `COUNTS`: ``period`` is a whole number that rises by one a year, quarter or
        month, with gaps where nothing was published; counts in decisions.
    effect
        Design effect within a period, at least 1.

    Returns
    -------
    DataFrame
        One row a period with decisions: the counts, ``n``, ``raw``, ``effect``, ``estimate`` with
        ``low``, ``high`` (95%), ``low_80``, ``high_80``, ``low_50``, ``high_50`` (shares), the
        same for the smooth level with ``level_`` before, ``method`` and ``status``. A series that
        cannot be fitted keeps its rows, without estimates and with the reason as status.

    Raises
    ------
    ValueError
        If the design effect is below 1.
    """
    if effect < 1:
        raise ValueError(f"a design effect is at least 1, not {effect}")
    word = check(counts)
    result = counts.drop(columns="reset", errors="ignore").assign(
        n=counts["positive"] + counts["other"], effect=effect, method="exact", status=word
    )
    result["raw"] = (result["positive"] / result["n"].where(result["n"] > 0)).astype(float)
    if not fitted(word):
        return result.assign(method="none", **dict.fromkeys((*INTERVALS, *LEVELS), np.nan))
    low, high, resets, at = arrays(counts)
    posterior = exact.fit(low[None], high[None], effect, resets)
    own = posterior.quantiles()[0][at]
    level = posterior.level_quantiles()[0][at]
    for i, (name, level_name) in enumerate(zip(INTERVALS, LEVELS, strict=True)):
        result[name], result[level_name] = own[:, i], level[:, i]
    # As for the Jeffreys interval: where nobody may have been protected, the limit is nought.
    result["low"] = result["low"].where(result["positive_low"] > 0, 0.0)
    result["high"] = result["high"].where(result["other_low"] > 0, 1.0)
    return result[result["n"] > 0].reset_index(drop=True)


def changes(
    counts: pd.DataFrame,
    effect: float = 1.0,
    pairs: Sequence[tuple[int, int]] | None = None,
    size: int = draws.SIZE,
    seed: int = draws.SEED,
) -> pd.DataFrame:
    """Return changes of the propensity between periods, in shares.

    Parameters
    ----------
    counts, effect
        As for `fit`.
    pairs
        Earlier and later period; by default each period and the next that has decisions.
    size, seed
        Of the joint draws.

    Returns
    -------
    DataFrame
        ``earlier``, ``later``, ``raw``, ``estimate``, intervals as in `fit`, ``fall`` (posterior
        probability of a fall), ``crosses_reset`` and ``status``. A pair that has no decisions at
        one end is left out.
    """
    word = check(counts)
    decided = counts[counts["positive"] + counts["other"] > 0].sort_values("period")
    periods = decided["period"].astype(int).tolist()
    wanted = [
        pair for pair in (pairs if pairs is not None else pairwise(periods))
        if pair[0] in periods and pair[1] in periods
    ]  # fmt: skip
    raw = dict(
        zip(periods, decided["positive"] / (decided["positive"] + decided["other"]), strict=True)
    )
    rows: list[dict[str, object]] = []
    drawn: Floats | None = None
    first = int(counts["period"].min())
    resets: list[int] = []
    if fitted(word):
        low, high, starts, _ = arrays(counts)
        drawn = draws.paths(low, high, effect, starts, size, seed)
        resets = [first + int(i) for i in np.flatnonzero(starts)]
    for earlier, later in wanted:
        row: dict[str, object] = {
            "earlier": earlier, "later": later, "effect": effect, "raw": raw[later] - raw[earlier]
        }  # fmt: skip
        if drawn is not None:
            row |= draws.change(drawn, earlier - first, later - first)
        row["crosses_reset"] = any(earlier < one <= later for one in resets)
        rows.append(row | {"status": word})
    return pd.DataFrame(rows)
