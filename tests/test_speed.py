"""A strict policy on every page, and what keeps the first view light.

How much it weighs is measured in ``tests/test_site_browser.py``, where every page is opened anyway.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from asylum_report import fonts
from asylum_report.publish import lighten, policy
from test_site import PAGES, tags_of

pytestmark = [pytest.mark.site, pytest.mark.xdist_group("site")]

SCRIPT_HASH = re.compile(r"'sha256-[A-Za-z0-9+/]{43}='")


@pytest.mark.parametrize("name", PAGES)
def test_policy_allows_the_site_alone(built: Path, name: str) -> None:
    tags = tags_of(built, name)
    metas = [tag for tag in tags if tag.get("http-equiv") == "Content-Security-Policy"]
    assert len(metas) == 1
    assert tags.index(metas[0]) < 5, "before anything that it governs"
    rules = dict(rule.split(" ", 1) for rule in metas[0].get("content").split("; "))
    assert rules["default-src"] == "'self'"
    assert rules["object-src"] == rules["form-action"] == "'none'"
    added = policy.ADDED.get(name, {})
    for kind, words in rules.items():
        for word in words.split():
            hashed = kind == "script-src" and SCRIPT_HASH.fullmatch(word)
            allowed = word in ("'self'", "'none'", *added.get(kind, ()))
            assert allowed or hashed, f"{kind} allows {word}"
    inline = [
        tag.text
        for tag in tags
        if tag.name == "script"
        and "src" not in tag.attributes
        and tag.get("type") in policy.JAVASCRIPT
    ]
    for text in inline:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in rules["script-src"]
    for tag in tags:
        assert tag.name != "style"
        assert "style" not in tag.attributes, tag.source()
        assert not [key for key in tag.attributes if key.startswith("on")], tag.source()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_comes_from_another_host(built: Path, name: str) -> None:
    """Links may lead away; what a page loads may not."""
    loading = {"script": ("src",), "img": ("src", "srcset"), "iframe": ("src",), "use": ("href",)}
    for tag in tags_of(built, name):
        keys = loading.get(tag.name, ())
        if tag.name == "link" and tag.get("rel") not in ("canonical", "alternate"):
            keys = ("href",)
        for key in keys:
            assert not urlsplit(tag.get(key)).netloc, tag.source()


def test_style_sheets_load_nothing_from_elsewhere(built: Path) -> None:
    for path in built.rglob("*.css"):
        text = path.read_text("utf-8")
        assert "@import" not in text, path
        for found in re.findall(r"url\(\s*[\"']?([^\"')]+)", text):
            inside = found.startswith("data:")
            assert inside or (path.parent / found).is_file(), f"{path.name}: {found}"


# ---------------------------------------------------------------- what makes pages light


def test_scripts_of_bootstrap_are_gone_and_search_comes_when_wanted(built: Path) -> None:
    assert not list(built.rglob("bootstrap*.js"))
    for name in PAGES:
        scripts = [tag for tag in tags_of(built, name) if tag.name == "script" and tag.get("src")]
        waiting = [tag for tag in scripts if "defer" not in tag.attributes]
        assert [tag.source() for tag in waiting if tag.get("type") != "module"] == []
        assert not [tag for tag in scripts if "fuse" in tag.get("src")]
        wanted = [tag.get("data-search") for tag in scripts if tag.get("data-search")]
        assert len(wanted) == 1
        assert ((built / name).parent / wanted[0]).is_file()


def test_theme_is_a_sixth_of_bootstrap(built: Path) -> None:
    sheets = list(built.glob("site_libs/themes/*.css"))
    assert sheets
    assert sum(path.stat().st_size for path in sheets) < 45_000


def test_rules_that_nothing_uses_go_and_others_stay() -> None:
    css = (
        '@charset "UTF-8";/*! Bootstrap v5.3, MIT */:root,.gone{--a:1px;--b:url("data:x;{}")}'
        ".kept,.gone>a{color:var(--a)}.gone:hover{x:y}"
        "@media (min-width:9px){.gone{x:y}.kept:not(.gone){x:y}}@media print{.gone{x:y}}"
        '.kept[data-x=".gone,{"]{content:"}"}a:is(.gone,.kept) b{x:y}'
        "@keyframes gone{from{x:y}}#there .kept{x:y}#nowhere{x:y}.a\\:b{x:y}/* words */p{x:y}"
    )
    light = lighten.prune(css, frozenset({"kept", "there"}))
    assert light == (
        '@charset "UTF-8";:root{--a:1px;--b:url("data:x;{}")}.kept{color:var(--a)}'
        '@media (min-width:9px){.kept:not(.gone){x:y}}.kept[data-x=".gone,{"]{content:"}"}'
        "a:is(.gone,.kept) b{x:y}@keyframes gone{from{x:y}}#there .kept{x:y}p{x:y}"
        "/*! Bootstrap v5.3, MIT */"
    )
    assert lighten.prune(light, frozenset({"kept", "there"})) == light
    assert ".a\\:b{x:y}" in lighten.prune(css, frozenset({"a:b"}))


def test_variables_that_nothing_reads_go() -> None:
    path = Path("x.css")
    css = ":root{--a:1px;--b:var(--c);--c:2px;--d:var(--e);--e:3px}p{x:var(--a)}"
    light = lighten.drop_variables({path: css}, "const x = getProperty('--b')")[path]
    assert light == ":root{--a:1px;--b:var(--c);--c:2px;}p{x:var(--a)}"


def test_classes_that_scripts_name_are_used(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<p id="here" class="one two"><script>"three"</script>')
    (tmp_path / "own.js").write_text('element.classList.add("four-five")')
    (tmp_path / "plotly.min.js").write_text('"six"')
    words = lighten.words(tmp_path)
    assert {"here", "one", "two", "three", "four-five"} <= words
    assert "six" not in words


@pytest.mark.parametrize("face", fonts.FACES, ids=lambda face: face.woff2)
def test_each_letter_is_in_one_file_of_a_face(face: fonts.Face) -> None:
    files = list(face.files().values())
    assert frozenset(map(ord, "Aa1—’−→äöüßéèàçœ%")) <= files[0]
    assert frozenset(map(ord, "ŁłšŞı")) <= files[-1]
    rules = [rule for rule in fonts.face_css() if face.family + '"' in rule and "@font" in rule]
    ranges = [rule.split("unicode-range:")[1] for rule in rules if face.woff2[:-6] in rule]
    listed = [
        point
        for text in ranges
        for part in text.rstrip("}").split(",")
        for a, _, b in [part.removeprefix("U+").partition("-")]
        for point in range(int(a, 16), int(b or a, 16) + 1)
    ]
    assert len(listed) == len(set(listed)), "a letter asks for one file"


def test_fonts_of_an_english_page_are_light(built: Path) -> None:
    first = [built / "assets" / "fonts" / face.woff2 for face in fonts.FACES]
    assert sum(path.stat().st_size for path in first) < 45_000
