"""From an instrument folder (I-21) to an `Instrument`, or to every fault it has, with file and key.

Belongs here: reading the three TOML files and deriving what they leave to derive (I-9). What the values must agree on
is in `agreement`; how good the wording is in `lint`; whether a version was changed in `lock`.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError

from assess import resources
from assess.instruments import agreement, completeness
from assess.instruments.faults import Fault, InstrumentFaults
from assess.instruments.model import (
    ENGLISH,
    FRENCH,
    Composite,
    Form,
    Instrument,
    Item,
    ItemText,
    ItemType,
    Mirror,
    Scale,
    ScaleText,
    Side,
    SideText,
    Texts,
    Value,
)

__all__ = ["STRUCTURE", "TEXT_FILES", "Fault", "InstrumentFaults", "read", "shipped", "slugs"]

STRUCTURE = "instrument.toml"
TEXT_FILES: Mapping[str, str] = {ENGLISH: "text.en.toml", FRENCH: "text.fr.toml"}

_SLUG = re.compile(r"[a-z][a-z0-9-]{0,63}")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")
_MESSAGES = {"extra_forbidden": "unknown key", "missing": "is missing"}

Table = dict[str, Any]
Model = TypeVar("Model", bound=Value)


class _Structure(Value):
    """`instrument.toml` before its tables are read one by one."""

    id: str = Field(pattern=rf"^{_SLUG.pattern}$")
    version: str = Field(pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$")
    status: Literal["unvalidated", "piloted", "validated"]
    sides: tuple[Side, ...]
    anchors: dict[str, Annotated[int, Field(ge=2, le=7)]]
    items: dict[str, Table]
    scales: dict[str, Table]
    composites: dict[str, Table] = Field(default_factory=dict)
    mirror: Mirror | None = None
    steps: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    forms: dict[str, Table]


class _Words(Value):
    """`text.<language>.toml` before its items are read one by one."""

    name: str
    dont_know: str
    expected_prefix: str = ""
    own_prefix: str = ""
    expected_frame: str = ""
    unvalidated: str = ""
    sides: dict[str, SideText]
    anchors: dict[str, tuple[str, ...]]
    items: dict[str, Table]
    scales: dict[str, ScaleText]
    steps: dict[str, str] = Field(default_factory=dict)


def read(folder: Path) -> Instrument:
    """Return the instrument in a folder; `InstrumentFaults` names every fault of its three files."""
    tables, unreadable = {}, []
    for name in (STRUCTURE, *TEXT_FILES.values()):
        table = _toml(folder / name)
        if isinstance(table, Fault):
            unreadable.append(table)
        else:
            tables[name] = table
    if unreadable:
        raise InstrumentFaults(tuple(unreadable), unreadable=True)
    faults: list[Fault] = []
    structure = _structure(tables[STRUCTURE], faults)
    texts = {locale: _texts(tables[name], name, faults) for locale, name in TEXT_FILES.items()}
    if structure is None:
        raise InstrumentFaults(tuple(faults))
    faults.extend(agreement.of_structure(structure, STRUCTURE))
    given = structure.model_copy(update={"texts": {locale: words for locale, words in texts.items() if words}})
    for locale in given.texts:
        faults.extend(completeness.of_texts(given, locale, TEXT_FILES[locale]))
    if faults:
        raise InstrumentFaults(tuple(faults))
    return given.model_copy(update={"texts": {locale: _derived(given, locale) for locale in TEXT_FILES}})


@cache
def shipped(slug: str) -> Instrument:
    """Return an instrument that comes with assess, by its slug."""
    if slug not in slugs():
        message = f"is not a shipped instrument (shipped: {', '.join(slugs())})"
        raise InstrumentFaults((Fault(file=slug, key="", message=message),), unreadable=True)
    return read(resources.instruments() / slug)


def slugs() -> tuple[str, ...]:
    """Return the slugs of the shipped instruments."""
    return tuple(sorted(folder.parent.name for folder in resources.instruments().glob(f"*/{STRUCTURE}")))


def _toml(path: Path) -> Table | Fault:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        return Fault(file=path.name, key="", message="is missing")
    except OSError as error:
        return Fault(file=path.name, key="", message=f"cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        return Fault(file=path.name, key="", message=f"is not UTF-8: byte {error.start}")
    except tomllib.TOMLDecodeError as error:
        return Fault(file=path.name, key="", message=f"is not TOML: {error}")


def _structure(table: Table, faults: list[Fault]) -> Instrument | None:
    raw = _parsed(_Structure, table, STRUCTURE, "", faults)
    if raw is None:
        return None
    before = len(faults)
    items = {code: {**_item_defaults(given, raw.items), **given} for code, given in raw.items.items()}
    scales = {name: {**_scale_defaults(given, items), **given} for name, given in raw.scales.items()}
    parts: dict[str, Any] = {
        "items": _entries(Item, items, "items", "code", faults),
        "scales": _entries(Scale, scales, "scales", "id", faults),
        "composites": _entries(Composite, raw.composites, "composites", "id", faults),
        "forms": _entries(Form, raw.forms, "forms", "id", faults),
    }
    if len(faults) > before:
        return None
    return Instrument.model_construct(**{**{name: getattr(raw, name) for name in _Structure.model_fields}, **parts})


def _item_defaults(given: Table, items: dict[str, Table]) -> Table:
    """Return what an item takes from the item it names (I-9), and that texts by side are never compared (I-16)."""
    defaults: Table = {"directed": True} if given.get("by_side") else {}
    for key, kind in (("predicts", ItemType.PREDICTION), ("rates_self_of", ItemType.SELF_RATING)):
        base = items.get(str(given.get(key)))
        if base is not None:
            construct = "mirror" if kind is ItemType.PREDICTION else base.get("construct", "")
            defaults |= {"type": kind, "anchors": base.get("anchors"), "construct": construct}
            defaults |= {"directed": True} if base.get("by_side") else {}
    return defaults


def _scale_defaults(given: Table, items: dict[str, Table]) -> Table:
    """Return that a scale is directed when it holds a directed item (I-16)."""
    codes = given.get("items")
    held = [items.get(str(code), {}) for code in codes] if isinstance(codes, list) else []
    return {"directed": True} if any(item.get("directed") for item in held) else {}


def _texts(table: Table, file: str, faults: list[Fault]) -> Texts | None:
    raw = _parsed(_Words, table, file, "", faults)
    if raw is None:
        return None
    before = len(faults)
    items = {}
    for code, given in raw.items.items():
        if "text_by_side" in given:
            faults.append(Fault(file=file, key=f"items.{code}.text_by_side", message="unknown key"))
        by_side = {k.removeprefix("text_"): v for k, v in given.items() if re.fullmatch(r"text_[A-Z]", k)}
        rest = {k: v for k, v in given.items() if k.removeprefix("text_") not in by_side}
        items[code] = _parsed(ItemText, {**rest, "text_by_side": by_side}, file, f"items.{code}", faults)
    if len(faults) > before:
        return None
    return Texts.model_construct(**{**{name: getattr(raw, name) for name in _Words.model_fields}, "items": items})


def _entries(model: type[Model], tables: dict[str, Table], section: str, own: str, faults: list[Fault]) -> Table:
    """Return name -> value for each table of a section; `own` is the key that the table's name stands for."""
    entries = {}
    for name, table in tables.items():
        key = f"{section}.{name}"
        if not _ID.fullmatch(name):
            message = "a name is a letter, then letters, digits or _ (32 at most)"
            faults.append(Fault(file=STRUCTURE, key=key, message=message))
        if own in table:
            faults.append(Fault(file=STRUCTURE, key=f"{key}.{own}", message="unknown key"))
        entries[name] = _parsed(model, {**table, own: name}, STRUCTURE, key, faults)
    return entries


def _parsed(model: type[Model], table: Table, file: str, key: str, faults: list[Fault]) -> Model | None:
    try:
        return model.model_validate_json(json.dumps(table, default=str), strict=True)  # strict, yet lists are tuples
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=False):
            dotted = ".".join([*filter(None, [key]), *(str(part) for part in detail["loc"])])
            message = _MESSAGES.get(detail["type"], detail["msg"][:1].lower() + detail["msg"][1:])
            faults.append(Fault(file=file, key=dotted, message=message))
        return None


def _derived(instrument: Instrument, locale: str) -> Texts:
    """Return the texts with the short names and quotations that I-9 generates."""
    texts = instrument.texts[locale]
    items = dict(texts.items)
    for code, item in instrument.items.items():
        base = item.predicts or item.rates_self_of
        if base is None:
            continue
        prefix = texts.expected_prefix if item.predicts else texts.own_prefix
        words = items.get(code) or ItemText(text=texts.expected_frame.replace("{item}", texts.items[base].text or ""))
        items[code] = words.model_copy(update={"short": prefix + texts.items[base].short})
    return texts.model_copy(update={"items": {code: items[code] for code in instrument.items}})
