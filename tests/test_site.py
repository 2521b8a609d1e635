"""The real site, built once by the built-in publisher: every page as it is on disk."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from asylum_report.publish import markup, postprocess
from conftest import ROOT

# One worker builds the site and looks at it.
pytestmark = [pytest.mark.site, pytest.mark.xdist_group("site")]

PAGES = (
    "index.html",
    "de/index.html",
    "fr/index.html",
    "ru/index.html",
    "dashboard.html",
    "claims.html",
    "notebooks/applications.html",
    "notebooks/recognition.html",
    "notebooks/germany.html",
    "notebooks/france.html",
    "notebooks/united-states.html",
    "notebooks/across-countries.html",
    "notebooks/trends.html",
    "notebooks/turning-points.html",
    "notebooks/the-lottery.html",
    "notebooks/outlook.html",
    "notebooks/after-the-appeal.html",
    "notebooks/revisions.html",
    "methods.html",
    "models.html",
    "glossary.html",
    "data.html",
    "downloads.html",
    "about.html",
    "404.html",
)


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
    language = name.partition("/")[0] if name[:3] in ("de/", "fr/", "ru/") else "en"
    assert [tag.get("lang") for tag in tags if tag.name == "html"] == [language]
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
