"""What is inside a ballot and a counted row: canonical JSON padded to one size (A-05, A-08).

Belongs here: writing, padding, reading and checking plain bytes in memory. Does not: sealing (`box`, `count`) or
opening (`count` alone), or any row.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from assess.instruments import hashes
from assess.instruments.model import DONT_KNOW, Instrument

BALLOT_CLOSED: Final = 8_192
"""Size of a padded ballot of a form without open question; every ballot of a form has one size."""
BALLOT_OPEN: Final = 16_384
STAT: Final = 2_048
"""Size of a padded counted row; sealed 2,096."""
COMMENT: Final = 8_192
"""Size of a padded comment; sealed 8,240."""
LONGEST_COMMENT: Final = 1_500
MOST_OPEN: Final = 2
_VERSION: Final = 1
_LENGTH: Final = 4
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Flaw(StrEnum):
    """What can be wrong with what a person sends."""

    ITEM = "item"
    ANSWER = "answer"
    EMPTY = "empty"
    LONG = "long"
    CHARACTER = "character"
    ATTEMPT = "attempt"


class BallotFault(ValueError):  # noqa: N818 - people's answers have faults, the program has errors
    """Answers that the form does not have, or a text that no ballot may carry; `field` names the item."""

    def __init__(self, flaw: Flaw, message: str, *, field: str | None = None) -> None:
        self.flaw = flaw
        self.field = field
        super().__init__(message)


class Unreadable(ValueError):  # noqa: N818 - it becomes a spoiled ballot, which is no error
    """Bytes that are no ballot of this wave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """What one person of one side answered: 1..L, or 0 for "don't know"; an unanswered item is absent."""

    side: str
    answers: Mapping[str, int]
    comments: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a form asks: its statements with their number of levels, and its open questions."""

    instrument: Instrument
    levels: Mapping[str, int]
    questions: tuple[str, ...]


_KNOWN: Final[dict[tuple[int, str], _Asked]] = {}
_MOST_KNOWN: Final = 64


def size(instrument: Instrument, form: str) -> int:
    """Return the size P of every padded ballot of a form."""
    return BALLOT_OPEN if _asked(instrument, form).questions else BALLOT_CLOSED


def checked(answers: Mapping[str, int], comments: Mapping[str, str], *, instrument: Instrument, form: str) -> Ballot:
    """Return the ballot of what was sent, side still unknown, texts in NFC; raises `BallotFault`."""
    return _checked(answers, comments, _asked(instrument, form))


def _asked(instrument: Instrument, form: str) -> _Asked:
    """Return what a form asks, looked up once for each instrument in memory: a drop would look it up again."""
    known = _KNOWN.get((id(instrument), form))
    if known is None or known.instrument is not instrument:
        levels = {item: instrument.levels(item) for item in instrument.closed(form)}
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        known = _Asked(instrument=instrument, levels=levels, questions=instrument.open(form))
        _KNOWN[id(instrument), form] = known
    return known


def _checked(answers: Mapping[str, int], comments: Mapping[str, str], asked: _Asked) -> Ballot:
    for item, answer in answers.items():
        if item not in asked.levels:
            raise BallotFault(Flaw.ITEM, f"{item!r} is not a statement of this form", field=item)
        if type(answer) is not int or not DONT_KNOW <= answer <= asked.levels[item]:
            raise BallotFault(Flaw.ANSWER, f"{item}: {answer!r} is not one of its answers", field=item)
    kept: dict[str, str] = {}
    for question, typed in comments.items():
        if question not in asked.questions:
            raise BallotFault(Flaw.ITEM, f"{question!r} is not a question of this form", field=question)
        text = comment(typed, question=question, number=asked.questions.index(question) + 1)
        if text.strip():
            kept[question] = text
    if not answers:
        raise BallotFault(Flaw.EMPTY, "Answer at least one statement before you send.")
    return Ballot(side="", answers=dict(answers), comments=kept)


def comment(typed: str, *, question: str, number: int) -> str:
    """Return a comment as it is stored: NFC, newlines as one character, never cut; raises `BallotFault`."""
    text = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > LONGEST_COMMENT:
        long = f"Comment {number} has {len(text):,} characters; the limit is {LONGEST_COMMENT:,}."
        raise BallotFault(Flaw.LONG, long, field=question)
    if not _plain(text):
        odd = f"Comment {number} holds a character that cannot be stored: a control or a direction mark."
        raise BallotFault(Flaw.CHARACTER, odd, field=question)
    return text


def written(ballot: Ballot, *, wave_id: bytes, form_hash: str, room: int) -> bytes:
    """Return a ballot as J, padded to `room` bytes."""
    return padded(
        {
            "a": dict(ballot.answers),
            "c": dict(ballot.comments),
            "f": form_hash[:16],
            "s": ballot.side,
            "v": _VERSION,
            "w": wave_id.hex(),
        },
        room,
    )


def read(plain: bytes, *, wave_id: bytes, form_hash: str, instrument: Instrument, form: str) -> Ballot:
    """Return the ballot in opened bytes after checking wave, form, side and ranges; raises `Unreadable`."""
    return reader(wave_id=wave_id, form_hash=form_hash, instrument=instrument, form=form)(plain)


def reader(*, wave_id: bytes, form_hash: str, instrument: Instrument, form: str) -> Callable[[bytes], Ballot]:
    """Return `read` for the ballots of one wave: what its form asks is looked up once, not for each of thousands."""
    asked, room = _asked(instrument, form), size(instrument, form)
    sides = {known.code for known in instrument.sides}
    own = (form_hash[:16], _VERSION, wave_id.hex())

    def opened(plain: bytes) -> Ballot:
        match unpadded(plain, room):
            case {"a": dict(answers), "c": dict(comments), "f": f, "s": str(side), "v": v, "w": w, **rest} if not rest:
                pass
            case _:
                raise Unreadable("not the shape of a ballot")
        if (f, v, w) != own:
            raise Unreadable("a ballot of another wave, form or version")
        if side not in sides:
            raise Unreadable("a side that the instrument does not have")
        try:
            ballot = _checked(answers, comments, asked)
        except (BallotFault, TypeError, AttributeError) as error:
            raise Unreadable("answers outside the form") from error
        return Ballot(side=side, answers=ballot.answers, comments=ballot.comments)

    return opened


def padded(value: Any, room: int) -> bytes:
    """Return ``u32be length + canonical JSON + zeros`` of `room` bytes."""
    encoded = hashes.canonical(value)
    if len(encoded) > room - _LENGTH:
        raise ValueError(f"{len(encoded)} bytes do not fit into {room - _LENGTH}")
    return (len(encoded).to_bytes(_LENGTH, "big") + encoded).ljust(room, b"\0")


def unpadded(plain: bytes, room: int) -> Any:
    """Return the value in padded bytes; raises `Unreadable` unless they are exactly what `padded` writes."""
    length = int.from_bytes(plain[:_LENGTH], "big")
    if len(plain) != room or length > room - _LENGTH or plain[_LENGTH + length :] != bytes(room - _LENGTH - length):
        raise Unreadable("not padded to the size of this wave")
    try:
        return json.loads(plain[_LENGTH : _LENGTH + length])
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON") from error


def too_large(instrument: Instrument, form: str, *, form_hash: str) -> bool:
    """Return whether the largest ballot or counted row of a form would not fit; such a wave cannot open (A-05)."""
    side = max((known.code for known in instrument.sides), key=len)
    answers = {item: instrument.levels(item) for item in instrument.closed(form)}
    # Four bytes a code point is UTF-8's most, and JSON escapes no character of a comment to more.
    comments = dict.fromkeys(instrument.open(form), "😀" * LONGEST_COMMENT)
    largest = Ballot(side=side, answers=answers, comments=comments)
    try:
        written(largest, wave_id=bytes(16), form_hash=form_hash, room=size(instrument, form))
        stat_row(largest)
    except ValueError:
        return True
    return len(comments) > MOST_OPEN


def stat_row(ballot: Ballot) -> bytes:
    """Return the answers of a counted ballot as a padded row, apart from its comments."""
    return padded({"a": dict(ballot.answers), "s": ballot.side}, STAT)


def comment_row(question: str, side: str, text: str) -> bytes:
    """Return one comment as a padded row, apart from the answers."""
    return padded({"q": question, "s": side, "t": text}, COMMENT)


def _plain(text: str) -> bool:
    # Whatever is printable is neither a control nor a direction mark; most comments need no closer look.
    return text.replace("\n", "").isprintable() or all(
        character == "\n" or (unicodedata.category(character) not in ("Cc", "Cs") and character not in _BIDI)
        for character in text
    )
