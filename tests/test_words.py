"""Plain words: short sentences, first lines that say what a page answers, words explained."""

from __future__ import annotations

import json
import re

import pytest

from asylum_report import paths

PAGES = (
    "404.qmd",
    "about.qmd",
    "data.qmd",
    "methods.qmd",
    "models.qmd",
    "notebooks/across-countries.ipynb",
    "notebooks/after-the-appeal.ipynb",
    "notebooks/applications.ipynb",
    "notebooks/france.ipynb",
    "notebooks/germany.ipynb",
    "notebooks/outlook.ipynb",
    "notebooks/recognition.ipynb",
    "notebooks/revisions.ipynb",
    "notebooks/the-lottery.ipynb",
    "notebooks/trends.ipynb",
    "notebooks/turning-points.ipynb",
    "notebooks/united-states.ipynb",
)
LONGEST = 35
MEAN = 20.0

FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
FOLDED = re.compile(r"^::: \{[^\n]*collapse=\"true\"[^\n]*\}\n.*?^:::$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[([^\[\]]*)\](?:\([^()]*\)|\{[^{}]*\})")
VARIABLE = re.compile(r"\{\{< var [\w.]+ >\}\}")


def source(name: str) -> str:
    """Return the Markdown of a page or notebook without front matter and code."""
    path = paths.root() / name
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return FENCE.sub("", FRONT.sub("", text))


def sentences(name: str) -> list[str]:
    """Return the sentences of a page's prose: no headings, tables, sources or folded formulas."""
    text = VARIABLE.sub("0", FOLDED.sub("", source(name)))
    text = re.sub(r"\{\{<.*?>\}\}", "", text)
    for _ in range(2):  # a span may hold a link
        text = LINK.sub(r"\1", text)
    text = text.replace("*", "").replace("`", "")
    found = []
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:-|\d+\.) )", text):
        words = " ".join(block.split())
        if re.match(r"(#|\||:::|>|<|Sources?:)", words):
            continue
        words = re.sub(r"^(-|\d+\.) ", "", words)
        found += [one for one in re.split(r"(?<=[.!?])\s+(?=[\"“(A-Z0-9†~–])", words) if one]
    return found


def length(sentence: str) -> int:
    """Return how many words a sentence has."""
    return len(re.findall(r"\w[\w.,’'%/+-]*", sentence))


@pytest.mark.parametrize("name", PAGES)
def test_sentences_are_short(name):
    found = sentences(name)
    long = [one for one in found if length(one) > LONGEST]
    assert not long
    assert sum(map(length, found)) / len(found) <= MEAN
