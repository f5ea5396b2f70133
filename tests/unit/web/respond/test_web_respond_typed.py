"""Cleaning what is typed (A-05)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.surveys import ballots
from assess.web.respond import typed
from assess.web.respond.slots import SMALL, STEP, cut, padded, safe, slot


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("tab\tbed", "tab bed"),
        ("e\u0301te\u0301", "été"),
        ("\u202eabc\u2069\u061c", "abc"),
        ("a\x00b\x1b", "ab"),
        ("👩\u200d👧 zero-width joiner stays", "👩\u200d👧 zero-width joiner stays"),
        ("  spaces stay  ", "  spaces stay  "),
        ("", ""),
    ],
)
def test_a_comment_is_cleaned_and_nothing_visible_is_lost(raw: str, clean: str) -> None:
    assert typed.cleaned(raw) == clean


@given(st.text(st.characters(), max_size=400))
def test_a_cleaned_comment_is_one_the_box_takes(raw: str) -> None:
    """The intake and the ballot agree on which characters may be stored, so that no send fails for one nobody sees."""
    clean = typed.cleaned(raw)
    assert ballots.comment(clean, question="OQ1", number=1) == clean
    assert typed.cleaned(clean) == clean


@given(st.text(max_size=500))
def test_a_typed_code_is_shown_again_on_one_short_line(text: str) -> None:
    line = typed.line(text)
    assert len(line) <= 64
    assert line.isprintable() or not any(ord(character) < 32 for character in line)


@given(st.binary(max_size=40_000))
def test_a_padded_page_has_its_size_or_is_whole_steps_longer(page: bytes) -> None:
    """A-22."""
    made = padded(page, SMALL)
    assert made.startswith(page)
    assert len(made) >= SMALL
    assert (len(made) - SMALL) % STEP == 0
    assert len(made) == SMALL or len(page) + 7 > len(made) - STEP


def test_slots_are_filled_in_place_and_typed_text_cannot_look_like_one() -> None:
    sheet = cut(f"<p>\n   {slot('a')}|{slot('b')}|[slot a]</p>")
    assert sheet.filled({"a": safe(str(slot("b")) + "<&\"'>")}, 0).startswith(
        b"<p>\n" + safe(str(slot("b")) + "<&\"'>") + b"||[slot a]</p>"
    )
    assert b"<&" not in sheet.filled({"a": safe("<&")}, 0)


def test_a_page_with_nothing_but_a_code_is_the_same_page_by_the_short_way() -> None:
    """A-22: pieces that are joined once, and slots that are filled one by one, give the same bytes."""
    sheet = cut(f"<p>{slot('code')} and {slot('other')}, {slot('code')}</p>")
    code = b"7K3M-9QXT-2V8D-4HBN"
    assert sheet.filled({"code": code}, 200) == sheet.filled({"code": code, "other": b""}, 200)
    assert sheet.filled({"code": code}, 200).startswith(b"<p>%b and , %b</p><!--" % (code, code))
