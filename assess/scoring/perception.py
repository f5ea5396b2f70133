"""Co-orientation: what each side thinks, and what it expects the other to think (S-33, S-34, I-14).

Belongs here: the comparisons of section 6, one family adjusted together. Does not: the names of what they show
(labels), the scales and items themselves (subjects).

On a topic, over the persons complete on its items (v own answer, p prediction, s rating of one's own team):

* G = v̄_x - v̄_y; C_g = mean(v - p) in g; E_g = p̄_g - v̄_h. G = C_x + E_x and -G = C_y + E_y, exactly.
* A directed topic (v rates the other team): Q_g = p̄_g - v̄_h, B_g = s̄_g - v̄_h, F_g = mean(s - v) in g; no G, no label.

`MirrorTopic.perceived` holds C, or F of a directed topic; `expectation_error` E or Q; `self_other` B.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from assess.disclosure.policy import Precision
from assess.disclosure.registry import Kind, registered
from assess.disclosure.release import Released, ReleasedSubject, Withheld
from assess.instruments.model import Instrument, ItemType
from assess.scoring import compare, multiplicity, nonresponse, tally
from assess.scoring.compare import Compared
from assess.scoring.histogram import Histogram
from assess.scoring.intervals import choose, clipped
from assess.scoring.labels import labelled
from assess.scoring.results import Estimate, Family, Judged, Modifier, NotEstimable, Reason, Scored
from assess.scoring.verdicts import judge
from assess.scoring.wave import MirrorScale, MirrorTopic

MIRROR_RHO: Final = 0.75
"""Declared reliability of the mirror scale: that of a scale (I-17)."""

_SCALE = ""  # no topic has an empty code
_NOT_COMPARABLE = NotEstimable(reason=Reason.NOT_COMPARABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Perception:
    """Everything section 6 says about a wave: topics by base item code, and the mirror scale if the form has it."""

    topics: Mapping[str, MirrorTopic]
    mirror_scale: MirrorScale | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    found: Compared | NotEstimable
    margin: float
    precision: Precision
    between_sides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Topic:
    """A released topic: the codes of v, p and (where it was asked) s, and their histograms by side."""

    subject: ReleasedSubject
    code: str
    prediction: str
    own_team: str | None
    own: Mapping[str, Histogram]
    expected: Mapping[str, Histogram]
    self_rating: Mapping[str, Histogram]
    margin: float
    rho: float
    directed: bool


def perceive(released: Released, instrument: Instrument, form: str) -> Perception:
    """Score and judge the mirror of one wave; all its comparisons are one family, adjusted by BH (S-23).

    Parameters
    ----------
    released
        The released table, of two sides, with the subjects of this form.
    instrument, form
        What was asked, and which form of it.

    Returns
    -------
    Perception
        A withheld topic carries `Withheld` on both sides and no label.

    References
    ----------
    McLeod & Chaffee (1973), American Behavioral Scientist 16, doi:10.1177/000276427301600402.
    """
    topics: dict[str, _Topic | Withheld] = {}
    scale: ReleasedSubject | Withheld | None = None
    for shell in registered(instrument, form):
        if shell.kind is Kind.MIRROR_TOPIC:
            subject = released.find(shell.id)
            found = subject if isinstance(subject, Withheld) else _topic(released, subject, instrument, form)
            topics[shell.subject] = found
        elif shell.kind is Kind.MIRROR_SCALE:
            scale = released.find(shell.id)
    compared: dict[str, _Comparison] = {}
    for code, topic in topics.items():
        if isinstance(topic, _Topic):
            compared |= {f"{code}.{name}": each for name, each in _compare(released, topic).items()}
    if isinstance(scale, ReleasedSubject) and instrument.mirror:
        compared |= _compare_scale(released, scale, instrument.mirror.margin)
    judged = _judge(released, compared)
    return Perception(
        topics={
            code: _result(released, topic, judged)
            if isinstance(topic, _Topic)
            else _withheld(released, instrument, form, code)
            for code, topic in topics.items()
        },
        mirror_scale=_mirror_scale(released, scale, judged, instrument.mirror.margin) if instrument.mirror else None,
    )


def _topic(released: Released, subject: ReleasedSubject, instrument: Instrument, form: str) -> _Topic:
    code = subject.registered.subject
    item = instrument.items[code]
    twins = {instrument.items[twin].type: twin for twin in instrument.twins(code, form)}
    prediction, own_team = twins[ItemType.PREDICTION], twins.get(ItemType.SELF_RATING)
    return _Topic(
        subject=subject,
        code=code,
        prediction=prediction,
        own_team=own_team,
        own=tally.item_histograms(released, subject, code),
        expected=tally.item_histograms(released, subject, prediction),
        self_rating=tally.item_histograms(released, subject, own_team) if own_team else {},
        margin=item.margin,
        rho=item.rho,
        directed=item.type is ItemType.OTHER_RATING,
    )


def _compare(released: Released, topic: _Topic) -> dict[str, _Comparison]:
    """Return the comparisons of a topic, keyed `G`, `C.<side>`, `E.<side>`, `B.<side>` (C: or F; E: or Q)."""
    x, y = released.table.sides
    found: dict[str, _Comparison] = {}

    def between(name: str, mine: Mapping[str, Histogram], side: str, other: str) -> None:
        found[name] = _Comparison(
            found=_gap(released, (side, mine[side]), (other, topic.own[other]), topic.rho),
            margin=topic.margin,
            precision=topic.subject.precision,
            between_sides=True,
        )

    def within(name: str, first: str, second: str, side: str) -> None:
        table = tally.pair_table(released, topic.subject, first, second)[side]
        found[name] = _Comparison(
            found=compare.paired(tally.difference_histogram(table)),
            margin=topic.margin,
            precision=topic.subject.precision,
            between_sides=False,
        )

    if not topic.directed:
        between("G", topic.own, x, y)
    for side, other in ((x, y), (y, x)):
        between(f"E.{side}", topic.expected, side, other)
        if not topic.directed:
            within(f"C.{side}", topic.code, topic.prediction, side)
        elif topic.own_team:
            between(f"B.{side}", topic.self_rating, side, other)
            within(f"C.{side}", topic.own_team, topic.code, side)
    return found


def _compare_scale(released: Released, subject: ReleasedSubject, margin: float) -> dict[str, _Comparison]:
    expected, answered = (tally.part_histograms(released, subject, part) for part in (0, 1))
    x, y = released.table.sides
    return {
        f"{_SCALE}.{side}": _Comparison(
            found=_gap(released, (side, expected[side]), (other, answered[other]), MIRROR_RHO),
            margin=margin,
            precision=subject.precision,
            between_sides=True,
        )
        for side, other in ((x, y), (y, x))
    }


def _gap(
    released: Released, mine: tuple[str, Histogram], theirs: tuple[str, Histogram], rho: float
) -> Compared | NotEstimable:
    (side, x), (other, y) = mine, theirs
    basis = choose({side: x.n, other: y.n}, released.table.invited)
    return compare.gap(x, y, rho=rho, fractions=basis.fractions, estimand=basis.estimand)


def _judge(released: Released, compared: Mapping[str, _Comparison]) -> dict[str, Judged]:
    p = {name: each.found.p for name, each in compared.items() if isinstance(each.found, Compared)}
    adjusted = multiplicity.benjamini_hochberg(p)
    x, y = released.table.sides
    silent = nonresponse.half_silent(released)
    judged: dict[str, Judged] = {}
    for name, each in compared.items():
        estimate = each.found.estimate if isinstance(each.found, Compared) else each.found
        judged[name] = judge(
            estimate,
            margin=each.margin,
            p=p.get(name),
            p_adjusted=adjusted.get(name),
            family=Family.MIRROR,
            family_size=len(p),
            precision=each.precision,
            half_silent=silent,
            d_star=nonresponse.tipping(released, estimate.value, (x, y))
            if each.between_sides and isinstance(estimate, Estimate)
            else None,
            qualified=(Modifier.EXPLORATORY,) if name.startswith(f"{_SCALE}.") else (),
        )
    return judged


def _result(released: Released, topic: _Topic, judged: Mapping[str, Judged]) -> MirrorTopic:
    sides = released.table.sides
    nothing = judge(_NOT_COMPARABLE, margin=topic.margin, family=Family.MIRROR)
    gap = judged.get(f"{topic.code}.G", nothing)

    def by_side(letter: str) -> dict[str, Judged]:
        named = {side: f"{topic.code}.{letter}.{side}" for side in sides}
        return {side: judged[name] for side, name in named.items() if name in judged}

    perceived = by_side("C")
    found = None if topic.directed else labelled(gap, [perceived[side] for side in sides])
    return MirrorTopic(
        topic=topic.code,
        precision=topic.subject.precision,
        own=_means(released, topic.own, topic.rho),
        expected=_means(released, topic.expected, topic.rho),
        gap=gap,
        perceived=perceived,
        expectation_error=by_side("E"),
        self_rating=_means(released, topic.self_rating, topic.rho),
        self_other=by_side("B"),
        label=found.label if found else None,
        likely=found.likely if found else False,
        named_side=sides[found.named] if found and found.named is not None else None,
        opposite=found.opposite if found else False,
    )


def _means(released: Released, tables: Mapping[str, Histogram], rho: float) -> dict[str, Scored]:
    if not tables:
        return {}
    basis = choose({side: h.n for side, h in tables.items()}, released.table.invited)
    means: dict[str, Scored] = {}
    for (side, h), fraction in zip(tables.items(), basis.fractions, strict=True):
        found = compare.mean(h, rho=rho, fraction=fraction, estimand=basis.estimand)
        means[side] = clipped(found, 0, 100) if isinstance(found, Estimate) else found
    return means


def _withheld(released: Released, instrument: Instrument, form: str, code: str) -> MirrorTopic:
    item, sides = instrument.items[code], released.table.sides
    directed = item.type is ItemType.OTHER_RATING
    rated = any(instrument.items[twin].type is ItemType.SELF_RATING for twin in instrument.twins(code, form))
    nothing: dict[str, Scored] = dict.fromkeys(sides, Withheld())
    unjudged = judge(Withheld(), margin=item.margin, family=Family.MIRROR)
    each = dict.fromkeys(sides, unjudged)
    return MirrorTopic(
        topic=code,
        precision=None,
        own=nothing,
        expected=nothing,
        gap=judge(_NOT_COMPARABLE, margin=item.margin, family=Family.MIRROR) if directed else unjudged,
        perceived=each if rated or not directed else {},
        expectation_error=each,
        self_rating=nothing if rated else {},
        self_other=each if rated else {},
        label=None,
    )


def _mirror_scale(
    released: Released, subject: ReleasedSubject | Withheld | None, judged: Mapping[str, Judged], margin: float
) -> MirrorScale | None:
    sides = released.table.sides
    if subject is None:
        return None
    if isinstance(subject, Withheld):
        nothing: dict[str, Scored] = dict.fromkeys(sides, Withheld())
        unjudged = judge(Withheld(), margin=margin, family=Family.MIRROR)
        return MirrorScale(precision=None, expected=nothing, answered=nothing, error=dict.fromkeys(sides, unjudged))
    expected, answered = (tally.part_histograms(released, subject, part) for part in (0, 1))
    return MirrorScale(
        precision=subject.precision,
        expected=_means(released, expected, MIRROR_RHO),
        answered=_means(released, answered, MIRROR_RHO),
        error={side: judged[f"{_SCALE}.{side}"] for side in sides},
    )
