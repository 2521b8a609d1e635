"""A chart on a page: attributes instead of styles, own ids, table, links, escaped words."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

import test_charts_samples as samples
from asylum_report import identity
from asylum_report.charts import bundle, mpl, plotly_figure
from asylum_report.charts.model import Series, Table
from asylum_report.charts.variants import NARROW, WIDE

EVERY = pytest.mark.parametrize("make", samples.ALL, ids=lambda f: f.__name__)
VOID = {"br", "img", "input", "link", "meta", "hr"}


class Page(HTMLParser):
    """Elements of a page with their attributes, and whether every one is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        self.words.append(data)


@EVERY
def test_a_page_needs_no_style_and_no_handler(make) -> None:
    page = Page(bundle.html(make()))
    assert not page.open
    for tag, attributes in page.elements:
        assert tag not in ("style", "script")
        assert not [a for a in attributes if a == "style" or a.startswith("on")]


def test_ids_of_two_charts_on_a_page_are_unique_and_resolve() -> None:
    text = bundle.html(samples.rates()) + bundle.html(samples.outcomes())
    ids = [a["id"] for _, a in Page(text).elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert all(i.startswith(("sample-rates", "sample-outcomes")) for i in ids)
    for _, attributes in Page(text).elements:
        for name, value in attributes.items():
            if name == "href" and value.startswith("#"):
                assert value[1:] in ids
            if name == "aria-labelledby":
                assert set(value.split()) <= set(ids)


@EVERY
def test_a_picture_says_what_it_shows(make) -> None:
    chart = make()
    for variant in (WIDE, NARROW):
        text = mpl.svg(chart, variant)
        assert not text.startswith("<?xml")
        assert "<!DOCTYPE" not in text
        assert 'role="img"' in text
        assert f"{chart.alt}</desc>" in text
        assert re.match(r'<svg [^>]*viewBox="0 0 (760|360) ', text)
        assert f'class="ar-svg ar-{variant.name}"' in text


def test_colours_are_classes_with_the_light_colour_as_attribute() -> None:
    text = mpl.svg(samples.rates(), WIDE)
    used = {i for f in re.findall(r'class="([^"]*)"', text) for i in f.split()}
    assert {"f-germany", "s-germany", "s-line", "f-muted-ink", "s-paper"} <= used
    for letter, name in re.findall(r"\b([fs])-([a-z-]+)\b", " ".join(used)):
        attribute = "fill" if letter == "f" else "stroke"
        assert f'{attribute}="{identity.light(name)}"' in text
    assert "url(#" not in text


def test_letters_stay_text_in_pages_and_become_outlines_in_files() -> None:
    chart = samples.definitions()
    assert ">Protection rate</text>" in mpl.svg(chart, WIDE)
    alone = mpl.standalone_svg(chart)
    assert alone.startswith('<?xml version="1.0" encoding="utf-8"?>\n<svg xmlns=')
    assert "<text" not in alone
    assert "style=" not in alone


def test_the_bundle_has_exactly_what_both_publishers_and_jupyter_show() -> None:
    chart = samples.rates()
    made = bundle.mimebundle(chart)
    assert list(made) == ["application/vnd.plotly.v1+json", "text/markdown", "text/plain"]
    assert chart._repr_mimebundle_() == made
    assert made["text/markdown"].startswith('```{=html}\n<figure class="ar-chart"')
    assert made["text/markdown"].endswith("</figure>\n```\n")
    assert made["text/plain"] == f"{chart.title}. {chart.alt}"
    json.dumps(made)


def test_words_are_escaped_wherever_they_stand() -> None:
    nasty = "<b>\"x\" & 'y' ``` {{< var a >}}"
    chart = replace(
        samples.definitions(), title=nasty, subtitle=nasty, note=nasty, source=nasty, alt=nasty,
        y_label=nasty,
        series=(Series(nasty, "usa", (nasty, "b"), (0.1, 0.2), notes=(nasty, "")),),
        table=Table((nasty, "n"), ((nasty, 0.1),), ("text", "percent")),
    )  # fmt: skip
    text = bundle.html(chart)
    page = Page(text)
    assert not page.open
    assert "b" not in [tag for tag, _ in page.elements]
    assert "`" not in text
    assert "{{" not in text
    assert nasty in page.words
    live = plotly_figure.to_json(chart)
    assert "<b><b>" not in live
    assert "&lt;b&gt;" in live


def test_the_table_has_heads_numbers_and_what_is_missing() -> None:
    text = bundle.table(samples.rates())
    assert '<th scope="col">Year</th><th scope="col" class="ar-number">Germany</th>' in text
    assert "Decisions &lt;Germany&gt;" in text
    assert (
        '<tr><th scope="row">2017</th><td class="ar-number">9.0%</td>'
        '<td class="ar-number">19.0%</td><td class="ar-number ar-missing">not published</td>'
        '<td class="ar-number">1,700</td></tr>'
    ) in text
    assert 'class="ar-scroll" tabindex="0" role="region" aria-label="Table: ' in text
    assert text.count("<caption ") == 1
    assert 'data-quarto-disable-processing="true"' in text


def test_a_column_without_a_name_is_no_heading() -> None:
    chart = replace(samples.rates(), table=Table(("", "n"), (("x", 1),), ("text", "count")))
    assert '<thead><tr><td></td><th scope="col" class="ar-number">n</th>' in bundle.table(chart)


@pytest.mark.parametrize("prefix", ["", "../", "../../"])
def test_links_lead_from_the_page_to_the_root(prefix) -> None:
    links = [a["href"] for t, a in Page(bundle.html(samples.rates(), prefix)).elements if t == "a"]
    files = [f"{prefix}figures/sample-rates.{kind}" for kind in ("csv", "png", "svg")]
    assert links == [*files, f"{prefix}downloads.html#embed-sample-rates"]


def test_the_button_is_hidden_until_the_script_shows_it() -> None:
    page = Page(bundle.html(samples.rates()))
    ((_, button),) = [e for e in page.elements if e[0] == "button"]
    assert button["type"] == "button"
    assert "hidden" in button
    assert "Explore" in page.words


def test_source_note_and_vintage_are_in_the_caption() -> None:
    text = bundle.html(samples.rates())
    caption = text[text.index("<figcaption") : text.index("</figcaption>")]
    assert "Bands are 95% intervals." in caption
    assert 'vintage <span class="ar-nowrap">2025-06-30</span>' in caption


@EVERY
def test_a_live_figure_is_the_same_twice_and_brings_no_template(make) -> None:
    chart = make()
    text = plotly_figure.to_json(chart)
    assert text == plotly_figure.to_json(chart)
    figure = json.loads(text)
    assert set(figure) == {"data", "layout", "config"}
    assert "template" not in figure["layout"]
    assert len(text) < 40_000
    assert set(re.findall(r"#[0-9a-f]{6}", text)) <= set(figure["layout"]["meta"]["tokens"])


def test_a_live_figure_sends_nothing_anywhere() -> None:
    config = plotly_figure.figure(samples.rates())["config"]
    assert config["plotlyServerURL"] == ""
    assert "sendChartToCloud" not in json.dumps(config["modeBarButtons"])


def test_a_live_figure_has_gaps_hollow_points_intervals_and_words() -> None:
    chart = samples.rates()
    data = plotly_figure.figure(chart)["data"]
    points = {t["name"]: t for t in data if t.get("mode") == "markers"}
    usa = points["United States"]
    assert usa["y"][3] is None
    assert usa["marker"]["symbol"][-2:] == ["triangle-up-open", "triangle-up"]
    assert usa["error_y"]["array"][10] == pytest.approx(1.5 / (4067 // 3) ** 0.5, abs=1e-6)
    germany = points["Germany"]["hovertext"][9]
    assert germany == (
        "<b>Germany</b>, 2023<br><b>28.9%</b><br>interval 25.2% to 32.6%<br>n = 1,658"
    )
    bands = [t for t in data if t.get("fill") == "toself"]
    assert [len(b["x"]) for b in bands] == [22, 22, 6, 12]


def test_a_live_line_joins_neither_hollow_values_nor_breaks() -> None:
    x = tuple(str(y) for y in range(2018, 2024))
    series = Series(
        "A", "usa", x, (0.5,) * 6, (0.4,) * 6, (0.6,) * 6, hollow=(False,) * 5 + (True,),
        breaks=("2020",),
    )  # fmt: skip
    chart = replace(samples.rates(), series=(series,))
    data = plotly_figure.figure(chart)["data"]
    (line,) = [t for t in data if t["mode"] == "lines" and "fill" not in t]
    assert line["x"] == [
        "2018-07-01", "2019-07-01", None, "2020-07-01", "2021-07-01", "2022-07-01",
    ]  # fmt: skip
    assert [len(t["x"]) for t in data if t.get("fill") == "toself"] == [4, 6]
    (mark,) = [t for t in data if t.get("name") == "A: break"]
    assert mark["x"] == ["2020-01-01"]
    assert "counted in a new way from 2020 on" in mark["hovertext"][0]
    assert bundle.table(chart) == bundle.table(samples.rates())


def test_live_axes_say_dates_and_turn_no_label() -> None:
    year = plotly_figure.figure(samples.rates())["layout"]
    assert "Mobilisation in Russia, Sep\u00a02022" in [a["text"] for a in year["annotations"]]
    assert year["xaxis"]["minor"]["tickvals"][:2] == ["2014-01-01", "2015-01-01"]
    month = plotly_figure.figure(samples.months())["layout"]
    assert "Mobilisation in Russia" in [a["text"] for a in month["annotations"]]
    assert month["xaxis"]["ticktext"][-1] == "2025"
    dots = plotly_figure.figure(samples.destinations())["layout"]
    assert dots["xaxis"]["range"][0] < 0
    assert len(dots["meta"]["narrow"]) == len(dots["yaxis"]["ticktext"])
    for axis in (year["xaxis"], year["yaxis"], month["xaxis"], dots["xaxis"]):
        assert axis["tickangle"] == 0


def test_hatching_is_live_too() -> None:
    bar = plotly_figure.figure(samples.outcomes())["data"][0]
    assert bar["marker"]["pattern"]["shape"] == [""] * 15 + ["/"]


@EVERY
def test_plotly_itself_accepts_the_figure(make) -> None:
    go = pytest.importorskip("plotly.graph_objects")
    figure = plotly_figure.figure(make())
    go.Figure(data=figure["data"], layout=figure["layout"])
