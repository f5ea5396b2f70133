"""The ballot box: one transaction, one ballot, one size (A-05, A-06, A-07, T10)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from db_house import CLOSES, OPENS, House, instrument
from sqlalchemy import func, select, text, update

from assess.surveys import ballots, box, db, envelopes
from assess.surveys.ballots import Flaw
from assess.surveys.box import BallotFault, Receipt, Refused, RefusedReason
from assess.surveys.states import State
from assess.surveys.tables import BoxRow, EnvelopeRow, SpentRow, Wave

ATTEMPT = b"\x07" * 16


def sizes(house: House) -> tuple[int, int]:
    with house.sessions() as session:
        spent = session.scalar(select(func.count()).select_from(SpentRow))
        ballots_in_box = session.scalar(select(func.count()).select_from(BoxRow))
    return spent or 0, ballots_in_box or 0


def test_a_ballot_gets_a_receipt_and_lies_in_the_box_sealed(built: House) -> None:
    """A-05, A-10: P + 48 bytes, and the receipt is the start of the hash of what is stored."""
    wave = built.opened()
    code = built.codes(wave)["sales"][0]
    dropped = built.drop(code, {"A1": 0, "A2": 5}, {"Q1": "é\r\nà"})
    assert isinstance(dropped, Receipt)
    assert dropped.wave_id == wave.wave_id
    assert not dropped.replaced
    with built.sessions() as session:
        row = session.scalars(select(BoxRow)).one()
        assert len(row.sealed) == 16_384 + 48
        assert row.receipt == dropped.receipt == envelopes.receipt(session, code)
        assert row.drops == 1
    assert sizes(built) == (1, 1)


@pytest.mark.parametrize(("form", "size"), [("plain", 8_192), ("talk", 16_384)])
def test_every_ballot_of_a_form_has_one_size_whatever_was_said(built: House, form: str, size: int) -> None:
    """A-05: P is 8,192 without an open question, 16,384 with."""
    wave = built.opened(form=form)
    codes = built.codes(wave)["sales"]
    built.drop(codes[0], {"A1": 1})
    longest = {"Q1": "\N{GRINNING FACE}" * 1_500, "Q2": "€" * 1_500} if form == "talk" else {}
    built.drop(codes[1], {"A1": 1, "A2": 2, "A3": 3}, longest)
    with built.sessions() as session:
        assert set(session.scalars(select(func.length(BoxRow.sealed)))) == {size + 48}


def test_a_second_send_of_the_same_page_gives_the_same_receipt_and_one_ballot(built: House) -> None:
    """A-06: a retry is recognised under a key that is never stored."""
    code = built.codes(built.opened())["sales"][0]
    first = built.drop(code, {"A1": 2}, attempt=ATTEMPT)
    assert built.drop(code.lower().replace("-", " "), {"A1": 2}, attempt=ATTEMPT) == first
    assert sizes(built) == (1, 1)


def test_changed_answers_replace_the_ballot_and_the_last_one_counts(built: House) -> None:
    """A-06: replaced, last counts; a replaced ballot has another receipt."""
    wave = built.opened()
    code = built.codes(wave)["sales"][0]
    first = built.drop(code, {"A1": 2}, attempt=ATTEMPT)
    second = built.drop(code, {"A1": 3}, attempt=ATTEMPT)
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert second.replaced
    assert second.receipt != first.receipt
    assert sizes(built) == (1, 1)
    built.close()
    record = built.count(wave)
    assert (record.used, record.replaced, record.counted) == (1, 1, 1)
    assert built.table(wave).column("A1").tolist() == [3]


def test_the_same_answers_from_another_page_replace_too_so_guessing_tells_nothing(built: House) -> None:
    """A-06: `same` is no oracle for guesses: only who holds the page's 128 bits can find out that nothing changed."""
    code = built.codes(built.opened())["sales"][0]
    first = built.drop(code, {"A1": 2})
    second = built.drop(code, {"A1": 2})
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert second.receipt != first.receipt


