"""What the checks find in tables that arrived: synthetic ones with one fault, and real copies."""

from __future__ import annotations

import itertools
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asylum_report import store
from asylum_report.live import trust, trust_history, trust_periods, trust_sums, trust_tables
from asylum_report.live.model import Candidate
from test_live_refresh import COLUMNS, PLACES, QUARTERS, TODAY, candidate, synthetic_decisions

LEVELS = {"refuse": 0, "hold": 1, "mark": 2}


def found(
    table: pd.DataFrame, last: pd.DataFrame | None = None, today: str = TODAY, **more: Any
) -> list[tuple[str, str, str]]:
    given = {key: more.pop(key) for key in ("newest", "vintage") if key in more}
    whole = more.pop("whole", True)
    arrived = candidate(table=table, **given, **more)
    return [
        (one.level, one.check, one.text) for one in trust.judge(arrived, last, today, whole=whole)
    ]


def where(frame: pd.DataFrame, **wanted: str) -> pd.Series:
    chosen = pd.Series(True, frame.index)
    for name, value in wanted.items():
        chosen &= frame[name] == value
    return chosen


def put(frame: pd.DataFrame, count: int, **wanted: str) -> pd.DataFrame:
    return frame.assign(count=frame["count"].mask(where(frame, **wanted), count))


def test_a_table_without_fault_has_no_finding() -> None:
    assert found(synthetic_decisions(), synthetic_decisions()) == []
    assert found(synthetic_decisions()) == []


GOOD = synthetic_decisions()


@pytest.mark.parametrize(
    ("table", "more", "level", "check", "text"),
    [
        (GOOD.iloc[:0], {}, "refuse", "empty", "there is no row"),
        (
            GOOD.rename(columns={"decision": "outcome"}),
            {},
            "refuse",
            "identity",
            "the columns are not as described: decision, outcome",
        ),
        (
            pd.concat([GOOD, GOOD.iloc[:1]]),
            {},
            "refuse",
            "identity",
            "a figure is given twice: RUS, AUT, TOTAL, T, TOTAL, 2023-Q1",
        ),
        (
            GOOD,
            {"vintage": "2026-12-01"},
            "refuse",
            "identity",
            "the last update lies ahead: 2026-12-01 (today 2026-11-21)",
        ),
        (
            GOOD.assign(destination=GOOD["destination"].replace("POL", "TOTAL")),
            {},
            "refuse",
            "codes",
            "an unknown destination: TOTAL",
        ),
        (
            GOOD.assign(origin=GOOD["origin"].replace("RUS", "<b>RU</b>\n")),
            {},
            "refuse",
            "codes",
            "an unknown origin: <b>RU</b>",
        ),
        (
            GOOD.assign(period=GOOD["period"].replace("2024-Q1", "2024-Q5")),
            {},
            "refuse",
            "codes",
            "no period: 2024-Q5",
        ),
        (
            GOOD.assign(period=GOOD["period"].replace("2024-Q1", "2024")),
            {},
            "refuse",
            "codes",
            "years, quarters and months are mixed",
        ),
        (GOOD, {"unit": "PC"}, "refuse", "unit", "the unit is 'PC', not persons"),
        (
            put(GOOD, -5, origin="RUS", destination="AUT", decision="NEG"),
            {},
            "refuse",
            "size",
            "a figure is negative: -5",
        ),
        (
            put(GOOD, 30_000_000, origin="RUS", destination="AUT", period="2024-Q1"),
            {},
            "refuse",
            "size",
            "a figure is too large to be one: 30,000,000 (RUS, AUT, 2024-Q1)",
        ),
        (
            synthetic_decisions((*QUARTERS, "2027-Q1")),
            {},
            "refuse",
            "newest",
            "there are figures for 2027-Q1, which has not begun (is today 2026-11-21?)",
        ),
        (
            GOOD,
            {"newest": "2027-Q1"},
            "refuse",
            "newest",
            "the publisher says that it has 2027-Q1, but the figures end with 2026-Q3",
        ),
        (
            GOOD,
            {"newest": "2026-Q4"},
            "mark",
            "newest",
            "the publisher says that it has 2026-Q4, but the figures end with 2026-Q3",
        ),
        (
            GOOD.assign(count=pd.array([pd.NA] * len(GOOD), dtype="Int64")),
            {},
            "refuse",
            "newest",
            "no period has a figure",
        ),
    ],
)
def test_one_fault_is_found_and_named(
    table: pd.DataFrame, more: dict[str, Any], level: str, check: str, text: str
) -> None:
    assert found(table, **more)[0] == (level, check, text)


