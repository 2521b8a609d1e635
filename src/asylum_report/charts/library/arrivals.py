"""Charts on encounters and grants in the United States, and on applications pending in Germany."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from asylum_report import records
from asylum_report.charts.library import moves, parts
from asylum_report.charts.model import Chart, Series, Table


def us_encounters() -> Chart:
    """Draw border encounters of Russian citizens by month and region."""
    rows = records.rows("encounters")
    regions = (
        ("southwest", "South-west land border", "usa"),
        ("other", "Airports, sea, other", "muted"),
    )
    total: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        total[row["period_start"][:7], row["region"]] += row["count"] or 0
    months = sorted({month for month, _ in total})
    peak = max(months, key=lambda month: total.get((month, "southwest"), 0))
    since = {month: total.get((month, "southwest"), 0) for month in months if month > peak}
    return Chart(
        name="us-encounters",
        title="Encounters at the south-west border " + (
            f"peaked at {total[peak, 'southwest']:,} in {parts.month_name(peak + '-01')} and {now(since)}"
            if since
            else f"were most in {parts.month_name(peak + '-01')}, {total[peak, 'southwest']:,}"
        ),
        subtitle="CBP encounters of Russian citizens, events, by month and region",
        kind="line",
        x_scale="month",
        y_format="count",
        series=tuple(
            Series(label, colour, tuple(months), tuple(total.get((month, region)) for month in months))
            for region, label, colour in regions
        ),
        events=parts.events(("2022-02-24-invasion", "2023-01-cbp-one-starts", "2025-01-20-cbp-one-ends")),
        source=parts.source(rows),
        note="An encounter is an event, not a person and not an asylum claim. Encounters at airports "
        "and sea ports are mostly not about asylum. A month without a row in the file is a gap. The "
        "northern land border (a few a month) is in the table only.",
        alt=f"Two lines by month, October 2019 to {parts.month_name(months[-1] + '-01')}: the south-west "
        f"land border rises to {total[peak, 'southwest']:,} in {parts.month_name(peak + '-01')}"
        + parts.where(bool(since), f" and falls to {total.get((months[-1], 'southwest'), 0):,} in "
                      f"{parts.month_name(months[-1] + '-01')}") + ".",
        table=Table(
            ("Month", "South-west land border", "Northern land border", "Other"),
            tuple((m, *(total.get((m, region)) for region in ("southwest", "northern", "other")))
                  for m in months),
            ("text", "count", "count", "count"),
        ),
    )  # fmt: skip


def now(counts: Mapping[str, int]) -> str:
    """Return in words where a monthly count has come to: low for months on end, or the last month.

    Parameters
    ----------
    counts
        Count by month (``2025-02``), in order.
    """
    low = [
        month for month in counts if all(n < FEW for later, n in counts.items() if later >= month)
    ]
    last = list(counts)[-1]
    if len(low) >= SOME_MONTHS:
        return f"have been under {FEW} a month since {parts.month_name(low[0] + '-01')}"
    return f"were {counts[last]:,} in {parts.month_name(last + '-01')}"


FEW = 100
"""Encounters a month that are called few."""
SOME_MONTHS = 3
"""Months that a count must have been low before a title says so."""

MEASURES = (
    ("asylum-affirmative", "OHSS", "Asylum granted by USCIS", "first"),
    ("asylum-defensive", "OHSS", "Asylum granted by courts", "usa"),
    ("refugee-admissions", "PRM", "Refugees admitted", "third"),
)


def us_grants() -> Chart:
    """Draw grants of asylum and refugee admissions by fiscal year."""
    rows = [row for row in records.rows("grants") if int(row["fiscal_year"]) >= 2014]
    total: dict[tuple[str, str, str], int] = defaultdict(int)
    last: dict[tuple[str, str, str], str] = {}
    part = set()
    for row in rows:
        key = (row["measure"], row["source"], str(row["fiscal_year"]))
        total[key] += row["count"] or 0
        last[key] = max(last.get(key, ""), row["period_end"])
        if row["status"] == "partial":
            part.add(key)
    part |= {key for key, day in last.items() if day < f"{key[2]}-09-30"}
    years = sorted({year for _, _, year in total})
    defensive = total["asylum-defensive", "OHSS", "2023"]
    admitted = total.get(("refugee-admissions", "PRM", "2023"))
    rises = defensive > total["asylum-defensive", "OHSS", "2022"]
    top = all(total[m, s, "2023"] <= defensive for m, s, *_ in MEASURES)
    return Chart(
        name="us-grants",
        title=f"US courts granted asylum to about {defensive:,} Russian citizens in fiscal year 2023; "
        f"{admitted:,} were admitted as refugees from abroad",
        subtitle="Asylum granted and refugees admitted, persons with Russian citizenship, US fiscal years "
        "(October to September)",
        kind="line",
        x_scale="fiscal-year",
        y_format="count",
        series=tuple(
            Series(
                label, colour, tuple(years), tuple(total.get((measure, source, y)) for y in years),
                hollow=tuple((measure, source, y) in part for y in years),
            )
            for measure, source, label, colour in MEASURES
        ),
        source=parts.source(rows),
        note="Asylum is granted to people already in the country; refugees are admitted from abroad. "
        "The two are different things and are never added. OHSS rounds to 10. Refugee admissions of "
        "fiscal year 2025 cover October to December 2024 only.",
        alt="Three lines by fiscal year from 2014. Asylum granted by courts "
        f"{'rises to' if rises else 'is'} {defensive:,} in 2023"
        + parts.where(
            top, "; asylum granted by USCIS and refugee admissions stay below it in that year"
        ) + ".",
        table=Table(
            ("Fiscal year", *(label for _, _, label, _ in MEASURES)),
            tuple((y, *(total.get((m, s, y)) for m, s, *_ in MEASURES)) for y in years),
            ("text", "count", "count", "count"),
        ),
    )  # fmt: skip


def germany_pending() -> Chart:
    """Draw applications pending at BAMF by month."""
    rows = [row for row in records.rows("stocks", dataset="bamf-monthly")
            if row["population"] in ("pending-first", "pending-repeat")]  # fmt: skip
    kinds = (
        ("pending-first", "First applications", "first"),
        ("pending-repeat", "Repeat applications", "second"),
    )
    value = {(row["population"], str(row["date"])[:7]): row["count"] for row in rows}
    months = sorted({month for _, month in value})
    peak = max(months, key=lambda month: value.get(("pending-first", month)) or 0)
    last = months[-1]
    return Chart(
        name="germany-pending",
        title="Germany's pending first applications " + (
            f"fell from {value['pending-first', peak]:,} in {parts.month_name(peak + '-01')} to "
            f"{value['pending-first', last]:,} in {parts.month_name(last + '-01')}"
            if moves.of_count(value["pending-first", peak], value.get(("pending-first", last))) == "fell"
            else f"were most in {parts.month_name(peak + '-01')}, {value['pending-first', peak]:,}"
        ),
        subtitle="Asylum applications of Russian citizens pending at BAMF at the end of the month, persons",
        kind="line",
        x_scale="month",
        y_format="count",
        series=tuple(
            Series(label, colour, tuple(months), tuple(value.get((kind, month)) for month in months))
            for kind, label, colour in kinds
        ),
        source=parts.source(rows),
        note="The monthly tables held here end in November 2021; later ends of period are in the text.",
        alt=f"Two lines, January 2015 to {parts.month_name(last + '-01')}: pending first applications peak at "
        f"{value['pending-first', peak]:,} and end at {value['pending-first', last]:,}.",
        table=Table(
            ("End of month", "First applications", "Repeat applications"),
            tuple((m, *(value.get((kind, m)) for kind, *_ in kinds)) for m in months),
            ("text", "count", "count"),
        ),
    )  # fmt: skip
