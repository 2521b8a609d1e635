"""The design effect within a period, where months tell it.

Decisions come in families and by office, so a period's count varies more than independent
decisions would. Annual totals cannot tell this from a change of the chance itself; months can, as
the chance moves little between one and the next. Two estimates: successive differences (von
Neumann 1941, Annals of Mathematical Statistics 12), which take any movement of the chance for
clustering and so tend to be too high; and the posterior of the design effect in the trend model,
which lets the chance move.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from asylum_report.models import exact, trend
from asylum_report.models.likelihood import log_on_grid

GRID = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0, 11.0)
"""Design effects that are weighed, evenly on their logarithm but for the spacing."""


def differences(positive: np.ndarray, n: np.ndarray) -> float:
    """Return the mean squared difference of successive shares over its binomial variance.

    Raises
    ------
    ValueError
        With fewer than three periods.
    """
    if len(n) < 3:
        raise ValueError("successive differences need at least three periods")
    share = positive / n
    pooled = (positive[1:] + positive[:-1]) / (n[1:] + n[:-1])
    variance = pooled * (1 - pooled) * (1 / n[1:] + 1 / n[:-1])
    known = variance > 0
    return float((np.diff(share)[known] ** 2 / variance[known]).mean())


def posterior(counts: pd.DataFrame) -> dict[str, float]:
    """Return the posterior of the design effect in the trend model, from a series of months.

    Parameters
    ----------
    counts
        As for `trend.fit`.

    Returns
    -------
    dict
        ``estimate`` (median), ``low``, ``high`` (95%), ``differences`` and ``periods``.
    """
    low, high, resets, _ = trend.arrays(counts)
    evidence = []
    for effect in GRID:
        grids = exact.lay(low[None], high[None], effect)
        fitted = exact.fit(low[None], high[None], effect, resets, grids)
        peaks = sum(
            log_on_grid(a, b, effect, grids.fine)[1]
            for a, b in zip(low, high, strict=True) if a[0] >= 0
        )  # fmt: skip
        evidence.append(np.logaddexp.reduce(fitted.log_evidence[0].ravel()) + peaks)
    logs = np.log(GRID)
    dense = np.linspace(logs[0], logs[-1], 400)
    heights = np.interp(dense, logs, np.array(evidence) - max(evidence))
    total = np.cumsum(np.exp(heights))
    low_end, middle, high_end = np.exp(np.interp((0.025, 0.5, 0.975), total / total[-1], dense))
    decided = counts[counts["positive"] + counts["other"] > 0]
    n = (decided["positive"] + decided["other"]).to_numpy(dtype=float)
    return {
        "estimate": float(middle), "low": float(low_end), "high": float(high_end),
        "differences": differences(decided["positive"].to_numpy(dtype=float), n),
        "periods": float(len(n)),
    }  # fmt: skip
