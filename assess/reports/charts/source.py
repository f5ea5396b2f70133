"""Where charts read their printed numbers and names: facts of one report in one locale. Nothing is computed here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from assess.i18n import Translate, translator
from assess.reports import typography, wording
from assess.reports.charts.chart import Cell
from assess.reports.facts import (
    BandedFigure,
    Block,
    Facts,
    Figure,
    NotEstimableFigure,
    ReleasedFigure,
    Row,
    SideFacts,
    WithheldFigure,
    Words,
)

Kind = Literal["gap", "change", "error"]

OTHER_WAVES = ("wave_", "previous_", "change", "usual")
"""Roles that look at other waves than this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The facts a chart is drawn from, and the language it speaks."""

    facts: Facts
    locale: str

    @property
    def tr(self) -> Translate:
        """The translator of the locale."""
        return translator(self.locale)

    @property
    def words(self) -> Words:
        """The instrument's and playbook's words in the locale."""
        return self.facts.vocabulary[self.locale]

    @property
    def sides(self) -> tuple[SideFacts, ...]:
        """The sides, first = x."""
        return self.facts.client.sides

    def short(self, index: int) -> str:
        """Return a side's short name."""
        return self.sides[index].short[self.locale]

    def play(self, code: str) -> Mapping[str, str] | None:
        """Return the texts of a play as printed, if the facts hold them."""
        texts = self.words.plays.get(code)
        return None if texts is None else {key: typography.ours(text, self.locale) for key, text in texts.items()}

    def index(self, subject: str) -> int | None:
        """Return which side a subject is, or None for anything else."""
        return next((at for at, side in enumerate(self.sides) if side.code == subject), None)

    @property
    def series(self) -> tuple[Mapping[str, JsonValue], ...]:
        """The waves of the comparable series, this one last."""
        waves = self.facts.provenance.get("series")
        return tuple(w for w in waves if isinstance(w, Mapping)) if isinstance(waves, list) else ()

    def wave_name(self, k: int) -> str:
        """Return the label of the k-th wave of the series (from 1), its number where it has no label."""
        waves = self.series
        label = str(waves[k - 1].get("label", "")) if k <= len(waves) else ""
        return typography.wave(label, self.locale) if label else typography.plain(k, self.locale)

    def role(self, row: Row, role: str) -> Figure | None:
        """Return the figure of a role in a row, if the row has it."""
        id_ = row.figures.get(role)
        return None if id_ is None else self.facts.figures[id_]

    def of_sides(self, row: Row, prefix: str = "") -> tuple[Figure | None, ...]:
        """Return the figures of a role by side, in the order of sides."""
        return tuple(self.role(row, prefix + side.code) for side in self.sides)

    def name(self, subject: str) -> str:
        """Return what a row is about as printed: scale, item, side, or the whole."""
        if subject in self.words.scales:
            return self.words.scales[subject]["name"]
        if subject in self.words.items:
            return self.words.items[subject]["short"] or subject
        for side in self.sides:
            if side.code == subject:
                return side.short[self.locale]
        if subject in ("total", "ballots"):
            return self.tr("Everyone")
        raise KeyError(f"{subject} has no name in the vocabulary of these facts")

    def wordings(self, code: str) -> tuple[str, ...]:
        """Return an item's text as each side read it, once where the sides' names alone are exchanged."""
        item = self.words.items[code]
        texts = tuple(dict.fromkeys(item[side.code] for side in self.sides if side.code in item))
        return texts[:1] if len(texts) == 2 and self._exchanged(texts[0]) == texts[1] else texts

    def _exchanged(self, text: str) -> str:
        """Return a text with the two sides' labels in each other's place."""
        first, second = (side.label[self.locale] for side in self.sides)
        pairs = {first: second, second: first}
        pairs |= {_upper(label): _upper(other) for label, other in pairs.items()}
        names = "|".join(re.escape(label) for label in sorted(pairs, key=len, reverse=True))
        return re.sub(names, lambda found: pairs[found.group()], text)

    def value(self, figure: Figure | None) -> str:
        """Return a figure as printed, a dash where the row has none."""
        return typography.DASH if figure is None else typography.num(figure, self.locale)

    def beside(self, index: int, words: str) -> str:
        """Return a side's name with its number: Sales 62; a name that ends in a digit keeps its distance, 13: 62."""
        name = self.short(index)
        return self.tr("{side}: {words}", side=name, words=words) if name[-1:].isdigit() else f"{name} {words}"

    def cell(self, figure: Figure | None) -> str:
        """Return a figure as a table cell: a dash instead of the reason why there is none."""
        return typography.DASH if isinstance(figure, NotEstimableFigure) else self.value(figure)

    def signed_cell(self, figure: Figure | None) -> str:
        """Return a difference as a table cell: a dash instead of the reason why there is none."""
        return typography.DASH if isinstance(figure, NotEstimableFigure) else self.signed(figure)

    def signed(self, figure: Figure | None) -> str:
        """Return a difference as printed; a direction names the side that scores higher."""
        match figure:
            case None:
                return typography.DASH
            case BandedFigure(code="higher"):
                return self.tr("{side} higher", side=self.short(0))
            case BandedFigure(code="lower"):
                return self.tr("{side} higher", side=self.short(1))
            case _:
                return typography.signed(figure, self.locale)

    def interval(self, figure: Figure | None) -> str:
        """Return a figure's 95 % interval as printed, a dash where there is none."""
        return typography.DASH if figure is None else typography.interval(figure, self.locale)

    def verdict(self, figure: Figure | None, kind: Kind = "gap") -> str:
        """Return the label of a comparison's verdict with its modifiers (S-30, S-31); row 7 without an estimate."""
        match figure:
            case None | BandedFigure():
                return typography.DASH
            case WithheldFigure():
                return self.withheld
            case ReleasedFigure(verdict=None):
                return typography.DASH
            case ReleasedFigure() | NotEstimableFigure():
                return wording.comparison_label(figure, kind, self.locale)

    def judged(self, figure: Figure | None, kind: Kind = "gap", *, exploratory: bool = True) -> Cell:
        """Return the cell of a verdict; without an estimate the reason stands below (S-30).

        `exploratory` False leaves that modifier out, for tables whose header says it of every row.
        """
        notes = (self.value(figure),) if isinstance(figure, NotEstimableFigure) else ()
        if isinstance(figure, ReleasedFigure) and not exploratory:
            kept = tuple(modifier for modifier in figure.modifiers if modifier != "exploratory")
            figure = figure.model_copy(update={"modifiers": kept})
        return Cell(text=self.verdict(figure, kind), notes=notes)

    def label(self, row: Row) -> str:
        """Return a row's co-orientation label (I-20), with the side it names."""
        if row.label is None:
            return typography.DASH
        words = wording.label_name(row.label, row.likely, self.locale)
        return words if row.named_side is None else f"{words} ({self.name(row.named_side)})"

    def band(self, codes: Sequence[str]) -> str:
        """Return band words, joined where the interval lies across a cut (I-19)."""
        return wording.band(tuple(codes), self.locale) if codes else typography.DASH

    @property
    def withheld(self) -> str:
        """Verdict 1, the words of every placeholder (R-26)."""
        return self.tr(typography.WITHHELD)


