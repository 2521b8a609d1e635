"""Protection after the appeal: what yearly totals allow, where nobody knows who appealed when.

An appeal granted in year s belongs to somebody refused in some year t <= s, and publishers do not
say which. So the share of a cohort (the persons decided on their merits in the years of a window)
who hold protection in the end is not identified; the yearly totals only bound it.

With P grants and R rejections of the window at first instance, n = P + R, and G persons rejected
in the window and granted protection on appeal by the end of the h-th calendar year after their
rejection, the wanted share is (P + G) / n. The bounds of G are the least and the most over all
ways to assign the published grants on appeal to those who could have received them:

* a person rejected in year t can fill one grant of the years t to t + h;
* grants of the same years may have raised a lesser form of protection to a higher one (at most
  one a person), or answered a rejected repeat application that is counted apart: no new person;
* a share e of each year's grants may come from anywhere else: older rejections, decisions not on
  the merits, applications counted nowhere.

Every person can be served in an unbroken run of years, so the greatest number of grants that a set
of persons can fill is found by serving, year by year, those first whose run ends first (Glover
1967, Naval Research Logistics Quarterly 14; "convex" bipartite matching). The most is the greatest
number that the window's rejected can fill; the least is what all others together cannot fill.
Both ends are reached by some assignment, so without rounding the bounds are sharp (Manski 2003,
Partial Identification of Probability Distributions).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from asylum_report.models import status
from asylum_report.recognition import SHOWN_FROM, Count

HORIZON = 2
"""Calendar years after the year of rejection in which a grant on appeal still counts."""

SLACK = 0.25
"""Share of a year's grants on appeal that may come from outside what is counted."""

UNKNOWN = 10**9
"""Persons in a year whose decisions were not published: as many as it takes."""

NONE = Count(0, 0, 0)


@dataclass(frozen=True)
class Cohort:
    """Decisions on the merits of one year at first instance, in persons.

    Attributes
    ----------
    granted, rejected
        Positive decisions and rejections.
    upgradable
        Those of the grants below refugee status, which an appeal may raise to a higher form.
    elsewhere
        Persons decided on apart from these, whom an appeal can serve too: repeat applications
        rejected, or granted a lesser form, where they are no part of first instance.
    """

    granted: Count
    rejected: Count
    upgradable: Count = NONE
    elsewhere: Count = NONE


@dataclass(frozen=True)
class Cumulative:
    """Protection after appeal of the persons decided on in a window of years; shares are fractions.

    Attributes
    ----------
    n, granted, appeal_grants
        Published decisions on the merits, grants at first instance, and grants on appeal in the
        same years (None where a year is missing).
    first
        Rate at first instance.
    ratio
        Grants of both stages in the window per decision at first instance: the usual figure, which
        takes each year's appeals for that year's rejections.
    bound_low, bound_high
        What the counts, their rounding, the horizon and the slack allow.
    floor, ceiling
        The same without assuming anything on lag or origin: no grant on appeal to a person of the
        window; every one since its first year.
    low, high
        95% interval for the chance behind the decisions, around the bounds.
    followed_to
        Last year whose appeals are used.
    status
        A word of `status.WORDS`.
    """

    n: int | None = None
    granted: int | None = None
    appeal_grants: int | None = None
    first: float | None = None
    ratio: float | None = None
    bound_low: float | None = None
    bound_high: float | None = None
    floor: float | None = None
    ceiling: float | None = None
    low: float | None = None
    high: float | None = None
    followed_to: int | None = None
    status: str = status.OK


def most(persons: Mapping[int, int], grants: Mapping[int, int], horizon: int) -> int:
    """Return the greatest number of grants that these persons can have received.

    Parameters
    ----------
    persons
        Year of decision to the number of persons, each of whom can fill one grant of that year
        or of the `horizon` years after it.
    grants
        Year to the number of grants.
    horizon
        Calendar years, 0 or more.

    Notes
    -----
    Serving those first who can wait least is optimal: exchanging an assignment for one that uses
    the earlier end never leaves a later grant without a person it had.
    """
    left = dict(persons)
    filled = 0
    for year in sorted(grants):
        wanted = grants[year]
        for cohort in range(year - horizon, year + 1):
            served = min(wanted, left.get(cohort, 0))
            if served > 0:
                left[cohort] -= served
                wanted -= served
                filled += served
    return filled


def at_most(
    cohorts: Mapping[int, Cohort],
    appeals: Mapping[int, Count],
    window: range,
    horizon: int,
    end: int,
) -> int:
    """Return the greatest number of rejected persons of the window granted protection on appeal.

    A year between the window's first and `end` whose appeals are missing may hold any number.
    """
    rejected = {year: cohorts[year].rejected.high for year in window}
    grants = {
        year: appeals[year].high if year in appeals else UNKNOWN
        for year in range(window[0], end + 1)
    }
    return most(rejected, grants, horizon)


