"""Widths of text from the advance widths of the shipped fonts, and line breaking by them (R-23).

Kerning is not looked up: widths carry two percent more instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, Literal

from assess import resources

Face = Literal["regular", "bold", "italic", "serif"]

FILES: Final[dict[Face, str]] = {
    "regular": "SourceSans3-Regular.ttf",
    "bold": "SourceSans3-Bold.ttf",
    "italic": "SourceSans3-It.ttf",
    "serif": "SourceSerif4-Bold.ttf",
}
ALLOWANCE: Final = 1.02


@cache
def advances(face: Face) -> tuple[Mapping[int, int], int, int]:
    """Return advance width by code point, the width of a missing glyph, and units per em."""
    from fontTools.ttLib import TTFont

    with TTFont(resources.templates() / "report" / "fonts" / FILES[face], lazy=True) as font:
        widths = font["hmtx"].metrics
        named = {code: widths[glyph][0] for code, glyph in font.getBestCmap().items()}
        return named, widths[".notdef"][0], font["head"].unitsPerEm


def width(text: str, size: float, face: Face = "regular") -> float:
    """Return the width of a line of text in chart units, with two percent to spare."""
    named, missing, em = advances(face)
    return sum(named.get(ord(letter), missing) for letter in text) * size / em * ALLOWANCE


def wrap(text: str, size: float, room: float, *, face: Face = "regular", lines: int | None = None) -> tuple[str, ...]:
    """Break text at its spaces into lines no wider than `room`; past `lines` the last one ends in an ellipsis."""
    found: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and width(longer, size, face) > room:
            found.append(line)
            line = word
        else:
            line = longer
    found.append(line)
    if lines is not None and len(found) > lines:
        found = [*found[: lines - 1], " ".join(found[lines - 1 :])]
    return tuple(_cut(line, size, room, face) for line in found)


def _cut(line: str, size: float, room: float, face: Face) -> str:
    if width(line, size, face) <= room:
        return line
    kept = line
    while kept and width(kept + "…", size, face) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"
