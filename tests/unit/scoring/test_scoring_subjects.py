"""One subject, from its tables to its numbers, compared whole (S-07 to S-15, I-13 to I-17)."""

from __future__ import annotations

import numpy as np
import pytest
from scoring_builders import SIDES, instrument, people, released

from assess.disclosure.policy import Policy, Precision
from assess.disclosure.registry import Kind, registered
from assess.disclosure.release import Released, ReleasedSubject, Withheld
from assess.instruments.model import Composite
from assess.scoring import compare, nonresponse, permutation, superiority, tally
from assess.scoring.checks import scale_checks
from assess.scoring.estimate import estimates
from assess.scoring.intervals import clipped
from assess.scoring.permutation import Exact
from assess.scoring.results import Count, Estimand, Estimate, Family, Judged, NotEstimable, Reason, Verdict
from assess.scoring.subjects import Assumptions, assumptions, measure
from assess.scoring.wave import PairEstimates, SubjectEstimates

ASKED = instrument()
NOT_COMPARABLE = NotEstimable(reason=Reason.NOT_COMPARABLE)
INVITED = {"east": 15, "west": 20}
F = (12 / 15, 11 / 20)


def wave() -> Released:
    """Return 12 of 15 and 11 of 20 persons; one left V2 out, one does not know X1."""
    generator = np.random.default_rng(12)
    rows = {"east": people(generator, 12, shift=0.6), "west": people(generator, 11)}
    del rows["east"][0]["V2"]
    rows["west"][3]["X1"] = 0
    return released(rows, invited=INVITED)


def subject(found: Released, name: str) -> ReleasedSubject:
    passed = found.find(name)
    assert not isinstance(passed, Withheld)
    return passed


def number(found: object) -> Estimate:
    assert isinstance(found, Estimate)
    return found


@pytest.mark.parametrize("rho", [None, 0.3])
@pytest.mark.parametrize("name", ["scale.VIEW", "composite.HEALTH", "item.X1"])
def test_a_near_census_is_measured_from_its_tables(name: str, rho: float | None) -> None:
    """S-08 to S-15, S-36, I-17: every field, at the declared ρ or at the one that is given."""
    found = wave()
    one = subject(found, name)
    item = one.registered.kind is Kind.ITEM
    if item:
        tables = tally.item_histograms(found, one)
    elif name == "scale.VIEW":
        tables = tally.scale_histograms(found, one, ASKED)
    else:
        tables = tally.composite_histograms(found, one, ASKED)
    x, y = tables.values()
    f = (x.n / 15, y.n / 20)
    taken = (0.4 if item else 0.75) if rho is None else rho
    gap = compare.gap(x, y, rho=taken, fractions=f, estimand=Estimand.PEOPLE)
    assert isinstance(gap, compare.Compared)
    assert gap.p_exact is not None
    means = {
        side: clipped(number(compare.mean(h, rho=taken, fraction=part, estimand=Estimand.PEOPLE)), 0, 100)
        for (side, h), part in zip(tables.items(), f, strict=True)
    }
    company = number(compare.company(x, y, rho=taken, fractions=f, estimand=Estimand.PEOPLE))
    ranks, munzel = permutation.two_sample_ranks(x, y), superiority.brunner_munzel(x, y)
    assert isinstance(ranks, Exact)
    assert isinstance(munzel, superiority.BrunnerMunzel)
    measured = measure(found, one, ASKED, rho=rho)
    assert measured.compared == {SIDES: gap}
    assert (measured.margin, measured.precision) == (12.5 if item else 10, Precision.FULL)
    assert measured.numbers == SubjectEstimates(
        id=name,
        kind=one.registered.kind,
        subject=one.registered.subject,
        precision=Precision.FULL,
        side_means=means,
        process_side_means={side: compare.mean(h) for side, h in tables.items()},
        company=clipped(company, 0, 100),
        process_company=compare.company(x, y),
        pairs={
            SIDES: PairEstimates(
                gap=None,
                process_gap=compare.difference(x, y),
                theta=superiority.superiority(x, y),
                worst_case=nonresponse.worst_case(means["east"].value, means["west"].value, *F),
                hedges_g=compare.hedges_g(x, y),
                p_welch=gap.p_t,
                p_exact=gap.p_exact.p,
                p_exact_rank=ranks.p if name == "scale.VIEW" else None,
                p_brunner_munzel=munzel.p,
            )
        },
        favourable={side: compare.favourable(h) for side, h in tables.items()} if item else {},
        levels=tally.levels(found, one) if item else {},
        missing=tally.missing_share(found, one),
        partial={} if item else {"east": 1 / 12, "west": 0},
        dont_know={"east": 0, "west": 1 / 11} if item else {},
        camps=frozenset(),
        checks=None,
    )


def test_the_process_has_one_company_and_one_gap() -> None:
    """S-11: where the figure is about the process already, it stands in both places."""
    generator = np.random.default_rng(12)
    found = released({"east": people(generator, 6), "west": people(generator, 6)})
    measured = measure(found, subject(found, "scale.VIEW"), ASKED)
    gap = measured.compared[SIDES]
    assert isinstance(gap, compare.Compared)
    assert measured.numbers.process_gap == gap.estimate
    assert measured.numbers.process_company == measured.numbers.company


