"""Reading a filled-in template: bytes to rows of text.

CSV is read as RFC 4180 describes it (https://www.rfc-editor.org/rfc/rfc4180), with the semicolon or
tab that spreadsheets put in place of the comma, and the byte order mark that they put in front.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Mapping
from pathlib import Path

from asylum_report.errors import InvalidTable
from asylum_report.sources.template import (
    COLUMNS,
    KEYS,
    MARKS,
    TEMPLATES,
    Problem,
    Row,
    Sheet,
    near,
    shown,
)

MOST_BYTES = 10_000_000
MOST_ROWS = 50_000

_KINDS = (
    (b"PK", "is a workbook or an archive", "open it and save the sheet as 'CSV UTF-8'"),
    (b"\xd0\xcf\x11\xe0", "is an old workbook (XLS)", "open it and save the sheet as 'CSV UTF-8'"),
    (b"%PDF", "is a PDF", "type its table into the template"),
    (b"\x1f\x8b", "is compressed", "unpack it"),
    (b"\xff\xfe", "is UTF-16 ('Unicode text')", "save it as 'CSV UTF-8'"),
    (b"\xfe\xff", "is UTF-16 ('Unicode text')", "save it as 'CSV UTF-8'"),
    (b"<", "is a web page or XML", "type its table into the template"),
)


def text_of(path: Path) -> str:
    """Return a file's text.

    Raises
    ------
    InvalidTable
        If it is no file, too large, empty, of another format or not UTF-8.
    """
    name = shown(path.name, 80)
    if not path.is_file():
        raise InvalidTable("no such file" if not path.exists() else "not a file", where=name)
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        todo = "split it by dataset"
        raise InvalidTable(f"a file is larger than {MOST_BYTES:,} bytes", where=name, todo=todo)
    for start, what, todo in _KINDS:
        if content.removeprefix(b"\xef\xbb\xbf").lstrip(b" \r\n").startswith(start):
            raise InvalidTable(f"a file {what} and no CSV", where=name, todo=todo)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        # Bytes that Windows-1252 leaves out, 0 among them, speak against it.
        legacy = not set(content) & {0, 0x81, 0x8D, 0x8F, 0x90, 0x9D}
        guess = " but very probably Windows-1252, Excel's plain 'CSV'" if legacy else ""
        raise InvalidTable(
            f"a file is not UTF-8{guess}",
            where=f"{name}, line {line}",
            todo="save it as 'CSV UTF-8'",
        ) from error
    if not text.strip():
        raise InvalidTable("a file is empty", where=name)
    return text


def _known() -> set[str]:
    return set(COLUMNS) | set(KEYS)


def _name(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", cell.strip()).casefold()


def _separator(text: str, file: str) -> str:
    """Return what separates the cells, by the header: the first line that is no comment."""
    for line in io.StringIO(text, newline=None):
        plain = line.strip().strip('"').lstrip()
        if plain.strip(",;\t") == "" or plain.startswith("#") or re.match("(?i)sep=", plain):
            continue
        found = {
            mark: sum(_name(cell.strip().strip('"')) in COLUMNS for cell in line.split(mark))
            for mark in (",", ";", "\t")
        }
        best = max(found, key=lambda mark: found[mark])
        if found[best] >= 2:
            return best
        break
    raise InvalidTable(
        "no header: the first line that does not begin with # names the columns",
        where=file,
        todo="begin with asylum-report import --template decisions",
    )


def read(path: Path) -> Sheet:
    """Return a filled-in template as texts.

    Raises
    ------
    InvalidTable
        If the file is none, or has no header, no rows or too many.
    """
    text = text_of(path)
    file = shown(path.name, 80)
    separator = _separator(text, file)
    keys: dict[str, tuple[str, int]] = {}
    problems: list[Problem] = []
    header: list[str] = []
    records: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            here, line = line, reader.line_num + 1
            first = cells[0].lstrip() if cells else ""
            if not any(cell.strip() for cell in cells):
                continue
            if first.startswith("#"):
                said = separator.join(cells).rstrip(separator + " ")
                problems += _said(said.lstrip(), here, keys, above=not header)
            elif not header and re.match("(?i)sep=", first):
                continue
            elif not header:
                header = [_name(cell) for cell in cells]
                problems += _header_faults(cells, header, here)
            else:
                records.append((here, cells))
            if len(records) > MOST_ROWS:
                raise InvalidTable(
                    f"more than {MOST_ROWS:,} rows", where=file, todo="split it by dataset"
                )
    except csv.Error as error:
        raise InvalidTable(
            f"not readable as CSV: {error}",
            where=f"{file}, line {line}",
            todo="look for a quotation mark that is not closed, or not doubled inside quotes",
        ) from error
    if not records:
        raise InvalidTable("a file has a header and no rows", where=file)
    table = _table(keys, header, file)
    columns = TEMPLATES[table]
    for name in [*keys, *filter(None, header)]:
        if name in COLUMNS and name not in columns:
            at = keys[name][1] if name in keys else 0
            what = f"the template for {table} has no {name}"
            problems.append(Problem(at, name if at else "", what, "take it out"))
    once = {name: said for name, said in keys.items() if name in columns}
    rows = []
    for here, cells in records:
        if len(cells) < len(header) or any(cell.strip() for cell in cells[len(header) :]):
            what = f"{len(cells)} cells where the header has {len(header)}"
            todo = "put text that holds the separator in quotation marks; leave no cell out"
            problems.append(Problem(here, "", what, todo))
            continue
        own = {
            name: (cell.strip(), here)
            for name, cell in zip(header, cells, strict=False)
            if name in columns and cell.strip()
        }
        stray = [cell for name, cell in zip(header, cells, strict=False) if not name and cell]
        if stray:
            what = f"'{shown(stray[0])}' stands in a column without a name"
            problems.append(Problem(here, "", what, "name the column or empty it"))
        rows.append(Row(here, once | own))
    return Sheet(file, table, keys, tuple(rows), problems)


def _said(text: str, line: int, keys: dict[str, tuple[str, int]], above: bool) -> list[Problem]:
    """Take down a line ``# key: value``; return what is wrong with it."""
    found = re.fullmatch(r"#+\s*([A-Za-z_]+)\s*:\s*(.*)", text, re.DOTALL)
    if not above:
        return [Problem(line, "", "a line with # below the header", "move it above the header")]
    if not found:
        return []
    name, value = _name(found[1]), found[2].strip()
    if name not in _known():
        like = difflib.get_close_matches(name, _known(), n=1, cutoff=0.8)
        todo = f"did you mean '# {like[0]}:'?" if like else ""
        return [Problem(line, "", f"unknown key '{shown(name)}'", todo)] if like else []
    if not value:
        return []
    if name in keys:
        what = f"{name} is given above the header twice"
        return [Problem(line, name, what, f"take out this line or line {keys[name][1]}")]
    keys[name] = (value, line)
    return []


