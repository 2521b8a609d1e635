"""How a language writes: signs, spaces and dates, from the Unicode locale data that babel carries.

Where official usage and the locale data differ, the report follows the former: a true minus sign
everywhere, and a space before the percent sign in all three languages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final

from asylum_report.errors import UnknownName

LANGUAGES: Final = ("de", "fr", "ru")
"""Languages of the report besides English."""

NAMES: Final = {"en": "English", "de": "Deutsch", "fr": "Français", "ru": "Русский"}
"""What each language calls itself."""

SHORT: Final = {"de": "MMM y", "fr": "MMM y", "ru": "LLL y"}
"""A month and its year in short; Russian months stand in the nominative by themselves."""

MINUS = "\u2212"
NBSP = "\u00a0"
NARROW = "\u202f"
UNSIGNED = re.compile(r"[^\d.]")


@dataclass(frozen=True)
class Words:
    """Small words around figures.

    Attributes
    ----------
    span
        A range of plain values, with ``{}`` for its two ends.
    signed_span
        A range of which an end may carry a sign.
    of
        Some of so many.
    points
        Percentage points behind a change.
    less, more
        Bounds of a value that is not given exactly.
    point
        One of `points`, in a language that has the singular below two.
    """

    span: str
    signed_span: str
    of: str
    points: str
    less: str
    more: str
    point: str = ""

    def points_of(self, figure: str) -> str:
        """Return the word behind a figure in English: "+1.5" is singular in French."""
        return self.point if self.point and float(UNSIGNED.sub("", figure)) < 2 else self.points


WORDS: Final = {
    "de": Words("{} bis {}", "{} bis {}", "{} von {}", "Prozentpunkte", "weniger als", "mehr als"),
    "fr": Words("{} à {}", "{} à {}", "{} sur {}", "points", "moins de", "plus de", "point"),
    "ru": Words("{}–{}", "от {} до {}", "{} из {}", f"п.{NBSP}п.", "менее", "более"),
}


@cache
def locale(lang: str) -> Any:
    """Return babel's data on a language.

    Raises
    ------
    UnknownName
        If the report is not written in it.
    """
    if lang not in LANGUAGES:
        raise UnknownName(f"no such language '{lang}'", todo=f"use one of {', '.join(LANGUAGES)}")
    from babel import Locale

    return Locale.parse(lang)


@cache
def signs(lang: str) -> tuple[str, str]:
    """Return the sign between thousands, bound where it is a space, and the decimal sign."""
    symbols = locale(lang).number_symbols["latn"]
    return symbols["group"].replace(NARROW, NBSP), symbols["decimal"]


def number(value: Decimal, lang: str, *, decimals: int = 0, grouped: bool = True) -> str:
    """Write a number with a fixed count of decimals, signed only where it is below zero."""
    from babel.numbers import format_decimal

    pattern = ("#,##0" if grouped else "0") + ("." + "0" * decimals if decimals else "")
    text = format_decimal(value, pattern, locale=locale(lang))
    return str(text).replace("-", MINUS).replace(NARROW, NBSP)


def day(iso: str, lang: str, *, whole: bool = True) -> str:
    """Write a day, month or year in words, without a break at its spaces.

    Parameters
    ----------
    iso
        A day such as ``2026-06-25``, a month such as ``2026-06``, or a year.
    lang
        One of `LANGUAGES`.
    whole
        Whether a day is written with its day; else its month and year only.
    """
    if len(iso) == 4:
        return iso
    from babel.dates import format_date

    when = date.fromisoformat(f"{iso[:10]}-01"[:10])
    if len(iso) < 10 or not whole:
        pattern = "LLLL y 'г'." if lang == "ru" else "LLLL y"
        text = format_date(when, pattern, locale=locale(lang))
    else:
        text = format_date(when, "long", locale=locale(lang))
        if lang == "fr" and when.day == 1:
            text = text.replace("1 ", "1er ", 1)
    return str(text).replace(" ", NBSP).replace(NARROW, NBSP)


def month(iso: str, lang: str) -> str:
    """Write a month and its year in short, as beside marks of a chart: "Feb. 2022"."""
    from babel.dates import format_date

    if len(iso) == 4:
        return iso
    text = format_date(date.fromisoformat(f"{iso[:7]}-01"), SHORT[lang], locale=locale(lang))
    return str(text).replace(" ", NBSP)


def months(lang: str) -> tuple[str, ...]:
    """Return the short names of the twelve months, as they stand on an axis."""
    names = locale(lang).months["stand-alone"]["abbreviated"]
    return tuple(str(names[number]) for number in range(1, 13))
