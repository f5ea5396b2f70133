"""How an instrument is worded and laid out (I-26). (f), (h), (i), (m) and the five of (l) are this instrument's own.

(a), (b) in part, (j) and (l) in part already stop `load.read`; see `completeness` and `agreement`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from assess.instruments import words
from assess.instruments.completeness import strings
from assess.instruments.faults import Fault, InstrumentFaults
from assess.instruments.load import STRUCTURE, TEXT_FILES, read
from assess.instruments.lock import check as check_lock
from assess.instruments.model import FRENCH, Instrument, ItemType

OWN = "sales-marketing"
SOURCES = "SOURCES.md"
MAX_STATEMENT = 180
MAX_PREDICTION = 240

_REVERSED = {("ALN", "AL4"), ("FRI", "FR1"), ("PUL", "FR2")}
_NEGATION = re.compile(r"\bnot\b|n't\b|\b(?:ne\s|n')(?:[^.?!;]*\s)?pas\b", re.IGNORECASE)
_TYPED = {'"': 'straight "', "·": "·", "(e)": "(e)"}
_SPACE = re.compile(r"\s[?!;]")
_FORBIDDEN = re.compile(
    r"\b(significant(ly)?|prove[sdn]?|caus(e[sd]?|ing)|driv(e[sn]?|ing|ers?)|due to|because of|effects? of|thanks to"
    r"|blam(e[sd]?|ing)|faults?|culprits?|worst|best team|significati(f|ve|vement)s?|prouv\w+|provoqu\w+|grâce à"
    r"|à cause de|en raison de|due?s? à|dû à|effets? de|fautes?|coupables?|pires?)\b",
    re.IGNORECASE,
)


def check(folder: Path) -> tuple[Fault, ...]:
    """Return every fault of a folder: files, agreement, wording, lock (`assess instrument check`)."""
    instrument = read(folder)
    return (*lint(instrument, folder), *check_lock(instrument, folder))


def problems(folder: Path) -> tuple[Fault, ...]:
    """Return the faults of a folder whose files could be read; `InstrumentFaults` only when they could not."""
    try:
        return check(folder)
    except InstrumentFaults as found:
        if found.unreadable:
            raise
        return found.faults


def lint(instrument: Instrument, folder: Path) -> Iterator[Fault]:
    """Yield what I-26 finds in a loaded instrument and its SOURCES.md."""
    for locale in instrument.texts:
        yield from _statements(instrument, locale)
        yield from _negations(instrument, locale)
    yield from _french(instrument)
    yield from _enough_answered(instrument)
    yield from _origins(instrument, folder)
    if instrument.id == OWN:
        yield from _own_keys(instrument)
        yield from _own_forms(instrument)
        yield from _own_levels(instrument)
        yield from _own_names(instrument)


def _statements(instrument: Instrument, locale: str) -> Iterator[Fault]:
    """(b) upper-case start, (c) length of the filled statement."""
    for code, item in instrument.items.items():
        longest = MAX_PREDICTION if item.type is ItemType.PREDICTION else MAX_STATEMENT
        faults: dict[str, None] = {}  # in order, each once: sides often share a fault
        for side in instrument.sides:
            text = words.filled(instrument, code, locale, side.code)
            if not text[:1].isupper():
                faults["does not begin with an upper-case letter"] = None
            if len(text) > longest:
                faults[f"has {len(text)} characters for side {side.letter}; the limit is {longest}"] = None
        for message in faults:
            yield Fault(file=TEXT_FILES[locale], key=f"items.{code}", message=message)


def _negations(instrument: Instrument, locale: str) -> Iterator[Fault]:
    """(d) no negation in closed items (I-6)."""
    for code, item in instrument.items.items():
        text = instrument.texts[locale].items[code]
        for each in (text.text or "", *text.text_by_side.values()):
            found = _NEGATION.search(each) if item.closed else None
            if found:
                message = f"holds a negation ({found[0]!r}): say the opposite instead (I-6)"
                yield Fault(file=TEXT_FILES[locale], key=f"items.{code}", message=message)


def _french(instrument: Instrument) -> Iterator[Fault]:
    """(e) straight quotes, medial points, "(e)", spaces before ? ! ; in French."""
    for key, text in strings(instrument, FRENCH):
        for typed, name in _TYPED.items():
            if typed in text:
                yield Fault(file=TEXT_FILES[FRENCH], key=key, message=f"holds {name}")
        if _SPACE.search(text):
            yield Fault(file=TEXT_FILES[FRENCH], key=key, message="has a space before ? ! or ;")


def _enough_answered(instrument: Instrument) -> Iterator[Fault]:
    """(g) at least half the items of a scale."""
    counted = [(f"scales.{scale.id}", scale.items, scale.min_answered) for scale in instrument.scales.values()]
    if instrument.mirror:
        counted.append(("mirror", instrument.mirror.expected, instrument.mirror.min_answered))
    for key, items, least in counted:
        if 2 * least < len(items):
            message = f"{least} is under half of its {len(items)} items"
            yield Fault(file=STRUCTURE, key=f"{key}.min_answered", message=message)


def _origins(instrument: Instrument, folder: Path) -> Iterator[Fault]:
    """(k) own wording, or licensed with its reference (I-27); every source named in SOURCES.md."""
    path = folder / SOURCES
    listed = (
        set(re.findall(r"^- `([^`]+)`:", path.read_text(encoding="utf-8"), re.MULTILINE)) if path.exists() else set()
    )
    for code, item in instrument.items.items():
        if item.wording_origin == "licensed" and (instrument.id == OWN or not item.reference):
            message = "a shipped item is our own" if instrument.id == OWN else "is missing: licensed wording names it"
            yield Fault(file=STRUCTURE, key=f"items.{code}.reference", message=message)
        for source in item.inspired_by:
            if source not in listed:
                yield Fault(file=SOURCES, key=source, message=f"is missing: item {code} names it")
    used = {source for item in instrument.items.values() for source in item.inspired_by}
    for source in sorted(listed - used):
        yield Fault(file=SOURCES, key=source, message="is named by no item")


def _own_keys(instrument: Instrument) -> Iterator[Fault]:
    """(f) reversed exactly ALN AL4, FRI FR1, PUL FR2."""
    given = {(scale.id, code) for scale in instrument.scales.values() for code in scale.reverse}
    for scale, code in sorted(given ^ _REVERSED):
        message = f"{code} must be in it" if (scale, code) in _REVERSED else f"{code} must not be in it"
        yield Fault(file=STRUCTURE, key=f"scales.{scale}.reverse", message=message)


def _own_forms(instrument: Instrument) -> Iterator[Fault]:
    """(h) pulse within core, 30 + 2 and 10; (i) parts of at most six, predictions after their base."""
    for form, closed, opened in (("core", 30, 2), ("pulse", 10, 0)):
        key = f"forms.{form}.parts"
        if form not in instrument.forms:
            yield Fault(file=STRUCTURE, key=f"forms.{form}", message="is missing")
            continue
        found = (len(instrument.closed(form)), len(instrument.open(form)))
        if found != (closed, opened):
            message = f"has {found[0]} closed and {found[1]} open items, not {closed} and {opened}"
            yield Fault(file=STRUCTURE, key=key, message=message)
        for number, part in enumerate(instrument.forms[form].parts, start=1):
            if len(part) > 6:
                yield Fault(
                    file=STRUCTURE, key=key, message=f"part {number} has {len(part)} statements; the limit is 6"
                )
        yield from _order(instrument, form)
    if {"core", "pulse"} <= set(instrument.forms):
        for code in instrument.forms["pulse"].items:
            if code not in instrument.forms["core"].items:
                yield Fault(file=STRUCTURE, key="forms.pulse.parts", message=f"{code} is not in core")


def _order(instrument: Instrument, form: str) -> Iterator[Fault]:
    part_of = {code: number for number, part in enumerate(instrument.forms[form].parts) for code in part}
    for code, number in part_of.items():
        base = instrument.items[code].predicts
        if base is not None and number <= part_of[base]:
            message = f"{code} is not in a later part than its base {base}"
            yield Fault(file=STRUCTURE, key=f"forms.{form}.parts", message=message)


def _own_levels(instrument: Instrument) -> Iterator[Fault]:
    """(l) five levels beside the sixth option."""
    for name, levels in instrument.anchors.items():
        if levels != 5:
            yield Fault(file=STRUCTURE, key=f"anchors.{name}", message=f"has {levels} levels, not 5")


def _own_names(instrument: Instrument) -> Iterator[Fault]:
    """(m) none of R-12's words in names and explanations."""
    for locale, texts in instrument.texts.items():
        for name, scale in texts.scales.items():
            for key, text in (("name", scale.name), ("explanation", scale.explanation)):
                found = _FORBIDDEN.search(text)
                if found:
                    message = f"holds {found[0]!r}, which reports never say (R-12)"
                    yield Fault(file=TEXT_FILES[locale], key=f"scales.{name}.{key}", message=message)
