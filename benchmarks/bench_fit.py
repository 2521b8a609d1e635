"""Corridors a second: the shipped default, each method, plain statsmodels, two cores, and memory.

python benchmarks/bench_fit.py [seconds]

Corridors are those of the embedded data and bootstrap copies of them, so that nothing is in any
cache. Each figure is processor time and wall time of about so many seconds of work (default 20) in
warm processes, one core each; slices of the methods take turns, so that a busy moment touches all.
"""

from __future__ import annotations

# ruff: noqa: E402
import os
import sys

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import itertools
import subprocess
import time
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
from joblib import Parallel, delayed, parallel_config

from asylum_report import fitting
from asylum_report.analyses import corridor_series, series
from asylum_report.models import many, trend

KEYS = [*series.KEYS, "copy"]
SLICE = 4096


def corridors() -> pd.DataFrame:
    """Return the corridors that are fitted."""
    counts, _ = corridor_series.counts(corridor_series.read())
    enough = counts.assign(n=counts["positive"] + counts["other"])
    enough = enough[enough["n"] >= fitting.LEAST[1]].groupby(series.KEYS).size()
    chosen = enough.index[enough >= fitting.LEAST[0]]
    return counts[pd.MultiIndex.from_frame(counts[series.KEYS]).isin(chosen)]


def copies(base: pd.DataFrame, number: int) -> Iterator[pd.DataFrame]:
    """Give tables of `SLICE` corridors in random order, decided anew by parametric bootstrap."""
    groups = [group for _, group in base.groupby(series.KEYS)]
    random = np.random.default_rng(20260101)
    # Enough shuffled copies behind one another for slices of equal size.
    place = np.concatenate([random.permutation(len(groups)) for _ in range(8)])
    for copy in itertools.count():
        for start in range(0, len(place) - SLICE, SLICE):
            chosen = place[start : start + SLICE]
            table = pd.concat([groups[i].assign(copy=copy * 9 + k // len(groups))
                               for k, i in enumerate(chosen, start)])  # fmt: skip
            n = (table["positive"] + table["other"]).to_numpy()
            share = (table["positive"].to_numpy() + 0.5) / (n + 1)
            positive = random.binomial(n, share)
            half = {
                side: (table[f"{side}_high"] - table[side]).to_numpy()
                for side in ("positive", "other")
            }
            table = table.assign(positive=positive, other=n - positive)
            for side in ("positive", "other"):
                table[f"{side}_low"] = np.maximum(table[side] - half[side], 0)
                table[f"{side}_high"] = table[side] + half[side]
            yield table
            number -= SLICE
            if number <= 0:
                return


def shipped(table: pd.DataFrame, method: str) -> int:
    """Fit a table and return how many corridors that were."""
    return len(many.fit(table, KEYS, 1.0, method).drop_duplicates(KEYS))


def plain(table: pd.DataFrame, share: int = 16) -> int:
    """Fit a part of a table as people do: a local level on empirical logits, by likelihood."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    groups = [group for _, group in table.groupby(KEYS)][::share]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for group in groups:
            period = group["period"].to_numpy()
            logit = np.full(int(period.max() - period.min()) + 1, np.nan)
            value = np.log((group["positive"] + 0.5) / (group["other"] + 0.5))
            decided = (group["positive"] + group["other"]).to_numpy() > 0
            logit[(period - period.min())[decided]] = value[decided]
            found = UnobservedComponents(logit, level="local level").fit(disp=False)
            error = np.sqrt(found.smoothed_state_cov[0, 0])
            1 / (1 + np.exp(-(found.smoothed_state[0] + np.outer(trend.EFFECTS, error))))
    return len(groups)


def turns(base: pd.DataFrame, seconds: float) -> None:
    """Print corridors a second of processor time on one core, methods taking turns."""
    ways = {
        "auto (as shipped)": lambda table: shipped(table, "auto"),
        "exact": lambda table: shipped(table, "exact"),
        "fast": lambda table: shipped(table, "fast"),
        "plain statsmodels": plain,
    }
    spent, done = dict.fromkeys(ways, 0.0), dict.fromkeys(ways, 0)
    tables = copies(base, 10**9)
    for way in ways.values():
        way(next(tables))  # compiles, warms
    while min(spent.values()) < seconds:
        table = next(tables)
        for name, way in ways.items():
            if spent[name] < seconds:
                began = time.process_time()
                done[name] += way(table)
                spent[name] += time.process_time() - began
    print(f"{'one core':22}{'corridors':>10}{'cpu s':>8}{'a second':>10}{'of plain':>10}")
    base_rate = done["plain statsmodels"] / spent["plain statsmodels"]
    for name in ways:
        rate = done[name] / spent[name]
        print(f"{name:22}{done[name]:10}{spent[name]:8.1f}{rate:10.0f}{rate / base_rate:10.1f}")


def cores(base: pd.DataFrame, seconds: float) -> None:
    """Print wall time on one and on two warm processes, in turns."""
    tables = list(copies(base, 2 * SLICE))
    tasks = [
        task for table in tables
        for _, task in many.batches(many.prepare(table, KEYS).tasks)
    ]  # fmt: skip
    spent = {1: 0.0, 2: 0.0}
    with parallel_config(backend="loky", inner_max_num_threads=1):
        for jobs in spent:
            Parallel(n_jobs=jobs)(delayed(many.solve)(task) for task in tasks[:40])
        while min(spent.values()) < seconds:
            for jobs in spent:
                # One worker too, so that both pay for sending tasks.
                with Parallel(n_jobs=2 if jobs == 2 else 1, batch_size=1) as pool:
                    pool(delayed(many.solve)(task) for task in tasks[:4])
                    began = time.perf_counter()
                    pool(delayed(many.solve)(task) for task in tasks)
                    spent[jobs] += time.perf_counter() - began
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"wall s on one process {spent[1]:.1f}, on two {spent[2]:.1f}: "
          f"{spent[1] / spent[2]:.2f} times (load {load}, {os.cpu_count()} cores)")  # fmt: skip


def memory(number: int) -> None:
    """Fit so many corridors as a stream and print the peak memory; called in its own process."""
    import resource

    total = 0
    tables = copies(corridors(), number)
    for table in fitting.stream(tables, KEYS, fitting.Options(jobs=1)):
        total += len(table.drop_duplicates(KEYS))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{total:7} corridors: peak {peak:.0f} MB", flush=True)


def main() -> None:
    if sys.argv[1:2] == ["memory"]:
        memory(int(sys.argv[2]))
        return
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    base = corridors()
    print(f"{len(base.drop_duplicates(series.KEYS)):,} corridors", flush=True)
    turns(base, seconds)
    cores(base, seconds)
    for times in (1, 4, 16):
        subprocess.run([sys.executable, __file__, "memory", str(times * SLICE)], check=True)


if __name__ == "__main__":
    main()
