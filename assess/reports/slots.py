"""What a sentence may say of a figure, a side or a subject: the values that fill the slots of its template.

Belongs here: printed numbers turned to face the higher side, names in the locale. Does not: sentences (templates),
rounding (compose), how a number is written (typography). Every value is a token that is put in after the typography
of the template itself is set, so that a typed name is never changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from assess.i18n import number, translator
from assess.reports import typography
from assess.reports.facts import BandedFigure, Facts, Figure, NotEstimableFigure, Number, ReleasedFigure, SideFacts

_FIRST = 0xE000
_TOKEN = re.compile("[\ue000-\uf8ff]")
_LOWER_SECOND = re.compile(r"^\w[^\W\d_]*[a-zà-ÿ]", re.UNICODE)


@dataclass(slots=True)
class Tokens:
    """Texts waiting to be put into a typeset sentence, one private character each."""

    texts: list[str] = field(default_factory=list)

    def keep(self, text: str) -> str:
        """Return the token of a text."""
        self.texts.append(text)
        return chr(_FIRST + len(self.texts) - 1)

    def fill(self, sentence: str) -> str:
        """Return a sentence with every token replaced by its text, tokens inside texts included."""
        while _TOKEN.search(sentence):
            sentence = _TOKEN.sub(lambda found: self.texts[ord(found[0]) - _FIRST], sentence)
        return sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A side in the locale: `short` in charts and English sentences, `label` where grammar needs an article."""

    short: str
    label: str
    Label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A figure as templates read it. Directions face the higher side: `high` scores it `lo` to `hi` points higher.

    `value` is the number as printed, `size` without its sign, `span` its interval as printed, `ahead` as seen from the
    higher side; `low_end` and `high_end` are its ends without sign. `label` and `text` are its verdict in words.
    """

    value: str
    signed: str
    size: str
    state: str
    positive: bool
    verdict: int
    label: str
    lo: str
    hi: str
    span: str
    ahead: str
    lo90: str
    hi90: str
    span90: str
    ahead90: str
    low_end: str
    high_end: str
    margin: str
    need: str
    has_need: bool
    beyond: bool
    comparisons: str
    reason: str
    interval: bool
    above: bool
    of_those: bool
    high: Named
    low: Named
    text: str


def side(tokens: Tokens, facts: Facts, code: str, locale: str) -> Named:
    """Return the names of a side as tokens."""
    return _named(tokens, next(each for each in facts.client.sides if each.code == code), locale)


def name(facts: Facts, subject: str, locale: str) -> str:
    """Return what a finding is about: scale, statement or play."""
    words = facts.vocabulary[locale]
    if subject in words.scales:
        return words.scales[subject]["name"]
    if subject in words.items:
        return words.items[subject]["short"] or subject
    if subject in words.plays:
        return words.plays[subject]["title"]
    raise KeyError(f"{subject} has no name in the vocabulary of these facts")


def lowered(text: str) -> str:
    """Return a name as it stands inside a sentence: its first letter small, unless it begins an acronym."""
    return text[:1].lower() + text[1:] if _LOWER_SECOND.match(text) and not text[:2].isupper() else text


def slot(tokens: Tokens, facts: Facts, figure: Figure, locale: str, *, label: str = "", text: str = "") -> Slot:
    """Return a figure as its printed parts, each a token."""
    keep = tokens.keep
    sides = facts.client.sides
    positive = not (isinstance(figure, ReleasedFigure) and str(figure.value).startswith("-"))
    ends95, ends90 = (_turned(typography.limits(figure, level), positive=positive) for level in (95, 90))
    raw95, raw90 = typography.limits(figure, 95), typography.limits(figure, 90)
    released = figure if isinstance(figure, ReleasedFigure) else None
    high, low = (sides[0], sides[1]) if positive else (sides[1], sides[0])
    modifiers = released.modifiers if released else ()
    above = isinstance(figure, BandedFigure) and figure.code == "gt40"
    return Slot(
        value=keep(number(typography.ENDS["gt40"][1], locale) if above else typography.num(figure, locale)),
        signed=keep(typography.signed(figure, locale)),
        size=keep(_absolute(released.value, locale) if released else typography.num(figure, locale)),
        state=figure.state,
        positive=positive,
        verdict=(released.verdict or 0) if released else 0,
        label=keep(label),
        lo=keep(_end(ends95, 0, locale)),
        hi=keep(_end(ends95, 1, locale)),
        span=keep(_span(raw95, locale)),
        ahead=keep(_span(ends95, locale)),
        lo90=keep(_end(ends90, 0, locale)),
        hi90=keep(_end(ends90, 1, locale)),
        span90=keep(_span(raw90, locale)),
        ahead90=keep(_span(ends90, locale)),
        low_end=keep(_absolute(ends95[0], locale) if ends95 else ""),
        high_end=keep(_absolute(ends95[1], locale) if ends95 else ""),
        margin=keep(number(released.margin, locale) if released and released.margin is not None else ""),
        need=keep(number(released.need, locale) if released and released.need is not None else ""),
        has_need=released is not None and released.need is not None,
        beyond=released is not None and released.need is not None and _beyond(facts, released.need),
        comparisons=keep(number(released.family_size, locale) if released and released.family_size else ""),
        reason=keep(_reason(figure, locale)),
        interval=raw95 is not None,
        above=above,
        of_those="of_those_who_answered" in modifiers,
        high=_named(tokens, high, locale),
        low=_named(tokens, low, locale),
        text=keep(text),
    )


def _named(tokens: Tokens, found: SideFacts, locale: str) -> Named:
    label = found.label[locale]
    return Named(
        short=tokens.keep(found.short[locale]),
        label=tokens.keep(label),
        Label=tokens.keep(label[:1].upper() + label[1:]),
    )


def _turned(ends: tuple[Number, Number] | None, *, positive: bool) -> tuple[Number, Number] | None:
    """Return an interval as seen from the higher side: −36 to −12 becomes 12 to 36."""
    if ends is None or positive:
        return ends
    return _negated(ends[1]), _negated(ends[0])


def _negated(value: Number) -> Number:
    text = str(value)
    turned = text[1:] if text.startswith("-") else text if text == "0" else f"-{text}"
    return int(turned) if isinstance(value, int) else turned


def _absolute(value: Number, locale: str) -> str:
    return number(str(value).removeprefix("-"), locale)


def _end(ends: tuple[Number, Number] | None, place: int, locale: str) -> str:
    return number(ends[place], locale) if ends else ""


def _span(ends: tuple[Number, Number] | None, locale: str) -> str:
    if ends is None:
        return ""
    figure = ReleasedFigure(value=ends[0], lo95=ends[0], hi95=ends[1], unit="points")
    return typography.span(figure, locale)


def _beyond(facts: Facts, need: int) -> bool:
    """Return whether a side has fewer people than the answers needed (S-47)."""
    invited = [facts.figures.get(f"participation.ballots.invited.{each.code}") for each in facts.client.sides]
    return any(isinstance(each, ReleasedFigure) and int(each.value) < need for each in invited)


def _reason(figure: Figure, locale: str) -> str:
    if not isinstance(figure, NotEstimableFigure):
        return ""
    return translator(locale)(typography.REASONS[figure.reason])
