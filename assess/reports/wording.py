"""Words of a report in a locale: titles and sentences of findings, verdicts, labels, bands (report.md section 2).

Belongs here: which text a finding or verdict takes, and its slots. Does not: the prose itself (phrases reads it), the
parts of a figure (slots). Everything returned is plain text, typeset; templates escape it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from assess.i18n import number, percent, translator, typeset
from assess.reports.facts import (
    BandedFigure,
    Facts,
    Figure,
    Finding,
    NotEstimableFigure,
    ReleasedFigure,
    WithheldFigure,
)
from assess.reports.phrases import filled, sentence_of, titles
from assess.reports.slots import Slot, Tokens, lowered, name, side, slot

TITLE_LIMITS: Final = {"en": 75, "fr-CA": 90}
"""Longest page title in characters (R-10)."""

LABELS: Final = {
    "true_consensus": "true consensus",
    "dissensus": "open disagreement",
    "false_consensus": "false consensus",
    "false_conflict": "false conflict",
    "one_sided_blindness": "gap seen by one side only",
    "one_sided_false_conflict": "one-sided false conflict",
}
"""Co-orientation labels (I-20)."""

BANDS: Final = {"strong": "strong", "sound": "sound", "watch": "watch", "act": "act"}
"""Band words (I-19)."""

MODIFIERS: Final = {
    "of_those_who_answered": "of those who answered",
    "one_item": "this rests on one item",
    "indicative": "indicative",
    "exploratory": "exploratory",
    "worth_discussing": "worth discussing",
}
"""Modifiers of a verdict that stand beside its label, in the order of S-31, S-23's last; the others change the text."""

_KINDS: Final = {"gap": "gap", "gap_process": "gap", "change": "change", "error": "error", "perceived": "perceived"}
_NOT_CLEAR: Final = (2, 3)


def title(facts: Facts, finding_id: str, locale: str) -> str:
    """Return the title of the page that a finding leads: its first title that fits, else its last (R-10)."""
    finding = _find(facts, finding_id)
    texts = titles(finding.code, locale)
    for text in texts[:-1]:
        written = _render(text, facts, finding, locale)
        if len(written) <= TITLE_LIMITS[locale]:
            return written
    return _render(texts[-1], facts, finding, locale)


def sentence(facts: Facts, finding_id: str, locale: str) -> str:
    """Return the sentence of a finding with its numbers filled in (R-8)."""
    finding = _find(facts, finding_id)
    return _render(sentence_of(finding.code, locale), facts, finding, locale)


def spoken(facts: Facts, finding: Finding, locale: str, *, text: str | None = None) -> str:
    """Return the sentence of a finding that facts do not list, such as the reason of a play."""
    return _render(sentence_of(finding.code, locale) if text is None else text, facts, finding, locale)


def verdict(figure_id: str, facts: Facts, subject: str | None, locale: str) -> str:
    """Return what may be said of a comparison, label and numbers in one text (S-30, S-31).

    `subject` only names the comparison in errors: the text faces the higher side and stands beside its name.
    """
    figure = facts.figures[figure_id]
    statistic, scope = figure_id.split(".")[-2:]
    if statistic not in _KINDS:
        raise KeyError(f"{figure_id} ({subject}) is not a comparison")
    tokens = Tokens()
    code, label = _verdict_code(figure, _KINDS[statistic]), comparison_label(figure, _KINDS[statistic], locale)
    slots: dict[str, Any] = {"gap": slot(tokens, facts, figure, locale, label=label), "label": tokens.keep(label)}
    slots |= _sides(tokens, facts, locale) | _direction(tokens, facts, scope, locale)
    return filled(sentence_of(code, locale), slots, tokens, locale)


def verdict_label(verdict_: int, locale: str) -> str:
    """Return the label of a row of S-30, as legends and tables print it."""
    return typeset(titles("verdict.withheld" if verdict_ == 1 else f"verdict.gap.{verdict_}", locale)[0], locale)


def label_name(label: str, likely: bool, locale: str) -> str:
    """Return a co-orientation label, "Likely: false conflict" where a state behind it is only leaned (I-20, S-34)."""
    tr = translator(locale)
    words = tr(LABELS[label])
    return tr("Likely: {label}", label=words) if likely else words


