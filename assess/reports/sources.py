"""The source line of an evidence page: who answered, whom the intervals speak of, which comparisons (R-16)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from assess.reports import typography
from assess.reports.charts.source import OTHER_WAVES, Source
from assess.reports.facts import Block, ReleasedFigure, Row

FAMILIES: Final = {
    "headline": "headline scales",
    "exploratory": "other scales and statements",
    "mirror": "mirror",
    "change_headline": "change of headline scales",
    "change_other": "other change",
}


def line(source: Source, block: Block) -> Iterable[str]:
    """Return the parts of the source line: who answered, whom the intervals speak of, which family (R-16)."""
    if not any(figure_ids(row) for row in block.rows):
        return
    if people := ballots(source):
        yield people
    if block.scale is not None and any(_exchanged(source, row) for row in block.rows):
        yield source.tr(
            "statements as {first} read them; {second} read them with the names exchanged",
            first=source.short(0),
            second=source.short(1),
        )
    now = tuple(_released(source, block, lambda role: not role.startswith(OTHER_WAVES)))
    moved = tuple(_released(source, block, lambda role: role.startswith("change")))
    spoken = estimand(source, now, moved)
    if spoken:
        yield spoken
    released = now or moved
    families = sorted({(f.family, f.family_size) for f in released if f.family and f.family_size})
    if families:
        names = "; ".join(
            source.tr(
                "{family}, {m}",
                family=source.tr(FAMILIES[family]),
                m=typography.plain(size, source.locale),
            )
            for family, size in families
            if family in FAMILIES and size is not None
        )
        yield source.tr("judged together: {names}", names=names)


def _exchanged(source: Source, row: Row) -> bool:
    """Return whether one wording stands for both, though the sides did not read the very same words."""
    read = {text for key, text in source.words.items[row.subject].items() if key != "short"}
    return len(source.wordings(row.subject)) < len(read)


def figure_ids(row: Row) -> tuple[str, ...]:
    """Return the ids of a row's figures in the order of its roles."""
    return tuple(row.figures.values())


def answered(source: Source) -> str:
    """Return who answered in one sentence, empty where nobody may be told."""
    parts = ballots(source)
    return source.tr("Answered: {parts}.", parts=parts) if parts else ""


def ballots(source: Source) -> str:
    """Return how many of each side answered, of how many where the head count is known."""
    parts = []
    for index, side in enumerate(source.sides):
        n = source.facts.figures.get(f"participation.ballots.answered.{side.code}")
        of = source.facts.figures.get(f"participation.ballots.invited.{side.code}")
        if isinstance(n, ReleasedFigure) and isinstance(of, ReleasedFigure):
            words = source.tr("{n} of {all}", n=source.value(n), all=source.value(of))
            parts.append(source.beside(index, words))
        elif isinstance(n, ReleasedFigure):
            parts.append(source.beside(index, source.value(n)))
    return ", ".join(parts)


def estimand(source: Source, now: Sequence[ReleasedFigure], moved: Sequence[ReleasedFigure]) -> str:
    """Return whom the intervals speak of (S-11); changes always speak of how the departments work."""
    tr = source.tr
    words = {"A": tr("these people, this quarter"), "B": tr("how these departments work")}
    here, change = (
        next((f.estimand for f in figures if f.estimand and f.lo95 is not None), None) for figures in (now, moved)
    )
    match here, change:
        case ("A" | "B" as code, None):
            return tr("intervals: {whom}", whom=words[code])
        case (None, "A" | "B" as code):
            return tr("intervals: {whom}", whom=words[code])
        case ("A" | "B" as code, "A" | "B" as other) if code != other:
            return tr("intervals: {whom}; of changes: {others}", whom=words[code], others=words[other])
        case ("A" | "B" as code, _):
            return tr("intervals: {whom}", whom=words[code])
        case _:
            return ""


def _released(source: Source, block: Block, wanted: Callable[[str], bool]) -> Iterator[ReleasedFigure]:
    for row in block.rows:
        for role, id_ in row.figures.items():
            figure = source.facts.figures[id_]
            if wanted(role) and isinstance(figure, ReleasedFigure):
                yield figure
