"""Eurostat's asylum tables in the layouts that Eurostat itself publishes.

Layouts: the bulk TSV (one wide row a series, flags behind the number) and SDMX-CSV (one row a
figure, with or without labels), their lines ended by LF or CRLF. Eurostat renamed its codes in
2023: ``asyl_app`` became ``applicant`` and ASY_APP, NASY_APP became TOTAL, FRST; outcomes likewise.
Both are mapped to the new ones. EL is Greece and UK the United Kingdom. The axis of citizenships
holds aggregates (TOTAL, EXT_EU27_2020 ...) beside countries, so only the citizenship asked for is
read, never a sum.

Source: https://ec.europa.eu/eurostat/databrowser/ , tables migr_asyappctza and migr_asydcfsta.
"""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path
from typing import Any

import pandas as pd

from asylum_report import places
from asylum_report.errors import InvalidTable, UnknownName
from asylum_report.sources import checks

PUBLISHER: dict[str, Any] = {
    "publisher": "Eurostat",
    "licence": "Commission Decision 2011/833/EU (reuse with acknowledgement of the source)",
    "licence_url": "https://eur-lex.europa.eu/eli/dec/2011/833/oj",
    "attribution": "Eurostat",
}

APPLICANTS = {
    "ASY_APP": "TOTAL",
    "TOTAL": "TOTAL",
    "NASY_APP": "FRST",
    "FRST": "FRST",
    "SSEQ": "SSEQ",
    "Asylum applicant": "TOTAL",
    "First time applicant": "FRST",
    "Subsequent applicant": "SSEQ",
}
"""Old and new codes and labels of applicant types to the new codes."""
DECISIONS = {
    "TOTAL": "TOTAL",
    "TOTAL_POS": "POS",
    "POS": "POS",
    "GENCONV": "POS_RFG",
    "POS_RFG": "POS_RFG",
    "SUB_PROT": "POS_SPROT",
    "POS_SPROT": "POS_SPROT",
    "HUMSTAT": "POS_HUM",
    "POS_HUM": "POS_HUM",
    "TEMP_PROT": "TEMP_PROT",
    "REJECTED": "NEG",
    "NEG": "NEG",
    "Total": "TOTAL",
    "Total positive decisions": "POS",
    "Geneva Convention status": "POS_RFG",
    "Subsidiary protection status": "POS_SPROT",
    "Humanitarian status": "POS_HUM",
    "Temporary protection status": "TEMP_PROT",
    "Rejected": "NEG",
}
"""Old and new codes and labels of outcomes to the new codes."""
REASONS = {
    "TOTAL": "TOTAL",
    "WDN_RVOC": "WDN_RVOC",
    "WDN_END": "WDN_END",
    "WDN_REF_RNEW": "WDN_REF_RNEW",
    "UNK": "UNK",
}
"""Codes of reasons for which a status is withdrawn."""
FLAGS = "bcdefnprsuz"
"""One letter each, and several together: b break, c confidential, d definition differs, e
estimated, p provisional, u low reliability ..."""

_CELL = re.compile(rf"(?P<value>:|[0-9]+(?:\.[0-9]+)?)?\s*(?P<flag>[{FLAGS}]*)")

