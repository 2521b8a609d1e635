"""Protection after appeal: bounds by hand, over every allocation, and on the data."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from asylum_report import results
from asylum_report.models import appeal, status
from asylum_report.models.appeal import Cohort, cumulative, jeffreys, most
from asylum_report.recognition import Count

exact = Count.published


def cohort(granted, rejected, upgradable=0, elsewhere=0):
    return Cohort(exact(granted), exact(rejected), exact(upgradable), exact(elsewhere))


def grants(**years):
    return {int(name[1:]): exact(value) for name, value in years.items()}


def test_the_most_serves_those_first_who_can_wait_least():
    # 2020's five can be served in 2020 and 2021, 2021's five in 2021 and 2022. Serving 2021's
    # first in 2021 would leave 2020's without a grant and 2022's grants without a person.
    assert most({2020: 5, 2021: 5}, {2021: 5, 2022: 5}, horizon=1) == 10
    assert most({2020: 5, 2021: 5}, {2020: 2, 2021: 9, 2022: 9}, horizon=1) == 10
    assert most({2020: 5}, {2023: 4}, horizon=2) == 0
    assert most({2020: 5}, {2022: 4}, horizon=2) == 4
    assert most({2021: 5}, {2020: 4}, horizon=2) == 0


@given(
    st.lists(st.integers(0, 3), min_size=3, max_size=3),
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
    st.integers(0, 2),
)
@settings(max_examples=60, deadline=None)
def test_the_most_is_the_greatest_of_all_assignments(persons, wanted, horizon):
    # Minimum cut over the years of grants (Ford and Fulkerson): for every set of years of grants,
    # those left out are limited by their number, the others by the persons who can reach them.
    best = min(
        sum(wanted[s] for s in range(4) if s not in cut)
        + sum(p for t, p in enumerate(persons) if any(t <= s <= t + horizon for s in cut))
        for size in range(5)
        for cut in itertools.combinations(range(4), size)
    )
    assert most(dict(enumerate(persons)), dict(enumerate(wanted)), horizon) == best


def test_bounds_worked_out_by_hand():
    cohorts = {
        2019: cohort(10, 90), 2020: cohort(20, 80, 5), 2021: cohort(30, 70, 5),
        2022: cohort(20, 80, 5), 2023: cohort(10, 90), 2024: cohort(10, 90),
    }  # fmt: skip
    appeals = grants(y2020=10, y2021=20, y2022=30, y2023=12, y2024=8)
    found = cumulative(cohorts, appeals, range(2020, 2023), horizon=1, slack=0.0)
    assert found.n == 300
    assert found.granted == 70
    assert found.first == pytest.approx(70 / 300)
    # 70 + 10 + 20 + 30 of the same three years.
    assert found.ratio == pytest.approx(130 / 300)
    # At most: all grants of 2020 to 2023, 72 of them.
    assert found.bound_high == pytest.approx((70 + 72) / 300)
    # At least: those of 2020 may be of 2019's rejected, those of 2023 of 2023's; of the 50 of 2021
    # and 2022 five each may have raised the form of 2020's, 2021's and 2022's lesser grants.
    assert found.bound_low == pytest.approx((70 + 50 - 15) / 300)
    assert found.floor == pytest.approx(70 / 300)
    # No horizon: the eight of 2024 as well.
    assert found.ceiling == pytest.approx((70 + 80) / 300)
    assert found.followed_to == 2023
    assert found.status == status.OK


def test_slack_takes_its_share_of_each_year_from_the_lower_bound_only():
    cohorts = {year: cohort(20, 80) for year in range(2018, 2025)}
    appeals = {year: exact(10) for year in range(2018, 2025)}
    without = cumulative(cohorts, appeals, range(2019, 2022), horizon=1, slack=0.0)
    with_slack = cumulative(cohorts, appeals, range(2019, 2022), horizon=1, slack=0.25)
    # 2020 and 2021 can only serve the window: 20 grants, of which two a year may be from outside.
    assert without.bound_low == pytest.approx((60 + 20) / 300)
    assert with_slack.bound_low == pytest.approx((60 + 16) / 300)
    assert with_slack.bound_high == without.bound_high == pytest.approx((60 + 40) / 300)


def test_repeat_applications_counted_apart_lower_the_lower_bound():
    cohorts = {year: cohort(20, 80, elsewhere=4) for year in range(2018, 2025)}
    appeals = {year: exact(10) for year in range(2018, 2025)}
    found = cumulative(cohorts, appeals, range(2019, 2022), horizon=1, slack=0.0)
    # Twelve repeat applicants of 2019 to 2021 can take the twenty grants of 2020 and 2021, and
    # those of other years can take none of them that these do not.
    assert found.bound_low == pytest.approx((60 + 20 - 12) / 300)


def test_nobody_is_granted_on_appeal_who_was_not_rejected():
    cohorts = {2020: cohort(90, 10), 2021: cohort(90, 10)}
    found = cumulative(cohorts, grants(y2020=50, y2021=50), range(2020, 2021), horizon=1)
    assert found.bound_high == 1.0
    assert found.ratio == pytest.approx(1.4)  # the usual ratio has no such limit


def test_rounding_widens_the_bounds():
    rounded = Cohort(exact(10, 5), exact(40))
    found = cumulative({2020: rounded}, {2020: exact(5, 5)}, range(2020, 2021), slack=0.0)
    assert found.bound_low == pytest.approx(8 / 48)
    assert found.bound_high == pytest.approx((12 + 7) / 52)
    assert found.status == status.STILL_OPEN


def test_a_missing_year_of_appeals_may_hold_any_number():
    cohorts = {year: cohort(20, 80) for year in range(2019, 2024)}
    appeals = grants(y2020=10, y2022=10, y2023=10)
    found = cumulative(cohorts, appeals, range(2020, 2022), horizon=1, slack=0.0)
    assert found.ratio is None
    assert found.appeal_grants is None
    assert found.bound_low == pytest.approx(40 / 200)
    assert found.bound_high == 1.0
    assert found.status == status.APPEAL_GAPS


@pytest.mark.parametrize(
    ("cohorts", "appeals", "word"),
    [
        ({}, grants(y2020=5), status.MISSING_YEARS),
        ({2020: cohort(5, 50)}, {}, status.NO_APPEALS),
        ({2020: cohort(0, 0)}, grants(y2020=5), status.NO_DECISIONS),
        ({2020: cohort(4, 15)}, grants(y2020=5), status.FEW_DECISIONS),
    ],
)
def test_what_cannot_be_worked_out_says_why_and_gives_no_share(cohorts, appeals, word):
    found = cumulative(cohorts, appeals, range(2020, 2021))
    assert found.status == word
    assert word in status.WORDS
    assert found.bound_low is found.bound_high is found.ratio is found.low is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"window": range(2020, 2020)}, {"window": range(2018, 2022, 2)}, {"horizon": -1},
        {"slack": 1.5}, {"slack": -0.1}, {"design_effect": 0.0},
    ],
)  # fmt: skip
def test_settings_that_mean_nothing_are_refused(wrong):
    given_ = {"window": range(2020, 2021)} | wrong
    with pytest.raises(ValueError, match=r"no window|no design effect"):
        cumulative({2020: cohort(5, 50)}, grants(y2020=5), **given_)


def test_jeffreys_limits_are_quantiles_of_the_beta_distribution():
    # The 2.5% and 97.5% quantiles of Beta(3.5, 7.5), by SciPy's own distribution.
    expected = beta(3.5, 7.5).ppf([0.025, 0.975])
    assert jeffreys(3, 10) == pytest.approx(tuple(expected))
    assert jeffreys(3, 10) == (pytest.approx(0.0927, abs=5e-4), pytest.approx(0.6058, abs=5e-4))
    assert jeffreys(0, 10)[0] == 0.0
    assert jeffreys(10, 10)[1] == 1.0
    # Forty decisions worth ten.
    assert jeffreys(12, 40, design_effect=4) == pytest.approx(jeffreys(3, 10))


HISTORIES = st.lists(
    st.tuples(
        st.integers(0, 40),  # granted
        st.integers(25, 120),  # rejected
        st.floats(0, 0.5),  # share of them granted on appeal
        st.lists(st.floats(0, 1), min_size=3, max_size=3),  # when, within the horizon
        st.floats(0, 1),  # lesser forms among the granted
        st.floats(0, 1),  # of which raised
        st.integers(0, 6),  # repeat applications rejected apart, all granted on appeal
    ),
    min_size=8,
    max_size=8,
)


@given(HISTORIES, st.booleans(), st.integers(0, 5), st.integers(1, 3))
@settings(max_examples=150, deadline=None)
def test_the_true_share_lies_within_the_bounds_whatever_the_lags(history, round_off, start, length):
    """Any allocation that keeps the assumptions, printed exactly or with UNHCR's rounding."""
    printed = dict.fromkeys(range(8), 0)
    own = {}
    cohorts = {}

    def put(count):
        if not round_off or count > 10:
            return exact(count)
        return exact(5 * round(count / 5), 5)

    for year, (granted, rejected, share, when, lesser, raised, repeat) in enumerate(history):
        won = int(share * rejected)
        late = int(won * when[2] / 3)
        middle = int((won - late) * when[1])
        up = int(raised * int(lesser * granted))
        own[year] = [won - late - middle, middle, late]
        cohorts[year] = Cohort(put(granted), put(rejected), put(int(lesser * granted)), put(repeat))
        for lag, count in enumerate(own[year]):
            if year + lag < 8:
                printed[year + lag] += count
        if year + 1 < 8:
            printed[year + 1] += up + repeat
    window = range(start, min(8, start + length))
    end = min(window[-1] + 2, 7)
    # The years before the first are not printed: their appeals would only lower the lower bound.
    found = cumulative(cohorts, {y: put(c) for y, c in printed.items()}, window, slack=0.0)
    true = sum(history[y][0] for y in window) + sum(
        own[y][lag] for y in window for lag in range(3) if y + lag <= end
    )
    n = sum(history[y][0] + history[y][1] for y in window)
    assert found.bound_low is not None
    assert found.bound_low - 1e-12 <= true / n <= found.bound_high + 1e-12
    assert found.floor <= found.bound_low <= found.bound_high <= found.ceiling
    assert found.low <= found.bound_low
    assert found.high >= found.bound_high


