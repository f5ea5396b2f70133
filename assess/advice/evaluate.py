"""What a signal is worth on a wave: in how many resamples it holds, how far past its thresholds it is, and why.

Belongs here: thresholds, and, or, any (P-3, P-4, P-7) and the severity of P-8. Does not: what a value means (values),
statuses and order (match), gates (gates).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assess.advice.grammar import ANY
from assess.advice.model import Records, Ref, Rules
from assess.advice.signal import All, AnyOf, Compare, HasConflict, HasFact, HasLabel, Op, Signal
from assess.advice.values import RECORDED, members, recorded
from assess.scoring.columns import RESAMPLES, Bools, Columns, Floats, Missing
from assess.scoring.results import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What signals are evaluated on."""

    columns: Columns
    records: Records
    rules: Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A signal on a wave.

    `true` and `unknown` are bool arrays over the resamples (Kleene). `holds`, `severity` and `why` are read from the
    wave itself: `why` names the values that hold or, if none does, those that come nearest. `absent` says that a part
    of the signal asks what this form does not.
    """

    true: Bools
    unknown: Bools
    holds: bool
    severity: float
    why: tuple[Ref, ...]
    absent: bool = False


def evaluate(signal: Signal, on: Setting) -> Outcome | Missing:
    """Return what a signal is worth; `Missing.TOO_FEW` when too few gave one of its answers (P-6).

    What the form does not ask is unknown, like a record that nobody gave: an `or` may hold without it.
    """
    return _evaluate(signal, on, unknown=frozenset({Missing.NOT_IN_FORM}))


def true_in(signal: Signal, on: Setting) -> int:
    """Return in how many resamples a gate's condition is TRUE; what too few answered is unknown there."""
    found = _evaluate(signal, on, unknown=frozenset(Missing))
    return int(np.count_nonzero(found.true)) if isinstance(found, Outcome) else 0


def _evaluate(signal: Signal, on: Setting, *, unknown: frozenset[Missing]) -> Outcome | Missing:
    if isinstance(signal, All | AnyOf):
        parts = [_evaluate(part, on, unknown=unknown) for part in signal.parts]
        found = [part for part in parts if isinstance(part, Outcome)]
        if len(found) < len(parts):
            return Missing.TOO_FEW
        return _every(found) if isinstance(signal, All) else _some(found)
    leaf = _leaf(signal, on)
    if isinstance(leaf, Missing) and leaf in unknown:
        return replace(_record(None, (), on.rules), absent=True)
    return leaf


def _leaf(signal: Compare | HasLabel | HasFact | HasConflict, on: Setting) -> Outcome | Missing:
    match signal:
        case HasFact():
            return _record(on.records.facts.get(signal.name), ("fact", signal.name), on.rules)
        case HasConflict():
            stated = on.records.conflicts
            known = None if stated is None else not stated.isdisjoint(signal.codes)
            return _record(known, ("conflict", *signal.codes), on.rules)
        case HasLabel():
            return _label(signal, on)
        case _:
            return _recorded(signal, on) if signal.value.name in RECORDED else _answered(signal, on)


def rounded(value: float, nearest: float) -> float:
    """Return a value rounded to a multiple of `nearest`, half away from zero (P-8)."""
    return math.copysign(nearest * math.floor(abs(value) / nearest + 0.5), value)


def _every(parts: Sequence[Outcome]) -> Outcome:
    true = np.logical_and.reduce([part.true for part in parts])
    possible = np.logical_and.reduce([part.true | part.unknown for part in parts])
    return Outcome(
        true=true,
        unknown=possible & ~true,
        holds=all(part.holds for part in parts),
        severity=min(part.severity for part in parts),
        why=tuple(ref for part in parts for ref in part.why),
        absent=any(part.absent for part in parts),
    )


def _some(parts: Sequence[Outcome]) -> Outcome:
    true = np.logical_or.reduce([part.true for part in parts])
    unknown = np.logical_or.reduce([part.unknown for part in parts])
    severity = max(part.severity for part in parts)
    chosen = [part for part in parts if part.holds] or [part for part in parts if part.severity == severity]
    return Outcome(
        true=true,
        unknown=unknown & ~true,
        holds=any(part.holds for part in parts),
        severity=severity,
        why=tuple(ref for part in chosen for ref in part.why),
        absent=any(part.absent for part in parts),
    )


