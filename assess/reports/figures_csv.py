"""`figures.csv`: every figure of the facts on a row, in the order of the blocks (R-41). A view: nothing is computed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

from assess.reports.facts import BandedFigure, Facts, Figure, NotEstimableFigure, ReleasedFigure, WithheldFigure

COLUMNS: Final = (
    "facts_version",
    "wave",
    "instrument",
    "instrument_version",
    "form",
    "block",
    "figure_id",
    "scope",
    "subject",
    "statistic",
    "unit",
    "state",
    "reason",
    "missing_x",
    "missing_y",
    "value",
    "lo95",
    "hi95",
    "lo90",
    "hi90",
    "verdict",
    "estimand",
    "family",
)
UNSAFE: Final = ("=", "+", "-", "@", "\t", "\r")
"""Text that a spreadsheet would take for a formula gets an apostrophe (A-30); numbers are no text."""


def table(facts: Facts) -> bytes:
    """Return the CSV: RFC 4180, UTF-8, decimal point, ASCII hyphen, numbers empty where nothing may stand."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    about = _about(facts)
    for id_ in order(facts):
        cells = {**about, **_named(id_), **_values(facts, facts.figures[id_])}
        writer.writerow([cells.get(column, "") for column in COLUMNS])
    return out.getvalue().encode()


def order(facts: Facts) -> Iterator[str]:
    """Yield every figure id once: block by block in the order of rows and lists, then the rest by id."""
    seen: set[str] = set()
    for block in facts.blocks:
        rows = (id_ for row in block.rows for id_ in row.figures.values())
        for id_ in (*rows, *block.figures):
            if id_ not in seen and id_ in facts.figures:
                seen.add(id_)
                yield id_
    yield from sorted(set(facts.figures) - seen)


def _about(facts: Facts) -> dict[str, str]:
    wave, instrument = (_node(facts.provenance.get(name)) for name in ("wave", "instrument"))
    return {
        "facts_version": facts.facts_version,
        "wave": safe(str(wave.get("label", ""))),
        "instrument": safe(str(instrument.get("slug", ""))),
        "instrument_version": str(instrument.get("version", "")),
        "form": safe(str(instrument.get("form", ""))),
    }


def _named(id_: str) -> dict[str, str]:
    block, subject, statistic, scope = id_.split(".", 3)
    return {"block": block, "figure_id": id_, "scope": safe(scope), "subject": subject, "statistic": statistic}


def _values(facts: Facts, figure: Figure) -> dict[str, str]:
    match figure:
        case WithheldFigure():
            return {"state": "withheld"}
        case BandedFigure(code=code, unit=unit):
            return {"state": "banded", "unit": unit, "reason": code}
        case NotEstimableFigure(reason=reason):
            return {"state": "not_estimable", "reason": reason}
        case ReleasedFigure():
            return {
                "state": "released",
                "unit": figure.unit,
                **_missing(facts, figure),
                **{
                    name: "" if (value := getattr(figure, name)) is None else str(value)
                    for name in ("value", "lo95", "hi95", "lo90", "hi90", "verdict", "estimand", "family")
                },
            }


def _missing(facts: Facts, figure: ReleasedFigure) -> dict[str, str]:
    classes = figure.missing or {}
    sides = [side.code for side in facts.client.sides]
    return {column: classes.get(side, "") for column, side in zip(("missing_x", "missing_y"), sides, strict=False)}


def _node(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def safe(text: str) -> str:
    """Return text that no spreadsheet takes for a formula (A-30)."""
    return f"'{text}" if text.startswith(UNSAFE) else text
