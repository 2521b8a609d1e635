"""The home page as a stranger with a phone meets it: the answer first, then the ways on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from asylum_report import paths
from conftest import ROOT

pytestmark = [pytest.mark.site, pytest.mark.browser, pytest.mark.xdist_group("site")]

PHONE = {"width": 390, "height": 844}
BOTTOM = "element => element.getBoundingClientRect().bottom"


@pytest.fixture(scope="module")
def address(built: Path, serve: Callable[[Path], str]) -> str:
    return serve(built)


@pytest.fixture(scope="module")
def phone(browser: Any, address: str) -> Iterator[Any]:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(address)
    page.evaluate("document.fonts.ready")
    yield page
    context.close()


@pytest.fixture(scope="module")
def values(built: Path) -> dict[str, str]:
    found = json.loads((paths.processed() / "numbers.json").read_text(encoding="utf-8"))
    return {name: entry["display"] for name, entry in found.get("numbers", found).items()}


def text(page: Any, selector: str) -> list[str]:
    return [" ".join(one.split()) for one in page.locator(selector).all_inner_texts()]


def test_the_answer_is_there_without_scrolling(phone: Any, values: dict[str, str]) -> None:
    (headline,) = text(phone, ".ar-hero")
    for name in ("de.y2025.protection", "de.y2023.protection"):
        assert values[name] in headline
    for selector in (".ar-hero", ".ar-updated", ".ar-tile .ar-number", ".ar-tile .ar-ci"):
        assert phone.locator(selector).first.evaluate(BOTTOM) <= PHONE["height"], selector


def test_each_country_has_rate_change_interval_line_and_words(
    phone: Any, values: dict[str, str]
) -> None:
    tiles = text(phone, ".ar-tile")
    assert len(tiles) == 3
    for tile, code in zip(tiles, ("de", "fr", "us"), strict=True):
        for name in ("y2025.protection", "trend_2023_2025.points", "trend_2023_2025.ci"):
            assert " ".join(values[f"{code}.{name}"].split()) in tile
    assert phone.locator(".ar-tile > svg.ar-spark[aria-hidden=true]").count() == 3
    for words in phone.locator(".ar-tile .ar-hidden").all_text_contents():
        assert "in 2015" in words
        assert "in 2025" in words


def test_what_happened_shows_its_events_on_a_phone(phone: Any) -> None:
    chart = phone.locator("#what-happened")
    assert chart.locator("svg.ar-narrow").is_visible()
    assert not chart.locator("svg.ar-wide").is_visible()
    assert "CBP One ends" in " ".join(chart.locator("svg.ar-narrow").all_text_contents())


def test_every_question_is_a_link_with_an_answer(phone: Any) -> None:
    cards = phone.locator(".ar-card")
    assert cards.count() >= 10
    for k in range(cards.count()):
        card = cards.nth(k)
        assert card.locator("h3 a:not(.anchorjs-link)").inner_text().endswith("?")
        assert len(card.locator("p").inner_text()) > 20
    # The whole card is the link.
    href = cards.first.locator("h3 a:not(.anchorjs-link)").get_attribute("href")
    hit = "([x, y]) => document.elementFromPoint(x, y)?.closest('a')?.getAttribute('href')"
    cards.first.scroll_into_view_if_needed()
    box = cards.first.bounding_box()
    assert phone.evaluate(hit, [box["x"] + box["width"] - 4, box["y"] + box["height"] - 12]) == href


def test_the_other_languages_stand_at_the_top_in_their_own_words(phone: Any) -> None:
    links = phone.locator(".ar-languages a")
    assert [one.get_attribute("lang") for one in links.all()] == ["de", "fr", "ru"]
    assert links.all_inner_texts() == ["Deutsch", "Français", "Русский"]
    assert links.first.evaluate(BOTTOM) <= PHONE["height"]


def test_the_folded_menu_shows_every_entry(phone: Any) -> None:
    phone.click(".navbar-toggler")
    phone.wait_for_selector(".navbar-collapse.show")
    for entry in ("Questions", "Method", "About", "Brief (PDF)"):
        assert phone.locator(f".navbar-nav >> text={entry}").first.is_visible(), entry
    inner = "e => e.scrollHeight - e.clientHeight"
    assert phone.locator(".navbar-nav").first.evaluate(inner) <= 1  # no list of its own to scroll
    phone.click(".navbar-toggler")


@pytest.mark.parametrize("width", [320, 600, 768, 992, 1200, 1280])
def test_nothing_scrolls_sideways(browser: Any, address: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_printed_it_has_its_tiles_abreast_and_no_menu(browser: Any, address: str) -> None:
    context = browser.new_context(viewport={"width": 680, "height": 900}, color_scheme="dark")
    page = context.new_page()
    page.goto(address)
    page.emulate_media(media="print")
    tops = page.locator(".ar-tile").evaluate_all(
        "all => all.map(e => e.getBoundingClientRect().top)"
    )
    assert len(set(tops)) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    assert not page.locator("#quarto-header").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    context.close()


def test_no_question_of_the_menu_is_missing_from_the_page() -> None:
    """Whoever does not open the menu finds the same questions as cards or tiles."""
    site = (ROOT / "_quarto.yml").read_text("utf-8")
    menu = set(re.findall(r'\?"\n\s+href: (notebooks/\S+)', site))
    linked = set(re.findall(r"\]\((notebooks/[^)#]+)\)", (ROOT / "index.qmd").read_text("utf-8")))
    assert len(menu) >= 12
    assert menu <= linked
