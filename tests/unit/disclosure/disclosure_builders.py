"""Builds response tables of the shipped instrument for the tests of disclosure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from assess.disclosure.policy import Policy
from assess.disclosure.registry import registered
from assess.disclosure.release import Released, Withheld, release
from assess.disclosure.table import BLANK, ResponseTable
from assess.instruments.load import shipped
from assess.instruments.model import Instrument

SIDES = ("sales", "marketing")


def instrument() -> Instrument:
    return shipped("sales-marketing")


def row(code: int = 3, *, form: str = "core", **answers: int) -> dict[str, int]:
    """Return one ballot with `code` everywhere but where `answers` says otherwise."""
    return {**dict.fromkeys(instrument().closed(form), code), **answers}


def table(
    rows: Mapping[str, Sequence[Mapping[str, int]]],
    *,
    form: str = "core",
    invited: Mapping[str, int] | None = None,
) -> ResponseTable:
    asked = instrument()
    items = asked.closed(form)
    people = [(number, each) for number, side in enumerate(SIDES) for each in rows.get(side, ())]
    return ResponseTable(
        sides=SIDES,
        items=items,
        levels=tuple(asked.levels(item) for item in items),
        side=np.array([number for number, _ in people], dtype=np.int8),
        answers=np.array([[each.get(item, BLANK) for item in items] for _, each in people], dtype=np.int8).reshape(
            len(people), len(items)
        ),
        invited=invited,
    )


def disclosed(
    rows: Mapping[str, Sequence[Mapping[str, int]]], *, form: str = "core", policy: Policy | None = None
) -> Released | Withheld:
    return release(table(rows, form=form), policy or Policy(), registered(instrument(), form))
