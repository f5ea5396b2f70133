"""Step 3: floors on both sides or neither, precision classes, and that nothing else builds a release."""

from __future__ import annotations

import ast
import copy
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path

import numpy as np
import pytest
from disclosure_builders import disclosed, instrument, row, table
from hypothesis import given
from hypothesis import strategies as st

from assess.disclosure.policy import Policy, Precision
from assess.disclosure.registry import Kind, registered
from assess.disclosure.release import Released, ReleasedSubject, ReleaseError, Withheld, persons, release
from assess.disclosure.table import ResponseTable
from assess.instruments.model import FloorClass

ASSESS = Path(__file__).parents[3] / "assess"


def passed(found: Released | Withheld) -> Released:
    assert isinstance(found, Released)
    return found


def full(sales: int, marketing: int) -> dict[str, list[dict[str, int]]]:
    return {"sales": [row()] * sales, "marketing": [row()] * marketing}


@pytest.mark.parametrize(("sales", "marketing"), [(4, 30), (30, 4), (0, 30), (4, 4), (0, 0)])
def test_a_side_below_the_floor_withholds_the_whole_wave(sales: int, marketing: int) -> None:
    """A-11: one side under, and no side, gap or company figure exists."""
    assert disclosed(full(sales, marketing)) == Withheld()


def test_withheld_carries_nothing_and_says_nothing() -> None:
    """R-4: no number, no n, no side, no cause."""
    assert fields(Withheld) == ()
    assert disclosed(full(4, 30)) == disclosed(full(30, 4)) == Withheld()
    assert repr(Withheld()) == "Withheld()"
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        Withheld().reason = "small"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("smaller", "scale", "item"),
    [
        (5, Precision.COARSE_SCALE, None),
        (9, Precision.COARSE_SCALE, None),
        (10, Precision.FULL, Precision.COARSE_ITEM),
        (29, Precision.FULL, Precision.COARSE_ITEM),
        (30, Precision.FULL, Precision.FULL),
    ],
)
def test_precision_goes_by_the_smaller_side(smaller: int, scale: Precision, item: Precision | None) -> None:
    """A-12: the class is that of the smaller side, whichever it is; EXC, with three items, is of class item (I-13)."""
    for rows in (full(smaller, 40), full(40, smaller)):
        found = passed(disclosed(rows))
        wanted = {FloorClass.SCALE: scale, FloorClass.ITEM: item}
        classes = {subject.registered.id: subject.precision for subject in found.subjects}
        for subject in registered(instrument(), "core"):
            assert classes.get(subject.id) is wanted[subject.floor_class], subject.id
        assert {*classes, *found.withheld} == {subject.id for subject in registered(instrument(), "core")}


def test_the_fewest_of_many_sides_decide() -> None:
    """A-11: one of 300 sides is short of one figure, and no side has it; short of ballots, and nothing is released."""
    asked, items = instrument(), instrument().closed("core")
    side = np.repeat(np.arange(300, dtype=np.int16), 10)
    answers = np.full((len(side), len(items)), 3, dtype=np.int8)
    answers[side == 257, items.index("AL2")] = np.int8(0)

    def released(rows: slice) -> Released | Withheld:
        many = ResponseTable(
            sides=tuple(f"s{number}" for number in range(300)),
            items=items,
            levels=tuple(asked.levels(item) for item in items),
            side=side[rows],
            answers=answers[rows],
        )
        return release(many, Policy(), registered(asked, "core"))

    found = passed(released(slice(None)))
    assert found.find("item.AL2") == Withheld()
    assert not isinstance(found.find("item.AL4"), Withheld)
    assert released(slice(6, None)) == Withheld()


@pytest.mark.parametrize("short", ["sales", "marketing"])
def test_a_figure_short_on_one_side_is_withheld_on_both(short: str) -> None:
    """A-11: 11 ballots a side, but one side answered an item nine times; which side cannot be told."""
    rows = full(11, 11)
    rows[short] = [*[row()] * 9, row(FR3=0), row(FR3=-1)]
    found = passed(disclosed(rows))
    assert found.find("item.FR3") == Withheld()
    assert not isinstance(found.find("scale.FRI"), Withheld)
    assert found.withheld == ("item.FR3",)


def test_an_item_with_a_twin_counts_the_persons_complete_on_both() -> None:
    """S-33: the released population of AL1 is that of its mirror, so that no two printed numbers differ by a person."""
    rows = full(12, 12)
    rows["sales"] = [*[row()] * 9, *[row(AL1m=0)] * 3]
    found = passed(disclosed(rows))
    assert found.find("item.AL1") == found.find("mirror.AL1") == Withheld()
    assert not isinstance(found.find("item.AL2"), Withheld)
    subject = next(s for s in registered(instrument(), "core") if s.id == "item.AL1")
    assert int(persons(found.table, subject).sum()) == 21


def test_a_composite_counts_only_who_has_every_part() -> None:
    """S-08: H needs the three scales of one person."""
    rows = full(6, 6)
    rows["marketing"] = [*[row()] * 4, *[row(FR1=0, FR2=0, FR3=0)] * 2]
    found = passed(disclosed(rows))
    assert {"composite.H", "scale.FRI"} <= set(found.withheld)
    assert not isinstance(found.find("scale.ALN"), Withheld)


def test_don_t_know_and_blank_never_count_as_answers() -> None:
    """S-07."""
    rows = full(10, 10)
    rows["sales"][0] = row(CO3=0)
    assert passed(disclosed(rows)).find("item.CO3") == Withheld()
    rows["sales"][0] = row(CO3=-1)
    assert passed(disclosed(rows)).find("item.CO3") == Withheld()


