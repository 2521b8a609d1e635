"""Rolling-origin tests of monthly forecasts, their scores, and the rule that picks what is shown.

At each origin every model sees the months up to it and forecasts twelve ahead; the next origin is
one month later. Targets without a value are passed over. Where only one vintage of a series is
held, the values are those of that vintage: revisions after the origin are in them, so the test is
pseudo out of sample.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from asylum_report.models import forecast, scoring, status
from asylum_report.models.forecast_fitted import BASELINE, every

HORIZONS = {"1-3": (1, 3), "4-12": (4, 12), "1-12": (1, 12)}
RECENT = 37
"""Newest origins all of whose twelve targets are known, reported beside all of them."""

AT_MOST = 1.02
COVERAGE = (0.90, 0.98)


def one_origin(
    counts: ArrayLike, first_month: int, origin: int, horizon: int = forecast.HORIZON
) -> list[dict[str, object]]:
    """Return the forecasts made at one origin with their scores, a row a model and target.

    Parameters
    ----------
    counts
        The whole series, months without a value as NaN.
    first_month
        Calendar month (1 to 12) of the first value.
    origin
        Place of the last month that the models see.
    """
    values = np.asarray(counts, float)
    seen = values[: origin + 1]
    found: list[dict[str, object]] = []
    word = forecast.check(seen)
    made = every(forecast.to_log(seen), first_month, horizon) if word == status.OK else {}
    scale = scoring.naive_scale(seen)
    for model, one in made.items():
        for h in range(1, horizon + 1):
            if origin + h >= len(values) or np.isnan(values[origin + h]):
                continue
            observed = values[origin + h]
            row: dict[str, object] = {
                "model": model, "origin": origin, "horizon": h, "status": one.status,
            }  # fmt: skip
            if one.quantiles is not None:
                on_log = one.quantiles[h - 1]
                on_count = forecast.to_count(on_log)
                row |= {
                    "wis_log": float(scoring.wis(on_log, np.log1p(observed))),
                    "wis_count": float(scoring.wis(on_count, observed)),
                    "crps_log": float(scoring.crps(on_log, np.log1p(observed))),
                    "crps_count": float(scoring.crps(on_count, observed)),
                    "scaled": float(abs(on_count[scoring.MEDIAN] - observed) / scale),
                    "covered_50": float(scoring.covered(on_count, observed, "50")),
                    "covered_95": float(scoring.covered(on_count, observed, "95")),
                }
            found.append(row)
    return found


def origins(counts: ArrayLike, first: int = 0, last_target: int | None = None) -> list[int]:
    """Return the places from which a forecast can be made and at least one target is known."""
    values = np.asarray(counts, float)
    end = len(values) if last_target is None else last_target + 1
    return [
        place
        for place in range(first, end - 1)
        if forecast.check(values[: place + 1]) == status.OK
        and not np.all(np.isnan(values[place + 1 : place + 1 + forecast.HORIZON]))
    ]


def run(counts: ArrayLike, first_month: int, chosen: Iterable[int], jobs: int = 1) -> pd.DataFrame:
    """Return `one_origin` of every origin; the same rows whatever the number of processes."""
    from joblib import Parallel, delayed

    made = Parallel(n_jobs=jobs)(delayed(one_origin)(counts, first_month, one) for one in chosen)
    return pd.DataFrame([row for rows in made for row in rows])


def scores(
    scored: pd.DataFrame, months: int, replications: int, seed: int, block: int = forecast.HORIZON
) -> pd.DataFrame:
    """Return the table of scores of one series: a row a set of origins, horizons, scale and model.

    Parameters
    ----------
    scored
        Rows of `one_origin`, of every origin.
    months
        Length of the series, to tell which origins have all targets.
    replications, seed, block
        Of the moving-block bootstrap of relative scores.

    Returns
    -------
    DataFrame
        ``wis``, ``crps`` (in logs or counts), ``relative`` to the baseline on the same targets with
        ``low`` and ``high``, ``mase`` (of the median, on counts), coverage, and how many forecasts
        failed or did not settle.
    """
    whole = sorted(o for o in set(scored["origin"]) if o + forecast.HORIZON < months)
    sets = {"all": sorted(set(scored["origin"])), "recent": whole[-RECENT:]}
    rows = []
    for name, chosen in sets.items():
        for label, (low, high) in HORIZONS.items():
            part = scored[scored["origin"].isin(chosen) & scored["horizon"].between(low, high)]
            if part.empty:  # too short a series for so far ahead, or for origins with all targets
                continue
            for scale in ("log", "count"):
                groups = {str(model): one for model, one in part.groupby("model", sort=False)}
                standard = _wide(groups[BASELINE], f"wis_{scale}", chosen)
                for model, group in groups.items():
                    ours = _wide(group, f"wis_{scale}", chosen)
                    ratio = scoring.block_ratio(ours, standard, block, replications, seed)
                    held = _wide(group, "covered_95", chosen)
                    held_low_high = scoring.block_mean(held, block, replications, seed)[1:]
                    rows.append({
                        "origins": name, "horizons": label, "scale": scale, "model": model,
                        "number_of_origins": len(chosen),
                        "forecasts": int(group[f"wis_{scale}"].notna().sum()),
                        "wis": group[f"wis_{scale}"].mean(),
                        "relative": ratio[0], "low": ratio[1], "high": ratio[2],
                        "crps": group[f"crps_{scale}"].mean(), "mase": group["scaled"].mean(),
                        "coverage_50": group["covered_50"].mean(),
                        "coverage_95": group["covered_95"].mean(),
                        "coverage_95_low": held_low_high[0], "coverage_95_high": held_low_high[1],
                        "failed": int(group[f"wis_{scale}"].isna().sum()),
                        "not_converged": int((group["status"] == status.NOT_CONVERGED).sum()),
                        "first": chosen[0], "last": chosen[-1],
                    })  # fmt: skip
    return pd.DataFrame(rows)


def _wide(rows: pd.DataFrame, column: str, chosen: list[int]) -> NDArray[np.float64]:
    """Return a column as a table of origins by horizons."""
    table = rows.pivot(index="origin", columns="horizon", values=column).reindex(chosen)
    return table.to_numpy(float)


def _ratios(table: pd.DataFrame, model: str) -> Mapping[str, pd.Series]:
    part = table[(table["model"] == model) & (table["scale"] == "log")]
    part = part[part["origins"] == "all"]
    return {str(row["horizons"]): row for _, row in part.iterrows()}


def choose(table: pd.DataFrame, candidates: Iterable[str] | None = None) -> tuple[str, str, str]:
    """Return which model is shown, the status and the reason, by one rule for every series.

    All on logs and over all origins. A model may be shown only if its 95 % interval held 90 to
    98 % of the targets. The baseline is shown unless a model that may be shown beats it: interval
    of the relative score wholly below one at horizons 1-3 and at 4-12. If the baseline itself may
    not be shown, the model with the lowest relative score takes its place among those that may and
    whose relative score is at most 1.02 at both; if there is none, nothing is shown.
    """
    names = list(candidates if candidates is not None else table["model"].unique())
    rows = {name: _ratios(table, name) for name in names}
    if any(len(found) < len(HORIZONS) for found in rows.values()):
        return BASELINE, status.NOT_CALIBRATED, "too few months to test on"
    held = {
        name: COVERAGE[0] <= found["1-12"]["coverage_95"] <= COVERAGE[1]
        for name, found in rows.items()
    }
    parts = ("1-3", "4-12")
    better = [
        name for name in names
        if name != BASELINE and held[name] and all(rows[name][p]["high"] < 1 for p in parts)
    ]  # fmt: skip
    if better:
        best = min(better, key=lambda name: rows[name]["1-12"]["relative"])
        return best, status.OK, "beats the baseline at both ranges of horizons"
    if held[BASELINE]:
        return BASELINE, status.OK, "no candidate beats the baseline"
    able = [
        name for name in names
        if held[name] and all(rows[name][p]["relative"] <= AT_MOST for p in parts)
    ]  # fmt: skip
    if able:
        best = min(able, key=lambda name: rows[name]["1-12"]["relative"])
        return best, status.OK, "the baseline's own interval did not hold"
    return BASELINE, status.NOT_CALIBRATED, "no interval held what it promised"
