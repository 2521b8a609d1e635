"""Forecasters of monthly counts: closed forms, no peeking, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, t

from asylum_report.models import backtest, forecast, forecast_fitted, status
from asylum_report.models.scoring import LEVELS

LOW, MEDIAN, HIGH = 1, 11, 21


def _series(seed: int = 1, months: int = 60) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.round(np.exp(6 + np.cumsum(rng.normal(0, 0.15, months))))


def test_the_baseline_is_the_last_value_with_the_square_root_of_time():
    # Changes alternate between +0.2 and -0.2: spread 0.2 a month.
    values = 5 + 0.1 * (-1.0) ** np.arange(40)
    found = forecast.walk(values, 1, 12).quantiles
    assert found[:, MEDIAN] == pytest.approx(np.full(12, values[-1]))
    for h in (1, 4, 12):
        assert found[h - 1, HIGH] == pytest.approx(values[-1] + 1.959964 * 0.2 * np.sqrt(h))
        assert found[h - 1] == pytest.approx(norm.ppf(LEVELS, values[-1], 0.2 * np.sqrt(h)))


def test_the_baseline_forgets_what_is_older_than_24_months():
    calm = 5 + 0.1 * (-1.0) ** np.arange(25)
    wild = np.concatenate([[1.0, 9.0, 2.0, 8.0], calm])
    assert forecast.walk(wild).quantiles == pytest.approx(forecast.walk(calm).quantiles)


def test_a_gap_counts_as_the_months_it_lasts():
    moved, ends = forecast.changes(np.array([1.0, np.nan, 3.0, 4.0]))
    assert moved == pytest.approx([2 / np.sqrt(2), 1.0])
    assert ends.tolist() == [2, 3]


def test_seasonal_naive_is_the_month_of_the_year_before():
    values = np.tile(np.arange(12.0), 3) + np.repeat([0.0, 1.0, 2.0], 12)
    found = forecast.seasonal_naive(values, 1, 12).quantiles
    assert found[:, MEDIAN] == pytest.approx(values[-12:])
    # Every change over a year is one: the spread is one at each horizon.
    assert found[:, HIGH] - found[:, MEDIAN] == pytest.approx(np.full(12, 1.959964))


def test_month_effects_are_drawn_towards_none():
    # March is higher by one each year, April lower again; three of each seen.
    values = np.zeros(36)
    values[2::12] = 1.0
    found = forecast.month_effects(values, first_month=1)
    assert found[2] == pytest.approx(3 / (3 + 4))
    assert found[3] == pytest.approx(-3 / (3 + 4))
    assert found.sum() == pytest.approx(0)
    assert forecast.month_effects(values, first_month=7)[8] == pytest.approx(3 / 7)


def test_the_weighted_walk_without_seasons_in_closed_form():
    # Changes of constant size and months cancelling: the spread over one month is that size.
    values = 5 + 0.1 * (-1.0) ** np.arange(49)
    found = forecast.weighted_walk(values, 1, 12).quantiles
    shape = t.ppf(0.975, 5) / np.sqrt(5 / 3)
    assert found[0, HIGH] - found[0, MEDIAN] == pytest.approx(0.2 * shape)
    # Over two months nothing ever moved: 47/2 spans say none, four say as usual.
    ratio = 4 / (47 / 2 + 4)
    assert found[1, HIGH] - found[1, MEDIAN] == pytest.approx(0.2 * np.sqrt(2 * ratio) * shape)
    assert found[11, MEDIAN] == pytest.approx(values[-1])


def test_the_recalibrated_walk_learns_from_its_own_misses():
    rng = np.random.default_rng(2)
    heavy = np.cumsum(0.1 * rng.standard_t(2, 300)) + 6
    plain = np.cumsum(0.1 * rng.normal(size=300)) + 6
    widened = [
        float(np.ptp(forecast.recalibrated_walk(y).quantiles[0, [LOW, HIGH]]))
        / float(np.ptp(forecast.walk(y).quantiles[0, [LOW, HIGH]]))
        for y in (heavy, plain)
    ]
    assert widened[0] > widened[1]
    assert widened[1] == pytest.approx(1.0, abs=0.15)


def test_the_ensemble_is_the_median_of_quantiles():
    made = [forecast.Forecast(np.full((2, 23), value)) for value in (1.0, 2.0, 10.0)]
    members = dict(zip("abc", made, strict=True))
    assert np.all(forecast.ensemble(members).quantiles == 2.0)
    left_out = members | {"b": forecast.Forecast(None, status.FAILED)}
    found = forecast.ensemble(left_out)
    assert np.all(found.quantiles == 5.5)
    assert found.note == "without b"
    assert forecast.ensemble({"a": made[0]}).status == status.FAILED


@pytest.mark.parametrize("model", list(forecast_fitted.MODELS))
def test_every_model_tells_quantiles_in_order_and_widens(model):
    found = forecast_fitted.MODELS[model](forecast.to_log(_series()), 3, 12)
    assert found.quantiles.shape == (12, 23)
    assert np.all(np.diff(found.quantiles, axis=1) > 0)
    width = found.quantiles[:, HIGH] - found.quantiles[:, LOW]
    assert width[11] >= width[0]


def test_fitted_models_find_the_spread_of_a_random_walk():
    rng = np.random.default_rng(8)
    values = 6 + np.cumsum(rng.normal(0, 0.2, 200))
    for model in (forecast_fitted.damped_trend, forecast_fitted.structural,
                  forecast_fitted.sarimax):  # fmt: skip
        found = model(values, 1, 12)
        half = (found.quantiles[0, HIGH] - found.quantiles[0, LOW]) / 2
        assert half == pytest.approx(1.96 * 0.2, rel=0.2), model.__name__
        assert found.quantiles[0, MEDIAN] == pytest.approx(values[-1], abs=0.2)


def test_a_missing_month_is_no_obstacle():
    counts = _series()
    counts[40] = np.nan
    for name, found in forecast_fitted.every(forecast.to_log(counts)).items():
        assert np.all(np.isfinite(found.quantiles)), name


def test_a_fit_that_fails_is_told_and_the_ensemble_goes_on():
    class Fails:
        def fit(self, **_):
            raise np.linalg.LinAlgError("no")

    found = forecast_fitted._forecast(Fails(), 12)
    assert found.quantiles is None
    assert found.status == status.FAILED
    assert "LinAlgError" in found.note


def test_a_fit_that_does_not_settle_says_so():
    class Ahead:
        predicted_mean, se_mean = np.zeros(12), np.ones(12)

    class Fitted:
        def __init__(self):
            self.mle_retvals = {"converged": False}

        def get_forecast(self, horizon):
            return Ahead()

    class Unsettled:
        def fit(self, **_):
            return Fitted()

    found = forecast_fitted._forecast(Unsettled(), 12)
    assert found.status == status.NOT_CONVERGED
    assert np.all(np.isfinite(found.quantiles))


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ([5] * 20, status.TOO_FEW),
        ([], status.TOO_FEW),
        ([np.nan] * 60, status.TOO_FEW),
        ([0] * 40, status.FLAT),
        ([1, 2] * 10 + [7] * 25, status.FLAT),
        ([*range(40), -1], status.BAD_COUNTS),
        ([*range(40), 1.5], status.BAD_COUNTS),
        ([*range(40), np.nan], status.NO_LAST),
        ([*range(40)], status.OK),
        ([*range(20), np.nan, *range(20)], status.OK),
    ],
)
def test_what_cannot_be_forecast_has_a_status(counts, word):
    assert forecast.check(counts) == word


def test_every_status_has_its_words():
    for word in (status.FLAT, status.NO_LAST, status.BREAK, status.NOT_CALIBRATED):
        assert word in status.WORDS


def test_no_forecast_count_is_below_none():
    rng = np.random.default_rng(4)
    small = rng.poisson(0.7, 60).astype(float)
    for name, found in forecast_fitted.every(forecast.to_log(small)).items():
        assert np.all(forecast.to_count(found.quantiles) >= 0), name


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 5000), min_size=30, max_size=90), st.integers(1, 12))
def test_quantiles_never_cross(counts, first_month):
    values = forecast.to_log(counts)
    for model in (forecast.walk, forecast.recalibrated_walk, forecast.weighted_walk,
                  forecast.seasonal_naive):  # fmt: skip
        found = model(values, first_month, 12)
        if found.quantiles is None:
            assert found.status in (status.TOO_FEW, status.FLAT)
        else:
            assert np.all(np.isfinite(found.quantiles))
            assert np.all(np.diff(found.quantiles, axis=1) >= 0)


def test_what_comes_after_the_origin_changes_no_forecast():
    counts, origin = _series(9, 70), 45
    other = counts.copy()
    other[origin + 1 :] = np.random.default_rng(1).integers(1, 9000, len(counts) - origin - 1)
    seen = [forecast_fitted.every(forecast.to_log(one[: origin + 1]), 1) for one in (counts, other)]
    for name in seen[0]:
        assert np.array_equal(seen[0][name].quantiles, seen[1][name].quantiles), name
    # The test itself: scores differ, since the targets do; the medians behind MASE do not.
    rows = [backtest.one_origin(one, 1, origin) for one in (counts, other)]
    for a, b in zip(*rows, strict=True):
        assert (a["model"], a["horizon"]) == (b["model"], b["horizon"])
    same = counts.copy()
    same[origin + 13 :] = 7
    assert backtest.one_origin(same, 1, origin) == rows[0]


def test_targets_without_a_value_are_passed_over():
    counts = _series(10, 50)
    counts[42] = np.nan
    rows = backtest.one_origin(counts, 1, 40)
    horizons = {row["horizon"] for row in rows}
    assert horizons == {1, 3, 4, 5, 6, 7, 8, 9}
    assert 42 not in backtest.origins(counts)
    assert max(backtest.origins(counts)) == 48


def test_the_same_scores_with_one_process_and_two():
    counts = _series(11, 45)
    one, two = (backtest.run(counts, 1, range(30, 32), jobs) for jobs in (1, 2))
    assert one.equals(two)


def _table(values):
    import pandas as pd

    return pd.DataFrame([
        {"origins": "all", "scale": "log", "model": model, "horizons": horizons,
         "relative": relative, "high": high, "coverage_95": coverage}
        for model, (relative, high, coverage) in values.items()
        for horizons in ("1-3", "4-12", "1-12")
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("values", "shown", "word"),
    [
        # Nobody is better beyond doubt: the baseline.
        ({"random-walk": (1, 1, 0.95), "a": (0.9, 1.01, 0.95)}, "random-walk", status.OK),
        # Better beyond doubt, and its interval holds.
        ({"random-walk": (1, 1, 0.95), "a": (0.9, 0.99, 0.95)}, "a", status.OK),
        # Better beyond doubt, but its interval does not hold.
        ({"random-walk": (1, 1, 0.95), "a": (0.9, 0.99, 0.85)}, "random-walk", status.OK),
        # The baseline's interval does not hold: the best of those that do.
        (
            {"random-walk": (1, 1, 0.85), "a": (0.97, 1.1, 0.95), "b": (0.96, 1.1, 0.96)},
            "b",
            status.OK,
        ),
        # Much worse than the baseline is not shown either.
        (
            {"random-walk": (1, 1, 0.85), "a": (1.2, 1.3, 0.95)},
            "random-walk",
            status.NOT_CALIBRATED,
        ),
    ],
)
def test_the_rule_that_picks_what_is_shown(values, shown, word):
    assert backtest.choose(_table(values))[:2] == (shown, word)
