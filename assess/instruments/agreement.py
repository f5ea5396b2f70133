"""What `instrument.toml` must agree on with itself: every name used exists, every number is possible.

These faults stop `load.read`, because what is loaded must be usable without a further check. Texts are in
`completeness`, style is in `lint`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from assess.instruments.faults import Fault
from assess.instruments.model import Instrument, Item, ItemType, Scale

MAX_OPEN = 2
"""Comments that fit a ballot (A-05)."""

DERIVED_BY = {ItemType.PREDICTION: "predicts", ItemType.SELF_RATING: "rates_self_of"}


def of_structure(instrument: Instrument, file: str) -> Iterator[Fault]:
    """Yield what does not fit together inside `instrument.toml`."""
    for key, message in (
        *_sides(instrument),
        *_items(instrument),
        *_scales(instrument),
        *_mirror(instrument),
        *_forms(instrument),
    ):
        yield Fault(file=file, key=key, message=message)


Found = Iterator[tuple[str, str]]


def _sides(instrument: Instrument) -> Found:
    if len(instrument.sides) < 2:
        yield "sides", "an instrument has two sides or more"
    for name in ("letter", "code"):
        for value, times in Counter(getattr(side, name) for side in instrument.sides).items():
            if times > 1:
                yield "sides", f"{name} {value} is given {times} times"


def _items(instrument: Instrument) -> Found:
    for code, item in instrument.items.items():
        key = f"items.{code}"
        if item.closed and item.anchors is None:
            yield f"{key}.anchors", "is missing"
        if not item.closed and item.anchors is not None:
            yield f"{key}.anchors", "an open item has no answer scale"
        if item.anchors is not None and item.anchors not in instrument.anchors:
            yield f"{key}.anchors", f"{item.anchors} is not an answer scale"
        if item.wording_origin not in {"own", "licensed"}:
            yield f"{key}.wording_origin", f"is own or licensed, not {item.wording_origin}"
        if item.by_side and not item.directed:
            yield f"{key}.directed", "sides that read different texts are never compared (I-16)"
        yield from _base(instrument, item, key)


def _base(instrument: Instrument, item: Item, key: str) -> Found:
    """Lint (j): predictions and self-ratings, and they alone, name a base."""
    for kind, name in DERIVED_BY.items():
        base = getattr(item, name)
        if base is None:
            if item.type is kind:
                yield f"{key}.{name}", f"is missing: an item of type {kind} names its base"
            continue
        if item.type is not kind:
            yield f"{key}.type", f"an item with {name} is of type {kind}"
        target = instrument.items.get(base)
        if target is None:
            yield f"{key}.{name}", f"{base} is not an item"
        elif not target.closed or target.type in DERIVED_BY:
            yield f"{key}.{name}", f"{base} cannot be a base: it is of type {target.type}"
        elif item.anchors != target.anchors:
            yield f"{key}.anchors", f"differs from that of its base {base}"
    if item.predicts and item.rates_self_of:
        yield f"{key}.rates_self_of", "an item has one base"


def _scales(instrument: Instrument) -> Found:
    named = Counter([*instrument.items, *instrument.scales, *instrument.composites])
    if instrument.mirror:
        named[instrument.mirror.id] += 1
    for name in (name for name, times in named.items() if times > 1):
        yield name, "is the name of two things: items, scales, composites and the mirror share one set of names"
    for scale in instrument.scales.values():
        yield from _scale(instrument, scale, f"scales.{scale.id}")
    for composite in instrument.composites.values():
        for name in ("plus", "minus"):
            for member in getattr(composite, name):
                if member not in instrument.scales:
                    yield f"composites.{composite.id}.{name}", f"{member} is not a scale"
        if not composite.plus:
            yield f"composites.{composite.id}.plus", "is empty"
    for step, codes in instrument.steps.items():
        for code in codes:
            if code not in instrument.items:
                yield f"steps.{step}", f"{code} is not an item"


def _scale(instrument: Instrument, scale: Scale, key: str) -> Found:
    yield from _closed_items(instrument, scale.items, f"{key}.items")
    for code in scale.reverse:
        if code not in scale.items:
            yield f"{key}.reverse", f"{code} is not in the scale"
    if scale.min_answered > len(scale.items):
        yield f"{key}.min_answered", f"{scale.min_answered} is more than its {len(scale.items)} items"
    known = [instrument.items[code] for code in scale.items if code in instrument.items]
    if any(item.directed for item in known) and not scale.directed:
        yield f"{key}.directed", "the scale holds a directed item, so it is directed (I-16)"
    levels = {instrument.anchors[item.anchors] for item in known if item.anchors and item.anchors in instrument.anchors}
    if len(levels) > 1:
        yield f"{key}.items", f"are answered on {' and '.join(str(n) for n in sorted(levels))} levels"
    for name, forms in (("forms", scale.forms or ()), ("headline_forms", scale.headline_forms)):
        for form in forms:
            if form not in instrument.forms:
                yield f"{key}.{name}", f"{form} is not a form"
            elif not set(scale.items) <= set(instrument.forms[form].items):
                yield f"{key}.{name}", f"form {form} lacks items of the scale"


def _closed_items(instrument: Instrument, codes: tuple[str, ...], key: str) -> Found:
    if not codes:
        yield key, "is empty"
    for code, times in Counter(codes).items():
        if times > 1:
            yield key, f"{code} is listed {times} times"
        if code not in instrument.items:
            yield key, f"{code} is not an item"
        elif not instrument.items[code].closed:
            yield key, f"{code} is an open item"


def _mirror(instrument: Instrument) -> Found:
    mirror = instrument.mirror
    if mirror is None:
        return
    yield from _closed_items(instrument, mirror.expected, "mirror.expected")
    yield from _closed_items(instrument, mirror.answered, "mirror.answered")
    if len(mirror.expected) != len(mirror.answered):
        yield "mirror.answered", f"has {len(mirror.answered)} items, expected has {len(mirror.expected)}"
    for expected, answered in zip(mirror.expected, mirror.answered, strict=False):
        item = instrument.items.get(expected)
        if item is not None and item.predicts != answered:
            yield "mirror.expected", f"{expected} does not predict {answered}"
    if mirror.min_answered > len(mirror.expected):
        yield "mirror.min_answered", f"{mirror.min_answered} is more than its {len(mirror.expected)} items"


def _forms(instrument: Instrument) -> Found:
    if not instrument.forms:
        yield "forms", "an instrument has one form or more"
    for form in instrument.forms.values():
        key = f"forms.{form.id}.parts"
        if not form.parts or not all(form.parts):
            yield key, "a form has parts, and a part has items"
        for code, times in Counter(form.items).items():
            if code not in instrument.items:
                yield key, f"{code} is not an item"
            if times > 1:
                yield key, f"{code} is listed {times} times"
        known = [instrument.items[code] for code in form.items if code in instrument.items]
        for item in known:
            base = item.predicts or item.rates_self_of
            if base is not None and base not in form.items:
                yield key, f"{item.code} is asked without its base {base}"
        if sum(not item.closed for item in known) > MAX_OPEN:
            yield key, f"has more than {MAX_OPEN} open items: a ballot has no room for them (A-05)"
    asked = {code for form in instrument.forms.values() for code in form.items}
    for code in instrument.items:
        if code not in asked:
            yield f"items.{code}", "is in no form"
