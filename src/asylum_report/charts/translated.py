"""A chart with all its words in another language: the same marks, figures and order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from asylum_report import language
from asylum_report.charts import words
from asylum_report.charts.model import Chart


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
        return text if _is_period(text) else language.phrase(text, lang)

    return replace(words.rewritten(chart, say), name=f"{chart.name}-{lang}", lang=lang)


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
