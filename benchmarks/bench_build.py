"""How long a build takes and how much memory it needs: cold, after small changes, after none.

python benchmarks/bench_build.py [builtin|quarto]

Works on a copy of the project in a temporary folder, with the Python that runs it. Memory is the
peak of the largest process, kernels and drawing processes among them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = (".venv", ".git", ".cache", "_site", "_charts", "_generated", "_freeze", ".quarto",
            "fonts", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis",
            "__pycache__")  # fmt: skip


def copy(target: Path) -> Path:
    """Copy the project without anything that a build makes."""
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for path in (target / "figures").glob("*.*"):
        if path.suffix != ".md":
            path.unlink()
    shutil.rmtree(target / "data" / "processed")
    (target / "data" / "processed").mkdir()
    return target


def build(project: Path, publisher: str) -> tuple[float, float]:
    """Build once and return seconds and megabytes."""
    environment = {
        **os.environ,
        "ASYLUM_REPORT_ROOT": str(project),
        "PYTHONPATH": str(project / "src"),
    }
    command = [sys.executable, "-m", "asylum_report.cli", "build", "--publisher", publisher]
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=project,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    said = process.stderr.read()
    if hasattr(os, "wait4"):
        _, status, usage = os.wait4(process.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        memory = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    else:
        code, memory = process.wait(), float("nan")
    seconds = time.perf_counter() - started
    if code:
        raise SystemExit(f"the build failed: {said.strip().splitlines()[-1]}")
    return seconds, memory


def change_code(project: Path) -> None:
    """Change the code of one notebook."""
    path = project / "notebooks" / "germany.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    last = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][-1]
    last["source"] = ["".join(last["source"]), "\n# changed"]
    path.write_text(json.dumps(notebook), "utf-8")


def change_prose(project: Path) -> None:
    """Change a sentence of one page."""
    path = project / "about.qmd"
    path.write_text(path.read_text("utf-8") + "\nChanged.\n", "utf-8")


def main(publisher: str) -> None:
    """Print a table of every case, with its ratio to the cold build."""
    cases: list[tuple[str, Callable[[Path], None]]] = [
        ("cold cache", lambda project: None),
        ("one notebook changed", change_code),
        ("one sentence changed", change_prose),
        ("nothing changed", lambda project: None),
    ]
    print(f"{publisher}, {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    print(f"{'case':<22}{'seconds':>9}{'of cold':>9}{'peak MB':>9}")
    cold = 0.0
    with tempfile.TemporaryDirectory(prefix="bench-build-") as folder:
        project = copy(Path(folder) / "project")
        for name, change in cases:
            change(project)
            seconds, memory = build(project, publisher)
            cold = cold or seconds
            print(f"{name:<22}{seconds:>9.1f}{seconds / cold:>9.2f}{memory:>9.0f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "builtin")
