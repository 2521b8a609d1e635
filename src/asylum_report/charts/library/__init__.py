"""The report's own charts: each a function from the tidy tables to a `Chart`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from asylum_report.charts.library import (
    appeal,
    applications,
    arrivals,
    countries,
    lottery,
    outlook,
    outlook_scores,
    queue,
    recognition,
    trend,
    turning,
)
from asylum_report.charts.model import Chart
from asylum_report.errors import UnknownName

MAKERS: dict[str, Callable[[], Chart]] = {
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
    "across-latest": countries.across_latest,
    "across-change": countries.across_change,
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
    "turning-alarms": turning.alarms,
}


@cache
def chart(name: str) -> Chart:
    """Return one of the report's charts by name.

    Raises
    ------
    UnknownName
        With the names there are.
    """
    if name not in MAKERS:
        raise UnknownName(f"unknown chart '{name}'", todo=f"use one of {', '.join(MAKERS)}")
    made = MAKERS[name]()
    if made.name != name:
        raise ValueError(f"chart {made.name} is registered as {name}")
    return made


def all_charts() -> dict[str, Chart]:
    """Return every chart of the report by name."""
    return {name: chart(name) for name in MAKERS}
