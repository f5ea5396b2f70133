"""The inverse of compose for trends: what earlier waves released, read back from their archived facts (S-37).

Belongs here: facts to `EarlierWave`. Does not: whether they compare (trend), or the archive itself (surveys).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from assess.disclosure.registry import Kind
from assess.reports.blocks import gaps, standing
from assess.reports.blocks.page import COMPANY
from assess.reports.facts import Facts, FactsError, Figure, ReleasedFigure
from assess.scoring.trend import GAP, EarlierWave

Printed = tuple[float, float | None, float | None]


def earlier_waves(archive: Iterable[Facts]) -> tuple[EarlierWave, ...]:
    """Return what each wave released, by series: the printed, rounded numbers of the process interval."""
    return tuple(_wave(facts) for facts in archive)


def _wave(facts: Facts) -> EarlierWave:
    wave, hashes = facts.provenance.get("wave"), facts.provenance.get("scale_hashes")
    number = wave.get("number") if isinstance(wave, Mapping) else None
    if not isinstance(number, int) or not isinstance(hashes, Mapping):
        raise FactsError("these facts do not say which wave they are of, or how its scales were scored")
    return EarlierWave(
        number=number,
        figures=dict(_series(facts, tuple(hashes))),
        scale_hashes={subject: str(value) for subject, value in hashes.items()},
    )


def _series(facts: Facts, subjects: Iterable[str]) -> Iterator[tuple[str, Printed | None]]:
    scopes = (COMPANY, *(side.code for side in facts.client.sides))
    for subject in subjects:
        for kind in (Kind.SCALE, Kind.COMPOSITE):
            # A subject is one of the two; a series of the wrong kind is one that nobody asks for.
            ids = {scope: standing.process(subject, scope) for scope in scopes} | {GAP: gaps.gap_process(subject)}
            for scope, id_ in ids.items():
                if id_ in facts.figures:
                    yield f"{kind}.{subject}.{scope}", _printed(facts.figures[id_])


def _printed(figure: Figure) -> Printed | None:
    if not isinstance(figure, ReleasedFigure):
        return None
    low, high = (None if end is None else float(end) for end in (figure.lo95, figure.hi95))
    return float(figure.value), low, high
