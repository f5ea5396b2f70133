"""Pages of other shapes: another instrument, gates that withhold, plays that rest on gaps and records (R-14)."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import reports_waves as built

from assess.advice.model import Advice, Advised, FixedText, Kind, Reason, Status
from assess.disclosure.policy import Policy
from assess.disclosure.registry import registered
from assess.disclosure.release import Released, release
from assess.disclosure.table import ResponseTable
from assess.instruments import load
from assess.instruments.model import Instrument
from assess.reports import compose, wording
from assess.reports.facts import Client, Facts, NotEstimableFigure, SideFacts, WithheldFigure
from assess.reports.why import why
from assess.scoring.estimate import estimates
from assess.scoring.results import NotEstimable
from assess.scoring.results import Reason as Missing

LEADERSHIP = Path(__file__).parents[2] / "instruments" / "leadership"


@pytest.fixture(scope="module")
def leadership() -> Instrument:
    return load.read(LEADERSHIP)


def public(asked: Instrument, withhold: frozenset[str] = frozenset(), sizes: tuple[int, int] = (22, 20)) -> Facts:
    """Compose a file of another instrument: no head counts, no box, no playbook."""
    form = next(iter(asked.forms))
    items = asked.closed(form)
    generator = np.random.default_rng(3)
    table = ResponseTable(
        sides=tuple(side.code for side in asked.sides),
        items=items,
        levels=tuple(asked.levels(item) for item in items),
        side=np.repeat(np.array([0, 1], dtype=np.int8), sizes),
        answers=generator.integers(1, 6, size=(sum(sizes), len(items))).astype(np.int8),
    )
    found = release(table, Policy(), registered(asked, form), withhold)
    assert isinstance(found, Released)
    client = Client(
        name="Public data",
        sides=tuple(
            SideFacts(
                code=side.code,
                letter=side.letter,
                label={locale: texts.sides[side.letter].label for locale, texts in asked.texts.items()},
                short={locale: texts.sides[side.letter].short for locale, texts in asked.texts.items()},
            )
            for side in asked.sides
        ),
        zone="UTC",
        country="CA",
    )
    context = dataclasses.replace(
        built.context(form, source="file", box=None, merkle_root=None, playbook=None),
        instrument=asked,
        client=client,
    )
    return compose.facts(estimates(found, asked, form), None, context=context)


def spoken(found: Facts) -> dict[str, str]:
    """Say everything a report says, in both languages; return the English by finding."""
    for locale in ("en", "fr-CA"):
        for finding in found.findings:
            assert wording.title(found, finding.id, locale)
            assert wording.sentence(found, finding.id, locale)
    return {finding.id: wording.sentence(found, finding.id, "en") for finding in found.findings}


def test_another_instrument_gets_the_pages_it_has_items_for(leadership):
    """R-14: no composite, no mirror, no plays; the brief opens with the first headline scale."""
    found = public(leadership)
    states = {block.id: block.state for block in found.blocks}
    headline = leadership.headline(next(iter(leadership.forms)))
    assert found.blocks[0].rows[0].subject == headline[0]
    assert {states["mirror"], states["process"], states["options"], states["change"]} == {"dropped"}
    assert all(states[f"items-{scale}"] == "full" for scale in headline)
    assert "playbook" in found.provenance
    assert spoken(found)


def test_a_scale_without_a_headline_gap_leaves_its_levels(leadership):
    """R-4, R-10: what is withheld leads no page and leaves no sentence."""
    headline = leadership.headline(next(iter(leadership.forms)))
    found = public(leadership, frozenset(f"scale.{scale}" for scale in headline[:1]))
    assert isinstance(found.figures[f"gaps.{headline[0]}.gap.difference"], WithheldFigure)
    assert all(finding.subject != headline[0] or finding.id == "gaps.lead" for finding in found.findings)
    assert spoken(found)


def test_a_scale_that_nobody_may_compare_has_levels_but_no_gap_row(leadership):
    """I-16: directed content; its items are shown question by question."""
    directed = leadership.model_copy(
        update={
            "scales": {id_: scale.model_copy(update={"directed": True}) for id_, scale in leadership.scales.items()},
            "items": {code: item.model_copy(update={"directed": True}) for code, item in leadership.items.items()},
        }
    )
    found = public(directed)
    states = {block.id: block.state for block in found.blocks}
    assert states["gaps"] == "dropped"
    assert states["standing"] == "full"
    said = spoken(found)
    assert "no difference is judged here" in said[f"items-{directed.headline(next(iter(directed.forms)))[0]}.lead"]


def test_a_wave_without_a_box_that_shows_nothing_still_has_its_pages():
    """R-14."""
    found = compose.facts(None, None, context=built.context(box=None))
    code = {finding.id: finding.code for finding in found.findings}
    assert code["participation.lead"] == "participation.unknown"
    assert found.figures == {}
    assert spoken(found)


def test_a_gap_that_cannot_be_estimated_is_printed_with_its_reason():
    """S-02, S-30: row 7 with the reason."""
    numbers, _ = built.scored(built.table())
    assert numbers is not None
    subject = numbers.subjects["scale.TRU"]
    assert subject.gap is not None
    nothing = NotEstimable(reason=Missing.ZERO_VARIANCE)
    pair = dataclasses.replace(subject.pair, gap=dataclasses.replace(subject.gap, estimate=nothing), theta=nothing)
    replaced = dataclasses.replace(subject, pairs=dict.fromkeys(subject.pairs, pair), company=nothing)
    numbers = dataclasses.replace(numbers, subjects={**numbers.subjects, "scale.TRU": replaced})
    found = compose.facts(numbers, None, context=built.context())
    assert found.figures["gaps.TRU.gap.difference"] == NotEstimableFigure(reason="zero_variance")
    assert found.figures["gaps.TRU.theta.difference"] == NotEstimableFigure(reason="zero_variance")
    assert spoken(found)


def advised(play: str, kind: Kind = Kind.PROCESS, *why_: tuple[str, ...], **more) -> Advised:
    return Advised(play=play, kind=kind, status=more.pop("status", Status.RECOMMENDED), why=why_, **more)


def composed(advice: Advice) -> Facts:
    numbers, _ = built.scored(built.table())
    return compose.facts(numbers, advice, context=built.context())


def test_reasons_come_from_released_figures_and_never_from_records():
    """P-5: a card prints released figures only; prev, past and facts are not figures of this wave."""
    p18 = advised("P18", Kind.PROCESS, ("absgap", "AL5"), ("score", "TRU", "C"), rank=1)
    p19 = advised("P19", Kind.PROCESS, ("score", "H", "C"), ("prev", "H", "C"), ("past", "P13"), rank=2)
    p7 = advised("P7", Kind.PROCESS, ("share", "EN5", "<=2", "C"), ("item", "TR1", "S"), rank=3)
    found = composed(
        Advice(
            processes=(p18, p19, p7),
            incentive=None,
            considered=(advised("P6", status=Status.CONSIDERED),),
            not_evaluated=(advised("P2", status=Status.NOT_EVALUATED, reason=Reason.NO_RECORD),),
            fixed=(FixedText.PROTECT, FixedText.NEVER),
            every=(advised("P13", status=Status.BLOCKED, reason=Reason.BLOCKED_IF),),
        )
    )
    by_play = {each.play: each for each in found.recommendations}
    assert by_play["P18"].why == ("items-ALN.AL5.gap.difference", "standing.TRU.mean.company")
    assert by_play["P19"].why == ("standing.H.mean.company",)
    assert by_play["P7"].why == ("items-TRU.TR1.mean.sales",)
    assert [by_play[play].status for play in ("P6", "P2", "P13")] == ["considered", "not_evaluated", "blocked"]
    assert by_play["P2"].reason == "no_record"
    assert all(why(found, each, "fr-CA") for each in found.recommendations if each.status == "recommended")
    said = spoken(found)
    assert said["process.protect"].startswith("Protect this difference.")
    assert [each.id for each in found.findings if each.code == "process.start"] == ["process.lead"]


@pytest.mark.parametrize(
    ("fixed", "code"),
    [
        ((FixedText.OPEN,), "process.open"),
        ((FixedText.LEAVE,), "process.leave"),
        ((FixedText.CHAIR,), "process.none"),
        ((), "process.none"),
    ],
)
def test_without_a_card_the_page_and_the_brief_say_why(fixed, code):
    """P-16: the answers do not settle it, or leave as is."""
    found = composed(Advice(processes=(), incentive=None, considered=(), not_evaluated=(), fixed=fixed, every=()))
    codes = {finding.id: finding.code for finding in found.findings}
    assert codes["process.lead"] == code
    assert (code in [codes[id_] for id_ in found.blocks[0].findings]) == (code != "process.none")
    assert ("process.chair" in codes) == (FixedText.CHAIR in fixed)
    assert spoken(found)
