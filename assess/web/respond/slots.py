"""Pages drawn once and filled many times, each to one size (A-22).

Belongs here: cutting a drawn page at its slots, filling them, padding. Does not: what stands on a page (`press`), or
what is filled in (`pages`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from markupsafe import Markup, escape

SMALL: Final = 16_384
"""Size of every page that carries no questionnaire: code, messages, receipt."""
STEP: Final = 4_096
"""A page that holds a far too long comment grows by whole steps, because no typed word is cut away (M10)."""

_ONE: Final = "code"
_OPENING: Final = b"<!--"
_CLOSING: Final = b"-->"
_DOTS: Final = memoryview(b"." * 65_536)
# Drawn anew by each process, so that no typed text can look like a slot.
_TOKEN: Final = secrets.token_hex(8)
_SLOT: Final = re.compile(rf"\[{_TOKEN} ([^\]]*)\]")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """A drawn page: bytes, with an empty piece for each slot; `places` says which pieces a slot is."""

    pieces: tuple[bytes, ...]
    places: Mapping[str, tuple[int, ...]]
    bare: int
    """Number of bytes with nothing filled in."""

    def filled(self, values: Mapping[str, bytes], size: int) -> bytes:
        """Return the page with its slots filled (an unnamed slot stays empty), padded to `size`."""
        if values.keys() == {_ONE}:
            return self._first(values[_ONE], size)
        pieces: list[bytes | memoryview] = list(self.pieces)
        length = self.bare
        for name, value in values.items():
            for place in self.places.get(name, ()):
                pieces[place] = value
                length += len(value)
        return b"".join((*pieces, *_padding(length, size)))

    def _first(self, value: bytes, size: int) -> bytes:
        """Return the page as most people see it first, nothing filled in but the code: its pieces are joined once."""
        joined = _joined(self)
        length = self.bare + len(value) * (len(joined) - 1)
        return b"".join((value.join(joined), *_padding(length, size)))


@lru_cache(256)
def _joined(drawn: Drawn) -> tuple[bytes, ...]:
    """Return the bytes between the places of the code."""
    edges = [-1, *sorted(drawn.places.get(_ONE, ())), len(drawn.pieces)]
    return tuple(b"".join(drawn.pieces[start + 1 : end]) for start, end in pairwise(edges))


def slot(name: str) -> Markup:
    """Return the mark of a slot, for a template to print."""
    return escape(f"[{_TOKEN} {name}]")


def cut(drawn: str) -> Drawn:
    """Return a drawn page cut at its slots, without the indents of its template."""
    parts = _SLOT.split(re.sub(r"\n\s*", "\n", drawn))
    names = parts[1::2]
    pieces = tuple(b"" if n % 2 else part.encode() for n, part in enumerate(parts))
    places = {name: tuple(2 * n + 1 for n, known in enumerate(names) if known == name) for name in dict.fromkeys(names)}
    return Drawn(pieces=pieces, places=places, bare=sum(map(len, pieces)))


def padded(page: bytes, size: int) -> bytes:
    """Return a page padded with a comment to `size` bytes, or by whole steps beyond if it is longer than that."""
    return b"".join((page, *_padding(len(page), size)))


def _padding(length: int, size: int) -> tuple[bytes, memoryview | bytes, bytes]:
    least = length + len(_OPENING) + len(_CLOSING)
    beyond = max(0, -(-(least - size) // STEP))
    dots = size + beyond * STEP - least
    return _OPENING, _DOTS[:dots] if dots <= len(_DOTS) else b"." * dots, _CLOSING


def safe(text: str) -> bytes:
    """Return typed text as HTML: nothing in it can be markup."""
    return str(escape(text)).encode()
