"""From a plays/ folder (P-23) to a `Playbook`, or to every fault it has, with file and key.

Belongs here: reading and resolving. Does not: the grammar (grammar), the shapes of the files (files), texts (texts).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from assess import resources
from assess.advice import grammar, texts
from assess.advice.faults import PlaybookFaults
from assess.advice.files import OWNERS, PlayFile, RulesFile
from assess.advice.grammar import Slot, Vocabulary
from assess.advice.model import Indicator, IndicatorKind, Kind, Play, Playbook, Rules, Source
from assess.advice.signal import Signal
from assess.instruments import load as instruments
from assess.instruments.faults import Fault
from assess.instruments.model import Instrument, Value

FOLDER = "plays"
RULES = "playbook.toml"

_PLAY_FILE = re.compile(r"[PI]\d{2}\.(toml|en\.md|fr\.md)")
_MESSAGES = {"extra_forbidden": "unknown key", "missing": "is missing"}

Model = TypeVar("Model", bound=Value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Folder:
    """A folder being read: its vocabulary, and the faults found so far."""

    path: Path
    instrument: Instrument
    words: Vocabulary
    faults: list[Fault]

    def fault(self, file: str, key: str, message: str) -> None:
        self.faults.append(Fault(file=file, key=key, message=message))


@cache
def shipped(slug: str) -> Playbook | None:
    """Return the playbook of a shipped instrument; None when it has none."""
    return beside(resources.instruments() / slug, instruments.shipped(slug))


def beside(folder: Path, instrument: Instrument) -> Playbook | None:
    """Return the playbook in an instrument's own folder; None when there is no plays/ in it."""
    plays = folder / FOLDER
    return read(plays, instrument) if plays.is_dir() else None


def read(folder: Path, instrument: Instrument) -> Playbook:
    """Return the playbook in a folder; `PlaybookFaults` names every fault of its files."""
    names = sorted(path.name for path in folder.iterdir())
    stems = sorted({name[:3] for name in names if _PLAY_FILE.fullmatch(name)}, key=lambda stem: (stem[0] != "P", stem))
    ids = [_id(stem) for stem in stems]
    found = _Folder(path=folder, instrument=instrument, words=grammar.vocabulary(instrument, frozenset(ids)), faults=[])
    for name in names:
        if not (_PLAY_FILE.fullmatch(name) or name == RULES or name in texts.FIXED_FILES.values()):
            found.fault(name, "", "is no file of a playbook")
    raw = _parsed(RulesFile, found, RULES)
    fixed = texts.fixed(folder, found.faults)
    plays = {_id(stem): _play(stem, found, fixed, frozenset(raw.priority.evidence) if raw else None) for stem in stems}
    rules = _rules(raw, found) if raw else None
    if raw is None or rules is None or found.faults:
        raise PlaybookFaults(tuple(found.faults))
    return Playbook(
        version=raw.version,
        sha256=_sha256(folder, names),
        plays={play: value for play, value in plays.items() if value},
        rules=rules,
        fixed=fixed,
    )


def _id(stem: str) -> str:
    return f"{stem[0]}{int(stem[1:])}"


def _play(stem: str, folder: _Folder, fixed: texts.Fixed, grades: frozenset[str] | None) -> Play | None:
    file = f"{stem}.toml"
    raw = _parsed(PlayFile, folder, file)
    kind = Kind.PROCESS if stem.startswith("P") else Kind.INCENTIVE
    words = texts.of_play(folder.path / stem, kind, raw.pay if raw else {}, common=fixed, faults=folder.faults)
    if raw is None:
        return None
    for key, message in (*_disagreements(raw, stem, kind, grades), *_unresolved(raw, folder)):
        folder.fault(file, key, message)
    signals = {key: _signal(folder, file, key, getattr(raw, key)) for key in ("signal", "small", "blocked_if")}
    if signals["signal"] is None:
        return None
    item, _, who = (raw.breadth or "").partition(" ")
    return Play(
        id=raw.id,
        kind=kind,
        signal=signals["signal"],
        small=signals["small"],
        blocked_if=signals["blocked_if"],
        evidence=raw.evidence,
        sources=tuple(Source(**source.model_dump()) for source in raw.sources),
        owner=raw.owner,
        control=raw.control,
        cost=raw.cost,
        trial=raw.trial,
        breadth=(item, who) if item else None,
        indicators=tuple(Indicator(**indicator.model_dump()) for indicator in raw.indicators),
        judged_on=_judged_on(raw, folder.instrument),
        texts=words,
    )


def _disagreements(raw: PlayFile, stem: str, kind: Kind, grades: frozenset[str] | None) -> Iterator[tuple[str, str]]:
    if raw.id != _id(stem):
        yield "id", f"{raw.id} is not the play of this file"
    if grades is not None and raw.evidence not in grades:
        yield "evidence", f"{raw.evidence} is not a grade of {RULES}"
    for owner in raw.owner:
        if owner not in OWNERS:
            yield "owner", f"{owner} is not an owner (one of {' '.join(OWNERS)})"
    for key, given, wanted in (
        ("cost", raw.cost is not None, kind is Kind.PROCESS),
        ("trial", raw.trial is not None, kind is Kind.INCENTIVE),
        ("pay", bool(raw.pay), kind is Kind.INCENTIVE),
    ):
        if given != wanted:
            yield key, "is missing" if wanted else f"belongs to no {kind} play"
    for number, indicator in enumerate(raw.indicators):
        if indicator.low is not None and indicator.high is not None and indicator.low > indicator.high:
            yield f"indicators.{number}", f"{indicator.low:g} is above {indicator.high:g}"


