"""The small lines of the home page keep the rules of the large charts."""

from __future__ import annotations

import re

import pytest

from asylum_report.charts.model import Series
from asylum_report.charts.spark import FLOOR, LEFT, RIGHT, TOP, spark
from asylum_report.publish import generated_home

YEARS = ("2019", "2020", "2021", "2022", "2023")


def made(y, **more) -> str:
    return spark(Series("Somewhere", "germany", YEARS, y, **more), ("2022",))


def path(text: str) -> str:
    found = re.search(r'class="s-germany" d="([^"]*)"', text)
    return found[1] if found else ""


def test_floor_is_zero_and_the_upper_edge_one() -> None:
    text = made((0.0, 1.0, 0.5, 0.25, 0.0))
    assert path(text) == f"M5 {FLOOR:g}L46.5 {TOP:g}L88 31.5L129.5 44.8L{RIGHT:g} {FLOOR:g}"
    assert f"M{LEFT:g} {FLOOR:g}H{RIGHT:g}" in text
    assert text.count("<circle") == 3
    assert re.findall(r">(\d{4})</text>", text) == ["2019", "2022", "2023"]


def test_a_missing_value_is_a_gap() -> None:
    text = made((0.1, 0.1, None, 0.2, 0.2))
    assert path(text).count("M") == 2
    assert path(text).count("L") == 2


def test_part_of_a_year_is_hollow_and_joined_to_nothing() -> None:
    text = made((0.1, 0.1, 0.1, 0.9, 0.2), hollow=(False, False, False, True, False))
    assert path(text).count("L") == 2
    assert '<circle class="f-paper s-germany" cx="129.5"' in text


def test_nothing_is_joined_across_a_break() -> None:
    assert path(made((0.1,) * 5, breaks=("2021",))).count("M") == 2


def test_a_single_value_between_gaps_leaves_no_stroke() -> None:
    assert path(made((None, 0.1, None, 0.1, None))) == ""


def test_a_line_needs_two_years() -> None:
    with pytest.raises(ValueError, match="two years"):
        spark(Series("Somewhere", "germany", ("2019",), (0.1,)))


def test_it_says_nothing_to_screen_readers_and_has_no_style() -> None:
    text = made((0.1,) * 5)
    assert 'aria-hidden="true"' in text
    assert "style" not in text
    assert "#" not in text


def test_each_tile_has_a_line_of_the_same_years() -> None:
    found = generated_home.sparks()
    assert set(found) == {"spark-germany.md", "spark-france.md", "spark-usa.md"}
    for text in found.values():
        assert text.startswith("```{=html}\n<svg ")
        assert re.findall(r">(\d{4})</text>", text) == ["2015", "2023", "2025"]
    assert found["spark-usa.md"].count('class="f-paper s-usa"') == 1  # half of 2024
    assert "f-paper" not in found["spark-germany.md"]
