"""What Eurostat answers, to a raw table: every column, code and cell known, or refused by name.

Two layouts are understood: SDMX-CSV, one row a figure, with the dataset's identity and last update
in every row (https://ec.europa.eu/eurostat/web/user-guides/data-browser/api-data-access/
api-detailed-guidelines/sdmx2-1/data-query), and the bulk TSV, which has neither.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd

from asylum_report.errors import InvalidTable, PublisherError
from asylum_report.live.eurostat_datasets import (
    FREQUENCIES,
    LEFT_OUT,
    PERIODS,
    Declared,
    Dimension,
)
from asylum_report.sources import checks
from asylum_report.sources import eurostat as layouts

LATER = "the last vintage stays in use"
PERIOD, VALUE, FLAG, LINE = "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG", "LINE"
IDENTITY = ("DATAFLOW", "STRUCTURE_ID")
UPDATE = "LAST UPDATE"
SECRECY = "CONF_STATUS"
HARMLESS = frozenset((*IDENTITY, UPDATE, SECRECY, "STRUCTURE", "STRUCTURE_NAME", FLAG, LINE))
"""Columns that an answer may have beside its dimensions, period and value."""

_CELL = re.compile(r"(?P<value>:|[^\s:]*)\s*(?P<flag>.*)")


def refused(what: str, where: str) -> PublisherError:
    """Return the error for an answer that is not to be trusted."""
    return PublisherError(f"Eurostat's answer is not usable: {what}", where=where, todo=LATER)


def _decode(content: bytes, where: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused("it is not UTF-8", where) from error
    if not text.strip():
        raise refused("it is empty", where)
    return text


def tsv(text: str, where: str) -> pd.DataFrame:
    r"""Return a wide TSV as it stands, one row a cell, with nothing left out or mapped.

    The head is ``freq,citizen,...,geo\TIME_PERIOD`` and then the periods; each further line is a
    key and its cells. Lines end with LF or CRLF. Blanks around periods and cells mean nothing.

    Parameters
    ----------
    text
        The file.
    where
        What messages call it.

    Returns
    -------
    DataFrame
        One column a dimension, then TIME_PERIOD, OBS_VALUE, OBS_FLAG (texts, empty where nothing
        is given) and LINE, counted from 1.

    Raises
    ------
    PublisherError
        Naming the line, if the head is none or a line has more or fewer cells.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    head, *periods = (lines or [""])[0].split("\t")
    name, _, time = head.partition("\\")
    dimensions = [part.strip() for part in name.split(",")]
    if not periods or not all(dimensions) or time.strip() != PERIOD:
        raise refused("its first line is no head of a table", f"{where}, line 1")
    keys: list[list[str]] = []
    numbers: list[int] = []
    cells: list[str] = []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        key_text, *values = line.split("\t")
        key = [part.strip() for part in key_text.split(",")]
        if len(key) != len(dimensions) or len(values) != len(periods):
            raise refused("a line is cut short or too long", f"{where}, line {number}")
        keys.append(key)
        numbers.append(number)
        cells.extend(values)
    frame = pd.DataFrame(keys, columns=dimensions, dtype=str)
    frame[LINE] = pd.Series(numbers, dtype=int)
    frame = frame.loc[frame.index.repeat(len(periods))].reset_index(drop=True)
    frame[PERIOD] = pd.Series([period.strip() for period in periods] * len(keys), dtype=str)
    meanings = {text: _CELL.fullmatch(text.strip()) for text in set(cells)}
    split = {
        text: (match["value"].replace(":", ""), match["flag"].strip()) if match else (text, "")
        for text, match in meanings.items()
    }
    frame[VALUE] = pd.Series([split[text][0] for text in cells], dtype=str)
    frame[FLAG] = pd.Series([split[text][1] for text in cells], dtype=str)
    return frame


