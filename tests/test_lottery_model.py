"""The comparison of destinations: its likelihood, its fit and what it does with bad counts."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import expit

from asylum_report.models import status
from asylum_report.models.lottery_draws import draw
from asylum_report.models.lottery_effects import effects
from asylum_report.models.lottery_fit import fit, shrunken
from asylum_report.models.lottery_likelihood import data, evaluate
from asylum_report.models.lottery_rounding import law

Y = np.array([3.0, 0.0, 40.0, 7.0, 5.0])
N = np.array([10.0, 5.0, 90.0, 9.0, 2000.0])
PLACE = np.array([0, 1, 0, 1, 2])
ORIGIN = np.array([0, 0, 1, 1, 1])
THETA = np.array([-0.4, 0.7, -3.0, math.log(0.8), math.log(1.3)])


def cells(rows):
    return pd.DataFrame(rows, columns=["destination", "origin", "positive", "n"])


def made_up(seed=1, places=6, origins=20):
    rng = np.random.default_rng(seed)
    d, o = rng.normal(-0.5, 0.8, places), rng.normal(0, 1.2, origins)
    c = rng.normal(0, 1.0, (places, origins))
    n = np.exp(rng.normal(4, 1.5, (places, origins))).astype(int) + 1
    y = rng.binomial(n, expit(d[:, None] + o + c))
    return cells(
        [(f"D{j}", f"O{i}", y[j, i], n[j, i]) for j in range(places) for i in range(origins)]
    )


def by_brute_force(boxes):
    """Integrate on a plain grid: sums over everything rounding allows, no quadrature."""
    s_o, s_c = np.exp(THETA[-2:])
    grid = np.linspace(-9, 9, 1801)
    weight = np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi) * (grid[1] - grid[0])
    total = 0.0
    for i in (0, 1):
        product = np.ones(len(grid))
        for k in np.flatnonzero(i == ORIGIN):
            e = THETA[PLACE[k]] + s_o * grid[:, None] + s_c * grid
            p = expit(e)
            like = np.zeros_like(e)
            for y, r, times in boxes[k]:
                like += times * np.exp(y * np.log(p) + r * np.log1p(-p))
            product *= like @ weight
        total += math.log(float(product @ weight))
    return total


def test_likelihood_equals_brute_force_integration():
    exact = [[(y, n - y, 1)] for y, n in zip(Y, N, strict=True)]
    found = evaluate(data(law(Y, N), PLACE, ORIGIN), THETA)
    assert found.value == pytest.approx(by_brute_force(exact), abs=2e-3)


def test_rounded_likelihood_equals_brute_force_integration():
    low = np.array([3.0, 0.0, 40.0, 7.0, 3.0])
    high = np.array([7.0, 2.0, 40.0, 7.0, 7.0])
    rejected = N - Y
    bounds = (low, high, rejected - np.array([0, 2, 0, 0, 0]), rejected + np.array([0, 2, 0, 0, 0]))
    boxes = []
    for k in range(len(Y)):
        boxes.append(
            [
                (y, r, math.comb(y + r, y))
                for y in range(int(low[k]), int(high[k]) + 1)
                for r in range(int(bounds[2][k]), int(bounds[3][k]) + 1)
            ]
        )
    # Where nothing is rounded the binomial coefficient is left out of our likelihood.
    constant = sum(math.log(b[0][2]) for b in boxes if len(b) == 1)
    found = evaluate(data(law(Y, N, bounds), PLACE, ORIGIN), THETA)
    assert found.value == pytest.approx(by_brute_force(boxes) - constant, abs=5e-3)


def test_derivatives_are_those_of_the_likelihood():
    d = data(law(Y, N), PLACE, ORIGIN)
    at = evaluate(d, THETA)
    for k in range(len(THETA)):
        step = np.zeros(len(THETA))
        step[k] = 1e-4
        up, down = evaluate(d, THETA + step, at.modes), evaluate(d, THETA - step, at.modes)
        assert (up.value - down.value) / 2e-4 == pytest.approx(at.gradient[k], abs=5e-3)
        np.testing.assert_allclose((up.gradient - down.gradient) / 2e-4, at.hessian[k], atol=2e-2)


def test_rounding_sums_every_pair_that_it_allows():
    y, r = np.array([5.0]), np.array([0.0])
    one = law(y, y + r, (np.array([3.0]), np.array([7.0]), np.array([0.0]), np.array([2.0])))
    for e in (-2.0, 0.3, 4.0):
        p = 1 / (1 + math.exp(-e))
        by_hand = sum(
            math.comb(a + b, a) * p**a * (1 - p) ** b for a in range(3, 8) for b in range(3)
        )
        assert one.terms(np.array([e]))[0][0] == pytest.approx(math.log(by_hand), abs=1e-5)


def test_without_variances_it_is_the_binomial_regression_of_statsmodels():
    frame = made_up()
    found = fit(frame, sd_origin=0.0, sd_cell=0.0)
    exog = pd.get_dummies(frame["destination"]).astype(float)
    counts = np.column_stack([frame["positive"], frame["n"] - frame["positive"]])
    plain = sm.GLM(counts, exog, family=sm.families.Binomial()).fit()
    np.testing.assert_allclose(found.theta[:-2], plain.params, atol=2e-3)
    errors = np.sqrt(np.diag(found.covariance)[:-2])
    np.testing.assert_allclose(errors, plain.bse, rtol=0.02)


def test_order_of_cells_does_not_matter():
    frame = made_up(2)
    one, other = fit(frame), fit(frame.sample(frac=1, random_state=3))
    assert one.destinations == other.destinations
    np.testing.assert_allclose(one.theta, other.theta, atol=1e-5)


def test_a_design_effect_widens_intervals():
    frame = made_up(2)
    plain, wide = (effects(f, frame) for f in (fit(frame), fit(frame, 4.0)))
    assert (wide["standard_error"] > plain["standard_error"] * 0.99).all()
    assert fit(frame, 4.0).sd_cell < fit(frame).sd_cell


def test_shrunken_effects_lie_nearer_to_their_mean():
    found = fit(made_up(4))
    theta, _, _ = shrunken(found)
    assert np.var(theta[:-2]) < np.var(found.theta[:-2])


def test_draws_have_the_moments_of_the_exact_conditional_distribution():
    frame = made_up(5)
    found = fit(frame)
    found.covariance = np.zeros_like(found.covariance)  # the parameters as if known
    drawn = draw(found, np.random.default_rng(1), 4000)
    spread = np.sqrt(found.value.cell_var)
    assert np.abs((drawn.cells.mean(axis=0) - found.value.cell_mean) / spread).max() < 0.12
    np.testing.assert_allclose(drawn.cells.std(axis=0), spread, rtol=0.12)


BAD = {
    "negative": [("A", "X", -1, 5), ("B", "X", 1, 5), ("A", "Y", 1, 5)],
    "fraction": [("A", "X", 0.5, 5), ("B", "X", 1, 5), ("A", "Y", 1, 5)],
    "missing": [("A", "X", None, 5), ("B", "X", 1, 5), ("A", "Y", 1, 5)],
    "more than all": [("A", "X", 6, 5), ("B", "X", 1, 5), ("A", "Y", 1, 5)],
}


@pytest.mark.parametrize("rows", BAD.values(), ids=BAD)
def test_bad_counts_are_said_to_be_bad(rows):
    assert fit(cells(rows)).status == status.BAD_COUNTS


def test_no_decisions_one_destination_and_one_origin_are_told():
    assert fit(cells([("A", "X", 0, 0), ("B", "Y", 0, 0)])).status == status.NO_DECISIONS
    assert fit(cells([("A", "X", 1, 5), ("A", "Y", 2, 5)])).status == status.ONE_DESTINATION
    assert fit(cells([("A", "X", 1, 5), ("B", "X", 2, 5)])).status == status.ONE_DESTINATION
    nobody = cells([("A", "X", 0, 5), ("B", "X", 0, 5), ("A", "Y", 0, 9), ("B", "Y", 0, 9)])
    assert fit(nobody).status == status.ONE_DESTINATION
    assert fit(nobody).words == [status.ALL_NEGATIVE] * 2


def test_destinations_without_a_finite_effect_get_one_limit():
    frame = made_up(6)
    frame.loc[frame["destination"] == "D0", "positive"] = 0
    frame.loc[frame["destination"] == "D1", "positive"] = frame["n"]
    found = fit(frame)
    table = effects(found, frame).set_index("destination")
    assert table.at["D0", "status"] == status.ALL_NEGATIVE
    assert table.at["D0", "low"] == -np.inf
    assert np.isfinite(table.at["D0", "high"])
    assert table.at["D1", "status"] == status.ALL_POSITIVE
    assert table.at["D1", "high"] == np.inf
    assert np.isfinite(table.at["D1", "low"])
    # The others are fitted as if those two were not there.
    rest = fit(frame[~frame["destination"].isin(["D0", "D1"])])
    np.testing.assert_allclose(found.theta, rest.theta, atol=1e-5)
    assert table.at["D0", "high"] < table["effect"].min()


def test_a_profile_limit_is_where_the_likelihood_has_fallen_by_half_of_3_84():
    frame = made_up(7)
    mine = frame["destination"] == "D2"
    frame.loc[mine, "positive"] = 0
    frame.loc[frame.index[mine][:2], "positive"] = 1
    found = fit(frame)
    table = effects(found, frame).set_index("destination")
    assert table.at["D2", "interval"] == "profile"
    assert table.at["D2", "effect"] - table.at["D2", "low"] > (
        table.at["D2", "high"] - table.at["D2", "effect"]
    )
    from asylum_report.models.lottery_effects import reference
    from asylum_report.models.lottery_fit import newton

    mean = float(reference(found) @ found.theta[:-2])
    free = np.ones(len(found.theta), dtype=bool)
    free[2] = False
    theta = found.theta.copy()
    theta[2] = table.at["D2", "high"] + mean
    _, there, _, _ = newton(found.data, theta, free)
    assert 2 * (found.loglik - there.value) == pytest.approx(3.841, abs=0.03)
