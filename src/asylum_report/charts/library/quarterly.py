"""What Eurostat publishes between the years: protection rates by quarter, pending cases by month.

Neither is embedded. Each chart, and the section of a page that holds it, is there when the tables
hold the figures, and is None when they do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from asylum_report import corridors, places, recognition, records
from asylum_report.charts.library import parts
from asylum_report.charts.model import Chart, Series, Table

Row = Mapping[str, Any]

DECISIONS = "migr_asydcfstq"
PENDING = "migr_asypenctzm"
FIRST = "2014"
"""Year from which quarters are shown: before, many countries left out whole quarters."""

TOGETHER = "all EU+"
WAR = ("2022-02-24-invasion", "2022-09-21-mobilisation")
GERMAN = (
    "Eurostat's rejections for Germany hold part of the cases that BAMF closes without an answer on "
    "the merits, and the part changes: this is not BAMF's rate."
)
COUNTED = (
    "First and repeat applications undivided; each count rounded to 5, and intervals take that in. "
    f"{parts.INTERVAL} Quarters with fewer than {recognition.SHOWN_FROM} decisions are left out."
)
HOLLOW = f"{recognition.FEW}, or a quarter that many countries have not reported yet"


def quarters() -> list[dict[str, Any]]:
    """Return Eurostat's quarterly first-instance decisions on Russian citizens, newest copies."""
    found = records.newest(records.rows("decisions", origin="RUS", dataset=DECISIONS))
    return [
        row
        for row in found
        if row["period_start"] >= FIRST
        and (row["period_start"][5:], row["period_end"][5:]) in corridors.QUARTERS
    ]


def of_country(rows: Iterable[Row], code: str) -> list[dict[str, Any]]:
    """Return a country's rates by quarter, in order, as `corridors.rate_rows` gives them."""
    found = corridors.rate_rows(row for row in rows if row["destination"] == code)
    return sorted(found, key=lambda row: row["period_start"])


