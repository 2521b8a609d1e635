"""Vintages on disk: dated copies of publishers' datasets, written once and never changed.

One folder a vintage, ``data/raw/PUBLISHER/DATASET/DATE/``, with the data (``data.csv.gz`` or, for
many rows, ``data.parquet``) and ``meta.yml``, the sidecar that says who published it, when, under
which licence and what it means, and that holds the hash by which damage is noticed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from asylum_report import files, paths
from asylum_report.errors import DamagedVintage, ReportError, UnknownName
from asylum_report.sidecars import GIVEN, SIDECAR, TYPES, is_date, load, short, slug

if TYPE_CHECKING:
    from pandas import DataFrame

MANY_ROWS = 10_000
"""From this many rows on, Parquet is smaller and faster than compressed CSV."""


@dataclass(frozen=True)
class Vintage:
    """A dated copy of one publisher's dataset.

    Parameters
    ----------
    publisher
        Short name of the publisher: UNHCR, Eurostat.
    dataset
        The dataset's name, the same in the tidy tables: unhcr-asylum-decisions, migr_asyappctza.
    date
        Date of the copy, as precisely as it is known: 2026-06-25, 2023-03 or 2025.
    folder
        Where it lies.
    meta
        The sidecar.
    """

    publisher: str
    dataset: str
    date: str
    folder: Path
    meta: Mapping[str, Any]

    @property
    def file(self) -> Path:
        """Return the path of the data file."""
        return self.folder / str(self.meta["file"])

    def content(self) -> bytes:
        """Return the bytes of the data file after checking their hash.

        Raises
        ------
        DamagedVintage
            Naming the file, if it is missing, cut short or altered.
        """
        try:
            content = self.file.read_bytes()
        except OSError as error:
            raise DamagedVintage("a data file is missing", where=short(self.file)) from error
        if hashlib.sha256(content).hexdigest() != self.meta["sha256"]:
            raise DamagedVintage(
                "a data file is damaged: it does not match the sha256 of its sidecar",
                where=short(self.file),
                todo="restore it, say with git checkout",
            )
        return content

    def read(self) -> DataFrame:
        """Return the raw table after checking its hash and its number of rows.

        Returns
        -------
        DataFrame
            Columns as the sidecar's ``columns``; whole numbers as Int64, texts as str with the
            empty string where nothing was given.

        Raises
        ------
        DamagedVintage
            Naming the file, if it is missing, cut short or altered.
        """
        content = self.content()
        try:
            types = {name: TYPES[kind] for name, kind in self.meta["types"].items()}
            frame = files.parse(content, self.file.suffix, types)
        except (OSError, EOFError, ValueError, KeyError) as error:
            raise DamagedVintage("a data file cannot be read", where=short(self.file)) from error
        if len(frame) != self.meta["rows"]:
            raise DamagedVintage(
                f"a data file has {len(frame)} rows where its sidecar says {self.meta['rows']}",
                where=short(self.file),
            )
        return frame


def _types(frame: DataFrame) -> dict[str, str]:
    """Return the type of each column in the sidecar's words."""
    from pandas.api import types

    kinds = {}
    for column, dtype in frame.dtypes.items():
        if types.is_integer_dtype(dtype):
            kinds[str(column)] = "integer"
        elif types.is_float_dtype(dtype):
            kinds[str(column)] = "number"
        else:
            kinds[str(column)] = "string"
    return kinds


def column_types(frame: DataFrame) -> dict[str, str]:
    """Return the type of each column as a vintage on the disk has it."""
    return {name: TYPES[kind] for name, kind in _types(frame).items()}


def _load(folder: Path) -> Vintage:
    """Return the vintage in a folder after checking its sidecar."""
    meta = load(folder)
    return Vintage(
        publisher=str(meta["publisher"]),
        dataset=str(meta["dataset"]),
        date=str(meta["vintage"]),
        folder=folder,
        meta=meta,
    )


def vintages(
    publisher: str | None = None, dataset: str | None = None, folder: Path | None = None
) -> list[Vintage]:
    """Return the vintages on disk, oldest first, then by publisher and dataset.

    Parameters
    ----------
    publisher, dataset
        Only these.
    folder
        Folder of vintages; the project's ``data/raw`` unless given.

    Raises
    ------
    DamagedVintage
        If a vintage has no sidecar, or one that lacks a key or contradicts its folder.
    """
    top = folder or paths.raw()
    pattern = f"{slug(publisher) if publisher else '*'}/{dataset or '*'}/*"
    found = [
        _load(place)
        for place in sorted(top.glob(pattern))
        if place.is_dir() and not place.name.startswith(".")
    ]
    return sorted(found, key=lambda one: (one.date, one.publisher, one.dataset))


def latest(dataset: str, folder: Path | None = None) -> Vintage:
    """Return the newest vintage of a dataset.

    Raises
    ------
    UnknownName
        If there is none.
    """
    found = vintages(dataset=dataset, folder=folder)
    if not found:
        raise UnknownName(f"no vintage of dataset '{dataset}'", where=short(folder or paths.raw()))
    return found[-1]


