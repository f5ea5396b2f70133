"""The values of the grammar (P-2): read from columns of answers, or from the client's records.

Belongs here: what a value's name and arguments mean. Does not: thresholds, and, or (evaluate).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from assess.advice.grammar import ANY
from assess.advice.model import Records, Ref
from assess.advice.signal import Value
from assess.scoring.columns import ANSWERED, DECIMALS, EXPECTED, MEAN, PREDICTION, Column, Columns, Missing

COMPANY = "C"

RECORDED = frozenset({"prev", "past", "roster", "crm", "plan"})
"""Values that are constants of the client's records; the others are read from answers."""

Members = list[tuple[Ref, Column]]
"""A value's single members (P-3); more than one for `any` only."""


def members(value: Value, columns: Columns) -> Members | Missing:
    """Return the columns of an answer-based value, each with the value it is, or why there are none (P-6)."""
    name, *arguments = value.name, *value.arguments
    match name:
        case "score":
            code, who = arguments
            return _whose(who, columns, lambda side: columns.score(code, side), (name, code))
        case "item":
            code, who = arguments
            return _whose(who, columns, lambda side: columns.of(f"item.{code}", side), (name, code))
        case "share":
            code, codes, who = arguments
            chosen = codes_of(codes)
            return _whose(who, columns, lambda side: columns.share(code, chosen, side), (name, code, codes))
        case "err":
            topic, who = arguments
            return _errors(topic, who, columns)
        case _:
            return _gap(name, arguments[0], columns)


def codes_of(text: str) -> range:
    """Return the answer codes that `<=2` or `>=4` names."""
    code = int(text[2:])
    return range(1, code + 1) if text.startswith("<=") else range(code, 8)


def recorded(value: Value, columns: Columns, records: Records) -> list[tuple[Ref, float | None]]:
    """Return the numbers of a record-based value, None where the client has none; several for `any` only."""
    ref = (value.name, *value.arguments)
    match value.name:
        case "prev":
            score, who = value.arguments
            return _stated(who, {side: records.prev.get((score, side)) for side in (*columns.sides, COMPANY)}, ref)
        case "roster":
            (who,) = value.arguments
            return _stated(who, {side: records.roster.get(side) for side in columns.sides}, ref)
        case "past":
            (play,) = value.arguments
            return [(ref, None if records.past is None else float(records.past.get(play, 0)))]
        case "crm":
            (metric,) = value.arguments
            return [(ref, records.crm.get(metric))]
        case _:
            side, field = value.arguments
            return [(ref, records.plans.get(side, {}).get(field))]


def _whose(
    who: str, columns: Columns, read: Callable[[str], Column | Missing], ref: tuple[str, ...]
) -> Members | Missing:
    """Return a value as rated by one side, by the mean, lower or higher of the sides, or by each (P-2)."""
    wanted = [who] if who in columns.sides else list(columns.sides)
    found: dict[str, Column] = {}
    for letter in wanted:
        column = read(columns.sides[letter])
        if isinstance(column, Missing):
            return column
        found[letter] = column
    if who in columns.sides or who == ANY:
        return [((*ref, letter), column) for letter, column in found.items()]
    x, y = found.values()
    match who:
        case "min":
            name = min(found, key=lambda letter: found[letter].point)
            column = _both(x, y, min(x.point, y.point), np.minimum(x.values, y.values))
        case "max":
            name = max(found, key=lambda letter: found[letter].point)
            column = _both(x, y, max(x.point, y.point), np.maximum(x.values, y.values))
        case _:
            name, column = COMPANY, _both(x, y, (x.point + y.point) / 2, (x.values + y.values) / 2)
    return [((*ref, name), column)]


def _errors(topic: str, who: str, columns: Columns) -> Members | Missing:
    """Return prediction errors: a side's mean prediction less the mean answer of the other side (E, Q; MIR: I-14)."""
    if topic == ANY:
        each = [_errors(name, who, columns) for name in columns.topics]
        found = [member for part in each if not isinstance(part, Missing) for member in part]
        return found or (Missing.TOO_FEW if Missing.TOO_FEW in each else Missing.NOT_IN_FORM)
    x, y = columns.sides.values()
    others = {x: y, y: x}

    def read(side: str) -> Column | Missing:
        if topic in columns.topics:
            subject = f"mirror.{topic}"
            mine, theirs = columns.of(subject, side, PREDICTION), columns.of(subject, others[side], MEAN)
        else:
            subject = f"mirror_scale.{topic}"
            mine, theirs = columns.of(subject, side, EXPECTED), columns.of(subject, others[side], ANSWERED)
        return _difference(mine, theirs)

    return _whose(who, columns, read, ("err", topic))


def _gap(name: str, code: str, columns: Columns) -> Members | Missing:
    """Return `gap`, x - y, or `absgap`, its size."""
    x, y = (
        columns.score(code, side) if code not in columns.levels else columns.of(f"item.{code}", side)
        for side in columns.sides.values()
    )
    gap = _difference(x, y)
    if isinstance(gap, Missing):
        return gap
    if name == "absgap":
        gap = Column(point=abs(gap.point), values=np.abs(gap.values), defined=gap.defined)
    return [((name, code), gap)]


def _difference(x: Column | Missing, y: Column | Missing) -> Column | Missing:
    if isinstance(x, Missing):
        return x
    return y if isinstance(y, Missing) else _both(x, y, x.point - y.point, x.values - y.values)


def _both(x: Column, y: Column, point: float, values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Column:
    """Return a column made of two: defined where both are."""
    return Column(point=round(point, DECIMALS), values=np.round(values, DECIMALS), defined=x.defined & y.defined)


def _stated(who: str, given: Mapping[str, float | None], ref: Ref) -> list[tuple[Ref, float | None]]:
    sides = {letter: number for letter, number in given.items() if letter != COMPANY}
    if who == ANY:
        return [((*ref[:-1], letter), number) for letter, number in sides.items()]
    if who in given and given[who] is not None:
        return [(ref, given[who])]
    known = [number for number in sides.values() if number is not None]
    if who in sides or len(known) < len(sides):
        return [(ref, None)]
    match who:
        case "min":
            return [(ref, min(known))]
        case "max":
            return [(ref, max(known))]
        case _:
            return [(ref, sum(known) / len(known))]
