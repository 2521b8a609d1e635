"""A real cluster of two workers on this machine: equal results, and what happens when it dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from asylum_report import cluster, fit_cache, fitting
from asylum_report.errors import ReportError
from asylum_report.models import trend

pytest.importorskip("distributed")

KEYS = ["name"]


class Cluster:
    """A scheduler and two workers as processes of their own, on loopback only."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "scheduler.json"
        own = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        common = [sys.executable, "-m"]
        where = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(self.file)]
        commands = [
            [*common, "distributed.cli.dask_scheduler", "--port", "0", *where],
            *[
                [*common, "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", *where]
                for _ in range(2)
            ],
        ]
        self.processes = [
            subprocess.Popen(
                command, cwd=folder, env=own,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            for command in commands
        ]  # fmt: skip

    @property
    def address(self) -> str:
        began = time.monotonic()
        while not self.file.exists() or not self.file.read_text():
            assert time.monotonic() - began < 120, "the scheduler did not start"
            time.sleep(0.1)
        return str(json.loads(self.file.read_text())["address"])

    def kill(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    monkeypatch.setattr(cluster, "PATIENCE", 60.0)  # workers start while others compute
    made = Cluster(tmp_path)
    yield made
    made.kill()


def table(corridors: int) -> pd.DataFrame:
    random = np.random.default_rng(5)
    parts = []
    for i in range(corridors):
        n = random.integers(30, 300, 8)
        positive = random.binomial(n, random.uniform(0.05, 0.9))
        parts.append(
            pd.DataFrame(
                {
                    "name": f"{i:03}", "period": np.arange(2010, 2018), "positive": positive,
                    "other": n - positive, "positive_low": positive, "positive_high": positive,
                    "other_low": n - positive, "other_high": n - positive,
                }
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def fit(counts: pd.DataFrame, said: list[str] | None = None, **more: Any) -> pd.DataFrame:
    options = fitting.Options(least=(3, 1), **more)
    tell = (said if said is not None else []).append
    return pd.concat(list(fitting.stream([counts], KEYS, options, tell=tell)), ignore_index=True)


def test_a_cluster_gives_what_this_machine_gives_and_its_death_costs_no_corridor(
    local, monkeypatch
):
    counts = table(40)
    here = fit(counts)
    said: list[str] = []
    pd.testing.assert_frame_equal(fit(counts, said, scheduler=local.address), here)
    assert said == []
    # Killed, scheduler and workers, once the first of many batches is back.
    every = table(40)
    tables = [every.assign(name=every["name"] + f"-{i}") for i in range(20)]
    many_ = pd.concat(tables, ignore_index=True)
    whole = cluster.each

    def killed(client, function, tasks):
        for number, result in whole(client, function, tasks):
            if number == 0:
                local.kill()
            yield number, result

    monkeypatch.setattr(cluster, "each", killed)
    found = fit(many_, said, scheduler=local.address)
    (line,) = said
    assert line.startswith("the cluster was lost with ")
    numbers = list(trend.INTERVALS)
    for name, one in found.groupby(found["name"].str[4:]):
        # Other corridors beside them in a batch leave the last digit of single precision.
        assert np.abs(one[numbers].to_numpy() - here[numbers].to_numpy()).max() < 2e-6, name


def test_work_that_a_lost_cluster_left_is_done_here(monkeypatch):
    counts = table(30)
    here = fit(counts)

    def dies(client, function, tasks):
        yield 0, function(tasks[0])
        raise cluster.ClusterLost

    monkeypatch.setattr(cluster, "connect", lambda address, version: None)
    monkeypatch.setattr(cluster, "close", lambda client: None)
    monkeypatch.setattr(cluster, "each", dies)
    said: list[str] = []
    pd.testing.assert_frame_equal(fit(counts, said, scheduler="tcp://127.0.0.1:1"), here)
    (line,) = said
    assert line.startswith("the cluster was lost with 1 of ")
    assert line.endswith("the rest is fitted on this machine")


@pytest.mark.parametrize("address", ["localhost", "http://x:1", "tcp://", "tcp://a b:1", "tcp://x"])
def test_what_is_no_address_is_refused_without_asking_anybody(address):
    with pytest.raises(ReportError, match="no scheduler"):
        cluster.connect(address, fit_cache.version)


def test_a_scheduler_that_does_not_answer_is_one_line_within_seconds(monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    began = time.monotonic()
    with pytest.raises(ReportError, match="the scheduler cannot be reached") as error:
        cluster.connect("tcp://127.0.0.1:1", fit_cache.version)
    assert time.monotonic() - began < 20
    assert "\n" not in str(error.value)
    assert error.value.exit_code == 2


def test_without_dask_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ReportError, match=r"pip install 'asylum-report\[cluster\]'"):
        cluster.connect("tcp://127.0.0.1:8786", fit_cache.version)
