"""Cards and poster in the console: by POST alone, shuffled anew, left nowhere; what a card opens (U-84, A-25)."""

from __future__ import annotations

import io
import re
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import reports_paper
from web_console_office import READER, ROBIN, SAM, Office, office, words
from werkzeug.test import Client

from assess.reports import cards, poster, render
from assess.surveys import db, envelopes, waves
from assess.surveys.keys import FileKeys
from assess.surveys.states import State
from assess.surveys.tables import AuditRow

MEDIA = {"letter": [612, 792], "a4": [595.28, 841.89]}


@pytest.fixture
def desk(tmp_path: Path) -> Office:
    return office(tmp_path)


def codes_of(desk: Office, name: str = "open") -> dict[str, list[str]]:
    with desk.session() as session:
        wave = waves.find(session, bytes.fromhex(desk.ids[name]))
        assert wave is not None
        return envelopes.cards(session, wave, FileKeys(desk.settings.keys))


def audit(desk: Office) -> list[tuple[str, str]]:
    with desk.session() as session:
        return [(row.event, row.detail) for row in session.query(AuditRow).order_by(AuditRow.audit_id)]


def flat(pages: list[list[str]]) -> list[str]:
    return [text for page in pages for text in page]


def test_the_page_says_how_cards_are_handed_out_and_offers_the_paper_of_the_country_first(desk: Office) -> None:
    """R-39, U-84: Letter in Canada, A4 in France, the other a click away; a look shows no code and is no act."""
    for email, name, first, second in ((ROBIN, "open", "letter", "a4"), (SAM, "foreign", "a4", "letter")):
        page = desk.visitor(email).get(f"/waves/{desk.ids[name]}/cards")
        buttons = re.findall(r'<button class="button (\w+)" type="submit" name="paper" value="(\w+)"', page.text)
        assert buttons == [("filled", first), ("outlined", second)]
        assert re.findall(r"/poster/(\w+)", page.text) == [first, second]
        said = words(page)
        for needed in (
            "draws one card of their team from a hat",
            "No code can be issued again",
            "Print them once",
            "The file is not kept here",
            "at actual size",
        ):
            assert needed in said
        assert not any(code in page.text for codes in codes_of(desk, name).values() for code in codes)
        french = words(desk.visitor(email).get(f"/waves/{desk.ids[name]}/cards?lang=fr"))
        assert "Aucun code ne peut être émis de nouveau" in french
    assert audit(desk) == []


def test_cards_are_the_codes_of_the_wave_by_side_and_open_the_questionnaire(desk: Office) -> None:
    """U-84, A-25: what a phone reads off each printed card opens the questionnaire of its side, in both languages."""
    sent = desk.visitor(ROBIN).post(f"/waves/{desk.ids['open']}/cards")
    pages = reports_paper.links(sent.data)
    held = codes_of(desk)
    assert [len(page) for page in pages] == [8, 7, 8, 4]
    assert set(flat(pages[:2])) == {cards.link("http://127.0.0.1:8000", code) for code in held["sales"]}
    assert set(flat(pages[2:])) == {cards.link("http://127.0.0.1:8000", code) for code in held["marketing"]}
    for link in (pages[0][0], pages[1][6], pages[2][0], pages[3][3]):
        place, _, code = link.partition("#")
        stranger = Client(desk.app())
        door = stranger.get(place.removeprefix("http://127.0.0.1:8000"))
        assert 'action="/w/start"' in door.text
        first = stranger.post("/w/start", data={"code": code, "lang": "en"})
        side = "Sales" if link in flat(pages[:2]) else "Marketing"
        assert f"You answer as the {side} team" in re.sub(r"\s+", " ", words(first))
        assert "Part 1 of" in words(first)


def test_a_stranger_with_a_card_alone_answers_and_reads_what_is_and_is_not_protected(desk: Office) -> None:
    """Issue 5: from the printed card alone; the first page keeps what the card says of it; then a receipt."""
    sent = desk.visitor(ROBIN).post(f"/waves/{desk.ids['open']}/cards")
    card = reports_paper.text(sent.data)[0]
    for promised in (
        "Your answers are confidential until",
        "The first page says what is and is not",
        "La première page dit ce qui",
    ):
        assert promised in card
    link = reports_paper.links(sent.data)[0][0]
    code = link.partition("#")[2]
    for lang, told in {
        "en": (
            "Your answers are confidential until the count and anonymous after it",
            "We cannot protect you from someone who reads your mail or screen",
            "Not protected: an operator who changes the program",
        ),
        "fr-CA": (
            "Vos réponses sont confidentielles jusqu’au dépouillement et anonymes ensuite",
            "Nous ne pouvons pas vous protéger d’une personne qui lit vos courriels ou votre écran",
            "Hors de notre protection",
        ),
    }.items():
        stranger = Client(desk.app())
        first = stranger.post("/w/start", data={"code": code, "lang": lang})
        assert first.status_code == 200
        assert all(sentence in words(first) for sentence in told)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', first.text))
    checked = stranger.post("/w/check", data=fields | {"AL1": "4"})
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', checked.text))
    assert "Bien reçu. Merci." in words(stranger.post("/w/drop", data=fields))


