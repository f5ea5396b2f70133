"""Builds columns, playbooks and statuses for the tests of advice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from assess.advice import load
from assess.advice.grammar import Vocabulary, parse, vocabulary
from assess.advice.model import Advised, Kind, Playbook, Reason, Status
from assess.advice.signal import Signal
from assess.disclosure.policy import Policy
from assess.disclosure.registry import registered
from assess.disclosure.release import Released, release
from assess.disclosure.table import BLANK, ResponseTable
from assess.instruments.load import shipped
from assess.instruments.model import Instrument
from assess.scoring.columns import ANSWERED, EXPECTED, MEAN, PREDICTION, RESAMPLES, Column, Columns, level
from assess.scoring.resample import columns

SIDES = {"S": "sales", "M": "marketing"}

Number = float | Sequence[float]
"""A value in the wave and in every resample; or one for each of equal parts of the resamples, the wave's first."""

LOW_IS_GOOD = ("AL4", "FR2", "FR3", "FR4", "FRI")


def instrument() -> Instrument:
    return shipped("sales-marketing")


def playbook() -> Playbook:
    found = load.shipped("sales-marketing")
    assert found is not None
    return found


def words() -> Vocabulary:
    return vocabulary(instrument(), frozenset(playbook().plays))


def signal(text: str) -> Signal:
    return parse(text, words())


def drawn(
    rows: Mapping[str, Sequence[Mapping[str, int]]], *, form: str = "core", policy: Policy | None = None
) -> Columns:
    """Return the columns of real rows {item: code} by side; an item left out is blank."""
    asked = instrument()
    items = asked.closed(form)
    people = [(number, row) for number, side in enumerate(SIDES.values()) for row in rows[side]]
    table = ResponseTable(
        sides=tuple(SIDES.values()),
        items=items,
        levels=tuple(asked.levels(item) for item in items),
        side=np.array([number for number, _ in people], dtype=np.int8),
        answers=np.array([[row.get(item, BLANK) for item in items] for _, row in people], dtype=np.int8),
    )
    found = release(table, policy or Policy(), registered(asked, form))
    assert isinstance(found, Released)
    return columns(found, asked, form, np.random.Generator(np.random.PCG64(20260101)))


def column(number: Number, defined: float = 1.0) -> Column:
    parts = [number] if isinstance(number, int | float) else list(number)
    values = np.repeat(np.array(parts, dtype=float), RESAMPLES // len(parts))
    return Column(point=float(parts[0]), values=values, defined=np.arange(RESAMPLES) < defined * RESAMPLES)


def wave(*, form: str = "core", too_few: Sequence[str] = (), fewest: int = 20, **given: Number) -> Columns:
    """Return made-up columns in which nothing calls for a play, but for what is given.

    `AL1=45` sets both sides, `AL1_S=45` one; `AL1m_S` a prediction; `MIRexpected_S`, `MIRanswered_S`; `ALN` a score;
    `EN5__1_S=60` the percent of Sales at level 1 of EN5.
    """
    asked = instrument()
    shells = registered(asked, form)
    read: dict[tuple[str, str, str], Column] = {}

    def of(name: str, letter: str, default: Number) -> Column:
        return column(given.get(f"{name}_{letter}", given.get(name, default)))

    for letter, side in SIDES.items():
        for shell in shells:
            code = shell.subject
            default = 20.0 if code in LOW_IS_GOOD else 80.0
            if shell.kind in ("scale", "composite"):
                read[shell.id, MEAN, side] = of(code, letter, default)
            elif shell.kind == "item":
                read[shell.id, MEAN, side] = of(code, letter, default)
                for number in range(1, 6):
                    read[shell.id, level(number), side] = of(f"{code}__{number}", letter, 100.0 if number == 3 else 0.0)
            elif shell.kind == "mirror":
                read[shell.id, MEAN, side] = of(code, letter, default)
                read[shell.id, PREDICTION, side] = of(f"{code}m", letter, default)
            else:
                read[shell.id, EXPECTED, side] = of(f"{code}expected", letter, 80.0)
                read[shell.id, ANSWERED, side] = of(f"{code}answered", letter, 80.0)
    own = [shell.subject for shell in shells if shell.kind == "mirror"]
    return Columns(
        sides=SIDES,
        fewest=fewest,
        headlines=asked.headline(form),
        too_few=frozenset(too_few),
        levels={item: asked.levels(item) for item in asked.closed(form)},
        topics=tuple(own),
        margins={code: 12.5 for code in own if code.startswith("AL")},
        read=read,
    )


def advised(
    play: str, status: Status = Status.RECOMMENDED, priority: float = 0.1, reason: Reason | None = None
) -> Advised:
    kind = Kind.PROCESS if play.startswith("P") else Kind.INCENTIVE
    return Advised(play=play, kind=kind, status=status, priority=priority, reason=reason)


def table_of(*given: Advised) -> list[Advised]:
    """Return a status for every play in table order: those given, all others silent."""
    by_play = {each.play: each for each in given}
    return [by_play.get(play, advised(play, Status.SILENT, 0)) for play in playbook().plays]
