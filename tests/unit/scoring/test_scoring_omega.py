"""S-43: omega of one factor by maximum likelihood, its gates, and witnesses that take another road."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scoring_item_builders import cross_products, names, one_factor, related

from assess.scoring.item_table import CrossProducts, pooled_products
from assess.scoring.omega import OneFactor, fit, omega, omega_of
from assess.scoring.reliability import alpha
from assess.scoring.results import Estimate, NotEstimable, Reason

Floats = npt.NDArray[np.float64]

GATE_FIT = NotEstimable(reason=Reason.GATE_FIT)
ZERO = NotEstimable(reason=Reason.ZERO_VARIANCE)
UNEVEN = (0.9, 0.8, 0.7, 0.5, 0.4)


def sample(seed: int, n: int = 200, loadings: tuple[float, ...] = UNEVEN) -> CrossProducts:
    return cross_products(one_factor(np.random.default_rng(seed), n, loadings))


def fitted(x: CrossProducts) -> OneFactor:
    found = fit(x)
    assert isinstance(found, OneFactor)
    return found


def estimated(x: CrossProducts) -> Estimate:
    found = omega(x)
    assert isinstance(found, Estimate)
    return found


def implied(*loadings: float) -> Floats:
    """Return the correlations of items with these standardised loadings."""
    lent = np.array(loadings)
    return np.outer(lent, lent) + np.diag(1 - lent**2)


def covariance(x: CrossProducts) -> Floats:
    return x.products / x.n - np.outer(x.sums, x.sums) / x.n**2


def discrepancy(parameters: Floats, observed: Floats) -> float:
    """Return F of loadings and error variances, as textbooks write it: nothing of ours."""
    k = len(observed)
    model = np.outer(parameters[:k], parameters[:k]) + np.diag(parameters[k:])
    log_model, log_observed = np.linalg.slogdet(model)[1], np.linalg.slogdet(observed)[1]
    return float(log_model + np.trace(np.linalg.solve(model, observed)) - log_observed - k)


def searched(observed: Floats, start: Floats) -> tuple[Floats, float]:
    """Return loadings and error variances where a search over all 2k of them ends, and F there."""
    k = len(observed)
    found = minimize(
        lambda p: discrepancy(np.concatenate([p[:k], np.exp(p[k:])]), observed),
        np.concatenate([start[:k], np.log(start[k:])]),
        method="BFGS",
    )
    return np.concatenate([found.x[:k], np.exp(found.x[k:])]), float(found.fun)


def hessian(at: Floats, observed: Floats, step: float = 1e-3) -> Floats:
    """Return the second derivatives of F by central differences."""
    steps = np.eye(len(at)) * step

    def both(a: Floats, b: Floats) -> float:
        signs = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
        return sum(s * t * discrepancy(at + s * a + t * b, observed) for s, t in signs) / (4 * step**2)

    return np.array([[both(a, b) for b in steps] for a in steps])


def of(parameters: Floats) -> float:
    """Return omega of loadings and error variances."""
    k = len(parameters) // 2
    return float(parameters[:k].sum() ** 2 / (parameters[:k].sum() ** 2 + parameters[k:].sum()))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_search_over_all_parameters_finds_the_same_model(seed: int) -> None:
    """S-43: loadings, error variances, chi-square and omega, by an independent objective and optimiser."""
    x = sample(seed)
    observed, found = covariance(x), fitted(x)
    sd = np.sqrt(np.diagonal(observed))
    parameters, height = searched(observed, np.concatenate([0.7 * sd, 0.5 * sd**2]))
    assert np.concatenate([found.loadings, found.errors]) == pytest.approx(parameters, rel=1e-4)
    assert found.chi2 == pytest.approx(x.n * height, abs=1e-6)
    # At the optimum the model has the variances of the data, to rounding: a search that stopped early has not.
    assert np.array(found.loadings) ** 2 + found.errors == pytest.approx(sd**2, rel=1e-7)
    assert estimated(x).value == pytest.approx(of(parameters), rel=1e-5)
    assert (found.n, found.items, found.df, found.admissible) == (200, names(5), 5, True)


def test_the_standard_error_is_that_of_the_delta_method() -> None:
    """S-43: half the curvature of F at the model's own covariances is the expected information; by differences."""
    x = sample(1)
    found = fitted(x)
    at = np.concatenate([found.loadings, found.errors])
    own = np.outer(found.loadings, found.loadings) + np.diag(found.errors)
    step = 1e-6
    gradient = np.array([(of(at + each) - of(at - each)) / (2 * step) for each in np.eye(len(at)) * step])
    se = math.sqrt(gradient @ np.linalg.solve(hessian(at, own) / 2, gradient) / x.n)
    estimate = estimated(x)
    assert estimate.se == pytest.approx(se, rel=1e-4)
    assert (estimate.lo95, estimate.hi95) == pytest.approx(
        (estimate.value - 1.959964 * se, estimate.value + 1.959964 * se), rel=1e-4
    )
    assert (estimate.lo90, estimate.hi90) == pytest.approx(
        (estimate.value - 1.644854 * se, estimate.value + 1.644854 * se), rel=1e-4
    )
    assert (estimate.n, estimate.m, estimate.df) == (200, 0, 199)
    assert estimate.method.startswith("omega")


