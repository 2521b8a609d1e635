"""The real site, built once by the built-in publisher: every page, in a browser and on disk."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from asylum_report.publish import markup, postprocess
from conftest import ROOT, build_site

# One worker builds the site and looks at it.
pytestmark = [pytest.mark.site, pytest.mark.xdist_group("site")]

BUDGET = 250_000
PAGES = (
    "index.html",
    "notebooks/applications.html",
    "notebooks/recognition.html",
    "notebooks/germany.html",
    "notebooks/france.html",
    "notebooks/united-states.html",
    "notebooks/across-countries.html",
    "methods.html",
    "data.html",
    "about.html",
    "404.html",
)
IN_A_BROWSER = pytest.mark.browser


def pages_of(site: Path) -> list[str]:
    return sorted(
        path.relative_to(site).as_posix()
        for path in site.rglob("*.html")
        if postprocess.is_page(path)
    )


def tags_of(site: Path, name: str) -> list[markup.Tag]:
    return markup.tags((site / name).read_text("utf-8"))


def test_every_page_is_there(built: Path) -> None:
    assert pages_of(built) == sorted(PAGES)
    for name in ("brief.pdf", "search.json", "data/processed/datapackage.json"):
        assert (built / name).stat().st_size > 1000, name
    for name in ("figures", "data/processed"):
        assert (ROOT / name).is_dir()
    assert len(list((ROOT / "figures").glob("*.svg"))) == len(
        list((ROOT / "figures").glob("*.png"))
    )


@pytest.mark.parametrize("name", PAGES)
def test_no_variable_or_shortcode_is_left(built: Path, name: str) -> None:
    text = re.sub(r"<script\b.*?</script>", "", (built / name).read_text("utf-8"), flags=re.DOTALL)
    assert "{{" not in text
    assert "?var:" not in text


@pytest.mark.parametrize("name", PAGES)
def test_head_of_the_page(built: Path, name: str) -> None:
    tags = tags_of(built, name)
    assert [tag.get("lang") for tag in tags if tag.name == "html"] == ["en"]
    metas = {tag.get("name") or tag.get("http-equiv"): tag.get("content") for tag in tags}
    assert len(metas["description"]) > 30
    assert "unsafe" not in metas["Content-Security-Policy"]
    assert sum(tag.name == "h1" for tag in tags) == 1
    assert any(tag.get("rel") == "preload" for tag in tags)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_inline(built: Path, name: str) -> None:
    for tag in tags_of(built, name):
        assert "style" not in tag.attributes, tag.source()
        assert tag.name != "style", tag.text[:80]
        assert not [key for key in tag.attributes if key.startswith("on")], tag.source()


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique(built: Path, name: str) -> None:
    ids = [tag.get("id") for tag in tags_of(built, name) if tag.get("id")]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("name", PAGES)
def test_links_and_ids_resolve(built: Path, name: str) -> None:
    checked = 0
    for tag in tags_of(built, name):
        for key in ("href", "src"):
            target = tag.get(key)
            if not target or tag.name == "use" or re.match(r"[a-z]+:|//", target):
                continue
            assert not target.startswith("/"), f"{target} breaks below a folder"
            address = urlsplit(urljoin(f"http://host/{name}", target))
            fragment, found = address.fragment, built / unquote(address.path[1:])
            found = found / "index.html" if found.is_dir() else found
            assert found.is_file(), f"{name}: {target}"
            checked += 1
            if fragment and found.suffix == ".html":
                inside = tags_of(built, found.relative_to(built).as_posix())
                ids = {other.get("id") for other in inside}
                assert unquote(fragment) in ids, f"{name}: {target}"
    assert checked > 10


@pytest.mark.parametrize("name", PAGES)
def test_pictures_have_words(built: Path, name: str) -> None:
    for tag in tags_of(built, name):
        if tag.name == "img":
            assert len(tag.get("alt")) > 10, tag.source()
        if tag.name == "svg":
            named = tag.get("aria-hidden") == "true" or tag.get("aria-label")
            assert named or tag.get("aria-labelledby"), tag.source()


def test_search_index_finds_germany(built: Path) -> None:
    index = json.loads((built / "search.json").read_text("utf-8"))
    found = {entry["href"].split("#")[0] for entry in index if "Germany" in entry["text"]}
    assert {"notebooks/germany.html", "methods.html"} <= found
    assert not any("404" in entry["href"] for entry in index)


def test_icon_font_and_source_maps_are_gone(built: Path) -> None:
    names = [path.name for path in built.rglob("*") if path.is_file()]
    assert not [name for name in names if name.endswith((".woff", ".map", ".scss"))]
    assert not [name for name in names if "icons" in name]


def test_nothing_names_this_machine(built: Path) -> None:
    for path in built.rglob("*"):
        if path.suffix in (".html", ".json", ".svg", ".css") and path.is_file():
            assert str(ROOT) not in path.read_text("utf-8"), path


# ---------------------------------------------------------------- in a browser


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
        page.said, page.foreign, page.bytes = [], [], 0

        def response(answer: Any) -> None:
            if answer.status == 200:
                body = answer.body()
                page.bytes += min(len(body), len(gzip.compress(body, 6)))
            elif "404.html" not in answer.url:
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
    assert page.bytes <= BUDGET
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
                && !e.getAttribute("aria-label") && !e.title)
            .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert nameless == []


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
    size = 0

    def response(answer: Any) -> None:
        nonlocal size
        body = answer.body()
        size += min(len(body), len(gzip.compress(body, 6)))
        if not answer.url.startswith(address):
            said.append(answer.url)

    page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("response", response)
    page.goto(address + name, wait_until="networkidle")
    page.close()
    assert said == []
    assert size <= 350_000
