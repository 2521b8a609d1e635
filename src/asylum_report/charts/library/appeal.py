"""Charts on protection after appeal, from the tables of results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from asylum_report import places, results
from asylum_report.charts.library import parts
from asylum_report.charts.library.parts import EFFECT
from asylum_report.charts.model import Chart, Series, Table
from asylum_report.models import status
from asylum_report.recognition import MARKED_BELOW

Rows = list[dict[str, Any]]

FOLLOWED = 2023
"""Last year of the newest five years whose appeals were followed for two years more."""

BOUNDS = (
    "Nobody publishes in which year those granted protection on appeal had been rejected, so there "
    "are bounds and no point. The lower one supposes that as many grants on appeal as can be went to "
    "others. These are people decided on in other years, people who got a better form of protection, "
    "and cases not counted at first instance."
)
RATIO = (
    "The point is the usual ratio: grants of both stages over first-instance decisions of the "
    "same years."
)


def whole(value: Any) -> int | None:
    """Return a count of a result table as a whole number, or None."""
    return None if value is None else int(value)


def source_of(rows: Sequence[dict[str, Any]]) -> str:
    """Return the source line; joined datasets are named one by one."""
    return parts.source(
        {**row, "dataset": name} for row in rows for name in row["dataset"].split(" + ")
    )


def appeal_table(rows: Rows) -> Table:
    """Return the table behind a chart of protection after appeal."""
    return Table(
        ("", "Decided in", "Decisions (n)", "First instance", "Usual ratio", "Lowest", "Highest",
         "95% from", "95% to", "Grants", "Grants on appeal", "Remark"),
        tuple(
            (
                row["name"],
                f"{row['first_year']}-{row['last_year']}" if row["years"] > 1
                else str(row["first_year"]),
                whole(row["n"]), row["first"], row["ratio"], row["bound_low"], row["bound_high"],
                row["low"], row["high"], whole(row["granted"]), whole(row["appeal_grants"]),
                "" if row["status"] == status.OK else status.WORDS[row["status"]],
            )
            for row in rows
        ),
        ("text", "text", "count", *("percent",) * 6, "count", "count", "text"),
    )  # fmt: skip


def destinations() -> Chart:
    """Draw first instance and protection after appeal of the newest five years followed."""
    pooled = [
        row for row in results.rows("appeal_pooled", years=5, last_year=FOLLOWED, design_effect=EFFECT)
        if row["status"] == status.OK and row["n"] >= MARKED_BELOW
    ]  # fmt: skip
    pooled.sort(key=lambda row: -row["ratio"])
    order = tuple(row["name"] for row in pooled)
    of = {row["destination"]: row for row in pooled}
    words = {
        code: f"{parts.percent(of[code]['first'])} at first instance, "
        f"{parts.percent(of[code]['bound_low'])} to {parts.percent(of[code]['bound_high'])} after "
        "appeal"
        for code in ("DEU", "FRA")
    }
    span = f"{FOLLOWED - 4}-{FOLLOWED}"
    return Chart(
        name="appeal-destinations",
        title=parts.where(
            all(of[code]["bound_low"] > of[code]["first"] for code in words),
            "More are protected after appeal: ",
        ) + f"Germany {words['DEU'].replace(' after appeal', ' after')}; France "
        f"{words['FRA'].replace(' at first instance', '').replace(' after appeal', '')}",
        subtitle="Share protected per decision on the merits at first instance, before and after "
        f"appeal, persons, Russian citizens, decided in {span} and followed to {FOLLOWED + 2}",
        kind="dot",
        x_scale="category",
        y_format="percent",
        y_max=1.0,
        tall=True,
        categories=order,
        series=(
            Series("First instance", "muted", order, tuple(row["first"] for row in pooled),
                   n=tuple(whole(row["n"]) for row in pooled)),
            Series("After appeal", "accent", order, tuple(row["ratio"] for row in pooled),
                   low=tuple(row["low"] for row in pooled), high=tuple(row["high"] for row in pooled),
                   n=tuple(whole(row["n"]) for row in pooled)),
        ),
        source=source_of(pooled),
        note=f"{BOUNDS} {RATIO} The bars are the bounds with a 95% interval around them (design "
        f"effect {EFFECT}). Only destinations that publish appeals for every year.",
        alt=f"Two points for each of {len(order)} destinations. Germany {words['DEU']}. France "
        f"{words['FRA']}.",
        table=appeal_table(pooled),
    )  # fmt: skip


def _by_year(name: str, destination: str, colour: str, first_year: int) -> Chart:
    rows = [
        row for row in results.rows("appeal_cumulative", destination=destination, source="UNHCR")
        if row["first_year"] >= first_year and row["bound_low"] is not None
    ]  # fmt: skip
    years = tuple(str(row["first_year"]) for row in rows)
    open_ = tuple(row["status"] == status.STILL_OPEN for row in rows)
    at = {row["first_year"]: row for row in rows}[FOLLOWED]
    country = places.name(destination)
    return Chart(
        name=name,
        title=f"Of those {country} decided on in {FOLLOWED}, {parts.percent(at['first'])} were protected at "
        f"first instance and at most {parts.percent(at['bound_high'])} after appeals to {FOLLOWED + 2}",
        subtitle="Share protected per decision on the merits at first instance, persons, Russian "
        "citizens, by year of the first decision",
        kind="line",
        x_scale="year",
        y_format="percent",
        y_max=1.0,
        series=(
            Series("First instance", "muted", years, tuple(row["first"] for row in rows)),
            Series(
                "After appeal, usual ratio", colour, years, tuple(row["ratio"] for row in rows),
                low=tuple(row["bound_low"] for row in rows),
                high=tuple(row["bound_high"] for row in rows),
                n=tuple(whole(row["n"]) for row in rows), hollow=open_,
            ),
        ),
        source=source_of(rows),
        note=f"{BOUNDS} Bands are these bounds, without sampling error. The line is the usual ratio "
        "of one year's grants at both stages, which takes each year's appeals for that year's "
        "rejections. Hollow: appeals are still to come.",
        alt=f"Line chart, {years[0]} to {years[-1]}. Of those decided on in {FOLLOWED}, "
        f"{parts.percent(at['first'])} were protected at first instance; after appeal the share lies "
        f"between {parts.percent(at['bound_low'])} and {parts.percent(at['bound_high'])}.",
        hollow_means="",
        table=appeal_table(rows),
    )  # fmt: skip


def germany() -> Chart:
    """Draw Germany by year of the first decision."""
    return _by_year("appeal-germany", "DEU", "germany", 2015)


def france() -> Chart:
    """Draw France by year of the first decision."""
    return _by_year("appeal-france", "FRA", "france", 2010)
