"""The brief in four languages: the same numbers, nothing missing, nothing over its edge."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pypdf
import pytest

from asylum_report import language
from asylum_report.charts.library import chart
from asylum_report.charts.translated import translated
from asylum_report.charts.words import apostrophes
from asylum_report.errors import BuildError
from asylum_report.language.display import COUNTED, SPELLED
from asylum_report.publish import brief, brief_data
from asylum_report.publish.variables import VARIABLE
from test_brief import MM, fonts, structure

ROOT = Path(__file__).parents[1]
NUMBERS = json.loads((ROOT / brief_data.NUMBERS).read_text(encoding="utf-8"))
MARK = {"de": "Nur etwa", "fr": "Environ janvier", "ru": "Примерно"}


def staged(folder: Path) -> Path:
    """Return a staged project with the real text, numbers and layout."""
    for path in (ROOT / "report").iterdir():
        if path.is_file():
            (folder / "report").mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / "report" / path.name)
    (folder / "data" / "processed").mkdir(parents=True)
    shutil.copyfile(ROOT / brief_data.NUMBERS, folder / brief_data.NUMBERS)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the four briefs, made once, by language."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SOURCE_DATE_EPOCH", raising=False)
        stage = staged(tmp_path_factory.mktemp("briefs") / "stage")
        return {
            lang: brief.build_brief(stage, stage / "out", lang=lang) for lang in brief.LANGUAGES
        }


def text_of(lang: str) -> str:
    return (ROOT / brief.source(lang)).read_text(encoding="utf-8")


def names_in(lang: str) -> Counter[str]:
    """Return the names of the numbers that a text uses, in prose and in calls, how often."""
    prose = (re.sub(r"^in_\w\w\.", "", name) for name in VARIABLE.findall(text_of(lang)))
    return Counter(prose) + Counter(re.findall(r'#num\("([^"]+)"\)', text_of(lang)))


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_texts_have_the_same_structure(lang: str) -> None:
    english, other = text_of("en"), text_of(lang)
    assert names_in(lang) == names_in("en")
    for mark in (r"^#+ ", r"^:::+ \w+", r"^\*\*", r"^#\w[\w-]*\(", r"^\d\. ", r'tile\("\w+"'):
        find = re.compile(mark, re.MULTILINE)
        assert Counter(find.findall(other)) == Counter(find.findall(english)), mark
    calls = [brief_data.chart_calls(one, "") for one in (english, other)]
    assert [one.name for one in calls[0]] == [one.name for one in calls[1]]
    assert set(VARIABLE.findall(other)) == {f"in_{lang}.{name}" for name in names_in(lang)
                                            if f".{name} " in other}  # fmt: skip


@cache
def words(pdf: Path) -> list[list[tuple[float, float, float, float, str]]]:
    """Return the words of each page with their boxes."""
    if shutil.which("pdftotext") is None:
        pytest.fail("pdftotext is not installed (poppler-utils)")
    done = subprocess.run(
        ["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, text=True, check=True
    )
    box = re.compile(
        r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>'
    )
    return [
        [(float(a), float(b), float(c), float(d), e) for a, b, c, d, e in box.findall(page)]
        for page in done.stdout.split("<page ")[1:]
    ]


@cache
def plain(pdf: Path) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages)


def shown(pdf: Path, lang: str) -> Counter[Decimal]:
    """Return every number of a brief, how often: of prose, tiles, tables, notes and alt texts."""
    text = re.sub(r"v?0\.\d+\.\d+|CC BY 4\.0", "", plain(pdf))  # versions are no numbers
    text = re.sub(r"(\d{4})-\d\d-(\d\d)", r"\1 \2", text)  # months are words elsewhere
    alts = " ".join(alts_of(pdf))
    return Counter(language.numbers_in(text, lang)) + Counter(language.numbers_in(alts, lang))


@cache
def alts_of(pdf: Path) -> list[str]:
    elements = structure(pypdf.PdfReader(pdf).trailer["/Root"]["/StructTreeRoot"]["/K"], [])
    return [str(e["/Alt"]) for e in elements if e["/S"] == "/Figure" and "/Alt" in e]


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_the_same_numbers_in_all_four(made: dict[str, Path], lang: str) -> None:
    english = shown(made["en"], "en")
    # English writes some out, "two go beyond noise"; others only those whose gender is known.
    for name, times in names_in("en").items():
        word = NUMBERS[name]["display"]
        if word in COUNTED and (NUMBERS[name]["unit"], lang) not in SPELLED:
            english[Decimal(COUNTED[word])] += times
    other = shown(made[lang], lang)
    assert sum(english.values()) > 300
    assert other - english == Counter()
    assert english - other == Counter()


@pytest.mark.parametrize("lang", brief.LANGUAGES)
def test_short_small_archivable_and_in_its_language(made: dict[str, Path], lang: str) -> None:
    reader = pypdf.PdfReader(made[lang])
    assert made[lang].name == ("brief.pdf" if lang == "en" else f"brief.{lang}.pdf")
    assert 2 <= len(reader.pages) <= 4
    assert made[lang].stat().st_size < 400_000
    for page in reader.pages:
        size = [float(page.mediabox.width), float(page.mediabox.height)]
        assert size == pytest.approx([210 * MM, 297 * MM], abs=0.5)
    catalog = reader.trailer["/Root"]
    assert str(catalog["/Lang"]).lower().startswith(lang)
    assert catalog["/MarkInfo"]["/Marked"]
    xmp = catalog["/Metadata"].get_data().decode()
    assert re.search(r"pdfuaid:part>\s*1", xmp)
    assert re.search(r"pdfaid:part>\s*2", xmp)
    assert re.search(r"pdfaid:conformance>\s*A", xmp)
    assert f"<rdf:li>{lang}</rdf:li>" in xmp
    title = re.search(r'^title: "(.*)"$', text_of(lang), re.MULTILINE)
    assert reader.metadata is not None
    assert title
    assert reader.metadata.title.replace("'", "’") == title[1]


@pytest.mark.parametrize("lang", brief.LANGUAGES)
def test_no_letter_is_missing(made: dict[str, Path], lang: str) -> None:
    reader = pypdf.PdfReader(made[lang])
    for page in reader.pages:
        for font in fonts(page):
            below = font["/DescendantFonts"][0].get_object()
            descriptor = below["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)
            assert str(font["/BaseFont"]).split("+")[-1].startswith("SourceSansPro")
            assert "/ToUnicode" in font
    text = plain(made[lang])
    assert not set(text) & {"\ufffd", "\u0000", "\u25a1"}
    letters = {"de": "äöüß", "fr": "éèàê’«»"[:5], "ru": "абвгджзийклмнопрстуфхцчшщыьэюя№"}
    assert set(letters.get(lang, "")) <= set(text)
    # Nothing of the English text is left in another language.
    if lang != "en":
        assert not re.search(r"\b(decisions on|the merits|Source:|Figure|Table \d)\b", text)


@pytest.mark.parametrize("lang", brief.LANGUAGES)
def test_no_line_is_longer_than_its_column(made: dict[str, Path], lang: str) -> None:
    for page in words(made[lang]):
        assert len(page) > 100
        for left, top, right, bottom, word in page:
            assert left > 20 * MM - 1, word
            assert right < 190 * MM + 1, word
            assert top > 0, word
            assert bottom < 297 * MM - 20, word
        # A word that leaves its column, cell or side head would stand on its neighbour.
        page = sorted(page, key=lambda one: one[1])
        for i, (left, top, right, bottom, word) in enumerate(page):
            for other in page[i + 1 :]:
                if other[1] > bottom:
                    break
                across = min(right, other[2]) - max(left, other[0])
                down = min(bottom, other[3]) - max(top, other[1])
                high = min(bottom - top, other[3] - other[1])
                assert across < 1 or down < 0.5 * high, (word, other[4])


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_every_chart_is_described_in_the_language(made: dict[str, Path], lang: str) -> None:
    calls = brief_data.chart_calls(text_of(lang), "")
    own = [translated(chart(call.name), lang) for call in calls]
    assert alts_of(made[lang]) == [" ".join(one.alt.split()) for one in own]
    for call, one in zip(calls, own, strict=True):
        english = chart(call.name)
        assert one.alt != english.alt
        assert Counter(language.numbers_in(one.alt, lang)) == Counter(
            language.numbers_in(english.alt, "en")
        )
        folder = made[lang].parents[1] / "report" / lang / "charts"
        drawn = (folder / f"{call.name}.svg").read_text(encoding="utf-8")
        assert apostrophes(one.title) in drawn
        assert apostrophes(english.title) not in drawn


def test_marks_years_in_the_language(made: dict[str, Path]) -> None:
    for lang, mark in MARK.items():
        assert f"a {mark}" in plain(made[lang]).replace("a" + mark, f"a {mark}")


def test_is_the_same_to_the_byte_and_needs_its_words(
    made: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    stage = staged(tmp_path / "stage")
    again = brief.build_brief(stage, tmp_path, "quarto", "ru")  # Quarto's way makes English alone
    assert again.read_bytes() == made["ru"].read_bytes()
    # An English variable in a German text is a fault: its figures would be written as in English.
    path = stage / brief.source("de")
    path.write_text(text_of("de").replace("in_de.de.y2025.overall", "de.y2025.overall"))
    with pytest.raises(BuildError, match=r"unknown number 'de\.y2025\.overall' .*brief\.de\.qmd"):
        brief.build_brief(stage, tmp_path, lang="de")


def test_french_and_russian_bind_what_belongs_together() -> None:
    french = re.sub(r"```.*?```|^---.*?^---|^:::[^\n]*$", "", text_of("fr"), flags=re.S | re.M)
    assert not re.search(r"\S [;?!»]|« | %", french)
    assert not re.search(r"[\w}] :(?=\s)", french)
    russian = re.sub(r"^---.*?^---", "", text_of("ru"), flags=re.S | re.M)
    assert not re.search(r"[\d}] гг?\.|\d %|п\. п\.| —", russian)
    assert "'" not in re.sub(r"```.*?```", "", french, flags=re.S)


def test_drawing_goes_back_to_english() -> None:
    from asylum_report.charts import bundle
    from asylum_report.charts import words as said

    own: Any = translated(chart("germany-outcomes"), "de")
    assert ">Quelle:</span>" in bundle.html(own)
    assert 'lang="de"' in bundle.html(own)
    assert "Herunterladen" in bundle.html(own)
    english = bundle.html(chart("germany-outcomes"))
    assert ">Source:</span>" in english
    assert "data-words" not in english
    assert said.value(0.289, "percent") == "28.9%"
