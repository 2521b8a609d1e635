"""Tasks sent to a Dask cluster through joblib; what a lost cluster leaves is told, not lost.

Dask is an optional extra. Nothing is sent to any address but the scheduler's: tasks and results
pass through it, and no dashboard is opened here.
"""

from __future__ import annotations

import logging
import queue
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from asylum_report.errors import ReportError

PATIENCE = 5.0
"""Seconds that a scheduler has to answer, and workers to appear."""

FIRST = 120.0
"""Seconds that a worker has to import the models, which a slow disk can make long."""

LOST = 6.0
"""Seconds without a connection, or without any worker, after which a cluster is taken for lost."""

ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):[0-9]{1,5}")


class ClusterLost(Exception):
    """The scheduler or every worker went away before all was done."""


def connect(address: str, version: Callable[[], str]) -> Any:
    """Return a client of the scheduler at `address`.

    Parameters
    ----------
    version
        Gives a hash of the models' code; every worker must give the same.

    Raises
    ------
    ReportError
        If Dask is not installed, the address is none, nobody answers, no worker is there, or
        workers run other code.
    """
    if not ADDRESS.fullmatch(address):
        raise ReportError(f"'{address}' is no scheduler", todo="write tcp://host:port")
    try:
        from distributed import Client
    except ImportError as error:
        raise ReportError(
            "Dask is not installed, so there is no cluster to use",
            todo="pip install 'asylum-report[cluster]', or leave --scheduler out",
        ) from error
    for name in ("distributed", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except Exception as error:
        raise ReportError(
            "the scheduler cannot be reached", where=address,
            todo="check that it runs, or leave --scheduler out",
        ) from error  # fmt: skip
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
        found = _answer(lambda: client.run(version))
    except Exception as error:
        close(client)
        raise ReportError(
            "the cluster has no worker that can run asylum-report", where=address,
            todo="start workers in an environment where it is installed",
        ) from error  # fmt: skip
    if set(found.values()) != {version()}:
        close(client)
        raise ReportError(
            "the cluster's workers run another version of the models", where=address,
            todo="install the same version everywhere",
        )  # fmt: skip
    return client


def _answer(ask: Callable[[], Any]) -> Any:
    """Return an answer, or raise if there is none in `FIRST` seconds."""
    answers: queue.Queue[Any] = queue.Queue()

    def run() -> None:
        try:
            answers.put((ask(), None))
        except Exception as error:
            answers.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    found, error = answers.get(timeout=FIRST)
    if error:
        raise error
    return found


def close(client: Any) -> None:
    """Close a client without waiting for a scheduler that is gone."""
    threading.Thread(target=lambda: client.close(timeout=1), daemon=True).start()


def alive(client: Any) -> bool:
    """Return whether the scheduler is connected and has a worker."""
    if client.status != "running":
        return False
    try:
        return bool(_answer_soon(client))
    except Exception:
        return False


def _answer_soon(client: Any) -> int:
    answers: queue.Queue[int] = queue.Queue()

    def ask() -> None:
        try:
            answers.put(len(client.scheduler_info(n_workers=-1)["workers"]))
        except Exception:
            answers.put(0)

    threading.Thread(target=ask, daemon=True).start()
    return answers.get(timeout=LOST)


def each(
    client: Any, function: Callable[[Any], Any], tasks: Sequence[Any]
) -> Iterator[tuple[int, Any]]:
    """Give number and result of each task, in order, as the cluster returns them.

    Raises
    ------
    ClusterLost
        If the cluster goes away; what was given until then stands.
    """
    from joblib import Parallel, delayed, parallel_config

    results: queue.Queue[tuple[int, Any] | BaseException | None] = queue.Queue()

    def work() -> None:
        try:
            with parallel_config(backend="dask", client=client, wait_for_workers_timeout=PATIENCE):
                pool = Parallel(return_as="generator", batch_size=1, pre_dispatch="all")
                for number, result in enumerate(pool(delayed(function)(one) for one in tasks)):
                    results.put((number, result))
            results.put(None)
        except BaseException as error:
            results.put(error)

    threading.Thread(target=work, daemon=True).start()
    missed = 0
    while True:
        try:
            found = results.get(timeout=LOST / 3)
        except queue.Empty:
            missed = 0 if alive(client) else missed + 1
            if missed >= 3:
                raise ClusterLost from None
            continue
        if found is None:
            return
        if isinstance(found, BaseException):
            raise ClusterLost from found
        missed = 0
        yield found
