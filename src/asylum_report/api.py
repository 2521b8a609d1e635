"""What ``import asylum_report as ar`` offers: the tidy tables and the rates as DataFrames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asylum_report.corridors import COLUMNS
from asylum_report.errors import UnknownName
from asylum_report.query import Places, Years, codes, rate_records, year_span

if TYPE_CHECKING:
    import pandas as pd


def _table(
    name: str, origin: Places, destination: Places, years: Years, date_column: str = "period_start"
) -> pd.DataFrame:
    from asylum_report import process, tables

    process.ensure()
    frame = tables.read(name)
    for column, named in (("origin", origin), ("destination", destination)):
        wanted = codes(named)
        if wanted is not None and column in frame:
            frame = frame[frame[column].isin(wanted)]
    span = year_span(years)
    if span:
        frame = frame[frame[date_column].astype(str).str[:4].astype(int).between(*span)]
    return frame.reset_index(drop=True)


def decisions(
    origin: Places = "RUS", destination: Places = None, years: Years = None
) -> pd.DataFrame:
    """Return asylum decisions: one row an outcome of a corridor, authority, level and period.

    Parameters
    ----------
    origin, destination
        A country by code or name (DE, DEU, Germany), several, or None for all.
    years
        One year or (first, last).

    Returns
    -------
    DataFrame
        Columns of the tidy table ``decisions``; ``count`` in persons or cases as ``unit`` says.

    Raises
    ------
    UnknownName
        If a country is not known; the message suggests near names.
    """
    return _table("decisions", origin, destination, years)


def applications(
    origin: Places = "RUS", destination: Places = None, years: Years = None
) -> pd.DataFrame:
    """Return asylum applications; parameters and errors as for `decisions`.

    Eurostat's applicants come in several vintages: choose one by the column ``vintage``.
    """
    return _table("applications", origin, destination, years)


def encounters(years: Years = None) -> pd.DataFrame:
    """Return encounters of Russian citizens at US borders by month: events, not persons."""
    return _table("encounters", None, None, years)


def stocks(destination: Places = None, years: Years = None) -> pd.DataFrame:
    """Return people from Russia at a date: refugees, asylum-seekers, applications pending."""
    return _table("stocks", None, destination, years, date_column="date")


def grants(years: Years = None) -> pd.DataFrame:
    """Return grants of asylum and refugee admissions in the United States by fiscal year."""
    return _table("grants", None, None, years)


def enforcement(destination: Places = None, years: Years = None) -> pd.DataFrame:
    """Return Russian citizens ordered to leave, returned, or found without permission to stay."""
    return _table("enforcement", None, destination, years)


def figures(destination: Places = None) -> pd.DataFrame:
    """Return single figures from official answers, reports and the press, each with its source."""
    return _table("figures", None, destination, None)


def events() -> pd.DataFrame:
    """Return dated events that may matter, each with its source and how firm the date is."""
    return _table("events", None, None, None)


def releases(table: str = "decisions") -> pd.DataFrame:
    """Return UNHCR's dated releases of the figures on Russian citizens, to see what was revised.

    Parameters
    ----------
    table
        decisions or applications.

    Returns
    -------
    DataFrame
        Columns of the tidy table; ``vintage`` tells the releases apart.

    Raises
    ------
    UnknownName
        If there are no releases of such a table.
    """
    from asylum_report.harmonise import recipes

    return recipes.releases(f"unhcr-asylum-{table}-RUS")


def rates(
    origin: str = "RUS",
    destination: Places = None,
    years: Years = None,
    definition: str = "protection",
    stage: str | None = None,
    source: str = "UNHCR",
) -> pd.DataFrame:
    """Return recognition rates with n, bounds from rounding, and a 95% interval.

    Parameters
    ----------
    origin, destination, years
        As for `decisions`.
    definition
        protection, refugee, eu or overall; see `asylum_report.recognition.DEFINITIONS`.
    stage
        first, repeat, first+repeat, appeal ...; by default first instance as the authority itself
        counts it (for Germany first and repeat together).
    source
        The publisher: UNHCR, Eurostat or BAMF.

    Returns
    -------
    DataFrame
        One row a corridor, authority and period: keys, one column an outcome (counts), ``rate``,
        ``low``, ``high``, ``bound_low``, ``bound_high`` (shares), ``n``, ``marked``, ``reason``.

    Raises
    ------
    UnknownName
        If a country, definition, stage or source is not known.
    OverlapError
        If the stages asked for overlap.
    """
    import pandas as pd

    found = rate_records(origin, codes(destination), year_span(years), definition, stage, source)
    return pd.DataFrame(found, columns=None if found else list(COLUMNS))


def trend(
    destination: str,
    origin: str = "RUS",
    effect: float = 4.0,
    definition: str = "protection",
    authority: str | None = None,
) -> pd.DataFrame:
    """Return the chance of protection behind each year's decisions, with intervals.

    Parameters
    ----------
    destination, origin
        A country by code or name.
    effect
        Design effect within a year, at least 1: how many decisions tell as much as one
        independent one. BAMF's months tell about 2, with 4 as a cautious upper end.
    definition
        As for `rates`.
    authority
        Where a destination has several (EOIR and USCIS); by default all, one after another.

    Returns
    -------
    DataFrame
        As `asylum_report.models.trend.fit` gives it, with the columns that name the series.

    Raises
    ------
    UnknownName
        If a name is not known, or there are no such decisions.
    """
    import pandas as pd

    from asylum_report.models import trend as model

    return pd.concat(
        [
            model.fit(counts, effect)
            for counts in _yearly(destination, origin, definition, authority)
        ],
        ignore_index=True,
    )


def changes(
    destination: str,
    earlier: int,
    later: int,
    origin: str = "RUS",
    effect: float = 4.0,
    definition: str = "protection",
    authority: str | None = None,
) -> pd.DataFrame:
    """Return how the chance of protection changed between two years, one row an authority.

    Parameters and errors as for `trend`; the columns as `asylum_report.models.trend.changes` gives
    them: ``raw`` (change of the published rate), ``estimate`` with intervals, ``fall``.
    """
    import pandas as pd

    from asylum_report.models import trend as model

    found = []
    for counts in _yearly(destination, origin, definition, authority):
        moved = model.changes(counts, effect, [(earlier, later)])
        for i, name in enumerate(("destination", "authority", "unit")):
            moved.insert(i, name, counts[name].iloc[0])
        found.append(moved)
    return pd.concat(found, ignore_index=True)


def _yearly(
    destination: str, origin: str, definition: str, authority: str | None
) -> list[pd.DataFrame]:
    """Return the yearly series of a corridor at first instance, one an authority."""
    from asylum_report import corridors, process, query, records
    from asylum_report.analyses import series

    process.ensure()
    where, who = query.country(destination), query.country(origin)
    rows = records.rows("decisions", origin=who, destination=where, source="UNHCR")
    counts = series.counts(corridors.default_rows(rows), definition)
    if counts.empty:
        raise query.nothing(origin, [destination], None, None, "UNHCR")
    if authority is not None:
        known = sorted(counts["authority"].unique())
        if authority not in known:
            raise UnknownName(
                f"no authority '{authority}' in {destination}", todo=f"use {' or '.join(known)}"
            )
        counts = counts[counts["authority"] == authority]
    return [group.reset_index(drop=True) for _, group in counts.groupby(series.KEYS)]
