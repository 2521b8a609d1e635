"""One series and the events tested in it: what can be tested, the statistics, and their laws."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from asylum_report.analyses.turning_reference import Test
from asylum_report.analyses.turning_series import Line
from asylum_report.models import (
    status,
    turning_counts,
    turning_dates,
    turning_null,
    turning_rates,
)
from asylum_report.models.turning_dates import Split
from asylum_report.models.turning_gls import Effects

Array = NDArray[np.float64]

SEED = 20260101
SIMULATIONS = 10_000
RATE_SIMULATIONS = 4_000
LEVEL = 0.05
EFFECTS = (1.0, 2.0, 4.0)
"""Design effects reckoned with: how decisions hang together within a year cannot be told from
yearly figures, and BAMF's months show two to four. The least favourable counts."""
THIN = {"count": slice(0, None, 2), "rate": slice(0, None, 2)}
"""The laws without heavy tails."""


@dataclass(frozen=True)
class Result:
    """What was found at one date of one series."""

    effects: Effects
    limit: float
    """The statistic that is exceeded with chance `LEVEL` where nothing happened."""
    p: float
    p_thin: float
    """p if changes were normal: jumps of a heavy-tailed walk are not reckoned with."""
    design_effect: float | None = None
    others: tuple[float, ...] = ()
    """p at each of `EFFECTS`."""


@dataclass
class Worked:
    """A series with its tests and what they gave."""

    line: Line
    tests: list[Test]
    at: list[Split | None]
    told: list[str]
    results: dict[str, dict[int, Result]] = field(default_factory=dict)
    """By method and number of the test; those that could be made."""
    law: Array | None = None
    """Of the statistics of all tests that could be made, for the family of tests."""

    def split(self, number: int) -> Split:
        """Return where a test that could be made divides the series."""
        at = self.at[number]
        assert at is not None
        return at

    @property
    def made(self) -> list[int]:
        """Return the tests that could be made."""
        return [number for number, told in enumerate(self.told) if told == status.OK]


def seed(*names: object) -> np.random.SeedSequence:
    """Return the seed of one simulation, by its name."""
    return np.random.SeedSequence([SEED, zlib.crc32("/".join(map(str, names)).encode())])


def data(line: Line, effect: float = EFFECTS[-1]) -> tuple[Array, Array]:
    """Return a series as one row of logarithms or logits, and the variances of the latter."""
    if line.kind == "count":
        return turning_counts.logs(line.counts)[None], np.zeros(len(line.periods))
    variance = turning_rates.noise(line.counts, line.rejected, effect, line.base)
    return turning_rates.logits(line.counts, line.rejected)[None], variance


def reason(line: Line, test: Test, at: Split | None) -> str:
    """Return the status of a test."""
    if turning_counts.bad(line.counts) or turning_counts.bad(line.rejected):
        return status.BAD_COUNTS
    if at is None:
        later = test.date > line.periods[-1][1]
        return status.NO_PERIODS_AFTER if later else status.TOO_FEW
    if line.kind == "count":
        return turning_counts.reason(line.known, at)
    return turning_rates.reason(line.known, at, line.breaks)


def worked(line: Line, tests: list[Test]) -> Worked:
    """Return a series with every test of it that can be made."""
    at = [turning_dates.split(one.date, one.precision, line.periods) for one in tests]
    told = [reason(line, test, one) for test, one in zip(tests, at, strict=True)]
    work = Worked(line, tests, at, told)
    splits = [work.split(number) for number in work.made]
    if not splits:
        return work
    if line.kind == "rate":
        _rates(work, splits)
        return work
    x, _ = data(line)
    for name, method in turning_counts.METHODS.items():
        law = turning_null.statistics(line.known, splits, name, SIMULATIONS, seed(line.name, name))
        effects = [method(x, one) for one in splits]
        results = _results(effects, law, line.kind)
        work.results[name] = dict(zip(work.made, results, strict=True))
        if name == "level":
            work.law = law
    return work


def _results(effects: Sequence[Effects], law: Array, kind: str) -> list[Result]:
    observed = np.array([[one.statistic[0] for one in effects]])
    p = turning_null.p_values(observed, law)[0]
    thin = turning_null.p_values(observed, law[THIN[kind]])[0]
    limits = turning_null.critical(law, LEVEL)
    return [
        Result(one, float(limits[at]), float(p[at]), float(thin[at]))
        for at, one in enumerate(effects)
    ]


def _rates(work: Worked, splits: list[Split]) -> None:
    """Test a rate under each design effect and keep for each date the least favourable."""
    line = work.line
    found = []
    for effect in EFFECTS:
        y, variance = data(line, effect)
        law = turning_rates.laws(
            variance, splits, RATE_SIMULATIONS, seed(line.name, effect), line.breaks,
            known=line.known,
        )  # fmt: skip
        effects = turning_rates.rate_levels(y, variance, splits, line.breaks)
        found.append(_results(effects, law, line.kind))
        # That of any one design effect bounds the smallest of the least favourable p values.
        work.law = law
    kept = {}
    for place, number in enumerate(work.made):
        each = [results[place] for results in found]
        worst = int(np.argmax([one.p for one in each]))
        one = each[worst]
        kept[number] = Result(
            one.effects, one.limit, one.p, max(each_one.p_thin for each_one in each),
            EFFECTS[worst], tuple(each_one.p for each_one in each),
        )  # fmt: skip
    work.results["level"] = kept


def interval(line: Line, at: Split, made: Effects, limit: float) -> tuple[float, float, float]:
    """Return effect with interval: a ratio of counts, or a difference of shares.

    Parameters
    ----------
    line
        The series.
    at
        The date.
    made
        Effect and standard error in logarithms or logits.
    limit
        Standard errors to either side.
    """
    effect, wide = float(made.effect[0]), limit * float(made.scale[0])
    ends = np.array([effect, effect - wide, effect + wide])
    if line.kind == "count":
        found = np.exp(ends)
    else:
        now = float(data(line)[0][0, at.first])
        found = turning_rates.share(now) - turning_rates.share(now - ends)
    return float(found[0]), float(found[1]), float(found[2])
