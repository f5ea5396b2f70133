"""Reading a roster: every fault at once, in the words of U-72 (U-70 to U-73)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.surveys import roster
from assess.surveys.roster import ParsedRoster, RosterFault, RosterFaults, RosterRow, RosterSide

SIDES = (
    RosterSide(code="sales", labels=("the Sales team", "Sales", "l'équipe des ventes", "Ventes")),
    RosterSide(code="marketing", labels=("the Marketing team", "Marketing", "l'équipe du marketing")),
)


def parse(data: bytes | str) -> ParsedRoster:
    return roster.parse(data, sides=SIDES)


def faults(data: bytes | str) -> list[str]:
    with pytest.raises(RosterFaults) as caught:
        parse(data)
    assert str(caught.value) == "\n".join(str(fault) for fault in caught.value.faults)
    return [str(fault) for fault in caught.value.faults]


def test_a_clean_list_is_read_whole() -> None:
    """U-70: side by code or label in either language; no address draws a card; language for mails only."""
    parsed = parse(
        "side,email,name,language\n"
        "sales,ana@acme.example,Ana Öz,en\n"
        "VENTES , bo@acme.example ,,FR\n"
        "L'ÉQUIPE DU MARKETING,,Chloé,fr-CA\n"
    )
    assert parsed.rows == (
        RosterRow(side="sales", email="ana@acme.example", name="Ana Öz", language="en"),
        RosterRow(side="sales", email="bo@acme.example", language="fr-CA"),
        RosterRow(side="marketing", name="Chloé", language="fr-CA"),
    )
    assert parsed.warnings == parsed.ignored_columns == ()


def test_all_faults_come_at_once_by_file_row_in_the_words_of_the_specification() -> None:
    """U-72."""
    lines = ["side,email,name,language", "sales,info@acme.example,Bo,en", "marketing,jo@acme.example,,"]
    lines += [f"sales,p{i}@acme.example,," for i in range(4, 14)]
    lines += ["sales,ana@acme,,", "marketing,JO@acme.example ,,", "Ventess,x@acme.example,,", "sales,y@acme.example,,,"]
    assert faults("\n".join(lines)) == [
        'row 14, email: "ana@acme" is not an address',
        "row 15, email: same person as row 3",
        'row 16, side: "Ventess" is not a side',
        "row 17: 5 cells, 4 expected",
    ]


def test_a_missing_side_column_is_named() -> None:
    """U-72."""
    assert faults("email,name\na@acme.example,Ana\n") == ['header: column "side" is missing']


def test_ten_kinds_of_faults_in_one_list() -> None:
    """Bad input: nothing is stored, everything is said."""
    long = "n" * 201
    assert faults(
        "side,email,name,language\n"
        ",a@acme.example,,\n"
        "finance,b@acme.example,,\n"
        "sales,b at acme,,\n"
        "sales,Ana <c@acme.example>,,\n"
        "sales,d@acme.example,,\n"
        "sales,D@ACME.example,,\n"
        f"sales,e@acme.example,{long},\n"
        'sales,f@acme.example,"two\nlines",\n'
        "sales,g@acme.example,,de\n"
        "sales\n"
        "finance,nobody,,xx\n"
    ) == [
        "row 2, side: empty",
        'row 3, side: "finance" is not a side',
        'row 4, email: "b at acme" is not an address',
        'row 5, email: "Ana <c@acme.example>" is not an address',
        "row 7, email: same person as row 6",
        "row 8, name: longer than 200 characters",
        "row 9, name: holds a line break or a control character",
        'row 10, language: "de" is not a language of the mails; use en or fr',
        "row 11: 1 cells, 4 expected",
        'row 12, side: "finance" is not a side',
        'row 12, email: "nobody" is not an address',
        'row 12, language: "xx" is not a language of the mails; use en or fr',
    ]


def test_faults_are_said_in_quebec_french_too() -> None:
    """U-1: the columns keep the names that they have in the file."""
    with pytest.raises(RosterFaults) as caught:
        parse("side,email\nsales,ana@acme\nVentess,b@acme.example\nsales,c@acme.example\nsales,c@acme.example\nsales\n")
    nbsp = "\N{NO-BREAK SPACE}"
    assert caught.value.say("fr-CA") == [
        f"ligne 2, email{nbsp}: «{nbsp}ana@acme{nbsp}» n’est pas une adresse",
        f"ligne 3, side{nbsp}: «{nbsp}Ventess{nbsp}» n’est pas une équipe",
        f"ligne 5, email{nbsp}: même personne qu’à la ligne 4",
        f"ligne 6{nbsp}: nombre de cellules{nbsp}: 1 au lieu de 2",
    ]
    assert caught.value.say("en")[0] == "row 2, email: “ana@acme” is not an address"
    with pytest.raises(RosterFaults) as caught:
        parse("nom\nAna\n")
    assert caught.value.say("fr-CA") == [f"en-tête{nbsp}: la colonne «{nbsp}side{nbsp}» manque"]
    assert caught.value.faults[0].message == 'column "side" is missing'


def test_the_same_person_is_the_same_address_however_it_is_written() -> None:
    """U-73: NFC, trim, case-fold."""
    composed, decomposed = "\u00e9va@acme.example", "E\u0301VA@acme.example"
    assert faults(f"side,email\nsales,{composed}\nmarketing, {decomposed} \n") == ["row 3, email: same person as row 2"]


def test_shared_mailboxes_are_warned_of_and_kept() -> None:
    """U-73."""
    parsed = parse("side,email\nsales,info@acme.example\nsales,Ventes@acme.example\nsales,infoma@acme.example\n")
    assert len(parsed.rows) == 3
    assert [str(warning) for warning in parsed.warnings] == [
        'row 2, email: "info@acme.example" looks like a mailbox that several people read',
        'row 3, email: "Ventes@acme.example" looks like a mailbox that several people read',
    ]


def test_formulas_stay_text() -> None:
    """U-73: = + - @ cells stay text; nothing is computed or removed."""
    parsed = parse('side,name\nsales,"=HYPERLINK(""http://x"")"\nsales,+1\nsales,-2\nsales,@cmd\n')
    assert [row.name for row in parsed.rows] == ['=HYPERLINK("http://x")', "+1", "-2", "@cmd"]


def test_other_columns_are_ignored_and_named() -> None:
    """U-70: ignored, unstored, named."""
    parsed = parse("manager,side,salary,,email\nBig Boss,sales,100,,a@acme.example\n")
    assert parsed.ignored_columns == ("manager", "salary")
    assert parsed.rows == (RosterRow(side="sales", email="a@acme.example"),)


def test_a_column_that_is_there_twice_is_a_fault() -> None:
    assert faults("side,email,courriel\nsales,a@acme.example,b@acme.example\n") == [
        'header: column "email" is there twice'
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_of_every_usual_program_are_read(delimiter: str, newline: str, encoding: str) -> None:
    """U-71."""
    text = newline.join(
        delimiter.join(row)
        for row in (("Équipe", "Courriel", "Nom"), ("Ventes", "ana@acme.example", "Zoë, née Côté"), ("Sales", "", "Bo"))
    )
    if delimiter == ",":
        text = text.replace("Zoë, née Côté", '"Zoë, née Côté"')
    assert parse(text.encode(encoding)).rows == (
        RosterRow(side="sales", email="ana@acme.example", name="Zoë, née Côté"),
        RosterRow(side="sales", name="Bo"),
    )


def test_a_pasted_list_is_read_with_its_blank_lines_and_odd_spaces() -> None:
    """U-70: paste works too; rows are counted as the file has them."""
    parsed = parse("\ufeff\n\nside\temail\n\nsales\t ana@acme.example\u00a0\n\t\nMarketing\t\n\n")
    assert parsed.rows == (RosterRow(side="sales", email="ana@acme.example"), RosterRow(side="marketing"))
    assert faults("\nside\n\nsales\nfinance\n") == ['row 5, side: "finance" is not a side']


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
def test_a_spreadsheet_is_refused_with_the_remedy(start: bytes) -> None:
    """U-71."""
    assert faults(start + bytes(100)) == ["Save as CSV UTF-8."]


@pytest.mark.parametrize("data", [b"side,email\nsales,\x81\n", b"\xff\xfes\x00i\x00d"])
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    assert faults(data) == ["the file is not text that we can read. Save as CSV UTF-8."]


@pytest.mark.parametrize("data", ["", " \n \n", b"", b"\xef\xbb\xbf"])
def test_an_empty_list_is_refused(data: bytes | str) -> None:
    assert faults(data) == ["the list is empty"]


def test_a_header_alone_is_refused() -> None:
    assert faults("side,email\n\n,\n") == ["no row under the header"]


@pytest.mark.parametrize("kind", [str, bytes])
def test_more_than_five_megabytes_are_refused(kind: type) -> None:
    """U-71."""
    text = "side\n" + "sales\n" * (6 * 1024 * 1024 // 6)
    assert faults(text if kind is str else text.encode()) == ["the file has 6.0 MB; the limit is 5 MB"]


def test_more_than_twenty_thousand_rows_are_refused() -> None:
    """U-71."""
    assert faults("side\n" + "sales\n" * 20_001) == ["20,001 rows; the limit is 20,000"]
    assert len(parse("side\n" + "sales\n" * 20_000).rows) == 20_000


def test_an_open_quotation_mark_is_said_with_the_faults_before_it() -> None:
    assert faults('side,name\nfinance,Bo\nsales,"Ana\nsales,Cy\n') == [
        'row 2, side: "finance" is not a side',
        "row 3: a quotation mark is opened and not closed, or a cell is too long",
    ]
    assert faults('"side') == ["row 1: a quotation mark is opened and not closed, or a cell is too long"]


def test_a_bad_quote_in_the_file_does_not_hide_a_bad_header() -> None:
    assert faults('name\n"Bo\n') == [
        "row 2: a quotation mark is opened and not closed, or a cell is too long",
        'header: column "side" is missing',
    ]


@pytest.mark.parametrize(
    "address",
    [
        *("a b@acme.example", "a@b@acme.example", "@acme.example", "a@.example", "a@acme..example"),
        *("a,b@acme.example", "a@acme.example\x00", "x" * 250 + "@acme.example", "a@acme", "a\u202e@acme.example"),
    ],
)
def test_what_no_mail_reaches_is_no_address(address: str) -> None:
    assert faults(f'side,email\nsales,"{address}"\n') == [f'row 2, email: "{address}" is not an address']


@pytest.mark.parametrize("address", ["+ana.b@mail.acme.example", "élise@société.example", "o'brien@acme.example"])
def test_unusual_addresses_are_addresses(address: str) -> None:
    assert parse(f"side,email\nsales,{address}\n").rows[0].email == address


def outcome(data: bytes | str) -> tuple[tuple[RosterRow, ...], tuple[RosterFault, ...]]:
    """Return the people or the faults of whatever was sent."""
    try:
        return parse(data).rows, ()
    except RosterFaults as error:
        return (), error.faults


@given(st.one_of(st.text(max_size=300), st.binary(max_size=300)))
def test_whatever_comes_is_a_list_or_a_list_of_faults(data: str | bytes) -> None:
    """Bad input never becomes another error."""
    people, found = outcome(data)
    assert bool(people) is not bool(found)


@given(st.text(st.sampled_from('side,email\n"sales;\t@.x\r\x00'), max_size=120))
def test_whatever_looks_like_a_list_is_a_list_or_a_list_of_faults(data: str) -> None:
    people, found = outcome("side,email\n" + data)
    assert bool(people) is not bool(found)
    assert all(row.side == "sales" for row in people)
