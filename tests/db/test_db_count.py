"""The count: what it finds and what it leaves (A-08, A-10, A-18)."""

from __future__ import annotations

import json
import random

import db_postgres
import pytest
from db_house import House, people_of
from nacl.public import PrivateKey, SealedBox
from nacl.signing import VerifyKey
from sqlalchemy import func, select, text

from assess.surveys import ballots, count, receipts, results, roster
from assess.surveys.count import CountStopped
from assess.surveys.keys import KeyGoneError, KeyName, fingerprint
from assess.surveys.roster import RosterRow
from assess.surveys.states import State
from assess.surveys.tables import (
    BoxRow,
    CommentRow,
    DestructionRow,
    EnvelopeRow,
    ReceiptRow,
    SpentRow,
    StatRow,
    Wave,
)


def test_every_answer_is_counted_once_and_nothing_links_it(built: House) -> None:
    """A-08: the same multiset of answers goes in and comes out; box, spent, envelope and their keys are gone."""
    wave = built.opened()
    given = built.fill(wave, sales=11, marketing=10)
    built.close()
    heard: list[str] = []
    record = built.count(wave, on_stage=heard.append)
    assert heard == ["frozen", "sealed", "verified", "destroyed", "counted"]
    assert (record.invited, record.used, record.replaced, record.spoiled, record.counted) == (22, 21, 0, 0, 21)
    table = built.table(wave)
    assert people_of(table) == given
    assert table.invited == {"sales": 12, "marketing": 10}
    with built.sessions() as session:
        for kind in (BoxRow, SpentRow, EnvelopeRow):
            assert session.scalar(select(func.count()).select_from(kind)) == 0
        assert session.get_one(Wave, wave.wave_id).state is State.COUNTED
        kept = list(session.scalars(select(ReceiptRow.receipt)))
        assert receipts.root(kept).hex() == record.root
        assert count.record(session, wave.wave_id) == record
    for name in (KeyName.MAIL, KeyName.BOX):
        with pytest.raises(KeyGoneError):
            built.keys.read(wave.wave_id, name)


def test_a_second_run_changes_nothing(built: House) -> None:
    """A-08: every stage is fenced by the one before."""
    wave = built.opened()
    built.fill(wave, sales=6, marketing=5)
    built.close()
    first = built.count(wave)
    heard: list[str] = []
    assert built.count(wave, on_stage=heard.append) == first
    assert heard == []


def test_rows_have_one_size_and_new_random_ids(built: House) -> None:
    """A-02: 2,096 and 8,240 bytes; ids that no earlier row had, in their own order."""
    wave = built.opened()
    built.fill(wave, sales=12, marketing=10)
    with built.sessions() as session:
        before = set(session.scalars(select(BoxRow.ballot_id)))
    built.close()
    built.count(wave)
    with built.sessions() as session:
        for kind, size in ((StatRow, 2_096), (CommentRow, 8_240)):
            assert set(session.scalars(select(func.length(kind.sealed)))) == {size}
            ids = list(session.scalars(select(kind.row_id)))
            assert len(ids) == 22
            # SQLite keeps them in the order of their ids, PostgreSQL in the order of the shuffle.
            assert built.engine.dialect.name == "postgresql" or ids == sorted(ids)
            assert all(len(row_id) == 16 for row_id in ids)
            assert not set(ids) & {ballot_id[:16] for ballot_id in before}


def test_answers_and_comments_are_shuffled_each_by_itself(built: House) -> None:
    """A-08: two shuffles, so that the order of one says nothing of the other."""
    wave = built.opened()
    built.fill(wave, sales=12, marketing=10)
    built.close()
    shuffled: list[int] = []

    def shuffle(rows: list[bytes]) -> None:
        random.Random(7).shuffle(rows)
        shuffled.append(len(rows[0]))

    built.count(wave, shuffle=shuffle)
    assert shuffled == [2_048, 8_192]


def test_comments_are_kept_apart_from_answers(built: House) -> None:
    """A-08, A-18: a comment row has question, side and text; an answer row has no comment."""
    wave = built.opened()
    built.fill(wave, sales=10, marketing=10)
    built.close()
    built.count(wave)
    opener = SealedBox(PrivateKey(built.keys.read(wave.wave_id, KeyName.STAT)))
    with built.sessions() as session:
        comments = [
            ballots.unpadded(opener.decrypt(row), ballots.COMMENT) for row in session.scalars(select(CommentRow.sealed))
        ]
        answers = [
            ballots.unpadded(opener.decrypt(row), ballots.STAT) for row in session.scalars(select(StatRow.sealed))
        ]
    assert {(c["q"], c["s"], c["t"]) for c in comments} == {
        ("Q1", side, f"{side} says {i}") for side in ("sales", "marketing") for i in range(10)
    }
    assert all(set(row) == {"a", "s"} for row in answers)


def test_comments_of_a_wave_with_a_side_under_the_floor_are_destroyed_unread(built: House) -> None:
    """A-18, sentence 3 of the promise: comments only if at least ten on each side answered."""
    wave = built.opened()
    built.fill(wave, sales=12, marketing=9)
    built.close()
    assert built.count(wave).counted == 21
    with built.sessions() as session:
        assert session.scalar(select(func.count()).select_from(CommentRow)) == 0


def test_a_wave_in_which_nobody_answered_is_counted(built: House) -> None:
    wave = built.opened(form="plain")
    built.close()
    record = built.count(wave)
    assert (record.used, record.counted) == (0, 0)
    assert record.root == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert built.table(wave).answers.shape == (0, 3)


