"""The roster: who is invited. Reads a pasted or uploaded list (U-70 to U-73) and keeps it until 30 days after close.

Belongs here: people, their side and address. Does not, ever: codes, ballots, who answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from assess.surveys.tables import Wave


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterFault:
    """One thing wrong with a list; `str` prints it as U-72 does."""

    row: int | None
    field: str | None
    message: str

    def __str__(self) -> str:
        """Return the fault with its place: ``row 14, email: "ana@acme" is not an address``."""
        place = ", ".join(part for part in (f"row {self.row}" if self.row else None, self.field) if part)
        return f"{place}: {self.message}" if place else self.message


class RosterFaults(ValueError):  # noqa: N818 - people's lists have faults, the program has errors
    """Everything wrong with a list; nothing of it was stored."""

    def __init__(self, faults: Sequence[RosterFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


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
    warnings: tuple[str, ...]


def decode(data: bytes) -> str:
    """Return the text of a file by U-71: UTF-8, UTF-16 with BOM, else Windows-1252; raises `RosterFaults`."""
    raise NotImplementedError


def parse(data: bytes | str, *, sides: Sequence[RosterSide]) -> ParsedRoster:
    """Return the people of a list; raises `RosterFaults` with every fault at once."""
    raise NotImplementedError


def replace(session: Session, wave: Wave, parsed: ParsedRoster) -> dict[str, int]:
    """Replace the roster of a draft, all or nothing; return the number of people a side."""
    raise NotImplementedError


def counts(session: Session, wave: Wave) -> dict[str, int]:
    """Return the number of people a side."""
    raise NotImplementedError