def test_a_model_that_made_the_correlations_is_found_again() -> None:
    """S-43: loadings .9 to .4, omega from them by hand; chi-square 0, CFI 1."""
    found, estimate = fitted(related(implied(*UNEVEN), 500)), estimated(related(implied(*UNEVEN), 500))
    assert np.array(found.loadings) / 1000 == pytest.approx(UNEVEN, abs=1e-5)
    assert np.array(found.errors) / 1e6 == pytest.approx(1 - np.array(UNEVEN) ** 2, abs=1e-5)
    assert found.chi2 == pytest.approx(0, abs=1e-6)
    assert found.cfi == 1
    assert estimate.value == pytest.approx(3.3**2 / (3.3**2 + 5 - 2.35), abs=1e-6)


def test_with_equal_loadings_omega_is_alpha_and_else_it_is_higher() -> None:
    """S-42, S-43: alpha is the special case, and a lower bound."""
    even, uneven = related(implied(0.7, 0.7, 0.7, 0.7), 300), related(implied(*UNEVEN), 300)
    for x, more in ((even, 0.0), (uneven, 0.01)):
        of_alpha = alpha(x)
        assert isinstance(of_alpha, Estimate)
        assert estimated(x).value - of_alpha.value == pytest.approx(0, abs=1e-5) if more == 0 else True
        assert estimated(x).value - of_alpha.value > more - 1e-5


def test_the_fit_index_is_bentler_s() -> None:
    """S-43: two pairs of items with something in common beyond the factor; chi-squares from determinants."""
    r = implied(0.7, 0.7, 0.6, 0.6, 0.5)
    r[0, 1] = r[1, 0] = r[0, 1] + 0.15
    r[2, 3] = r[3, 2] = r[2, 3] + 0.2
    found = fitted(related(r, 400))
    _, height = searched(r, np.concatenate([np.full(5, 0.7), np.full(5, 0.5)]))
    none = -400 * math.log(np.linalg.det(r))
    assert found.cfi == pytest.approx(1 - (400 * height - 5) / (none - 10), abs=1e-5)
    assert 0.90 < found.cfi < 0.999
    assert isinstance(omega(related(r, 400)), Estimate)


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4, 5, 6), (6, 5, 4, 3, 2, 1, 0)])
def test_two_clusters_are_no_one_factor_and_the_better_of_two_optima_is_found(order: tuple[int, ...]) -> None:
    """S-43, S-49: planted weakness: a search from one start ends on the weaker cluster, ours on the stronger one.

    In either order of the items, so that no start is lucky by its place.
    """
    strong, weak = implied(0.9, 0.9, 0.9, 0.3), implied(0.8, 0.8, 0.8)
    apart = np.block([[strong, np.full((4, 3), 0.05)], [np.full((3, 4), 0.05), weak]])
    r, place = apart[np.ix_(order, order)], np.array(order)
    lost = np.concatenate([np.where(place > 3, 0.8, 0.05), np.where(place > 3, 0.4, 0.9)])
    _, height = searched(r, lost)
    x = related(r, 200)
    found = fitted(x)
    loading = np.array(found.loadings)
    assert found.chi2 / 200 < height - 0.1
    assert loading[place < 3].min() > loading[place > 3].max()
    assert found.cfi < 0.90
    assert omega(x) == GATE_FIT
    assert isinstance(omega_of(found), Estimate)


