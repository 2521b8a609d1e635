"""The page of claims in a browser: short on a phone, folds for an address and for paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.site, pytest.mark.browser, pytest.mark.xdist_group("site")]

PHONE = {"width": 390, "height": 844}
TALLEST = 16_500
"""Pixels of the whole page on a phone; it was 48,000 with everything open."""

SEEN = "nodes => nodes.filter(node => node.checkVisibility() && node.offsetHeight > 5).length"


@pytest.fixture(scope="module")
def address(built: Path, serve: Callable[[Path], str]) -> str:
    return serve(built) + "claims.html"


@pytest.fixture(scope="module")
def page(browser: Any, address: str) -> Iterator[Any]:
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def opened(page: Any) -> int:
    return page.locator(".ar-claim details[open]").count()


def test_a_phone_shows_what_decides_and_folds_the_rest(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollHeight") < TALLEST
    assert page.locator(".ar-claim > details").count() == 31
    assert opened(page) == 0
    said = page.locator("#c23").inner_text().replace("\u00a0", " ")
    for text in ("c23. Claims of Russian citizens", "Confirmed", "February 2026", "6.9% in 2025",
                 "95% interval", "How c23 was tested: 5 figures"):  # fmt: skip
        assert text in said, text
    assert "How it is read" not in said
    # The reason where no figure decides.
    assert "Asylum statistics say nothing of it" in page.locator("#c12").inner_text()


def test_a_list_by_verdict_leads_to_a_statement_and_opens_it(page: Any, address: str) -> None:
    page.goto(address)
    page.locator(".ar-claim-verdicts a", has_text="Not reproduced").click()
    assert page.evaluate("location.hash") == "#verdict-not-reproduced"
    page.locator(".ar-claim-list a[href='#c08']").click()
    page.locator("#c08 details[open]").wait_for()
    assert opened(page) == 1
    head = page.locator("#c08 h4").bounding_box()
    assert 50 < head["y"] < 300, "below the bar at the top, in sight"
    # The same for an address from elsewhere.
    page.goto("about:blank")
    page.goto(f"{address}#c20")
    page.locator("#c20 details[open]").wait_for()
    assert 50 < page.locator("#c20 h4").bounding_box()["y"] < 300


def test_paper_shows_what_is_folded(page: Any, address: str) -> None:
    page.goto("about:blank")
    page.goto(address)
    tests = page.locator(".ar-claim-tests")
    assert tests.evaluate_all(SEEN) == 0
    page.emulate_media(media="print")  # by the style sheet
    assert tests.evaluate_all(SEEN) == 31
    assert opened(page) == 0
    page.emulate_media(media="screen")
    page.locator("#c05 summary").click()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")  # by the script
    assert opened(page) == 31
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert opened(page) == 1, "what the reader opened stays open"


def test_without_javascript_a_press_opens_a_fold(browser: Any, address: str) -> None:
    context = browser.new_context(
        viewport={"width": 320, "height": 700}, java_script_enabled=False, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{address}#c08")
    assert 0 < page.locator("#c08 h4").bounding_box()["y"] < 400
    assert not page.locator("#c08 .ar-claim-tests").is_visible()
    page.locator("#c08 summary").click()
    assert page.locator("#c08 .ar-claim-tests").is_visible()
    context.close()
