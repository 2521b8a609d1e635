"""The columns of the tidy tables in words: type, meaning, unit and allowed values.

Plain data, from which `asylum_report.tables` makes the checks and ``datapackage.json`` its
descriptions. A text column holds the empty string where there is nothing to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "day", "integer", "number"]

ALL_CITIZENS = "TOTAL"
"""Origin of the sum over all citizenships in raw tables; the tidy ones leave it out, since it would
be counted again with every country that is in it."""

DATASETS = frozenset(
    {
        "bamf-monthly", "cbp-nationwide-encounters", "claims", "events", "figures",
        "migr_asyappctza", "migr_asyappctzm", "migr_asyctz", "migr_asydcfina", "migr_asydcfsta",
        "migr_asydcfstq", "migr_asypenctzm", "migr_asywitfstq", "migr_eiord", "migr_eipre",
        "migr_eirtn", "ohss-yearbook", "prm-admissions",
        "unhcr-asylum-applications", "unhcr-asylum-applications-RUS", "unhcr-asylum-decisions",
        "unhcr-asylum-decisions-RUS", "unhcr-population",
    }
)  # fmt: skip
"""Every dataset that is embedded or can be fetched, by its name in tables and corrections."""

NO_RATE = "no rate: "
"""How the note of a row begins from whose counts no rate follows; the reason comes after it."""


@dataclass(frozen=True)
class Column:
    """One column of a tidy table.

    Parameters
    ----------
    kind
        text, day (ISO date as text), integer or number.
    title
        A word or two for headings.
    description
        What it means.
    values
        The allowed values of a text, or empty where any will do.
    blank
        Whether a text may be empty, or a number missing.
    unit
        Unit of a number, or the name of the column that holds it.
    """

    kind: Kind
    title: str
    description: str
    values: tuple[str, ...] = ()
    blank: bool = False
    unit: str = ""


NATIONAL = (
    "BAMF", "OFPRA", "CNDA", "EOIR", "USCIS", "OHSS", "BFA", "CGRS", "CALL", "IRB", "SEM", "IND",
    "IPO", "Migri", "Migrationsverket", "OAR", "UDI", "UNE", "Home Office",
)  # fmt: skip
"""National authorities whose tables may be imported (docs/import.md)."""
SOURCES = ("UNHCR", "Eurostat", "CBP", "PRM", *NATIONAL)
STAGES = ("first", "repeat", "first+repeat", "appeal", "first+appeal", "special")
OUTCOMES = (
    "refugee",
    "subsidiary",
    "humanitarian",
    "temporary",
    "complementary",
    "positive",
    "rejected",
    "closed",
    "total",
)
STATUSES = ("complete", "partial", "provisional", "break", "estimated")
AGES = ("TOTAL", "Y_LT14", "Y14-17", "Y_LT18", "Y18-34", "Y35-64", "Y_GE65", "UNK")

# One entry a column: its kind, title, description, values.
# fmt: off
COLUMNS: dict[str, Column] = {
    "source": Column("text", "Source", "Publisher of the figure", SOURCES),
    "dataset": Column("text", "Dataset", "The publisher's dataset, as its vintages are named"),
    "vintage": Column("text", "Vintage", "Date of the copy, as precisely as it is known"),
    "origin": Column("text", "Origin", "Citizenship, ISO 3166 alpha-3; XXA stateless, UNK unknown"),
    "destination": Column(
        "text",
        "Destination",
        "Country where asylum is sought, ISO 3166 alpha-3, or an aggregate: EU27, EU28, EU+",
    ),
    "authority": Column("text", "Authority", "Who decides"),
    "level": Column("text", "Level", "The publisher's own code of the instance", blank=True),
    "stage": Column("text", "Stage", "Stage of the procedure; only first and repeat add", STAGES),
    "unit": Column("text", "Unit", "What is counted", ("persons", "cases")),
    "period_start": Column("day", "From", "First day of the period"),
    "period_end": Column("day", "To", "Last day of the period, inclusive"),
    "date": Column("day", "Date", "Day at which people were counted"),
    "outcome": Column("text", "Outcome", "What was decided", OUTCOMES),
    "kind": Column(
        "text", "Kind", "Which applications are counted",
        ("first", "repeat", "all", "appeal"),
    ),
    "sex": Column("text", "Sex", "T all, F women, M men, UNK unknown", ("T", "F", "M", "UNK")),
    "age": Column("text", "Age", "Age group in completed years; TOTAL all", AGES),
    "count": Column(
        "integer", "Count", "The published count; missing where none was published", blank=True,
        unit="as the column unit says, else persons",
    ),
    "rounding_base": Column(
        "integer", "Rounding base", "The true count lies within half of it; 1 means exact"
    ),
    "status": Column("text", "Status", "Whether the figure can be taken as it stands", STATUSES),
    "note": Column("text", "Note", "What to know before using the figure", blank=True),
    "region": Column(
        "text", "Region", "Land border, or other (air and sea ports, interior)",
        ("southwest", "northern", "other"),
    ),
    "title": Column(
        "text", "Title", "Legal authority of the encounter, of the United States Code",
        ("Title 8", "Title 42"),
    ),
    "demographic": Column(
        "text", "Demographic", "How people came",
        ("single-adult", "family", "unaccompanied-minor", "accompanied-minor"),
    ),
    "fiscal_year": Column(
        "integer", "Fiscal year", "United States fiscal year, October to September, by its end"
    ),
    "population": Column(
        "text", "Population", "Who is counted",
        ("refugees", "asylum-seekers", "pending", "pending-first", "pending-repeat"),
    ),
    "measure": Column(
        "text", "Measure", "What is counted",
        (
            "asylum-affirmative", "asylum-defensive", "refugee-arrivals", "refugee-admissions",
            "ordered-to-leave", "returned", "found-present", "protection-withdrawn",
        ),
    ),
    "figure_id": Column("text", "Figure", "Name of the figure"),
    "indicator": Column("text", "Indicator", "What the figure counts or measures"),
    "value": Column("number", "Value", "The figure; missing where a range or words", blank=True),
    "qualifier": Column(
        "text", "Qualifier", "How exact the source is",
        ("exact", "about", "more-than", "less-than", "range"),
    ),
    "value_text": Column("text", "As given", "The figure as the source gives it"),
    "source_title": Column("text", "Source title", "Document that gives the figure"),
    "publisher": Column("text", "Publisher", "Who published the document"),
    "source_date": Column("text", "Source date", "Date of the document", blank=True),
    "url": Column("text", "Address", "Where the document is or was", blank=True),
    "tier": Column(
        "text", "Tier",
        "How reliable: A official, A2 official as printed by AIDA, B press quoting an official "
        "answer, C non-governmental organisation, D aggregator",
        ("A", "A2", "B", "C", "D"),
    ),
    "event_id": Column("text", "Event", "Name of the event"),
    "date_precision": Column("text", "Precision", "How precise the date is", ("day", "month")),
    "jurisdiction": Column("text", "Jurisdiction", "Country or countries, alpha-3, or EU"),
    "label": Column("text", "Label", "Short label for charts"),
    "event": Column("text", "Event", "What happened"),
    "certainty": Column(
        "text", "Certainty", "How certain date and fact are", ("firm", "approximate", "proposal")
    ),
    "claim_id": Column("text", "Claim", "Name of the claim"),
    "article": Column("text", "Article", "Article that makes the claim"),
    "published": Column("text", "Published", "Date of the article"),
    "claim": Column("text", "Claim", "What is claimed, in our words"),
    "period": Column("text", "Period", "Period the claim is about", blank=True),
    "place": Column("text", "Place", "Place the claim is about", blank=True),
    "testable_with": Column("text", "Testable with", "Tables that can test it", blank=True),
}
# fmt: on

_SOURCE = ("source", "dataset", "vintage")
_PERIOD = ("period_start", "period_end")
_COUNT = ("count", "rounding_base", "status", "note")
_CORRIDOR = (*_SOURCE, "origin", "destination")

TABLES: dict[str, tuple[str, ...]] = {
    "decisions": (
        *_CORRIDOR, "authority", "level", "stage", "unit", *_PERIOD, "outcome", *_COUNT,
    ),
    "applications": (
        *_CORRIDOR, "authority", "level", "kind", "sex", "age", "unit", *_PERIOD, *_COUNT,
    ),
    "encounters": (
        *_CORRIDOR, "region", "title", "demographic", "fiscal_year", *_PERIOD, *_COUNT,
    ),
    "stocks": (*_CORRIDOR, "population", "unit", "date", *_COUNT),
    "grants": (*_CORRIDOR, "authority", "measure", "fiscal_year", *_PERIOD, *_COUNT),
    "enforcement": (*_CORRIDOR, "measure", *_PERIOD, *_COUNT),
    "figures": (
        "figure_id", "destination", "indicator", "population", *_PERIOD, "value", "qualifier",
        "value_text", "unit", "source_title", "publisher", "source_date", "url", "tier", "note",
    ),
    "events": (
        "event_id", "date", "date_precision", "jurisdiction", "label", "event", "source", "url",
        "certainty",
    ),
    "claims": (
        "claim_id", "article", "published", "claim", "value", "unit", "population", "period",
        "place", "testable_with",
    ),
}  # fmt: skip
"""Columns of each table, in order."""

DESCRIPTIONS = {
    "decisions": "Decisions on asylum claims by origin, destination, authority, stage and outcome",
    "applications": "Asylum applications by origin, destination, kind, sex and age",
    "encounters": "Encounters of Russian citizens at United States borders by month: events, "
    "neither persons nor asylum claims",
    "stocks": "People from Russia at a date: refugees, asylum-seekers, applications pending",
    "grants": "Asylum granted and refugees admitted in the United States by fiscal year or month",
    "enforcement": "Russian citizens ordered to leave, returned, found without permission to stay, "
    "or whose protection was withdrawn",
    "figures": "Single figures from official answers, reports and the press, each with its source",
    "events": "Dated events that may matter, each with its source and how firm the date is",
    "claims": "Claims made in articles about Russian asylum seekers, in our words",
}

OWN: dict[tuple[str, str], Column] = {
    # Words that mean something wider in the tables compiled from single documents.
    ("figures", "population"): Column("text", "Population", "Who is counted"),
    ("figures", "unit"): Column("text", "Unit", "Unit of the value"),
    ("figures", "period_start"): Column("day", "From", "First day, if known", blank=True),
    ("figures", "period_end"): Column("day", "To", "Last day, if known", blank=True),
    ("events", "source"): Column("text", "Source", "Who reports it"),
    ("claims", "population"): Column("text", "Population", "Who the claim is about", blank=True),
    ("claims", "unit"): Column("text", "Unit", "Unit of the value", blank=True),
    ("claims", "value"): Column("text", "Value", "The claimed value as given", blank=True),
}


def column(table: str, name: str) -> Column:
    """Return the description of a column as this table uses it."""
    return OWN.get((table, name), COLUMNS[name])


def key(table: str) -> tuple[str, ...]:
    """Return the columns that together name one row of a table."""
    if table in ("figures", "events", "claims"):
        return (TABLES[table][0],)
    return tuple(name for name in TABLES[table] if name not in _COUNT)
