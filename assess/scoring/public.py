"""The engine in one call, for data that anybody may read: a table of answers, a keying, the sides (docs/statistics.md).

Belongs here: reading such a table strictly, and the policy without floors. Does not: any survey of people who were
promised anonymity. `publish`, `web`, `jobs` and `cli` never name this module's function or its policy, and a test says
so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Final

import numpy as np

from assess.disclosure.policy import Policy
from assess.disclosure.registry import registered
from assess.disclosure.release import Withheld, release
from assess.disclosure.table import BLANK, ResponseTable, TableError
from assess.instruments.model import Form, Instrument, Item, ItemType, Scale, Side
from assess.scoring.estimate import estimates
from assess.scoring.tally import ROOM
from assess.scoring.wave import Estimates

Codes = tuple[int, int]
"""Lowest and highest code of an answer scale, as the table writes them."""

Answer = str | int | None
"""A cell: a whole code, written as a number or as digits; empty, `NA` or None is no answer."""

_NO_ANSWER: Final = frozenset({"", "NA"})
_REVERSED: Final = "-"
_FORM: Final = "answers"
_MOST_LEVELS: Final = 127


class AnswersError(ValueError):
    """A table that cannot be scored as asked; the message says which row and column, and how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    """A scale of the keying: its items, which of them are reversed, its lowest and highest code."""

    items: tuple[str, ...]
    reverse: tuple[str, ...]
    codes: Codes


def score_public_data(
    answers: Iterable[Mapping[str, Answer]],
    keying: Mapping[str, Sequence[str]],
    *,
    side_column: str,
    sides: Sequence[str],
    codes: Codes | Mapping[str, Codes] = (1, 5),
    min_answered: Mapping[str, int] | None = None,
    invited: Mapping[str, int] | None = None,
    margin: float = 10.0,
    item_margin: float = 12.5,
    rho: float = 0.75,
    item_rho: float = 0.40,
) -> Estimates:
    """Score public data: every estimate of every scale and item, unrounded, with no floor and no precision class.

    Parameters
    ----------
    answers
        A row a person, as `csv.DictReader` gives them: column -> answer. Columns that are not asked for are not read.
    keying
        Scale -> its items; a leading "-" says that an item is reversed in that scale, as in R's psych.
    side_column
        Column that says which side a row is of.
    sides
        Two values of that column or more, x first; rows of other values are left out.
    codes
        Lowest and highest code of every item, or by scale: (0, 4) scores as (1, 5) would. Whole numbers.
    min_answered
        Answers a person needs for a score, by scale; half of the items by default, rounded up (S-07).
    invited
        Head count N by side. Without it every interval is about the process (estimand B, S-11).
    margin, item_margin, rho, item_rho
        Margin M in POMP points, over 0 and under 100, and declared reliability, 0 to under 1, of scales and of items
        (S-11, S-13).

    Returns
    -------
    Estimates
        `subjects` by `scale.<name>` and `item.<name>`. All scales are one family, adjusted by Holm, all items another,
        adjusted by Benjamini and Hochberg (S-23), by Holm too where there are more than two sides (S-15). POMP points
        (0 to 100), items as worded. No composite, mirror or change: those need an instrument, `estimate.estimates`.

    Raises
    ------
    AnswersError
        For a code that is none or outside its scale, a column that is missing, a side without a row, more answers
        than people invited, or arguments that are no such thing or contradict each other. Nothing is guessed; rows are
        left out by their side alone.

    Examples
    --------
    >>> rows = [{"team": t, "Q1": a, "Q2": b} for t, a, b in [("x", 4, 2), ("x", 5, 1), ("y", 2, 4), ("y", 2, 3)]]
    >>> found = score_public_data(rows, {"Q": ["Q1", "-Q2"]}, side_column="team", sides=("x", "y"))
    >>> round(found.subjects["scale.Q"].gap.estimate.value, 6)
    56.25
    """
    _check_sides(sides, invited)
    _check_numbers({"margin": margin, "item_margin": item_margin}, 0, 100, open_=True)
    _check_numbers({"rho": rho, "item_rho": item_rho}, 0, 1, open_=False)
    keys = {name: _key(name, keyed, codes) for name, keyed in keying.items()}
    if unknown := set(min_answered or {}) - set(keys):
        raise AnswersError(f"min_answered names {', '.join(sorted(unknown))}, which the keying does not")
    asked = _instrument(keys, sides, min_answered or {}, of_scales=(margin, rho), of_items=(item_margin, item_rho))
    table = _table(answers, _item_codes(keys), side_column, tuple(sides), invited)
    found = release(table, Policy.public_data(), registered(asked, _FORM))
    if isinstance(found, Withheld):
        empty = [side for side in sides if not table.people(side)]
        raise AnswersError(f"no row of {side_column} is {' or '.join(empty)}: name values that the column holds")
    return estimates(found, asked, _FORM)


