"""Lists as people send them: bytes or pasted text to rows of cells (U-71), with what is wrong with them (U-72).

Belongs here: encodings, delimiters, rows and columns. Does not: what a cell may say (`roster`).
"""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from assess.i18n import translator
from assess.surveys.said import Said, said

MOST_BYTES: Final = 5 * 1024 * 1024
_DELIMITERS: Final = (",", ";", "\t")
_SPREADSHEETS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterFault:
    """One thing wrong with a list, or worth a look; `str` prints it as U-72 does, by file row (header = 1)."""

    row: int | None
    field: str | None
    said: Said

    @property
    def message(self) -> str:
        """What is wrong, in English, without its place."""
        return str(self.said)

    def __str__(self) -> str:
        """Return the fault with its place: ``row 14, email: "ana@acme" is not an address``."""
        place = ", ".join(part for part in (f"row {self.row}" if self.row else None, self.field) if part)
        return f"{place}: {self.said}" if place else str(self.said)

    def say(self, locale: str) -> str:
        """Return the fault with its place in a language; columns keep the names they have in the file."""
        _ = translator(locale)
        row = _("row {row}", row=self.row) if self.row else None
        place = ", ".join(part for part in (row, _("header") if self.field == "header" else self.field) if part)
        what = self.said.say(locale)
        return _("{place}: {what}", place=place, what=what) if place else what


class RosterFaults(ValueError):  # noqa: N818 - people's lists have faults, the program has errors
    """Everything wrong with a list; nothing of it was stored."""

    def __init__(self, faults: Sequence[RosterFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))

    def say(self, locale: str) -> list[str]:
        """Return every fault in a language."""
        return [fault.say(locale) for fault in self.faults]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """A list cut into cells: known columns, the others' names, rows by file row, and rows that do not fit."""

    columns: tuple[str, ...]
    repeated: tuple[str, ...]
    ignored: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]
    faults: tuple[RosterFault, ...]


def decode(data: bytes) -> str:
    """Return the text of a file by U-71: UTF-8, UTF-16 with BOM, else Windows-1252; raises `RosterFaults`."""
    if len(data) > MOST_BYTES:
        raise _refused(_too_large(len(data)))
    if data.startswith(_SPREADSHEETS):
        raise _refused(said("Save as CSV UTF-8."))
    encodings = ("utf-16",) if data.startswith(_UTF16) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused(said("the file is not text that we can read. Save as CSV UTF-8."))


def cells(data: bytes | str, names: Mapping[str, str]) -> Cells:
    """Return the cells of a file or of pasted text; `names` are the headers to look for, folded.

    Of comma, semicolon and tab, the delimiter is the one that finds most of them.
    """
    if isinstance(data, str) and (size := len(data.encode("utf-8", "surrogatepass"))) > MOST_BYTES:
        raise _refused(_too_large(size))
    text = (decode(data) if isinstance(data, bytes) else data).lstrip("\ufeff")
    if not text.strip():
        raise _refused(said("the list is empty"))
    read = max((_read(text, delimiter) for delimiter in _DELIMITERS), key=lambda read: _score(read[0], names))
    records, faults = read
    start = next((i for i, record in enumerate(records) if _filled(record)), None)
    if start is None:
        raise RosterFaults(faults)
    header = [_cleaned(cell) for cell in records[start]]
    known = [names.get(_folded(cell)) for cell in header]
    rows: list[tuple[int, Mapping[str, str]]] = []
    for number, record in enumerate(records[start + 1 :], start=start + 2):
        if not _filled(record):
            continue
        if len(record) != len(header):
            unequal = said("{n} cells, {expected} expected", n=len(record), expected=len(header))
            faults.append(RosterFault(row=number, field=None, said=unequal))
            continue
        rows.append((number, {name: _cleaned(cell) for name, cell in zip(known, record, strict=True) if name}))
    columns = [name for name in known if name]
    return Cells(
        columns=tuple(columns),
        repeated=tuple(sorted({name for name in columns if columns.count(name) > 1})),
        ignored=tuple(cell for cell, name in zip(header, known, strict=True) if cell and not name),
        rows=tuple(rows),
        faults=tuple(faults),
    )


def _read(text: str, delimiter: str) -> tuple[list[list[str]], list[RosterFault]]:
    """Return the records of a text, up to the first that cannot be read, which is a fault."""
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            records.append(record)  # noqa: PERF402 - what was read before a fault is kept
    except csv.Error:
        broken = said("a quotation mark is opened and not closed, or a cell is too long")
        return records, [RosterFault(row=len(records) + 1, field=None, said=broken)]
    return records, []


def _score(records: list[list[str]], names: Mapping[str, str]) -> tuple[int, int]:
    header = next((record for record in records if _filled(record)), [])
    return sum(_folded(cell) in names for cell in header), len(header)


def _filled(record: list[str]) -> bool:
    return any(cell.strip() for cell in record)


def _cleaned(cell: str) -> str:
    """Return a cell in NFC, its no-break and other odd spaces as plain ones, trimmed."""
    text = unicodedata.normalize("NFC", cell)
    return "".join(" " if unicodedata.category(character) == "Zs" else character for character in text).strip()


def _too_large(size: int) -> Said:
    return said("the file has {size} MB; the limit is 5 MB", size=Decimal(size / 1024 / 1024).quantize(Decimal("0.1")))


def _refused(what: Said) -> RosterFaults:
    return RosterFaults([RosterFault(row=None, field=None, said=what)])


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()
