"""In which language a chart is being drawn: small words, figures and months around its own texts.

A chart knows its language (`Chart.lang`). While it is drawn, that language holds for everything
that the drawing writes by itself; English is as the rest of this room writes it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from asylum_report.charts.model import Chart

P = ParamSpec("P")
R = TypeVar("R")
_LANGUAGE: ContextVar[str] = ContextVar("language of the chart being drawn", default="en")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def in_its_language(
    draw: Callable[Concatenate[Chart, P], R],
) -> Callable[Concatenate[Chart, P], R]:
    """Let a function that draws a chart do so in the language of the chart."""

    @wraps(draw)
    def drawn(chart: Chart, /, *args: P.args, **kwargs: P.kwargs) -> R:
        token = _LANGUAGE.set(chart.lang)
        try:
            return draw(chart, *args, **kwargs)
        finally:
            _LANGUAGE.reset(token)

    return drawn


def say(text: str) -> str:
    """Return a small word of charts, given in English, in the language of the chart.

    Raises
    ------
    InvalidTable
        If nobody has translated it.
    """
    return _language().phrase(text, _LANGUAGE.get()) if _foreign() else text


def figure(text: str) -> str:
    """Return a figure, written in English, as the language of the chart writes it."""
    return _language().rewritten(text, _LANGUAGE.get()) if _foreign() else text


def span(low: str, high: str) -> str:
    """Return a range from two figures that are already written in the language."""
    return _language().span(low, high, _LANGUAGE.get()) if _foreign() else f"{low} to {high}"


def month(iso: str) -> str:
    """Return "2022-02" in words, as beside marks: "Feb 2022"."""
    if _foreign():
        return str(_language().month(iso, _LANGUAGE.get()))
    return f"{MONTHS[int(iso[5:7]) - 1]}\u00a0{iso[:4]}"


def months() -> tuple[str, ...]:
    """Return the short names of the twelve months."""
    return tuple(_language().months(_LANGUAGE.get())) if _foreign() else MONTHS


def _foreign() -> bool:
    return _LANGUAGE.get() != "en"


def _language() -> Any:
    """Return the room of languages, which English never loads."""
    from asylum_report import language

    return language