@given(HISTORIES, st.floats(0, 1), st.floats(0, 1), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_assuming_less_never_narrows_the_bounds(history, slack, more, horizon):
    cohorts = {y: cohort(g, r, int(s * g)) for y, (g, r, s, *_) in enumerate(history)}
    appeals = {y: exact(int(s * r)) for y, (_, r, s, *_) in enumerate(history)}
    window = range(2, 5)
    tight = cumulative(cohorts, appeals, window, horizon=horizon, slack=min(slack, more))
    loose = cumulative(cohorts, appeals, window, horizon=horizon + 1, slack=max(slack, more))
    assert loose.bound_low <= tight.bound_low + 1e-12
    assert loose.bound_high >= tight.bound_high - 1e-12


# On the data.


@pytest.fixture(scope="module")
def pooled():
    return results.read("appeal_pooled")


@pytest.fixture(scope="module")
def yearly():
    return results.read("appeal_cumulative")


def one(frame, **wanted):
    for column, value in wanted.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_germany_2023_from_the_published_counts(yearly):
    # UNHCR: BAMF 480 of 1,658 (AIDA prints 368 + 112 and 1,178); courts 302 in 2023, 216 each in
    # 2024 and 2025.
    row = one(yearly, destination="DEU", first_year=2023, source="UNHCR")
    assert (row["n"], row["granted"], row["appeal_grants"]) == (1658, 480, 302)
    assert row["first"] == pytest.approx(480 / 1658, abs=1e-6)
    assert row["ratio"] == pytest.approx(782 / 1658, abs=1e-6)
    assert row["bound_low"] == pytest.approx(480 / 1658, abs=1e-6)
    assert row["bound_high"] == pytest.approx((480 + 302 + 216 + 216) / 1658, abs=1e-6)
    assert row["first_stage"] == "first+repeat"


def test_france_five_years_from_the_published_counts(pooled):
    # UNHCR, OFPRA 2019-2023: 285, 383, 521, 544, 955 grants of 12,247; CNDA 2019-2025: 457, 221,
    # 408, 407, 304, 447, 415. Two years' horizon: grants of 2021 to 2023 (408, 407, 304, of which a
    # quarter from elsewhere, whole persons) can be of nobody else but those of lesser forms:
    # 53 + 69 + 71 + 43 + 37 = 273 of the window.
    row = one(pooled, destination="FRA", years=5, last_year=2023, design_effect=4)
    assert (row["n"], row["granted"], row["appeal_grants"]) == (12247, 2688, 1797)
    sure = 408 - 102 + 407 - 101 + 304 - 76
    assert row["bound_low"] == pytest.approx((2688 + sure - 273) / 12247, abs=1e-6)
    every = 457 + 221 + 408 + 407 + 304 + 447 + 415
    assert row["bound_high"] == pytest.approx((2688 + every) / 12247, abs=1e-6)


def test_eurostat_2014_stands_beside_unhcr(yearly):
    # migr_asydcfina 2014, Germany: 55 refugee, 40 subsidiary, 100 humanitarian.
    row = one(yearly, destination="DEU", source="Eurostat", first_year=2014)
    assert row["appeal_grants"] == 195
    assert row["dataset"] == "migr_asydcfina + migr_asydcfsta"
    assert row["status"] == status.STILL_OPEN


def test_destinations_without_an_answer_say_why(pooled):
    newest = pooled[(pooled["years"] == 5) & (pooled["last_year"] == 2025)]
    newest = newest[newest["design_effect"] == 4]
    assert one(newest, destination="AUT")["status"] == status.UNDIVIDED
    assert one(newest, destination="ESP")["status"] == status.NO_APPEALS
    assert one(newest, destination="GBR")["status"] == status.UNITS_DIFFER
    usa = one(newest, destination="USA")
    assert usa["status"] == status.NO_APPEALS
    assert "not published by nationality" in usa["note"]
    for code in ("AUT", "ESP", "GBR", "USA"):
        assert one(newest, destination=code)[["ratio", "bound_low", "bound_high"]].isna().all()


def test_every_row_has_a_known_status_and_bounds_in_order(pooled, yearly):
    for frame in (pooled, yearly, results.read("appeal_sensitivity")):
        assert set(frame["status"]) <= status.WORDS.keys()
        held = frame[frame["bound_low"].notna()]
        assert len(held) > 50
        assert (held["floor"] <= held["bound_low"]).all()
        assert (held["bound_low"] <= held["bound_high"]).all()
        assert (held["bound_high"] <= held["ceiling"] + 1e-6).all()
        assert (held["low"] <= held["bound_low"]).all()
        assert (held["high"] >= held["bound_high"]).all()
        fine = frame[frame["status"].isin([status.OK, status.STILL_OPEN])]
        assert fine["bound_low"].notna().all()
        assert fine["ratio"].notna().all()


def test_a_larger_design_effect_widens_the_interval(pooled):
    keys = ["source", "destination", "years", "last_year"]
    wide = pooled.pivot_table(index=keys, columns="design_effect", values=["low", "high"])
    assert (wide["low"][4.0] <= wide["low"][1.0]).all()
    assert (wide["high"][4.0] >= wide["high"][1.0]).all()


def test_the_horizon_is_two_years_and_the_slack_a_quarter():
    assert appeal.HORIZON == 2
    assert appeal.SLACK == 0.25
