"""What every reader asks of a publisher's file, and one clear line where it is not so."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from asylum_report.errors import InvalidTable

HEADER_LINES = 1
"""Row numbers in messages are line numbers of the file as an editor shows them."""
CEILING = 10**9
"""No count of people or events reaches this: a greater number is a slip."""

_DIGITS = r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)"
_NUMBER = rf"-?{_DIGITS}(?:\.[0-9]+)?"


def read_text(path: Path, separator: str = ",") -> pd.DataFrame:
    """Return a delimited file, compressed or not, with every cell as text.

    Raises
    ------
    InvalidTable
        If the file is missing, cut short, not UTF-8 or not a table; if it has no rows, a column
        twice, or a line with more fields than the header.
    """
    try:
        # The header is read as a row like the others, or pandas would take a field too many for
        # the name of a row and number a column that comes twice.
        frame = pd.read_csv(
            path,
            sep=separator,
            header=None,
            dtype=str,
            na_values=[],
            keep_default_na=False,
            encoding="utf-8-sig",
        )
    except FileNotFoundError as error:
        raise InvalidTable("a file is missing", where=str(path)) from error
    except pd.errors.EmptyDataError as error:
        raise InvalidTable("a file is empty", where=path.name) from error
    except (OSError, EOFError, ValueError, zlib.error) as error:
        more = re.search(r"Expected \d+ fields in line (\d+), saw \d+", str(error))
        if more:
            where = f"{path.name}, line {more[1]}"
            raise InvalidTable("a line has more fields than the header", where=where) from error
        raise InvalidTable("a file cannot be read as a table", where=str(path)) from error
    header = frame.iloc[0]
    again = header[header.duplicated()]
    if len(again):
        raise fail(f"a column comes twice: '{again.iloc[0]}'", path)
    frame = frame.iloc[1:].reset_index(drop=True).set_axis(list(header), axis="columns")
    if frame.empty:
        raise fail("a file has a header and no rows", path)
    return frame


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
        Naming file, line and column of the first count that is negative, fractional, no number
        or `CEILING` or more. A comma may stand between thousands only.
    """
    text = frame[column].str.strip()
    absent = text.isin(list(missing)) if missing is not None else pd.Series(False, frame.index)
    refuse(~text.str.fullmatch(_NUMBER) & ~absent, "a count is no number", frame[column], path)
    numbers = pd.to_numeric(text.mask(absent).str.replace(",", "", regex=False))
    for bad, what in (
        (numbers < 0, "a count is negative"),
        (numbers % 1 > 0, "a count is not a whole number"),
        (numbers >= CEILING, "a count is too large to be one"),
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
