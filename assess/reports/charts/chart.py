"""What a chart is: a drawing that cannot exist without its words and its table (R-22, R-27, R-28)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from markupsafe import Markup

from assess.reports.charts import svg, tokens

ALT_LIMIT: Final = 300
ROW_LIMIT: Final = 12

CellKind = Literal["text", "number", "withheld", "quiet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A printed cell. `side`: index of the side it speaks of (its mark stands before a header); `note`: small print."""

    text: str
    kind: CellKind = "text"
    side: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of a figures table: what it is about, then its cells; `withheld` rows say so once across all columns."""

    head: Cell
    cells: tuple[Cell, ...] = ()
    withheld: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The figures of a chart in the order of the chart, at most twelve rows (R-28)."""

    caption: str
    columns: tuple[Cell, ...]
    lines: tuple[Line, ...]
    class_: str = ""

    def __post_init__(self) -> None:
        """Refuse a table without rows or with more than a page can hold, and ragged rows."""
        if not 0 < len(self.lines) <= ROW_LIMIT:
            raise ValueError(f"a figures table has 1 to {ROW_LIMIT} rows, not {len(self.lines)}")
        for row in self.lines:
            if row.withheld is None and len(row.cells) != len(self.columns):
                raise ValueError(f"row {row.head.text!r} has {len(row.cells)} cells for {len(self.columns)} columns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A finished chart: size in units, words read in its place, drawing, and figures table."""

    kind: str
    id: str
    w: float
    h: float
    alt: str
    svg: Markup
    table: Table

    def __post_init__(self) -> None:
        """Refuse a chart without words, or with more than a listener can follow (R-27)."""
        if not 0 < len(self.alt) <= ALT_LIMIT:
            raise ValueError(f"alt text of {self.id} has {len(self.alt)} characters; 1 to {ALT_LIMIT} are allowed")


def finish(*, kind: str, id_: str, h: float, alt: tuple[str, ...], children: list[svg.Element], table: Table) -> Chart:
    """Return a chart of the full width; of the alt sentences, as many are kept from the front as fit, and the last."""
    words = clip_alt(alt)
    return Chart(
        kind=kind,
        id=id_,
        w=tokens.WIDTH,
        h=h,
        alt=words,
        svg=svg.drawing(tokens.WIDTH, h, words, children),
        table=table,
    )


def clip_alt(sentences: tuple[str, ...]) -> str:
    """Join sentences within the limit: the last one always stays, others leave from the back."""
    *body, last = sentences
    while body and len(" ".join([*body, last])) > ALT_LIMIT:
        body.pop()
    return " ".join([*body, last])