def test_old_news_is_held_back_unless_the_copy_in_use_is_as_old() -> None:
    old = synthetic_decisions(QUARTERS[:6])
    text = "the newest period is 2024-Q2, which ended 28 months ago"
    assert found(old) == [("hold", "newest", text)]
    assert found(old, old) == [("mark", "newest", text)]


@pytest.mark.parametrize(
    ("period", "today", "months"),
    [
        ("2025", "2026-01-31", 0),
        ("2025", "2026-11-21", 10),
        ("2026-Q3", "2026-11-21", 1),
        ("2026-Q3", "2026-08-01", -2),
        ("2026-08", "2026-11-21", 2),
    ],
)
def test_months_since_the_end_of_a_period(period: str, today: str, months: int) -> None:
    assert trust_tables.months_since(period, today) == months


# -- closure ------------------------------------------------------------------------------------


def test_one_sum_that_does_not_close_is_marked_and_named() -> None:
    table = put(GOOD, 70, origin="RUS", destination="AUT", decision="NEG", period="2024-Q1")
    assert found(table) == [
        (
            "mark",
            "closure",
            "positive and negative make all decisions: 1 of 180 do not, beyond rounding,"
            " such as Austria, 2024-Q1 (off by 10)",
        )
    ]


@pytest.mark.parametrize(("count", "broken"), [(54, 0), (66, 0), (53, 1), (67, 1)])
def test_rounding_alone_breaks_no_sum(count: int, broken: int) -> None:
    table = put(GOOD, count, origin="RUS", destination="AUT", decision="NEG", period="2024-Q1")
    rules = {one.rule: one for one in trust_sums.closed(table)}
    assert rules["positive and negative make all decisions"].broken == broken
    assert rules["positive and negative make all decisions"].checked == 180


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=4, max_size=4), st.booleans())
def test_true_sums_rounded_to_five_always_close(parts: list[int], temporary: bool) -> None:
    def rounded(count: int) -> int:
        return 5 * ((count + 2) // 5)

    refugee, subsidiary, humanitarian, negative = parts
    positive = refugee + subsidiary + humanitarian
    rows = {"POS_RFG": refugee, "POS_SPROT": subsidiary, "POS_HUM": humanitarian}
    rows |= {"NEG": negative, "POS": positive, "TOTAL": positive + negative}
    rows |= {"TEMP_PROT": 0} if temporary else {}
    table = pd.DataFrame(
        [
            ("RUS", "DEU", code, "T", "TOTAL", "2024-Q1", rounded(count), "")
            for code, count in rows.items()
        ],
        columns=list(COLUMNS),
    )
    assert [one.broken for one in trust_sums.closed(table)] == [0, 0]


def many_broken(share: float) -> pd.DataFrame:
    chosen = where(GOOD, origin="TOTAL", decision="NEG")
    rows = GOOD.index[chosen][: round(share * 180)]
    return GOOD.assign(count=GOOD["count"].mask(GOOD.index.isin(rows), GOOD["count"] + 50))


@pytest.mark.parametrize(
    ("share", "last", "level"),
    [
        (0.01, GOOD, "mark"),
        (0.03, GOOD, "hold"),
        (0.03, None, "hold"),
        (0.03, many_broken(0.03), "mark"),
        (0.10, GOOD, "refuse"),
        (0.10, None, "hold"),
        (0.10, many_broken(0.10), "mark"),
    ],
)
def test_many_broken_sums_are_judged_by_the_copy_in_use(
    share: float, last: pd.DataFrame | None, level: str
) -> None:
    levels = {one.level for one in trust_sums.check(many_broken(share), last)}
    assert levels == {level}


def test_a_citizenship_larger_than_all_together_is_held_back() -> None:
    table = put(GOOD, 9000, origin="RUS", destination="AUT", period="2024-Q1")
    level, check, text = found(table)[0]
    assert (level, check) == ("hold", "closure")
    assert text == (
        "no citizenship exceeds all of them together: 6 of 540 do not, beyond rounding,"
        " such as Austria, 2024-Q1 (off by 8,800)"
    )


def applicants(**counts: int) -> pd.DataFrame:
    """Return synthetic applicants of one quarter from codes written SEX_AGE_KIND."""
    rows = [
        ("RUS", "DEU", kind, sex, age.replace("18", "Y18-34"), "2026-Q1", count)
        for name, count in counts.items()
        for sex, age, kind in [name.split("_")]
    ]
    columns = ["origin", "destination", "applicant", "sex", "age", "period", "count"]
    return pd.DataFrame(rows, columns=columns).astype({"count": "Int64"})


@pytest.mark.parametrize(
    ("counts", "rule"),
    [
        ({"T_TOTAL_TOTAL": 100, "M_TOTAL_TOTAL": 105}, "men are no more than both sexes"),
        ({"T_TOTAL_TOTAL": 100, "T_18_TOTAL": 105}, "an age group is no more than all ages"),
        (
            {"T_TOTAL_TOTAL": 100, "T_TOTAL_FRST": 90, "T_TOTAL_SSEQ": 20},
            "first-time and subsequent applicants make all applicants",
        ),
    ],
)
def test_parts_of_applicants(counts: dict[str, int], rule: str) -> None:
    (one,) = [each for each in trust_sums.closed(applicants(**counts)) if each.broken]
    assert (one.rule, one.checked, one.broken) == (rule, 1, 1)


def test_the_union_is_checked_where_all_its_members_report() -> None:
    members = trust_sums.places.members("EU27")
    union = synthetic_decisions(destinations=members)
    total = int(
        union.loc[where(union, origin="RUS", decision="NEG", period="2024-Q1"), "count"].sum()
    )
    whole = union[union["destination"] == "AUT"].assign(destination="EU27")
    sums = union.groupby(["origin", "decision", "period"])["count"].sum()
    keys = pd.MultiIndex.from_frame(whole[["origin", "decision", "period"]])
    whole = whole.assign(count=sums.reindex(keys).to_numpy())
    table = pd.concat([union, whole], ignore_index=True)
    rule = "the 27 members make the sum of the EU27"
    (one,) = [each for each in trust_sums.closed(table) if each.rule == rule]
    assert (one.checked, one.broken) == (180, 0)
    for off, broken in ((56, 0), (57, 1)):
        wrong = put(
            table, total + off, origin="RUS", decision="NEG", period="2024-Q1", destination="EU27"
        )
        (one,) = [each for each in trust_sums.closed(wrong) if each.rule == rule]
        assert one.broken == broken
    absent = table[~where(table, destination="MLT", period="2024-Q1")]
    (one,) = [each for each in trust_sums.closed(absent) if each.rule == rule]
    assert one.checked == 180 - 12


# -- who has reported ---------------------------------------------------------------------------


def without(period: str, *destinations: str) -> pd.DataFrame:
    gone = (GOOD["period"] == period) & GOOD["destination"].isin(destinations)
    return GOOD[~gone].reset_index(drop=True)


def test_a_newest_period_with_too_few_destinations_is_marked() -> None:
    (one,) = trust_periods.reporting(without("2026-Q3", "AUT", "DEU"))
    assert (one.check, one.level, one.period) == ("reporting", "mark", "2026-Q3")
    assert one.text == (
        "2026-Q3 is without Austria, Germany: 67% of the usual number of destinations,"
        " 86% of the persons"
    )


def test_one_large_destination_makes_a_period_partial_a_small_one_does_not() -> None:
    (large,) = trust_periods.reporting(without("2026-Q3", "SWE"))
    assert (large.check, large.period) == ("reporting", "2026-Q3")
    (small,) = trust_periods.reporting(without("2026-Q3", "AUT"))
    assert (small.check, small.level, small.text) == (
        "missing",
        "mark",
        "2026-Q3 is without Austria",
    )


def test_an_older_period_is_not_looked_at() -> None:
    assert trust_periods.reporting(without("2025-Q3", "AUT", "DEU", "ESP")) == []


# -- history ------------------------------------------------------------------------------------


def history(table: pd.DataFrame, whole: bool = True) -> list[tuple[str, str]]:
    return [(one.level, one.text) for one in trust_history.check(table, GOOD, whole)]


def test_shrunken_history_is_refused() -> None:
    assert history(synthetic_decisions(QUARTERS[1:]))[0] == (
        "refuse",
        "periods have vanished: 2023-Q1",
    )
    assert history(synthetic_decisions(QUARTERS[:-1]))[0] == (
        "refuse",
        "periods have vanished: 2026-Q3",
    )
    assert history(synthetic_decisions(destinations=PLACES[:-1])) == [
        ("refuse", "every figure of Sweden has vanished"),
        ("refuse", "156 of 936 old figures have vanished (16.7%)"),
    ]
    assert history(synthetic_decisions(QUARTERS[1:], PLACES[:-1]), whole=False) == []


@pytest.mark.parametrize(("rows", "levels"), [(18, []), (19, ["refuse"])])
def test_two_in_a_hundred_old_figures_may_be_withdrawn(rows: int, levels: list[str]) -> None:
    assert [level for level, _ in history(GOOD.iloc[rows:].reset_index(drop=True))] == levels


def test_newest_periods_may_lose_figures() -> None:
    assert history(without("2026-Q3", "AUT")) == []


def test_upheaval_among_old_figures_is_held_back() -> None:
    old = where(GOOD, origin="TOTAL", decision="NEG") & (GOOD["period"] < "2026")
    moved = GOOD.assign(count=GOOD["count"].mask(old, GOOD["count"] * 13 // 10))
    # 72 of the 767 figures above 50 (59 in each of 13 quarters): below a tenth.
    assert history(moved) == []
    old |= where(GOOD, origin="RUS", decision="NEG") & (GOOD["period"] < "2026")
    moved = GOOD.assign(count=GOOD["count"].mask(old, GOOD["count"] * 19 // 10))
    ((level, text),) = history(moved)
    assert level == "hold"
    assert text == (
        "144 of 767 old figures above 50 changed by more than 20% and by more than 50 persons (19%)"
    )


@pytest.mark.parametrize(
    ("code", "now", "level"), [("DEU", 310, "hold"), ("DEU", 300, ""), ("POL", 9000, "")]
)
def test_a_headline_total_that_changed_by_more_than_half_is_held_back(
    code: str, now: int, level: str
) -> None:
    wanted = {"origin": "RUS", "decision": "TOTAL", "period": "2024-Q1", "destination": code}
    texts = history(put(GOOD, now, **wanted))
    assert texts == ([("hold", f"Germany, 2024-Q1: 200 before, {now} now")] if level else [])


def test_a_sudden_jump_of_one_destination_is_held_back() -> None:
    table = put(GOOD, 13_000, origin="RUS", destination="POL", decision="TOTAL", period="2026-Q3")
    assert (
        "hold",
        "size",
        "a figure of 13,000 where none was above 500 (RUS, POL)",
    ) in found(table, GOOD)


def test_tables_that_divide_differently_are_compared_in_what_both_have() -> None:
    extract = GOOD[(GOOD["decision"] == "TOTAL") & (GOOD["period"] < "2024")]
    extract = extract.drop(columns=["sex", "age"])
    by_sex = pd.concat([GOOD, GOOD.assign(sex="M", count=GOOD["count"] // 2)], ignore_index=True)
    assert trust_history.check(by_sex, extract, whole=False) == []
    change = trust_tables.change(extract, by_sex)
    assert (change.changed, change.vanished) == (0, 0)


# -- UNHCR's columns, and real copies -----------------------------------------------------------


def test_another_unit_is_noticed() -> None:
    last = store.latest("unhcr-asylum-decisions-RUS").read()
    large = (last["destination"] == "FRA") & (last["year"] == 2019)
    table = last.assign(unit=last["unit"].mask(large, "cases"))
    arrived = Candidate("x", TODAY, table, {"columns": dict.fromkeys(table.columns, "")})
    texts = [(one.level, one.text) for one in trust.judge(arrived, last, TODAY)]
    assert ("hold", f"{int(large.sum())} figures are in another unit than before: France") in texts


@pytest.mark.parametrize("dataset", ["unhcr-asylum-decisions-RUS", "unhcr-asylum-applications-RUS"])
def test_no_real_release_of_unhcr_would_have_been_refused(dataset: str) -> None:
    releases = store.vintages(dataset=dataset)
    held = []
    for before, after in itertools.pairwise(releases):
        arrived = Candidate(dataset, after.date, after.read(), after.meta)
        levels = trust.judge(arrived, before.read(), after.date)
        assert not [one for one in levels if one.level == "refuse"]
        held += [(after.date, one.check) for one in levels if one.level == "hold"]
    # South Korea's decisions moved from cases to persons.
    expected = {"unhcr-asylum-decisions-RUS": [("2024-06-17", "unit")]}
    assert held == expected.get(dataset, [])


def test_a_half_year_of_unhcr_is_seen_as_partial_and_the_whole_year_is_not() -> None:
    partial = {
        one.date: [
            each.period for each in trust_periods.reporting(one.read()) if each.check == "reporting"
        ]
        for one in store.vintages(dataset="unhcr-asylum-applications-RUS")
    }
    assert partial["2025-11-11"] == ["2025"]
    assert partial["2026-06-25"] == []


def test_real_copies_of_eurostat_pass() -> None:
    old, new = store.vintages(dataset="migr_asyappctza")[1:3]
    arrived = Candidate("migr_asyappctza", new.date, new.read(), new.meta)
    levels = trust.judge(arrived, old.read(), new.date, whole=False)
    assert {one.level for one in levels} == {"mark"}
    assert "8 of 1,856 do not" in next(one.text for one in levels if one.check == "closure")


def test_findings_come_worst_first() -> None:
    table = put(synthetic_decisions(QUARTERS[1:]), 70, origin="RUS", destination="AUT",
                decision="NEG", period="2024-Q1")  # fmt: skip
    levels = [LEVELS[level] for level, _, _ in found(table, GOOD)]
    assert levels == sorted(levels)
    assert len(levels) > 1


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.integers(2, 200))
def test_a_text_from_outside_is_one_short_printable_line(text: str, most: int) -> None:
    line = trust_tables.clean(text, most)
    assert len(line) <= most
    assert line.isprintable()
    assert line == " ".join(line.split())


def synthetic_countries(times: float = 1.0, first: str = "2013-01") -> pd.DataFrame:
    """Share the embedded sum of each month among two countries; a synthetic TOTAL beside them."""
    extract = store.latest("migr_asyappctzm").read()
    extract = extract[extract["period"] >= first]
    rows = []
    for row in extract.to_dict("records"):
        count = round(times * row["count"])
        rows.append(row | {"destination": "DEU", "count": count - count // 3})
        rows.append(row | {"destination": "FRA", "count": count // 3})
        rows.append(row | {"origin": "TOTAL", "destination": "FRA", "count": 9 * count})
    return pd.DataFrame(rows).astype(dict(extract.dtypes))


@pytest.mark.parametrize(
    ("times", "level", "percent"),
    [(1.0, "", 0), (1.15, "", 15), (1.3, "hold", 30), (0.5, "hold", 50)],
)
def test_countries_must_add_up_to_the_embedded_series_of_sums(
    times: float, level: str, percent: int
) -> None:
    extract = store.latest("migr_asyappctzm").read()
    table = synthetic_countries(times)
    apart = trust_history.sums_apart(table, extract)
    assert apart == pytest.approx(percent / 100, abs=0.01)
    said = [(one.level, one.text) for one in trust_history.check(table, extract, whole=False)]
    line = "the sum over all reporters differs from the embedded series by {}% in the median month"
    assert said == ([(level, line.format(percent))] if level else [])


def test_months_still_being_filled_and_old_ones_do_not_count() -> None:
    extract = store.latest("migr_asyappctzm").read()
    table = synthetic_countries()
    ordered = sorted(extract["period"])
    others = table["period"].isin([*ordered[:-27], *ordered[-3:]])
    table["count"] = table["count"].mask(others, table["count"] * 3)
    assert trust_history.sums_apart(table, extract) == pytest.approx(0.0)
    table["count"] = table["count"].mask(~others, table["count"] * 3)
    assert trust_history.sums_apart(table, extract) == pytest.approx(2.0)


def test_what_has_no_such_sums_or_gives_them_is_not_compared() -> None:
    extract = store.latest("migr_asyappctzm").read()
    countries = synthetic_countries()
    assert trust_history.sums_apart(countries, countries) is None
    assert trust_history.sums_apart(extract, extract) is None
    assert trust_history.sums_apart(GOOD, extract) is None
    late = countries.assign(period=countries["period"].str.replace("20", "19", n=1))
    assert trust_history.sums_apart(late, extract) is None
