"""Charts in frames: alone, light, from one host, and as wide as the frame."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from asylum_report import identity
from asylum_report.charts import bundle, library
from asylum_report.charts.model import Chart
from asylum_report.publish import downloads_page, embed, markup
from conftest import ROOT

HEAVIEST = 60_000
"""Bytes, compressed, of everything that a frame loads."""
NAMES = ("germany-outcomes", "across-latest", "trend-months")
"""A stack, a long list of destinations, and the one with most marks."""


@pytest.fixture(scope="module")
def charts() -> dict[str, Chart]:
    return {name: library.chart(name) for name in NAMES}


@pytest.fixture(scope="module")
def small_site(charts: dict[str, Chart], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a site of one page that shows a chart, with what frames need, and the frames."""
    site = tmp_path_factory.mktemp("site")
    (site / "notebooks").mkdir()
    block = bundle.html(charts["germany-outcomes"])
    (site / "notebooks" / "germany.html").write_text(f"<main>{block}</main>", "utf-8")
    (site / "index.html").write_text(f"<main>{block}</main>", "utf-8")
    (site / "assets").mkdir()
    for name in ("tokens.css", "charts.css", "favicon.svg", "embed.js"):
        shutil.copy(ROOT / "assets" / name, site / "assets" / name)
    identity.write_fonts(site / "assets" / "fonts")
    (site / "figures").mkdir()
    (site / "host.html").write_text(host(charts), "utf-8")
    (site / "host.js").write_text(listener(), "utf-8")
    embed.write(site, ROOT, charts)
    return site


def host(charts: dict[str, Chart]) -> str:
    """Return a page of somebody else that shows two charts by the lines to paste."""
    frames = "".join(embed.code(charts[name]) for name in NAMES[:2])
    return f'<!doctype html><title>Host</title>{frames}<script src="host.js"></script>'


def listener() -> str:
    """Return the script that the page on downloads offers for heights."""
    text = (ROOT / "downloads.qmd").read_text(encoding="utf-8")
    return re.search(r"```html\n<script>\n(.*?)</script>", text, re.DOTALL)[1]


def test_page_of_a_chart(small_site: Path, charts: dict[str, Chart]) -> None:
    for name, chart in charts.items():
        text = (small_site / "embed" / f"{name}.html").read_text(encoding="utf-8")
        tags = markup.tags(text)
        ids = [tag.get("id") for tag in tags if tag.get("id")]
        assert len(ids) == len(set(ids))
        assert not [tag for tag in tags if "style" in tag.attributes or tag.name == "style"]
        assert not [tag for tag in tags if any(key.startswith("on") for key in tag.attributes)]
        assert not re.search(r'(?:src|href)="(?:[a-z]+:)?//', text)
        meta = {tag.get("http-equiv") or tag.get("name"): tag.get("content") for tag in tags}
        assert meta["Content-Security-Policy"].startswith("default-src 'none'; ")
        assert "unsafe" not in meta["Content-Security-Policy"]
        assert meta["description"] == chart.alt
        assert meta["robots"] == "noindex"
        assert f'<desc id="{name}-wide-desc">' in text
        assert chart.source.split(",")[0] in text
        assert f'href="../figures/{name}.csv"' in text


def test_link_leads_to_the_question_that_shows_the_chart(small_site: Path) -> None:
    text = (small_site / "embed" / "germany-outcomes.html").read_text(encoding="utf-8")
    assert (
        'href="../notebooks/germany.html#germany-outcomes" target="_blank" rel="noopener"' in text
    )
    # A chart that no page shows leads home.
    other = (small_site / "embed" / "trend-months.html").read_text(encoding="utf-8")
    assert 'href="../index.html" target="_blank"' in other


def test_weight(small_site: Path) -> None:
    shared = ("assets/tokens.css", "assets/charts.css", "embed/embed.css", "assets/embed.js")
    fonts = sum(
        (small_site / "assets" / "fonts" / name).stat().st_size
        for name in ("source-sans-400.woff2", "source-sans-600.woff2")
    )
    for name in NAMES:
        names = (*shared, f"embed/{name}.html")
        pages = sum(len(gzip.compress((small_site / one).read_bytes(), 9)) for one in names)
        assert fonts + pages < HEAVIEST, name


def test_address_is_whole_only_where_it_is_known(charts: dict[str, Chart]) -> None:
    chart = charts["germany-outcomes"]
    assert 'src="embed/germany-outcomes.html"' in embed.code(chart)
    whole = embed.code(chart, "https://example.org/r/")
    assert 'src="https://example.org/r/embed/germany-outcomes.html"' in whole
    assert 'loading="lazy"' in whole
    assert 'width="100%"' in whole
    assert re.search(r'title="[^"]{20,}"', whole)
    page = embed.page(chart, "index.html", "https://example.org/r/")
    assert '<link rel="canonical" href="https://example.org/r/index.html#germany-outcomes">' in page


