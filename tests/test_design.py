"""The design effect: recovered where it is known, and as BAMF's months tell it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from asylum_report import results
from asylum_report.evaluation import trend as study
from asylum_report.models import design


def series(effect, seed, months=83):
    random = np.random.default_rng(seed)
    chance = 1 / (1 + np.exp(2 - np.cumsum(random.normal(0, 0.1, months))))
    n = random.integers(80, 700, months)
    positive = np.array([
        study.decide(np.array([p]), int(m), effect, random)[0]
        for p, m in zip(chance, n, strict=True)
    ])  # fmt: skip
    other = n - positive
    return pd.DataFrame(
        {"period": range(months), "positive": positive, "other": other,
         "positive_low": positive, "positive_high": positive, "other_low": other,
         "other_high": other}
    )  # fmt: skip


def test_a_known_design_effect_is_recovered():
    alone, grouped = design.posterior(series(1, 1)), design.posterior(series(3, 2))
    assert alone["estimate"] < 1.4
    assert alone["high"] < 2
    assert grouped["low"] < 3 < grouped["high"]
    assert grouped["differences"] > grouped["estimate"]


def test_differences_by_hand():
    """Shares .2, .4, .3 of 100 each: .04 / (.3 x .7 / 50) and .01 / (.35 x .65 / 50)."""
    found = design.differences(np.array([20.0, 40.0, 30.0]), np.array([100.0] * 3))
    assert found == pytest.approx((0.04 / 0.0042 + 0.01 / 0.00455) / 2)
    with pytest.raises(ValueError, match="three periods"):
        design.differences(np.array([1.0, 2.0]), np.array([5.0, 5.0]))


def test_what_bamf_months_tell():
    """About 2 to 4, as an independent look at the same months found."""
    table = results.read("trend_design").set_index("span")
    assert table.loc["all", "differences"] == pytest.approx(4.16, abs=0.01)
    assert table.loc["2018-2021", "differences"] == pytest.approx(2.46, abs=0.01)
    assert 1.5 < table.loc["all", "estimate"] < 2.5
    assert table.loc["all", "high"] < 4
