"""What no result may be: None, nan, infinite, out of order, without a type; and no call may warn or fail (S-55).

Belongs here: calling a function on many inputs and saying what is wrong with what it returns, the same for every
function, ours and planted ones. Does not: the inputs (exhaustive_tables), which function gets which (exhaustive_cases).
"""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from functools import cache

import numpy as np
import scipy.special

from assess.disclosure.release import Withheld
from assess.scoring.compare import Compared
from assess.scoring.histogram import Histogram
from assess.scoring.permutation import Exact
from assess.scoring.results import Estimate, Judged

Function = Callable[..., object]

KEPT = 5
"""Failing calls of one sweep whose complaints are kept: the first few say it all."""

LENGTH = 400
"""Characters of a complaint, and of the call it is about, that are kept."""

NO_P = frozenset({"p_x_lt_y"})
"""Fields named like a p value that are none."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Arguments of one call."""

    arguments: tuple[object, ...]
    named: Mapping[str, object]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a function returned, call by call (the exception where there was one), and what was wrong with it."""

    found: tuple[object, ...]
    complaints: tuple[str, ...]


def call(*arguments: object, **named: object) -> Call:
    return Call(arguments=arguments, named=named)


def sweep(function: Function, calls: Iterable[Call], *, nothing: bool = False) -> Swept:
    """Call a function on each of these, every warning and every error code inside scipy's functions an exception.

    `nothing` lets it return None, for the few that may find nothing.
    """
    found: list[object] = []
    complaints: list[str] = []
    failing = 0
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error")
        with scipy.special.errstate(all="raise", underflow="ignore"):
            for each in calls:
                value: object
                try:
                    value = function(*each.arguments, **each.named)
                    value = tuple(value) if isinstance(value, Iterator) else value
                    wrong = [] if nothing and value is None else list(unsound(value))
                except Exception as error:  # noqa: BLE001  # whatever it is, it becomes the complaint
                    value, wrong = error, [f"{type(error).__name__}: {error}"]
                found.append(value)
                failing += bool(wrong)
                if wrong and failing <= KEPT:
                    complaints += [f"{complaint[:LENGTH]} for {str(each)[:LENGTH]}" for complaint in wrong]
    return Swept(found=tuple(found), complaints=tuple(complaints))


def caching(
    cases: Mapping[Function, Callable[[], Iterable[Call]]], *, nothing: frozenset[Function] = frozenset()
) -> Callable[[Function], Swept]:
    """Return what sweeps a function of this list on all of its inputs, once."""

    @cache
    def swept(function: Function) -> Swept:
        return sweep(function, cases[function](), nothing=function in nothing)

    return swept


def unsound(value: object) -> Iterator[str]:
    """Say what is wrong with a result and with everything in it; nothing for a sound one."""
    match value:
        case Estimate():
            yield from _unsound_estimate(value)
        case Compared():
            yield from (*unsound(value.estimate), *_unsound_p(value.p_t), *_unsound_p(value.p))
            yield from unsound(value.p_exact) if value.p_exact is not None else ()
        case Exact():
            whole = type(value.numerator) is int and type(value.denominator) is int
            if not (whole and 0 < value.numerator <= value.denominator):
                yield f"an exact p value is not a fraction of whole numbers: {value}"
        case Histogram():
            whole = value.score.dtype == value.count.dtype == np.int64
            if not whole or (np.diff(value.score) <= 0).any() or (value.count <= 0).any():
                yield f"a table is not whole numbers of people at ascending scores: {value}"
        case _ if _typed(type(value)):
            yield from _unsound_fields(value)
        case _:
            yield from _unsound_plain(value)


def _unsound_plain(value: object) -> Iterator[str]:
    match value:
        case Enum() | str() | int():
            return
        case float():
            if not math.isfinite(value):
                yield f"{value} is no number"
        case np.ndarray():
            if value.dtype.kind not in "ibf" or not np.isfinite(value).all():
                yield f"an array of {value.dtype} holds what is no number"
        case Mapping() | tuple() | frozenset() | list():
            for each in value.values() if isinstance(value, Mapping) else value:
                yield from unsound(each)
        case _:
            yield f"{value!r} is none of the typed results"


@cache
def _typed(cls: type) -> bool:
    """Whether this is a frozen value that scoring declares, or the one word of disclosure it hands on."""
    ours = cls.__module__.startswith("assess.scoring.") or cls is Withheld
    return ours and dataclasses.is_dataclass(cls) and cls.__dataclass_params__.frozen


def _unsound_estimate(found: Estimate) -> Iterator[str]:
    numbers = (found.value, found.lo95, found.hi95, found.lo90, found.hi90, found.se, found.df)
    if not all(map(math.isfinite, numbers)):
        yield f"{numbers} are not all numbers"
    if not found.lo95 <= found.lo90 <= found.value <= found.hi90 <= found.hi95:
        yield f"an interval does not hold its estimate, or the wide one the narrow: {found}"
    if found.se <= 0 or found.df < 0:
        yield f"an error is not positive, or its degrees of freedom are negative: {found}"
    if type(found.n) is not int or type(found.m) is not int:
        yield f"people are not whole numbers: {found}"


def _unsound_fields(value: object) -> Iterator[str]:
    for field in dataclasses.fields(value):  # type: ignore[arg-type]
        each = getattr(value, field.name)
        if "None" in str(field.type):  # a field that may be None, or hold it: a wave that printed nothing, say
            each = [part for part in (each if isinstance(each, tuple) else [each]) if part is not None]
        yield from unsound(each)
        if field.name not in NO_P and (field.name == "p" or field.name.startswith("p_")):
            p = getattr(value, field.name)
            yield from _unsound_p(p) if isinstance(p, float) else ()
    if isinstance(value, Judged) and None not in {value.p, value.p_adjusted} and value.p_adjusted < value.p:
        yield f"an adjusted p value is under its raw one: {value}"


def _unsound_p(p: float) -> Iterator[str]:
    if not 0 < p <= 1:
        yield f"{p} is no p value"