def _check_sides(sides: Sequence[str], invited: Mapping[str, int] | None) -> None:
    """Refuse sides without an order, and head counts that count nobody or a part of somebody."""
    if not isinstance(sides, list | tuple) or not all(isinstance(side, str) for side in sides):
        raise AnswersError(f"sides are a list or tuple of text, x first, not {sides!r}")
    if not 2 <= len(set(sides)) == len(sides) <= _MOST_LEVELS:
        raise AnswersError(f"sides are two different values of the side column or more, not {list(sides)}")
    if invited is None:
        return
    if unknown := set(sides) ^ set(invited):
        raise AnswersError(f"invited gives a head count for every side and no other: see {', '.join(sorted(unknown))}")
    for side, count in invited.items():
        if not _whole(count) or count < 1:
            raise AnswersError(f"invited: {side} is a whole number of people, one or more, not {count!r}")


def _check_numbers(numbers: Mapping[str, object], low: float, high: float, *, open_: bool) -> None:
    """Refuse what is no number between the two ends; the upper one never counts, the lower one unless `open_`."""
    for name, number in numbers.items():
        if not isinstance(number, int | float) or isinstance(number, bool):
            raise AnswersError(f"{name} is a number, not {number!r}")
        if not (low < number < high or (number == low and not open_)):
            raise AnswersError(f"{name} is {'over' if open_ else 'at least'} {low} and under {high}, not {number!r}")


def _whole(number: object) -> bool:
    return isinstance(number, Integral) and not isinstance(number, bool)


def _key(name: str, keyed: Sequence[str], codes: Codes | Mapping[str, Codes]) -> _Key:
    """Return a scale's items, which of them are reversed, and its codes."""
    if not isinstance(keyed, list | tuple) or not all(isinstance(item, str) for item in keyed):
        raise AnswersError(f"scale {name}: its items are a list or tuple of text, not {keyed!r}")
    items = tuple(item.removeprefix(_REVERSED) for item in keyed)
    if not items or len(set(items)) != len(items):
        raise AnswersError(f"scale {name} names no item, or one twice: {list(keyed)}")
    if isinstance(codes, Mapping):
        if name not in codes:
            raise AnswersError(f"codes do not say the lowest and highest code of scale {name}")
        codes = codes[name]
    if not isinstance(codes, tuple) or len(codes) != 2 or not all(_whole(end) for end in codes):
        raise AnswersError(f"scale {name}: codes are its lowest and its highest, two whole numbers, not {codes!r}")
    lowest, highest = codes
    if not 1 <= highest - lowest < _MOST_LEVELS:
        raise AnswersError(f"scale {name}: codes from {lowest} to {highest} are no answer scale")
    reverse = tuple(item.removeprefix(_REVERSED) for item in keyed if item.startswith(_REVERSED))
    return _Key(items=items, reverse=reverse, codes=(lowest, highest))


