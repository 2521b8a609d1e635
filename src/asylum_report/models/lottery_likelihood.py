"""Likelihood of the comparison of destinations, integrated exactly, with its derivatives.

Model, for destination j and origin i with y_ij positive of n_ij decisions on the merits:

    y_ij ~ Binomial(n_ij, 1 / (1 + exp(-(d_j + o_i + c_ij))))
    o_i ~ Normal(0, s_o^2),  c_ij ~ Normal(0, s_c^2)

The d_j are fixed. Cells nest in origins, so the likelihood is a product over origins of a
one-dimensional integral over o_i of a product over cells of one-dimensional integrals over c_ij.
Both are done by Gauss-Hermite quadrature around the mode of the integrand, scaled by its
curvature (Liu and Pierce 1994, Biometrika 81; Pinheiro and Bates 1995, Journal of Computational
and Graphical Statistics 4). c_ij is one draw for each cell, so it holds what is particular to this
origin in this destination and the overdispersion of its decisions within the year alike.

A cell's own log-likelihood f, exact or within rounding, is `lottery_rounding`'s. Derivatives are
moments under the same quadrature. With g the log of a cell's integral, as a function of
e = d_j + o_i, there are two identities for each derivative: one in f' (y - n p where counts are
exact), which is good for small n and cancels for large n, and one in c / s_c^2, the other way
round. Each cell takes the one that does not cancel.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from asylum_report.models.lottery_rounding import Law

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

NODES_CELL = 17
NODES_ORIGIN = 11
_STEPS = 5


@cache
def _nodes(number: int) -> tuple[Floats, Floats]:
    """Return nodes and log weights for an integral over the line, weight function divided out."""
    x, w = np.polynomial.hermite.hermgauss(number)
    return np.sqrt(2) * x, np.log(w) + x**2 + 0.5 * np.log(2)


@dataclass(frozen=True)
class Data:
    """Counts of one comparison, sorted by origin.

    Attributes
    ----------
    law
        Counts of the cells and their log-likelihoods.
    destination, origin
        Number of the destination and of the origin of each cell, from 0.
    destinations, origins
        How many there are.
    """

    law: Law
    destination: Ints
    origin: Ints
    destinations: int
    origins: int

    @property
    def y(self) -> Floats:
        """Positive decisions of each cell as published."""
        return self.law.y

    @property
    def n(self) -> Floats:
        """Merits decisions of each cell as published."""
        return self.law.n


def data(law: Law, destination: Ints, origin: Ints) -> Data:
    """Return `Data` from cells in any order; cells without decisions are left out."""
    keep = np.flatnonzero(law.n > 0)
    keep = keep[np.argsort(origin[keep], kind="stable")]
    _, number = np.unique(origin[keep], return_inverse=True)
    destination = destination[keep].astype(np.intp)
    return Data(
        law.take(keep), destination, number.astype(np.intp),
        int(destination.max(initial=-1)) + 1, int(number.max(initial=-1)) + 1,
    )  # fmt: skip


@dataclass
class Cell:
    """A cell's log integral and its derivatives by e and by b = log s_c; arrays of one shape."""

    g: Floats
    e: Floats
    ee: Floats
    b: Floats
    bb: Floats
    eb: Floats
    z: Floats
    zz: Floats


def centre(law: Law, e: Floats, s: Floats | float, steps: int = _STEPS) -> tuple[Floats, Floats]:
    """Return mode and scale of z = c / s given e, cells on the first axis."""
    share = (law.y + 0.5) / (law.n + 1)
    weight = law.n * law.power * share * (1 - share)
    shape = (-1,) + (1,) * (e.ndim - 1)
    start, weight = np.log(share / (1 - share)).reshape(shape), weight.reshape(shape) * s**2
    # The empirical logit is close wherever the data say much.
    z = (start - e) * weight / (1 + weight) / s
    bound = 1.5 / s
    for _ in range(steps):
        _, slope, bend = law.terms(e + s * z)
        z = z + np.clip((s * slope - z) / (1 + s**2 * np.maximum(-bend, 0)), -bound, bound)
    _, _, bend = law.terms(e + s * z)
    return z, 1 / np.sqrt(1 + s**2 * np.maximum(-bend, 0))