def _unresolved(raw: PlayFile, folder: _Folder) -> Iterator[tuple[str, str]]:
    """Yield every code that names nothing of the instrument."""
    words = folder.words
    allowed = {
        IndicatorKind.ITEM: words[Slot.ITEM],
        IndicatorKind.SCALE: words[Slot.SCORE],
        IndicatorKind.ERROR: words[Slot.TOPIC],
        IndicatorKind.GAP: words[Slot.ITEM],
        IndicatorKind.CRM: words[Slot.METRIC],
    }
    who = words[Slot.SIDE] | {"C"}
    for number, indicator in enumerate(raw.indicators):
        if indicator.kind in allowed and indicator.subject not in allowed[indicator.kind]:
            yield f"indicators.{number}.subject", f"{indicator.subject} is not of kind {indicator.kind}"
        if indicator.who not in who:
            yield f"indicators.{number}.who", f"{indicator.who} is neither a side nor C"
    if raw.breadth:
        item, _, side = raw.breadth.partition(" ")
        if item not in words[Slot.ITEM] or side not in who:
            yield "breadth", f"{raw.breadth} is not a closed item and whose answers"


def _judged_on(raw: PlayFile, instrument: Instrument) -> str:
    """Return the scale of the first indicator that names an item or scale; of an item in none, the composite (P-12)."""
    named = (each.subject for each in raw.indicators if each.subject in {*instrument.items, *instrument.scales})
    first = next(named, "")
    scales = (s.id for s in instrument.scales.values() if not s.headline_forms and first in {s.id, *s.items})
    return next(scales, next(iter(instrument.composites), ""))


def _signal(folder: _Folder, file: str, key: str, text: str | None) -> Signal | None:
    if text is None:
        return None
    try:
        return grammar.parse(text, folder.words)
    except grammar.SignalError as error:
        folder.fault(file, key, str(error))
        return None


def _rules(raw: RulesFile, folder: _Folder) -> Rules | None:
    plays = folder.words[Slot.PLAY]
    gates, priority = raw.gates, raw.priority
    named = [("charter", gates.charter), ("goal", gates.goal), ("protect", gates.protect)]
    named += [("needs", play) for pair in gates.needs.items() for play in pair]
    named += [("apart", play) for pair in gates.apart for play in pair]
    for key, play in named:
        if play not in plays:
            folder.fault(RULES, f"gates.{key}", f"{play} is not a play")
    for key, codes in (("need.on", raw.need.on), ("priority.unfavourable_high", priority.unfavourable_high)):
        for code in codes:
            if code not in folder.words[Slot.ITEM_OR_SCORE]:
                folder.fault(RULES, key, f"{code} is neither an item nor a score")
    if raw.status.considered >= raw.status.recommended:
        folder.fault(RULES, "status", "a considered play holds less often than a recommended one")
    friction = _signal(folder, RULES, "gates.friction", gates.friction)
    unsafe = _signal(folder, RULES, "gates.unsafe", gates.unsafe)
    if friction is None or unsafe is None:
        return None
    return Rules(
        recommended=raw.status.recommended,
        considered=raw.status.considered,
        cards=raw.cards.processes,
        titles=raw.cards.considered,
        points=priority.points,
        shares=priority.shares,
        severity=priority.severity,
        breadth=priority.breadth,
        breadth_unknown=priority.breadth_unknown,
        nearest=priority.nearest,
        unfavourable_high=frozenset(priority.unfavourable_high),
        evidence=priority.evidence,
        need=raw.need.shift,
        need_shifts=frozenset(raw.need.on),
        friction=friction,
        charter=gates.charter,
        goal=gates.goal,
        unsafe=unsafe,
        protect=gates.protect,
        needs=gates.needs,
        apart=tuple(frozenset(pair) for pair in gates.apart),
    )


def _parsed(model: type[Model], folder: _Folder, file: str) -> Model | None:
    try:
        table = tomllib.loads((folder.path / file).read_bytes().decode("utf-8"))
    except FileNotFoundError:
        folder.fault(file, "", "is missing")
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        folder.fault(file, "", f"is not TOML in UTF-8: {error}")
        return None
    try:
        return model.model_validate(table)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=False):
            key = ".".join(str(part) for part in detail["loc"])
            message = _MESSAGES.get(detail["type"], detail["msg"][:1].lower() + detail["msg"][1:])
            folder.fault(file, key, message)
        return None


def _sha256(folder: Path, names: list[str]) -> str:
    """Return the hash of every file of the playbook, by name."""
    digest = hashlib.sha256()
    for name in names:
        content = (folder / name).read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
