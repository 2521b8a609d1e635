"""What post-processing makes of pages by either publisher."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from asylum_report import store
from asylum_report.errors import BuildError
from asylum_report.publish import (
    extras,
    favicons,
    feed,
    head,
    icons,
    markup,
    opengraph,
    policy,
    postprocess,
    sitemap,
)
from conftest import ROOT

# The frame of a page as Quarto 1.7 writes it, shortened.
QUARTO = """<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="en" xml:lang="en"><head>
<meta charset="utf-8">
<meta name="generator" content="quarto-1.7.34">
<meta name="viewport" content="width=device-width, initial-scale=1.0, user-scalable=yes">
<title>Germany – Asylum Report</title>
<style>
code{white-space: pre-wrap;}
</style>
<script src="../site_libs/quarto-nav/quarto-nav.js"></script>
<script src="../site_libs/quarto-search/fuse.min.js"></script>
<meta name="quarto:offset" content="../">
<script src="../site_libs/quarto-html/quarto.js" type="module"></script>
<script src="../site_libs/bootstrap/bootstrap.min.js"></script>
<link href="../site_libs/bootstrap/bootstrap-icons.css" rel="stylesheet">
<link href="../site_libs/bootstrap/bootstrap-1234.min.css" rel="stylesheet" append-hash="true" \
class="quarto-color-scheme" id="quarto-bootstrap" data-mode="light">
<script id="quarto-search-options" type="application/json">{"location": "navbar"}</script>
<link rel="stylesheet" href="../assets/site.css">
</head>
<body class="nav-fixed quarto-light"><script id="quarto-html-before-body" \
type="application/javascript">
    const isDark = () => 1 < 2 && "<a onclick='x'>";
