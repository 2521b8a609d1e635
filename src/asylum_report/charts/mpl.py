"""A chart as a Matplotlib figure, and as SVG and PNG, the same bytes every time."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from asylum_report.charts import by_category, frame, over_time, speech, words
from asylum_report.charts.canvas import Canvas
from asylum_report.charts.model import Chart
from asylum_report.charts.svg import inlined, standalone
from asylum_report.charts.variants import FILE, Variant, for_print

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@speech.in_its_language
def draw(chart: Chart, variant: Variant) -> Figure:
    """Draw a chart in one size.

    Parameters
    ----------
    chart
        What to draw.
    variant
        One of `asylum_report.charts.variants`: WIDE, NARROW, FILE or ``for_print(...)``.

    Returns
    -------
    Figure
        Of the variant's width; as high as the variant says, or as the chart needs.
    """
    chart, v = words.typeset(chart), variant
    canvas = Canvas(v.width, v.pad, v.background)
    top = frame.heading(canvas, chart, v, 0.0) if v.titled else 0.0
    below = frame.remarks_height(chart, v) + (frame.closing_height(chart, v) if v.titled else 0.0)
    bottom = None if v.height is None else v.height - below
    plot = by_category.draw if chart.kind in ("bar", "dot") else over_time.draw
    y = plot(canvas, chart, v, top, bottom)
    y = frame.remarks(canvas, chart, v, y)
    if v.titled:
        y = frame.closing(canvas, chart, v, y)
    return canvas.finish(y if v.height is None else v.height)


@speech.in_its_language
def svg(chart: Chart, variant: Variant) -> str:
    """Return the SVG to inline in a page: letters as text, colours as classes, no style."""
    chart = words.typeset(chart)
    return inlined(_raw(chart, variant, "none"), chart, variant)


@speech.in_its_language
def standalone_svg(chart: Chart) -> str:
    """Return the SVG that stands alone: title and source drawn, letters as outlines."""
    chart = words.typeset(chart)
    return standalone(_raw(chart, FILE, "path"), chart, FILE)


@speech.in_its_language
def print_svg(chart: Chart, width_mm: float, height_mm: float, *, titled: bool = False) -> str:
    """Return the SVG for the brief: letters as outlines, small type, transparent ground.

    Parameters
    ----------
    chart
        What to draw.
    width_mm, height_mm
        Size of the whole drawing.
    titled
        Whether title, subtitle, note and source are drawn too.
    """
    chart = words.typeset(chart)
    variant = for_print(width_mm, height_mm, titled=titled)
    return standalone(_raw(chart, variant, "path"), chart, variant)


@speech.in_its_language
def png(chart: Chart, factor: int = 2) -> bytes:
    """Return the picture that stands alone as PNG, `factor` pixels to a pixel of the layout."""
    chart, buffer = words.typeset(chart), io.BytesIO()
    with _settings(chart, FILE, "path"):
        draw(chart, FILE).savefig(
            buffer, format="png", dpi=72 * factor, metadata={"Software": None, "Title": chart.title}
        )
    return buffer.getvalue()


def _raw(chart: Chart, variant: Variant, fonttype: str) -> str:
    buffer = io.StringIO()
    with _settings(chart, variant, fonttype):
        draw(chart, variant).savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def _settings(chart: Chart, variant: Variant, fonttype: str) -> Any:
    """Return the context in which Matplotlib draws, whatever the user's own settings are."""
    import matplotlib as mpl

    return mpl.rc_context(settings(f"{chart.name}-{variant.name}", fonttype))


def settings(salt: str, fonttype: str) -> Any:
    """Return Matplotlib's own settings with what makes drawings the same every time.

    Parameters
    ----------
    salt
        What ids in an SVG are made of.
    fonttype
        How an SVG writes letters: ``path`` or ``none``, as text.
    """
    import matplotlib as mpl

    chosen: Any = {k: w for k, w in mpl.rcParamsDefault.items() if not k.startswith("backend")}
    chosen |= {
        "svg.hashsalt": salt,
        "svg.fonttype": fonttype,
        "path.simplify": False,
        "text.hinting": "none",
        "text.antialiased": True,
        "text.usetex": False,
        "text.parse_math": False,
    }
    return chosen
