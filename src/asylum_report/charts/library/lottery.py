"""Charts on the comparison of destinations, adjusted for the origin of those decided on."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asylum_report import results
from asylum_report.charts.library import parts
from asylum_report.charts.model import Chart, Series, Table
from asylum_report.models import status
from asylum_report.recognition import MARKED_BELOW

POOL = "EU+"
MEASURES = (
    ("actual", "all", "All origins: actual", "muted"),
    ("direct", "all", "All origins: same origins", "first"),
    ("actual", "RUS", "Russian citizens: actual", "accent"),
)
RULE = "any protection per decision on the merits, first instance, persons"


def latest() -> int:
    """Return the latest year of the comparison."""
    return int(results.read("lottery_years")["year"].max())


CAUTIOUS = 4.0
"""Design effect of what is told of the latest year, as in the headlines."""


def compared(year: int) -> pd.DataFrame:
    """Return the EU+ destinations of a year that are drawn, by name, with the ratio falling."""
    rows = results.read("lottery_destinations")
    rows = rows[(rows["pool"] == POOL) & (rows["year"] == year) & ~rows["marked"]]
    return _named(rows).sort_values("ratio", ascending=False)


def russians(year: int) -> pd.DataFrame:
    """Return the EU+ destinations with enough decisions on Russians and an effect of their own."""
    rows = results.read("lottery_russians")
    rows = rows[(rows["pool"] == POOL) & (rows["year"] == year) & ~rows["marked"]]
    rows = rows[rows["design_effect"] == CAUTIOUS]
    return _named(rows[rows["deviation"].notna()]).sort_values("deviation", ascending=False)


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    names = [
        parts.destination_name({"destination": d, "authority": a, "stage": s})
        for d, a, s in zip(rows["destination"], rows["authority"], rows["stage"], strict=True)
    ]
    return rows.assign(name=names)


def _cell(value: Any) -> float | int | None:
    if value is None or value != value:
        return None
    return value if isinstance(value, int) else float(value)


def _column(rows: pd.DataFrame, name: str) -> tuple[Any, ...]:
    return tuple(_cell(value) for value in rows[name].tolist())


def _source(rows: pd.DataFrame) -> str:
    return parts.source(
        dict(zip(("source", "dataset", "vintage"), one, strict=True))
        for one in rows[["source", "dataset", "vintage"]].drop_duplicates().itertuples(index=False)
    )


def destinations() -> Chart:
    """Draw each destination's actual rate and the one expected by the origins it decided on."""
    year = latest()
    rows = compared(year)
    inside = rows[rows["status"] != status.UNDIVIDED]
    top, bottom = inside.iloc[0], inside.iloc[-1]
    names = tuple(rows["name"])
    above = int((inside["ratio_low"] > 1).sum())
    below = int((inside["ratio_high"] < 1).sum())
    return Chart(
        name="lottery-destinations",
        title=f"Of {len(inside)} destinations, {above} protect a larger share than the origins of those "
        f"who asked would suggest, {below} a smaller one",
        subtitle=f"Protection rate: {RULE}, citizens of all countries, Russian citizens among "
        f"them, {year}; destinations with at least {MARKED_BELOW} decisions, ordered by the ratio "
        "of actual to expected",
        kind="dot",
        x_scale="category",
        y_format="percent",
        y_max=1.0,
        tall=True,
        categories=names,
        series=(
            Series("Expected by origin", "muted", names, _column(rows, "expected")),
            Series(
                "Actual", "accent", names, _column(rows, "rate"), low=_column(rows, "low"),
                high=_column(rows, "high"), n=_column(rows, "n"),
            ),
        ),
        source=_source(rows),
        note="Expected: the rate if the destination decided each origin as the EU+ does as a whole, "
        "itself included. The title counts ratios whose 95% interval leaves out 1. "
        "† First instance and appeal, published undivided: set against the EU+, but no part of it. "
        f"{parts.INTERVAL}",
        alt=f"Two points for each of {len(rows)} destinations in {year}, actual and expected. Most "
        f"above what the origins of those who asked suggest: {top['name']}, "
        f"{parts.percent(top['rate'])} against {parts.percent(top['expected'])}. Most below: "
        f"{bottom['name']}, {parts.percent(bottom['rate'])} against "
        f"{parts.percent(bottom['expected'])}.",
        table=Table(
            ("", "Decisions (n)", "Actual", "95% from", "95% to", "Expected", "Ratio",
             "Ratio, 95% from", "Ratio, 95% to", "Ratio to the others", "Over the EU+'s origins",
             "95% from", "95% to", "Remark"),
            tuple(
                (
                    row["name"], int(row["n"]), row["rate"], row["low"], row["high"],
                    row["expected"],
                    *(_two(row[k]) for k in ("ratio", "ratio_low", "ratio_high", "ratio_others")),
                    *(_cell(row[k]) for k in ("direct", "direct_low", "direct_high")),
                    "" if row["status"] == status.OK else status.WORDS[row["status"]],
                )
                for row in rows.to_dict("records")
            ),
            ("text", "count", "percent", "percent", "percent", "percent", "number", "number",
             "number", "number", "percent", "percent", "percent", "text"),
        ),
    )  # fmt: skip


def _two(value: Any) -> float | None:
    return None if _cell(value) is None else round(float(value), 2)


