"""Simulation study of the comparison of destinations: are its intervals true, is it unbiased?

Destinations have fixed effects; origin and cell effects and the decisions are drawn anew in each
replication. Numbers of decisions are drawn once a scenario, heavy-tailed in both destinations and
origins and with many empty cells, as asylum statistics are. Each data set is fitted twice: with
unshrunken destinations, as in the report, and with destinations drawn from a normal distribution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import expit
from scipy.stats import norm

from asylum_report.models import status
from asylum_report.models.lottery_dispersion import p90_p10, with_limits
from asylum_report.models.lottery_draws import draw
from asylum_report.models.lottery_effects import effects, reference
from asylum_report.models.lottery_fit import Fit, fit, shrunken
from asylum_report.models.lottery_likelihood import Floats, Ints
from asylum_report.models.lottery_standardise import adjusted
from asylum_report.recognition import MARKED_BELOW

DESTINATIONS = 12
ORIGINS = 36
DRAWS = 200


@dataclass(frozen=True)
class Scenario:
    """One way the world may be.

    Attributes
    ----------
    sd_origin, sd_cell
        Standard deviations of origin and cell effects, logits.
    level
        Mean of the destinations' effects, logits; they lie evenly spread around it.
    spread
        Standard deviation of the destinations' effects.
    law
        ``normal``, or ``t`` (4 degrees of freedom, same standard deviation) for the cells.
    family
        Decisions that always go together.
    rounded
        Whether counts up to 10 are rounded to the nearest multiple of 5, as UNHCR does.
    told
        Whether the fit is told of rounding and of families.
    size
        Times the usual number of decisions.
    """

    name: str
    words: str
    sd_origin: float = 1.4
    sd_cell: float = 1.3
    level: float = -0.5
    spread: float = 0.9
    law: str = "normal"
    family: int = 1
    rounded: bool = False
    told: bool = True
    size: float = 1.0


SCENARIOS = (
    Scenario("usual", "spreads and rounding as in the European figures", rounded=True),
    Scenario("alike", "destinations hardly differ by origin", sd_origin=1.0, sd_cell=0.4),
    Scenario("rare", "protection is rare", sd_origin=1.0, sd_cell=1.0, level=-3.0, spread=0.8),
    Scenario("few", "a fifth as many decisions", size=0.2),
    Scenario("heavy-tailed", "cells from a t distribution with 4 degrees of freedom", law="t"),
    Scenario("families", "decisions go together by four, which the fit is told", family=4),
    Scenario(
        "rounding-untold", "rounded as usual, which the fit is not told", rounded=True, told=False
    ),
)


def design(scenario: Scenario, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return merits decisions (destinations by origins) and the destinations' true effects."""
    at = np.linspace(-1, 1, DESTINATIONS)
    large = rng.permutation(at) * 2.6
    popular = rng.standard_normal(ORIGINS) * 1.5
    logs = 2.8 + large[:, None] + popular + rng.standard_normal((DESTINATIONS, ORIGINS)) * 1.2
    n = np.floor(scenario.size * np.exp(logs) / scenario.family) * scenario.family
    true = scenario.level + scenario.spread * at / at.std()
    return n, true


def simulate(
    scenario: Scenario, n: Floats, true: Floats, rng: np.random.Generator
) -> tuple[pd.DataFrame, Floats]:
    """Return the cells of one replication and the true adjusted rates of the destinations.

    The true rate is what `asylum_report.models.lottery_standardise.adjusted` estimates: the mean
    over the decisions' origins at the origins' true effects and average cells.
    """
    origin = scenario.sd_origin * rng.standard_normal(ORIGINS)
    if scenario.law == "t":
        effect = rng.standard_t(4, n.shape) / np.sqrt(2.0)
    else:
        effect = rng.standard_normal(n.shape)
    rate = expit(true[:, None] + origin + scenario.sd_cell * effect)
    positive = rng.binomial((n / scenario.family).astype(int), rate) * scenario.family
    rejected = n - positive
    if scenario.rounded:
        positive, rejected = (
            np.where(c <= 10, 5 * np.floor(c / 5 + 0.5), c) for c in (positive, rejected)
        )
    bounds = {}
    for name, count in (("positive", positive), ("rejected", rejected)):
        half = np.where((count <= 10) & scenario.rounded & scenario.told, 2, 0)
        bounds[f"{name}_low"] = np.maximum(count - half, 0).ravel()
        bounds[f"{name}_high"] = (count + np.where(count == 10, 0, half)).ravel()
    frame = pd.DataFrame({
        "destination": np.repeat([f"D{j:02}" for j in range(len(true))], ORIGINS),
        "origin": np.tile([f"O{i:02}" for i in range(ORIGINS)], len(true)),
        "positive": positive.ravel(), "n": (positive + rejected).ravel(),
        **bounds,
    })  # fmt: skip
    x, w = hermegauss(21)
    weight = n.sum(axis=0) / n.sum()
    logits = true[:, None, None] + origin[:, None] + scenario.sd_cell * x
    return frame[frame["n"] > 0], (expit(logits) @ (w / w.sum())) @ weight


