"""Charts on applications: where, by year and month, and men of two age groups."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from asylum_report import places, records
from asylum_report.charts.library import moves, parts
from asylum_report.charts.model import Chart, Series, Table

Row = Mapping[str, Any]
SINCE_WAR = (2022, 2025)
ENOUGH = 200
"""Applicants from which a destination's shares by age and sex are drawn."""


def applications_destinations() -> Chart:
    """Draw where Russian citizens lodged first applications since the invasion."""
    years = [str(year) for year in range(SINCE_WAR[0], SINCE_WAR[1] + 1)]
    used = [
        row
        for row in records.rows("applications", origin="RUS", source="UNHCR", kind="first")
        if row["period_start"][:4] in years and row["count"] is not None
    ]
    total: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    partial = set()
    for row in used:
        name = parts.destination_name(row)
        total[name][row["period_start"][:4]] += row["count"]
        if row["status"] == "partial":
            partial.add((name, row["period_start"][:4]))
    order = sorted(total, key=lambda name: -sum(total[name].values()))[:14]
    top = order[0]
    return Chart(
        name="applications-destinations",
        title=f"From {years[0]} to {years[-1]} the most first claims were made in {most(used)}",
        subtitle=f"First asylum applications by Russian citizens, persons, {years[0]} to {years[-1]} "
        f"together; the {len(order)} destinations with most",
        kind="bar",
        x_scale="category",
        y_format="count",
        tall=True,
        series=(
            Series(
                label=f"{years[0]}-{years[-1]}",
                colour="accent",
                x=tuple(order),
                y=tuple(sum(total[name].values()) for name in order),
                hollow=tuple(any(one == name for one, _ in partial) for name in order),
            ),
        ),
        source=parts.source(used),
        note="Hatched: one of the years is partial; USCIS has no figure by nationality for 2025. One "
        "person may be in both US bars, because a claim that USCIS does not grant may come before a "
        "court later.",
        alt=f"Horizontal bars for 14 destinations. {top} has most first applications, "
        f"{sum(total[top].values()):,}; then {order[1]}, {sum(total[order[1]].values()):,}, and "
        f"{order[2]}, {sum(total[order[2]].values()):,}.",
        table=Table(
            ("", *years, "Together"),
            tuple(
                (name, *(total[name].get(year) for year in years), sum(total[name].values()))
                for name in order
            ),
            ("text", *("count",) * (len(years) + 1)),
        ),
    )


def most(rows: Iterable[Row]) -> str:
    """Return the two countries with most applications, in words.

    Countries and not authorities, because one person may apply to both of the United States.
    """
    total: dict[str, int] = defaultdict(int)
    for row in rows:
        total[row["destination"]] += row["count"]
    order = sorted(total, key=lambda code: (-total[code], code))
    return " and ".join(
        "the United States" if code == "USA" else places.name(code) for code in order[:2]
    )


def applications_annual() -> Chart:
    """Draw first applications by year in the three countries."""
    rows = [
        row
        for row in records.rows("applications", origin="RUS", source="UNHCR", kind="first")
        if row["count"] is not None and row["period_start"] >= "2008"
    ]
    wanted = (
        ("Germany", "germany", "DEU", "BAMF"),
        ("France", "france", "FRA", "OFPRA"),
        ("US immigration courts", "usa", "USA", "EOIR"),
    )
    years = [str(year) for year in range(2008, SINCE_WAR[1] + 1)]
    total: dict[tuple[str, str], int] = defaultdict(int)
    part = set()
    used = []
    for label, _, destination, authority in wanted:
        for row in rows:
            if (row["destination"], row["authority"]) == (destination, authority):
                key = (label, row["period_start"][:4])
                total[key] += row["count"]
                used.append(row)
                if row["status"] == "partial":
                    part.add(key)
    courts = total["US immigration courts", "2023"]
    german = total["Germany", "2023"]
    return Chart(
        name="applications-annual",
        title=f"In 2023, {courts:,} Russian citizens applied to US immigration courts and {german:,} in "
        "Germany",
        subtitle="First asylum applications by Russian citizens, persons, by year",
        kind="line",
        x_scale="year",
        y_format="count",
        series=tuple(
            Series(
                label,
                colour,
                tuple(years),
                tuple(total.get((label, year)) for year in years),
                hollow=tuple((label, year) in part for year in years),
            )
            for label, colour, *_ in wanted
        ),
        events=parts.events(("2022-02-24-invasion", "2022-09-21-mobilisation")),
        source=parts.source(used),
        hollow_means="part of the year",
        note="First applications only; repeat applications are another table. The three authorities "
        "register applications at different points of the procedure.",
        alt=_annual_alt(total, years),
        table=Table(
            ("Year", *(label for label, *_ in wanted), "Remark"),
            tuple(
                (
                    year,
                    *(total.get((label, year)) for label, *_ in wanted),
                    "US: part of the year" if ("US immigration courts", year) in part else "",
                )
                for year in years
            ),
            ("text", "count", "count", "count", "text"),
        ),
    )


