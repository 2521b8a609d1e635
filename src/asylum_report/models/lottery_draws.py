"""Draws of what a fitted comparison leaves open: effects of destinations, origins and cells.

The parameters are drawn from the normal distribution of their estimates, the origin effects from
theirs given the parameters (to first order in both), each cell effect from its exact conditional
distribution given those, by inverting its distribution function on a grid. So an interval made of
draws covers the chance in the decisions and the doubt about every part of the model, and takes the
model's form for granted.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import expit

from asylum_report.models.lottery_fit import Fit
from asylum_report.models.lottery_likelihood import Floats, Ints, cell, centre
from asylum_report.models.lottery_rounding import Law

NUMBER = 300
_GRID = np.linspace(-4.5, 4.5, 19)


@dataclass(frozen=True)
class Draws:
    """Draws of a fit; the first axis is the draw.

    Attributes
    ----------
    destinations
        d_j of the fitted destinations.
    sd_cell
        s_c.
    origins
        o_i.
    cells
        c_ij in the order of ``fit.data``.
    destination, origin
        Numbers of the destination (among the fitted) and origin of each cell.
    """

    destinations: Floats
    sd_cell: Floats
    origins: Floats
    cells: Floats
    destination: Ints
    origin: Ints

    @cached_property
    def logits(self) -> Floats:
        """Logits of the rates of the cells."""
        return self.destinations[:, self.destination] + self.origins[:, self.origin] + self.cells

    @cached_property
    def rates(self) -> Floats:
        """Rates of the cells."""
        return np.asarray(expit(self.logits))


def draw(found: Fit, rng: np.random.Generator, number: int = NUMBER, cells: bool = True) -> Draws:
    """Draw parameters, origin effects and cell effects of a fit.

    Parameters
    ----------
    found
        A fit whose status is ok.
    rng
        Seeded generator.
    number
        How many draws.
    cells
        Whether to draw the cell effects too; without, they are an empty table.
    """
    assert found.data is not None
    assert found.value is not None
    d, places = found.data, found.data.destinations
    size, axes = np.linalg.eigh(found.covariance)
    root = axes * np.sqrt(np.maximum(size, 0))
    shift = rng.standard_normal((number, len(found.theta))) @ root.T
    theta = found.theta + shift
    s_c = np.exp(theta[:, -1])
    # How the mean of an origin effect answers to the parameters, from the curvature of its cells.
    mean, variance = found.value.origin_mean, found.value.origin_var
    at = cell(d.law, found.theta[d.destination] + mean[d.origin], found.sd_cell)
    answer = np.zeros((d.origins, len(found.theta)))
    np.add.at(answer, (d.origin, d.destination), at.ee)
    answer[:, -1] = np.bincount(d.origin, at.eb, d.origins)
    answer[:, -2] = 2 * mean / found.sd_origin**2
    answer *= variance[:, None]
    origins = mean + shift @ answer.T
    origins += rng.standard_normal(origins.shape) * np.sqrt(variance)
    base = theta[:, d.destination] + origins[:, d.origin]
    if not cells:
        none = np.empty((number, 0))
        return Draws(theta[:, :places], s_c, origins, none, d.destination, d.origin)
    effects = np.empty_like(base)
    uniform = rng.random(base.shape)
    for rows in np.array_split(np.arange(number), max(1, number * len(d.y) // 100_000)):
        effects[rows] = _cells(d.law, base[rows].T, s_c[rows], uniform[rows].T).T
    return Draws(theta[:, :places], s_c, origins, effects, d.destination, d.origin)


def _cells(law: Law, e: Floats, s: Floats, uniform: Floats) -> Floats:
    """Return c for each e (cells by draws) by inverting its conditional distribution on a grid."""
    z, scale = centre(law, e, s, 6)
    at = z[..., None] + scale[..., None] * _GRID
    f = law.terms(e[..., None] + s[:, None] * at)[0] - 0.5 * at**2
    w = np.exp(f - f.max(axis=-1, keepdims=True))
    # The density is taken as straight between the points of the grid.
    steps = (w[..., 1:] + w[..., :-1]) / 2
    sums = np.cumsum(steps, axis=-1)
    target = uniform * sums[..., -1]
    k = np.minimum((sums < target[..., None]).sum(axis=-1), steps.shape[-1] - 1)
    below = np.where(
        k > 0, np.take_along_axis(sums, np.maximum(k - 1, 0)[..., None], -1)[..., 0], 0
    )
    part = (target - below) / np.take_along_axis(steps, k[..., None], -1)[..., 0]
    left = np.take_along_axis(w, k[..., None], -1)[..., 0]
    right = np.take_along_axis(w, k[..., None] + 1, -1)[..., 0]
    # Within a step the distribution function is a parabola; its root, written without a cancelling
    # difference.
    area = part * (left + right) / 2
    part = 2 * area / (left + np.sqrt(np.maximum(left**2 + 2 * (right - left) * area, 0)))
    width = _GRID[1] - _GRID[0]
    return np.asarray(s * (z + scale * (_GRID[0] + width * (k + part))))