RAW_APPLICANTS = {
    "origin": "Citizenship, ISO 3166 alpha-3",
    "destination": "Reporting country, ISO 3166 alpha-3, or EU27 (of 2020), EU28, EU+",
    "applicant": "TOTAL all applicants, FRST first-time, SSEQ subsequent",
    "sex": "T all, F women, M men, UNK unknown",
    "age": "Age group in completed years",
    "period": "Year or month",
    "count": "Persons, rounded to 5 by Eurostat; empty where flagged or shown as not available",
    "flag": "Eurostat's flags, one letter each: b break, d definition differs, e estimated, "
    "p provisional ...",
}
RAW_DECISIONS = {
    "origin": RAW_APPLICANTS["origin"],
    "destination": RAW_APPLICANTS["destination"],
    "decision": "TOTAL all, POS positive, POS_RFG refugee status, POS_SPROT subsidiary "
    "protection, POS_HUM humanitarian, TEMP_PROT temporary protection, NEG rejected",
    "period": "Year, or first and last year of a sum",
    "count": RAW_APPLICANTS["count"],
    "flag": RAW_APPLICANTS["flag"],
}
RAW_DECISIONS_BY_SEX_AGE = {
    "origin": "Citizenship, ISO 3166 alpha-3; TOTAL: every citizenship together",
    "destination": RAW_APPLICANTS["destination"],
    "decision": RAW_DECISIONS["decision"],
    "sex": RAW_APPLICANTS["sex"],
    "age": RAW_APPLICANTS["age"],
    "period": "Year, quarter (2022-Q1) or month",
    "count": RAW_APPLICANTS["count"],
    "flag": RAW_APPLICANTS["flag"],
}
RAW_PENDING = {
    "origin": RAW_DECISIONS_BY_SEX_AGE["origin"],
    "destination": RAW_APPLICANTS["destination"],
    "sex": RAW_APPLICANTS["sex"],
    "age": RAW_APPLICANTS["age"],
    "period": "Month; the figure is of its last day",
    "count": RAW_APPLICANTS["count"],
    "flag": RAW_APPLICANTS["flag"],
}
RAW_WITHDRAWN = {
    "origin": RAW_DECISIONS_BY_SEX_AGE["origin"],
    "destination": RAW_APPLICANTS["destination"],
    "decision": "Status withdrawn: TOTAL any, POS_RFG refugee status, POS_SPROT subsidiary "
    "protection, POS_HUM humanitarian",
    "reason": "TOTAL any, WDN_RVOC revoked, WDN_END ended, WDN_REF_RNEW not renewed, UNK unknown",
    "period": "Quarter",
    "count": RAW_APPLICANTS["count"],
    "flag": RAW_APPLICANTS["flag"],
}
RAW_ENFORCEMENT = {
    key: RAW_APPLICANTS[key] for key in ("origin", "destination", "period", "count", "flag")
}


def country(code: str, path: Path, row: object = None) -> str:
    """Return our code of one of Eurostat's.

    Raises
    ------
    InvalidTable
        Naming file and line.
    """
    try:
        return places.from_eurostat(code)
    except UnknownName as error:
        raise checks.fail(f"an unknown country code '{code}'", path, row) from error


def cell(text: str, path: Path, row: object, column: str) -> tuple[int | None, str]:
    """Return count and flags of one cell: "4155 bp", ": c", ":".

    Raises
    ------
    InvalidTable
        If the cell is no whole number with flags, or `checks.CEILING` or more.
    """
    match = _CELL.fullmatch(text.strip())
    number = float((match["value"] or "0").replace(":", "0")) if match else 0.5
    if match is None or number % 1 or number >= checks.CEILING:
        raise checks.fail(f"no count with flags: '{text.strip()}'", path, row, column)
    value = match["value"]
    return (None if value in (None, ":") else int(float(value))), match["flag"]


def finish(table: pd.DataFrame, columns: dict[str, str], path: Path) -> pd.DataFrame:
    """Return a raw table in order, refusing an empty one and the same figure given twice."""
    if table.empty:
        raise InvalidTable("no row on the citizenship that is asked for", where=path.name)
    table = table[list(columns)].astype({"count": "Int64"})
    key = [column for column in columns if column not in ("count", "flag")]
    twice = table.duplicated(key)
    if twice.any():
        row = table[twice].iloc[0]
        values = ", ".join(str(row[column]) for column in key)
        raise InvalidTable(f"a duplicate key: {values}", where=path.name)
    return table.sort_values(key, ignore_index=True)


def _lines(path: Path) -> list[str]:
    """Return a text file's lines, decompressed."""
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        return content.decode("utf-8-sig").splitlines()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise InvalidTable("a file cannot be read as a table", where=str(path)) from error


