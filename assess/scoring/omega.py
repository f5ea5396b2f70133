"""Omega: how reliable a scale's sum is when its items measure one thing to different degrees (S-43).

Belongs here: the one-factor model by maximum likelihood, its gates, omega with the interval of the delta method. Does
not: alpha, the number that stands on a page (reliability); several factors; ordinal models.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from assess.scoring.intervals import z_quantile
from assess.scoring.item_table import CrossProducts
from assess.scoring.results import Estimand, Estimate, NotEstimable, Reason

FEWEST: Final = 50
"""Complete persons under which the model is not trusted."""

FEWEST_ITEMS: Final = 4
"""Items under which one factor always fits, so that its fit says nothing."""

FIT: Final = 0.90
"""Smallest comparative fit index."""

_BOUND: Final = 1e-4
"""Smallest share of an item's variance that the search leaves to error: what ends there has its optimum at zero or
under it, a Heywood case."""

_SETTLED: Final = 1e-4
"""Largest slope of F, by the logarithm of an error share, at which a search has arrived."""

_ZERO: Final = 1e-9
"""Share under which a number is zero but for rounding."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneFactor:
    """One factor fitted to the covariances of k items by maximum likelihood; the factor has variance 1.

    Parameters
    ----------
    items
        The k items.
    n
        Persons who answered every item.
    loadings
        λ in answer codes, signed so that their sum is not negative.
    errors
        ψ in squared codes. Covariances divide by n, as maximum likelihood has it.
    admissible
        Whether the best point found is an optimum with every error variance above zero; if not, a Heywood case.
    chi2, df
        n·F against the saturated model, on k(k-3)/2 degrees of freedom.
    cfi
        Comparative fit index, 1 - max(χ² - df, 0)/max(χ²₀ - df₀, χ² - df, 0), χ²₀ of items that share nothing; 1 where
        both are no larger than chance makes them.
    """

    items: tuple[str, ...]
    n: int
    loadings: tuple[float, ...]
    errors: tuple[float, ...]
    admissible: bool
    chi2: float
    df: int
    cfi: float


def omega(x: CrossProducts) -> Estimate | NotEstimable:
    """Omega of one scale and group, behind the gates of S-43.

    Parameters
    ----------
    x
        X of the group, both sides pooled or one.

    Returns
    -------
    Estimate or NotEstimable
        As for `omega_of`. `no_answers`, `too_few` for fewer than two complete persons, then `gate_n` under `FEWEST`;
        `zero_variance` for a constant item, or items of which one is a sum of others; `gate_fit` for fewer than
        `FEWEST_ITEMS` items, a CFI under `FIT` or an error variance at zero.

    Notes
    -----
    When not to use: for a scale that has parts, or items in pairs of like wording; the fit index may miss both. Answers
    of five levels are taken as numbers: with most of them at one end the interval is too short.

    Examples
    --------
    >>> x = CrossProducts(items=("A", "B"), n=2, sums=np.array([3, 4]), products=np.array([[5, 7], [7, 10]]))
    >>> omega(x)
    NotEstimable(reason=<Reason.GATE_N: 'gate_n'>)
    """
    if 1 < x.n < FEWEST:
        return NotEstimable(reason=Reason.GATE_N)
    found = fit(x)
    if isinstance(found, NotEstimable):
        return found
    if len(found.items) < FEWEST_ITEMS or found.cfi < FIT:
        return NotEstimable(reason=Reason.GATE_FIT)
    return omega_of(found)


