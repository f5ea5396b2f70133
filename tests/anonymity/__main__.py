"""`make attack`: every attack of anonymity.md at full size, one table; exit code 1 if a row does not hold."""

from __future__ import annotations

import argparse
import importlib.util
import sys
import warnings
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent
# As pytest's `pythonpath` does.
FOLDERS = ("anonymity", "db", "e2e", "unit/reports", "unit/web", "unit/web/respond")
sys.path[:0] = [str(TESTS / folder) for folder in FOLDERS]

import attack_table as attacks  # noqa: E402 - found through the line above

FIGURES = TESTS.parent / "docs" / "attacks.json"


def run(name: str, size: int) -> list[attacks.Row]:
    """Run one attack."""
    if importlib.util.find_spec(attacks.MODULES[name]) is None:
        return [attacks.missing(name)]
    return attacks.attack(name)(size)


def main(arguments: list[str] | None = None, figures: Path = FIGURES) -> int:
    """Run the attacks, print the table; a whole run at full size keeps its figures for the docs and the risk sheet."""
    parser = argparse.ArgumentParser(prog="tests/anonymity", description=__doc__)
    parser.add_argument("attacks", nargs="*", metavar="ATTACK", help="T1 ... T13, faults; all of them if none is named")
    parser.add_argument("--suite", action="store_true", help="the small size of `make test`")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.attacks if name not in attacks.MODULES]
    if unknown:
        parser.error(f"{', '.join(unknown)}: the attacks are {', '.join(attacks.MODULES)}")
    warnings.simplefilter("error")
    size = attacks.SUITE if options.suite else attacks.FULL
    names = options.attacks or list(attacks.MODULES)
    console = Console(stderr=True)
    rows: list[attacks.Row] = []
    with Progress(
        TextColumn("{task.description:30}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    ) as progress:
        bar = progress.add_task("attacks", total=len(names))
        for name in names:
            progress.update(bar, description=f"{name} {attacks.MODULES[name].removeprefix('test_anonymity_')}")
            rows += run(name, size)
            progress.advance(bar)
    print(attacks.text(rows))
    if size > attacks.SUITE and not options.attacks:
        day = datetime.now(UTC).date()
        figures.write_text(attacks.figures(rows, version=version("assess"), day=day, size=size), encoding="utf-8")
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
