"""Trends of many corridors fitted in parallel, from tables of counts to tables of estimates.

Tables come in and go out one after the other, so memory does not grow with the number of
corridors. Fits are kept by content in the project's cache. Results do not depend on the number of
processes, on the machine a corridor was fitted on, or on what was in the cache: a corridor's grids
follow from its own counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from asylum_report import cluster, fit_cache
from asylum_report.models import many
from asylum_report.models.many import Found, Task

BLOCK = 8192
"""Corridors read, fitted and given at a time."""

LEAST = (5, 20)
"""Years, and decisions in each of them, that a corridor must have to be fitted."""


@dataclass
class Options:
    """How to fit.

    Attributes
    ----------
    jobs
        Processes; 1 for this one, -1 for one a core.
    scheduler
        Address of a Dask scheduler, or nothing.
    cache
        Folder of kept fits, or None.
    """

    effect: float = 1.0
    method: str = "auto"
    least: tuple[int, int] = LEAST
    jobs: int = 1
    scheduler: str = ""
    cache: Path | None = None


@dataclass
class Tally:
    """What was done: corridors by status and by method, and how many came from the cache."""

    status: dict[str, int] = field(default_factory=dict)
    method: dict[str, int] = field(default_factory=dict)
    cached: int = 0
    corridors: int = 0

    def count(self, table: pd.DataFrame, keys: list[str]) -> None:
        """Add the corridors of a table of results."""
        once = table.drop_duplicates(keys)
        self.corridors += len(once)
        for mine, column in ((self.status, "status"), (self.method, "method")):
            for word, number in once[column].value_counts().items():
                mine[str(word)] = mine.get(str(word), 0) + int(number)


def blocks(counts: pd.DataFrame, keys: list[str], size: int = BLOCK) -> Iterator[pd.DataFrame]:
    """Cut a table into tables of at most `size` whole corridors, in the order of their keys."""
    number = counts.groupby(keys, sort=True, dropna=False).ngroup().to_numpy()
    for start in range(0, int(number.max()) + 1 if len(number) else 0, size):
        part = counts[(number >= start) & (number < start + size)]
        yield part.sort_values([*keys, "period"], ignore_index=True)


def stream(
    tables: Iterable[pd.DataFrame],
    keys: list[str],
    options: Options,
    tally: Tally | None = None,
    tell: Callable[[str], None] | None = None,
) -> Iterator[pd.DataFrame]:
    """Give the estimates of each table of counts, in order.

    Parameters
    ----------
    tables
        As for `many.prepare`; a corridor stands in one table.
    keys
        Columns that name a corridor.
    tally
        Filled in as tables are done.
    tell
        Called with a line where something went wrong that did not stop the work.

    Raises
    ------
    ReportError
        If the cluster cannot be used.
    """
    with ExitStack() as stack:
        solve = _solver(options, stack, tell or (lambda _: None))
        for table in tables:
            prepared = many.prepare(table, keys, options.effect, options.method, options.least)
            found, names = _cached(prepared.tasks, options)
            if tally is not None:
                tally.cached += len(found)
            todo = {n: task for n, task in prepared.tasks.items() if n not in found}
            batched = list(many.batches(todo))
            for (numbers, _), results in zip(
                batched, solve([task for _, task in batched]), strict=True
            ):
                for number, one in zip(numbers, results, strict=True):
                    found[number] = one
                    if options.cache and one.status != many.status.FAILED:
                        fit_cache.save(options.cache, names[number], one)
            result = many.assemble(prepared, found)
            if tally is not None:
                tally.count(result, keys)
            yield result
        if options.cache:
            fit_cache.trim(options.cache)


def _cached(tasks: dict[int, Task], options: Options) -> tuple[dict[int, Found], dict[int, str]]:
    if not options.cache:
        return {}, {}
    names = {number: fit_cache.key(task, options.method) for number, task in tasks.items()}
    kept = {number: fit_cache.load(options.cache, name) for number, name in names.items()}
    return {number: one for number, one in kept.items() if one is not None}, names


Solver = Callable[[Sequence[Task]], Iterator[list[Found]]]


def _solver(options: Options, stack: ExitStack, tell: Callable[[str], None]) -> Solver:
    """Return what fits tasks in order: the cluster, processes of this machine, or this process."""
    local = _local(options.jobs, stack)
    if not options.scheduler:
        return local
    client: Any = cluster.connect(options.scheduler, fit_cache.version)
    stack.callback(cluster.close, client)
    lost = False

    def solve(tasks: Sequence[Task]) -> Iterator[list[Found]]:
        nonlocal lost
        done = 0
        if not lost and tasks:
            try:
                for _, result in cluster.each(client, many.solve, tasks):
                    done += 1
                    yield result
            except cluster.ClusterLost:
                lost = True
                tell(
                    f"the cluster was lost with {done} of {len(tasks)} batches done: "
                    "the rest is fitted on this machine"
                )
        yield from local(tasks[done:])

    return solve


def _local(jobs: int, stack: ExitStack) -> Solver:
    if jobs == 1:
        return lambda tasks: (many.solve(task) for task in tasks)
    pools: list[Any] = []

    def solve(tasks: Sequence[Task]) -> Iterator[list[Found]]:
        from joblib import Parallel, delayed, parallel_config

        if not tasks:
            return
        if not pools:  # one core a process: the products' own threads would only queue
            stack.enter_context(parallel_config(backend="loky", inner_max_num_threads=1))
            pool = Parallel(n_jobs=jobs, return_as="generator", batch_size=1, pre_dispatch="all")
            pools.append(stack.enter_context(pool))
        yield from pools[0](delayed(many.solve)(task) for task in tasks)

    return solve
