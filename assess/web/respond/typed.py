"""What a person types, before anything is made of it.

Belongs here: cleaning, the hints of U-12. Does not: limits and faults (`posted`).
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import Final

LONGEST_CODE: Final = 64
"""Of a code that is not known, this much is shown again in its field."""

_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KEPT: Final = frozenset("\n")
_ADDRESS: Final = re.compile(r"\S@\S+\.\w")
_DIGITS: Final = re.compile(r"(?:\d[\s().-]{0,2}){6,}")
_HONORIFIC: Final = re.compile(
    r"\b(?:Mr|Mrs|Ms|Mx|Dr|Dre|Prof|Sir|Madam|Mister|Miss|M|Mme|Mlle|Me|Monsieur|Madame|Mademoiselle)\b\.?\s+[A-ZÀ-ÖØ-Þ]"
)
_SENTENCE_END: Final = re.compile(r"[.!?…:;\n]+")
_WORD: Final = re.compile(r"[^\W\d_][\w'’-]*")


def cleaned(text: str) -> str:
    """Return a comment as it will be stored: one kind of newline, tabs as spaces, nothing invisible that steers text.

    A person who pastes from a spreadsheet or a chat cannot see such characters, so an error about them would not help.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character
        for character in text
        if character in _KEPT or (unicodedata.category(character) not in ("Cc", "Cs") and character not in _BIDI)
    )


def line(text: str) -> str:
    """Return a typed code as it may stand in its field again."""
    return " ".join(cleaned(text[: 4 * LONGEST_CODE]).split())[:LONGEST_CODE]


def may_name_someone(text: str) -> bool:
    """Return whether a comment may point to a person (U-12): an address, six digits, an honorific, two capitals.

    It only ever asks; nothing is blocked.
    """
    return bool(_ADDRESS.search(text) or _DIGITS.search(text) or _HONORIFIC.search(text) or _two_capitals(text))


def _two_capitals(text: str) -> bool:
    for sentence in _SENTENCE_END.split(text):
        named = [_like_a_name(word) for word in _WORD.findall(sentence)]
        # The first word of a sentence has its capital from the sentence.
        if any(first and second for first, second in pairwise(named[1:])):
            return True
    return False


def _like_a_name(word: str) -> bool:
    return word[0].isupper() and len(word) > 1 and not word.isupper()
