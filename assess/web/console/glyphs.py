"""Which characters a report can print: those that every shipped font draws (R-37).

Belongs here: the characters. Does not: what to say about one that is missing (`forms`).
"""

from __future__ import annotations

from functools import cache

from assess import resources


@cache
def drawn() -> frozenset[int]:
    """Return the code points that every shipped font of the report has."""
    # A web process needs the fonts' tables only when somebody names something.
    from fontTools.ttLib import TTFont

    shared: set[int] | None = None
    for file in sorted((resources.templates() / "report" / "fonts").glob("*.ttf")):
        with TTFont(file, lazy=True) as font:
            found = set(font.getBestCmap())
        shared = found if shared is None else shared & found
    return frozenset(shared or ())


def missing(text: str) -> tuple[str, ...]:
    """Return the characters of a text that would print as a blank or a box, or turn the line around, each once."""
    return tuple(dict.fromkeys(c for c in text if ord(c) not in drawn() or not c.isprintable()))
