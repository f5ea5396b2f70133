"""The table of the attacks: which module runs which attack of anonymity.md section 6, and what a row of it is.

Belongs here: the registry, the row, laying rows out as text and as the figures that docs and risk sheets cite. Does
not: attacking.

A module is `test_anonymity_*.py` with ``table(size: int) -> list[Row]``: `SUITE` is the small fixed size that
`make test` runs, anything larger the full size of section 6. It counts, it asserts nothing: a row says if it holds.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final, cast

SUITE: Final = 1
FULL: Final = 100

MODULES: Final[Mapping[str, str]] = {
    "T1": "test_anonymity_releases",
    "T2": "test_anonymity_reconstruction",
    "T3": "test_anonymity_tenants",
    "T4": "test_anonymity_storage",
    "T5": "test_anonymity_open_wave",
    "T6": "test_anonymity_shares",
    "T7": "test_anonymity_mail_admin",
    "T8": "test_anonymity_network",
    "T9": "test_anonymity_logs",
    "T10": "test_anonymity_cheating",
    "T11": "test_anonymity_tampering",
    "T12": "test_anonymity_hostile",
    "T13": "test_anonymity_files",
    "faults": "test_anonymity_faults",
}
"""The adversaries of section 6, then the faults of section 9."""

BEGIN: Final = "<!-- make attack: begin -->"
END: Final = "<!-- make attack: end -->"
"""Between these docs/anonymity.md has the table."""

_HEAD: Final = ("attack", "what", "product", "band", "planted weakness", "holds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One attack at one size.

    `score`: the product's. `band`: what chance, or the rule, allows. `planted`: the score of the weakness that the
    attack must catch. `holds`: the product is in its band and the weakness was caught.
    """

    attack: str
    what: str
    score: str
    band: str
    planted: str
    holds: bool


Attack = Callable[[int], list[Row]]


def attack(name: str) -> Attack:
    """Return the `table` of the module that runs an attack."""
    return cast("Attack", importlib.import_module(MODULES[name]).table)


def missing(name: str) -> Row:
    """Return the row of an attack that nobody has written: it does not hold."""
    return Row(attack=name, what=f"{MODULES[name]}.py is not there", score="-", band="-", planted="-", holds=False)


def stopped(name: str, fault: Exception) -> Row:
    """Return the row of an attack that did not come to its end: it does not hold."""
    what = f"stopped by {type(fault).__name__}"
    return Row(attack=name, what=what, score="-", band="-", planted="-", holds=False)


def text(rows: Sequence[Row]) -> str:
    """Return the whole table as text."""
    lines = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    laid = ["  ".join(part.ljust(width) for part, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    laid.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(laid)


def markdown(rows: Sequence[Row]) -> str:
    """Return the table as it stands in docs/anonymity.md."""
    lines = [_HEAD, ("-",) * len(_HEAD), *(_cells(row) for row in rows)]
    return "\n".join("|" + "|".join(cell.replace("|", "\\|") for cell in line) + "|" for line in lines)


def placed(page: str, rows: Sequence[Row]) -> str:
    """Return docs/anonymity.md with this table in the place of the one that it has."""
    before, found, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (found and ended):
        raise ValueError(f"docs/anonymity.md has no place for the table: {BEGIN} … {END}")
    return f"{before}{BEGIN}\n\n{markdown(rows)}\n\n{END}{after}"


def renewed(rows: Sequence[Row], before: Sequence[Row]) -> list[Row]:
    """Return a whole table of which some attacks were made again."""
    names = {row.attack for row in rows}
    order = list(MODULES)
    return sorted([row for row in before if row.attack not in names] + [*rows], key=lambda row: order.index(row.attack))


def figures(rows: Sequence[Row], *, version: str, day: date, size: int) -> str:
    """Return the figures as JSON, for docs/attacks.json: the version and the size, no machine and no time of day."""
    document: dict[str, Any] = {
        "command": "make attack",
        "version": version,
        "day": day.isoformat(),
        "size": "suite" if size <= SUITE else "full",
        "rows": [asdict(row) for row in rows],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def read(document: str) -> list[Row]:
    """Return the rows of docs/attacks.json."""
    return [Row(**row) for row in json.loads(document)["rows"]]


def _cells(row: Row) -> tuple[str, ...]:
    return (row.attack, row.what, row.score, row.band, row.planted, "yes" if row.holds else "NO")
