"""Rows of the tidy tables without pandas, for the command that must answer at once.

A table counts as checked when the bytes of its file are those that ``datapackage.json`` records,
which is written only after the table passed its schema.
"""

from __future__ import annotations

import csv
import functools
import gzip
import hashlib
import io
import json
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from asylum_report import paths
from asylum_report.errors import InvalidTable

ALL_IN_CSV = frozenset(
    {"encounters", "stocks", "grants", "enforcement", "figures", "events", "claims"}
)
"""Tables that are about Russia only: their committed CSV is the whole table."""

RESULTS = "models/"
STUDIES = "evaluation/"
"""How the names of tables of model results and of simulation studies begin."""

_COPY = ("vintage", "count", "rounding_base", "status", "note")
"""Columns in which two copies of one figure may differ."""

PACKAGE = "datapackage.json"
PARTS = "asylum-report:parts"
"""Where the list of tables holds a hash of the rows of each dataset in each."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
REBUILD = "run 'asylum-report build' or restore the file from git"


def recorded(folder: Path) -> dict[str, str]:
    """Return file name to sha256 as ``datapackage.json`` records them.

    Raises
    ------
    InvalidTable
        If the file is missing, cannot be read, or names a file without its hash.
    """
    path = folder / PACKAGE
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
        hashes = {r["path"]: r["hash"].removeprefix("sha256:") for r in package["resources"]}
        if not all(_SHA256.fullmatch(each) for each in hashes.values()):
            raise ValueError("no sha256")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidTable("no readable list of tables", where=str(path), todo=REBUILD) from error
    return hashes


def parts(folder: Path) -> dict[str, str]:
    """Return TABLE:DATASET (or TABLE, where a table names no datasets) to a hash of its rows.

    Raises
    ------
    InvalidTable
        If the list of tables cannot be read.
    """
    path = folder / PACKAGE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))[PARTS]
        return {str(name): str(sha256) for name, sha256 in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidTable("no readable list of tables", where=str(path), todo=REBUILD) from error


def checked_bytes(path: Path, hashes: Mapping[str, str]) -> bytes:
    """Return the file's content after comparing it with its recorded hash.

    Raises
    ------
    InvalidTable
        If the file is missing, unrecorded or not what was recorded.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidTable("table cannot be read", where=str(path), todo=REBUILD) from error
    if hashes.get(path.name) != hashlib.sha256(content).hexdigest():
        raise InvalidTable("table is not the one that was checked", where=str(path), todo=REBUILD)
    return content


def rows(table: str, **wanted: str | Collection[str]) -> list[dict[str, Any]]:
    """Return the rows of a table whose columns equal (or are among) the wanted values.

    Parameters
    ----------
    table
        Name of a tidy table: decisions, applications, events ...
    wanted
        Column to value or values. With ``origin="RUS"`` the committed CSV is read; otherwise the
        Parquet file, which has to be built.

    Returns
    -------
    list of dict
        Dates as ISO texts, counts as whole numbers or None, everything else as text. Rows of a
        table of results (``models/trend``) hold texts only.

    Raises
    ------
    InvalidTable
        If the file is missing or damaged, or does not match its recorded hash.
    """
    sets = {k: {str(v)} if isinstance(v, str) else set(v) for k, v in wanted.items()}
    folder = paths.processed()
    if table.startswith((RESULTS, STUDIES)):
        place = folder if table.startswith(RESULTS) else paths.root() / "data"
        found = _results(place / f"{table}.csv")
        return [dict(row) for row in found if all(row[k] in v for k, v in sets.items())]
    if sets.get("origin") == {"RUS"} or table in ALL_IN_CSV:
        found = _from_csv(folder, table)
        # Copies, because what is parsed is kept and must not change in a caller's hands.
        return [dict(row) for row in found if all(row[k] in v for k, v in sets.items())]
    if not (folder / f"{table}.parquet").exists():
        raise InvalidTable(f"table {table} is not built", where=str(folder), todo=REBUILD)
    return _from_parquet(folder, table, sets)


def newest(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Keep of each figure the newest copy, where several vintages of a dataset give it.

    Parameters
    ----------
    found
        Rows of one tidy table that has vintages.

    Returns
    -------
    list of dict
        In the order of the rows given.
    """
    best: dict[tuple[tuple[str, Any], ...], str] = {}
    keyed = []
    for row in found:
        key = tuple((name, value) for name, value in row.items() if name not in _COPY)
        best[key] = max(best.get(key, ""), row["vintage"])
        keyed.append((key, row))
    return [dict(row) for key, row in keyed if row["vintage"] == best[key]]


def _results(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a table of results or of a study, which no list of hashes records."""
    try:
        return _read_results(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise InvalidTable(
            "table of results cannot be read", where=str(path), todo="run: asylum-report models"
        ) from error


@functools.lru_cache(maxsize=64)
def _read_results(path: Path, _changed: int) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _from_csv(folder: Path, table: str) -> list[dict[str, Any]]:
    """Return every row of a committed table; parsed once while the list of tables is the same."""
    package = folder / PACKAGE
    return _parsed(folder, table, package.stat().st_mtime_ns if package.exists() else 0)


@functools.cache
def _parsed(folder: Path, table: str, _package: int) -> list[dict[str, Any]]:
    hashes = recorded(folder)
    name = f"{table}.csv" if f"{table}.csv" in hashes else f"{table}.csv.gz"
    content = checked_bytes(folder / name, hashes)
    if name.endswith(".gz"):
        content = gzip.decompress(content)
    result = []
    for row in csv.DictReader(io.StringIO(content.decode("utf-8"))):
        whole: dict[str, Any] = dict(row)
        if "count" in row:
            whole["count"] = int(row["count"]) if row["count"] else None
        result.append(whole)
    return result


def _from_parquet(folder: Path, table: str, sets: Mapping[str, set[str]]) -> list[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    content = checked_bytes(folder / f"{table}.parquet", recorded(folder))
    read = pq.ParquetFile(pa.BufferReader(content)).read()
    for column, values in sets.items():
        # A pattern, because filters and scalars of pyarrow import pandas, which takes longer than
        # all the rest.
        pattern = "^(" + "|".join(re.escape(value) for value in sorted(values)) + ")$"
        read = read.filter(pc.match_substring_regex(read[column], pattern=pattern))
    return list(read.to_pylist())
