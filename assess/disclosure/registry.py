"""The registered figures of a form: what may ever be computed, fixed before the first answer (A-15, A-13 R1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assess.instruments.model import FloorClass, Instrument, ItemType, Scale


class Kind(StrEnum):
    """What a registered subject is."""

    SCALE = "scale"
    ITEM = "item"
    COMPOSITE = "composite"
    MIRROR_TOPIC = "mirror"
    MIRROR_SCALE = "mirror_scale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A set of items of which a person must have answered at least `min_answered`; `reverse` are turned round."""

    items: tuple[str, ...]
    min_answered: int
    reverse: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One subject with a table shell. A person counts for it when every part is sufficiently answered.

    `id` is kind and subject, for example `scale.ALN`, `item.AL1`, `composite.H`, `mirror.AL1`, `mirror_scale.MIR`.
    """

    id: str
    kind: Kind
    subject: str
    floor_class: FloorClass
    parts: tuple[Part, ...]


def registered(instrument: Instrument, form: str) -> tuple[Registered, ...]:
    """Return every subject the form registers, in instrument order: composites, scales, items, mirror."""
    closed = set(instrument.closed(form))
    scales = {
        scale.id: scale
        for scale in instrument.scales.values()
        if set(scale.items) <= closed and (scale.forms is None or form in scale.forms)
    }
    found: list[Registered] = []
    for composite in instrument.composites.values():
        members = (*composite.plus, *composite.minus)
        if set(members) <= set(scales):
            parts = tuple(_whole(scales[m]) for m in members)
            found.append(_subject(Kind.COMPOSITE, composite.id, FloorClass.SCALE, parts))
    found.extend(_subject(Kind.SCALE, each.id, each.floor_class, (_whole(each),)) for each in scales.values())
    for code in instrument.closed(form):
        complete = tuple(Part(items=(c,), min_answered=1) for c in (code, *instrument.twins(code, form)))
        found.append(_subject(Kind.ITEM, code, FloorClass.ITEM, complete))
    for code in instrument.closed(form):
        if any(instrument.items[twin].type is ItemType.PREDICTION for twin in instrument.twins(code, form)):
            complete = tuple(Part(items=(c,), min_answered=1) for c in (code, *instrument.twins(code, form)))
            found.append(_subject(Kind.MIRROR_TOPIC, code, FloorClass.ITEM, complete))
    mirror = instrument.mirror
    if mirror and {*mirror.expected, *mirror.answered} <= closed:
        both = (
            Part(items=mirror.expected, min_answered=mirror.min_answered),
            Part(items=mirror.answered, min_answered=mirror.min_answered),
        )
        found.append(_subject(Kind.MIRROR_SCALE, mirror.id, FloorClass.SCALE, both))
    return tuple(found)


def _whole(scale: Scale) -> Part:
    return Part(items=scale.items, min_answered=scale.min_answered, reverse=scale.reverse)


def _subject(kind: Kind, subject: str, floor_class: FloorClass, parts: tuple[Part, ...]) -> Registered:
    return Registered(id=f"{kind}.{subject}", kind=kind, subject=subject, floor_class=floor_class, parts=parts)
