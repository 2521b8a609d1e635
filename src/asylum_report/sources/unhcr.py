"""UNHCR's Refugee Population Statistics Database, as its yearly and half-yearly releases.

Layout: one row per year, origin (``coo``), destination (``coa``), procedure, level and unit, with
UNHCR's own country codes beside ISO's. Source: https://www.unhcr.org/refugee-statistics/

The live service names its columns the same, so `decisions_from`, `applications_from` and
`population_from` check and read a table of texts wherever it came from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from asylum_report import places
from asylum_report.sources import checks
from asylum_report.sources.importable import Importable

PUBLISHER: dict[str, Any] = {
    "publisher": "UNHCR",
    "licence": "CC BY 4.0",
    "licence_url": "https://creativecommons.org/licenses/by/4.0/",
    "attribution": "UNHCR Refugee Population Statistics Database",
    "url": "https://www.unhcr.org/refugee-statistics/",
}

LEVELS = (
    "FI",
    "NA",
    "N",
    "IN",
    "EO",
    "V",
    "RA",
    "AR",
    "JR",
    "FA",
    "BL",
    "CA",
    "SP",
    "TA",
    "TP",
    "TR",
)
"""Codes of the instance that decides; NA is new applications, not a missing value."""
PROCEDURES = ("G", "U", "J")
KINDS = ("N", "R", "A", "V", "NR", "J", "NA", "RA", "FA", "SP")
UNITS = {"P": "persons", "C": "cases"}
MISSING = ("", "-")
"""What stands for a count not collected: nothing in releases, a dash in the service."""
COMPARED_SINCE = 2008
"""First year of the origins other than Russia; Russia is kept whole."""

DECISIONS = {
    "year": "Calendar year of the decision",
    "origin": "Country of origin, ISO 3166 alpha-3 (XXA stateless, UNK unknown, TIB Tibetans)",
    "destination": "Country of asylum, ISO 3166 alpha-3",
    "procedure": "Who runs the procedure: G government, U UNHCR, J both jointly",
    "level": "UNHCR's code of the instance (FI first instance, NA new applications, RA repeat "
    "applications, AR administrative review, JR judicial review, FA first instance and appeal "
    "undivided, IN United States immigration service, EO United States immigration courts ...)",
    "unit": "persons or cases",
    "recognised": "Recognised as refugees",
    "other": "Granted another form of protection",
    "rejected": "Rejected on the merits",
    "closed": "Closed otherwise: transfers, withdrawals and other formal ends",
    "total": "Published total of decisions",
}
APPLICATIONS = {
    "year": "Calendar year of the application",
    **{key: DECISIONS[key] for key in ("origin", "destination", "procedure")},
    "kind": "UNHCR's code of the application: N new, R repeat, A appeal, V varying, NR new and "
    "repeat, J joint, and others as published",
    "level": DECISIONS["level"],
    "unit": DECISIONS["unit"],
    "applied": "Applications lodged",
}
POPULATION = {
    "year": "Year at whose end people were counted",
    "origin": DECISIONS["origin"],
    "destination": DECISIONS["destination"],
    "refugees": "Refugees under UNHCR's mandate, at the end of the year",
    "asylum_seekers": "Asylum-seekers with a pending claim, at the end of the year",
}


def _countries(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return the keys that every table shares, in our names."""
    allowed = set(places.places())
    for column in ("coo_iso", "coa_iso"):
        checks.known(frame, column, allowed, path)
    return pd.DataFrame(
        {
            "year": _year(frame, path),
            "origin": frame["coo_iso"],
            "destination": frame["coa_iso"],
        }
    )


def _year(frame: pd.DataFrame, path: Path) -> pd.Series:
    years = checks.whole(frame, "year", path)
    checks.refuse((years < 1900) | (years > 2100), "no year", frame["year"], path)
    return years