def spread(measure: str, origins: str, effect: float = 1.0) -> pd.DataFrame:
    """Return p90/p10 of one measure over the destinations of the EU+ by year."""
    rows = results.read("lottery_dispersion")
    rows = rows[(rows["pool"] == POOL) & (rows["design_effect"] == effect)]
    return rows[(rows["measure"] == measure) & (rows["origins"] == origins)].sort_values("year")


def dispersion() -> Chart:
    """Draw p90/p10 over destinations by year: actual, same origins, for Russian citizens."""
    found = {(m, o): spread(m, o) for m, o, *_ in MEASURES}
    actual, same, ours = found.values()
    years = tuple(str(year) for year in actual["year"])
    last = actual.iloc[-1]["year"]
    at = {key: float(rows[rows["year"] == last]["value"].iloc[0]) for key, rows in found.items()}
    return Chart(
        name="lottery-dispersion",
        title=f"Over the same origins, EU+ destinations differ by a factor of "
        f"{at['direct', 'all']:.1f} instead of {at['actual', 'all']:.1f}; for Russian citizens by "
        f"{at['actual', 'RUS']:.1f}",
        subtitle="90th over 10th percentile of destinations' protection rates, EU+ destinations "
        f"with at least {MARKED_BELOW} decisions on the merits, first instance, persons, by year; "
        "citizens of all countries and Russian citizens",
        kind="line",
        x_scale="year",
        y_format="count",
        series=tuple(
            Series(
                label, colour, tuple(str(year) for year in found[m, o]["year"]),
                _column(found[m, o], "value"), low=_column(found[m, o], "low"),
                high=_column(found[m, o], "high"),
            )
            for m, o, label, colour in MEASURES
        ),
        source=_source(actual),
        note="1 would be no difference. Same origins: each destination's rates by origin, weighted "
        "by the origins of all decisions in the EU+. Bands: 95%; they cover chance in the "
        "decisions and, for the same origins, the doubt about the model. The United Kingdom is "
        "part of the EU+ through 2019.",
        alt=f"Three lines, {years[0]} to {years[-1]}. Actual rates of all origins lie between "
        f"{actual['value'].min():.1f} and {actual['value'].max():.1f}; over the same origins "
        f"between {same['value'].min():.1f} and {same['value'].max():.1f}; for Russian citizens "
        f"between {ours['value'].min():.1f} and {ours['value'].max():.1f}.",
        table=Table(
            ("", "Year", "p90/p10", "95% from", "95% to", "p10", "p90", "Destinations",
             "Highest over lowest"),
            tuple(
                (
                    label, str(row["year"]), *(_two(row[k]) for k in ("value", "low", "high")),
                    row["p10"], row["p90"], int(row["destinations"]),
                    "infinite" if row["lowest"] == 0 else f"{row['max_over_min']:.1f}",
                )
                for m, o, label, _ in MEASURES
                for row in found[m, o].to_dict("records")
            ),
            ("text", "text", "number", "number", "number", "percent", "percent", "count", "text"),
        ),
    )  # fmt: skip


def deviation() -> Chart:
    """Draw how far Russian citizens' rate lies from what each destination's general level gives."""
    year = latest()
    rows = russians(year)
    names = tuple(rows["name"])
    above = rows[rows["deviation_low"] > 0]
    below = rows[rows["deviation_high"] < 0]
    top, bottom = rows.iloc[0], rows.iloc[-1]
    return Chart(
        name="lottery-russians",
        title=f"{len(above)} of {len(rows)} destinations protect clearly more of the Russian citizens than "
        f"rates for all origins suggest, {len(below)} clearly fewer",
        subtitle="Difference in percentage points between the protection rate of Russian citizens "
        f"and the one expected from the destination's rates for all origins, first instance, {year}; "
        f"EU+ destinations with at least {MARKED_BELOW} decisions on Russian citizens",
        kind="dot",
        x_scale="category",
        y_format="points",
        tall=True,
        categories=names,
        series=(
            Series(
                "Beyond the general level", "accent", names, _column(rows, "deviation"),
                low=_column(rows, "deviation_low"), high=_column(rows, "deviation_high"),
                n=_column(rows, "n"),
            ),
        ),
        source=_source(rows),
        note="Clearly: the 95% interval leaves out zero. It covers chance in the decisions and "
        "the doubt about both sides of the difference. It does not say why: the grounds of the "
        "claims, ethnicity, region, sex and age are not known by destination.",
        alt=f"Points with intervals for {len(rows)} destinations in {year}, from "
        f"{_points(top['deviation'])} points in {top['name']} to {_points(bottom['deviation'])} "
        f"in {bottom['name']}.",
        table=Table(
            ("", "Decisions (n)", "Actual", "95% from", "95% to", "Expected", "Difference, points",
             "95% from", "95% to"),
            tuple(
                (
                    row["name"], int(row["n"]), row["rate"], row["low"], row["high"],
                    row["expected"], row["deviation"], row["deviation_low"], row["deviation_high"],
                )
                for row in rows.to_dict("records")
            ),
            ("text", "count", "percent", "percent", "percent", "percent", "points", "points",
             "points"),
        ),
    )  # fmt: skip


def _points(value: float) -> str:
    return f"{'plus' if value > 0 else 'minus'} {abs(100 * value):.0f}"
