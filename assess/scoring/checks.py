"""What qualifies a released scale's numbers, put together from its tables (S-31, S-40, S-42, S-43, S-46).

Belongs here: which checks a released scale gets, and which modifiers follow. Does not: any formula (reliability, omega,
agreement, comparability), careless answers (care), the verdict itself (verdicts).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce

from assess.disclosure.policy import Precision
from assess.disclosure.registry import Kind, Registered
from assess.disclosure.release import Released, ReleasedSubject, Withheld
from assess.instruments.model import Instrument
from assess.scoring import agreement, item_table, omega, tally_items
from assess.scoring.comparability import Comparability, comparability
from assess.scoring.item_table import ItemTable
from assess.scoring.one_item import Scales
from assess.scoring.reliability import reliability
from assess.scoring.results import Modifier, Pair
from assess.scoring.subjects import assumptions, pairs
from assess.scoring.wave import ScaleChecks, SubjectEstimates


def scale_checks(released: Released, instrument: Instrument) -> dict[str, ScaleChecks]:
    """Check every released scale of a wave; the items of all scales and pairs are tested as one family (S-46).

    Parameters
    ----------
    released
        The released table, of two sides or more.
    instrument
        Declares reversals, margins and reliabilities.

    Returns
    -------
    dict
        By registered id. `Withheld` throughout for a scale in a coarse class (A-12), or one of whose items is withheld.
    """
    scales = [subject for subject in released.subjects if subject.registered.kind is Kind.SCALE]
    tables = {
        subject.registered.id: tally_items.item_tables(released, subject, instrument)
        for subject in scales
        if _may_be_read(released, subject)
    }
    stands = {
        subject.registered.id: reliability(
            reduce(item_table.pooled, tables[subject.registered.id].values()),
            assumptions(subject.registered, instrument).rho,
        )
        for subject in scales
        if subject.registered.id in tables
    }
    compared = comparability(
        {
            (id_, pair): _between(released, tables[id_], pair, stands[id_].rho, margin)
            for id_, margin in _judged_margins(scales, instrument).items()
            if id_ in tables
            for pair in pairs(released.table.sides)
        }
    )
    return {
        id_: ScaleChecks(
            reliability=stands[id_],
            omega=omega.omega(
                reduce(item_table.pooled_products, tally_items.cross_products(released, subject, instrument).values())
            ),
            agreement={side: agreement.rwg(table) for side, table in tables[id_].items()},
            comparability={pair: found for (of, pair), found in compared.items() if of == id_},
        )
        if id_ in tables
        else _withheld(released)
        for id_, subject in ((each.registered.id, each) for each in scales)
    }


def qualifiers(numbers: SubjectEstimates, pair: Pair) -> Iterator[Modifier]:
    """Yield what qualifies the gap of two sides beside silence and family (S-31)."""
    if numbers.camps & set(pair):
        yield Modifier.TWO_CAMPS
    checks = numbers.checks
    if checks is None:
        return
    found = checks.comparability.get(pair)
    if isinstance(found, Comparability) and isinstance(found.one_item, str):
        yield Modifier.ONE_ITEM
    if not isinstance(checks.reliability, Withheld) and checks.reliability.indicative:
        yield Modifier.INDICATIVE


def rho(registered: Registered, instrument: Instrument, checks: Mapping[str, ScaleChecks]) -> float:
    """Return the ρ of a subject's intervals (S-11): the declared one, or a lower one that was measured (ADR 0010).

    A composite takes the smallest of its scales, as it does of the declared ones.
    """
    declared = assumptions(registered, instrument).rho
    members = [registered.subject]
    if registered.kind is Kind.COMPOSITE:
        composite = instrument.composites[registered.subject]
        members = [*composite.plus, *composite.minus]
    found = [checks[id_].reliability for id_ in (f"{Kind.SCALE}.{scale}" for scale in members) if id_ in checks]
    return min([declared, *(each.rho for each in found if not isinstance(each, Withheld))])


def _may_be_read(released: Released, subject: ReleasedSubject) -> bool:
    """Return whether answers may be read item by item: only then does nothing withheld show in what is said (R-4)."""
    items = (released.find(f"{Kind.ITEM}.{item}") for part in subject.registered.parts for item in part.items)
    return subject.precision is Precision.FULL and not any(isinstance(item, Withheld) for item in items)


def _judged_margins(scales: Sequence[ReleasedSubject], instrument: Instrument) -> dict[str, float]:
    """Return the margin of every scale whose gap has a verdict, by registered id."""
    assumed = {subject.registered.id: assumptions(subject.registered, instrument) for subject in scales}
    return {id_: each.margin for id_, each in assumed.items() if each.verdict}


def _between(released: Released, tables: Mapping[str, ItemTable], pair: Pair, rho: float, margin: float) -> Scales:
    x, y = pair
    invited = released.table.invited
    return Scales(
        x=tables[x], y=tables[y], rho=rho, margin=margin, invited=(invited[x], invited[y]) if invited else None
    )


def _withheld(released: Released) -> ScaleChecks:
    sides = released.table.sides
    return ScaleChecks(
        reliability=Withheld(),
        omega=Withheld(),
        agreement=dict.fromkeys(sides, Withheld()),
        comparability=dict.fromkeys(pairs(sides), Withheld()),
    )