@pytest.mark.parametrize("k", [3, 4])
def test_a_heywood_case_is_refused(k: int) -> None:
    """S-43, S-49: .9 and .9 with .6 between them ask for a first loading above 1: an error variance at its bound."""
    r = np.eye(k) + 0.4 * (1 - np.eye(k))
    r[0, 1] = r[1, 0] = r[0, 2] = r[2, 0] = 0.9
    r[1, 2] = r[2, 1] = 0.7
    found = fitted(related(r, 300))
    assert not found.admissible
    assert min(found.errors) < 1e6 * 2e-4
    assert omega(related(r, 300)) == omega_of(found) == GATE_FIT


def test_three_items_are_fitted_but_have_no_omega() -> None:
    """S-43: with three one factor always fits, so that its fit says nothing; witnesses may ask."""
    x = related(implied(0.8, 0.7, 0.6), 300)
    found, at = fitted(x), omega_of(fitted(x))
    assert (found.df, found.cfi) == (0, pytest.approx(1))
    assert isinstance(at, Estimate)
    assert at.value == pytest.approx(2.1**2 / (2.1**2 + 3 - 1.49), abs=1e-6)
    assert omega(x) == GATE_FIT


@pytest.mark.parametrize("k", [1, 2])
def test_fewer_than_three_items_determine_no_factor(k: int) -> None:
    """S-48."""
    assert fit(related(implied(0.8, 0.7)[:k, :k], 300)) == omega(related(implied(0.8, 0.7)[:k, :k], 300)) == GATE_FIT


def test_fifty_persons_are_enough_and_forty_nine_are_not() -> None:
    """S-43."""
    assert omega(sample(5, 49)) == NotEstimable(reason=Reason.GATE_N)
    assert estimated(sample(5, 50)).n == 50


def test_a_fit_index_under_ninety_is_refused() -> None:
    """S-43: the same model, its fit index moved past the gate, by adding to two correlations of five."""

    def near(extra: float) -> CrossProducts:
        r = implied(0.7, 0.7, 0.7, 0.7, 0.7)
        r[0, 1] = r[1, 0] = r[0, 1] + extra
        r[2, 3] = r[3, 2] = r[2, 3] + extra
        return related(r, 300)

    within, beyond = fitted(near(0.15)), fitted(near(0.30))
    assert within.cfi > 0.90 > beyond.cfi
    assert within.admissible
    assert beyond.admissible
    assert estimated(near(0.15)) == omega_of(within)
    assert omega(near(0.30)) == GATE_FIT


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], Reason.NO_ANSWERS),
        ([(1, 2, 3, 4)], Reason.TOO_FEW),
        ([(1, 2, 3, 4), (2, 2, 4, 5)], Reason.GATE_N),
        ([(3, 3, 3, 3)] * 60, Reason.ZERO_VARIANCE),
        ([(1, 2, 3, 4), (2, 5, 3, 1), (5, 4, 3, 2)] * 20, Reason.ZERO_VARIANCE),
        ([(1, 2, 3, 6), (2, 5, 3, 10), (5, 4, 1, 10), (4, 4, 4, 12)] * 20, Reason.ZERO_VARIANCE),
    ],
    ids=["nobody", "one", "two", "all alike", "a constant item", "an item that is a sum of others"],
)
def test_a_degenerate_table_has_no_omega(rows: list[tuple[int, ...]], reason: Reason) -> None:
    """S-48: typed refusals, no warning."""
    assert omega(cross_products(rows, items=4)) == NotEstimable(reason=reason)


def test_the_fit_itself_refuses_what_has_no_covariances() -> None:
    """S-48: as many persons as items are always singular."""
    assert fit(cross_products([], items=4)) == NotEstimable(reason=Reason.NO_ANSWERS)
    assert fit(cross_products([(1, 2, 3, 4)])) == NotEstimable(reason=Reason.TOO_FEW)
    assert fit(cross_products([(1, 2, 3, 4), (2, 5, 1, 1), (5, 4, 4, 2), (1, 1, 2, 3)])) == ZERO


