"""A chart as a block of HTML, and as what a notebook keeps of it.

The block holds the picture twice, for wide and for narrow columns, of which the style sheet shows
one; title, source and note; the data as a table; links to the files; and a button for the live
chart, which only ``assets/charts.js`` brings to view.
"""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

from asylum_report.charts import speech, words
from asylum_report.charts.files import pictures
from asylum_report.charts.model import Chart, Table
from asylum_report.charts.plotly_figure import figure

LIVE = {
    "explore": "Explore",
    "back": "Back to the picture",
    "loading": "Loading the live chart …",
    "ready": "Live chart: point at a mark for its figures, drag to zoom, double-click to zoom out.",
    "failed": "The live chart could not be loaded. "
    "The picture and the table show the same figures.",
    "local": "The live chart needs a web server; opened from a file, a page cannot load it.",
    "title": "Live chart:",
}
"""What ``assets/charts.js`` says, by its own names."""

EMBED = "downloads.html#embed-"
"""Where the site says how a chart is put into another page."""

NOTEBOOK_PREFIX = "../"
"""From ``notebooks/NAME.html`` to the root of the site."""


@speech.in_its_language
def html(chart: Chart, prefix: str = NOTEBOOK_PREFIX) -> str:
    """Return the figure block of a chart.

    Parameters
    ----------
    chart
        What to show.
    prefix
        Way from the page to the root of the site: ``"../"`` for notebooks, ``""`` for pages at
        the root.
    """
    chart, name = words.typeset(chart), chart.name
    wide, narrow = pictures(chart)
    files = f"{_text(prefix)}figures/{name}"
    subtitle = f'<div class="ar-subtitle">{_text(chart.subtitle)}</div>' if chart.subtitle else ""
    note = f'<div class="ar-note">{_prose(chart.note)}</div>' if chart.note else ""
    source = speech.say("Source:")
    return "\n".join((
        f'<figure class="ar-chart" id="{name}" data-chart="{name}"{_spoken(chart)} '
        f'aria-labelledby="{name}-head">',
        f'<div class="ar-head"><div class="ar-title" id="{name}-head">{_text(chart.title)}</div>'
        f"{subtitle}</div>",
        f'<div class="ar-picture">{_safe(wide)}{_safe(narrow)}</div>',
        f'<figcaption class="ar-caption">{note}'
        f'<div class="ar-source"><span class="ar-source-word">{source}</span> '
        f"{_prose(chart.source)}</div></figcaption>",
        '<div class="ar-tools">',
        f'<details class="ar-data"><summary>{speech.say("Table")}<span class="ar-hidden">: '
        f"{_text(chart.title)}</span></summary>{table(chart)}</details>",
        f'<div class="ar-links"><span class="ar-links-word">{speech.say("Download")}</span> '
        + " ".join(
            f'<a href="{files}.{kind}" download>{kind.upper()}'
            f'<span class="ar-hidden">: {_text(chart.title)}</span></a>'
            for kind in ("csv", "png", "svg")
        )
        + _embed(chart, prefix)
        + f'<button type="button" class="ar-explore" hidden>{speech.say("Explore")}</button></div>',
        "</div>",
        '<div class="ar-status" role="status"></div>',
        "</figure>",
    ))  # fmt: skip


def _embed(chart: Chart, prefix: str) -> str:
    """Return a link to how the chart is put into another page: charts in English only."""
    if chart.lang != "en":
        return ""
    hidden = f'<span class="ar-hidden">: {_text(chart.title)}</span>'
    return f' <a href="{_text(prefix)}{EMBED}{chart.name}">Embed{hidden}</a>'


def _spoken(chart: Chart) -> str:
    """Return what ``charts.js`` says of a chart in another language than English."""
    if chart.lang == "en":
        return ""
    said = {name: speech.say(english) for name, english in LIVE.items()}
    words_ = _text(json.dumps(said, ensure_ascii=False, sort_keys=True))
    return f' lang="{chart.lang}" data-words="{words_}"'


@speech.in_its_language
def table(chart: Chart) -> str:
    """Return the data table of a chart in its scrolling box."""
    chart = words.typeset(chart)
    data = chart.table
    rows = "\n".join(
        "<tr>" + "".join(_cell(data, k, value) for k, value in enumerate(row)) + "</tr>"
        for row in data.rows
    )
    head = "".join(_heading(data, k) for k in range(len(data.columns)))
    # Quarto would otherwise rebuild the table and lose its classes.
    return (
        f'<div class="ar-scroll" tabindex="0" role="region" aria-label="{speech.say("Table")}: '
        f'{_text(chart.title)}">\n<table class="ar-table" data-quarto-disable-processing="true">'
        f'<caption class="ar-hidden">{_text(chart.title)}. {_text(chart.subtitle)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>"
    )


def _form(data: Table, k: int) -> str:
    return data.formats[k] if data.formats else ""


def _numeric(data: Table, k: int) -> bool:
    """Return whether a column holds numbers: by its format, or by what it holds."""
    if form := _form(data, k):
        return form != "text"
    return any(isinstance(row[k], int | float) for row in data.rows)


def _heading(data: Table, k: int) -> str:
    name, css = data.columns[k], ' class="ar-number"' if _numeric(data, k) else ""
    return f'<th scope="col"{css}>{_text(name)}</th>' if name else "<td></td>"


def _cell(data: Table, k: int, value: str | float | int | None) -> str:
    """Return one cell; the first of a row heads it."""
    content = _text(words.cell(value, _form(data, k)))
    if k == 0:
        return f'<th scope="row">{content}</th>'
    missing = " ar-missing" if value is None else ""
    css = f' class="ar-number{missing}"' if _numeric(data, k) else ""
    return f"<td{css}>{content}</td>"


def markdown(chart: Chart, prefix: str = "") -> str:
    """Return the figure block as raw HTML in Markdown, for a page to include.

    Parameters
    ----------
    chart, prefix
        As for `html`; here the page is at the root of the site by default.
    """
    return f"```{{=html}}\n{html(chart, prefix)}\n```\n"


def mimebundle(chart: Chart, prefix: str = NOTEBOOK_PREFIX) -> dict[str, Any]:
    """Return what a notebook keeps: Plotly for JupyterLab, Markdown for publishers, plain text.

    There is no ``text/html`` and no ``image/svg+xml`` on purpose: publishers would prefer them
    and lose caption, table and links.
    """
    shown = words.typeset(chart)
    return {
        "application/vnd.plotly.v1+json": figure(chart),
        "text/markdown": markdown(chart, prefix),
        "text/plain": f"{shown.title}. {shown.alt}",
    }


def _text(text: str) -> str:
    """Return a text safe in HTML, in a Markdown fence and from a publisher's shortcodes."""
    return _safe(escape(" ".join(text.split(" ")).replace("\n", " ")))


def _prose(text: str) -> str:
    """Return a text with its ISO dates kept on one line."""
    return re.sub(r"\b\d{4}-\d\d(-\d\d)?\b", r'<span class="ar-nowrap">\g<0></span>', _text(text))


def _safe(markup: str) -> str:
    """Return markup without what would end a Markdown fence or begin a shortcode."""
    return markup.replace("`", "&#96;").replace("{{", "&#123;&#123;")
