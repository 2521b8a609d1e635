"""What became of one series or corridor: a word for a status column, never a silent NaN."""

from __future__ import annotations

OK = "ok"
TOO_FEW = "too-few-periods"
NO_DECISIONS = "no-decisions"
ALL_NEGATIVE = "all-negative"
ALL_POSITIVE = "all-positive"
BAD_COUNTS = "bad-counts"
NOT_CONVERGED = "not-converged"
ONE_DESTINATION = "one-destination"
FAILED = "failed"
FEW_DECISIONS = "few-decisions"
MISSING_YEARS = "missing-years"
NO_APPEALS = "no-appeals"
APPEAL_GAPS = "appeal-gaps"
STILL_OPEN = "still-open"
UNDIVIDED = "undivided"
UNITS_DIFFER = "units-differ"
NOT_PUBLISHED = "not-published"
ZERO_DENOMINATOR = "zero-denominator"
PARTIAL = "partial"
STAGES_LACKING = "stages-lacking"
NO_PERIODS_AFTER = "no-periods-after"
BROKEN = "break"
MISSING_PERIOD = "period-missing"
NO_LAST = "no-last-period"
FLAT = "flat"
BREAK = "break"
NOT_CALIBRATED = "not-calibrated"
BAD_PERIODS = "bad-periods"
IMPLAUSIBLE = "implausible-counts"

WORDS: dict[str, str] = {
    OK: "fitted",
    TOO_FEW: "too few periods with decisions to fit a trend",
    NO_DECISIONS: "no decisions on the merits in any period",
    ALL_NEGATIVE: "no positive decision in any period: fitted; only an upper limit is told",
    ALL_POSITIVE: "no rejection in any period: fitted; only a lower limit is told",
    BAD_COUNTS: "a count is negative or not a whole number",
    NOT_CONVERGED: "the fit did not settle",
    ONE_DESTINATION: "only one destination or origin, so there is nothing to compare",
    NO_PERIODS_AFTER: "the event is too recent, or the series ends too early, for a test",
    MISSING_PERIOD: "the period before or after the event is missing or covered in part only",
    BROKEN: "a break in the data falls between before and after, so no effect can be told",
    FAILED: "the computation stopped with an error",
    FEW_DECISIONS: "too few decisions on the merits for a share",
    MISSING_YEARS: "a year of first instance is not published",
    NO_APPEALS: "no decisions on appeal are published",
    APPEAL_GAPS: "a year of appeals is not published: the bounds allow any number in it",
    STILL_OPEN: "appeals of the last years are still to come: protection reached so far",
    UNDIVIDED: "first instance and appeal are published undivided",
    UNITS_DIFFER: "counts in cases and in persons cannot be joined",
    NOT_PUBLISHED: "a count that it needs is not published",
    ZERO_DENOMINATOR: "divided by a count of zero",
    PARTIAL: "counts cover a part of the year",
    STAGES_LACKING: "pending at every stage, but not every stage's decisions are published",
    NO_LAST: "the last period has no value, so there is nothing to start from",
    FLAT: "nothing changed in two years, so there is no spread to forecast with",
    BREAK: "the line was broken lately: only its last value is used, not its past",
    BAD_PERIODS: "a period is no whole number, or too far from the others",
    IMPLAUSIBLE: "a count is larger than any authority could decide",
    NOT_CALIBRATED: "the interval did not hold what it promised when tested, so none is shown",
}
"""Each status in words."""
