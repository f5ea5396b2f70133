"""The parser of signals (P-1), against the vocabulary of one instrument. Anything else is refused, with its place.

Belongs here: words to tree. Does not: the tree itself (signal), what it is worth on answers (evaluate).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from assess.advice.signal import All, AnyOf, Compare, HasConflict, HasFact, HasLabel, Op, Signal, Value
from assess.instruments.model import Instrument, ItemType
from assess.scoring.results import Label

ANY = "any"
COMBINED = ("C", "min", "max", ANY)
"""Whose answers, beside the side letters: mean of the sides, the lower, the higher, the best single one (P-2, P-3)."""

FACTS = frozenset(
    {
        "lead_overload",
        "few_named_accounts",
        "no_shared_metric",
        "leader_will_not_chair",
        "stable_pods",
        "no_pay_budget",
        "no_leading_metric",
        "sellers_no_renewal",
        "sla_unequal",
        "grievance",
    }
)
"""P-14."""

CONFLICTS = frozenset(f"K{number}" for number in range(1, 9))
"""P-19."""

METRICS = frozenset(
    {
        "accepted_pct",
        "undecided_pct",
        "rej_target_pct",
        "rej_timing_pct",
        "rej_data_pct",
        "rej_duplicate_pct",
        "rej_other_pct",
        "contacted_pct",
        "content_used_pct",
        "forecast_err_pct",
    }
)
"""P-21."""

PLAN_FIELDS = frozenset({"variable", "shared", "horizon"})
"""Numbers of the incentive map (P-17)."""

_TOKEN = re.compile(r"\s*(?:(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>-?\d+(?:\.\d+)?)|(?P<mark><=|>=|[<>(),|]))")


class SignalError(ValueError):
    """Text that is not of the grammar; the message quotes the place."""


class Slot(StrEnum):
    """What may stand at a place of the grammar, as an error message calls it."""

    WHO = "whose answers"
    SIDE = "a side"
    SCORE = "a score"
    ITEM = "a closed item"
    ITEM_OR_SCORE = "an item or a score"
    TOPIC = "a topic"
    OWN_VIEW = "a topic with a label"
    CODES = "answer codes"
    PLAY = "a play"
    METRIC = "a figure of the CRM"
    FIELD = "a field of the plan"
    FACT = "a fact"
    CONFLICT = "a conflict"
    LABEL = "a label"


Vocabulary = Mapping[Slot, frozenset[str]]
"""The names that an instrument and its plays lend to the grammar."""

ARGUMENTS: Mapping[str, tuple[Slot, ...]] = {
    "score": (Slot.SCORE, Slot.WHO),
    "item": (Slot.ITEM, Slot.WHO),
    "share": (Slot.ITEM, Slot.CODES, Slot.WHO),
    "gap": (Slot.ITEM,),
    "absgap": (Slot.ITEM_OR_SCORE,),
    "err": (Slot.TOPIC, Slot.WHO),
    "prev": (Slot.SCORE, Slot.WHO),
    "past": (Slot.PLAY,),
    "roster": (Slot.WHO,),
    "crm": (Slot.METRIC,),
    "plan": (Slot.SIDE, Slot.FIELD),
}
"""The values of P-1 and what stands in their brackets."""


def vocabulary(instrument: Instrument, plays: frozenset[str]) -> Vocabulary:
    """Return the names of P-1 for an instrument; a scale that stands in for others in one form is no score of it."""
    sides = frozenset(side.letter for side in instrument.sides)
    items = frozenset(code for code, item in instrument.items.items() if item.closed)
    scores = frozenset(scale.id for scale in instrument.scales.values() if not scale.headline_forms)
    scores |= frozenset(instrument.composites)
    topics = frozenset(item.predicts for item in instrument.items.values() if item.predicts)
    own_views = frozenset(code for code in topics if instrument.items[code].type is not ItemType.OTHER_RATING)
    mirror = frozenset({instrument.mirror.id} if instrument.mirror else ())
    return {
        Slot.WHO: sides | set(COMBINED),
        Slot.SIDE: sides,
        Slot.SCORE: scores,
        Slot.ITEM: items,
        Slot.ITEM_OR_SCORE: items | scores,
        Slot.TOPIC: topics | mirror | {ANY},
        Slot.OWN_VIEW: own_views | {ANY},
        Slot.PLAY: plays,
        Slot.METRIC: METRICS,
        Slot.FIELD: PLAN_FIELDS,
        Slot.FACT: FACTS,
        Slot.CONFLICT: CONFLICTS,
        Slot.LABEL: frozenset(Label),
    }


def parse(text: str, words: Vocabulary) -> Signal:
    """Return the tree of a signal; `SignalError` says what was expected, and where."""
    reader = _Reader(text, words)
    found = reader.signal()
    if reader.word is not None:
        raise reader.error("the end")
    return found


class _Reader:
    """Recursive descent over the tokens of one signal."""

    def __init__(self, text: str, words: Vocabulary) -> None:
        self.text = text
        self.words = words
        self.tokens = _tokens(text)
        self.at = 0

    @property
    def word(self) -> str | None:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else None

    def error(self, expected: str) -> SignalError:
        if self.word is None:
            return SignalError(f"{self.text!r} ends where {expected} is expected")
        return SignalError(
            f"{self.text!r}, at {self.tokens[self.at][1] + 1}: {self.word!r} where {expected} is expected"
        )

    def signal(self) -> Signal:
        parts = [self.all()]
        while self.word == "or":
            self.at += 1
            parts.append(self.all())
        return parts[0] if len(parts) == 1 else AnyOf(parts=tuple(parts))

    def all(self) -> Signal:
        parts = [self.test()]
        while self.word == "and":
            self.at += 1
            parts.append(self.test())
        return parts[0] if len(parts) == 1 else All(parts=tuple(parts))

    def test(self) -> Signal:
        if self.word == "(":
            self.at += 1
            inner = self.signal()
            self.expect(")")
            return inner
        match self.word:
            case "label":
                self.call("label")
                topic = self.name(Slot.OWN_VIEW)
                self.expect(",")
                names = self.alternatives(Slot.LABEL)
                self.expect(")")
                return HasLabel(topic=topic, names=names)
            case "fact":
                self.call("fact")
                fact = self.name(Slot.FACT)
                self.expect(")")
                return HasFact(name=fact)
            case "conflict":
                self.call("conflict")
                codes = self.alternatives(Slot.CONFLICT)
                self.expect(")")
                return HasConflict(codes=codes)
            case _:
                value = self.value()
                op = Op(self.one_of(frozenset(Op), "a comparison"))
                return Compare(value=value, op=op, threshold=self.number())

    def value(self) -> Value:
        name = self.one_of(frozenset(ARGUMENTS), "a value")
        self.expect("(")
        arguments: list[str] = []
        for slot in ARGUMENTS[name]:
            if arguments:
                self.expect(",")
            arguments.append(self.codes() if slot is Slot.CODES else self.name(slot))
        self.expect(")")
        return Value(name=name, arguments=tuple(arguments))

    def codes(self) -> str:
        op = self.one_of(frozenset({Op.AT_MOST, Op.AT_LEAST}), "<= or >=")
        return op + self.one_of(frozenset("1234567"), "an answer code")

    def alternatives(self, slot: Slot) -> tuple[str, ...]:
        names = [self.name(slot)]
        while self.word == "|":
            self.at += 1
            names.append(self.name(slot))
        return tuple(names)

    def name(self, slot: Slot) -> str:
        return self.one_of(self.words[slot], slot)

    def one_of(self, allowed: frozenset[str], expected: str) -> str:
        if self.word is None or self.word not in allowed:
            raise self.error(expected)
        self.at += 1
        return self.tokens[self.at - 1][0]

    def number(self) -> float:
        if self.word is None or not re.fullmatch(r"-?\d+(\.\d+)?", self.word):
            raise self.error("a number")
        self.at += 1
        return float(self.tokens[self.at - 1][0])

    def call(self, name: str) -> None:
        self.expect(name)
        self.expect("(")

    def expect(self, mark: str) -> None:
        if self.word != mark:
            raise self.error(repr(mark))
        self.at += 1


def _tokens(text: str) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise SignalError(f"{text!r}, at {at + 1}: {text[at:].strip()[:1]!r} is no part of a signal")
        found.append((match.group().strip(), match.end() - len(match.group().strip())))
        at = match.end()
    return found