def test_items_that_share_nothing_have_no_omega() -> None:
    """S-48: uncorrelated items fit one factor perfectly, with loadings that are not determined."""
    x = related(np.eye(4), 100)
    assert fitted(x).cfi == 1
    assert omega(x) == GATE_FIT


def test_an_item_that_runs_against_the_others_lowers_omega() -> None:
    """S-43: loadings keep their signs, and their sum is positive whichever way the search went."""
    with_it, turned = related(implied(0.8, 0.8, 0.8, -0.5), 200), related(implied(0.8, 0.8, 0.8, 0.5), 200)
    assert fitted(with_it).loadings[3] == pytest.approx(-500, abs=0.1)
    assert estimated(with_it).value < estimated(turned).value - 0.1
    most = related(implied(-0.8, -0.8, -0.8, 0.5), 200)
    assert estimated(most).value == pytest.approx(estimated(with_it).value)
    assert sum(fitted(most).loadings) > 0


def test_loadings_that_cancel_leave_no_interval() -> None:
    """S-48: at omega 0 the delta method would give a width of 0."""
    found = fitted(related(implied(0.7, 0.7, -0.7, -0.7), 200))
    assert omega_of(replace(found, loadings=(700.0, 700.0, -700.0, -700.0))) == NotEstimable(reason=Reason.NO_INTERVAL)


def test_limits_stay_between_0_and_1() -> None:
    """S-01: near either end the symmetric interval would leave the scale."""
    high, low = related(implied(0.99, 0.98, 0.2, 0.2), 50), related(implied(0.3, 0.3, -0.3, -0.2), 60)
    for found in (omega_of(fitted(high)), omega_of(fitted(low))):
        assert isinstance(found, Estimate)
        assert 0 <= found.lo95 <= found.lo90 <= found.value <= found.hi90 <= found.hi95 <= 1
        assert found.se > 0
    assert omega_of(fitted(low)).lo95 == 0  # type: ignore[union-attr]
    wide = OneFactor(
        items=names(2), n=9, loadings=(1.0, 1.0), errors=(0.2, 0.2), admissible=True, chi2=0.0, df=0, cfi=1.0
    )
    assert omega_of(wide) == GATE_FIT
    few = omega_of(replace(fitted(related(implied(0.9, 0.9, 0.9, 0.9), 50)), n=3))
    assert isinstance(few, Estimate)
    assert few.hi95 == few.hi90 == 1


def test_units_of_an_item_do_not_matter_to_its_fit() -> None:
    """S-43: a model of covariances: one item in other units changes its loading alone."""
    x = sample(7)
    unit = np.array([1, 1, 10, 1, 1])
    other = CrossProducts(items=x.items, n=x.n, sums=x.sums * unit, products=x.products * np.outer(unit, unit))
    assert np.array(fitted(other).loadings) == pytest.approx(np.array(fitted(x).loadings) * unit, rel=1e-6)
    assert fitted(other).chi2 == pytest.approx(fitted(x).chi2, rel=1e-9)


def test_reversing_all_items_and_pooling_are_what_they_are_for_rows() -> None:
    """S-54: reversed answers have the same omega; added tables are pooled persons; the same table, the same bits."""
    rows = one_factor(np.random.default_rng(8), 120, UNEVEN)
    x = cross_products(rows)
    assert estimated(cross_products(6 - rows)).value == pytest.approx(estimated(x).value, rel=1e-7)
    assert omega(pooled_products(cross_products(rows[:50]), cross_products(rows[50:]))) == omega(x)


@settings(max_examples=15)
@given(st.lists(st.tuples(*[st.integers(1, 5)] * 4), min_size=5, max_size=12))
def test_whatever_few_people_answered_there_is_a_model_or_a_reason(rows: list[tuple[int, ...]]) -> None:
    """S-02, S-48: near-singular, Heywood and unrelated items included; nothing warns."""
    found = fit(cross_products(rows))
    if isinstance(found, NotEstimable):
        assert found == ZERO
        return
    assert min(found.errors) > 0
    assert found.chi2 > -1e-6
    assert 0 <= found.cfi <= 1
    at = omega_of(found)
    if isinstance(at, Estimate):
        assert 0 <= at.lo95 <= at.value <= at.hi95 <= 1
    else:
        assert at == GATE_FIT
