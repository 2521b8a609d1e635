"""Charts as drawn: where labels stand, what is a gap, what is hollow, and the same bytes."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import test_charts_samples as samples
from asylum_report import identity
from asylum_report.charts import letters, lines, mpl, placing, row_marks, scales, words
from asylum_report.charts.model import Chart, Event, Series, Table
from asylum_report.charts.variants import NARROW, WIDE, for_print

SVG = "{http://www.w3.org/2000/svg}"
EVERY = pytest.mark.parametrize("make", samples.ALL, ids=lambda f: f.__name__)


def line_chart(*series: Series, **more) -> Chart:
    fields = {
        "name": "test", "title": "Finding", "subtitle": "", "kind": "line", "x_scale": "year",
        "y_format": "percent", "source": "None", "alt": "A chart.",
        "table": Table(("Year",), (("2020",),)),
    }  # fmt: skip
    return Chart(series=series, **(fields | more))


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text.replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1))


def by_id(text: str, suffix: str) -> ET.Element | None:
    found = [e for e in parsed(text).iter() if e.get("id", "").endswith(suffix)]
    return found[0] if found else None


def pieces(element: ET.Element) -> list[int]:
    """Return the number of points of each unbroken piece of a path."""
    path = element if element.tag == f"{SVG}path" else element.find(f".//{SVG}path")
    return [1 + piece.count("L") for piece in path.get("d").split("M")[1:]]


@EVERY
def test_a_chart_drawn_twice_has_the_same_bytes(make) -> None:
    chart = make()
    assert mpl.svg(chart, WIDE) == mpl.svg(chart, WIDE)
    assert mpl.standalone_svg(chart) == mpl.standalone_svg(chart)
    assert mpl.png(chart) == mpl.png(chart)


def test_another_process_and_other_settings_give_the_same_bytes() -> None:
    code = (
        f"import sys, hashlib; sys.path.insert(0, {str(Path(__file__).parent)!r});"
        "import matplotlib as m; m.rcParams['font.size'] = 30; m.rcParams['lines.linewidth'] = 9;"
        "import test_charts_samples as s; from asylum_report.charts import mpl;"
        "from asylum_report.charts.variants import NARROW; c = s.rates();"
        "print(hashlib.sha256(mpl.svg(c, NARROW).encode() + mpl.standalone_svg(c).encode()"
        " + mpl.png(c)).hexdigest())"
    )
    seeds = ("1", "2")
    answers = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        ).stdout
        for seed in seeds
    }  # fmt: skip
    chart = samples.rates()
    content = mpl.svg(chart, NARROW).encode() + mpl.standalone_svg(chart).encode() + mpl.png(chart)
    assert answers == {hashlib.sha256(content).hexdigest() + "\n"}


def test_a_missing_value_is_a_gap() -> None:
    x = ("2018", "2019", "2020", "2021", "2022", "2023")
    chart = line_chart(Series("A", "germany", x, (0.1, 0.2, None, 0.3, 0.2, 0.1)))
    line = by_id(mpl.svg(chart, WIDE), "-line-0")
    assert pieces(line) == [2, 3]


def test_a_period_left_out_is_a_gap() -> None:
    chart = line_chart(Series("A", "germany", ("2018", "2019", "2021", "2022"), (0.1,) * 4))
    assert pieces(by_id(mpl.svg(chart, WIDE), "-line-0")) == [2, 2]


def test_a_partial_period_is_hollow_and_joined_to_nothing() -> None:
    x = ("2021", "2022", "2023", "2024")
    chart = line_chart(
        Series("A", "germany", x, (0.1, 0.2, 0.3, 0.2), hollow=(False, False, False, True))
    )
    text = mpl.svg(chart, WIDE)
    assert pieces(by_id(text, "-line-0")) == [3]
    assert "dotted" not in text
    assert "stroke-dasharray" not in text
    full, hollow = by_id(text, "-points-0"), by_id(text, "-hollow-0")
    assert len(full.findall(f".//{SVG}use")) == 3
    (use,) = hollow.findall(f".//{SVG}use")
    assert use.get("fill") == identity.light("paper")
    assert use.get("stroke") == identity.light("germany")


def test_a_hollow_bar_is_hatched() -> None:
    x = ("2023", "2024")
    bars = Series("A", "rejected", x, (10, 5), hollow=(False, True))
    text = mpl.svg(line_chart(bars, kind="stack", y_format="count"), WIDE)
    assert pieces(by_id(text, "-bars-0")) == [4]
    assert re.search(r'class="f-paper s-rejected"', text)


def test_intervals_are_bands_where_joined_and_whiskers_elsewhere() -> None:
    x = ("2020", "2021", "2022", "2023")
    chart = line_chart(
        Series("A", "usa", x, (0.5,) * 4, (0.4,) * 4, (0.6,) * 4, hollow=(False,) * 3 + (True,))
    )
    text = mpl.svg(chart, WIDE)
    assert pieces(by_id(text, "-band-0")) == [6]
    assert pieces(by_id(text, "-whiskers-0")) == [2]


@EVERY
def test_nothing_is_written_outside_the_sheet(make) -> None:
    for variant in (WIDE, NARROW):
        root = parsed(mpl.svg(make(), variant))
        width, height = (float(v) for v in root.get("viewBox").split()[2:])
        for text in root.iter(f"{SVG}text"):
            size, weight = float(text.get("font-size")), int(text.get("font-weight", 400))
            wide = letters.width(text.text, size, weight)
            x, y = float(text.get("x")), float(text.get("y"))
            anchor = text.get("text-anchor", "start")
            left = x - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
            assert left >= -0.5, text.text
            assert left + wide <= width + 0.5, text.text
            assert size * 0.7 <= y <= height, text.text


@EVERY
def test_no_two_texts_overlap(make) -> None:
    for variant in (WIDE, NARROW):
        boxes = []
        for text in parsed(mpl.svg(make(), variant)).iter(f"{SVG}text"):
            size, weight = float(text.get("font-size")), int(text.get("font-weight", 400))
            wide = letters.width(text.text, size, weight)
            x, y = float(text.get("x")), float(text.get("y"))
            left = (
                x - {"start": 0, "middle": wide / 2, "end": wide}[text.get("text-anchor", "start")]
            )
            boxes.append((left, y - 0.62 * size, left + wide, y + 0.1 * size, text.text))
        for i, a in enumerate(boxes):
            for b in boxes[i + 1 :]:
                apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
                assert apart, (variant.name, a[4], b[4])


def test_names_stand_beside_the_lines_with_the_last_full_value() -> None:
    x = ("2023", "2024")
    chart = line_chart(
        Series("Germany", "germany", x, (0.3, 0.2)),
        Series("France", "france", x, (0.4, 0.45), hollow=(False, True)),
    )
    found = [t.text for t in parsed(mpl.svg(chart, WIDE)).iter(f"{SVG}text")]
    assert found[-4:-1] == ["Germany", "20.0%", "France"]
    assert "45.0%" not in found


def test_events_are_labelled_when_wide_and_numbered_when_narrow() -> None:
    chart = samples.rates()
    wide = [t.text for t in parsed(mpl.svg(chart, WIDE)).iter(f"{SVG}text")]
    narrow = [t.text for t in parsed(mpl.svg(chart, NARROW)).iter(f"{SVG}text")]
    assert "Mobilisation in Russia, Sep\u00a02022" in wide
    assert "Sep\u00a02022: Mobilisation in Russia" in narrow
    assert "Mobilisation in Russia" not in narrow


def test_an_event_outside_the_periods_is_left_out() -> None:
    series = Series("A", "germany", ("2020", "2021"), (0.1, 0.2))
    chart = line_chart(series, events=(Event("2022-02-24", "Too late"), Event("2020-05", "Inside")))
    text = mpl.svg(chart, WIDE)
    assert "Too late" not in text
    assert "Inside" in text


def test_title_and_source_are_drawn_in_files_and_not_in_pages() -> None:
    chart = samples.definitions()
    assert "Source:" not in mpl.svg(chart, WIDE)
    heights = [
        float(re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', text)[1])
        for text in (mpl.svg(chart, WIDE), mpl.standalone_svg(chart))
    ]
    assert heights[1] > heights[0] + 100


def test_print_has_the_size_asked_for() -> None:
    text = mpl.print_svg(samples.rates(), 170, 62)
    assert 'width="481.89pt" height="175.75pt"' in text
    assert "<text" not in text
    with pytest.raises(ValueError, match="no room"):
        mpl.print_svg(samples.rates(), 170, 20)
    with pytest.raises(ValueError, match="no room"):
        mpl.print_svg(samples.destinations(), 170, 40)


def test_categories_that_share_no_values_have_one_lane_and_figures() -> None:
    chart = line_chart(
        Series("Others", "muted", ("Austria", "Norway"), (0.2, 0.4), n=(100, 200)),
        Series("Germany", "germany", ("Germany",), (0.1,), n=(4000,)),
        kind="dot", x_scale="category", categories=("Norway", "Germany", "Austria"),
    )  # fmt: skip
    assert row_marks.lanes(chart) == 1
    assert not row_marks.needs_key(chart)
    found = [t.text for t in parsed(mpl.svg(chart, WIDE)).iter(f"{SVG}text")]
    assert [t for t in found if t in ("Norway", "Germany", "Austria")] == [
        "Norway", "Germany", "Austria",
    ]  # fmt: skip
    assert {"40.0%", "10.0%", "20.0%", "4,000", "n"} <= set(found)


def test_labels_at_line_ends_are_spread_and_kept_in_order() -> None:
    placed = placing.spread([50, 52, 54, 200], [20, 20, 20, 20], 0, 300)
    assert placed == [32, 52, 72, 200]
    assert placing.spread([1, 2], [20, 20], 0, 300) == [10, 30]
    assert placing.spread([299, 298], [20, 20], 0, 300) == [290, 270]


@pytest.mark.parametrize(
    ("places", "widths"),
    [([100, 110], [80, 80]), ([100, 120, 140], [90, 90, 90]), ([590, 580], [60, 60])],
)
def test_flags_touch_neither_each_other_nor_other_lines(places, widths) -> None:
    found = placing.flags(places, widths, 0, 600)
    for i, a in enumerate(found):
        for j, b in enumerate(found):
            if i != j and a.row == b.row:
                assert a.right < b.left or b.right < a.left
            if i != j and a.row > b.row:
                assert not b.left < places[i] < b.right
    assert placing.flags([300] * 9, [280] * 9, 0, 600) is None


def test_axes_begin_at_zero_and_take_in_intervals() -> None:
    chart = line_chart(Series("A", "usa", ("2020",), (0.5,), (0.4,), (0.83,)))
    low, high, ticks = scales.value_axis(chart, 5)
    assert (low, round(high, 3)) == (0, 0.838)
    assert [t.label for t in ticks] == ["0%", "20%", "40%", "60%", "80%"]
    below = line_chart(Series("A", "usa", ("2020",), (-0.11,)), y_format="points")
    assert scales.value_axis(below, 4)[2][0].label == "−10"


def test_values_in_words() -> None:
    assert words.value(0.2895, "percent") == "28.9%"
    assert words.value(-0.031, "points") == "−3.1"
    assert words.value(0.05, "points") == "+5.0"
    assert words.value(-0.0001, "points") == "0.0"
    assert words.value(57163, "count") == "57,163"
    assert words.value(None, "count") == "not published"
    assert words.tick(3_000_000, 1_000_000, "count") == "3\u00a0m"
    assert words.month("2022-09-21") == "Sep\u00a02022"


def test_shapes_of_one_chart_differ() -> None:
    chart = line_chart(
        *(Series(c, c, ("2020",), (0.1,)) for c in ("germany", "first", "accent", "muted"))
    )
    assert len(set(lines.shapes(chart))) == 4


def test_contradictory_charts_are_refused() -> None:
    with pytest.raises(ValueError, match="no colour"):
        Series("A", "pink", ("2020",), (0.1,))
    with pytest.raises(ValueError, match="stands twice"):
        Series("A", "usa", ("2020", "2020"), (0.1, 0.2))
    with pytest.raises(ValueError, match="2 values for 1 x"):
        Series("A", "usa", ("2020",), (0.1, 0.2))
    with pytest.raises(ValueError, match="a break at '2021'"):
        Series("A", "usa", ("2020",), (0.1,), breaks=("2021",))
    with pytest.raises(ValueError, match="small letters"):
        line_chart(Series("A", "usa", ("2020",), (0.1,)), name="A b")
    with pytest.raises(ValueError, match="another length"):
        Table(("a", "b"), ((1,),))
    with pytest.raises(ValueError, match="categories"):
        line_chart(Series("A", "usa", ("2020",), (0.1,)), categories=("2021",))


def test_the_model_loads_without_drawing_libraries() -> None:
    code = (
        "import sys; import asylum_report.charts.model;"
        "print([m for m in ('matplotlib', 'plotly', 'numpy', 'pandas', 'fontTools')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_print_variant_is_numbered_only_where_narrow() -> None:
    assert not for_print(170, 60).numbered
    assert for_print(80, 60).numbered
