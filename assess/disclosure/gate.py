"""Step 5a: what this wave's numbers and all earlier reports of the client give away together (A-13 R2 to R5).

Belongs here: which figures a wave must withhold or print more coarsely, and the order of the rules. Does not: how a
table is rebuilt (reconstruction), how narrow a mean is held (bounds, turnover), floors (release). Nothing here knows a
report or an estimate: numbers come as spans, statements as tables with functions that print them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assess.disclosure.bounds import Span, extremes, is_open, of_nodes, person
from assess.disclosure.movement import Movement
from assess.disclosure.policy import Policy, Precision
from assess.disclosure.rank import isolated
from assess.disclosure.reconstruction import Statement, alone, tells_by_silence, without_share
from assess.disclosure.registry import Kind, Registered
from assess.disclosure.siblings import Page, Sum, complements
from assess.disclosure.told import ANSWERED, EXPECTED, OWN, Node, Told, WaveNumbers, nodes
from assess.disclosure.turnover import ANY, DRIFT, Chain, Stage, gives_away, surely_open
from assess.instruments.model import FloorClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the gate has decided of a wave. It only ever grows: a withheld figure is never let out again.

    Parameters
    ----------
    withhold
        Registered figures that are not printed, on both sides.
    coarsen
        Registered figures that are printed in a coarser class, with that class.
    """

    withhold: frozenset[str] = frozenset()
    coarsen: Mapping[str, Precision] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """Figures that print the same means: a statement, and its topic of the mirror. `floor` is the higher of theirs."""

    ids: tuple[str, ...]
    floor: int


Spans = dict[tuple[str, ...], dict[Node, Span]]
"""Where means of a wave lie, by the ids of a unit and by node."""


def audit(
    now: WaveNumbers,
    earlier: Sequence[WaveNumbers],
    *,
    policy: Policy,
    shells: Sequence[Registered],
    statements: Sequence[Statement],
    decided: Decision,
    first: WaveNumbers | None = None,
) -> Decision:
    """Return what has to be withheld or coarsened beside what was decided before.

    To be repeated on the numbers that are then left, until it returns what it was given: what remains has passed.

    Parameters
    ----------
    now
        Numbers of this wave as they would print, with `sizes` of every figure and the movement since the wave before.
    earlier
        Numbers of all earlier waves of the client as they did print, oldest first.
    policy
        Floors of this wave.
    shells
        The figures this wave has registered.
    statements
        Statements under 30 answers a side as they would print, for R3.
    decided
        What was decided before.
    first
        For an erratum: what the wave's first release has printed. A number of ballots that differs withholds
        everything, as two means of the same people but one are the answers of that one.

    Returns
    -------
    Decision
        Equal to `decided` when nothing more is to be done.
    """
    if _isolates(now, policy) or (first is not None and first.ballots != now.ballots):
        return Decision(withhold=frozenset(shell.id for shell in shells), coarsen=decided.coarsen)
    units = _units(shells, policy)
    rebuilt = _rebuilt(statements, decided)
    held, close, spans = _narrow(now if first is None else _merged(now, first), earlier, units)
    withhold = decided.withhold | rebuilt.withhold | held
    coarsen = {**decided.coarsen, **rebuilt.coarsen}
    for id_ in sorted(close - withhold):
        if decided.coarsen.get(id_) is Precision.FIVES:
            withhold |= {id_}
        else:
            coarsen |= dict.fromkeys((_kin(id_, shells) & now.told.keys()) - withhold, Precision.FIVES)
    withhold |= _complements(spans, withhold, shells, units)
    return Decision(withhold=_with_composites(withhold, shells), coarsen=coarsen)


def _isolates(now: WaveNumbers, policy: Policy) -> bool:
    """R2: sides and their sum are all the groups a report has today (A-14); a cut would add its cells here."""
    sides = tuple((now.ballots or {}).values())
    each = [[int(place == other) for other in range(len(sides))] for place in range(len(sides))]
    return isolated(sides, [*each, [1] * len(sides)], policy.floor_scale) is not None


def _units(shells: Sequence[Registered], policy: Policy) -> tuple[_Unit, ...]:
    floors = {FloorClass.SCALE: policy.floor_scale, FloorClass.ITEM: policy.floor_item}
    found: dict[tuple[str, str], list[Registered]] = {}
    for shell in shells:
        same = Kind.ITEM if shell.kind is Kind.MIRROR_TOPIC else shell.kind
        found.setdefault((same, shell.subject), []).append(shell)
    return tuple(
        _Unit(ids=tuple(shell.id for shell in each), floor=max(floors[shell.floor_class] for shell in each))
        for each in found.values()
    )


