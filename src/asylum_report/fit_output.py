"""Estimates written as they come: a file appears whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from asylum_report.errors import ReportError
from asylum_report.files import why
from asylum_report.results import DIGITS

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".parquet")
WHOLE = ("period", "positive", "other", "positive_low", "positive_high", "other_low",
         "other_high", "n")  # fmt: skip


def check(path: Path) -> None:
    """Refuse a file that could not be written, before any work.

    Raises
    ------
    ReportError
    """
    if path.suffix not in SUFFIXES:
        raise ReportError(
            "the format cannot be told", where=str(path), todo="end in .csv or .parquet"
        )
    if path.is_dir() or not path.parent.is_dir():
        raise ReportError("no place for a file", where=str(path), todo="name a file in a folder")


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as it is written: whole counts as such, shares to six digits."""
    plain = table.copy()
    for name in plain.columns:
        if name in WHOLE:
            number = plain[name]
            if number.isna().any() or (number % 1 != 0).any():
                plain[name] = number.astype(float)
            else:
                plain[name] = number.astype("int64")
        elif plain[name].dtype.kind == "f":
            plain[name] = [float(f"{value:.{DIGITS}g}") for value in plain[name]]
    return plain


def csv(tables: Iterable[pd.DataFrame]) -> None:
    """Print tables as one CSV."""
    for number, table in enumerate(tables):
        tidy(table).to_csv(sys.stdout, index=False, header=number == 0, lineterminator="\n")


def write(tables: Iterable[pd.DataFrame], path: Path) -> None:
    """Write tables one after the other into one file, which replaces `path` once it is whole.

    Raises
    ------
    ReportError
        If the disk is full or the folder cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            writer = None
            for number, table in enumerate(tables):
                if path.suffix == ".csv":
                    text = tidy(table).to_csv(index=False, header=number == 0, lineterminator="\n")
                    file.write(text.encode("utf-8"))
                    continue
                import pyarrow as pa
                import pyarrow.parquet as pq

                plain = tidy(table)
                # Blocks must agree: a count is a number whether or not one is missing.
                plain = plain.astype({name: float for name in WHOLE if name in plain})
                content = pa.Table.from_pandas(plain, preserve_index=False)
                if writer is None:
                    schema = content.schema.remove_metadata()
                    writer = pq.ParquetWriter(file, schema, compression="zstd")
                writer.write_table(content.cast(writer.schema))
            if writer is not None:
                writer.close()
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise ReportError(f"the file cannot be written: {why(error)}", where=str(path)) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
