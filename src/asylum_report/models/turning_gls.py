"""Generalised least squares of a step, averaged over one unknown ratio of variances.

For covariances of the form c(theta) = U diag(d(theta)) U' with the same U for every theta, the
data are turned by U' once, and each theta costs a sum. Weights of the thetas are their restricted
likelihoods (H. D. Patterson and R. Thompson, Biometrika 58, 1971), so that the error of the step
holds what is not known of theta.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Effects:
    """Effects of one date in each of many series, in logarithms or logits."""

    effect: Array
    scale: Array
    """Standard error; effect / scale is the statistic."""

    @property
    def statistic(self) -> Array:
        """Return effect over scale, zero where a series never moves."""
        safe = np.where(self.scale > 0, self.scale, np.inf)
        return np.asarray(self.effect / safe)


def averaged(
    values: Array, design: Array, variances: Iterable[Array], known_scale: bool
) -> Effects:
    """Return the second coefficient of the design, averaged over the variances given.

    Parameters
    ----------
    values
        Turned data, a series a row.
    design
        Turned design, one for all (1, periods, columns) or a series each.
    variances
        For each theta the variances d of the turned data, (1 or series, periods).
    known_scale
        Whether the variances are known, or known up to a factor that each series estimates.
    """
    # Thetas last: every sum over periods is one product with all weights at once.
    weights = np.stack([1 / np.asarray(one) for one in variances], axis=-1)
    width = design.shape[2]
    free = values.shape[1] - width
    crossed = (design[:, :, :, None] * design[:, :, None, :]).reshape(*design.shape[:2], -1)
    normal = np.swapaxes(crossed, 1, 2) @ weights
    normal = np.moveaxis(normal.reshape(len(normal), width, width, -1), 3, 1)
    if len(design) == 1:
        spread_out = (design[0][:, :, None] * weights[0][:, None, :]).reshape(len(weights[0]), -1)
        right = (values @ spread_out).reshape(len(values), width, -1)
        total = values**2 @ weights[0]
    else:
        right = np.swapaxes(design * values[:, :, None], 1, 2) @ weights
        total = ((values**2)[:, None, :] @ weights)[:, 0]
    bread = np.linalg.inv(normal)
    right = np.swapaxes(right, 1, 2)
    beta = (bread @ right[..., None])[..., 0]
    squares = np.maximum(total - (beta * right).sum(axis=2), 1e-12)
    size = np.linalg.slogdet(normal)[1] - np.log(weights).sum(axis=1)
    spread = bread[:, :, 1, 1]
    if known_scale:
        fit = -0.5 * (squares + size)
    else:
        spread = squares / free * spread
        fit = -0.5 * (free * np.log(squares) + size)
    share = np.exp(fit - fit.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    found = beta[:, :, 1]
    mean = (share * found).sum(axis=1)
    # Of a mixture: the mean of the variances and the variance of the means.
    return Effects(mean, np.sqrt((share * (spread + (found - mean[:, None]) ** 2)).sum(axis=1)))
