"""Charts of the turning points: what would have been, and effects with intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from asylum_report import records, results
from asylum_report.charts import words
from asylum_report.charts.library import parts
from asylum_report.charts.model import Chart, Series, Table

Row = Mapping[str, Any]

VERDICTS = {
    "stands-out": "beyond noise, all tests reckoned with",
    "alone": "beyond noise only if it were the only test",
    "noise": "cannot be told from noise",
    "untested": "not tested",
}
"""Each verdict in words."""
SHORT = {"eu-applications": "EU+ claims", "us-encounters": "US border"}
INTERVAL = (
    "Intervals: 95%, for one test by itself, on what a series that jumps now and then would do "
    "without any event."
)


def tests() -> pd.DataFrame:
    """Return the tests that could be made."""
    table = results.read("turning_points")
    return table[table["status"] == "ok"]


def test(event_id: str, series: str) -> Row:
    """Return one test.

    Raises
    ------
    KeyError
        If it was not made.
    """
    table = tests()
    found = table[(table["event_id"] == event_id) & (table["series"] == series)]
    if found.empty:
        raise KeyError(f"{event_id}, {series}")
    return dict(found.iloc[0])


def times(ratio: float) -> str:
    """Write a ratio: "times 3.3", with two decimals below one."""
    return f"times {ratio:.2f}" if ratio < 1 else f"times {ratio:.1f}"


def applications() -> Chart:
    """Draw first claims around the invasion and what would have been without it."""
    rows = [
        row
        for row in records.newest(
            records.rows("applications", origin="RUS", dataset="migr_asyappctzm", destination="EU+")
        )
        if row["kind"] == "first" and row["status"] == "complete"
    ]
    counts = {row["period_start"][:7]: row["count"] for row in rows}
    one = test("2022-02-24-invasion", "eu-applications")
    return _without(
        name="turning-applications", one=one, counts=counts, since="2020-01", months=12,
        until="2023-02",
        title=f"After the invasion, claims in the EU+ were {one['estimate']:.1f} times what they would have "
        f"been: {_beyond(one)}",
        subtitle="First-time asylum applicants with Russian citizenship, EU+, persons, by month, and what "
        "would follow from the months before",
        events=("2022-02-24-invasion", "2022-09-21-mobilisation"),
    )  # fmt: skip


def encounters() -> Chart:
    """Draw encounters around the end of CBP One and what would have been without it."""
    counts: dict[str, int] = {}
    for row in records.rows("encounters", origin="RUS", region="southwest"):
        month = row["period_start"][:7]
        counts[month] = counts.get(month, 0) + (row["count"] or 0)
    one = test("2025-01-20-cbp-one-ends", "us-encounters")
    return _without(
        name="turning-encounters", one=one, counts=counts, since="2022-07", months=3,
        until="2025-11",
        title=f"After CBP One ended, encounters were {100 * one['estimate']:.0f}% of what they would have "
        f"been: {_beyond(one)}",
        subtitle="CBP encounters of Russian citizens at the south-west land border, events, by month, and "
        "what would follow from the months before",
        events=("2023-01-cbp-one-starts", "2024-06-us-restriction", "2025-01-20-cbp-one-ends"),
    )  # fmt: skip


def _beyond(one: Row) -> str:
    """Return in words how far a test goes."""
    return {
        "stands-out": "beyond noise, with all tests reckoned with",
        "alone": "beyond noise, taken by itself",
        "noise": "not to be told from noise",
    }[one["verdict"]]


def _without(
    *, name: str, one: Row, counts: Mapping[str, int], since: str, until: str, months: int,
    title: str, subtitle: str, events: tuple[str, ...],
) -> Chart:  # fmt: skip
    table = results.read("turning_counterfactual")
    table = table[(table["event_id"] == one["event_id"]) & (table["series"] == one["series"])]
    skipped = int((table["left_out"] == "yes").sum())
    table = table.head(skipped + months)
    start = str(one["before"])[:7]
    shown = sorted(month for month in counts if since <= month <= until)
    low = {start: float(counts[start])} | dict(zip(table["period"], table["low"], strict=True))
    high = {start: float(counts[start])} | dict(zip(table["period"], table["high"], strict=True))
    band = sorted(low)
    last = band[-1]
    return Chart(
        name=name,
        title=title,
        subtitle=subtitle,
        kind="line",
        x_scale="month",
        y_format="count",
        series=(
            Series("Counted", "accent", tuple(shown), tuple(counts[month] for month in shown)),
            Series(
                "Had it gone on", "muted", tuple(band), tuple(float(counts[start]) for _ in band),
                low=tuple(low[month] for month in band), high=tuple(high[month] for month in band),
            ),
        ),
        events=parts.events(events),
        source=parts.source([one]),
        note="Band: where 95% of the months would lie, each by itself, if the series went on from "
        f"{parts.month_name(start + '-01')} as it had moved before; shown for {_number(months)} months.",
        alt=f"Line of monthly counts with a band from {parts.month_name(start + '-01')}. In "
        f"{parts.month_name(start + '-01')} there were {counts[start]:,}; in "
        f"{parts.month_name(last + '-01')}, {counts[last]:,}, where the band runs from "
        f"{low[last]:,.0f} to {high[last]:,.0f}. The mean of the three months after the event is "
        f"{times(one['estimate'])} what it would have been, 95% interval {one['low']:.2f} to "
        f"{one['high']:.2f}.",
        table=Table(
            ("Month", "Counted", "Had it gone on", "95% from", "95% to"),
            tuple(
                (month, counts.get(month), counts[start] if month in low else None,
                 round(low[month]) if month in low else None,
                 round(high[month]) if month in high else None)
                for month in shown
            ),
            ("text", "count", "count", "count", "count"),
        ),
    )  # fmt: skip


def doublings(ratio: float) -> float:
    """Return a ratio as doublings: 2 is one, one half is minus one."""
    return math.log2(ratio)


def effects() -> Chart:
    """Draw the effect of each event on monthly counts."""
    table = tests()
    table = table[table["kind"] == "count"].sort_values(["series", "date"], kind="stable")
    labels = [
        f"{SHORT[row['series']]}: {row['event']}, {words.month(row['date'])}"
        for _, row in table.iterrows()
    ]
    beyond = [row["verdict"] != "noise" for _, row in table.iterrows()]
    worded = [
        _named(dict(row)) for (_, row), out in zip(table.iterrows(), beyond, strict=True) if out
    ]
    lanes = []
    for label, colour, wanted in (
        ("Beyond noise by itself", "accent", True), ("Cannot be told from noise", "muted", False),
    ):  # fmt: skip
        part = [
            (name, row)
            for name, (_, row), out in zip(labels, table.iterrows(), beyond, strict=True)
            if out == wanted
        ]
        if part:
            lanes.append(
                Series(
                    label, colour, tuple(name for name, _ in part),
                    tuple(doublings(row["estimate"]) for _, row in part),
                    low=tuple(doublings(row["low"]) for _, row in part),
                    high=tuple(doublings(row["high"]) for _, row in part),
                )
            )  # fmt: skip
    return Chart(
        name="turning-effects",
        title=f"Taken one by one, {_number(len(worded))} of {len(table)} tests go beyond noise"
        + (f": {', '.join(worded)}" if worded else ""),
        subtitle="Russian citizens: mean of the three months after an event over what would follow from "
        "the months before, in doublings: 1 is twice as many, \u22121 half as many, 0 no change",
        kind="dot",
        x_scale="category",
        y_format="count",
        tall=True,
        series=tuple(lanes),
        categories=tuple(labels),
        source=parts.source([dict(row) for _, row in table.iterrows()]),
        note=f"{INTERVAL} Events a few weeks apart share their months and cannot be told apart.",
        alt="Points with intervals by event. "
        + " ".join(
            f"{name}: {times(row['estimate'])}, 95% {row['low']:.2f} to {row['high']:.2f}."
            for name, (_, row), out in zip(labels, table.iterrows(), beyond, strict=True) if out
        )
        + " The intervals of all others take in no change.",
        table=_table(table, ratio=True),
    )  # fmt: skip


def _named(row: Row) -> str:
    return f"{row['event']} ({SHORT[row['series']]})"


def _number(number: int) -> str:
    return {0: "none", 1: "one", 2: "two", 3: "three", 6: "six", 12: "twelve"}.get(
        number, str(number)
    )


def _table(table: pd.DataFrame, ratio: bool) -> Table:
    def form(value: float) -> str | float:
        return f"{value:.2f}" if ratio else value

    return Table(
        ("Event", "Date", "Series", "Expected", "Before", "After", "Effect", "95% from", "95% to",
         "p", "p, all tests", "Verdict", "Same periods"),
        tuple(
            (row["event"], row["date"], row["series_label"], row["expected"],
             _period(row["before"], row["step"]), _period(row["after"], row["step"]),
             form(row["estimate"]), form(row["low"]), form(row["high"]), f"{row['p']:.3f}",
             f"{row['p_adjusted']:.3f}", VERDICTS[row["verdict"]],
             len(str(row["overlaps"]).split()) if isinstance(row["overlaps"], str) else 0)
            for _, row in table.iterrows()
        ),
        ("text",) * 6 + (("text",) * 3 if ratio else ("points",) * 3) + ("text",) * 3 + ("count",),
    )  # fmt: skip


def _period(day: str, step: str) -> str:
    return day[:4] if step == "year" else day[:7]


def rates() -> Chart:
    """Draw the effect on recognition rates of each pair of years that some event divides."""
    table = tests()
    table = table[table["kind"] == "rate"].sort_values(["series", "after", "before"], kind="stable")
    pairs = table.drop_duplicates(["series", "before", "after"])
    labels = [
        f"{row['series_label']}, {row['before'][:4]} to {row['after'][:4]}"
        for _, row in pairs.iterrows()
    ]
    beyond = int((table["verdict"] != "noise").sum())
    least = pairs.sort_values("p").iloc[0]
    return Chart(
        name="turning-rates",
        title=f"{_number(beyond).capitalize()} of {len(table)} tests on yearly rates "
        f"{'goes' if beyond < 2 else 'go'} beyond what rates do from year to year",
        subtitle="Change of the protection rate at first instance in the year after an event, beyond what "
        "the other years let one expect, percentage points, Russian citizens",
        kind="dot",
        x_scale="category",
        y_format="points",
        tall=True,
        series=(
            Series(
                "Effect", "accent", tuple(labels), tuple(float(v) for v in pairs["estimate"]),
                low=tuple(float(v) for v in pairs["low"]),
                high=tuple(float(v) for v in pairs["high"]),
            ),
        ),
        source=parts.source([dict(row) for _, row in pairs.iterrows()]),
        note=f"{INTERVAL} Several events can stand behind one pair of years; the table names them.",
        alt=f"Points with intervals for {len(pairs)} pairs of years in "
        f"{_number(pairs['series'].nunique())} authorities. The one least like "
        f"noise is {least['series_label']}, {least['before'][:4]} to {least['after'][:4]}: "
        f"{100 * least['estimate']:+.1f} points, 95% {100 * least['low']:+.1f} to "
        f"{100 * least['high']:+.1f}.",
        table=_table(table, ratio=False),
    )  # fmt: skip
