"""Charts of the trend model: own propensity, smooth level, changes, and how it was tested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asylum_report import evaluation, results
from asylum_report.charts.library import parts
from asylum_report.charts.library.parts import EFFECT
from asylum_report.charts.library.recognition import THREE
from asylum_report.charts.model import Chart, Series, Table
from asylum_report.recognition import MARKED_BELOW

LATEST = 2025
EARLIER = 2022
"""The year from which changes of all destinations are shown: that of invasion and mobilisation."""

BANDS = ("50%", "80%", "95%")


def _points(share: float) -> str:
    return f"{abs(100 * share):.0f}"


def _fit_table(rows: list[dict[str, Any]]) -> Table:
    keys = ("raw", "estimate", "low_50", "high_50", "low_80", "high_80", "low", "high",
            "level_estimate", "level_low", "level_high")  # fmt: skip
    ends = tuple(f"{band} {end}" for band in BANDS for end in ("from", "to"))
    return Table(
        ("Period", "Decisions (n)", "Published rate", "Chance of the period", *ends,
         "Smooth level", "Level 95% from", "Level 95% to", "Remark"),
        tuple(
            (str(row["period"]), int(row["n"]), *(row[key] for key in keys),
             "" if row["period_status"] == "complete" else row["period_status"])
            for row in rows
        ),
        ("text", "count", *("percent",) * len(keys), "text"),
    )  # fmt: skip


def germany() -> Chart:
    """Draw Germany's own propensity of each year beside the smooth level."""
    rows = results.rows("trend", destination="DEU", authority="BAMF", effect=EFFECT)
    years = tuple(str(row["period"]) for row in rows)
    at = {row["period"]: row for row in rows}
    own, level = (parts.percent(at[2023][key]) for key in ("estimate", "level_estimate"))
    return Chart(
        name="trend-germany",
        title=f"In Germany the chance of protection was {own} in 2023; a smooth curve would say {level}",
        subtitle="Chance of protection per decision on the merits, BAMF, first and repeat "
        "applications, persons, Russian citizens, by year",
        kind="line",
        x_scale="year",
        y_format="percent",
        series=(
            Series("Chance of the year", "germany", years, tuple(r["estimate"] for r in rows),
                   tuple(r["low"] for r in rows), tuple(r["high"] for r in rows),
                   tuple(int(r["n"]) for r in rows)),
            Series("Smooth level", "muted", years, tuple(r["level_estimate"] for r in rows)),
        ),
        events=parts.events(("2022-02-24-invasion", "2022-09-21-mobilisation")),
        source=parts.source(rows),
        note=f"{parts.CHANCE} The smooth level is what remains when the noise of single years is "
        "taken away; its own interval is in the table. It is never the headline.",
        alt=f"Line chart, {years[0]} to {years[-1]}. The chance of the year in Germany was {own} in "
        f"2023 and {parts.percent(at[LATEST]['estimate'])} in {LATEST}; the smooth level "
        f"{level} and {parts.percent(at[LATEST]['level_estimate'])}.",
        table=_fit_table(rows),
    )  # fmt: skip


