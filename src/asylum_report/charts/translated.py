"""A chart with all its words in another language: the same marks, figures and order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from asylum_report import language
from asylum_report.charts.model import Chart, Event, Series, Table


def translated(chart: Chart, lang: str) -> Chart:
    """Return a chart in a language, as ``NAME-LANG``.

    Parameters
    ----------
    chart
        In English.
    lang
        One of `asylum_report.language.LANGUAGES`.

    Raises
    ------
    InvalidTable
        Naming the first text that ``data/reference/language/`` does not have.
    """

    def say(text: str) -> str:
        return language.phrase(text, lang)

    def every(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(say(text) if not _is_period(text) else text for text in texts)

    def series(one: Series) -> Series:
        return replace(
            one, label=say(one.label), x=every(one.x), notes=every(one.notes),
            breaks=every(one.breaks),
        )  # fmt: skip

    rows = tuple(tuple(c if not isinstance(c, str) else every((c,))[0] for c in row)
                 for row in chart.table.rows)  # fmt: skip
    return replace(
        chart,
        name=f"{chart.name}-{lang}",
        lang=lang,
        title=say(chart.title),
        subtitle=say(chart.subtitle),
        source=say(chart.source),
        alt=say(chart.alt),
        note=say(chart.note),
        y_label=say(chart.y_label),
        hollow_means=say(chart.hollow_means),
        series=tuple(map(series, chart.series)),
        categories=every(chart.categories),
        events=tuple(Event(one.date, say(one.label)) for one in chart.events),
        table=Table(every(chart.table.columns), rows, chart.table.formats),
    )


def wanted(names: Iterable[str], charts: Mapping[str, Chart]) -> dict[str, Chart]:
    """Return the charts in other languages among names such as ``germany-outcomes-de``.

    Parameters
    ----------
    names
        Of charts that pages include, in any language.
    charts
        The charts there are, in English.
    """
    found = {}
    for name in names:
        base, _, lang = name.rpartition("-")
        if name not in charts and base in charts and lang in language.LANGUAGES:
            found[name] = translated(charts[base], lang)
    return found


def _is_period(text: str) -> bool:
    """Return whether a text is a year or month, which drawings write out themselves."""
    return text[:4].isdigit() and text.replace("-", "").isdigit()
