"""Clients who are invented, four waves each, with people who stay, join and leave; and their reports by the real path.

Belongs here: rosters, answers, and what assess would print of them with the gate and without. Does not: attacking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from assess import publish
from assess.advice.model import Records
from assess.disclosure.movement import Movement
from assess.disclosure.policy import Policy
from assess.disclosure.registry import Registered, registered
from assess.disclosure.release import Withheld, release
from assess.disclosure.table import BLANK, ResponseTable
from assess.instruments.load import shipped
from assess.instruments.model import Instrument
from assess.reports import compose
from assess.reports.audited import Opened, history
from assess.reports.context import Context, WaveDays
from assess.reports.earlier import earlier_waves
from assess.reports.facts import Client, Facts, SideFacts
from assess.scoring.estimate import estimates

SIDES = ("sales", "marketing")
WAVES = 4
FORM = "pulse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One wave: its report, who was on the roster and who answered, by side, and what they answered."""

    number: int
    facts: Facts
    roster: Mapping[str, frozenset[int]]
    answered: Mapping[str, frozenset[int]]
    movement: Mapping[str, Movement] | None


def instrument() -> Instrument:
    return shipped("sales-marketing")


def shells(form: str = FORM) -> tuple[Registered, ...]:
    return registered(instrument(), form)


def client(generator: np.random.Generator, *, gate: bool, form: str = FORM) -> list[Told]:
    """Return the four reports of one client; the same generator state makes the same people with and without a gate."""
    asked, items = instrument(), instrument().closed(form)
    roster = {side: set(range(size)) for side, size in zip(SIDES, generator.integers(6, 16, 2).tolist(), strict=True)}
    leaning: dict[tuple[str, int], float] = {}
    hired = 100
    told: list[Told] = []
    for number in range(1, WAVES + 1):
        movement: dict[str, Movement] | None = None
        if number > 1:
            movement = {}
            for side in SIDES:
                left = set(generator.permutation(sorted(roster[side]))[: generator.integers(0, 4)].tolist())
                came = set(range(hired, hired + int(generator.integers(0, 5))))
                hired += len(came)
                stayed = roster[side] - left
                movement[side] = Movement(stayers=len(stayed), joiners=len(came), leavers=len(left))
                roster[side] = stayed | came
        rows, answered = [], {}
        for place, side in enumerate(SIDES):
            kept = sorted(roster[side])
            spoke = [person for person in kept if generator.random() < 0.9]
            answered[side] = frozenset(spoke)
            for person in spoke:
                lean = leaning.setdefault((side, person), float(generator.normal(3.2, 0.9)))
                codes = np.clip(np.rint(generator.normal(lean, 0.9, len(items))), 1, 5).astype(np.int8)
                codes[generator.random(len(items)) < 0.03] = BLANK
                rows.append((place, codes))
        table = ResponseTable(
            sides=SIDES,
            items=items,
            levels=tuple(asked.levels(item) for item in items),
            side=np.array([place for place, _ in rows], dtype=np.int8),
            answers=np.array([codes for _, codes in rows], dtype=np.int8).reshape(len(rows), len(items)),
            invited={side: len(roster[side]) for side in SIDES},
        )
        facts = report(table, number, told, movement, gate=gate, form=form)
        kept_roster = {side: frozenset(people) for side, people in roster.items()}
        told.append(Told(number=number, facts=facts, roster=kept_roster, answered=answered, movement=movement))
    return told


def report(
    table: ResponseTable,
    number: int,
    before: list[Told],
    movement: Mapping[str, Movement] | None,
    *,
    gate: bool = True,
    form: str = FORM,
) -> Facts:
    """Return what assess prints of a table after the reports before it; without a gate, what it would have printed."""
    opened = [Opened(number=each.number, facts=each.facts, movement=each.movement) for each in before]
    held = history(opened, shells(form), movement=movement)
    context = context_of(number, tuple(each.facts for each in before), form)
    return publish.audited_facts(table, context, Records(), held) if gate else ungated(table, context)


def ungated(table: ResponseTable, context: Context) -> Facts:
    """Return what would be printed if all that has its floor passed: the planted weakness."""
    released = release(table, context.policy, shells(context.form))
    if isinstance(released, Withheld):
        return compose.facts(None, None, context=context)
    found = estimates(
        released,
        context.instrument,
        context.form,
        number=context.wave.number,
        scale_hashes=context.scale_hashes(),
        earlier=earlier_waves(context.earlier),
    )
    return compose.facts(found, None, context=context)


def context_of(number: int, earlier: tuple[Facts, ...], form: str = FORM) -> Context:
    asked = instrument()
    named = {"en": "Team", "fr-CA": "Équipe"}
    sides = tuple(SideFacts(code=side.code, letter=side.letter, label=named, short=named) for side in asked.sides)
    return Context(
        instrument=asked,
        form=form,
        client=Client(name="Client", sides=sides, zone="UTC", country="CA"),
        wave=WaveDays(number=number, label=f"Q{number}", released_on=date(2030, 1, 1)),
        policy=Policy(),
        key_mode="service",
        operator="Firm",
        prereg=f"{number:064x}",
        release_sha256="",
        seed=1,
        versions={},
        paper="letter",
        earlier=earlier,
    )