def _labelled(rows: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    return sorted(
        ((parts.destination_name(row), row) for row in rows), key=lambda pair: pair[1]["estimate"]
    )


def _change_table(rows: list[tuple[str, dict[str, Any]]]) -> Table:
    keys = ("raw", "estimate", "low_50", "high_50", "low_80", "high_80", "low", "high")
    ends = tuple(f"{band} {end}" for band in BANDS for end in ("from", "to"))
    return Table(
        ("", "From", "To", "Design effect", "Published", "Estimate", *ends,
         "Probability of a fall", "Remark"),
        tuple(
            (label, str(row["earlier"]), str(row["later"]), f"{row['effect']:g}",
             *(row[key] for key in keys), row["fall"],
             "another way of counting in between" if row["crosses_reset"] else "")
            for label, row in rows
        ),
        ("text", "text", "text", "text", *("points",) * len(keys), "percent", "text"),
    )  # fmt: skip


def changes() -> Chart:
    """Draw the change of each destination with enough decisions since 2022."""
    fits = results.rows("trend", effect=EFFECT, period_status="complete")
    n = {(r["destination"], r["authority"], r["unit"], r["period"]): r["n"] for r in fits}
    chosen = [
        row for row in results.rows("trend_changes", effect=EFFECT, earlier=EARLIER,
                                         later=LATEST)
        if all(n.get((row["destination"], row["authority"], row["unit"], year), 0) >= MARKED_BELOW
               for year in (EARLIER, LATEST))
    ]  # fmt: skip
    rows = _labelled(chosen)
    fell = [label for label, row in rows if row["high"] < 0]
    rose = [label for label, row in rows if row["low"] > 0]
    order = tuple(label for label, _ in rows)
    return Chart(
        name="trend-changes",
        title=f"From {EARLIER} to {LATEST} the chance of protection clearly fell with {len(fell)} of "
        f"{len(rows)} authorities and clearly rose with {len(rose) or 'none'}",
        subtitle="Change of the chance of protection per decision on the merits, percentage points, first instance, persons, "
        f"Russian citizens, {EARLIER} to {LATEST}",
        kind="dot",
        x_scale="category",
        y_format="points",
        tall=True,
        categories=order,
        series=(
            Series("Change", "accent", order, tuple(row["estimate"] for _, row in rows),
                   tuple(row["low"] for _, row in rows), tuple(row["high"] for _, row in rows)),
        ),
        source=parts.source(row for _, row in rows),
        note=f"Clearly: the 95% interval leaves out nought. At least {MARKED_BELOW} decisions in "
        f"both years. {parts.CHANCE} {parts.UNDIVIDED} The US courts are counted in another way "
        "from 2025.",
        alt=f"A point with its interval for each of {len(rows)} authorities. Clearly fallen: "
        f"{', '.join(fell)}. Clearly risen: {', '.join(rose) or 'none'}.",
        table=_change_table(rows),
    )  # fmt: skip


def _moved(row: Mapping[str, Any]) -> str:
    """Return in words how far the chance moved: by its interval, or perhaps not at all."""
    if row["high"] < 0:
        return f"fell by {_points(row['high'])} to {_points(row['low'])} points"
    if row["low"] > 0:
        return f"rose by {_points(row['low'])} to {_points(row['high'])} points"
    return "may not have moved"


def effects() -> Chart:
    """Draw the three countries' change under three design effects."""
    pair = (2023, LATEST)
    found = []
    for label, colour, code, authority in THREE:
        for row in results.rows("trend_changes", destination=code, authority=authority,
                                     earlier=pair[0], later=pair[1]):  # fmt: skip
            found.append((label, colour, f"{label}, design effect {row['effect']:g}", row))
    order = tuple(name for *_, name, _ in found)
    wide = {(label, row["effect"]): row for label, *_, row in found}
    de, fr = wide["Germany", EFFECT], wide["France", EFFECT]
    return Chart(
        name="trend-effects",
        title=f"Even if four decisions count as one, Germany's rate {_moved(de)} since {pair[0]}, and "
        f"France's {_moved(fr)}",
        subtitle="Change of the chance of protection per decision on the merits, percentage points, first instance, persons, "
        f"Russian citizens, {pair[0]} to {pair[1]}, by design effect",
        kind="dot",
        x_scale="category",
        y_format="points",
        categories=order,
        series=tuple(
            Series(label, colour,
                   tuple(name for one, _, name, _ in found if one == label),
                   tuple(row["estimate"] for one, *_, row in found if one == label),
                   tuple(row["low"] for one, *_, row in found if one == label),
                   tuple(row["high"] for one, *_, row in found if one == label))
            for label, colour, *_ in THREE
        ),
        source=parts.source(row for *_, row in found),
        note="Intervals: 95%. A design effect of 4 means that decisions come in groups that are "
        "decided alike, so that four tell as much as one. The US courts are counted in another way "
        "from 2025.",
        alt=f"Three points for each country. With a design effect of {EFFECT} Germany changed by "
        f"{100 * de['low']:.1f} to {100 * de['high']:.1f} points, France by "
        f"{100 * fr['low']:.1f} to {100 * fr['high']:.1f}.".replace("-", "\u2212"),
        table=_change_table([(name, row) for *_, name, row in found]),
    )  # fmt: skip


def months() -> Chart:
    """Draw BAMF's months: the chance of each month and the smooth level."""
    rows = results.rows("trend_months")
    told = {row["span"]: row for row in results.rows("trend_design")}["all"]
    x = tuple(row["period"] for row in rows)
    top = max(rows, key=lambda row: row["level_estimate"])
    return Chart(
        name="trend-months",
        title=(
            "BAMF's months move more than independent decisions would: about"
            if told["low"] > 1 else "By BAMF's months, about"
        ) + f" {told['estimate']:.0f} decisions tell as much as one",
        subtitle="Chance of protection per decision on the merits, BAMF, first and repeat "
        "applications, persons, Russian citizens, by month",
        kind="line",
        x_scale="month",
        y_format="percent",
        series=(
            Series("Smooth level", "germany", x, tuple(r["level_estimate"] for r in rows),
                   tuple(r["level_low"] for r in rows), tuple(r["level_high"] for r in rows)),
            Series("Published", "muted", x, tuple(r["raw"] for r in rows),
                   n=tuple(int(r["n"]) for r in rows)),
        ),
        source=parts.source(rows),
        note=f"Band: 95% interval of the smooth level. Design effect {told['estimate']:.1f}, 95% "
        f"interval {told['low']:.1f} to {told['high']:.1f}; by successive differences, an upper "
        f"estimate, {told['differences']:.1f}. The months held end in November 2021.",
        alt=f"Line chart by month, {x[0]} to {x[-1]}. The smooth level is highest in "
        f"{parts.month_name(top['period'] + '-01')}, at {parts.percent(top['level_estimate'])}.",
        table=_fit_table(rows),
    )  # fmt: skip


def coverage() -> Chart:
    """Draw how often intervals held the truth in the simulation study."""
    table = evaluation.read("trend_coverage")
    table = table[table["making"] == "beta-binomial"]
    known = table[table["effect"] == table["given"]]
    ignored = table[(table["effect"] == 4) & (table["given"] == 1)]
    sizes = sorted(known["decisions"].unique().tolist())
    order = tuple(f"{size:,} decisions a period" for size in sizes)
    rows: list[tuple[str, str, Any, str]] = []
    series = []
    for label, colour, part, column in (
        ("Model", "accent", known, "cover_95"),
        ("Clustering ignored", "second", ignored, "cover_95"),
        ("Wilson interval", "muted", known, "wilson_95"),
    ):
        grouped = part.groupby("decisions")[column].agg(["mean", "min", "max"]).loc[sizes]
        series.append(
            Series(label, colour, order, tuple(grouped["mean"]), tuple(grouped["min"]),
                   tuple(grouped["max"]))
        )  # fmt: skip
        rows += [
            (name, label, *one)
            for name, one in zip(order, grouped.itertuples(index=False), strict=True)
        ]
    pooled = parts.percent(known["cover_95"].mean())
    wilson = parts.percent(known["wilson_95"].mean())
    return Chart(
        name="trend-coverage",
        title=f"In simulations the model's 95% intervals hold the truth in {pooled} of periods, "
        f"Wilson's on the published counts in {wilson}",
        subtitle="Share of periods whose true chance lies in the 95% interval, synthetic series, by "
        "number of decisions; line: from the worst combination to the best",
        kind="dot",
        x_scale="category",
        y_format="percent",
        y_max=1.0,
        categories=order,
        series=tuple(series),
        source="Asylum Report, simulation study of the trend, synthetic data; no figure on asylum",
        note=f"{int(table['replications'].min()):,} series in each of {len(table):,} combinations "
        "of rate, rounding, design effect, course and length (whole families apart). Clustering ignored: the decisions "
        "have a design effect of 4, the model is told 1.",
        alt=f"Three points for each of {len(order)} numbers of decisions. Pooled, the model's "
        f"intervals hold the truth in {pooled} of periods, with clustering ignored in "
        f"{parts.percent(ignored['cover_95'].mean())}, Wilson's in {wilson}.",
        table=Table(
            ("Decisions", "Interval", "Mean", "Worst combination", "Best combination"),
            tuple(rows), ("text", "text", "percent", "percent", "percent"),
        ),
    )  # fmt: skip