def _sorted(table: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    key = [column for column in columns if table[column].dtype != "Int64"]
    return table[list(columns)].sort_values([*key, "year"], ignore_index=True)


def _comparison(table: pd.DataFrame, since: int) -> pd.DataFrame:
    """Keep Russia whole and other origins from the year on in which comparison begins."""
    return table[(table["origin"] == "RUS") | (table["year"] >= since)]


def decisions(path: Path, since: int = COMPARED_SINCE) -> pd.DataFrame:
    """Return decisions on asylum claims from one release.

    Parameters
    ----------
    path
        UNHCR's table of asylum decisions as CSV.
    since
        First year of the origins other than Russia.

    Returns
    -------
    DataFrame
        One row a year, origin, destination, procedure, level and unit, with columns `DECISIONS`.

    Raises
    ------
    InvalidTable
        If a column is missing, a count is no whole number, a code is unknown or a key repeats.
    """
    return decisions_from(checks.read_text(path), path, since)


def decisions_from(frame: pd.DataFrame, path: Path, since: int = COMPARED_SINCE) -> pd.DataFrame:
    """Return decisions on asylum claims from UNHCR's columns.

    Parameters
    ----------
    frame
        UNHCR's table of asylum decisions, every cell a text, rows numbered from zero.
    path
        What the table is called in messages.
    since
        First year of the origins other than Russia.

    Returns, errors as of `decisions`.
    """
    counts = {
        "recognised": "dec_recognized",
        "other": "dec_other",
        "rejected": "dec_rejected",
        "closed": "dec_closed",
        "total": "dec_total",
    }
    keys = ("year", "coo_iso", "coa_iso", "procedure_type", "dec_level", "dec_pc")
    checks.need(frame, (*keys, *counts.values()), path)
    checks.known(frame, "dec_level", LEVELS, path)
    checks.known(frame, "procedure_type", PROCEDURES, path)
    checks.known(frame, "dec_pc", UNITS, path)
    checks.unique(frame, keys, path)
    table = _countries(frame, path).assign(
        procedure=frame["procedure_type"],
        level=frame["dec_level"],
        unit=frame["dec_pc"].map(UNITS),
        **{name: checks.whole(frame, column, path) for name, column in counts.items()},
    )
    return _sorted(_comparison(table, since), DECISIONS)


def applications(path: Path, since: int = COMPARED_SINCE) -> pd.DataFrame:
    """Return asylum applications from one release.

    Parameters and errors as of `decisions`; columns `APPLICATIONS`.
    """
    return applications_from(checks.read_text(path), path, since)


def applications_from(frame: pd.DataFrame, path: Path, since: int = COMPARED_SINCE) -> pd.DataFrame:
    """Return asylum applications from UNHCR's columns.

    Parameters and errors as of `decisions_from`; columns `APPLICATIONS`.
    """
    keys = ("year", "coo_iso", "coa_iso", "procedure_type", "app_type", "dec_level", "app_pc")
    checks.need(frame, (*keys, "applied"), path)
    checks.known(frame, "dec_level", LEVELS, path)
    checks.known(frame, "app_type", KINDS, path)
    checks.known(frame, "procedure_type", PROCEDURES, path)
    checks.known(frame, "app_pc", UNITS, path)
    checks.unique(frame, keys, path)
    table = _countries(frame, path).assign(
        procedure=frame["procedure_type"],
        kind=frame["app_type"],
        level=frame["dec_level"],
        unit=frame["app_pc"].map(UNITS),
        applied=checks.whole(frame, "applied", path),
    )
    return _sorted(_comparison(table, since), APPLICATIONS)


def population(path: Path) -> pd.DataFrame:
    """Return year-end stocks of refugees and of asylum-seekers; columns `POPULATION`.

    Raises
    ------
    InvalidTable
        If a column is missing, a count is no whole number or a key repeats.
    """
    return population_from(checks.read_text(path), path)


def population_from(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return year-end stocks from UNHCR's columns; an empty text or ``-`` is a missing count.

    Parameters and errors as of `decisions_from`; columns `POPULATION`.
    """
    keys = ("year", "coo_iso", "coa_iso")
    checks.need(frame, (*keys, "refugees", "asylum_seekers"), path)
    checks.unique(frame, keys, path)
    table = _countries(frame, path).assign(
        refugees=checks.whole(frame, "refugees", path, missing=MISSING),
        asylum_seekers=checks.whole(frame, "asylum_seekers", path, missing=MISSING),
    )
    return _sorted(table, POPULATION)


_ROUNDED = (
    "Counts from 1 to 4 and from 6 to 9 do not occur: UNHCR rounds small numbers to 5. Never add "
    "levels of first instance (FI, NA, N, IN, EO, FA) to those of appeal (AR, JR): they decide on "
    "the same people. RA is repeat applications. Closed is no refusal."
)
_SMALL = "Counts from 1 to 4 do not occur: UNHCR rounds small numbers to 5."
_STOCKS = (
    "Stocks, not flows. Before 1992 the origin is the Soviet Union or its Russian part as UNHCR "
    "then recorded it."
)
TITLES = {
    "unhcr-asylum-decisions": "Decisions on asylum claims by origin, destination, procedure and "
    "level",
    "unhcr-asylum-applications": "Asylum applications by origin, destination, procedure, type and "
    "level",
    "unhcr-population": "Refugees and asylum-seekers from Russia at the end of each year",
    "unhcr-population-origins": "Refugees and asylum-seekers of every origin at the end of each "
    "year",
}
"""Titles of the datasets, whichever way a copy came."""
_UNHCR_ROUTE = "UNHCR refugee statistics, release {release}"


def definition(dataset: str, newest: int) -> str:
    """Return what a dataset's figures mean; `newest` is the last year that they cover."""
    if dataset == "unhcr-population":
        return _STOCKS
    if dataset == "unhcr-population-origins":
        return f"Stocks, not flows; every origin, {COMPARED_SINCE} to {newest}. For comparison."
    covers = f"Russia 2000 to {newest}; other origins from {COMPARED_SINCE} on. "
    return covers + (_ROUNDED if dataset == "unhcr-asylum-decisions" else _SMALL)


FILES = (
    Importable(
        dataset="unhcr-asylum-decisions",
        pattern=r"unhcr/asylum_decisions\.csv\.gz",
        read=decisions,
        columns=DECISIONS,
        date="2026-06-25",
        meta=PUBLISHER
        | {
            "title": TITLES["unhcr-asylum-decisions"],
            "retrieved": "UNHCR refugee statistics, release 2025.12.1",
            "definition": definition("unhcr-asylum-decisions", 2025),
        },
    ),
    Importable(
        dataset="unhcr-asylum-applications",
        pattern=r"unhcr/asylum_applications\.csv\.gz",
        read=applications,
        columns=APPLICATIONS,
        date="2026-06-25",
        meta=PUBLISHER
        | {
            "title": TITLES["unhcr-asylum-applications"],
            "retrieved": "UNHCR refugee statistics, release 2025.12.1",
            "definition": definition("unhcr-asylum-applications", 2025),
        },
    ),
    Importable(
        dataset="unhcr-population",
        pattern=r"unhcr/population_RUS\.csv\.gz",
        read=population,
        columns=POPULATION,
        date="2026-06-25",
        meta=PUBLISHER
        | {
            "title": TITLES["unhcr-population"],
            "retrieved": "UNHCR refugee statistics, release 2025.12.1",
            "definition": definition("unhcr-population", 2025),
        },
    ),
    Importable(
        dataset="unhcr-asylum-decisions-RUS",
        pattern=r"unhcr/vintages/(?P<release>[^/_]+)_(?P<date>[\d-]+)/asylum_decisions_RUS\.csv\.gz",
        read=decisions,
        columns=DECISIONS,
        meta=PUBLISHER
        | {
            "title": "Decisions on asylum claims of Russian citizens, one dated release",
            "retrieved": _UNHCR_ROUTE,
            "definition": "For comparing releases with each other. " + _ROUNDED,
        },
    ),
    Importable(
        dataset="unhcr-asylum-applications-RUS",
        pattern=r"unhcr/vintages/(?P<release>[^/_]+)_(?P<date>[\d-]+)/asylum_applications_RUS\.csv\.gz",
        read=applications,
        columns=APPLICATIONS,
        meta=PUBLISHER
        | {
            "title": "Asylum applications of Russian citizens, one dated release",
            "retrieved": _UNHCR_ROUTE,
            "definition": "For comparing releases with each other.",
        },
    ),
)
