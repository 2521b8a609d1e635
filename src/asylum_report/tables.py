"""The tidy tables checked when one is written and when one is read.

A table whose bytes are those recorded in ``datapackage.json`` has passed these checks already, so
that reading it again costs a hash and not an import of pandera; one with other bytes is refused.
"""

from __future__ import annotations

import functools
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asylum_report import files, paths, records
from asylum_report.columns import TABLES, Column, column, key
from asylum_report.errors import InvalidTable, UnknownName

if TYPE_CHECKING:
    import pandas as pd

DTYPES = {"text": "str", "day": "str", "integer": "Int64", "number": "Float64"}
_DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"


def names() -> tuple[str, ...]:
    """Return the names of the tidy tables."""
    return tuple(TABLES)


def known(name: str) -> str:
    """Return `name` if a table is called so.

    Raises
    ------
    UnknownName
    """
    if name not in TABLES:
        raise UnknownName(f"unknown table '{name}'", todo="use one of " + ", ".join(TABLES))
    return name


@functools.cache
def schema(name: str) -> Any:
    """Return the pandera schema of a table: strict columns, types, allowed values, unique key."""
    import pandera.pandas as pa

    def of(one: Column) -> pa.Column:
        checks = []
        if one.kind == "day":
            pattern = rf"({_DAY})?" if one.blank else _DAY
            checks.append(pa.Check.str_matches(rf"^{pattern}$", error="is no ISO date"))
        elif one.kind == "text":
            if one.values:
                checks.append(pa.Check.isin(one.values, error="is not an allowed value"))
            elif not one.blank:
                checks.append(pa.Check(lambda text: text != "", error="is empty"))
        elif one.kind == "integer":
            checks.append(pa.Check.ge(0, error="is negative"))
        nullable = one.blank and one.kind in ("integer", "number")
        return pa.Column(DTYPES[one.kind], checks, nullable=nullable)

    return pa.DataFrameSchema(
        {each: of(column(name, each)) for each in TABLES[name]}, strict=True, ordered=True
    )


def check(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` if it is a table of this name; rows in messages count from zero.

    Raises
    ------
    InvalidTable
        In one line, naming table, column and row.
    """
    import pandera.errors

    columns = TABLES[known(name)]
    for each in columns:
        if each not in frame.columns:
            raise InvalidTable("a column is missing", where=f"table {name}, column {each}")
    for each in frame.columns:
        if each not in columns:
            raise InvalidTable("a column too many", where=f"table {name}, column {each}")
    try:
        schema(name).validate(frame)
    except pandera.errors.SchemaError as error:
        raise _one_line(name, frame, error) from error
    if "period_end" in columns:
        backwards = (frame["period_end"] < frame["period_start"]) & (frame["period_end"] != "")
        if backwards.any():
            row = int(backwards.to_numpy().argmax())
            raise InvalidTable(
                "a period ends before it begins",
                where=f"table {name}, column period_end, row {row}",
            )
    twice = frame.duplicated(list(key(name)))
    if twice.any():
        row = int(twice.to_numpy().argmax())
        values = ", ".join(str(frame[each].iloc[row]) for each in key(name))
        raise InvalidTable(f"a duplicate key: {values}", where=f"table {name}, row {row}")
    return frame


def _one_line(name: str, frame: pd.DataFrame, error: Any) -> InvalidTable:
    """Return pandera's first complaint in one line of ours."""
    label = getattr(error.schema, "name", None) or error.column_name
    where = f"table {name}" + (f", column {label}" if label else "")
    cases = error.failure_cases
    check_text = getattr(error.check, "error", None) or str(error.check or "")
    if label in frame.columns and str(frame[label].dtype) != DTYPES[column(name, label).kind]:
        return InvalidTable(
            f"values are {frame[label].dtype} instead of {DTYPES[column(name, label).kind]}",
            where=where,
        )
    if hasattr(cases, "columns") and "failure_case" in cases and len(cases):
        case = cases.iloc[0]
        what = f"'{case['failure_case']}' {check_text}"
        if "not_nullable" in check_text:
            what = "a value is missing"
        return InvalidTable(what, where=f"{where}, row {case['index']}")
    return InvalidTable(check_text or "the columns are not as described", where=where)


def empty(name: str) -> pd.DataFrame:
    """Return a table of this name without rows."""
    import pandas as pd

    return conform(name, pd.DataFrame({each: [] for each in TABLES[known(name)]}))


def conform(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with the table's columns in order and in their types, unchecked otherwise.

    Raises
    ------
    InvalidTable
        If a column is missing or cannot be of its type.
    """
    missing = [each for each in TABLES[known(name)] if each not in frame.columns]
    if missing:
        raise InvalidTable("a column is missing", where=f"table {name}, column {missing[0]}")
    try:
        return frame[list(TABLES[name])].astype(
            {each: DTYPES[column(name, each).kind] for each in TABLES[name]}
        )
    except (TypeError, ValueError) as error:
        raise InvalidTable(f"values of the wrong type: {error}", where=f"table {name}") from error


def read(
    name: str, folder: Path | None = None, validate: bool = True, origin: str | None = None
) -> pd.DataFrame:
    """Return a tidy table.

    Parameters
    ----------
    name
        decisions, applications, encounters ...
    folder
        Where the tables are; the project's ``data/processed`` unless given.
    validate
        Whether to check the schema of a file whose hash is not recorded.
    origin
        Only this origin, alpha-3. For RUS the committed CSV serves where no Parquet was built.

    Raises
    ------
    UnknownName
        If no table is called so.
    InvalidTable
        If the file is missing or is not the one that ``datapackage.json`` records, or, where it
        records none, if the file cannot be read or breaks the schema.
    """
    top = folder or paths.processed()
    path = top / f"{known(name)}.parquet"
    if not path.exists() and (origin == "RUS" or "origin" not in TABLES[name]):
        path = next((p for p in _committed(name, top) if p.exists()), path)
    if not path.exists():
        raise InvalidTable(f"table {name} is not there", where=str(path), todo=records.REBUILD)
    hashes = records.recorded(top) if (top / records.PACKAGE).exists() else {}
    try:
        known_bytes = path.name in hashes
        content = records.checked_bytes(path, hashes) if known_bytes else path.read_bytes()
        types = {each: DTYPES[column(name, each).kind] for each in TABLES[name]}
        frame = files.parse(content, path.suffix, types)
    except (OSError, ValueError, EOFError, KeyError, zlib.error) as error:
        raise InvalidTable(f"table {name} cannot be read", where=str(path)) from error
    if validate and not known_bytes:
        check(name, frame)
    if origin is not None and "origin" in frame.columns:
        frame = frame[frame["origin"] == origin].reset_index(drop=True)
    return frame


def _committed(name: str, folder: Path) -> tuple[Path, Path]:
    return folder / f"{name}.csv", folder / f"{name}.csv.gz"
