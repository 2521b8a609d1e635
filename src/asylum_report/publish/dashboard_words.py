"""The words of the dashboard: choices as lists and sentences name them.

Kept in one place, because the page made here and the script that takes it over say the same.
"""

from __future__ import annotations

from typing import NamedTuple

from asylum_report.charts.library.recognition import COURT_CODE

REPORT = "Asylum Report"
TITLE = "Refugee Population Statistics Database, asylum decisions"


class Stage(NamedTuple):
    """One choice of stage.

    Parameters
    ----------
    name
        In the address.
    stage
        What `asylum_report.query.rate_records` is asked for.
    label
        In the list of choices.
    words
        In headings and sentences.
    """

    name: str
    stage: str | None
    label: str
    words: str


class Note(NamedTuple):
    """A remark on the figures of some years."""

    first: int
    last: int
    words: str


STAGES = (
    Stage("default", None, "First instance",
          "first instance as each authority counts it"),
    Stage("first", "first", "First applications only", "first instance, first applications only"),
    Stage("repeat", "repeat", "Repeat applications only", "repeat applications"),
    Stage("first-repeat", "first+repeat", "First and repeat added",
          "first instance, first and repeat applications added"),
    Stage("appeal", "appeal", "Appeals and reviews", "appeals and reviews"),
    Stage("first-appeal", "first+appeal", "First instance and appeal, undivided",
          "first instance and appeal, undivided"),
    Stage("special", "special", "Other procedures",
          "other procedures"),
)  # fmt: skip
"""Every choice; first instance and appeal are never added: they decide on the same people."""

DEFINITIONS = {
    "protection": "Protection rate",
    "refugee": "Refugee rate",
    "eu": "EU rate",
    "overall": "Overall rate",
}

STAGE_MEANS = (
    "First instance is what each authority counts as such: in Germany first and repeat "
    "applications together. Other procedures are those for backlogs, temporary protection and the "
    "like. First instance and appeal are never added: they decide on the same people."
)

OUTCOMES = {
    "refugee": "Refugee status",
    "complementary": "Other protection",
    "rejected": "Rejected",
    "closed": "Closed otherwise",
}

COUNTS = {
    "merits": "Decisions on the merits",
    "positive": "Positive decisions",
    "refugee": "Refugee status",
    "complementary": "Other protection",
    "rejected": "Rejected",
    "closed": "Closed otherwise",
    "all": "All decisions, closed too",
}
"""What can be counted: sums of outcomes, and outcomes."""

SHOWS = {
    "rates": "Rates",
    "counts": "Counts",
    "definitions": "Definitions compared",
}

AUTHORITIES_APART = {
    "EOIR": ": immigration courts (EOIR)",
    "USCIS": ": USCIS",
    "UNHCR": ": decided by UNHCR",
    "joint": ": decided by government and UNHCR",
}
"""What follows the name of a destination in which several authorities decide side by side."""

NOTES = {"USA-EOIR": Note(2017, 2024, COURT_CODE)}
"""What has to be known of a destination, and in which years."""

OWN_COLOURS = {"DEU": "germany", "FRA": "france", "USA-EOIR": "usa"}
"""Destinations that have a colour of their own throughout the report."""

DEFAULT_KEYS = ("DEU", "FRA", "USA-EOIR")
DEFAULT_YEARS = (2015, 2025)
AT_MOST = 6
"""Destinations shown at once, so that each has a colour, a shape and a dash of its own."""
