"""What people are told of their anonymity: five sentences and their limits (anonymity.md section 5)."""

from __future__ import annotations

from assess.disclosure.policy import Policy
from assess.surveys.states import KeyMode


def sentences(mode: KeyMode | str, locale: str, floors: Policy) -> list[str]:
    """Return the five sentences in one language, with the floors of the wave in their places."""
    raise NotImplementedError


def limits(locale: str) -> str:
    """Return the text of what nobody is protected from."""
    raise NotImplementedError