def at_least(
    cohorts: Mapping[int, Cohort],
    appeals: Mapping[int, Count],
    window: range,
    horizon: int,
    end: int,
    slack: float = 0.0,
) -> int:
    """Return the smallest number of rejected persons of the window granted protection on appeal.

    Everybody else is served first: persons of other years, those whose lesser protection an appeal
    raised, and the `slack`. A year that was not published may hold any number of persons.
    """
    grants = {
        year: appeals[year].low - int(slack * appeals[year].low)
        for year in range(window[0], end + 1)
        if year in appeals
    }
    others = {}
    for year in range(window[0] - horizon, end + 1):
        if year not in cohorts:
            others[year] = UNKNOWN
            continue
        one = cohorts[year]
        others[year] = one.upgradable.high + one.elsewhere.high
        if year not in window:
            others[year] += one.rejected.high
    return sum(grants.values()) - most(others, grants, horizon)


def jeffreys(positive: float, n: float, design_effect: float = 1.0) -> tuple[float, float]:
    """Return the 95% Jeffreys interval of a share, of `n` decisions worth ``n / design_effect``.

    The lower limit is 0 without positives, the upper 1 without negatives. Source: Brown, Cai and
    DasGupta (2001), Statistical Science 16; design effect: Kish (1965), Survey Sampling.
    """
    from scipy.special import betaincinv

    x, y = positive / design_effect, (n - positive) / design_effect
    low = 0.0 if x <= 0 else float(betaincinv(x + 0.5, y + 0.5, 0.025))
    high = 1.0 if y <= 0 else float(betaincinv(x + 0.5, y + 0.5, 0.975))
    return low, high


def cumulative(
    cohorts: Mapping[int, Cohort],
    appeals: Mapping[int, Count],
    window: range,
    *,
    horizon: int = HORIZON,
    slack: float = SLACK,
    design_effect: float = 1.0,
) -> Cumulative:
    """Bound the share of a window's persons who hold protection after appeal.

    Parameters
    ----------
    cohorts
        Year to decisions at first instance, also of the years before the window, where published.
    appeals
        Year to grants on appeal.
    window
        Years of decision, without gaps.
    horizon
        Calendar years after the year of rejection up to which a grant on appeal counts.
    slack
        Share of each year's grants on appeal that may come from outside (0 to 1).
    design_effect
        How many decisions are worth one independent draw: 1 independent; families and offices
        make it 2 to 4 in BAMF's months.

    Returns
    -------
    Cumulative
        With ``status`` instead of shares where they cannot be had: no decisions, a year of the
        window missing, too few decisions. Where a year of appeals is missing the bounds allow for
        any number in it, there is no ratio, and ``status`` says so; where the last published year
        comes before the horizon's end, the share is that reached by then.

    Raises
    ------
    ValueError
        If the window is empty, the horizon negative, the slack no share, or the design effect
        not positive.
    """
    if not len(window) or window.step != 1 or horizon < 0 or not 0 <= slack <= 1:
        raise ValueError(f"no window, horizon or slack: {window}, {horizon}, {slack}")
    if not design_effect > 0:
        raise ValueError(f"no design effect: {design_effect}")
    if not any(year in appeals for year in window):
        return Cumulative(status=status.NO_APPEALS)
    if any(year not in cohorts for year in window):
        return Cumulative(status=status.MISSING_YEARS)
    newest = max(max(appeals), max(cohorts))
    end = min(window[-1] + horizon, newest)
    granted = sum((cohorts[year].granted for year in window), NONE)
    rejected = sum((cohorts[year].rejected for year in window), NONE)
    n = granted.value + rejected.value
    gaps = any(year not in appeals for year in range(window[0], end + 1))
    same = None if gaps else sum(appeals[year].value for year in window)
    if n == 0:
        return Cumulative(n=0, granted=0, appeal_grants=same, status=status.NO_DECISIONS)
    if n < SHOWN_FROM:
        return Cumulative(
            n=n, granted=granted.value, appeal_grants=same, followed_to=end,
            status=status.FEW_DECISIONS,
        )  # fmt: skip
    least = at_least(cohorts, appeals, window, horizon, end, slack)
    greatest = at_most(cohorts, appeals, window, horizon, end)
    any_lag = at_most(cohorts, appeals, window, newest - window[0], newest)
    # The corners of rounding: fewest grants among most persons, and the other way round. A cap of
    # the upper corner (everybody rejected was granted) is taken at the most persons.
    fewest, most_persons = granted.low, granted.low + rejected.high
    largest, fewest_persons = granted.high, max(1, granted.high + rejected.low)
    bound_low = min(1.0, (fewest + least) / most_persons)
    bound_high = min(1.0, (largest + greatest) / fewest_persons)
    low = jeffreys(bound_low * most_persons, most_persons, design_effect)[0]
    high = jeffreys(bound_high * fewest_persons, fewest_persons, design_effect)[1]
    return Cumulative(
        n=n, granted=granted.value, appeal_grants=same,
        first=granted.value / n,
        ratio=None if same is None else (granted.value + same) / n,
        bound_low=bound_low, bound_high=bound_high,
        floor=fewest / most_persons,
        ceiling=min(1.0, (largest + any_lag) / fewest_persons),
        low=min(bound_low, low),
        high=max(bound_high, high),
        followed_to=end,
        status=status.APPEAL_GAPS if gaps
        else status.STILL_OPEN if end < window[-1] + horizon else status.OK,
    )  # fmt: skip
