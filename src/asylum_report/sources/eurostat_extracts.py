"""Eurostat's figures on Russian citizens as they come in extracts of its tables.

Layouts: exports of Eurostat's former web tables (TIME, GEO, CITIZEN ..., Value, Flag and
Footnotes, with labels instead of codes), and tabulations of the same tables by others.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from asylum_report import places
from asylum_report.errors import UnknownName
from asylum_report.sources import checks
from asylum_report.sources.eurostat import (
    APPLICANTS,
    DECISIONS,
    RAW_APPLICANTS,
    RAW_DECISIONS,
    RAW_ENFORCEMENT,
    cell,
    country,
    finish,
)

LABELS = {
    "European Union (28 countries)": "EU28",
    "Germany (until 1990 former territory of the FRG)": "DEU",
    "Czech Rep.": "CZE",
}
"""Eurostat's labels that are not a country's name."""
LEFT_OUT = ("European Union (27 countries)", "Total")
"""Aggregates that are not taken over: the EU27 of 2007 (with the United Kingdom, without Croatia)
and the sum of whoever reported."""
SEXES = {"female": "F", "male": "M", "unknown": "UNK", "total": "T"}


def _labelled(frame: pd.DataFrame, column: str, path: Path) -> pd.Series:
    """Return alpha-3 codes for a column of labels."""
    codes = {}
    for label in frame[column].unique():
        try:
            codes[label] = LABELS.get(label) or places.resolve(label)
        except UnknownName as error:
            row = checks.first(frame[column] == label)
            raise checks.fail(f"an unknown country '{label}'", path, row, column) from error
    return frame[column].map(codes)


def _russia(frame: pd.DataFrame, column: str, path: Path) -> None:
    checks.known(frame, column, ("Russia", "RU", "RUS"), path)


def _web_counts(frame: pd.DataFrame, path: Path) -> tuple[pd.Series, pd.Series]:
    flags = frame["Flag and Footnotes"]
    for row, flag in enumerate(flags):
        cell(f"0 {flag}", path, row, "Flag and Footnotes")
    return checks.whole(frame, "Value", path, missing=(":",)), flags


def web_applicants(path: Path) -> pd.DataFrame:
    """Return applicants by country from an export of the former web table, labels for codes."""
    frame = checks.read_text(path)
    needed = ("TIME", "GEO", "CITIZEN", "SEX", "AGE", "ASYL_APP", "Value", "Flag and Footnotes")
    checks.need(frame, needed, path)
    _russia(frame, "CITIZEN", path)
    checks.known(frame, "ASYL_APP", APPLICANTS, path)
    checks.known(frame, "SEX", ("Total",), path)
    checks.known(frame, "AGE", ("Total",), path)
    count, flag = _web_counts(frame, path)
    frame = frame.assign(count=count, flag=flag)
    frame = frame[~frame["GEO"].isin(LEFT_OUT)]
    table = pd.DataFrame(
        {
            "origin": "RUS",
            "destination": _labelled(frame, "GEO", path),
            "applicant": frame["ASYL_APP"].map(APPLICANTS),
            "sex": "T",
            "age": "TOTAL",
            "period": frame["TIME"],
            "count": frame["count"],
            "flag": frame["flag"],
        }
    )
    return finish(table, RAW_APPLICANTS, path)


def web_enforcement(path: Path) -> pd.DataFrame:
    """Return a table of enforcement by country from an export of the former web table."""
    frame = checks.read_text(path)
    checks.need(frame, ("TIME", "GEO", "CITIZEN", "Value", "Flag and Footnotes"), path)
    _russia(frame, "CITIZEN", path)
    count, flag = _web_counts(frame, path)
    frame = frame.assign(count=count, flag=flag)
    frame = frame[~frame["GEO"].isin(LEFT_OUT)]
    table = pd.DataFrame(
        {
            "origin": "RUS",
            "destination": _labelled(frame, "GEO", path),
            "period": frame["TIME"],
            "count": frame["count"],
            "flag": frame["flag"],
        }
    )
    return finish(table, RAW_ENFORCEMENT, path)


def found_present(path: Path) -> pd.DataFrame:
    """Return persons found without permission to stay, by country and year, from an extract."""
    frame = checks.read_text(path)
    value = "Illegal Third Country Nationals"
    checks.need(frame, ("citizen", "geo", "year", value), path)
    _russia(frame, "citizen", path)
    table = pd.DataFrame(
        {
            "origin": "RUS",
            "destination": _labelled(frame, "geo", path),
            "period": frame["year"],
            "count": checks.whole(frame, value, path),
            "flag": "",
        }
    )
    return finish(table, RAW_ENFORCEMENT, path)


def applicants_by_age(path: Path) -> pd.DataFrame:
    """Return applicants by sex, age, type and country from an extract with Eurostat's codes."""
    frame = checks.read_text(path)
    checks.need(frame, ("citizen", "sex", "age", "asyl_app", "geo", "year", "values"), path)
    _russia(frame, "citizen", path)
    checks.known(frame, "asyl_app", APPLICANTS, path)
    geo = {code: country(code, path) for code in frame["geo"].unique()}
    table = pd.DataFrame(
        {
            "origin": "RUS",
            "destination": frame["geo"].map(geo),
            "applicant": frame["asyl_app"].map(APPLICANTS),
            "sex": frame["sex"],
            "age": frame["age"],
            "period": frame["year"],
            "count": checks.whole(frame, "values", path),
            "flag": "",
        }
    )
    return finish(table, RAW_APPLICANTS, path)


