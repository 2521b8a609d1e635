"""Files written whole or not at all, and tables as bytes that are the same for the same table."""

from __future__ import annotations

import contextlib
import errno
import gzip
import io
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from asylum_report.errors import ReportError

if TYPE_CHECKING:
    import pandas as pd

LEFT_BEHIND = 600
"""Seconds after which a part of a file is taken for what a killed build left behind."""


def why(error: OSError) -> str:
    """Return in words why a file could not be written."""
    if error.errno == errno.ENOSPC:
        return "the disk is full"
    return error.strerror or str(error)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _clear(folder: Path) -> None:
    """Remove what builds that were killed long ago left behind."""
    for part in folder.glob(".*.part"):
        with contextlib.suppress(OSError):
            if time.time() - part.stat().st_mtime <= LEFT_BEHIND:
                continue
            if part.is_dir():
                shutil.rmtree(part)
            else:
                part.unlink()


def _flush(folder: Path) -> None:
    """Flush a folder's list of names to the disk where the system lets one."""
    with contextlib.suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def place(contents: Mapping[Path, bytes]) -> None:
    """Write files beside their places, flush them to the disk, then rename them together in order.

    Raises
    ------
    ReportError
        If the disk is full or a folder cannot be written; then nothing has changed.
    """
    # Named by process, because two builds may run at once.
    beside = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in contents}
    try:
        for folder in {path.parent for path in contents}:
            folder.mkdir(parents=True, exist_ok=True)
            _clear(folder)
        for path, content in contents.items():
            _write(beside[path], content)
        for path, part in beside.items():
            part.replace(path)
        for folder in {path.parent for path in contents}:
            _flush(folder)
    except OSError as error:
        where = str(next(iter(contents)).parent)
        raise ReportError(f"files cannot be written: {why(error)}", where=where) from error
    finally:
        for part in beside.values():
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def place_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write a folder of files that is not there yet, whole or not at all.

    Raises
    ------
    ReportError
        If the disk is full or the folder cannot be written; then there is no such folder.
    """
    # Named by process, because two imports may run at once.
    beside = folder.parent / f".{folder.name}.{os.getpid()}.part"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _clear(folder.parent)
        # In a container a killed one may have had the same process number.
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
        for name, content in contents.items():
            _write(beside / name, content)
        _flush(beside)
        beside.rename(folder)
        _flush(folder.parent)
    except OSError as error:
        raise ReportError(f"a folder cannot be written: {why(error)}", where=str(folder)) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def parquet(frame: pd.DataFrame, level: int = 3) -> bytes:
    """Return a table as Parquet; `level` is that of the compression, 1 to 22."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(
        table, buffer, compression="zstd", compression_level=level, row_group_size=50_000
    )
    return buffer.getvalue()


def csv(frame: pd.DataFrame) -> bytes:
    """Return a table as CSV in UTF-8 with Unix line ends, whole numbers as such."""
    import pandas as pd

    plain = frame.copy()
    for name in plain.select_dtypes("Float64").columns:
        plain[name] = [
            "" if value is pd.NA else repr(float(value)).removesuffix(".0") for value in frame[name]
        ]
    return plain.to_csv(index=False, lineterminator="\n").encode("utf-8")


def compressed(content: bytes) -> bytes:
    """Return bytes compressed by gzip without the time of day in them."""
    return gzip.compress(content, compresslevel=9, mtime=0)


def parse(content: bytes, suffix: str, types: Mapping[str, str]) -> pd.DataFrame:
    """Return the table in a Parquet or CSV file's bytes.

    Parameters
    ----------
    suffix
        .parquet, .csv or .gz.
    types
        Column to pandas type; only numbers may be missing, because NA is one of UNHCR's codes.

    Raises
    ------
    OSError, EOFError, ValueError, KeyError
        If the bytes are no such table.
    """
    import pandas as pd

    if suffix == ".parquet":
        frame = pd.read_parquet(io.BytesIO(content))
        return frame.astype({name: kind for name, kind in types.items() if name in frame})
    numbers = [name for name, kind in types.items() if kind != "str"]
    return pd.read_csv(
        io.BytesIO(gzip.decompress(content) if suffix == ".gz" else content),
        dtype=dict(types),
        keep_default_na=False,
        na_values={name: [""] for name in numbers},
        encoding="utf-8",
    )
