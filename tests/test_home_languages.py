"""Home pages in German, French and Russian: as the English one, in every figure and part."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from asylum_report import language
from asylum_report.charts.library import chart
from asylum_report.charts.translated import translated, wanted
from asylum_report.language.display import COUNTED, SPELLED
from asylum_report.publish.variables import VARIABLE

ROOT = Path(__file__).parents[1]
LANGUAGES = language.LANGUAGES
NUMBERS: dict[str, dict[str, Any]] = json.loads(
    (ROOT / "data" / "processed" / "numbers.json").read_text(encoding="utf-8")
)


def home(lang: str) -> str:
    """Return the source of the home page in a language."""
    folder = ROOT if lang == "en" else ROOT / lang
    return (folder / "index.qmd").read_text(encoding="utf-8")


def names(lang: str) -> Counter[str]:
    return Counter(re.sub(r"^in_\w\w\.", "", name) for name in VARIABLE.findall(home(lang)))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_same_parts_and_same_numbers(lang: str) -> None:
    english, other = home("en"), home(lang)
    assert names(lang) == names("en")
    assert all(name.startswith(f"in_{lang}.") for name in VARIABLE.findall(other))
    for mark in (r"^#+ ", r"^:::+ \{\.[\w .-]+", r"\{\.ar-\w+"):
        find = re.compile(mark, re.MULTILINE)
        # English marks the way to the other languages, which leave themselves out.
        assert Counter(find.findall(other)) == Counter(find.findall(english)), mark
    assert f"lang: {lang}\n" in other
    # What the one links to, the other does; but each leaves out itself.
    links = [Counter(re.findall(r"\]\((?:\.\./)?([^)]*)\)", one)) for one in (english, other)]
    own, there = Counter([f"{lang}/index.qmd"]), Counter(["index.qmd"])
    assert links[0] - own == links[1] - there


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_figure_of_the_page_is_the_same(lang: str) -> None:
    def shown(which: str) -> Counter[Any]:
        text = home(which).split("\n---\n", 1)[1]
        text = re.sub(r"\]\([^)]*\)|\{\{< include.*?>\}\}|\{[.#][^}]*\}", " ", text)
        typed = VARIABLE.sub(" ", text)
        return Counter(language.numbers_in(typed, which))

    assert shown(lang) == shown("en")  # years, ages, percentiles
    for name in names(lang):
        number = NUMBERS[name]
        if number["unit"] != "date":
            word = number["display"]
            if word in COUNTED and (words := SPELLED.get((number["unit"], lang))):
                said = language.display(number, lang).replace("\u00a0", " ")
                assert said == words[int(COUNTED[word])]
                continue
            english = language.numbers_in(COUNTED.get(word, word), "en")
            assert language.numbers_in(language.display(number, lang), lang) == english


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_chart_is_in_the_language(lang: str) -> None:
    (name,) = re.findall(r"_charts/([\w-]+)\.md", home(lang))
    assert name.endswith(f"-{lang}")
    base = name.removesuffix(f"-{lang}")
    english = chart(base)
    (own,) = wanted([name, base, "no-such-chart-de"], {base: english}).values()
    assert own == translated(english, lang)
    assert own.name == name
    assert own.lang == lang
    for field in ("title", "subtitle", "alt", "note"):
        said = getattr(own, field)
        assert Counter(language.numbers_in(said, lang)) == Counter(
            language.numbers_in(getattr(english, field), "en")
        )
        assert not re.search(r"\b(the|of|and|with|year)\b", said)
    assert [one.y for one in own.series] == [one.y for one in english.series]
    assert [one.date for one in own.events] == [one.date for one in english.events]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_links_say_their_language(lang: str) -> None:
    for target, attributes in re.findall(r"\]\((\.\./[^)]*)\)(\{[^}]*\})?", home(lang)):
        assert "hreflang=" in attributes, target
        if target.endswith(".ipynb") or "#" in target:
            assert "hreflang=en" in attributes, target
    for other in {"en", *LANGUAGES} - {lang}:
        assert re.search(rf"lang={other} hreflang={other}", home(lang))


def test_built_pages_are_in_their_language(built: Path) -> None:
    for lang in LANGUAGES:
        page = (built / lang / "index.html").read_text(encoding="utf-8")
        assert re.search(rf'<html[^>]*\blang="{lang}"', page)
        assert "in_" + lang not in page
        assert f'<figure class="ar-chart" id="what-happened-{lang}"' in page
        shown = language.display(NUMBERS["de.y2025.protection"], lang)
        assert shown in page.replace("&nbsp;", "\u00a0")
        for other in ("", "de.", "fr.", "ru."):
            assert f'href="../brief.{other}pdf"' in page
        for address in re.findall(r'(?:href|src)="(\.\./[^"#?]+)', page):
            assert (built / lang / address).exists(), address
        for kind in ("svg", "png", "csv", "json"):
            assert (built / "figures" / f"what-happened-{lang}.{kind}").is_file()
    for other in ("", "de.", "fr.", "ru."):
        assert (built / f"brief.{other}pdf").read_bytes()[:5] == b"%PDF-"
