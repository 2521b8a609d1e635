"""Sentences and small words in other languages, kept by hand in ``data/reference/language/``.

A phrase is found by its English, in which ``{name}`` stands for what varies: a figure, or with
``{place}`` and the like a name of a place. What varies is written anew in the language, so one
translation serves for every year and vintage. A text of several phrases is taken phrase by phrase.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from asylum_report import paths, places
from asylum_report.errors import InvalidTable
from asylum_report.language.figures import rewritten
from asylum_report.language.locales import NBSP, day, locale

FOLDER = "language"
SLOT = re.compile(r"\{(\w+)\}")
FIGURE = r"[+\-\u2212]?\d+(?:,\d{3})*(?:\.\d+)?%?|not shown"
WHAT = {
    "place": r"[A-Z\u00c0-\u017d][^,;:.]*?(?:: immigration courts|: [A-Z]+)?(?: †)?",
    "date": r"\d{4}-\d{2}(?:-\d{2})?",
    "name": r"[A-Z][A-Za-z]+",
}
"""What a slot may hold, by its name without digits; anything else is a figure."""


@dataclass(frozen=True)
class Phrase:
    """One phrase: how its English is found, and what stands for it."""

    english: re.Pattern[str]
    said: str
    length: int


@dataclass(frozen=True)
class Catalogue:
    """What is known of one language."""

    exact: dict[str, str]
    phrases: tuple[Phrase, ...]
    places: dict[str, str]


@cache
def read(lang: str, folder: Path | None = None) -> Catalogue:
    """Read the words of a language.

    Raises
    ------
    InvalidTable
        If the file is missing, is no YAML, or a phrase and its translation have other slots.
    """
    path = (folder or paths.reference() / FOLDER) / f"{lang}.yml"
    try:
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        named, said = dict(content["places"]), dict(content["phrases"])
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise InvalidTable("the words of a language cannot be read", where=str(path)) from error
    exact, phrases = {}, []
    for english, other in said.items():
        slots = SLOT.findall(english)
        if not isinstance(other, str) or set(slots) != set(SLOT.findall(other)):
            raise InvalidTable(f"slots differ in '{english}'", where=str(path))
        other = bound(other, lang)
        if not slots:
            exact[english] = other
        phrases.append(Phrase(_pattern(english), other, len(SLOT.sub("", english))))
    phrases.sort(key=lambda one: -one.length)
    return Catalogue(exact, tuple(phrases), named)


def bound(text: str, lang: str) -> str:
    """Return a text with the spaces bound at which its language breaks no line."""
    if lang == "fr":
        text = re.sub(r" (?=[;:?!»])", NBSP, text).replace("« ", f"«{NBSP}")
    if lang == "ru":
        text = re.sub(r"(?<=[\d}]) (?=гг?\.)| (?=—)", NBSP, text)
    return re.sub(r"(?<=[\d}]) (?=%)", NBSP, text)


def _pattern(english: str) -> re.Pattern[str]:
    """Return the expression that finds a phrase at the beginning of a text."""
    parts = SLOT.split(english)
    made = ""
    for k, part in enumerate(parts):
        if k % 2:
            inner = WHAT.get(part.rstrip("0123456789"), FIGURE)
            made += f"(?P={part})" if f"(?P<{part}>" in made else f"(?P<{part}>{inner})"
        else:
            made += re.escape(part)
    end = r"(?=$|\s|[;,])" if not english.endswith((".", ":")) else r"(?=$|\s)"
    return re.compile(made + end)


def place(code: str, lang: str) -> str:
    """Return the name of a place in a language: our own where given, else babel's."""
    own = read(lang).places.get(code)
    if own:
        return own
    known = places.places()[code]
    name = locale(lang).territories.get(known.iso2)
    if not name:
        raise InvalidTable(f"no {lang} name for {known.name}", where=f"{FOLDER}/{lang}.yml")
    return str(name)


def find(text: str, lang: str) -> str | None:
    """Return a text in a language, or None if any part of it is unknown."""
    if lang == "en":
        return text
    catalogue = read(lang)
    if text in catalogue.exact:
        return catalogue.exact[text]
    if (named := _place(text, lang)) is not None:
        return named
    return _parts(" ".join(text.split(" ")), lang, catalogue)


def _place(text: str, lang: str) -> str | None:
    """Return the name of a place, with what the report puts behind it."""
    bare = text.removesuffix(" †")
    name, _, authority = bare.partition(": ")
    codes = {known.name: code for code, known in places.places().items()}
    if name not in codes:
        return None
    said = place(codes[name], lang)
    if authority:
        known = read(lang).exact.get(authority, authority if authority.isupper() else "")
        if not known:
            return None
        said = bound(f"{said}{' :' if lang == 'fr' else ':'} {known}", lang)
    return said + text[len(bare) :]


def _parts(text: str, lang: str, catalogue: Catalogue) -> str | None:
    """Return a text phrase by phrase, the longest first."""
    if not text:
        return ""
    for one in catalogue.phrases:
        found = one.english.match(text)
        if not found:
            continue
        slots: dict[str, str] = {}
        for slot, value in found.groupdict().items():
            said = _slot(slot, value, lang)
            if said is None:
                break
            slots[slot] = said
        else:
            rest = text[found.end() :]
            between = re.match(r"[;,]?\s*", rest)
            lead = between[0] if between else ""
            more = _parts(rest[len(lead) :], lang, catalogue)
            if more is not None:
                gap = NBSP if lang == "fr" and lead.startswith(";") else ""
                return _filled(one.said, slots) + gap + lead + more
    return None


def _filled(said: str, slots: dict[str, str]) -> str:
    return SLOT.sub(lambda found: slots[found[1]], said)


def _slot(slot: str, value: str, lang: str) -> str | None:
    kind = slot.rstrip("0123456789")
    if kind == "place":
        return _place(value, lang)
    if kind == "date":
        return day(value, lang)
    if kind == "name":
        return value
    return read(lang).exact.get(value) or rewritten(value, lang)


def phrase(text: str, lang: str) -> str:
    """Return a text in a language.

    Raises
    ------
    InvalidTable
        Naming the first words that nobody has translated.
    """
    said = find(text, lang) if text else ""
    if said is None:
        raise InvalidTable(
            f"no {lang} for '{text}'", todo=f"add it to data/reference/{FOLDER}/{lang}.yml"
        )
    return said
