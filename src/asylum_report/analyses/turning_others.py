"""What stands beside the tests: a search, placebos, longer horizons, what would have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asylum_report.analyses import turning_series
from asylum_report.analyses.turning_reference import Reference
from asylum_report.analyses.turning_series import Line
from asylum_report.analyses.turning_tests import (
    EFFECTS,
    LEVEL,
    THIN,
    Worked,
    data,
    interval,
    seed,
)
from asylum_report.models import (
    status,
    turning_counts,
    turning_null,
    turning_rates,
    turning_search,
)
from asylum_report.models.turning_dates import Split
from asylum_report.models.turning_gls import Effects

Array = NDArray[np.float64]

SIMULATIONS = 4_000
FEW_SIMULATIONS = 1_000
"""For months of rates, where there are many laws, dates and design effects."""
HORIZONS = (3, 6, 12)
APART = {"month": 6, "quarter": 2, "year": 2}
"""Periods between two dates that a search names."""
PEAKS = 3
FEATURED = (
    ("2022-02-24-invasion", "eu-applications"),
    ("2022-09-21-mobilisation", "eu-applications"),
    ("2025-01-20-cbp-one-ends", "us-encounters"),
)
"""Tests whose counterfactual is kept month by month."""
QUIET = "dates before the first event"
ELSEWHERE = "other origins, same years"


@dataclass(frozen=True)
class Searched:
    """Every date of a series, the effect there, and the laws of the statistic."""

    tried: list[Split]
    made: dict[float, list[Effects]]
    laws: dict[float, Array]
    """By design effect; of counts there is one, called by the largest."""

    @property
    def statistics(self) -> Array:
        """Return |statistic| at each date at the largest design effect."""
        return np.array([abs(one.statistic[0]) for one in self.made[EFFECTS[-1]]])

    def chances(self, place: int, laws: slice = slice(None)) -> float:
        """Return the least favourable chance of so large a largest statistic."""
        found = [
            turning_search.chances(np.array([made[place].statistic[0]]), self.laws[effect][laws])
            for effect, made in self.made.items()
        ]
        return float(np.max(found))


def search(line: Line) -> Searched:
    """Look at every date of a series."""
    tried = turning_search.dates(line.known, line.kind, line.breaks)
    if line.kind == "count":
        x, _ = data(line)
        made = {EFFECTS[-1]: [turning_counts.level(x, at) for at in tried]}
        law = turning_null.statistics(
            line.known, tried, "level", SIMULATIONS, seed(line.name, "search")
        )
        return Searched(tried, made, {EFFECTS[-1]: law})
    number = SIMULATIONS if line.step == "year" else FEW_SIMULATIONS
    found, laws = {}, {}
    for effect in EFFECTS:
        y, variance = data(line, effect)
        found[effect] = turning_rates.rate_levels(y, variance, tried, line.breaks)
        laws[effect] = turning_rates.laws(
            variance, tried, number, seed(line.name, "search", effect), line.breaks,
            known=line.known,
        )  # fmt: skip
    return Searched(tried, found, laws)


def found_by_search(every: Sequence[Worked], searched: dict[str, Searched]) -> pd.DataFrame:
    """Return for each series the dates furthest from nothing, and whether they are beyond it."""
    rows = []
    for work in every:
        line, seen = work.line, searched[work.line.name]
        law = seen.laws[EFFECTS[-1]]
        limit = float(turning_null.critical(law.max(axis=2)[:, :, None], LEVEL)[0])
        places = turning_search.peaks(seen.statistics, seen.tried, APART[line.step], PEAKS)
        for rank, place in enumerate(places, start=1):
            at = seen.tried[place]
            # Each series is searched by itself; of so many searches, Bonferroni.
            p, thin = seen.chances(place), seen.chances(place, THIN[line.kind])
            p_all, thin_all = (min(1.0, one * len(every)) for one in (p, thin))
            estimate, low, high = interval(line, at, seen.made[EFFECTS[-1]][place], limit)
            near = [
                test.event_id
                for test, one in zip(work.tests, work.at, strict=True)
                if one is not None and one.base < at.first <= one.first
            ]
            rows.append({
                "series": line.name, "series_label": line.label, "kind": line.kind,
                "step": line.step, "rank": rank, "before": line.periods[at.base][0],
                "after": line.periods[at.first][0],
                "unit": "ratio" if line.kind == "count" else "points",
                "estimate": estimate, "low": low, "high": high, "p_series": p,
                "p_adjusted": p_all, "p_adjusted_normal": thin_all, "dates": len(seen.tried),
                "series_searched": len(every), "found": "yes" if p_all <= LEVEL else "no",
                "found_normal": "yes" if thin_all <= LEVEL else "no",
                "events_near": " ".join(near), **line.origin,
            })  # fmt: skip
    return pd.DataFrame(rows)


Corridors = dict[tuple[str, int, int], Array]


def corridors(every: Sequence[Worked], reference: Reference) -> Corridors:
    """Return statistics of other origins in the same destinations, by series and pair of years."""
    years = [work for work in every if work.line.step == "year" and work.made]
    if not years:
        return {}
    grid = max((work.line.periods for work in years), key=len)
    about = [reference.series[work.line.name] for work in years]
    names = [(str(one["destination"]), str(one["authority"])) for one in about]
    read = turning_series.placebo_corridors(names, [start[:4] for start, _ in grid])
    found: Corridors = {}
    for work, (destination, _) in zip(years, names, strict=True):
        mine = [both for name, both in read.items() if name.endswith(f" in {destination}")]
        if not mine:
            continue
        positive, rejected = (np.array([both[side] for both in mine]) for side in (0, 1))
        for at in {work.split(number) for number in work.made}:
            key = (work.line.name, at.base, at.first)
            found[key] = _elsewhere(positive, rejected, at, work.line.breaks)
    return found


def _elsewhere(positive: Array, rejected: Array, at: Split, breaks: Sequence[int]) -> Array:
    total = np.nan_to_num(positive + rejected)
    kept = (total[:, [at.base, at.first]] >= turning_series.LARGE).all(axis=1)
    kept &= (total > 0).sum(axis=1) >= turning_rates.LEAST
    if not kept.any():
        return np.empty(0)
    given, refused = np.nan_to_num(positive[kept]), np.nan_to_num(rejected[kept])
    missing = total[kept] == 0
    # A year without decisions says nothing: any value, with a variance beyond all others.
    y = np.where(missing, 0.0, turning_rates.logits(given + missing, refused + missing))
    variance = np.where(missing, 1e8, turning_rates.noise(given, refused, EFFECTS[-1], 5.0))
    return np.abs(turning_rates.rate_level(y, variance, at, breaks).statistic)


def placebo(work: Worked, number: int, seen: Searched, elsewhere: Corridors) -> dict[str, Any]:
    """Return where else the same was looked for, how often, and how often it was as large."""
    size = abs(float(work.results["level"][number].effects.statistic[0]))
    at = work.split(number)
    if work.line.kind == "count":
        others, kind = _quiet(work, seen), QUIET
    else:
        others, kind = elsewhere.get((work.line.name, at.base, at.first), np.empty(0)), ELSEWHERE
    share = float((others >= size).mean()) if len(others) else None
    return {"placebo": kind, "placebo_n": len(others), "placebo_share": share}


def _quiet(work: Worked, seen: Searched) -> Array:
    """Return |statistic| at the dates whose periods all lie before the first event."""
    first = min((one.base for one in work.at if one is not None), default=len(work.line.periods))
    span = turning_counts.HORIZON if work.line.kind == "count" else 1
    early = np.array([at.first + span - 1 <= first for at in seen.tried], dtype=bool)
    return np.asarray(seen.statistics[early])


def placebos(
    every: Sequence[Worked], searched: dict[str, Searched], elsewhere: Corridors
) -> pd.DataFrame:
    """Return how often placebos in the real series are beyond the limit of one test."""
    rows = []
    for work in every:
        line = work.line
        limits = turning_null.critical(searched[line.name].laws[EFFECTS[-1]])
        quiet = _quiet(work, searched[line.name])
        tried = [(QUIET, len(quiet), int((quiet > limits[: len(quiet)]).sum()))]
        if line.step == "year":
            distinct = {work.split(number): number for number in work.made}
            pairs = [
                (elsewhere.get((line.name, at.base, at.first), np.empty(0)),
                 work.results["level"][number].limit)
                for at, number in distinct.items()
            ]  # fmt: skip
            tried.append((
                ELSEWHERE, sum(len(one) for one, _ in pairs),
                int(sum((one > limit).sum() for one, limit in pairs)),
            ))  # fmt: skip
        rows += [
            {"series": line.name, "series_label": line.label, "placebo": kind, "number": number,
             "alarms": alarms, "share": alarms / number if number else None, **line.origin}
            for kind, number, alarms in tried
        ]  # fmt: skip
    return pd.DataFrame(rows)


def horizons(every: Sequence[Worked]) -> pd.DataFrame:
    """Return the effects on counts over three, six and twelve periods, outside the family."""
    rows = []
    for work in every:
        line = work.line
        if line.kind != "count":
            continue
        x, _ = data(line)
        for horizon in HORIZONS:
            able = [
                (test, at) for test, at in zip(work.tests, work.at, strict=True)
                if at is not None and turning_counts.reason(line.known, at, horizon) == status.OK
            ]  # fmt: skip
            for name, method in turning_counts.METHODS.items():
                law = turning_null.statistics(
                    line.known, [at for _, at in able], name, SIMULATIONS,
                    seed(line.name, name, horizon), horizon,
                )  # fmt: skip
                for column, (test, at) in enumerate(able):
                    made, here = method(x, at, horizon), law[:, :, [column]]
                    limit = float(turning_null.critical(here)[0])
                    estimate, low, high = interval(line, at, made, limit)
                    p = float(turning_null.p_values(made.statistic[:, None], here)[0, 0])
                    rows.append({
                        "event_id": test.event_id, "date": test.date, "event": test.label,
                        "series": line.name, "method": name, "horizon": horizon, "unit": "ratio",
                        "estimate": estimate, "low": low, "high": high, "p": p, **line.origin,
                    })  # fmt: skip
    return pd.DataFrame(rows)


def counterfactuals(every: Sequence[Worked]) -> pd.DataFrame:
    """Return what each month was, and would have been had the series gone on from before."""
    rows = []
    for work in every:
        line = work.line
        for number in work.made:
            test, at = work.tests[number], work.split(number)
            if (test.event_id, test.series) not in FEATURED:
                continue
            x, _ = data(line)
            middle = float(x[0, at.base])
            for now in range(at.base + 1, min(at.first + max(HORIZONS), len(line.periods))):
                if not line.known[now]:
                    continue
                month = Split(at.base, now)
                law = turning_null.statistics(
                    line.known, [month], "walk", SIMULATIONS, seed(line.name, at, now), 1
                )
                wide = float(turning_null.critical(law)[0])
                wide *= float(turning_counts.walk(x, month, 1).scale[0])
                low, mid, high = np.exp([middle - wide, middle, middle + wide]) - 0.5
                rows.append({
                    "event_id": test.event_id, "date": test.date, "series": line.name,
                    "period": line.periods[now][0][:7], "observed": line.counts[now],
                    "without": float(mid), "low": max(0.0, float(low)), "high": float(high),
                    "left_out": "yes" if now < at.first else "no", **line.origin,
                })  # fmt: skip
    return pd.DataFrame(rows)
