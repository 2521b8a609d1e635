"""Sentences that say where figures went are true and there; else their pages say so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from asylum_report import language, paths
from asylum_report.errors import BuildError
from asylum_report.publish import directions, fingerprint, notices, site

ROOT = paths.root()

WENT = re.compile(
    r"\b(fell|rose|risen|doubled|tripled|halved|lowest|highest|sank|sanken|stieg|gesunken|gestiegen"
    r"|verdoppelt|zurückging|höchste|niedrigste|baissé|reculé|reculait|augmenté|doublé|culminé"
    r"|plus bas|plus élevé)\b|снизил|вырос|самы[йм] (высок|низк)",
    re.IGNORECASE,
)
"""Words that say where a figure went, as the report's sentences have them."""

FOLLOWS = ("The ratio is highest in {lottery.most.name}",)
"""Sentences with such a word whose words follow the figures: what is highest is a number, too."""


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    return directions.known_values(ROOT)


@pytest.fixture(scope="module")
def entries() -> tuple[directions.Direction, ...]:
    return directions.read(ROOT)


def test_every_sentence_of_the_list_is_there_and_true(entries, values):
    assert len(entries) > 30
    assert directions.check(ROOT, values) == []


def test_each_condition_can_fail(entries, values):
    for one in entries:
        for condition in one.holds:
            assert directions.holds(condition, values), condition
            left, sign, right = re.fullmatch(r"(.+?) (<=|>=|<|>|=) (.+)", condition).groups()
            other = {"<": ">", ">": "<", "<=": ">", ">=": "<"}.get(sign)
            turned = f"{right} {sign} {left}" if not other else f"{left} {other} {right}"
            if sign != "=":
                assert not directions.holds(turned, values), condition


def test_sentences_with_such_words_are_in_the_list(entries):
    loose = []
    for path in fingerprint.files(ROOT, *fingerprint.PAGES, "notebooks/*.ipynb", "report/*.qmd"):
        page = path.relative_to(ROOT).as_posix()
        text = directions.text_of(ROOT, page)
        spans = [
            (at, at + len(part))
            for one in entries
            for part in map(directions.flat, one.said.get(page, ()))
            for at in [text.find(part)]
        ]
        end = 0
        for sentence in re.split(r"(?<=[.;:!?])\s+(?=[A-ZА-ЯÀ-Ü\[*#:-])", text):
            start = text.index(sentence, end)
            end = start + len(sentence)
            told = any(a < end and b > start for a, b in spans)
            has_figure = re.search(r"\{[a-z]\w*\.", sentence)
            if WENT.search(sentence) and has_figure and not told:
                loose += [] if sentence.startswith(FOLLOWS) else [f"{page}: {sentence}"]
    assert not loose, f"add to {directions.PLACE}: {loose}"


@pytest.mark.parametrize(
    ("name", "value", "page"),
    [
        ("de.y2025.protection", 0.31, "index.qmd"),
        ("fr.y2022.protection", 0.20, "across-countries.ipynb"),
        ("de.y2025.rejected", 900, "report/brief.qmd"),
        ("turning.invasion.after", 500.0, "notebooks/turning-points.ipynb"),
        ("fr.trend_2023_2025.ci", [0.01, 0.09], "index.qmd"),
        ("eu_plus.monthly.peak_month", "2021-09", "index.qmd"),
    ],
)
def test_a_figure_that_turned_is_named_in_one_line(values, name, value, page):
    moved = directions.check(ROOT, {**values, name: value})
    [line, *_] = [one.line() for one in moved if one.page.endswith(page)]
    assert "\n" not in line
    assert line.startswith("the figures no longer bear out '")
    assert name in line
    assert "the sentence, in every language, and its entry" in line
    told = str(value[0] if isinstance(value, list) else value).removesuffix(".0")
    assert told in line, line


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "data" / "reference").mkdir(parents=True)
    (tmp_path / "index.qmd").write_text(
        "It **rose** from {{< var in_de.a.first >}}\nto {{< var a.last >}}, people’s figures.\n",
        encoding="utf-8",
    )
    return tmp_path


def listed(root: Path, text: str) -> None:
    (root / directions.PLACE).write_text(text, encoding="utf-8")


