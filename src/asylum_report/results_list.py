"""The list of analyses and of the tables they give: plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Analysis:
    """One computation that gives one or more tables.

    Attributes
    ----------
    module
        Module of `asylum_report.analyses` whose ``compute()`` returns name to DataFrame.
    tables
        Names of the tables it gives.
    inputs
        What it reads: TABLE:DATASET for the rows of a dataset in a tidy table (a table without
        datasets is named alone), and files below the project's root.
    code
        Modules and packages below ``src/asylum_report`` that its results rest on.
    """

    module: str
    tables: tuple[str, ...]
    inputs: tuple[str, ...]
    code: tuple[str, ...]


DECISIONS = ("decisions:unhcr-asylum-decisions", "decisions:bamf-monthly")
BORDER = "encounters:cbp-nationwide-encounters"

ANALYSES: dict[str, Analysis] = {
    "lottery": Analysis(
        "lottery",
        ("lottery_destinations", "lottery_russians", "lottery_dispersion", "lottery_years"),
        ("decisions:unhcr-asylum-decisions", "data/reference/authorities.yml",
         "data/reference/countries.csv"),
        ("authorities.py", "columns.py", "corridors.py", "places.py", "recognition.py",
         "models/status.py", *(f"models/lottery_{part}.py" for part in (
             "cells", "dispersion", "draws", "effects", "fit", "likelihood", "rounding",
             "standardise"))),
    ),
    "trend": Analysis(
        "trend",
        ("trend", "trend_changes", "trend_months", "trend_design"),
        (*DECISIONS, "data/reference/authorities.yml"),
        ("analyses/series.py", "models/trend.py", "models/exact.py", "models/likelihood.py",
         "models/draws.py", "models/design.py", "models/status.py", "corridors.py",
         "recognition.py", "authorities.py"),
    ),
    "appeal": Analysis(
        "appeal",
        ("appeal_cumulative", "appeal_pooled", "appeal_sensitivity", "queue"),
        (*DECISIONS, "decisions:migr_asydcfsta", "decisions:migr_asydcfina",
         "applications:unhcr-asylum-applications", "applications:bamf-monthly",
         "stocks:unhcr-population", "stocks:bamf-monthly", "figures",
         "data/reference/authorities.yml"),
        ("analyses/queue.py", "models/appeal.py", "models/queue.py", "models/status.py",
         "corridors.py", "recognition.py", "authorities.py"),
    ),
    "outlook": Analysis(
        "outlook",
        ("outlook_forecast", "outlook_scores", "outlook_rates", "outlook_rate_scores"),
        ("decisions:unhcr-asylum-decisions", "applications:migr_asyappctzm", BORDER,
         "data/reference/authorities.yml"),
        ("models/forecast.py", "models/forecast_fitted.py", "models/forecast_rates.py",
         "models/backtest.py", "models/scoring.py", "models/status.py", "authorities.py",
         "corridors.py"),
    ),
    "turning-points": Analysis(
        "turning_points",
        ("turning_points", "turning_horizons", "turning_search", "turning_placebos",
         "turning_counterfactual"),
        (*DECISIONS, "applications:migr_asyappctzm", BORDER, "events",
         "data/reference/turning_points.yml", "data/reference/authorities.yml"),
        ("models/status.py", "corridors.py", "recognition.py", "authorities.py",
         *(f"analyses/turning_{part}.py" for part in ("reference", "series", "tests", "others")),
         *(f"models/turning_{part}.py" for part in (
             "counts", "dates", "gls", "null", "rates", "search"))),
    ),
    "revisions": Analysis(
        "revisions",
        ("revisions_cells", "revisions_rates", "revisions_summary", "revisions_releases"),
        # A new release or vintage of either publisher changes one of the tables.
        ("decisions:unhcr-asylum-decisions", "applications:unhcr-asylum-applications",
         "applications:migr_asyappctza", "data/reference/corrections.yml",
         "data/reference/authorities.yml"),
        ("analyses/revisions_read.py", "analyses/revisions_summary.py", "harmonise/unhcr.py",
         "corridors.py", "recognition.py", "authorities.py"),
    ),
}  # fmt: skip
"""Every analysis by name."""

ABOUT: dict[str, str] = {
    "trend": "Trend: chance of protection and smooth level by destination, authority and year",
    "trend_changes": "Trend: changes between years, with the probability of a fall",
    "trend_months": "Trend: BAMF by month",
    "trend_design": "Trend: the design effect from BAMF's months",
    "turning_points": "Turning points: every event tested on every series it could touch",
    "turning_horizons": "Turning points: the same over longer windows",
    "turning_search": "Turning points: search for changes that no event announces",
    "turning_placebos": "Turning points: the same test at dates and places where nothing happened",
    "turning_counterfactual": "Turning points: what was to be expected without the event, by month",
    "lottery_destinations": "Comparison: every destination's rate, the rate expected, their ratio",
    "lottery_russians": "Comparison: Russian citizens by destination, beyond the general level",
    "lottery_dispersion": "Comparison: spread of rates between destinations by year",
    "lottery_years": "Comparison: the fit of each year",
    "outlook_forecast": "Outlook: applications and encounters by month ahead",
    "outlook_scores": "Outlook: scores of every model on past months",
    "outlook_rates": "Outlook: rates one and two years ahead",
    "outlook_rate_scores": "Outlook: scores of the forecasts of rates",
    "appeal_cumulative": "After the appeal: bounds by destination and year",
    "appeal_pooled": "After the appeal: bounds over three and five years together",
    "appeal_sensitivity": "After the appeal: the bounds under other assumptions",
    "revisions_cells": "Revisions: each figure as first published and as it is now",
    "revisions_rates": "Revisions: protection rates by the first and by the latest figures",
    "revisions_summary": "Revisions: share revised, size of changes and days watched",
    "revisions_releases": "Revisions: the releases, and what their half years became",
    "queue": "The queue: pending, clearance rate and months of work by destination and year",
}
"""What each table of results holds."""
