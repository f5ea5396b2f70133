"""The table of `make simulate` says which rows are not where they must be (S-60)."""

from __future__ import annotations

from simulation_cells import Cell, Endless
from simulation_populations import item
from simulation_quantities import Quantity
from simulation_table import Measured, table

CELLS = tuple(Endless(x=item("mod"), y=item("mod"), n=n, m=n) for n in (12, 30))


def figure(_cell: Cell, _samples: int) -> float:
    return 0.9


def measured(*figures: float, planted: bool = False, band: bool = True, wider: float = 0.0) -> Measured:
    quantity = Quantity(
        title="coverage",
        measure=figure,
        cells=CELLS,
        accept=(0.94, 0.96) if band else None,
        proper=figure if planted else None,
    )
    return Measured(quantity=quantity, figures=figures, wider=wider)


def test_a_row_is_right_when_every_cell_is_in_its_band() -> None:
    """S-60: one cell outside is enough to be wrong; the small size widens both ends."""
    assert measured(0.94, 0.96).right
    assert not measured(0.95, 0.961).right
    assert not measured(0.939, 0.95).right
    assert measured(0.93, 0.97, wider=0.015).right


def test_a_planted_weakness_is_right_when_it_is_out() -> None:
    """S-60: planted weaknesses must fail."""
    assert measured(0.95, 0.80, planted=True).right
    assert not measured(0.95, 0.95, planted=True).right


def test_a_row_without_a_band_is_measured_and_never_wrong() -> None:
    """S-60 names no band for it."""
    row = measured(0.1, 0.9, band=False)
    assert row.right
    assert "no band in S-60" in table([row])


def test_the_table_prints_the_range_the_band_and_the_cells_that_are_out() -> None:
    """S-60: whoever reads a failed run sees which cell it was."""
    text = table([measured(0.95, 0.9), measured(0.95, 0.95, planted=True)])
    assert ".9000-.9500" in text
    assert ".9400-.9600" in text
    assert "coverage: items mod v mod, 30/30: .9000" in text
    assert "coverage: items mod v mod, 12/12: .9500" in text
    assert text.count("12/12") == 1
    assert "THE WEAKNESS IS NOT SEEN" in text
