"""The risk sheet of a wave: what was done against finding somebody again, in figures that were measured (A-34).

Belongs here: the plain value and its canonical JSON. Does not: measuring anything (`disclosure.gate`, `make attack`),
storing (`publish`), words and pages (`risk_pages`). Nothing here depends on an answer beyond what the report prints.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from pydantic import JsonValue, TypeAdapter, ValidationError

from assess.i18n import LOCALES
from assess.reports import facts
from assess.reports.facts import Facts
from assess.reports.pages import mapping

VERSION: Final = "1.0"
REVIEW: Final = timedelta(days=365)
"""After how long somebody looks again whether the measures still hold; the law says "periodically"."""


class Device(StrEnum):
    """Where the key folder lies, seen from the database."""

    SAME = "same"
    APART = "apart"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What the gate found of this wave: every figure that is printed passed every rule (A-13).

    `printed`: how many they are; `earlier`: reports of earlier waves that they were held against; `fives`: figures
    printed in steps of five points, so that the few who joined or left stay hidden.
    """

    printed: int
    earlier: int
    fives: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """A row of the attack table, as `make attack` wrote it."""

    attack: str
    what: str
    score: str
    band: str
    planted: str
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attacks:
    """The attack table: which version it was measured with, on which day, at which size."""

    version: str
    day: str
    size: str
    rows: tuple[Attack, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """A key that was destroyed: the fingerprint it is known by, the files it had."""

    name: str
    fingerprint: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The risk sheet as a value: codes, numbers and names; its sentences are this module's."""

    version: str
    client: str
    wave: str
    number: int
    instrument: Mapping[str, str]
    sides: Mapping[str, tuple[str, ...]]
    opened_on: str
    closed_on: str
    released_on: str
    operator: str
    contact: str
    key_mode: str
    witness: str | None
    key_device: Device
    key_mirror: bool
    floors: Mapping[str, int]
    prereg: str
    promise_sha256: str
    release_sha256: str
    figures: int
    withheld: int
    earlier: int
    gate: Gate | None
    attacks: Attacks | None
    destroyed_on: str | None
    destroyed: tuple[Dead, ...]
    signature: str | None
    review_on: str


class RiskError(ValueError):
    """Bytes that are no risk sheet this program can read."""


def sheet(
    made: Facts,
    *,
    operator: str,
    contact: str,
    witness: str | None,
    device: Device,
    mirror: bool,
    destruction: Mapping[str, Any] | None,
    signature: bytes | None,
    attacks: Attacks | None,
) -> Sheet:
    """Return the sheet of a wave from its released facts, its destruction record, and what was measured."""
    provenance = made.provenance
    wave, policy = mapping(provenance.get("wave")), mapping(provenance.get("policy"))
    released = date.fromisoformat(str(wave["released_on"]))
    series = provenance.get("series")
    return Sheet(
        version=VERSION,
        client=made.client.name,
        wave=str(wave["label"]),
        number=_whole(wave.get("number")),
        instrument={locale: made.vocabulary[locale].instrument for locale in LOCALES},
        sides={locale: tuple(side.label[locale] for side in made.client.sides) for locale in LOCALES},
        opened_on=str(wave["opened_on"]),
        closed_on=str(wave["closed_on"]),
        released_on=released.isoformat(),
        operator=operator,
        contact=contact,
        key_mode=str(policy.get("key_mode", "")),
        witness=witness,
        key_device=device,
        key_mirror=mirror,
        floors={name: _whole(policy.get(f"floor_{name}")) for name in ("scale", "item", "comments")},
        prereg=str(provenance.get("prereg")),
        promise_sha256=str(policy.get("promise_sha256")),
        release_sha256=str(provenance.get("release_sha256")),
        figures=len(made.figures),
        withheld=_whole(provenance.get("withheld")),
        earlier=max(0, len(series) - 1) if isinstance(series, list) else 0,
        gate=_gate(made),
        attacks=attacks,
        destroyed_on=None if destruction is None else str(destruction["date"]),
        destroyed=() if destruction is None else tuple(_dead(destruction["destroyed"])),
        signature=None if signature is None else signature.hex(),
        review_on=(released + REVIEW).isoformat(),
    )


def read_attacks(document: str | bytes | None) -> Attacks | None:
    """Return the attack table of docs/attacks.json; None where there is none, or only one at the size of the tests."""
    if document is None:
        return None
    told = json.loads(document)
    if told.get("size") != "full":
        return None
    known = {field: told[field] for field in ("version", "day", "size")}
    return Attacks(**known, rows=tuple(Attack(**row) for row in told["rows"]))


def dump(sheet_: Sheet) -> bytes:
    """Return the sheet as canonical JSON: what is stored, and what may be downloaded."""
    return facts.canonical(json.loads(json.dumps(asdict(sheet_))))


def read(data: bytes) -> Sheet:
    """Return a stored sheet; raises `RiskError`."""
    try:
        found: Sheet = TypeAdapter(Sheet).validate_json(data, strict=False)
    except ValidationError as error:
        raise RiskError("these bytes are no risk sheet of this version of assess") from error
    if found.version.partition(".")[0] != VERSION.partition(".")[0]:
        raise RiskError("this risk sheet was made by a version of assess that this one cannot read")
    return found


def _gate(made: Facts) -> Gate | None:
    audit = mapping(made.provenance.get("audit"))
    if not audit:
        return None
    fives = audit.get("by_fives")
    return Gate(
        printed=sum(figure.state in {"released", "banded"} for figure in made.figures.values()),
        earlier=_whole(audit.get("earlier")),
        fives=len(fives) if isinstance(fives, list) else 0,
    )


def _dead(destroyed: Mapping[str, Mapping[str, Any]]) -> Iterator[Dead]:
    for name, key in sorted(destroyed.items()):
        yield Dead(name=name, fingerprint=str(key["fingerprint"]), files=tuple(key["files"]))


def _whole(value: JsonValue | None) -> int:
    if not isinstance(value, int):
        raise RiskError(f"the facts lack a number that the risk sheet prints: {value!r}")
    return value
