"""What the brief, the process page and the options page print of recommendations: tiles, cards, three options.

Belongs here: which words and figures stand in which place (R-15, R-18, R-19). Does not: choosing plays (advice), prose
of findings (wording).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from assess.i18n import number
from assess.reports import typography, why, wording
from assess.reports.charts.source import Source
from assess.reports.facts import Recommendation
from assess.reports.pages import cost, owner

CARDS: Final = 3
TITLES: Final = 5
RESAMPLES: Final = (8, 10)
"""A recommended play's signal holds in at least so many of so many resamples (P-5)."""
STEP_DAYS: Final = (30, 60, 90)

KPI_NAMES: Final = {
    "accepted_pct": "leads accepted",
    "undecided_pct": "undecided",
    "contacted_pct": "reached in time",
    "content_used_pct": "content used",
    "forecast_err_pct": "forecast error",
    "quota": "quota",
}
"""Figures of P-21 and others that the client keeps."""

MOVES: Final = {
    "rise": "should rise",
    "fall": "should fall",
    "halve": "should halve",
    "vanish": "should approach zero",
    "keep": "should keep",
    "at_least": "should hold",
    "move": "should move",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A name and what is so; `code`: a hash or command, which may break anywhere."""

    name: str
    text: str
    code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision of the brief: what, who, first step, where it will be seen, and its page."""

    title: str
    owner: str
    first: str
    indicator: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A process card (R-18)."""

    title: str
    why: str
    reasons: tuple[str, ...]
    what: str
    steps: tuple[Fact, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionLine:
    """One aspect of the three options."""

    name: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options A, B and C of one incentive play (R-19)."""

    title: str
    names: tuple[str, ...]
    lines: tuple[OptionLine, ...]


def recommended(source: Source, kind: str) -> tuple[Recommendation, ...]:
    """Return the recommended plays of a kind, best first."""
    found = [r for r in source.facts.recommendations if r.status == "recommended" and r.kind == kind]
    return tuple(sorted(found, key=lambda r: (r.rank is None, r.rank or 0)))[:CARDS]


def decisions(source: Source) -> tuple[Decision, ...]:
    """Return at most three decisions: the recommended processes, then the incentive play (R-15)."""
    chosen = (*recommended(source, "process"), *recommended(source, "incentive"))[:CARDS]
    anchors = {"process": "page-process", "incentive": "page-options"}
    standing = {f"page-{block.id}" for block in source.facts.blocks if block.state != "dropped"}
    return tuple(
        Decision(
            title=texts["title"],
            owner=owner(source, play.owner),
            first=source.tr(
                "First step, within {days} days: {step}", days=number(STEP_DAYS[0], source.locale), step=texts["d30"]
            ),
            indicator=source.tr("Seen in: {names}.", names=_names(source, play)) if play.indicators else "",
            anchor=anchors[play.kind] if anchors[play.kind] in standing else "",
        )
        for play in chosen
        if (texts := source.play(play.play)) is not None
    )


def cards(source: Source) -> tuple[Card, ...]:
    """Return the process cards (R-18)."""
    return tuple(
        _card(source, play, texts)
        for play in recommended(source, "process")
        if (texts := source.play(play.play)) is not None
    )


def considered(source: Source) -> tuple[str, ...]:
    """Return the titles of plays considered, not recommended now: at most five (P-10)."""
    found = [r for r in source.facts.recommendations if r.status == "considered"]
    found.sort(key=lambda r: (r.rank is None, r.rank or 0))
    return tuple(texts["title"] for r in found if (texts := source.play(r.play)) is not None)[:TITLES]


def options(source: Source) -> Options | None:
    """Return the three options of the incentive play chosen; None when there is none (R-19)."""
    play = next(iter(recommended(source, "incentive")), None)
    texts = None if play is None else source.play(play.play)
    if play is None or texts is None:
        return None
    tr = source.tr
    share, gains, pays = (texts.get(name) or typography.DASH for name in ("share", "gains", "pays"))
    nothing = typography.DASH
    who = owner(source, play.owner)
    lines = (
        (tr("What happens"), tr("Nothing changes; both plans stay as they are."), texts["d60"], texts["what"]),
        (tr("Share of variable pay"), tr("unchanged"), tr("unchanged: computed beside it"), share),
        (tr("Who decides"), nothing, who, who),
        (tr("Who gains"), nothing, tr("nobody yet"), gains),
        (tr("Who pays"), nothing, tr("nobody yet"), pays),
        (tr("Side effects, when not"), nothing, texts["watch"], texts["watch"]),
        (tr("Period"), nothing, tr("one quarter"), tr("two quarters with a no-loss floor, then decide again")),
        (tr("Where it would show"), nothing, _names(source, play) or nothing, _names(source, play) or nothing),
    )
    return Options(
        title=texts["title"],
        names=(tr("A. Change nothing"), tr("B. Try it in the shadow"), tr("C. Change it")),
        lines=tuple(OptionLine(name=name, texts=tuple(texts_)) for name, *texts_ in lines),
    )


def _card(source: Source, play: Recommendation, texts: Mapping[str, str]) -> Card:
    tr, locale = source.tr, source.locale
    held, of = (number(count, locale) for count in RESAMPLES)
    steps = tuple(
        Fact(name=tr("Within {days} days", days=number(days, locale)), text=texts[key])
        for days, key in zip(STEP_DAYS, ("d30", "d60", "d90"), strict=True)
        if texts.get(key)
    )
    facts = [
        Fact(
            name=tr("Owner and cost"),
            text="; ".join(part for part in (owner(source, play.owner), cost(source, play.cost)) if part),
        ),
        Fact(name=tr("Where it would show"), text=". ".join(_indicator(source, entry) for entry in play.indicators)),
        Fact(name=tr("How we will know"), text=_known(source, play)),
        Fact(name=tr("When not"), text=texts["watch"]),
        Fact(
            name=tr("Evidence"),
            text=_joined(
                _evidence(source, play, texts), tr("Holds in {n} of {all} resamples or more.", n=held, all=of)
            ),
        ),
    ]
    return Card(
        title=texts["title"],
        why=texts["why"],
        reasons=why.why(source.facts, play, locale),
        what=texts["what"],
        steps=steps,
        facts=tuple(fact for fact in facts if fact.text),
    )


def _known(source: Source, play: Recommendation) -> str:
    """Return how the next wave will tell (KNOW), and what would change our mind (R-18)."""
    know = wording.know(play.know, source.facts, source.locale) if play.know else ""
    return _joined(know, source.tr("If nothing has moved by then, think again."))


def _names(source: Source, play: Recommendation) -> str:
    return ", ".join(dict.fromkeys(_subject(source, entry) for entry in play.indicators))


def _indicator(source: Source, entry: Mapping[str, str]) -> str:
    """Return an indicator as a sentence part: Same targets: should rise by 10 to 15 points, to test."""
    tr = source.tr
    movement = tr(MOVES[entry.get("movement", "move")])
    ends = tuple(dict.fromkeys(number(entry[key], source.locale) for key in ("low", "high") if entry.get(key)))
    today = _today(source, entry)
    name = _subject(source, entry)
    named = tr("{name} (today {values})", name=name, values=today) if today else name
    match ends:
        case (low, high):
            return tr(
                "{name} {moves} by {low} to {high} points, to test", name=named, moves=movement, low=low, high=high
            )
        case (end,):
            return tr("{name} {moves} by {end} points, to test", name=named, moves=movement, end=end)
        case _:
            return tr("{name} {moves}, to test", name=named, moves=movement)


def _today(source: Source, entry: Mapping[str, str]) -> str:
    """Return an indicator's values of this wave, each with its side."""
    scopes = {side.code: side.short[source.locale] for side in source.sides} | {"company": source.tr("both teams")}
    return ", ".join(
        f"{name} {source.value(source.facts.figures[entry[f'today_{scope}']])}"
        for scope, name in scopes.items()
        if f"today_{scope}" in entry
    )


def _evidence(source: Source, play: Recommendation, texts: Mapping[str, str]) -> str:
    """Return the evidence grade with its sources, contrary ones named as such (P-15)."""
    parts = [source.tr("grade {grade}", grade=play.evidence)] if play.evidence else []
    if texts.get("sources"):
        parts.append(texts["sources"])
    if texts.get("contrary"):
        parts.append(source.tr("contrary: {sources}", sources=texts["contrary"]))
    return "; ".join(parts) + "." if parts else ""


def _subject(source: Source, entry: Mapping[str, str]) -> str:
    subject = entry.get("subject", "")
    if subject in KPI_NAMES:
        return source.tr(KPI_NAMES[subject])
    if subject not in source.words.items and subject not in source.words.scales:
        return source.tr("how far each team's expectation of the other is off")
    name = source.name(subject)
    if entry.get("kind") == "error":
        return source.tr("error of expectation, {name}", name=name)
    letters = {side.letter: side.short[source.locale] for side in source.sides}
    who = letters.get(entry.get("who", ""))
    return name if who is None else source.tr("{name} ({side})", name=name, side=who)


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
