"""Numbers on people who ask: applications, Eurostat's applicants, border encounters, admissions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from asylum_report import places
from asylum_report.numbers.model import Number, count, percent, vintage_number

Row = Mapping[str, Any]
FIRST_YEAR = 2013


def _month(day: str) -> str:
    return date.fromisoformat(day).strftime("%B %Y")


def first_applications(rows: Sequence[Row]) -> list[Number]:
    """Return first applications by destination and year, from UNHCR's rows of ``applications``."""
    total: dict[tuple[str, str, int], int] = defaultdict(int)
    kind_of: dict[tuple[str, str, int], tuple[str, str]] = {}
    for row in rows:
        year = int(row["period_start"][:4])
        if row["kind"] == "first" and year >= FIRST_YEAR and row["count"] is not None:
            key = (row["destination"], row["authority"], year)
            total[key] += row["count"]
            part = ", part of the year" if row["status"] == "partial" else ""
            kind_of[key] = (row["unit"], part)
    prefixes = {
        ("DEU", ""): "de",
        ("FRA", ""): "fr",
        ("USA", "EOIR"): "us",
        ("USA", "USCIS"): "us_uscis",
    }
    found = []
    for (destination, authority, year), value in sorted(total.items()):
        prefix = prefixes.get((destination, "")) or prefixes.get((destination, authority))
        if prefix is None:
            continue
        query = {
            "table": "applications", "origin": "RUS", "source": "UNHCR", "kind": "first",
            "destination": destination, "authority": authority, "period_start": f"{year}-01-01",
        }  # fmt: skip
        unit, part = kind_of[destination, authority, year]
        words = f"first asylum applications by Russian citizens, {places.name(destination)}, {year}"
        found.append(Number(f"{prefix}.y{year}.first_applications", value, count(value), unit,
                            f"{words} ({authority}{part})", (query,)))  # fmt: skip
    return found


def eurostat_annual(rows: Sequence[Row]) -> list[Number]:
    """Return all applicants of the EU27 by year and vintage, and men of two age groups.

    Parameters
    ----------
    rows
        Eurostat's annual rows of ``applications``, every vintage.
    """
    found = []
    sums: dict[tuple[str, str], int] = defaultdict(int)
    whole: dict[tuple[str, str], int] = {}
    men: dict[tuple[str, str, str], int] = {}
    base = {"table": "applications", "origin": "RUS", "source": "Eurostat",
            "dataset": "migr_asyappctza"}  # fmt: skip
    for row in rows:
        year, vintage = row["period_start"][:4], row["vintage"]
        if row["kind"] != "all" or row["count"] is None or row["destination"] != "EU27":
            continue
        if row["sex"] == "T" and row["age"] == "TOTAL":
            whole[vintage, year] = row["count"]
        elif row["age"] == "TOTAL":
            sums[vintage, year] += row["count"]
        elif row["sex"] == "M" and row["age"] in ("Y18-34", "Y35-64"):
            men[vintage, year, row["age"]] = row["count"]
    for (vintage, year), value in sorted({**sums, **whole}.items()):
        if year < "2019":
            continue
        summed = " (sum of rounded sexes)" if (vintage, year) not in whole else ""
        query = {**base, "vintage": vintage, "destination": "EU27", "kind": "all",
                 "period_start": f"{year}-01-01", "age": "TOTAL"}  # fmt: skip
        stem = f"eu27.y{year}.applicants_{'v' + vintage[:7].replace('-', '_')}"
        found.append(Number(stem, value, count(value), "persons",
                            f"asylum applicants with Russian citizenship, EU27, {year}, Eurostat "
                            f"vintage {vintage}{summed}", (query,)))  # fmt: skip
    for (vintage, year, age), value in sorted(men.items()):
        if (vintage, year) not in whole or year < "2019":
            continue
        query = {**base, "vintage": vintage, "destination": "EU27", "kind": "all", "sex": "M",
                 "age": age, "period_start": f"{year}-01-01"}  # fmt: skip
        stem = f"eu27.y{year}.men_{age.lower().replace('-', '_').lstrip('y')}"
        stem = stem.replace("men_18_34", "men_young").replace("men_35_64", "men_older")
        words = f"men aged {age[1:]} among asylum applicants with Russian citizenship, EU27, {year}"
        share = value / whole[vintage, year]
        found.append(Number(stem, value, count(value), "persons", words, (query,)))
        found.append(
            Number(f"{stem}_share", share, percent(share), "percent", f"share of {words}", (query,))
        )
    if men:
        found.append(vintage_number("eurostat_aged", "migr_asyappctza", max(men)[0]))
    return _newest(found)


