"""Builds histograms and releases for the tests of scoring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import scipy.special  # noqa: F401  # its import would count against the deadline of the first example
from hypothesis import strategies as st

from assess.disclosure.policy import Policy
from assess.disclosure.registry import registered
from assess.disclosure.release import Released, release
from assess.disclosure.table import BLANK, ResponseTable
from assess.instruments.model import Composite, Form, Instrument, Item, ItemType, Mirror, Scale, Side
from assess.scoring.histogram import Histogram, histogram

SIDES = ("east", "west")


def codes(*values: int, levels: int = 5) -> Histogram:
    """Return the histogram of raw codes 1..L on one item."""
    return histogram(np.array(values, dtype=np.int64), zero=1, span=levels - 1, step=1)


def counts(*people: int) -> Histogram:
    """Return the histogram of an item from the persons at levels 1..L."""
    return codes(*(level for level, n in enumerate(people, 1) for _ in range(n)), levels=len(people))


def differences(*values: int, levels: int = 5) -> Histogram:
    """Return the histogram of paired differences in raw codes."""
    return histogram(np.array(values, dtype=np.int64), zero=0, span=levels - 1, step=1)


def samples(low: int = 2, high: int = 8, levels: int = 5) -> st.SearchStrategy[list[int]]:
    """Draw the raw codes of one side."""
    return st.lists(st.integers(1, levels), min_size=low, max_size=high)


ITEMS = {
    "V1": ItemType.OWN_VIEW,
    "V2": ItemType.OWN_VIEW,
    "V3": ItemType.OWN_VIEW,
    "V4": ItemType.OWN_VIEW,
    "O1": ItemType.OTHER_RATING,
    "O2": ItemType.OTHER_RATING,
    "O3": ItemType.OTHER_RATING,
    "O4": ItemType.OTHER_RATING,
    "D1": ItemType.OTHER_RATING,
    "D2": ItemType.OTHER_RATING,
    "X1": ItemType.OWN_SITUATION,
    "F1": ItemType.FACT,
    "S1": ItemType.SELF_RATING,
    "P1": ItemType.PREDICTION,
}


def instrument() -> Instrument:
    """Return an instrument with every kind of subject: scales with a reversed item, directed ones, twins, facts."""
    extra: Mapping[str, Mapping[str, object]] = {
        "D1": {"directed": True, "by_side": True},
        "S1": {"rates_self_of": "O1"},
        "P1": {"predicts": "V1"},
    }
    return Instrument(
        id="probe",
        version="1.0.0",
        status="unvalidated",
        sides=(Side(letter="E", code="east"), Side(letter="W", code="west")),
        anchors={"AGREE": 5},
        items={
            code: Item.model_validate({"code": code, "type": type_, "anchors": "AGREE", **extra.get(code, {})})
            for code, type_ in ITEMS.items()
        },
        scales={
            "VIEW": Scale(id="VIEW", items=("V1", "V2", "V3", "V4"), reverse=("V4",), min_answered=2, headline=True),
            "RATE": Scale(id="RATE", items=("O1", "O2", "O3", "O4"), min_answered=2, headline=True, high="bad"),
            "MIX": Scale(
                id="MIX", items=("V1", "O1", "O2", "X1"), min_answered=2, headline_forms=("brief",), rho=0.6, margin=11
            ),
            "EXCH": Scale(id="EXCH", items=("D1", "D2", "O4", "X1"), min_answered=2, directed=True),
        },
        composites={"HEALTH": Composite(id="HEALTH", plus=("VIEW",), minus=("RATE",))},
        mirror=Mirror(expected=("P1",), answered=("V1",), min_answered=1),
        forms={
            "full": Form(id="full", parts=(tuple(ITEMS),)),
            "brief": Form(id="brief", parts=(("V1", "O1", "O2", "X1"),)),
        },
        texts={},
    )


def released(
    rows: Mapping[str, Sequence[Mapping[str, int]]],
    *,
    form: str = "full",
    invited: Mapping[str, int] | None = None,
    policy: Policy | None = None,
    asked: Instrument | None = None,
) -> Released:
    """Return a release of rows {item: code} by side, items left out blank; as public data unless a policy is given."""
    asked = asked or instrument()
    items = asked.closed(form)
    people = [(number, row) for number, side in enumerate(rows) for row in rows[side]]
    table = ResponseTable(
        sides=tuple(rows),
        items=items,
        levels=tuple(asked.levels(item) for item in items),
        side=np.array([number for number, _ in people], dtype=np.int8),
        answers=np.array([[row.get(item, BLANK) for item in items] for _, row in people], dtype=np.int8),
        invited=invited,
    )
    found = release(table, policy or Policy.public_data(), registered(asked, form))
    assert isinstance(found, Released)
    return found


def people(generator: np.random.Generator, n: int, *, shift: float = 0.0, form: str = "full") -> list[dict[str, int]]:
    """Draw n complete rows of correlated answers, `shift` levels up."""
    items = instrument().closed(form)
    latent = generator.normal(size=(n, 1)) * 0.6 + generator.normal(size=(n, len(items))) * 0.8 + 3 + shift
    answers = np.clip(np.round(latent), 1, 5).astype(int)
    return [dict(zip(items, map(int, row), strict=True)) for row in answers]
