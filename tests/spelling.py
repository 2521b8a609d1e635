"""Words held against hunspell's dictionaries and the project's own lists."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from prose import Passage, words

FOLDER = Path("tests/golden/words")
DICTIONARIES = {
    "en": ("en_GB",),
    "de": ("de_DE",),
    "fr": ("fr_FR", "fr", "fr_FR-classique"),
    "ru": ("ru_RU",),
}
"""English is British: colour, organisation."""
ELISION = re.compile(r"^(?:[ldjmtsnc]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu)'", re.IGNORECASE)


@functools.cache
def dictionary(language: str) -> str | None:
    """Return the name of an installed dictionary of a language, or None."""
    program = shutil.which("hunspell")
    for name in DICTIONARIES[language] if program else ():
        done = subprocess.run(
            [str(program), "-d", name, "-l"], input=b"", capture_output=True, check=False
        )
        if done.returncode == 0 and b"Can't open" not in done.stderr:
            return name
    return None


def unknown_to_hunspell(language: str, asked: Iterable[str]) -> set[str]:
    """Return the words that the language's dictionary does not know.

    Raises
    ------
    LookupError
        If there is no hunspell or no dictionary.
    """
    name = dictionary(language)
    if name is None:
        raise LookupError(language)
    listed = sorted(set(asked))
    done = subprocess.run(
        ["hunspell", "-d", name, "-i", "utf-8", "-l"],
        input="\n".join(listed).encode(), capture_output=True, check=True,
    )  # fmt: skip
    return set(done.stdout.decode("utf-8").split()) & set(listed)


def forms(word: str, language: str) -> list[str]:
    """Return what a dictionary is asked for a word: without the endings and beginnings it joins."""
    if language == "en":
        return [re.sub(r"'s?$", "", word)]
    if language == "fr":
        return [part for part in [ELISION.sub("", word)] if len(part) > 1]
    return [part for part in word.split("'") if len(part) > 1]


def tongue(word: str, language: str) -> str:
    """Return the language to ask: Cyrillic is Russian anywhere, Latin in Russian is English."""
    if re.search(r"[Ѐ-ӿ]", word):
        return "ru"
    return "en" if language == "ru" else language


def collect(passages: Iterable[Passage]) -> dict[str, dict[str, list[str]]]:
    """Return the places of each form of each word, by language."""
    found: dict[str, dict[str, list[str]]] = {}
    for passage in passages:
        for word in words(passage.text):
            language = tongue(word, passage.language)
            for form in forms(word, language):
                places = found.setdefault(language, {}).setdefault(form, [])
                if passage.where not in places:
                    places.append(passage.where)
    return found


def read(path: Path) -> list[str]:
    """Return the words of a project list, one a line."""
    return path.read_text("utf-8").split("\n")[:-1] if path.is_file() else []


def write(path: Path, listed: Iterable[str]) -> None:
    """Write a project list, sorted, each word once."""
    text = "".join(f"{word}\n" for word in in_order(listed))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")


def in_order(listed: Iterable[str]) -> list[str]:
    """Return words sorted as people do, capitals after small letters."""
    return sorted(set(listed), key=lambda word: (word.casefold(), word.swapcase()))


def known(word: str, listed: frozenset[str]) -> bool:
    """Tell whether a list has a word as it is, or small where a sentence begins with it."""
    return word in listed or word[:1].lower() + word[1:] in listed


def misspelt(found: dict[str, list[str]], language: str, listed: Iterable[str]) -> dict[str, str]:
    """Return the words that neither dictionary nor list knows, each with up to three places."""
    own = frozenset(listed)
    asked = [word for word in found if not known(word, own)]
    wrong = unknown_to_hunspell(language, asked)
    return {word: "; ".join(found[word][:3]) for word in in_order(wrong)}


def unused(found: dict[str, list[str]], listed: Iterable[str]) -> list[str]:
    """Return the words of a list that no text uses."""
    there = {*found, *(word[:1].lower() + word[1:] for word in found)}
    return [word for word in listed if word not in there]
