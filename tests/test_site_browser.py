"""The real site in a browser: silent, light, complete without JavaScript, usable with it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from asylum_report.publish import markup
from conftest import build_site
from test_site import PAGES, pages_of

# One worker builds the site and looks at it.
pytestmark = [pytest.mark.site, pytest.mark.xdist_group("site")]

BUDGET = 250_000
QUARTO_BUDGET = 350_000
IN_A_BROWSER = pytest.mark.browser


def compressed(answers: list[Any]) -> int:
    """Return the bytes of all answers, each compressed where that makes it smaller."""
    bodies = [answer.body() for answer in answers if answer.status == 200]
    return sum(min(len(body), len(gzip.compress(body, 6))) for body in bodies)


@pytest.fixture(scope="module")
def address(built: Path, serve: Callable[[Path], str]) -> str:
    return serve(built)


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Give a function that opens a page and notes what it says and what it asks for."""
    contexts = []

    def open_page(name: str, **options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.said, page.foreign, page.answers = [], [], []

        def response(answer: Any) -> None:
            page.answers.append(answer)
            if answer.status >= 400:
                page.said.append(f"{answer.status} {answer.url}")

        def request(asked: Any) -> None:
            if urlsplit(asked.url).netloc not in ("", urlsplit(address).netloc):
                page.foreign.append(asked.url)

        page.on("console", lambda m: page.said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("response", response)
        page.on("request", request)
        page.goto(address + name, wait_until="networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()


@IN_A_BROWSER
@pytest.mark.parametrize("name", PAGES)
def test_page_opens_without_a_word_within_the_budget(visit: Any, name: str) -> None:
    page = visit(name)
    assert page.said == []
    assert page.foreign == []
    assert compressed(page.answers) <= BUDGET
    assert page.locator("main h1").is_visible()


@IN_A_BROWSER
@pytest.mark.parametrize("name", PAGES)
def test_page_fits_a_narrow_screen(visit: Any, name: str) -> None:
    page = visit(name, viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    bar = page.locator("#quarto-header").bounding_box()
    assert bar["height"] < 70, "brand and button stand on one line"


@IN_A_BROWSER
def test_every_page_is_reached_without_javascript(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    waiting, reached = [address + "index.html"], set()
    while waiting:
        here = waiting.pop()
        if here in reached:
            continue
        reached.add(here)
        page.goto(here)
        for link in page.locator("a[href]:visible").all():
            target = urljoin(here, link.get_attribute("href")).split("#")[0]
            if target.startswith(address) and target.endswith(".html"):
                waiting.append(target)
    context.close()
    missing = {address + name for name in PAGES if name != "404.html"} - reached
    assert missing == set()


@IN_A_BROWSER
@pytest.mark.parametrize("name", ["index.html", "notebooks/france.html"])
def test_search_finds_germany(visit: Any, address: str, name: str) -> None:
    page = visit(name, viewport={"width": 1280, "height": 900})
    page.fill(".smalldocs-search input", "Germany")
    page.wait_for_selector(".search-result")
    targets = [link.get_attribute("href") for link in page.locator(".search-result").all()]
    assert any("notebooks/germany.html" in target for target in targets)
    page.locator(".search-result", has_text="Germany").first.click()
    page.wait_for_load_state()
    assert page.url.startswith(address)
    assert page.said == []


@IN_A_BROWSER
def test_light_and_dark(visit: Any) -> None:
    page = visit("index.html", color_scheme="light", viewport={"width": 1280, "height": 900})

    def ground() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    assert ground() == "rgb(255, 255, 255)"
    page.click(".ar-toggle")
    page.wait_for_timeout(200)
    dark = ground()
    assert dark != "rgb(255, 255, 255)"
    assert page.get_attribute(".ar-toggle", "aria-pressed") == "true"
    page.goto(page.url.replace("index.html", "methods.html"))
    page.wait_for_timeout(200)
    assert ground() == dark, "the choice is kept from page to page"
    page.click(".ar-toggle")
    page.wait_for_timeout(200)
    assert ground() == "rgb(255, 255, 255)"
    assert page.said == []
    system = visit("index.html", color_scheme="dark")
    assert system.evaluate("getComputedStyle(document.body).backgroundColor") == dark


@IN_A_BROWSER
def test_menus_open(visit: Any) -> None:
    page = visit("methods.html", viewport={"width": 390, "height": 844})
    assert not page.locator("#navbarCollapse").is_visible()
    page.click(".navbar-toggler")
    page.wait_for_timeout(500)
    page.click(".dropdown-toggle")
    page.get_by_role("link", name="Across countries").first.click()
    page.wait_for_load_state()
    assert page.url.endswith("notebooks/across-countries.html")
    assert page.said == []


@IN_A_BROWSER
def test_live_chart_comes_from_this_host(visit: Any) -> None:
    page = visit("notebooks/germany.html")
    button = page.locator(".ar-explore").first
    button.scroll_into_view_if_needed()
    button.click()
    page.wait_for_selector(".ar-live iframe", timeout=30_000)
    assert page.foreign == []
    assert page.said == []


@IN_A_BROWSER
@pytest.mark.parametrize("name", PAGES)
def test_everything_to_press_has_a_name(visit: Any, name: str) -> None:
    page = visit(name)
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, a[href], summary, [role=button]")]
            .filter((e) => !(e.innerText || e.textContent || "").trim()
                && !e.labels?.length && !e.getAttribute("aria-label") && !e.title)
            .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert nameless == []


# ---------------------------------------------------------------- by Quarto


@pytest.fixture(scope="module")
def by_quarto(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_site("quarto", tmp_path_factory.mktemp("quarto") / "site")


@IN_A_BROWSER
@pytest.mark.parametrize("width", [390, 1280])
def test_what_has_the_keyboard_is_seen(visit: Any, width: int) -> None:
    page = visit("index.html", viewport={"width": width, "height": 800})
    unseen = []
    for _ in range(14):
        page.keyboard.press("Tab")
        ring = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return [e.outerHTML.slice(0, 60), s.outlineStyle, parseFloat(s.outlineWidth)]; }"
        )
        if ring[1] == "none" or ring[2] < 2:
            unseen.append(ring)
    assert unseen == []


@IN_A_BROWSER
@pytest.mark.parametrize("name", ["methods.html", "notebooks/germany.html"])
def test_heads_of_tables_say_what_they_head(visit: Any, name: str) -> None:
    page = visit(name)
    heads = page.locator("th")
    assert heads.count() > 3
    assert page.locator("th:not([scope])").count() == 0


@pytest.mark.quarto
def test_quarto_gives_the_same_pages(by_quarto: Path) -> None:
    assert pages_of(by_quarto) == sorted(PAGES)
    assert (by_quarto / "brief.pdf").stat().st_size > 1000
    for name in PAGES:
        text = (by_quarto / name).read_text("utf-8")
        assert "Content-Security-Policy" in text
        assert "?var:" not in text
        assert "bootstrap-icons" not in text
        assert not [tag for tag in markup.tags(text) if "onclick" in tag.attributes]


@pytest.mark.quarto
@IN_A_BROWSER
@pytest.mark.parametrize("name", PAGES)
def test_page_of_quarto_opens_without_a_word(
    browser: Any, serve: Callable[[Path], str], by_quarto: Path, name: str
) -> None:
    address = serve(by_quarto)
    page = browser.new_page()
    said: list[str] = []
    answers: list[Any] = []
    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("response", answers.append)
    page.goto(address + name, wait_until="networkidle")
    size = compressed(answers)
    page.close()
    assert said == []
    assert [answer.url for answer in answers if not answer.url.startswith(address)] == []
    assert size <= QUARTO_BUDGET
