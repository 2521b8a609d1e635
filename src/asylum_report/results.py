"""The tables of model results: built from the tidy tables, kept beside them, read by the pages.

A result is rebuilt when the tables or the code that it rests on have changed, and only then, so a
build on an unchanged checkout computes no model and gives the same bytes everywhere.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asylum_report import files, paths
from asylum_report.errors import InvalidTable, ReportError, UnknownName
from asylum_report.results_list import ABOUT, ANALYSES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ABOUT", "ANALYSES", "build", "read", "rows", "stale"]

STATE = "state.json"
DIGITS = 6


def folder() -> Path:
    """Return where result tables stand."""
    return paths.processed() / "models"


def _of_table(name: str) -> str:
    for analysis, one in ANALYSES.items():
        if name in one.tables:
            return analysis
    known = sorted(table for one in ANALYSES.values() for table in one.tables)
    raise UnknownName(f"unknown result '{name}'", todo=f"use one of {', '.join(known)}")


def read(name: str) -> pd.DataFrame:
    """Return a table of results.

    Raises
    ------
    UnknownName
        With the names there are.
    InvalidTable
        If it was never built.
    """
    import pandas as pd

    _of_table(name)
    path = folder() / f"{name}.csv"
    if not path.is_file():
        raise InvalidTable("result not built", where=str(path), todo="run: asylum-report models")
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def rows(name: str, **wanted: Any) -> list[dict[str, Any]]:
    """Return the rows of a table of results with these values, missing as None.

    Raises
    ------
    UnknownName, InvalidTable
        As `read`.
    """
    frame = read(name)
    for column, value in wanted.items():
        frame = frame[frame[column] == value]
    frame = frame.astype(object)
    found = frame.where(frame.notna(), None).to_dict("records")
    return [{str(column): value for column, value in row.items()} for row in found]


def fingerprint(name: str) -> str:
    """Return a hash of the tables and the code that an analysis rests on.

    Raises
    ------
    InvalidTable
        If an input is missing.
    """
    from asylum_report import records

    one = ANALYSES[name]
    recorded = records.parts(paths.processed())
    total = hashlib.sha256()
    for input_ in one.inputs:
        total.update(input_.encode())
        file = input_.startswith("data/")
        # A dataset of which nothing is held has no rows.
        known = _digest(paths.root() / input_) if file else recorded.get(input_, "")
        total.update(known.encode())
    here = Path(__file__).parent
    for module in (f"analyses/{one.module}.py", *one.code):
        place = here / module
        for path in sorted(place.glob("*.py")) if place.is_dir() else [place]:
            total.update(_digest(path).encode())
    return total.hexdigest()


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InvalidTable("input cannot be read", where=str(path)) from error


def _state() -> dict[str, dict[str, object]]:
    try:
        state = json.loads((folder() / STATE).read_text(encoding="utf-8"))
        return {str(k): dict(v) for k, v in state.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def stale() -> list[str]:
    """Return the analyses whose tables are missing, altered, or older than what they rest on."""
    state = _state()
    found = []
    for name, one in ANALYSES.items():
        known = state.get(name, {})
        hashes = {table: known.get(table) for table in one.tables}
        if known.get("of") != fingerprint(name) or any(
            not (folder() / f"{table}.csv").is_file()
            or _digest(folder() / f"{table}.csv") != sha256
            for table, sha256 in hashes.items()
        ):
            found.append(name)
    return found


def check_names(names: Iterable[str]) -> None:
    """Refuse what is no analysis, before anything is built for it.

    Raises
    ------
    UnknownName
        With the names there are.
    """
    for name in names:
        if name not in ANALYSES:
            raise UnknownName(
                f"unknown analysis '{name}'", todo=f"use one of {', '.join(ANALYSES)}"
            )


def build(
    names: Iterable[str] | None = None, progress: Callable[[str], None] | None = None
) -> list[Path]:
    """Compute analyses and write their tables, each whole and with its state.

    The tidy tables must be up to date (`asylum_report.process.ensure`).

    Parameters
    ----------
    names
        Analyses; by default those that are stale.
    progress
        Called with a line for each.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    UnknownName
        If there is no such analysis.
    ReportError
        If none can be computed from the tables of an early day.
    """
    written: list[Path] = []
    chosen = list(stale() if names is None else names)
    check_names(chosen)
    import threadpoolctl

    from asylum_report import asof, asof_needs

    able = asof_needs.able(chosen, every=names is None, progress=progress)
    if not able and len(chosen) == len(ANALYSES):
        raise ReportError(f"no analysis can be computed as of {asof.current()}")
    for name in able:
        one = ANALYSES[name]
        if progress:
            progress(f"model {name}")
        module = importlib.import_module(f"asylum_report.analyses.{one.module}")
        # With several threads sums are rounded in another order, and last digits differ.
        with threadpoolctl.threadpool_limits(1):
            found = module.compute()
        if set(found) != set(one.tables):
            raise ValueError(f"analysis {name} gives {sorted(found)}, not {sorted(one.tables)}")
        contents = {folder() / f"{table}.csv": as_csv(frame) for table, frame in found.items()}
        state = _state()
        hashes: dict[str, object] = {
            path.stem: hashlib.sha256(content).hexdigest() for path, content in contents.items()
        }
        state[name] = {"of": fingerprint(name)} | hashes
        text = json.dumps(dict(sorted(state.items())), indent=1) + "\n"
        files.place(contents | {folder() / STATE: text.encode()})
        written += contents
    return written


def as_csv(frame: pd.DataFrame) -> bytes:
    """Return a table of results as CSV, numbers to six significant digits, so that bytes agree."""
    return files.csv(frame.map(_short))


def _short(value: object) -> object:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
