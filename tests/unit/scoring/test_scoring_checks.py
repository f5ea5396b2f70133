"""S-31, S-40 to S-46 put together: which released scale gets which check, and what qualifies its gap."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from scoring_builders import instrument, people, released

from assess.disclosure.policy import Policy, Precision
from assess.disclosure.release import Released, Withheld
from assess.scoring import agreement, comparability, item_table, omega, reliability, tally_items
from assess.scoring.checks import scale_checks
from assess.scoring.estimate import estimates
from assess.scoring.one_item import Scales
from assess.scoring.results import Estimate, Judged, Modifier, NotEstimable, Pair, Reason
from assess.scoring.wave import Care, ScaleChecks, ShareClass, SubjectEstimates

ASKED = instrument()
VIEW = ("V1", "V2", "V3", "V4")
PAIR = ("east", "west")


def wave(east: int, west: int, *, policy: Policy | None = None, seed: int = 4, **shift: float) -> Released:
    generator = np.random.default_rng(seed)
    rows = {"east": people(generator, east, shift=shift.get("shift", 0.5)), "west": people(generator, west)}
    return released(rows, policy=policy or Policy())


def subject(found: Released, name: str = "scale.VIEW") -> SubjectEstimates:
    return estimates(found, ASKED, "full").subjects[name]


def checks(found: Released, name: str = "scale.VIEW") -> ScaleChecks:
    passed = subject(found, name).checks
    assert passed is not None
    return passed


def rows_of(view: Sequence[Sequence[int]], rest: int = 3) -> list[dict[str, int]]:
    """Return complete rows with these answers on VIEW and one answer on everything else."""
    others = {item: rest for item in ASKED.closed("full") if item not in VIEW}
    return [dict(zip(VIEW, map(int, row), strict=True)) | others for row in view]


def test_a_released_scale_has_its_checks() -> None:
    """S-40, S-42, S-43, S-46: of all sides pooled, by side, and by pair."""
    found = wave(34, 32)
    one = checks(found)
    assert isinstance(one.reliability, reliability.Reliability)
    assert one.reliability.n == 66
    assert isinstance(one.reliability.local, Estimate)
    assert isinstance(one.omega, Estimate | NotEstimable)
    assert set(one.agreement) == set(PAIR)
    assert not any(isinstance(each, Withheld) for each in one.agreement.values())
    between = one.comparability[PAIR]
    assert isinstance(between, comparability.Comparability)
    assert between.tested is comparability.Method.NOT_TESTED


def test_the_checks_of_a_scale_are_those_of_its_own_tables() -> None:
    """S-40, S-42, S-43, S-46: compared whole; VIEW declares .75, and a margin of 10."""
    generator = np.random.default_rng(3)
    rows = {side: people(generator, n, shift=shift) for side, n, shift in (("east", 32, 0.4), ("west", 30, 0.0))}
    found = released(rows, policy=Policy(), invited={"east": 40, "west": 44})
    scale = found.find("scale.VIEW")
    assert not isinstance(scale, Withheld)
    t = tally_items.item_tables(found, scale, ASKED)
    x = tally_items.cross_products(found, scale, ASKED)
    between = Scales(x=t["east"], y=t["west"], rho=0.75, margin=10, invited=(40, 44))
    assert scale_checks(found, ASKED)["scale.VIEW"] == ScaleChecks(
        reliability=reliability.reliability(item_table.pooled(t["east"], t["west"]), 0.75),
        omega=omega.omega(item_table.pooled_products(x["east"], x["west"])),
        agreement={side: agreement.rwg(t[side]) for side in PAIR},
        comparability={PAIR: comparability.comparability({"VIEW": between})["VIEW"]},
    )


def test_only_scales_have_checks() -> None:
    found = estimates(wave(34, 32), ASKED, "full").subjects
    assert {id_ for id_, each in found.items() if each.checks is not None} == {
        "scale.VIEW", "scale.RATE", "scale.MIX", "scale.EXCH",
    }  # fmt: skip


def test_a_directed_scale_is_compared_with_nobody() -> None:
    """I-16: no gap verdict, so nothing to qualify; its reliability is still known."""
    one = checks(wave(34, 32), "scale.EXCH")
    assert one.comparability == {}
    assert isinstance(one.reliability, reliability.Reliability)


def test_in_the_coarse_class_nothing_is_read_item_by_item() -> None:
    """A-12, R-4: at 5 to 9 answers no item is released, so nothing that reads items is said."""
    found = wave(9, 30)
    assert subject(found).precision is Precision.COARSE_SCALE
    assert checks(found) == ScaleChecks(
        reliability=Withheld(),
        omega=Withheld(),
        agreement=dict.fromkeys(PAIR, Withheld()),
        comparability={PAIR: Withheld()},
    )


def test_one_withheld_item_closes_the_checks_of_its_scale() -> None:
    """R-4: nothing depends on a withheld value; the same wave with the item released has them."""
    generator = np.random.default_rng(4)
    rows = {"east": people(generator, 14), "west": people(generator, 14)}
    for row in rows["east"][:6]:
        del row["V2"]
    found = released(rows, policy=Policy())
    assert isinstance(found.find("item.V2"), Withheld)
    assert checks(found).reliability == Withheld()
    assert checks(found, "scale.RATE").reliability != Withheld()
    assert checks(released(rows)).reliability != Withheld()


def modifiers(found: Released, name: str = "scale.VIEW") -> tuple[Modifier, ...]:
    judged = subject(found, name).gap
    assert isinstance(judged, Judged)
    return judged.modifiers


def test_a_gap_that_rests_on_one_item_says_so() -> None:
    """S-31, S-46: all of the gap is in V1; the same people with the gap spread evenly say nothing."""
    generator = np.random.default_rng(8)
    low, high = generator.integers(2, 4, size=(20, 4)), generator.integers(2, 4, size=(20, 4))
    alone = high + np.array([2, 0, 0, 0])
    found = released({"east": rows_of(alone), "west": rows_of(low)})
    between = checks(found).comparability[PAIR]
    assert isinstance(between, comparability.Comparability)
    assert between.one_item == "V1"
    assert Modifier.ONE_ITEM in modifiers(found)
    spread = high + np.array([1, 1, 1, -1])  # V4 is reversed
    assert Modifier.ONE_ITEM not in modifiers(released({"east": rows_of(spread), "west": rows_of(low)}))


def test_a_scale_whose_items_do_not_go_together_is_indicative() -> None:
    """S-31, S-42: from 50 complete persons the local alpha stands; unrelated answers give one near 0."""
    generator = np.random.default_rng(9)
    noise = {side: rows_of(generator.integers(1, 6, size=(30, 4))) for side in PAIR}
    assert Modifier.INDICATIVE in modifiers(released(noise))
    few = {side: rows[:24] for side, rows in noise.items()}
    one = checks(released(few)).reliability
    assert isinstance(one, reliability.Reliability)
    assert one.local == NotEstimable(reason=Reason.GATE_N)
    assert Modifier.INDICATIVE not in modifiers(released(few))


def test_a_scale_declared_below_the_line_is_indicative_whatever_n() -> None:
    """S-42: with few answers the declared value is the one that stands; MIX declares .60."""
    assert Modifier.INDICATIVE in modifiers(wave(12, 12), "scale.MIX")
    assert Modifier.INDICATIVE not in modifiers(wave(12, 12))


def errors(found: Released, name: str) -> tuple[float, float]:
    """Return the standard error of the gap at the current estimand and at the process."""
    one = subject(found, name)
    assert isinstance(one.gap, Judged)
    assert isinstance(one.gap.estimate, Estimate)
    assert isinstance(one.process_gap, Estimate)
    return one.gap.estimate.se, one.process_gap.se


def test_a_reliability_measured_lower_than_declared_widens_the_interval() -> None:
    """S-11, S-42, ADR 0010: unrelated answers have no reliability, so a census of them has no smaller error."""
    generator = np.random.default_rng(9)
    noise = {side: rows_of(generator.integers(1, 6, size=(30, 4))) for side in PAIR}
    everybody = dict.fromkeys(PAIR, 30)
    one = checks(released(noise, invited=everybody)).reliability
    assert isinstance(one, reliability.Reliability)
    assert one.rho == max(one.standing, 0) < 0.3 < one.declared
    now, process = errors(released(noise, invited=everybody), "scale.VIEW")
    assert now == pytest.approx(process * (1 - one.rho) ** 0.5)
    few = {side: rows[:24] for side, rows in noise.items()}
    now, process = errors(released(few, invited=dict.fromkeys(PAIR, 24)), "scale.VIEW")
    assert now == pytest.approx(process * 0.25**0.5)  # too few to measure: as declared


def test_a_reliability_measured_higher_than_declared_changes_nothing() -> None:
    """S-11: what was declared beforehand is the most that is taken off."""
    same = [(code, code, code, 6 - code) for code in (1, 2, 3, 4, 5)] * 6
    same[0] = (1, 2, 1, 5)
    found = released({side: rows_of(same) for side in PAIR}, invited=dict.fromkeys(PAIR, 30))
    one = checks(found).reliability
    assert isinstance(one, reliability.Reliability)
    assert one.standing > one.declared == one.rho
    now, process = errors(found, "scale.VIEW")
    assert now == pytest.approx(process * 0.25**0.5)


def test_a_composite_takes_the_lowest_reliability_of_its_scales() -> None:
    """S-08, S-11: VIEW and RATE make HEALTH, and one of them was measured lower."""
    generator = np.random.default_rng(9)
    noise = {side: rows_of(generator.integers(1, 6, size=(30, 4))) for side in PAIR}
    found = released(noise, invited=dict.fromkeys(PAIR, 30))
    one = checks(found).reliability
    assert isinstance(one, reliability.Reliability)
    now, process = errors(found, "composite.HEALTH")
    assert now == pytest.approx(process * (1 - one.rho) ** 0.5)
    now, process = errors(found, "item.V1")
    assert now == pytest.approx(process * 0.6**0.5)  # an item's is declared: .40


def split(n: int, *, low: int = 1, high: int = 5) -> list[dict[str, int]]:
    """Return n persons in two camps, none between; V4 is reversed."""
    return rows_of([(low, low, low, 6 - low)] * (n // 2) + [(high, high, high, 6 - high)] * (n - n // 2))


@pytest.mark.parametrize(("n", "hidden"), [(30, True), (29, False)])
def test_an_average_that_hides_two_camps_says_so_from_thirty(n: int, hidden: bool) -> None:
    """S-31, S-41: on either side, for scales and items alike."""
    middle = rows_of([(3, 3, 3, 3)] * 30)
    found = released({"east": split(n), "west": middle})
    assert subject(found).camps == (frozenset({"east"}) if hidden else frozenset())
    assert (Modifier.TWO_CAMPS in modifiers(found)) is hidden
    assert (Modifier.TWO_CAMPS in modifiers(found, "item.V1")) is hidden
    assert (Modifier.TWO_CAMPS in modifiers(released({"east": middle, "west": split(n)}))) is hidden


def test_camps_of_a_third_side_do_not_touch_the_other_two() -> None:
    """S-15, S-41."""
    middle = rows_of([(3, 3, 3, 3)] * 30)
    found = estimates(released({"east": middle, "west": middle, "north": split(30)}), ASKED, "full")
    pairs = found.subjects["scale.VIEW"].pairs
    hidden = {pair for pair, each in pairs.items() if each.gap and Modifier.TWO_CAMPS in each.gap.modifiers}
    assert hidden == {("east", "north"), ("west", "north")}


def test_camps_are_not_looked_for_in_a_coarse_class() -> None:
    """A-12: with nine on the other side no distribution is shown, so none is hinted at."""
    rows = {"east": split(40), "west": rows_of([(3, 3, 3, 3)] * 9)}
    assert subject(released(rows, policy=Policy())).camps == frozenset()
    assert subject(released(rows)).camps == frozenset({"east"})


def test_more_split_than_random_counts_as_two_camps_from_thirty_complete_persons() -> None:
    """S-40, S-41: every item at its ends, but mixed within a person, so that scores stand in the middle."""
    mixed = rows_of([(1, 5, 1, 1), (5, 1, 5, 5)] * 15)
    middle = rows_of([(3, 3, 3, 3)] * 30)
    found = released({"east": mixed, "west": middle})
    assert subject(found).camps == frozenset({"east"})
    assert subject(released({"east": mixed[:28], "west": middle})).camps == frozenset()


def test_modifiers_come_in_the_order_of_the_page() -> None:
    """S-31: enum order is page order."""
    generator = np.random.default_rng(9)
    noise = rows_of(generator.choice([1, 5], size=(40, 4)))
    found = released({"east": noise, "west": split(40)}, invited={"east": 200, "west": 200})
    given = modifiers(found, "scale.VIEW")
    assert given == tuple(sorted(given, key=list(Modifier).index))
    assert given[0] is Modifier.OF_THOSE_WHO_ANSWERED
    assert Modifier.TWO_CAMPS in given


def test_careless_answers_are_part_of_a_wave() -> None:
    """S-44: yes or no and a class; nothing under ten ballots a side."""
    found = estimates(wave(34, 32), ASKED, "full").care
    assert isinstance(found, Care)
    assert (found.unchanged, found.share) == (True, ShareClass.UNDER_10)
    assert {field.name for field in dataclasses.fields(found)} == {"unchanged", "share"}
    assert estimates(wave(9, 32), ASKED, "full").care == NotEstimable(reason=Reason.GATE_N)


def test_all_scales_are_tested_as_one_family(monkeypatch: pytest.MonkeyPatch) -> None:
    """S-46, S-23: Mantel's q values run over the items of every scale with a verdict."""
    asked: list[Mapping[tuple[str, Pair], Scales]] = []
    original = comparability.comparability

    def seen(scales: Mapping[tuple[str, Pair], Scales]) -> object:
        asked.append(scales)
        return original(scales)

    monkeypatch.setattr("assess.scoring.checks.comparability", seen)
    scale_checks(wave(60, 61), ASKED)
    assert [set(each) for each in asked] == [{(f"scale.{name}", PAIR) for name in ("VIEW", "RATE", "MIX")}]
    mixed = asked[0]["scale.MIX", PAIR]
    assert (mixed.x.people, mixed.y.people, mixed.x.items) == (60, 61, ASKED.scales["MIX"].items)
    assert (mixed.rho, mixed.margin, mixed.invited) == (0.6, 11, None)
    rows = {side: people(np.random.default_rng(4), 12) for side in PAIR}
    scale_checks(released(rows, policy=Policy(), invited={"east": 15, "west": 20}), ASKED)
    assert asked[1]["scale.VIEW", PAIR].invited == (15, 20)
