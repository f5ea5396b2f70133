"""The table of a run: one row a quantity, and whether it is where it must be.

Belongs here: judging measured figures by their row's band, and laying them out. Does not: measuring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulation_quantities import Quantity

_HEAD = ("quantity", "cells", "measured", "accept", "in band?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A quantity with its figure in each of its cells."""

    quantity: Quantity
    figures: tuple[float, ...]
    wider: float = 0.0

    @property
    def in_band(self) -> bool | None:
        """Whether every cell is in the band; None where S-60 has no band."""
        return None if self.quantity.accept is None else self.quantity.inside(self.figures, self.wider)

    @property
    def right(self) -> bool:
        """Whether the row is where it must be: in its band, or out of it for a planted weakness."""
        return self.in_band is None or self.in_band is not self.quantity.planted

    @property
    def verdict(self) -> str:
        """The last column."""
        if self.in_band is None:
            return "no band in S-60"
        word = "in" if self.in_band else "OUT"
        if self.quantity.planted:
            return f"{word}, as it must be" if self.right else f"{word}: THE WEAKNESS IS NOT SEEN"
        return word


def table(rows: Sequence[Measured]) -> str:
    """Return the whole table as text, and under it the cells that put a row where it must not be."""
    lines = [_HEAD, *(_line(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    text = ["  ".join(part.ljust(width) for part, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    text.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*text, *(cell for row in rows if not row.right for cell in _wrong_cells(row))])


def _line(row: Measured) -> tuple[str, ...]:
    low, high = min(row.figures), max(row.figures)
    return (
        row.quantity.title,
        str(len(row.figures)),
        _figure(low) if low == high else f"{_figure(low)}-{_figure(high)}",
        _band(row),
        row.verdict,
    )


def _band(row: Measured) -> str:
    if row.quantity.accept is None:
        return "-"
    low, high = row.quantity.accept[0] - row.wider, row.quantity.accept[1] + row.wider
    if high >= 1:
        return f">= {_figure(low)}"
    return f"<= {_figure(high)}" if row.quantity.accept[0] == 0 else f"{_figure(low)}-{_figure(high)}"


def _wrong_cells(row: Measured) -> list[str]:
    """Name the cells out of the band of a row that must be in it; all cells of a weakness that was not seen."""
    return [
        f"  {row.quantity.title}: {cell.name}: {_figure(figure)}"
        for cell, figure in zip(row.quantity.cells, row.figures, strict=True)
        if row.quantity.planted or not row.quantity.inside([figure], row.wider)
    ]


def _figure(share: float) -> str:
    return f"{share:.4f}".removeprefix("0")
