"""Every page for everybody: axe in both themes, keyboard, 400 % zoom, languages, tables, charts."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from asylum_report.publish import access
from test_site import PAGES, tags_of

pytestmark = [pytest.mark.site, pytest.mark.xdist_group("site")]
IN_A_BROWSER = pytest.mark.browser

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
"""320 pixels are what is left of 1280 at 400 %."""

AXE = """async (tags) => {
    const found = await axe.run(document, {
        runOnly: tags, rules: { "target-size": { enabled: true } }, resultTypes: ["violations"],
    });
    return found.violations.flatMap((rule) =>
        rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`));
}"""

REACHABLE = """() => {
    const wanted = "a[href], area[href], button, input, select, textarea, summary, iframe,"
        + " [contenteditable=true], [tabindex]";
    window.walk = [...document.querySelectorAll(wanted)].filter((e) =>
        e.tabIndex >= 0 && !e.disabled && e.type !== "hidden"
        && !(e.type === "radio" && !e.checked)
        && e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length);
    return window.walk.map((e) => e.outerHTML.slice(0, 90));
}"""

FOCUSED = """() => {
    const e = document.activeElement;
    const at = window.walk.indexOf(e);
    if (at < 0) return [at, e.outerHTML.slice(0, 90), true, true];
    const style = getComputedStyle(e);
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const box = e.getBoundingClientRect();
    const bar = document.getElementById("quarto-header");
    const above = bar.contains(e) || e.matches(".ar-skip")
        ? true : box.bottom > bar.getBoundingClientRect().bottom && box.top < innerHeight;
    return [at, e.outerHTML.slice(0, 90), ring, above && box.right > 0 && box.left < innerWidth];
}"""

CUT = """() => {
    const width = document.documentElement.clientWidth;
    const found = [];
    if (document.documentElement.scrollWidth > width) {
        found.push(`the page is ${document.documentElement.scrollWidth} pixels wide`);
    }
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    while (words.nextNode()) {
        const node = words.currentNode, holder = node.parentElement;
        if (!node.data.trim() || holder.closest("script, style, title, desc, noscript")) continue;
        if (!holder.checkVisibility({ visibilityProperty: true })) continue;
        if (holder.closest(".ar-hidden, .visually-hidden, .ar-skip")) continue;
        range.selectNodeContents(node);
        const box = range.getBoundingClientRect();
        if (!box.width) continue;
        let left = 0, right = width, cut = "the window", scrolls = false;
        for (let e = holder; e && e !== document.body; e = e.parentElement) {
            const flow = getComputedStyle(e).overflowX;
            if (flow === "auto" || flow === "scroll") { scrolls = true; break; }
            if (e instanceof SVGElement && e.tagName !== "svg") continue;
            if (flow === "visible") continue;
            const clip = e.getBoundingClientRect();
            const spare = parseFloat(getComputedStyle(e).overflowClipMargin) || 0;
            if (clip.right + spare < right) { right = clip.right + spare; cut = e.className; }
            left = Math.max(left, clip.left - spare);
        }
        if (!scrolls && (box.right > right + 1 || box.left < left - 1)) {
            found.push(`"${node.data.trim().slice(0, 40)}" is cut by ${cut}`);
        }
    }
    return found.slice(0, 5);
}"""

MOVING = """() => {
    const slow = (e, name) =>
        getComputedStyle(e)[name].split(",").some((s) => parseFloat(s) > 0.001);
    const found = [...document.querySelectorAll("*")].filter((e) =>
        slow(e, "transitionDuration") || slow(e, "animationDuration"));
    const ways = [document.documentElement, document.body];
    return [found.map((e) => e.outerHTML.slice(0, 80)).slice(0, 3),
        ways.map((e) => getComputedStyle(e).scrollBehavior)];
}"""


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core, which the package axe-playwright-python brings."""
    found = importlib.util.find_spec("axe_playwright_python")
    assert found is not None, "axe-playwright-python is missing"
    assert found.submodule_search_locations
    return (Path(found.submodule_search_locations[0]) / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Any]:
    """One page of one context for all tests here: what is drawn and asked for stays in memory."""
    context = browser.new_context(viewport=DESK, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def address(built: Path, serve: Callable[[Path], str]) -> str:
    return serve(built)


@pytest.fixture(scope="module", params=PAGES)
def opened(request: Any, page: Any, address: str) -> Any:
    """Each page, opened once for all tests of this module that take it."""
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(address + request.param, wait_until="load")
    return page


# ---------------------------------------------------------------- every page


@IN_A_BROWSER
def test_axe_finds_nothing_in_either_theme(opened: Any, axe: str) -> None:
    opened.evaluate(axe + ";0")
    for scheme in ("light", "dark"):
        opened.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for _ in range(100):
            opened.wait_for_timeout(30)
            dark = opened.evaluate("document.documentElement.classList.contains('quarto-dark')")
            if dark == (scheme == "dark"):
                break
        opened.wait_for_timeout(60)
        assert opened.evaluate(AXE, WCAG) == [], scheme
    opened.emulate_media(color_scheme="light", reduced_motion="reduce")


@IN_A_BROWSER
def test_the_keyboard_reaches_everything_and_is_seen(opened: Any) -> None:
    opened.evaluate("document.activeElement.blur(), scrollTo(0, 0)")
    expected = opened.evaluate(REACHABLE)
    reached, faults = set(), []
    for _ in range(len(expected) + 5):
        opened.keyboard.press("Tab")
        at, what, ring, seen = opened.evaluate(FOCUSED)
        if at in reached and at == 0:
            break
        reached.add(at)
        faults += [f"no ring: {what}"] * (not ring) + [f"out of sight: {what}"] * (not seen)
    missed = [what for at, what in enumerate(expected) if at not in reached]
    assert (faults, missed) == ([], [])
    assert len(expected) > 25, "the bar and the foot alone have more"


@IN_A_BROWSER
def test_nothing_moves_for_those_who_want_it_still(opened: Any) -> None:
    moving, ways = opened.evaluate(MOVING)
    assert moving == []
    assert ways == ["auto", "auto"]


@IN_A_BROWSER
def test_at_400_percent_nothing_is_lost(opened: Any) -> None:
    opened.set_viewport_size(PHONE)
    opened.wait_for_timeout(60)
    assert opened.evaluate(CUT) == []
    for box in opened.locator(".ar-scroll, .sd-table").all():
        if box.is_visible() and box.evaluate("e => e.scrollWidth > e.clientWidth + 1"):
            assert box.get_attribute("tabindex") == "0", "what scrolls is reached by keyboard"
    opened.set_viewport_size(DESK)


# ---------------------------------------------------------------- by keyboard


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


@IN_A_BROWSER
@pytest.mark.parametrize("name", ["index.html", "notebooks/germany.html"])
def test_the_skip_link_leads_to_the_content(page: Any, address: str, name: str) -> None:
    page.goto(address + name)
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to content"
    assert page.locator(".ar-skip").bounding_box()["x"] >= 0, "seen while it has the keyboard"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


@IN_A_BROWSER
def test_menus_by_keyboard(page: Any, address: str) -> None:
    page.goto(address + "methods.html")
    toggle, menu = page.locator(".dropdown-toggle").first, page.locator(".dropdown-menu").first
    for key in ("Enter", " ", "ArrowDown"):
        toggle.focus()
        page.keyboard.press(key)
        assert menu.is_visible(), key
        assert toggle.get_attribute("aria-expanded") == "true"
        if key != "ArrowDown":
            page.keyboard.press("ArrowDown")
        assert focused(page) == menu.locator("a").first.inner_text()
        page.keyboard.press("Escape")
        assert not menu.is_visible(), key
        assert toggle.get_attribute("aria-expanded") == "false"
        assert page.evaluate("document.activeElement.matches('.dropdown-toggle')")
    page.keyboard.press("ArrowUp")
    assert focused(page) == menu.locator("a").last.inner_text()
    page.keyboard.press("Home")
    assert focused(page) == menu.locator("a").first.inner_text()
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    assert focused(page) == menu.locator("a").first.inner_text()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    assert not menu.is_visible(), "closes when the keyboard leaves it"
    toggle.click()
    page.mouse.click(600, 500)
    assert not menu.is_visible(), "closes by a click elsewhere"
    page.locator(".dropdown-toggle").nth(0).click()
    page.locator(".dropdown-toggle").nth(1).click()
    assert page.locator(".dropdown-menu.show").count() == 1, "one at a time"


@IN_A_BROWSER
def test_the_narrow_menu_by_keyboard(page: Any, address: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(address + "methods.html")
    button, menu = page.locator(".navbar-toggler"), page.locator("#navbarCollapse")
    button.focus()
    page.keyboard.press("Enter")
    assert menu.is_visible()
    assert button.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(".dropdown-menu.show").count() == 1
    page.keyboard.press("Escape")
    assert page.locator(".dropdown-menu.show").count() == 0
    page.keyboard.press("Escape")
    assert not menu.is_visible()
    assert page.evaluate("document.activeElement.matches('.navbar-toggler')")
    page.set_viewport_size(DESK)


@IN_A_BROWSER
def test_search_says_how_many_pages_it_found(page: Any, address: str) -> None:
    page.goto(address + "methods.html")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.fill(".smalldocs-search input", "Germany")
    page.wait_for_selector(".search-result")
    count = page.locator(".search-result").count()
    assert page.locator(".smalldocs-search [role=status]").inner_text() == f"{count} results"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.search-result')")
    page.locator(".smalldocs-search input").fill("qqqq zzzz")
    page.wait_for_selector(".search-none")
    assert page.locator(".smalldocs-search [role=status]").inner_text() == "No results"
    assert any("fuse" in url for url in asked), "asked for only now"
    for _ in range(100):
        if page.evaluate("Boolean(window.Fuse.version)"):
            break
        page.wait_for_timeout(30)
    page.locator(".smalldocs-search input").fill("Germny")
    page.wait_for_selector(".search-result")


@IN_A_BROWSER
def test_tabs_by_keyboard(page: Any, address: str) -> None:
    page.goto(address + "about.html")
    page.evaluate(
        """() => document.querySelector("main").insertAdjacentHTML("beforeend",
            `<ul class="nav nav-tabs" role="tablist">${["a", "b"].map((n, k) => `
            <li role="presentation"><a class="nav-link${k ? "" : " active"}" id="t-${n}"
            data-bs-toggle="tab" data-bs-target="#p-${n}" role="tab" aria-selected="${!k}"
            href="">${n}</a></li>`).join("")}</ul>
            <div id="p-a" class="tab-pane active">A</div><div id="p-b" class="tab-pane">B</div>`)"""
    )
    page.locator("#t-a").focus()
    page.keyboard.press("ArrowRight")
    state = """() => ["a", "b"].map((n) => [
        document.getElementById(`t-${n}`).getAttribute("aria-selected"),
        document.getElementById(`t-${n}`).tabIndex,
        document.getElementById(`p-${n}`).classList.contains("active")])"""
    assert page.evaluate(state) == [["false", -1, False], ["true", 0, True]]
    assert focused(page) == "b"
    page.keyboard.press("ArrowRight")
    page.locator("#t-a").click()
    assert page.evaluate(state) == [["true", 0, True], ["false", -1, False]]


# ---------------------------------------------------------------- as it is on disk


class Outline(HTMLParser):
    """Tables, charts and the languages that words of a page stand in."""

    EMPTY = frozenset(
        (
            "br",
            "hr",
            "img",
            "input",
            "link",
            "meta",
            "source",
            "wbr",
            "path",
            "rect",
            "circle",
            "line",
        )
    )

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[dict[str, Any]] = []
        self.words: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        if tag == "table":
            self.tables.append({**about, "heads": [], "cells": 0, "caption": ""})
        elif tag == "th" and self.tables:
            inside = [name for name, _ in self.open]
            self.tables[-1]["heads"].append((about.get("scope"), "tbody" in inside))
        elif tag == "td" and self.tables:
            self.tables[-1]["cells"] += 1
        if tag not in self.EMPTY:
            self.open.append((tag, about))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("svg", "g", "text", "a", "span"):
            self.handle_starttag(tag, attrs)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _ in self.open):
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        names = [name for name, _ in self.open]
        if "caption" in names and self.tables:
            self.tables[-1]["caption"] += data
        if data.strip() and not {"script", "style"} & set(names):
            language = next((a["lang"] for _, a in reversed(self.open) if a.get("lang")), "")
            self.words.append((str(language), data))


@pytest.fixture(scope="module")
def outlines(built: Path) -> dict[str, Outline]:
    return {name: Outline((built / name).read_text("utf-8")) for name in PAGES}


def test_every_table_has_a_name_and_its_heads_a_scope(outlines: dict[str, Outline]) -> None:
    faults = [
        (name, table["heads"][:3], table["caption"])
        for name, outline in outlines.items()
        for table in outline.tables
        if table.get("role") != "presentation"
        and not (
            (table["caption"].strip() or table.get("aria-label") or table.get("aria-labelledby"))
            and table["heads"]
            and all(s == ("row" if body else "col") or s in ("rowgroup", "colgroup")
                    for s, body in table["heads"])
        )
    ]  # fmt: skip
    assert faults == []
    assert sum(len(outline.tables) for outline in outlines.values()) > 40


@pytest.mark.parametrize("name", PAGES)
def test_every_chart_has_words_a_table_and_a_file(built: Path, name: str) -> None:
    text = (built / name).read_text("utf-8")
    for figure in re.findall(r'<figure class="ar-chart".*?</figure>', text, re.DOTALL):
        chart = re.search(r'data-chart="([^"]*)"', figure)
        assert chart, figure[:100]
        for svg in re.findall(r"<svg\b.*?</svg>", figure, re.DOTALL):
            named = re.search(r'aria-labelledby="(\S+) (\S+)"', svg)
            assert named, chart[1]
            for part, least in zip(named.groups(), (10, 40), strict=True):
                words = re.search(rf'id="{part}"[^>]*>([^<]*)<', svg)
                assert words, (chart[1], part)
                assert len(words[1]) > least, (chart[1], part)
        assert re.search(r"<details.*<table.*</details>", figure, re.DOTALL), chart[1]
        assert f"figures/{chart[1]}.csv" in figure
        assert (built / "figures" / f"{chart[1]}.csv").is_file()


FOREIGN = {
    "de": r"\b(und|oder|für|über|wegen|nicht|sonstige\w*|[A-Z]\w+verfahren|\w+anträge|Bundesamt)\b",
    "fr": r"\b(pour|dans|aux|avec|sur|une|droit d[’']asile|décisions|Office français)\b",
    "ru": r"[а-яё]{3,}",
}
"""Words that stand in no English sentence but a quoted one."""


@pytest.mark.parametrize("name", PAGES)
def test_languages_are_marked(built: Path, outlines: dict[str, Outline], name: str) -> None:
    faults = [
        (language, text.strip()[:80])
        for said, text in outlines[name].words
        for language, pattern in FOREIGN.items()
        if said == "en" and re.search(pattern, text)
    ]
    assert faults == []
    for tag in tags_of(built, name):
        if tag.name == "a" and re.search(r"(^|/)(de|fr|ru)/index\.html$", tag.get("href")):
            assert tag.get("hreflang") == tag.get("href").split("/")[-2], tag.source()
    if name[:3] in ("de/", "fr/", "ru/"):
        frame = [t for t in tags_of(built, name) if t.name in ("header", "footer")]
        assert [t.get("lang") for t in frame if t.get("id") == "quarto-header"] == ["en"]
        assert [t.get("lang") for t in frame if t.name == "footer"] == ["en"]


# ---------------------------------------------------------------- pure functions


def test_tables_are_named_after_the_heading_above() -> None:
    text = (
        '<h1 class="title">Page</h1><table class="x"><tr></tr></table>'
        "<h2>A <em>b</em> &amp; c<a></a></h2><table><caption>Own</caption></table>"
        '<table aria-label="Given"></table><table></table><table role="presentation"></table>'
    )
    assert access.tables(text) == (
        '<h1 class="title">Page</h1><table aria-label="Page" class="x"><tr></tr></table>'
        "<h2>A <em>b</em> &amp; c<a></a></h2><table><caption>Own</caption></table>"
        '<table aria-label="Given"></table><table aria-label="A b &amp; c"></table>'
        '<table role="presentation"></table>'
    )
    assert access.tables(access.tables(text)) == access.tables(text)


def test_heads_in_the_body_head_rows() -> None:
    text = (
        '<thead><tr><th>a</th></tr></thead><tbody><tr><th>b</th><th scope="x">c</th></tr></tbody>'
    )
    assert access.row_heads(text) == (
        '<thead><tr><th>a</th></tr></thead><tbody><tr><th scope="row">b</th>'
        '<th scope="x">c</th></tr></tbody>'
    )
    assert access.row_heads('<thead><tr><th class="x"> </th><th>a</th></tr></thead>') == (
        "<thead><tr><td></td><th>a</th></tr></thead>"
    )


def test_links_to_other_languages_and_the_frame_around_them() -> None:
    text = (
        '<a class="ar-skip" href="#x">Skip</a><header id="quarto-header" class="y">'
        '<a class="nav-link" href="../de/index.html"><span class="menu-text">Deutsch</span></a>'
        '<a href="x">Deutschland</a></header><footer class="footer"></footer>'
    )
    marked = access.languages(text, "fr/index.html")
    assert marked == (
        '<a class="ar-skip" lang="en" href="#x">Skip</a>'
        '<header id="quarto-header" lang="en" class="y">'
        '<a lang="de" hreflang="de" class="nav-link" href="../de/index.html">'
        '<span class="menu-text">Deutsch</span></a><a href="x">Deutschland</a>'
        '</header><footer lang="en" class="footer"></footer>'
    )
    assert access.languages(marked, "fr/index.html") == marked
    assert 'lang="en"' not in access.languages(text, "methods.html")
