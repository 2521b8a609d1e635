"""Candidates that are fitted by maximum likelihood: damped trend, structural model, SARIMAX.

statsmodels' state-space models, which pass over missing months by the Kalman filter. Intervals take
the parameters as known. A fit that does not settle is tried once more by another optimiser; if it
still does not, the forecast carries the status ``not-converged``, and is used only if finite.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from asylum_report.models import status
from asylum_report.models.forecast import (
    HORIZON,
    WINDOW,
    Array,
    Forecast,
    Forecaster,
    ensemble,
    normal,
    recalibrated_walk,
    seasonal_naive,
    walk,
    weighted_walk,
)

WIDEST = 10.0
"""A spread of log counts beyond which a fit has failed: a factor of more than twenty thousand."""


OPTIMISERS = (("lbfgs", 200), ("nm", 200))
"""What fits a model and, if that does not settle, tries once more; and how many steps it has."""


def _forecast(model: Any, horizon: int) -> Forecast:
    """Fit a state-space model and return its normal forecast."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        settled = False
        try:
            for method, steps in OPTIMISERS:
                fitted = model.fit(method=method, disp=False, maxiter=steps, cov_type="none")
                settled = bool(fitted.mle_retvals.get("converged", False))
                if settled:
                    break
            ahead = fitted.get_forecast(horizon)
            centre, spread = np.asarray(ahead.predicted_mean), np.asarray(ahead.se_mean)
        except (ValueError, np.linalg.LinAlgError, FloatingPointError) as error:
            return Forecast(None, status.FAILED, f"{type(error).__name__}: {error}"[:80])
    if not (np.all(np.isfinite(centre)) and np.all((spread > 0) & (spread < WIDEST))):
        return Forecast(None, status.FAILED, "the fit gives no finite spread")
    return Forecast(normal(centre, spread), status.OK if settled else status.NOT_CONVERGED)


def _enough(values: Array) -> bool:
    return int(np.sum(~np.isnan(values))) >= WINDOW - 1


def damped_trend(values: Array, first_month: int = 1, horizon: int = HORIZON) -> Forecast:
    """Exponential smoothing with additive errors and a damped trend on log counts.

    Gardner and McKenzie 1985; in state-space form Hyndman et al. 2008, ETS(A,Ad,N).
    """
    from statsmodels.tsa.statespace.exponential_smoothing import ExponentialSmoothing

    if not _enough(values):
        return Forecast(None, status.TOO_FEW)
    return _forecast(ExponentialSmoothing(values, trend=True, damped_trend=True), horizon)


def structural(values: Array, first_month: int = 1, horizon: int = HORIZON) -> Forecast:
    """Local level with noise and a fixed seasonal pattern of two harmonics (Harvey 1989)."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    if not _enough(values):
        return Forecast(None, status.TOO_FEW)
    model = UnobservedComponents(
        values,
        level="llevel",
        freq_seasonal=[{"period": 12, "harmonics": 2}],
        stochastic_freq_seasonal=[False],
    )
    return _forecast(model, horizon)


def sarimax(values: Array, first_month: int = 1, horizon: int = HORIZON) -> Forecast:
    """ARIMA(0,1,1) with a seasonal autoregression of one year, without drift."""
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    if not _enough(values):
        return Forecast(None, status.TOO_FEW)
    return _forecast(SARIMAX(values, order=(0, 1, 1), seasonal_order=(1, 0, 0, 12)), horizon)


BASELINE = "random-walk"
ENSEMBLE = "median-ensemble"

MODELS: dict[str, Forecaster] = {
    BASELINE: walk,
    "recalibrated-walk": recalibrated_walk,
    "weighted-walk": weighted_walk,
    "seasonal-naive": seasonal_naive,
    "damped-trend": damped_trend,
    "structural": structural,
    "sarimax": sarimax,
}
"""Every forecaster by name; the ensemble is made of `MEMBERS`."""

MEMBERS = (BASELINE, "weighted-walk", "seasonal-naive", "damped-trend", "structural", "sarimax")


def every(values: Array, first_month: int = 1, horizon: int = HORIZON) -> dict[str, Forecast]:
    """Return the forecast of every model, and of the ensemble; no quantile is below no person."""
    found = {name: model(values, first_month, horizon) for name, model in MODELS.items()}
    found[ENSEMBLE] = ensemble({name: found[name] for name in MEMBERS})
    return {
        name: one if one.quantiles is None else replace(one, quantiles=np.maximum(one.quantiles, 0))
        for name, one in found.items()
    }