def together(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return the rates of all EU+ countries that reported, by quarter, in order.

    Parameters
    ----------
    rows
        Rows of ``decisions`` by country and quarter; aggregates are left out.

    Returns
    -------
    list of dict
        The columns of a rate row that charts use, and ``countries``: how many are in the sum.

    Notes
    -----
    Of each country the published sum of positive decisions is taken where there is one, which is
    rounded once and not once an outcome: else the bounds of a sum over thirty countries would be
    three times as far apart. A country without rejections or positive decisions is left out.
    """
    known = places.places()
    by_quarter: dict[str, list[dict[str, Any]]] = {}
    for group in corridors.groups(rows):
        place = known.get(group["destination"])
        if place is not None and place.eu_plus:
            by_quarter.setdefault(group["period_start"], []).append(group)
    found = []
    for start in sorted(by_quarter):
        members, positive, rejected = [], corridors.NONE, corridors.NONE
        for group in by_quarter[start]:
            counts = group["counts"]
            if {"positive", "rejected"} <= counts.keys():
                counts = {name: counts[name] for name in ("positive", "rejected")}
            split = corridors.group_parts({**group, "counts": counts})
            if not isinstance(split, str):
                members.append(group)
                positive, rejected = positive + split[0], rejected + split[1]
        if not members:
            continue
        worked = recognition.rate({"positive": positive, "rejected": rejected})
        end = members[0]["period_end"]
        found.append({
            "source": members[0]["source"], "dataset": members[0]["dataset"],
            "vintage": max(one["vintage"] for one in members), "destination": "EU+",
            "period_start": start, "period_end": end, "period": corridors.period(start, end),
            # A break or an estimate in one country is none of the whole.
            "status": "partial" if any(one["status"] == "partial" for one in members)
            else "complete",
            "rate": worked.value, "low": worked.low, "high": worked.high, "n": worked.n,
            "numerator": worked.numerator, "rejected": rejected.value, "marked": worked.marked,
            "reason": worked.reason, "countries": len(members),
        })  # fmt: skip
    return found


def recognition_quarterly() -> Chart | None:
    """Draw the rates of Germany, France and all EU+ countries together by quarter, if held."""
    rows = quarters()
    return _chart(
        "recognition-quarterly",
        [
            ("Germany", "germany", of_country(rows, "DEU")),
            ("France", "france", of_country(rows, "FRA")),
            (TOGETHER, "muted", together(rows)),
        ],
        "Germany, France and all reporting EU+ countries together",
        f"{GERMAN} All EU+: the countries that reported the quarter, in the table with their "
        f"number. {COUNTED}",
    )


def germany_quarterly() -> Chart | None:
    """Draw Germany's rate by quarter, if it is held."""
    lines = [("Germany", "germany", of_country(quarters(), "DEU"))]
    return _chart("germany-quarterly", lines, "Germany", f"{GERMAN} {COUNTED}")


def france_quarterly() -> Chart | None:
    """Draw France's rate by quarter, if it is held."""
    lines = [("France", "france", of_country(quarters(), "FRA"))]
    return _chart("france-quarterly", lines, "France", COUNTED)


def _chart(
    name: str, lines: Sequence[tuple[str, str, list[dict[str, Any]]]], where: str, note: str
) -> Chart | None:
    """Draw rates by quarter, a line a place; None where there is no rate to show."""
    shown = [(label, colour, rows) for label, colour, rows in lines if _whole(rows)]
    if not shown:
        return None
    last = max(_whole(rows)[-1]["period"] for *_, rows in shown)
    at = {
        label: next((row for row in rows if row["period"] == last), None)
        for label, _, rows in shown
    }
    known = [(label, row) for label, row in at.items() if row and row["rate"] is not None]
    found = _list(f"{parts.percent(row['rate'])} in {label}" for label, row in known)
    basis = _list(f"{label} {row['n']:,}" for label, row in known)
    every = [row for *_, rows in shown for row in rows]
    partial = sorted({row["period"] for row in every if row["status"] == "partial"})
    unfinished = (
        f" Not whole yet, because many countries had not reported: {', '.join(partial)}."
        if partial
        else ""
    )
    first = min(row["period"] for row in every)
    return Chart(
        name=name,
        title=f"By Eurostat's count the protection rate was {found} in the {_words(last)}",
        subtitle="Protection rate: positive decisions per decision on the merits, first instance, "
        f"persons, Russian citizens, {where}, by quarter",
        kind="line",
        x_scale="month",
        y_format="percent",
        series=tuple(_series(label, colour, rows) for label, colour, rows in shown),
        events=parts.events(WAR),
        source=_source(every, "first-instance decisions by quarter"),
        note=f"{note}{unfinished}",
        hollow_means=HOLLOW,
        alt=f"Line chart by quarter, {first} to {max(row['period'] for row in every)}. "
        f"In the last whole quarter, {last}, it was {found}; decisions on the merits: {basis}."
        f"{unfinished}",
        table=_table((label, row) for label, _, rows in shown for row in rows),
    )


def _whole(rows: Iterable[Row]) -> list[Row]:
    """Return the quarters that have a rate and are not partial."""
    return [row for row in rows if row["rate"] is not None and row["status"] != "partial"]


def _words(quarter: str) -> str:
    """Write 2026-Q1 as "first quarter of 2026"."""
    number = ("first", "second", "third", "fourth")[int(quarter[-1]) - 1]
    return f"{number} quarter of {quarter[:4]}"


def _list(words: Iterable[str]) -> str:
    """Write "a", "a and b", or "a, b and c"."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def _middle(row: Row) -> str:
    """Return the middle month of a quarter, where its point stands."""
    return f"{row['period_start'][:4]}-{int(row['period_start'][5:7]) + 1:02d}"


def _series(label: str, colour: str, rows: Sequence[Row]) -> Series:
    return Series(
        label=label,
        colour=colour,
        x=tuple(_middle(row) for row in rows),
        y=tuple(row["rate"] for row in rows),
        low=tuple(row["low"] for row in rows),
        high=tuple(row["high"] for row in rows),
        n=tuple(row["n"] for row in rows),
        hollow=tuple(row["marked"] or row["status"] == "partial" for row in rows),
        breaks=tuple(_middle(row) for row in rows if row["status"] == "break"),
        notes=tuple(f"the whole quarter, {row['period']}" for row in rows),
    )


def _table(labelled: Iterable[tuple[str, Row]]) -> Table:
    return Table(
        ("", "Quarter", "Rate", "95% from", "95% to", "Decisions (n)", "Positive", "Rejected",
         "Countries", "Remark"),
        tuple(
            (label, row["period"], row["rate"], row["low"], row["high"], row["n"],
             row["numerator"], row["rejected"], row.get("countries", 1), _remark(row))
            for label, row in labelled
        ),
        ("text", "text", "percent", "percent", "percent", "count", "count", "count", "count",
         "text"),
    )  # fmt: skip


def _remark(row: Row) -> str:
    few = recognition.FEW if row["marked"] and row["rate"] is not None else ""
    status = "" if row["status"] == "complete" else row["status"]
    return "; ".join(part for part in (row["reason"], status, few) if part)


def _source(rows: Iterable[Row], title: str) -> str:
    found = {
        f"{row['source']}, {title} ({row['dataset']}), vintage {row['vintage']}" for row in rows
    }
    return "; ".join(sorted(found))


def applications_pending() -> Chart | None:
    """Draw applications pending at the end of each month in all EU+ countries, if held."""
    rows = [
        row
        for row in records.newest(
            records.rows("stocks", origin="RUS", dataset=PENDING, population="pending")
        )
        if row["date"] >= FIRST
    ]
    known = places.places()
    total: dict[tuple[str, str], int] = defaultdict(int)
    countries: dict[str, set[str]] = defaultdict(set)
    partial = set()
    for row in rows:
        code, month = row["destination"], row["date"][:7]
        if row["count"] is None or code not in known or not known[code].eu_plus:
            continue
        total[TOGETHER, month] += row["count"]
        countries[month].add(code)
        if code in ("DEU", "FRA"):
            total[known[code].name, month] = row["count"]
        if row["status"] == "partial":
            partial.add(month)
    months = sorted(countries)
    whole = [month for month in months if month not in partial]
    if not whole:
        return None
    last = whole[-1]
    peak = max(whole, key=lambda month: total[TOGETHER, month])
    labels = ((TOGETHER, "accent"), ("Germany", "germany"), ("France", "france"))
    at = {name: parts.month_name(f"{month}-01") for name, month in (("last", last), ("peak", peak))}
    return Chart(
        name="applications-pending",
        title=f"{total[TOGETHER, last]:,} Russian citizens waited for an answer in reporting EU+ "
        f"countries at the end of {at['last']}; the most were {total[TOGETHER, peak]:,} in "
        f"{at['peak']}",
        subtitle="Persons with applications pending at the end of the month, Russian citizens, "
        "all instances",
        kind="line",
        x_scale="month",
        y_format="count",
        series=tuple(
            Series(label, colour, tuple(months),
                   tuple(total.get((label, month)) for month in months),
                   hollow=tuple(month in partial for month in months))
            for label, colour in labels
            if any((label, month) in total for month in months)
        ),
        events=parts.events(WAR),
        source=_source(rows, "applications pending at the end of the month"),
        note="All EU+: the countries that reported the month, in the table with their number. "
        "Each count rounded to 5. A stock: the same person waits in many months.",
        hollow_means="months for which many countries have not reported yet",
        alt=f"Lines by month from {parts.month_name(months[0] + '-01')}: in all reporting EU+ "
        f"countries together {total[TOGETHER, last]:,} at the end of {at['last']}, at most "
        f"{total[TOGETHER, peak]:,} in {at['peak']}.",
        table=Table(
            ("Month", *(label for label, _ in labels), "Countries", "Remark"),
            tuple((month, *(total.get((label, month)) for label, _ in labels),
                   len(countries[month]), "partial" if month in partial else "")
                  for month in months),
            ("text", "count", "count", "count", "count", "text"),
        ),
    )  # fmt: skip
