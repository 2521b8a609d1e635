"""Figures, dates and names in German, French and Russian: the very digits that English shows."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asylum_report import language
from asylum_report.errors import InvalidTable, UnknownName
from asylum_report.language import catalogue, figures
from asylum_report.language.display import COUNTED, SPELLED
from asylum_report.numbers import model

ROOT = Path(__file__).parents[1]
NUMBERS: dict[str, dict[str, Any]] = json.loads(
    (ROOT / "data" / "processed" / "numbers.json").read_text(encoding="utf-8")
)
LANGUAGES = language.LANGUAGES
N = "\u00a0"
MINUS = "\u2212"
ENGLISH_WORDS = re.compile(
    r"\b(to|of|than|less|more|points|and|none|one|two|three|nine|January|June|November)\b"
)


def entry(shown: str, unit: str, value: Any = None) -> dict[str, Any]:
    return {"display": shown, "unit": unit, "value": value}


@pytest.mark.parametrize(
    ("shown", "unit", "value", "said"),
    [
        ("29.0%", "percent", 0.29, (f"29,0{N}%", f"29,0{N}%", f"29,0{N}%")),
        (f"26.8{N}to{N}31.2%", "percent", None,
         (f"26,8{N}bis{N}31,2{N}%", f"26,8{N}à{N}31,2{N}%", f"26,8–31,2{N}%")),
        (f"{MINUS}25.6{N}to{N}+1.3", "points", None,
         (f"{MINUS}25,6{N}bis{N}+1,3", f"{MINUS}25,6{N}à{N}+1,3",
          f"от{N}{MINUS}25,6{N}до{N}+1,3")),
        (f"{MINUS}22.0{N}points", "points", None,
         (f"{MINUS}22,0{N}Prozentpunkte", f"{MINUS}22,0{N}points", f"{MINUS}22,0{N}п.{N}п.")),
        ("7,117", "persons", 7117, ("7.117", f"7{N}117", f"7{N}117")),
        ("2,700,000", "series", 2700000, ("2.700.000", f"2{N}700{N}000", f"2{N}700{N}000")),
        (f"{MINUS}2,035", "persons", -2035,
         (f"{MINUS}2.035", f"{MINUS}2{N}035", f"{MINUS}2{N}035")),
        (f"less than{N}0.1%", "percent", 0.0,
         (f"weniger als 0,1{N}%", f"moins de 0,1{N}%", f"менее 0,1{N}%")),
        ("60–70%", "percent", "60-70", (f"60–70{N}%",) * 3),
        ("0.15", "ratio", 0.15, ("0,15",) * 3),
        (f"+1.5{N}points", "points", None,
         (f"+1,5{N}Prozentpunkte", f"+1,5{N}point", f"+1,5{N}п.{N}п.")),
        (f"+2.0{N}points", "points", None,
         (f"+2,0{N}Prozentpunkte", f"+2,0{N}points", f"+2,0{N}п.{N}п.")),
        ("none", "tests", 0, ("keiner", "aucun", f"ни{N}одной")),
        ("two", "tests", 2, ("zwei", "deux", "две")),
        ("eleven", "tests", 11, ("11",) * 3),
        ("none", "rates", 0, ("0",) * 3),
        ("nine", "series", 9, ("9",) * 3),
        ("11 of 11", "years", 11, (f"11{N}von{N}11", f"11{N}sur{N}11", f"11{N}из{N}11")),
        ("2019 to 2023", "text", "2019 to 2023",
         (f"2019{N}bis{N}2023", f"2019{N}à{N}2023", "2019–2023")),
        (f"25{N}June{N}2026", "date", "2026-06-25",
         (f"25.{N}Juni{N}2026", f"25{N}juin{N}2026", f"25{N}июня{N}2026{N}г.")),
        (f"1{N}May{N}2026", "date", "2026-05-01",
         (f"1.{N}Mai{N}2026", f"1er{N}mai{N}2026", f"1{N}мая{N}2026{N}г.")),
        ("June 2026", "date", "2026-06", (f"Juni{N}2026", f"juin{N}2026", f"июнь{N}2026{N}г.")),
        (f"April{N}2025", "date", "2025-04-01",
         (f"April{N}2025", f"avril{N}2025", f"апрель{N}2025{N}г.")),
        ("2025", "date", 2025, ("2025",) * 3),
        ("Netherlands", "text", "NLD", ("Niederlande", "Pays-Bas", "Нидерланды")),
        ("Austria, Bulgaria and Cyprus", "text", "Austria, Bulgaria and Cyprus",
         ("Österreich, Bulgarien und Zypern", "Autriche, Bulgarie et Chypre",
          "Австрия, Болгария и Кипр")),
        ("0.3.0", "text", "0.3.0", ("0.3.0",) * 3),
    ],
)  # fmt: skip
def test_writes_as_the_language_does(
    shown: str, unit: str, value: Any, said: tuple[str, str, str]
) -> None:
    found = tuple(language.display(entry(shown, unit, value), lang) for lang in LANGUAGES)
    assert found == said


def in_english(shown: str) -> list[Decimal]:
    """Return the numbers that English shows, written out or in digits."""
    if shown in COUNTED:
        return [Decimal(COUNTED[shown])]
    return language.numbers_in(shown, "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_of_every_unit_keeps_its_digits(lang: str) -> None:
    units = {number["unit"] for number in NUMBERS.values()}
    assert {"percent", "points", "persons", "cases", "decisions", "date", "text", "ratio"} <= units
    for name, number in NUMBERS.items():
        said = language.display(number, lang)
        assert said
        if number["unit"] == "date" or number["display"].count(".") == 2:  # 0.3.0
            continue
        assert not ENGLISH_WORDS.search(re.sub("points?", "", said) if lang == "fr" else said), name
        if number["display"] in COUNTED and (number["unit"], lang) in SPELLED:
            assert said.isalpha() or said == f"ни{N}одной"
            continue
        assert language.numbers_in(said, lang) == in_english(number["display"]), (name, said)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_shown_is_the_value_to_the_digits_shown(lang: str) -> None:
    seen = 0
    for name, number in NUMBERS.items():
        value, shown = number["value"], number["display"]
        if not isinstance(value, float) or "than" in shown:
            continue
        (said,) = language.numbers_in(language.display(number, lang), lang)
        step = Decimal(1).scaleb(int(said.as_tuple().exponent))
        # Some are shown without their sign ("fell by 22.0"), some shares without their unit.
        near = (sign * scale * value for sign in (1, -1) for scale in (1, 100))
        assert min(abs(float(said) - one) for one in near) <= 0.5 * float(step) + 1e-6, name
        seen += 1
    assert seen > 1000


@given(st.floats(-1, 1), st.integers(0, 10**9), st.floats(0, 1), st.floats(0, 1))
def test_reading_back_gives_the_same(change: float, count: int, low: float, high: float) -> None:
    for shown, unit in (
        (model.signed(change) + f"{N}points", "points"),
        (model.count(count), "persons"),
        (model.percent(low), "percent"),
        (model.percent_range(low, high), "percent"),
        (model.signed_range(-low, change), "points"),
    ):
        for lang in LANGUAGES:
            said = language.display(entry(shown, unit), lang)
            assert language.numbers_in(said, lang) == language.numbers_in(shown, "en")
            # Nothing in a figure may be torn from it at the end of a line.
            assert " " not in said


def test_only_variables_that_pages_use_are_made() -> None:
    names = ["in_de.de.y2023.protection", "in_ru.meta.date", "de.y2023.protection", "in_fr.no.such"]
    found = language.spoken(NUMBERS, names)
    assert set(found) == {"in_de.de.y2023.protection", "in_ru.meta.date"}
    assert found["in_de.de.y2023.protection"] == language.display(
        NUMBERS["de.y2023.protection"], "de"
    )
    assert language.spoken_names(names) == {*found, "in_fr.no.such"}


def test_what_nobody_translated_is_named() -> None:
    with pytest.raises(InvalidTable, match=r"no fr for 'no such words'.*language/fr\.yml"):
        language.phrase("no such words", "fr")
    with pytest.raises(InvalidTable, match="no de for 'some new model'"):
        language.display(entry("some new model", "text", "Some new model"), "de")
    with pytest.raises(UnknownName, match="no such language 'xx'"):
        language.display(entry("29.0%", "percent"), "xx")


def test_phrases_are_found_part_by_part_and_figures_written_anew() -> None:
    text = (
        "Line chart, 2015 to 2025. Closed otherwise: another state is responsible under the Dublin "
        "rules, withdrawals, other formal ends."
    )
    assert language.phrase(text, "fr").startswith(f"Courbes, de 2015 à 2025. Clôtures{N}: ")
    title = "Germany's rejections on the merits rose from 1,178 in 2023 to 7,117 in 2025"
    said = "Deutschlands Ablehnungen in der Sache von 1.178 im Jahr 2023 auf 7.117 im Jahr 2025"
    assert language.phrase(title, "de") == f"{said} gestiegen"
    assert language.find(f"{title}, it seems", "de") is None
    assert language.phrase("Brazil †", "ru") == "Бразилия †"
    assert language.phrase("", "ru") == ""


@pytest.mark.parametrize("content", ["phrases: {}", "[", "places: {}\nphrases: {'{a} b': 'b'}"])
def test_a_damaged_catalogue_is_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "de.yml").write_text(content, encoding="utf-8")
    with pytest.raises(InvalidTable) as caught:
        catalogue.read("de", tmp_path)
    assert "\n" not in str(caught.value)


def test_the_three_catalogues_know_the_same() -> None:
    # But for one short name, for which Russian has room as it is.
    short = {catalogue._pattern("United States: immigration courts")}
    de, fr, ru = ({one.english for one in catalogue.read(lang).phrases} for lang in LANGUAGES)
    assert de - short == fr - short == ru


def test_every_letter_of_the_catalogues_is_in_the_faces() -> None:
    from fontTools.ttLib import TTFont

    from asylum_report import identity

    used = {
        letter
        for lang in LANGUAGES
        for one in (*catalogue.read(lang).phrases,)
        for letter in one.said
    } | set(figures.MINUS + N)
    for face in identity.FACES:
        if face.style == "normal":
            held = TTFont(face.path(), lazy=True).getBestCmap()
            assert not {letter for letter in used if ord(letter) not in held}, face.file