def test_two_prints_have_the_same_codes_in_different_orders(desk: Office) -> None:
    """A-25: the order of the cards says nothing; the same order twice has the chance of 1 in 15! x 12!."""
    visitor = desk.visitor(ROBIN)
    first, second = (reports_paper.codes(visitor.post(f"/waves/{desk.ids['open']}/cards").data) for _ in range(2))
    assert first != second
    assert [sorted(flat(half)) for half in (first[:2], first[2:])] == [
        sorted(flat(half)) for half in (second[:2], second[2:])
    ]
    assert audit(desk) == [("cards shown", f"{desk.ids['open']}: marketing 12, sales 15")] * 2


@pytest.mark.parametrize("paper", ["letter", "a4"])
def test_the_file_is_on_the_paper_asked_for_and_says_nothing_beside(desk: Office, paper: str) -> None:
    """U-84, A-21: not stored on the way; no code, date, client or person in its name."""
    import pikepdf

    sent = desk.visitor(ROBIN).post(f"/waves/{desk.ids['open']}/cards", {"paper": paper})
    assert sent.headers["Cache-Control"] == "no-store"
    assert sent.headers["Content-Type"] == "application/pdf"
    assert sent.headers["Content-Disposition"] == "attachment; filename=cards.pdf"
    assert "ETag" not in sent.headers
    with pikepdf.open(io.BytesIO(sent.data)) as made:
        assert [float(edge) for edge in made.pages[0].MediaBox][2:] == pytest.approx(MEDIA[paper], abs=0.1)


def test_codes_never_come_by_get_without_a_token_or_to_anybody_but_the_consultant(desk: Office) -> None:
    """U-84, A-26, U-60."""
    path = f"/waves/{desk.ids['open']}/cards"
    robin = desk.visitor(ROBIN)
    assert robin.get(f"{path}?paper=letter").headers["Content-Type"].startswith("text/html")
    assert robin.browser.post(f"/console{path}", data={"paper": "letter"}).status_code == 400
    assert desk.visitor(READER).post(path).status_code == 403
    assert desk.visitor(READER).get(f"/waves/{desk.ids['open']}/poster/a4").status_code == 403
    assert desk.visitor(SAM).post(path).status_code == 404
    assert robin.post(path, {"paper": "tabloid"}).status_code == 404
    assert robin.get(f"/waves/{desk.ids['open']}/poster/tabloid").status_code == 404
    assert audit(desk) == []


@pytest.mark.parametrize("name", ["draft", "counted", "released"])
def test_there_are_cards_and_a_poster_only_while_a_wave_is_open(desk: Office, name: str) -> None:
    """U-84, U-50."""
    robin = desk.visitor(ROBIN)
    for answer in (
        robin.get(f"/waves/{desk.ids[name]}/cards"),
        robin.post(f"/waves/{desk.ids[name]}/cards"),
        robin.get(f"/waves/{desk.ids[name]}/poster/letter"),
    ):
        assert answer.status_code == 409
        assert "Codes exist only while a wave is open." in words(answer)


def test_the_poster_is_the_same_for_everybody_and_holds_no_code(desk: Office) -> None:
    """U-84: dates, contact and the address; by GET, because there is nothing to keep."""
    visitor = desk.visitor(ROBIN)
    sent = visitor.get(f"/waves/{desk.ids['open']}/poster/letter")
    assert sent.headers["Content-Disposition"] == "attachment; filename=poster.pdf"
    assert sent.headers["Cache-Control"] == "no-store"
    (page,) = reports_paper.text(sent.data)
    for needed in (
        "January 12, 2026, 09:00 (America/Toronto)",
        "23 janvier 2026",
        "contact@client.example",
        "6 minutes",
    ):
        assert needed in page
    assert reports_paper.links(sent.data) == [["http://127.0.0.1:8000/w/"]]
    assert not any(code in page for codes in codes_of(desk).values() for code in codes)
    assert visitor.get(f"/waves/{desk.ids['open']}/poster/letter").data == sent.data
    assert audit(desk) == []


def test_an_address_too_long_for_a_card_is_refused_with_what_to_change(tmp_path: Path) -> None:
    """U-47, U-84: in both languages, before a code leaves its key."""
    desk = office(tmp_path, public_url="https://the-survey-of-the-year.client.example")
    visitor = desk.visitor(ROBIN)
    told = {
        "en": ("68 characters", "8 too long", "shorter address"),
        "fr": ("68 caractères", "8 de trop", "plus courte"),
    }
    for lang, parts in told.items():
        for answer in (
            visitor.get(f"/waves/{desk.ids['open']}/cards?lang={lang}"),
            visitor.post(f"/waves/{desk.ids['open']}/cards?lang={lang}"),
        ):
            assert answer.status_code == 409
            assert all(part in words(answer) for part in (*parts, "ASSESS_PUBLIC_URL"))
    assert audit(desk) == []


