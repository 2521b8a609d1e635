"""Adding decisions: what may be added, what raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asylum_report.corridors import default_rows, groups, period, rate_rows, stage_name, worst
from asylum_report.errors import OverlapError


def rows(stage: str, level: str, destination: str = "DEU", status: str = "complete", **outcomes):
    return [
        {
            "source": "UNHCR", "dataset": "unhcr-asylum-decisions", "vintage": "2026-06-25",
            "origin": "RUS", "destination": destination, "authority": "BAMF", "unit": "persons",
            "period_start": "2023-01-01", "period_end": "2023-12-31", "stage": stage,
            "level": level, "outcome": outcome, "count": count, "rounding_base": 1,
            "status": status, "note": "",
        }
        for outcome, count in outcomes.items()
    ]  # fmt: skip


FIRST = rows("first", "FI", refugee=314, complementary=64, rejected=994, closed=2867)
REPEAT = rows("repeat", "RA", refugee=54, complementary=48, rejected=184, closed=721)
COURTS = rows("appeal", "JR", refugee=78, complementary=224, rejected=1438, closed=2829)


def test_first_and_repeat_add_up_to_bamfs_published_figures():
    (added,) = rate_rows(FIRST + REPEAT)
    assert added["stage"] == "first+repeat"
    assert added["levels"] == "FI+RA"
    assert [added[k] for k in ("refugee", "complementary", "rejected", "closed")] == [
        368,
        112,
        1178,
        3588,
    ]
    assert added["rate"] == pytest.approx(0.2895, abs=5e-5)


def test_first_instance_and_court_cannot_be_added():
    with pytest.raises(OverlapError, match="appeal and first overlap and cannot be added"):
        rate_rows(FIRST + COURTS)


@given(
    st.sets(st.sampled_from(["first", "repeat", "appeal", "first+appeal", "special"]), min_size=2)
)
def test_only_first_and_repeat_may_be_added(stages):
    if stages == {"first", "repeat"}:
        assert stage_name(stages) == "first+repeat"
    else:
        with pytest.raises(OverlapError):
            stage_name(stages)


def test_default_rows_keep_first_and_repeat_for_germany_and_first_elsewhere():
    france = rows("first", "FI", "FRA", refugee=918) + rows("repeat", "RA", "FRA", refugee=1)
    kept = default_rows(FIRST + REPEAT + COURTS + france)
    assert {(row["destination"], row["level"]) for row in kept} == {
        ("DEU", "FI"), ("DEU", "RA"), ("FRA", "FI"),
    }  # fmt: skip


def test_undivided_first_instance_and_appeal_stands_in_where_there_is_nothing_else():
    austria = rows("first+appeal", "FA", "AUT", refugee=30, rejected=10)
    (only,) = rate_rows(default_rows(austria))
    assert only["stage"] == "first+appeal"
    cyprus = rows("first+appeal", "FA", "CYP", refugee=30) + rows("first", "FI", "CYP", refugee=5)
    assert {row["level"] for row in default_rows(cyprus)} == {"FI"}


def test_an_outcome_that_one_stage_does_not_publish_leaves_no_rate():
    (added,) = rate_rows(
        rows("first", "FI", refugee=30, complementary=5, rejected=60, closed=1)
        + rows("repeat", "RA", refugee=30, rejected=60, closed=1)
    )
    assert added["rate"] is None
    assert added["reason"] == "complementary not published for every stage"


def test_missing_count_is_missing_and_not_zero():
    (added,) = groups(rows("first", "FI", refugee=30, rejected=None))
    assert "rejected" not in added["counts"]
    (worked,) = rate_rows(rows("first", "FI", refugee=30, rejected=None))
    assert (worked["rate"], worked["reason"]) == (None, "rejections not published")


def test_levels_of_appeal_cannot_be_added():
    with pytest.raises(OverlapError, match="levels AR and JR of stage appeal"):
        rate_rows(COURTS + rows("appeal", "AR", refugee=1, rejected=30))


def test_a_row_that_allows_no_rate_gives_none_and_says_why():
    barred = [{**row, "note": "no rate: rejections were hardly recorded"} for row in FIRST]
    (worked,) = rate_rows(barred)
    assert (worked["rate"], worked["n"]) == (None, None)
    assert worked["reason"] == "rejections were hardly recorded"
    assert worked["rejected"] == 994


def test_a_period_is_written_as_people_do():
    assert period("2023-01-01", "2023-12-31") == "2023"
    assert period("2008-01-01", "2013-12-31") == "2008-2013"
    assert period("2021-03-01", "2021-03-31") == "2021-03"
    assert period("2022-10-01", "2023-09-30") == "2022-10-01 to 2023-09-30"


def test_the_status_that_warns_most_wins():
    assert worst(["complete", "partial", "break"]) == "partial"
    (added,) = groups(FIRST + rows("repeat", "RA", status="partial", refugee=1))
    assert added["status"] == "partial"


def test_other_sources_authorities_and_units_stay_apart():
    cases = [{**row, "unit": "cases"} for row in FIRST]
    court = [{**row, "authority": "EOIR"} for row in FIRST]
    bamf = [{**row, "source": "BAMF"} for row in FIRST]
    assert len(groups(FIRST + cases + court + bamf)) == 4


def test_years_that_are_given_one_period_are_pooled():
    earlier = rows("first", "FI", refugee=10, rejected=30)
    later = rows("first", "FI", refugee=5, rejected=60)
    (pooled,) = rate_rows(earlier + later)
    assert (pooled["refugee"], pooled["rejected"], pooled["n"]) == (15, 90, 105)
    gap = rows("first", "FI", refugee=5, rejected=None)
    (unknown,) = rate_rows(earlier + gap)
    assert (unknown["rate"], unknown["reason"]) == (None, "rejections not published")