def omega_of(found: OneFactor) -> Estimate | NotEstimable:
    """Omega of a fitted model, whatever its fit: the share of the variance of the items' sum that is common.

    ω = (Σλ)²/((Σλ)² + Σψ). se² = gᵀI⁻¹g/n, g the derivatives of ω by λ and ψ, I the expected information of one
    person: with A = Σ⁻¹ and b = Aλ, I(λᵢ, λⱼ) = bᵢbⱼ + λᵀb·Aᵢⱼ, I(λᵢ, ψⱼ) = Aᵢⱼbⱼ, I(ψᵢ, ψⱼ) = A²ᵢⱼ/2, reckoned on
    standardised items. Limits ω ± z·se, held in 0 to 1.

    Parameters
    ----------
    found
        A fitted model. For the engine and its witnesses: `omega` asks whether it fits.

    Returns
    -------
    Estimate or NotEstimable
        From 0 to 1, not POMP; df n - 1 for the record. `gate_fit` where an error variance is at its bound, or items
        share nothing, so that the information has no inverse; `no_interval` where loadings of opposite sign cancel: at
        ω 0 the delta method has no width.

    Notes
    -----
    Assumes normal answers and a sample of persons; measured with them, at 60 to 200 persons, the 95 % interval holds ω
    in .93 to .94 of samples. Signed loadings: an item that runs against the others lowers ω.

    References
    ----------
    McDonald (1999), Test Theory, chapter 6. Raykov (2002), Multivariate Behavioral Research 37,
    doi:10.1207/S15327906MBR3701_04.

    Examples
    --------
    >>> found = omega_of(OneFactor(items=("A", "B", "C", "D"), n=100, loadings=(0.8, 0.7, 0.6, 0.5),
    ...     errors=(0.36, 0.51, 0.64, 0.75), admissible=True, chi2=1.0, df=2, cfi=1.0))
    >>> round(found.value, 4), round(found.lo95, 4), round(found.hi95, 4)
    (0.7494, 0.6701, 0.8288)
    """
    loading, error = np.array(found.loadings), np.array(found.errors)
    common, rest = float(loading.sum()), float(error.sum())
    sd = np.sqrt(loading**2 + error)
    information = _information(loading / sd, error / sd**2)
    if not found.admissible or np.linalg.eigvalsh(information)[0] <= _ZERO:
        return NotEstimable(reason=Reason.GATE_FIT)
    if common <= _ZERO * float(np.abs(loading).sum()):
        return NotEstimable(reason=Reason.NO_INTERVAL)
    total = common**2 + rest
    gradient = np.concatenate([2 * common * rest / total**2 * sd, -(common**2) / total**2 * sd**2])
    se = math.sqrt(float(gradient @ np.linalg.solve(information, gradient)) / found.n)
    value = common**2 / total
    wide, narrow = z_quantile(0.95) * se, z_quantile(0.90) * se
    return Estimate(
        value=value,
        lo95=max(value - wide, 0.0),
        hi95=min(value + wide, 1.0),
        lo90=max(value - narrow, 0.0),
        hi90=min(value + narrow, 1.0),
        se=se,
        df=found.n - 1,
        n=found.n,
        m=0,
        estimand=Estimand.PROCESS,
        method="omega, 0 to 1, one factor by maximum likelihood, delta interval",
    )


