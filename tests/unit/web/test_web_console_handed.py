"""The papers of an opening are not lost with one answer: shown again to who opened, for a quarter of an hour (A-09)."""

from __future__ import annotations

import base64
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from db_lent import ENGINES
from nacl.public import PrivateKey
from web_console_office import (
    GROUPS,
    NOW,
    PASSWORD,
    ROBIN,
    ROSTER,
    SAM,
    WITNESSED_DRAFT,
    Office,
    Visitor,
    lent_office,
    words,
)
from werkzeug.test import TestResponse

from assess.reports import witness
from assess.reports.witness import Sheet
from assess.surveys import custody, shares, staff
from assess.surveys.clients import Client
from assess.surveys.custody import Paper
from assess.surveys.keys import FileKeys
from assess.surveys.states import State
from assess.surveys.tables import AuditRow, Wave
from assess.web.console import handed
from assess.web.console.handed import HandedPapers, Papers

SHEETS = re.compile(r"data:application/pdf;base64,([\w+/=]+)")
LATE = timedelta(minutes=15)


@pytest.fixture(params=ENGINES)
def desk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office whose passphrases are cheap, and whose sheets are what they print; Robin has Sam's client too."""
    cheap, derive = shares.Cost(operations=1, memory=8192), shares.share_b
    monkeypatch.setattr(shares, "share_b", lambda phrase, wave_id, **_: derive(phrase, wave_id, cost=cheap))
    monkeypatch.setattr(witness, "pdf", lambda sheet, *_: printed(sheet))
    with lent_office(request.param, tmp_path) as made:
        with made.session() as session:
            robin = staff.find(session, ROBIN)
            assert robin is not None
            staff.assign(session, robin, session.get_one(Client, bytes.fromhex(made.ids["foundry"])))
            session.get_one(Wave, bytes.fromhex(made.ids["foreign"])).state = State.WITHDRAWN
        yield made


@pytest.fixture
def path(desk: Office) -> str:
    """The address of a wave that can be opened."""
    visitor = desk.visitor(SAM)
    made = visitor.post(f"/clients/{desk.ids['foundry']}/waves/new", WITNESSED_DRAFT)
    assert made.status_code == 302, words(made)
    address = str(made.headers["Location"]).removeprefix("/console")
    assert visitor.post(f"{address}/roster", {"text": ROSTER}).status_code == 200
    return address


def printed(sheet: Sheet) -> bytes:
    return f"{sheet.code} {sheet.box} {sheet.results}".encode()


def seen(page: TestResponse) -> dict[Paper, str]:
    """Return what stands on the page of an opening."""
    assert page.status_code == 200, words(page)
    code, box, results = base64.b64decode(SHEETS.findall(page.text)[0]).decode().split()
    phrases = GROUPS.findall(SHEETS.sub("", page.text))
    assert len(phrases) == 1
    return {Paper.PHRASE: phrases[0], Paper.CODE: code, Paper.BOX: box, Paper.RESULTS: results}


def hidden(page: TestResponse) -> bool:
    """Whether a page shows neither passphrase nor sheet."""
    return not GROUPS.search(page.text) and not SHEETS.search(page.text)


def opens(desk: Office, path: str, papers: dict[Paper, str], *names: Paper, lost: bool = False) -> bool:
    """Whether some of the papers open the box and the results of the wave."""
    with desk.session() as session:
        wave = session.get_one(Wave, bytes.fromhex(path.rpartition("/")[2]))
        typed = custody.read({name: papers[name] for name in names})
        keys = custody.opened(wave, typed, keys=FileKeys(desk.settings.keys), lost=lost)
        found = [bytes(PrivateKey(keys.read(wave.wave_id, name)).public_key) for name in shares.SHARED]
        return found == [wave.k_box_public, wave.k_stat_public]


def acts(desk: Office) -> list[tuple[str, str]]:
    with desk.session() as session:
        return [(row.event, row.detail) for row in session.query(AuditRow).order_by(AuditRow.audit_id)]


def kept(desk: Office) -> HandedPapers:
    found = desk.app().mounts["/console"].extensions[handed.EXTENSION]
    assert isinstance(found, HandedPapers)
    return found


