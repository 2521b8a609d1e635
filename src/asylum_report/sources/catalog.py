"""Which files can be imported, how each is read, and what its sidecar says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import yaml

from asylum_report import store
from asylum_report.errors import ReportError, UnknownName
from asylum_report.harmonise import recipes
from asylum_report.sources import bamf, compiled, eurostat_files, unhcr, us
from asylum_report.sources.importable import Importable

DATES = "vintages.yml"
"""A file beside the publishers' folders that may name the vintage of each file: path to date."""


def importables() -> tuple[Importable, ...]:
    """Return everything that can be imported, in the order in which it is."""
    return (*unhcr.FILES, *eurostat_files.FILES, *bamf.FILES, *us.FILES, *compiled.FILES)


def _dates(folder: Path) -> dict[str, str]:
    path = folder / DATES
    if not path.is_file():
        return {}
    try:
        return {str(k): str(v) for k, v in yaml.safe_load(path.read_text("utf-8")).items()}
    except (OSError, ValueError, yaml.YAMLError, AttributeError) as error:
        raise ReportError("the list of vintages cannot be read", where=str(path)) from error


def import_snapshot(
    folder: Path,
    only: list[str] | None = None,
    out: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[store.Vintage]:
    """Import every known file below a folder as vintages.

    Parameters
    ----------
    folder
        Folder with publishers' files, named as in the catalogue.
    only
        Only these datasets, each of which must then be there.
    out
        Folder of vintages; the project's ``data/raw`` unless given.
    progress
        Called with a line for each vintage.

    Returns
    -------
    list of Vintage
        Those written, and those already there with the same content.

    Raises
    ------
    UnknownName
        If `only` names a dataset that is not in the catalogue.
    InvalidTable
        If a file is not as its publisher writes it, or a total of decisions contradicts its parts
        beyond rounding and no correction speaks of it.
    ReportError
        If the folder holds no known file, or a vintage cannot be written.
    """
    if not folder.is_dir():
        raise ReportError("no such folder", where=str(folder))
    known = {one.dataset for one in importables()}
    for name in only or []:
        if name not in known:
            todo = "use some of " + ", ".join(sorted(known))
            raise UnknownName(f"unknown dataset '{name}'", todo=todo)
    dates = _dates(folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    written: list[store.Vintage] = []
    for one in importables():
        if only and one.dataset not in only:
            continue
        found = False
        for path in files:
            relative = path.relative_to(folder).as_posix()
            match = re.fullmatch(f"(?:.*/)?(?:{one.pattern})", relative)
            if match is None:
                continue
            found = True
            groups = match.groupdict()
            date = dates.get(relative, groups.get("date") or one.date)
            meta = {
                key: value.format(**groups) if isinstance(value, str) and groups else value
                for key, value in one.meta.items()
            }
            meta |= {"dataset": one.dataset, "vintage": date, "columns": dict(one.columns)}
            raw = one.read(path)
            recipes.check_totals(one.dataset, raw, str(date), path.name)
            vintage = store.write(raw, meta, out)
            written.append(vintage)
            if progress:
                progress(f"{one.dataset} {vintage.date}: {vintage.meta['rows']:,} rows")
        if only and not found:
            raise ReportError(f"no file of dataset '{one.dataset}'", where=str(folder))
    if not written:
        raise ReportError("no known file", where=str(folder), todo="see docs/data.md for names")
    return written
