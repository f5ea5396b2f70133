"""The words of a playbook in both languages (P-16, P-23): read, never made.

Belongs here: headings, slots, what may be empty. Does not: typography, which is applied when words are shown (I-5).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from assess.advice.files import PayFile
from assess.advice.model import FixedText, Kind, PlayText
from assess.instruments.faults import Fault
from assess.instruments.model import ENGLISH, FRENCH

LANGUAGES: Mapping[str, str] = {ENGLISH: "en", FRENCH: "fr"}
"""Locale -> language of the file names."""

FIXED_FILES: Mapping[str, str] = {locale: f"fixed.{language}.toml" for locale, language in LANGUAGES.items()}

HEADINGS = ("title", "why", "what", "d30", "d60", "d90", "watch")
"""Headings of a play's text, in order (P-23)."""

DEFAULTED: Mapping[str, FixedText] = {"d60": FixedText.SHADOW_D60, "d90": FixedText.SHADOW_D90}
"""What stands where an incentive play leaves a heading empty (P-13)."""

SLOTS: Mapping[FixedText, frozenset[str]] = {
    FixedText.KNOW: frozenset({"name", "direction"}),
    FixedText.KNOW_CHANGE: frozenset({"d"}),
    FixedText.SCALE_WHY: frozenset({"scale", "x"}),
}
"""Slots of the fixed texts; the others have none."""

MOST_SENTENCES = 3
"""Of `what` (P-24)."""

Fixed = Mapping[str, Mapping[FixedText, str]]

_HEADING = re.compile(r"^# (.*)$", re.MULTILINE)
_SLOT = re.compile(r"\{(\w*)\}")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")


def fixed(folder: Path, faults: list[Fault]) -> dict[str, dict[FixedText, str]]:
    """Return the fixed texts by locale; a missing, unknown or wrongly slotted one is a fault."""
    found: dict[str, dict[FixedText, str]] = {}
    for locale, file in FIXED_FILES.items():
        found[locale] = {}
        source = _read(folder / file, faults)
        try:
            table = tomllib.loads(source or "")
        except tomllib.TOMLDecodeError as error:
            faults.append(Fault(file=file, key="", message=f"is not TOML: {error}"))
            continue
        if source is None:
            continue
        unknown = sorted(table.keys() - set(FixedText))
        faults.extend(Fault(file=file, key=key, message="unknown key") for key in unknown)
        for text in FixedText:
            words = table.get(text)
            if not isinstance(words, str) or not words:
                faults.append(Fault(file=file, key=text, message="is missing"))
                continue
            found[locale][text] = words
            if frozenset(_SLOT.findall(words)) != SLOTS.get(text, frozenset()):
                wanted = ", ".join(sorted(SLOTS.get(text, ()))) or "none"
                faults.append(Fault(file=file, key=text, message=f"has other slots than {wanted}"))
    return found


def of_play(
    stem: Path, kind: Kind, pay: Mapping[str, PayFile], *, common: Fixed, faults: list[Fault]
) -> dict[str, PlayText]:
    """Return the words by locale of the play whose files begin with `stem`, a path without suffix."""
    words: dict[str, PlayText] = {}
    structure = f"{stem.name}.toml"
    unknown = sorted(pay.keys() - set(LANGUAGES.values()))
    faults.extend(Fault(file=structure, key=f"pay.{key}", message="is no language of the playbook") for key in unknown)
    for locale, language in LANGUAGES.items():
        file = f"{stem.name}.{language}.md"
        parts = _parts(_read(stem.parent / file, faults), file, faults)
        for heading in HEADINGS:
            if parts.get(heading):
                continue
            default = common[locale].get(DEFAULTED[heading]) if heading in DEFAULTED else None
            if kind is Kind.INCENTIVE and default:
                parts[heading] = default
            elif parts:
                faults.append(Fault(file=file, key=heading, message="is empty"))
        if len(_SENTENCE_END.findall(parts.get("what", ""))) > MOST_SENTENCES:
            faults.append(Fault(file=file, key="what", message=f"has more than {MOST_SENTENCES} sentences"))
        if kind is Kind.INCENTIVE and pay and language not in pay:
            faults.append(Fault(file=structure, key=f"pay.{language}", message="is missing"))
        paid = pay[language].model_dump() if language in pay else {}
        words[locale] = PlayText(**{heading: parts.get(heading, "") for heading in HEADINGS}, **paid)
    return words


def _parts(source: str | None, file: str, faults: list[Fault]) -> dict[str, str]:
    """Return heading -> text; a wrong order or name of headings is one fault and leaves nothing."""
    if source is None:
        return {}
    before, *pieces = _HEADING.split(source)
    names = tuple(pieces[::2])
    if before.strip() or names != HEADINGS:
        faults.append(Fault(file=file, key="", message=f"has other headings than {' '.join(HEADINGS)}, in this order"))
        return {}
    return {name: " ".join(text.split()) for name, text in zip(names, pieces[1::2], strict=True)}


def _read(path: Path, faults: list[Fault]) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        faults.append(Fault(file=path.name, key="", message="is missing"))
    except UnicodeDecodeError as error:
        faults.append(Fault(file=path.name, key="", message=f"is not UTF-8: byte {error.start}"))
    return None
