"""The template of national tables that exist only as PDF or workbook: its columns, and problems.

One row is one figure, with the document and the page it was typed from. What holds for every row
may be said once above the header, ``# key: value``. `asylum_report.sources.template_file` makes
rows of text of a file, `template_rows` says what the texts mean, and `template_series` judges the
rows together.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from asylum_report.errors import InvalidTable, UnknownName

SHOWN = 20
"""How many problems of a file are written out."""

# fmt: off
COLUMNS: dict[str, tuple[bool, str]] = {
    "publisher": (True, "who published the figure, by its short name: BAMF, OFPRA, EOIR"),
    "dataset": (True, "our name for the series, lower case, digits, hyphens: ofpra-annual"),
    "document": (True, "title of the document"),
    "document_date": (True, "its date as far as known: 2024-07-10, 2024-07 or 2024"),
    "url": (True, "its address, or where it lies: archive: Bundesarchiv, B 206"),
    "page": (True, "where in the document: page, table or cell"),
    "retrieved": (True, "day on which the document was got: 2024-08-01"),
    "typed_by": (True, "who typed it, initials will do, or which tool took it out"),
    "licence": (False, "licence of the document, if it states one"),
    "licence_url": (False, "address of the licence"),
    "origin": (True, "citizenship: code or English name (RUS, Russia)"),
    "destination": (True, "country where asylum is sought: code or English name"),
    "authority": (False, "who decides; without it, who usually does there at that stage"),
    "stage": (True, "first, repeat, first+repeat, appeal, first+appeal or special"),
    "kind": (True, "first, repeat, all (both), appeal or withdrawn"),
    "sex": (False, "T (all), F, M or UNK; without it, T"),
    "age": (False, "TOTAL, Y_LT14, Y14-17, Y_LT18, Y18-34, Y35-64, Y_GE65, UNK; without it, TOTAL"),
    "indicator": (True, "what is counted or measured, in a few words"),
    "population": (True, "who is counted: Russian citizens"),
    "unit": (True, "persons or cases"),
    "period": (False, "2024, 2024-03, 2024-Q2, a day, or FY2024 (United States, October to "
               "September); or else"),
    "period_start": (False, "first day"),
    "period_end": (False, "last day"),
    "outcome": (True, "refugee, subsidiary, humanitarian, temporary, complementary (other "
                "protection, not divided), positive (all forms), rejected, closed (no answer on "
                "the merits) or total"),
    "count": (False, "plain digits, or groups of three with a space or an apostrophe; empty: not "
              "published, and the note says so"),
    "value": (True, "the figure; ~ > < before it, or a range: 60-70; a decimal point for percent "
              "only"),
    "rounding_base": (True, "1 exact, 5 rounded to the nearest five, 10 ..."),
    "status": (False, "complete, partial, provisional, break or estimated; without it, complete"),
    "tier": (True, "A official, A2 official as printed by AIDA, B press quoting an official "
             "answer, C non-governmental organisation, D aggregator"),
    "note": (False, "what to know before using the figure"),
}
"""Every column: whether it is needed, and what it is."""

_PROVENANCE = ("publisher", "dataset", "document", "document_date", "url", "page", "retrieved",
               "typed_by", "licence", "licence_url")
_PERIOD = ("period", "period_start", "period_end")
TEMPLATES: dict[str, tuple[str, ...]] = {
    "decisions": (*_PROVENANCE, "origin", "destination", "authority", "stage", "unit", *_PERIOD,
                  "outcome", "count", "rounding_base", "status", "note"),
    "applications": (*_PROVENANCE, "origin", "destination", "authority", "kind", "sex", "age",
                     "unit", *_PERIOD, "count", "rounding_base", "status", "note"),
    "figures": (*_PROVENANCE, "destination", "indicator", "population", *_PERIOD, "value", "unit",
                "tier", "note"),
}
"""Columns of each template, in order."""
MARKS = {"decisions": "outcome", "applications": "kind", "figures": "indicator"}
"""The column by which a table is known."""

KEYS: dict[str, str] = {
    "table": "decisions, applications or figures",
    "copy": "2 to 9: a corrected copy of what was imported with the same document_date",
    "left_out": "why figures of the copy before are no longer in this one",
    "definition": "what the series counts, in a sentence",
}
"""What can be said above the header only."""
_ONCE = (*(name for name in _PROVENANCE if name != "page"), "origin", "destination", "authority",
         "rounding_base", "tier")
# fmt: on


class Problem(NamedTuple):
    """One thing that is wrong in a file, where, and what to do; line 0 is the file as a whole."""

    line: int
    column: str
    what: str
    todo: str

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", column {self.column}" if self.column else "")
        return (f"{where}: " if self.line else "") + self.what + (self.todo and f": {self.todo}")


class Refused(InvalidTable):
    """A file with problems: the only error of more than one line, because all are told at once."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        number = len(self.problems)
        super().__init__(
            f"{number} problem{'' if number == 1 else 's'} in {file}; nothing was imported"
        )

    def __str__(self) -> str:
        more = len(self.problems) - SHOWN
        lines = [self.what, *(f"  {one}" for one in self.problems[:SHOWN])]
        return "\n".join(lines + ([f"  and {more} more"] if more > 0 else []))


class Row(NamedTuple):
    """One row: its line, and of each column the text and the line it stands on."""

    line: int
    cells: Mapping[str, tuple[str, int]]


@dataclass(frozen=True)
class Sheet:
    """A file as texts.

    Parameters
    ----------
    keys
        What is said above the header about the whole file: key to text and line.
    problems
        What is wrong with header and rows as such.
    """

    file: str
    table: str
    keys: Mapping[str, tuple[str, int]]
    rows: tuple[Row, ...]
    problems: list[Problem] = field(default_factory=list)


def shown(text: str, most: int = 40) -> str:
    """Return a text as it can be put into a message: short, and nothing in it moves a cursor."""
    short = text if len(text) <= most else text[: most - 3] + "..."
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in short)


def near(word: str, known: Iterable[str]) -> str:
    """Return what to do about a word that is not known: a near one, or the list."""
    known = list(known)
    by_lower = {one.casefold(): one for one in known}
    found = difflib.get_close_matches(word.casefold(), by_lower, n=1, cutoff=0.75)
    return f"did you mean {by_lower[found[0]]}?" if found else "use one of " + ", ".join(known)


def empty(table: str) -> str:
    """Return the empty template of a table with its explanations.

    Raises
    ------
    UnknownName
        If there is no such template.
    """
    if table not in TEMPLATES:
        todo = "use one of " + ", ".join(TEMPLATES)
        raise UnknownName(f"no template '{shown(table)}'", todo=todo)
    columns = TEMPLATES[table]
    once = [name for name in columns if name in _ONCE or (name == "unit" and table != "figures")]
    lines = [
        f"# Template for {table}: one row is one figure. docs/import.md has a filled example.",
        "# A line that begins with # explains, or gives once what holds for every row.",
        "# Save as CSV UTF-8, with columns of dates formatted as text, then run:",
        "# asylum-report import FILE --check",
        "#",
    ]
    for name in columns:
        needed, words = COLUMNS[name]
        if name == "unit" and table == "figures":
            words = "what the value counts: persons, applications, percent ..."
        lines.append(f"# {name} ({'needed' if needed else 'may be empty'}) - {words}")
    for name in ("copy", "left_out", "definition"):
        lines.append(f"# {name} (only up here, where there is need) - {KEYS[name]}")
    lines += ["#", f"# table: {table}", *(f"# {name}:" for name in once)]
    return "\n".join([*lines, ",".join(name for name in columns if name not in once)]) + "\n"
