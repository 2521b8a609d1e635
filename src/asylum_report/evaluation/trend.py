"""Does the interval for a period's propensity hold the truth? Coverage on series of known truth.

Every combination of merits decisions, rate, rounding, design effect (true and as given to the
model), course and length is a cell of its own, with its own child of the seed. Decisions with a
design effect d are beta-binomial, as the model supposes, and once more, for what happens when the
model is wrong, families of d people decided as one. The control is what people use: a Wilson
interval on the published counts.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.special import expit, logit

from asylum_report.models import draws, exact
from asylum_report.models.likelihood import Floats, Ints

DECISIONS = (20, 50, 200, 1000, 5000)
RATES = (0.03, 0.1, 0.3, 0.5, 0.85)
ROUNDINGS = ("none", "unhcr", "5", "10")
EFFECTS = ((1, 1), (4, 4), (1, 4), (4, 1))
"""Design effect of the data, and the one that the model is given."""

COURSES = ("steady", "drifting", "jumping")
PERIODS = (12, 26)
DRIFT = 0.2
"""Standard deviation of a drifting series' yearly steps, in logits."""

JUMP = 1.5
"""Size of a jumping series' one jump, up or down, in logits: from 10 to 33%, or to 2.4%."""

CHANGE_DRAWS = 1000

CHUNK = 100
Z = 1.959964


@dataclass(frozen=True)
class Cell:
    """One combination of what the simulated series are like."""

    number: int
    decisions: int
    rate: float
    rounding: str
    effect: int
    given: int
    course: str
    periods: int
    making: str = "beta-binomial"


def cells() -> list[Cell]:
    """Return every cell of the study, numbered."""
    every = itertools.product(DECISIONS, RATES, ROUNDINGS, EFFECTS, COURSES, PERIODS)
    found = [Cell(i, n, r, k, *e, c, t) for i, (n, r, k, e, c, t) in enumerate(every)]
    families = itertools.product(DECISIONS, RATES, ("none", "unhcr"), COURSES, PERIODS)
    for n, r, k, c, t in families:
        found.append(Cell(len(found), n, r, k, 4, 4, c, t, "families"))
    return found


def truth(cell: Cell, series: int, random: np.random.Generator) -> tuple[Floats, NDArray[np.bool_]]:
    """Return true chances (series, periods), and which periods stand beside a jump."""
    start = float(logit(cell.rate))
    path = np.full((series, cell.periods), start)
    beside = np.zeros((series, cell.periods), dtype=bool)
    if cell.course == "drifting":
        steps = random.normal(0, DRIFT, path.shape)
        path += np.cumsum(steps, axis=1) - steps[:, :1]
    if cell.course == "jumping":
        at = random.integers(3, cell.periods - 2, series)
        size = JUMP * random.choice([-1, 1], series)
        when = np.arange(cell.periods)
        path += size[:, None] * (when >= at[:, None])
        beside = (when == at[:, None]) | (when == at[:, None] - 1)
    return np.asarray(expit(path)), beside


def decide(
    chance: Floats,
    decisions: int,
    effect: int,
    random: np.random.Generator,
    making: str = "beta-binomial",
) -> Ints:
    """Return positive decisions: binomial, beta-binomial with the given design effect, or families.

    Families have as many members as the design effect says, the last perhaps fewer.
    """
    if effect > 1 and making == "families":
        whole, rest = divmod(decisions, effect)
        together = effect * random.binomial(whole, chance) + rest * random.binomial(1, chance)
        return np.asarray(together, dtype=np.int64)
    if effect > 1:
        # Intra-cluster correlation r gives the design effect 1 + (n - 1) r.
        size = (decisions - 1) / (effect - 1) - 1
        chance = random.beta(chance * size, (1 - chance) * size)
    return np.asarray(random.binomial(decisions, chance), dtype=np.int64)


