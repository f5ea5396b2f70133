"""Reads tests/refdata: score tables as histograms, and as rows of a response table with exactly those scores."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from assess.disclosure.policy import Policy
from assess.disclosure.registry import registered
from assess.disclosure.release import Released, release
from assess.disclosure.table import BLANK, ResponseTable
from assess.instruments.model import Form, Instrument, Item, ItemType, Scale, Side
from assess.scoring.histogram import Histogram, histogram

FOLDER = Path(__file__).parents[1] / "refdata"


def read(name: str) -> dict[str, Any]:
    """Return one data set's tables and numbers."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def histograms(scale: dict[str, Any], sides: list[str]) -> tuple[Histogram, Histogram]:
    """Return x and y: [oriented sum, answered, people] rows as exact integer scores (S-07, at least half answered)."""
    k = len(scale.get("items", ("itself",)))
    unit = math.lcm(*range(math.ceil(k / 2), k + 1))
    levels = scale.get("levels", 5)

    def one(side: str) -> Histogram:
        score = [
            total * unit // answered
            for total, answered, people in scale["score"][side]
            if 2 * answered >= k
            for _ in range(people)
        ]
        return histogram(np.array(score, dtype=np.int64), zero=unit, span=unit * (levels - 1), step=unit)

    return one(sides[0]), one(sides[1])


def instrument(pair: dict[str, Any], sides: tuple[str, ...]) -> Instrument:
    """Return an instrument whose headline scales are those of the pair."""
    levels = {scale["levels"] for scale in pair["scales"].values()}.pop()
    items = [code for scale in pair["scales"].values() for code in scale["items"]]
    return Instrument(
        id="reference",
        version="1.0.0",
        status="unvalidated",
        sides=tuple(Side(letter=letter, code=code) for letter, code in zip("XY", sides, strict=True)),
        anchors={"AGREE": levels},
        items={code: Item(code=code, type=ItemType.OWN_VIEW, anchors="AGREE") for code in items},
        scales={
            name: Scale(
                id=name,
                items=tuple(scale["items"]),
                min_answered=math.ceil(len(scale["items"]) / 2),
                headline=True,
            )
            for name, scale in pair["scales"].items()
        },
        composites={},
        forms={"core": Form(id="core", parts=(tuple(items),))},
        texts={},
    )


def released(pair: dict[str, Any], *, swapped: bool = False) -> tuple[Released, Instrument]:
    """Return a release, under the ordinary floors, of rows that have the pair's score on every scale.

    The rows of one person on one scale are as even as their sum allows: not the rows of the survey, which stay out of
    the repository, but every figure of a scale reads the sums alone.
    """
    codes = ("x", "y")
    names = list(reversed(pair["sides"])) if swapped else list(pair["sides"])
    asked = instrument(pair, codes)
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
