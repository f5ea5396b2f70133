"""U-101: the audit log is one chain, whoever writes at the same time, and a link that was touched is found."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from db_house import House
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from assess.surveys import audit, db
from assess.surveys.audit import Event
from assess.surveys.tables import AuditRow

ANA = "ana@firm.example"


def written(built: House, acts: int = 6) -> list[AuditRow]:
    """Write some acts, each in a transaction of its own, and return their rows."""
    for number in range(acts):
        with built.sessions.begin() as session:
            audit.record(session, ANA, Event.DRAFT_CHANGED, f"wave {number}")
    with built.sessions() as session:
        return list(session.scalars(select(AuditRow).order_by(AuditRow.audit_id)))


def broken(built: House, kept: bytes | None = None) -> audit.Broken | None:
    with built.sessions() as session:
        return audit.check(session, kept=kept)


def end(built: House) -> audit.Head | None:
    with built.sessions() as session:
        return audit.head(session)


def test_every_act_is_chained_to_the_one_before(built: House) -> None:
    """U-101: digest = H(previous digest + canonical JSON of at, actor, event, detail)."""
    rows = written(built)
    assert broken(built) is None
    assert len({row.digest for row in rows}) == len(rows)
    last = end(built)
    assert last is not None
    assert (last.audit_id, last.digest) == (rows[-1].audit_id, rows[-1].digest)
    assert broken(built, kept=last.digest) is None


def test_an_empty_log_holds_and_has_no_head(built: House) -> None:
    """U-101."""
    assert broken(built) is None
    assert end(built) is None


@pytest.mark.parametrize(
    ("touch", "at"),
    [
        (lambda s, rows: s.execute(update(AuditRow).where(_is(rows[2])).values(detail="wave 9")), 2),
        (lambda s, rows: s.execute(update(AuditRow).where(_is(rows[2])).values(actor="bo@firm.example")), 2),
        (lambda s, rows: s.execute(update(AuditRow).where(_is(rows[2])).values(event="wave opened")), 2),
        (lambda s, rows: s.execute(update(AuditRow).where(_is(rows[2])).values(at=rows[2].at + timedelta(hours=1))), 2),
        (lambda s, rows: s.execute(update(AuditRow).where(_is(rows[2])).values(digest=b"x" * 32)), 2),
        (lambda s, rows: s.execute(update(AuditRow).where(_is(rows[2])).values(digest=None)), 2),
        (lambda s, rows: s.execute(delete(AuditRow).where(_is(rows[2]))), 3),
        (lambda s, rows: s.execute(delete(AuditRow).where(_is(rows[0]))), 1),
        (lambda s, rows: _swap(s, rows[1], rows[2]), 1),
    ],
    ids=["detail", "actor", "event", "time", "digest", "unchained", "removed", "first removed", "reordered"],
)
def test_the_first_link_that_was_touched_is_named(
    built: House, touch: Callable[[Session, list[AuditRow]], object], at: int
) -> None:
    """U-101: changed, taken away, moved: `check` says which row does not follow from the one before."""
    rows = written(built)
    with built.sessions.begin() as session:
        touch(session, rows)
    found = broken(built)
    assert found is not None
    assert found.audit_id == rows[at].audit_id


def test_a_chain_whose_end_was_cut_is_found_by_a_head_kept_elsewhere(built: House) -> None:
    """A-33: the chain alone cannot know that it once went on; the exported head does."""
    rows = written(built)
    kept = rows[-1].digest
    with built.sessions.begin() as session:
        session.execute(delete(AuditRow).where(_is(rows[-1])))
    assert broken(built) is None
    found = broken(built, kept=kept)
    assert found is not None
    assert found.audit_id is None
    assert "cut" in found.why


def test_rows_from_before_the_chain_are_let_be_and_the_chain_begins_after_them(built: House) -> None:
    """U-101: migration 0003 brought the digest; what stood before it is not vouched for."""
    with built.sessions.begin() as session:
        now = db.DatabaseClock().now(session)
        for event in ("wave drafted", "wave opened"):
            session.add(AuditRow(at=now, actor=ANA, event=event, detail="", digest=None))
    rows = written(built, 2)
    assert [row.digest is None for row in rows] == [True, True, False, False]
    assert broken(built) is None
    with built.sessions.begin() as session:
        session.add(AuditRow(at=now, actor=ANA, event="wave opened", detail="", digest=None))
    found = broken(built)
    assert found is not None
    assert "not chained" in found.why


def test_writers_at_the_same_time_make_one_chain(built: House) -> None:
    """U-101: SQLite's write lock is taken at BEGIN, so no two acts follow from the same one."""

    def write(number: int) -> None:
        for each in range(10):
            with built.sessions.begin() as session:
                audit.record(session, ANA, Event.CARDS_SHOWN, f"writer {number}, act {each}")

    at_once([lambda number=number: write(number) for number in range(8)])
    assert broken(built) is None
    with built.sessions() as session:
        assert len(session.scalars(select(AuditRow)).all()) == 80