def one(scenario: Scenario, seed: np.random.SeedSequence, number: int) -> pd.DataFrame:
    """Return one row a destination of one replication: truth, both estimates, both intervals."""
    plan, data_seed, draw_seed = _seeds(seed, number)
    n, true = design(scenario, np.random.default_rng(plan))
    frame, rates = simulate(scenario, n, true, np.random.default_rng(data_seed))
    names = [f"D{j:02}" for j in range(len(true))]
    result = pd.DataFrame({
        "scenario": scenario.name, "replication": number, "destination": names,
        "decisions": n.sum(axis=1), "true_rate": rates,
    })  # fmt: skip
    found = fit(frame, scenario.family if scenario.told else 1)
    result["fit"] = found.status
    if found.status != status.OK or found.value is None:
        return result
    fitted = np.array([names.index(found.destinations[k]) for k in found.fitted])
    weight = reference(found)
    result["true"] = true - weight @ true[fitted]
    table = effects(found, frame).set_index("destination")
    for column in ("effect", "low", "high", "status"):
        result[column] = result["destination"].map(table[column])
    rng = np.random.default_rng(draw_seed)
    drawn = draw(found, rng, DRAWS, cells=False)
    around = adjusted(found, drawn.destinations, drawn.origins, drawn.sd_cell)
    at = adjusted(
        found, found.theta[None, :-2], found.value.origin_mean[None], np.array([found.sd_cell])
    )[0]
    result.loc[fitted, "rate"] = at
    result.loc[fitted, ["rate_low", "rate_high"]] = np.quantile(around, [0.025, 0.975], axis=0).T
    enough = weight > 0
    apart = with_limits(float(p90_p10(at[enough])), p90_p10(around[:, enough]))
    result["apart_true"] = float(p90_p10(rates[fitted][enough]))
    result["apart"], result["apart_low"], result["apart_high"] = (
        apart[k] for k in ("value", "low", "high")
    )
    return _with_shrunken(result, found, fitted, weight)


def _with_shrunken(result: pd.DataFrame, found: Fit, fitted: Ints, weight: Floats) -> pd.DataFrame:
    theta, covariance, value = shrunken(found)
    count = len(fitted)
    centre = np.eye(count) - weight
    effect = centre @ theta[:count]
    error = np.sqrt(np.diag(centre @ covariance[:count, :count] @ centre.T))
    z = float(norm.ppf(0.975))
    result.loc[fitted, "s_effect"] = effect
    result.loc[fitted, "s_low"], result.loc[fitted, "s_high"] = (
        effect - z * error,
        effect + z * error,
    )
    result.loc[fitted, "s_rate"] = adjusted(
        found, theta[None, :-2], value.origin_mean[None], np.exp(theta[-1:])
    )[0]
    return result


