"""QR codes as one path on a square grid, for paper: no picture, and nothing that a printer has to scale (U-84).

Belongs here: the path. Does not: how large it is printed (the style sheets), or what it says (`cards`, `witness`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

QUIET: Final = 4
"""Modules of white around a QR code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QR:
    """A QR code: its dark modules as a path, and the modules of a side, the white around it included."""

    path: str = field(repr=False)
    side: int


def drawn(text: str) -> QR:
    """Return the QR code of a text (error correction M)."""
    import segno

    matrix = segno.make(text, error="m", micro=False, boost_error=False).matrix
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h{width}v{height}h-{width}"
        for x, y, width, height in _oblongs(list(map(bytes, matrix)))
    )
    return QR(path=path, side=len(matrix) + 2 * QUIET)


def _oblongs(rows: Sequence[bytes]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the dark modules as oblongs (x, y, width, height): the fewer there are, the sooner a deck is drawn."""
    begun: dict[tuple[int, int], int] = {}
    for y, row in enumerate([*rows, b""]):
        runs = set(_runs(row))
        for x, width in sorted(begun.keys() - runs):
            since = begun.pop((x, width))
            yield x, since, width, y - since
        for run in sorted(runs):
            begun.setdefault(run, y)


def _runs(row: bytes) -> Iterator[tuple[int, int]]:
    """Yield where dark modules begin in a row, and how many stand side by side."""
    at = 0
    for dark, modules in groupby(row):
        length = len(list(modules))
        if dark:
            yield at, length
        at += length
