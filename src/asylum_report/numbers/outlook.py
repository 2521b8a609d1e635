"""Numbers of the outlook: forecasts with their intervals, and how they did on the past."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asylum_report import results
from asylum_report.charts.library.outlook import RATES, about
from asylum_report.charts.library.outlook_scores import MODELS, RATE_MODELS
from asylum_report.dates import day
from asylum_report.models.forecast_fitted import BASELINE
from asylum_report.numbers.model import (
    NBSP,
    Number,
    count,
    in_results,
    known,
    percent,
    percent_range,
)

Row = Mapping[str, Any]
SERIES = {
    "eu": ("eu-applications", "first-time applicants with Russian citizenship, EU+"),
    "us": ("us-encounters", "encounters of Russian citizens, US south-west land border"),
}
AHEAD = {"next": 1, "near": 3, "year": 12}
"""Months ahead that prose speaks of."""

COUNTRIES = dict(zip(("de", "fr", "us"), RATES, strict=True))


def numbers() -> list[Number]:
    """Return every number of the outlook."""
    return [
        *_monthly(), *_monthly_scores(), *_rates(), *_rate_scores(),
    ]  # fmt: skip


def _range(low: float, high: float) -> str:
    return f"{about(low)} to {about(high)}".replace(" ", NBSP)


WITHHELD = "(not shown: its intervals did not hold on the past)"


def _monthly() -> list[Number]:
    """Return the last published month and the forecasts one, three and twelve months ahead."""
    found = []
    for stem, (series, words) in SERIES.items():
        rows = results.rows("outlook_forecast", series=series)
        last = [row for row in rows if row["kind"] == "published"][-1]
        unit = str(last["unit"])
        query = in_results("outlook_forecast", series=series, month=last["month"])
        found += [
            Number(f"outlook.{stem}.last", int(last["value"]), count(int(last["value"])), unit,
                   f"{words}, last full month held", query),
            Number(f"outlook.{stem}.last_month", last["month"], day(last["month"]), "date",
                   f"last full month held: {words}", query),
        ]  # fmt: skip
        given = next(row for row in rows if row["kind"] == "forecast")
        found.append(Number(f"outlook.{stem}.reason", given["reason"], given["reason"], "text",
                            f"why this model is shown: {words}",
                            in_results("outlook_forecast", series=series, horizon=1)))  # fmt: skip
        for name, ahead in AHEAD.items():
            row = next(r for r in rows if r["horizon"] == ahead and r["kind"] == "forecast")
            query = in_results("outlook_forecast", series=series, month=row["month"])
            at = f"outlook.{stem}.{name}"
            said = f"forecast of {words}, {day(row['month'])}"
            found.append(Number(f"{at}_month", row["month"], day(row["month"]), "date",
                                f"month of the {said}", query))  # fmt: skip
            if not known(row["value"]):
                found += _not_shown(at, ("middle", "range", "half"), unit, said, query)
                continue
            found += [
                Number(f"{at}_middle", row["value"], about(row["value"]), unit,
                       f"median of the {said}, rounded", query),
                Number(f"{at}_range", (row["low"], row["high"]), _range(row["low"], row["high"]),
                       unit, f"95% interval of the {said}, rounded", query),
                Number(f"{at}_half", (row["low_50"], row["high_50"]),
                       _range(row["low_50"], row["high_50"]), unit,
                       f"50% interval of the {said}, rounded", query),
            ]  # fmt: skip
    return found


def _not_shown(
    at: str, parts: tuple[str, ...], unit: str, said: str, query: tuple[Row, ...]
) -> list[Number]:
    """Return what prose says where a forecast is withheld: pages must not break when one is."""
    return [
        Number(f"{at}_{part}", None, WITHHELD, unit, f"{said}: withheld", query) for part in parts
    ]


def _monthly_scores() -> list[Number]:
    """Return how the model shown, the baseline and the best candidate did."""
    found = []
    for stem, (series, words) in SERIES.items():
        rows = results.rows("outlook_scores", series=series, scale="log")
        shown = next(str(row["model"]) for row in rows if row["shown"])
        whole = [row for row in rows if row["origins"] == "all" and row["horizons"] == "1-12"]
        others = [row for row in whole if row["model"] not in (BASELINE, shown)]
        best = str(min(others, key=lambda row: row["relative"])["model"])
        for who, model in (("shown", shown), ("baseline", BASELINE), ("other", best)):
            at = f"outlook.{stem}.{who}"
            found.append(
                Number(at, MODELS[model], MODELS[model].lower().replace("sarimax", "SARIMAX"),
                       "text", f"model: {who}, {words}",
                       in_results("outlook_scores", series=series, model=model))
            )  # fmt: skip
            for row in (r for r in rows if r["model"] == model):
                label = {"1-3": "near", "4-12": "far", "1-12": "all"}[str(row["horizons"])]
                if row["origins"] != "all":
                    if label != "all":
                        continue
                    label = "recent"
                found += _one_score(f"{at}_{label}", row, words, series)
        for name in ("all", "recent"):
            row = next(r for r in rows if r["origins"] == name)
            query = in_results("outlook_scores", series=series, origins=name)
            number = int(row["number_of_origins"])
            found.append(Number(f"outlook.{stem}.origins_{name}", number, count(number), "months",
                                f"forecast origins ({name}), {words}", query))  # fmt: skip
            for end in ("first", "last"):
                found.append(Number(f"outlook.{stem}.{end}_origin_{name}", row[end], day(row[end]),
                                    "date", f"{end} forecast origin ({name}), {words}",
                                    query))  # fmt: skip
    return found


def _one_score(at: str, row: Row, words: str, series: str) -> list[Number]:
    """Return relative score with interval and coverage of one model, horizons and origins."""
    keys = ("origins", "horizons", "scale", "model")
    query = in_results("outlook_scores", series=series, **{key: row[key] for key in keys})
    about_it = f"{row['model']}, {row['horizons']} months ahead, origins {row['origins']}, {words}"
    found = [
        Number(f"{at}_relative", row["relative"], percent(row["relative"]), "percent",
               f"weighted interval score as a share of the random walk's: {about_it}", query),
    ]  # fmt: skip
    if known(row["low"]) and row["low"] < row["high"]:
        found.append(
            Number(f"{at}_relative_ci", (row["low"], row["high"]),
                   percent_range(row["low"], row["high"]), "percent",
                   f"95% interval of the relative score: {about_it}", query)
        )  # fmt: skip
    if row["horizons"] != "1-12":
        return found
    found += [
        Number(f"{at}_covered", row["coverage_95"], percent(row["coverage_95"]), "percent",
               f"share of months inside the 95% interval: {about_it}", query),
        Number(f"{at}_covered_half", row["coverage_50"], percent(row["coverage_50"]), "percent",
               f"share of months inside the 50% interval: {about_it}", query),
    ]  # fmt: skip
    if known(row["coverage_95_low"]):
        ends = (row["coverage_95_low"], row["coverage_95_high"])
        found.append(
            Number(f"{at}_covered_ci", ends, percent_range(*ends), "percent",
                   f"95% interval of the coverage: {about_it}", query)
        )  # fmt: skip
    return found


def _rates() -> list[Number]:
    """Return the forecasts of the three countries' rates."""
    found = []
    for stem, (code, by, label, _) in COUNTRIES.items():
        rows = results.rows("outlook_rates", destination=code, authority=by)
        for row in rows:
            at = f"outlook.rate.{stem}.{'next' if row['horizon'] == 1 else 'later'}"
            query = in_results(
                "outlook_rates", destination=code, authority=by, year=int(row["year"])
            )
            year = int(row["year"])
            said = f"forecast of the protection rate of Russian citizens, {label}, {year}"
            found.append(
                Number(f"{at}_year", year, str(year), "date", f"year of the {said}", query)
            )
            if not known(row["value"]):
                found += _not_shown(at, ("middle", "range"), "percent", said, query)
                continue
            ends = (row["low"], row["high"])
            found += [
                Number(f"{at}_middle", row["value"], percent(row["value"]), "percent",
                       f"median of the {said}", query),
                Number(f"{at}_range", ends, percent_range(*ends), "percent",
                       f"95% interval of the {said}", query),
            ]  # fmt: skip
        first = rows[0]
        query = in_results("outlook_rates", destination=code, authority=by)
        found += [
            Number(f"outlook.rate.{stem}.last", first["last_rate"], percent(first["last_rate"]),
                   "percent", f"last published protection rate, {label}", query),
            Number(f"outlook.rate.{stem}.last_year", int(first["last_year"]),
                   str(int(first["last_year"])), "date", f"last published year, {label}", query),
        ]  # fmt: skip
    return found


