"""A wave whose server lost the key folder, from its papers to its release; what a page says of damaged files (A-09)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from db_lent import ENGINES
from sqlalchemy import select
from web_console_office import ROSTER, SAM, Office, Visitor, lent_office, words
from werkzeug.test import TestResponse

from assess import publish
from assess.instruments.load import shipped
from assess.jobs import runner
from assess.reports import witness
from assess.settings import DatabaseRole
from assess.surveys import box, custody, db, envelopes, shares, stops
from assess.surveys.custody import Handed
from assess.surveys.keys import FileKeys, KeyFolderError
from assess.surveys.moments import GRACE
from assess.surveys.said import said
from assess.surveys.states import State
from assess.surveys.stops import RowUnopened
from assess.surveys.tables import AuditRow, Wave

DRAFT = {
    "label": "2026-03",
    "form": "core",
    "opens_at": "2026-01-20T09:00",
    "closes_at": "2026-01-31T23:59",
    "contact": "help@client.example",
    "witness": "Ana Roy",
}
APART = {"en": "does not hold the server’s share of this wave", "fr": "ne contient pas la part du serveur"}
NAMED = {"en": "share-a is missing from the key folder", "fr": "share-a manque dans le dossier des clés"}
THREE = {
    "en": "type three: the passphrase, the code, and the half",
    "fr": "saisissez les trois : la phrase de passe",
}
FOUR = {"en": "type all four: the passphrase", "fr": "saisissez les quatre : la phrase de passe"}


@pytest.fixture(params=ENGINES)
def desk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office whose passphrases are cheap, and whose sheets are made in this process."""
    cheap, derive = shares.Cost(operations=1, memory=8192), shares.share_b
    monkeypatch.setattr(shares, "share_b", lambda phrase, wave_id, **_: derive(phrase, wave_id, cost=cheap))
    monkeypatch.setattr(witness, "pdf", lambda sheet, locale, paper: b"sheet")
    with lent_office(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[Handed]:
    """What openings hand out, as they do."""
    made: list[Handed] = []
    make = custody.make

    def heard(*given: object, **options: object) -> object:
        public, papers = make(*given, **options)  # type: ignore[arg-type]
        made.append(papers)
        return public, papers

    monkeypatch.setattr(custody, "make", heard)
    return made


def closed(desk: Office, mode: str = "self_hosted") -> str:
    """Open a witnessed wave, let ten people a side answer and write, and pass its close; return its address."""
    if mode == "witnessed":
        object.__setattr__(desk, "settings", desk.settings.model_copy(update={"own_server": False}))
    with desk.session() as session:
        session.get_one(Wave, bytes.fromhex(desk.ids["foreign"])).state = State.WITHDRAWN
    visitor = desk.visitor(SAM)
    made = visitor.post(f"/clients/{desk.ids['foundry']}/waves/new", DRAFT | {"key_mode": mode})
    path = str(made.headers["Location"]).removeprefix("/console")
    roster = ROSTER + "marketing,m9@c.example\n"
    assert visitor.post(f"{path}/roster", {"text": roster}).status_code == 200
    assert visitor.post(f"{path}/open").status_code == 200
    instrument = shipped("sales-marketing")
    with desk.session() as session:
        wave = session.get_one(Wave, wave_of(path))
        codes = envelopes.cards(session, wave, FileKeys(desk.settings.keys))
        closes = wave.closes_at
    for number, code in enumerate(code for side in codes.values() for code in side[:10]):
        answers = {item: 1 + (number + place) % 5 for place, item in enumerate(instrument.closed("core"))}
        comments = {"OQ1": f"The leads that we get from them help us, number {number}."}
        request = box.DropRequest(code=code, attempt=number.to_bytes(16, "big"), answers=answers, comments=comments)
        with db.sessions(desk.engine(DatabaseRole.RESPOND))() as session:
            assert isinstance(box.drop(session, request, clock=desk.clock, instrument=instrument), box.Receipt)
    desk.clock.set(closes + GRACE)
    return path


def wave_of(path: str) -> bytes:
    return bytes.fromhex(path.rpartition("/")[2])


def typed(papers: Handed, *names: str) -> dict[str, str]:
    return {paper.value: text for paper, text in papers.papers().items() if not names or paper.value in names}


def events(desk: Office) -> list[tuple[str, str]]:
    with desk.session() as session:
        return [(row.event, row.detail) for row in session.scalars(select(AuditRow).order_by(AuditRow.audit_id))]


def rows(page: TestResponse) -> list[str]:
    return list(dict.fromkeys(re.findall(r'name="row" value="([0-9a-f]{32})"', page.text)))


def withheld(visitor: Visitor, path: str) -> None:
    for row in rows(visitor.get(f"{path}/comments")):
        assert visitor.post(f"{path}/comments", {"row": row, "decision": "withhold"}).status_code == 302


@pytest.mark.parametrize("mode", ["witnessed", "self_hosted"])
def test_a_wave_counted_without_its_key_folder_is_read_at_the_desk_and_released(
    desk: Office, handed: list[Handed], mode: str
) -> None:
    """A-09: a lost server loses no wave; the half named results opens the comments, and says so where it is missing."""
    path = closed(desk, mode)
    wave_hex = wave_of(path).hex()
    desk.settings.keys.rename(desk.settings.home / "elsewhere")
    visitor = desk.visitor(SAM)
    assert visitor.post(f"{path}/shares", typed(handed[0]) | {"lost": "y"}).status_code == 302
    for lang, told_ in APART.items():
        page = visitor.get(f"{path}/comments?lang={lang}")
        assert told_ in words(page)
        assert re.search(r'<details open>.*name="results"', page.text, re.DOTALL)
        told = visitor.post(f"{path}/comments/open?lang={lang}", typed(handed[0], "phrase", "code"))
        assert told.status_code == 422
        assert NAMED[lang] in words(told)
        assert THREE[lang] in words(told)
        assert "destroyed in the count" not in words(told)
        assert 'name="box"' not in told.text
    assert events(desk)[-1] == ("share refused", f"{wave_hex}: results, for the comments")
    three = typed(handed[0], "phrase", "code", "results")
    half = visitor.post(f"{path}/comments/open?lang=en", three | {"results": three["results"][:20]})
    assert half.status_code == 422
    assert "It stops in group 4 of 29" in words(half)
    assert visitor.post(f"{path}/comments/open", three).status_code == 302
    assert len(rows(visitor.get(f"{path}/comments"))) == 20
    withheld(visitor, path)
    assert visitor.post(f"{path}/shares", three).status_code == 302
    assert events(desk)[-1] == ("share given", f"{wave_hex}: report prepared")
    assert visitor.post(f"{path}/release", {"at": "2026-02-10T09:00"}).status_code == 302
    desk.clock.set(desk.clock.moment + timedelta(days=12))
    services = publish.services(desk.settings, clock=desk.clock)
    done = [outcome.error for outcome in runner.run(services) if outcome.step.wave_id == wave_of(path)]
    services.close()
    assert done == [None]
    with desk.session() as session:
        assert session.get_one(Wave, wave_of(path)).state is State.RELEASED


def test_a_key_folder_lost_after_the_count_is_told_and_the_comments_open_from_the_papers(
    desk: Office, handed: list[Handed]
) -> None:
    """A-09: mounted or said to be lost for good, exactly as at the count; K_sign is made again from the results."""
    path = closed(desk)
    visitor = desk.visitor(SAM)
    assert visitor.post(f"{path}/shares", typed(handed[0], "code")).status_code == 302
    assert "<details>" in visitor.get(f"{path}/comments").text
    shutil.rmtree(desk.settings.keys / wave_of(path).hex())
    three = typed(handed[0], "phrase", "code", "results")
    assert "if it is lost for good, say so" in words(visitor.post(f"{path}/comments/open", three))
    assert visitor.post(f"{path}/comments/open", three | {"lost": "y"}).status_code == 302
    assert len(rows(visitor.get(f"{path}/comments"))) == 20
    assert [file.name for file in (desk.settings.keys / wave_of(path).hex()).iterdir()] == ["sign"]


def test_a_missing_wrap_is_no_destroyed_key_and_the_papers_count_without_it(desk: Office, handed: list[Handed]) -> None:
    """A-03, A-09: told as missing, with the mirror or all four papers as the remedy; and those do count."""
    path = closed(desk, "witnessed")
    folder, visitor = desk.settings.keys / wave_of(path).hex(), desk.visitor(SAM)
    (folder / "wrap-ab-box").unlink()
    missing = {"en": "wrap-ab-box is missing from the key folder", "fr": "wrap-ab-box manque dans le dossier des clés"}
    for lang, told_ in missing.items():
        told = visitor.post(f"{path}/shares?lang={lang}", typed(handed[0], "phrase"))
        assert told.status_code == 422
        assert told_ in words(told)
        assert FOUR[lang] in words(told)
        assert not re.search("destroyed in the count|détruite au dépouillement", words(told))
    assert visitor.post(f"{path}/shares", typed(handed[0])).status_code == 302
    assert "is counted" in words(visitor.get(f"{path}?lang=en"))
    assert sorted(file.name for file in folder.iterdir()) == ["share-a", "sign", "wrap-ab-stat", "wrap-ac-stat"]


@pytest.mark.parametrize("file", ["wrap-ab-box", "share-a"])
def test_a_damaged_file_is_not_told_as_a_wrong_passphrase_alone(desk: Office, handed: list[Handed], file: str) -> None:
    """A-09: a bad wrap is named for certain, since the other key opens; a bad share as the other thing it may be."""
    path = closed(desk, "witnessed")
    damaged, visitor = desk.settings.keys / wave_of(path).hex() / file, desk.visitor(SAM)
    whole = damaged.read_bytes()
    damaged.write_bytes(bytes([whole[0] ^ 1]) + whole[1:])
    certain = {"en": f"{file} in the key folder is damaged", "fr": f"{file} est endommagé dans le dossier des clés"}
    likely = {
        "en": "the server's part is damaged: put share-a, wrap-ab-box, wrap-ab-stat of this wave back".replace(
            "'", "’"
        ),
        "fr": "qui est endommagée : remettez share-a, wrap-ab-box, wrap-ab-stat de cette vague à partir du miroir",
    }
    wrong = {
        "en": "The passphrase is not the one of this wave",
        "fr": "La phrase de passe n’est pas celle de cette vague",
    }
    for lang in ("en", "fr"):
        told = words(visitor.post(f"{path}/shares?lang={lang}", typed(handed[0], "phrase")))
        assert (wrong[lang] in told) is (file == "share-a")
        assert (certain if file != "share-a" else likely)[lang] in told
        assert FOUR[lang] in told
    damaged.write_bytes(whole)
    assert visitor.post(f"{path}/shares", typed(handed[0], "phrase")).status_code == 302


def test_every_refused_attempt_is_in_the_log_alike_on_both_pages(
    desk: Office, handed: list[Handed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """U-101: too little, a wrong share, a count that stops, a missing key; never what was typed."""
    path = closed(desk, "witnessed")
    wave_hex, visitor = wave_of(path).hex(), desk.visitor(SAM)
    code = typed(handed[0], "code")["code"]
    attempts = {"": 422, code[:17]: 422, "U" + code[1:]: 422, shares.groups(shares.code()): 422}

    def refused(page: str, sent: dict[str, str], status: int, detail: str) -> TestResponse:
        before = events(desk)
        told = visitor.post(f"{path}/{page}", sent)
        assert told.status_code == status, words(told)
        assert events(desk) == [*before, ("share refused", detail)]
        return told

    closes = desk.clock.moment
    desk.clock.set(closes - timedelta(hours=1))
    refused("shares", {"code": code}, 409, wave_hex)
    refused("comments/open", {"code": code}, 409, f"{wave_hex}: results, for the comments")
    desk.clock.set(closes)
    for attempt, status in attempts.items():
        refused("shares", {"code": attempt}, status, wave_hex)
    for error in (stops.unknown(), publish.PublishError("stopped"), RowUnopened("shut"), nothing()):
        with monkeypatch.context() as patch:
            patch.setattr(publish, "count_wave", lambda *_, error=error: failed(error))
            told = refused("shares", {"code": code}, 422, wave_hex)
        assert re.search("There is no such wave|stopped|does not open with its key|Mount it", words(told))
    assert visitor.post(f"{path}/shares", {"code": code}).status_code == 302
    for attempt, status in attempts.items():
        refused("comments/open", {"code": attempt}, status, f"{wave_hex}: results, for the comments")
    held = desk.settings.keys.rename(desk.settings.home / "elsewhere")
    refused("comments/open", {"code": code}, 422, f"{wave_hex}: results, for the comments")
    held.rename(desk.settings.keys)
    assert visitor.post(f"{path}/comments/open", {"code": code}).status_code == 302
    assert not any(part in detail for part in code.split("-") for _, detail in events(desk))


def nothing() -> KeyFolderError:
    return KeyFolderError(said("The folder is not there. Mount it."))


def failed(error: Exception) -> None:
    raise error