def _any(single: Sequence[Outcome]) -> Outcome:
    """Return `any`: it holds as often as its best single member, not as the union (P-3); the severest is the reason."""
    often = max(single, key=lambda member: int(np.count_nonzero(member.true)))
    telling = max(single, key=lambda member: (member.holds, member.severity))
    return Outcome(
        true=often.true, unknown=often.unknown, holds=telling.holds, severity=telling.severity, why=telling.why
    )


def _answered(signal: Compare, on: Setting) -> Outcome | Missing:
    """Return the test of an answer-based value, column by column."""
    found = members(signal.value, on.columns)
    if isinstance(found, Missing):
        return found
    threshold = signal.threshold + _shift(signal, on)
    full = on.rules.shares if signal.value.name == "share" else on.rules.points
    return _any(
        [
            Outcome(
                true=_test(column.values, signal.op, threshold) & column.defined,
                unknown=np.zeros(RESAMPLES, dtype=np.bool_),
                holds=bool(_test(np.array(column.point), signal.op, threshold)),
                severity=_severity(column.point, signal.op, threshold, full, on.rules),
                why=(ref,),
            )
            for ref, column in found
        ]
    )


def _recorded(signal: Compare, on: Setting) -> Outcome:
    """Return the test of a record-based value: a constant, unknown when missing (P-4)."""
    outcomes: list[Outcome] = []
    for ref, number in recorded(signal.value, on.columns, on.records):
        known = None if number is None else bool(_test(np.array(number), signal.op, signal.threshold))
        severity = None
        if signal.value.name == "crm" and number is not None:
            severity = _severity(number, signal.op, signal.threshold, on.rules.shares, on.rules)
        outcomes.append(_record(known, ref, on.rules, severity))
    return _any(outcomes)


def _record(known: bool | None, ref: Ref, rules: Rules, severity: float | None = None) -> Outcome:
    """Return a record, the same in every resample; severity 1 where it holds, but for figures of the CRM (P-8)."""
    low, high = rules.severity
    return Outcome(
        true=np.full(RESAMPLES, known is True),
        unknown=np.full(RESAMPLES, known is None),
        holds=known is True,
        severity=(high if severity is None else severity) if known else low,
        why=(ref,) if known else (),
    )


def _label(signal: HasLabel, on: Setting) -> Outcome | Missing:
    """Return the test of a label, every state leaned; severity by the largest of G, C_x, C_y (P-8)."""
    names = frozenset(Label(name) for name in signal.names)
    topics = on.columns.topics if signal.topic == ANY else (signal.topic,)
    read = {topic: on.columns.label(topic) for topic in topics}
    found = {topic: column for topic, column in read.items() if not isinstance(column, Missing)}
    if not found:
        return Missing.TOO_FEW if Missing.TOO_FEW in read.values() else Missing.NOT_IN_FORM
    low = on.rules.severity[0]
    return _any(
        [
            Outcome(
                true=column.among(names),
                unknown=np.zeros(RESAMPLES, dtype=np.bool_),
                holds=column.point in names,
                severity=_severity(column.size, Op.MORE, 0, on.rules.shares, on.rules)
                if column.point in names
                else low,
                why=(("label", topic, column.point),),
            )
            for topic, column in found.items()
        ]
    )


def _shift(signal: Compare, on: Setting) -> float:
    """Return by how much the client's need for integration moves a threshold: "<" on a level only (P-7)."""
    value = signal.value
    moves = signal.op is Op.LESS and value.name in ("item", "score") and value.arguments[0] in on.rules.need_shifts
    return on.rules.need[on.records.need] if moves else 0.0


def _test(values: Floats, op: Op, threshold: float) -> Bools:
    compare = {Op.LESS: np.less, Op.AT_MOST: np.less_equal, Op.MORE: np.greater, Op.AT_LEAST: np.greater_equal}[op]
    found: Bools = compare(values, threshold)
    return found


def _severity(value: float, op: Op, threshold: float, full: float, rules: Rules) -> float:
    """Return how far the rounded value is past its threshold, as a part of `full`, clipped (P-8)."""
    past = rounded(value, rules.nearest) - threshold
    low, high = rules.severity
    return min(max((past if op in (Op.MORE, Op.AT_LEAST) else -past) / full, low), high)