def _seeds(seed: np.random.SeedSequence, number: int) -> tuple[np.random.SeedSequence, ...]:
    """Return seeds of the scenario's design, of a replication's data and of its draws."""
    entropy, key = seed.entropy, tuple(seed.spawn_key)
    return (
        np.random.SeedSequence(entropy, spawn_key=(*key, 0)),
        np.random.SeedSequence(entropy, spawn_key=(*key, 1, number)),
        np.random.SeedSequence(entropy, spawn_key=(*key, 2, number)),
    )


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Return coverage, bias and their Monte Carlo standard errors from rows of `one`.

    Parameters
    ----------
    rows
        Rows of `one` of any scenarios.

    Returns
    -------
    DataFrame
        One row a scenario and size of destination (``large``: at least 50 merits decisions on
        average). ``coverage``: of the 95% interval of the effect, ``coverage_error`` its standard
        error; ``rate_coverage`` that of the adjusted rate. ``*_bias``: mean over destinations of
        the absolute mean error, effects in logits and rates as shares; ``*_bias_error`` the mean
        standard error of one destination's mean error, ``*_bias_worst`` the largest.
        ``apart_*``: p90/p10 of the adjusted rates: true, mean estimate, coverage.
    """
    by = ["scenario", rows["decisions"] >= MARKED_BELOW]
    return pd.DataFrame(
        [
            _line(str(scenario), bool(large), group)
            for (scenario, large), group in rows.groupby(by, sort=False)
        ]
    )


def _line(scenario: str, large: bool, group: pd.DataFrame) -> dict[str, object]:
    known = group[group["fit"] == status.OK]
    inside = (known["low"] <= known["true"]) & (known["true"] <= known["high"])
    finite = known[known["effect"].notna()]
    rate_in = (finite["rate_low"] <= finite["true_rate"]) & (
        finite["true_rate"] <= finite["rate_high"]
    )
    s_in = (finite["s_low"] <= finite["true"]) & (finite["true"] <= finite["s_high"])
    # Replications are independent, destinations of one are not: errors go by replication.
    by = ["scenario", "replication"]
    error = inside.groupby([known[k] for k in by]).mean().sem()
    line: dict[str, object] = {
        "scenario": scenario, "large": large, "destinations": group["destination"].nunique(),
        "replications": group.groupby(by).ngroups,
        "not_fitted": 1 - known.groupby(by).ngroups / max(1, group.groupby(by).ngroups),
        "separated": 1 - len(finite) / max(1, len(known)),
        "coverage": inside.mean(), "coverage_error": error, "rate_coverage": rate_in.mean(),
        "shrunken_coverage": s_in.mean(),
    }  # fmt: skip
    for name, estimate, truth in (
        ("effect", "effect", "true"), ("rate", "rate", "true_rate"),
        ("shrunken_effect", "s_effect", "true"), ("shrunken_rate", "s_rate", "true_rate"),
    ):  # fmt: skip
        off = (finite[estimate] - finite[truth]).groupby(
            [finite["scenario"], finite["destination"]]
        )
        line[f"{name}_bias"] = off.mean().abs().mean()
        line[f"{name}_bias_error"] = off.sem().mean()
        line[f"{name}_bias_worst"] = off.mean().abs().max()
    once = finite.drop_duplicates(by)
    line["apart_true"] = once["apart_true"].mean()
    line["apart_mean"] = once["apart"].mean()
    line["apart_coverage"] = (
        (once["apart_low"] <= once["apart_true"]) & (once["apart_true"] <= once["apart_high"])
    ).mean()
    return line


def run(
    replications: int, seed: int, jobs: int, progress: Callable[[str], None],
    scenarios: tuple[Scenario, ...] = SCENARIOS,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Run the study.

    Parameters
    ----------
    replications
        Data sets a scenario.
    seed
        Equal seeds give equal tables, whatever the number of jobs and the scenarios chosen.
    jobs
        Processes.
    progress
        Called with a line for each scenario.

    Returns
    -------
    dict
        ``lottery``: one row a scenario and size of destination: coverage of the 95% interval of
        the destination's effect, mean absolute bias over destinations of effect (logits) and rate
        (share), the same for shrunken destinations, and coverage of p90/p10.
    """
    numbers = {each.name: k for k, each in enumerate(SCENARIOS)}
    found = []
    for scenario in scenarios:
        progress(f"lottery: {scenario.name}")
        own = np.random.SeedSequence(seed, spawn_key=(numbers[scenario.name],))
        found += Parallel(n_jobs=jobs)(
            delayed(one)(scenario, own, number) for number in range(replications)
        )
    return {"lottery": summary(pd.concat(found, ignore_index=True))}
