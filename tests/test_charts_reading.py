"""Charts that cannot be misread: gaps, breaks, years, thin parts and apostrophes."""

import json
import re
from dataclasses import asdict, replace

import pytest

import test_charts_samples as samples
from asylum_report.charts import bundle, files, mpl, plotly_figure, scales, words
from asylum_report.charts.model import Event, Series, Table
from asylum_report.charts.variants import NARROW, WIDE
from test_charts_drawing import SVG, by_id, line_chart, parsed, pieces


def test_a_full_value_between_hollow_ones_keeps_point_whisker_and_value() -> None:
    x = ("2021", "2022", "2023", "2024")
    series = Series(
        "A", "usa", x, (0.5, 0.6, 0.6, 0.7), (0.4,) * 4, (0.8,) * 4,
        hollow=(True, True, True, False),
    )  # fmt: skip
    text = mpl.svg(line_chart(series), WIDE)
    assert by_id(text, "-line-0") is None
    assert by_id(text, "-band-0") is None
    assert pieces(by_id(text, "-whiskers-0")) == [2] * 4
    assert len(by_id(text, "-points-0").findall(f".//{SVG}use")) == 1
    assert "70.0%" in [t.text for t in parsed(text).iter(f"{SVG}text")]


def test_neither_line_nor_band_crosses_a_break() -> None:
    x = tuple(str(y) for y in range(2018, 2024))
    series = Series(
        "A", "usa", x, (0.5,) * 5 + (0.6,), (0.4,) * 6, (0.8,) * 6, breaks=("2021",)
    )  # fmt: skip
    for variant in (WIDE, NARROW):
        text = mpl.svg(line_chart(series), variant)
        assert pieces(by_id(text, "-line-0")) == [3, 3]
        assert pieces(by_id(text, "-band-0")) == [6, 6]
        assert pieces(by_id(text, "-breaks-0")) == [2]
        assert "Gap with a stroke: counted in a new way" in text
    assert "Gap with" not in mpl.svg(line_chart(series, note="A break in 2021: EU+."), WIDE)
    assert by_id(mpl.svg(line_chart(replace(series, breaks=("2018",))), WIDE), "-breaks-0") is None


def test_events_on_an_axis_of_months_need_no_date() -> None:
    wide = [t.text for t in parsed(mpl.svg(samples.months(), WIDE)).iter(f"{SVG}text")]
    assert "Mobilisation in Russia" in wide
    assert words.event("2022-02-24", "War", "fiscal-year") == "War, Feb\u00a02022"
    assert words.event("2022-02-24", "War", "month") == "War"


def test_marks_of_years_stand_where_years_begin() -> None:
    x = ("2020", "2021", "2022")
    year = line_chart(Series("A", "usa", x, (0.5,) * 3))
    assert scales.boundaries(year) == [2020, 2021, 2022, 2023]
    assert scales.boundaries(replace(year, x_scale="fiscal-year")) == [
        2019.75, 2020.75, 2021.75, 2022.75,
    ]  # fmt: skip
    months = line_chart(Series("A", "usa", ("2020-11", "2021-02"), (0.5,) * 2), x_scale="month")
    assert scales.boundaries(months) == [2021]


def test_a_last_year_of_some_months_is_labelled_where_there_is_room() -> None:
    def labels(last: int, width: float) -> list[str]:
        x = tuple(f"{y}-{m:02d}" for y in range(2020, 2027) for m in range(1, 13))[: 72 + last]
        chart = line_chart(Series("A", "usa", x, (0.5,) * len(x)), x_scale="month")
        axis = scales.Scale(*scales.time_span(chart), 0, width)
        return [t.label for t in scales.time_ticks(chart, axis, 36, short=False) if t.main]

    assert labels(8, 280)[-2:] == ["2025", "2026"]
    assert labels(1, 280)[-1] == "2025"
    assert labels(8, 150)[-2:] == ["2024", "2026"]


def test_every_part_of_a_stack_has_a_line_to_its_name_in_order() -> None:
    chart = samples.outcomes()
    text = mpl.svg(chart, WIDE)
    names = [t for t in parsed(text).iter(f"{SVG}text") if t.get("font-weight") == "600"]
    first = {s.label.split()[0]: k for k, s in enumerate(chart.series)}
    heights = {
        first[t.text.split()[0]]: float(t.get("y")) for t in names if t.text.split()[0] in first
    }
    assert [heights[k] for k in range(4)] == sorted(heights.values(), reverse=True)
    for k in range(4):
        assert pieces(by_id(text, f"-leader-{k}")) == [3]


def test_thin_parts_of_a_stack_keep_their_proportions() -> None:
    x = ("2023", "2024")
    chart = line_chart(
        Series("A", "refugee", x, (20, 10)), Series("B", "rejected", x, (9000, 9000)),
        kind="stack", y_format="count",
    )  # fmt: skip
    path = by_id(mpl.svg(chart, WIDE), "-bars-0")
    path = path if path.tag == f"{SVG}path" else path.find(f".//{SVG}path")
    heights = []
    for piece in path.get("d").split("M")[1:]:
        ys = [float(pair.split()[1]) for pair in re.findall(r"[\d.]+ [\d.]+", piece)]
        heights.append(max(ys) - min(ys))
    assert heights[0] / heights[1] == pytest.approx(2, rel=0.1)


def test_apostrophes_are_typographic_in_all_that_is_shown() -> None:
    assert words.apostrophes("Germany's and US courts' rates, isn't it") == (
        "Germany\u2019s and US courts\u2019 rates, isn\u2019t it"
    )
    assert words.apostrophes("'a' 5' \"b\"") == "'a' 5' \"b\""
    chart = line_chart(
        Series("Germany's", "usa", ("C\u00f4te d'Ivoire",), (0.5,)), kind="bar", x_scale="category",
        title="It's", alt="It's.", note="It's", categories=("C\u00f4te d'Ivoire",),
        events=(Event("2022", "It's"),),
        table=Table(("It's",), (("It's",),)),
    )  # fmt: skip
    assert "'" not in json.dumps(asdict(words.typeset(chart)))
    assert words.typeset(words.typeset(chart)) == words.typeset(chart)
    assert "It's" not in bundle.html(chart) + mpl.svg(chart, WIDE) + plotly_figure.to_json(chart)
    assert "It&#x27;s" not in bundle.html(chart)
    assert "It's" in files.to_csv(chart)


def test_what_hollow_means_is_said_once() -> None:
    chart = samples.outcomes()
    assert words.hollow_key(chart).startswith("Hatched: partial")
    assert words.hollow_key(replace(chart, note="Hatched: half a year.")) == ""


def test_an_event_of_a_fiscal_year_stands_inside_it() -> None:
    fiscal = line_chart(Series("A", "usa", ("2022",), (0.5,)), x_scale="fiscal-year")
    low, high = scales.time_span(fiscal)
    assert (low, high) == (2021.75, 2022.75)
    assert low < scales.instant("2021-10-02") < scales.instant("2022-09-30") < high