def band(codes: tuple[str, ...], locale: str, reversed_: bool = False) -> str:
    """Return band words, joined where the interval lies across a cut (I-19); `reversed_`: less of it is better."""
    tr = translator(locale)
    words = [tr(BANDS[code]) for code in codes]
    text = words[0] if len(words) == 1 else tr("{first} to {second}", first=words[0], second=words[1])
    return tr("{band}, lower is better", band=text) if reversed_ else text


def superiority(figure: Figure, facts: Facts, locale: str) -> str:
    """Return the probability of superiority in words, facing the higher side; coded beyond 95 in 100 (S-14, S-30)."""
    tokens = Tokens()
    first, second = (side(tokens, facts, each.code, locale) for each in facts.client.sides)
    match figure:
        case ReleasedFigure():
            times, low, high = _times(figure)
            ahead = times == figure.value
            slots = {
                "high": first if ahead else second,
                "times": tokens.keep(number(times, locale)),
                "low": tokens.keep(number(low, locale)),
                "up": tokens.keep(number(high, locale)),
            }
            return filled(sentence_of("superiority.times", locale), slots, tokens, locale)
        case BandedFigure(code=code):
            slots = {"high": first if code == "ge95" else second, "times": tokens.keep(number(95, locale))}
            return filled(sentence_of("superiority.more_than", locale), slots, tokens, locale)
        case WithheldFigure():
            return verdict_label(1, locale)
        case NotEstimableFigure():
            return verdict_label(7, locale)


def know(slots: Mapping[str, str], facts: Facts, locale: str) -> str:
    """Return how we will know (P-16): what should rise or fall, and what change would be noticeable (S-37).

    `slots`: `name` a subject, `direction` RISE or FALL, `d` a figure id where S-37 can judge.
    """
    fixed = facts.vocabulary[locale].fixed
    direction = fixed[slots["direction"]]
    text = fixed["KNOW"].format(name=name(facts, slots["name"], locale), direction=direction)
    figure = facts.figures.get(slots.get("d", ""))
    if isinstance(figure, ReleasedFigure):
        text += " " + fixed["KNOW_CHANGE"].format(d=number(figure.value, locale))
    return text


def _find(facts: Facts, finding_id: str) -> Finding:
    for finding in facts.findings:
        if finding.id == finding_id:
            return finding
    raise KeyError(f"{finding_id} is not a finding of these facts")


def _render(text: str, facts: Facts, finding: Finding, locale: str) -> str:
    tokens = Tokens()
    slots: dict[str, Any] = _sides(tokens, facts, locale)
    for slot_name, id_ in finding.figures.items():
        slots[slot_name] = _slot(tokens, facts, id_, locale)
        if slot_name in ("error", "perceived"):
            slots |= _direction(tokens, facts, id_.rsplit(".", 1)[-1], locale)
    if finding.subject is not None:
        named = name(facts, finding.subject, locale)
        slots |= {"name": tokens.keep(named), "name_low": tokens.keep(lowered(named))}
    slots |= _words(tokens, facts, finding, locale)
    if {"gap", "perceived", "error"} <= set(finding.figures):
        code = coorientation(facts, finding)
        slots["coorientation"] = tokens.keep(filled(sentence_of(code, locale), slots, tokens, locale))
    return filled(text, slots, tokens, locale)


def coorientation(facts: Facts, finding: Finding) -> str:
    """Return which text says how an expectation stands to the real gap: beyond it, short of it, the other way (R-13).

    The finding has the slots gap (first side less second), perceived and error, of one topic.
    """
    real, perceived = (_value(facts.figures[finding.figures[slot_]]) for slot_ in ("gap", "perceived"))
    first = finding.figures["perceived"].rsplit(".", 1)[-1].startswith(f"{facts.client.sides[0].code}_to_")
    seen = real if first else -real
    if seen * perceived < 0:
        return "coorientation.opposite"
    return "coorientation.over" if abs(perceived) >= abs(seen) else "coorientation.under"


def _value(figure: Figure) -> Decimal:
    return Decimal(str(figure.value)) if isinstance(figure, ReleasedFigure) else Decimal(0)


def _slot(tokens: Tokens, facts: Facts, id_: str, locale: str) -> Slot:
    figure, statistic = facts.figures[id_], id_.split(".")[-2]
    if statistic == "theta":
        return slot(tokens, facts, figure, locale, text=superiority(figure, facts, locale))
    if statistic not in _KINDS:
        return slot(tokens, facts, figure, locale)
    label = comparison_label(figure, _KINDS[statistic], locale)
    return slot(tokens, facts, figure, locale, label=label, text=verdict(id_, facts, None, locale))


