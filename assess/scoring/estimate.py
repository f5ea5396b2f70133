"""Step 5: everything scoring has to say about one wave, and the families within which p values are adjusted (S-23).

Belongs here: which figures form a family, and the order of the parts. Does not: any formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assess.disclosure.registry import Kind, Registered, registered
from assess.disclosure.release import Released, Withheld
from assess.instruments.model import Instrument
from assess.scoring import multiplicity, nonresponse, trend
from assess.scoring.compare import Compared
from assess.scoring.perception import perceive
from assess.scoring.results import Estimates, Family, Judged, NotEstimable, SubjectEstimates
from assess.scoring.subjects import Measured, assumptions, measure, withheld
from assess.scoring.trend import EarlierWave
from assess.scoring.verdicts import judge

_KINDS = (Kind.COMPOSITE, Kind.SCALE, Kind.ITEM)

_ADJUST = {Family.HEADLINE: multiplicity.holm, Family.EXPLORATORY: multiplicity.benjamini_hochberg}


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
        The released table, of two sides, with the subjects of this form.
    instrument, form
        What was asked, and which form of it.
    earlier
        What earlier waves of the same client released (S-37).
    number, scale_hashes
        This wave's number in quarters, and its hash of scoring and wording by subject: needed beside `earlier`.

    Returns
    -------
    Estimates
        By registered id, in registered order; unrounded, so that composing facts codes and rounds once.

    Raises
    ------
    ValueError
        For a table of more than two sides, as x - y is defined for two; for an earlier wave that is not earlier.
    KeyError
        When the release was of another form, or `earlier` comes without hashes.
    """
    table = released.table
    if len(table.sides) != 2:
        raise ValueError(f"a gap is between two sides, not {len(table.sides)}")
    shells = [shell for shell in registered(instrument, form) if shell.kind in _KINDS]
    measured = {shell.id: _measure(released, shell, instrument) for shell in shells}
    subjects = _judged(released, shells, measured, instrument, form)
    mirror = perceive(released, instrument, form)
    changes = trend.changes(
        subjects,
        instrument,
        form,
        number=number,
        scale_hashes=scale_hashes or {},
        earlier=earlier,
        half_silent=nonresponse.half_silent(released),
    )
    headline = {shell.subject: subjects[shell.id].side_means for shell in shells if _headline(shell, instrument, form)}
    return Estimates(
        form=form,
        sides=table.sides,
        subjects=subjects,
        topics=mirror.topics,
        mirror_scale=mirror.mirror_scale,
        participation=nonresponse.participation(released, headline),
        changes=changes,
    )


def _measure(released: Released, shell: Registered, instrument: Instrument) -> Measured | Withheld:
    subject = released.find(shell.id)
    return subject if isinstance(subject, Withheld) else measure(released, subject, instrument)


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
    p: dict[Family, dict[str, float]] = {which: {} for which in _ADJUST}
    for id_, found in measured.items():
        if isinstance(found, Measured) and isinstance(found.compared, Compared):
            p[families[id_]][id_] = found.compared.p
    adjusted = {id_: q for which, adjust in _ADJUST.items() for id_, q in adjust(p[which]).items()}
    subjects: dict[str, SubjectEstimates] = {}
    for shell in shells:
        found, which = measured[shell.id], families[shell.id]
        if isinstance(found, Withheld):
            assumed = assumptions(shell, instrument)
            gap = judge(Withheld(), margin=assumed.margin, family=which) if assumed.verdict else None
            subjects[shell.id] = withheld(shell, released.table.sides, gap)
        else:
            gap = _gap(released, found, which, len(p[which]), adjusted.get(shell.id))
            subjects[shell.id] = replace(found.numbers, gap=gap)
    return subjects


def _gap(
    released: Released, found: Measured, which: Family, family_size: int, p_adjusted: float | None
) -> Judged | None:
    compared = found.compared
    if compared is None:
        return None
    if isinstance(compared, NotEstimable):
        return judge(compared, margin=found.margin, family=which, family_size=family_size)
    return judge(
        compared.estimate,
        margin=found.margin,
        p=compared.p,
        p_adjusted=p_adjusted,
        family=which,
        family_size=family_size,
        precision=found.precision,
        half_silent=nonresponse.half_silent(released),
        d_star=nonresponse.tipping(released, compared.estimate.value),
    )
