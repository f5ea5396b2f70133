"""Step 5: everything scoring has to say about one wave, and the families within which p values are adjusted (S-23).

Belongs here: which figures form a family, and the order of the parts. Does not: any formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assess.disclosure.registry import Kind, Registered, registered
from assess.disclosure.release import Released, Withheld
from assess.instruments.model import Instrument
from assess.scoring import care, multiplicity, nonresponse, trend
from assess.scoring.checks import qualifiers, rho, scale_checks
from assess.scoring.compare import Compared
from assess.scoring.perception import perceive
from assess.scoring.results import Family, Judged, NotEstimable, Pair
from assess.scoring.subjects import Measured, assumptions, measure, withheld
from assess.scoring.trend import EarlierWave
from assess.scoring.verdicts import judge
from assess.scoring.wave import Estimates, ScaleChecks, SubjectEstimates

_KINDS = (Kind.COMPOSITE, Kind.SCALE, Kind.ITEM)

_Compared = tuple[str, Pair]
"""A comparison: registered id and pair of sides."""


def estimates(
    released: Released,
    instrument: Instrument,
    form: str,
    earlier: Sequence[EarlierWave] = (),
    *,
    number: int = 1,
    scale_hashes: Mapping[str, str] | None = None,
) -> Estimates:
    """Score one released wave.

    Parameters
    ----------
    released
        The released table, of two sides or more, with the subjects of this form.
    instrument, form
        What was asked, and which form of it.
    earlier
        What earlier waves of the same client released (S-37).
    number, scale_hashes
        This wave's number in quarters, and its hash of scoring and wording by subject: needed beside `earlier`.

    Returns
    -------
    Estimates
        By registered id, in registered order; unrounded, so that composing facts codes and rounds once. With more than
        two sides every pair is compared, and every family is adjusted by Holm (S-15); the mirror is of two sides only.

    Raises
    ------
    ValueError
        For an earlier wave that is not earlier.
    KeyError
        When the release was of another form, or `earlier` comes without hashes.
    """
    sides = released.table.sides
    shells = [shell for shell in registered(instrument, form) if shell.kind in _KINDS]
    checks = scale_checks(released, instrument)
    measured = {shell.id: _measure(released, shell, instrument, checks) for shell in shells}
    subjects = _judged(released, shells, measured, instrument, form)
    mirror = perceive(released, instrument, form) if len(sides) == 2 else None
    changes = trend.changes(
        subjects,
        instrument,
        form,
        number=number,
        scale_hashes=scale_hashes or {},
        earlier=earlier,
        half_silent=nonresponse.half_silent(released),
    )
    return Estimates(
        form=form,
        sides=sides,
        subjects=subjects,
        topics=mirror.topics if mirror else {},
        mirror_scale=mirror.mirror_scale if mirror else None,
        participation=nonresponse.participation(released),
        care=care.check(released, instrument, form, checks),
        changes=changes,
    )


def _measure(
    released: Released, shell: Registered, instrument: Instrument, checks: Mapping[str, ScaleChecks]
) -> Measured | Withheld:
    subject = released.find(shell.id)
    if isinstance(subject, Withheld):
        return subject
    return measure(released, subject, instrument, checks=checks.get(shell.id), rho=rho(shell, instrument, checks))


def family(shell: Registered, instrument: Instrument, form: str) -> Family:
    """Return the family of a gap: headline for the form's headline scales (I-12), else exploratory, H included."""
    return Family.HEADLINE if _headline(shell, instrument, form) else Family.EXPLORATORY


def _headline(shell: Registered, instrument: Instrument, form: str) -> bool:
    return shell.kind is Kind.SCALE and shell.subject in instrument.headline(form)


def _judged(
    released: Released,
    shells: list[Registered],
    measured: Mapping[str, Measured | Withheld],
    instrument: Instrument,
    form: str,
) -> dict[str, SubjectEstimates]:
    """Adjust each family's p values, judge every gap, and put each judgement with its numbers (S-22, S-23, S-30)."""
    families = {shell.id: family(shell, instrument, form) for shell in shells}
    p: dict[Family, dict[_Compared, float]] = {Family.HEADLINE: {}, Family.EXPLORATORY: {}}
    for id_, found in measured.items():
        if isinstance(found, Measured):
            p[families[id_]] |= {
                (id_, pair): gap.p for pair, gap in found.compared.items() if isinstance(gap, Compared)
            }
    adjusted: dict[_Compared, float] = {}
    for which, family_p in p.items():
        benjamini = which is Family.EXPLORATORY and len(released.table.sides) == 2
        adjusted |= multiplicity.benjamini_hochberg(family_p) if benjamini else multiplicity.holm(family_p)
    subjects: dict[str, SubjectEstimates] = {}
    for shell in shells:
        found, which = measured[shell.id], families[shell.id]
        if isinstance(found, Withheld):
            assumed = assumptions(shell, instrument)
            gap = judge(Withheld(), margin=assumed.margin, family=which) if assumed.verdict else None
            subjects[shell.id] = withheld(shell, released.table.sides, gap)
        else:
            judged = {
                pair: _gap(
                    released,
                    found,
                    pair,
                    which=which,
                    family_size=len(p[which]),
                    p_adjusted=adjusted.get((shell.id, pair)),
                )
                for pair in found.compared
            }
            pairs = {pair: replace(each, gap=judged.get(pair)) for pair, each in found.numbers.pairs.items()}
            subjects[shell.id] = replace(found.numbers, pairs=pairs)
    return subjects


def _gap(
    released: Released,
    found: Measured,
    pair: Pair,
    *,
    which: Family,
    family_size: int,
    p_adjusted: float | None,
) -> Judged:
    compared = found.compared[pair]
    if isinstance(compared, NotEstimable):
        return judge(compared, margin=found.margin, family=which, family_size=family_size)
    estimate = compared.estimate
    persons = dict(zip(pair, (estimate.n, estimate.m), strict=True))
    return judge(
        estimate,
        margin=found.margin,
        p=compared.p,
        p_adjusted=p_adjusted,
        family=which,
        family_size=family_size,
        precision=found.precision,
        half_silent=nonresponse.half_silent(released, pair, persons),
        d_star=nonresponse.tipping(released, estimate.value, pair, found.numbers.missing),
        qualified=tuple(qualifiers(found.numbers, pair)),
    )
