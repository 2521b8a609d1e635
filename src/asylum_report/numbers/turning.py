"""Numbers of the turning points: effects of events, how many tests, how the ways of looking did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from asylum_report import evaluation, results
from asylum_report.dates import day
from asylum_report.numbers.model import (
    NBSP,
    Number,
    count,
    of_study,
    percent,
    signed,
    signed_range,
)

Row = Mapping[str, Any]

EVENTS = {
    "invasion": ("2022-02-24-invasion", "eu-applications"),
    "mobilisation": ("2022-09-21-mobilisation", "eu-applications"),
    "cbp_one_ends": ("2025-01-20-cbp-one-ends", "us-encounters"),
    "cbp_one_starts": ("2023-01-cbp-one-starts", "us-encounters"),
    "border_order": ("2025-05-07-german-border-order", "eu-applications"),
    "germany_court": ("2024-08-22-ovg-berlin", "rate-DEU"),
    "france_invasion": ("2022-02-24-invasion", "rate-FRA"),
}
"""Name to event and series."""
WORDS = {
    0: "none",
    1: "one",
    2: "two",
    3: "three",
    4: "four",
    5: "five",
    6: "six",
    7: "seven",
    8: "eight",
    9: "nine",
    10: "ten",
}
GRID = "eu-applications"
USUAL = 0.2
"""Standard deviation of a month's own change in the power that prose quotes."""


def p_text(p: float) -> str:
    """Write a chance with three decimals, two from a tenth on: "0.015", "0.42", "under 0.001"."""
    if p < 0.001:
        return f"under{NBSP}0.001"
    return f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def ratio(value: float) -> str:
    """Write a ratio with two figures: "3.3", "0.15"."""
    return f"{value:.2f}" if value < 1 else f"{value:.1f}"


def written(row: Row) -> str:
    """Write an effect with its interval: "3.3 times (1.5 to 7.3)", "+8.5 points (...)"."""
    values = [float(row[name]) for name in ("estimate", "low", "high")]
    if any(pd.isna(value) for value in values):
        return "–"
    form, unit = (ratio, "times") if row["unit"] == "ratio" else (signed, "points")
    one, low, high = (form(value) for value in values)
    return f"{one} {unit} ({low} to {high})"


def _word(number: int) -> str:
    return WORDS.get(number, count(number))


def numbers() -> list[Number]:
    """Return every number of the turning points that prose uses.

    Raises
    ------
    InvalidTable
        If the tables of results or of the simulation study are not there.
    """
    points = results.read("turning_points")
    return [*_counted(points), *_events(points), *_placebos(), *_searched(), *_study()]


def _counted(points: pd.DataFrame) -> list[Number]:
    made = points[points["status"] == "ok"]
    pairs = made.drop_duplicates(["series", "before", "after"])
    every: tuple[Mapping[str, Any], ...] = ({"table": "models/turning_points"},)
    found = [
        Number(f"turning.{name}", value, _word(value), "tests",
               words, every)
        for name, value, words in (
            ("tests", len(made), "tests of an event in a series that could be made"),
            ("comparisons", len(pairs), "different pairs of periods among these tests"),
            ("tests_months", int((made["step"] == "month").sum()), "of these in monthly counts"),
            ("tests_rates", int((made["kind"] == "rate").sum()), "of these in yearly rates"),
            ("events", int(points["event_id"].nunique()), "events with a series they could touch"),
            ("untested", int((points["status"] != "ok").sum()), "tests that cannot be made yet"),
            ("alone", int(made["verdict"].isin(["alone", "stands-out"]).sum()),
             "tests beyond noise, each taken by itself"),
            ("stand_out", int((made["verdict"] == "stands-out").sum()),
             "tests beyond noise with all of them reckoned with"),
            ("alone_rates", int(((made["kind"] == "rate") & (made["p"] <= 0.05)).sum()),
             "tests in yearly rates beyond noise, each taken by itself"),
            ("stand_out_normal", int((made["p_adjusted_normal"] <= 0.05).sum()),
             "tests beyond noise with all reckoned with, were changes normal"),
        )
    ]  # fmt: skip
    chance = len(made) * 0.05
    return [
        *found,
        Number("turning.by_accident", chance, f"{chance:.1f}", "tests",
               "tests that would go beyond noise by accident, had nothing happened", every),
    ]  # fmt: skip


