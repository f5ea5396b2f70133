"""Fingerprints of what respondents read and of how it is scored (I-22, I-23), and what they make comparable (I-24)."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import Any, Final

from assess.instruments.model import LOCALES, Composite, Form, Instrument, Mirror, Scale


def canonical(value: Any) -> bytes:
    """Return canonical JSON: UTF-8, NFC, sorted keys, no spaces, no ASCII escapes."""
    written = _json(value)
    # Every part of a text in NFC is in NFC (UAX 15, closed under substringing): most values need no second look.
    return (written if unicodedata.is_normalized("NFC", written) else _json(_nfc(value))).encode()


_json: Final = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def item_hash(instrument: Instrument, code: str, locale: str) -> str:
    """Return the hash of an item in one language (I-22): templates are hashed, not filled text (I-3)."""
    item, texts = instrument.items[code], instrument.texts[locale]
    words = texts.items[code]
    return _sha256(
        {
            "anchors": list(texts.anchors[item.anchors]) if item.anchors else [],
            "code": code,
            "lang": locale,
            "text": dict(words.text_by_side) if item.by_side else words.text,
            "type": item.type.value,
        }
    )


def scale_hash(scale: Scale) -> str:
    """Return the hash of how a scale is scored (I-23)."""
    return _sha256(
        {
            "high": scale.high,
            "id": scale.id,
            "items": list(scale.items),
            "min_answered": scale.min_answered,
            "reverse": list(scale.reverse),
        }
    )


def composite_hash(composite: Composite) -> str:
    """Return the hash of which scales a composite is made of."""
    return _sha256({"id": composite.id, "minus": list(composite.minus), "plus": list(composite.plus)})


def mirror_hash(mirror: Mirror) -> str:
    """Return the hash of how the mirror is scored."""
    return _sha256(
        {
            "answered": list(mirror.answered),
            "expected": list(mirror.expected),
            "id": mirror.id,
            "min_answered": mirror.min_answered,
        }
    )


def form_hash(form: Form) -> str:
    """Return the hash of the parts of a form (I-23); its first 16 digits are in every ballot (A-05)."""
    return _sha256([list(part) for part in form.parts])


def instrument_sha256(instrument: Instrument) -> str:
    """Return the hash of everything loaded: structure and words of every language.

    Defaults are left out, so that a later version of assess with a further key gives the same hash.
    """
    return _sha256(instrument.model_dump(mode="json", by_alias=True, exclude_defaults=True))


def comparable(now: Instrument, then: Instrument, subject: str, locales: tuple[str, ...] = LOCALES) -> bool:
    """Return whether a figure may be compared across two waves (I-24): same keys, same items in every language offered.

    `subject` is an item, scale, composite or mirror; one that either instrument lacks is not comparable.
    """
    return _subject(now, subject, locales) == _subject(then, subject, locales) is not None


def subject_hash(instrument: Instrument, subject: str, locales: tuple[str, ...] = LOCALES) -> str:
    """Return one hash of what `comparable` compares, to be kept in the facts of a wave (I-24)."""
    found = _subject(instrument, subject, locales)
    if found is None:
        raise KeyError(f"{instrument.id} has no {subject}")
    return _sha256(list(found))


def _subject(instrument: Instrument, subject: str, locales: tuple[str, ...]) -> tuple[str, ...] | None:
    if subject in instrument.items:
        return tuple(item_hash(instrument, subject, locale) for locale in locales)
    if subject in instrument.scales:
        scale = instrument.scales[subject]
        return (scale_hash(scale), *_items(instrument, scale.items, locales))
    if subject in instrument.composites:
        composite = instrument.composites[subject]
        members = [_subject(instrument, member, locales) or () for member in (*composite.plus, *composite.minus)]
        return (composite_hash(composite), *(digest for member in members for digest in member))
    mirror = instrument.mirror
    if mirror is not None and subject == mirror.id:
        return (mirror_hash(mirror), *_items(instrument, (*mirror.expected, *mirror.answered), locales))
    return None


def _items(instrument: Instrument, codes: tuple[str, ...], locales: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(item_hash(instrument, code, locale) for code in codes for locale in locales)


def _sha256(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def _nfc(value: Any) -> Any:
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case dict():
            return {unicodedata.normalize("NFC", key): _nfc(inner) for key, inner in value.items()}
        case list():
            return [_nfc(inner) for inner in value]
        case _:
            return value
