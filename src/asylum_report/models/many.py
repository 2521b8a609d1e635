"""Trends of many corridors: what can be fitted, by which method, in batches of equal shape.

A corridor is fitted ``exact`` (`asylum_report.models.exact_batch`) or ``fast``
(`asylum_report.models.fast`). Left to itself the choice is ``exact``, save where counts are so
large that the exact sums need the finest grids (`COSTLY`) and every period has at least `LARGE`
positive and as many other decisions for each unit of the design effect, none of them rounded.
Beyond `LARGE` no quantile of p_t differed by more than 0.7 points between the two, over all
corridors of the embedded data; the smooth level differed by more, which is why ``fast`` is not
chosen for speed alone. The column ``method`` says which it was, the column ``status`` what kept a
corridor from being fitted; one bad corridor harms no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asylum_report.models import exact_batch, exact_shapes, status, trend
from asylum_report.models.exact import LEVELS
from asylum_report.models.likelihood import Floats, Ints
from asylum_report.models.many_check import check

METHODS = ("auto", "exact", "fast")
NONE = "none"

LARGE = 100.0
"""Positive and other decisions, over the design effect, from which on `fast` may stand in."""

COSTLY = 3
"""Fineness of the exact grid (position in `exact_shapes.EACH`) from which on it does."""

BATCH = 48
"""Series fitted at once: enough for the matrix product, little enough for the cache."""

MEMORY = 30_000_000
"""Numbers that the largest array of a batch may hold."""


@dataclass(frozen=True)
class Task:
    """Series that are fitted together.

    Attributes
    ----------
    method
        exact or fast.
    form
        Of `exact_batch`; its resets are those of every series in the task.
    low, high
        (series, periods, 2), -1 where missing.
    counts
        (series, periods, 2): as published, 0 where missing.
    careful
        Whether `fast` gives way to `exact` where it does not settle.
    """

    method: str
    effect: float
    form: exact_shapes.Shape
    low: Ints
    high: Ints
    counts: Floats
    careful: bool


@dataclass(frozen=True)
class Found:
    """What a fit gave for one series: quantiles (periods, levels), method and status."""

    own: Floats
    level: Floats
    method: str
    status: str


@dataclass
class Prepared:
    """A table of corridors, checked and laid out.

    Attributes
    ----------
    table
        The rows with ``n``, ``raw``, ``effect``, ``method`` and ``status``.
    tasks
        One a corridor that can be fitted, by number of the corridor.
    rows
        Positions of each such corridor's rows in the table.
    at
        Position of each of these rows on the corridor's axis of periods.
    """

    table: pd.DataFrame
    tasks: dict[int, Task]
    rows: dict[int, NDArray[np.intp]]
    at: dict[int, NDArray[np.intp]]


def choose(low: Ints, high: Ints, effect: float) -> NDArray[np.bool_]:
    """Return for which series (series, periods, 2) `fast` may stand in for `exact`."""
    there = low[..., :1] >= 0
    large = (low >= LARGE * effect) & (low == high)
    return np.asarray((large | ~there).all(axis=(1, 2)))


def prepare(
    counts: pd.DataFrame,
    keys: list[str],
    effect: float = 1.0,
    method: str = "auto",
    least: tuple[int, int] = (3, 1),
) -> Prepared:
    """Check every corridor and lay out those that can be fitted.

    Parameters
    ----------
    counts
        `keys`, the columns of `trend.COUNTS` and perhaps ``reset``; one row a corridor and period.
    keys
        Columns that name a corridor.
    effect
        Design effect within a period, at least 1.
    method
        auto, exact or fast.
    least
        Periods, and decisions in each, that a corridor must have; three periods in any case.

    Raises
    ------
    ValueError
        If the effect is below 1 or the method unknown.
    """
    if not 1 <= effect < np.inf:
        raise ValueError(f"a design effect is at least 1, not {effect}")
    if method not in METHODS:
        raise ValueError(f"a method is one of {', '.join(METHODS)}, not {method}")
    number = counts.groupby(keys, sort=True, dropna=False).ngroup()
    corridor = np.asarray(number, dtype=np.intp)
    numbers = counts[["positive", "other", *trend.BOUNDS]].apply(pd.to_numeric, errors="coerce")
    values = numbers.to_numpy(dtype=float)
    period = pd.to_numeric(counts["period"], errors="coerce").to_numpy(dtype=float)
    words = np.array(check(values, period, corridor, least), dtype=np.str_)
    n = values[:, 0] + values[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = np.where((n > 0) & (values[:, 0] >= 0), values[:, 0] / n, np.nan)
    table = counts.drop(columns="reset", errors="ignore").assign(
        n=n, raw=raw, effect=float(effect), method=NONE,
        status=words[corridor] if len(corridor) else [],
    )  # fmt: skip
    fitted = np.array([trend.fitted(word) for word in words], dtype=bool)
    found = Prepared(table, {}, {}, {})
    if not fitted.any():
        return found
    order = np.flatnonzero(fitted[corridor])
    order = order[np.lexsort((period[order], corridor[order]))]
    numbers_of, starts = np.unique(corridor[order], return_index=True)
    of = np.searchsorted(numbers_of, corridor[order])
    at = (period[order] - period[order][starts][of]).astype(np.intp)
    shape = (len(numbers_of), int(at.max()) + 1)
    decided = n[order] > 0
    low = np.full((*shape, 2), -1, dtype=np.int64)
    high, plain = low.copy(), np.zeros((*shape, 2))
    where = of[decided], at[decided]
    low[where] = values[order][decided][:, [2, 4]]
    high[where] = values[order][decided][:, [3, 5]]
    plain[where] = values[order][decided][:, :2]
    resets = np.zeros(shape, dtype=bool)
    if "reset" in counts:
        resets[of, at] = counts["reset"].to_numpy(dtype=bool)[order]
    forms = exact_shapes.shapes(low, high, effect)
    quick = np.full(shape[0], method == "fast")
    if method == "auto":
        quick = choose(low, high, effect) & np.array([form.fine >= COSTLY for form in forms])
    ends = np.append(starts, len(order))
    for i, number in enumerate(numbers_of.tolist()):
        rows = slice(ends[i], ends[i + 1])
        size = int(at[rows].max()) + 1
        form = replace(forms[i], resets=tuple(np.flatnonzero(resets[i]).tolist()))
        found.rows[number], found.at[number] = order[rows], at[rows]
        found.tasks[number] = Task(
            "fast" if quick[i] else "exact", effect, form, low[i : i + 1, :size],
            high[i : i + 1, :size], plain[i : i + 1, :size], method == "auto",
        )  # fmt: skip
    return found


def batches(tasks: dict[int, Task]) -> Iterator[tuple[list[int], Task]]:
    """Join tasks of single series whose grids agree; give each batch with its series' numbers."""
    groups: dict[tuple[str, float, exact_shapes.Shape], list[int]] = {}
    for number, task in tasks.items():
        # The fast method has no grids to share: only what begins anew, and when.
        form = (
            task.form if task.method == "exact" else exact_shapes.Shape(0, 0, 0, task.form.resets)
        )
        groups.setdefault((task.method, task.effect, form), []).append(number)
    for (method, _, form), numbers in sorted(groups.items()):
        longest = max(tasks[number].low.shape[1] for number in numbers)
        largest = exact_shapes.numbers(form, longest) if method == "exact" else 1
        size = max(1, min(BATCH, MEMORY // largest))
        for start in range(0, len(numbers), size):
            chosen = numbers[start : start + size]
            yield chosen, _join([tasks[number] for number in chosen])


def _join(tasks: list[Task]) -> Task:
    """Put series side by side, shorter ones filled up at their end with missing periods."""
    periods = max(task.low.shape[1] for task in tasks)

    def fill(arrays: list[np.ndarray], value: int) -> np.ndarray:
        whole = np.full((len(arrays), periods, 2), value, dtype=arrays[0].dtype)
        for i, one in enumerate(arrays):
            whole[i, : one.shape[1]] = one[0]
        return whole

    return replace(
        tasks[0],
        low=fill([task.low for task in tasks], -1),
        high=fill([task.high for task in tasks], -1),
        counts=fill([task.counts for task in tasks], 0),
    )


def solve(task: Task) -> list[Found]:
    """Fit the series of a task; one that fails keeps its place with a status that says so."""
    try:
        return _solve(task)
    except Exception:  # whatever it was, it must not take the other series with it
        series = len(task.low)
        if series == 1:
            none = np.full((task.low.shape[1], len(LEVELS)), np.nan)
            return [Found(none, none, NONE, status.FAILED)]
        return [one for i in range(series) for one in solve(_part(task, i))]


def _part(task: Task, i: int) -> Task:
    one = slice(i, i + 1)
    return replace(task, low=task.low[one], high=task.high[one], counts=task.counts[one])


def _solve(task: Task) -> list[Found]:
    series, periods = task.low.shape[:2]
    if task.method == "exact":
        own, level = exact_batch.fit(task.low, task.high, task.effect, task.form)
        there = task.low[..., 0] >= 0
        if not np.isfinite(own[there]).all():
            raise FloatingPointError("quantiles that are no numbers")
        return [Found(own[i], level[i], "exact", status.OK) for i in range(series)]
    from asylum_report.models import fast

    resets = np.zeros((series, periods), dtype=bool)
    resets[:, [t for t in task.form.resets if t < periods]] = True
    own, level, settled = fast.fit(task.counts[..., 0], task.counts[..., 1], task.effect, resets)
    result = []
    for i in range(series):
        if settled[i]:
            result.append(Found(own[i], level[i], "fast", status.OK))
        elif task.careful:
            result += solve(_exactly(_part(task, i)))
        else:
            result.append(Found(own[i], level[i], "fast", status.NOT_CONVERGED))
    return result


def _exactly(task: Task) -> Task:
    (form,) = exact_shapes.shapes(task.low, task.high, task.effect)
    return replace(task, method="exact", form=replace(form, resets=task.form.resets))


def assemble(prepared: Prepared, found: dict[int, Found]) -> pd.DataFrame:
    """Return the table with estimates and intervals, as `trend.fit` gives them for one series."""
    table = prepared.table
    size = len(LEVELS)
    values = np.full((len(table), 2 * size), np.nan)
    method = table["method"].to_numpy(dtype=object).copy()
    words = table["status"].to_numpy(dtype=object).copy()
    keep = np.ones(len(table), dtype=bool)
    n = table["n"].to_numpy(dtype=float)
    for number, rows in prepared.rows.items():
        one = found[number]
        at = prepared.at[number]
        values[rows, :size], values[rows, size:] = one.own[at], one.level[at]
        method[rows] = one.method
        if one.status != status.OK:
            words[rows] = one.status
        keep[rows] = n[rows] > 0
    table = table.assign(method=method, status=words)
    done = method != NONE
    for i, (name, level_name) in enumerate(zip(trend.INTERVALS, trend.LEVELS, strict=True)):
        table[name], table[level_name] = values[:, i], values[:, size + i]
    # As in `trend.fit`: where nobody may have been protected, the limit is nought.
    none, all_ = table["positive_low"].eq(0) & done, table["other_low"].eq(0) & done
    table.loc[none, "low"], table.loc[all_, "high"] = 0.0, 1.0
    return table[keep].reset_index(drop=True)


def fit(
    counts: pd.DataFrame,
    keys: list[str],
    effect: float = 1.0,
    method: str = "auto",
    least: tuple[int, int] = (3, 1),
) -> pd.DataFrame:
    """Fit every corridor of a table, in this process.

    Parameters
    ----------
    counts, keys, effect, method, least
        As for `prepare`.

    Returns
    -------
    DataFrame
        The rows of `counts` with the columns of `trend.fit`. Corridors that cannot be fitted keep
        their rows, without estimates, ``method`` none, and the reason as ``status``.
    """
    prepared = prepare(counts, keys, effect, method, least)
    found: dict[int, Found] = {}
    for numbers, task in batches(prepared.tasks):
        found.update(zip(numbers, solve(task), strict=True))
    return assemble(prepared, found)
