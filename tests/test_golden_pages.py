"""Every page says what was accepted; the text that is compared sees each change that matters."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from conftest import ROOT
from golden import keep, page_text

pytestmark = [pytest.mark.site, pytest.mark.xdist_group("site")]

ACCEPTED = keep.accepted_pages()


@pytest.fixture(scope="module")
def now(built: Path) -> dict[str, str]:
    return keep.pages(built)


@pytest.mark.parametrize("name", sorted(ACCEPTED))
def test_page_is_as_accepted(now: dict[str, str], name: str) -> None:
    changed = keep.difference(name, ACCEPTED[name], now.get(name, ""))
    assert not changed, "\n" + changed


def test_every_page_was_accepted(now: dict[str, str]) -> None:
    fresh, gone = sorted(set(now) - set(ACCEPTED)), sorted(set(ACCEPTED) - set(now))
    assert (fresh, gone) == ([], []), "new pages, pages that are gone: python tools/accept.py pages"


def test_accepted_texts_are_small() -> None:
    """They are read in reviews and grow with every page: a megabyte is enough."""
    assert sum(len(text.encode()) for text in ACCEPTED.values()) < 1_000_000
    for name, text in ACCEPTED.items():
        assert str(ROOT) not in text, name


def test_every_changed_figure_of_a_real_page_shows(built: Path) -> None:
    name = "notebooks/germany.html"
    source = (built / name).read_text("utf-8")
    body = source.index("<main")
    figures = [
        found
        for found in re.finditer(r">[^<>]*?(\d[\d,.]*)[^<>]*<", source)
        if found.start() > body
        and not re.search(r"<(svg|script)\b", source[source.rfind("<", 0, found.start()) :][:9])
        and source.rfind("<svg", 0, found.start()) <= source.rfind("</svg", 0, found.start())
    ]
    assert len(figures) > 300
    before = page_text.of_page(source, name)
    for found in random.Random(1).sample(figures, 12):
        digit = source[found.start(1)]
        other = str((int(digit) + 1) % 10)
        changed = source[: found.start(1)] + other + source[found.start(1) + 1 :]
        assert page_text.of_page(changed, name) != before, found[0]
