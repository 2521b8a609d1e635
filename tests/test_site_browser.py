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

BUDGET = 150_000
QUARTO_BUDGET = 300_000
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


NAMELESS = """() => [...document.querySelectorAll("button, input, a[href], summary, [role=button]")]
    .filter((e) => !(e.innerText || e.textContent || "").trim()
        && !e.labels?.length && !e.getAttribute("aria-label") && !e.title)
    .map((e) => e.outerHTML.slice(0, 120))"""
VISIBLE_LINKS = """() => [...document.querySelectorAll("a[href]")]
    .filter((e) => e.checkVisibility({ visibilityProperty: true })).map((e) => e.href)"""
GROUND = "getComputedStyle(document.body).backgroundColor"
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
HOMES = {"en": "index.html", "de": "de/index.html", "fr": "fr/index.html", "ru": "ru/index.html"}


@IN_A_BROWSER
@pytest.mark.parametrize("name", PAGES)
def test_page_is_silent_light_and_fits(visit: Any, name: str) -> None:
    """One load for all that is asked of every page: loads are what takes time here."""
    page = visit(name)
    assert page.said == []
    assert page.foreign == []
    assert compressed(page.answers) <= BUDGET
    assert page.locator("main h1").is_visible()
    assert page.evaluate(NAMELESS) == [], "everything to press has a name"
    assert page.locator("main th:not([scope])").count() == 0, "heads of tables say what they head"
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    bar = page.locator("#quarto-header").bounding_box()
    assert bar["height"] < 70, "brand and button stand on one line"
    assert page.said == []


@IN_A_BROWSER
def test_every_page_is_reached_without_javascript(browser: Any, address: str) -> None:
    wanted = {address + name for name in PAGES if name != "404.html"}
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    waiting, reached = [address + "index.html"], set()
    # It ends as soon as every page was seen to be linked.
    while waiting and not wanted <= reached | {*waiting}:
        here = waiting.pop(0)
        if here in reached:
            continue
        reached.add(here)
        page.goto(here)
        targets = (link.split("#")[0] for link in page.evaluate(VISIBLE_LINKS))
        waiting += [one for one in targets if one.startswith(address) and one.endswith(".html")]
    context.close()
    assert wanted - reached - {*waiting} == set()


@IN_A_BROWSER
def test_search_finds_a_page(visit: Any, address: str) -> None:
    page = visit("index.html", viewport=WIDE)
    page.fill(".smalldocs-search input", "Germany")
    page.wait_for_selector(".search-result")
    targets = [link.get_attribute("href") for link in page.locator(".search-result").all()]
    assert any("notebooks/germany.html" in target for target in targets)
    page.locator(".search-result", has_text="Germany").first.click()
    page.wait_for_load_state()
    assert page.url.startswith(address)
    assert page.said == []


@IN_A_BROWSER
def test_search_works_by_keyboard_from_a_page_in_a_folder(visit: Any, address: str) -> None:
    page = visit("notebooks/france.html", viewport=WIDE)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.insert_text("Jeffreys")
    page.wait_for_selector(".search-result")
    results = page.locator(".search-result")
    places = [urljoin(page.url, one.get_attribute("href")) for one in results.all()]
    elsewhere = next(k for k, place in enumerate(places) if "france.html" not in place)
    for _ in range(elsewhere + 1):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(
        lambda url: url.split("#")[0].split("?")[0] == places[elsewhere].split("#")[0]
    )
    assert page.url.startswith(address)
    assert "Jeffreys" in page.locator("main").text_content()
    assert page.said == []
    page.keyboard.press("/")
    page.keyboard.insert_text("qqqq")
    page.locator(".smalldocs-search-results", has_text="No results").wait_for()
    page.keyboard.press("Escape")
    assert not page.locator(".smalldocs-search-results").is_visible()


@IN_A_BROWSER
def test_light_and_dark_are_kept_from_page_to_page(visit: Any, address: str) -> None:
    from playwright.sync_api import expect

    page = visit("index.html", color_scheme="light", viewport=WIDE)
    body, button = page.locator("body"), page.locator(".ar-toggle")
    white = "rgb(255, 255, 255)"
    assert page.evaluate(GROUND) == white
    button.click()
    expect(body).not_to_have_css("background-color", white)
    page.wait_for_timeout(200)
    dark = page.evaluate(GROUND)
    assert button.get_attribute("aria-pressed") == "true"
    for name in ("methods.html", "ru/index.html", "notebooks/trends.html"):
        page.goto(address + name, wait_until="domcontentloaded")
        expect(body).to_have_css("background-color", dark)
    button.click()
    expect(body).to_have_css("background-color", white)
    page.goto(address + "index.html", wait_until="domcontentloaded")
    expect(body).to_have_css("background-color", white)
    assert page.said == []
    system = visit("index.html", color_scheme="dark")
    assert system.evaluate(GROUND) == dark