def test_a_wave_does_not_open_while_its_link_is_too_long(tmp_path: Path) -> None:
    """U-47: told with every other reason, and no key is made."""
    desk = office(tmp_path, public_url="https://the-survey-of-the-year.client.example")
    with desk.session() as session:
        waves.find(session, bytes.fromhex(desk.ids["open"])).state = State.COUNTED  # type: ignore[union-attr]
    refused = desk.visitor(ROBIN).post(f"/waves/{desk.ids['draft']}/open")
    assert refused.status_code == 409
    assert re.findall(r"<li>(.*?)</li>", refused.text)[0].startswith("The link on a card would have 68 characters")
    assert not (desk.settings.keys / desk.ids["draft"]).exists()


def test_a_file_that_cannot_be_made_is_told_and_is_no_act(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-46, U-101: nothing was handed out, so the log says nothing."""

    def fails(*_: object) -> bytes:
        raise render.RenderError("no Pango")

    monkeypatch.setattr(cards, "pdfs", fails)
    monkeypatch.setattr(poster, "pdf", fails)
    visitor = desk.visitor(ROBIN)
    for answer in (
        visitor.post(f"/waves/{desk.ids['open']}/cards"),
        visitor.get(f"/waves/{desk.ids['open']}/poster/a4"),
    ):
        assert answer.status_code == 409
        assert "Run assess doctor" in words(answer)
    assert audit(desk) == []


def test_very_many_cards_come_as_numbered_files_in_one(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-44, T13: without a time of day in the archive."""
    monkeypatch.setattr(cards, "A_FILE", 2)
    sent = desk.visitor(ROBIN).post(f"/waves/{desk.ids['open']}/cards", {"paper": "a4"})
    assert sent.headers["Content-Disposition"] == "attachment; filename=cards.zip"
    with zipfile.ZipFile(io.BytesIO(sent.data)) as packed:
        assert {each.filename: each.date_time for each in packed.infolist()} == {
            "cards-1.pdf": (1980, 1, 1, 0, 0, 0),
            "cards-2.pdf": (1980, 1, 1, 0, 0, 0),
        }
        sales, marketing = (reports_paper.codes(packed.read(name)) for name in packed.namelist())
    held = codes_of(desk)
    assert sorted(flat(sales)) == sorted(held["sales"])
    assert sorted(flat(marketing)) == sorted(held["marketing"])


def left(desk: Office, temporary: Path) -> Iterator[str]:
    """Yield each place in the home folder, the temporary folder and the audit log that holds a code of a card."""
    printed = [code for codes in codes_of(desk).values() for code in codes]
    told = [word.encode() for code in printed for word in (code, code.replace("-", ""), code.lower())]
    for folder in (desk.settings.home, temporary):
        for path in (each for each in folder.rglob("*") if each.is_file()):
            if any(word in path.read_bytes() for word in told):
                yield path.name
    with sqlite3.connect(desk.settings.home / "assess.db") as database:
        dump = "\n".join(database.iterdump()).encode()
    if any(word in dump for word in told):
        yield "a row"


def test_no_file_and_no_row_holds_a_code_after_the_cards_were_made(
    desk: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U-84, never stored: home, temporary folder, database and audit log; a page that keeps a copy is caught."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    visitor = desk.visitor(ROBIN)
    assert visitor.post(f"/waves/{desk.ids['open']}/cards").status_code == 200
    assert list(left(desk, temporary)) == []
    assert list(temporary.iterdir()) == []
    kept = cards.pdfs

    def keeping(deck: cards.Deck, paper: render.Paper) -> list[bytes]:
        (temporary / "deck.txt").write_text("\n".join(deck.piles[0].codes))
        with desk.session() as session:
            session.add(
                AuditRow(at=desk.clock.moment, actor=ROBIN, event="x", detail=deck.piles[0].codes[0], digest=b"0" * 32)
            )
        return kept(deck, paper)

    monkeypatch.setattr(cards, "pdfs", keeping)
    visitor.post(f"/waves/{desk.ids['open']}/cards")
    assert {"deck.txt", "a row"} <= set(left(desk, temporary))


def test_whoever_answers_does_not_wait_while_cards_are_drawn(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A-06: drawing takes seconds; another connection can write in the middle of it."""
    wrote: list[bool] = []
    kept = cards.pdfs

    def meanwhile(deck: cards.Deck, paper: render.Paper) -> list[bytes]:
        with db.sessions(desk.engine())() as session, session.begin():
            wave = waves.find(session, bytes.fromhex(desk.ids["draft"]))
            assert wave is not None
            wave.label = "written"
        wrote.append(True)
        return kept(deck, paper)

    monkeypatch.setattr(cards, "pdfs", meanwhile)
    assert desk.visitor(ROBIN).post(f"/waves/{desk.ids['open']}/cards").status_code == 200
    assert wrote == [True]
    with desk.session() as session:
        assert waves.find(session, bytes.fromhex(desk.ids["open"])).state is State.OPEN  # type: ignore[union-attr]
