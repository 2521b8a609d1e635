"""The report's own charts: each a function from the tidy tables to a `Chart`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from asylum_report.charts.library import (
    across,
    appeal,
    applications,
    arrivals,
    countries,
    home,
    lottery,
    outlook,
    outlook_scores,
    quarterly,
    queue,
    recognition,
    revisions,
    sections,
    trend,
    turning,
    turning_alarms,
)
from asylum_report.charts.model import Chart
from asylum_report.errors import UnknownName

MAKERS: dict[str, Callable[[], Chart | None]] = {
    "what-happened": home.happened,
    "recognition-three-countries": recognition.headline,
    "recognition-definitions": recognition.definitions,
    "applications-annual": applications.applications_annual,
    "applications-destinations": applications.applications_destinations,
    "applications-monthly": applications.applications_monthly,
    "applications-men": applications.men,
    "germany-outcomes": countries.germany_outcomes,
    "germany-stages": countries.germany_stages,
    "germany-definitions": countries.germany_definitions,
    "germany-pending": arrivals.germany_pending,
    "france-outcomes": countries.france_outcomes,
    "france-stages": countries.france_stages,
    "us-authorities": countries.us_authorities,
    "us-court-outcomes": countries.us_outcomes,
    "us-encounters": arrivals.us_encounters,
    "us-grants": arrivals.us_grants,
    "trend-germany": trend.germany,
    "trend-changes": trend.changes,
    "trend-effects": trend.effects,
    "trend-months": trend.months,
    "trend-coverage": trend.coverage,
    "across-latest": across.across_latest,
    "across-change": across.across_change,
    "lottery-destinations": lottery.destinations,
    "lottery-dispersion": lottery.dispersion,
    "lottery-russians": lottery.deviation,
    "appeal-destinations": appeal.destinations,
    "appeal-germany": appeal.germany,
    "appeal-france": appeal.france,
    "queue-clearance": queue.clearance,
    "queue-months": queue.months_by_year,
    "queue-across": queue.months_across,
    "outlook-applications": outlook.applications,
    "outlook-encounters": outlook.encounters,
    "outlook-rates": outlook.rates,
    "outlook-applications-scores": outlook_scores.applications_scores,
    "outlook-encounters-scores": outlook_scores.encounters_scores,
    "outlook-rates-scores": outlook_scores.rates_scores,
    "turning-applications": turning.applications,
    "turning-encounters": turning.encounters,
    "turning-effects": turning.effects,
    "turning-rates": turning.rates,
    "turning-alarms": turning_alarms.alarms,
    "revisions-shares": revisions.shares,
    "revisions-figures": revisions.figures,
    "revisions-rates": revisions.rates,
    "recognition-quarterly": quarterly.recognition_quarterly,
    "germany-quarterly": quarterly.germany_quarterly,
    "france-quarterly": quarterly.france_quarterly,
    "applications-pending": quarterly.applications_pending,
}
"""Every chart by name. A maker whose figures are not held, because they come from a live service
only, gives None: then there is no such chart, in no list, file or page."""


class NotHeld(UnknownName):
    """A chart of the report whose figures are not held."""


@cache
def _made(name: str) -> Chart | None:
    if name not in MAKERS:
        raise UnknownName(f"unknown chart '{name}'", todo=f"use one of {', '.join(MAKERS)}")
    made = MAKERS[name]()
    if made is not None and made.name != name:
        raise ValueError(f"chart {made.name} is registered as {name}")
    return made


def chart(name: str) -> Chart:
    """Return one of the report's charts by name.

    Raises
    ------
    UnknownName
        With the names there are.
    NotHeld
        If the figures of that chart are not held.
    """
    made = _made(name)
    if made is None:
        raise NotHeld(
            f"there are no figures for the chart '{name}'", todo="run: asylum-report refresh"
        )
    return made


def all_charts() -> dict[str, Chart]:
    """Return every chart of the report whose figures are held, by name."""
    found = {name: _made(name) for name in MAKERS}
    return {name: made for name, made in found.items() if made is not None}


def section(name: str) -> sections.Section | None:
    """Return a part of a page with its chart, or None where its figures are not held.

    Parameters
    ----------
    name
        quarterly, germany-quarterly, france-quarterly or pending.

    Raises
    ------
    UnknownName
        With the names there are.
    """
    if name not in sections.PLANS:
        known = ", ".join(sections.PLANS)
        raise UnknownName(f"unknown section '{name}'", todo=f"use one of {known}")
    return sections.made(name)
