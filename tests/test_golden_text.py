"""A page as text: what changes it, what does not, what it reads like, how it is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden import keep, page_text, tree

NAME = "notebooks/sample.html"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="script-src 'self' 'sha256-3fWsJttQoKCLS/8hwgZq5ZTYeBmbetMtSQ7uxM/3ne8='">
<meta name="description" content="What a sample says."><title>A sample</title>
<meta property="og:title" content="A sample, shown elsewhere">
<link rel="alternate" hreflang="de" href="../de/index.html">
<link rel="stylesheet" href="../assets/site.css"><script src="../assets/site.js" defer></script>
<script type="application/ld+json">{"name": "Sample", "@type": "Dataset"}</script>
</head><body class="nav-fixed"><header><nav><a class="x" href="../index.html">Home</a></nav></header>
<nav id="TOC"><a href="#one">One</a></nav>
<main class="content"><h1 class="title">Sample</h1>
<p>In 2023 it was <strong>29.0%</strong> of 1,658, see <a href="../methods.html#rates" class="a">methods</a>.</p>
<section class="level2"><h2 id="one">One</h2>
<div class="callout callout-style-default callout-note"><div>Careful</div><div><p>Partial year.</p></div></div>
<figure class="ar-chart" id="c" data-chart="c"><div class="ar-title">It fell</div>
<div class="ar-picture"><svg role="img" class="ar-wide"><title>It fell</title><desc>Bars, 2023 to 2025.</desc><path d="M0 1"/></svg>
<svg role="img" class="ar-narrow"><title>It fell</title><desc>Bars, 2023 to 2025.</desc><path d="M0 2"/></svg></div>
<div class="ar-note">Hollow: half a year.</div>
<details><summary>Table</summary><table><caption>It fell</caption><thead><tr><th scope="col">Year</th>
<th scope="col">n</th></tr></thead><tbody><tr><th scope="row">2023</th><td class="r">1,658</td></tr>
<tr><th scope="row">2024</th><td>4,067</td></tr></tbody></table></details>
<a href="../figures/c.csv" download>CSV</a></figure>
<p><img src="../assets/map.png" alt="A map of destinations"> <span class="ar-verdict-confirmed">Confirmed</span>
<button type="button" aria-label="Show all">+</button>
<svg aria-hidden="true"><path d="M1 1"/></svg></p><noscript>Needs a script</noscript><ul><li>first</li><li lang="de">zweitens</li></ul>
<pre><code>a  = 1
b = 2</code></pre></section></main>
<footer>Figures by UNHCR</footer></body></html>"""  # noqa: E501

SEEN = {
    "language": ('<html lang="en"', '<html lang="de"'),
    "title": ("<title>A sample<", "<title>Another sample<"),
    "description": ("What a sample says.", "What another says."),
    "words shown elsewhere": ("A sample, shown elsewhere", "Shown elsewhere"),
    "another language's address": ("../de/index.html", "../fr/index.html"),
    "data for machines": ('"name": "Sample"', '"name": "Other"'),
    "heading": (">One</h2>", ">Two</h2>"),
    "level of a heading": ('<h2 id="one">One</h2>', '<h3 id="one">One</h3>'),
    "anchor": ('<h2 id="one">', '<h2 id="two">'),
    "figure in a sentence": ("29.0%", "29.1%"),
    "target of a link": ("../methods.html#rates", "../models.html#rates"),
    "anchor of a link": ("methods.html#rates", "methods.html#rate"),
    "kind of callout": ("callout-note", "callout-warning"),
    "name of a chart": ('data-chart="c"', 'data-chart="d"'),
    "title of a chart": ('<div class="ar-title">It fell', '<div class="ar-title">It rose'),
    "one alternative text": ("<desc>Bars, 2023 to 2025.</desc>", "<desc>Bars.</desc>"),
    "note": ("Hollow: half a year.", ""),
    "cell": ("<td>4,067</td>", "<td>4,068</td>"),
    "row": ('<tr><th scope="row">2024</th><td>4,067</td></tr>', ""),
    "heading of a column": ('<th scope="col">n</th>', '<th scope="col">cases</th>'),
    "role of a heading": ('<th scope="col">n</th>', "<td>n</td>"),
    "download": ("../figures/c.csv", "../figures/d.csv"),
    "text of a picture": ('alt="A map of destinations"', 'alt=""'),
    "picture": ("map.png", "other.png"),
    "verdict": ("ar-verdict-confirmed", "ar-verdict-caveat"),
    "name of a button": ('aria-label="Show all"', 'aria-label="+"'),
    "language of a phrase": ('<li lang="de">', "<li>"),
    "code": ("a  = 1", "a  = 2"),
    "what stands there without scripts": ("Needs a script", "Needs two"),
}
UNSEEN = {
    "hash": ("sha256-3fWsJ", "sha256-4gXtK"),
    "drawing": ("M0 1", "M7 7"),
    "classes of the publisher": ('class="nav-fixed"', 'class="nav-fixed slim"'),
    "class of a cell": ('<td class="r">', "<td>"),
    "wrapper": ("<p>Partial year.</p>", "<div><p>Partial year.</p></div>"),
    "white space": ("<p>Partial year.</p>", "<p>\n  Partial\n  year.</p>"),
    "order of attributes": ('id="c" data-chart="c"', 'data-chart="c" id="c"'),
    "table of contents": ('<a href="#one">One</a>', '<a href="#one">1 One</a>'),
    "icon": ("M1 1", "M2 2"),
    "quotes": ('<h2 id="one">', "<h2 id='one'>"),
}
FRAME = {
    "policy": ("script-src 'self'", "script-src *"),
    "style sheet": ("site.css", "other.css"),
    "script": ("site.js", "other.js"),
    "menu": ('href="../index.html">Home', 'href="../about.html">Home'),
    "footer": ("Figures by UNHCR", "Figures by others"),
}


