"""The registered figures of both forms of the shipped instrument (A-15, I-11 to I-15)."""

from __future__ import annotations

import pytest
from disclosure_builders import instrument

from assess.disclosure.registry import Kind, Part, registered
from assess.instruments.model import FloorClass

CORE_ITEMS = [
    "AL1",
    "AL2",
    "AL3",
    "AL4",
    "AL5",
    "TR1",
    "TR2",
    "TR3",
    "TR4",
    "CO1",
    "CO2",
    "CO3",
    "CO4",
    "FR1",
    "FR2",
    "FR3",
    "FR4",
    "EN1",
    "EN2",
    "EN3",
    "EN4",
    "EN5",
    "OU1",
    "TR2s",
    "CO4s",
    "AL1m",
    "AL3m",
    "AL5m",
    "TR2m",
    "CO4m",
]
PULSE_ITEMS = ["AL1", "AL3", "TR2", "TR3", "CO4", "FR1", "FR2", "EN1", "OU1", "AL1m"]


def ids(form: str, kind: Kind) -> list[str]:
    return [subject.subject for subject in registered(instrument(), form) if subject.kind is kind]


def test_the_core_registers_health_scales_items_and_mirror() -> None:
    """A-15: composites, scales, items, mirror, in this order; nothing twice."""
    found = registered(instrument(), "core")
    assert ids("core", Kind.COMPOSITE) == ["H"]
    assert ids("core", Kind.SCALE) == ["ALN", "TRU", "FRI", "EXC", "PUL"]
    assert ids("core", Kind.ITEM) == CORE_ITEMS
    assert ids("core", Kind.MIRROR_TOPIC) == ["AL1", "AL3", "AL5", "TR2", "CO4"]
    assert ids("core", Kind.MIRROR_SCALE) == ["MIR"]
    assert len({subject.id for subject in found}) == len(found)
    assert [subject.kind for subject in found] == sorted(
        (s.kind for s in found),
        key=list(dict.fromkeys([Kind.COMPOSITE, Kind.SCALE, Kind.ITEM, Kind.MIRROR_TOPIC, Kind.MIRROR_SCALE])).index,
    )


def test_the_pulse_registers_the_pulse_index_its_items_and_one_topic() -> None:
    """I-10, I-24: pulse and core share items and PUL only."""
    assert ids("pulse", Kind.COMPOSITE) == []
    assert ids("pulse", Kind.SCALE) == ["PUL"]
    assert ids("pulse", Kind.ITEM) == PULSE_ITEMS
    assert ids("pulse", Kind.MIRROR_TOPIC) == ["AL1"]
    assert ids("pulse", Kind.MIRROR_SCALE) == []


def test_a_scale_of_three_items_meets_the_floor_of_items() -> None:
    """I-13: floor class "scale" needs k >= 4."""
    classes = {subject.id: subject.floor_class for subject in registered(instrument(), "core")}
    assert classes["scale.EXC"] is FloorClass.ITEM
    assert {classes[f"scale.{scale}"] for scale in ("ALN", "TRU", "FRI", "PUL")} == {FloorClass.SCALE}
    assert classes["composite.H"] is classes["mirror_scale.MIR"] is FloorClass.SCALE
    assert {classes[f"item.{item}"] for item in CORE_ITEMS} == {FloorClass.ITEM}
    assert classes["mirror.AL1"] is FloorClass.ITEM


def parts(form: str, subject_id: str) -> tuple[Part, ...]:
    return next(subject.parts for subject in registered(instrument(), form) if subject.id == subject_id)


def one(*codes: str) -> tuple[Part, ...]:
    return tuple(Part(items=(code,), min_answered=1) for code in codes)


@pytest.mark.parametrize(
    ("form", "subject", "wanted"),
    [
        ("core", "item.AL1", one("AL1", "AL1m")),
        ("core", "item.TR2", one("TR2", "TR2s", "TR2m")),
        ("core", "item.CO4", one("CO4", "CO4s", "CO4m")),
        ("core", "mirror.CO4", one("CO4", "CO4s", "CO4m")),
        ("core", "item.TR2s", one("TR2s")),
        ("core", "item.AL2", one("AL2")),
        ("pulse", "item.TR2", one("TR2")),
        ("pulse", "mirror.AL1", one("AL1", "AL1m")),
        ("core", "scale.ALN", (Part(items=("AL1", "AL2", "AL3", "AL4", "AL5"), min_answered=3, reverse=("AL4",)),)),
    ],
)
def test_an_item_with_twins_needs_them_all(form: str, subject: str, wanted: tuple[Part, ...]) -> None:
    """S-33: the persons complete on the item and its twins, as the form asks them."""
    assert sorted(parts(form, subject), key=lambda p: p.items) == sorted(wanted, key=lambda p: p.items)
    assert parts(form, subject)[0] == wanted[0]


def test_health_needs_the_minimum_of_each_scale() -> None:
    """I-11: H has k 13 in three parts."""
    found = parts("core", "composite.H")
    assert [len(part.items) for part in found] == [5, 4, 4]
    assert [part.min_answered for part in found] == [3, 2, 2]


def test_the_mirror_scale_needs_both_its_halves() -> None:
    """I-14: at least three of five expected, and three of five answered."""
    assert parts("core", "mirror_scale.MIR") == (
        Part(items=("AL1m", "AL3m", "AL5m", "TR2m", "CO4m"), min_answered=3),
        Part(items=("AL1", "AL3", "AL5", "TR2", "CO4"), min_answered=3),
    )