def test_the_gate_can_withhold_a_registered_figure_only() -> None:
    shells = registered(instrument(), "core")
    found = passed(release(table(full(40, 40)), Policy(), shells, frozenset({"scale.TRU"})))
    assert found.withheld == ("scale.TRU",)
    assert found.find("scale.TRU") == Withheld()
    with pytest.raises(ValueError, match=r"not registered, so not to be withheld or coarsened: scale\.TRUST"):
        release(table(full(40, 40)), Policy(), shells, frozenset({"scale.TRUST"}))


def test_a_figure_that_was_not_registered_does_not_exist() -> None:
    """A-15: registered figures only."""
    with pytest.raises(KeyError, match=r"item\.ZZ9 is not a registered figure"):
        passed(disclosed(full(10, 10))).find("item.ZZ9")


def test_raised_floors_withhold_more() -> None:
    """A-11: raise-only."""
    policy = Policy(floor_scale=8, floor_item=15, floor_comments=12)
    assert disclosed(full(7, 40), policy=policy) == Withheld()
    found = passed(disclosed(full(12, 40), policy=policy))
    assert found.find("item.FR1") == Withheld()
    assert not isinstance(found.find("scale.FRI"), Withheld)


@given(st.integers(0, 14), st.integers(0, 14), st.integers(0, 14), st.integers(0, 14))
def test_nothing_released_ever_rests_on_fewer_than_its_floor(sales: int, marketing: int, blank: int, dk: int) -> None:
    """A-11, as a property: whoever answered what."""
    rows = full(sales, marketing)
    rows["sales"][:blank] = [row(TR1=-1, TR2=-1, TR3=-1)] * min(blank, sales)
    rows["marketing"][:dk] = [row(AL1=0, AL2=0, AL3=0, CO4=0)] * min(dk, marketing)
    found = disclosed(rows)
    if min(sales, marketing) < 5:
        assert found == Withheld()
        return
    for subject in passed(found).subjects:
        valid = persons(found.table, subject.registered)
        smaller = min(int((valid & (found.table.side == side)).sum()) for side in (0, 1))
        assert smaller >= (5 if subject.registered.floor_class is FloorClass.SCALE else 10)


def test_nobody_else_builds_a_release() -> None:
    """Design, section 2: only `release` can, at run time too; copying one with other parts is building one."""
    found = passed(disclosed(full(10, 10)))
    subject = found.subjects[0]
    for build in (
        lambda: Released(table=found.table, policy=found.policy, subjects=(), withheld=(), seal=object()),
        lambda: Released(table=found.table, policy=found.policy, subjects=(), withheld=(), seal=None),
        lambda: ReleasedSubject(registered=subject.registered, precision=Precision.FULL, seal=object()),
        lambda: ReleasedSubject(registered=subject.registered, precision=Precision.FULL, seal=None),
    ):
        with pytest.raises(ReleaseError, match=r"only disclosure\.release builds a Released"):
            build()
    for again in (lambda: replace(found, withheld=()), lambda: replace(subject, precision=Precision.FULL)):
        with pytest.raises((ReleaseError, ValueError, TypeError)):
            again()
    assert not hasattr(found, "seal")
    assert not hasattr(subject, "seal")
    assert copy.copy(found).subjects == found.subjects


def test_a_release_cannot_be_changed() -> None:
    found = passed(disclosed(full(10, 10)))
    with pytest.raises(FrozenInstanceError):
        found.withheld = ()  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        found.table.answers[0, 0] = 1


def test_public_data_has_no_floors() -> None:
    """Design, section 2: reference data and fixtures, which anybody may read row by row."""
    found = passed(disclosed(full(1, 1), policy=Policy.public_data()))
    assert found.withheld == ()
    assert {subject.precision for subject in found.subjects} == {Precision.FULL}


@pytest.mark.parametrize("room", ["publish.py", "web", "jobs", "cli"])
def test_no_room_that_publishes_names_public_data(room: str) -> None:
    """Design, section 2: `Policy.public_data()` is for witnesses and fixtures only."""
    path = ASSESS / room
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))
    assert files
    for file in files:
        assert not named_public(file.read_text(encoding="utf-8")), file


def test_naming_public_data_would_be_seen() -> None:
    """The planted weakness of the test above."""
    assert named_public("Policy.public_data()")
    assert named_public("Policy(public=True)")
    assert not named_public("Policy(floor_item=12)")


def named_public(source: str) -> bool:
    return any(
        (isinstance(node, ast.Attribute) and node.attr == "public_data")
        or (isinstance(node, ast.Name) and node.id == "public_data")
        or (isinstance(node, ast.Call) and any(word.arg == "public" for word in node.keywords))
        for node in ast.walk(ast.parse(source))
    )


def test_every_kind_is_released_when_everybody_answers() -> None:
    found = passed(disclosed(full(10, 10)))
    assert {subject.registered.kind for subject in found.subjects} == set(Kind)


def test_the_gate_can_let_a_figure_out_more_coarsely_only() -> None:
    """A-13 R3, R5: the class of the gate in place of that by the smaller side; a misspelt id is refused."""
    shells = registered(instrument(), "core")
    found = passed(release(table(full(40, 40)), Policy(), shells, coarsen={"scale.TRU": Precision.FIVES}))
    subject = found.find("scale.TRU")
    assert isinstance(subject, ReleasedSubject)
    assert subject.precision is Precision.FIVES
    with pytest.raises(ValueError, match=r"withheld or coarsened: scale\.TRUST"):
        release(table(full(40, 40)), Policy(), shells, coarsen={"scale.TRUST": Precision.FIVES})
    under = passed(release(table(full(9, 40)), Policy(), shells, coarsen={"item.AL1": Precision.BARE_ITEM}))
    assert under.find("item.AL1") == Withheld()
