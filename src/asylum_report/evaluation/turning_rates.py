"""False alarms and power of the turning points of rates: years as in Germany, and BAMF's months.

Decisions come in families, so counts are beta-binomial with a design effect of 4, or binomial (1).
The analysis does not know which and takes the least favourable p of `EFFECTS`, so the study does.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from asylum_report.evaluation.turning_parts import LEVEL, assigned, child, rate_of
from asylum_report.models import turning_control, turning_null, turning_rates, turning_search
from asylum_report.models.turning_dates import Split

Array = NDArray[np.float64]

SIMULATIONS = 4_000
SEARCH_SIMULATIONS = 1_000
YEARS = 26
MONTHS = 83
DATES = ((21, 22), (21, 23), (22, 23), (22, 24), (23, 25), (24, 25))
"""Where the events fall in the years 2000 to 2025."""
EFFECTS = (1.0, 2.0, 4.0)
"""Design effects that the analysis reckons with."""
NULLS = ("random walk", "heavy-tailed walk", "autoregression", "steady")
SIZES = (200, 1000, 5000)
RATES = (0.1, 0.3)
MOVE = 0.25
"""Standard deviation of a year's own change, in logits."""
ALARMS = [
    *((null, n, rate, 4.0) for null in NULLS[:2] for n in SIZES for rate in RATES),
    *((null, 1000, rate, 4.0) for null in NULLS[2:] for rate in RATES),
    *((null, 1000, 0.3, 1.0) for null in NULLS[:2]),
]
STEPS = {0.1: (0.05, 0.1, 0.2, -0.05), 0.3: (0.05, 0.1, 0.2, -0.05, -0.1, -0.2)}
POWER = [(n, rate, move) for n in SIZES for rate in RATES for move in (0.1, MOVE)]


def moves(rng: Generator, null: str, rows: int, length: int, size: float = MOVE) -> Array:
    """Return the period's own propensity in logits, around zero, where nothing happens."""
    shape = (rows, length)
    if null == "steady":
        return np.zeros(shape)
    if null == "autoregression":
        x = np.empty(shape)
        now = rng.standard_normal(rows)
        for at in range(length):
            x[:, at] = now
            now = 0.8 * now + 0.6 * rng.standard_normal(rows)
        return 0.5 * x
    heavy = null == "heavy-tailed walk"
    steps = rng.standard_t(3, shape) / np.sqrt(3) if heavy else rng.standard_normal(shape)
    return np.cumsum(size * steps, axis=1)


def decisions(rng: Generator, share: Array, n: int, effect: float = 4.0) -> Array:
    """Return positive decisions of n with the true design effect."""
    if effect == 1:
        return rng.binomial(n, share).astype(float)
    rho = (effect - 1) / (n - 1)
    size = (1 - rho) / rho
    inside = np.clip(share, 1e-4, 1 - 1e-4)
    return rng.binomial(n, rng.beta(inside * size, (1 - inside) * size)).astype(float)


def logit(share: float) -> float:
    """Return log(share / (1 - share))."""
    return float(np.log(share / (1 - share)))


Laws = dict[float, Array]


def _laws(n: int, rate: float, seed: int, dates: list[Split], length: int,
          simulations: int) -> Laws:  # fmt: skip
    usual = np.array([n * rate]), np.array([n * (1 - rate)])
    found = {}
    for effect in EFFECTS:
        variance = np.full(length, turning_rates.noise(*usual, effect)[0])
        own = child(seed, "rates", n, rate, length, effect)
        found[effect] = turning_rates.laws(variance, dates, simulations, own)
    return found


def _statistics(positive: Array, n: int, effect: float, dates: list[Split]) -> Array:
    y = turning_rates.logits(positive, n - positive)
    variance = turning_rates.noise(positive, n - positive, effect)
    return np.column_stack([one.statistic for one in turning_rates.rate_levels(y, variance, dates)])


def _p(positive: Array, n: int, dates: list[Split], laws: Laws) -> Array:
    """Return the least favourable p at each date."""
    return np.max(
        [turning_null.p_values(_statistics(positive, n, effect, dates), law)
         for effect, law in laws.items()],
        axis=0,
    )  # fmt: skip


