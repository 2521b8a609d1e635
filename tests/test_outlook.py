"""The outlook as published: what its committed tables say, and that they meet their goals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from asylum_report import corridors, paths, records, results
from asylum_report.charts import library
from asylum_report.models import backtest, forecast, scoring, status
from asylum_report.numbers import outlook as numbers

CHARTS = ("outlook-applications", "outlook-encounters", "outlook-rates",
          "outlook-applications-scores", "outlook-encounters-scores",
          "outlook-rates-scores")  # fmt: skip


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    return results.read("outlook_scores")


@pytest.fixture(scope="module")
def forecasts() -> pd.DataFrame:
    return results.read("outlook_forecast")


@pytest.mark.parametrize("series", ["eu-applications", "us-encounters"])
def test_what_is_shown_meets_the_goals(scores, series):
    shown = scores[(scores["series"] == series) & scores["shown"] & (scores["scale"] == "log")]
    shown = shown[shown["origins"] == "all"].set_index("horizons")
    assert (shown["number_of_origins"] >= 36).all()
    assert (shown["relative"] <= 1.02).all()
    assert 0.90 <= shown["coverage_95"]["1-12"] <= 0.98
    assert (shown["failed"] == 0).all()


def test_origins_and_targets_are_counted_right(scores):
    whole = scores[(scores["origins"] == "all") & (scores["horizons"] == "1-12")]
    whole = whole[(whole["scale"] == "log") & (whole["model"] == "random-walk")].set_index("series")
    eu, us = whole.loc["eu-applications"], whole.loc["us-encounters"]
    # December 2017 to May 2026: 102 origins; the last twelve have 11, 10 ... 1 targets.
    assert (eu["first"], eu["last"], eu["number_of_origins"]) == ("2017-12", "2026-05", 102)
    assert eu["forecasts"] == 102 * 12 - sum(range(1, 12))
    # 25 months with a figure are needed: October 2019 on, April 2020 missing.
    assert (us["first"], us["last"], us["number_of_origins"]) == ("2021-11", "2025-10", 48)
    assert us["forecasts"] == 48 * 12 - sum(range(1, 12))
    recent = scores[scores["origins"] == "recent"]
    assert (recent["number_of_origins"] == 37).all()


def test_every_model_is_published_for_both_series_scales_and_sets(scores):
    assert set(scores["model"]) == {
        "random-walk", "recalibrated-walk", "weighted-walk", "seasonal-naive", "damped-trend",
        "structural", "sarimax", "median-ensemble",
    }  # fmt: skip
    assert len(scores) == 2 * 2 * 3 * 2 * 8
    base = scores[scores["model"] == "random-walk"]
    assert (base["relative"] == 1).all()
    assert (scores["low"] <= scores["relative"]).all()
    assert (scores["relative"] <= scores["high"]).all()


def test_the_sentences_of_the_page_still_fit(scores):
    """The page says that the walk is unbeaten in the EU+ and that its interval fails in the US."""
    shown = dict(scores[scores["shown"]].groupby("series")["model"].first())
    assert shown == {"eu-applications": "random-walk", "us-encounters": "weighted-walk"}
    rates = results.read("outlook_rate_scores")
    assert set(rates[rates["shown"]]["model"]) == {"own-past"}


def test_the_rule_gives_what_is_shown(scores):
    for _, part in scores.groupby("series"):
        (shown,) = set(part[part["shown"]]["model"])
        assert backtest.choose(part)[0] == shown


def test_the_baseline_of_the_eu_from_the_published_counts(forecasts):
    rows = records.rows(
        "applications", origin="RUS", dataset="migr_asyappctzm", destination="EU+", kind="first",
        status="complete",
    )  # fmt: skip
    counts = [row["count"] for row in sorted(rows, key=lambda row: row["period_start"])]
    y = np.log1p(np.array(counts[-25:], float))
    spread = np.sqrt(np.mean(np.diff(y) ** 2))
    ahead = forecasts[(forecasts["series"] == "eu-applications") & (forecasts["horizon"] > 0)]
    if set(ahead["model"]) == {"random-walk"}:
        for h in (1, 12):
            row = ahead[ahead["horizon"] == h].iloc[0]
            assert row["value"] == pytest.approx(counts[-1])
            upper = np.expm1(y[-1] + 1.959964 * spread * np.sqrt(h))
            assert row["high"] == pytest.approx(upper, rel=1e-5)


def test_partial_months_are_neither_history_nor_target(forecasts):
    partial = {
        row["period_start"][:7]
        for row in records.rows("applications", origin="RUS", dataset="migr_asyappctzm",
                                status="partial")
    }  # fmt: skip
    assert partial == {"2026-07", "2026-08"}
    eu = forecasts[forecasts["series"] == "eu-applications"]
    assert set(eu["origin"]) == {"2026-06"}
    assert not partial & set(eu[eu["kind"] == "published"]["month"])
    assert eu[eu["kind"] == "forecast"]["month"].tolist()[:2] == ["2026-07", "2026-08"]


def test_intervals_lie_in_each_other_and_widen(forecasts):
    ahead = forecasts[forecasts["kind"] == "forecast"]
    ends = ["low", "low_80", "low_50", "value", "high_50", "high_80", "high"]
    assert np.all(np.diff(ahead[ends].to_numpy(float), axis=1) >= 0)
    for _, part in ahead.groupby("series"):
        assert part["horizon"].tolist() == list(range(1, 13))
        assert part["high"].iloc[11] > part["high"].iloc[0]


def test_every_row_says_where_it_comes_from():
    for name in ("outlook_forecast", "outlook_scores", "outlook_rates", "outlook_rate_scores"):
        table = results.read(name)
        for column in ("source", "dataset", "vintage"):
            assert table[column].notna().all(), (name, column)
    rates = results.read("outlook_rates")
    assert set(rates["stage"]) == {"first"}
    assert set(rates["definition"]) == {"protection"}


def test_rates_start_from_the_published_ones():
    rates = results.read("outlook_rates")
    last = {
        (r["destination"], r["authority"]): r["last_rate"]
        for _, r in rates[rates["horizon"] == 1].iterrows()
    }
    rows = corridors.rate_rows(
        corridors.default_rows(
            records.rows("decisions", origin="RUS", source="UNHCR", period_start="2025-01-01")
        )
    )
    published = {
        (r["destination"], r["authority"]): r["rate"] for r in rows if r["rate"] is not None
    }
    compared = [key for key in last if key in published]
    assert len(compared) >= 15
    for key in compared:
        assert last[key] == pytest.approx(published[key], abs=1e-5), key
    assert last["DEU", "BAMF"] == pytest.approx(528 / 7645, abs=1e-6)


def test_undivided_stages_are_not_forecast():
    rates = results.read("outlook_rates")
    assert not {"AUT", "BRA", "ISR"} & set(rates["destination"])


def test_a_broken_line_and_a_missing_year_are_told():
    rates = results.read("outlook_rates").set_index(["destination", "authority", "horizon"])
    assert rates.loc[("USA", "EOIR", 1), "status"] == status.BREAK
    assert rates.loc[("USA", "EOIR", 1), "last_year"] == 2025
    uscis = rates.loc[("USA", "USCIS", 1)]
    assert uscis["status"] == status.NO_LAST
    assert np.isnan(uscis["value"])
    assert rates.loc[("DEU", "BAMF", 2), "status"] == status.OK


def test_rates_are_shown_because_their_intervals_held():
    table = results.read("outlook_rate_scores")
    shown = table[table["shown"]]
    whole = shown[shown["group"] == "all"]
    assert set(whole["horizon"]) == {1, 2}
    assert (whole["corridors"] > 1000).all()
    assert whole["coverage_95"].between(0.90, 0.98).all()
    assert (whole["relative"] <= 1.02).all()
    by_size = shown[shown["group"].str.startswith("n ")]
    assert by_size["coverage_95"].between(0.90, 0.98).all()


def test_the_series_are_whole_months_from_one_vintage():
    from asylum_report.analyses import outlook

    found = outlook.series()
    eu, us = found["eu-applications"], found["us-encounters"]
    assert (eu.first, eu.month(len(eu.counts) - 1), len(eu.counts)) == ("2013-01", "2026-06", 162)
    assert np.all(np.isfinite(eu.counts))
    assert (us.first, us.month(len(us.counts) - 1), len(us.counts)) == ("2019-10", "2025-11", 74)
    assert np.flatnonzero(np.isnan(us.counts)).tolist() == [us.place("2020-04")]
    assert eu.counts[eu.place("2023-01")] == 2080
    assert us.counts[us.place("2022-12")] == 7912


def test_a_slice_of_the_backtest_gives_the_committed_scores(scores):
    """The random walk needs no optimiser: all its origins again, scored here by hand."""
    from asylum_report.analyses import outlook

    one = outlook.series()["us-encounters"]
    found = []
    for origin in backtest.origins(one.counts):
        made = forecast.walk(forecast.to_log(one.counts[: origin + 1]), one.first_month)
        quantiles = np.maximum(made.quantiles, 0)
        for h in range(1, 4):
            if origin + h < len(one.counts):
                found.append(scoring.wis(quantiles[h - 1], np.log1p(one.counts[origin + h])))
    row = scores[
        (scores["series"] == one.name) & (scores["model"] == "random-walk")
        & (scores["origins"] == "all") & (scores["horizons"] == "1-3") & (scores["scale"] == "log")
    ].iloc[0]  # fmt: skip
    assert len(found) == row["forecasts"]
    assert np.mean(found) == pytest.approx(row["wis"], abs=1e-4)


def test_forecasts_are_drawn_hollow_and_say_so():
    for name in CHARTS[:2]:
        published, ahead = library.chart(name).series
        assert not any(published.hollow)
        assert all(ahead.hollow)
        assert ahead.label == "Forecast"
        assert "forecast" in library.chart(name).note
    for series in library.chart("outlook-rates").series:
        assert series.hollow == (False, True, True)


def test_charts_name_source_and_vintage():
    for name in CHARTS:
        made = library.chart(name)
        assert "vintage 20" in made.source, name
        assert "Russian citizen" in made.subtitle, name
        assert not made.title.endswith("."), name


def test_numbers_are_those_of_the_tables(forecasts):
    found = {number.name: number for number in numbers.numbers()}
    last = forecasts[(forecasts["series"] == "eu-applications") & (forecasts["horizon"] == 12)]
    assert found["outlook.eu.year_middle"].value == pytest.approx(float(last["value"].iloc[0]))
    assert found["outlook.eu.last"].display == "465"
    assert found["outlook.eu.origins_all"].display == "102"
    assert found["outlook.rate.de.last"].display == "6.9%"
    assert all(row["table"].startswith("models/outlook") for n in found.values() for row in n.rows)
    assert (paths.root() / "notebooks" / "outlook.ipynb").is_file()


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.2, "0"), (22.4, "22"), (99.4, "99"), (128.4, "130"), (465.0, "465"), (996.0, "995"),
     (998.0, "1,000"), (1076.7, "1,080")],
)  # fmt: skip
def test_forecast_counts_are_written_no_finer_than_they_are_known(value, text):
    from asylum_report.charts.library.outlook import about

    assert about(value) == text


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ([5.0] * 10, status.TOO_FEW),
        ([0.0] * 60, status.FLAT),
        ([*map(float, range(60)), -3.0], status.BAD_COUNTS),
        ([*map(float, range(60)), np.nan], status.NO_LAST),
    ],
)
def test_a_series_that_cannot_be_forecast_says_why_and_the_others_go_on(monkeypatch, counts, word):
    from asylum_report.analyses import outlook
    from asylum_report.models import forecast_fitted

    for model in ("damped-trend", "structural", "sarimax"):  # all fits fail, and quickly
        monkeypatch.setitem(
            forecast_fitted.MODELS, model, lambda *_: forecast.Forecast(None, status.FAILED)
        )
    bad = outlook.Monthly("bad", "2020-01", np.array(counts), "S", "D", "2026-01", "2020-01",
                          "persons")  # fmt: skip
    rng = np.random.default_rng(1)
    good = outlook.Monthly("good", "2020-01", rng.integers(400, 600, 50).astype(float), "S", "D",
                           "2026-01", "2022-12", "persons")  # fmt: skip
    monkeypatch.setattr(outlook, "series", lambda: {"bad": bad, "good": good})
    empty = pd.DataFrame({
        "origin": ["RUS"], "destination": ["DEU"], "authority": ["BAMF"], "line": [0],
        "year": [2020], "positive": [10.0], "n": [100.0], "source": ["S"], "dataset": ["D"],
        "vintage": ["V"],
    })  # fmt: skip
    monkeypatch.setattr(outlook, "yearly_rates", lambda: empty)
    found = outlook.compute()
    ahead = found["outlook_forecast"].query("kind == 'forecast'").set_index("series")
    assert set(ahead.loc["bad", "status"]) == {word}
    assert ahead.loc["bad", "value"].isna().all()
    assert len(ahead.loc["good"]) == 12
    scored = found["outlook_scores"].query("model == 'sarimax'")
    assert (scored["failed"] > 0).all()  # told, not dropped
    assert (scored["forecasts"] == 0).all()
    assert set(found["outlook_rates"]["status"]) == {status.NOT_CALIBRATED}
    assert "value" not in found["outlook_rates"]


def test_prose_finds_its_numbers_where_a_forecast_is_withheld(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = {number.name for number in numbers.numbers()}
    held = results.rows

    def withheld(name: str, **wanted: object) -> list[dict[str, object]]:
        rows = held(name, **wanted)
        if name not in ("outlook_forecast", "outlook_rates"):
            return rows
        gone = dict.fromkeys(("value", "low", "high", "low_50", "high_50"))
        return [row | gone if row.get("kind", "forecast") == "forecast" else row for row in rows]

    monkeypatch.setattr(results, "rows", withheld)
    found = {number.name: number for number in numbers.numbers()}
    assert set(found) >= shown
    assert found["outlook.eu.year_range"].display == numbers.WITHHELD
    assert found["outlook.rate.de.next_range"].value is None
