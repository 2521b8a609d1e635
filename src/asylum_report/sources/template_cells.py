"""What the text of one cell of a filled-in template means; nothing is guessed and nothing mended.

Spreadsheets take a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula, which is how a
table does harm to whoever opens it (https://owasp.org/www-community/attacks/CSV_Injection), so no
text may begin so. A number with a comma or a point is refused, because it is a thousand in one
country and a decimal in the next.
"""

from __future__ import annotations

import calendar
import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from asylum_report import columns, places, sidecars
from asylum_report.errors import UnknownName
from asylum_report.sources import figures
from asylum_report.sources.checks import CEILING
from asylum_report.sources.template import near, shown

LONGEST = 1_000
"""Characters of a cell."""
EARLIEST = 1951
"""First year: that of the Refugee Convention."""
LARGEST_BASE = 1_000
LIVE = ("UNHCR", "Eurostat", "CBP", "PRM")
"""Sources whose figures do not come by the template."""
SPACE = " \u00a0\u2009\u202f'\u2019"
GROUPED = rf"[0-9]{{1,3}}(?:[{SPACE}][0-9]{{3}})+"
_COUNT = re.compile(rf"[0-9]+|{GROUPED}")
AMBIGUOUS = re.compile(rf"[~<>]?[0-9][0-9{SPACE}]*(?:[.,][0-9{SPACE}]+)+%?")
_MOJIBAKE = re.compile("\u00c3[\u0080-\u00bf\u0178\u0152\u0153]|\u00e2\u20ac|\ufffd")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][^\s<>\"'`\\]*)?")


class Bad(Exception):
    """A text that cannot be taken."""

    def __init__(self, what: str, todo: str) -> None:
        super().__init__(what)
        self.what, self.todo = what, todo


def publishers() -> tuple[str, ...]:
    """Return the short names of sources whose tables may be imported."""
    return tuple(name for name in columns.SOURCES if name not in LIVE)