def bulk_applicants(path: Path, citizen: str = "RU") -> pd.DataFrame:
    r"""Return applicants of one citizenship from the bulk TSV.

    The head is ``freq,citizen,sex,unit,age,asyl_app,geo\TIME_PERIOD`` and then the periods. A cell
    shown as ":" without a flag has no row here: Eurostat had nothing to publish.

    Parameters
    ----------
    path
        The bulk file, compressed or not.
    citizen
        Eurostat's code of the citizenship.

    Returns
    -------
    DataFrame
        Columns `RAW_APPLICANTS`.

    Raises
    ------
    InvalidTable
        If a dimension is missing, a cell is no count, a code is unknown or a key repeats.
    """
    lines = _lines(path)
    if not lines:
        raise InvalidTable("a file is empty", where=path.name)
    head, *periods = lines[0].split("\t")
    dimensions = head.split("\\")[0].split(",")
    kind = "applicant" if "applicant" in dimensions else "asyl_app"
    for name in ("citizen", "sex", "age", kind, "geo"):
        if name not in dimensions:
            raise checks.fail("a dimension is missing", path, column=name)
    at = {name: number for number, name in enumerate(dimensions)}
    found = []
    for number, line in enumerate(lines[1:]):
        key_text, *cells = line.split("\t")
        key = key_text.split(",")
        if len(key) != len(dimensions) or len(cells) != len(periods):
            raise checks.fail("a line is cut short", path, number)
        if key[at["citizen"]] != citizen:
            continue
        if key[at[kind]] not in APPLICANTS:
            raise checks.fail(f"an unknown code '{key[at[kind]]}'", path, number, kind)
        for period, text in zip(periods, cells, strict=True):
            count, flag = cell(text, path, number, period.strip())
            if count is None and not flag:
                continue
            found.append(
                (
                    country(key[at["citizen"]], path, number),
                    country(key[at["geo"]], path, number),
                    APPLICANTS[key[at[kind]]],
                    key[at["sex"]],
                    key[at["age"]],
                    period.strip(),
                    count,
                    flag,
                )
            )
    return finish(pd.DataFrame(found, columns=list(RAW_APPLICANTS)), RAW_APPLICANTS, path)


def sdmx(path: Path, citizen: str = "RU") -> pd.DataFrame:
    """Return applicants or decisions of one citizenship from an SDMX-CSV export.

    With labels, each code column has a column of words beside it, which is not read. Monthly
    and annual, old and new vocabulary are understood.

    Returns
    -------
    DataFrame
        Columns `RAW_APPLICANTS`, or `RAW_DECISIONS` where the export has a column ``decision``
        (all sexes and ages).

    Raises
    ------
    InvalidTable
        If a column is missing, a value is no count, a code is unknown or a key repeats.
    """
    frame = checks.read_text(path)
    kind = next((name for name in ("applicant", "asyl_app", "decision") if name in frame), "")
    if not kind:
        raise checks.fail("a column is missing", path, column="applicant or decision")
    checks.need(frame, ("citizen", "sex", "age", "geo", "TIME_PERIOD", "OBS_VALUE"), path)
    words = DECISIONS if kind == "decision" else APPLICANTS
    checks.known(frame, kind, words, path)
    frame = frame[frame["citizen"] == citizen]
    if kind == "decision":
        frame = frame[(frame["sex"] == "T") & (frame["age"] == "TOTAL")]
    flag = frame["OBS_FLAG"] if "OBS_FLAG" in frame else pd.Series("", index=frame.index)
    geo = {code: country(code, path) for code in frame["geo"].unique()}
    table = pd.DataFrame(
        {
            "origin": country(citizen, path),
            "destination": frame["geo"].map(geo),
            "decision" if kind == "decision" else "applicant": frame[kind].map(words),
            "sex": frame["sex"],
            "age": frame["age"],
            "period": frame["TIME_PERIOD"],
            "count": checks.whole(frame, "OBS_VALUE", path, missing=("", ":")),
            "flag": flag,
        }
    )
    return finish(table, RAW_DECISIONS if kind == "decision" else RAW_APPLICANTS, path)
