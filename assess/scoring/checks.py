"""What qualifies a released scale's numbers, put together from its tables (S-31, S-40, S-42, S-43, S-46).

Belongs here: which checks a released scale gets, and which modifiers follow. Does not: any formula (reliability, omega,
agreement, comparability), careless answers (care), the verdict itself (verdicts).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from assess.disclosure.policy import Precision
from assess.disclosure.registry import Kind
from assess.disclosure.release import Released, ReleasedSubject, Withheld
from assess.instruments.model import Instrument
from assess.scoring import agreement, item_table, omega, reliability, tally_items
from assess.scoring.comparability import Comparability, comparability
from assess.scoring.item_table import ItemTable
from assess.scoring.one_item import Scales
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
    open_ = {
        subject.registered.id: (subject, tally_items.item_tables(released, subject, instrument))
        for subject in scales
        if _may_be_read(released, subject)
    }
    compared = comparability(
        {
            (id_, pair): _between(released, tables, pair, subject, instrument)
            for id_, (subject, tables) in open_.items()
            if assumptions(subject.registered, instrument).verdict
            for pair in pairs(released.table.sides)
        }
    )
    return {
        subject.registered.id: _checked(released, subject, instrument, open_[subject.registered.id][1], compared)
        if subject.registered.id in open_
        else _withheld(released)
        for subject in scales
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


def _may_be_read(released: Released, subject: ReleasedSubject) -> bool:
    """Return whether answers may be read item by item: only then does nothing withheld show in what is said (R-4)."""
    items = (released.find(f"{Kind.ITEM}.{item}") for part in subject.registered.parts for item in part.items)
    return subject.precision is Precision.FULL and not any(isinstance(item, Withheld) for item in items)


def _between(
    released: Released, tables: dict[str, ItemTable], pair: Pair, subject: ReleasedSubject, instrument: Instrument
) -> Scales:
    x, y = pair
    assumed = assumptions(subject.registered, instrument)
    invited = released.table.invited
    return Scales(
        x=tables[x],
        y=tables[y],
        rho=assumed.rho,
        margin=assumed.margin,
        invited=(invited[x], invited[y]) if invited else None,
    )


def _checked(
    released: Released,
    subject: ReleasedSubject,
    instrument: Instrument,
    tables: dict[str, ItemTable],
    compared: dict[tuple[str, Pair], Comparability],
) -> ScaleChecks:
    products = tally_items.cross_products(released, subject, instrument).values()
    declared = assumptions(subject.registered, instrument).rho
    return ScaleChecks(
        reliability=reliability.reliability(reduce(item_table.pooled, tables.values()), declared),
        omega=omega.omega(reduce(item_table.pooled_products, products)),
        agreement={side: agreement.rwg(table) for side, table in tables.items()},
        comparability={pair: found for (id_, pair), found in compared.items() if id_ == subject.registered.id},
    )


def _withheld(released: Released) -> ScaleChecks:
    sides = released.table.sides
    return ScaleChecks(
        reliability=Withheld(),
        omega=Withheld(),
        agreement=dict.fromkeys(sides, Withheld()),
        comparability=dict.fromkeys(pairs(sides), Withheld()),
    )
