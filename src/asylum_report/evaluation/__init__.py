"""Simulation studies of the models: synthetic data with known truth, seeded, kept as tables.

Each module has ``run(replications, seed, jobs, progress)`` and gives name to DataFrame. The tables
in ``data/evaluation`` come from the command ``asylum-report evaluate NAME``; they are about the
methods and hold no figure on asylum.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asylum_report import files, paths
from asylum_report.errors import InvalidTable, UnknownName

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Study:
    """A simulation study: its module, its tables, and how often it is repeated by default."""

    module: str
    tables: tuple[str, ...]
    replications: int
    about: str


STUDIES: dict[str, Study] = {
    "lottery": Study(
        "lottery", ("lottery",), 500,
        "coverage and bias of destinations' effects, unshrunken and shrunken, over known truths",
    ),
    "trend": Study(
        "trend", ("trend_coverage", "trend_summary", "trend_change"), 1000,
        "trend: do the intervals for a period's propensity and for changes hold the truth?",
    ),
    "appeal": Study(
        "appeal", ("appeal_bounds",), 1000,
        "protection after appeal: do the bounds hold, and how far off is the usual ratio?",
    ),
    "turning-points": Study(
        "turning_points", ("turning_alarms", "turning_power", "turning_power_rates"), 2000,
        "turning points: how often something is found where nothing is, and how often what is",
    ),
}  # fmt: skip
"""Every study by the name that the command takes."""

SEED = 20260101


def folder() -> Path:
    """Return where the tables of the studies stand."""
    return paths.root() / "data" / "evaluation"


def read(table: str) -> pd.DataFrame:
    """Return a table of a simulation study.

    Raises
    ------
    InvalidTable
        If it is not there.
    """
    import pandas as pd

    path = folder() / f"{table}.csv"
    if not path.is_file():
        raise InvalidTable(
            "no such simulation study", where=str(path), todo="run: asylum-report evaluate"
        )
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def meta(study: str) -> dict[str, Any]:
    """Return how a study was run: replications, seed, version of the project, packages."""
    found: dict[str, Any] = json.loads((folder() / f"{study}.json").read_text(encoding="utf-8"))
    return found


def run(
    name: str,
    replications: int | None = None,
    seed: int = SEED,
    jobs: int = -1,
    output: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[Path]:
    """Run a study and write its tables with a note of how it was run.

    Parameters
    ----------
    name
        A key of `STUDIES`.
    replications
        Simulated data sets a cell; by default as the study says.
    seed
        Equal seeds give equal tables, whatever the number of jobs.
    jobs
        Processes; -1 for one a core.
    output
        Folder; by default ``data/evaluation``.

    Raises
    ------
    UnknownName
        If there is no such study.
    """
    from asylum_report import __version__
    from asylum_report.results import as_csv
    from asylum_report.versions import versions

    if name not in STUDIES:
        raise UnknownName(f"unknown study '{name}'", todo=f"use one of {', '.join(STUDIES)}")
    study = STUDIES[name]
    number = study.replications if replications is None else replications
    module = importlib.import_module(f"asylum_report.evaluation.{study.module}")
    tables: dict[str, pd.DataFrame] = module.run(number, seed, jobs, progress or (lambda _: None))
    if set(tables) != set(study.tables):
        raise ValueError(f"study {name} gives {sorted(tables)}, not {sorted(study.tables)}")
    top = output or folder()
    note = {
        "study": name, "about": study.about, "replications": number, "seed": seed,
        "command": f"asylum-report evaluate {name} --replications {number} --seed {seed}",
        "version": __version__, "packages": versions(("numpy", "scipy", "statsmodels", "numba")),
    }  # fmt: skip
    contents = {top / f"{table}.csv": as_csv(frame) for table, frame in tables.items()}
    contents[top / f"{name}.json"] = (json.dumps(note, indent=1) + "\n").encode()
    files.place(contents)
    return list(contents)
