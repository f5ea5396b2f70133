"""What may point to somebody (U-12, A-18): rules that server and browser share, and names of the roster."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.surveys import hints
from assess.surveys.hints import HintKind


@pytest.mark.parametrize(
    "text",
    [
        "write to ana@client.example",
        "call 514 555-0199",
        "his number is (514) 555 01",
        "Ask Mr Smith",
        "C'est Mme Tremblay qui décide",
        "Demandez à M. Roy",
        "the plan of Dr. Ng",
        "I think Mary Smith slows us down",
        "Demandez à Jean-Paul Côté chaque lundi",
        "Good. But the work of Élodie Gagné helps",
    ],
)
def test_a_comment_that_may_name_someone_gets_the_hint(text: str) -> None:
    assert hints.may_name_someone(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "They answer within a day.",
        "Mary helps a lot",
        "Our CRM and ERP do not talk",
        "In 2025 we had 12 leads. Most of them were good.",
        "Good. Very good.",
        "I wish I knew",
        "Nous manquons de temps. Trop de relances!",
        "Me and my team; we wait for content",
        "version 1.2.3 from 12 May",
    ],
)
def test_an_ordinary_comment_gets_no_hint(text: str) -> None:
    assert not hints.may_name_someone(text)


@pytest.mark.parametrize(
    ("text", "kind", "piece"),
    [
        ("write to ana@client.example today", HintKind.ADDRESS, "ana@client.example"),
        ("call 514 555-0199", HintKind.PHONE, "514 555-0199"),
        ("order 123456", HintKind.DIGITS, "123456"),
        ("C'est Mme Tremblay qui décide", HintKind.HONORIFIC, "Mme Tremblay"),
        ("I think Mary Smith slows us down", HintKind.CAPITALS, "Mary Smith"),
    ],
)
def test_a_hint_says_which_piece_and_why(text: str, kind: HintKind, piece: str) -> None:
    """U-12."""
    assert piece in [text[hint.start : hint.end] for hint in hints.found(text) if hint.kind is kind]


def test_names_of_the_roster_are_found_without_case_or_accents() -> None:
    """A-18: by any part of a name, and by the part of an address before the @."""
    listed = hints.parts(["Élodie Gagné-Roy", "j.tremblay@client.example", "Bo Ng"])
    assert listed == {"elodie", "gagne", "roy", "tremblay"}
    text = "elodie et TREMBLAY aident, client aussi, bo non"
    assert [text[hint.start : hint.end] for hint in hints.found(text, listed)] == ["elodie", "TREMBLAY"]
    assert hints.found("client.example", listed) == ()


def test_rules_are_of_one_file_that_a_browser_can_read_too() -> None:
    """U-12: no look-behind of open length, no named group, no class that JavaScript does not know."""
    for _kind, pattern in hints._rules().patterns:
        assert not any(odd in pattern.pattern for odd in ("(?P", "(?i", "\\A", "\\Z", "(?#", "{letter}", "{upper}"))


@given(st.text(max_size=400), st.frozensets(st.text(min_size=3, max_size=8), max_size=3))
def test_hints_lie_inside_the_text_and_in_order(text: str, names: frozenset[str]) -> None:
    found = hints.found(text, hints.parts(names))
    assert list(found) == sorted(found)
    assert all(0 <= hint.start < hint.end <= len(text) for hint in found)


@pytest.mark.parametrize(
    "text", ["a" * 60_000, "a@" * 30_000, "1 " * 30_000, "(" * 60_000, "Mr" * 30_000, "Aa " * 20_000]
)
def test_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    begun = time.process_time()
    hints.found(text)
    assert time.process_time() - begun < 5
