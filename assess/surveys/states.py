"""The states of a wave and what it means to refuse: closed sets that every room of surveys shares.

Belongs here: names of states, key modes, and the refusal. Does not: who moves a wave from state to state
(`waves`, `lifecycle`, `count`).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from assess.surveys.said import Said


class State(StrEnum):
    """Where a wave stands (product.md section 6)."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    COUNTED = "counted"
    RELEASED = "released"
    SIGNED_OFF = "signed_off"
    WITHDRAWN = "withdrawn"


class KeyMode(StrEnum):
    """Who holds the keys of a wave (A-09)."""

    SERVICE = "service"
    """The server holds the private keys until the count."""
    WITNESSED = "witnessed"
    """Two of three shares open: the server's, the consultant's passphrase, the witness's sheet."""
    SELF_HOSTED = "self_hosted"
    """Witnessed, and the firm itself runs the server: the box never opens without the witness."""

    @property
    def witnessed(self) -> bool:
        """Return whether a colleague of the people asked holds a share."""
        return self is not KeyMode.SERVICE


class WaveRefused(RuntimeError):  # noqa: N818 - a refusal is an answer, not an error
    """A step that the state or the settings of a wave do not allow; nothing was changed. `reasons` lists them all."""

    def __init__(self, reasons: Said | Sequence[Said]) -> None:
        self.reasons = (reasons,) if isinstance(reasons, Said) else tuple(reasons)
        super().__init__("\n".join(str(reason) for reason in self.reasons))

    def say(self, locale: str) -> list[str]:
        """Return every reason in a language."""
        return [reason.say(locale) for reason in self.reasons]
