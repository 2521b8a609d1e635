"""Quarters and pending cases on synthetic figures, and pages that grow only when they are held."""

from __future__ import annotations

from typing import Any

import pytest

import asylum_report as ar
from asylum_report import corridors, recognition, records
from asylum_report.charts import library
from asylum_report.charts.bundle import markdown
from asylum_report.charts.library import applications, quarterly, sections
from asylum_report.errors import UnknownName
from asylum_report.publish import prepare, stage

ENDS = {1: "03-31", 2: "06-30", 3: "09-30", 4: "12-31"}
OUTCOMES = ("refugee", "subsidiary", "humanitarian", "positive", "rejected")


def decided(code: str, quarter: str, *counts: int | None, status: str = "complete", **other: Any):
    """Return synthetic rows of one country and quarter, outcomes in the order of OUTCOMES."""
    year, number = quarter.split("-Q")
    base = {
        "source": "Eurostat", "dataset": "migr_asydcfstq", "vintage": "2026-11-20",
        "origin": "RUS", "destination": code, "authority": "authority", "level": "",
        "stage": "first+repeat", "unit": "persons",
        "period_start": f"{year}-{3 * int(number) - 2:02d}-01",
        "period_end": f"{year}-{ENDS[int(number)]}",
        "rounding_base": 5, "status": status, "note": "",
    } | other  # fmt: skip
    return [
        {**base, "outcome": outcome, "count": count}
        for outcome, count in zip(OUTCOMES, counts, strict=True)
    ]


GERMANY = [
    *decided("DEU", "2024-Q1", 30, 10, 10, 50, 150),
    *decided("DEU", "2024-Q2", 5, 0, 0, 5, 10),
    *decided("DEU", "2024-Q3", 10, 0, 0, 10, 30),
    *decided("DEU", "2024-Q4", 20, 10, 0, 30, 170, status="partial"),
]
FRANCE = [
    *decided("FRA", "2024-Q1", 50, 0, 0, 50, 50),
    *decided("FRA", "2024-Q2", 40, 0, 0, 40, 60),
]
OTHERS = [
    *decided("EU27", "2024-Q1", 900, 0, 0, 900, 900),
    *decided("USA", "2024-Q1", 900, 0, 0, 900, 900),
    *decided("SWE", "2024-Q1", 900, 0, 0, 900, None),
]


@pytest.fixture
def held(monkeypatch):
    """Give a function that makes the tables hold these rows and no other, but for events."""
    real = records.rows

    def hold(*rows: dict[str, Any]) -> None:
        def found(table: str, **wanted: Any) -> list[dict[str, Any]]:
            if table == "events":
                return real(table, **wanted)
            return [dict(row) for row in rows if all(row[k] == v for k, v in wanted.items())]

        monkeypatch.setattr(records, "rows", found)
        library._made.cache_clear()

    yield hold
    library._made.cache_clear()


def test_a_country_by_quarter_is_worked_out_as_everywhere_else():
    rows = quarterly.of_country(reversed([*GERMANY, *FRANCE]), "DEU")
    shown = [(row["period"], row["rate"], row["n"], row["marked"], row["status"]) for row in rows]
    assert shown == [
        ("2024-Q1", 0.25, 200, False, "complete"),
        ("2024-Q2", None, 15, True, "complete"),
        ("2024-Q3", 0.25, 40, True, "complete"),
        ("2024-Q4", 0.15, 200, False, "partial"),
    ]
    assert rows == corridors.rate_rows(GERMANY)
    first = rows[0]
    # Three outcomes and the rejections, each within 2 of what is printed.
    assert (first["bound_low"], first["bound_high"]) == (44 / 196, 56 / 204)
    assert first["low"] < first["bound_low"]
    assert first["bound_high"] < first["high"]
    assert rows[1]["reason"] == "fewer than 20 decisions"


def test_all_reporting_countries_are_added_and_counted():
    first, second, *_ = quarterly.together([*GERMANY, *FRANCE, *OTHERS])
    # Without sums of others, countries outside, and Sweden, whose rejections are not published.
    assert (first["period"], first["countries"], first["numerator"], first["n"]) == (
        "2024-Q1", 2, 100, 300,
    )  # fmt: skip
    assert first["rate"] == pytest.approx(1 / 3)
    assert first["rejected"] == 200
    assert (second["numerator"], second["n"], second["rate"]) == (45, 115, 45 / 115)
    # The published sums are rounded once a country: 100 and 200 lie within 4, not within 12.
    assert (first["low"], first["high"]) == recognition.jeffreys((96, 204), (104, 196))
    assert first["status"] == "complete"