def test_writers_that_do_not_queue_are_caught(built: House) -> None:
    """The planted weakness: the last row is read in one transaction, the next one written in another."""
    barrier = threading.Barrier(2)

    def write() -> None:
        with built.sessions() as session:
            last = audit.head(session)
        barrier.wait(timeout=20)
        with built.sessions.begin() as session:
            now = db.DatabaseClock().now(session)
            digest = audit._link(
                last.digest if last else audit.START, at=now, actor=ANA, event="cards shown", detail=""
            )
            session.execute(
                insert(AuditRow), [{"at": now, "actor": ANA, "event": "cards shown", "detail": "", "digest": digest}]
            )

    written(built, 2)
    at_once([write, write])
    found = broken(built)
    assert found is not None
    assert found.audit_id is not None


@pytest.mark.parametrize(
    "detail",
    ["for ana@client.example", "code F99Z-N0V9-NH7T-9AR4", "F99ZN0V9NH7T9AR4", "receipt 23347f65e5178bf80a12"],
)
def test_what_has_the_shape_of_an_address_a_code_or_a_receipt_is_never_written(built: House, detail: str) -> None:
    """U-101: refused before it is written, for nothing in this log may be taken back."""
    with built.sessions.begin() as session:
        with pytest.raises(ValueError, match="shape of"):
            audit.record(session, ANA, Event.CARDS_SHOWN, detail)
        assert session.scalars(select(AuditRow)).all() == []


def test_a_setting_is_written_down_when_it_changes_and_only_then(built: House) -> None:
    """U-101: setting. What looks like an address is left out rather than stopping the start."""
    told = []
    for setting in ("operator Firm", "operator Firm", "operator firm@x.example", "operator firm@x.example"):
        with built.sessions.begin() as session:
            told.append(audit.recorded_setting(session, "operator", setting))
    assert told == [True, False, True, False]
    with built.sessions() as session:
        assert [row.detail for row in session.scalars(select(AuditRow))] == ["operator Firm", "operator firm…x.example"]
    assert broken(built) is None


def test_an_act_that_is_rolled_back_leaves_no_hole_in_the_chain(built: House) -> None:
    """U-101: the row stands in the transaction of the act."""
    written(built, 1)
    with built.sessions() as session:
        audit.record(session, ANA, Event.WAVE_OPENED, "x")
        session.rollback()
    assert len(written(built, 1)) == 2
    assert broken(built) is None


def at_once(acts: list[Callable[[], None]]) -> None:
    """Run acts in threads of their own and let none of them fail unseen."""
    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        for done in [pool.submit(act) for act in acts]:
            done.result(timeout=60)


def _is(row: AuditRow) -> object:
    return AuditRow.audit_id == row.audit_id


def _swap(session: Session, first: AuditRow, second: AuditRow) -> None:
    """Change the places of two rows, digests and all."""
    for row, number in ((first, -1), (second, first.audit_id)):
        session.execute(
            text("UPDATE audit SET audit_id = :new WHERE audit_id = :old"), {"new": number, "old": row.audit_id}
        )
    session.execute(text("UPDATE audit SET audit_id = :new WHERE audit_id = -1"), {"new": second.audit_id})
