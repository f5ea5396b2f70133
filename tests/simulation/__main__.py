"""`make simulate`: every quantity of S-60 at full size on every core, one table; exit code 1 if a row is misplaced."""

from __future__ import annotations

import argparse
import multiprocessing
import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from simulation_quantities import FULL, QUANTITIES, WIDER
from simulation_table import Measured, table

Task = tuple[int, int, int]


def measured(task: Task) -> tuple[Task, float]:
    """Measure one cell of one quantity: (row, cell, samples)."""
    row, cell, samples = task
    quantity = QUANTITIES[row]
    return task, quantity.measure(quantity.cells[cell], samples)


def main() -> int:
    """Measure every cell and print the table."""
    parser = argparse.ArgumentParser(prog="tests/simulation", description=__doc__)
    parser.add_argument("--samples", type=int, default=FULL, help=f"samples a cell; under {FULL} bands are wider")
    parser.add_argument("--cells", action="store_true", help="print every cell's figure under the table")
    options = parser.parse_args()
    tasks = [(row, cell, options.samples) for row, q in enumerate(QUANTITIES) for cell in range(len(q.cells))]
    console = Console(stderr=True)
    found: dict[tuple[int, int], float] = {}
    with (
        multiprocessing.Pool() as pool,
        Progress(
            TextColumn("{task.description:50}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        ) as progress,
    ):
        bar = progress.add_task("cells", total=len(tasks))
        for (row, cell, _), figure in pool.imap_unordered(measured, tasks):
            found[row, cell] = figure
            progress.update(bar, advance=1, description=QUANTITIES[row].title)
    rows = [
        Measured(
            quantity=quantity,
            figures=tuple(found[row, cell] for cell in range(len(quantity.cells))),
            wider=0.0 if options.samples >= FULL else WIDER,
        )
        for row, quantity in enumerate(QUANTITIES)
    ]
    print(f"{options.samples:,} samples a cell, {len(tasks)} cells, fixed seeds (S-60)")
    print(table(rows))
    if options.cells:
        for each in rows:
            for where, figure in zip(each.quantity.cells, each.figures, strict=True):
                print(f"{each.quantity.title}\t{where.name}\t{figure:.4f}")
    return 0 if all(each.right for each in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
