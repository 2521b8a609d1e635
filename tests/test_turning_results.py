"""Turning points: the list fixed beforehand, the committed results, the simulation study."""

import csv
import json

import numpy as np
import pytest
import yaml

from asylum_report import evaluation, paths, results
from asylum_report.analyses import turning_others, turning_reference, turning_series, turning_tests
from asylum_report.analyses.turning_reference import Test as Fixed
from asylum_report.analyses.turning_series import Line
from asylum_report.errors import ReportError
from asylum_report.evaluation import turning_points as study
from asylum_report.evaluation import turning_rates
from asylum_report.models import status, turning_dates


@pytest.fixture(scope="module")
def listed():
    return yaml.safe_load(turning_reference.path().read_text(encoding="utf-8"))


def event_ids():
    with (paths.processed() / "events.csv").open(encoding="utf-8") as lines:
        return {row["event_id"] for row in csv.DictReader(lines)}


def test_every_event_is_listed_once(listed):
    assert set(listed["tests"]) | set(listed["untested"]) == event_ids()
    assert not set(listed["tests"]) & set(listed["untested"])
    assert all(one["why"] and one["expect"] for one in listed["tests"].values())


def test_directions_that_were_fixed(listed):
    expect = {event: one["expect"] for event, one in listed["tests"].items()}
    assert expect["2022-02-24-invasion"]["eu-applications"] == "up"
    assert expect["2025-01-20-cbp-one-ends"] == {"us-encounters": "down"}
    assert expect["2024-08-22-ovg-berlin"] == {"rate-DEU": "down"}
    assert expect["2023-09-bamf-practice"] == {"rate-DEU": "either"}
    assert sum(len(one) for one in expect.values()) == 60


def test_the_list_is_what_is_tested(listed):
    wanted = {
        (event, series, direction)
        for event, one in listed["tests"].items()
        for series, direction in one["expect"].items()
    }
    table = results.read("turning_points")
    assert set(table[["event_id", "series", "expected"]].itertuples(index=False, name=None)) == (
        wanted
    )
    assert set(results.read("turning_search")["series"]) == set(listed["series"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f["tests"].update({"2022-nothing": {"why": "x", "expect": {}}}), "2022-nothing"),
        (lambda f: f["untested"].pop("2026-01-13-german-answer"), "2026-01-13-german-answer"),
        (lambda f: f["tests"]["2022-02-24-invasion"]["expect"].update(moon="up"), "moon"),
        (
            lambda f: f["tests"]["2022-02-24-invasion"]["expect"].update({"rate-DEU": "sideways"}),
            "sideways",
        ),
        (lambda f: f.pop("series"), "cannot be read"),
    ],
)
def test_a_list_that_does_not_fit_is_refused(listed, tmp_path, change, said):
    spoilt = json.loads(json.dumps(listed))
    change(spoilt)
    place = tmp_path / "turning_points.yml"
    place.write_text(yaml.safe_dump(spoilt), encoding="utf-8")
    with pytest.raises(ReportError, match=said):
        turning_reference.read(place)


def test_series_end_where_publishers_do(listed):
    line = turning_series.read("eu-applications", listed["series"]["eu-applications"])
    # Eurostat, vintage 2026-09: July and August 2026 are reported in part only.
    assert line.periods[0][0] == "2013-01-01"
    assert line.periods[-1][0] == "2026-06-01"
    assert line.counts[line.periods.index(("2022-03-01", "2022-03-31"))] == 1150
    border = turning_series.read("us-encounters", listed["series"]["us-encounters"])
    april = border.periods.index(("2020-04-01", "2020-04-30"))
    assert not border.known[april]  # CBP's file has no row: missing, not zero
    assert border.known.sum() == 73


def test_courts_have_breaks_and_no_half_year(listed):
    line = turning_series.read("rate-EOIR", listed["series"]["rate-EOIR"])
    years = [start[:4] for start, _ in line.periods]
    assert [years[at] for at in line.breaks] == ["2017", "2025"]
    assert not line.known[years.index("2024")]


