"""Reads a wide CSV of answers, a row a person, into a response table (U-120, U-121).

Belongs here: columns, sides, values, and what is wrong with them. Does not: floors, scores, the report.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assess.disclosure.table import BLANK, ResponseTable, TableError
from assess.instruments.model import DONT_KNOW, Instrument
from assess.surveys.roster import RosterFaults, decode

MAX_FAULTS = 200
_NEVER_READ = re.compile(
    r"date|time|submit|start|^ip|ipaddr|token|name|e-?mail|courriel|refurl|seed|user|session|^id$", re.IGNORECASE
)
_LIMESURVEY = re.compile(r"A([1-7])")
_MISSING = {"", "na", "n/a", "nan", "null"}


class AnswersError(ValueError):
    """A file that cannot be scored; `faults` are lines that say where, what and how to mend it."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class AnswersMap(BaseModel):
    """The map file: columns to items, side values to side codes, answer texts to codes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: Mapping[str, str] = Field(default_factory=dict)
    side: Mapping[str, str] = Field(default_factory=dict)
    values: Mapping[str, int] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """A table ready for disclosure control, the names of its sides, and what the reader should know about the file."""

    table: ResponseTable
    side_names: tuple[str, ...] | None
    notes: tuple[str, ...] = field(default=())


def read_map(path: Path | None) -> AnswersMap:
    """Return the map file's content; every fault of it at once."""
    if path is None:
        return AnswersMap()
    try:
        return AnswersMap.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AnswersError([f"{path.name}: not a TOML file: {error}"]) from error
    except ValidationError as error:
        raise AnswersError(
            [f"{path.name}: {'.'.join(str(key) for key in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        ) from error


def read(
    data: bytes,
    *,
    instrument: Instrument,
    form: str,
    side_column: str,
    sides: tuple[str, ...] | None,
    mapping: AnswersMap,
    invited: Mapping[str, int] | None,
) -> Answers:
    """Return the response table of a CSV file.

    `sides` picks two values of the side column, first = x; they stand for the instrument's sides in their order.
    Without it the column holds the sides' codes, letters or labels. Faults are raised together; nothing is rescaled.
    """
    header, rows = _rows(data)
    columns, notes = _columns(header, instrument, form, side_column, mapping)
    items = instrument.closed(form)
    codes_of = {item: _codes(instrument, item, mapping) for item in items}
    people = _people(
        header, rows, columns, instrument, codes_of, side_column, _sides(instrument, sides, mapping), sides
    )
    faults = list(people.faults)
    for i, value in enumerate(sides or ()):
        if i not in people.side:
            faults.append(f"{side_column}: no row has the value {value}; --sides names two values of that column")
    if faults:
        more = [f"and {len(faults) - MAX_FAULTS} more"] if len(faults) > MAX_FAULTS else []
        raise AnswersError([*faults[:MAX_FAULTS], *more])
    if not people.answers:
        raise AnswersError(["no row of answers: the file has a header and nothing under it that belongs to a side"])
    if people.silent:
        notes.append(f"{people.silent} rows without a single answer left out")
    if people.without_side:
        notes.append(f"{people.without_side} rows without a side left out")
    if people.of_others:
        notes.append(f"{people.of_others} rows of other sides left out")
    if invited is None:
        notes.append('no --invited: only "how these departments work"')
    try:
        table = ResponseTable(
            sides=tuple(s.code for s in instrument.sides),
            items=items,
            levels=tuple(instrument.levels(item) for item in items),
            side=np.array(people.side, dtype=np.int8),
            answers=np.array(people.answers, dtype=np.int8),
            invited=invited,
        )
    except TableError as error:
        raise AnswersError([str(error)]) from error
    return Answers(table=table, side_names=sides, notes=tuple(notes))


@dataclass(slots=True)
class _People:
    """What the rows held, while they are being read."""

    side: list[int] = field(default_factory=list)
    answers: list[list[int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    silent: int = 0
    without_side: int = 0
    of_others: int = 0


def _people(
    header: list[str],
    rows: list[tuple[int, list[str]]],
    columns: Mapping[str, int],
    instrument: Instrument,
    codes_of: Mapping[str, Mapping[str, int]],
    side_column: str,
    side_of: Mapping[str, int],
    sides: tuple[str, ...] | None,
) -> _People:
    people = _People()
    for number, row in rows:
        if len(row) != len(header):
            people.faults.append(f"row {number}: {len(row)} cells, {len(header)} expected")
            continue
        typed = row[columns[side_column]].strip()
        index = side_of.get(typed.casefold())
        if index is not None:
            person = _person(number, row, columns, codes_of, people.faults, instrument)
            if all(code == BLANK for code in person):
                people.silent += 1
                continue
            people.side.append(index)
            people.answers.append(person)
        elif not typed:
            people.without_side += 1
        elif sides is None:
            people.faults.append(f'row {number}, {side_column}: "{typed}" is not a side; use {", ".join(side_of)}')
        else:
            people.of_others += 1
    return people


def _person(
    number: int,
    row: list[str],
    columns: Mapping[str, int],
    codes_of: Mapping[str, Mapping[str, int]],
    faults: list[str],
    instrument: Instrument,
) -> list[int]:
    person = []
    for item, codes in codes_of.items():
        cell = row[columns[item]].strip() if item in columns else ""
        code = _code(cell, codes)
        if code is None:
            faults.append(f"row {number}, {item}: {cell} is outside 1-{instrument.levels(item)}")
        person.append(BLANK if code is None else code)
    return person


def _rows(data: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        text = decode(data)
    except RosterFaults as error:
        raise AnswersError([str(fault) for fault in error.faults]) from error
    if "\0" in text:
        raise AnswersError(["the file holds NUL bytes: it is not a CSV. Save it as CSV UTF-8"])
    first = text.lstrip("\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    numbered = enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1)
    lines = [(number, row) for number, row in numbered if any(cell.strip() for cell in row)]
    if len(lines) < 2:
        raise AnswersError(["no row of answers: the file needs a header and at least one row under it"])
    return [cell.strip() for cell in lines[0][1]], lines[1:]


def _columns(
    header: list[str], instrument: Instrument, form: str, side_column: str, mapping: AnswersMap
) -> tuple[dict[str, int], list[str]]:
    faults: list[str] = []
    closed = instrument.closed(form)
    if side_column not in header:
        faults.append(f'header: column "{side_column}" is missing; name it with --side-column')
    found: dict[str, int] = {}
    dropped: list[str] = []
    for position, name in enumerate(header):
        item = mapping.columns.get(name, name)
        if name == side_column:
            found[side_column] = position
        elif item in closed:
            if item in found:
                faults.append(f"header: two columns hold {item}")
            found[item] = position
        elif name in mapping.columns:
            faults.append(f'map: column "{name}" points at {item}, which is not an item of this form')
        else:
            dropped.append(name)
    if not any(item in found for item in closed):
        faults.append(f"header: no column holds an item of this form; expected {closed[0]}, {closed[1]}, …")
    if faults:
        raise AnswersError(faults)
    return found, _notes(instrument, closed, found, dropped)


def _notes(instrument: Instrument, closed: tuple[str, ...], found: Mapping[str, int], dropped: list[str]) -> list[str]:
    notes: list[str] = []
    private = [name for name in dropped if _NEVER_READ.search(name)]
    if private:
        notes.append(f"columns dropped unread, they may point at persons: {', '.join(private)}")
    if len(dropped) > len(private):
        notes.append(f"columns not in this form, ignored: {', '.join(n for n in dropped if n not in private)}")
    for scale in instrument.scales.values():
        absent = [item for item in scale.items if item in closed and item not in found]
        left = len(scale.items) - len(absent)
        for item in absent:
            how = f"prorated from {left} of {len(scale.items)}" if left >= scale.min_answered else "not scored"
            notes.append(f"missing item {item}: {scale.id} {how}")
    return notes


def _sides(instrument: Instrument, sides: tuple[str, ...] | None, mapping: AnswersMap) -> dict[str, int]:
    codes = [side.code for side in instrument.sides]
    if sides is not None:
        return {value.casefold(): i for i, value in enumerate(sides)}
    known: dict[str, int] = {}
    for i, side in enumerate(instrument.sides):
        words = {side.code, side.letter}
        for texts in instrument.texts.values():
            words |= {texts.sides[side.letter].label, texts.sides[side.letter].short}
        known |= {word.casefold(): i for word in words}
    for typed, code in mapping.side.items():
        if code not in codes:
            raise AnswersError([f'map: side "{typed}" points at {code}, which is not one of {", ".join(codes)}'])
        known[typed.casefold()] = codes.index(code)
    return known


def _codes(instrument: Instrument, item: str, mapping: AnswersMap) -> dict[str, int]:
    """Return the accepted cell texts (case-folded) of an item: codes, labels in every language, the map's values."""
    anchors = instrument.items[item].anchors
    top = instrument.levels(item)
    codes = {str(code): code for code in range(1, top + 1)}
    for texts in instrument.texts.values():
        labels = texts.anchors[anchors] if anchors else ()
        codes |= {label.casefold(): code for code, label in enumerate(labels, start=1)}
        codes[texts.dont_know.casefold()] = DONT_KNOW
    for typed, code in mapping.values.items():
        if DONT_KNOW <= code <= top:
            codes[typed.casefold()] = code
    return codes


def _code(cell: str, codes: Mapping[str, int]) -> int | None:
    folded = cell.casefold()
    if folded in codes:
        return codes[folded]
    if folded in _MISSING:
        return BLANK
    if match := _LIMESURVEY.fullmatch(cell):
        return codes.get(match.group(1))
    return codes.get(f"{float(cell):g}") if re.fullmatch(r"[1-7]\.0+", cell) else None
