"""The roster: who is invited. Reads a pasted or uploaded list (U-70 to U-73) and keeps it until 30 days after close.

Belongs here: people, their side and address. Does not, ever: codes, ballots, who answered. Reading bytes and cells is
`lists`.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from assess.instruments import words
from assess.instruments.model import LOCALES, Instrument
from assess.surveys.lists import Cells, RosterFault, RosterFaults, cells, decode
from assess.surveys.said import Said, said
from assess.surveys.states import State, WaveRefused
from assess.surveys.tables import PersonRow, Wave

__all__ = [
    "ParsedRoster",
    "RosterFault",
    "RosterFaults",
    "RosterRow",
    "RosterSide",
    "counts",
    "decode",
    "normalised",
    "parse",
    "replace",
    "sides",
]

MOST_ROWS: Final = 20_000
LONGEST_EMAIL: Final = 254
LONGEST_NAME: Final = 200
COLUMNS: Final[Mapping[str, str]] = {
    "side": "side",
    "équipe": "side",
    "equipe": "side",
    "email": "email",
    "e-mail": "email",
    "courriel": "email",
    "name": "name",
    "nom": "name",
    "language": "language",
    "langue": "language",
}
"""Header of a column, in either language, to the column it is."""
_LANGUAGES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("en", "en-ca", "en-us", "english", "anglais"), "en"),
    **dict.fromkeys(("fr", "fr-ca", "french", "français", "francais"), "fr-CA"),
}
_ADDRESS: Final = re.compile(r"[^\s@,;:<>()\[\]\\\"]+@[^\s@,;:<>()\[\]\\\".]+(\.[^\s@,;:<>()\[\]\\\".]+)+")
_ODD: Final = ("Cc", "Cs", "Zl", "Zp")
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SHARED: Final = frozenset(
    {
        *("admin", "bureau", "contact", "equipe", "hello", "info", "marketing", "office", "sales", "service"),
        *("support", "team", "vente", "ventes"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterSide:
    """A side as a list may name it: its code or one of its labels in any language."""

    code: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """A person: `email` None draws a card."""

    side: str
    email: str | None = None
    name: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedRoster:
    """A list without a fault, what of it was not read, and what its owner should look at."""

    rows: tuple[RosterRow, ...]
    ignored_columns: tuple[str, ...]
    warnings: tuple[RosterFault, ...]


def sides(instrument: Instrument) -> list[RosterSide]:
    """Return how a list may name each side: by code, letter, or its names in either language, typed or typeset."""
    return [
        RosterSide(
            code=side.code,
            labels=(
                side.letter,
                *(
                    name
                    for language in LOCALES
                    for texts in (
                        instrument.texts[language].sides[side.letter],
                        words.side_labels(instrument, language)[side.code],
                    )
                    for name in (texts.short, texts.label)
                ),
            ),
        )
        for side in instrument.sides
    ]


def parse(data: bytes | str, *, sides: Sequence[RosterSide]) -> ParsedRoster:
    """Return the people of a list; raises `RosterFaults` with every fault at once."""
    table = cells(data, COLUMNS)
    known = {_folded(word): side.code for side in sides for word in (side.code, *side.labels)}
    faults = list(_header(table))
    if faults:
        raise RosterFaults([*table.faults, *faults])
    rows: list[RosterRow] = []
    warnings: list[RosterFault] = []
    first_row: dict[str, int] = {}
    for number, person in table.rows:
        found = list(_faults(number, person, known, first_row))
        faults += found
        if not found:
            rows.append(_row(person, known))
            warnings += _warnings(number, person)
    faults += table.faults
    if not table.rows and not faults:
        faults.append(RosterFault(row=None, field=None, said=said("no row under the header")))
    if len(table.rows) > MOST_ROWS:
        many = said("{n} rows; the limit is {limit}", n=len(table.rows), limit=MOST_ROWS)
        faults.append(RosterFault(row=None, field=None, said=many))
    if faults:
        raise RosterFaults(sorted(faults, key=lambda fault: fault.row or 0))
    return ParsedRoster(rows=tuple(rows), ignored_columns=table.ignored, warnings=tuple(warnings))


def replace(session: Session, wave: Wave, parsed: ParsedRoster) -> dict[str, int]:
    """Replace the roster of a draft, all or nothing; return the number of people a side."""
    state = session.scalar(select(Wave.state).where(Wave.wave_id == wave.wave_id).with_for_update())
    if state is not State.DRAFT:
        raise WaveRefused(said("The roster is fixed once a wave is open."))
    session.execute(delete(PersonRow).where(PersonRow.wave_id == wave.wave_id))
    people = [
        {
            "person_id": secrets.token_bytes(16),
            "wave_id": wave.wave_id,
            "side": row.side,
            "email": row.email,
            "name": row.name,
            "language": row.language,
            "spare_no": None,
        }
        for row in parsed.rows
    ]
    if people:
        session.execute(insert(PersonRow), people)
    return counts(session, wave)


def counts(session: Session, wave: Wave) -> dict[str, int]:
    """Return the number of people a side."""
    found = session.execute(
        select(PersonRow.side, func.count())
        .where(PersonRow.wave_id == wave.wave_id)
        .group_by(PersonRow.side)
        .order_by(PersonRow.side)
    )
    return {row[0]: row[1] for row in found}


def normalised(email: str) -> str:
    """Return what is the same for two spellings of one address (U-73)."""
    return _folded(email)


def _header(table: Cells) -> Iterator[RosterFault]:
    for column in table.repeated:
        yield RosterFault(row=None, field="header", said=said('column "{column}" is there twice', column=column))
    if "side" not in table.columns:
        yield RosterFault(row=None, field="header", said=said('column "{column}" is missing', column="side"))


def _faults(
    number: int, person: Mapping[str, str], known: Mapping[str, str], first_row: dict[str, int]
) -> Iterator[RosterFault]:
    def fault(field: str, what: Said) -> RosterFault:
        return RosterFault(row=number, field=field, said=what)

    side, email = person["side"], person.get("email", "")
    if not side:
        yield fault("side", said("empty"))
    elif _folded(side) not in known:
        yield fault("side", said('"{typed}" is not a side', typed=side))
    if email:
        same = _folded(email)
        if len(email) > LONGEST_EMAIL or not email.isprintable() or not _ADDRESS.fullmatch(email):
            yield fault("email", said('"{typed}" is not an address', typed=email))
        elif same in first_row:
            yield fault("email", said("same person as row {first}", first=str(first_row[same])))
        else:
            first_row[same] = number
    name = person.get("name", "")
    if len(name) > LONGEST_NAME:
        yield fault("name", said("longer than {limit} characters", limit=LONGEST_NAME))
    if any(character in _BIDI or unicodedata.category(character) in _ODD for character in name):
        yield fault("name", said("holds a line break or a control character"))
    language = person.get("language", "")
    if language and _folded(language) not in _LANGUAGES:
        yield fault("language", said('"{typed}" is not a language of the mails; use en or fr', typed=language))


def _row(person: Mapping[str, str], known: Mapping[str, str]) -> RosterRow:
    language = person.get("language", "")
    return RosterRow(
        side=known[_folded(person["side"])],
        email=person.get("email") or None,
        name=person.get("name") or None,
        language=_LANGUAGES[_folded(language)] if language else None,
    )


def _warnings(number: int, person: Mapping[str, str]) -> Iterator[RosterFault]:
    email = person.get("email", "")
    if _folded(email).partition("@")[0] in _SHARED:
        shared = said('"{typed}" looks like a mailbox that several people read', typed=email)
        yield RosterFault(row=number, field="email", said=shared)


def _folded(text: str) -> str:
    """Return what makes two spellings one: NFC, trimmed, case-folded (U-73)."""
    return unicodedata.normalize("NFC", text).strip().casefold()
