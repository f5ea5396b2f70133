"""The comments desk (A-18, U-45: C9): random order, one decision a post, no comment anywhere but on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from db_lent import ENGINES
from web_console_office import READER, ROBIN, SAM, Office, Visitor, lent_office, words
from werkzeug.test import TestResponse

from assess.instruments.load import shipped
from assess.settings import DatabaseRole
from assess.surveys import box, count, custody, db, envelopes, lifecycle, shares
from assess.surveys.keys import FileKeys, KeyName, ShareFile
from assess.surveys.moments import GRACE
from assess.surveys.states import KeyMode
from assess.surveys.tables import AuditRow, Wave
from assess.web.console.opened import OpenedKeys

ENGLISH = "The leads that we get from them help us, number {n}."
NAMED = "I think Mary Smith <b>helps</b> us with the leads"
FRENCH = "Ils ne nous disent jamais ce que veulent les clients."


@pytest.fixture(params=ENGINES)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    with lent_office(request.param, tmp_path) as made:
        yield made


def counted(desk: Office, *, sales: int = 11, marketing: int = 10) -> str:
    """Let everybody write, count, and return the address of the wave; one comment names somebody, one is in French."""
    wave_id = bytes.fromhex(desk.ids["open"])
    instrument, keys = shipped("sales-marketing"), FileKeys(desk.settings.keys)
    with desk.session() as session:
        wave = session.get_one(Wave, wave_id)
        codes = envelopes.cards(session, wave, keys)
        closes_at = wave.closes_at
    for side, number in (("sales", sales), ("marketing", marketing)):
        for i in range(number):
            text = (
                {0: NAMED, 1: FRENCH}.get(i, ENGLISH.format(n=f"{side} {i}"))
                if side == "sales"
                else ENGLISH.format(n=f"{side} {i}")
            )
            request = box.DropRequest(
                code=codes[side][i],
                attempt=bytes(15) + bytes([i]),
                answers={instrument.closed("core")[0]: 4},
                comments={"OQ1": text},
            )
            with db.sessions(desk.engine(DatabaseRole.RESPOND))() as session:
                dropped = box.drop(session, request, clock=desk.clock, instrument=instrument)
            assert isinstance(dropped, box.Receipt)
    desk.clock.set(closes_at + GRACE)
    counting = desk.of(DatabaseRole.COUNT, wave_id)
    with counting.begin() as session:
        lifecycle.close(session, wave_id, desk.clock)
    count.run(counting, wave_id, keys=keys, clock=desk.clock, instrument=instrument)
    return f"/waves/{desk.ids['open']}"


def slips(page: TestResponse) -> dict[str, str]:
    """Return the comments of a page with the ids of their forms, in the order of the page."""
    found = {}
    for article in page.text.split('<article class="slip">')[1:]:
        row = re.search(r'name="row" value="([0-9a-f]{32})"', article)
        quote = re.search(r"<blockquote>(.*?)</blockquote>", article, re.DOTALL)
        assert row is not None
        assert quote is not None
        found[unescape(re.sub(r"</?mark>", "", quote[1]))] = row[1]
    return found


def decide(visitor: Visitor, wave: str, row: str, decision: str, text: str = "") -> TestResponse:
    return visitor.post(f"{wave}/comments", {"row": row, "decision": decision, "text": text})


def audited(desk: Office) -> list[tuple[str, str]]:
    with desk.session() as session:
        return [(row.event, row.detail) for row in session.query(AuditRow).order_by(AuditRow.audit_id)]


def test_the_pile_is_read_in_an_order_drawn_anew_with_what_may_name_somebody_marked(desk: Office) -> None:
    """A-18: 21 comments; hints say why; a language that few use says what may leave."""
    wave, visitor = counted(desk), desk.visitor(ROBIN)
    page = visitor.get(f"{wave}/comments")
    assert page.headers["Cache-Control"] == "no-store"
    assert "0 of 21 comments are decided" in words(page)
    orders = {tuple(slips(visitor.get(f"{wave}/comments")).values()) for _ in range(3)}
    assert len(orders) == 3
    assert "I think <mark>Mary Smith</mark> &lt;b&gt;helps&lt;/b&gt; us" in page.text
    assert "May point to somebody: two capitalised words." in words(page)
    assert "it can leave only as a paraphrase" in words(page)
    french = words(desk.visitor(ROBIN).get(f"{wave}/comments?lang=fr"))
    assert "Commentaires décidés : 0 sur 21" in french
    assert "deux mots avec majuscule" in french


def test_from_the_pile_to_the_release(desk: Office) -> None:
    """Section 6: the release waits; every decision is one post; the audit log has counts and no word of a comment."""
    wave, visitor = counted(desk), desk.visitor(ROBIN)
    assert "21 comments wait for a decision" in words(visitor.get(wave))
    refused = visitor.post(f"{wave}/release", {"at": "2026-02-10T09:00"})
    assert refused.status_code == 409
    assert "21 comments wait for a decision" in words(refused)
    found = slips(visitor.get(f"{wave}/comments"))
    named = decide(visitor, wave, found.pop(NAMED), "redact", "I think […] <b>helps</b> us with the leads")
    assert (named.status_code, named.headers["Location"]) == (302, f"/console{wave}/comments")
    assert (
        decide(visitor, wave, found.pop(FRENCH), "paraphrase", "They never say what customers want.").status_code == 302
    )
    for row in list(found.values())[:-1]:
        assert decide(visitor, wave, row, "release").status_code == 302
    page = visitor.get(f"{wave}/comments")
    assert "20 of 21 comments are decided" in words(page)
    assert next(iter(slips(page))) == list(found)[-1], "what waits comes first"
    assert decide(visitor, wave, list(found.values())[-1], "withhold").status_code == 302
    page = visitor.get(f"{wave}/comments")
    assert "Every comment is decided" in words(page)
    assert "I think […] &lt;b&gt;helps&lt;/b&gt; us with the leads" in page.text
    assert decide(visitor, wave, next(iter(found.values())), "undo").status_code == 302
    assert "20 of 21" in words(visitor.get(f"{wave}/comments"))
    assert decide(visitor, wave, next(iter(found.values())), "release").status_code == 302
    assert visitor.post(f"{wave}/release", {"at": "2026-02-10T09:00"}).status_code == 302
    log = audited(desk)
    assert log.pop(0) == ("release refused", desk.ids["open"])
    assert [event for event, _ in log] == ["comments edited"] * 20 + [
        "comments done",
        "comments edited",
        "comments done",
        "release set",
    ]
    assert log[0][1] == f"{desk.ids['open']}: 1 of 21"
    assert not any(word in detail for _, detail in log for word in ("Mary", "leads", "customers", "clients"))


def test_a_refused_decision_keeps_what_was_typed_at_the_top_and_changes_nothing(desk: Office) -> None:
    wave, visitor = counted(desk), desk.visitor(ROBIN)
    row = slips(visitor.get(f"{wave}/comments"))[NAMED]
    page = decide(visitor, wave, row, "redact", "I think nobody <i>helps</i>")
    assert page.status_code == 422
    assert next(iter(slips(page).values())) == row
    assert "This is not the comment with parts replaced by […]." in words(page)
    assert "I think nobody &lt;i&gt;helps&lt;/i&gt;" in page.text
    assert audited(desk) == []
    assert "0 of 21" in words(visitor.get(f"{wave}/comments"))


@pytest.mark.parametrize(
    "sent",
    [
        {"row": "zz", "decision": "release"},
        {"row": "A" * 32, "decision": "release"},
        {"decision": "release"},
        {"row": "a" * 32, "decision": "publish"},
        {"row": "a" * 32},
    ],
)
def test_a_post_that_no_page_sends_is_refused(desk: Office, sent: dict[str, str]) -> None:
    wave, visitor = counted(desk), desk.visitor(ROBIN)
    assert visitor.post(f"{wave}/comments", sent).status_code == 400
    assert audited(desk) == []


def test_a_comment_of_another_wave_is_refused_in_words(desk: Office) -> None:
    wave, visitor = counted(desk), desk.visitor(ROBIN)
    page = decide(visitor, wave, "a" * 32, "release")
    assert page.status_code == 422


def test_under_the_floor_there_is_nothing_to_read_and_the_page_does_not_say_why(desk: Office) -> None:
    """A-18, A-11: one sentence for no comment and for a side that fell short."""
    wave, visitor = counted(desk, marketing=9), desk.visitor(ROBIN)
    told = words(visitor.get(f"{wave}/comments"))
    assert "Nobody wrote one, or a team had fewer than 10 answers" in told
    assert "comments wait" not in words(visitor.get(wave))
    assert visitor.post(f"{wave}/release", {"at": "2026-02-10T09:00"}).status_code == 302


def test_only_a_consultant_of_the_client_reads_the_pile_and_only_once_it_is_counted(desk: Office) -> None:
    """U-60: foreign 404, own without the role 403, another state 409."""
    assert desk.visitor(ROBIN).get(f"/waves/{desk.ids['draft']}/comments").status_code == 409
    wave = counted(desk)
    for email, status in ((SAM, 404), (READER, 403)):
        visitor = desk.visitor(email)
        page = visitor.get(f"{wave}/comments")
        assert page.status_code == status
        assert "leads" not in page.text
        assert decide(visitor, wave, "a" * 32, "release").status_code == status


def test_a_witnessed_pile_opens_with_a_second_share_for_a_quarter_of_an_hour(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A-09: the server's share alone shows nothing; a wrong one is said and written down; sign-out forgets the key."""
    defaults = custody.opened.__kwdefaults__ | {"cost": shares.Cost(operations=1, memory=8192)}
    monkeypatch.setattr(custody.opened, "__kwdefaults__", defaults)
    wave, visitor = counted(desk), desk.visitor(ROBIN)
    handed = witnessed(desk)
    page = visitor.get(f"{wave}/comments")
    assert "takes a second key" in words(page)
    assert "leads" not in page.text
    assert "takes a second key" in words(decide(visitor, wave, "a" * 32, "release"))
    half = handed.passphrase[:7]
    assert "stops in group" in words(visitor.post(f"{wave}/comments/open", {"phrase": half}))
    other = custody.Handed(passphrase=shares.groups(bytes(13), shares.PASSPHRASE_BITS), code="", halves={})
    wrong = visitor.post(f"{wave}/comments/open", {"phrase": other.passphrase})
    assert wrong.status_code == 422
    assert "The passphrase is not the one of this wave." in words(wrong)
    assert other.passphrase not in wrong.text
    assert visitor.post(f"{wave}/comments/open", {"phrase": handed.passphrase}).status_code == 302
    found = slips(visitor.get(f"{wave}/comments"))
    assert NAMED in found
    assert decide(visitor, wave, found[NAMED], "withhold").status_code == 302
    desk.clock.set(desk.clock.moment + timedelta(minutes=15))
    assert "takes a second key" in words(visitor.get(f"{wave}/comments"))
    assert visitor.post(f"{wave}/comments/open", {"code": handed.code}).status_code == 302
    assert NAMED in slips(visitor.get(f"{wave}/comments"))
    log = audited(desk)
    assert [event for event, _ in log] == [
        "share refused",
        "share refused",
        "share given",
        "comments edited",
        "share given",
    ]
    assert not any(handed.passphrase[:5] in detail or handed.code[:5] in detail for _, detail in log)