def test_a_second_post_shows_the_same_papers_and_they_open_the_box(desk: Office, path: str) -> None:
    """A-09: nothing says that the first answer arrived; each look is a row of the log, the opening is one (U-101)."""
    visitor = desk.visitor(SAM)
    first = seen(visitor.post(f"{path}/open"))
    wave_hex = path.rpartition("/")[2]
    for page in (visitor.post(f"{path}/open"), visitor.get(f"{path}/open")):
        assert seen(page) == first
        assert "Until January 20, 2026, 16:15 (Europe/Paris) this address shows the page again" in words(page)
    assert "script" not in visitor.get(f"{path}/open").text.partition("<main")[2]
    opened = [("wave opened", wave_hex), ("witness sheet printed", wave_hex)]
    assert acts(desk)[-5:] == opened + [("witness sheet printed", f"{wave_hex}: shown again")] * 3
    again = seen(visitor.post(f"{path}/open"))
    assert opens(desk, path, again, Paper.CODE)
    assert opens(desk, path, again, *Paper, lost=True)
    page = words(visitor.get(path))
    assert "can be seen again until January 20, 2026, 16:15 (Europe/Paris), and never after." in page
    french = words(visitor.get(f"{path}?lang=fr"))
    assert "peuvent être revues jusqu’au 20 janvier 2026 à 16 h 15 (Europe/Paris), puis plus jamais." in french


