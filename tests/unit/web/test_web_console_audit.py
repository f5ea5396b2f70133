"""U-101: a whole console session leaves acts in the log, and not one code, receipt, respondent's address or answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import reports_paper
from db_lent import ENGINES
from web_console_office import PASSWORD, ROBIN, Office, lent_office, words

from assess.instruments.load import shipped
from assess.settings import DatabaseRole
from assess.surveys import audit, box, db
from assess.surveys.tables import AuditRow, BoxRow, PersonRow, Wave

COMMENT = "Kanarienvogel says 7731"
NAME = "Philippa Quandt"
LIST = (
    "side,email,name\n"
    + "".join(f"sales,s{i}@c.example,{NAME} {i}\n" for i in range(12))
    + "".join(f"marketing,m{i}@c.example,\n" for i in range(9))
)


@pytest.fixture(params=ENGINES)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    with lent_office(request.param, tmp_path) as made:
        yield made


def driven(desk: Office) -> list[str]:
    """Drive a session from sign-in to the files of a report; return every word that must not be in the log."""
    visitor = desk.visitor()
    assert visitor.post("/sign-in", {"email": "nobody@c.example", "password": "hunter2 hunter2"}).status_code == 422
    assert visitor.post("/sign-in", {"email": ROBIN, "password": PASSWORD}).status_code == 302
    client = _path(visitor.post("/clients/new", {"name": "Harbour", "zone": "America/Halifax", "country": "CA"}))
    draft = {"label": "2026-04", "form": "core", "contact": "ask@c.example"}
    window = {"opens_at": "2026-01-19T09:00", "closes_at": "2026-01-30T23:59"}
    wave = _path(visitor.post(f"{client}/waves/new", draft | window))
    assert visitor.post(f"{wave}/change", draft | window | {"label": "2026-05"}).status_code == 302
    assert visitor.post(f"{wave}/roster", {"text": LIST.replace("s3@", "s3")}).status_code == 422
    assert "21 people" in words(visitor.post(f"{wave}/roster", {"text": LIST}))
    assert visitor.post(f"{wave}/open").status_code == 302
    codes = [code for sheet in reports_paper.codes(visitor.post(f"{wave}/cards").data) for code in sheet]
    assert len(codes) > 20
    receipts = _dropped(desk, wave, codes[:3])
    folder = desk.settings.reports / desk.ids["released"]
    folder.mkdir(parents=True)
    (folder / "figures.csv").write_bytes(b"x")
    sent = visitor.get(f"/waves/{desk.ids['released']}/report/figures.csv")
    assert sent.data == b"x"
    sent.close()
    for missing in (f"/waves/{codes[0]}", f"/nowhere/{codes[1]}?receipt={receipts[0]}", f"{wave}/report/{codes[2]}"):
        assert visitor.get(missing).status_code == 404
    assert visitor.post("/sign-out").status_code == 302
    with desk.session() as session:
        people = [word for row in session.query(PersonRow) for word in (row.email, row.name) if word]
        stored = [word.hex() for row in session.query(BoxRow) for word in (row.ballot_id, row.same)]
    plain = [code.replace("-", "") for code in codes]
    return [*codes, *plain, *receipts, *people, *stored, COMMENT, NAME, PASSWORD, "hunter2", "nobody@c.example"]


def log(desk: Office) -> str:
    with desk.session() as session:
        return "\n".join(
            "\t".join([row.at.isoformat(), row.actor, row.event, row.detail])
            for row in session.query(AuditRow).order_by(AuditRow.audit_id)
        )


def leaks(text: str, canaries: list[str]) -> list[str]:
    return [word for word in canaries if word.lower() in text.lower()]


def test_a_driven_console_session_leaves_acts_and_no_canary(desk: Office) -> None:
    """U-101, T9: the events in order, the chain whole, and nothing of a respondent in any of it."""
    canaries = driven(desk)
    written = log(desk)
    assert len(canaries) > 100
    assert leaks(written, canaries) == []
    assert [line.split("\t")[2] for line in written.splitlines()] == [
        "signed in",
        "client added",
        "client assigned",
        "wave drafted",
        "draft changed",
        "roster imported",
        "wave opened",
        "cards shown",
        "report downloaded",
        "signed out",
    ]
    with desk.session() as session:
        assert audit.check(session) is None


def test_a_log_that_names_codes_and_people_is_caught(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted weakness: somebody notes which cards were shown, and the guard of `record` is off."""
    monkeypatch.setattr("assess.surveys.audit._TELLING", re.compile(r"(?!)"))
    canaries = driven(desk)
    with desk.session() as session:
        audit.record(session, ROBIN, audit.Event.CARDS_SHOWN, f"{canaries[0]} for {NAME} 3, s3@c.example")
    assert set(leaks(log(desk), canaries)) >= {canaries[0], f"{NAME} 3", "s3@c.example"}


def test_a_page_that_would_note_a_code_fails_and_changes_nothing(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """U-101: the guard of `record` stops the act; the page is the error page and the log stays as it was."""
    monkeypatch.setattr("assess.web.console.cards._counted", lambda *_: ["F99Z-N0V9-NH7T-9AR4 1"])
    assert desk.visitor(ROBIN).post(f"/waves/{desk.ids['open']}/cards").status_code == 500
    assert log(desk) == ""


def _dropped(desk: Office, wave: str, codes: list[str]) -> list[str]:
    """Let some people answer and return their receipts."""
    found = []
    with desk.session() as session:
        instrument = shipped(session.get_one(Wave, bytes.fromhex(wave.rpartition("/")[2])).instrument)
    with db.sessions(desk.engine(DatabaseRole.RESPOND))() as session:
        for code in codes:
            request = box.DropRequest(
                code=code,
                attempt=b"\x07" * 16,
                answers={instrument.closed("core")[0]: 4},
                comments={"OQ1": COMMENT},
            )
            dropped = box.drop(session, request, clock=desk.clock, instrument=instrument)
            assert isinstance(dropped, box.Receipt)
            found.append(dropped.receipt)
    return found


def _path(response: object) -> str:
    return str(response.headers["Location"]).removeprefix("/console")  # type: ignore[attr-defined]
