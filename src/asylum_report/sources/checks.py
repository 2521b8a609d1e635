"""What every reader asks of a publisher's file, and one clear line where it is not so."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from asylum_report.errors import InvalidTable

HEADER_LINES = 1
"""Row numbers in messages are line numbers of the file as an editor shows them."""


def read_text(path: Path, separator: str = ",") -> pd.DataFrame:
    """Return a delimited file, compressed or not, with every cell as text.

    Raises
    ------
    InvalidTable
        If the file is missing, cut short, not UTF-8 or not a table.
    """
    try:
        return pd.read_csv(
            path, sep=separator, dtype=str, keep_default_na=False, encoding="utf-8-sig"
        )
    except FileNotFoundError as error:
        raise InvalidTable("a file is missing", where=str(path)) from error
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise InvalidTable("a file cannot be read as a table", where=str(path)) from error


def fail(what: str, path: Path, row: object = None, column: str = "") -> InvalidTable:
    """Return the error for one place of a file; `row` is the frame's index, counted from zero."""
    where = path.name
    if row is not None:
        where += f", line {int(str(row)) + 1 + HEADER_LINES}"
    if column:
        where += f", column {column}"
    return InvalidTable(what, where=where)


def first(bad: pd.Series) -> int:
    """Return the index of the first row that is bad."""
    return int(bad.index[int(bad.to_numpy().argmax())])


def refuse(bad: pd.Series, what: str, values: pd.Series, path: Path) -> None:
    """Refuse a column in which a row is bad.

    Raises
    ------
    InvalidTable
        Naming file, line, column and value of the first bad row.
    """
    if bad.any():
        row = first(bad)
        raise fail(f"{what}: '{values.loc[row]}'", path, row, str(values.name))


def need(frame: pd.DataFrame, columns: Iterable[str], path: Path) -> None:
    """Refuse a file without these columns.

    Raises
    ------
    InvalidTable
        Naming the file and the first missing column.
    """
    for column in columns:
        if column not in frame.columns:
            raise fail("a column is missing", path, column=column)


def whole(
    frame: pd.DataFrame, column: str, path: Path, missing: Sequence[str] | None = None
) -> pd.Series:
    """Return a column of counts as Int64.

    Parameters
    ----------
    missing
        Texts that stand for a missing count; none may be missing unless given.

    Raises
    ------
    InvalidTable
        Naming file, line and column of the first count that is negative, fractional or no number.
    """
    text = frame[column].str.strip().str.replace(",", "", regex=False)
    absent = text.isin(list(missing)) if missing is not None else pd.Series(False, frame.index)
    numbers = pd.to_numeric(text.mask(absent), errors="coerce")
    for bad, what in (
        (numbers.isna() & ~absent, "a count is no number"),
        (numbers < 0, "a count is negative"),
        (numbers % 1 > 0, "a count is not a whole number"),
    ):
        refuse(bad, what, frame[column], path)
    return numbers.astype("Int64")


def known(frame: pd.DataFrame, column: str, allowed: Iterable[str], path: Path) -> None:
    """Refuse a code that the publisher has not used before.

    Raises
    ------
    InvalidTable
        Naming file, line and column of the first unknown code.
    """
    refuse(~frame[column].isin(set(allowed)), "an unknown code", frame[column], path)


def unique(frame: pd.DataFrame, key: Sequence[str], path: Path) -> None:
    """Refuse a file that gives the same figure twice.

    Raises
    ------
    InvalidTable
        Naming file and line of the first repetition.
    """
    twice = frame.duplicated(list(key))
    if twice.any():
        row = first(twice)
        values = ", ".join(str(frame[column].loc[row]) for column in key)
        raise fail(f"a duplicate key: {values}", path, row)


def adds_up(
    frame: pd.DataFrame, parts: Sequence[str], total: str, path: Path, tolerance: int = 0
) -> None:
    """Refuse a total that its parts contradict by more than `tolerance`.

    Rows in which a part or the total is missing are not judged.

    Raises
    ------
    InvalidTable
        Naming file, line and column of the first contradiction.
    """
    difference = frame[list(parts)].sum(axis=1, skipna=False) - frame[total]
    bad = (difference.abs() > tolerance).fillna(False).astype(bool)
    if bad.any():
        row = first(bad)
        raise fail(f"a total contradicts its parts by {difference.loc[row]}", path, row, total)