</script>
<header id="quarto-header" class="headroom fixed-top">
<button class="navbar-toggler" type="button" aria-label="Toggle navigation" \
onclick="if (window.quartoToggleHeadroom) { window.quartoToggleHeadroom(); }">
<span class="navbar-toggler-icon"></span></button>
<a href="" class="quarto-color-scheme-toggle nav-link px-1" \
onclick="window.quartoToggleColorScheme(); return false;" title="Toggle dark mode"><i class="bi">\
</i></a>
</header>
<main class="content" id="quarto-document-content">
<p style="color: red">Text</p>
<table><tbody><tr><td>2023-12-31</td><td class="n">2023-12</td><td>on 2023-12-31</td></tr>
</tbody></table>
<svg viewBox="0 0 10 10"><linearGradient id="x" gradientUnits="userSpaceOnUse"/></svg>
<img src="/figures/x.png" alt="A &quot;quoted&quot; &amp; b"><a href="//other.invalid/">o</a>
</main>
<script type="text/javascript">window.document.title;</script>
</body></html>
"""


def of(text: str, name: str = "notebooks/germany.html", **options: object) -> str:
    settings: dict[str, object] = {"publisher": "quarto", "description": 'A "site" & more'}
    return postprocess.page(text, name, postprocess.Site(**{**settings, **options}))  # type: ignore[arg-type]


def test_scripts_and_icon_font_of_quarto() -> None:
    page = of(QUARTO)
    assert '<script src="../site_libs/bootstrap/bootstrap.min.js" defer></script>' in page
    assert '<script src="../site_libs/quarto-search/fuse.min.js" defer></script>' in page
    assert '<script src="../site_libs/quarto-nav/quarto-nav.js"></script>' in page
    assert "bootstrap-icons" not in page
    assert "bootstrap-1234.min.css" in page


def test_handlers_become_a_named_button() -> None:
    page = of(QUARTO)
    head, _, rest = page.partition("</script>\n<header")
    assert "onclick='x'" in head, "the content of a script is not a tag"
    assert "onclick" not in rest
    assert '<button type="button" class="quarto-color-scheme-toggle nav-link ar-toggle"' in page
    assert 'aria-label="Switch between light and dark"><svg' in page


def test_policy_allows_the_inline_scripts_and_nothing_else() -> None:
    page = of(QUARTO)
    found = page.split('http-equiv="Content-Security-Policy" content="')[1].split('"')[0]
    scripts = [
        "\n    const isDark = () => 1 < 2 && \"<a onclick='x'>\";\n",
        "window.document.title;",
    ]
    hashes = sorted(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in scripts
    )
    assert found == (
        f"default-src 'self'; script-src 'self' {' '.join(hashes)}; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        "object-src 'none'; base-uri 'self'; form-action 'none'; frame-src 'self'"
    )
    assert page.index("Content-Security-Policy") < page.index("<title>")


def test_policy_of_the_builtin_allows_no_inline_style() -> None:
    rules = policy.policy("<p></p>", inline_styles=False)
    assert "style-src 'self'; img-src 'self'; " in rules


def test_single_pages_may_need_more_but_no_host() -> None:
    assert "img-src 'self' data: blob:" in policy.policy("", "dashboard.html", inline_styles=False)
    twice = policy.policy("", "dashboard.html", inline_styles=True)
    assert "img-src 'self' data: blob:" in twice
    words = {word for rules in policy.ADDED.values() for kind in rules.values() for word in kind}
    assert words <= {"data:", "blob:"}


def test_head_gets_description_font_and_address() -> None:
    page = of(QUARTO, has=frozenset([head.MAIN_FONT]), url="https://x.invalid/r/")
    assert '<meta name="description" content="A &quot;site&quot; &amp; more">' in page
    assert '<link rel="canonical" href="https://x.invalid/r/notebooks/germany.html">' in page
    assert (
        '<link rel="preload" href="../assets/fonts/source-sans-400.woff2" as="font"'
        ' type="font/woff2" crossorigin></head>'
    ) in page
    bare = of(QUARTO)
    assert "canonical" not in bare
    assert "preload" not in bare


def test_own_description_stays() -> None:
    text = QUARTO.replace("<title>", '<meta name="description" content="Own."><title>')
    assert of(text).count('<meta name="description"') == 1


def test_addresses_from_the_root_become_relative() -> None:
    page = of(QUARTO)
    assert '<img src="../figures/x.png" alt="A &quot;quoted&quot; &amp; b">' in page
    assert '<a href="//other.invalid/">' in page
    assert '<img src="figures/x.png"' in of(QUARTO, "index.html")


def test_inline_styles_become_classes_only_where_the_policy_wants_it() -> None:
    assert '<p style="color: red">' in of(QUARTO)
    site = postprocess.Site("builtin")
    page = postprocess.page(QUARTO, "index.html", site)
    assert "style=" not in page
    assert site.styles == {"ar-sf1ff77e5": "color:red"}
    assert '<link rel="stylesheet" href="assets/inline.css"></head>' in page


def test_dates_in_tables_stay_on_one_line() -> None:
    assert (
        '<td class="ar-nowrap">2023-12-31</td><td class="n ar-nowrap">2023-12</td>'
        "<td>on 2023-12-31</td>"
    ) in of(QUARTO)


def test_svg_keeps_its_capitals() -> None:
    assert '<svg viewBox="0 0 10 10"><linearGradient id="x" gradientUnits=' in of(QUARTO)


def test_twice_is_once() -> None:
    assert of(of(QUARTO)) == of(QUARTO)


def test_skip_link_comes_first() -> None:
    page = of(QUARTO)
    assert '<body class="nav-fixed quarto-light"><a class="ar-skip" href="#quarto-doc' in page


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('<a b="1">', '<a b="1" new="x">'),
        ("<a b='it''s'>", '<a b="it" s new="x">'),
        ("<br/>", '<br new="x"/>'),
        ("<feBlend in=a />", '<feBlend in="a" new="x"/>'),
        ("<a href='a?b&amp;c'>", '<a href="a?b&amp;c" new="x">'),
        ("<!-- <a> --><a>", '<!-- <a> --><a new="x">'),
        ("1 < 2 <a>", '1 < 2 <a new="x">'),
    ],
)
def test_rewriting_a_tag(source: str, expected: str) -> None:
    def add(tag: markup.Tag) -> bool:
        tag.attributes["new"] = "x"
        return True

    assert markup.rewrite(source, add) == expected


def test_rewriting_nothing_changes_nothing() -> None:
    assert markup.rewrite(QUARTO, lambda tag: False) == QUARTO


def test_icons_are_large_enough_and_hidden_from_readers() -> None:
    for name in icons.SHAPES:
        drawn = icons.icon(name, "extra")
        assert 'class="ar-icon extra"' in drawn
        assert 'width="24" height="24"' in drawn
        assert 'aria-hidden="true"' in drawn


def test_settings_come_from_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASYLUM_REPORT_SITE_URL", raising=False)
    (tmp_path / "_quarto.yml").write_text(
        "website: {description: Words, site-url: 'https://x.invalid/r'}"
    )
    assert postprocess.read_settings(tmp_path) == ("Words", "https://x.invalid/r/")
    monkeypatch.setenv("ASYLUM_REPORT_SITE_URL", "nonsense")
    with pytest.raises(BuildError, match="'nonsense' is no address"):
        postprocess.read_settings(tmp_path)


def test_folder_drops_the_icon_font_and_leaves_other_pages_alone(tmp_path: Path) -> None:
    (tmp_path / "site_libs" / "bootstrap").mkdir(parents=True)
    for name in ("bootstrap-icons.css", "bootstrap-icons.woff", "bootstrap.min.js"):
        (tmp_path / "site_libs" / "bootstrap" / name).write_text("x")
    (tmp_path / "explore.html").write_text("<!doctype html><body onclick='x'>own")
    (tmp_path / "index.html").write_text(QUARTO)
    assert postprocess.folder(tmp_path, "quarto") == ["index.html"]
    left = sorted(path.name for path in (tmp_path / "site_libs").rglob("*.*"))
    assert left == ["bootstrap.min.js"]
    assert (tmp_path / "explore.html").read_text() == "<!doctype html><body onclick='x'>own"


# ---------------------------------------------------------------- smalldocs

SCHEMES = """<link rel="stylesheet" href="../site_libs/themes/{}.css" data-mode="light" \
class="quarto-color-scheme" id="quarto-bootstrap-light" media="x">\
<link rel="stylesheet" href="../site_libs/themes/{}.css" data-mode="dark" \
class="quarto-color-scheme quarto-color-alternate" id="quarto-bootstrap-dark" media="y">"""


def test_one_theme_is_linked_once_and_its_marks_stay() -> None:
    page = postprocess.THEME.sub(postprocess._one_theme, SCHEMES.format("a", "a"))
    assert page.count('rel="stylesheet"') == 1
    marks = [tag for tag in markup.tags(page) if "quarto-color-scheme" in tag.classes]
    assert [(tag.name, tag.get("data-mode")) for tag in marks] == [
        ("link", "light"),
        ("link", "dark"),
    ]
    assert "quarto-color-alternate" in marks[1].classes
    two = SCHEMES.format("a", "b")
    assert postprocess.THEME.sub(postprocess._one_theme, two) == two


def test_own_menus_stand_in_for_bootstrap_only_where_the_site_has_them() -> None:
    files = frozenset(["assets/menus.js", "site_libs/quarto-search/fuse.min.js"])
    page = of(QUARTO, publisher="builtin", has=files)
    assert (
        '<script src="../assets/menus.js" data-search="../site_libs/quarto-search/fuse.min.js"'
        " defer></script>"
    ) in page
    assert "bootstrap.min.js" not in page
    assert page.count("fuse.min.js") == 1
    assert "bootstrap.min.js" in of(QUARTO, publisher="builtin")
    assert "bootstrap.min.js" in of(QUARTO, has=files), "Quarto's own scripts need it"


def test_colour_of_the_window_for_both_schemes() -> None:
    page = of(QUARTO)
    assert page.count('<meta name="theme-color"') == 2
    assert 'media="(prefers-color-scheme: dark)"' in page


def test_home_pages_name_each_other_by_full_address() -> None:
    files = frozenset(head.HOMES.values())
    page = of(QUARTO, "de/index.html", url="https://x.invalid/r/", has=files)
    assert '<link rel="alternate" hreflang="ru" href="https://x.invalid/r/ru/">' in page
    assert '<link rel="alternate" hreflang="x-default" href="https://x.invalid/r/">' in page
    assert "hreflang" not in of(QUARTO, "methods.html", url="https://x.invalid/r/", has=files)
    assert "hreflang" not in of(QUARTO, "de/index.html", has=files)


# ---------------------------------------------------------------- beside the pages


def test_sitemap_wants_an_address_and_robots_does_not(tmp_path: Path) -> None:
    pages = ["404.html", "de/index.html", "index.html", "notebooks/a b.html"]
    assert sitemap.write(tmp_path, pages, "") == [tmp_path / "robots.txt"]
    assert (tmp_path / "robots.txt").read_text() == "User-agent: *\nAllow: /\n"
    sitemap.write(tmp_path, pages, "https://x.invalid/r/")
    text = (tmp_path / "sitemap.xml").read_text()
    assert re.findall("<loc>(.*?)</loc>", text) == [
        "https://x.invalid/r/de/",
        "https://x.invalid/r/",
        "https://x.invalid/r/notebooks/a%20b.html",
    ]
    assert "Sitemap: https://x.invalid/r/sitemap.xml" in (tmp_path / "robots.txt").read_text()
    sitemap.write(tmp_path, pages, "")
    assert not (tmp_path / "sitemap.xml").exists()


def vintage(date: str, dataset: str = "d", publisher: str = "P") -> store.Vintage:
    meta = {"title": "Decisions & more", "rows": 7, "definition": "Said\n so.", "file": "x"}
    return store.Vintage(publisher, dataset, date, Path(), meta)


def test_feed_has_an_entry_a_vintage_newest_first() -> None:
    found = [vintage("2023-03"), vintage("2024-01-18"), vintage("2025"), vintage("2024", "e")]
    text = feed.feed([*found, vintage("2026-01-01", publisher="asylum-report")])
    root = ET.fromstring(text)
    atom = {"a": "http://www.w3.org/2005/Atom"}
    entries = root.findall("a:entry", atom)
    assert [entry.findtext("a:title", "", atom) for entry in entries] == [
        "P: Decisions & more, 2025",
        "P: Decisions & more, 2024-01-18",
        "P: Decisions & more, 2024",
        "P: Decisions & more, 2023-03",
    ]
    assert [entry.findtext("a:updated", "", atom) for entry in entries] == [
        "2025-01-01T00:00:00Z",
        "2024-01-18T00:00:00Z",
        "2024-01-01T00:00:00Z",
        "2023-03-01T00:00:00Z",
    ]
    assert root.findtext("a:updated", "", atom) == "2025-01-01T00:00:00Z"
    ids = [entry.findtext("a:id", "", atom) for entry in entries]
    assert len({*ids, root.findtext("a:id", "", atom)}) == 5
    assert all(identifier.startswith("urn:uuid:") for identifier in ids)
    words = [entry.findtext("a:summary", "", atom) for entry in entries]
    assert words[1] == "Dataset d as of 2024-01-18, 7 rows. Said so. Source: P."
    assert "The day is not known." in words[0]


def test_feed_is_the_same_whatever_the_order_and_ids_outlive_a_move() -> None:
    found = [vintage("2023-03"), vintage("2024-01-18"), vintage("2024-01-18", "e")]
    here = feed.feed(found)
    assert feed.feed(found[::-1]) == here
    there = feed.feed(found, url="https://x.invalid/r/")
    assert re.findall("<id>.*?</id>", there) == re.findall("<id>.*?</id>", here)
    assert 'rel="self" type="application/atom+xml" href="https://x.invalid/r/feed.xml"' in there
    assert "http" not in here.replace('xmlns="http://www.w3.org/2005/Atom"', "")


def test_feed_says_what_is_not_in_use() -> None:
    text = feed.feed([vintage("2023-03")], {("d", "2023-03"): "a total fell by half"})
    assert "Not in use: a total fell by half." in text


def test_icons_are_pictures_of_the_drawn_one(tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "assets").mkdir()
    assert favicons.write(tmp_path) == []
    shutil.copy(ROOT / "assets" / "favicon.svg", tmp_path / "assets")
    first = favicons.write(tmp_path)
    content = [path.read_bytes() for path in first]
    assert [path.read_bytes() for path in favicons.write(tmp_path)] == content
    sizes = [Image.open(path).size for path in first]
    assert sizes == [(32, 32), (180, 180)]
    large = Image.open(first[1]).convert("RGBA")
    assert large.getpixel((0, 0))[3] == 0, "round corners"
    assert large.getpixel((90, 10)) == (10, 90, 120, 255), "the ground"
    assert large.getpixel((round(13 * 180 / 32), 90)) == (255, 255, 255, 255), "a stroke"
    assert max(map(len, content)) < 8_000


CARD = """<html lang="{}"><head><meta name="description" content="All &amp; more"><title>T</title>
</head><body><span class="navbar-title">Site</span><h1 class="title">A <em>b</em>  c</h1>
<figure class="ar-chart" id="x" data-chart="x"></figure></body></html>"""


def test_what_a_card_says() -> None:
    assert opengraph.read(CARD.format("en")) == opengraph.Card("Site", "A b c", "All & more", "x")
    assert opengraph.read(CARD.format("de")).chart == "", "the words of charts are English"


def test_cards_are_the_same_every_time_and_of_the_size_wanted() -> None:
    from PIL import Image

    from test_charts_samples import rates

    for chart in (None, rates()):
        card = opengraph.Card("Site", "How often is protection granted?", "Words " * 12)
        drawn = opengraph.draw(card, chart)
        assert drawn == opengraph.draw(card, chart)
        assert Image.open(io.BytesIO(drawn)).size == (1200, 630)
        assert len(drawn) < 60_000


def test_cards_are_kept_and_named_in_the_head(tmp_path: Path) -> None:
    site, cache, asked = tmp_path / "site", tmp_path / "cache", []
    site.mkdir()
    for name in ("index.html", "404.html"):
        (site / name).write_text(CARD.format("en"))

    def find(name: str) -> None:
        asked.append(name)

    url = "https://x.invalid/r/"
    pages = ["404.html", "index.html"]
    written = opengraph.write(site, pages, url, cache, find)
    assert written == [site / "assets" / "cards" / "index.png"]
    text = (site / "index.html").read_text()
    assert f'<meta property="og:image" content="{url}assets/cards/index.png">' in text
    assert '<meta property="og:title" content="A b c">' in text
    assert '<meta property="og:image:alt" content="A b c. All &amp; more">' in text
    assert "og:" not in (site / "404.html").read_text()
    opengraph.write(site, pages, url, cache, find)
    assert (site / "index.html").read_text() == text
    assert asked == ["x"], "drawn once"
    card = opengraph.Card("S", "T", "D")
    near = "".join(opengraph.tags(card, "notebooks/a.html", ""))
    assert 'content="../assets/cards/notebooks-a.png"' in near
    assert "og:url" not in near


def test_pages_link_feed_and_icons_once(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "notebooks").mkdir()
    shutil.copy(ROOT / "assets" / "favicon.svg", tmp_path / "assets")
    for name in ("index.html", "notebooks/a.html"):
        (tmp_path / name).write_text(CARD.format("de"))
    pages = ["index.html", "notebooks/a.html"]
    files = extras.write(tmp_path, pages, ROOT)
    assert {path.name for path in files} >= {"feed.xml", "favicon-32.png", "apple-touch-icon.png"}
    text = (tmp_path / "notebooks/a.html").read_text()
    assert 'type="application/atom+xml"' in text
    assert 'href="../feed.xml"' in text
    assert '<link rel="apple-touch-icon" href="../assets/apple-touch-icon.png">' in text
    extras.write(tmp_path, pages, ROOT)
    assert (tmp_path / "notebooks/a.html").read_text() == text
    entries = ET.parse(tmp_path / "feed.xml").getroot().findall("{*}entry")
    assert len(entries) == len(
        [one for one in store.vintages() if one.publisher.casefold() != feed.OURS]
    )