def write(frame: DataFrame, meta: Mapping[str, Any], folder: Path | None = None) -> Vintage:
    """Write a vintage, whole or not at all, and return it.

    Everything goes into a temporary folder beside the place, is flushed to the disk and then
    renamed, so that an interruption never leaves half a vintage.

    Parameters
    ----------
    frame
        The raw table, in our own columns and codes.
    meta
        The sidecar without what is computed here; see `GIVEN`.
    folder
        Folder of vintages; the project's ``data/raw`` unless given.

    Returns
    -------
    Vintage
        The one written, or the one already there if its content is the same.

    Raises
    ------
    ReportError
        If a sidecar key is missing, if there are no rows, if a different vintage is already at
        the same place, or if the disk is full or read-only.
    """
    content, full = _prepare(frame, meta)
    place = _place(meta, folder)
    if place.exists():
        return _same(place, content, full)
    return _write(place, content, full)


def write_new(
    frame: DataFrame,
    meta: Mapping[str, Any],
    folder: Path | None = None,
    before: Callable[[str], None] | None = None,
) -> Vintage:
    """Write a vintage beside whatever is there already, and return it.

    Parameters
    ----------
    frame, meta, folder
        As of `write`. Where the day already has a different vintage, the date is ``DAY.2``, or
        the next that is free up to ``DAY.9``.
    before
        Called with the date, just before the vintage gets its place: what has to be known about
        it is then on the disk as soon as it is, whatever happens in between.

    Returns
    -------
    Vintage
        The one written, or the newest of the dataset if its content is the same.

    Raises
    ------
    ReportError
        As `write`; and if a day has nine vintages already.
    """
    content, full = _prepare(frame, meta)
    there = vintages(str(meta["publisher"]), str(meta["dataset"]), folder)
    if there and same_content(there[-1], frame):
        return there[-1]
    day = str(meta["vintage"])
    for date in (day, *(f"{day}.{number}" for number in range(2, 10))):
        place = _place({**meta, "vintage": date}, folder)
        if not is_date(date):
            break
        if not place.exists():
            if before:
                before(date)
            return _write(place, content, full | {"vintage": date})
    raise ReportError("no other vintage of that day can be kept", where=f"{meta['dataset']} {day}")


def same_content(vintage: Vintage, frame: DataFrame) -> bool:
    """Return whether a vintage holds the rows of a table, in whatever order.

    Raises
    ------
    DamagedVintage
        If the vintage cannot be read.
    """
    types = {name: TYPES[kind] for name, kind in vintage.meta["types"].items()}
    if set(types) != set(map(str, frame.columns)) or vintage.meta["rows"] != len(frame):
        return False
    theirs = vintage.read()
    try:
        ours = frame[list(types)].astype(types)
    except (TypeError, ValueError):
        return False
    one, other = (each.sort_values(list(types), ignore_index=True) for each in (ours, theirs))
    return bool(one.equals(other))


def _prepare(frame: DataFrame, meta: Mapping[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """Return a vintage's data and whole sidecar after checking what was given."""
    where = f"{meta.get('dataset')} {meta.get('vintage')}"
    lacking = [key for key in GIVEN if key not in meta]
    if lacking:
        raise ReportError(f"a sidecar lacks {', '.join(lacking)}", where=where)
    if not is_date(str(meta["vintage"])):
        raise ReportError("a vintage's date is not YYYY, YYYY-MM or YYYY-MM-DD", where=where)
    if frame.empty:
        raise ReportError("a vintage without rows is not written", where=where)
    undescribed = set(map(str, frame.columns)) ^ set(meta["columns"])
    if undescribed:
        raise ReportError(
            f"columns and their descriptions differ: {', '.join(sorted(undescribed))}", where=where
        )
    content, file = _serialise(frame)
    full = {key: meta[key] for key in GIVEN} | {
        "types": _types(frame),
        "rows": len(frame),
        "file": file,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return content, full | {key: value for key, value in meta.items() if key not in full}


def _place(meta: Mapping[str, Any], folder: Path | None) -> Path:
    """Return the folder of a vintage."""
    publisher = slug(str(meta["publisher"]))
    return (folder or paths.raw()) / publisher / str(meta["dataset"]) / str(meta["vintage"])


def _write(place: Path, content: bytes, full: Mapping[str, Any]) -> Vintage:
    try:
        sidecar = yaml.safe_dump(dict(full), allow_unicode=True, sort_keys=False, width=100)
    except yaml.YAMLError as error:
        raise ReportError("a sidecar cannot be written as YAML", where=short(place)) from error
    files.place_folder(place, {str(full["file"]): content, SIDECAR: sidecar.encode("utf-8")})
    return _load(place)


def _same(place: Path, content: bytes, full: Mapping[str, Any]) -> Vintage:
    """Return the vintage already at `place` if it is the one that was to be written."""
    there = _load(place)
    if there.meta["sha256"] == full["sha256"]:
        return there
    # Compared as tables too: another version of a compressor writes other bytes for the same rows.
    types = {name: TYPES[kind] for name, kind in full["types"].items()}
    if there.read().equals(files.parse(content, Path(full["file"]).suffix, types)):
        return there
    raise ReportError(
        "a different vintage is already there and vintages are never changed",
        where=short(place),
        todo="give the new copy its own vintage date",
    )


def _serialise(frame: DataFrame) -> tuple[bytes, str]:
    """Return a table's bytes, the same for the same table, and the name of their file."""
    if len(frame) >= MANY_ROWS:
        return files.parquet(frame, level=19), "data.parquet"
    return files.compressed(files.csv(frame)), "data.csv.gz"