def fit(x: CrossProducts) -> OneFactor | NotEstimable:
    """Fit one factor by maximum likelihood, from several starts (S-43).

    F = log|Σ| + tr(SΣ⁻¹) - log|S| - k, Σ = λλᵀ + diag ψ. For given ψ the best λ follows from the largest eigenvalue of
    ψ^(-1/2) S ψ^(-1/2) (Lawley), so that the search runs over the k error shares ψ/s² alone, on their logarithms, from
    k + 5 fixed starts: the answer does not depend on chance. The best of them stands.

    Parameters
    ----------
    x
        X of the group.

    Returns
    -------
    OneFactor or NotEstimable
        Fitted whatever its fit, Heywood cases included: `omega` has the gates. `no_answers`, `too_few`; `gate_fit` for
        fewer than three items, which do not determine a factor; `zero_variance` for a constant item, or items of which
        one is a sum of others, as always where persons are no more than items.

    References
    ----------
    Jöreskog (1967), Psychometrika 32, doi:10.1007/BF02289658. Bentler (1990), Psychological Bulletin 107,
    doi:10.1037/0033-2909.107.2.238 (CFI).

    Examples
    --------
    >>> lent = np.array([8, 7, 6, 5]) / 10
    >>> r = np.outer(lent, lent) + np.diag(1 - lent**2)
    >>> x = CrossProducts(items=("A", "B", "C", "D"), n=100, sums=np.zeros(4, dtype=np.int64),
    ...     products=np.rint(r * 10_000).astype(np.int64))
    >>> found = fit(x)
    >>> [round(loading / 10, 4) for loading in found.loadings], found.df, round(found.cfi, 4)
    ([0.8, 0.7, 0.6, 0.5], 2, 1.0)
    """
    n, k = x.n, len(x.items)
    if n < 2:
        return NotEstimable(reason=Reason.TOO_FEW if n else Reason.NO_ANSWERS)
    if k < 3:
        return NotEstimable(reason=Reason.GATE_FIT)
    scatter = n * x.products - np.outer(x.sums, x.sums)
    if (np.diagonal(scatter) == 0).any():
        return NotEstimable(reason=Reason.ZERO_VARIANCE)
    sd = np.sqrt(np.diagonal(scatter)) / n
    related: Floats = scatter / n**2 / np.outer(sd, sd)
    roots = np.linalg.eigvalsh(related)
    if roots[0] <= _ZERO:
        return NotEstimable(reason=Reason.ZERO_VARIANCE)
    share = _shares(related)
    loading, misfit, slope = _lawley(share, related)
    df, df_none = k * (k - 3) // 2, k * (k - 1) // 2
    chi2, chi2_none = n * misfit, -n * float(np.log(roots).sum())
    worse = max(chi2 - df, 0.0)
    worst = max(chi2_none - df_none, worse)
    sign = -1.0 if float((loading * sd).sum()) < 0 else 1.0
    return OneFactor(
        items=x.items,
        n=n,
        loadings=tuple((sign * loading * sd).tolist()),
        errors=tuple((share * sd**2).tolist()),
        admissible=bool(share.min() > 1.01 * _BOUND and np.abs(slope).max() < _SETTLED),
        chi2=chi2,
        df=df,
        cfi=1 - worse / worst if worst else 1.0,
    )


def _shares(related: Floats) -> Floats:
    """Return the error shares with the least F, over all starts; correlations of shape (k, k) in, shape (k,) out."""
    from scipy.optimize import minimize

    k = len(related)
    alone = (1 - 0.5 / k) / np.diagonal(np.linalg.inv(related))
    even = [np.full(k, share) for share in (0.1, 0.3, 0.5, 0.8)]
    one_low = list(np.where(np.eye(k, dtype=bool), 0.1, 0.7))

    def height(log_share: Floats) -> tuple[float, Floats]:
        _, misfit, slope = _lawley(np.exp(log_share), related)
        return misfit, slope

    def searched(start: Floats, tolerance: float) -> tuple[float, Floats]:
        found = minimize(
            height,
            start,
            jac=True,
            method="SLSQP",  # scipy's L-BFGS-B starts a thread a core at every step, 20 times the work on a busy server
            bounds=[(math.log(_BOUND), 0.0)] * k,
            options={"maxiter": 500, "ftol": tolerance},
        )
        return float(found.fun), found.x

    # Near is enough to tell one optimum from another; the best is then followed to its end.
    near = [searched(np.log(start), 1e-7) for start in (alone, *even, *one_low)]
    _, log_share = searched(min(near, key=lambda end: end[0])[1], 1e-16)
    shares: Floats = np.exp(log_share)
    return shares


def _lawley(share: Floats, related: Floats) -> tuple[Floats, float, Floats]:
    """Return the best standardised loadings for given error shares, F there, and its slope by their logarithms."""
    root = np.sqrt(share)
    values, vectors = np.linalg.eigh(related / np.outer(root, root))
    loading: Floats = vectors[:, -1] * math.sqrt(max(float(values[-1]) - 1, 0.0)) * root
    left = values[:-1]  # the largest is the factor's: it is at least 1, as no error share is above 1
    slope: Floats = (loading**2 + share - 1) / share
    return loading, float((left - np.log(left) - 1).sum()), slope


def _information(loading: Floats, error: Floats) -> Floats:
    """Return the expected information of one person about λ and ψ; shape (2k, 2k)."""
    inverse = np.linalg.inv(np.outer(loading, loading) + np.diag(error))
    b = inverse @ loading
    of_loadings = np.outer(b, b) + float(loading @ b) * inverse
    mixed = inverse * b
    return np.block([[of_loadings, mixed], [mixed.T, inverse**2 / 2]])
