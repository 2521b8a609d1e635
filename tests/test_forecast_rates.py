"""Forecasts of yearly rates: what is learnt, from what, and how it is applied."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from asylum_report.models import forecast_rates, scoring, status

MEDIAN = scoring.MEDIAN


def _rates(seed: int = 1, corridors: int = 60, years: int = 12, sd: float = 0.5) -> pd.DataFrame:
    """Return corridors of 12 destinations whose logits walk at random."""
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(corridors):
        z = rng.normal(0, 1) + np.cumsum(rng.normal(0, sd, years))
        for year, value in enumerate(z):
            n = int(rng.integers(300, 3000))
            rows.append({
                "origin": f"O{k}", "destination": f"D{k % 12}", "authority": "A", "line": 0,
                "year": 2000 + year, "n": n, "positive": int(rng.binomial(n, expit(value))),
            })  # fmt: skip
    return pd.DataFrame(rows)


def _one(years, **more) -> pd.DataFrame:
    return pd.DataFrame([
        {"origin": "X", "destination": "Y", "authority": "A", "line": 0, "year": year, "n": n,
         "positive": positive} | more
        for year, n, positive in years
    ])  # fmt: skip


def test_logit_mean_and_noise_by_hand():
    found = forecast_rates.prepare(_one([(2000, 100, 20), (2001, 100, 50), (2004, 200, 0)]))
    assert found["z"].tolist() == pytest.approx([np.log(20.5 / 80.5), 0.0, np.log(0.5 / 200.5)])
    assert found["own"].tolist()[:2] == pytest.approx(
        [np.log(20.5 / 80.5), np.log(20.5 / 80.5) / 2]
    )
    # 2004 looks back on 2000 to 2004: all three years.
    assert found["own"].iloc[2] == pytest.approx(found["z"].mean())
    assert found["noise"].iloc[1] == pytest.approx(2 / 50.5)


def test_own_mean_never_looks_across_a_break_of_the_line():
    rows = pd.concat([_one([(2000, 100, 80)]), _one([(2001, 100, 20)], line=1)])
    found = forecast_rates.prepare(rows)
    assert found["own"].tolist() == pytest.approx(found["z"].tolist())
    assert forecast_rates.pairs(found, 1).empty


@pytest.mark.parametrize(
    ("year", "word"),
    [
        ((2000, 49, 10), status.TOO_FEW),
        ((2000, 0, 0), status.NO_DECISIONS),
        ((2000, 100, 101), status.BAD_COUNTS),
        ((2000, 100, -1), status.BAD_COUNTS),
        ((2000, 100.5, 10), status.BAD_COUNTS),
        ((2000, 50, 0), status.OK),
        ((2000, 50, 50), status.OK),
    ],
)
def test_bad_and_small_years_have_a_status_and_no_rate(year, word):
    found = forecast_rates.prepare(_one([year])).iloc[0]
    assert found["status"] == word
    assert np.isnan(found["rate"]) == (word != status.OK)


def test_pairs_are_exactly_so_many_years_apart():
    found = forecast_rates.prepare(_one([(2000, 100, 10), (2001, 100, 20), (2003, 100, 40)]))
    assert forecast_rates.pairs(found, 1)[["year", "rate", "rate_after"]].to_numpy().tolist() == [
        [2000, 0.1, 0.2]
    ]
    assert forecast_rates.pairs(found, 2)[["year", "rate_after"]].to_numpy().tolist() == [
        [2001, 0.4]
    ]


def test_the_baseline_is_the_last_rate_with_the_spread_of_all_changes():
    prepared = forecast_rates.prepare(_rates())
    one = forecast_rates.pairs(prepared, 1)
    learnt = forecast_rates.learn(forecast_rates.pairs(prepared, 2), one, 2, pulled=False)
    spread = np.sqrt(np.mean((one["z_after"] - one["z"]) ** 2))
    assert learnt.spread == pytest.approx(spread * np.sqrt(2))
    start = prepared.iloc[[5]]
    found = forecast_rates.predict(learnt, start, "last-rate")[0]
    assert found[MEDIAN] == pytest.approx(float(start["rate"].iloc[0]))
    n = float(start["n"].iloc[0])
    upper = expit(float(start["z"].iloc[0]) + 1.959964 * spread * np.sqrt(2))
    assert found[21] == pytest.approx((upper * (n + 1) - 0.5) / n, abs=1e-6)


def test_a_rate_of_none_can_be_forecast_and_covered():
    n = pd.Series([100.0])
    assert forecast_rates.as_rate(np.array([[logit(0.5 / 101)]]), n)[0, 0] == 0.0
    assert forecast_rates.as_rate(np.array([[-9.0]]), n)[0, 0] == 0.0
    assert forecast_rates.as_rate(np.array([[9.0]]), n)[0, 0] == 1.0


def test_a_walk_is_not_pulled_and_noise_about_a_mean_is():
    walking = forecast_rates.prepare(_rates(seed=2, corridors=300))
    rng = np.random.default_rng(3)
    noisy = _rates(seed=3, corridors=300)
    noisy["positive"] = rng.binomial(noisy["n"], expit(rng.normal(0, 0.7, len(noisy))))
    pull = []
    for prepared in (walking, forecast_rates.prepare(noisy)):
        one = forecast_rates.pairs(prepared, 1)
        pull.append(forecast_rates.learn(one, one, 1, pulled=True).pull)
    assert pull[0] < 0.25
    assert pull[1] > 0.7


def test_destinations_that_change_more_get_wider_intervals():
    rates = _rates(seed=4, corridors=120)
    rng = np.random.default_rng(5)
    wild = rates["destination"] == "D3"
    rates.loc[wild, "positive"] = rng.binomial(
        rates.loc[wild, "n"], expit(rng.normal(0, 3, wild.sum()))
    )
    prepared = forecast_rates.prepare(rates)
    start = prepared[(prepared["year"] == 2011) & prepared["destination"].isin(["D3", "D4"])]
    made = forecast_rates.at_origin(prepared, 2011, 1, start)["last-rate-scaled"]
    width = logit(np.clip(made, 1e-4, 1 - 1e-4))
    width = pd.Series(width[:, 16] - width[:, 6]).groupby(start["destination"].to_numpy()).mean()
    assert width["D3"] > 2 * width["D4"]


def test_intervals_of_a_plain_walk_hold_what_they_promise():
    prepared = forecast_rates.prepare(_rates(seed=6, corridors=400))
    found = forecast_rates.backtest(prepared, range(2006, 2011))
    held = found.groupby("model")["covered_95"].mean()
    # 400 corridors, five origins and two horizons; each level is within 1.5 points.
    assert held["last-rate"] == pytest.approx(0.95, abs=0.015)
    assert held["last-rate-scaled"] == pytest.approx(0.95, abs=0.015)


def test_what_comes_after_the_origin_changes_no_forecast():
    rates = _rates(seed=7)
    other = rates.copy()
    later = other["year"] > 2008
    other.loc[later, "positive"] = other.loc[later, "n"] // 3
    made = []
    for one in (rates, other):
        prepared = forecast_rates.prepare(one)
        start = prepared[prepared["year"] == 2008]
        made.append(forecast_rates.at_origin(prepared, 2008, 2, start))
    for model in forecast_rates.MODELS:
        assert np.array_equal(made[0][model], made[1][model]), model


def test_too_little_past_gives_no_forecast():
    prepared = forecast_rates.prepare(_rates(corridors=10, years=5))
    start = prepared[prepared["year"] == 2004]
    assert forecast_rates.at_origin(prepared, 2004, 1, start) is None
    nothing = forecast_rates.backtest(prepared, range(2001, 2004))
    assert nothing.empty
    assert forecast_rates.choose(forecast_rates.scores(nothing, 10, 1)) == ("last-rate", False)


def test_an_unknown_model_is_refused():
    prepared = forecast_rates.prepare(_rates())
    one = forecast_rates.pairs(prepared, 1)
    learnt = forecast_rates.learn(one, one, 1, pulled=True)
    with pytest.raises(ValueError, match="no model of rates is called crystal-ball"):
        forecast_rates.predict(learnt, prepared.iloc[:1], "crystal-ball")


PREPARED = forecast_rates.prepare(_rates(seed=8))


@given(st.integers(50, 20000), st.floats(0, 1), st.sampled_from(forecast_rates.MODELS))
def test_quantiles_of_a_rate_never_cross_nor_leave_zero_to_one(n, share, model):
    row = forecast_rates.prepare(_one([(2011, n, int(share * n))]))
    found = forecast_rates.at_origin(PREPARED, 2011, 2, row)[model][0]
    assert np.all(np.diff(found) >= 0)
    assert found[0] >= 0
    assert found[-1] <= 1


def _scores(values) -> pd.DataFrame:
    return pd.DataFrame([
        {"group": "all", "horizon": horizon, "model": model, "relative": relative, "high": high,
         "coverage_95": coverage}
        for model, (relative, high, coverage) in values.items() for horizon in (1, 2)
    ])  # fmt: skip


def test_the_rule_that_picks_what_is_shown():
    base = {"last-rate": (1.0, 1.0, 0.95)}
    assert forecast_rates.choose(_scores(base | {"a": (0.9, 0.99, 0.95)})) == ("a", True)
    assert forecast_rates.choose(_scores(base | {"a": (0.9, 1.01, 0.95)})) == ("last-rate", True)
    assert forecast_rates.choose(_scores(base | {"a": (0.9, 0.99, 0.80)})) == ("last-rate", True)
    assert forecast_rates.choose(_scores({"last-rate": (1.0, 1.0, 0.80)})) == ("last-rate", False)
