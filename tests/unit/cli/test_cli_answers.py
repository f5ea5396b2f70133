"""Reading a CSV of answers: what is accepted, what is refused, and in which words (U-120, U-121, U-71)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assess.cli import answers
from assess.instruments.load import read, shipped
from assess.instruments.model import Instrument

FOLDER = Path(__file__).resolve().parents[2] / "instruments" / "leadership"


@pytest.fixture(scope="module")
def sales_marketing() -> Instrument:
    return shipped("sales-marketing")


@pytest.fixture(scope="module")
def leadership() -> Instrument:
    return read(FOLDER)


def load(text: str | bytes, instrument: Instrument, **options: object) -> answers.Answers:
    given = {"form": "core", "side_column": "side", "sides": None, "mapping": answers.AnswersMap(), "invited": None}
    data = text if isinstance(text, bytes) else text.encode()
    return answers.read(data, instrument=instrument, **{**given, **options})  # type: ignore[arg-type]


def faults(text: str | bytes, instrument: Instrument, **options: object) -> tuple[str, ...]:
    with pytest.raises(answers.AnswersError) as caught:
        load(text, instrument, **options)
    return caught.value.faults


def test_codes_labels_and_limesurvey_codes_are_the_same_answer(sales_marketing: Instrument) -> None:
    """U-120: 1-5, labels in both languages, A1-A5; blank and NA are blank, the sixth option is "don't know"."""
    text = (
        "side,AL1,AL2,AL3,AL4\nsales,4,Somewhat agree,Plutôt en accord,A4\n"
        "Ventes,,NA,Don't know or does not apply,4.0\n"
    )
    table = load(text, sales_marketing).table
    columns = [table.column(item).tolist() for item in ("AL1", "AL2", "AL3", "AL4")]
    assert columns == [[4, -1], [4, -1], [4, 0], [4, 4]]
    assert table.side.tolist() == [0, 0]


def test_a_value_outside_its_scale_names_its_row_and_item(sales_marketing: Instrument) -> None:
    """U-121: refused with the row, never rescaled."""
    assert faults("side,AL1,AL2\nsales,7,3\nmarketing,3,zero\n", sales_marketing) == (
        "row 2, AL1: 7 is outside 1-5",
        "row 3, AL2: zero is outside 1-5",
    )


def test_rows_count_from_the_header_and_blank_lines_keep_their_number(sales_marketing: Instrument) -> None:
    assert faults("side,AL1\n\nsales,9\n", sales_marketing) == ("row 3, AL1: 9 is outside 1-5",)


def test_an_unknown_side_is_refused_and_the_known_ones_are_listed(sales_marketing: Instrument) -> None:
    (fault,) = faults("side,AL1\nVentess,3\n", sales_marketing)
    assert fault.startswith('row 2, side: "Ventess" is not a side; use')
    assert "marketing" in fault


def test_rows_without_a_side_are_left_out_and_said(sales_marketing: Instrument) -> None:
    """U-121: the note says how many."""
    read_answers = load("side,AL1\nsales,3\n,4\n,5\nmarketing,2\n", sales_marketing)
    assert len(read_answers.table.side) == 2
    assert "2 rows without a side left out" in read_answers.notes


def test_a_missing_item_says_what_its_scale_is_prorated_from(sales_marketing: Instrument) -> None:
    """U-121."""
    header = "side,AL1,AL2,AL3,AL5"
    assert "missing item AL4: ALN prorated from 4 of 5" in load(f"{header}\nsales,1,2,3,4\n", sales_marketing).notes


def test_a_scale_under_its_minimum_is_not_said_to_be_prorated(sales_marketing: Instrument) -> None:
    notes = load("side,AL1\nsales,1\n", sales_marketing).notes
    assert "missing item AL2: ALN not scored" in notes


def test_columns_that_point_at_persons_are_dropped_and_named(sales_marketing: Instrument) -> None:
    """U-120: dates, ip, token, name, e-mail, refurl, seed."""
    notes = load("side,AL1,startdate,ipaddr,token,colour\nsales,1,2020-01-01,1.2.3.4,abc,red\n", sales_marketing).notes
    assert "columns dropped unread, they may point at persons: startdate, ipaddr, token" in notes
    assert "columns not in this form, ignored: colour" in notes


def test_sides_picks_two_values_and_the_first_is_x(leadership: Instrument) -> None:
    text = "COMPID,LEAD01,TSIG01\n18,1,1\n13,5,5\n7,3,3\n"
    read_answers = load(text, leadership, side_column="COMPID", sides=("13", "18"))
    assert read_answers.side_names == ("13", "18")
    assert read_answers.table.side.tolist() == [1, 0]
    assert "1 rows of other sides left out" in read_answers.notes


def test_a_side_value_that_no_row_has_is_refused(leadership: Instrument) -> None:
    (fault,) = faults("COMPID,LEAD01\n13,1\n", leadership, side_column="COMPID", sides=("13", "99"))
    assert fault == "COMPID: no row has the value 99; --sides names two values of that column"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "no row of answers"),
        (b"side,AL1\n", "no row of answers"),
        (b"side,AL1\n,3\n", "no row of answers"),
        (b"team,AL1\nsales,3\n", 'column "side" is missing'),
        (b"side,Q1\nsales,3\n", "no column holds an item of this form"),
        (b"side,AL1,AL1\nsales,3,3\n", "two columns hold AL1"),
        (b"side,AL1,AL2\nsales,3\n", "row 2: 2 cells, 3 expected"),
        (b"PK\x03\x04\x00\x00rest", "Save"),
        (b"side,AL1\nsales\x00,3\n", "CSV"),
    ],
)
def test_a_file_that_cannot_be_scored_says_why(text: bytes, said: str, sales_marketing: Instrument) -> None:
    assert any(said in fault for fault in faults(text, sales_marketing))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spreadsheet_encodings_and_delimiters_are_read(
    encoding: str, delimiter: str, sales_marketing: Instrument
) -> None:
    """U-71."""
    text = f"side{delimiter}AL1\nl'équipe des ventes{delimiter}Plutôt en accord\n"
    assert load(text.encode(encoding), sales_marketing).table.column("AL1").tolist() == [4]


def test_a_map_renames_columns_sides_and_values(sales_marketing: Instrument, tmp_path: Path) -> None:
    """U-120: the map file."""
    path = tmp_path / "m.toml"
    path.write_text('[columns]\n"Q3" = "AL1"\n[side]\n"V" = "sales"\n[values]\n"Yes!" = 5\n', encoding="utf-8")
    table = load("side,Q3\nV,Yes!\n", sales_marketing, mapping=answers.read_map(path)).table
    assert (table.column("AL1").tolist(), table.side.tolist()) == ([5], [0])


@pytest.mark.parametrize("text", ["[columns\n", "[colums]\nA = 'AL1'\n", '[values]\nA = "x"\n'])
def test_a_broken_map_says_where(text: str, tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(answers.AnswersError) as caught:
        answers.read_map(path)
    assert all(fault.startswith("m.toml: ") for fault in caught.value.faults)


def test_a_map_that_points_nowhere_is_refused(sales_marketing: Instrument) -> None:
    mapping = answers.AnswersMap(columns={"Q3": "ZZ"}, side={"V": "nobody"})
    assert 'map: column "Q3" points at ZZ, which is not an item of this form' in faults(
        "side,Q3,AL1\nsales,1,1\n", sales_marketing, mapping=mapping
    )
    (fault,) = faults("side,AL1\nV,1\n", sales_marketing, mapping=answers.AnswersMap(side={"V": "nobody"}))
    assert fault.startswith('map: side "V" points at nobody')


def test_more_ballots_than_people_is_refused(sales_marketing: Instrument) -> None:
    """S-48: n > N is an error."""
    text = "side,AL1\n" + "sales,3\n" * 3
    (fault,) = faults(text, sales_marketing, invited={"sales": 2, "marketing": 5})
    assert "3 ballots but only 2 invited" in fault


def test_a_thousand_faults_are_counted_not_listed(sales_marketing: Instrument) -> None:
    listed = faults("side,AL1\n" + "sales,9\n" * 1000, sales_marketing)
    assert len(listed) == answers.MAX_FAULTS + 1
    assert listed[-1] == "and 800 more"


def test_the_table_is_integers(sales_marketing: Instrument) -> None:
    assert load("side,AL1\nsales,3\n", sales_marketing).table.answers.dtype == np.int8


def test_a_row_without_a_single_answer_is_nobody(sales_marketing: Instrument) -> None:
    """S-48: an empty row does not help a side over its floor."""
    read_answers = load("side,AL1,AL2\nsales,3,\nsales,,\nmarketing,1,NA\n", sales_marketing)
    assert len(read_answers.table.side) == 2
    assert "1 rows without a single answer left out" in read_answers.notes
    (fault,) = faults("side,AL1\nsales,\nmarketing,\n", sales_marketing)
    assert fault.startswith("no row of answers")
