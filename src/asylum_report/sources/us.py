"""United States: CBP's encounters, OHSS's yearbook, PRM's refugee admissions.

All three count by fiscal year, October to September, named by the year in which it ends. CBP
counts encounters, which are events, neither persons nor asylum claims. OHSS rounds to 10.
"""

from __future__ import annotations

import calendar
import re
from pathlib import Path

import pandas as pd

from asylum_report.sources import checks
from asylum_report.sources.importable import Importable

MONTHS = ("OCT", "NOV", "DEC", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP")
REGIONS = {
    "Southwest Land Border": "southwest",
    "Northern Land Border": "northern",
    "Other": "other",
}
DEMOGRAPHICS = {
    "Single Adults": "single-adult",
    "FMUA": "family",
    "UAC": "unaccompanied-minor",
    "UC / Single Minors": "unaccompanied-minor",
    "Accompanied Minors": "accompanied-minor",
}
"""CBP's words to ours; FMUA is individuals in a family unit, UAC unaccompanied children."""
TITLES = ("Title 8", "Title 42")
MEASURES = {
    "asylum_granted_affirmatively_USCIS": "asylum-affirmative",
    "asylum_granted_defensively_EOIR": "asylum-defensive",
    "refugee_arrivals": "refugee-arrivals",
}
_YEAR = re.compile(r"(\d{4})(?: \(FYTD\))?")

ENCOUNTERS = {
    "origin": "Citizenship, ISO 3166 alpha-3",
    "fiscal_year": "Fiscal year, October to September, by its end",
    "month": "Calendar month",
    "region": "southwest or northern land border; other is air and sea ports and the interior",
    "title": "Legal authority: Title 8 (immigration law) or Title 42 (expulsion, to May 2023)",
    "demographic": "single-adult, family, unaccompanied-minor, accompanied-minor",
    "count": "Encounters: events, not persons; a combination without a row had none",
}
YEARBOOK = {
    "origin": "Citizenship of those granted asylum, nationality of refugees, alpha-3",
    "fiscal_year": ENCOUNTERS["fiscal_year"],
    "measure": "asylum-affirmative (granted by USCIS), asylum-defensive (granted in immigration "
    "court), refugee-arrivals",
    "count": "Persons, rounded to 10",
}
ADMISSIONS = {
    "origin": "Nationality, ISO 3166 alpha-3",
    "fiscal_year": ENCOUNTERS["fiscal_year"],
    "month": "Calendar month",
    "count": "Refugees admitted, exact; empty after the last month published",
}


def calendar_month(fiscal_year: int, month: str) -> str:
    """Return the calendar month of a month of a fiscal year: 2023, "OCT" is 2022-10."""
    number = (MONTHS.index(month) + 9) % 12 + 1
    return f"{fiscal_year - (number >= 10)}-{number:02}"


def _fiscal_years(frame: pd.DataFrame, column: str, path: Path) -> pd.Series:
    """Return fiscal years; the running one is marked FYTD by CBP."""
    years = frame[column].str.extract(f"^{_YEAR.pattern}$")[0]
    checks.refuse(years.isna(), "no fiscal year", frame[column], path)
    numbers = years.astype("int64").astype("Int64")
    checks.refuse(~numbers.between(1900, 2100), "no fiscal year", frame[column], path)
    return numbers


def _months(years: pd.Series, months: pd.Series) -> list[str]:
    return [calendar_month(int(year), month) for year, month in zip(years, months, strict=True)]


def _encounters(frame: pd.DataFrame, names: dict[str, str], path: Path) -> pd.DataFrame:
    """Return encounters from a file whose columns are called as in `names`."""
    checks.need(frame, names.values(), path)
    checks.known(frame, names["month"], MONTHS, path)
    checks.known(frame, names["region"], REGIONS, path)
    checks.known(frame, names["demographic"], DEMOGRAPHICS, path)
    checks.known(frame, names["title"], TITLES, path)
    years = _fiscal_years(frame, names["fiscal_year"], path)
    return pd.DataFrame(
        {
            "origin": "RUS",
            "fiscal_year": years,
            "month": _months(years, frame[names["month"]]),
            "region": frame[names["region"]].map(REGIONS),
            "title": frame[names["title"]],
            "demographic": frame[names["demographic"]].map(DEMOGRAPHICS),
            "count": checks.whole(frame, names["count"], path),
        }
    )


def encounters(path: Path) -> pd.DataFrame:
    """Return encounters of Russian citizens from a table that joins several releases.

    Where releases overlap, the join has taken each month from one of them only.

    Raises
    ------
    InvalidTable
        If a column is missing, a count is no whole number, a code is unknown or a key repeats.
    """
    frame = checks.read_text(path)
    names = {
        "fiscal_year": "fiscal_year",
        "month": "month",
        "region": "land_border_region",
        "title": "title",
        "demographic": "demographic",
        "count": "encounters",
    }
    table = _encounters(frame, names, path)
    key = [column for column in ENCOUNTERS if column != "count"]
    checks.unique(table, key, path)
    return table.sort_values(key, ignore_index=True)


BY_STATE = {
    "fiscal_year": "Fiscal Year",
    "month": "Month (abbv)",
    "region": "Land Border Region",
    "title": "Title of Authority",
    "demographic": "Demographic",
    "count": "Encounter Count",
}
"""Our words to the headers of CBP's own file of encounters by state."""
STATE_HEADERS = ("State", "State or Area of Responsibility")
CITIZENSHIP, RUSSIA = "Citizenship", "RUSSIA"


def encounters_by_state(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return encounters of Russian citizens from CBP's own file, summed over states.

    Parameters
    ----------
    frame
        The file by state, all citizenships, every cell a text, rows numbered from zero.
    path
        What the file is called in messages.

    Returns
    -------
    DataFrame
        Columns `ENCOUNTERS`, sorted by key.

    Raises
    ------
    InvalidTable
        If a column is missing, a fiscal year, month or count is none, a code of a Russian row is
        unknown, or a row comes twice; if a month of the file or every row of Russian citizens is
        missing; if citizens of Russia go by another name too.
    """
    checks.need(frame, (*BY_STATE.values(), CITIZENSHIP), path)
    state = next((name for name in STATE_HEADERS if name in frame.columns), STATE_HEADERS[0])
    others = [name for name in BY_STATE.values() if name != BY_STATE["count"]]
    checks.need(frame, (state,), path)
    checks.known(frame, BY_STATE["month"], MONTHS, path)
    checks.unique(frame, (*others, state, CITIZENSHIP), path)
    checks.whole(frame, BY_STATE["count"], path)
    citizenship = frame[CITIZENSHIP]
    another = citizenship.str.upper().str.contains("RUSSIA", regex=False) & (citizenship != RUSSIA)
    checks.refuse(another, "an unknown code", citizenship, path)
    _contiguous(frame, path)
    table = _encounters(frame[citizenship == RUSSIA], BY_STATE, path)
    key = [column for column in ENCOUNTERS if column != "count"]
    return table.groupby(key, as_index=False, sort=True).agg({"count": "sum"})[list(ENCOUNTERS)]


def _contiguous(frame: pd.DataFrame, path: Path) -> None:
    """Refuse a file in which a month between its first and last is missing, for all or Russia."""
    keys = [BY_STATE["fiscal_year"], BY_STATE["month"]]
    # Each month looked up once: the file has hundreds of rows of each.
    names = frame[[*keys, CITIZENSHIP]].drop_duplicates()
    years = _fiscal_years(names, keys[0], path)
    months = pd.Series(_months(years, names[keys[1]]), index=names.index)
    ours = set(months[names[CITIZENSHIP] == RUSSIA])
    if not ours:
        raise checks.fail(f"no row of {RUSSIA}", path, column=CITIZENSHIP)
    for month in pd.period_range(months.min(), months.max(), freq="M").astype(str):
        if month not in ours:
            whom = f" of {RUSSIA}" if month in set(months) else ""
            raise checks.fail(f"no row{whom} in {month}", path)


def yearbook(path: Path) -> pd.DataFrame:
    """Return grants of asylum and arrivals of refugees by fiscal year from OHSS's yearbook."""
    frame = checks.read_text(path)
    checks.need(frame, ("measure", "fiscal_year", "persons_rounded10"), path)
    checks.known(frame, "measure", MEASURES, path)
    checks.unique(frame, ("measure", "fiscal_year"), path)
    count = checks.whole(frame, "persons_rounded10", path)
    checks.refuse(count % 10 > 0, "not rounded to 10", frame["persons_rounded10"], path)
    table = pd.DataFrame(
        {
            "origin": "RUS",
            "fiscal_year": _fiscal_years(frame, "fiscal_year", path),
            "measure": frame["measure"].map(MEASURES),
            "count": count,
        }
    )
    return table.sort_values(["measure", "fiscal_year"], ignore_index=True)


def admissions(path: Path, last: str = "2024-12") -> pd.DataFrame:
    """Return refugee admissions by month from PRM's table of fiscal years by months.

    Parameters
    ----------
    last
        Last month that the table covers; the zeros after it are no figures.

    Raises
    ------
    InvalidTable
        If a column is missing, a count is no whole number, or a year is not the sum of its months.
    """
    frame = checks.read_text(path)
    checks.need(frame, ("fiscal_year", "fy_total", *MONTHS), path)
    checks.unique(frame, ("fiscal_year",), path)
    years = _fiscal_years(frame, "fiscal_year", path)
    counts = pd.DataFrame({name: checks.whole(frame, name, path) for name in ("fy_total", *MONTHS)})
    checks.adds_up(counts, MONTHS, "fy_total", path)
    table = pd.concat(
        [
            pd.DataFrame(
                {
                    "origin": "RUS",
                    "fiscal_year": years,
                    "month": _months(years, pd.Series(name, index=years.index)),
                    "count": counts[name],
                }
            )
            for name in MONTHS
        ],
        ignore_index=True,
    )
    return table[table["month"] <= last].sort_values("month", ignore_index=True)


_PUBLIC = {
    "licence": "public domain (work of the United States government)",
    "licence_url": "https://www.usa.gov/government-copyright",
}
ENCOUNTERS_META = _PUBLIC | {
    "publisher": "CBP",
    "title": "Encounters of Russian citizens by month, region, title and demographic",
    "attribution": "U.S. Customs and Border Protection, Nationwide Encounters",
    "url": "https://www.cbp.gov/newsroom/stats/nationwide-encounters",
}
"""What every copy of CBP's encounters says of itself, whichever way it came."""


def encounters_definition(first: str, last: str) -> str:
    """Return what encounters mean; `first` and `last` are the months that they cover."""
    covers = " to ".join(
        f"{calendar.month_name[int(month[5:])]} {month[:4]}" for month in (first, last)
    )
    return (
        f"{covers}. Encounters are events: one person may be met several times, and few of those "
        "met at airports ask for asylum. The south-west land border is the better sign of people "
        "in search of protection. A month, region, title and demographic without a row had no "
        "encounter."
    )


FILES = (
    Importable(
        dataset="cbp-nationwide-encounters",
        pattern=r"us/cbp_encounters_RUS_\w+\.csv",
        read=encounters,
        columns=ENCOUNTERS,
        date="2026-01",
        meta=ENCOUNTERS_META
        | {
            "retrieved": "four releases of CBP's file by state, 2024-01 to 2026-01, each month "
            "taken from the newest release that holds it, summed over states",
            "definition": encounters_definition("2019-10", "2025-11"),
        },
    ),
    Importable(
        dataset="ohss-yearbook",
        pattern=r"us/ohss_yearbook_fy2023_RUS\.csv",
        read=yearbook,
        columns=YEARBOOK,
        date="2025-07",
        meta=_PUBLIC
        | {
            "publisher": "OHSS",
            "title": "Asylum granted and refugees arrived, Russia, by fiscal year",
            "attribution": "U.S. Department of Homeland Security, Office of Homeland Security "
            "Statistics, Yearbook of Immigration Statistics, fiscal year 2023, tables 14, 17, 19",
            "retrieved": "tables 14, 17 and 19 of the Yearbook",
            "url": "https://ohss.dhs.gov/topics/immigration/yearbook",
            "definition": "Fiscal years 2014 to 2023. Rounded to 10 by the publisher. Grants only: "
            "the yearbook gives no refusals by nationality.",
        },
    ),
    Importable(
        dataset="prm-admissions",
        pattern=r"us/prm_refugee_admissions_RUS_\w+\.csv",
        read=admissions,
        columns=ADMISSIONS,
        date="2024-12",
        meta=_PUBLIC
        | {
            "publisher": "PRM",
            "title": "Refugees from Russia admitted to the United States, by month",
            "attribution": "U.S. State Department, Bureau of Population, Refugees, and Migration",
            "retrieved": "PRM's table of admissions by nationality and month",
            "url": "https://www.wrapsnet.org/admissions-and-arrivals/",
            "definition": "October 2000 to December 2024. Refugees admitted from abroad, exact; "
            "not asylum granted in the country, which OHSS counts.",
        },
    ),
)