def _rebuilt(statements: Sequence[Statement], decided: Decision) -> Decision:
    """R3: a statement of which a table could be rebuilt loses its shares; where that does not help, all of it."""
    withhold: frozenset[str] = frozenset()
    coarsen: dict[str, Precision] = {}
    for statement in statements:
        names = alone(statement)
        if not names:
            continue
        bare = without_share(statement)
        if bare != statement and not alone(bare) and not tells_by_silence(statement):
            coarsen |= {
                id_: Precision.BARE_ITEM for id_ in statement.ids if decided.coarsen.get(id_) is not Precision.FIVES
            }
        elif any(name.startswith(OWN) for name in names):
            withhold |= frozenset(statement.ids)
        else:
            withhold |= frozenset(id_ for id_ in statement.ids if not id_.startswith(f"{Kind.ITEM}."))
    return Decision(withhold=withhold, coarsen=coarsen)


def _merged(now: WaveNumbers, first: WaveNumbers) -> WaveNumbers:
    ids = dict.fromkeys((*now.told, *first.told))
    return replace(now, told={id_: (*now.told.get(id_, ()), *first.told.get(id_, ())) for id_ in ids})


def _narrow(
    now: WaveNumbers, earlier: Sequence[WaveNumbers], units: Sequence[_Unit]
) -> tuple[frozenset[str], frozenset[str], Spans]:
    """Return the figures that hold a person too closely (R4), those that hold joiners or leavers so (R5), and spans."""
    waves = (*earlier, now)
    spans = _spans(waves, units)
    held: set[str] = set()
    close: set[str] = set()
    for unit in units:
        for node, span in spans[-1].get(unit.ids, {}).items():
            fewest, _ = _sizes(now, unit, node)
            if not is_open(person(span, fewest)):
                held |= {id_ for id_ in unit.ids if id_ in now.told}
            means = [each.get(unit.ids, {}).get(node, ANY) for each in spans]
            if any(gives_away(chain, unit.floor) for chain in _chains(waves, unit, node, means)):
                close |= {id_ for id_ in unit.ids if id_ in now.told}
    return frozenset(held), frozenset(close), spans[-1]


def _complements(
    spans: Spans, withhold: frozenset[str], shells: Sequence[Registered], units: Sequence[_Unit]
) -> frozenset[str]:
    """Return the figures of statements that would give away another that is not shown, through a printed sum."""
    of = {id_: unit.ids for unit in units for id_ in unit.ids}
    shown = {
        (shell, quantity, side): span
        for shell in shells
        if shell.id not in withhold
        for (quantity, side), span in spans.get(of[shell.id], {}).items()
    }
    predictions = {item for shell in shells if shell.kind is Kind.MIRROR_SCALE for item in shell.parts[0].items}
    figures: dict[str, tuple[str, ...]] = {}
    printed: dict[str, dict[str, Span]] = {side: {} for _, _, side in shown}
    sums: dict[str, list[Sum]] = {side: [] for side in printed}
    for (shell, quantity, side), span in shown.items():
        if shell.kind is Kind.ITEM and quantity == OWN:
            figures[shell.subject] = of[shell.id]
            printed[side][shell.subject] = span
        elif shell.kind is Kind.MIRROR_TOPIC and quantity == EXPECTED:
            for item in predictions.intersection(item for part in shell.parts for item in part.items):
                figures[item] = (shell.id,)
                printed[side][item] = span
        elif shell.kind in {Kind.SCALE, Kind.MIRROR_SCALE}:
            part = shell.parts[quantity == ANSWERED]
            sums[side].append(Sum(mean=span, items=part.items, reverse=frozenset(part.reverse)))
    pages = [Page(printed=printed[side], sums=tuple(sums[side])) for side in printed]
    return frozenset(id_ for item in complements(pages) for id_ in figures[item])


def _spans(waves: Sequence[WaveNumbers], units: Sequence[_Unit]) -> list[Spans]:
    """Return where every mean lies by all that its own wave prints, by wave, unit and node; one call of the solver."""
    asked: list[tuple[int, _Unit, tuple[Told, ...]]] = []
    for place, wave in enumerate(waves):
        for unit in units:
            told = tuple(each for id_ in unit.ids for each in wave.told.get(id_, ()))
            if told:
                asked.append((place, unit, told))
    found: list[Spans] = [{} for _ in waves]
    for (place, unit, told), spans in zip(asked, extremes([of_nodes(told) for _, _, told in asked]), strict=True):
        found[place][unit.ids] = dict(zip(nodes(told), spans, strict=True))
    return found


