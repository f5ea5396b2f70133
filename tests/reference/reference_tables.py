"""Reads tests/refdata: tables as the engine's values, and rows of a response table with exactly those scores."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from assess.disclosure.policy import Policy
from assess.disclosure.registry import registered
from assess.disclosure.release import Released, release
from assess.disclosure.table import BLANK, ResponseTable
from assess.instruments.model import Form, Instrument, Item, ItemType, Scale, Side
from assess.scoring.histogram import Histogram, histogram
from assess.scoring.item_table import FIRST, CrossProducts, ItemTable

FOLDER = Path(__file__).parents[1] / "refdata"
NAMES = ("lq2002", "cohesion", "bfi", "attrition")


@cache
def read(name: str) -> dict[str, Any]:
    """Return one data set's tables and numbers."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def close(ours: float, r: float, tolerance: float = 1e-10) -> bool:
    """Relative agreement, absolute where R's value is under 1e-9 (the notes of the reference data)."""
    return abs(ours - r) <= tolerance * (abs(r) if abs(r) >= 1e-9 else 1.0)


def wrong(pairs: Mapping[str, tuple[float, float]], tolerance: float = 1e-10) -> dict[str, tuple[float, float]]:
    """Return the (ours, R's) that differ, by name."""
    return {name: both for name, both in pairs.items() if not close(*both, tolerance)}


def fewest_answered(items: Sequence[str]) -> int:
    """Return the answers that R's scores need: at least half."""
    return math.ceil(len(items) / 2)


def histograms(scale: dict[str, Any], sides: Sequence[str]) -> tuple[Histogram, Histogram]:
    """Return x and y: [oriented sum, answered, people] rows as exact integer scores (S-07, at least half answered)."""
    first, second = (one(scale, side) for side in sides)
    return first, second


def one(scale: dict[str, Any], side: str) -> Histogram:
    """Return one group's histogram of exact scores; of an item's answers where the scale is one item's."""
    k = len(scale.get("items", ("itself",)))
    unit = math.lcm(*range(math.ceil(k / 2), k + 1))
    score = [
        total * unit // answered
        for total, answered, people in scale["score"][side]
        if 2 * answered >= k
        for _ in range(people)
    ]
    return histogram(np.array(score, dtype=np.int64), zero=unit, span=unit * (scale["levels"] - 1), step=unit)


def item(scale: dict[str, Any], code: str) -> dict[str, Any]:
    """Return one item of a scale as an entry of its own."""
    return scale["answers"][code] | {"levels": scale["levels"]}


def item_table(scale: dict[str, Any], group: str | None = None) -> ItemTable:
    """Return T of one group, or of all that are there together."""
    k, levels = len(scale["items"]), scale["levels"]
    count = np.zeros((k, levels + FIRST, k * levels + 1, k + 1), dtype=np.int64)
    for rows in scale["T"].values() if group is None else [scale["T"][group]]:
        at, answer, total, answered, people = np.array(rows).T
        np.add.at(count, (at, answer - BLANK, total, answered), people)
    return ItemTable(
        items=tuple(scale["items"]), levels=levels, min_answered=fewest_answered(scale["items"]), count=count
    )


def cross_products(scale: dict[str, Any]) -> CrossProducts:
    """Return X of the groups together."""
    x = scale["X"]
    return CrossProducts(
        items=tuple(scale["items"]),
        n=x["n"],
        sums=np.array(x["sums"], dtype=np.int64),
        products=np.array(x["products"], dtype=np.int64),
    )


def complete_table(scale: dict[str, Any], group: str) -> ItemTable:
    """Return T of a group's complete persons from the counts of each item's answers and of the sums.

    Which answer went with which sum is not in the repository, so both are laid out in ascending order: agreement reads
    the answers alone, and the sums alone.
    """
    k, levels = len(scale["items"]), scale["levels"]
    found = scale["complete"][group]
    sums = np.repeat(*np.array(found["sums"]).T)
    count = np.zeros((k, levels + FIRST, k * levels + 1, k + 1), dtype=np.int64)
    for at, people in enumerate(found["answers"]):
        np.add.at(count, (at, np.repeat(np.arange(levels), people) + FIRST, sums, k), 1)
    return ItemTable(
        items=tuple(scale["items"]), levels=levels, min_answered=fewest_answered(scale["items"]), count=count
    )


def complete_scores(scale: dict[str, Any], group: str) -> Histogram:
    """Return the sums of a group's complete persons."""
    k, levels = len(scale["items"]), scale["levels"]
    score, count = np.array(scale["complete"][group]["sums"], dtype=np.int64).T
    return Histogram(score=score, count=count, zero=k, span=k * (levels - 1), step=k)


def instrument(
    scales: Mapping[str, Mapping[str, Any]],
    sides: Sequence[str],
    *,
    alone: Sequence[str] = (),
    levels: int | None = None,
) -> Instrument:
    """Return an instrument with these headline scales, all of one number of levels, and items that stand alone."""
    top = levels or {scale["levels"] for scale in scales.values()}.pop()
    items = [*(code for scale in scales.values() for code in scale["items"]), *alone]
    return Instrument(
        id="reference",
        version="1.0.0",
        status="unvalidated",
        sides=tuple(Side(letter=letter, code=code) for letter, code in zip("XYZ", sides, strict=False)),
        anchors={"AGREE": top},
        items={code: Item(code=code, type=ItemType.OWN_VIEW, anchors="AGREE") for code in items},
        scales={
            name: Scale(
                id=name,
                items=tuple(scale["items"]),
                reverse=tuple(scale.get("reverse", ())),
                min_answered=fewest_answered(scale["items"]),
                headline=True,
            )
            for name, scale in scales.items()
        },
        composites={},
        forms={"core": Form(id="core", parts=(tuple(items),))},
        texts={},
    )


def released(pair: dict[str, Any], *, swapped: bool = False) -> tuple[Released, Instrument]:
    """Return a release, under the ordinary floors, of rows that have the pair's score on every scale.

    The rows of one person on one scale are as even as their sum allows: not the rows of the survey, which stay out of
    the repository, but every figure of a scale reads the sums alone. The scores are oriented already.
    """
    codes = ("x", "y")
    names = list(reversed(pair["sides"])) if swapped else list(pair["sides"])
    oriented = {name: {**scale, "reverse": ()} for name, scale in pair["scales"].items()}
    asked = instrument(oriented, codes)
    columns = asked.closed("core")
    blocks, side = [], []
    for number, name in enumerate(names):
        people = max(sum(row[2] for row in scale["score"][name]) for scale in pair["scales"].values())
        answers = np.full((people, len(columns)), BLANK, dtype=np.int8)
        for scale in pair["scales"].values():
            first = columns.index(scale["items"][0])
            person = 0
            for total, answered, count in scale["score"][name]:
                even = [total // answered + (i < total % answered) for i in range(answered)]
                answers[person : person + count, first : first + answered] = even
                person += count
        blocks.append(answers)
        side += [number] * people
    table = ResponseTable(
        sides=codes,
        items=columns,
        levels=tuple(asked.levels(code) for code in columns),
        side=np.array(side, dtype=np.int8),
        answers=np.concatenate(blocks),
    )
    found = release(table, Policy(), registered(asked, "core"))
    assert isinstance(found, Released)
    return found, asked
