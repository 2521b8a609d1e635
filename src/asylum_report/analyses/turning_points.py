"""Did a dated event change anything? Every test that was fixed beforehand, and a search.

Steps are told from a series' own movements by `models.turning_counts` (applications, encounters)
and `models.turning_rates` (recognition rates); the law of each statistic where nothing happened is
simulated on the grid of the very series (`models.turning_null`). The p value of an event is
adjusted for every event and series tested here together; the search for every date of every
series.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asylum_report.analyses import turning_others, turning_reference, turning_series
from asylum_report.analyses.turning_tests import (
    EFFECTS,
    LEVEL,
    THIN,
    Worked,
    interval,
    worked,
)
from asylum_report.models import status, turning_counts, turning_null

Array = NDArray[np.float64]

STANDS_OUT = "stands-out"
ALONE = "alone"
NOISE = "noise"
UNTESTED = "untested"
VERDICTS = {
    STANDS_OUT: "beyond noise, with every test made reckoned with",
    ALONE: "beyond noise if it were the only test; not among all of them",
    NOISE: "cannot be told from noise",
    UNTESTED: "not tested",
}

COLUMNS = (
    "event_id", "date", "precision", "event", "series", "series_label", "kind", "step", "expected",
    "why", "before", "after", "value_before", "value_after", "horizon", "unit", "status",
    "verdict", "as_expected", "estimate", "low", "high", "p", "p_adjusted", "p_normal",
    "p_adjusted_normal", "tests", "walk_estimate", "walk_low", "walk_high", "walk_p",
    "design_effect", "p_effect_1", "p_effect_2", "p_effect_4", "placebo", "placebo_n",
    "placebo_share", "overlaps", "source", "dataset", "vintage", "definition", "stage",
)  # fmt: skip


def compute() -> dict[str, pd.DataFrame]:
    """Return the tests, their horizons, the search, the placebos and counterfactuals by month."""
    reference = turning_reference.read()
    lines = [turning_series.read(name, about) for name, about in reference.series.items()]
    every = [
        worked(line, [test for test in reference.tests if test.series == line.name])
        for line in lines
    ]
    searched = {line.name: turning_others.search(line) for line in lines}
    elsewhere = turning_others.corridors(every, reference)
    rows = points(every)
    for row, work, number in rows:
        if work.told[number] == status.OK:
            seen = searched[work.line.name]
            row |= turning_others.placebo(work, number, seen, elsewhere)
    table = pd.DataFrame([row for row, *_ in rows]).reindex(columns=list(COLUMNS))
    table = table.sort_values(["date", "event_id", "series"], kind="stable")
    return {
        "turning_points": table.reset_index(drop=True),
        "turning_horizons": turning_others.horizons(every),
        "turning_search": turning_others.found_by_search(every, searched),
        "turning_placebos": turning_others.placebos(every, searched, elsewhere),
        "turning_counterfactual": turning_others.counterfactuals(every),
    }


def points(every: Sequence[Worked]) -> list[tuple[dict[str, Any], Worked, int]]:
    """Return a row for each test, made or not, with its series and its number there."""
    kept = [(work.law, THIN[work.line.kind]) for work in every if work.law is not None]
    least = [turning_null.smallest(law) for law, _ in kept]
    thin = [turning_null.smallest(law[laws]) for law, laws in kept]
    family = sum(len(work.made) for work in every)
    rows = []
    for work in every:
        line = work.line
        for number, test in enumerate(work.tests):
            at = work.at[number]
            row: dict[str, Any] = {
                "event_id": test.event_id, "date": test.date, "precision": test.precision,
                "event": test.label, "series": line.name, "series_label": line.label,
                "kind": line.kind, "step": line.step, "expected": test.expected,
                "why": test.why,
                "before": line.periods[at.base][0] if at and at.base >= 0 else "",
                "after": line.periods[at.first][0] if at and at.first < len(line.periods) else "",
                "horizon": _horizon(work),
                "unit": "ratio" if line.kind == "count" else "points",
                "status": work.told[number], "verdict": UNTESTED, "tests": family,
                "overlaps": " ".join(overlaps(work, number)), **line.origin,
            }  # fmt: skip
            if number in work.made:
                row |= _tested(work, number, least, thin)
            rows.append((row, work, number))
    return rows


def _horizon(work: Worked) -> int:
    return turning_counts.HORIZON if work.line.kind == "count" else 1


def _tested(
    work: Worked, number: int, least: Sequence[Array], thin: Sequence[Array]
) -> dict[str, Any]:
    line, at = work.line, work.split(number)
    found: dict[str, Any] = {}
    for name, prefix in (("level", ""), ("walk", "walk_")):
        if name in work.results:
            one = work.results[name][number]
            ends = interval(line, at, one.effects, one.limit)
            keys = ("estimate", "low", "high", "p")
            found |= {f"{prefix}{k}": v for k, v in zip(keys, (*ends, one.p), strict=True)}
    one = work.results["level"][number]
    adjusted, normal = (
        float(turning_null.across([turning_null.within(np.array([p]), law) for law in laws])[0])
        for p, laws in ((one.p, least), (one.p_thin, thin))
    )
    found |= {
        "p_adjusted": adjusted, "p_normal": one.p_thin, "p_adjusted_normal": normal,
        "design_effect": one.design_effect,
        **{f"p_effect_{e:.0f}": p for e, p in zip(EFFECTS, one.others, strict=False)},
    }  # fmt: skip
    found["verdict"] = STANDS_OUT if adjusted <= LEVEL else ALONE if one.p <= LEVEL else NOISE
    rising = found["estimate"] > (1 if line.kind == "count" else 0)
    expected = work.tests[number].expected
    if found["verdict"] != NOISE and expected != "either":
        found["as_expected"] = "yes" if rising == (expected == "up") else "no"
    after = slice(at.first, at.first + _horizon(work))
    scale = np.ones(len(line.counts)) if line.kind == "count" else line.counts + line.rejected
    values = line.counts / scale
    return found | {"value_before": values[at.base], "value_after": values[after].mean()}


def overlaps(work: Worked, number: int) -> list[str]:
    """Return the other events that fall among the periods compared: they cannot be told apart."""
    at = work.at[number]
    if at is None:
        return []
    last = _horizon(work) - 1
    return [
        test.event_id
        for other, (test, one) in enumerate(zip(work.tests, work.at, strict=True))
        if other != number and one is not None
        and one.base < at.first + last and one.first + last > at.base
    ]  # fmt: skip
