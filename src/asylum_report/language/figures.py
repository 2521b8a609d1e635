"""Figures in running text: read in one language, written in another to the same digits."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from asylum_report.language.locales import MINUS, NARROW, NBSP, number, signs

ENGLISH = re.compile(
    rf"(?<![\w.])(?P<sign>[+\-{MINUS}](?=\d))?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<percent>%)?(?!\w)"
)
"""A figure in English: 5,246 or −17.9 or 29.0%."""


def write(found: re.Match[str], lang: str) -> str:
    """Write one figure that `ENGLISH` found."""
    digits = found["digits"]
    decimals = len(digits.partition(".")[2])
    value = Decimal(digits.replace(",", ""))
    text = number(value, lang, decimals=decimals, grouped="," in digits)
    sign = (found["sign"] or "").replace("-", MINUS)
    return f"{sign}{text}{NBSP}%" if found["percent"] else sign + text


def rewritten(text: str, lang: str) -> str:
    """Return a text with the figures of English as the language writes them.

    A number without a comma, such as a year, stays without a mark between its thousands.
    """
    return ENGLISH.sub(lambda found: write(found, lang), text)


@cache
def _pattern(lang: str) -> re.Pattern[str]:
    if lang == "en":
        group, decimal = ",", r"\."
    else:
        space, point = signs(lang)
        group = f"[{NBSP}{NARROW}]" if space == NBSP else re.escape(space)
        decimal = re.escape(point)
    return re.compile(
        rf"(?<![\w.,])(?P<sign>[+\-{MINUS}](?=\d))?"
        rf"(?P<whole>\d{{1,3}}(?:{group}\d{{3}})+(?!\d)|\d+)(?:{decimal}(?P<part>\d+))?"
    )


def numbers_in(text: str, lang: str) -> list[Decimal]:
    """Return the numbers that a text shows, in their order, with the decimals it shows.

    Parameters
    ----------
    text
        Running text.
    lang
        ``en`` or one of the report's other languages.
    """
    found = []
    for match in _pattern(lang).finditer(text):
        whole = re.sub(r"\D", "", match["whole"])
        value = Decimal(f"{whole}.{match['part']}" if match["part"] else whole)
        found.append(-value if match["sign"] in ("-", MINUS) else value)
    return found
