"""False alarms and power of the turning points: series in which nothing happened, or a known step.

Grids and dates are those of the real series (months known, holes, dates of the events), so that
what is tested is what is shipped. `NULLS` are the ways in which nothing happens; the
autocorrelation and the seasonal pattern of two of them are those of EU+ first-time applicants by
month (lag-one autocorrelation 0.94, standard deviation of the months 0.12). The last, a walk that
grows three times as lively at an unknown moment, is a stress: no way of looking holds there, and
the table says so. Every cell has a seed of its own, so that it gives the same whatever else is run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.random import Generator
from numpy.typing import NDArray

from asylum_report.evaluation import turning_rates
from asylum_report.evaluation.turning_parts import LEVEL, assigned, child, rate_of, turns
from asylum_report.models import turning_control, turning_counts, turning_null, turning_search
from asylum_report.models.turning_dates import Split

Array = NDArray[np.float64]

SIMULATIONS = 10_000
SEARCH_SIMULATIONS = 4_000
SLOW = 500
"""Series a cell for the control that is fitted one by one."""


@dataclass(frozen=True)
class Grid:
    """Months of a real series and where its events fall."""

    length: int
    missing: tuple[int, ...]
    dates: tuple[tuple[int, int], ...]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return which months have a value."""
        found = np.ones(self.length, dtype=bool)
        found[list(self.missing)] = False
        return found

    @property
    def splits(self) -> list[Split]:
        """Return where the events divide the months."""
        return [Split(base, first) for base, first in self.dates]


GRIDS = {
    "eu-applications": Grid(162, (), (
        (108, 110), (115, 116), (115, 117), (116, 117), (117, 118), (122, 123), (130, 131),
        (131, 132), (147, 148), (153, 154), (155, 156),
    )),
    "us-encounters": Grid(74, (6,), (
        (27, 29), (34, 36), (36, 37), (38, 40), (41, 42), (50, 51), (55, 57), (62, 64), (67, 69),
    )),
}  # fmt: skip
PATTERN = np.array([-0.7, -1.4, -0.1, -1.3, -0.6, 0.3, 0.9, 1.2, 1.6, 1.3, -0.2, -1.1])
"""Months January to December of the seasonal nulls, in units of its standard deviation."""


def _counts(rng: Generator, logs: Array) -> Array:
    return np.asarray(np.round(np.exp(np.clip(logs, 0.0, 16.0))))


def _walk(rng: Generator, rows: int, length: int, heavy: bool = False) -> Array:
    shape = (rows, length)
    moves = rng.standard_t(3, shape) / np.sqrt(3) if heavy else rng.standard_normal(shape)
    return np.cumsum(0.2 * moves, axis=1)


def _autoregression(rng: Generator, rows: int, length: int, seasonal: float = 0.0) -> Array:
    x = np.empty((rows, length))
    now = 0.2 / np.sqrt(1 - 0.94**2) * rng.standard_normal(rows)
    for at in range(length):
        x[:, at] = now
        now = 0.94 * now + 0.2 * rng.standard_normal(rows)
    start = rng.integers(0, 12, rows)
    return x + seasonal * PATTERN[(start[:, None] + np.arange(length)) % 12]


def _overdispersed(rng: Generator, rows: int, length: int, start: float) -> Array:
    mean = np.exp(np.clip(np.log(start) + 0.5 * _walk(rng, rows, length), -3.0, 12.0))
    return np.asarray(rng.negative_binomial(10, 10 / (10 + mean)).astype(float))


