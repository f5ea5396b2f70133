"""How long the gate takes over all releases of a client (A-13): twelve waves of a core form, people come and go."""

from __future__ import annotations

import time
from datetime import date

import numpy as np

from assess.disclosure.gate import Decision
from assess.disclosure.movement import Movement
from assess.disclosure.policy import Policy
from assess.disclosure.registry import registered
from assess.disclosure.release import Released, release
from assess.disclosure.table import ResponseTable
from assess.instruments.load import shipped
from assess.reports import compose
from assess.reports.audited import Opened, audited, history
from assess.reports.context import Context, WaveDays
from assess.reports.earlier import earlier_waves
from assess.reports.facts import Client, Facts, SideFacts
from assess.scoring.estimate import estimates
from bench.row import Row

WAVES = 12
FORM = "core"
SIZES = (18, 11)
"""Answers a side: small enough for every rule to have work."""
MOVED = Movement(stayers=10, joiners=1, leavers=1)


def twelve_waves() -> list[Row]:
    """Time the audit of each of twelve waves of one client against all before it, all in a row."""
    made: list[tuple[Facts, Released]] = []
    for number in range(1, WAVES + 1):
        made.append(_wave(number, tuple(facts for facts, _ in made)))
    shells = registered(shipped("sales-marketing"), FORM)
    sides = ("sales", "marketing")
    movement = dict.fromkeys(sides, MOVED)
    begin = time.process_time()
    for place, (facts, released) in enumerate(made):
        before = [Opened(number=n, facts=each, movement=movement) for n, (each, _) in enumerate(made[:place], start=1)]
        held = history(before, shells, movement=movement if place else None)
        audited(facts, released, _context(place + 1, ()), held, Decision())
    seconds = time.process_time() - begin
    return [Row(work="gate of 12 waves of one client, each against all before it", measured=seconds, bar=10, unit="s")]


def _wave(number: int, earlier: tuple[Facts, ...]) -> tuple[Facts, Released]:
    instrument = shipped("sales-marketing")
    items = instrument.closed(FORM)
    rng = np.random.default_rng(number)
    side = np.repeat(np.array([0, 1], dtype=np.int8), SIZES)
    answers = np.clip(np.rint(rng.normal(3.3, 1.0, (len(side), len(items)))), 1, 5).astype(np.int8)
    table = ResponseTable(
        sides=tuple(each.code for each in instrument.sides),
        items=items,
        levels=tuple(instrument.levels(item) for item in items),
        side=side,
        answers=answers,
        invited=None,
    )
    released = release(table, Policy(), registered(instrument, FORM))
    if not isinstance(released, Released):
        raise TypeError("a wave over its floors is released")
    context = _context(number, earlier)
    found = estimates(
        released,
        instrument,
        FORM,
        number=number,
        scale_hashes=context.scale_hashes(),
        earlier=earlier_waves(earlier),
    )
    return compose.facts(found, None, context=context), released


def _context(number: int, earlier: tuple[Facts, ...]) -> Context:
    instrument = shipped("sales-marketing")
    named = {"en": "Team", "fr-CA": "Équipe"}
    return Context(
        instrument=instrument,
        form=FORM,
        client=Client(
            name="Client",
            sides=tuple(SideFacts(code=s.code, letter=s.letter, label=named, short=named) for s in instrument.sides),
            zone="UTC",
            country="CA",
        ),
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


MEASURES = (twelve_waves,)
