"""Execute notebooks, two kernels at a time, and remember what each one's code put out.

The sources in the project are never touched: outputs live in the cache, by the fingerprint of the
notebook's code and of everything its charts come out of, and are put into the staged copy.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from asylum_report.errors import BuildError
from asylum_report.publish import fingerprint

TIMEOUT = 120
"""Seconds that one cell may take."""

STARTS = 3
"""Attempts to start a kernel: on a busy machine another program may take a port it was given."""

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

Progress = Callable[[int, int], None]


def read(path: Path) -> dict[str, Any]:
    """Read a notebook as JSON.

    Raises
    ------
    BuildError
        If the file is no notebook of format 4.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        if notebook["nbformat"] != 4 or not isinstance(notebook["cells"], list):
            raise ValueError("not a notebook of format 4")
    except (ValueError, KeyError, TypeError) as error:
        raise BuildError("not a notebook", where=path.name, todo=str(error)) from error
    return notebook


def dump(notebook: Mapping[str, Any]) -> str:
    """Return the text of a notebook file, in the order and spacing that Jupyter writes."""
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def with_outputs(
    notebook: Mapping[str, Any], outputs: Iterable[list[dict[str, Any]]]
) -> dict[str, Any]:
    """Return a copy of `notebook` whose code cells carry `outputs`, in order, and nothing else."""
    remaining = iter(outputs)
    cells = []
    for cell in notebook["cells"]:
        copy = dict(cell)
        if cell["cell_type"] == "code":
            copy |= {"outputs": next(remaining), "execution_count": None}
        cells.append(copy)
    return {**notebook, "cells": cells}


