"""Step 5a as a report knows it: everything that facts would print, handed to the gate as plain numbers (A-13).

Belongs here: the client's history as the gate reads it, and one round of the audit. Does not: the rules (disclosure),
the rounds (publish).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from assess.disclosure import gate
from assess.disclosure.gate import Decision
from assess.disclosure.movement import Movement
from assess.disclosure.policy import Precision
from assess.disclosure.registry import Registered, registered
from assess.disclosure.release import Released, persons
from assess.disclosure.told import WaveNumbers
from assess.reports.context import Context
from assess.reports.facts import Facts
from assess.reports.reprint import statements
from assess.reports.told import wave_numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An earlier wave of the client: what it printed, if it did, and who came and went since the wave before."""

    number: int
    facts: Facts | None
    movement: Mapping[str, Movement] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What a wave is held against. `first`: for an erratum, what its first release printed."""

    waves: tuple[WaveNumbers, ...] = ()
    movement: Mapping[str, Movement] | None = None
    first: Facts | None = None


def history(
    earlier: Iterable[Opened],
    shells: tuple[Registered, ...],
    *,
    movement: Mapping[str, Movement] | None,
    first: Facts | None = None,
) -> History:
    """Return the history of a client as numbers; a wave that printed nothing still says who came and went."""
    waves = (
        wave_numbers(each.facts, each.number, shells, movement=each.movement)
        if each.facts is not None
        else WaveNumbers(number=each.number, ballots=None, told={}, movement=each.movement)
        for each in earlier
    )
    return History(waves=tuple(waves), movement=movement, first=first)


def audited(made: Facts, released: Released, context: Context, held: History, decided: Decision) -> Decision:
    """Return what the gate decides of everything these facts would print."""
    shells = registered(context.instrument, context.form)
    number = context.wave.number
    first = held.first
    return gate.audit(
        wave_numbers(made, number, shells, movement=held.movement, sizes=_sizes(released)),
        held.waves,
        policy=context.policy,
        shells=shells,
        statements=statements(released, context.instrument, context.form),
        decided=decided,
        first=None if first is None else wave_numbers(first, number, shells, movement=held.movement),
    )


def by_fives(decided: Decision) -> tuple[str, ...]:
    """Return the figures that are printed to five points only, for the provenance."""
    coarse = {id_ for id_, precision in decided.coarsen.items() if precision is Precision.FIVES}
    return tuple(sorted(coarse - decided.withhold))


def _sizes(released: Released) -> dict[str, dict[str, int]]:
    table = released.table
    counts = {
        subject.registered.id: np.bincount(
            table.side[persons(table, subject.registered)], minlength=len(table.sides)
        ).tolist()
        for subject in released.subjects
    }
    return {id_: dict(zip(table.sides, each, strict=True)) for id_, each in counts.items()}
