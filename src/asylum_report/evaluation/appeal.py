"""Do the bounds on protection after appeal hold, and how far off is the usual ratio?

Twelve years of synthetic cohorts: every person has a decision at first instance, some of those
rejected are granted protection on appeal some years later, and nobody is lost, so that the true
share of each window is known. Counts are then printed as publishers do, by year and rounded, and
the bounds are worked out from what is printed.

Families of four decided alike give a design effect of 4. In cells with other grants, a tenth of
the grants on appeal raise a lesser form of protection, and a tenth come from outside what is
counted. With the lag ``beyond``, half of the grants come later than the horizon: a control in
which what the bounds assume is broken.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from asylum_report.models import appeal
from asylum_report.recognition import Count

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

YEARS = 12
BURN_IN = 5
"""Years before the first printed one, whose late appeals reach into the printed years."""

LAGS: dict[str, tuple[float, ...]] = {
    "short": (0.6, 0.35, 0.05),
    "middle": (0.25, 0.5, 0.25),
    "late": (0.05, 0.35, 0.6),
    "beyond": (0.05, 0.2, 0.25, 0.3, 0.2),
    "none": (1.0, 0.0, 0.0),
}
"""Share of the grants on appeal that come 0, 1, 2 ... years after the rejection; with ``none``
nothing is granted on appeal, so that the bounds close and the interval alone is tested."""

FLOWS: dict[str, Callable[[int], float]] = {
    "steady": lambda year: 1.0,
    "surge": lambda year: 1.0 if year < YEARS - 4 else 2.0 ** (year - YEARS + 5),
    "ebb": lambda year: 4.0 if year < YEARS - 7 else max(0.5, 4.0 * 0.6 ** (year - YEARS + 8)),
}
"""Decisions of a year, as a multiple of the cell's size."""

SIZES = (100, 2000)
OTHERS = (0.0, 0.1)
"""Share of grants on appeal that only raise a form of protection, and as many from outside."""

FAMILY = 4
WINDOWS = {
    "year": range(YEARS - 4, YEARS - 3),
    "five": range(YEARS - 7, YEARS - 2),
    "newest": range(YEARS - 5, YEARS),
}
"""A year and five years that were followed to the horizon; the newest five, that were not."""


class Cell(NamedTuple):
    """One setting of the study."""

    lag: str
    flow: str
    size: int
    others: float


CELLS = [
    Cell(*one)
    for one in itertools.product(LAGS, FLOWS, SIZES, OTHERS)
    if one[0] != "none" or not one[3]
]


def printed(value: int) -> Count:
    """Return a count as UNHCR prints it: up to ten rounded to five, larger ones exact."""
    if value > 10:
        return Count.published(value)
    return Count.published(5 * round(value / 5), 5)


def history(cell: Cell, random: np.random.Generator) -> dict[str, Any]:
    """Return one synthetic history: what is printed, and who was granted what, when."""
    import numpy as np

    lags = np.array(LAGS[cell.lag])
    logit = np.log(0.25 / 0.75)
    years = range(-BURN_IN, YEARS)
    cohorts: dict[int, tuple[int, int, int]] = {}
    won = np.zeros((BURN_IN + YEARS, len(lags)), dtype=int)
    chance: dict[int, float] = {}
    for year in years:
        logit += 0.25 * random.standard_normal()
        rate = 1 / (1 + np.exp(-logit))
        success = 0.0 if cell.lag == "none" else random.uniform(0.1, 0.3)
        families = max(1, round(cell.size * FLOWS[cell.flow](year) / FAMILY))
        granted = random.binomial(families, rate)
        winners = random.binomial(families - granted, success)
        lesser = random.binomial(granted, 0.4)
        won[year + BURN_IN] = random.multinomial(winners, lags)
        cohorts[year] = (FAMILY * granted, FAMILY * (families - granted), FAMILY * lesser)
        chance[year] = rate + (1 - rate) * success * lags[: appeal.HORIZON + 1].sum()
    appeals, outside = {}, {}
    for year in range(YEARS):
        own = sum(
            FAMILY * won[year - lag + BURN_IN, lag] for lag in range(len(lags))
            if year - lag >= -BURN_IN
        )  # fmt: skip
        old = sum(
            FAMILY * won[year - lag + BURN_IN, lag] for lag in range(appeal.HORIZON + 1, len(lags))
            if year - lag >= -BURN_IN
        )  # fmt: skip
        share = cell.others / (1 - 2 * cell.others)
        raised = min(round(share * own), cohorts[year][2])
        strange = round(share * own)
        appeals[year] = own + raised + strange
        outside[year] = old + strange
    return {
        "cohorts": cohorts, "won": won, "appeals": appeals, "outside": outside, "chance": chance,
    }  # fmt: skip