def test_a_quarter_that_is_partial_for_one_is_partial_for_all():
    rows = [*GERMANY, *decided("FRA", "2024-Q4", 40, 0, 0, 40, 60)]
    assert quarterly.together(rows)[-1]["status"] == "partial"


def test_the_chart_says_what_it_shows(held):
    held(*GERMANY, *FRANCE, *OTHERS)
    chart = library.chart("recognition-quarterly")
    assert chart.title == (
        "By Eurostat's count the protection rate was 25.0% in Germany and 25.0% in all EU+ in the "
        "third quarter of 2024"
    )
    germany, france, together = chart.series
    assert germany.x == ("2024-02", "2024-05", "2024-08", "2024-11")
    assert germany.y == (0.25, None, 0.25, 0.15)
    assert germany.hollow == (False, True, True, True)
    assert germany.n == (200, 15, 40, 200)
    assert germany.notes[0] == "the whole quarter, 2024-Q1"
    assert france.y == (0.5, 0.4)
    assert together.label == "all EU+"
    assert "Not whole yet, because many countries had not reported: 2024-Q4." in chart.note
    assert "not BAMF's rate" in chart.note
    assert "undivided" in chart.note
    assert "rounded to 5" in chart.note
    assert "Russian citizens" in chart.subtitle
    assert chart.source == (
        "Eurostat, first-instance decisions by quarter (migr_asydcfstq), vintage 2026-11-20"
    )
    rows = {row[:2]: row for row in chart.table.rows}
    assert rows["all EU+", "2024-Q1"][5:] == (300, 100, 200, 2, "")
    assert rows["Germany", "2024-Q2"][2] is None
    assert rows["Germany", "2024-Q2"][-1] == "fewer than 20 decisions"
    assert rows["Germany", "2024-Q4"][-1] == "partial"
    assert "2024-05" not in markdown(chart)  # the table names quarters, not their middle months


def test_a_break_is_drawn_as_one(held):
    rows = decided("DEU", "2024-Q2", 40, 0, 0, 40, 60, status="break")
    held(*GERMANY[:5], *rows)
    (series,) = library.chart("germany-quarterly").series
    assert series.breaks == ("2024-05",)


def test_years_and_old_quarters_are_left_out(held):
    year = decided("DEU", "2024-Q1", 40, 0, 0, 40, 60, period_end="2024-12-31")
    held(*GERMANY[:5], *year, *decided("DEU", "2009-Q1", 40, 0, 0, 40, 60))
    (series,) = library.chart("germany-quarterly").series
    assert series.x == ("2024-02",)


def test_of_two_copies_the_newest_is_drawn(held):
    old = decided("DEU", "2024-Q1", 100, 0, 0, 100, 0, vintage="2026-10-01")
    held(*old, *GERMANY[:5])
    (series,) = library.chart("germany-quarterly").series
    assert series.y == (0.25,)


GROWING = ("recognition-quarterly", "germany-quarterly", "france-quarterly", "applications-pending")


def test_without_figures_there_is_no_chart_and_no_section(held, tmp_path):
    held(*decided("DEU", "2024-Q2", 5, 0, 0, 5, 10))  # a quarter without a rate is no figure
    for name in GROWING:
        assert library._made(name) is None
        with pytest.raises(UnknownName, match="there are no figures for the chart") as raised:
            library.chart(name)
        assert "asylum-report refresh" in str(raised.value)
    for name in sections.PLANS:
        assert ar.section(name) is None
    # A page that includes such a chart shows nothing; a name that is none is still an error.
    page = tmp_path / "page.qmd"
    page.write_text("{{< include /_charts/germany-quarterly.md >}}\n")
    wanted = prepare.included([page], tmp_path)
    (written,) = prepare.write_includes(tmp_path, wanted, {}, library.MAKERS)
    assert written.read_text() == ""


