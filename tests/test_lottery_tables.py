"""The comparison of destinations: cells, standardisation, dispersion, and the kept results."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asylum_report import evaluation, results
from asylum_report.models import lottery_cells, status
from asylum_report.models.lottery_dispersion import (
    mix_share,
    p90_p10,
    strictness_share,
    with_limits,
)
from asylum_report.models.lottery_standardise import indirect
from asylum_report.models.lottery_year import compare

TWO = pd.DataFrame(
    [("A", "X", 8, 10), ("A", "Y", 2, 10), ("B", "X", 2, 10), ("B", "Y", 6, 30)],
    columns=["destination", "origin", "positive", "n"],
)


def decision(destination, origin, outcome, count, level="FI", stage="first", note="", base=1):
    return {
        "source": "UNHCR", "dataset": "d", "vintage": "v", "origin": origin,
        "destination": destination, "authority": "a", "level": level, "stage": stage,
        "unit": "persons", "period_start": "2020-01-01", "period_end": "2020-12-31",
        "outcome": outcome, "count": count, "rounding_base": base, "status": "complete",
        "note": note,
    }  # fmt: skip


def whole(destination, origin, positive, rejected, **more):
    return [
        decision(destination, origin, "refugee", positive, **more),
        decision(destination, origin, "complementary", 0, **more),
        decision(destination, origin, "rejected", rejected, **more),
        decision(destination, origin, "closed", 99, **more),
    ]


def cells_of(*groups):
    frame = pd.DataFrame([row for group in groups for row in group])
    frame["count"] = frame["count"].astype("Int64")
    return lottery_cells.cells(frame).set_index(["destination", "origin"])


def test_cells_add_what_may_be_added_and_count_no_closed_cases():
    found = cells_of(
        whole("DEU", "RUS", 10, 30, level="NA"),
        whole("DEU", "RUS", 1, 9, level="RA", stage="repeat"),
        whole("FRA", "RUS", 4, 6),
        whole("FRA", "RUS", 3, 3, level="RA", stage="repeat"),
        whole("FRA", "SYR", 50, 5, level="AR", stage="appeal"),
    )
    assert tuple(found.loc[("DEU", "RUS"), ["positive", "n", "stage"]]) == (11, 50, "first+repeat")
    assert tuple(found.loc[("FRA", "RUS"), ["positive", "n", "stage"]]) == (4, 10, "first")
    assert ("FRA", "SYR") not in found.index


def test_cells_say_why_they_take_no_part():
    lacking = whole("ITA", "RUS", 4, 6)
    lacking[2]["count"] = None
    found = cells_of(
        whole("AUT", "RUS", 4, 6, level="FA", stage="first+appeal"),
        whole("USA", "RUS", 4, 6, note="no rate: refusals are missing"),
        lacking,
        whole("PRT", "RUS", 25, 0),
        whole("POL", "RUS", 15, 0),
    )
    assert found.at[("AUT", "RUS"), "why"] == lottery_cells.UNDIVIDED
    assert found.at[("USA", "RUS"), "why"] == lottery_cells.NO_COUNTS
    assert found.at[("ITA", "RUS"), "why"] == lottery_cells.NO_COUNTS
    assert found.at[("PRT", "RUS"), "why"] == lottery_cells.NOT_RECORDED
    assert found.at[("POL", "RUS"), "why"] == ""  # 15 of 15 may well be true
    assert found["n"].isna().sum() == 2


def test_bounds_of_rounding_follow_unhcr():
    found = cells_of(whole("FRA", "RUS", 10, 5, base=5), whole("FRA", "SYR", 40, 11))
    row = found.loc[("FRA", "RUS")]
    # Complementary protection is printed as 0, which may be up to 2; a printed 10 is 8 to 10.
    assert (row["positive_low"], row["positive_high"]) == (8, 12)
    assert (row["rejected_low"], row["rejected_high"]) == (3, 7)
    assert found.at[("FRA", "SYR"), "rejected_high"] == 11


def test_indirect_standardisation_by_hand():
    table = indirect(TWO).set_index("destination")
    # The pool grants 10 of 20 to X and 8 of 40 to Y.
    assert table.at["A", "expected"] == pytest.approx((10 * 0.5 + 10 * 0.2) / 20)
    assert table.at["B", "expected"] == pytest.approx((10 * 0.5 + 30 * 0.2) / 40)
    assert table.at["A", "ratio"] == pytest.approx(10 / 7)
    assert table.at["B", "ratio"] == pytest.approx(8 / 11)
    # B grants 2 of 10 to X and 6 of 30 to Y.
    assert table.at["A", "ratio_others"] == pytest.approx(10 / 4)
    assert table.at["A", "ratio_low"] < 10 / 7 < table.at["A", "ratio_high"]


def test_one_destination_is_as_the_pool_that_it_is():
    table = indirect(TWO[TWO["destination"] == "A"])
    assert table["ratio"].tolist() == [1.0]
    assert np.isnan(table["ratio_others"]).all()


def test_a_pool_apart_leaves_out_origins_that_it_does_not_decide():
    table = indirect(
        TWO[TWO["destination"] == "A"], TWO[(TWO["destination"] == "B") & (TWO["origin"] == "X")]
    )
    assert table["expected"].tolist() == pytest.approx([0.2])
    assert table["ratio"].tolist() == pytest.approx([8 / 2])


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("ABC"), st.sampled_from("XYZ")),
        st.tuples(st.integers(0, 50), st.integers(0, 50)),
        min_size=2,
    )
)
def test_actual_and_expected_decisions_of_the_pool_agree(rows):
    frame = pd.DataFrame(
        [(d, o, y, y + r) for (d, o), (y, r) in rows.items() if y + r > 0],
        columns=["destination", "origin", "positive", "n"],
    )
    if frame.empty:
        return
    table = indirect(frame)
    assert (table["expected"] * table["n"]).sum() == pytest.approx(frame["positive"].sum())
    known = table[table["ratio"].notna()]
    assert (known["ratio_low"] <= known["ratio"]).all()
    assert (known["ratio"] <= known["ratio_high"]).all()


def test_p90_over_p10_by_hand():
    # Between the first two of five: 0.1 + 0.4 * 0.1; between the last two: 0.4 + 0.6 * 0.1.
    assert p90_p10(np.array([0.1, 0.2, 0.3, 0.4, 0.5])) == pytest.approx(0.46 / 0.14)
    assert p90_p10(np.array([0.0, 0.0, 0.5])) == np.inf


def test_limits_are_quantiles_of_the_draws_that_take_the_estimate_in():
    draws = np.arange(1.0, 2.001, 0.01)
    found = with_limits(1.5, draws)
    assert found["value"] == 1.5
    assert (found["low_80"], found["high_80"]) == (pytest.approx(1.1), pytest.approx(1.9))
    assert with_limits(2.5, draws)["high"] == 2.5
    assert with_limits(0.5, draws)["low"] == 1.0  # no ratio of p90 to p10 is below one
    none = with_limits(np.inf, np.array([2.0, np.inf, 3.0]))
    assert (none["value"], none["high"], none["low"]) == (np.inf, np.inf, 2.0)


def test_shares_by_hand():
    d, none = np.array([[0.0, 1.0, 2.0]]), np.zeros((1, 3))
    assert strictness_share(d, none)["value"] == pytest.approx(1.0)
    assert strictness_share(none, d)["value"] == pytest.approx(0.0)
    assert strictness_share(d, d)["value"] == pytest.approx(0.5)
    raw = np.array([0.2, 0.5, 0.8])
    same = np.full((3, 3), raw)
    assert mix_share(raw, raw, same, same)["value"] == pytest.approx(0.0)
    # Half the logit: a quarter of the variance.
    half = 1 / (1 + np.sqrt((1 - raw) / raw))
    assert mix_share(raw, half, same, np.full((3, 3), half))["value"] == pytest.approx(0.75)


def test_a_pool_that_cannot_be_compared_still_has_its_rates():
    found = compare(TWO[TWO["destination"] == "A"], "X", np.random.default_rng(1))
    assert found.year["status"].tolist() == [status.ONE_DESTINATION]
    assert found.destinations["rate"].tolist() == [0.5]
    bad = compare(TWO.assign(positive=-1), "X", np.random.default_rng(1))
    assert bad.year["status"].tolist() == [status.BAD_COUNTS]


@pytest.fixture(scope="module")
def kept():
    return results.read("lottery_destinations")


def test_kept_actual_and_expected_decisions_of_each_pool_agree(kept):
    inside = kept[kept["status"] != status.UNDIVIDED]
    for _, pool in inside.groupby(["pool", "year"]):
        expected = (pool["expected"] * pool["n"]).sum()
        assert expected == pytest.approx(pool["positive"].sum(), rel=1e-4)


def test_kept_destinations_are_marked_or_apart_where_they_must_be(kept):
    europe = kept[kept["pool"] == "EU+"].set_index(["destination", "year"])
    assert europe.at[("AUT", 2025), "status"] == status.UNDIVIDED
    assert europe.at[("DEU", 2025), "stage"] == "first+repeat"
    assert (kept["marked"] >= (kept["n"] < 50)).all()
    courts = kept[(kept["authority"] == "EOIR") & (kept["year"] == 2024)]
    assert courts["marked"].all()  # half a year
    assert set(kept["status"]) <= set(status.WORDS)
    fitted = kept[kept["status"] == status.OK]
    assert fitted[["effect", "direct", "adjusted", "ratio"]].notna().all(axis=None)
    inside = fitted[fitted["adjusted_low"].notna()]
    assert (inside["adjusted_low"] <= inside["adjusted"]).all()
    assert (inside["adjusted"] <= inside["adjusted_high"]).all()


def test_kept_rates_of_russians_are_the_published_ones():
    table = results.read("lottery_russians")
    assert set(table.loc[table["year"] == 2025, "design_effect"]) == {1.0, 2.0, 4.0}
    table = table[(table["pool"] == "EU+") & (table["year"] < 2025) | (table["design_effect"] == 4)]
    table = table.set_index(["destination", "year"])
    # BAMF 2025: 528 of 7,645; Denmark 2025: none of 106.
    assert tuple(table.loc[("DEU", 2025), ["positive", "n"]]) == (528, 7645)
    assert tuple(table.loc[("DNK", 2025), ["positive", "n"]]) == (0, 106)
    assert np.isfinite(table.at[("DNK", 2025), "logit"])
    # The page says that Germany is below what is expected of others too, and further for Russians.
    assert table.at[("DEU", 2025), "deviation_high"] < 0
    general = results.read("lottery_destinations")
    general = general[(general["pool"] == "EU+") & (general["year"] == 2025)]
    assert general.set_index("destination").at["DEU", "effect_high"] < 0
    shown = table[~table["marked"] & table["deviation"].notna()]
    assert (shown["deviation_low"] <= shown["deviation"]).all()
    assert (shown["deviation"] <= shown["deviation_high"]).all()


def test_kept_dispersion_shrinks_over_the_same_origins():
    table = results.read("lottery_dispersion")
    europe = table[
        (table["pool"] == "EU+") & (table["design_effect"] == 1) & (table["origins"] == "all")
    ]
    wide = europe.pivot_table(index="year", columns="measure", values="value")
    assert list(wide.index) == list(range(2015, 2026))
    for measure in ("indirect", "direct", "adjusted"):
        assert (wide[measure] < wide["actual"]).all()
        assert wide[measure].between(1.2, 2.5).all()  # about twofold, as published
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
    # Denmark granted to none of 106 Russians in 2025.
    ours = table[(table["pool"] == "EU+") & (table["origins"] == "RUS") & (table["year"] == 2025)]
    assert np.isinf(ours.loc[ours["measure"] == "actual", "max_over_min"]).all()


def test_kept_years_are_fitted_and_shares_add_up():
    table = results.read("lottery_years")
    assert set(table["status"]) == {status.OK}
    np.testing.assert_allclose(table["own"] + table["strictness"], 1, atol=1e-4)
    assert set(table.loc[table["design_effect"] > 1, "design_effect"]) == {2, 4}
    assert table["source"].eq("UNHCR").all()
    main = table[(table["pool"] == "EU+") & (table["design_effect"] == 1)].set_index("year")
    assert main["decisions"].between(400_000, 1_100_000).all()


TOLD = ("usual", "alike", "rare", "few", "families")


def test_the_study_meets_its_targets():
    assert evaluation.meta("lottery")["replications"] >= 500
    table = evaluation.read("lottery")
    large = table[table["large"]].set_index("scenario")
    assert (large["replications"] >= 500).all()
    assert (large["not_fitted"] == 0).all()
    assert large.loc[list(TOLD), "coverage"].between(0.93, 0.97).all()
    # One's mean error is known to about its standard error only, so bias is told less that.
    assert (large.loc[["usual", "alike", "rare"], "rate_bias"] < 0.01).all()
    assert large.at["few", "shrunken_rate_bias"] > large.at["few", "rate_bias"]
    assert large.at["rounding-untold", "coverage"] < 0.93


def test_the_study_is_the_same_whatever_else_is_run():
    from asylum_report.evaluation import lottery

    exact = tuple(s for s in lottery.SCENARIOS if s.name in ("alike", "exact"))
    alone = lottery.run(2, 5, 1, lambda _: None, exact[:1])["lottery"]
    together = lottery.run(2, 5, 1, lambda _: None, exact)["lottery"]
    both = together[together["scenario"] == exact[0].name].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, both)
    assert alone["replications"].tolist()[0] == 2