GOOD = """
- holds:
    - a.last > 1.5 * a.first
    - low(a.ci) > 0
    - a.word = 'none'
    - highest(a.?irst, a.last) < 5
  said: {index.qmd: ["It **rose** from {a.first} to {a.last}, people's"]}
"""
KNOWN = {"a.first": 2, "a.last": 4, "a.ci": [0.5, 3], "a.word": "none"}


def test_figures_line_ends_apostrophes_and_languages_do_not_matter(small):
    assert directions.check(small, KNOWN) == []  # no list: nothing to check
    listed(small, GOOD)
    assert directions.check(small, KNOWN) == []


@pytest.mark.parametrize(
    ("text", "known", "told"),
    [
        (GOOD, {"a.last": 3}, "first does not hold (a.last is 3, 1.5 * a.first is 3)"),
        (GOOD, {"a.ci": [-1, 3]}, "low(a.ci) > 0 does not hold (low(a.ci) is -1)"),
        (GOOD.replace("'none'", "5"), {"a.word": "x"}, "a.word = 5 does not hold"),
    ],
)
def test_what_does_not_hold_is_told_with_its_figures(small, text, known, told):
    listed(small, text)
    [one] = directions.check(small, KNOWN | known)
    assert one.page == "index.qmd"
    assert told in one.why


@pytest.mark.parametrize(
    ("text", "known", "told"),
    [
        (GOOD.replace("rose", "fell"), {}, "a sentence of data/reference/directions.yml is not on"),
        (GOOD.replace("index", "gone"), {}, "there is no page 'gone.qmd'"),
        (GOOD, {"a.last": None}, "there is no number 'a.last' any more"),
        (GOOD.replace("a.?irst, a.last", "b.*"), {}, "there is no number 'b.*' any more"),
        (GOOD.replace(" > 1.5", " and 1.5"), {}, "is not understood"),
        (GOOD.replace("low(a.ci)", "low a.ci"), {}, "is not understood"),
        (GOOD.replace("a.word =", "a.word <").replace("'none'", "5"), {}, "compares unlike things"),
        ("- holds: []\n  said: {index.qmd: [It]}", {}, "no condition or no sentence"),
        ("- holds: [a.b > 1]\n  said: {}", {}, "no condition or no sentence"),
        ("- [", {}, "cannot be read"),
        ("- holds: [a.b > 1]", {}, "cannot be read"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(small, text, known, told):
    listed(small, text)
    with pytest.raises(BuildError) as caught:
        directions.check(small, KNOWN | known)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_page_says_which_words_the_figures_no_longer_bear_out(sample, monkeypatch):
    """The figures stay the newest, and nobody has to mend words before a site can be built."""
    words = "Of these, {de.rate}"
    listed(sample, f"- holds: [de.rate < 0.2]\n  said: {{notebooks/one.ipynb: ['{words}']}}\n")
    monkeypatch.setattr(directions, "known_values", lambda root: {"de.rate": 0.2895})
    done = site.build("builtin", root=sample)
    [line] = [one for one in done.warnings if "no longer bear out" in one]
    assert line.startswith(
        f"the figures no longer bear out '{words}': de.rate < 0.2 does not hold (de.rate is "
        "0.2895) (notebooks/one.ipynb); the page says so"
    )
    page = (sample / "_site" / "notebooks" / "one.html").read_text(encoding="utf-8")
    assert notices.OUTDATED in page
    assert "Of these, …" in page
    # Somebody has mended sentence and entry.
    listed(sample, f"- holds: [de.rate > 0.2]\n  said: {{notebooks/one.ipynb: ['{words}']}}\n")
    assert not site.build("builtin", root=sample).warnings
    page = (sample / "_site" / "notebooks" / "one.html").read_text(encoding="utf-8")
    assert notices.OUTDATED not in page


@pytest.mark.parametrize("lang", ["en", "de", "fr", "ru"])
def test_the_brief_says_it_below_its_title(lang):
    page = "report/brief.qmd" if lang == "en" else f"report/brief.{lang}.qmd"
    moved = [directions.Moved(page, "it **fell** to {a.b}", "a.b < 1 does not hold (a.b is 2)")]
    text = notices.inserted(page, "---\ntitle: X\n---\n\n# Head\n\nText.\n", [], moved)
    told = language.phrase(notices.OUTDATED, lang)
    assert text.index("# Head") < text.index(f"**{told}:** it fell to …") < text.index("Text.")
    assert notices.inserted("claims.qmd", "Text.", [], moved) == "Text."
