"""What columns of results mean, by name; those of the tidy tables say so in `columns`."""

from __future__ import annotations

import re

from asylum_report.columns import COLUMNS
from asylum_report.recognition import FEW

SHARED = (
    "source", "dataset", "vintage", "origin", "destination", "authority", "stage", "unit",
    "period_start", "period_end", "sex", "event_id",
)  # fmt: skip
"""Columns that mean in results what they mean in the tidy tables."""

WORDS = {
    "name": "Destination in words",
    "definition": "Definition of the rate: protection, refugee, eu or overall",
    "period": "Period: a year, a quarter or a month",
    "year": "Calendar year",
    "years": "Number of years",
    "month": "Calendar month",
    "n": "Decisions behind the value",
    "positive": "Positive decisions",
    "other": "Decisions that are not positive by the definition",
    "raw": "Rate of the published counts, or its change; a share",
    "rate": "Rate of the published counts; a share",
    "estimate": "The model's central value",
    "value": "The value; a share for rates",
    "low": "Lower end of the 95% interval",
    "high": "Upper end of the 95% interval",
    "low_80": "Lower end of the 80% interval",
    "high_80": "Upper end of the 80% interval",
    "low_50": "Lower end of the 50% interval",
    "high_50": "Upper end of the 50% interval",
    "effect": "Design effect: how many decisions tell as much as one independent one",
    "design_effect": "Design effect: how many decisions tell as much as one independent one",
    "method": "How the interval was worked out",
    "model": "Model that gives the value",
    "horizon": "Years or months ahead",
    "status": "What became of a series, or why there is no value",
    "data_status": "Status of the published figures",
    "period_status": "Status of the period: complete, partial ...",
    "marked": f"Rests on {FEW}",
    "note": "What to know before using the row",
    "reason": "Why there is no value",
    "fall": "Probability that the level fell",
    "earlier": "The earlier year",
    "later": "The later year",
    "p": "p-value of the test",
    "p_adjusted": "p-value, adjusted for the number of tests",
    "series": "Series that was tested or forecast",
    "series_label": "The series in words",
    "event": "Event in words",
    "pool": "Destinations compared with one another",
    "clearance": "Decisions per application in the period",
    "pending": "Applications pending at the date",
    "months_of_work": "Pending applications in months of decisions at the pace of the period",
    "bound_low": "Lowest value that the published counts allow",
    "bound_high": "Highest value that the published counts allow",
    "first_vintage": "Vintage in which the figure was first seen",
    "watched_days": "Days between the first and the latest copy",
    "revised": "Whether the figure was changed after it was first published",
    "replications": "Simulated series a cell",
    "cover_95": "Share of simulations in which the 95% interval held the truth",
    "cover_80": "Share of simulations in which the 80% interval held the truth",
    "cover_50": "Share of simulations in which the 50% interval held the truth",
    "mc_error": "Standard error of the simulation",
    "crps": "Continuous ranked probability score; smaller is better",
    "wis": "Weighted interval score; smaller is better",
    "mase": "Mean absolute scaled error; smaller is better",
}

ENDS = {"low": "Lower", "high": "Upper"}
_END = re.compile(r"(?P<of>\w+?)_(?P<end>low|high)(?:_(?P<level>50|80))?")


def words(name: str) -> tuple[str, str]:
    """Return title and description of a column of results; the latter may be empty."""
    if name in SHARED:
        return COLUMNS[name].title, COLUMNS[name].description
    title = name.replace("_", " ").capitalize()
    if name in WORDS:
        return title, WORDS[name]
    if found := _END.fullmatch(name):
        level = found["level"] or "95"
        return title, f"{ENDS[found['end']]} end of the {level}% interval of {found['of']}"
    return title, ""
