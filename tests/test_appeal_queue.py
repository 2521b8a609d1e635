"""The queue: ratios worked out by hand, what is missing said, and published figures."""

from __future__ import annotations

import pytest

from asylum_report import results
from asylum_report.analyses import queue as analysis
from asylum_report.models import queue, status
from asylum_report.recognition import Count

exact = Count.published


def test_months_of_work_and_clearance_by_hand():
    assert queue.months_of_work(exact(600), exact(1200)).value == 6.0
    # 600 in six months is 100 a month.
    assert queue.months_of_work(exact(600), exact(600), months=6).value == 6.0
    assert queue.clearance(exact(150), exact(100)).value == 1.5
    assert queue.months_of_work(exact(0), exact(50)).value == 0.0


def test_rounding_bounds_both_counts():
    found = queue.clearance(exact(10, 5), exact(5, 5))
    assert (found.low, found.value, found.high) == (8 / 7, 2.0, 4.0)
    # A published 5 is at least 3, a published 0 may be none: no upper limit.
    assert queue.ratio(exact(10), Count(1, 0, 3)).high is None


@pytest.mark.parametrize(
    ("numerator", "denominator", "word"),
    [
        (None, exact(5), status.NOT_PUBLISHED),
        (exact(5), None, status.NOT_PUBLISHED),
        (exact(5), exact(0, 5), status.ZERO_DENOMINATOR),
    ],
)
def test_what_is_missing_or_zero_is_said(numerator, denominator, word):
    found = queue.months_of_work(numerator, denominator)
    assert (found.value, found.low, found.high) == (None, None, None)
    assert found.status == word
    assert word in status.WORDS


@pytest.mark.parametrize("months", [0, -6, float("nan")])
def test_a_period_without_length_is_refused(months):
    with pytest.raises(ValueError, match="no period"):
        queue.months_of_work(exact(5), exact(5), months)


def decision(stage="first", level="FI", outcome="total", count=100, **more):
    return {
        "source": "UNHCR", "dataset": "unhcr-asylum-decisions", "vintage": "2026-06-25",
        "origin": "RUS", "destination": "FRA", "authority": "OFPRA", "level": level,
        "stage": stage, "unit": "persons", "period_start": "2024-01-01",
        "period_end": "2024-12-31", "outcome": outcome, "count": count, "rounding_base": "1",
        "status": "complete", "note": "", **more,
    }  # fmt: skip


def application(kind="first", count=100, **more):
    return {**decision(count=count), "kind": kind, **more}


def entry(decisions, applications, stock=None, before=None):
    (((_, year), one),) = analysis.collect(decisions, applications).items()
    return analysis.entry("FRA", year, one, stock, before, "all")


def stock(count, day="2024-12-31"):
    return {"count": count, "rounding_base": "1", "date": day, "population": "asylum-seekers"}


def test_appeals_count_for_months_of_work_and_not_for_clearance():
    found = entry(
        [decision(count=240), decision("appeal", "AR", count=60)],
        [application(count=120)], stock(200), stock(150, "2023-12-31"),
    )  # fmt: skip
    assert found["clearance"] == 2.0
    assert found["months_of_work"] == pytest.approx(8.0)
    assert found["months_first_only"] == pytest.approx(10.0)
    assert found["months_status"] == status.OK
    assert (found["change_pending"], found["applications_less_decisions"]) == (50, -120)
    assert found["unexplained"] == 170


def test_repeat_applications_without_decisions_of_their_own_give_a_range():
    found = entry([decision(count=240)], [application(count=120), application("repeat", 80)])
    assert found["clearance"] == pytest.approx(1.2)
    assert found["clearance_high"] == pytest.approx(2.0)
    assert "not published apart" in found["note"]


def test_stages_that_lack_and_units_that_differ_are_named():
    found = entry([decision(count=240)], [application()], stock(200))
    assert found["months_status"] == status.STAGES_LACKING
    mixed = entry([decision(unit="cases")], [application()], stock(200))
    assert mixed["months_status"] == mixed["clearance_status"] == status.UNITS_DIFFER
    assert mixed["clearance"] is mixed["months_of_work"] is None
    undivided = entry([decision("first+appeal", "FA")], [application()], stock(200))
    assert undivided["months_status"] == undivided["clearance_status"] == status.UNDIVIDED
    assert entry([decision()], [])["clearance_status"] == status.NOT_PUBLISHED


def test_parts_stand_in_for_a_total_and_a_missing_part_is_no_zero():
    parts = [decision(outcome=o, count=c) for o, c in (("refugee", 10), ("rejected", 20))]
    assert entry(parts, [application()])["decisions"] is None
    closed = [*parts, decision(outcome="closed", count=5)]
    assert entry(closed, [application()])["decisions"] == 35


@pytest.fixture(scope="module")
def table():
    return results.read("queue")


def one(frame, **wanted):
    for column, value in wanted.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_germany_2023_from_published_counts(table):
    row = one(table, destination="DEU", year=2023, authority="all")
    # BAMF decided 5,246 (AIDA); first applications 7,663 and repeat ones 1,365.
    assert (row["decisions"], row["applications"], row["pending"]) == (5246, 9028, 11052)
    assert row["clearance"] == pytest.approx(5246 / 9028, abs=1e-6)
    assert row["months_of_work"] == pytest.approx(12 * 11052 / (5246 + 4569), rel=1e-5)
    bamf = one(table, destination="DEU", year=2023, authority="BAMF")
    # 5,703 pending at BAMF at the end of 2023 (AIDA, from BAMF).
    assert bamf["months_of_work"] == pytest.approx(12 * 5703 / 5246, rel=1e-5)
    assert "two publishers" in bamf["note"]


def test_the_half_year_of_the_united_states_is_divided_by_six(table):
    row = one(table, destination="USA", year=2024, authority="all")
    assert row["months_covered"] == 6
    assert row["months_status"] == row["clearance_status"] == status.PARTIAL
    # 2,932 (courts) + 1,930 (USCIS) + 298 (code AR) in about January to June.
    assert row["months_of_work"] == pytest.approx(6 * 83631 / (2932 + 1930 + 298), rel=1e-5)
    assert row["period_end"] == "2024-06-30"
    courts = one(table, destination="USA", year=2023, authority="EOIR")
    assert courts["clearance"] == pytest.approx(2799 / 27231, abs=1e-6)
    assert courts["pending"] != courts["pending"]  # not published by authority


def test_cases_and_persons_are_not_joined(table):
    row = one(table, destination="USA", year=2019, authority="all")
    assert row["months_status"] == row["clearance_status"] == status.UNITS_DIFFER


def test_bamf_years_are_whole_and_its_own(table):
    rows = table[table["source"] == "BAMF"]
    assert list(rows["year"]) == list(range(2015, 2021))  # 2021 ends in November
    row = one(table, source="BAMF", year=2020)
    assert row["pending"] == 365 + 227
    assert row["months_status"] == status.OK


def test_no_value_without_a_status_and_no_status_without_a_word(table):
    for value, word in (("clearance", "clearance_status"), ("months_of_work", "months_status")):
        assert set(table[word]) <= status.WORDS.keys()
        none = {status.NOT_PUBLISHED, status.ZERO_DENOMINATOR, status.UNITS_DIFFER}
        assert (table[value].isna() == table[word].isin(none)).all()