def _annual_alt(total: Mapping[tuple[str, str], int], years: Sequence[str]) -> str:
    """Return what the lines do, each part only where the figures bear it out."""
    german = [total["Germany", year] for year in years]
    peaks = [
        year
        for before, year, after in zip(years, years[1:], years[2:], strict=False)
        if total["Germany", year] > max(total["Germany", before], total["Germany", after])
        and total["Germany", year] > statistics.mean(german)
    ]
    early, late = (total["US immigration courts", year] for year in ("2021", "2023"))
    most = max(total["France", year] for year in years)
    return " ".join(filter(None, (
        "Three lines by year from 2008.",
        f"Germany has peaks in {', '.join(peaks[:-1])} and {peaks[-1]}, when there were "
        f"{total['Germany', peaks[-1]]:,}." if len(peaks) > 1 else "",
        f"US immigration courts rise from {'under a thousand' if early < 1000 else f'{early:,}'} in "
        f"2021 to {late:,} in 2023." if moves.of_count(early, late) == "rose" else "",
        "France stays below six thousand." if most < 6000 else f"France has at most {most:,}.",
    )))  # fmt: skip


def _older_peaks(rows: Sequence[Row]) -> str:
    """Return the peaks before the invasion: years whose highest month is above both neighbours'."""
    highest: dict[int, int] = defaultdict(int)
    for row in rows:
        year = int(row["period_start"][:4])
        highest[year] = max(highest[year], row["count"])
    told = highest[2013] > highest[2014] and highest[2016] > max(highest[2015], highest[2017])
    return parts.where(told, "a peak in 2013, another in 2016, ")


def applications_monthly() -> Chart:
    """Draw Eurostat's monthly first-time applicants in all reporting countries."""
    rows = [
        row
        for row in records.newest(
            records.rows("applications", origin="RUS", dataset="migr_asyappctzm", destination="EU+")
        )
        if (row["kind"], row["sex"], row["age"]) == ("first", "T", "TOTAL")
        and row["count"] is not None
    ]
    rows.sort(key=lambda row: row["period_start"])
    whole = [row for row in rows if row["status"] == "complete"]
    recent = [row for row in whole if row["period_start"] >= "2021"]
    peak = max(recent, key=lambda row: row["count"])
    last = whole[-1]
    since = "the invasion" if peak["period_start"] >= "2022-02" else "2021"
    return Chart(
        name="applications-monthly",
        title=f"First claims in Europe were {peak['count']:,} in "
        f"{parts.month_name(peak['period_start'])}, the most since {since}, and {last['count']:,} "
        f"in {parts.month_name(last['period_start'])}",
        subtitle="First-time asylum applicants with Russian citizenship, all reporting EU+ countries, "
        "persons, by month",
        kind="line",
        x_scale="month",
        y_format="count",
        series=(
            Series(
                label="First-time applicants",
                colour="accent",
                x=tuple(row["period_start"][:7] for row in rows),
                y=tuple(row["count"] for row in rows),
                hollow=tuple(row["status"] != "complete" for row in rows),
            ),
        ),
        events=parts.events(("2022-02-24-invasion", "2022-09-21-mobilisation", "2023-11-30-finland-border")),
        hollow_means="months for which most countries have not reported yet",
        source=parts.source(rows),
        note="Sum of the countries that reported, each rounded to 5."
        + (" The newest months are not a fall: most countries had not reported yet."
           if rows[-1]["status"] == "partial" else ""),
        alt=f"Line of monthly first-time applicants from {parts.month_name(rows[0]['period_start'])}: "
        + _older_peaks(whole)
        + f"{peak['count']:,} in "
        f"{parts.month_name(peak['period_start'])} after the invasion and the mobilisation, "
        f"and {last['count']:,} in {parts.month_name(last['period_start'])}.",
        table=Table(
            ("Month", "First-time applicants", "Remark"),
            tuple((row["period_start"][:7], row["count"],
                   "" if row["status"] == "complete" else "partial reporting") for row in rows),
            ("text", "count", "text"),
        ),
    )  # fmt: skip