def test_a_late_joiner_with_a_spare_counts_as_invited(built: House) -> None:
    """A-04: spares make more ballots than the roster had people; the table says that at least so many were invited."""
    wave = built.opened(people={"sales": 5, "marketing": 5}, form="plain")
    built.fill(wave, sales=7, marketing=5)
    built.close()
    built.count(wave)
    assert built.table(wave).invited == {"sales": 7, "marketing": 5}


def test_two_counts_at_once_leave_one_result(built: House) -> None:
    """stack.md section 3: another process overtakes this one between rewriting the file and marking the stage."""
    wave = built.frozen()
    built.stop_after(wave, "verified")
    original = count.compact
    overtaking = False

    def overtaken(engine: object) -> None:
        nonlocal overtaking
        original(engine)  # type: ignore[arg-type]
        if not overtaking:
            overtaking = True
            built.count(wave)

    heard: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(count, "compact", overtaken)
        record = built.count(wave, on_stage=heard.append)
    assert heard == []
    assert record.counted == 10
    assert built.table(wave).answers.shape == (10, 3)


def test_the_destruction_record_names_the_dead_keys_and_its_signature_holds(built: House) -> None:
    """A-08: wave, prereg, root, totals, fingerprints of dead keys, files, date, signed by K_sign."""
    wave = built.opened()
    built.fill(wave, sales=5, marketing=6)
    k_mail = built.keys.read(wave.wave_id, KeyName.MAIL)
    built.close()
    record = built.count(wave)
    with built.sessions() as session:
        row = session.get_one(DestructionRow, wave.wave_id)
        assert wave.k_sign_public is not None
        VerifyKey(wave.k_sign_public).verify(row.document, row.signature)
    told = json.loads(row.document)
    wave_hex = wave.wave_id.hex()
    assert told == {
        "v": 1,
        "wave": wave_hex,
        "prereg": wave.prereg,
        "head": wave.prereg,
        "root": record.root,
        "totals": {"invited": 22, "used": 11, "replaced": 0, "spoiled": 0, "counted": 11},
        "destroyed": {
            "mail": {"fingerprint": fingerprint(k_mail).hex(), "files": [f"keys/{wave_hex}/mail"]},
            "box": {"fingerprint": fingerprint(wave.k_box_public or b"").hex(), "files": [f"keys/{wave_hex}/box"]},
        },
        "date": "2026-01-23",
    }


def test_a_table_is_made_only_of_a_finished_count(built: House) -> None:
    wave = built.frozen()
    with built.sessions() as session:
        assert count.record(session, wave.wave_id) is None
        assert count.record(session, bytes(16)) is None
    with pytest.raises(CountStopped, match="is not counted"):
        built.table(wave)


def test_counting_leaves_no_deleted_ballot_in_the_database(built: House) -> None:
    """A-08: deleted and rewritten: no sealed byte of the box, no hash of a code is in any file of the database."""
    wave = built.opened()
    built.fill(wave, sales=5, marketing=5)
    with built.sessions() as session:
        pieces = [row[200:264] for row in session.scalars(select(BoxRow.sealed))]
        pieces += [*session.scalars(select(SpentRow.code_hash)), *session.scalars(select(BoxRow.ballot_id))]
    assert all(piece in stored(built) for piece in pieces)
    built.close()
    built.count(wave)
    assert not any(piece in stored(built) for piece in pieces)


def test_a_row_that_an_old_look_still_sees_is_said_and_not_passed_over(postgresql: House) -> None:
    """A-08: a rewrite keeps what another transaction may still read; such a count is not done, and is tried again."""
    wave = postgresql.opened()
    postgresql.fill(wave, sales=5, marketing=5)
    postgresql.close()
    postgresql.stop_after(wave, "verified")
    with postgresql.engine.connect().execution_options(isolation_level="REPEATABLE READ") as looking:
        assert looking.execute(select(func.count()).select_from(BoxRow)).scalar() == 10
        looking.commit()
        looking.execute(select(Wave.number))
        with pytest.raises(TimeoutError, match="tried again"):
            postgresql.count(wave)
    assert postgresql.count(wave).counted == 10


def stored(house: House) -> bytes:
    """Return what is on disk of the tables: SQLite's file and log; PostgreSQL's files, brought up to date first."""
    if house.engine.dialect.name == "sqlite":
        return b"".join(path.read_bytes() for path in sorted(house.folder.glob("assess.db*")))
    with house.engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
    return b"".join(db_postgres.tables_on_disk(house.url).values())


def test_what_is_counted_knows_the_side_and_nothing_else_to_cut_by(built: House) -> None:
    """A-14: side only; a language on the roster reaches no row, so no figure can be cut by it."""
    wave = built.drafted()
    with built.sessions.begin() as session:
        people = (
            RosterRow(side=side, email=f"{side}{i}@client.example", language=("en", "fr")[i % 2])
            for side, number in (("sales", 12), ("marketing", 10))
            for i in range(number)
        )
        roster.replace(session, wave, roster.ParsedRoster(rows=tuple(people), ignored_columns=(), warnings=()))
    with built.sessions.begin() as session:
        wave = built.open(session, wave)
    built.fill(wave, sales=12, marketing=10)
    built.close()
    built.count(wave)
    with built.sessions() as session:
        rows = results.reopen(session, wave.wave_id, built.keys.read(wave.wave_id, KeyName.STAT), StatRow)
    read = [ballots.unpadded(row, ballots.STAT) for row in rows]
    assert len(read) == 22
    assert {frozenset(row) for row in read} == {frozenset({"a", "s"})}
    assert {row["s"] for row in read} == {"sales", "marketing"}
    assert {name for row in read for name in row["a"]} == set(built.instrument.closed(wave.form))
