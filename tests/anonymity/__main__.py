"""`make attack`: every attack of anonymity.md at full size, one table; exit code 1 if a row does not hold."""

from __future__ import annotations

import argparse
import importlib.util
import sys
import traceback
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

DOCS = TESTS.parent / "docs"


def run(name: str, size: int) -> list[attacks.Row]:
    """Run one attack; one that stops does not hold, and takes the others' rows not with it."""
    if importlib.util.find_spec(attacks.MODULES[name]) is None:
        return [attacks.missing(name)]
    try:
        return attacks.attack(name)(size)
    except Exception as fault:  # noqa: BLE001 - whatever it is, the run fails and says where
        traceback.print_exc()
        return [attacks.stopped(name, fault)]


def main(arguments: list[str] | None = None, docs: Path = DOCS) -> int:
    """Run the attacks, print the table; at full size, keep its figures for the docs and the risk sheet.

    Single attacks at full size renew their rows of a table that a whole run made; alone they make none.
    """
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
    figures = docs / "attacks.json"
    if size > attacks.SUITE and (figures.exists() or not options.attacks):
        whole = attacks.renewed(rows, attacks.read(figures.read_text(encoding="utf-8"))) if options.attacks else rows
        keep(docs, whole, size)
    return 0 if all(row.holds for row in rows) else 1


def keep(docs: Path, rows: list[attacks.Row], size: int) -> None:
    """Write the table where it is cited: attacks.json, and the place for it in anonymity.md."""
    page = docs / "anonymity.md"
    page.write_text(attacks.placed(page.read_text(encoding="utf-8"), rows), encoding="utf-8")
    made = attacks.figures(rows, version=version("assess"), day=datetime.now(UTC).date(), size=size)
    (docs / "attacks.json").write_text(made, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
