"""Spelling of everything that people read, in English, German, French and Russian.

hunspell knows the languages, ``tests/golden/words/`` the project's own words: names, terms,
tools. A word of those lists that no text uses any more has to go.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import prose
import spelling
from conftest import ROOT

LANGUAGE = pytest.mark.parametrize("language", prose.LANGUAGES)


@pytest.fixture(scope="module")
def passages() -> list[prose.Passage]:
    return prose.everything(ROOT)


@pytest.fixture(scope="module")
def found(passages: list[prose.Passage]) -> dict[str, dict[str, list[str]]]:
    return spelling.collect(passages)


def _own(language: str) -> list[str]:
    return spelling.read(ROOT / spelling.FOLDER / f"{language}.txt")


def need(language: str) -> None:
    """Skip, or fail where continuous integration may skip nothing."""
    if spelling.dictionary(language) is None:
        why = f"no hunspell with a dictionary of the language {language} on this machine"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"{why}, and CI may not skip spelling")
        pytest.skip(why)


@LANGUAGE
def test_every_word_is_known(found: dict[str, dict[str, list[str]]], language: str) -> None:
    need(language)
    there = found.get(language, {})
    assert len(there) > 10, "texts of this language are read"
    wrong = spelling.misspelt(there, language, _own(language))
    said = "\n".join(f"{places}: {word}" for word, places in wrong.items())
    assert not wrong, f"\n{said}\nA right word: python tools/accept.py words {language} WORD"


@LANGUAGE
def test_own_words_are_used_and_sorted(
    found: dict[str, dict[str, list[str]]], language: str
) -> None:
    own = _own(language)
    assert own == spelling.in_order(own)
    assert [word for word in own if not word or word != word.strip()] == []
    assert spelling.unused(found.get(language, {}), own) == [], "python tools/accept.py words"


def test_texts_of_every_kind_are_read(passages: list[prose.Passage]) -> None:
    places = {passage.where.split(",")[0].split(":")[0] for passage in passages}
    for name in (
        "methods.qmd", "ru/index.qmd", "README.md", "docs/charts.md", "report/brief.qmd",
        "notebooks/germany.ipynb", "data/reference/corrections.yml", "chart germany-outcomes",
        "tests/golden/pages/notebooks/trends.txt",
    ):  # fmt: skip
        assert name in places, name


# --------------------------------------------------------------------- what is prose


def _words(markdown: str, language: str = "en") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for passage in prose.of_markdown(markdown, "x", language):
        found.setdefault(passage.language, []).extend(prose.words(passage.text))
    return found


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("A mistaake in *emphaasis*, a [liink](targget.qmd#plaace).", "mistaake emphaasis liink"),
        ("Run `asylum-report refreesh` or ``a ` b``.", ""),
        ("```python\nmistaake = 1\n```\nthen", ""),
        ("In 2025 {{< var de.y2025.protectiion >}} of them", ""),
        ("::: {.callout-note title=\"Formulaa\"}\ntext\n:::", "Formulaa"),
        ('---\ntitle: "A titlle"\nlang: en\n---\n\nbody', "titlle"),
        ("[Zahhl]{.term lang=de}", ""),
        ("see https://exammple.org/paath and files_naame.csv, data.frrame", ""),
        ("<span class=\"claass\">insiide</span>", "insiide"),
        ("    codde\n\ntext", ""),
        ("- item\n  goees on", "goees"),
        ("UNHCR, EU27s, GitHub, pp. x2, *x*~ijj~", ""),
        ("Germaany's well-knoown “quotees”", "Germaany's knoown quotees"),
    ],
)  # fmt: skip
def test_prose_is_what_people_read(markdown: str, words: str) -> None:
    right = {*_words("A in and a Run or then In of them text body see files item on pp well")["en"]}
    found = [word for word in _words(markdown)["en"] if word not in right]
    assert found == words.split()


def test_a_phrase_in_another_language_is_held_against_that() -> None:
    found = _words('The [bereinigte Schutzquote]{lang="de"} is it')
    assert found == {"en": ["The", "is", "it"], "de": ["bereinigte", "Schutzquote"]}


def test_language_of_a_file() -> None:
    assert prose.language_of("methods.qmd") == "en"
    assert prose.language_of("ru/index.qmd") == "ru"
    assert prose.language_of("report/brief.fr.qmd") == "fr"
    assert prose.language_of("data/reference/language/de.yml") == "de"
    assert prose.language_of("x.qmd", '---\ntitle: "x"\nlang: fr\n---\n') == "fr"


def test_a_line_says_where() -> None:
    found = list(prose.of_markdown("one\n\nthree", "page.qmd", "en"))
    assert [p.where for p in found if p.text] == ["page.qmd:1", "page.qmd:3"]
    data = {"terms": [{"en": "two words", "de": "zwei Wörter", "id": "x"}]}
    found = list(prose.of_yaml(data, "g.yml", "en"))
    assert {(p.language, p.text) for p in found} == {("en", "two words"), ("de", "zwei Wörter")}
    found = list(prose.of_yaml({"rate": "Quote"}, "data/reference/language/de.yml", "de"))
    assert [(p.language, p.text) for p in found] == [("de", "Quote")]


def test_of_an_accepted_page_sentences_are_read() -> None:
    text = (
        "page: de/x.html\nlang: de\ntitle: Titel – Asylum Report\n\n# Kopf (#anker)\n"
        "table:\n  | Zelle | 3\n  alt: Zwei Linien\ncode:\n    kode = 1\n[Weiter](de/y.html)\n"
    )
    found = [p.text for p in prose.of_accepted(text, "x") if p.text]
    assert found == ["Titel", "# Kopf (#anker)", "Zwei Linien", "Weiter"]
    assert list(prose.words("# Kopf (#anker)")) == ["Kopf"]


# ----------------------------------------------------------------------- what is right


@pytest.mark.parametrize(
    ("language", "right", "wrong"),
    [
        ("en", "colour organisation Germany's asylum", "colourr recieve"),
        ("en", "behaviour", "color"),
        ("de", "Schutzquote Asylanträge Einberufung", "Asylantäge"),
        ("fr", "l'asile d'origine qu'elle protégées", "protegées l'azile"),
        ("ru", "убежище решений защита", "убежещи"),
    ],
)
def test_dictionaries_tell_right_from_wrong(language: str, right: str, wrong: str) -> None:
    need(language)
    passages = [prose.Passage("x:1", language, f"{right} {wrong}")]
    found = spelling.collect(passages)[language]
    said = spelling.misspelt(found, language, ["Schutzquote"])
    assert {*said} == {form for word in wrong.split() for form in spelling.forms(word, language)}
    assert set(said.values()) == {"x:1"}


def test_own_words_count_as_written_or_at_the_beginning_of_a_sentence() -> None:
    assert spelling.known("Smalldocs", frozenset({"smalldocs"}))
    assert spelling.known("smalldocs", frozenset({"smalldocs"}))
    assert not spelling.known("kalman", frozenset({"Kalman"}))


def test_own_words_that_nobody_uses_are_named() -> None:
    assert spelling.unused({"Typst": ["x"], "uv": ["x"]}, ["Typst", "typst", "uv", "xdist"]) == [
        "xdist"
    ]


def test_words_in_another_script_are_asked_in_their_language() -> None:
    found = spelling.collect(
        [prose.Passage("x", "en", "the Мир"), prose.Passage("y", "ru", "и the")]
    )
    assert found == {"en": {"the": ["x", "y"]}, "ru": {"Мир": ["x"]}}


def test_without_a_dictionary_the_test_is_skipped_by_name_and_in_ci_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spelling, "dictionary", lambda _: None)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="language ru"):
        need("ru")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="may not skip"):
        need("ru")
    with pytest.raises(LookupError):
        spelling.unknown_to_hunspell("ru", ["x"])


def test_lists_are_written_sorted(tmp_path: Path) -> None:
    path = tmp_path / "new" / "en.txt"
    spelling.write(path, ["uv", "Typst", "typst", "uv"])
    assert path.read_text("utf-8") == "typst\nTypst\nuv\n"
    assert spelling.read(path) == ["typst", "Typst", "uv"]
