"""`LOCK.toml`: the hashes of every version of an instrument, so that nothing changes without a new version (I-25)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from enum import IntEnum
from pathlib import Path

from pydantic import Field, ValidationError

from assess.instruments import hashes
from assess.instruments.faults import Fault, InstrumentFaults
from assess.instruments.model import LOCALES, Instrument, Value

LOCK = "LOCK.toml"
REMEDY = "assess instrument lock writes it"


class Bump(IntEnum):
    """How much of a version number a change moves: wording, scales or keys; additions; what nobody answering sees."""

    PATCH = 0
    MINOR = 1
    MAJOR = 2


class Locked(Value):
    """Hashes of one version: item -> language -> hash; a hash a scale (composite, mirror), a form, and the whole."""

    instrument: str
    scales: Mapping[str, str]
    forms: Mapping[str, str]
    items: Mapping[str, Mapping[str, str]]


class _Lock(Value):
    versions: Mapping[str, Locked] = Field(default_factory=dict)


def locked(instrument: Instrument) -> Locked:
    """Return the hashes of an instrument as it stands."""
    scales = {scale.id: hashes.scale_hash(scale) for scale in instrument.scales.values()}
    scales |= {composite.id: hashes.composite_hash(composite) for composite in instrument.composites.values()}
    if instrument.mirror:
        scales[instrument.mirror.id] = hashes.mirror_hash(instrument.mirror)
    return Locked(
        instrument=hashes.instrument_sha256(instrument),
        scales=scales,
        forms={form.id: hashes.form_hash(form) for form in instrument.forms.values()},
        items={code: {x: hashes.item_hash(instrument, code, x) for x in LOCALES} for code in instrument.items},
    )


def check(instrument: Instrument, folder: Path) -> Iterator[Fault]:
    """Yield what differs from the lock: a change without a new version, or with too small a one."""
    try:
        versions = _read(folder)
    except InstrumentFaults as unreadable:
        yield from unreadable.faults
        return
    now, key = locked(instrument), f"versions.{instrument.version}"
    if instrument.version not in versions:
        yield Fault(file=LOCK, key=key, message=f"is missing: {REMEDY}")
        yield from _too_small(instrument.version, now, versions)
        return
    for part, old, new in _differences(versions[instrument.version], now):
        change = "added" if old is None else "taken away" if new is None else "changed"
        yield Fault(file=LOCK, key=f"{key}.{part}", message=f"{change} without a new version in instrument.toml")


def written(instrument: Instrument, folder: Path) -> str:
    """Return the text of `LOCK.toml` with this version added; a version that was locked otherwise is refused."""
    versions = dict(_read(folder)) if (folder / LOCK).exists() else {}
    faults = [] if instrument.version not in versions else list(check(instrument, folder))
    faults += _too_small(instrument.version, locked(instrument), versions)
    if faults:
        raise InstrumentFaults(tuple(faults))
    versions[instrument.version] = locked(instrument)
    lines = ["# Hashes of every version (I-25). Written by `assess instrument lock`; never edited.", ""]
    for version in sorted(versions, key=_number):
        lines += _section(version, versions[version])
    return "\n".join(lines)


def _section(version: str, hashed: Locked) -> list[str]:
    lines = [f'[versions."{version}"]', f'instrument = "{hashed.instrument}"']
    for name, entries in (("scales", hashed.scales), ("forms", hashed.forms)):
        lines += [f'[versions."{version}".{name}]', *(f'{key} = "{value}"' for key, value in entries.items())]
    lines.append(f'[versions."{version}".items]')
    for code, by_locale in hashed.items.items():
        lines.append(f"{code} = {{ " + ", ".join(f'{x} = "{value}"' for x, value in by_locale.items()) + " }")
    return [*lines, ""]


def _read(folder: Path) -> Mapping[str, Locked]:
    try:
        versions = _Lock.model_validate(tomllib.loads((folder / LOCK).read_text(encoding="utf-8"))).versions
        for version in versions:
            _number(version)
    except FileNotFoundError:
        raise InstrumentFaults((Fault(file=LOCK, key="", message=f"is missing: {REMEDY}"),)) from None
    except ValidationError as error:
        raise InstrumentFaults(
            tuple(
                Fault(file=LOCK, key=".".join(str(part) for part in detail["loc"]), message="is not a lock entry")
                for detail in error.errors()
            )
        ) from None
    except ValueError as error:
        raise InstrumentFaults((Fault(file=LOCK, key="", message=f"is not a lock file: {error}"),)) from None
    return versions


def _differences(old: Locked, new: Locked) -> list[tuple[str, str | None, str | None]]:
    """Return dotted part, old hash, new hash of whatever differs; the whole only when no part does."""
    before, after = _flat(old), _flat(new)
    parts = [
        (part, before.get(part), after.get(part))
        for part in dict.fromkeys([*before, *after])
        if before.get(part) != after.get(part)
    ]
    if not parts and old.instrument != new.instrument:
        return [("instrument", old.instrument, new.instrument)]
    return parts


def _flat(hashed: Locked) -> dict[str, str]:
    items = {f"items.{code}.{x}": value for code, by in hashed.items.items() for x, value in by.items()}
    scales = {f"scales.{name}": value for name, value in hashed.scales.items()}
    return items | scales | {f"forms.{name}": value for name, value in hashed.forms.items()}


def _too_small(version: str, now: Locked, versions: Mapping[str, Locked]) -> list[Fault]:
    """Return a fault when the number moved less than I-25 asks, against the highest other version."""
    others = [other for other in versions if other != version]
    if not others:
        return []
    last = max(others, key=_number)
    if version in versions and _number(last) > _number(version):
        return []
    needed = max((_bump(*difference) for difference in _differences(versions[last], now)), default=Bump.PATCH)
    least = _next(_number(last), needed)
    if _number(version) >= least:
        return []
    wanted = ".".join(str(part) for part in least)
    message = f"after {last} these changes ask for {wanted} or later ({needed.name.lower()}, I-25)"
    return [Fault(file="instrument.toml", key="version", message=message)]


def _bump(part: str, old: str | None, new: str | None) -> Bump:
    if part == "instrument":
        return Bump.PATCH
    if old is None:
        return Bump.MINOR
    if part.startswith("forms.") and new is not None:
        return Bump.MINOR
    return Bump.MAJOR


def _number(version: str) -> tuple[int, int, int]:
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch


def _next(number: tuple[int, int, int], bump: Bump) -> tuple[int, int, int]:
    major, minor, patch = number
    match bump:
        case Bump.MAJOR:
            return major + 1, 0, 0
        case Bump.MINOR:
            return major, minor + 1, 0
        case Bump.PATCH:
            return major, minor, patch + 1