def _events(points: pd.DataFrame) -> list[Number]:
    found = []
    for name, (event, series) in EVENTS.items():
        part = points[(points["event_id"] == event) & (points["series"] == series)]
        if part.empty or part.iloc[0]["status"] != "ok":
            continue
        row = dict(part.iloc[0])
        query: tuple[Mapping[str, Any], ...] = (
            {"table": "models/turning_points", "event_id": event, "series": series},
        )
        words = f"{row['event']}, {row['series_label']}"
        stem = f"turning.{name}"
        low, high, estimate = (float(row[key]) for key in ("low", "high", "estimate"))
        if row["unit"] == "ratio":
            ends, unit, text = f"{ratio(low)} to {ratio(high)}", "ratio", ratio(estimate)
            before, after = count(int(row["value_before"])), count(round(row["value_after"]))
            walk = float(row["walk_estimate"])
            found += [
                Number(f"{stem}.walk", walk, ratio(walk), "ratio",
                       f"the same by a walk from before: {words}", query),
                Number(f"{stem}.percent", estimate, f"{100 * estimate:.0f}%", "percent",
                       f"the same as a percentage: {words}", query),
            ]  # fmt: skip
        else:
            ends, unit, text = signed_range(low, high), "points", signed(estimate)
            before, after = percent(row["value_before"]), percent(row["value_after"])
        found += [
            Number(f"{stem}.effect", estimate, text, unit, f"effect: {words}", query),
            Number(f"{stem}.range", (low, high), ends.replace(" ", NBSP), unit,
                   f"95% interval of the effect: {words}", query),
            Number(f"{stem}.before", float(row["value_before"]), before, unit,
                   f"last period before: {words}", query),
            Number(f"{stem}.after", float(row["value_after"]), after, unit,
                   f"mean of the periods after: {words}", query),
            Number(f"{stem}.before_period", row["before"], _period(row, "before"), "date",
                   f"last period before: {words}", query),
            Number(f"{stem}.after_period", row["after"], _period(row, "after"), "date",
                   f"first period after: {words}", query),
            *(
                Number(f"{stem}.{key}", float(row[column]), p_text(float(row[column])), "chance",
                       f"{what}: {words}", query)
                for key, column, what in (
                    ("p", "p", "chance of so much by accident, taken by itself"),
                    ("p_all", "p_adjusted", "the same among all tests"),
                    ("p_all_normal", "p_adjusted_normal", "the same, were changes normal"),
                )
            ),
        ]  # fmt: skip
    return found


def _period(row: Row, column: str) -> str:
    text = str(row[column])
    return text[:4] if row["step"] == "year" else day(text[:7])


def _placebos() -> list[Number]:
    table = results.read("turning_placebos")
    dates = table[(table["series"] == GRID) & table["placebo"].str.startswith("dates")].iloc[0]
    elsewhere = table[table["placebo"].str.startswith("other")]
    number, alarms = int(elsewhere["number"].sum()), int(elsewhere["alarms"].sum())
    query: tuple[Mapping[str, Any], ...] = ({"table": "models/turning_placebos"},)
    return [
        Number("turning.placebo.dates", int(dates["number"]), count(int(dates["number"])), "dates",
               "dates in the EU+ series before the first event", query),
        Number("turning.placebo.dates_alarms", int(dates["alarms"]),
               _word(int(dates["alarms"])), "dates", "of these beyond the limit of one test",
               query),
        Number("turning.placebo.corridors", number, count(number), "tests",
               "tests of the same years in other origins' rates", query),
        Number("turning.placebo.corridors_alarms", alarms, count(alarms), "tests",
               "of these beyond the limit of one test", query),
        Number("turning.placebo.corridors_share", alarms / number, percent(alarms / number),
               "percent", "the same as a share", query),
    ]  # fmt: skip