def truth(made: dict[str, Any], window: range) -> float:
    """Return the true share of a window's persons granted by the end of what is followed."""
    end = min(window[-1] + appeal.HORIZON, YEARS - 1)
    granted = sum(made["cohorts"][year][0] for year in window)
    later = sum(
        FAMILY * made["won"][year + BURN_IN, lag]
        for year in window for lag in range(appeal.HORIZON + 1) if year + lag <= end
    )  # fmt: skip
    return float((granted + later) / sum(sum(made["cohorts"][year][:2]) for year in window))


def expected(made: dict[str, Any], window: range) -> float:
    """Return the chance behind the window: each year's, weighted by its decisions."""
    sizes = {year: sum(made["cohorts"][year][:2]) for year in window}
    return float(sum(made["chance"][y] * n for y, n in sizes.items()) / sum(sizes.values()))


def kept(made: dict[str, Any], window: range) -> bool:
    """Tell whether what the bounds assume is true: no year has more from outside than the slack."""
    end = min(window[-1] + appeal.HORIZON, YEARS - 1)
    return all(
        made["outside"][year] <= appeal.SLACK * made["appeals"][year]
        for year in range(window[0], end + 1)
    )


def one_cell(cell: Cell, replications: int, seed: int) -> list[dict[str, Any]]:
    """Return the rows of one cell: one a window."""
    import numpy as np

    key = zlib.crc32("/".join(map(str, cell)).encode())
    random = np.random.default_rng(np.random.SeedSequence((seed, key)))
    sums: dict[str, dict[str, list[float]]] = {
        window: {name: [] for name in ("kept", "inside", "width", "ratio", "reach")}
        for window in WINDOWS
    }
    for _ in range(replications):
        made = history(cell, random)
        cohorts = {
            year: appeal.Cohort(printed(g), printed(r), printed(lesser))
            for year, (g, r, lesser) in made["cohorts"].items() if year >= 0
        }  # fmt: skip
        appeals = {year: printed(value) for year, value in made["appeals"].items()}
        for name, window in WINDOWS.items():
            found = appeal.cumulative(cohorts, appeals, window, design_effect=FAMILY)
            share = truth(made, window)
            if found.ratio is None:
                raise ValueError(f"no bounds in {cell}: {found.status}")
            # Where there is a ratio there are bounds and an interval; said for the type checker.
            assert found.bound_low is not None
            assert found.bound_high is not None
            assert found.low is not None
            assert found.high is not None
            into = sums[name]
            into["kept"].append(kept(made, window))
            into["inside"].append(found.bound_low <= share <= found.bound_high)
            into["width"].append(found.bound_high - found.bound_low)
            into["ratio"].append(found.ratio - share)
            into["reach"].append(found.low <= expected(made, window) <= found.high)
    return [_row(cell, name, {k: np.array(v, dtype=float) for k, v in of.items()})
            for name, of in sums.items()]  # fmt: skip


def _row(cell: Cell, window: str, of: dict[str, np.ndarray]) -> dict[str, Any]:
    import numpy as np

    count = len(of["inside"])
    held = of["kept"] == 1
    inside = float(of["inside"].mean())
    reach = float(of["reach"].mean())
    followed = window != "newest"
    return {
        **cell._asdict(), "window": window, "replications": count,
        "assumptions_kept": float(of["kept"].mean()),
        "inside": inside, "inside_se": float(np.sqrt(inside * (1 - inside) / count)),
        "inside_where_kept": float(of["inside"][held].mean()) if held.any() else None,
        "width": float(of["width"].mean()),
        "ratio_bias": float(of["ratio"].mean()),
        "ratio_bias_se": float(of["ratio"].std(ddof=1) / np.sqrt(count)) if count > 1 else None,
        "ratio_error": float(np.abs(of["ratio"]).mean()),
        "ratio_error_95": float(np.quantile(np.abs(of["ratio"]), 0.95)),
        # The chance counts appeals up to the horizon, which the newest window has not seen.
        "interval_covers": reach if followed else None,
        "interval_covers_se": float(np.sqrt(reach * (1 - reach) / count)) if followed else None,
    }  # fmt: skip


def run(
    replications: int, seed: int, jobs: int, progress: Callable[[str], None]
) -> dict[str, pd.DataFrame]:
    """Run the study; see `asylum_report.evaluation.run`."""
    import pandas as pd
    from joblib import Parallel, delayed

    progress(f"{len(CELLS)} cells, {replications} replications each")
    rows = Parallel(n_jobs=jobs)(delayed(one_cell)(cell, replications, seed) for cell in CELLS)
    return {"appeal_bounds": pd.DataFrame(list(itertools.chain.from_iterable(rows)))}