def test_an_account_that_signs_out_has_nothing_open(desk: Office) -> None:
    kept = OpenedKeys()
    kept.keep(1, b"w", b"k", now=desk.clock.moment)
    kept.keep(2, b"w", b"k", now=desk.clock.moment)
    kept.forget(1)
    assert kept.read(1, b"w", now=desk.clock.moment) is None
    assert kept.read(2, b"w", now=desk.clock.moment) == b"k"
    assert "k_stat" not in repr(kept._kept)


def witnessed(desk: Office) -> custody.Handed:
    """Make the counted wave one whose key to the results lies in shares, as an opening would have."""
    wave_id = bytes.fromhex(desk.ids["open"])
    keys = FileKeys(desk.settings.keys)
    k_stat = keys.read(wave_id, KeyName.STAT)
    cost = shares.Cost(operations=1, memory=8192)
    phrase, code, server = shares.passphrase(), shares.code(), bytes(range(32))
    b, c = shares.share_b(phrase, wave_id, cost=cost), shares.share_c(code)
    keys.destroy(wave_id, KeyName.STAT)
    keys.store(
        wave_id,
        {
            ShareFile.SERVER: server,
            ShareFile.AB_STAT: shares.wrap(k_stat, shares.Pair.AB, KeyName.STAT, wave_id=wave_id, x=server, y=b),
            ShareFile.AC_STAT: shares.wrap(k_stat, shares.Pair.AC, KeyName.STAT, wave_id=wave_id, x=server, y=c),
        },
    )
    with desk.session() as session:
        session.get_one(Wave, wave_id).key_mode = KeyMode.WITNESSED.value
    return custody.Handed(passphrase=shares.groups(phrase, shares.PASSPHRASE_BITS), code=shares.groups(code), halves={})