def _searched() -> list[Number]:
    table = results.read("turning_search")
    first = table.drop_duplicates("series")
    query: tuple[Mapping[str, Any], ...] = ({"table": "models/turning_search"},)
    found, normal = (int((table[column] == "yes").sum()) for column in ("found", "found_normal"))
    top = table[(table["series"] == GRID) & (table["rank"] == 1)].iloc[0]
    return [
        Number("turning.search.dates", int(first["dates"].sum()), count(int(first["dates"].sum())),
               "dates", "dates searched in all series", query),
        Number("turning.search.series", len(first), _word(len(first)), "series",
               "series searched", query),
        Number("turning.search.found", found, _word(found), "dates", "dates found", query),
        Number("turning.search.found_normal", normal, _word(normal), "dates",
               "dates that would be found, were changes normal", query),
        Number("turning.search.top", top["after"], day(str(top["after"])[:7]), "date",
               "month with the largest change of first claims in the EU+", query),
        Number("turning.search.top_ratio", float(top["estimate"]), ratio(float(top["estimate"])),
               "ratio", "the change of that month", query),
    ]  # fmt: skip


def _study() -> list[Number]:
    """Return what the simulation study found, as the page quotes it."""
    alarms = evaluation.read("turning_alarms")
    held = alarms[~alarms["stress"] & ~alarms["control"]]
    control = alarms[~alarms["stress"] & alarms["control"] & (alarms["scope"] == "one date")]
    newey = control[(control["method"] == "least squares, Newey-West")]
    binomial = control[control["method"].str.startswith("negative")]
    stress = alarms[alarms["stress"] & (alarms["method"] == "level")]
    found = [
        Number("turning.study.series", int(held["series"].min()),
               count(int(held["series"].min())), "series", "simulated series in each cell"),
        Number("turning.study.cells", len(held), count(len(held)), "cells",
               "cells of ways of looking and series in which nothing happened"),
    ]  # fmt: skip
    for name, value, words in (
        ("worst", held["rate"].max(), "largest share of false alarms in any cell"),
        ("worst_upper", held["upper"].max(), "upper 95% bound of false alarms in any cell"),
        ("newey_low", newey["rate"].min(), "least squares with Newey-West errors, least"),
        ("newey_high", newey["rate"].max(), "least squares with Newey-West errors, most"),
        ("binomial_low", binomial["rate"].min(), "negative binomial regression, least"),
        ("binomial_high", binomial["rate"].max(), "negative binomial regression, most"),
        ("stress", stress.loc[stress["scope"] == "one date", "rate"].max(),
         "false alarms at one date where a series grows livelier"),
    ):  # fmt: skip
        found.append(Number(f"turning.study.{name}", float(value), percent(float(value)), "percent",
                            f"false alarms in the simulation study: {words}"))  # fmt: skip
    return [*of_study(found, "turning_alarms"), *of_study(_power(), "turning_power")]


def _power() -> list[Number]:
    table = evaluation.read("turning_power")
    table = table[(table["grid"] == GRID) & (table["move"] == USUAL) & (table["method"] == "level")]
    found = []
    for factor, label in ((1.2, "f12"), (1.5, "f15"), (2.0, "f20"), (2.7, "f27")):
        part = table[(table["factor"] - factor).abs() < 1e-6]
        for scope, end in (("one date", ""), ("all dates", "_all")):
            share = float(part.loc[part["scope"] == scope, "rate"].iloc[0])
            words = f"how often a step of times {factor} is found, {scope}"
            name = f"turning.power.{label}{end}"
            found.append(Number(name, share, f"{100 * share:.0f}%", "percent", words))
    rates = evaluation.read("turning_power_rates")
    rates = rates[(rates["rate_before"] == 0.3) & (rates["move"] == 0.25) & (rates["n"] == 1000)]
    for step, label in ((-0.05, "p5"), (-0.1, "p10"), (-0.2, "p20")):
        part = rates[(rates["step"] - step).abs() < 1e-9]
        share = float(part.loc[part["scope"] == "one date", "rate"].iloc[0])
        words = f"how often a fall of {-100 * step:.0f} points from 30% is found"
        name = f"turning.power.{label}"
        found.append(Number(name, share, f"{100 * share:.0f}%", "percent", words))
    return found