def applicants_by_sex(path: Path) -> pd.DataFrame:
    """Return all applicants by sex from a tabulation in which an absent row is 0 or missing."""
    frame = checks.read_text(path)
    checks.need(frame, ("geo", "t", "nat", "sex", "n"), path)
    _russia(frame, "nat", path)
    checks.known(frame, "sex", SEXES, path)
    checks.known(frame, "geo", {*places.places(), *places.AGGREGATES}, path)
    table = pd.DataFrame(
        {
            "origin": "RUS",
            "destination": frame["geo"],
            "applicant": "TOTAL",
            "sex": frame["sex"].map(SEXES),
            "age": "TOTAL",
            "period": frame["t"],
            "count": checks.whole(frame, "n", path),
            "flag": "",
        }
    )
    return finish(table, RAW_APPLICANTS, path)


def monthly_by_country(path: Path) -> pd.DataFrame:
    """Return all applicants by country and month from a wide extract (Y2015M01 ...).

    An empty month had not been reported when the copy was made, and stays missing.
    """
    frame = checks.read_text(path)
    checks.need(frame, ("CITIZEN", "GEO"), path)
    _russia(frame, "CITIZEN", path)
    destination = _labelled(frame, "GEO", path)
    parts = []
    for column in [name for name in frame.columns if name.startswith("Y")]:
        parts.append(
            pd.DataFrame(
                {
                    "origin": "RUS",
                    "destination": destination,
                    "applicant": "TOTAL",
                    "sex": "T",
                    "age": "TOTAL",
                    "period": f"{column[1:5]}-{column[6:8]}",
                    "count": checks.whole(frame, column, path, missing=("",)),
                    "flag": "",
                }
            )
        )
    return finish(pd.concat(parts, ignore_index=True), RAW_APPLICANTS, path)


def monthly_all_reporters(path: Path) -> pd.DataFrame:
    """Return first-time applicants by month, summed over all reporting countries."""
    frame = checks.read_text(path)
    value = "first_time_applicants_sum_of_reporters"
    checks.need(frame, ("month", value), path)
    table = pd.DataFrame(
        {
            "origin": "RUS",
            "destination": "EU+",
            "applicant": "FRST",
            "sex": "T",
            "age": "TOTAL",
            "period": frame["month"],
            "count": checks.whole(frame, value, path),
            "flag": "",
        }
    )
    return finish(table, RAW_APPLICANTS, path)


def before_2008(path: Path) -> pd.DataFrame:
    """Return applications of the years before 2008, by country."""
    frame = checks.read_text(path)
    checks.need(frame, ("citizen", "geo", "time", "values"), path)
    _russia(frame, "citizen", path)
    frame = frame[~frame["geo"].isin(LEFT_OUT)]
    table = pd.DataFrame(
        {
            "origin": "RUS",
            "destination": _labelled(frame, "geo", path),
            "applicant": "TOTAL",
            "sex": "T",
            "age": "TOTAL",
            "period": checks.whole(frame, "time", path).astype(str),
            "count": checks.whole(frame, "values", path, missing=("",)),
            "flag": "",
        }
    )
    return finish(table, RAW_APPLICANTS, path)


def decisions(path: Path) -> pd.DataFrame:
    """Return decisions of one year by outcome and country; an empty value stays missing.

    Two layouts: with codes and ``year``, or with labels and ``time``.
    """
    frame = checks.read_text(path)
    year = "year" if "year" in frame.columns else "time"
    geo = "iso2" if "iso2" in frame.columns else "geo"
    checks.need(frame, (geo, "decision", year, "values"), path)
    checks.known(frame, "decision", DECISIONS, path)
    frame = frame[frame[geo] != "TOTAL"]
    codes = {code: country(code, path) for code in frame[geo].unique()}
    table = pd.DataFrame(
        {
            "origin": "RUS",
            "destination": frame[geo].map(codes),
            "decision": frame["decision"].map(DECISIONS),
            "period": checks.whole(frame, year, path).astype(str),
            "count": checks.whole(frame, "values", path, missing=("",)),
            "flag": "",
        }
    )
    return finish(table, RAW_DECISIONS, path)


def decision_sums(path: Path) -> pd.DataFrame:
    """Return decisions summed over several years: total, and positive from the share given.

    The positive sum is the share times the total, to the next multiple of 5, as tabulated.
    """
    frame = checks.read_text(path)
    checks.need(
        frame, ("geo", "citizen", "period", "decisions_total", "positive_reconstructed"), path
    )
    _russia(frame, "citizen", path)
    parts = []
    for column, decision in (("decisions_total", "TOTAL"), ("positive_reconstructed", "POS")):
        parts.append(
            pd.DataFrame(
                {
                    "origin": "RUS",
                    "destination": _labelled(frame, "geo", path),
                    "decision": decision,
                    "period": frame["period"].str.removesuffix(" sum"),
                    "count": checks.whole(frame, column, path, missing=("",)),
                    "flag": "e" if decision == "POS" else "",
                }
            )
        )
    return finish(pd.concat(parts, ignore_index=True), RAW_DECISIONS, path)
