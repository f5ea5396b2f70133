"""A sentence of ours with what was typed in its slots, ready to be said in either language.

Belongs here: the value. Does not: translations (`translations/`), or who refuses what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from assess.i18n import number, translator


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """`message` is the English source of the catalogue; `slots` fill its `{places}`, numbers as a language has them."""

    message: str
    slots: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the English sentence as the specifications print it."""
        return self.message.format(**self._filling("en"))

    def say(self, locale: str) -> str:
        """Return the sentence in a language, typeset."""
        return translator(locale)(self.message).format(**self._filling(locale))

    def _filling(self, locale: str) -> dict[str, object]:
        return {
            slot: number(value, locale) if isinstance(value, int | Decimal) else value
            for slot, value in self.slots.items()
        }


def said(message: str, **slots: object) -> Said:
    """Return a sentence."""
    return Said(message=message, slots=slots)