def cell(law: Law, e: Floats, s: float, nodes: int = NODES_CELL) -> Cell:
    """Integrate over c of each cell, given e = d_j + o_i.

    Parameters
    ----------
    law
        The cells.
    e
        Logits of the rate where c = 0; cells on the first axis.
    s
        Standard deviation of c; the integral is taken over z = c / s.

    Returns
    -------
    Cell
        With ``z`` and ``zz`` the conditional mean and variance of z.
    """
    z, scale = centre(law, e, s)
    x, logw = _nodes(nodes)
    at = z[..., None] + scale[..., None] * x
    like, slope, bend = law.terms(e[..., None] + s * at)
    f = logw + like - 0.5 * at**2 - 0.5 * np.log(2 * np.pi)
    top = f.max(axis=-1, keepdims=True)
    w = np.exp(f - top)
    total = w.sum(axis=-1, keepdims=True)
    w /= total
    g = (np.log(total) + top)[..., 0] + np.log(scale)

    def mean(values: Floats) -> Floats:
        return np.einsum("...k,...k->...", w, values)

    square = at**2
    m1, m2, mr = mean(at), mean(square), mean(slope)
    dz, dr, dq = at - m1[..., None], slope - mr[..., None], square - m2[..., None]
    v1, v2 = mean(dz**2), mean(dq**2)
    far = v1 < 0.5  # the data say more than the prior: the identities in z do not cancel
    first = np.where(far, m1 / s, mr)
    second = np.where(far, (v1 - 1) / s**2, mean(dr**2) + mean(bend))
    cross = np.where(far, (mean(dq * dz) - 2 * m1) / s, mean(dq * dr))
    return Cell(g, first, second, m2 - 1, v2 - 2 * m2, cross, m1, v1)


def _modes(d: Data, base: Floats, s_o: float, s_c: float, v: Floats) -> tuple[Floats, Floats]:
    """Return mode and scale of v_i = o_i / s_o of each origin given its cells."""
    for _ in range(3):
        found = cell(d.law, base + s_o * v[d.origin], s_c, 7)
        slope = s_o * np.bincount(d.origin, found.e, d.origins) - v
        curve = 1 - s_o**2 * np.bincount(d.origin, np.minimum(found.ee, 0), d.origins)
        step = np.clip(slope / curve, -1.5 / s_o, 1.5 / s_o)
        v = v + step
        if np.abs(step).max() < 0.01:
            break
    return v, 1 / np.sqrt(curve)


@dataclass
class Value:
    """The log-likelihood with gradient and Hessian by (d_1 .. d_J, log s_o, log s_c)."""

    value: float
    gradient: Floats
    hessian: Floats
    modes: Floats
    """Modes of o_i / s_o, to begin the next evaluation with."""
    origin_mean: Floats
    origin_var: Floats
    """Conditional mean and variance of o_i."""
    cell_mean: Floats
    cell_var: Floats
    """Conditional mean and variance of c_ij."""


def evaluate(d: Data, theta: Floats, modes: Floats | None = None) -> Value:
    """Return the log-likelihood, without the binomial coefficients, and its derivatives.

    Parameters
    ----------
    d
        The counts.
    theta
        The destinations' d_j, then log s_o and log s_c.
    modes
        Modes of an earlier evaluation nearby.
    """
    effects, s_o, s_c = theta[:-2], float(np.exp(theta[-2])), float(np.exp(theta[-1]))
    base = effects[d.destination]
    start = np.zeros(d.origins) if modes is None else modes
    if modes is None:
        start, _ = _modes(d, base, s_o, s_c, start)
    mode, scale = _modes(d, base, s_o, s_c, start)
    x, logw = _nodes(NODES_ORIGIN)
    v = mode[:, None] + scale[:, None] * x
    e = base[:, None] + s_o * v[d.origin]
    found = cell(d.law, e, s_c)

    starts = np.flatnonzero(np.diff(d.origin, prepend=-1))

    def by_origin(values: Floats) -> Floats:
        return np.add.reduceat(values, starts, axis=0)

    f = by_origin(found.g) - 0.5 * v**2 - 0.5 * np.log(2 * np.pi) + logw
    top = f.max(axis=1, keepdims=True)
    w = np.exp(f - top)
    total = w.sum(axis=1, keepdims=True)
    w /= total
    value = float((np.log(total[:, 0]) + top[:, 0] + np.log(scale)).sum())

    size = d.destinations + 2
    score = np.zeros((d.origins, len(x), size))
    score[d.origin, :, d.destination] = found.e
    score[:, :, -2] = v**2 - 1
    score[:, :, -1] = by_origin(found.b)
    mean = np.einsum("ok,okp->op", w, score)
    spread = ((score - mean[:, None, :]) * np.sqrt(w)[:, :, None]).reshape(-1, size)
    hessian = spread.T @ spread
    wc = w[d.origin]
    j = np.arange(d.destinations)
    hessian[j, j] += np.bincount(d.destination, (wc * found.ee).sum(axis=1), d.destinations)
    across = np.bincount(d.destination, (wc * found.eb).sum(axis=1), d.destinations)
    hessian[j, -1] += across
    hessian[-1, j] += across
    hessian[-2, -2] += (w * -2 * v**2).sum()
    hessian[-1, -1] += (wc * found.bb).sum()
    v_mean = (w * v).sum(axis=1)
    z_mean = (wc * found.z).sum(axis=1)
    return Value(
        value, mean.sum(axis=0), hessian, mode,
        s_o * v_mean, s_o**2 * (w * (v - v_mean[:, None]) ** 2).sum(axis=1),
        s_c * z_mean,
        s_c**2 * (wc * (found.zz + (found.z - z_mean[:, None]) ** 2)).sum(axis=1),
    )  # fmt: skip
