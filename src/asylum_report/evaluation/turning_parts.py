"""Pieces that the studies of counts and of rates share: seeds, rates of alarm, dates in turn."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]

LEVEL = 0.05
"""Chance of a false alarm that the ways of looking promise."""


def child(seed: int, *names: object) -> np.random.SeedSequence:
    """Return the seed of one cell, by its name and not by its place among others."""
    return np.random.SeedSequence([seed, zlib.crc32("/".join(map(str, names)).encode())])


def upper(alarms: int, series: int) -> float:
    """Return the upper end of the exact two-sided 95% interval (Clopper and Pearson)."""
    return 1.0 if alarms == series else float(stats.beta.ppf(0.975, alarms + 1, series - alarms))


def rate_of(alarms: NDArray[np.bool_]) -> dict[str, float]:
    """Return how often something was found, its Monte Carlo error and upper bound."""
    number, share = len(alarms), float(alarms.mean())
    return {
        "series": number, "alarms": int(alarms.sum()), "rate": share,
        "mc_error": float(np.sqrt(share * (1 - share) / number)),
        "upper": upper(int(alarms.sum()), number),
    }  # fmt: skip


def turns(rows: int, dates: int) -> NDArray[np.int64]:
    """Return the date that each series is tested at: in turn, so that a series counts once."""
    return np.arange(rows) % dates


def assigned(values: Array) -> Array:
    """Return of each series (row) the value of its own date (column)."""
    return np.asarray(values[np.arange(len(values)), turns(*values.shape)])
