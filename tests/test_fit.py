"""Many corridors at once: what is fitted, what is refused and why, and what is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from asylum_report import fit_cache, fitting
from asylum_report.models import (
    exact,
    exact_batch,
    exact_shapes,
    likelihood_apart,
    many,
    status,
    trend,
)
from asylum_report.models.likelihood import on_grid

KEYS = ["name"]


def series(name, positive, other, first=2010, half=0, **more):
    positive, other = np.array(positive, dtype=float), np.array(other, dtype=float)
    return pd.DataFrame(
        {
            "name": name, "period": first + np.arange(len(positive)),
            "positive": positive, "other": other,
            "positive_low": np.maximum(positive - half, 0), "positive_high": positive + half,
            "other_low": np.maximum(other - half, 0), "other_high": other + half, "reset": False,
        }
        | more
    )  # fmt: skip


GOOD = series("good", [30, 35, 20, 40, 31, 12], [70, 60, 90, 55, 71, 80])


def words(table):
    return table.groupby("name")["status"].agg(lambda one: "/".join(sorted(set(one)))).to_dict()


def test_batched_sums_agree_with_the_single_ones_on_real_kinds_of_counts():
    random = np.random.default_rng(7)
    for effect in (1.0, 2.5):
        for rate, n, half in ((0.02, 60, 2), (0.3, 400, 0), (0.85, 5000, 0), (0.5, 40, 5)):
            positive = random.binomial(n, rate, (3, 12))
            counts = np.stack([positive, n - positive], -1)
            low, high = np.maximum(counts - half, 0), counts + half
            low[1, 4] = high[1, 4] = -1
            for i, form in enumerate(exact_shapes.shapes(low, high, effect)):
                own, level = exact_batch.fit(low[[i]], high[[i]], effect, form)
                sums = exact_batch._sums(form.left, form.right, form.fine)
                grids = exact._grids(sums.level, sums.fine)
                same = exact.fit(low[[i]], high[[i]], effect, None, grids)
                # `exact` lets a missing period weigh a little against levels at the grid's edge.
                limit = 5e-4 if i == 1 else 2e-5
                assert np.abs(own - same.quantiles()).max() < limit
                assert np.abs(level - same.level_quantiles()).max() < limit
                # On the grids that `exact` lays for itself, which end elsewhere.
                alone = exact.fit(low[[i]], high[[i]], effect)
                there = low[i, :, 0] >= 0
                assert np.abs(own - alone.quantiles())[0, there].max() < 5e-3


@pytest.mark.parametrize("effect", [1.0, 1.5, 4.0])
def test_the_likelihood_taken_apart_is_the_likelihood(effect):
    grid = np.linspace(-14, 8, 400)
    log_p, log_q = -np.logaddexp(0, -grid), -np.logaddexp(0, grid)
    for pair in ([0, 0, 2, 2], [0, 100, 2, 100], [3, 8, 7, 12], [0, 0, 20, 20], [0, 9, 5, 2000],
                 [1000, 200000, 1000, 200000], [30000, 90000, 30100, 90100]):  # fmt: skip
        pair = np.array(pair)
        expected = on_grid(pair[:2], pair[2:], effect, grid)
        found = likelihood_apart.likelihood(pair, effect, grid, log_p, log_q)
        seen = expected > 1e-50
        assert np.abs(found[seen] / expected[seen] - 1).max() < 1e-9


def test_a_corridor_is_fitted_alike_whatever_it_is_fitted_with():
    others = [
        series(f"s{i}", np.arange(i, i + 6 + i % 3), 50 + i * np.ones(6 + i % 3), half=2)
        for i in range(12)
    ]
    together = many.fit(pd.concat([GOOD, *others], ignore_index=True), KEYS)
    for one in (GOOD, others[3], others[10]):
        alone = many.fit(one, KEYS)
        name = one["name"].iloc[0]
        kept = together[together["name"] == name].reset_index(drop=True)
        numbers = list(trend.INTERVALS + trend.LEVELS)
        assert np.abs(alone[numbers] - kept[numbers]).to_numpy().max() < 1e-6
        single = trend.fit(one.drop(columns="name"))
        assert (
            np.abs(single[list(trend.INTERVALS)] - kept[list(trend.INTERVALS)]).max().max() < 5e-3
        )


def test_every_kind_of_bad_corridor_has_its_word_and_the_good_one_its_estimate():
    nan, many_ = float("nan"), [50.0] * 5
    bad = {
        "few": (series("few", [5, 6], [5, 6]), status.TOO_FEW),
        "thin": (series("thin", [3] * 6, [5] * 6), status.TOO_FEW),
        "nothing": (series("nothing", [0] * 6, [0] * 6), status.NO_DECISIONS),
        "negative": (series("negative", [5, -3, 5, 5, 5], many_), status.BAD_COUNTS),
        "half": (series("half", [5, 2.5, 5, 5, 5], many_), status.BAD_COUNTS),
        "nan": (series("nan", [5, nan, 5, 5, 5], many_), status.BAD_COUNTS),
        "infinite": (series("infinite", [5, np.inf, 5, 5, 5], many_), status.BAD_COUNTS),
        "bounds": (series("bounds", [5] * 5, many_, positive_low=9.0), status.BAD_COUNTS),
        "twice": (series("twice", [5] * 5, many_, period=2010), status.BAD_COUNTS),
        "huge": (series("huge", [5, 1e12, 5, 5, 5], many_), status.IMPLAUSIBLE),
        "when": (series("when", [5] * 5, many_, period=[1, 2, 3, nan, 5]), status.BAD_PERIODS),
        "far": (series("far", [5] * 5, many_, period=[1, 2, 3, 4, 50000]), status.BAD_PERIODS),
        "none": (series("none", [0] * 6, [40] * 6), status.ALL_NEGATIVE),
        "all": (series("all", [40] * 6, [0] * 6), status.ALL_POSITIVE),
    }
    table = pd.concat([GOOD, *(one for one, _ in bad.values())], ignore_index=True)
    found = many.fit(table, KEYS, least=(5, 20))
    assert words(found) == {"good": status.OK} | {name: word for name, (_, word) in bad.items()}
    fitted = found["status"].isin([status.OK, status.ALL_NEGATIVE, status.ALL_POSITIVE])
    assert set(found.loc[fitted, "method"]) == {"exact"}
    assert found.loc[fitted, list(trend.INTERVALS)].notna().all(axis=None)
    assert set(found.loc[~fitted, "method"]) == {"none"}
    assert found.loc[~fitted, list(trend.INTERVALS)].isna().all(axis=None)
    # 0 of 240 and 240 of 240: limits are one-sided, and close.
    none, all_ = found[found["name"] == "none"], found[found["name"] == "all"]
    assert none["low"].eq(0).all()
    assert none["high"].max() < 0.1
    assert all_["high"].eq(1).all()
    assert all_["low"].min() > 0.9
    good = found[found["name"] == "good"]
    assert (good["low"] < good["raw"]).all()
    assert (good["raw"] < good["high"]).all()
    assert set(bad) | {"good"} == set(found["name"])
    assert all(word in status.WORDS for word in found["status"])


def test_missing_years_widen_nothing_else_and_years_without_decisions_have_no_row():
    gap = GOOD.drop(index=[2, 3])
    found = many.fit(gap, KEYS)
    assert found["period"].tolist() == [2010, 2011, 2014, 2015]
    assert set(found["status"]) == {"ok"}
    empty = GOOD.copy()
    counted = [c for c in empty.columns if c.startswith(("positive", "other"))]
    empty.loc[[2, 3], counted] = 0.0
    numbers = list(trend.INTERVALS)
    assert np.allclose(many.fit(empty, KEYS)[numbers], found[numbers], atol=1e-6)


def test_the_words_are_those_of_the_single_check():
    random = np.random.default_rng(3)
    tables = []
    for i in range(60):
        size = int(random.integers(1, 7))
        positive = random.integers(-1 if i % 9 == 0 else 0, 3 if i % 2 else 1, size)
        tables.append(series(f"{i:02}", positive, random.integers(0, 2 + i % 3, size)))
    table = pd.concat(tables, ignore_index=True)
    values = table[["positive", "other", *trend.BOUNDS]].to_numpy(dtype=float)
    corridor = table.groupby("name").ngroup().to_numpy()
    found = many.check(values, table["period"].to_numpy(dtype=float), corridor)
    assert found == [trend.check(one) for one in tables]
    assert len(set(found)) >= 4


def test_unknown_methods_and_design_effects_below_one_are_refused():
    with pytest.raises(ValueError, match="one of auto, exact, fast"):
        many.fit(GOOD, KEYS, method="best")
    for effect in (0.5, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="at least 1"):
            many.fit(GOOD, KEYS, effect)


def test_a_table_without_rows_gives_one():
    assert many.fit(GOOD.iloc[:0], KEYS).empty


def test_a_reset_lets_the_level_start_anew():
    broken = GOOD.assign(reset=GOOD["period"] == 2013)
    one, other = many.fit(broken, KEYS), many.fit(GOOD, KEYS)
    single = trend.fit(broken.drop(columns="name"))
    assert np.abs(one["level_estimate"] - single["level_estimate"]).max() < 5e-3
    assert np.abs(one["level_estimate"] - other["level_estimate"]).max() > 0.005


def test_the_fast_method_stands_in_only_where_counts_are_large_and_grids_would_be_fine():
    large = series("large", [90_000, 80_000, 85_000, 70_000], [99_000, 120_000, 110_000, 90_000])
    small = series("small", [900, 800, 850, 70], [990, 1200, 1100, 900])
    rounded = series("rounded", large["positive"], large["other"], half=5)
    found = many.fit(pd.concat([large, small, rounded]), KEYS)
    method = found.drop_duplicates("name").set_index("name")["method"].to_dict()
    assert method == {"large": "fast", "small": "exact", "rounded": "exact"}
    slow = many.fit(large, KEYS, method="exact")
    quick = found[found["name"] == "large"].reset_index(drop=True)
    assert np.abs(quick[list(trend.INTERVALS)] - slow[list(trend.INTERVALS)]).max().max() < 5e-4


def test_one_corridor_that_fails_leaves_the_others(monkeypatch):
    whole = exact_batch.fit

    def fails(low, high, effect, form):
        if (low == 13).any():
            raise FloatingPointError("made to fail")
        return whole(low, high, effect, form)

    monkeypatch.setattr(exact_batch, "fit", fails)
    like = GOOD.assign(name="like")
    ill = series("ill", [30, 35, 20, 40, 31, 13], [70, 60, 90, 55, 71, 80])
    found = many.fit(pd.concat([GOOD, like, ill]), KEYS)
    assert words(found) == {"good": "ok", "like": "ok", "ill": status.FAILED}


def fit(table, tally=None, **more):
    options = fitting.Options(least=(3, 1), **more)
    return pd.concat(list(fitting.stream([table], KEYS, options, tally)), ignore_index=True)


def test_the_second_run_computes_nothing_and_gives_the_same(tmp_path, monkeypatch):
    table = pd.concat([GOOD, GOOD.assign(name="twin"), series("none", [0] * 4, [9] * 4)])
    first = fit(table, cache=tmp_path / "fit")
    assert len(list((tmp_path / "fit").iterdir())) == 2  # twins share one
    monkeypatch.setattr(many, "solve", lambda task: pytest.fail("computed again"))
    tally = fitting.Tally()
    pd.testing.assert_frame_equal(fit(table, tally, cache=tmp_path / "fit"), first)
    assert (tally.cached, tally.corridors) == (3, 3)


@pytest.mark.parametrize("damage", [b"", b"x" * 100, None])
def test_a_damaged_file_of_the_cache_is_written_anew(tmp_path, damage):
    first = fit(GOOD, cache=tmp_path)
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-9] + b"123456789" if damage is None else damage)
    pd.testing.assert_frame_equal(fit(GOOD, cache=tmp_path), first)
    assert kept.read_bytes() == whole


def test_other_counts_effects_methods_and_code_are_other_contents(monkeypatch):
    def name(table=GOOD, effect=1.0, method="auto"):
        (task,) = many.prepare(table, KEYS, effect, method).tasks.values()
        return fit_cache.key(task, method)

    names = {name(), name(effect=2.0), name(method="fast"), name(method="exact")}
    names.add(name(GOOD.assign(other=GOOD["other"] + 1, other_high=GOOD["other_high"] + 1)))
    names.add(name(GOOD.assign(reset=GOOD["period"] == 2013)))
    monkeypatch.setattr(fit_cache, "version", lambda: "other code")
    names.add(name())
    assert len(names) == 7
    assert name(GOOD.assign(name="renamed")) in names


def test_the_cache_keeps_within_its_bound_and_drops_the_oldest(tmp_path):
    import os

    for i in range(6):
        (tmp_path / f"{i}").write_bytes(b"x" * 5000)
        os.utime(tmp_path / f"{i}", (1000 + i, 1000 + i))
    assert fit_cache.trim(tmp_path, limit=3 * 8192) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["3", "4", "5"]


def test_a_cache_that_cannot_be_written_costs_nothing_but_speed(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("no folder")
    assert set(fit(GOOD, cache=in_the_way)["status"]) == {"ok"}


def test_two_processes_give_what_one_gives():
    table = pd.concat([GOOD.assign(name=f"{i}", other=GOOD["other"] + i,
                                   other_high=GOOD["other"] + i) for i in range(120)])  # fmt: skip
    pd.testing.assert_frame_equal(fit(table, jobs=2), fit(table, jobs=1))


def test_blocks_cut_between_corridors_in_the_order_of_their_keys():
    table = pd.concat([GOOD.assign(name=name) for name in "cabd"])
    parts = list(fitting.blocks(table, KEYS, 3))
    assert [part["name"].unique().tolist() for part in parts] == [["a", "b", "c"], ["d"]]


def test_the_version_covers_the_code_a_fit_rests_on():
    folder = Path(exact.__file__).parent
    for name in fit_cache.CODE:
        assert (folder / name).is_file()