def made(counts, kind="count", breaks=(), step="year"):
    counts = np.asarray(counts, dtype=float)
    periods = (
        turning_dates.years(2000, 1999 + len(counts)) if step == "year"
        else turning_dates.months("2015-01", "2040-12")[: len(counts)]
    )  # fmt: skip
    other = np.full(len(counts), np.nan) if kind == "count" else 1000 - counts
    return Line("x", "X", kind, step, tuple(periods), counts, other, breaks, 1.0, {})


def fixed(day):
    return Fixed("e", day, "day", "E", "x", "up", "why")


@pytest.mark.parametrize(
    ("line", "day", "told"),
    [
        (made([100.0] * 20, "rate"), "2030-01-01", status.NO_PERIODS_AFTER),
        (made([100.0] * 20, "rate"), "1990-01-01", status.TOO_FEW),
        (made([100.0] * 5, "rate"), "2003-01-01", status.TOO_FEW),
        (made([100.0] * 20, "rate", (12,)), "2012-01-01", status.BROKEN),
        (made([100.0] * 20, "rate", (12,)), "2013-01-01", status.OK),
        (made([-1.0] + [100.0] * 19, "rate"), "2012-01-01", status.BAD_COUNTS),
        (made([1.5] * 80, step="month"), "2019-01-01", status.BAD_COUNTS),
        (made([0.0] * 80, step="month"), "2019-01-01", status.OK),
        (made([0.0] * 80, step="month"), "2015-06-01", status.TOO_FEW),
        (made([0.0] * 80, step="month"), "2021-08-01", status.NO_PERIODS_AFTER),
        (made([5.0] * 30 + [np.nan] + [5.0] * 49, step="month"), "2017-07-01",
         status.MISSING_PERIOD),
    ],
)  # fmt: skip
def test_what_cannot_be_tested_says_so(line, day, told):
    work = turning_tests.worked(line, [fixed(day)])
    assert work.told == [told]
    assert bool(work.results) == (told == status.OK)


def test_nothing_but_zeros_has_no_effect():
    work = turning_tests.worked(made([0.0] * 80, step="month"), [fixed("2019-01-01")])
    one = work.results["level"][0]
    assert one.p == pytest.approx(1.0, abs=0.01)
    ends = turning_tests.interval(work.line, work.split(0), one.effects, one.limit)
    assert ends == pytest.approx((1.0, 1.0, 1.0), abs=0.01)


def test_a_series_without_events_is_searched_all_the_same():
    found = turning_others.search(made([100.0] * 20, "rate"))
    assert len(found.tried) == 17
    assert np.abs(found.statistics).max() < 1e-6


def test_results_hold_together():
    table = results.read("turning_points")
    ok = table[table["status"] == "ok"]
    assert table.loc[table["status"] != "ok", ["estimate", "p", "p_adjusted"]].isna().all(axis=None)
    assert (table.loc[table["status"] != "ok", "verdict"] == "untested").all()
    assert (ok["p_adjusted"] >= ok["p"]).all()
    assert ((ok["low"] <= ok["estimate"]) & (ok["estimate"] <= ok["high"])).all()
    assert ok[["source", "dataset", "vintage"]].notna().all(axis=None)
    nothing = ok["unit"].map({"ratio": 1.0, "points": 0.0})
    beyond = (ok["low"] > nothing) | (ok["high"] < nothing)
    clear = (ok["p"] - 0.05).abs() > 0.002
    assert (beyond[clear] == (ok["p"] <= 0.05)[clear]).all()
    # Never across the courts' breaks, never from the half year.
    courts = ok[ok["series"] == "rate-EOIR"]
    assert not set(courts["before"].str[:4]) & {"2024", "2025"}
    assert not set(courts["after"].str[:4]) & {"2017", "2024", "2025"}


