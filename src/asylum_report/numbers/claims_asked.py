"""Numbers on who asked and who waits, as claims need them: applications, stocks, US grants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from asylum_report import places, records
from asylum_report.numbers.model import Number, count, percent

Row = Mapping[str, Any]
YEARS = range(2022, 2026)


def numbers(applications: Sequence[Row]) -> list[Number]:
    """Return counts of applications, of people waiting and of US grants of asylum.

    Parameters
    ----------
    applications
        Rows of ``applications`` by Russian citizens, every source.
    """
    return [
        *_asked(applications),
        *_world(applications),
        *_eurostat_france(applications),
        *_waiting(),
        *_us_asylum(),
    ]


def query(
    destination: str, years: Iterable[int], kinds: tuple[str, ...] = ("first",)
) -> dict[str, Any]:
    """Return the query of UNHCR's applications; an empty destination means every one."""
    found = {"table": "applications", "origin": "RUS", "source": "UNHCR", "kind": kinds,
             "period_start": [f"{year}-01-01" for year in years]}  # fmt: skip
    return found | ({"destination": destination} if destination else {})


def first(
    rows: Sequence[Row],
    destination: str,
    years: Iterable[int],
    kinds: tuple[str, ...] = ("first",),
) -> int:
    """Return how many applications UNHCR has; a few destinations count cases.

    Parameters
    ----------
    rows
        Rows of ``applications``.
    destination
        Alpha-3 code; empty for every one.
    years, kinds
        What is added.
    """
    wanted = {f"{year}-01-01" for year in years}
    return sum(
        row["count"] or 0 for row in rows
        if row["source"] == "UNHCR" and row["kind"] in kinds and row["period_start"] in wanted
        and destination in ("", row["destination"])
    )  # fmt: skip


def _asked(rows: Sequence[Row]) -> list[Number]:
    """Return applications by destination and year, as UNHCR gives them."""
    found = []
    wanted: list[tuple[str, str, tuple[int, ...]]]
    wanted = [("gb", "GBR", (year,)) for year in (2021, 2022)]
    wanted += [("kz", "KAZ", (year,)) for year in YEARS]
    wanted += [("am", "ARM", tuple(YEARS))]
    for prefix, destination, years in wanted:
        value = first(rows, destination, years)
        span = f"{years[0]}" if len(years) == 1 else f"{years[0]} to {years[-1]}"
        stem = f"checked.{prefix}.y{span.replace(' to ', '_')}.first_applications"
        where = f"{places.name(destination)}, {span}"
        found.append(Number(stem, value, count(value), "persons",
                            f"first asylum applications by Russian citizens, {where}",
                            (query(destination, years),)))  # fmt: skip
    for year in (2022, 2023):
        kinds = ("first", "repeat")
        value = first(rows, "FRA", (year,), kinds)
        found.append(Number(f"checked.fr.y{year}.applications", value, count(value), "persons",
                            "first and repeat asylum applications by Russian citizens at OFPRA, "
                            f"France, {year}", (query("FRA", (year,), kinds),)))  # fmt: skip
    return found


def _world(rows: Sequence[Row]) -> list[Number]:
    """Return first applications in every destination, and the UK's share of them."""
    words = "first asylum applications by Russian citizens in every destination that UNHCR has"
    values = {}
    found = []
    for year in range(2021, 2024):
        values[year] = first(rows, "", (year,))
        found.append(Number(f"checked.world.y{year}.first_applications", values[year],
                            count(values[year]), "persons",
                            f"{words}, {year} (a few in cases)",
                            (query("", (year,)),)))  # fmt: skip
    share = first(rows, "GBR", (2022,)) / values[2022]
    found.append(Number("checked.gb.y2022.share_of_world", share, percent(share), "percent",
                        "share of the United Kingdom in the first asylum applications of Russian "
                        "citizens in every destination that UNHCR has, 2022",
                        (query("GBR", (2022,)), query("", (2022,)))))  # fmt: skip
    return found


def _eurostat_france(applications: Sequence[Row]) -> list[Number]:
    """Return Eurostat's applicants in France, all kinds, from the newest copy that has 2023."""
    found = []
    for year in (2022, 2023):
        rows = [
            row for row in applications
            if row["dataset"] == "migr_asyappctza" and row["destination"] == "FRA"
            and row["kind"] == "all" and row["age"] == "TOTAL" and row["sex"] in ("F", "M", "UNK")
            and row["period_start"] == f"{year}-01-01" and row["count"] is not None
        ]  # fmt: skip
        vintage = max((row["vintage"] for row in rows), default="")
        value = sum(row["count"] for row in rows if row["vintage"] == vintage)
        rows_of = {"table": "applications", "origin": "RUS", "dataset": "migr_asyappctza",
                 "vintage": vintage, "destination": "FRA", "kind": "all", "age": "TOTAL",
                 "sex": ["F", "M", "UNK"], "period_start": f"{year}-01-01"}  # fmt: skip
        found.append(Number(f"checked.fr.y{year}.applicants_eurostat", value, count(value),
                            "persons", "asylum applicants of Russian citizenship, people "
                            "registered under the Dublin rules included, France, "
                            f"{year} (Eurostat; sum of rounded sexes)", (rows_of,)))  # fmt: skip
    return found


def _waiting() -> list[Number]:
    """Return people whose application was pending at the end of a year."""
    found = []
    for prefix, destination, years in (("kz", "KAZ", (2022, 2023)), ("am", "ARM", (2025,))):
        for year in years:
            rows_of = {"destination": destination, "population": "asylum-seekers",
                     "date": f"{year}-12-31", "origin": "RUS"}  # fmt: skip
            rows = records.rows("stocks", **rows_of)
            value = sum(row["count"] or 0 for row in rows)
            where = f"{places.name(destination)}, end of {year}"
            found.append(Number(f"checked.{prefix}.y{year}.pending", value, count(value), "persons",
                                f"Russian citizens waiting for a decision on asylum, {where}",
                                ({"table": "stocks"} | rows_of,)))  # fmt: skip
    return found


def _us_asylum() -> list[Number]:
    """Return US grants of asylum, by USCIS and by courts together, in fiscal year 2022."""
    measures = ["asylum-affirmative", "asylum-defensive"]
    rows_of = {"origin": "RUS", "fiscal_year": "2022", "measure": measures, "source": "OHSS"}
    value = sum(row["count"] or 0 for row in records.rows("grants", **rows_of))
    words = ("grants of asylum to Russian citizens by USCIS and by the immigration courts, US "
             "fiscal year 2022 (OHSS, each rounded to 10)")  # fmt: skip
    return [Number("checked.us.fy2022.asylum_grants", value, count(value), "persons", words,
                   ({"table": "grants"} | rows_of,))]  # fmt: skip
