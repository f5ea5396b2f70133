"""Witnessed waves in the console: drafted, opened with passphrase and sheet, counted by a share (A-09, U-40)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from db_lent import ENGINES
from web_console_office import GROUPS, ROBIN, ROSTER, SAM, WITNESSED_DRAFT, Office, lent_office, words

from assess.instruments.load import shipped
from assess.reports import witness
from assess.reports.render import RenderError
from assess.settings import DatabaseRole
from assess.surveys import archive, box, custody, db, envelopes, shares, waves
from assess.surveys.keys import FileKeys
from assess.surveys.states import State
from assess.surveys.tables import AuditRow, Wave


@pytest.fixture(params=ENGINES)
def desk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office whose passphrases are cheap, and whose sheets are made in this process: the child has its own test."""
    cheap = shares.Cost(operations=1, memory=8192)
    derive = shares.share_b
    monkeypatch.setattr(shares, "share_b", lambda phrase, wave_id, **_: derive(phrase, wave_id, cost=cheap))
    monkeypatch.setattr(witness, "pdf", lambda sheet, locale, paper: f"{sheet.code} {paper} {locale}".encode())
    with lent_office(request.param, tmp_path) as made:
        yield made


def drafted(desk: Office, **changed: str) -> str:
    visitor = desk.visitor(SAM)
    with desk.session() as session:
        found = session.get_one(Wave, bytes.fromhex(desk.ids["foreign"]))
        found.state = State.WITHDRAWN
    made = visitor.post(f"/clients/{desk.ids['foundry']}/waves/new", WITNESSED_DRAFT | changed)
    assert made.status_code == 302, words(made)
    path = str(made.headers["Location"]).removeprefix("/console")
    assert visitor.post(f"{path}/roster", {"text": ROSTER}).status_code == 200
    return path


def opened(desk: Office, **changed: str) -> tuple[str, str, str]:
    """Open a witnessed wave; return its path, the passphrase and the witness's code."""
    path = drafted(desk, **changed)
    page = desk.visitor(SAM).post(f"{path}/open")
    assert page.status_code == 200, words(page)
    held = [
        base64.b64decode(data).decode() for data in re.findall(r"data:application/pdf;base64,([\w+/=]+)", page.text)
    ]
    phrase = GROUPS.findall(re.sub(r"base64,[\w+/=]+", "", page.text))
    assert len(phrase) == 1
    assert [text.split()[1:] for text in held] == [["a4", "en"], ["a4", "fr-CA"]]
    return path, phrase[0], held[0].split()[0]


def filled(desk: Office, path: str) -> None:
    """Let ten people a side answer, and close."""
    instrument = shipped("sales-marketing")
    with desk.session() as session:
        wave = session.get_one(Wave, bytes.fromhex(path.rpartition("/")[2]))
        codes = envelopes.cards(session, wave, FileKeys(desk.settings.keys))
        closes = wave.closes_at
        sessions = [code for side in codes.values() for code in side[:10]]
    for number, code in enumerate(sessions):
        answers = {item: 1 + (number + place) % 5 for place, item in enumerate(instrument.closed("pulse"))}
        request = box.DropRequest(code=code, attempt=number.to_bytes(16, "big"), answers=answers, comments={})
        with db.sessions(desk.engine(DatabaseRole.RESPOND))() as session:
            assert isinstance(box.drop(session, request, clock=desk.clock, instrument=instrument), box.Receipt)
    desk.clock.set(closes + timedelta(minutes=20))


def events(desk: Office) -> list[tuple[str, str]]:
    with desk.session() as session:
        return [(row.event, row.detail) for row in session.query(AuditRow).order_by(AuditRow.audit_id)]


def test_the_draft_says_who_can_open_and_names_the_witness(desk: Office) -> None:
    """A-09: chosen in the draft, default service; a firm on its own server is offered the witness always."""
    visitor = desk.visitor(ROBIN)
    page = visitor.get(f"/clients/{desk.ids['northbeam']}/waves/new")
    assert re.search(r'value="service" checked', page.text)
    assert 'value="self_hosted"' in page.text
    assert 'value="witnessed"' not in page.text
    faulty = visitor.post(f"/clients/{desk.ids['northbeam']}/waves/new", WITNESSED_DRAFT | {"witness": " "})
    assert faulty.status_code == 422
    assert "Type the name or the role of the witness" in words(faulty)
    refused = visitor.post(f"/clients/{desk.ids['northbeam']}/waves/new", WITNESSED_DRAFT | {"key_mode": "witnessed"})
    assert "Choose who can open the answers." in words(refused)
    path = drafted(desk)
    assert "Never without a witness · Ana Roy" in words(desk.visitor(SAM).get(path))
    asked = words(desk.visitor(SAM).get(f"{path}/open"))
    assert "always the key held by your colleague Ana Roy." in asked
    assert "or from two key holders who cheat together." in asked
    assert desk.visitor(SAM).post(f"{path}/change", WITNESSED_DRAFT | {"key_mode": "service"}).status_code == 302
    assert "Our server, after closing" in words(desk.visitor(SAM).get(path))
    assert "Ana Roy" not in words(desk.visitor(SAM).get(path))


def test_passphrase_and_sheet_are_stored_nowhere_and_gone_once_they_are_on_paper(desk: Office) -> None:
    """A-09, A-23: not in the database, a file, the log or an address; put away, they cannot be asked for again."""
    path, phrase, code = opened(desk)
    visitor = desk.visitor(SAM)
    kept = [file.read_bytes() for file in desk.settings.home.rglob("*") if file.is_file()]
    for text in (phrase, code):
        for form in (text, text.replace("-", ""), text.lower()):
            assert not any(form.encode() in data for data in kept)
    wave_hex = path.rpartition("/")[2]
    assert events(desk)[-2:] == [("wave opened", wave_hex), ("witness sheet printed", wave_hex)]
    assert visitor.post(f"{path}/papers").headers["Location"] == f"/console{path}"
    assert visitor.post(f"{path}/open").status_code == 409
    for page in (visitor.get(path), visitor.get(f"{path}/open")):
        assert phrase not in page.text
        assert code not in page.text