def sdmx_csv(text: str, where: str) -> pd.DataFrame:
    """Return an SDMX-CSV as it stands, every cell as text, with LINE, counted from 1.

    Raises
    ------
    PublisherError
        If it is no table, has a column twice or a line with more fields than the head.
    """
    text = text.removeprefix("\ufeff").rstrip("\r\n")
    # Read twice: pandas is quick, but would fill a line that is cut short with empty cells.
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = [name.strip() for name in next(lines)]
        for number, row in enumerate(lines, start=2):
            if len(row) != len(names):
                raise refused("a line is cut short or too long", f"{where}, line {number}")
    except (csv.Error, StopIteration) as error:
        raise refused(f"it is no table: {error}", where) from error
    again = {name for name in names if names.count(name) > 1}
    if again:
        raise refused(f"a column comes twice: '{min(again)[:40]}'", f"{where}, line 1")
    try:
        frame = pd.read_csv(
            io.StringIO(text), header=0, names=names, dtype=str, na_values=[], keep_default_na=False
        )
    except ValueError as error:
        raise refused(f"it is no table: {error}", where) from error
    return frame.assign(**{LINE: range(2, len(frame) + 2)})


def _refuse(frame: pd.DataFrame, bad: pd.Series, what: str, column: str, where: str) -> None:
    """Refuse an answer in which a row is bad, naming line, column and value."""
    if bad.any():
        row = frame.iloc[int(bad.to_numpy().argmax())]
        place = f"{where}, line {row[LINE]}, column {column}"
        raise refused(f"{what} '{str(row[column])[:40]}'", place)


def _named(frame: pd.DataFrame, declared: Declared, where: str) -> dict[str, Dimension]:
    """Return the dimension behind each of the answer's columns after checking that all are known.

    A renamed dimension is a missing one and an unknown one; both are named.
    """
    found: dict[str, Dimension] = {}
    lacking: list[str] = []
    for dimension in declared.dimensions:
        name = next((name for name in dimension.names if name in frame), "")
        if name:
            found[name] = dimension
        elif not dimension.optional:
            lacking.append(dimension.names[0])
    lacking += [column for column in (PERIOD, VALUE) if column not in frame]
    unknown = [
        str(name)
        for name in frame
        if name not in found and name not in HARMLESS and name not in (PERIOD, VALUE)
    ]
    beside = f", and '{unknown[0][:40]}' is there, which is not known" if unknown else ""
    if lacking:
        raise refused(f"dimension or column '{lacking[0]}' is missing{beside}", f"{where}, line 1")
    if unknown:
        raise refused(f"an unknown dimension or column '{unknown[0][:40]}'", f"{where}, line 1")
    return found


def _identity(frame: pd.DataFrame, code: str, where: str) -> None:
    """Refuse an answer that says it is another dataset: this happens with status 200."""
    pattern = re.compile(r"(?:[A-Za-z_]+:)?([A-Za-z0-9_$]+)(?:\(.*)?")
    for column in IDENTITY:
        if column in frame:
            found = {text: pattern.fullmatch(text.strip()) for text in frame[column].unique()}
            other = [text for text, named in found.items() if not named or named[1].upper() != code]
            what = f"it is another dataset than {code}:"
            _refuse(frame, frame[column].isin(other), what, column, where)


def last_update(frame: pd.DataFrame) -> str:
    """Return the day of the answer's own last update, ISO, or empty where it has none."""
    if UPDATE not in frame or frame.empty:
        return ""
    match = re.match(r"(\d{2})/(\d{2})/(\d{2})\b", str(frame[UPDATE].iloc[0]))
    return f"20{match[3]}-{match[2]}-{match[1]}" if match else ""


def _codes(
    frame: pd.DataFrame, name: str, dimension: Dimension, declared: Declared, where: str
) -> None:
    """Refuse a code of one column that is not known."""
    values = frame[name]
    if name == "freq":
        what = f"it is not {FREQUENCIES[declared.frequency]}: frequency"
        _refuse(frame, ~values.isin([declared.frequency]), what, name, where)
    elif name == "unit":
        _refuse(frame, values != "PER", "it does not count persons: unit", name, where)
    elif dimension.codes is not None:
        _refuse(frame, ~values.isin(list(dimension.codes)), "an unknown code", name, where)


def _countries(values: pd.Series, frame: pd.DataFrame, name: str, where: str) -> pd.Series:
    ours: dict[str, str] = {}
    for code in values.unique():
        try:
            ours[code] = layouts.country(code, Path(where))
        except InvalidTable:
            _refuse(frame, values == code, "an unknown country code", name, where)
    return values.map(ours)