def _changed(change: tuple[str, str]) -> str:
    assert change[0] in PAGE
    return PAGE.replace(*change, 1)


@pytest.mark.parametrize("what", SEEN)
def test_it_sees(what: str) -> None:
    now = page_text.of_page(_changed(SEEN[what]), NAME)
    assert keep.difference("sample", page_text.of_page(PAGE, NAME), now)


@pytest.mark.parametrize("what", UNSEEN)
def test_it_does_not_see(what: str) -> None:
    now = _changed(UNSEEN[what])
    assert page_text.of_page(now, NAME) == page_text.of_page(PAGE, NAME)
    assert page_text.of_frame(now, NAME) == page_text.of_frame(PAGE, NAME)


@pytest.mark.parametrize("what", FRAME)
def test_around_the_page_it_sees(what: str) -> None:
    now = _changed(FRAME[what])
    assert page_text.of_frame(now, NAME) != page_text.of_frame(PAGE, NAME)
    assert page_text.of_page(now, NAME) == page_text.of_page(PAGE, NAME)


@given(st.randoms(use_true_random=False))
def test_the_order_of_attributes_never_matters(chance) -> None:
    def again(element: tree.Element | str) -> str:
        if isinstance(element, str):
            return element.replace("&", "&amp;").replace("<", "&lt;")
        keys = list(element.attributes.items())
        chance.shuffle(keys)
        head = "".join(f' {key}="{value.replace(chr(34), "&quot;")}"' for key, value in keys)
        inside = "".join(again(child) for child in element.children)
        if not element.name:
            return inside
        end = "" if element.name in tree.VOID else f"</{element.name}>"
        return f"<{element.name}{head}>{inside}{end}"

    shuffled = again(tree.parse(PAGE))
    assert page_text.of_page(shuffled, NAME) == page_text.of_page(PAGE, NAME)


@given(st.integers(0, 199), st.integers(1, 9), st.sampled_from([30, 200]))
def test_each_cell_of_a_short_or_a_long_table_counts(row: int, more: int, rows: int) -> None:
    def page(values: list[int]) -> str:
        cells = "".join(f"<tr><td>y{k}</td><td>{v}</td></tr>" for k, v in enumerate(values))
        return page_text.of_page(f"<main><table>{cells}</table></main>", NAME)

    values = list(range(rows))
    now = [v + more if k == row % rows else v for k, v in enumerate(values)]
    assert page(values) != page(now)
    assert len(page([0] * 200)) < 800, "long tables take little space"
    assert page_text.in_short(page(values)) != page_text.in_short(page(now))


def test_how_it_reads() -> None:
    lines = page_text.of_page(PAGE, NAME).splitlines()
    assert "In 2023 it was 29.0% of 1,658, see [methods](methods.html#rates)." in lines
    assert "## One (#one)" in lines
    assert "    | 2024 | 4,067" in lines
    assert "  alt: <title>. Bars, 2023 to 2025" in lines
    assert "![A map of destinations](assets/map.png) {.ar-verdict-confirmed} Confirmed" in " ".join(
        lines
    )
    assert "    a  = 1" in lines, "code keeps its spaces"
    assert not [line for line in lines if "M0" in line or "sha256" in line]


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("germany.html", "notebooks/germany.html"),
        ("../", "."),
        ("../index.html#a", "index.html#a"),
        ("#here", "#here"),
        ("../assets/site.3f2a91bc.css", "assets/site.*.css"),
        ("https://example.org/a", "https://example.org/a"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("../a.html?chart=x", "a.html?chart=x"),
    ],
)
def test_links_are_written_from_the_root(address: str, target: str) -> None:
    text = page_text.of_page(f'<main><p><a href="{address}">x</a></p></main>', NAME)
    assert text.splitlines()[-1] == f"[x]({target})"


def test_a_difference_says_what_changed_and_how_to_accept_it() -> None:
    said = keep.difference("a/b", "one\ntwo\n", "one\nthree\n")
    assert "-two" in said
    assert "+three" in said
    assert said.endswith("python tools/accept.py pages a/b")
    long = keep.difference("a", "", "\n".join(map(str, range(500))))
    assert "more lines" in long
    assert len(long.splitlines()) < 70
    assert keep.difference("a", "same", "same") == ""


def test_accepting_writes_removes_and_says_so(tmp_path: Path) -> None:
    first = {"index": "1\n", "de/index": "2\n", "de/more": "3\n"}
    assert keep.accept_pages(first, (), tmp_path) == ["new: de/index", "new: de/more", "new: index"]
    assert keep.accepted_pages(tmp_path) == first
    assert keep.accept_pages(first, (), tmp_path) == []
    second = {"index": "one\n", "de/index": "two\n"}
    assert keep.accept_pages(second, ["de/index.html"], tmp_path) == ["changed: de/index"]
    assert keep.accept_pages(second, ["de"], tmp_path) == ["gone: de/more"]
    assert keep.accepted_pages(tmp_path) == {"de/index": "two\n", "index": "1\n"}
    with pytest.raises(KeyError, match="nowhere"):
        keep.accept_pages(second, ["nowhere"], tmp_path)
    assert keep.accept_pages(second, (), tmp_path) == ["changed: index"]