def test_an_unknown_code_is_refused_like_a_malformed_one(built: House) -> None:
    """U-10: one answer for every code that is not known."""
    built.opened()
    unknown = Refused(reason=RefusedReason.UNKNOWN, wave_id=None)
    assert built.drop("0000-0000-0000-0000") == unknown
    assert built.drop("not a code") == unknown
    assert sizes(built) == (0, 0)


def test_the_box_opens_at_the_minute_and_closes_after_the_grace(built: House) -> None:
    """A-06, A-07: M2 before opening; the closing minute and fifteen more still count; then M3."""
    wave = built.opened()
    codes = built.codes(wave)["sales"]
    early, closed = (Refused(reason=r, wave_id=wave.wave_id) for r in (RefusedReason.EARLY, RefusedReason.CLOSED))
    built.clock.set(OPENS - timedelta(seconds=1))
    assert built.drop(codes[0]) == early
    built.clock.set(OPENS)
    assert isinstance(built.drop(codes[0]), Receipt)
    built.clock.set(CLOSES + timedelta(minutes=15) - timedelta(microseconds=1))
    assert isinstance(built.drop(codes[1]), Receipt)
    built.clock.set(CLOSES + timedelta(minutes=15))
    assert built.drop(codes[2]) == closed
    assert sizes(built) == (2, 2)


def test_a_wave_that_is_closed_takes_no_ballot_even_if_a_clock_runs_behind(built: House) -> None:
    """A-08: the state, not only the clock, excludes drops once a count may run."""
    wave = built.opened()
    code = built.codes(wave)["sales"][0]
    with built.sessions.begin() as session:
        session.execute(update(Wave).values(state=State.CLOSED))
    assert built.drop(code) == Refused(reason=RefusedReason.CLOSED, wave_id=wave.wave_id)


@pytest.mark.parametrize(
    ("answers", "comments", "flaw"),
    [
        ({"A9": 1}, {}, Flaw.ITEM),
        ({"Q1": 1}, {}, Flaw.ITEM),
        ({"A1": 6}, {}, Flaw.ANSWER),
        ({"A1": -1}, {}, Flaw.ANSWER),
        ({"A1": True}, {}, Flaw.ANSWER),
        ({}, {}, Flaw.EMPTY),
        ({"A1": 1}, {"A2": "text"}, Flaw.ITEM),
        ({"A1": 1}, {"Q1": "x" * 1_501}, Flaw.LONG),
        ({"A1": 1}, {"Q1": "a\tb"}, Flaw.CHARACTER),
        ({"A1": 1}, {"Q1": "a\u202eb"}, Flaw.CHARACTER),
        ({"A1": 1}, {"Q1": "a\x00b"}, Flaw.CHARACTER),
        ({"A1": 1}, {"Q1": "\ud800"}, Flaw.CHARACTER),
    ],
)
def test_what_no_form_has_is_refused_and_nothing_is_stored(
    built: House, answers: dict[str, int], comments: dict[str, str], flaw: Flaw
) -> None:
    """A-05: ranges, lengths, control and bidi characters; never cut, never half stored."""
    code = built.codes(built.opened())["sales"][0]
    with pytest.raises(BallotFault) as caught:
        built.drop(code, answers, comments)
    assert caught.value.flaw is flaw
    assert sizes(built) == (0, 0)


def test_an_attempt_of_another_length_is_refused(built: House) -> None:
    code = built.codes(built.opened())["sales"][0]
    with pytest.raises(BallotFault) as caught:
        built.drop(code, attempt=b"short")
    assert caught.value.flaw is Flaw.ATTEMPT


def test_another_version_of_the_instrument_takes_no_ballot(built: House) -> None:
    code = built.codes(built.opened())["sales"][0]
    built.instrument = instrument(version="2.0.0")
    with pytest.raises(ValueError, match=r"asks small 1\.0\.0"):
        built.drop(code)
    assert sizes(built) == (0, 0)


def test_an_open_wave_without_a_key_takes_no_ballot(built: House) -> None:
    code = built.codes(built.opened())["sales"][0]
    with built.sessions.begin() as session:
        session.execute(update(Wave).values(k_box_public=None))
    with pytest.raises(ValueError, match="open without a key"):
        built.drop(code)
    assert sizes(built) == (0, 0)