def _counts(frame: pd.DataFrame, where: str) -> pd.Series:
    """Return the counts, missing where nothing is given."""
    text = frame[VALUE].str.strip()
    absent = text.isin(["", ":"])
    _refuse(
        frame,
        ~(absent | text.str.fullmatch(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")),
        "a count is no number:",
        VALUE,
        where,
    )
    numbers = pd.to_numeric(text.mask(absent))
    for bad, what in (
        (numbers < 0, "a count is negative:"),
        (numbers % 1 > 0, "a count is not a whole number:"),
        (numbers >= checks.CEILING, "a count is too large to be one:"),
    ):
        _refuse(frame, bad, what, VALUE, where)
    return numbers.astype("Int64")


def _flags(frame: pd.DataFrame, where: str) -> pd.Series:
    """Return the flags, one letter each; what is kept secret is flagged c whichever way it says."""
    flags = frame[FLAG].str.strip() if FLAG in frame else pd.Series("", index=frame.index)
    secret = flags.str.contains("@C", regex=False)
    flags = flags.str.replace("@C", "", regex=False).str.replace(r"[\s,;]", "", regex=True)
    bad = ~flags.str.fullmatch(f"[{layouts.FLAGS}]*")
    _refuse(frame, bad, "an unknown flag", FLAG, where) if FLAG in frame else None
    if SECRECY in frame:
        status = frame[SECRECY].str.strip().str.upper()
        _refuse(frame, ~status.isin(["", "F", "C"]), "an unknown secrecy", SECRECY, where)
        secret |= status == "C"
    return flags.mask(secret & ~flags.str.contains("c"), flags + "c")


def read(content: bytes, where: str) -> pd.DataFrame:
    """Return an answer as it stands, TSV or SDMX-CSV, every cell as text, with LINE."""
    text = _decode(content, where)
    return (tsv if "\t" in text[: text.find("\n")] else sdmx_csv)(text, where)


def raw(frame: pd.DataFrame, declared: Declared, code: str, where: str) -> pd.DataFrame:
    """Return the raw table in an answer.

    Rows that were not asked for are left out once their codes are known: a service that does not
    filter is no danger. A figure that is neither given nor flagged has no row.

    Parameters
    ----------
    frame
        As `read` returns it.
    declared
        The dataset as it is wanted.
    code
        The dataset's code at the service, in capitals.

    Returns
    -------
    DataFrame
        The columns of ``declared.columns``, sorted by all but the last two; may be empty.

    Raises
    ------
    PublisherError
        Naming dataset, line and column: another dataset, a missing, renamed or unknown dimension
        or column, another unit or frequency, an unknown code or flag, a period that is none, a
        count that is none, negative or too large, the same figure twice.
    """
    found = _named(frame, declared, where)
    _identity(frame, code, where)
    citizen = next(name for name, one in found.items() if one.column == "origin")
    frame = frame[frame[citizen].isin(list(found[citizen].codes or ()))]
    for name, dimension in found.items():
        _codes(frame, name, dimension, declared, where)
    wanted = pd.Series(True, index=frame.index)
    for name, dimension in found.items():
        if dimension.ask:
            wanted &= frame[name].isin(dimension.ask)
        elif dimension.codes is None:
            wanted &= ~frame[name].isin(LEFT_OUT)
    frame = frame[wanted]
    odd = ~frame[PERIOD].str.fullmatch(PERIODS[declared.frequency])
    _refuse(frame, odd, f"no {FREQUENCIES[declared.frequency]} period:", PERIOD, where)
    columns: dict[str, pd.Series] = {}
    for name, dimension in found.items():
        if dimension.column and dimension.codes is not None:
            columns[dimension.column] = frame[name].map(dict(dimension.codes))
        elif dimension.column:
            columns[dimension.column] = _countries(frame[name], frame, name, where)
    columns |= {"period": frame[PERIOD], "count": _counts(frame, where)}
    columns["flag"] = _flags(frame, where)
    table = pd.DataFrame({name: columns[name] for name in declared.columns}, index=frame.index)
    key = [name for name in declared.columns if name not in ("count", "flag")]
    twice = table.duplicated(key)
    if twice.any():
        at = int(twice.to_numpy().argmax())
        figure = ", ".join(str(table[name].iloc[at]) for name in key)
        line = frame[LINE].iloc[at]
        raise refused(f"the same figure comes twice: {figure}", f"{where}, line {line}")
    given = table["count"].notna() | (table["flag"] != "")
    return table[given].sort_values(key, ignore_index=True)
