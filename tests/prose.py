"""The prose of the project, passage by passage with its language and where it stands.

Left out: code, links, ids, shortcodes, addresses, figures. Used by ``tests/test_spelling.py``.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("en", "de", "fr", "ru")
PAGES = ("*.qmd", "de/*.qmd", "fr/*.qmd", "ru/*.qmd", "report/*.qmd")
DOCUMENTS = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/*.md")
DATA = ("data/reference/*.yml", "data/reference/language/*.yml")
NO_PROSE = ("wording.yml", "authorities.yml", "directions.yml")
"""Lists of words, of names, and of sentences that are read on their pages."""

SHORTCODE = re.compile(r"\{\{<.*?>\}\}")
CODE = re.compile(r"(`+).+?\1")
SPAN = re.compile(r"\[([^\[\]]*)\]\{[^}]*\blang=\"?(\w\w)\b[^}]*\}")
ATTRIBUTES = re.compile(r"\{[^{}]*\}")
TITLE = re.compile(r'\btitle="([^"]*)"')
TARGET = re.compile(r"\]\([^()]*(?:\([^()]*\)[^()]*)*\)")
TAG = re.compile(r"<!--.*?-->|</?[a-zA-Z][^<>]*>")
ADDRESS = re.compile(r"\b(?:https?://|www\.|mailto:)\S+|\S+@\S+")
FENCE = re.compile(r"\s*(```+|~~~+)")
QUOTED = re.compile(r"""^\s*[\w-]+:\s+(["'])(.+)\1\s*$""")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
NOT_PROSE = re.compile(r"[_@=\\#$*<>|~^]|://|^-|\w\.\w|\d")
NO_SENTENCE = re.compile(
    r"page:|around:|uses:|Content-Security|link |json:|[\w.:]+: \S*$"
    r"|\s*(?:\||chart:|table:|\.\.\.|code:)"
)
"""Lines of an accepted page that are no sentences: addresses, cells of tables, code."""
WHOLE = re.compile(r"\s*\{[^}]*\blang=(\w\w)[^}]*\}")
PART = re.compile(r"\{[^}]*\blang=(\w\w)[^}]*\}([^;()\[\]{}]*)")
"""An accepted page's line in another language, and a phrase, which ends with a sign or a link."""
SITE = " – Asylum Report"
"""What the publisher adds to titles of pages."""


@dataclass(frozen=True)
class Passage:
    """A line or a phrase: where it stands, in which language, and its words in between."""

    where: str
    language: str
    text: str


def language_of(name: str, text: str = "") -> str:
    """Return a file's language: what its head says, else its folder or its name, else English."""
    if found := re.search(r"^lang: *[\"']?(\w\w)", text.split("\n---", 1)[0], re.MULTILINE):
        return found[1]
    parts = re.split(r"[/.]", name)
    return next((part for part in parts if part in LANGUAGES), "en")


def of_markdown(text: str, where: str, language: str) -> Iterator[Passage]:
    """Walk through the prose of Markdown, line by line."""
    fence, head, blank = "", False, True
    for number, line in enumerate(text.splitlines(), 1):
        place = f"{where}:{number}"
        if line.strip() == "---" and (number == 1 or head):
            head = number == 1
            continue
        if head:
            if found := QUOTED.match(line):
                yield from _passages(found[2], place, language)
            continue
        if found := FENCE.match(line):
            fence = "" if fence else found[1]
            continue
        # A block of code by indentation; a list goes on without an empty line.
        if fence or (blank and line.startswith("    ")):
            continue
        blank = not line.strip() or (blank and line.startswith("    "))
        if line.lstrip().startswith(":::"):
            line = " ".join(TITLE.findall(line))
        yield from _passages(line, place, language)


def _passages(line: str, place: str, language: str) -> Iterator[Passage]:
    """Split a line by language and take out what is no prose."""
    line = SHORTCODE.sub(" ", CODE.sub(" ", line))
    for text, tongue in SPAN.findall(line):
        yield Passage(place, tongue, _bare(text))
    yield Passage(place, language, _bare(SPAN.sub(" ", line)))


def _bare(line: str) -> str:
    line = TARGET.sub("] ", line)
    line = TAG.sub(" ", ATTRIBUTES.sub(" ", line))
    return " ".join(re.sub(r"[\[\]*!]", " ", ADDRESS.sub(" ", line)).split())


def of_notebook(text: str, where: str, language: str) -> Iterator[Passage]:
    """Walk through the Markdown cells and the head of a notebook."""
    for number, cell in enumerate(json.loads(text)["cells"], 1):
        if cell["cell_type"] in ("markdown", "raw"):
            yield from of_markdown("".join(cell["source"]), f"{where}, cell {number}", language)


def of_yaml(data: Any, where: str, language: str) -> Iterator[Passage]:
    """Walk through the sentences of a YAML file; a key that is a language says which.

    A single word is an id, but in the files of ``language/`` it is what pages show.
    """
    if isinstance(data, dict):
        for key, value in data.items():
            inner = key if key in LANGUAGES else language
            yield from of_yaml(value, f"{where}, {key}", inner)
    elif isinstance(data, list):
        for value in data:
            yield from of_yaml(value, where, language)
    elif isinstance(data, str) and (" " in data.strip() or "/language/" in where):
        yield from of_markdown(data, where, language)


def of_charts() -> Iterator[Passage]:
    """Walk through the words of the report's charts."""
    from asylum_report.charts import library

    for name, chart in library.all_charts().items():
        texts = [chart.title, chart.subtitle, chart.alt, chart.note, chart.y_label]
        texts += [one.label for one in (*chart.series, *chart.events)]
        texts += [*chart.table.columns, *chart.categories]
        for text in texts:
            # A chart of a page in another language says so in its name: home-rates-de.
            language = language_of(name.replace("-", "."))
            yield Passage(f"chart {name}", language, _bare(text))


def of_accepted(text: str, where: str) -> Iterator[Passage]:
    """Walk through a page as it was accepted: what no source has, because it is computed."""
    language, code = language_of("", text), False
    for number, line in enumerate(text.splitlines(), 1):
        code = line.rstrip().endswith("code:") or (code and line.startswith("    "))
        if code or NO_SENTENCE.match(line):
            continue
        line = re.sub(r"^\s*[\w.:-]+: ", "", line).removesuffix(SITE)
        if found := WHOLE.match(line):
            yield Passage(f"{where}:{number}", found[1], _bare(line))
            continue
        for tongue, text in PART.findall(line):
            yield Passage(f"{where}:{number}", tongue, _bare(text))
        yield Passage(f"{where}:{number}", language, _bare(PART.sub(" ", line)))


def everything(root: Path) -> list[Passage]:
    """Return all prose of the project; pages as accepted come last."""
    found: list[Passage] = []
    for pattern in (*PAGES, *DOCUMENTS):
        for path in sorted(root.glob(pattern)):
            name, text = path.relative_to(root).as_posix(), path.read_text("utf-8")
            found += of_markdown(text, name, language_of(name, text))
    for path in sorted(root.glob("notebooks/*.ipynb")):
        name = path.relative_to(root).as_posix()
        found += of_notebook(path.read_text("utf-8"), name, language_of(name))
    for pattern in DATA:
        for path in sorted(root.glob(pattern)):
            if path.name not in NO_PROSE:
                name = path.relative_to(root).as_posix()
                content = yaml.safe_load(path.read_text("utf-8"))
                found += of_yaml(content, name, language_of(name))
    found += of_charts()
    for path in sorted(root.glob("tests/golden/pages/**/*.txt")):
        found += of_accepted(path.read_text("utf-8"), path.relative_to(root).as_posix())
    return found


def words(text: str) -> Iterator[str]:
    """Walk through the words of a passage that a dictionary should know.

    Left out: what holds figures or signs of code, single letters, abbreviations in capitals,
    names with a capital inside.
    """
    text = unicodedata.normalize("NFC", text.replace("\u00ad", "").replace("\u0301", ""))
    for token in text.split():
        bare = token.strip(".,;:!?()[]\"'“”„‘’«»…–—")
        if NOT_PROSE.search(bare):
            continue
        for word in WORD.findall(bare):
            plain = word.replace("’", "'")
            if len(plain) > 1 and not re.search(r"\w[A-ZÄÖÜÉÈА-Я]", plain):
                yield plain
