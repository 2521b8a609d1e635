"""What people use and what does not hold its level: interrupted time series by least squares.

log(count + 1/2) on a constant, a trend, a step at the event and a change of trend, tested by the
step: with the errors of ordinary least squares, and with errors after W. K. Newey and K. D. West
(Econometrica 55, 1987) over `LAG` periods. Kept to show beside the ways that hold: the errors
assume that what is left over forgets quickly, and a walk never does. All series at once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from asylum_report.models.turning_dates import Split

Array = NDArray[np.float64]

LAG = 12


def design(length: int, at: Split) -> Array:
    """Return constant, trend, step and, with at least three periods after, change of trend."""
    time = np.arange(length, dtype=float)
    after = time >= at.first
    found = [np.ones(length), time, after.astype(float)]
    if after.sum() >= 3:
        found.append(after * (time - at.first))
    return np.column_stack(found)


def p_values(x: Array, at: Split, lag: int | None = LAG) -> Array:
    """Return two-sided p of the step in each series.

    Parameters
    ----------
    x
        Logarithms, series in rows; missing periods are NaN in every row alike and left out.
    at
        The date.
    lag
        Periods of the Newey-West errors; None for those of ordinary least squares.
    """
    known = ~np.isnan(x).any(axis=0)
    regressors = design(x.shape[1], at)[known]
    y = x[:, known]
    count, width = regressors.shape
    bread = np.linalg.inv(regressors.T @ regressors)
    beta = y @ regressors @ bread
    left = y - beta @ regressors.T
    if lag is None:
        variance = (left**2).sum(axis=1) / (count - width) * bread[2, 2]
    else:
        # The step's row of the bread times the scores gives its own score, a number a period.
        score = left * (regressors @ bread[2])
        variance = (score**2).sum(axis=1)
        for one in range(1, lag + 1):
            weight = 1 - one / (lag + 1)
            variance = variance + 2 * weight * (score[:, one:] * score[:, :-one]).sum(axis=1)
        variance = np.maximum(variance, 1e-15) * count / (count - width)
    return np.asarray(2 * stats.t.sf(np.abs(beta[:, 2]) / np.sqrt(variance), count - width))


def negative_binomial(counts: Array, at: Split, lag: int = LAG) -> float:
    """Return p of the step in one series by a negative binomial regression with the same errors."""
    import warnings

    import statsmodels.api as sm

    known = ~np.isnan(counts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fit = sm.GLM(
                counts[known], design(len(counts), at)[known], family=sm.families.NegativeBinomial()
            ).fit(cov_type="HAC", cov_kwds={"maxlags": lag})
        except (ValueError, np.linalg.LinAlgError):
            return float("nan")
    return float(fit.pvalues[2])
