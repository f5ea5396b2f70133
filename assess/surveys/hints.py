"""What in a comment may point to somebody (U-12, A-18): an address, digits, an honorific, two capitals, a listed name.

Belongs here: finding. The rules and the list of honorifics are `templates/hints.json`, written so that the browser's
script reads the same file. Does not: what is done about it (the page asks, the desk decides); nothing here blocks.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Any, Final

from assess import resources

LEAST_NAME: Final = 3
"""Letters a part of a listed name needs: shorter ones are ordinary words in some language."""
_PART: Final = re.compile(r"[^\W\d_]+")


class HintKind(StrEnum):
    """Why a piece of a comment may point to somebody."""

    ADDRESS = "address"
    PHONE = "phone"
    DIGITS = "digits"
    HONORIFIC = "honorific"
    CAPITALS = "capitals"
    LISTED = "listed"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Hint:
    """A piece of a comment, `text[start:end]`."""

    start: int
    end: int
    kind: HintKind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    patterns: tuple[tuple[HintKind, re.Pattern[str]], ...]
    sentence_end: re.Pattern[str]
    word: re.Pattern[str]


def may_name_someone(text: str) -> bool:
    """Return whether the page asks its question (U-12); it only ever asks."""
    return next(_by_rules(text), None) is not None


def found(text: str, listed: frozenset[str] = frozenset()) -> tuple[Hint, ...]:
    """Return every piece that may point to somebody, by its place; `listed` are the parts of names from `parts`."""
    return tuple(sorted([*_by_rules(text), *_by_list(text, listed)]))


def parts(names: Iterable[str]) -> frozenset[str]:
    """Return the words by which listed people are found: parts of names, and of addresses before the @."""
    return frozenset(
        folded(part)
        for name in names
        for part in _PART.findall(name.partition("@")[0] if "@" in name else name)
        if len(part) >= LEAST_NAME
    )


def folded(word: str) -> str:
    """Return a word without case and accents: Côté is found where somebody types cote."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in plain if not unicodedata.combining(character))


def _by_rules(text: str) -> Iterator[Hint]:
    for kind, pattern in _rules().patterns:
        for piece in pattern.finditer(text):
            yield Hint(start=piece.start(), end=piece.end(), kind=kind)
    yield from _two_capitals(text)


def _by_list(text: str, listed: frozenset[str]) -> Iterator[Hint]:
    if listed:
        for piece in _PART.finditer(text):
            if folded(piece.group()) in listed:
                yield Hint(start=piece.start(), end=piece.end(), kind=HintKind.LISTED)


def _two_capitals(text: str) -> Iterator[Hint]:
    begun = 0
    for end in [*(piece.span() for piece in _rules().sentence_end.finditer(text)), (len(text), len(text))]:
        # The first word of a sentence has its capital from the sentence.
        words = list(_rules().word.finditer(text, begun, end[0]))[1:]
        for first, second in pairwise(words):
            if _like_a_name(first.group()) and _like_a_name(second.group()):
                yield Hint(start=first.start(), end=second.end(), kind=HintKind.CAPITALS)
        begun = end[1]


def _like_a_name(word: str) -> bool:
    return word[0].isupper() and len(word) > 1 and not word.isupper()


@cache
def _rules() -> _Rules:
    told: dict[str, Any] = json.loads((resources.templates() / "hints.json").read_text(encoding="utf-8"))
    places = {"letter": told["letter"], "upper": told["upper"], "honorifics": "|".join(told["honorifics"])}

    def pattern(source: str) -> re.Pattern[str]:
        for place, filling in places.items():
            source = source.replace("{" + place + "}", filling)
        return re.compile(source)

    return _Rules(
        patterns=tuple((HintKind(kind), pattern(source)) for kind, source in told["rules"].items()),
        sentence_end=pattern(told["sentence_end"]),
        word=pattern(told["word"]),
    )
