"""Countries and aggregates: codes, names, membership, and what to say to a near miss.

The table behind it is ``data/reference/countries.csv``: ISO 3166 codes, Eurostat's and UNHCR's own
where they differ (EL and UK; GFR is UNHCR's Germany, and its ARE is Egypt, which is why UNHCR's
codes are never accepted as names). Imports quickly: nothing here needs pandas.
"""

from __future__ import annotations

import csv
import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from asylum_report import paths
from asylum_report.errors import ReportError, UnknownName

AGGREGATES = {
    "EU27": "European Union (27 countries, as since 2020)",
    "EU28": "European Union (28 countries, 2013 to January 2020)",
    "EU+": "EU+ (European Union, Iceland, Liechtenstein, Norway and Switzerland)",
}
"""Codes of the aggregates of destinations and what they are called."""

_AGGREGATE_ALIASES = {
    "eu27": "EU27",
    "eu27_2020": "EU27",
    "eu": "EU27",
    "european union": "EU27",
    "eu28": "EU28",
    "eu+": "EU+",
    "eu plus": "EU+",
    "euplus": "EU+",
}
_COLUMNS = ("iso3", "iso2", "eurostat", "unhcr", "name", "eu_from", "eu_to", "eu_plus", "aliases")
_UK_LAST_YEAR = 2019  # left on 31 January 2020 and has not reported to Eurostat for 2020
_BESIDE_THE_UNION = ("CHE", "ISL", "LIE", "NOR")


@dataclass(frozen=True)
class Place:
    """One country, territory or residual group of origin.

    Parameters
    ----------
    iso3
        ISO 3166-1 alpha-3; XXA stateless, UNK unknown, TIB Tibetans and XKX Kosovo besides.
    iso2
        ISO 3166-1 alpha-2, or empty.
    eurostat
        Eurostat's code (EL, UK), or empty.
    unhcr
        UNHCR's own three-letter code, or empty.
    name
        Short English name.
    eu_from, eu_to
        First and last day of membership of the European Union or its forerunners, or empty.
    eu_plus
        Whether it belongs to the EU+ countries, or did before it left.
    aliases
        Other names and spellings that are understood.
    """

    iso3: str
    iso2: str
    eurostat: str
    unhcr: str
    name: str
    eu_from: str
    eu_to: str
    eu_plus: bool
    aliases: tuple[str, ...]


@cache
def _read(path: Path) -> dict[str, Place]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, ValueError, csv.Error) as error:
        raise ReportError("the table of countries cannot be read", where=str(path)) from error
    if not rows:
        raise ReportError("the table of countries is empty", where=str(path))
    for number, row in enumerate(rows, start=2):
        # Read with a column short, a row holds None; with one too many, a key None.
        if set(row) != set(_COLUMNS) or None in row.values() or not row["iso3"]:
            where = f"{path}, line {number}"
            raise ReportError("a row of the table of countries is not whole", where=where)
    return {
        row["iso3"]: Place(
            iso3=row["iso3"],
            iso2=row["iso2"],
            eurostat=row["eurostat"],
            unhcr=row["unhcr"],
            name=row["name"],
            eu_from=row["eu_from"],
            eu_to=row["eu_to"],
            eu_plus=row["eu_plus"] == "yes",
            aliases=tuple(alias for alias in row["aliases"].split("|") if alias),
        )
        for row in rows
    }


def places() -> dict[str, Place]:
    """Return every place by its alpha-3 code.

    Raises
    ------
    ReportError
        If ``data/reference/countries.csv`` cannot be read.
    """
    return _read(paths.reference() / "countries.csv")


@cache
def _spellings(path: Path) -> dict[str, str]:
    """Return the code of every accepted spelling, casefolded; the first place named wins."""
    spellings = dict(_AGGREGATE_ALIASES)
    found = _read(path).values()
    # Codes before names, names before aliases: 'UK' must not be shadowed by somebody's alias.
    for place in found:
        for code in (place.iso3, place.iso2, place.eurostat):
            if code:
                spellings.setdefault(code.casefold(), place.iso3)
    for place in found:
        spellings.setdefault(place.name.casefold(), place.iso3)
    for place in found:
        for alias in place.aliases:
            spellings.setdefault(alias.casefold(), place.iso3)
    return spellings


def resolve(text: str) -> str:
    """Return the alpha-3 code, or the code of an aggregate, that `text` names.

    Parameters
    ----------
    text
        Alpha-2, alpha-3 or Eurostat code, or a name, in any case: DE, deu, Germany, Deutschland.

    Raises
    ------
    UnknownName
        With up to three suggestions where the name is nearly one that is known.
    """
    spellings = _spellings(paths.reference() / "countries.csv")
    wanted = " ".join(str(text).split()).casefold()
    if wanted in spellings:
        return spellings[wanted]
    # Short codes are near everything, so only names are offered for what looks like a name.
    candidates = [known for known in spellings if len(known) > 3] or list(spellings)
    near = difflib.get_close_matches(wanted, candidates, n=6, cutoff=0.7)
    near = list(dict.fromkeys(spellings[known] for known in near))[:3]
    todo = (
        "did you mean " + " or ".join(f"{name(code)} ({code})" for code in near) + "?"
        if near
        else "give an ISO code such as DEU or an English name such as Germany"
    )
    raise UnknownName(f"unknown country '{text}'", todo=todo)


def name(code: str) -> str:
    """Return the short English name of an alpha-3 code or an aggregate.

    Raises
    ------
    UnknownName
        If the code is neither.
    """
    if code in AGGREGATES:
        return code
    place = places().get(code)
    if place is None:
        raise UnknownName(f"unknown country code '{code}'")
    return place.name


def members(aggregate: str, year: int | None = None) -> tuple[str, ...]:
    """Return the alpha-3 codes of an aggregate's countries, sorted.

    EU27 and EU28 are the same countries in every year, as Eurostat's EU27_2020 and EU28 are, so
    that a series does not move because a state joined or left. EU+ counts the United Kingdom
    through 2019.

    Parameters
    ----------
    aggregate
        EU27, EU28 or EU+.
    year
        Calendar year, for EU+; without it, today's composition.

    Raises
    ------
    UnknownName
        If the aggregate is not known.
    """
    if aggregate not in AGGREGATES:
        raise UnknownName(f"unknown aggregate '{aggregate}'", todo="use " + ", ".join(AGGREGATES))
    joined = {place.iso3 for place in places().values() if place.eu_from}
    stayed = {place.iso3 for place in places().values() if place.eu_from and not place.eu_to}
    if aggregate == "EU28":
        chosen = joined
    elif aggregate == "EU27":
        chosen = stayed
    else:
        chosen = joined if year is not None and year <= _UK_LAST_YEAR else stayed
        chosen = chosen | set(_BESIDE_THE_UNION)
    return tuple(sorted(chosen))


@cache
def _eurostat(path: Path) -> dict[str, str]:
    known = {place.eurostat: place.iso3 for place in _read(path).values() if place.eurostat}
    return known | {"EU27_2020": "EU27", "EU28": "EU28"}


def from_eurostat(code: str) -> str:
    """Return our code of one of Eurostat's country codes or aggregates: EL, UK, EU27_2020, EU28.

    Eurostat's older ``EU27`` (with the United Kingdom, without Croatia) is not one of them.

    Raises
    ------
    UnknownName
        If Eurostat's code is not in the table.
    """
    known = _eurostat(paths.reference() / "countries.csv")
    if code not in known:
        raise UnknownName(f"unknown Eurostat country code '{code}'")
    return known[code]
