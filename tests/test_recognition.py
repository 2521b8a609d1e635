"""Definitions, bounds and intervals of a single rate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asylum_report.errors import UnknownName
from asylum_report.recognition import DEFINITIONS, SHOWN_FROM, Count, rate


def exact(**outcomes: int) -> dict[str, Count]:
    return {name: Count.published(value) for name, value in outcomes.items()}


# UNHCR's Germany 2023 and 2025, first and repeat together: the figures BAMF prints.
GERMANY_2023 = exact(refugee=368, complementary=112, rejected=1178, closed=3588)
GERMANY_2025 = exact(refugee=355, complementary=173, rejected=7117, closed=3461)


def test_germany_2023_by_three_definitions():
    protection, overall, refugee = (
        rate(GERMANY_2023, name) for name in ("protection", "overall", "refugee")
    )
    assert (protection.numerator, protection.n) == (480, 1658)
    assert protection.value == pytest.approx(0.2895, abs=5e-5)
    assert (overall.numerator, overall.n) == (480, 5246)
    assert overall.value == pytest.approx(0.0915, abs=5e-5)
    assert (refugee.numerator, refugee.n) == (368, 1658)
    assert refugee.value == pytest.approx(0.2220, abs=5e-5)


def test_jeffreys_interval_of_a_published_example():
    # scipy.stats.beta.ppf([0.025, 0.975], 480.5, 1178.5)
    worked = rate(GERMANY_2023)
    assert (worked.low, worked.high) == (
        pytest.approx(0.268056, abs=1e-6),
        pytest.approx(0.311689, abs=1e-6),
    )


def test_the_eu_definition_is_not_to_be_had_where_other_protection_is_undivided():
    worked = rate(GERMANY_2023, "eu")
    assert worked.value is None
    assert worked.reason == "subsidiary and humanitarian protection are published undivided"


def test_the_eu_definition_from_bamfs_own_parts():
    # AIDA for 2023: 368 refugee, 104 subsidiary, 8 removal ban, 1,178 rejected.
    worked = rate(exact(refugee=368, subsidiary=104, humanitarian=8, rejected=1178), "eu")
    assert worked.value == pytest.approx(472 / 1658)


def test_below_20_only_counts_below_50_marked():
    few = rate(exact(refugee=9, rejected=10))
    assert (few.value, few.numerator, few.n, few.reason) == (None, 9, 19, "fewer than 20 decisions")
    some = rate(exact(refugee=10, rejected=39))
    assert some.value == pytest.approx(10 / 49)
    assert some.marked
    assert not rate(exact(refugee=10, rejected=40)).marked


def test_rounding_to_5_widens_bounds_and_interval():
    rounded = rate({"refugee": Count.published(20, 5), "rejected": Count.published(80, 5)})
    assert (rounded.bound_low, rounded.bound_high) == (18 / (18 + 82), 22 / (22 + 78))
    plain = rate(exact(refugee=20, rejected=80))
    assert rounded.low < plain.low
    assert rounded.high > plain.high


def test_a_publisher_without_closed_decisions_prints_total_as_positive_and_rejected():
    sums = {"positive": Count.published(1320, 5), "total": Count.published(16705, 5)}
    worked = rate(sums)
    assert (worked.numerator, worked.n) == (1320, 16705)
    assert worked.value == pytest.approx(0.0790, abs=5e-5)
    assert rate(sums, "overall").reason == "closed decisions not published"


def test_what_was_not_published_is_missing_and_not_zero():
    worked = rate(exact(refugee=100))
    assert (worked.numerator, worked.n, worked.value) == (None, None, None)


def test_parts_that_cannot_make_up_the_published_positives_give_no_rate():
    worked = rate(exact(refugee=10, positive=60, rejected=40))
    assert worked.reason == "some forms of protection not published apart"


def test_missing_rejections_are_said():
    assert rate(exact(refugee=100)).reason == "rejections not published"
    assert rate(exact(rejected=100)).reason == "positive decisions by outcome not published"


def test_unknown_definition_names_those_there_are():
    with pytest.raises(UnknownName, match="protection, refugee, eu, overall"):
        rate(GERMANY_2023, "recognition")


def test_negative_count_is_refused():
    with pytest.raises(ValueError, match="-1"):
        Count.published(-1)


counts = st.fixed_dictionaries(
    {
        name: st.builds(Count.published, st.integers(0, 4000), st.sampled_from([1, 5, 10]))
        for name in ("refugee", "subsidiary", "humanitarian", "rejected", "closed")
    }
)
names = st.sampled_from(list(DEFINITIONS))


@given(counts, names)
def test_a_rate_lies_in_its_bounds_and_bounds_in_its_interval(drawn, name):
    worked = rate(drawn, name)
    if worked.value is None:
        assert worked.reason
        assert worked.n < SHOWN_FROM
        return
    assert 0 <= worked.low <= worked.bound_low <= worked.value
    assert worked.value <= worked.bound_high <= worked.high <= 1


@given(counts, names, st.integers(1, 500))
def test_more_refugees_raise_and_more_rejections_lower_every_rate(drawn, name, more):
    worked = rate(drawn, name)
    if worked.value is None:
        return
    up = rate({**drawn, "refugee": drawn["refugee"] + Count.published(more)}, name)
    down = rate({**drawn, "rejected": drawn["rejected"] + Count.published(more)}, name)
    for end in ("value", "bound_low", "bound_high", "low", "high"):
        assert getattr(up, end) >= getattr(worked, end) - 1e-12
        assert getattr(down, end) <= getattr(worked, end) + 1e-12


@given(counts)
def test_definitions_are_ordered(drawn):
    worked = {name: rate(drawn, name) for name in DEFINITIONS}
    if worked["protection"].value is None:
        return
    assert worked["refugee"].value <= worked["eu"].value <= worked["protection"].value
    assert worked["overall"].value <= worked["protection"].value


@given(counts, st.integers(0, 10_000))
def test_a_closed_decision_never_moves_protection_and_lowers_overall(drawn, more):
    closed = {**drawn, "closed": drawn["closed"] + Count.published(more)}
    for name in ("protection", "refugee", "eu"):
        assert rate(closed, name) == rate(drawn, name)
    before, after = rate(drawn, "overall"), rate(closed, "overall")
    assert before.value is None or after.value <= before.value


@given(st.integers(0, 10_000), st.sampled_from([1, 5, 10, 100]))
def test_the_published_count_lies_in_its_rounding_interval(value, base):
    counted = Count.published(value, base)
    assert 0 <= counted.low <= value <= counted.high
    assert counted.high - value == base // 2
