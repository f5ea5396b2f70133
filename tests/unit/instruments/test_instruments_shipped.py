"""What `sales-marketing` holds, as instrument.md says it; its words are held by LOCK.toml (I-8, I-25)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assess.instruments import lint
from assess.instruments.load import read, shipped
from assess.instruments.model import FloorClass, Instrument, ItemType

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def sm() -> Instrument:
    return shipped("sales-marketing")


@pytest.mark.parametrize("folder", ["instruments/sales-marketing", "tests/instruments/leadership"])
def test_the_instruments_of_the_project_have_no_fault(folder: str) -> None:
    """I-26."""
    assert lint.problems(REPOSITORY / folder) == ()


def test_the_folder_for_public_data_has_two_headline_scales_and_no_published_wording() -> None:
    """I-27, U-120: eleven and three statements on five levels, two sides, one form."""
    leadership = read(REPOSITORY / "tests" / "instruments" / "leadership")
    assert [(x.id, len(x.items), x.min_answered, x.headline) for x in leadership.scales.values()] == [
        ("LEAD", 11, 6, True),
        ("TSIG", 3, 2, True),
    ]
    assert [side.code for side in leadership.sides] == ["x", "y"]
    assert list(leadership.forms) == ["core"]
    assert (leadership.mirror, leadership.composites) == (None, {})
    for locale, pattern in (
        ("en", r"(Leadership|Task) statement \d+"),
        ("fr-CA", r"Énoncé sur (le leadership|les tâches) \d+"),
    ):
        assert all(re.fullmatch(pattern, str(words.text)) for words in leadership.texts[locale].items.values())


def test_forms_hold_the_items_of_the_specification_in_order(sm: Instrument) -> None:
    """I-10."""
    core = "AL1 AL2 AL3 AL4 AL5|TR1 TR2 TR3 TR4|CO1 CO2 CO3 CO4|FR1 FR2 FR3 FR4|EN1 EN2 EN3 EN4 EN5 OU1|TR2s CO4s|"
    core += "AL1m AL3m AL5m TR2m CO4m|OQ1 OQ2"
    pulse = "AL1 AL3 TR2 TR3 CO4|FR1 FR2 EN1 OU1|AL1m"
    for form, parts in (("core", core), ("pulse", pulse)):
        assert sm.forms[form].parts == tuple(tuple(part.split()) for part in parts.split("|"))
    assert (len(sm.closed("core")), len(sm.open("core"))) == (30, 2)
    assert (len(sm.closed("pulse")), len(sm.open("pulse"))) == (10, 0)


def test_item_types_are_those_of_the_specification(sm: Instrument) -> None:
    """I-8."""
    types = {
        "V": "AL1 AL2 AL3 AL4 AL5 FR3 EN1 EN3 OU1",
        "O": "TR1 TR2 TR3 TR4 CO2 CO3 CO4 FR1 FR4",
        "F": "CO1 EN5",
        "X": "FR2 EN2 EN4",
        "S": "TR2s CO4s",
        "P": "AL1m AL3m AL5m TR2m CO4m",
        "open": "OQ1 OQ2",
    }
    assert {code: kind for kind, codes in types.items() for code in codes.split()} == {
        code: item.type for code, item in sm.items.items()
    }
    assert [code for code, item in sm.items.items() if item.anchors == "FREQ"] == ["CO1", "EN5"]
    assert [code for code, item in sm.items.items() if item.anchors == "QUAL"] == ["OU1"]


def test_scales_are_keyed_as_specified(sm: Instrument) -> None:
    """I-11, I-13, I-17."""
    expected = {
        "ALN": ("AL1 AL2 AL3 AL4 AL5", "AL4", 3, "good", FloorClass.SCALE),
        "TRU": ("TR1 TR2 TR3 TR4", "", 2, "good", FloorClass.SCALE),
        "FRI": ("FR1 FR2 FR3 FR4", "FR1", 2, "bad", FloorClass.SCALE),
        "EXC": ("CO2 CO3 CO4", "", 2, "good", FloorClass.ITEM),
        "PUL": ("AL1 AL3 TR2 TR3 FR1 FR2", "FR2", 4, "good", FloorClass.SCALE),
    }
    assert expected == {
        x.id: (" ".join(x.items), " ".join(x.reverse), x.min_answered, x.high, x.floor_class)
        for x in sm.scales.values()
    }
    assert {(scale.rho, scale.margin) for scale in sm.scales.values()} == {(0.75, 10.0)}


def test_headline_families_follow_the_form(sm: Instrument) -> None:
    """I-12: in a pulse wave the PUL gap alone."""
    assert sm.headline("core") == ("ALN", "TRU", "FRI")
    assert sm.headline("pulse") == ("PUL",)
    assert [scale.id for scale in sm.scales_of("pulse")] == ["PUL"]


def test_the_composite_and_the_mirror_are_those_of_the_specification(sm: Instrument) -> None:
    """I-11, I-14."""
    assert (sm.composites["H"].plus, sm.composites["H"].minus) == (("ALN", "TRU"), ("FRI",))
    assert sm.mirror is not None
    assert sm.mirror.expected == ("AL1m", "AL3m", "AL5m", "TR2m", "CO4m")
    assert sm.mirror.answered == ("AL1", "AL3", "AL5", "TR2", "CO4")
    assert (sm.mirror.min_answered, sm.mirror.margin) == (3, 10.0)


def test_only_side_specific_content_is_directed(sm: Instrument) -> None:
    """I-16."""
    assert [code for code, item in sm.items.items() if item.directed] == ["CO4", "CO4s", "CO4m"]
    assert [scale.id for scale in sm.scales.values() if scale.directed] == ["EXC"]
    assert [code for code, item in sm.items.items() if item.by_side] == ["CO4"]


def test_items_have_the_margin_and_reliability_of_a_single_item(sm: Instrument) -> None:
    """I-17."""
    assert {(item.margin, item.rho) for item in sm.items.values()} == {(12.5, 0.40)}


def test_steps_of_the_handover_are_those_of_the_specification(sm: Instrument) -> None:
    """I-18."""
    assert sm.steps == {
        "choose": ("AL2",),
        "plan": ("AL1", "AL5"),
        "pass": ("AL3", "EN2"),
        "use": ("CO4", "FR4"),
        "feed_back": ("CO3", "FR1"),
    }


def test_sides_levels_and_twins_are_found_by_code(sm: Instrument) -> None:
    assert [(side.letter, side.code) for side in sm.sides] == [("S", "sales"), ("M", "marketing")]
    assert sm.side("marketing").letter == "M"
    assert sm.other("sales").code == "marketing"
    with pytest.raises(KeyError, match="S is not a side"):
        sm.side("S")
    assert sm.levels("AL1m") == 5
    with pytest.raises(ValueError, match="OQ1 is an open item"):
        sm.levels("OQ1")
    assert sm.twins("TR2", "core") == ("TR2s", "TR2m")
    assert sm.twins("TR2", "pulse") == ()


def test_it_says_that_it_is_not_validated(sm: Instrument) -> None:
    """I-29."""
    assert sm.status == "unvalidated"
    assert sm.texts["en"].unvalidated.startswith(
        "These questions were written for this tool and are not yet validated."
    )
    assert sm.texts["fr-CA"].unvalidated.endswith("une partie des liens entre les scores.")


def test_every_item_is_our_own_wording(sm: Instrument) -> None:
    """I-27."""
    assert {item.wording_origin for item in sm.items.values()} == {"own"}
    asked = [item for item in sm.items.values() if item.type not in (ItemType.OPEN, ItemType.SELF_RATING)]
    assert all(item.inspired_by for item in asked)
