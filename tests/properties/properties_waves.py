"""Small random waves, scored by the whole engine: what the properties of S-54 are stated about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.special  # noqa: F401  # its import would count against the first example
from hypothesis import strategies as st

from assess.disclosure.policy import Policy
from assess.disclosure.registry import registered
from assess.disclosure.release import Released, release
from assess.disclosure.table import BLANK, ResponseTable
from assess.instruments.model import Composite, Form, Instrument, Item, ItemType, Mirror, Scale, Side
from assess.scoring.estimate import estimates
from assess.scoring.wave import Estimates

FORM = "full"
SIDES = ("east", "west", "north")
LEVELS = 5

ITEMS: Mapping[str, Mapping[str, str]] = {
    "V1": {"type": ItemType.OWN_VIEW},
    "V2": {"type": ItemType.OWN_VIEW},
    "V3": {"type": ItemType.OWN_VIEW},
    "O1": {"type": ItemType.OTHER_RATING},
    "O2": {"type": ItemType.OTHER_RATING},
    "O3": {"type": ItemType.OTHER_RATING},
    "X1": {"type": ItemType.OWN_SITUATION},
    "F1": {"type": ItemType.FACT},
    "P1": {"type": ItemType.PREDICTION, "predicts": "V1"},
    "S1": {"type": ItemType.SELF_RATING, "rates_self_of": "O1"},
}
"""An item of every type, V1 with its prediction and O1 with its self-rating."""

CODES = (1, 5, 3, 2, 4, 0, BLANK)
"""What a random byte stands for: every answer, "don't know", nothing."""

Row = tuple[int, ...]
Rows = tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Rows of answers in the order of `ITEMS`, by side in declared order; head counts if they are known."""

    rows: Mapping[str, Rows]
    invited: Mapping[str, int] | None = None

    def changed(self, change: Callable[[Row], Row]) -> Wave:
        """Return the wave with every person's row changed."""
        return replace(self, rows={side: tuple(map(change, rows)) for side, rows in self.rows.items()})

    def with_people(self, more: Mapping[str, Sequence[Row]]) -> Wave:
        """Return the wave with further people."""
        return replace(self, rows={side: (*rows, *more.get(side, ())) for side, rows in self.rows.items()})


Engine = Callable[[Wave, Instrument], Estimates]
"""What the properties are about: `scored`, or a planted one."""


def instrument(*, levels: int = LEVELS, reverse: Sequence[str] = ("V3",)) -> Instrument:
    """Scales of three items and of one, a composite that takes one of them away, a topic, a mirror scale."""
    scales = {
        "VIEW": Scale(id="VIEW", items=("V1", "V2", "V3"), min_answered=2, headline=True),
        "RATE": Scale(id="RATE", items=("O1", "O2", "O3"), min_answered=2, headline=True, high="bad"),
        "ONE": Scale(id="ONE", items=("X1",), min_answered=1, headline=True),
        "MIX": Scale(id="MIX", items=("V1", "O2", "X1"), min_answered=2, rho=0.6, margin=25),
    }
    return Instrument(
        id="probe",
        version="1.0.0",
        status="unvalidated",
        sides=tuple(Side(letter=code[0].upper(), code=code) for code in SIDES),
        anchors={"AGREE": levels},
        items={code: Item.model_validate({"code": code, "anchors": "AGREE", **given}) for code, given in ITEMS.items()},
        scales={
            name: scale.model_copy(update={"reverse": tuple(item for item in scale.items if item in reverse)})
            for name, scale in scales.items()
        },
        composites={"HEALTH": Composite(id="HEALTH", plus=("VIEW",), minus=("RATE",))},
        mirror=Mirror(expected=("P1",), answered=("V1",), min_answered=1),
        forms={FORM: Form(id=FORM, parts=(tuple(ITEMS),))},
        texts={},
    )


ASKED = instrument()


def released(wave: Wave, asked: Instrument = ASKED) -> Released:
    """Release a wave as public data: no floor but one ballot a side."""
    sides = tuple(wave.rows)
    table = ResponseTable(
        sides=sides,
        items=tuple(ITEMS),
        levels=tuple(asked.levels(item) for item in ITEMS),
        side=np.repeat(np.arange(len(sides), dtype=np.int8), [len(rows) for rows in wave.rows.values()]),
        answers=np.array([row for rows in wave.rows.values() for row in rows], dtype=np.int8),
        invited=wave.invited,
    )
    found = release(table, Policy.public_data(), registered(asked, FORM))
    assert isinstance(found, Released)
    return found


def scored(wave: Wave, asked: Instrument = ASKED) -> Estimates:
    """The whole engine."""
    return estimates(released(wave, asked), asked, FORM)


def of_items(change: Callable[[int], int], items: Sequence[str] = tuple(ITEMS)) -> Callable[[Row], Row]:
    """Return what changes the answers 1..L of these items in a row, and nothing else."""
    at = [item in items for item in ITEMS]
    return lambda row: tuple(change(code) if here and code >= 1 else code for code, here in zip(row, at, strict=True))


def turned(code: int) -> int:
    return LEVELS + 1 - code


# Drawn waves. One byte an answer makes a row one draw; the shortest failing wave is of people who all answer 1.

row = st.binary(min_size=len(ITEMS), max_size=len(ITEMS)).map(lambda drawn: tuple(CODES[byte % 7] for byte in drawn))


def people(low: int = 1, high: int = 7) -> st.SearchStrategy[Rows]:
    """Draw a side: people who differ, or who all answer alike."""
    alike = st.builds(lambda one, n: (one,) * n, row, st.integers(low, high))
    return st.one_of(st.lists(row, min_size=low, max_size=high).map(tuple), alike)


@st.composite
def waves(draw: st.DrawFn, *, sides: Sequence[int] = (2, 3), low: int = 1, head_counts: bool = True) -> Wave:
    """Draw a wave of two or three sides, with or without head counts."""
    rows = {side: draw(people(low)) for side in SIDES[: draw(st.sampled_from(sides))]}
    if not head_counts or not draw(st.booleans()):
        return Wave(rows=rows)
    return Wave(rows=rows, invited={side: len(held) + draw(st.integers(0, 9)) for side, held in rows.items()})
