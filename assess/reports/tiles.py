"""The three facts at the head of the brief: the level, the largest headline gap, who answered (R-15, block 1)."""

from __future__ import annotations

from dataclasses import dataclass

from assess.reports import typography
from assess.reports.charts.source import Source, released
from assess.reports.facts import Block, Row
from assess.reports.sources import answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One of the three facts at the head of the brief."""

    name: str
    value: str
    interval: str
    means: str


def tiles(source: Source, block: Block) -> tuple[Tile, ...]:
    """Return the brief's facts: the level, the largest headline gap, who answered."""
    return tuple(tile for row in block.rows if (tile := _tile(source, row)) is not None)


def _tile(source: Source, row: Row) -> Tile | None:
    if row.subject == "ballots":
        return _answered_tile(source, row)
    if "gap" in row.figures:
        return _gap_tile(source, row)
    if "company" in row.figures:
        return _level_tile(source, row)
    return None


def _level_tile(source: Source, row: Row) -> Tile:
    company = source.role(row, "company")
    change = source.role(row, "change")
    band = row.band.get("company", ())
    words = [source.tr("Band: {band}.", band=source.band(band))] if band else []
    if released(change) is not None:
        words.append(
            source.tr("Change: {change} {interval}.", change=source.signed(change), interval=source.interval(change))
        )
    return Tile(
        name=source.name(row.subject),
        value=source.value(company) if released(company) else typography.DASH,
        interval=_ends(source.interval(company)),
        means=" ".join(words) if released(company) else source.value(company),
    )


def _gap_tile(source: Source, row: Row) -> Tile:
    gap = source.role(row, "gap")
    sides = ", ".join(
        source.beside(index, source.value(figure)) for index, figure in enumerate(source.of_sides(row)) if figure
    )
    shown = released(gap) is not None
    return Tile(
        name=source.tr("Difference: {name}", name=source.name(row.subject)),
        value=source.signed(gap) if shown else typography.DASH,
        interval=_ends(source.interval(gap)),
        means=f"{source.verdict(gap)}. {sides}." if shown else source.value(gap),
    )


def _answered_tile(source: Source, row: Row) -> Tile:
    n, of = source.role(row, "answered"), source.role(row, "invited")
    value = source.value(n) if of is None else source.tr("{n} of {all}", n=source.value(n), all=source.value(of))
    return Tile(name=source.tr("Who answered"), value=value, interval="", means=answered(source))


def _ends(interval: str) -> str:
    return "" if interval == typography.DASH else interval