def _rate_scores() -> list[Number]:
    """Return how the forecasts of rates did over all corridors, and for parts of them."""
    found = []
    parts = {"all": "all", "destination DEU": "de", "destination FRA": "fr",
             "destination USA": "us", "origin RUS": "russians"}  # fmt: skip
    for row in results.rows("outlook_rate_scores", shown=True):
        if row["group"] not in parts:
            continue
        keys = ("group", "horizon", "model")
        query = in_results("outlook_rate_scores", **{key: row[key] for key in keys})
        at = f"outlook.rates.{parts[row['group']]}.{'next' if row['horizon'] == 1 else 'later'}"
        words = f"rates {row['horizon']} year(s) ahead, {row['group']}, model {row['model']}"
        found += [
            Number(f"{at}_covered", row["coverage_95"], percent(row["coverage_95"]), "percent",
                   f"share of {words} inside the 95% interval", query),
            Number(f"{at}_relative", row["relative"], percent(row["relative"]), "percent",
                   f"weighted interval score as a share of the last rate's: {words}", query),
            Number(f"{at}_error", row["mean_absolute_error"],
                   f"{100 * row['mean_absolute_error']:.1f}", "points",
                   f"mean distance of the middle from the rate published later: {words}", query),
            Number(f"{at}_forecasts", int(row["forecasts"]), count(int(row["forecasts"])),
                   "forecasts", f"number of {words}", query),
            Number(f"{at}_corridors", int(row["corridors"]), count(int(row["corridors"])),
                   "corridors", f"corridors among the {words}", query),
        ]  # fmt: skip
        if row["group"] == "all":
            for end in ("first", "last"):
                year = int(row[f"{end}_year"])
                found.append(Number(f"{at}_{end}_year", year, str(year), "date",
                                    f"{end} year from which: {words}", query))  # fmt: skip
            found.append(Number(f"{at}_model", RATE_MODELS[row["model"]],
                                RATE_MODELS[row["model"]].lower(), "text", f"model of {words}",
                                query))  # fmt: skip
            if known(row["low"]):
                found.append(Number(f"{at}_relative_ci", (row["low"], row["high"]),
                                    percent_range(row["low"], row["high"]), "percent",
                                    f"95% interval of the relative score: {words}",
                                    query))  # fmt: skip
    return found