def _item_codes(keys: Mapping[str, _Key]) -> dict[str, Codes]:
    """Return the lowest and highest code of every item, in the order of the keying."""
    if not keys:
        raise AnswersError("the keying names no scale")
    found: dict[str, Codes] = {}
    for key in keys.values():
        for item in key.items:
            if found.setdefault(item, key.codes) != key.codes:
                raise AnswersError(f"{item} has different codes in two scales")
    return found


def _instrument(
    keys: Mapping[str, _Key],
    sides: Sequence[str],
    min_answered: Mapping[str, int],
    *,
    of_scales: tuple[float, float],
    of_items: tuple[float, float],
) -> Instrument:
    """Return the instrument that a keying describes: every item an own view, every scale of the headline family."""
    levels = {item: highest - lowest + 1 for item, (lowest, highest) in _item_codes(keys).items()}
    asked = {name: min_answered.get(name, math.ceil(len(key.items) / 2)) for name, key in keys.items()}
    for name, least in asked.items():
        items = keys[name].items
        if not _whole(least) or not 1 <= least <= len(items):
            raise AnswersError(f"scale {name} has {len(items)} items: {least!r} of them cannot be asked for")
        if math.lcm(*range(least, len(items) + 1)) * levels[items[0]] >= ROOM:
            raise AnswersError(
                f"scale {name}: scores of {least} to {len(items)} answers have no exact common unit; ask for more"
            )
    return Instrument(
        id="public-data",
        version="0",
        status="unvalidated",
        sides=tuple(Side(letter=chr(ord("A") + n % 26), code=f"side{n}") for n in range(len(sides))),
        anchors={f"L{top}": top for top in set(levels.values())},
        items={
            code: Item(code=code, type=ItemType.OWN_VIEW, anchors=f"L{top}", margin=of_items[0], rho=of_items[1])
            for code, top in levels.items()
        },
        scales={
            name: Scale(
                id=name,
                items=key.items,
                reverse=key.reverse,
                min_answered=asked[name],
                headline=True,
                margin=of_scales[0],
                rho=of_scales[1],
            )
            for name, key in keys.items()
        },
        composites={},
        forms={_FORM: Form(id=_FORM, parts=(tuple(levels),))},
        texts={},
    )


def _table(
    answers: Iterable[Mapping[str, Answer]],
    codes: Mapping[str, Codes],
    side_column: str,
    sides: tuple[str, ...],
    invited: Mapping[str, int] | None,
) -> ResponseTable:
    side: list[int] = []
    rows: list[list[int]] = []
    for number, row in enumerate(answers, start=1):
        if missing := [column for column in (side_column, *codes) if column not in row]:
            raise AnswersError(f"row {number} has no column {', '.join(missing)}")
        if str(row[side_column]) in sides:
            side.append(sides.index(str(row[side_column])))
            rows.append([_code(row[item], number, item, given) for item, given in codes.items()])
    try:
        return ResponseTable(
            sides=sides,
            items=tuple(codes),
            levels=tuple(highest - lowest + 1 for lowest, highest in codes.values()),
            side=np.array(side, dtype=np.int8),
            answers=np.array(rows, dtype=np.int8).reshape(len(rows), len(codes)),
            invited=invited,
        )
    except TableError as wrong:  # more ballots than people invited
        raise AnswersError(str(wrong)) from wrong


def _code(cell: object, number: int, item: str, codes: Codes) -> int:
    """Return the code of a cell, 1..L, or blank; a fraction, a missing float or a code outside the scale is refused."""
    if cell is None or (isinstance(cell, str) and cell.strip() in _NO_ANSWER):
        return BLANK
    if isinstance(cell, bool) or not isinstance(cell, Integral | str):
        raise AnswersError(
            f"row {number}, {item}: {cell!r} is no whole code; write codes as whole numbers, blanks empty"
        )
    try:
        code = int(cell)
    except ValueError:
        raise AnswersError(f"row {number}, {item}: {cell!r} is no whole code") from None
    lowest, highest = codes
    if not lowest <= code <= highest:
        raise AnswersError(f"row {number}, {item}: {code} is outside {lowest}-{highest}")
    return code - lowest + 1