def men() -> Chart:
    """Draw how many of the applicants are men of two age groups, by destination."""
    rows = records.rows("applications", origin="RUS", dataset="migr_asyappctza", kind="all")
    aged = [row for row in rows if row["sex"] == "M" and row["age"] in ("Y18-34", "Y35-64")]
    ages_of: dict[str, set[str]] = {}
    for row in aged:
        ages_of.setdefault(row["vintage"], set()).add(row["age"])
    newest = max(vintage for vintage, ages in ages_of.items() if len(ages) == 2)
    year = max(row["period_start"][:4] for row in aged if row["vintage"] == newest)
    cell = {
        (row["destination"], row["sex"], row["age"]): row["count"]
        for row in rows
        if row["vintage"] == newest and row["period_start"][:4] == year
    }
    used = [row for row in aged if row["vintage"] == newest and row["period_start"][:4] == year]

    def share(code: str, age: str) -> float | None:
        whole, part = cell.get((code, "T", "TOTAL")), cell.get((code, "M", age))
        return part / whole if whole and part is not None else None

    codes = sorted(
        (code for code, sex, age in cell
         if (sex, age) == ("T", "TOTAL") and (cell[code, sex, age] or 0) >= ENOUGH),
        key=lambda code: -((share(code, "Y18-34") or 0) + (share(code, "Y35-64") or 0)),
    )  # fmt: skip
    ages = (("Y18-34", "Men aged 18-34", "first"), ("Y35-64", "Men aged 35-64", "second"))
    eu = [share("EU27", age) for age, *_ in ages]
    return Chart(
        name="applications-men",
        title=f"In {year} men aged 18 to 34 were {parts.percent(eu[0])} of the Russian citizens who applied "
        "in the EU",
        subtitle=f"Share of all asylum applicants with Russian citizenship, persons, {year}; destinations "
        f"with at least {ENOUGH} applicants",
        kind="bar",
        x_scale="category",
        y_format="percent",
        tall=True,
        series=tuple(
            Series(label, colour, tuple(places.name(c) for c in codes),
                   tuple(share(c, age) for c in codes))
            for age, label, colour in ages
        ),
        source=parts.source(used),
        note="Eurostat rounds to 5 and, for adults under 65, publishes these two age groups; neither is the age of "
        f"conscription. {year} is the newest year held by age. No register says who fled the draft.",
        alt=f"Bars by destination: in the EU as a whole men aged 18 to 34 were {parts.percent(eu[0])} and "
        f"men aged 35 to 64 {parts.percent(eu[1])} of applicants with Russian citizenship in {year}.",
        table=Table(
            ("", "All applicants", "Men 18-34", "Men 35-64", "Share 18-34", "Share 35-64"),
            tuple(
                (places.name(c), cell[c, "T", "TOTAL"], cell.get((c, "M", "Y18-34")),
                 cell.get((c, "M", "Y35-64")), share(c, "Y18-34"), share(c, "Y35-64"))
                for c in codes
            ),
            ("text", "count", "count", "count", "percent", "percent"),
        ),
    )  # fmt: skip