def test_list_of_charts_says_where_addresses_are_relative(charts: dict[str, Chart]) -> None:
    unknown = downloads_page.embeds(charts, "")
    known = downloads_page.embeds(charts, "https://example.org/")
    assert "built without its address" in unknown
    assert "built without its address" not in known
    for name in NAMES:
        assert f"{{#embed-{name}}}" in known
        assert f'<a href="embed/{name}.html">' in known


@pytest.fixture(scope="module")
def address(small_site: Path, serve: Callable[[Path], str]) -> str:
    return serve(small_site)


MEASURE = """() => ({
  across: document.documentElement.scrollWidth - window.innerWidth,
  height: document.documentElement.getBoundingClientRect().height,
  shown: [...document.querySelectorAll('.ar-svg')].filter(s => s.getBoundingClientRect().height > 0)
    .map(s => s.classList.contains('ar-wide') ? 'wide' : 'narrow'),
  letters: getComputedStyle(document.querySelector('.ar-title')).color,
  paper: getComputedStyle(document.body).backgroundColor,
  font: document.fonts.check('16px "Source Sans Pro"'),
})"""


@pytest.mark.browser
def test_in_a_browser(browser: Any, address: str, charts: dict[str, Chart]) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    for name in NAMES:
        for width, which in ((320, "narrow"), (700, "wide")):
            page.set_viewport_size({"width": width, "height": 500})
            page.goto(f"{address}embed/{name}.html")
            found = page.evaluate(MEASURE)
            assert found["across"] <= 0, (name, width)
            assert found["shown"] == [which], (name, width)
            assert found["font"]
            if width == embed.WIDTH:
                # No less than needed, or the frame would scroll; and little more.
                spare = embed.height(charts[name]) - found["height"]
                assert -2 <= spare <= 35, name
    context.close()
    assert said == []
    assert asked
    assert {urlsplit(one).netloc for one in asked} == {urlsplit(address).netloc}


@pytest.mark.browser
def test_light_and_dark(browser: Any, address: str) -> None:
    light, dark = identity.COLOURS["paper"].light, identity.COLOURS["paper"].dark
    wanted = {
        ("light", ""): light, ("dark", ""): dark,
        ("light", "?theme=dark"): dark, ("dark", "?theme=light"): light,
        ("dark", "?theme=nothing"): dark,
    }  # fmt: skip
    for (scheme, query), colour in wanted.items():
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(f"{address}embed/germany-outcomes.html{query}")
        rgb = ", ".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
        assert page.evaluate(MEASURE)["paper"] == f"rgb({rgb})", (scheme, query)
        context.close()


@pytest.mark.browser
def test_frames_on_another_page_take_the_height_they_need(
    browser: Any, address: str, small_site: Path
) -> None:
    given = [
        int(found)
        for found in re.findall(r'height="(\d+)"', (small_site / "host.html").read_text("utf-8"))
    ]
    context = browser.new_context(viewport={"width": 400, "height": 900})
    page = context.new_page()
    page.goto(f"{address}host.html")
    page.locator("iframe").last.scroll_into_view_if_needed()
    fits = """() => [...document.querySelectorAll('iframe')].every((frame) => {
      const inside = frame.contentDocument.documentElement;
      return inside.scrollHeight <= frame.clientHeight + 1;
    })"""
    page.wait_for_function(fits, timeout=10_000)
    heights = page.evaluate("[...document.querySelectorAll('iframe')].map((f) => Number(f.height))")
    assert len(heights) == 2
    assert heights != given
    context.close()


@pytest.mark.site
@pytest.mark.xdist_group("site")
def test_site_has_a_frame_for_every_chart(built: Path) -> None:
    names = set(library.all_charts())
    pages = {path.stem for path in (built / "embed").glob("*.html")}
    assert pages == names
    text = (built / "downloads.html").read_text(encoding="utf-8")
    assert set(re.findall(r'id="embed-([\w-]+)"', text)) == names
    for name in names:
        page = (built / "embed" / f"{name}.html").read_text(encoding="utf-8")
        target = re.search(r'href="\.\./([^"#]+)#([\w-]+)" target', page)
        assert target, f"no page shows the chart {name}"
        assert f'id="{target[2]}"' in (built / target[1]).read_text(encoding="utf-8")
    linked = set(re.findall(r'href="((?:downloads|api|embed|figures)/[^"]+)"', text))
    assert len(linked) > 300
    assert not [one for one in linked if not (built / one).is_file()]
    assert json.loads((built / "api" / "v1" / "rates.json").read_text("utf-8"))["api"] == "v1"