def _sizes(wave: WaveNumbers, unit: _Unit, node: Node) -> tuple[int, int]:
    """Return the fewest and the most who can have answered: by the unit's figures, else by ballots, else the roster.

    How many answered an earlier figure is written nowhere, and a reader may take all ballots for answers. Fewer make
    the few weigh more, more leave them less to say of those who stayed: both are asked.
    """
    _, side = node
    known = [wave.sizes[id_][side] for id_ in unit.ids if id_ in wave.sizes]
    moved = wave.movement.get(side) if wave.movement is not None else None
    roster = unit.floor if moved is None else moved.stayers + moved.joiners
    most = roster if wave.ballots is None else wave.ballots[side]
    return min(known) if known else most, most


def _chains(waves: Sequence[WaveNumbers], unit: _Unit, node: Node, means: Sequence[Span]) -> Iterator[Chain]:
    """Yield the whole chain up to this wave, and this wave beside each wave before the last."""
    both = [_sizes(wave, unit, node) for wave in waves]
    for moved in _moved(waves, node, unit.floor):
        if not any(each.joiners or each.leavers for each in moved[1:]):
            continue
        for sizes in dict.fromkeys(zip(*both, strict=True)):
            yield tuple(
                Stage(
                    size=size,
                    mean=mean,
                    joined=min(moved[at].joiners, size) if at else 0,
                    leaving=min(moved[at + 1].leavers, size) if at + 1 < len(waves) else 0,
                )
                for at, (size, mean) in enumerate(zip(sizes, means, strict=True))
            )
            for at in range(len(waves) - 2):
                if means[at] != ANY:
                    yield from _pairs(sizes, means, moved, at, unit.floor)


def _pairs(
    sizes: Sequence[int], means: Sequence[Span], moved: Sequence[Movement], at: int, floor: int
) -> Iterator[Chain]:
    """Yield an earlier wave and this one, by every count of people who may be in one of them only.

    Who came and went again between the two is in both sums, so that of those who came any number may still be there:
    their difference alone is known.
    """
    came = sum(each.joiners for each in moved[at + 1 :])
    went = sum(each.leavers for each in moved[at + 1 :])
    for joined in range(max(0, came - went), came + 1):
        leaving = joined - (came - went)
        if 0 < joined < floor or 0 < leaving < floor:
            drift = DRIFT * (len(sizes) - 1 - at)
            first = Stage(size=sizes[at], mean=means[at], leaving=min(leaving, sizes[at]), drift=drift)
            last = Stage(size=sizes[-1], mean=means[-1], joined=min(joined, sizes[-1]))
            if not surely_open(first, last, floor):
                yield first, last


def _moved(waves: Sequence[WaveNumbers], node: Node, floor: int) -> Iterator[tuple[Movement, ...]]:
    """Yield who came and went before each wave; where nobody knows, the most telling that can have been.

    That is as many as make no floor who came while nobody left, or who left while nobody came.
    """
    _, side = node
    known = [wave.movement.get(side) if wave.movement is not None else None for wave in waves]
    few = floor - 1
    guesses = (Movement(stayers=0, joiners=few, leavers=0), Movement(stayers=0, joiners=0, leavers=few))
    for guess in guesses if None in known[1:] else guesses[:1]:
        yield tuple(each or guess for each in known)


def _kin(id_: str, shells: Sequence[Registered]) -> frozenset[str]:
    """Return the figures that share answers with a figure, and those that share with these, itself among them.

    A scale by fives beside its statements to a point would be read off them.
    """
    items = {shell.id: {item for part in shell.parts for item in part.items} for shell in shells}
    found, reached = {id_}, set(items[id_])
    while more := {other for other, of in items.items() if other not in found and of & reached}:
        found |= more
        reached |= {item for other in more for item in items[other]}
    return frozenset(found)


def _with_composites(withhold: frozenset[str], shells: Sequence[Registered]) -> frozenset[str]:
    """Return the withheld figures with every composite of a withheld scale: its other scales would give it away."""
    gone = [
        {item for part in shell.parts for item in part.items}
        for shell in shells
        if shell.id in withhold and shell.kind is Kind.SCALE
    ]
    return withhold | {
        shell.id
        for shell in shells
        if shell.kind is Kind.COMPOSITE and any(set(part.items) in gone for part in shell.parts)
    }