def publish(counts: Ints, rounding: str) -> tuple[Ints, Ints, Ints]:
    """Return counts as published and the least and most that their rounding allows."""
    if rounding == "none":
        return counts, counts, counts
    base = 10 if rounding == "10" else 5
    # Halves up, as publishers do; numpy would round to even.
    rounded = (counts + base // 2) // base * base
    half = np.full_like(counts, base // 2)
    if rounding == "unhcr":
        rounded = np.where(counts <= 10, rounded, counts)
        half = np.where(rounded <= 10, half, 0)
    return rounded, np.maximum(rounded - half, 0), rounded + half


def wilson(positive: Ints, other: Ints) -> tuple[Floats, Floats]:
    """Return the 95% Wilson interval on counts as they stand; nothing at all spans 0 to 1."""
    n = np.maximum(positive + other, 1)
    share = positive / n
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    none = positive + other == 0
    return np.where(none, 0.0, middle - half), np.where(none, 1.0, middle + half)


def position(density: Floats, fine: Floats, chance: Floats) -> Floats:
    """Return how much of each period's posterior lies below the true chance."""
    step = fine[1] - fine[0]
    total = np.concatenate([np.zeros((*density.shape[:-1], 1)), density.cumsum(axis=-1)], axis=-1)
    place = np.clip((logit(chance) - fine[0]) / step + 0.5, 0, fine.size - 1e-9)
    left = place.astype(int)
    below = np.take_along_axis(total, left[..., None], -1)[..., 0]
    above = np.take_along_axis(total, left[..., None] + 1, -1)[..., 0]
    return np.asarray(below + (place - left) * (above - below))


def _one(cell: Cell, replications: int, seed: int) -> dict[str, object]:
    """Return coverage in one cell."""
    random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(cell.number,)))
    held: dict[str, list[NDArray[Any]]] = {
        name: [] for name in ("50", "80", "95", "level", "wilson", "error")
    }
    besides = []
    for start in range(0, replications, CHUNK):
        series = min(CHUNK, replications - start)
        chance, beside = truth(cell, series, random)
        positive = decide(chance, cell.decisions, cell.effect, random, cell.making)
        shown, low, high = publish(positive, cell.rounding)
        shown_other, low_other, high_other = publish(cell.decisions - positive, cell.rounding)
        posterior = exact.fit(
            np.stack([low, low_other], -1), np.stack([high, high_other], -1), cell.given
        )
        density = posterior.density()
        place = position(density, posterior.grids.fine, chance)
        for name, tail in (("50", 0.25), ("80", 0.1), ("95", 0.025)):
            above = place >= tail
            below = place <= 1 - tail
            if name == "95":  # as `trend.fit` gives them
                above |= low == 0
                below |= low_other == 0
            held[name].append(above & below)
        place = position(posterior.level, posterior.grids.level, chance)
        held["level"].append((place >= 0.025) & (place <= 0.975))
        least, most = wilson(shown, shown_other)
        held["wilson"].append((least <= chance) & (chance <= most))
        mean = (density * expit(posterior.grids.fine)).sum(axis=-1)
        held["error"].append(np.abs(mean - chance))
        besides.append(beside)
    whole = {name: np.concatenate(parts) for name, parts in held.items()}
    beside = np.concatenate(besides)
    near = whole["95"][beside]
    return {
        "decisions": cell.decisions, "rate": cell.rate, "rounding": cell.rounding,
        "effect": cell.effect, "given": cell.given, "making": cell.making,
        "course": cell.course, "periods": cell.periods, "replications": replications,
        "cover_50": float(whole["50"].mean()), "cover_80": float(whole["80"].mean()),
        "cover_95": float(whole["95"].mean()),
        # Periods of one series share its scales, so series, not periods, are the draws.
        "error_95": float(whole["95"].mean(axis=1).std(ddof=1) / np.sqrt(replications)),
        "cover_95_away": float(whole["95"][~beside].mean()),
        "cover_95_beside": float(near.mean()) if near.size else None,
        "level_95": float(whole["level"].mean()),
        "wilson_95": float(whole["wilson"].mean()),
        "mean_error": float(whole["error"].mean()),
    }  # fmt: skip


