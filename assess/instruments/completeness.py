"""What the texts of one language must hold: every string of the structure, no other, each with known placeholders.

These faults stop `load.read`, as those of `agreement` do. How good the wording is belongs to `lint`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assess.instruments.agreement import DERIVED_BY, Found
from assess.instruments.faults import Fault
from assess.instruments.model import FRENCH, Instrument, ItemText, ItemType
from assess.instruments.words import PLACEHOLDER

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def of_texts(instrument: Instrument, locale: str, file: str) -> Iterator[Fault]:
    """Yield what is missing, left over or unusable in the texts of one language (lint (a), (b), (l) of I-26)."""
    for key, message in (
        *_same_keys(instrument, locale),
        *_answer_words(instrument, locale),
        *_item_words(instrument, locale),
        *_side_words(instrument, locale),
        *_needed_words(instrument, locale),
        *_every_string(instrument, locale),
    ):
        yield Fault(file=file, key=key, message=message)


def _same_keys(instrument: Instrument, locale: str) -> Found:
    """Lint (a): the same keys as the structure, no more and no fewer."""
    texts = instrument.texts[locale]
    mirror = [instrument.mirror.id] if instrument.mirror else []
    generated = {code for code in instrument.items if generates(instrument, code, locale)}
    for section, wanted, given in (
        ("sides", {side.letter for side in instrument.sides}, texts.sides),
        ("anchors", set(instrument.anchors), texts.anchors),
        ("items", set(instrument.items) - generated, texts.items),
        ("scales", {*instrument.scales, *instrument.composites, *mirror}, texts.scales),
        ("steps", set(instrument.steps), texts.steps),
    ):
        for name in sorted(wanted - set(given)):
            yield f"{section}.{name}", "is missing"
        for name in sorted(set(given) - wanted - (generated if section == "items" else set())):
            yield f"{section}.{name}", "is not in instrument.toml"


def generates(instrument: Instrument, code: str, locale: str) -> bool:
    """Return whether the statement of a prediction is made from its base (I-9).

    It is when nothing is written for it and its base names no side relative to the reader.
    """
    item, texts = instrument.items[code], instrument.texts[locale]
    if item.predicts is None or code in texts.items or not texts.expected_frame:
        return False
    base = texts.items.get(item.predicts)
    return base is not None and base.text is not None and "{other}" not in base.text.lower()


def _answer_words(instrument: Instrument, locale: str) -> Found:
    for name, words in instrument.texts[locale].anchors.items():
        levels = instrument.anchors.get(name)
        if levels is not None and len(words) != levels:
            yield f"anchors.{name}", f"has {len(words)} texts, the scale has {levels} levels"


def _item_words(instrument: Instrument, locale: str) -> Found:
    letters = {side.letter for side in instrument.sides}
    for code, words in instrument.texts[locale].items.items():
        item = instrument.items.get(code)
        if item is None:
            continue
        key = f"items.{code}"
        if item.by_side:
            if words.text is not None:
                yield f"{key}.text", "the item is by side: write " + ", ".join(f"text_{x}" for x in sorted(letters))
            for letter in sorted(letters - set(words.text_by_side)):
                yield f"{key}.text_{letter}", "is missing"
        elif words.text is None:
            yield f"{key}.text", "is missing"
        for letter in sorted(set(words.text_by_side) - (letters if item.by_side else set())):
            yield f"{key}.text_{letter}", "is no side" if item.by_side else "the item is not by side (by_side = true)"
        if item.type in DERIVED_BY and words.short:
            yield f"{key}.short", "is made from the base and its prefix (I-9)"
        if item.closed and item.type not in DERIVED_BY and not words.short:
            yield f"{key}.short", "is missing"
        yield from _placeholders(instrument, words, key)


def _placeholders(instrument: Instrument, words: ItemText, key: str) -> Found:
    """Lint (b): the closed set of I-3."""
    for name, text in (("text", words.text), *((f"text_{k}", v) for k, v in words.text_by_side.items())):
        if text is not None:
            yield from _slots(text, _allowed(instrument), f"{key}.{name}")
    yield from _slots(words.short, frozenset(), f"{key}.short")


def _allowed(instrument: Instrument) -> frozenset[str]:
    letters = {side.letter for side in instrument.sides}
    return frozenset(letters | {"other", "Other"}) if len(instrument.sides) == 2 else frozenset(letters)


def _slots(text: str, allowed: frozenset[str], key: str) -> Found:
    for name in PLACEHOLDER.findall(text):
        if name not in allowed:
            yield key, f"{{{name}}} is not a placeholder" + (f" ({_listed(allowed)})" if allowed else " (none here)")
    if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
        yield key, "has a brace that closes or opens nothing"


def _listed(names: frozenset[str]) -> str:
    return " ".join(f"{{{name}}}" for name in sorted(names))


def _side_words(instrument: Instrument, locale: str) -> Found:
    """I-3: labels that fit every sentence, because French never contracts "de l'équipe"."""
    start = "l'équipe " if locale == FRENCH else "the "
    for letter, words in instrument.texts[locale].sides.items():
        if not words.label.startswith(start):
            yield f"sides.{letter}.label", f'begins with "{start}"'


def _needed_words(instrument: Instrument, locale: str) -> Found:
    texts = instrument.texts[locale]
    for kind, name in ((ItemType.PREDICTION, "expected_prefix"), (ItemType.SELF_RATING, "own_prefix")):
        if not getattr(texts, name) and any(item.type is kind for item in instrument.items.values()):
            yield name, f"is missing: the instrument has items of type {kind}"
    if instrument.status == "unvalidated" and not texts.unvalidated:
        yield "unvalidated", "is missing: the method page says so while status is unvalidated (I-29)"
    if texts.expected_frame:
        yield from _slots(texts.expected_frame, _allowed(instrument) | {"item"}, "expected_frame")
        if texts.expected_frame.count("{item}") != 1:
            yield "expected_frame", "holds {item} once"


def _every_string(instrument: Instrument, locale: str) -> Found:
    """No empty, padded or unseen characters in any string; braces in statements only."""
    optional = {"expected_prefix", "own_prefix", "expected_frame", "unvalidated"}
    for key, text in strings(instrument, locale):
        if not text and key not in optional and not key.endswith(".short"):
            yield key, "is empty"
        if text != text.strip() and not key.endswith("_prefix"):
            yield key, "begins or ends with a space"
        if _UNSEEN.search(text):
            yield key, "holds a control or invisible character"
        if not key.startswith("items.") and key != "expected_frame":
            yield from _slots(text, frozenset(), key)


def strings(instrument: Instrument, locale: str) -> Iterator[tuple[str, str]]:
    """Yield every string of one language with its dotted key."""
    texts = instrument.texts[locale]
    for name in ("name", "dont_know", "expected_prefix", "own_prefix", "expected_frame", "unvalidated"):
        yield name, getattr(texts, name)
    for letter, side in texts.sides.items():
        yield f"sides.{letter}.label", side.label
        yield f"sides.{letter}.short", side.short
    for name, words in texts.anchors.items():
        for number, word in enumerate(words, start=1):
            yield f"anchors.{name}.{number}", word
    for code, item in texts.items.items():
        yield f"items.{code}.short", item.short
        if item.text is not None:
            yield f"items.{code}.text", item.text
        for letter, text in item.text_by_side.items():
            yield f"items.{code}.text_{letter}", text
    for name, scale in texts.scales.items():
        yield f"scales.{name}.name", scale.name
        yield f"scales.{name}.explanation", scale.explanation
    for name, step in texts.steps.items():
        yield f"steps.{name}", step