def test_the_two_that_go_beyond_noise_by_themselves():
    table = results.read("turning_points")
    found = table[table["p"] <= 0.05]
    assert set(found["event_id"]) == {"2022-02-24-invasion", "2025-01-20-cbp-one-ends"}
    assert set(found["series"]) == {"eu-applications", "us-encounters"}
    invasion = found[found["series"] == "eu-applications"].iloc[0]
    # 340 in January; 1150, 925, 985 from March to May 2022 (Eurostat): geometric mean 3.0 times.
    assert invasion["value_before"] == 340
    assert invasion["value_after"] == 1020
    walk = np.exp(np.log(np.array([1150.5, 925.5, 985.5])).mean()) / 340.5
    assert invasion["walk_estimate"] == pytest.approx(walk, rel=1e-5)
    mobilised = table[table["event_id"] == "2022-09-21-mobilisation"].iloc[0]
    assert "2022-09-19-border-ban" in mobilised["overlaps"].split()


def test_horizons_and_counterfactual():
    horizons = results.read("turning_horizons")
    assert set(horizons["horizon"]) == {3, 6, 12}
    points = results.read("turning_points")
    both = horizons[(horizons["horizon"] == 3) & (horizons["method"] == "level")].merge(
        points, on=["event_id", "series"]
    )
    assert np.allclose(both["estimate_x"], both["estimate_y"], rtol=1e-4)
    months = results.read("turning_counterfactual")
    assert ((months["low"] <= months["without"]) & (months["without"] <= months["high"])).all()
    march = months[(months["event_id"] == "2022-02-24-invasion") & (months["period"] == "2022-03")]
    assert march.iloc[0]["observed"] == 1150
    assert march.iloc[0]["without"] == 340


def test_study_holds_its_level():
    table = evaluation.read("turning_alarms")
    held = table[~table["control"] & ~table["stress"]]
    assert (table.loc[table["method"] != "negative binomial, Newey-West", "series"] >= 2000).all()
    assert (held["upper"] <= 0.07).all()
    assert set(held["scope"]) == {"one date", "all dates", "search"}
    assert set(study.NULLS) == set(table.loc[table["table"] == "counts", "null"])
    control = table[table["control"] & ~table["stress"] & (table["scope"] == "one date")]
    assert (control["rate"] > 0.10).all()
    assert evaluation.meta("turning-points")["replications"] >= 2000


def test_study_finds_large_steps():
    table = evaluation.read("turning_power")
    one = table[
        (table["grid"] == "eu-applications") & (table["move"] == 0.2) & (table["method"] == "level")
        & (table["scope"] == "one date")
    ].set_index("factor")["rate"]  # fmt: skip
    assert sorted(one.index.round(3)) == [0.37, 0.5, 0.667, 0.833, 1.2, 1.5, 2.0, 2.7]
    assert one[2.7] > 0.9 > one[2.0] > 0.6 > one[1.5] > one[1.2]
    rates = evaluation.read("turning_power_rates")
    assert {0.05, 0.1, 0.2} <= set(rates["step"])
    assert set(rates["n"]) == {200, 1000, 5000}


def test_a_slice_of_the_study_is_the_same_again(monkeypatch):
    for module in (study, turning_rates):
        monkeypatch.setattr(module, "SIMULATIONS", 400)
        monkeypatch.setattr(module, "SEARCH_SIMULATIONS", 100)
    first = study.alarms("us-encounters", "random walk", 60, 7)
    assert study.alarms("us-encounters", "random walk", 60, 7) == first
    found = {(row["method"], row["scope"]): row["alarms"] for row in first}
    assert found["level", "all dates"] <= 2
    assert found["least squares, Newey-West", "one date"] >= 12
    rates = turning_rates.alarms("random walk", 1000, 0.3, 4.0, 60, 7)
    assert all(row["alarms"] <= 6 for row in rates if not row["control"])


def test_upper_bound_is_that_of_clopper_and_pearson():
    from asylum_report.evaluation.turning_parts import rate_of, upper

    # 0 of 20: 1 - 0.025 ** (1 / 20).
    assert upper(0, 20) == pytest.approx(0.168433, abs=1e-6)
    assert upper(20, 20) == 1
    assert rate_of(np.array([True, False, False, False]))["rate"] == 0.25
