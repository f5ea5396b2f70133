"""What each value of the grammar means (P-2), on answers and on records."""

from __future__ import annotations

import numpy as np
import pytest
from advice_builders import drawn, instrument, signal, wave

from assess.advice.model import Records
from assess.advice.signal import Compare, Value
from assess.advice.values import Members, codes_of, members, recorded
from assess.scoring.columns import Columns, Missing


def value(text: str) -> Value:
    found = signal(f"{text}<0")
    assert isinstance(found, Compare)
    return found.value


def read(text: str, columns: Columns) -> Members:
    found = members(value(text), columns)
    assert not isinstance(found, Missing)
    return found


def only(text: str, columns: Columns) -> tuple[tuple[str, ...], float]:
    ((ref, column),) = read(text, columns)
    assert np.allclose(column.values[0], column.point) or len(set(column.values)) > 1
    return ref, column.point


@pytest.mark.parametrize(
    ("text", "ref", "point"),
    [
        ("item(AL1,S)", ("item", "AL1", "S"), 40),
        ("item(AL1,M)", ("item", "AL1", "M"), 70),
        ("item(AL1,C)", ("item", "AL1", "C"), 55),
        ("item(AL1,min)", ("item", "AL1", "S"), 40),
        ("item(AL1,max)", ("item", "AL1", "M"), 70),
        ("score(ALN,C)", ("score", "ALN", "C"), 45),
        ("score(H,S)", ("score", "H", "S"), 66),
        ("gap(AL1)", ("gap", "AL1"), -30),
        ("absgap(AL1)", ("absgap", "AL1"), 30),
        ("absgap(ALN)", ("absgap", "ALN"), 10),
        ("share(EN5,<=2,S)", ("share", "EN5", "<=2", "S"), 60),
        ("share(EN5,<=2,C)", ("share", "EN5", "<=2", "C"), 30),
        ("share(EN5,>=3,M)", ("share", "EN5", ">=3", "M"), 100),
        ("err(AL1,S)", ("err", "AL1", "S"), 20 - 70),
        ("err(AL1,M)", ("err", "AL1", "M"), 90 - 40),
        ("err(CO4,M)", ("err", "CO4", "M"), 15),
        ("err(MIR,S)", ("err", "MIR", "S"), 30 - 60),
        ("err(MIR,max)", ("err", "MIR", "M"), 80 - 50),
    ],
)
def test_each_value_and_whose_it_is(text: str, ref: tuple[str, ...], point: float) -> None:
    """P-2: min and max name the side that they are; err is a side's prediction less the other side's answer."""
    columns = wave(
        AL1_S=40,
        AL1_M=70,
        AL1m_S=20,
        AL1m_M=90,
        ALN_S=40,
        ALN_M=50,
        H_S=66,
        EN5__1_S=20,
        EN5__2_S=40,
        EN5__3_S=40,
        CO4_S=60,
        CO4m_M=75,
        MIRexpected_S=30,
        MIRanswered_S=50,
        MIRanswered_M=60,
        MIRexpected_M=80,
    )
    assert only(text, columns) == (ref, pytest.approx(point))


def test_any_is_each_single_member() -> None:
    """P-3: both sides, and for err each topic."""
    columns = wave(AL1_S=40)
    assert [ref for ref, _ in read("item(AL1,any)", columns)] == [("item", "AL1", "S"), ("item", "AL1", "M")]
    assert [ref for ref, _ in read("err(any,S)", columns)] == [
        ("err", topic, "S") for topic in ("AL1", "AL3", "AL5", "TR2", "CO4")
    ]
    assert len(read("err(any,any)", columns)) == 10
    assert len(read("err(any,any)", wave(form="pulse"))) == 2


def test_values_that_need_both_sides_are_defined_where_both_are() -> None:
    five = [{"TR1": 5, "TR2": 5}] * 5
    columns = drawn({"sales": [*five, *[{"OU1": 3}] * 35], "marketing": [{"TR1": 1, "TR2": 1, "OU1": 3}] * 10})
    ((_, alone),) = read("score(TRU,S)", columns)
    ((_, both),) = read("score(TRU,C)", columns)
    ((_, gap),) = read("absgap(TRU)", columns)
    assert not alone.defined.all()
    assert np.array_equal(both.defined, alone.defined)
    assert np.array_equal(gap.defined, alone.defined)
    assert set(gap.values[gap.defined]) == {100}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("item(AL2,C)", Missing.TOO_FEW),
        ("item(AL2,any)", Missing.TOO_FEW),
        ("share(AL2,<=2,C)", Missing.TOO_FEW),
        ("gap(AL2)", Missing.TOO_FEW),
        ("err(AL1,S)", Missing.TOO_FEW),
        ("err(MIR,S)", Missing.TOO_FEW),
        ("score(ALN,C)", Missing.TOO_FEW),
        ("score(H,C)", Missing.TOO_FEW),
    ],
)
def test_a_withheld_figure_has_no_value(text: str, reason: Missing) -> None:
    """P-6, R-4."""
    withheld = ("item.AL2", "mirror.AL1", "mirror_scale.MIR", "scale.ALN", "composite.H")
    assert members(value(text), wave(too_few=withheld)) is reason