def test_means_at_the_end_of_their_scale_are_clipped_to_it() -> None:
    """S-01: of sides that all answered 1, and all answered 5."""
    found = released({"east": [{"X1": 1}] * 6, "west": [{"X1": 5}] * 6})
    means = measure(found, subject(found, "item.X1"), ASKED).numbers.side_means
    low, high = number(means["east"]), number(means["west"])
    assert (low.lo95, low.lo90, low.value) == (0, 0, 0)
    assert (high.value, high.hi90, high.hi95) == (100, 100, 100)


def test_a_side_of_one_person_is_wholly_or_not_at_all_prorated() -> None:
    """S-07."""
    found = released({"east": [{"V1": 1, "V2": 2}], "west": [{"V1": 1, "V2": 2, "V3": 3, "V4": 4}]})
    assert measure(found, subject(found, "scale.VIEW"), ASKED).numbers.partial == {"east": 1, "west": 0}


def test_camps_are_those_of_scores_or_of_what_is_known_of_the_items() -> None:
    """S-40, S-41: scores at both ends; or scores in the middle of items more split than random, which T alone shows."""
    at_ends = [{"V1": a, "V2": a, "V3": a, "V4": 6 - a} for a in (1, 5)] * 15
    mixed = [{"V1": a, "V2": 6 - a, "V3": a, "V4": a} for a in (1, 5)] * 15
    middle = [{"V1": 3, "V2": 3, "V3": 3, "V4": 3}] * 30
    for east, alone, checked in ((at_ends, {"east"}, {"east"}), (mixed, set(), {"east"}), (middle, set(), set())):
        found = released({"east": east, "west": middle})
        one, checks = subject(found, "scale.VIEW"), scale_checks(found, ASKED)["scale.VIEW"]
        assert measure(found, one, ASKED).numbers.camps == alone
        numbers = measure(found, one, ASKED, checks=checks).numbers
        assert (numbers.camps, numbers.checks) == (checked, checks)
    few = released({"east": at_ends, "west": middle[:9]}, policy=Policy())
    assert measure(few, subject(few, "scale.VIEW"), ASKED).numbers.camps == frozenset()


def test_a_composite_takes_the_smallest_rho_and_the_largest_margin_of_its_scales() -> None:
    """I-13 to I-17: VIEW declares .75 and 10, MIX .60 and 11."""
    asked = ASKED.model_copy(update={"composites": {"BOTH": Composite(id="BOTH", plus=("VIEW",), minus=("MIX",))}})
    shell = next(shell for shell in registered(asked, "full") if shell.id == "composite.BOTH")
    assert assumptions(shell, asked) == Assumptions(margin=11, rho=0.6, verdict=True, points=True)


def test_a_withheld_subject_is_withheld_in_every_field() -> None:
    """A-11: an item and a scale compared whole; what only items have stays empty in the scale."""
    rows = {"east": people(np.random.default_rng(6), 12), "west": people(np.random.default_rng(7), 12)}
    for row in rows["east"][4:]:
        for item in ("O1", "O2", "O3"):
            row[item] = 0
    found, nothing = (
        estimates(released(rows, policy=Policy()), ASKED, "full").subjects,
        dict.fromkeys(SIDES, Withheld()),
    )
    for kind, code, margin, family in (
        (Kind.ITEM, "O1", 12.5, Family.EXPLORATORY),
        (Kind.SCALE, "RATE", 10, Family.HEADLINE),
    ):
        judged = Judged(estimate=Withheld(), verdict=Verdict.WITHHELD, margin=margin, family=family)
        assert found[f"{kind}.{code}"] == SubjectEstimates(
            id=f"{kind}.{code}",
            kind=kind,
            subject=code,
            precision=None,
            side_means=nothing,
            process_side_means=nothing,
            company=Withheld(),
            process_company=Withheld(),
            pairs={
                SIDES: PairEstimates(gap=judged, process_gap=Withheld(), theta=Withheld(), worst_case=Withheld()),
            },
            favourable=nothing if kind is Kind.ITEM else {},
            levels=nothing if kind is Kind.ITEM else {},
            missing={},
        )


def test_a_fact_has_its_counts_and_nothing_else() -> None:
    """I-15: a frequency means no points; compared whole."""
    nothing = dict.fromkeys(SIDES, NOT_COMPARABLE)
    none = PairEstimates(gap=None, process_gap=NOT_COMPARABLE, theta=NOT_COMPARABLE, worst_case=NOT_COMPARABLE)
    rows = {"east": [{"F1": 2}] * 3 + [{"F1": 5}, {"F1": 0}], "west": [{"F1": 1}] * 3 + [{}]}
    found = estimates(released(rows), ASKED, "full").subjects["item.F1"]
    assert found == SubjectEstimates(
        id="item.F1",
        kind=Kind.ITEM,
        subject="F1",
        precision=Precision.FULL,
        side_means=nothing,
        process_side_means=nothing,
        company=NOT_COMPARABLE,
        process_company=NOT_COMPARABLE,
        pairs={SIDES: none},
        favourable={},
        levels={"east": Count(values=(0, 3, 0, 0, 1)), "west": Count(values=(3, 0, 0, 0, 0))},
        missing={"east": pytest.approx(0.2), "west": 0.25},
        partial={},
        dont_know={"east": 0.2, "west": 0},
    )
