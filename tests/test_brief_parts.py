"""What the PDF brief is made of: partials, filter, calls of charts, figures and its date."""

from __future__ import annotations

import re
from pathlib import Path

import pypandoc
import pytest

from asylum_report import identity
from asylum_report.errors import BuildError
from asylum_report.publish import brief_data, brief_typst

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "report" / "brief.qmd").read_text(encoding="utf-8")


def test_quarto_reads_the_same_partials_and_filter() -> None:
    for part in ("template-partials:", "typst-template.typ", "typst-show.typ", "alt.lua"):
        assert part in TEXT
    assert "keep-typ: true" in TEXT
    front = TEXT.split("---")[1]
    assert "{{<" not in front  # Quarto does not fill variables everywhere in front matter
    assert re.search(r"^# ", TEXT, re.MULTILINE)  # else Quarto moves all headings up a level
    for name in ("typst-template.typ", "typst-show.typ"):
        partial = (ROOT / "report" / name).read_text(encoding="utf-8")
        # A dollar sign is pandoc's in a partial; nothing may need a package from the network.
        assert "$" not in re.sub(r"\$[a-z.]+\$", "", partial)
        assert "@preview" not in partial


def test_filter_gives_images_their_text_and_divs_their_function() -> None:
    text = (
        '![A "quoted" figure](x.svg){width=50%}\n\n::: panel\nInside.\n:::\n\n::: other\nA.\n:::\n'
    )
    typ = pypandoc.convert_text(
        text, to="typst", format="markdown",
        extra_args=[f"--lua-filter={ROOT / 'report' / 'alt.lua'}"],
    )  # fmt: skip
    assert '#image("x.svg", alt: "A “quoted” figure", width: 50%)' in typ
    assert re.search(r"#panel\[\s+Inside\.\s+\]", typ)
    assert "#other" not in typ


def test_filter_marks_words_of_another_language() -> None:
    typ = pypandoc.convert_text(
        "The [*Schutzquote*]{lang=de} and [a span]{.small}.", to="typst", format="markdown",
        extra_args=[f"--lua-filter={ROOT / 'report' / 'alt.lua'}"],
    )  # fmt: skip
    assert 'The #text(lang: "de")[#emph[Schutzquote]] and a span.' in typ
    assert "[*Gesamtschutzquote*]{lang=de}" in TEXT


def test_instant_comes_from_inputs_only() -> None:
    numbers = {"meta.date": {"value": "2001-01-02"}, "meta.unhcr_vintage": {"value": "2000-01-01"}}
    assert brief_typst.instant(numbers, {}) == 978_436_800
    assert brief_typst.instant({"meta.unhcr_vintage": {"value": "2000-01-01"}}, {}) == 946_728_000
    assert brief_typst.instant({"meta.date": {"value": "2000-01"}}, {}) == 946_728_000
    assert brief_typst.instant(numbers, {"SOURCE_DATE_EPOCH": "12"}) == 12
    with pytest.raises(BuildError, match="SOURCE_DATE_EPOCH"):
        brief_typst.instant(numbers, {"SOURCE_DATE_EPOCH": "yesterday"})
    with pytest.raises(BuildError, match="no date"):
        brief_typst.instant({}, {})


def test_chart_calls_know_height_and_line() -> None:
    text = 'x\n#chart("a-b", height: 70.5mm)\n#chart( "c" )\n'
    assert brief_data.chart_calls(text, "f") == [
        brief_data.Call("a-b", 70.5, "f, line 2"),
        brief_data.Call("c", brief_data.HEIGHT, "f, line 3"),
    ]
    template = (ROOT / "report" / "typst-template.typ").read_text(encoding="utf-8")
    assert f"#let chart(name, height: {brief_data.HEIGHT:.0f}mm" in template
    edge = float(identity.PAPER_GRID["edge"].removesuffix("mm"))
    assert 210 - 2 * edge == brief_data.WIDTH


def test_figures_do_not_break_over_lines() -> None:
    shown = brief_data.displays(
        {
            "a": {"display": "26.8 to 31.2%"},
            "b": {"display": "1\u202f234"},
            "c": {"display": "United Kingdom"},
        }
    )
    assert shown == {"a": "26.8\u00a0to\u00a031.2%", "b": "1\u00a0234", "c": "United Kingdom"}