def outputs_of(notebook: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    """Return the outputs of every code cell, without counters and without what went to stderr."""
    found = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        kept = []
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                continue
            copy = {key: value for key, value in output.items() if key != "execution_count"}
            if copy["output_type"] == "execute_result":
                copy["output_type"] = "display_data"
            kept.append(copy)
        found.append(kept)
    return found


def execute(
    paths: Iterable[Path],
    cache: Path,
    figures: str,
    root: Path,
    *,
    workers: int = 2,
    timeout: int = TIMEOUT,
    progress: Progress | None = None,
) -> tuple[dict[Path, dict[str, Any]], int]:
    """Return every notebook with its outputs, and how many of them had to be executed.

    Parameters
    ----------
    paths
        The notebooks. Each runs in a fresh kernel of the running Python, in its own folder.
    cache
        Folder of remembered outputs.
    figures
        Fingerprint of what the notebooks' charts come out of.
    root
        The project, which the notebooks read data from.
    workers
        Kernels at a time.
    timeout
        Seconds that one cell may take.
    progress
        Called with the number of notebooks done and the number of all, in this thread.

    Raises
    ------
    BuildError
        Naming notebook, cell and the exception's last line, if a cell raises.
    """
    done: dict[Path, dict[str, Any]] = {}
    waiting: dict[Path, tuple[dict[str, Any], Path]] = {}
    for path in paths:
        notebook = read(path)
        entry = cache / f"{path.stem}-{fingerprint.of_code(notebook, figures)[:20]}.json"
        remembered = _remembered(entry, notebook)
        if remembered is None:
            waiting[path] = (notebook, entry)
        else:
            done[path] = with_outputs(notebook, remembered)
    total = len(done) + len(waiting)
    if progress:
        progress(len(done), total)
    for path, executed in _run({p: n for p, (n, _) in waiting.items()}, root, workers, timeout):
        notebook, entry = waiting[path]
        outputs = outputs_of(executed)
        _remember(entry, path.stem, outputs)
        done[path] = with_outputs(notebook, outputs)
        if progress:
            progress(len(done), total)
    return done, len(waiting)


def _remembered(entry: Path, notebook: Mapping[str, Any]) -> list[list[dict[str, Any]]] | None:
    try:
        outputs = json.loads(entry.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    cells = sum(cell["cell_type"] == "code" for cell in notebook["cells"])
    return outputs if isinstance(outputs, list) and len(outputs) == cells else None


def _remember(entry: Path, stem: str, outputs: list[list[dict[str, Any]]]) -> None:
    entry.parent.mkdir(parents=True, exist_ok=True)
    fresh = entry.with_suffix(".new")
    fresh.write_text(json.dumps(outputs, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    for old in entry.parent.glob(f"{stem}-{'?' * 20}.json"):
        old.unlink()
    fresh.replace(entry)


def _run(
    notebooks: Mapping[Path, dict[str, Any]], root: Path, workers: int, timeout: int
) -> Iterable[tuple[Path, Any]]:
    """Execute notebooks in a thread of their own, so that Ctrl-C reaches this one."""
    if not notebooks:
        return
    results: queue.Queue[tuple[Path, Any] | BaseException | None] = queue.Queue()
    stop: list[Callable[[], object]] = []

    async def all_of_them() -> None:
        limit = asyncio.Semaphore(workers)
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        stop.append(lambda: loop.call_soon_threadsafe(task.cancel))

        async def one(path: Path, notebook: dict[str, Any]) -> None:
            async with limit:
                results.put((path, await _execute(path, notebook, root, timeout)))

        async with asyncio.TaskGroup() as group:
            for path, notebook in notebooks.items():
                group.create_task(one(path, notebook))

    def work() -> None:
        try:
            with asyncio.Runner() as runner:
                runner.run(all_of_them())
            results.put(None)
        except BaseException as error:
            results.put(error)

    thread = threading.Thread(target=work, name="notebooks", daemon=True)
    thread.start()
    try:
        while True:
            try:
                # A wait without end would keep Ctrl-C waiting on Windows.
                result = results.get(timeout=0.5)
            except queue.Empty:
                continue
            if result is None:
                return
            if isinstance(result, BaseException):
                raise _first(result)
            yield result
    finally:
        if thread.is_alive():
            for cancel in stop:
                cancel()
            thread.join(timeout=10)


def _first(error: BaseException) -> BaseException:
    """Return the first real error of a group of tasks."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def _execute(path: Path, notebook: dict[str, Any], root: Path, timeout: int) -> Any:
    died: RuntimeError | None = None
    for _ in range(STARTS):
        reached: list[int] = []
        try:
            return await _once(path, notebook, root, timeout, reached)
        except RuntimeError as error:  # "Kernel died before replying to kernel_info"
            if reached:
                raise
            died = error
    raise BuildError(
        f"a notebook's kernel did not start in {STARTS} attempts ({died})",
        where=path.name,
        todo="build again with fewer programs beside it",
    ) from died


async def _once(
    path: Path, notebook: dict[str, Any], root: Path, timeout: int, reached: list[int]
) -> Any:
    import nbformat
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    manager = AsyncKernelManager()
    # The running interpreter, whether or not anybody registered a kernel for it.
    manager._kernel_spec = KernelSpec(
        argv=[
            sys.executable,
            "-m",
            "ipykernel_launcher",
            "-f",
            "{connection_file}",
            "--HistoryManager.enabled=False",
            "--log-level=40",
        ],
        display_name="Python 3",
        language="python",
        interrupt_mode="signal",
    )
    client = NotebookClient(
        nbformat.reads(json.dumps(notebook), as_version=4),
        km=manager,
        timeout=timeout,
        record_timing=False,
        coalesce_streams=True,
        shutdown_kernel="immediate",
        on_cell_start=lambda cell, cell_index: reached.append(cell_index),
    )
    settings = root / ".cache" / "ipython"
    settings.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "ASYLUM_REPORT_ROOT": str(root),
        "IPYTHONDIR": str(settings),
        "PYTHONHASHSEED": "0",
    }
    try:
        return await client.async_execute(
            cwd=str(path.parent),
            env=environment,
            cleanup_kc=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        line = "its kernel died"
        if isinstance(error, CellTimeoutError):
            line = f"a cell took more than {timeout} seconds"
        elif isinstance(error, CellExecutionError):
            line = _last_line(error.ename, error.evalue)
        raise BuildError(
            f"a notebook failed: {line}",
            where=f"{path.name}, cell {max(reached, default=0) + 1}",
            todo="open it with JupyterLab and run it from the top",
        ) from error
    except RuntimeError:
        atexit.unregister(client._cleanup_kernel)  # it would fail: there is no kernel
        raise


def _last_line(name: str, text: str) -> str:
    """Return what an exception said, as Python's last line of a traceback says it."""
    lines = ANSI.sub("", text).strip().splitlines()
    return f"{name}: {lines[-1]}" if lines else name
