"""The report's own charts: what they say, and that no partial period is drawn as a whole one."""

from __future__ import annotations

import re

import pytest

from asylum_report import results
from asylum_report.charts import library
from asylum_report.charts.bundle import markdown
from asylum_report.errors import UnknownName


@pytest.fixture(scope="module")
def charts():
    return library.all_charts()


def test_every_chart_has_words_for_those_who_cannot_see_it_and_a_source(charts):
    assert len(charts) == 47
    for chart in charts.values():
        assert len(chart.alt) > 60, chart.name
        if "synthetic" in chart.source:  # a study of a method, which is about no one
            assert "synthetic" in chart.subtitle, chart.name
            assert "no figure on asylum" in chart.source, chart.name
        else:
            assert re.search(r"vintage \d{4}", chart.source), chart.name
            assert "Russian citizen" in chart.subtitle, chart.name
        assert chart.table.rows, chart.name
        assert not chart.title.endswith("."), chart.name


def test_titles_state_the_finding_from_the_figures(charts):
    titles = {name: chart.title for name, chart in charts.items()}
    assert "fell from 29.0% to 6.9%" in titles["recognition-three-countries"]
    assert titles["recognition-definitions"] == "The definition turns Germany's 29.0% into 9.1%"
    assert "2,080 in January 2023" in titles["applications-monthly"]
    assert "465 in June 2026" in titles["applications-monthly"]
    assert titles["us-encounters"].startswith(
        "Encounters at the south-west border peaked at 7,912 in December 2022"
    )
    assert "23.0%" in titles["applications-men"]


def test_the_chart_of_the_home_page_has_its_events_and_blames_none(charts):
    chart = charts["what-happened"]
    assert "from 29.0% to 6.9%" in chart.title
    assert [(event.date[:7], event.label) for event in chart.events] == [
        ("2022-02", "Full-scale invasion"),
        ("2022-09", "Mobilisation"),
        ("2023-07", "France: CNDA ruling"),
        ("2023-09", "Germany: BAMF practice revised"),
        ("2024-08", "Germany: higher court on conscripts"),
        ("2025-01", "United States: CBP One ends"),
    ]
    assert "An event beside a change is not its cause" in chart.note
    # The same figures as in the chart of the three countries, over fewer years.
    whole = {one.label: one for one in charts["recognition-three-countries"].series}
    for one in chart.series:
        assert one.x[0] == "2019"
        assert one.y == whole[one.label].y[4:]
        assert one.hollow == whole[one.label].hollow[4:]


def test_the_half_year_of_the_us_courts_is_hollow(charts):
    (courts,) = [one for one in charts["recognition-three-countries"].series if one.colour == "usa"]
    hollow = {year for year, flag in zip(courts.x, courts.hollow, strict=True) if flag}
    assert hollow == {"2024"}
    assert dict(zip(courts.x, courts.n, strict=True))["2025"] == 3966


def test_lines_are_broken_where_the_way_of_counting_changes(charts):
    (courts,) = [one for one in charts["recognition-three-countries"].series if one.colour == "usa"]
    assert courts.breaks == ("2017", "2025")
    uscis = charts["us-authorities"].series[1]
    assert uscis.breaks == ("2021",)
    value = dict(zip(uscis.x, uscis.y, strict=True))
    assert value["2016"] is None  # almost no rejections are recorded before 2017
    assert value["2017"] is not None
    assert value["2025"] is None


def test_undivided_stages_are_marked(charts):
    chart = charts["across-latest"]
    assert "Austria †" in chart.categories
    assert "Germany" in chart.categories
    assert "† First instance and appeal, published undivided." in chart.note


def test_what_titles_say_beyond_one_figure_holds(charts):
    southwest = charts["us-encounters"].series[0]
    since = [n for month, n in zip(southwest.x, southwest.y, strict=True) if month >= "2025-02"]
    assert max(since) < 100
    bars = charts["applications-destinations"].series[0]
    first = bars.x[:3]
    assert set(first) == {"United States: immigration courts", "United States: USCIS", "Germany"}
    assert sum(bars.y[:3]) > sum(bars.y[3:])


def test_the_newest_months_are_hollow(charts):
    (line,) = charts["applications-monthly"].series
    hollow = [month for month, flag in zip(line.x, line.hollow, strict=True) if flag]
    assert hollow == ["2026-07", "2026-08"]


def test_a_fiscal_year_that_is_not_whole_is_hollow(charts):
    series = {one.label: one for one in charts["us-grants"].series}
    admitted = series["Refugees admitted"]
    hollow = [year for year, flag in zip(admitted.x, admitted.hollow, strict=True) if flag]
    assert hollow == ["2025"]
    assert dict(zip(admitted.x, admitted.y, strict=True))["2022"] == 19
    assert dict(zip(series["Asylum granted by courts"].x, series["Asylum granted by courts"].y,
                    strict=True))["2023"] == 1800  # fmt: skip


def test_a_month_without_a_row_is_a_gap_and_not_zero(charts):
    southwest = charts["us-encounters"].series[0]
    value = dict(zip(southwest.x, southwest.y, strict=True))
    assert value["2020-04"] is None
    assert value["2022-12"] > 7000


def test_destinations_of_the_latest_year_stand_in_order_of_their_rate(charts):
    chart = charts["across-latest"]
    rate = {name: value for one in chart.series for name, value in zip(one.x, one.y, strict=True)}
    ordered = [rate[name] for name in chart.categories]
    assert ordered == sorted(ordered, reverse=True)
    assert rate["Germany"] == pytest.approx(528 / 7645)
    assert min(n for one in chart.series for n in one.n) >= 50
    assert "United States: USCIS" not in rate  # no figure by nationality for 2025


def test_pooled_years_add_counts(charts):
    chart = charts["across-change"]
    early = chart.series[0]
    france = dict(zip(early.x, early.n, strict=True))["France"]
    assert france == 1586 + 3545


def test_revisions_say_what_moved_and_what_did_not(charts):
    titles = {name: chart.title for name, chart in charts.items()}
    assert "none of 97 for 2022 and 4 of 108 for 2025" in titles["revisions-shares"]
    assert titles["revisions-figures"] == (
        "Croatia 2022: applicants (Eurostat) went from 2,065 to 270"
    )
    assert titles["revisions-rates"].endswith(": Canada 61.6%, then 82.6%")
    # What the page says of the three countries.
    moved = {
        (row["destination"], row["year"])
        for row in results.rows("revisions_rates")
        if row["points"] and row["destination"] in ("DEU", "FRA", "USA")
    }
    assert moved == set()


def test_an_unknown_chart_names_those_there_are():
    with pytest.raises(UnknownName, match="recognition-three-countries"):
        library.chart("recognition")


def test_marks_take_their_colour_from_their_uses(charts):
    """A mark with a colour of its own keeps it in the dark, where no style sheet reaches it."""
    page = markdown(charts["outlook-rates"])
    uses = re.findall(r'<use href="#([^"]+)"[^>]*stroke="#[^>]*class="f-paper s-germany"', page)
    assert uses
    for name in uses:
        (mark,) = re.findall(rf'<path id="{re.escape(name)}"[^>]*>', page)
        assert "stroke=" not in mark
        assert "class=" not in mark