def _header_faults(cells: list[str], header: list[str], line: int) -> list[Problem]:
    """Return what is wrong with the names of the columns."""
    problems = []
    for cell, name in zip(cells, header, strict=True):
        if name in KEYS:
            problems.append(
                Problem(line, name, "can be given above the header only", f"write '# {name}: ...'")
            )
        elif name and name not in COLUMNS:
            problems.append(Problem(line, shown(cell), "no such column", near(name, list(COLUMNS))))
    for name in sorted({name for name in header if name and header.count(name) > 1}):
        problems.append(Problem(line, shown(name), "the column comes twice", "take one out"))
    return problems


def _table(keys: Mapping[str, tuple[str, int]], header: list[str], file: str) -> str:
    """Return which table a file is for: as it says, or by its columns."""
    if "table" in keys:
        text, line = keys["table"]
        if text.casefold() not in TEMPLATES:
            where = f"{file}, line {line}"
            raise InvalidTable(
                f"unknown table '{shown(text)}'", where=where, todo=near(text, TEMPLATES)
            )
        return text.casefold()
    found = [table for table, mark in MARKS.items() if mark in header or mark in keys]
    if len(found) != 1:
        raise InvalidTable(
            "it is not clear which table a file is for",
            where=file,
            todo="say '# table: decisions' (or applications, figures) above the header",
        )
    return found[0]
