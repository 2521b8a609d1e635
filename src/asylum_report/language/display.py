"""A number of the report as German, French and Russian write it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from asylum_report import places
from asylum_report.errors import InvalidTable
from asylum_report.language import catalogue
from asylum_report.language.figures import ENGLISH, rewritten, write
from asylum_report.language.locales import NARROW, NBSP, WORDS, day, locale

COUNTED: Final = {
    word: str(value)
    for value, word in enumerate(
        ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
         "eleven", "twelve")
    )
}  # fmt: skip
"""Small numbers that English writes out. Other languages inflect them, so they stand as digits,
but for those of which `SPELLED` knows the gender."""

SPELLED: Final = {
    ("tests", "de"): ("keiner", "einer", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht",
                      "neun", "zehn"),
    ("tests", "fr"): ("aucun", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit",
                      "neuf", "dix"),
    ("tests", "ru"): ("ни одной", "одна", "две", "три", "четыре", "пять", "шесть", "семь", "восемь",
                      "девять", "десять"),
}  # fmt: skip
"""Unit and language to the words from none to ten, as they stand without a noun behind them."""

BOUND = re.compile(r"^(less|more) than\s")
SPAN = re.compile(r"^(\S+) to (\S+)$")
PART = re.compile(r"^(\S+) of (\S+)$")
POINTS = re.compile(r"^(\S+) points?$")
DAY = re.compile(r"^\d{1,2}\s")
FIGURE = re.compile(rf"^{ENGLISH.pattern}$")


def display(number: Any, lang: str) -> str:
    """Write a number in a language, to the digits that English shows.

    Parameters
    ----------
    number
        A `asylum_report.numbers.model.Number`, or its entry in ``numbers.json``.
    lang
        One of `asylum_report.language.LANGUAGES`.

    Returns
    -------
    str
        With spaces that no line breaks at within figures.

    Raises
    ------
    InvalidTable
        If it is written in words that nobody has translated.
    UnknownName
        If the report is not written in the language.
    """
    locale(lang)
    if not isinstance(number, Mapping):
        number = {k: getattr(number, k) for k in ("value", "display", "unit")}
    shown, unit = str(number["display"]), str(number["unit"])
    plain = shown.replace(NBSP, " ").replace(NARROW, " ")
    if plain in COUNTED and (spelled := SPELLED.get((unit, lang))):
        number_of = int(COUNTED[plain])
        return (*spelled, "11", "12")[number_of].replace(" ", NBSP)
    if unit == "date":
        return day(str(number["value"]), lang, whole=bool(DAY.match(plain)))
    written = _figures(plain, lang) if unit != "text" or SPAN.match(plain) else None
    if written is None:
        written = _words(plain, lang)
    if written is None:
        raise InvalidTable(
            f"no {lang} for '{shown}'", todo=f"add it to data/reference/language/{lang}.yml"
        )
    return written


def displays(numbers: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Return name to text in a language; English as it stands."""
    if lang == "en":
        return {name: str(_of(number, "display")) for name, number in numbers.items()}
    return {name: display(number, lang) for name, number in numbers.items()}


def span(low: str, high: str, lang: str) -> str:
    """Return a range from two figures as the language writes them, which no line breaks."""
    words = WORDS[lang]
    form = words.signed_span if {low[0], high[0]} & set("+\u2212-") else words.span
    return form.format(low, high).replace(" ", NBSP)


def _of(number: Any, field: str) -> Any:
    return number[field] if isinstance(number, Mapping) else getattr(number, field)


def _figures(text: str, lang: str) -> str | None:
    """Return a text of figures and the few words around them, or None where it is another."""
    words = WORDS[lang]
    if text in COUNTED:
        return COUNTED[text]
    if bound := BOUND.match(text):
        word = words.less if bound[1] == "less" else words.more
        return f"{word} {_figures(text[bound.end() :], lang)}"
    if ends := SPAN.match(text):
        return span(rewritten(ends[1], lang), rewritten(ends[2], lang), lang)
    if part := PART.match(text):
        both = [rewritten(COUNTED.get(end, end), lang) for end in part.groups()]
        return words.of.format(*both).replace(" ", NBSP)
    if points := POINTS.match(text):
        return f"{rewritten(points[1], lang)}{NBSP}{words.points_of(points[1])}"
    if found := FIGURE.match(text):
        return write(found, lang)
    if re.fullmatch(r"\d+–\d+%?", text):
        return text.replace("%", f"{NBSP}%")
    return None


def _words(text: str, lang: str) -> str | None:
    """Return names of places, versions and phrases in a language."""
    if re.fullmatch(r"[\d.]+", text):
        return text
    listed = re.split(r", | and ", text)
    known = {place.name: code for code, place in places.places().items()}
    if all(name in known for name in listed):
        from babel.lists import format_list

        return str(
            format_list([catalogue.place(known[n], lang) for n in listed], locale=locale(lang))
        )
    return catalogue.find(text, lang)