def _upper(label: str) -> str:
    return label[:1].upper() + label[1:]


def hidden(source: Source, row: Row) -> bool:
    """Return whether a row is withheld (R-4).

    Its own figures decide; those of other waves may be withheld by themselves and then break a line.
    """
    own = {id_ for role, id_ in row.figures.items() if not role.startswith(OTHER_WAVES)}
    if own:
        return any(isinstance(source.facts.figures[id_], WithheldFigure) for id_ in own)
    return bool(row.figures) and all(
        isinstance(source.facts.figures[id_], WithheldFigure) for id_ in row.figures.values()
    )


def shown(source: Source, rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows that are not withheld."""
    return tuple(row for row in rows if not hidden(source, row))


def released(figure: Figure | None) -> ReleasedFigure | None:
    """Return the figure if it carries a number that may be drawn."""
    return figure if isinstance(figure, ReleasedFigure) else None


def not_shown(source: Source, rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the sentence of an alt text that names withheld rows, if there are any."""
    names = [source.name(row.subject) for row in rows if hidden(source, row)]
    if not names:
        return ()
    return (source.tr("{names}: {withheld}.", names=", ".join(names), withheld=source.withheld.lower()),)


def last_words(source: Source) -> str:
    """Return the sentence every alt text ends with (R-27)."""
    return source.tr("The figures are in the table below.")


def group_rows(block: Block, group: str | None) -> tuple[Row, ...]:
    """Return a block's rows of one group, in printed order."""
    return tuple(row for row in block.rows if row.group == group)


__all__ = [
    "NotEstimableFigure",
    "Source",
    "group_rows",
    "hidden",
    "last_words",
    "not_shown",
    "released",
    "shown",
]
