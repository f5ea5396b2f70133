"""I-22 to I-24: hashes, their oracles, and what they make comparable."""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import Path

import pytest

from assess.instruments import hashes
from assess.instruments.load import read, shipped
from assess.instruments.model import Instrument


@pytest.fixture(scope="module")
def sm() -> Instrument:
    return shipped("sales-marketing")


def reworded(instrument: Instrument, code: str, locale: str, text: str) -> Instrument:
    words = instrument.texts[locale]
    items = {**words.items, code: words.items[code].model_copy(update={"text": text})}
    texts = {**instrument.texts, locale: words.model_copy(update={"items": items})}
    return instrument.model_copy(update={"texts": texts})


def test_item_hashes_meet_the_oracles(sm: Instrument) -> None:
    """I-22."""
    assert hashes.item_hash(sm, "AL1", "en").startswith("2a508ee848f62f50")
    assert hashes.item_hash(sm, "AL1", "fr-CA").startswith("6bbc90668bd37723")


def test_a_generated_prediction_is_hashed_with_its_base_filled_in(sm: Instrument) -> None:
    """I-22."""
    text = (
        '{"anchors":["Strongly disagree","Somewhat disagree","Neither agree nor disagree","Somewhat agree",'
        '"Strongly agree"],"code":"AL1m","lang":"en","text":"How would most people in {other} answer this? '
        '“Our two teams are working toward the same targets this quarter.”","type":"P"}'
    )
    assert hashes.item_hash(sm, "AL1m", "en") == hashlib.sha256(text.encode()).hexdigest()


def test_an_item_by_side_is_hashed_with_both_texts(sm: Instrument) -> None:
    """I-22."""
    text = (
        '{"anchors":["Strongly disagree","Somewhat disagree","Neither agree nor disagree","Somewhat agree",'
        '"Strongly agree"],"code":"CO4","lang":"en","text":{"M":"What {other} gives us (customer and market '
        'information) fits what we need to do our work.","S":"What {other} gives us (leads, content, market '
        'information) fits what we need in order to sell."},"type":"O"}'
    )
    assert hashes.item_hash(sm, "CO4", "en") == hashlib.sha256(text.encode()).hexdigest()


def test_scale_and_form_hashes_are_those_of_their_canonical_json(sm: Instrument) -> None:
    """I-23."""
    fri = b'{"high":"bad","id":"FRI","items":["FR1","FR2","FR3","FR4"],"min_answered":2,"reverse":["FR1"]}'
    pulse = b'[["AL1","AL3","TR2","TR3","CO4"],["FR1","FR2","EN1","OU1"],["AL1m"]]'
    assert hashes.scale_hash(sm.scales["FRI"]) == hashlib.sha256(fri).hexdigest()
    assert hashes.form_hash(sm.forms["pulse"]) == hashlib.sha256(pulse).hexdigest()


def test_labels_are_not_part_of_an_item_hash(sm: Instrument) -> None:
    """I-3: templates are hashed, not filled text."""
    words = sm.texts["en"]
    sides = {**words.sides, "S": words.sides["S"].model_copy(update={"label": "the Revenue team"})}
    renamed = sm.model_copy(update={"texts": {**sm.texts, "en": words.model_copy(update={"sides": sides})}})
    assert all(hashes.item_hash(renamed, code, "en") == hashes.item_hash(sm, code, "en") for code in sm.items)
    assert hashes.instrument_sha256(renamed) != hashes.instrument_sha256(sm)


def test_composed_and_decomposed_letters_hash_alike(sm: Instrument) -> None:
    """I-22: NFC."""
    text = unicodedata.normalize("NFD", sm.texts["fr-CA"].items["AL1"].text or "")
    changed = reworded(sm, "AL1", "fr-CA", text)
    assert changed != sm
    assert hashes.item_hash(changed, "AL1", "fr-CA") == hashes.item_hash(sm, "AL1", "fr-CA")


def test_the_whole_hash_is_the_same_from_every_reading_and_moves_with_every_word(tiny: Path, sm: Instrument) -> None:
    assert hashes.instrument_sha256(read(tiny)) == hashes.instrument_sha256(read(tiny))
    assert hashes.instrument_sha256(reworded(sm, "OQ2", "fr-CA", "Autre.")) != hashes.instrument_sha256(sm)


@pytest.mark.parametrize(
    ("subject", "same"),
    [("AL1", False), ("ALN", False), ("H", False), ("MIR", False), ("PUL", False), ("TRU", True), ("AL2", True)],
)
def test_a_reworded_item_breaks_the_series_of_whatever_holds_it(sm: Instrument, subject: str, same: bool) -> None:
    """I-24: in any language."""
    assert hashes.comparable(sm, reworded(sm, "AL1", "fr-CA", "Autre."), subject) is same
    assert hashes.comparable(sm, reworded(sm, "AL1", "fr-CA", "Autre."), subject, locales=("en",))
    assert hashes.comparable(sm, sm, subject)


def test_changed_keys_break_the_series_and_unseen_words_do_not(sm: Instrument) -> None:
    """I-24."""
    trust = sm.scales["TRU"].model_copy(update={"min_answered": 3})
    changed = sm.model_copy(update={"scales": {**sm.scales, "TRU": trust}})
    assert not hashes.comparable(sm, changed, "TRU")
    assert not hashes.comparable(sm, changed, "H")
    assert hashes.comparable(sm, changed, "ALN")
    renamed = sm.scales["TRU"].model_copy(update={"margin": 12.0})
    assert hashes.comparable(sm, sm.model_copy(update={"scales": {**sm.scales, "TRU": renamed}}), "TRU")


def test_a_subject_that_one_instrument_lacks_is_never_comparable(sm: Instrument, tiny: Path) -> None:
    assert not hashes.comparable(sm, read(tiny), "ALN")
    assert not hashes.comparable(sm, sm, "XYZ")
    assert not hashes.comparable(sm, sm.model_copy(update={"mirror": None}), "MIR")