def _newest(numbers: list[Number]) -> list[Number]:
    """Keep one number a name: the last, which is the newest vintage."""
    return list({number.name: number for number in numbers}.values())


def eurostat_monthly(rows: Sequence[Row]) -> list[Number]:
    """Return highest month, newest complete month and mobilisation autumn of the EU+ series."""
    series = {
        row["period_start"]: row["count"]
        for row in rows
        if row["status"] == "complete" and row["count"] is not None
    }
    if not series:
        return []
    base = {"table": "applications", "origin": "RUS", "source": "Eurostat",
            "dataset": "migr_asyappctzm", "destination": "EU+"}  # fmt: skip
    since = {day: value for day, value in series.items() if day >= "2021-01-01"}
    peak = max(since, key=lambda day: since[day])
    last = max(series)
    found = []
    for label, day in (("peak", peak), ("last", last), ("before_invasion", "2022-01-01"),
                       ("same_month_before", f"{int(last[:4]) - 1}{last[4:]}")):  # fmt: skip
        if day not in series:
            continue
        query = ({**base, "period_start": day},)
        words = f"first-time applicants with Russian citizenship, EU+, {_month(day)}"
        found.append(Number(f"eu_plus.monthly.{label}", series[day], count(series[day]), "persons",
                            words, query))  # fmt: skip
        found.append(Number(f"eu_plus.monthly.{label}_month", day[:7], _month(day), "date",
                            f"the month of: {words}", query))  # fmt: skip
    return found


def encounters(rows: Sequence[Row]) -> list[Number]:
    """Return encounters of Russian citizens by fiscal year and at the south-west land border."""
    total: dict[str, int] = defaultdict(int)
    southwest: dict[str, int] = defaultdict(int)
    months: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        year = str(row["fiscal_year"])
        total[year] += row["count"] or 0
        months[year].add(row["period_start"])
        if row["region"] == "southwest":
            southwest[year] += row["count"] or 0
    found = []
    for year, value in sorted(total.items()):
        part = "" if len(months[year]) == 12 else f", first {len(months[year])} months only"
        for label, figure, query in (
            ("encounters", value, {}),
            ("encounters_southwest", southwest[year], {"region": "southwest"}),
        ):
            where = "at the south-west land border" if query else "nationwide"
            found.append(
                Number(f"us.fy{year}.{label}", figure, count(figure), "encounters",
                       f"encounters of Russian citizens {where}, US fiscal year {year}{part}",
                       ({"table": "encounters", "origin": "RUS", "fiscal_year": year, **query},))
            )  # fmt: skip
    return found


def admissions(rows: Sequence[Row]) -> list[Number]:
    """Return US grants of asylum and refugee admissions by fiscal year."""
    total: dict[tuple[str, str, str], int] = defaultdict(int)
    last: dict[tuple[str, str, str], str] = {}
    for row in rows:
        if row["count"] is not None:
            key = (str(row["fiscal_year"]), row["measure"], row["source"])
            total[key] += row["count"]
            last[key] = max(last.get(key, ""), row["period_end"])
    found = []
    for (year, measure, source), value in sorted(total.items()):
        if int(year) < 2014:
            continue
        name = f"us.fy{year}.{measure.replace('-', '_')}_{source.lower()}"
        rounded = ", rounded to 10" if source == "OHSS" else ""
        if (until := last[year, measure, source]) < f"{year}-09-30":
            rounded += f", to {until} only"
        query = {"table": "grants", "origin": "RUS", "fiscal_year": year, "measure": measure,
                 "source": source}  # fmt: skip
        found.append(Number(name, value, count(value), "persons",
                            f"{measure.replace('-', ' ')}, Russian citizens, US fiscal year {year} "
                            f"({source}{rounded})", (query,)))  # fmt: skip
    return found