@IN_A_BROWSER
def test_menus_open(visit: Any) -> None:
    page = visit("methods.html", viewport=PHONE)
    assert not page.locator("#navbarCollapse").is_visible()
    page.click(".navbar-toggler")
    menu = page.locator("#navbarCollapse .dropdown").first
    menu.locator(".dropdown-toggle").click()
    item = menu.locator(".dropdown-item").nth(2)
    item.wait_for()
    target = urljoin(page.url, item.get_attribute("href"))
    item.click()
    page.wait_for_url(target)
    assert page.said == []


@IN_A_BROWSER
def test_live_chart_comes_from_this_host_and_goes(visit: Any) -> None:
    from playwright.sync_api import expect

    page = visit("notebooks/germany.html", viewport=WIDE, color_scheme="light")
    figure = page.locator("#germany-definitions")
    button = figure.locator(".ar-explore")
    button.focus()
    page.keyboard.press("Enter")
    live = figure.frame_locator("iframe")
    live.locator(".main-svg").first.wait_for(timeout=30_000)
    assert live.locator(".scatterlayer .trace").count() >= 2, "the chart's own series"
    assert not figure.locator("svg.ar-wide").is_visible()
    page.locator(".ar-toggle").click()
    expect(live.locator(".main-svg").first).not_to_have_css(
        "background-color", "rgb(255, 255, 255)"
    )
    button.click()
    assert figure.locator("svg.ar-wide").is_visible()
    assert figure.locator("iframe").count() == 0
    assert page.foreign == []
    assert page.said == []


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
def test_home_pages_lead_to_each_other(visit: Any, address: str) -> None:
    page = visit(HOMES["en"], viewport=WIDE)
    others: dict[str, list[list[str]]] = {}
    for language, name in [*HOMES.items(), ("en", "index.html")]:
        # From language to language by what a reader can click.
        links = page.locator(f'a[href$="{name}"], a[href$="./"]').locator("visible=true")
        if page.url != address + name:
            targets = [urljoin(page.url, one.get_attribute("href")) for one in links.all()]
            links.nth(targets.index(address + name)).click()
            page.wait_for_url(address + name)
        assert page.evaluate("document.documentElement.lang") == language
        visible = {link.split("#")[0] for link in page.evaluate(VISIBLE_LINKS)}
        assert {address + other for other in HOMES.values()} - {address + name} <= visible
        others[language] = page.evaluate(
            """() => [...document.querySelectorAll("link[rel=alternate][hreflang]")]
                .map((e) => [e.hreflang, e.href]).sort()"""
        )
    # Each page names the same pages in other languages, itself among them, or none does.
    assert len({str(one) for one in others.values()}) == 1, others
    for language, target in others["en"]:
        if language in HOMES:
            assert (
                target.endswith(HOMES[language])
                or target.endswith(f"/{language}/")
                or (language == "en" and target.endswith("/"))
            )
    assert page.said == []


@IN_A_BROWSER
def test_printed_pages_hold_the_text_and_whole_charts(visit: Any, tmp_path: Path) -> None:
    import pypdf

    page = visit("notebooks/germany.html", color_scheme="light", viewport=WIDE)
    title = page.locator("#germany-outcomes .ar-title").inner_text()
    source = page.locator("#germany-outcomes .ar-source").inner_text()
    # The width that A4 has between the margins of the style sheet.
    page.set_viewport_size({"width": 672, "height": 987})
    page.emulate_media(media="print")
    for gone in ("#quarto-header", "#quarto-margin-sidebar", ".footer", ".ar-links", ".ar-explore"):
        assert page.locator(gone).count() > 0
        assert page.locator(f"{gone} >> visible=true").count() == 0, gone
    boxes = page.evaluate(
        """() => [...document.querySelectorAll("figure.ar-chart")].map((e) => {
            const r = e.getBoundingClientRect(), p = [...e.querySelectorAll("svg.ar-svg")]
                .filter((s) => s.checkVisibility()).map((s) => s.getBoundingClientRect());
            return [e.id, r.height, getComputedStyle(e).breakInside, p.length,
                Math.min(...p.map((q) => q.left)), Math.max(...p.map((q) => q.right))];
        })"""
    )
    assert len(boxes) >= 4
    for name, height, inside, pictures, left, right in boxes:
        assert inside == "avoid", name
        assert height < 987, f"{name} is higher than a page and would be cut"
        assert pictures == 1, name
        assert left >= 0, name
        assert right <= 672, name
    # As on paper, of A4: nothing of menus, all words of a chart on one sheet.
    path = tmp_path / "printed.pdf"
    page.pdf(path=path, format="A4", prefer_css_page_size=True)
    sheets = [" ".join(sheet.extract_text().split()) for sheet in pypdf.PdfReader(path).pages]
    (sheet,) = [text for text in sheets if title in text]
    assert source.split(",")[0] in sheet
    assert "How often is protection granted?" not in " ".join(sheets), "the menu"
    assert 2 <= len(sheets) <= 30


# ---------------------------------------------------------------- by Quarto


@pytest.fixture(scope="module")
def by_quarto(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_site("quarto", tmp_path_factory.mktemp("quarto") / "site")


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
