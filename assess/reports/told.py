"""The inverse of compose for the gate: what archived or drafted facts say of means, as spans (A-13 R4, R5).

Belongs here: from printed figures to `WaveNumbers`: how far each number may be from the one it was rounded from. Does
not: what follows from it (disclosure).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

from assess.disclosure.movement import Movement
from assess.disclosure.policy import FLOOR_ITEM, FLOOR_SCALE, MEAN_STEP
from assess.disclosure.registry import Kind, Registered
from assess.disclosure.told import ANSWERED, EXPECTED, OWN, Term, Told, WaveNumbers
from assess.instruments.model import FloorClass
from assess.reports.blocks import gaps, mirror, participation, standing
from assess.reports.blocks.page import COMPANY, DIFFERENCE, direction, figure_id
from assess.reports.facts import BandedFigure, Facts, Figure, Number, ReleasedFigure

_CODES: Final = {"le5": (0.0, 5.0), "ge95": (95.0, 100.0)}
_WHOLE: Final = 0.5
_TENTH: Final = 0.1
"""A number kept to one decimal lies on the true side of its cut, up to a tenth from where it stands (R-5)."""
_COARSE: Final = {FloorClass.SCALE: 1, FloorClass.ITEM: 5}
_FLOORS: Final = {FloorClass.SCALE: FLOOR_SCALE, FloorClass.ITEM: FLOOR_ITEM}

Named = tuple[tuple[Term, ...], str]
"""A combination of means and the id of the figure that prints it."""


def wave_numbers(
    facts: Facts,
    number: int,
    shells: tuple[Registered, ...],
    *,
    movement: Mapping[str, Movement] | None = None,
    sizes: Mapping[str, Mapping[str, int]] | None = None,
) -> WaveNumbers:
    """Return what facts say of the registered figures; `sizes` where they are known, else the fewest that fit."""
    told: dict[str, tuple[Told, ...]] = {}
    fewest: dict[str, dict[str, int]] = {}
    by_fives = _by_fives(facts)
    ballots = _ballots(facts)
    for shell in shells:
        step = MEAN_STEP if shell.id in by_fives else None
        named = tuple(_named(facts, shell))
        found = [
            each
            for terms, id_ in named
            for each in _told(terms, facts.figures[id_], step, coarse=_COARSE[shell.floor_class])
        ]
        if found:
            told[shell.id] = tuple(found)
            classes = _missing(facts, named)
            if ballots is not None and ballots.keys() <= classes.keys():
                fewest[shell.id] = {side: _fewest(n, classes[side], shell) for side, n in ballots.items()}
    return WaveNumbers(
        number=number,
        ballots=ballots,
        told=told,
        sizes=fewest if sizes is None else sizes,
        movement=movement,
    )


def _by_fives(facts: Facts) -> frozenset[str]:
    audit = facts.provenance.get("audit")
    names = audit.get("by_fives") if isinstance(audit, Mapping) else None
    return frozenset(str(name) for name in names) if isinstance(names, list) else frozenset()


def _ballots(facts: Facts) -> Mapping[str, int] | None:
    sides = [side.code for side in facts.client.sides]
    found = {side: facts.figures.get(participation.ballots("answered", side)) for side in sides}
    counts = {side: int(figure.value) for side, figure in found.items() if isinstance(figure, ReleasedFigure)}
    return counts if len(counts) == len(sides) else None


def _named(facts: Facts, shell: Registered) -> Iterator[Named]:
    """Yield every figure that prints a mean of the shell, or a sum of two."""
    sides = tuple(side.code for side in facts.client.sides)
    match shell.kind:
        case Kind.SCALE | Kind.COMPOSITE:
            named = _levels(shell.subject, sides)
        case Kind.ITEM:
            named = _item(facts, shell.subject, sides)
        case Kind.MIRROR_TOPIC:
            named = _topic(shell.subject, sides)
        case Kind.MIRROR_SCALE:
            named = _mirror_scale(shell.subject, sides)
    return ((terms, id_) for terms, id_ in named if id_ in facts.figures)


def _levels(subject: str, sides: tuple[str, ...]) -> Iterator[Named]:
    for side in sides:
        for id_ in (standing.level(subject, side), standing.process(subject, side)):
            yield ((OWN, side, 1.0),), id_
    every = tuple((OWN, side, 1.0 / len(sides)) for side in sides)
    for id_ in (standing.level(subject, COMPANY), standing.process(subject, COMPANY)):
        yield every, id_
    for id_ in (gaps.gap(subject), gaps.gap_process(subject)):
        yield _between(OWN, sides[0], OWN, sides[1]), id_


def _item(facts: Facts, subject: str, sides: tuple[str, ...]) -> Iterator[Named]:
    suffixes: dict[str, tuple[Term, ...]] = {f".{subject}.mean.{side}": ((OWN, side, 1.0),) for side in sides}
    suffixes[f".{subject}.gap.{DIFFERENCE}"] = _between(OWN, sides[0], OWN, sides[1])
    for id_ in facts.figures:
        block, _, rest = id_.partition(".")
        terms = suffixes.get(f".{rest}")
        if terms is not None and block.startswith("items"):
            yield terms, id_


def _topic(subject: str, sides: tuple[str, ...]) -> Iterator[Named]:
    x, y = sides
    for side in sides:
        yield ((OWN, side, 1.0),), figure_id(mirror.BLOCK, subject, "own", side)
        yield ((EXPECTED, side, 1.0),), figure_id(mirror.BLOCK, subject, "expected", side)
    yield _between(OWN, x, OWN, y), figure_id(mirror.BLOCK, subject, "gap", DIFFERENCE)
    for side, other in ((x, y), (y, x)):
        way = direction(side, other)
        yield _between(EXPECTED, side, OWN, other), figure_id(mirror.BLOCK, subject, "error", way)
        yield _between(OWN, side, EXPECTED, side), figure_id(mirror.BLOCK, subject, "perceived", way)


def _mirror_scale(subject: str, sides: tuple[str, ...]) -> Iterator[Named]:
    x, y = sides
    for side, other in ((x, y), (y, x)):
        yield ((EXPECTED, side, 1.0),), figure_id(mirror.BLOCK, subject, "expected", side)
        yield ((ANSWERED, side, 1.0),), figure_id(mirror.BLOCK, subject, "answered", side)
        error = figure_id(mirror.BLOCK, subject, "error", direction(side, other))
        yield _between(EXPECTED, side, ANSWERED, other), error


def _between(first: str, side: str, second: str, other: str) -> tuple[Term, ...]:
    return (first, side, 1.0), (second, other, -1.0)


def _told(terms: tuple[Term, ...], figure: Figure, by: int | None, *, coarse: int) -> Iterator[Told]:
    """Yield what a figure says: its value, and the centres of its intervals where they are centred on it."""
    mean = all(weight > 0 for _, _, weight in terms)
    if isinstance(figure, BandedFigure) and mean and figure.code in _CODES:
        low, high = _CODES[figure.code]
        yield Told(terms=terms, low=low, high=high)
    if not isinstance(figure, ReleasedFigure):
        return
    value = float(figure.value)
    half = by / 2 if by is not None and mean else _half(figure.value)
    yield Told(terms=terms, low=value - half, high=value + half)
    for low_end, high_end in ((figure.lo95, figure.hi95), (figure.lo90, figure.hi90)):
        if low_end is None or high_end is None:
            continue
        if mean and (float(low_end) <= 0 or float(high_end) >= 100):
            continue  # An interval cut at the end of its scale is not centred on its mean.
        centre = (float(low_end) + float(high_end)) / 2
        # Ends moved outward lie up to a step from the true ones, ends rounded up to half a point.
        step = by or (coarse if float(low_end) % coarse == float(high_end) % coarse == 0 else 1)
        half = max(step / 2, (_half(low_end) + _half(high_end)) / 2)
        yield Told(terms=terms, low=centre - half, high=centre + half)


def _half(number: Number) -> float:
    return _WHOLE if isinstance(number, int) else _TENTH


def _missing(facts: Facts, named: tuple[Named, ...]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for _, id_ in named:
        figure = facts.figures[id_]
        if isinstance(figure, ReleasedFigure) and figure.missing:
            found |= figure.missing
    return found


def _fewest(ballots: int, missing: str, shell: Registered) -> int:
    """Return the fewest answers that a printed class of missing answers lets a side have."""
    match missing:
        case "lt10":
            return min(ballots, math.floor(0.9 * ballots + 1e-9) + 1)
        case "10to25":
            return math.ceil(0.75 * ballots - 1e-9)
        case _:
            return min(ballots, _FLOORS[shell.floor_class])