def _livelier(rng: Generator, rows: int, length: int) -> Array:
    from_when = rng.integers(length // 4, length, rows)
    size = np.where(np.arange(length) < from_when[:, None], 0.1, 0.3)
    return np.cumsum(size * rng.standard_normal((rows, length)), axis=1)


NULLS: dict[str, Callable[[Generator, int, int], Array]] = {
    "random walk": lambda g, r, t: _counts(g, 7 + _walk(g, r, t)),
    "heavy-tailed walk": lambda g, r, t: _counts(g, 7 + _walk(g, r, t, heavy=True)),
    "autoregression": lambda g, r, t: _counts(g, 7 + _autoregression(g, r, t)),
    "autoregression, seasonal": lambda g, r, t: _counts(g, 7 + _autoregression(g, r, t, 0.12)),
    "strongly seasonal": lambda g, r, t: _counts(g, 7 + _autoregression(g, r, t, 0.36)),
    "overdispersed counts": lambda g, r, t: _overdispersed(g, r, t, 50.0),
    "overdispersed small counts": lambda g, r, t: _overdispersed(g, r, t, 4.0),
    "livelier from some moment": lambda g, r, t: _counts(g, 7 + _livelier(g, r, t)),
}
STRESS = frozenset({"livelier from some moment"})
FACTORS = (1.2, 1.5, 2.0, 2.7)
MOVES = (0.1, 0.2, 0.35)


def references(grid: Grid, seed: int, simulations: int) -> dict[str, Array]:
    """Return the law of each statistic where nothing happened, as the analysis simulates it."""
    return {
        method: turning_null.statistics(
            grid.known, grid.splits, method, simulations, child(seed, "law", method)
        )
        for method in turning_counts.METHODS
    }


def alarms(name: str, null: str, replications: int, seed: int) -> list[dict[str, object]]:
    """Return false alarms of every way of looking in one grid under one null."""
    grid = GRIDS[name]
    rng = np.random.default_rng(child(seed, name, null))
    counts = NULLS[null](rng, replications, grid.length)
    counts[:, ~grid.known] = np.nan
    x = turning_counts.logs(counts)
    known = {"table": "counts", "grid": name, "null": null, "stress": null in STRESS}
    found: list[dict[str, object]] = []

    def put(method: str, scope: str, control: bool, hits: NDArray[np.bool_]) -> None:
        row = {"method": method, "scope": scope, "control": control, **rate_of(hits)}
        found.append(known | row)

    for method, law in references(grid, seed, SIMULATIONS).items():
        at = [turning_counts.METHODS[method](x, date).statistic for date in grid.splits]
        p = turning_null.p_values(np.column_stack(at), law)
        put(method, "one date", False, assigned(p) <= LEVEL)
        least = turning_null.smallest(law)
        put(method, "all dates", False, turning_null.within(p.min(axis=1), least) <= LEVEL)
    tried = turning_search.dates(grid.known, "count")
    law = turning_null.statistics(
        grid.known, tried, "level", SEARCH_SIMULATIONS, child(seed, "search")
    )
    far = np.max([np.abs(turning_counts.level(x, date).statistic) for date in tried], axis=0)
    put("level", "search", False, turning_search.chances(far, law) <= LEVEL)
    for method, lag in (("least squares", None), ("least squares, Newey-West", 12)):
        p = np.column_stack([turning_control.p_values(x, date, lag) for date in grid.splits])
        put(method, "one date", True, assigned(p) <= LEVEL)
        put(method, "all dates", True, p.min(axis=1) * p.shape[1] <= LEVEL)
    few = min(replications, SLOW)
    turn = turns(few, len(grid.dates))
    each = [turning_control.negative_binomial(counts[i], grid.splits[turn[i]]) for i in range(few)]
    slow = np.nan_to_num(np.array(each), nan=1.0)  # a fit that fails raises no alarm
    put("negative binomial, Newey-West", "one date", True, slow <= LEVEL)
    return found


def power(name: str, move: float, replications: int, seed: int) -> list[dict[str, object]]:
    """Return how often a step is found, alone and among all dates of its series."""
    grid = GRIDS[name]
    rng = np.random.default_rng(child(seed, "power", name, move))
    logs = 7 + _walk(rng, replications, grid.length) * (move / 0.2)
    laws = references(grid, seed, SIMULATIONS)
    found: list[dict[str, object]] = []
    for factor in (*FACTORS, *(1 / one for one in FACTORS)):
        for method, law in laws.items():
            least = turning_null.smallest(law)
            p = np.ones(replications)
            for column, date in enumerate(grid.splits):
                rows = np.arange(replications) % len(grid.dates) == column
                shift = np.log(factor) * (np.arange(grid.length) >= date.first)
                counts = _counts(rng, logs[rows] + shift)
                counts[:, ~grid.known] = np.nan
                seen = turning_counts.METHODS[method](turning_counts.logs(counts), date).statistic
                p[rows] = turning_null.p_values(seen[:, None], law[:, :, [column]])[:, 0]
            for scope, value in (("one date", p), ("all dates", turning_null.within(p, least))):
                found.append({
                    "table": "counts", "grid": name, "move": move, "factor": factor,
                    "method": method, "scope": scope, **rate_of(value <= LEVEL),
                })  # fmt: skip
    return found


def run(
    replications: int, seed: int, jobs: int, progress: Callable[[str], None]
) -> dict[str, pd.DataFrame]:
    """Return the tables of false alarms and of power.

    Parameters
    ----------
    replications
        Series a cell.
    seed
        Of all cells together.
    jobs
        Processes.
    progress
        Called with a line.
    """
    work = [delayed(alarms)(grid, null, replications, seed) for grid in GRIDS for null in NULLS]
    work += [delayed(turning_rates.alarms)(*cell, replications, seed)
             for cell in turning_rates.ALARMS]  # fmt: skip
    work += [delayed(turning_rates.months)(null, 150, 0.15, replications, seed)
             for null in ("random walk", "heavy-tailed walk")]  # fmt: skip
    progress(f"turning points: {len(work)} cells of false alarms")
    false = [row for cell in Parallel(n_jobs=jobs)(work) for row in cell]
    more = [delayed(power)(grid, move, replications, seed) for grid in GRIDS for move in MOVES]
    more += [delayed(turning_rates.power)(*cell, replications, seed)
             for cell in turning_rates.POWER]  # fmt: skip
    progress(f"turning points: {len(more)} cells of power")
    strong = [row for cell in Parallel(n_jobs=jobs)(more) for row in cell]
    of_counts = [row for row in strong if row["table"] == "counts"]
    of_rates = [row for row in strong if row["table"] == "rates"]
    return {
        "turning_alarms": pd.DataFrame(false),
        "turning_power": pd.DataFrame(of_counts).drop(columns="table"),
        "turning_power_rates": pd.DataFrame(of_rates).drop(columns="table"),
    }
