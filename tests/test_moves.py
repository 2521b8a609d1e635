"""Verbs of chart titles follow the figures, in four languages."""

from __future__ import annotations

import itertools

import pytest

from asylum_report import language
from asylum_report.charts.library import countries, home, moves, parts, recognition

MOVES = ("fell", "rose", "near", "unclear", "unknown")
WORDS = (("29.0%", "6.9%"), ("26.9%", "28.4%"), ("89.2%", "65.0%"))


@pytest.mark.parametrize(
    ("before", "after", "interval", "move"),
    [
        (0.29, 0.07, (-0.26, -0.17), "fell"),
        (0.07, 0.29, None, "rose"),
        (0.29, 0.262, None, "near"),
        (0.29, 0.318, (0.001, 0.06), "near"),
        (0.29, 0.25, (-0.09, 0.01), "unclear"),
        (0.29, 0.29, (-0.03, 0.03), "unclear"),
        (None, 0.29, None, "unknown"),
        (0.29, None, (-0.1, 0.1), "unknown"),
    ],
)
def test_a_rate_moves_beyond_its_interval_and_three_points(before, after, interval, move):
    assert moves.of_rate(before, after, interval) == move


@pytest.mark.parametrize(
    ("before", "after", "move"),
    [
        (1178, 7117, "rose"), (7117, 1178, "fell"), (1000, 1049, "near"), (1000, 950, "fell"),
        (0, 0, "near"), (0, 5, "rose"), (None, 5, "unknown"),
    ],
)  # fmt: skip
def test_a_count_moves_from_a_twentieth_on(before, after, move):
    assert moves.of_count(before, after) == move


def test_titles_say_what_happened_to_each_country():
    title = recognition.title
    assert title([*zip(("fell", "unclear", "fell"), WORDS, strict=True)]) == (
        "Germany's protection rate fell from 29.0% to 6.9% in two years, US courts' fell too, "
        "France's shows no clear change"
    )
    assert title([*zip(("near", "rose", "unknown"), WORDS, strict=True)]) == (
        "Germany's protection rate stayed near 29.0% for two years, US courts' is not shown for "
        "both years, France's rose"
    )
    assert home.title([*zip(("rose", "fell", "rose"), WORDS, strict=True)]) == (
        "Since 2023 Germany's rate rose from 29.0% to 6.9%, US courts' from 89.2% to 65.0%; "
        "France's fell from 26.9% to 28.4%"
    )
    assert home.title([*zip(("near", "near", "rose"), WORDS, strict=True)]) == (
        "Since 2023 Germany's rate has stayed near 29.0%, US courts' rose from 89.2% to 65.0%; "
        "France's stayed near 26.9%"
    )
    assert countries.rejections_moved(7117, 1178) == (
        "Germany's rejections on the merits fell from 7,117 in 2023 to 1,178 in 2025"
    )
    assert countries.rejections_moved(1178, 1200) == (
        "Germany's rejections on the merits stayed near 1,178 from 2023 to 2025"
    )


@pytest.mark.parametrize("lang", language.LANGUAGES)
def test_every_title_there_can_be_is_translated(lang):
    up = {"de": ("stieg", "gestiegen"), "fr": ("augment",), "ru": ("вырос",)}[lang]
    down = {"de": ("sank", "gesunken"), "fr": ("recul",), "ru": ("снизил",)}[lang]
    one = "fell", "unclear", "fell"  # has a wording of its own, as long as it is so
    for how in itertools.product(MOVES, repeat=3):
        three = [*zip(how, WORDS, strict=True)]
        for title in (recognition.title, home.title):
            said = language.phrase(title(three), lang)
            assert any(word in said for word in up) == ("rose" in how), said
            if how != one:
                assert any(word in said for word in down) == ("fell" in how), said
            assert language.numbers_in(said, lang) == language.numbers_in(title(three), "en"), said
            assert lang != "fr" or "%;" not in said
    for after in (1178, 1200, 500, 7117):
        assert language.phrase(countries.rejections_moved(1178, after), lang)


def test_an_alt_text_leaves_out_what_the_figures_do_not_bear_out():
    assert parts.where(True, "It grew.") == "It grew."
    assert parts.where(False, "It grew.") == ""
