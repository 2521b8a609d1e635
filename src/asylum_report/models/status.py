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

WORDS: dict[str, str] = {
    OK: "fitted",
    TOO_FEW: "too few periods with decisions to fit a trend",
    NO_DECISIONS: "no decisions on the merits in any period",
    ALL_NEGATIVE: "no positive decision in any period: fitted; only an upper limit is told",
    ALL_POSITIVE: "no rejection in any period: fitted; only a lower limit is told",
    BAD_COUNTS: "a count is negative or not a whole number",
    NOT_CONVERGED: "the fit did not settle",
    ONE_DESTINATION: "only one destination or origin, so there is nothing to compare",
    FAILED: "the computation stopped with an error",
}
"""Each status in words."""
