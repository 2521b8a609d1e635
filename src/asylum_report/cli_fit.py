"""The command ``fit``: trends of every corridor, with progress and a closing line."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from asylum_report.errors import ReportError, UnknownName

if TYPE_CHECKING:
    import pandas as pd

METHODS = ("auto", "exact", "fast")


def step(line: str) -> None:
    """Say what is being done, beside the table that may go to standard output."""
    print(line, file=sys.stderr, flush=True)


def fit(
    destinations: list[str] | None,
    origin: str,
    effect: float,
    method: str,
    least: tuple[int, int],
    jobs: int,
    scheduler: str,
    output: Path | None,
    cached: bool,
) -> None:
    """Fit the corridors asked for and write their estimates.

    Raises
    ------
    ReportError
        If what is asked for makes no sense, or the file or the cluster cannot be used.
    """
    if method not in METHODS:
        raise UnknownName(f"unknown method '{method}'", todo=f"use one of {', '.join(METHODS)}")
    if not 1 <= effect <= 1000:
        raise ReportError(f"a design effect is from 1 to 1000, not {effect:g}")
    if jobs == 0 or jobs < -1:
        raise ReportError(f"{jobs} is no number of processes", todo="use 1, 2 ... or -1")
    # One core a process, set before NumPy starts.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    from asylum_report import fit_output, paths, query

    if output is not None:
        fit_output.check(output)
    origins = None if origin.casefold() == "all" else [query.country(origin)]
    named = [query.country(code) for code in query.codes(destinations) or []] or None
    if not (paths.processed() / "decisions.parquet").exists():
        from asylum_report import process

        process.ensure(progress=step)
    from asylum_report import fitting
    from asylum_report.analyses import corridor_series, series
    from asylum_report.models import status, trend

    began = time.perf_counter()
    counts, unpublished = corridor_series.counts(corridor_series.read(origins, named))
    if counts.empty and unpublished.empty:
        raise query.nothing(origin if origins else "RUS", destinations, None, None, "UNHCR")
    total = len(counts.drop_duplicates(series.KEYS)) + len(unpublished)
    step(f"{total:,} corridors ({time.perf_counter() - began:.1f} s)")
    options = fitting.Options(
        effect, method, least, jobs, scheduler, paths.cache() / "fit" if cached else None
    )
    tally = fitting.Tally()
    columns = [
        *series.KEYS, "period_start", "period_end", "period", "positive", "other", "n", "raw",
        "effect", *trend.INTERVALS, *trend.LEVELS, "method", "period_status", "status",
    ]  # fmt: skip

    def tables() -> Iterator[pd.DataFrame]:
        done = 0
        parts = fitting.blocks(counts, series.KEYS)
        for table in fitting.stream(parts, series.KEYS, options, tally, step):
            done += len(table.drop_duplicates(series.KEYS))
            step(f"{done:,} of {total:,} ({time.perf_counter() - began:.1f} s)")
            yield table[columns]
        if len(unpublished):
            last = unpublished.reindex(columns=columns)
            last = last.assign(
                method="none", status=status.NOT_PUBLISHED, effect=effect, period_start="",
                period_end="", period_status="",
            )  # fmt: skip
            tally.count(last, series.KEYS)
            yield last

    if output is None:
        fit_output.csv(tables())
    else:
        fit_output.write(tables(), output)
    step(summary(tally, time.perf_counter() - began))
    for word in tally.status:
        step(f"  {word}: {status.WORDS[word]}")
    if output is not None:
        step(f"wrote {output}")


def summary(tally: object, seconds: float) -> str:
    """Return the closing line: corridors by method and by status."""
    from asylum_report.fitting import Tally

    assert isinstance(tally, Tally)
    methods = ", ".join(f"{word} {number:,}" for word, number in sorted(tally.method.items()))
    words = ", ".join(
        f"{word} {number:,}"
        for word, number in sorted(tally.status.items(), key=lambda item: (-item[1], item[0]))
    )
    kept = f"; {tally.cached:,} from the cache" if tally.cached else ""
    return f"{tally.corridors:,} corridors in {seconds:.1f} s: {methods}{kept}. Status: {words}."