def test_two_clicks_at_once_both_end_with_the_papers(desk: Office, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A-09: the browser drops the first answer, so the second request waits and carries the same shares."""
    working, going_on, make = threading.Event(), threading.Event(), custody.make
    visitors: list[Visitor] = [desk.visitor(SAM), desk.visitor(SAM)]

    def slow(*given: object, **options: object) -> object:
        working.set()
        assert going_on.wait(20)
        return make(*given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(custody, "make", slow)
    with ThreadPoolExecutor(max_workers=2) as clicks:
        first = clicks.submit(visitors[0].post, f"{path}/open")
        assert working.wait(20)
        second = clicks.submit(visitors[1].post, f"{path}/open")
        time.sleep(0.5)  # the second click is at the lock by now; were it not, it would come after the commit
        assert not second.done()
        going_on.set()
        papers = [seen(first.result()), seen(second.result())]
    assert papers[0] == papers[1]
    assert opens(desk, path, papers[1], Paper.CODE)
    assert [event for event, _ in acts(desk)].count("wave opened") == 1
    assert "opening refused" not in [event for event, _ in acts(desk)]


def test_a_colleague_who_clicks_at_the_same_time_is_refused(
    desk: Office, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A-09: another account waits too, and gets the refusal of an open wave, not one that calls it a draft."""
    working, going_on, make = threading.Event(), threading.Event(), custody.make

    def slow(*given: object, **options: object) -> object:
        working.set()
        assert going_on.wait(20)
        return make(*given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(custody, "make", slow)
    sam, robin = desk.visitor(SAM), desk.visitor(ROBIN)
    with ThreadPoolExecutor(max_workers=2) as clicks:
        first = clicks.submit(sam.post, f"{path}/open")
        assert working.wait(20)
        second = clicks.submit(robin.post, f"{path}/open")
        time.sleep(0.5)
        going_on.set()
        assert seen(first.result())
        page = second.result()
    assert page.status_code == 409
    assert hidden(page)
    assert "Only a draft can be opened." in words(page)
    assert "stays a draft" not in words(page)


def test_another_account_never_gets_the_papers_nor_puts_them_away(desk: Office, path: str) -> None:
    """A-09, U-60: a colleague with the same client meets the 409 of an open wave."""
    visitor, robin = desk.visitor(SAM), desk.visitor(ROBIN)
    first = seen(visitor.post(f"{path}/open"))
    for page in (robin.post(f"{path}/open"), robin.get(f"{path}/open")):
        assert page.status_code == 409
        assert hidden(page)
    assert "can be seen again" not in words(robin.get(path))
    assert robin.post(f"{path}/papers").status_code == 302
    assert robin.post("/sign-out").status_code == 302
    assert seen(visitor.post(f"{path}/open")) == first


def test_papers_that_are_put_away_are_gone_at_once(desk: Office, path: str) -> None:
    """A-09: the button of the page, which needs the token of a form like every other."""
    visitor = desk.visitor(SAM)
    page = visitor.post(f"{path}/open")
    assert re.search(rf'<form method="post" action="/console{path}/papers">\s*<input [^>]*csrf_token', page.text)
    assert visitor.browser.post(f"/console{path}/papers").status_code == 400
    assert seen(visitor.post(f"{path}/open")) == seen(page)
    assert visitor.post(f"{path}/papers").headers["Location"] == f"/console{path}"
    assert kept(desk)._kept == {}
    for gone in (visitor.post(f"{path}/open"), visitor.get(f"{path}/open")):
        assert gone.status_code == 409
        assert hidden(gone)
    assert "can be seen again" not in words(visitor.get(path))
    assert visitor.post(f"{path}/papers").status_code == 302


def test_papers_are_gone_after_a_quarter_of_an_hour(desk: Office, path: str) -> None:
    """A-09: to the second, by the clock that decides; looking again does not make it longer."""
    visitor = desk.visitor(SAM)
    first = seen(visitor.post(f"{path}/open"))
    desk.clock.set(NOW + LATE - timedelta(seconds=1))
    assert seen(visitor.post(f"{path}/open")) == first
    desk.clock.set(NOW + LATE)
    gone = visitor.post(f"{path}/open")
    assert gone.status_code == 409
    assert hidden(gone)
    assert kept(desk)._kept == {}


@pytest.mark.parametrize("end", ["sign out", "withdrawn"])
def test_papers_go_with_the_session_and_with_the_wave(desk: Office, path: str, end: str) -> None:
    """A-09: nobody is left in front of the browser, or nothing is left that they open."""
    visitor = desk.visitor()
    assert visitor.post("/sign-in", {"email": SAM, "password": PASSWORD}).status_code == 302
    assert seen(visitor.post(f"{path}/open"))
    if end == "sign out":
        assert visitor.post("/sign-out").status_code == 302
    else:
        with desk.session() as session:
            session.get_one(Wave, bytes.fromhex(path.rpartition("/")[2])).state = State.WITHDRAWN
        assert visitor.post(f"{path}/open").status_code == 409
    assert kept(desk)._kept == {}


def test_papers_of_an_opening_that_failed_are_never_shown(
    desk: Office, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A-09: they open nothing; a wave that somebody else opened later has papers of its own."""
    sam, robin = desk.visitor(SAM), desk.visitor(ROBIN)
    with monkeypatch.context() as patch:
        patch.setattr("assess.web.console.papers._page", broken)
        assert sam.post(f"{path}/open").status_code == 500
    assert "is a draft" in words(sam.get(path))
    assert hidden(sam.get(f"{path}/open"))
    assert "can be seen again" not in words(sam.get(path))
    papers = seen(robin.post(f"{path}/open"))
    assert opens(desk, path, papers, Paper.CODE)
    refused = sam.post(f"{path}/open")
    assert refused.status_code == 409
    assert hidden(refused)
    with desk.session() as session:
        sam_id = session.query(staff.Staff).filter_by(email=SAM).one().staff_id
    stale = Papers(phrase="OLD", sheets=(), k_box_public=b"another", until=NOW + LATE)
    kept(desk).keep(sam_id, bytes.fromhex(path.rpartition("/")[2]), stale)
    assert sam.post(f"{path}/open").status_code == 409


def test_a_timer_forgets_though_nobody_asks_again() -> None:
    """A-09, A-23: memory holds the shares no longer than the page says; a repr never holds one."""
    store = HandedPapers(life=timedelta(milliseconds=50))
    papers = Papers(phrase="PHRASE", sheets=(("en", "a.pdf", "data:x"),), k_box_public=b"k", until=NOW + LATE)
    store.keep(1, b"w", papers)
    assert store.read(1, b"w", now=NOW) is papers
    assert store.read(2, b"w", now=NOW) is None
    assert "PHRASE" not in repr(store._kept)
    assert "data:x" not in repr(store._kept)
    ends = [each.end for each in store._kept.values()]
    for end in ends:
        end.join(10)
        assert not end.is_alive()
    assert store._kept == {}


def broken(*_: object) -> tuple[str, int]:
    raise RuntimeError("no page")