def test_a_sheet_that_cannot_be_made_refuses_the_opening(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A-09: a witnessed wave without its sheet would be one nobody but the server and one person could count."""

    def broken(*_: object) -> bytes:
        raise RenderError("no Pango")

    monkeypatch.setattr(witness, "pdf", broken)
    path = drafted(desk)
    page = desk.visitor(SAM).post(f"{path}/open")
    assert page.status_code == 409
    assert "The witness’s sheet could not be made, so the wave stays a draft." in words(page)
    assert "is a draft" in words(desk.visitor(SAM).get(path))


def test_a_closed_wave_waits_for_a_share_and_counts_with_it(desk: Office) -> None:
    """U-40, A-09, A-23: the chip, the page, refusals that say where, the audit log without a value, the count."""
    path, phrase, code = opened(desk)
    visitor = desk.visitor(SAM)
    early = visitor.get(f"{path}/shares")
    assert early.status_code == 409
    assert "no share is asked for until then" in words(early)
    filled(desk, path)
    assert "waiting for a share" in words(visitor.get(f"/clients/{desk.ids['foundry']}"))
    page = visitor.get(path)
    assert "They are counted when the code on the witness’s sheet is typed." in words(page)
    assert "Your own firm runs it" in words(visitor.get(f"{path}/shares"))

    half = visitor.post(f"{path}/shares", {"code": code[:17]})
    assert half.status_code == 422
    assert "It stops in group 4 of 8" in words(half)
    alone = visitor.post(f"{path}/shares", {"phrase": phrase})
    assert "The passphrase is not enough" in words(alone)
    wrong = shares.groups(shares.code())
    refused = visitor.post(f"{path}/shares", {"code": wrong})
    assert refused.status_code == 422
    assert "The code is not the one of this wave" in words(refused)
    for told in (half, alone, refused):
        for secret in (code, code[:17], phrase, wrong):
            assert secret not in told.text
    wave_hex = path.rpartition("/")[2]
    assert events(desk)[-2:] == [("share refused", wave_hex)] * 2
    assert not desk.visitor(ROBIN).get(f"{path}/shares").text.count("code")

    counted = visitor.post(f"{path}/shares", {"code": code.lower().replace("-", " ")})
    assert counted.status_code == 302
    assert events(desk)[-1] == ("share given", f"{wave_hex}: counted")
    page = visitor.get(path)
    assert "is counted" in words(page)
    assert "Tell Ana Roy that the count is done" in words(page)
    assert "The report waits for a share" not in words(page)
    assert visitor.post(f"{path}/half").status_code == 302
    assert "Ana Roy confirmed that the half named box is destroyed." in words(visitor.get(path))
    assert events(desk)[-1] == ("key destroyed", f"{wave_hex}: the witness's half of the box, as confirmed")
    for secret in (code, phrase):
        assert not any(secret in detail for _, detail in events(desk))


def test_a_counted_wave_without_its_report_asks_for_a_share_to_prepare_it(desk: Office) -> None:
    """A-09: release happens when nobody types, so what needs K_stat is done before."""
    path, phrase, code = opened(desk)
    filled(desk, path)
    visitor = desk.visitor(SAM)
    assert visitor.post(f"{path}/shares", {"code": code}).status_code == 302
    wave_id = bytes.fromhex(path.rpartition("/")[2])
    with desk.session() as session:
        session.execute(archive.ArchiveRow.__table__.delete())
    assert "The report waits for a share" in words(visitor.get(path))
    assert visitor.post(f"{path}/shares", {"phrase": phrase}).status_code == 302
    with desk.session() as session:
        assert archive.load(session, session.get_one(Wave, wave_id)) is not None
    assert "The report waits for a share" not in words(visitor.get(path))


def test_a_lost_key_folder_counts_with_everything_on_paper(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A-03, A-09: refused with what to do; then counted from the halves."""
    made: list[custody.Handed] = []
    make = custody.make

    def heard(*given: object, **options: object) -> object:
        public, handed = make(*given, **options)  # type: ignore[arg-type]
        made.append(handed)
        return public, handed

    monkeypatch.setattr(custody, "make", heard)
    path, _, code = opened(desk)
    filled(desk, path)
    (desk.settings.keys).rename(desk.settings.home / "elsewhere")
    visitor = desk.visitor(SAM)
    assert "a restored database needs the key folder" in words(visitor.post(f"{path}/shares", {"code": code}))
    papers = {paper.value: text for paper, text in made[0].papers().items()}
    assert "if it is lost for good, say so" in words(visitor.post(f"{path}/shares", papers))
    assert visitor.post(f"{path}/shares", papers | {"lost": "y"}).status_code == 302
    assert "is counted" in words(visitor.get(path))


def test_a_service_wave_asks_for_no_share(desk: Office) -> None:
    visitor = desk.visitor(ROBIN)
    for name in ("open", "counted"):
        page = visitor.get(f"/waves/{desk.ids[name]}/shares")
        assert page.status_code == 409
        assert "This wave has no witness" in words(page)
    assert visitor.post(f"/waves/{desk.ids['counted']}/half").status_code == 409
    with desk.session() as session:
        assert waves.find(session, bytes.fromhex(desk.ids["counted"])) is not None
