"""What a person types, before anything is made of it.

Belongs here: cleaning. Does not: limits and faults (`posted`), the hints of U-12 (`surveys.hints`).
"""

from __future__ import annotations

import unicodedata
from typing import Final

from assess.web.shared.steering import DIRECTION

LONGEST_CODE: Final = 64
"""Of a code that is not known, this much is shown again in its field."""

_KEPT: Final = frozenset("\n")


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
        if character in _KEPT or (unicodedata.category(character) not in ("Cc", "Cs") and character not in DIRECTION)
    )


def line(text: str) -> str:
    """Return a typed code as it may stand in its field again."""
    return " ".join(cleaned(text[: 4 * LONGEST_CODE]).split())[:LONGEST_CODE]