@pytest.mark.parametrize("text", ["item(AL2,C)", "score(ALN,C)", "err(AL3,S)", "err(MIR,S)", "share(EN5,<=2,C)"])
def test_a_figure_of_another_form_has_no_value(text: str) -> None:
    assert members(value(text), wave(form="pulse")) is Missing.NOT_IN_FORM


def test_any_topic_is_any_that_can_be_read() -> None:
    """P-3: one withheld topic does not silence the others; all of them do."""
    four = [f"mirror.{topic}" for topic in ("AL1", "AL3", "AL5", "TR2")]
    assert [ref for ref, _ in read("err(any,S)", wave(too_few=four))] == [("err", "CO4", "S")]
    assert members(value("err(any,any)"), wave(too_few=[*four, "mirror.CO4"])) is Missing.TOO_FEW


@pytest.mark.parametrize(("text", "codes"), [("<=2", [1, 2]), (">=4", [4, 5, 6, 7]), ("<=1", [1]), (">=7", [7])])
def test_codes_at_or_past_a_code(text: str, codes: list[int]) -> None:
    assert list(codes_of(text)) == codes


# --- records ----------------------------------------------------------------------------------------------------------

RECORDS = Records(
    prev={("H", "C"): 38.0, ("ALN", "S"): 40.0, ("ALN", "M"): 60.0},
    past={"P13": 2},
    roster={"S": 24, "M": 12},
    crm={"contacted_pct": 43.9},
    plans={"S": {"shared": 5.0}},
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("prev(H,C)", 38),
        ("prev(ALN,S)", 40),
        ("prev(ALN,C)", 50),
        ("prev(ALN,min)", 40),
        ("prev(ALN,max)", 60),
        ("prev(TRU,C)", None),
        ("prev(H,S)", None),
        ("prev(H,min)", None),
        ("past(P13)", 2),
        ("past(P1)", 0),
        ("roster(S)", 24),
        ("roster(min)", 12),
        ("roster(max)", 24),
        ("roster(C)", 18),
        ("crm(contacted_pct)", 43.9),
        ("crm(accepted_pct)", None),
        ("plan(S,shared)", 5),
        ("plan(S,variable)", None),
        ("plan(M,shared)", None),
    ],
)
def test_records_are_constants_or_unknown(text: str, number: float | None) -> None:
    """P-2, P-4; a play that a record does not name was never tried."""
    ((ref, found),) = recorded(value(text), wave(), RECORDS)
    assert found == number
    assert ref[0] == text.partition("(")[0]


def test_any_side_of_a_record_is_each_side() -> None:
    assert recorded(value("roster(any)"), wave(), RECORDS) == [(("roster", "S"), 24), (("roster", "M"), 12)]


@pytest.mark.parametrize("text", ["prev(H,C)", "past(P1)", "roster(min)", "crm(contacted_pct)", "plan(S,shared)"])
def test_everything_is_unknown_without_records(text: str) -> None:
    """P-17 to P-22 come later: until then nothing is known."""
    assert [number for _, number in recorded(value(text), wave(), Records())] == [None]


def test_the_made_up_waves_are_of_the_shipped_instrument() -> None:
    assert set(wave().levels) == set(instrument().closed("core"))


def test_a_gap_that_lies_on_its_threshold_reaches_it() -> None:
    """P-4: 17/44 less 23/88 of the scale is exactly 12.5 points; in binary fractions it is 12.499999999999996."""
    assert 100 * 17 / 44 - 100 * 23 / 88 < 12.5
    sales = [3] * 6 + [2] * 5
    marketing = [3] * 1 + [2] * 21
    rows = {
        side: [{"AL5": code, "AL5m": 3} for code in codes]
        for side, codes in (("sales", sales), ("marketing", marketing))
    }
    columns = drawn(rows)
    ((_, gap),) = read("absgap(AL5)", columns)
    assert gap.point == 12.5
    assert 12.5 in gap.values
