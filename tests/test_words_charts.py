"""Plain words of charts: titles that state the finding, subtitles that state the measure."""

from __future__ import annotations

import re

import pytest

from asylum_report.charts import library
from asylum_report.charts.library import applications, arrivals, trend
from test_words import LONGEST, length


@pytest.fixture(scope="module")
def charts():
    return library.all_charts()


VERB = re.compile(
    r"\b(is|are|was|were|has|have|had|may|fell|rose|took|went|moved?|turns?|peaked|applied|stayed"
    r"|waited|answered|closed|protect(s|ed)?|grant(s|ed)?|holds?|held|differ|finds|go(es)?|says?"
    r"|shows?|made|came|tell|grew|decided?)\b"
)
NOUN_BY_NOUN = re.compile(r"^[\w\s,]+ by [\w\s,]+$")
RATE = re.compile(
    r"\b(protection rate|recognition rate|chance of protection|share protected)", re.I
)
DEFINITION = re.compile(
    r"on the merits|by definition|any protection|beyond what|all origins|percentiles?"
)
STAGE = re.compile(r"first instance|first and repeat|appeals?|each stage")
UNIT = re.compile(r"persons|percentage points|cases")


def test_titles_of_charts_are_sentences_with_the_finding(charts):
    for chart in charts.values():
        assert VERB.search(chart.title), chart.title
        assert not NOUN_BY_NOUN.match(chart.title), chart.title
        assert re.search(r"\d", chart.title) or chart.name == "outlook-applications-scores"
        assert chart.title[0].isupper() or chart.title[0].isdigit(), chart.title
        assert chart.title != chart.subtitle
        assert len(chart.title) <= 120, "more than five lines on a phone"


def test_subtitles_of_charts_state_the_measure(charts):
    for chart in charts.values():
        assert not re.search(r"\b(fell|rose|peaked|took|went)\b", chart.subtitle), chart.name
        if RATE.search(chart.subtitle) and "synthetic" not in chart.subtitle:
            for part in (DEFINITION, STAGE, UNIT):
                assert part.search(chart.subtitle), f"{chart.name}: {chart.subtitle}"


def test_notes_of_charts_have_short_sentences(charts):
    for chart in charts.values():
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z†])", chart.note):
            assert length(sentence) <= LONGEST, f"{chart.name}: {sentence}"


def test_titles_say_what_the_figures_do(charts):
    assert charts["applications-destinations"].title.endswith("in the United States and Germany")
    assert "fell by 17 to 26 points" in charts["trend-effects"].title
    assert charts["trend-effects"].title.endswith("France's may not have moved")


def test_words_for_a_change_follow_its_interval():
    assert trend._moved({"low": -0.26, "high": -0.17}) == "fell by 17 to 26 points"
    assert trend._moved({"low": 0.02, "high": 0.11}) == "rose by 2 to 11 points"
    assert trend._moved({"low": -0.02, "high": 0.11}) == "may not have moved"


def test_few_encounters_are_called_few_only_while_they_are():
    few = {"2025-01": 300, "2025-02": 90, "2025-03": 20, "2025-04": 99}
    assert arrivals.now(few) == "have been under 100 a month since February 2025"
    assert arrivals.now({**few, "2025-05": 140}) == "were 140 in May 2025"
    assert arrivals.now({"2025-01": 300, "2025-02": 90}) == "were 90 in February 2025"


def test_the_countries_with_most_claims_are_counted_by_country():
    rows = [
        {"destination": "USA", "count": 5},
        {"destination": "USA", "count": 5},
        {"destination": "DEU", "count": 8},
        {"destination": "FRA", "count": 9},
    ]
    assert applications.most(rows) == "the United States and France"