def test_the_number_of_replacements_never_overflows_its_column(built: House) -> None:
    """A-02: `drops` is an int2; a person who sends for the 32,768th time still gets a receipt."""
    code = built.codes(built.opened())["sales"][0]
    built.drop(code)
    with built.sessions.begin() as session:
        session.execute(update(BoxRow).values(drops=32_767))
    assert isinstance(built.drop(code), Receipt)
    with built.sessions() as session:
        assert session.scalar(select(BoxRow.drops)) == 32_767


@pytest.mark.parametrize("same_page", [True, False])
def test_eight_simultaneous_sends_of_one_code_leave_one_ballot(built: House, same_page: bool) -> None:
    """A-06, T10: whether a hasty double click or eight pages, one envelope is one ballot."""
    code = built.codes(built.opened())["sales"][0]
    barrier = threading.Barrier(8)
    outcomes: list[box.Receipt | box.Refused] = []

    def send(number: int) -> None:
        barrier.wait()
        outcomes.append(built.drop(code, {"A1": 3}, attempt=ATTEMPT if same_page else bytes([number]) * 16))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    receipts = {outcome.receipt for outcome in outcomes if isinstance(outcome, Receipt)}
    assert len(outcomes) == 8
    assert len(receipts) == (1 if same_page else 8)
    assert sizes(built) == (1, 1)
    with built.sessions() as session:
        assert session.scalar(select(BoxRow.drops)) == (1 if same_page else 8)
        assert session.scalar(select(BoxRow.receipt)) in receipts


def test_the_box_keeps_no_order_of_arrival(sqlite: House) -> None:
    """A-02, T4: rows lie in the order of their hashes, and there is no rowid to ask for."""
    wave = sqlite.opened()
    codes = sqlite.codes(wave)["sales"]
    arrived = []
    for code in codes:
        sqlite.drop(code)
        normal = envelopes.normalise(code)
        assert normal is not None
        arrived.append(envelopes.slot(normal).ballot_id)
    assert arrived != sorted(arrived)
    with sqlite.engine.connect() as connection:
        for table, column in (("box", "ballot_id"), ("spent", "code_hash"), ("envelope", "code_hash")):
            lying = [row[0] for row in connection.execute(text(f"SELECT {column} FROM {table}"))]
            assert lying == sorted(lying)
            with pytest.raises(Exception, match="no such column: rowid"):
                connection.execute(text(f"SELECT rowid FROM {table}"))
        assert set(lying) == set(connection.execute(select(EnvelopeRow.code_hash)).scalars())


def test_a_drop_inside_a_reading_session_of_the_same_request_still_commits(built: House) -> None:
    """A-06: only after COMMIT is there a receipt, even if the caller has read in the same session before."""
    code = built.codes(built.opened())["sales"][0]
    request = box.DropRequest(code=code, attempt=ATTEMPT, answers={"A1": 1}, comments={})
    with built.sessions() as session:
        assert envelopes.find(session, code) == envelopes.Envelope(
            wave_id=session.scalar(select(Wave.wave_id)), side="sales"
        )
        assert envelopes.receipt(session, code) is None
        assert isinstance(box.drop(session, request, clock=built.clock, instrument=built.instrument), Receipt)
    assert sizes(built) == (1, 1)


def test_a_ballot_holds_the_side_of_its_envelope_and_nothing_of_who_or_when() -> None:
    """A-05: J has exactly a, c, f, s, v, w."""
    plain = ballots.written(
        ballots.Ballot(side="sales", answers={"A1": 0}, comments={}),
        wave_id=b"\xa0" * 16,
        form_hash="f" * 64,
        room=8_192,
    )
    expected = b'{"a":{"A1":0},"c":{},"f":"ffffffffffffffff","s":"sales","v":1,"w":"' + b"a0" * 16 + b'"}'
    assert plain == len(expected).to_bytes(4, "big") + expected + bytes(8_192 - 4 - len(expected))


def test_the_clock_of_the_database_is_near_and_aware(built: House) -> None:
    """A-06: hosts agree because the database tells the time."""
    with built.sessions() as session:
        first, second = (db.DatabaseClock().now(session) for _ in range(2))
    assert first.utcoffset() == timedelta(0)
    assert first <= second