def _words(tokens: Tokens, facts: Facts, finding: Finding, locale: str) -> dict[str, Any]:
    """Return the words a finding names by code: sides, labels, bands, scales, counts of waves, floors."""
    found: dict[str, Any] = {}
    policy = facts.provenance.get("policy")
    floors = policy if isinstance(policy, Mapping) else {}
    for floor in ("floor_scale", "floor_item", "floor_comments"):
        found[floor] = tokens.keep(number(str(floors.get(floor, "")) or 0, locale))
    found["half"] = tokens.keep(percent(50, locale))
    found["quarter"] = tokens.keep(percent(25, locale))
    for word, code in finding.words.items():
        match word:
            case "side" | "named":
                found[word] = side(tokens, facts, code, locale)
                other = next(each.code for each in facts.client.sides if each.code != code)
                found["other" if word == "side" else "unnamed"] = side(tokens, facts, other, locale)
            case "label":
                likely = finding.words.get("likely") == "yes"
                words = label_name(code, likely, locale)
                found["Named_label"] = tokens.keep(words[:1].upper() + words[1:])
            case "scale" | "play":
                found[word] = tokens.keep(name(facts, code, locale))
            case "waves":
                found["waves"] = tokens.keep(number(code, locale))
            case "fixed":
                found["fixed"] = tokens.keep(facts.vocabulary[locale].fixed[code])
            case "band":
                found["band"] = tokens.keep(band(tuple(code.split()), locale))
            case "scope":
                found["scope"] = code
                if any(each.code == code for each in facts.client.sides):
                    found["by"] = side(tokens, facts, code, locale)
            case _:
                found[word] = code
    return found


def _sides(tokens: Tokens, facts: Facts, locale: str) -> dict[str, Any]:
    first, second = (side(tokens, facts, each.code, locale) for each in facts.client.sides)
    return {"first": first, "second": second}


def _direction(tokens: Tokens, facts: Facts, scope: str, locale: str) -> dict[str, Any]:
    """Return who expects, and of whom, from a directed figure's scope."""
    if "_to_" not in scope:
        return {}
    codes = [each.code for each in facts.client.sides]
    one, other = codes if scope == f"{codes[0]}_to_{codes[1]}" else codes[::-1]
    return {"one": side(tokens, facts, one, locale), "another": side(tokens, facts, other, locale)}


def _verdict_code(figure: Figure, kind: str) -> str:
    match figure:
        case WithheldFigure():
            return "verdict.withheld"
        case NotEstimableFigure():
            return "verdict.not_estimable"
        case ReleasedFigure(modifiers=modifiers) if "two_camps" in modifiers:
            return "verdict.two_camps"
        case ReleasedFigure(verdict=row) if row is not None:
            return f"verdict.{kind}.{row}"
        case _:
            return "verdict.number"


def comparison_label(figure: Figure, kind: str, locale: str) -> str:
    """Return a verdict's label with its modifiers behind it in brackets (S-31).

    `kind`: gap, change, error or perceived, as in the id of the figure.
    """
    if not isinstance(figure, ReleasedFigure) or figure.verdict is None:
        code = "verdict.withheld" if isinstance(figure, WithheldFigure) else "verdict.gap.7"
        return typeset(titles(code, locale)[0], locale)
    row, modifiers = figure.verdict, figure.modifiers
    code = f"verdict.{kind}.{row}" + (".not_clear" if "not_clear" in modifiers and row in _NOT_CLEAR else "")
    tr = translator(locale)
    beside = ", ".join(tr(words) for modifier, words in MODIFIERS.items() if modifier in modifiers)
    label = typeset(titles(code, locale)[0], locale)
    return f"{label} ({beside})" if beside else label


def _times(figure: ReleasedFigure) -> tuple[Any, Any, Any]:
    """Return times in 100 and their interval, counted for the side that is ahead."""
    if float(figure.value) >= 50:
        return figure.value, figure.lo95, figure.hi95
    return _complement(figure.value), _complement(figure.hi95), _complement(figure.lo95)


def _complement(value: Any) -> Any:
    turned = 100 - Decimal(str(value))
    return int(turned) if turned == turned.to_integral_value() else str(turned)
