"""Charts of the outlook: forecasts of applications, encounters and rates."""

from __future__ import annotations

from typing import Any

from asylum_report import results
from asylum_report.charts.library import parts
from asylum_report.charts.model import Chart, Series, Table

RATES = (
    ("DEU", "BAMF", "Germany", "germany"),
    ("FRA", "OFPRA", "France", "france"),
    ("USA", "EOIR", "US immigration courts", "usa"),
)

FORECAST = "Hollow: forecast, the middle value with its 95% interval."


def about(value: float) -> str:
    """Write a forecast count: whole below 100, to the nearest five, from 1,000 the nearest ten."""
    step = 1 if value < 99.5 else 5 if value < 997.5 else 10
    return f"{step * round(value / step):,}"


def number(value: Any) -> float | None:
    """Return a cell as a number, or None where it is empty."""
    return None if value != value or value is None else float(value)


def _fan(
    series: str, name: str, months: int, label: str, colour: str, title: str, subtitle: str,
    note: str,
) -> Chart:  # fmt: skip
    """Draw the last months of a series and the twelve ahead."""
    rows = results.read("outlook_forecast")
    rows = rows[rows["series"] == series]
    past, ahead = rows[rows["kind"] == "published"].tail(months), rows[rows["kind"] == "forecast"]
    values = tuple(number(v) for v in past["value"])
    if ahead["value"].isna().any():
        ahead = ahead.iloc[:0]
    last = past.iloc[-1]
    shown = [Series(label, colour, tuple(past["month"]), values)]
    alt = f"Line of published months to {parts.month_name(last['month'] + '-01')} ({last['value']:,.0f})"
    words = {"last": f"{last['value']:,.0f}", "last_month": parts.month_name(f"{last['month']}-01")}
    if len(ahead):
        end = ahead.iloc[-1]
        words |= {
            "low": about(end["low"]), "high": about(end["high"]), "middle": about(end["value"]),
            "month": parts.month_name(f"{end['month']}-01"),
        }  # fmt: skip
        shown.append(
            Series(
                "Forecast", "second", tuple(ahead["month"]), tuple(map(float, ahead["value"])),
                low=tuple(map(float, ahead["low"])), high=tuple(map(float, ahead["high"])),
                hollow=(True,) * len(ahead),
            )
        )  # fmt: skip
        alt += (
            f", then twelve hollow points with intervals that widen: {words['month']} has "
            f"{words['middle']} in the middle, from {words['low']} to {words['high']}."
        )
    else:
        title, alt = f"No forecast of {label.lower()} is shown", f"{alt}. No forecast is shown."
    columns = ("value", "low_50", "high_50", "low_80", "high_80", "low", "high")
    return Chart(
        name=name,
        title=title.format(**words),
        subtitle=subtitle,
        kind="line",
        x_scale="month",
        y_format="count",
        series=tuple(shown),
        source=parts.source([dict(last)]) + "; own forecast",
        note=f"{FORECAST} {note}",
        alt=alt,
        hollow_means="",
        table=Table(
            ("Month", "Kind", "Published, or middle", "50% from", "50% to", "80% from", "80% to",
             "95% from", "95% to"),
            tuple(
                (row["month"], row["kind"], *(
                    None if row[c] != row[c] else round(float(row[c])) for c in columns
                ))
                for _, row in rows.iterrows()
            ),
            ("text", "text", *("count",) * len(columns)),
        ),
    )  # fmt: skip


def applications() -> Chart:
    """Draw first-time applicants in the EU+ and their forecast."""
    return _fan(
        "eu-applications", "outlook-applications", 36, "Published", "first",
        "First claims in the EU+ may lie anywhere between {low} and {high} in {month}; the last "
        "full month had {last}",
        "First-time asylum applicants with Russian citizenship, EU+, persons, by month",
        "Months that most countries had not yet reported are left out.",
    )  # fmt: skip


def encounters() -> Chart:
    """Draw encounters at the US south-west land border and their forecast."""
    return _fan(
        "us-encounters", "outlook-encounters", 24, "Published", "usa",
        "Encounters at the south-west border may be about {middle} in {month}, though {high} cannot be "
        "excluded",
        "CBP encounters of Russian citizens at the US south-west land border, events, by month",
        "An encounter is an event, not a person and not an asylum claim. The file ends with "
        "the last published month.",
    )  # fmt: skip


def rates() -> Chart:
    """Draw the last published rate and the forecasts one and two years ahead."""
    rows = results.read("outlook_rates")
    lanes = []
    table: list[tuple[str | float | int | None, ...]] = []
    chosen = [
        (label, colour, rows[(rows["destination"] == code) & (rows["authority"] == by)])
        for code, by, label, colour in RATES
    ]
    for label, colour, part in chosen:
        first = part.iloc[0]
        year = int(first["last_year"])
        held = part[part["value"].notna()]
        lanes.append(
            Series(
                label, colour,
                (f"{label}, {year}", *(f"{label}, {y}: forecast" for y in part["year"])),
                (float(first["last_rate"]), *(number(v) for v in part["value"])),
                low=(None, *(number(v) for v in part["low"])),
                high=(None, *(number(v) for v in part["high"])),
                hollow=(False, *(True for _ in part["year"])),
                notes=("", *("" if len(held) else "none" for _ in part["year"])),
            )
        )  # fmt: skip
        table.append(
            (label, year, "published", float(first["last_rate"]), *(None,) * 6, int(first["n"]), "")
        )
        for _, row in part.iterrows():
            ends = (
                number(row[c])
                for c in ("value", "low_50", "high_50", "low_80", "high_80", "low", "high")
            )
            table.append((label, int(row["year"]), "forecast", *ends, None, row["status"]))
    de = chosen[0][2].iloc[0]
    return Chart(
        name="outlook-rates",
        title=f"Germany's rate in {int(de['year'])} may lie between {parts.percent(de['low'])} and "
        f"{parts.percent(de['high'])}: the past allows no closer forecast",
        subtitle="Protection rate per decision on the merits, first instance, persons, Russian citizens: "
        "last published year and forecasts one and two years ahead",
        kind="dot",
        x_scale="category",
        y_format="percent",
        y_max=1.0,
        series=tuple(lanes),
        source=parts.source([dict(de)]) + "; own forecast",
        note=f"{FORECAST} It is for the rate that will be published. US courts: counted anew from "
        "2025, so only that year is used and not its past.",
        alt=" ".join(
            f"{label}: {parts.percent(part.iloc[0]['last_rate'])} in {int(part.iloc[0]['last_year'])}, "
            f"forecast for {int(part.iloc[0]['year'])} {parts.percent(number(part.iloc[0]['value']))}, "
            f"95% interval {parts.percent(number(part.iloc[0]['low']))} to "
            f"{parts.percent(number(part.iloc[0]['high']))}."
            for label, _, part in chosen
        ),
        hollow_means="",
        table=Table(
            ("", "Year", "Kind", "Rate, or middle", "50% from", "50% to", "80% from", "80% to",
             "95% from", "95% to", "Decisions (n)", "Status"),
            tuple(table),
            ("text", "text", "text", *("percent",) * 7, "count", "text"),
        ),
    )  # fmt: skip