def clean(text: str) -> str:
    """Return a cell's text, composed, or refuse what is no text at all.

    Raises
    ------
    Bad
        Control and invisible characters, the beginning of a formula, text read in a wrong encoding.
    """
    text = unicodedata.normalize("NFC", text)
    odd = next((c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Co")), "")
    if odd in ("\n", "\r") and odd:
        raise Bad("a line break in a cell", "close the quotation mark, or write it in one line")
    if odd:
        raise Bad(f"an invisible character U+{ord(odd):04X}", "remove it, or type the cell again")
    if _MOJIBAKE.search(text):
        raise Bad(f"'{shown(text)}' was read in another encoding", "type its accents again")
    if text[0] in "=+@-":
        what = f"'{shown(text)}' begins as a formula does"
        raise Bad(what, f"begin with something else than {text[0]}")
    if len(text) > LONGEST:
        raise Bad(f"{len(text):,} characters", f"say it in {LONGEST:,} at most")
    return text


def count(text: str) -> int:
    """Return a count: 1234, 1 234 or 1'234."""
    if re.fullmatch(r"[-\u2013\u2212.]+|[-\u2013\u2212] ?[0-9].*", text):
        if any(c.isdigit() for c in text):
            raise Bad(f"'{shown(text)}' is negative", "give the published count")
        raise Bad(f"'{shown(text)}' is no count", "leave the cell empty and say why in the note")
    if AMBIGUOUS.fullmatch(text):
        what = f"'{shown(text)}' may be thousands or a decimal"
        raise Bad(what, "write whole numbers, 1234 or 1 234")
    if not _COUNT.fullmatch(text):
        raise Bad(f"'{shown(text)}' is no count", "write digits only, or leave it empty")
    number = int(re.sub(f"[{SPACE}]", "", text)) if len(text) < 30 else CEILING
    if number >= CEILING:
        raise Bad(f"'{shown(text)}' is too large to be a count", "look for a slip")
    return number


def day(text: str, today: str) -> str:
    """Return an ISO day that is not in the future."""
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        datetime.date.fromisoformat(text)
    except ValueError:
        todo = "write year-month-day, as 2024-03-15; in a spreadsheet format the column as text"
        raise Bad(f"'{shown(text)}' is no day", todo) from None
    return _not_ahead(text, text, today)


def _not_ahead(text: str, first: str, today: str) -> str:
    if first > today:
        raise Bad(f"'{shown(text)}' is in the future", f"today is {today}")
    if int(first[:4]) < EARLIEST:
        raise Bad(f"'{shown(text)}' is before {EARLIEST}", "look for a slip")
    return text


def document_date(text: str, today: str) -> str:
    """Return a date of which month and day may be unknown."""
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text) or not sidecars.is_date(text):
        raise Bad(f"'{shown(text)}' is no date", "write 2024-07-10, 2024-07 or 2024")
    return _not_ahead(text, f"{text}-01-01"[:10], today)


def last_day(date: str) -> str:
    """Return the last day that a date may mean: 2024-02 ends on 2024-02-29."""
    if len(date) == 4:
        return f"{date}-12-31"
    return figures.last_day(date) if len(date) == 7 else date


def period(text: str, destination: str) -> tuple[str, str]:
    """Return first and last day of 2024, 2024-03, 2024-Q2, 2024-03-31 or FY2024."""
    found = re.fullmatch(r"(FY ?)?([0-9]{4})(?:-(Q[1-4]|[0-9]{2}(?:-[0-9]{2})?))?", text.upper())
    todo = "write 2024, 2024-03, 2024-Q2 or FY2024, or give period_start and period_end"
    if not found or (found[1] and found[3]):
        raise Bad(f"'{shown(text)}' is no period", todo)
    year, part = int(found[2]), found[3] or ""
    if year < EARLIEST:
        raise Bad(f"'{shown(text)}' is before {EARLIEST}", "look for a slip")
    if found[1]:
        if destination != "USA":
            what = f"'{shown(text)}' is the United States' fiscal year"
            raise Bad(what, "give period_start and period_end")
        return f"{year - 1}-10-01", f"{year}-09-30"
    if part.startswith("Q"):
        last = 3 * int(part[1])
        return f"{year}-{last - 2:02}-01", f"{year}-{last:02}-{calendar.monthrange(year, last)[1]}"
    if not sidecars.is_date(found[0]):
        raise Bad(f"'{shown(text)}' is no period", todo)
    return f"{found[0]}-01-01"[:10], last_day(found[0])


def address(text: str) -> tuple[str, str]:
    """Return address and archive place, one of which is empty."""
    if text.casefold().startswith("archive:") and text[8:].strip():
        return "", text[8:].strip()
    if not _ADDRESS.fullmatch(text):
        todo = "begin with https:// or, for paper, with archive: and the place"
        raise Bad(f"'{shown(text)}' is no address", todo)
    return text, ""


def _place(aggregates: bool) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            code = places.resolve(text)
        except UnknownName as error:
            said, _, todo = str(error).partition(": ")
            raise Bad(shown(said, 80), todo) from None
        if code in places.AGGREGATES and not aggregates:
            raise Bad(f"'{shown(text)}' is no single country", "give a row for each country")
        return code

    return read


def _one_of(known: tuple[str, ...]) -> Callable[[str], str]:
    spelling = {name.casefold(): name for name in known}

    def read(text: str) -> str:
        if text.casefold() not in spelling:
            raise Bad(f"unknown value '{shown(text)}'", near(text, known))
        return spelling[text.casefold()]

    return read


def _dataset(text: str) -> str:
    if not _NAME.fullmatch(text.casefold()) or not 3 <= len(text) <= 60:
        todo = "write letters a to z, digits and hyphens: ofpra-annual"
        raise Bad(f"'{shown(text)}' is no name of a dataset", todo)
    if text.casefold() in {name.casefold() for name in columns.DATASETS}:
        raise Bad(f"'{text}' is a dataset that comes another way", "give yours a name of its own")
    return text.casefold()


def _named(text: str) -> str:
    if not sidecars.slug(text):
        raise Bad(f"'{shown(text)}' has no Latin letter", "write the publisher in Latin letters")
    return text


def _base(text: str) -> int:
    number = count(text)
    if not 1 <= number <= LARGEST_BASE:
        raise Bad(f"'{shown(text)}' is no rounding base", "1 is exact, 5 to the nearest five")
    return number


def _copy(text: str) -> str:
    if not re.fullmatch("[2-9]", text):
        raise Bad(f"'{shown(text)}' is no number of a copy", "write 2 to 9")
    return text


def readers(table: str, today: str) -> Mapping[str, Callable[[str], Any]]:
    """Return how the text of each column is read; a column that is not there is text as it is."""
    counted = table != "figures"

    def vocabulary(name: str) -> Callable[[str], str]:
        return _one_of(columns.column(table, name).values)

    found: dict[str, Callable[[str], Any]] = {
        "publisher": _one_of(publishers()) if counted else _named,
        "dataset": _dataset,
        "document_date": lambda text: document_date(text, today),
        "retrieved": lambda text: day(text, today),
        "url": address,
        "licence_url": lambda text: address(text)[0],
        "origin": _place(False),
        "destination": _place(not counted),
        "period_start": lambda text: day(text, today),
        "period_end": lambda text: day(text, today),
        "count": count,
        "rounding_base": _base,
        "copy": _copy,
    }
    names = ("stage", "unit", "outcome", "status", "kind", "sex", "age", "tier")
    return found | {
        name: vocabulary(name)
        for name in names
        if name in columns.TABLES[table] and columns.column(table, name).values
    }
