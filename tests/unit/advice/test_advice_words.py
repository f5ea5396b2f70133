"""The words of the plays: what they must never say, and that French is French (R-12, P-24, I-4, I-5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields

import pytest
from advice_builders import playbook

from assess.advice.model import PlayText
from assess.advice.texts import MOST_SENTENCES

FORBIDDEN = {
    "en": (
        "significant", "prove", "cause", "drive", "due to", "because of", "effect of", "thanks to", "blame", "fault",
        "culprit", "worst", "best team",
    ),
    "fr-CA": (
        "significatif", "prouve", "cause", "provoque", "grâce à", "à cause de", "en raison de", "dû à", "effet de",
        "faute", "coupable", "pire",
    ),
}  # fmt: skip
"""R-12."""


def texts(locale: str) -> Iterator[tuple[str, str]]:
    for play in playbook().plays.values():
        for field in fields(PlayText):
            yield f"{play.id} {field.name}", getattr(play.texts[locale], field.name)
    yield from playbook().fixed[locale].items()


def said(word: str, text: str) -> bool:
    return re.search(rf"\b{word}(s|d|ed|es|r|nt|ment)?\b", text, re.IGNORECASE) is not None


@pytest.mark.parametrize(("locale", "word"), [(locale, word) for locale, words in FORBIDDEN.items() for word in words])
def test_a_forbidden_word_is_nowhere(locale: str, word: str) -> None:
    """R-12."""
    assert [name for name, text in texts(locale) if said(word, text)] == []


def test_a_forbidden_word_would_be_seen() -> None:
    """The planted weakness of the test above."""
    assert said("cause", "This causes friction.")
    assert said("dû à", "C'est dû à la paie.")
    assert not said("fault", "By default, wait.")


@pytest.mark.parametrize("locale", ["en", "fr-CA"])
def test_what_to_do_takes_three_sentences_at_most(locale: str) -> None:
    """P-24."""
    for play in playbook().plays.values():
        assert len(re.findall(r"[.!?](?=\s|$)", play.texts[locale].what)) <= MOST_SENTENCES, play.id


@pytest.mark.parametrize("locale", ["en", "fr-CA"])
def test_sources_are_typed_plainly(locale: str) -> None:
    """I-5: plain apostrophes and spaces; typography is added when the text is shown."""
    for name, text in texts(locale):
        assert not re.search("[\u00a0\u202f\u2018\u2019\t\n]|  |·|\\(e\\)", text), name
        assert '"' not in text, name


def test_quebec_french_puts_no_space_before_these_marks() -> None:
    """R-37, I-26 (e)."""
    for name, text in texts("fr-CA"):
        assert not re.search(r" [?!;]", text), name
        assert not re.search(r"\S:(\s|$)", text), name


def test_no_text_is_left_in_the_other_language() -> None:
    for play in playbook().plays.values():
        english, french = play.texts["en"], play.texts["fr-CA"]
        for field in fields(PlayText):
            one, other = getattr(english, field.name), getattr(french, field.name)
            assert one != other or not one, (play.id, field.name)


@pytest.mark.parametrize("locale", ["en", "fr-CA"])
def test_titles_are_short_and_sentences_end(locale: str) -> None:
    for play in playbook().plays.values():
        words = play.texts[locale]
        assert len(words.title) <= 75
        assert not words.title.endswith(".")
        for field in ("why", "what", "d30", "d60", "d90", "watch"):
            assert getattr(words, field)[-1] in ".?", (play.id, field)