def _searched(positive: Array, n: int, dates: list[Split], laws: Laws) -> Array:
    """Return the least favourable chance of the largest statistic of each series."""
    return np.max(
        [turning_search.chances(np.abs(_statistics(positive, n, effect, dates)), law).min(axis=1)
         for effect, law in laws.items()],
        axis=0,
    )  # fmt: skip


def alarms(
    null: str, n: int, rate: float, effect: float, replications: int, seed: int
) -> list[dict[str, object]]:
    """Return false alarms at one date, over all dates and of the search.

    Parameters
    ----------
    null
        One of `NULLS`.
    n, rate
        Decisions a year and the rate that the series starts from.
    effect
        The true design effect.
    replications, seed
        Series, and the seed of all cells together.
    """
    dates = [Split(*one) for one in DATES]
    rng = np.random.default_rng(child(seed, "rates", null, n, rate, effect))
    share = turning_rates.share(logit(rate) + moves(rng, null, replications, YEARS))
    positive = decisions(rng, share, n, effect)
    laws = _laws(n, rate, seed, dates, YEARS, SIMULATIONS)
    p = _p(positive, n, dates, laws)
    least = turning_null.within(p.min(axis=1), turning_null.smallest(laws[EFFECTS[-1]]))
    tried = turning_search.dates(np.ones(YEARS, dtype=bool), "rate")
    wide = _laws(n, rate, seed, tried, YEARS, SEARCH_SIMULATIONS)
    usual = np.column_stack([turning_control.p_values(positive / n, date, 3) for date in dates])
    known = {
        "table": "rates", "null": null, "stress": False,
        "grid": f"{n} a year, rate {rate:.0%}, design effect {effect:.0f}",
    }  # fmt: skip
    control = "least squares, Newey-West"
    return [
        known | {"method": name, "scope": scope, "control": name == control, **rate_of(hits)}
        for name, scope, hits in (
            ("rates", "one date", assigned(p) <= LEVEL),
            ("rates", "all dates", least <= LEVEL),
            ("rates", "search", _searched(positive, n, tried, wide) <= LEVEL),
            (control, "one date", assigned(usual) <= LEVEL),
        )
    ]


def months(null: str, n: int, rate: float, replications: int, seed: int) -> list[dict[str, object]]:
    """Return false alarms of the search through months as BAMF publishes them."""
    rng = np.random.default_rng(child(seed, "months", null, n, rate))
    share = turning_rates.share(logit(rate) + moves(rng, null, replications, MONTHS, 0.1))
    positive = decisions(rng, share, n)
    tried = turning_search.dates(np.ones(MONTHS, dtype=bool), "rate")
    laws = {4.0: _laws(n, rate, seed, tried, MONTHS, SEARCH_SIMULATIONS)[4.0]}
    hits = _searched(positive, n, tried, laws) <= LEVEL
    return [{
        "table": "rates", "grid": f"{n} a month, rate {rate:.0%}, design effect 4", "null": null,
        "stress": False, "method": "rates", "scope": "search", "control": False, **rate_of(hits),
    }]  # fmt: skip


def power(
    n: int, rate: float, move: float, replications: int, seed: int
) -> list[dict[str, object]]:
    """Return how often a step of so many points is found, alone and among all dates."""
    dates = [Split(*one) for one in DATES]
    rng = np.random.default_rng(child(seed, "rates power", n, rate, move))
    walk = moves(rng, "random walk", replications, YEARS, move)
    laws = _laws(n, rate, seed, dates, YEARS, SIMULATIONS)
    least = turning_null.smallest(laws[EFFECTS[-1]])
    found: list[dict[str, object]] = []
    for step in STEPS[rate]:
        p = np.ones(replications)
        for column, date in enumerate(dates):
            rows = np.arange(replications) % len(dates) == column
            # The rate stands at its base in the last period before, so that points are points.
            level = logit(rate) + walk[rows] - walk[rows][:, [date.base]]
            shift = logit(rate + step) - logit(rate)
            share = turning_rates.share(level + shift * (np.arange(YEARS) >= date.first))
            one = {effect: law[:, :, [column]] for effect, law in laws.items()}
            p[rows] = _p(decisions(rng, share, n), n, [date], one)[:, 0]
        for scope, value in (("one date", p), ("all dates", turning_null.within(p, least))):
            found.append({
                "table": "rates", "n": n, "rate_before": rate, "move": move, "step": step,
                "method": "rates", "scope": scope, **rate_of(value <= LEVEL),
            })  # fmt: skip
    return found