def test_what_is_left_of_a_chart_goes_with_its_figures(tmp_path):
    for name in ("figures/germany-quarterly.svg", "_charts/germany-quarterly.md", "figures/a.svg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    prepare.forget_charts(tmp_path, ["germany-quarterly"])
    assert [path.name for path in tmp_path.rglob("*.*")] == ["a.svg"]


def test_an_unknown_section_names_those_there_are():
    with pytest.raises(UnknownName, match="use one of quarterly, germany-quarterly"):
        ar.section("quarters")


def test_a_section_is_part_of_the_page_in_the_staged_copy(held):
    held(*GERMANY, *FRANCE)
    section = ar.section("quarterly")
    heading, chart, after = section.pieces()
    assert heading.startswith("## Between the years: Eurostat's quarters {#quarterly}\n\n")
    assert chart.name == "recognition-quarterly"
    assert "Germany is not BAMF here" in after
    source = '#| echo: false\n#| output: asis\nar.section("quarterly")'
    cell = {"cell_type": "code", "id": "q", "metadata": {}, "source": source.splitlines(True)}
    shown = [
        {"output_type": "display_data", "metadata": {}, "data": {"text/markdown": text}}
        for text in (heading, markdown(chart), after)
    ]
    other = {"cell_type": "code", "id": "o", "source": "1", "outputs": shown}
    (made, kept) = stage.lifted({"cells": [{**cell, "outputs": shown}, other]})["cells"]
    assert made["cell_type"] == "markdown"
    assert made["source"].startswith(heading + "\n\n```{=html}\n<figure")
    assert made["source"].endswith(after)
    assert kept is other
    assert stage.lifted({"cells": [{**cell, "outputs": []}, other]})["cells"] == [other]


def waiting(code: str, day: str, count: int | None, status: str = "complete") -> dict[str, Any]:
    """Return a synthetic row of stocks."""
    return {
        "source": "Eurostat", "dataset": "migr_asypenctzm", "vintage": "2026-11-20",
        "origin": "RUS", "destination": code, "population": "pending", "unit": "persons",
        "date": day, "count": count, "rounding_base": 5, "status": status, "note": "",
    }  # fmt: skip


def test_pending_cases_are_added_over_countries(held):
    held(
        waiting("DEU", "2026-08-31", 6000), waiting("FRA", "2026-08-31", 3000),
        waiting("EU27", "2026-08-31", 99_000), waiting("POL", "2026-08-31", None),
        waiting("DEU", "2026-09-30", 6100, "partial"),
    )  # fmt: skip
    chart = library.chart("applications-pending")
    assert chart.title.startswith("9,000 Russian citizens waited for an answer in reporting EU+")
    together, germany, france = chart.series
    assert (together.x, together.y) == (("2026-08", "2026-09"), (9000, 6100))
    assert together.hollow == (False, True)
    assert germany.y == (6000, 6100)
    assert france.y == (3000, None)
    assert [row[4] for row in chart.table.rows] == [2, 1]


def asked(month: str, count: int, vintage: str, status: str = "complete", **other: Any):
    """Return a synthetic row of monthly applicants of all reporting countries."""
    return {
        "source": "Eurostat", "dataset": "migr_asyappctzm", "vintage": vintage, "origin": "RUS",
        "destination": "EU+", "authority": "asylum authority", "level": "", "kind": "first",
        "sex": "T", "age": "TOTAL", "unit": "persons", "period_start": f"{month}-01",
        "period_end": f"{month}-28", "count": count, "rounding_base": 129, "status": status,
        "note": "",
    } | other  # fmt: skip


def test_the_monthly_chart_takes_a_live_vintage(held):
    held(
        asked("2022-01", 1000, "2026-09"), asked("2022-02", 900, "2026-09", "partial"),
        asked("2022-02", 1500, "2026-11-20"), asked("2022-03", 1200, "2026-11-20"),
        asked("2022-04", 100, "2026-11-20", "partial"),
        asked("2022-03", 700, "2026-11-20", sex="M"),
    )  # fmt: skip
    chart = applications.applications_monthly()
    (line,) = chart.series
    assert line.x == ("2022-01", "2022-02", "2022-03", "2022-04")
    assert line.y == (1000, 1500, 1200, 100)
    assert line.hollow == (False, False, False, True)
    assert "1,500 in February 2022" in chart.title
    assert chart.title.endswith("and 1,200 in March 2022")
    assert "The newest months are not a fall" in chart.note
    held(asked("2022-01", 1000, "2026-11-20"))
    assert "fall" not in applications.applications_monthly().note