def change_cells() -> list[Cell]:
    """Return the cells in which changes between two periods are tested, numbered after the rest."""
    every = itertools.product((50, 200, 1000), (0.1, 0.3), (1, 4), ("steady", "jumping"))
    first = len(cells())
    return [
        Cell(first + i, n, r, "unhcr", e, e, c, PERIODS[0]) for i, (n, r, e, c) in enumerate(every)
    ]


def _change(cell: Cell, replications: int, seed: int) -> dict[str, object]:
    """Return the coverage of the change over the last two steps in one cell."""
    random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(cell.number,)))
    chance, _ = truth(cell, replications, random)
    positive = decide(chance, cell.decisions, cell.effect, random)
    _, low, high = publish(positive, cell.rounding)
    _, low_other, high_other = publish(cell.decisions - positive, cell.rounding)
    lows, highs = np.stack([low, low_other], -1), np.stack([high, high_other], -1)
    held = np.zeros(replications, dtype=bool)
    for i in range(replications):
        drawn = draws.paths(lows[i], highs[i], cell.given, size=CHANGE_DRAWS, seed=i)
        moved = draws.change(drawn, -3, -1)
        held[i] = moved["low"] <= chance[i, -1] - chance[i, -3] <= moved["high"]
    cover = float(held.mean())
    return {
        "decisions": cell.decisions, "rate": cell.rate, "rounding": cell.rounding,
        "effect": cell.effect, "course": cell.course, "periods": cell.periods,
        "replications": replications, "cover_95": cover,
        "error_95": float(np.sqrt(cover * (1 - cover) / replications)),
    }  # fmt: skip


def run(
    replications: int,
    seed: int,
    jobs: int,
    progress: Callable[[str], None],
    chosen: list[Cell] | None = None,
    changes: list[Cell] | None = None,
) -> dict[str, pd.DataFrame]:
    """Run the study.

    Parameters
    ----------
    replications
        Simulated series a cell, at least 2.
    seed
        Equal seeds give equal tables, whatever the number of jobs or the cells chosen.
    jobs
        Processes; -1 for one a core.
    chosen, changes
        Some of `cells` and of `change_cells`; by default all.

    Returns
    -------
    dict
        ``trend_coverage``: one row a cell; ``trend_summary``: the same pooled over rates, courses
        and lengths; ``trend_change``: coverage of changes.
    """
    todo = cells() if chosen is None else chosen
    rows: list[dict[str, object]] = []
    found = Parallel(n_jobs=jobs, return_as="generator", batch_size=1)(
        delayed(_one)(cell, replications, seed) for cell in todo
    )
    for row in found:
        rows.append(row)
        if len(rows) % 100 == 0:
            progress(f"{len(rows)} of {len(todo)} cells")
    table = pd.DataFrame(rows)
    progress("changes")
    moved = Parallel(n_jobs=jobs, batch_size=1)(
        delayed(_change)(cell, replications, seed)
        for cell in (change_cells() if changes is None else changes)
    )
    return {
        "trend_coverage": table,
        "trend_summary": summary(table),
        "trend_change": pd.DataFrame(moved),
    }


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Return coverage pooled over rates and courses: one row a setting, size and rounding."""
    groups = table.groupby(["making", "effect", "given", "decisions", "rounding"], sort=False)
    return groups.agg(
        cells=("cover_95", "size"),
        cover_50=("cover_50", "mean"),
        cover_80=("cover_80", "mean"),
        cover_95=("cover_95", "mean"),
        lowest_95=("cover_95_away", "min"),
        lowest_beside=("cover_95_beside", "min"),
        wilson_95=("wilson_95", "mean"),
        level_95=("level_95", "mean"),
        mean_error=("mean_error", "mean"),
    ).reset_index()
