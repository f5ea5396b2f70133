"""The properties of S-54, each stated of an engine: what must hold between what it says of one wave and of another.

Belongs here: the statements. Does not: the waves (properties_waves), which engine, how often (test_properties_scoring).
Every one raises `AssertionError` where it does not hold, so that a planted engine can be shown to break it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest
from properties_alike import ALMOST, alike, gaps, judged, same_judgement, same_pair, same_sides, subjects
from properties_waves import (
    ASKED,
    ITEMS,
    LEVELS,
    Engine,
    Row,
    Rows,
    Wave,
    instrument,
    of_items,
    released,
    turned,
)

from assess.disclosure.registry import Kind
from assess.instruments.model import Instrument, ItemType
from assess.scoring import compare, equivalence, item_table, superiority, tally, tally_items
from assess.scoring.histogram import Histogram, pooled
from assess.scoring.item_table import ItemTable
from assess.scoring.reliability import alpha
from assess.scoring.results import Estimate, Family, Judged, Modifier, NotEstimable, Scored, Verdict
from assess.scoring.wave import SubjectEstimates

POINTS = (Kind.SCALE, Kind.COMPOSITE)
META = ("F1", "P1", "S1")
"""A fact, a prediction and a self-rating: no score is made of them (I-15)."""


def swapping_sides_turns_everything_round(engine: Engine, wave: Wave) -> None:
    """d and g negated, θ to 1 - θ; p, row, side means and company as they were."""
    there = engine(wave, ASKED)
    back = engine(dataclasses.replace(wave, rows=dict(reversed(wave.rows.items()))), ASKED)
    assert list(there.subjects) == list(back.subjects)
    for id_, one in there.subjects.items():
        other = back.subjects[id_]
        same_sides(one.side_means, other.side_means)
        same_sides(one.favourable, other.favourable)
        assert one.levels == other.levels
        assert one.missing == pytest.approx(other.missing)
        for mine, theirs in ((one.company, other.company), (one.process_company, other.process_company)):
            alike(mine, theirs)
        assert {(y, x) for x, y in one.pairs} == set(other.pairs)
        for (x, y), pair in one.pairs.items():
            same_pair(pair, other.pairs[y, x], mirrored=True)
    for code, topic in there.topics.items():
        twin = back.topics[code]
        same_judgement(topic.gap, twin.gap, about=0)
        for name in ("perceived", "expectation_error", "self_other"):
            mine, theirs = getattr(topic, name), getattr(twin, name)
            assert set(mine) == set(theirs)
            for side, each in mine.items():
                same_judgement(each, theirs[side])
        assert (topic.label, topic.likely, topic.named_side, topic.opposite) == (
            twin.label,
            twin.likely,
            twin.named_side,
            twin.opposite,
        )


def the_order_of_rows_changes_nothing(engine: Engine, wave: Wave, shuffled: Wave) -> None:
    """To the last bit."""
    assert engine(wave, ASKED) == engine(shuffled, ASKED)


def adding_tables_is_pooling_rows(engine: Engine, first: Wave, second: Wave) -> None:
    """The tables of both waves added are those of their rows together, and give what the engine says of these."""
    together = first.with_people(second.rows)
    found = engine(dataclasses.replace(together, invited=None), ASKED)
    for mine, theirs, both in zip(_answers(first), _answers(second), _answers(together), strict=True):
        assert item_table.pooled(mine, theirs).count.tolist() == both.count.tolist()
    one, other, whole_wave = _tables(first), _tables(second), _tables(together)
    for subject, tables in whole_wave.items():
        added = {side: pooled(table, other[subject][side]) for side, table in one[subject].items()}
        for side, whole in tables.items():
            assert (whole.score.tolist(), whole.count.tolist(), whole.partial) == (
                added[side].score.tolist(),
                added[side].count.tolist(),
                added[side].partial,
            )
        said = found.subjects[subject]
        if ASKED.items.get(said.subject) and ASKED.items[said.subject].type is ItemType.FACT:
            continue
        assert said.process_side_means == {side: compare.mean(whole) for side, whole in added.items()}
        for (x, y), pair in said.pairs.items():
            if pair.gap is not None:
                assert pair.process_gap == compare.difference(added[x], added[y])
                assert pair.theta == superiority.superiority(added[x], added[y])


def _tables(wave: Wave) -> dict[str, dict[str, Histogram]]:
    """The histograms of every scale, composite and item, by registered id and side."""
    found = released(wave)
    tables: dict[str, dict[str, Histogram]] = {}
    for subject in found.subjects:
        shell = subject.registered
        match shell.kind:
            case Kind.SCALE:
                tables[shell.id] = tally.scale_histograms(found, subject, ASKED)
            case Kind.COMPOSITE:
                tables[shell.id] = tally.composite_histograms(found, subject, ASKED)
            case Kind.ITEM:
                tables[shell.id] = tally.item_histograms(found, subject)
    return tables


def reversing_items_and_keys_keeps_scores(engine: Engine, wave: Wave, items: Sequence[str]) -> None:
    """An item worded the other way, and keyed the other way: every score, and α, to the last bit."""
    keyed = set(ASKED.scales["VIEW"].reverse)
    asked = instrument(reverse=tuple(keyed ^ set(items)))
    reworded = wave.changed(of_items(turned, items))
    before, after = engine(wave, ASKED), engine(reworded, asked)
    for subject in subjects(before, *POINTS):
        assert subject == after.subjects[subject.id]
    for one, other in zip(_alphas(wave, ASKED), _alphas(reworded, asked), strict=True):
        assert one == other
    again = reworded.changed(of_items(turned, items))
    assert (again, instrument(reverse=tuple(keyed ^ set(items) ^ set(items)))) == (wave, ASKED)


def _alphas(wave: Wave, asked: Instrument) -> list[Estimate | NotEstimable]:
    return [alpha(table) for table in _answers(wave, asked)]


def _answers(wave: Wave, asked: Instrument = ASKED) -> list[ItemTable]:
    """The answers of every scale item by item, a side at a time."""
    found = released(wave, asked)
    scales = [subject for subject in found.subjects if subject.registered.kind is Kind.SCALE]
    return [table for scale in scales for table in tally_items.item_tables(found, scale, asked).values()]


def turning_every_answer_round_turns_every_score_round(engine: Engine, wave: Wave) -> None:
    """POMP(reverse) = 100 - POMP; the gap negated, p and row kept; twice is no change."""
    around = wave.changed(of_items(turned))
    assert around.changed(of_items(turned)) == wave
    before, after = engine(wave, ASKED), engine(around, ASKED)
    for id_, one in before.subjects.items():
        other = after.subjects[id_]
        same_sides(one.side_means, other.side_means, about=100)
        same_sides(one.process_side_means, other.process_side_means, about=100)
        alike(one.company, other.company, about=100)
        for pair, mine in one.pairs.items():
            same_pair(mine, other.pairs[pair], mirrored=True)
    for code, topic in before.topics.items():
        same_judgement(topic.gap, after.topics[code].gap, about=0)
        assert (topic.label, topic.named_side, topic.opposite) == (
            after.topics[code].label,
            after.topics[code].named_side,
            after.topics[code].opposite,
        )


def a_monotone_recoding_keeps_the_probability_of_superiority(engine: Engine, wave: Wave, onto: Sequence[int]) -> None:
    """θ and the rank tests know the order of answers alone: any rising codes on a longer scale, to the last bit."""
    longer = instrument(levels=max(onto))
    before = engine(wave, ASKED)
    after = engine(wave.changed(of_items(lambda code: onto[code - 1])), longer)
    for subject in subjects(before):
        if subject.kind is Kind.ITEM or subject.subject == "ONE":
            for pair, one in subject.pairs.items():
                other = after.subjects[subject.id].pairs[pair]
                assert (one.theta, one.p_brunner_munzel, one.p_exact_rank) == (
                    other.theta,
                    other.p_brunner_munzel,
                    other.p_exact_rank,
                )


def adding_a_constant_keeps_every_gap(engine: Engine, wave: Wave) -> None:
    """Everybody one answer higher, one lower on what is keyed the other way; answers 1 to 4 before."""
    keyed = [list(ITEMS).index(item) for item in ASKED.scales["VIEW"].reverse]
    low = wave.changed(of_items(lambda code: min(code, LEVELS - 1)))

    def raised(row: Row, by: int) -> Row:
        return tuple(code if code < 1 else code + (1 - by if place in keyed else by) for place, code in enumerate(row))

    before = engine(low.changed(lambda row: raised(row, 0)), ASKED)
    after = engine(low.changed(lambda row: raised(row, 1)), ASKED)
    step = 100 / (LEVELS - 1)
    for subject in subjects(before):
        other = after.subjects[subject.id]
        for pair, mine in subject.pairs.items():
            same_pair(mine, other.pairs[pair], mirrored=False)
        # Health takes one scale away from another, and V3 alone is keyed the other way.
        by = {"HEALTH": 0.0, "V3": -step}.get(subject.subject, step)
        for side, mean in subject.process_side_means.items():
            alike(mean, other.process_side_means[side], by=by)


def more_people_alike_on_one_side_keep_the_company(engine: Engine, wave: Wave, side: str, times: int) -> None:
    """The company is the plain mean of the sides, whatever their sizes (S-08)."""
    before = engine(wave, ASKED)
    after = engine(wave.with_people({side: wave.rows[side] * (times - 1)}), ASKED)
    for subject in subjects(before):
        other = after.subjects[subject.id]
        for one, two in ((subject.company, other.company), (subject.side_means[side], other.side_means[side])):
            if isinstance(one, Estimate):  # one person has no interval, and two alike have
                assert isinstance(two, Estimate)
                assert one.value == pytest.approx(two.value, **ALMOST)


def the_mirror_adds_up_exactly(engine: Engine, wave: Wave) -> None:
    """G = C_x + E_x and -G = C_y + E_y in fractions of the answers, which are what the engine says (S-33)."""
    found = engine(wave, ASKED).topics["V1"]
    v, p = (list(ITEMS).index(item) for item in ("V1", "P1"))
    both = {side: [(row[v], row[p]) for row in rows if min(row[v], row[p]) >= 1] for side, rows in wave.rows.items()}
    if min(map(len, both.values())) == 0:
        assert isinstance(found.gap.estimate, NotEstimable)
        return
    step = Fraction(100, LEVELS - 1)
    own = {side: step * Fraction(sum(a for a, _ in held), len(held)) for side, held in both.items()}
    expected = {side: step * Fraction(sum(b for _, b in held), len(held)) for side, held in both.items()}
    x, y = wave.rows
    gap = own[x] - own[y]
    for sign, side, other in ((1, x, y), (-1, y, x)):
        perceived, error = own[side] - expected[side], expected[side] - own[other]
        assert sign * gap == perceived + error
        for exact, said in ((perceived, found.perceived[side]), (error, found.expectation_error[side])):
            if isinstance(said.estimate, Estimate):
                assert said.estimate.value == pytest.approx(float(exact), **ALMOST)
    if isinstance(found.gap.estimate, Estimate):
        assert found.gap.estimate.value == pytest.approx(float(gap), **ALMOST)


def people_under_the_minimum_never_count(engine: Engine, wave: Wave, more: Mapping[str, Sequence[Row]]) -> None:
    """They answer one item of a scale that asks for two: nothing moves but how many left it out, and what that hides.

    And whether a gap rests on one item: S-09 lowers the minimum by one when it leaves an item out, so that somebody who
    gave one answer too few for the scale has a score on what is left of it.
    """
    before, after = engine(wave, ASKED), engine(wave.with_people(more), ASKED)
    for subject in subjects(before):
        other = after.subjects[subject.id]
        assert _counted(subject) == _counted(other)
        if subject.checks is not None and other.checks is not None:
            for name in ("reliability", "omega", "agreement"):
                assert getattr(subject.checks, name) == getattr(other.checks, name)
    assert (before.topics, before.mirror_scale) == (after.topics, after.mirror_scale)


def _counted(subject: SubjectEstimates) -> SubjectEstimates:
    """Return the estimates without who left the subject out, what that says of silence, and what rests on one item."""

    def plain(gap: Judged | None) -> Judged | None:
        if gap is None:
            return None
        kept = tuple(each for each in gap.modifiers if each is not Modifier.ONE_ITEM)
        return dataclasses.replace(gap, modifiers=kept, d_star=None)

    pairs = {
        pair: dataclasses.replace(each, gap=plain(each.gap), worst_case=(0.0, 0.0))
        for pair, each in subject.pairs.items()
    }
    return dataclasses.replace(subject, missing={}, dont_know={}, checks=None, pairs=pairs)


def facts_and_expectations_never_move_a_score(engine: Engine, wave: Wave, others: Mapping[str, Rows]) -> None:
    """Other answers to a fact, a prediction, a self-rating: no other figure moves, and no gap of a topic."""
    at = [list(ITEMS).index(item) for item in META]

    def with_other(row: Row, other: Row) -> Row:
        return tuple(
            other[place] if place in at and min(code, other[place]) >= 1 else code for place, code in enumerate(row)
        )

    changed = {
        side: tuple(with_other(row, other) for row, other in zip(rows, others[side], strict=True))
        for side, rows in wave.rows.items()
    }
    before, after = engine(wave, ASKED), engine(dataclasses.replace(wave, rows=changed), ASKED)
    for subject in subjects(before):
        if subject.subject not in META:
            assert subject == after.subjects[subject.id]
    for code, topic in before.topics.items():
        assert topic.own == after.topics[code].own
        alike(topic.gap.estimate, after.topics[code].gap.estimate)
        assert topic.gap.p == after.topics[code].gap.p


def facts_and_expectations_left_out_never_move_a_scale(engine: Engine, wave: Wave) -> None:
    """Nobody answers them at all: scales and composites are as they were."""
    at = [list(ITEMS).index(item) for item in META]
    without = wave.changed(lambda row: tuple(-1 if place in at else code for place, code in enumerate(row)))
    before, after = engine(wave, ASKED), engine(without, ASKED)
    for subject in subjects(before, *POINTS):
        other = after.subjects[subject.id]
        assert (subject.side_means, subject.company, subject.missing) == (
            other.side_means,
            other.company,
            other.missing,
        )
        for pair, mine in subject.pairs.items():
            assert (mine.process_gap, mine.theta, mine.p_exact) == (
                other.pairs[pair].process_gap,
                other.pairs[pair].theta,
                other.pairs[pair].p_exact,
            )


def equal_sides_have_no_gap(engine: Engine, wave: Wave) -> None:
    """Every side answers as the first: d 0, g 0, p 1, row 5 or 7, θ a half."""
    first = next(iter(wave.rows.values()))
    found = engine(Wave(rows=dict.fromkeys(wave.rows, first)), ASKED)
    for _, pair, gap in gaps(found):
        if isinstance(gap.estimate, Estimate):
            assert (gap.estimate.value, gap.p, gap.p_adjusted, pair.p_exact) == (0, 1, 1, 1)
            assert gap.verdict in {Verdict.NO_GAP, Verdict.CANNOT_TELL}
            assert isinstance(pair.theta, Estimate)
            assert pair.theta.value == 0.5
            assert isinstance(pair.hedges_g, NotEstimable) or pair.hedges_g == 0


def adjusting_never_lowers_a_p_value(engine: Engine, wave: Wave) -> None:
    """Holm's and BH's are at least the raw one, at most 1, and in the same order within their family."""
    families: dict[Family | None, list[tuple[float, float]]] = {}
    for each in judged(engine(wave, ASKED)):
        if isinstance(each.estimate, Estimate):
            assert each.p is not None
            assert each.p_adjusted is not None
            assert each.p <= each.p_adjusted <= 1
            families.setdefault(each.family, []).append((each.p, each.p_adjusted))
            assert each.family_size >= 1
    for held in families.values():
        held.sort()
        assert [adjusted for _, adjusted in held] == sorted(adjusted for _, adjusted in held)


def a_margin_is_ruled_out_where_both_one_sided_tests_say_so(engine: Engine, wave: Wave) -> None:
    """TOST p < .05 is the 90 % interval inside, which is row 4 or 5 (S-13, S-30)."""
    for _, pair, gap in gaps(engine(wave, ASKED)):
        if isinstance(pair.process_gap, Estimate):
            found = pair.process_gap
            inside = equivalence.inside(found.lo90, found.hi90, gap.margin)
            assert (equivalence.tost_p(found, gap.margin) < 0.05) == inside
            if isinstance(gap.estimate, Estimate) and gap.estimate.estimand is found.estimand:
                assert (gap.verdict in {Verdict.TOO_SMALL, Verdict.NO_GAP}) == inside


def every_interval_holds_its_estimate(engine: Engine, wave: Wave) -> None:
    """And the wide one the narrow; scores stay in 0 to 100, gaps in ±100, θ in 0 to 1."""
    found = engine(wave, ASKED)
    held: list[tuple[float, float, Scored]] = []
    for subject in found.subjects.values():
        held += [(0, 100, each) for each in (*subject.side_means.values(), subject.company)]
        held += [(0, 100, each) for each in subject.favourable.values()]
        held += [(-100, 100, pair.gap.estimate) for pair in subject.pairs.values() if pair.gap is not None]
        held += [(0, 1, pair.theta) for pair in subject.pairs.values()]
    held += [(-100, 100, each.estimate) for each in judged(found)]
    assert any(isinstance(each, Estimate) for _, _, each in held) or min(map(len, wave.rows.values())) < 2
    for low, high, each in held:
        if isinstance(each, Estimate):
            assert low <= each.lo95 <= each.lo90 <= each.value <= each.hi90 <= each.hi95 <= high
