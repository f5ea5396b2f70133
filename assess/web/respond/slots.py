"""Pages drawn once and filled many times, each to one size (A-22).

Belongs here: cutting a drawn page at its slots, filling them, padding. Does not: what stands on a page (`press`), or
what is filled in (`pages`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

from markupsafe import Markup, escape

SMALL: Final = 16_384
"""Size of every page that carries no questionnaire: code, messages, receipt."""
STEP: Final = 4_096
"""A page that holds a far too long comment grows by whole steps, because no typed word is cut away (M10)."""

_OPENING: Final = b"<!--"
_CLOSING: Final = b"-->"
# Drawn anew by each process, so that no typed text can look like a slot.
_TOKEN: Final = secrets.token_hex(8)
_SLOT: Final = re.compile(rf"\[{_TOKEN} ([^\]]*)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A drawn page: the bytes between the slots, and the names of the slots; one piece more than slots."""

    pieces: tuple[bytes, ...]
    names: tuple[str, ...]

    @property
    def bare(self) -> int:
        """Number of bytes with nothing filled in."""
        return sum(map(len, self.pieces))

    def filled(self, values: Mapping[str, bytes], size: int) -> bytes:
        """Return the page with its slots filled (an unnamed slot stays empty), padded to `size`."""
        between = [values.get(name, b"") for name in self.names]
        return padded(b"".join(chain.from_iterable(zip(self.pieces, [*between, b""], strict=True))), size)


def slot(name: str) -> Markup:
    """Return the mark of a slot, for a template to print."""
    return escape(f"[{_TOKEN} {name}]")


def cut(drawn: str) -> Drawn:
    """Return a drawn page cut at its slots, without the indents of its template."""
    parts = _SLOT.split(re.sub(r"\n\s*", "\n", drawn))
    return Drawn(pieces=tuple(part.encode() for part in parts[::2]), names=tuple(parts[1::2]))


def padded(page: bytes, size: int) -> bytes:
    """Return a page padded with a comment to `size` bytes, or by whole steps beyond if it is longer than that."""
    least = len(page) + len(_OPENING) + len(_CLOSING)
    while size < least:
        size += STEP
    return page + _OPENING + b"." * (size - least) + _CLOSING


def safe(text: str) -> bytes:
    """Return typed text as HTML: nothing in it can be markup."""
    return str(escape(text)).encode()
