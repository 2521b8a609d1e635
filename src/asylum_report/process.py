"""From ``data/raw`` to ``data/processed``: every tidy table, checked, and what describes them."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asylum_report import files, paths, records, store, tables
from asylum_report.columns import DESCRIPTIONS, TABLES, Column, column, key
from asylum_report.errors import InvalidTable
from asylum_report.live import state

if TYPE_CHECKING:
    import pandas as pd

    from asylum_report.harmonise.recipes import Recipe
    from asylum_report.store import Vintage

PACKAGE = records.PACKAGE
AS_OF = ".as-of.json"
"""File that says that the tables of a folder are those of an earlier day (`asylum_report.asof`)."""
LARGE = 2_000_000
"""Bytes of CSV from which on the Russia part is committed compressed."""

_ROOMS = (
    "files.py",
    "store.py",
    "sidecars.py",
    "tables.py",
    "totals.py",
    "columns.py",
    "places.py",
    "authorities.py",
    "corrections.py",
    "corrections_list.py",
    "process.py",
    "live/state.py",
    "harmonise",
)


def _fingerprint_file(folder: Path) -> Path:
    """Return where the fingerprint of the last build is kept: beside nothing that is committed."""
    if folder == paths.processed():
        return paths.cache() / "processed.txt"
    return folder / ".processed.txt"


def fingerprint() -> str:
    """Return a hash of everything that the processed tables depend on.

    Vintages (sidecars and data, so that a damaged file is noticed), reference tables, and the
    code of the rooms from the store to the tables.
    """
    found = sorted(
        path
        for path in paths.raw().glob("*/*/*/*")
        if path.is_file() and not path.parent.name.startswith(".")
    )
    found += ground()
    total = hashlib.sha256()
    for path in found:
        total.update("/".join(path.parts[-4:]).encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    total.update(state.effect(state.read()).encode())
    return total.hexdigest()


def ground() -> list[Path]:
    """Return the files that tables depend on beside vintages: reference tables and code."""
    here = Path(__file__).parent
    found = sorted(path for path in paths.reference().iterdir() if path.is_file())
    for room in _ROOMS:
        place = here / room
        found += sorted(place.glob("*.py")) if place.is_dir() else [place]
    return found


def stale(folder: Path | None = None) -> bool:
    """Return whether the processed tables are missing, altered or older than what they are of.

    Tables as of an earlier day never are: what they are made of is not what is newest.
    """
    top = folder or paths.processed()
    if (top / AS_OF).is_file():
        return False
    try:
        last = _fingerprint_file(top).read_text(encoding="utf-8")
        for name, sha256 in records.recorded(top).items():
            if hashlib.sha256((top / name).read_bytes()).hexdigest() != sha256:
                return True
    except (OSError, ValueError, InvalidTable):
        return True
    return last != fingerprint()


def ensure(progress: Callable[[str], None] | None = None) -> bool:
    """Build the processed tables if they are missing or stale; return whether that was needed."""
    if not stale():
        return False
    build(progress=progress)
    return True


def build(
    folder: Path | None = None,
    progress: Callable[[str], None] | None = None,
    chosen: Sequence[tuple[Recipe, Vintage]] | None = None,
) -> dict[str, Path]:
    """Make every tidy table from the vintages on disk, check it, and write it.

    Nothing is written before every table has passed its checks; then all files are written whole
    and put in their places together, ``datapackage.json`` last.

    Parameters
    ----------
    folder
        Where to write; the project's ``data/processed`` unless given.
    progress
        Called with a line for each table.
    chosen
        Recipes and vintages to build from, instead of what is newest. Tables of which there is
        none stay empty, and corrections need not fit: older releases had other faults.

    Returns
    -------
    dict
        Name of each file to its path.

    Raises
    ------
    DamagedVintage, MendedFault, InvalidTable
        If a vintage, a correction or a table is not as it should be.
    ReportError
        If the folder cannot be written.
    """
    from asylum_report.harmonise import recipes

    top = folder or paths.processed()
    before = fingerprint() if chosen is None else ""
    resources: list[dict[str, Any]] = []
    contents: dict[str, bytes] = {}
    parts: dict[str, str] = {}
    taken = recipes.used() if chosen is None else list(chosen)
    for one in store.vintages() if chosen is None else ():
        one.content()  # those that go into no table too, or their damage would never be noticed
    for name in TABLES:
        made = recipes.table(name, taken) if chosen is None else table_of(name, taken)
        frame = tables.check(name, made)
        vintages = [vintage for recipe, vintage in taken if recipe.table == name]
        if progress:
            progress(f"{name}: {len(frame):,} rows")
        contents[f"{name}.parquet"] = files.parquet(frame)
        resources.append(_resource(name, f"{name}.parquet", frame, vintages))
        russia = frame[frame["origin"] == "RUS"] if "origin" in frame.columns else frame
        path, content = _csv(name, russia, top)
        contents[path] = content
        resources.append(_resource(name, path, russia, vintages))
        parts |= _parts(name, frame)
    for resource in resources:
        content = contents[resource["path"]]
        resource |= {"bytes": len(content), "hash": "sha256:" + hashlib.sha256(content).hexdigest()}
    contents[PACKAGE] = _text(_package(resources, parts)).encode("utf-8")
    marker = _fingerprint_file(top)
    files.place({top / path: content for path, content in contents.items()})
    for path in contents:
        # A part that grew or shrank past LARGE changes its name.
        other = path.removesuffix(".gz") if path.endswith(".gz") else f"{path}.gz"
        if path.endswith((".csv", ".csv.gz")):
            (top / other).unlink(missing_ok=True)
    if chosen is None:
        files.place({marker: before.encode()})
    return {path: top / path for path in contents}


def _text(package: Mapping[str, Any]) -> str:
    """Return a data package as JSON, one table a line, so that a diff shows which one changed."""
    compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    told = {key: value for key, value in package.items() if key != "resources"}
    lines = ",\n".join(map(compact, package["resources"]))
    return f'{compact(told)[:-1]},"resources":[\n{lines}\n]}}\n'


def table_of(name: str, chosen: Sequence[tuple[Recipe, Vintage]]) -> pd.DataFrame:
    """Return a tidy table of the vintages chosen, with the known faults marked where they are."""
    import pandas as pd

    from asylum_report import corrections
    from asylum_report.harmonise import recipes

    parts = [recipes.tidied(recipe, one) for recipe, one in chosen if recipe.table == name]
    if not parts:
        return tables.empty(name)
    return corrections.apply(pd.concat(parts, ignore_index=True), name, expecting=False)


def _csv(name: str, frame: pd.DataFrame, folder: Path) -> tuple[str, bytes]:
    """Return file name and bytes of the Russia part."""
    content = files.csv(frame)
    if len(content) < LARGE:
        return f"{name}.csv", content
    path = folder / f"{name}.csv.gz"
    # Another version of the compressor would write other bytes for the same rows.
    try:
        there = path.read_bytes()
        if gzip.decompress(there) == content:
            return path.name, there
    except (OSError, EOFError):
        pass
    return path.name, files.compressed(content)


_FIELD_TYPES = {"text": "string", "day": "date", "integer": "integer", "number": "number"}


def _field(table: str, name: str) -> dict[str, Any]:
    one: Column = column(table, name)
    field: dict[str, Any] = {
        "name": name,
        "type": _FIELD_TYPES[one.kind],
        "title": one.title,
        "description": one.description,
    }
    if one.unit:
        field["unit"] = one.unit
    constraints: dict[str, Any] = {"required": not one.blank}
    if one.values:
        constraints["enum"] = list(one.values)
    if one.kind == "integer":
        constraints["minimum"] = 0
    return field | {"constraints": constraints}


def _resource(name: str, path: str, frame: pd.DataFrame, vintages: list[Vintage]) -> dict[str, Any]:
    """Return the description of one file, without its size and hash."""
    compressed = path.endswith(".gz")
    kind = "parquet" if path.endswith(".parquet") else "csv"
    part = " (origin Russia)" if kind == "csv" and "origin" in TABLES[name] else ""
    licences = {(str(v.meta["licence"]), str(v.meta["licence_url"])) for v in vintages}
    return {
        "name": name if kind == "parquet" else f"{name}-csv",
        "path": path,
        "title": DESCRIPTIONS[name] + part,
        "format": kind,
        "mediatype": "text/csv" if kind == "csv" else "application/vnd.apache.parquet",
        **({"compression": "gz"} if compressed else {}),
        "encoding": "utf-8",
        "rows": len(frame),
        "schema": {
            "fields": [_field(name, each) for each in TABLES[name]],
            "primaryKey": list(key(name)),
            "missingValues": [""],
        },
        "licenses": [{"title": title, "path": url} for title, url in sorted(licences)],
        "sources": [
            {
                "title": f"{v.publisher}, {v.meta['title']}, vintage {v.date}",
                "path": str(v.meta["url"]),
                "dataset": v.dataset,
                "vintage": v.date,
            }
            for v in vintages
        ],
    }


def _parts(name: str, frame: pd.DataFrame) -> dict[str, str]:
    """Return a hash of the rows of each dataset, by which what rests on them knows its age."""
    some = (
        {f"{name}:{dataset}": rows for dataset, rows in frame.groupby("dataset", sort=True)}
        if "dataset" in frame
        else {name: frame}
    )
    return {each: hashlib.sha256(files.parquet(rows)).hexdigest() for each, rows in some.items()}


def _package(resources: list[dict[str, Any]], parts: Mapping[str, str]) -> dict[str, Any]:
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "asylum-report",
        "title": "Protection of Russian asylum seekers by destination: tidy tables",
        "description": "Official statistics as published, one row a figure, each with publisher, "
        "vintage, unit, rounding and status. CSV files hold the part on Russia.",
        "resources": resources,
        records.PARTS: dict(sorted(parts.items())),
    }
