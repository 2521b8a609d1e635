"""What post-processing makes of pages by either publisher."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from asylum_report.errors import BuildError
from asylum_report.publish import icons, markup, policy, postprocess

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
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; "
        "object-src 'none'; base-uri 'self'; form-action 'none'; frame-src 'self'"
    )
    assert page.index("Content-Security-Policy") < page.index("<title>")


def test_policy_of_the_builtin_allows_no_inline_style() -> None:
    assert "style-src 'self';" in policy.policy("<p></p>", inline_styles=False)


def test_head_gets_description_font_and_address() -> None:
    page = of(QUARTO, has=frozenset([postprocess.MAIN_FONT]), url="https://x.invalid/r/")
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
