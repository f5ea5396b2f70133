"""Who stayed, joined and left, as counts from keyed fingerprints (A-13, U-52)."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from db_house import CLOSES, OPENS, House
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from assess.disclosure.movement import Movement
from assess.surveys import clients, lifecycle, movement, roster, waves
from assess.surveys.keys import ClientFile
from assess.surveys.lifecycle import StepKind
from assess.surveys.states import State
from assess.surveys.tables import Client, MovementRow, RosterPrintRow, Wave

People = Sequence[tuple[str, str | None]]
DAY = OPENS.date()


def mailed(side: str, *numbers: int) -> list[tuple[str, str | None]]:
    return [(side, f"{side}{n}@acme.example") for n in numbers]


def cards(side: str, number: int) -> list[tuple[str, str | None]]:
    return [(side, None)] * number


def opened(built: House, people: People, at: datetime = OPENS) -> Wave:
    """Open the one client's next wave with these people; the wave before counts as closed."""
    with built.sessions.begin() as session:
        found = clients.listed(session)
        client = found[0] if found else clients.create(session, name="Acme", zone="America/Toronto", country="CA")
        session.execute(update(Wave).values(state=State.RELEASED))
        wave = _draft(session, built, client, people, at)
        built.clock.set(at)
        return built.open(session, wave)


def _draft(session: Session, built: House, client: Client, people: People, at: datetime) -> Wave:
    wave = waves.draft(
        session,
        client,
        instrument=built.instrument,
        form="plain",
        label="Q",
        opens_at=at,
        closes_at=at + timedelta(days=11),
        contact="survey@acme.example",
    )
    rows = tuple(roster.RosterRow(side=side, email=email) for side, email in people)
    roster.replace(session, wave, roster.ParsedRoster(rows=rows, ignored_columns=(), warnings=()))
    return wave


def moved(built: House, wave: Wave) -> dict[str, Movement] | None:
    with built.sessions() as session:
        return movement.of(session, wave)


def counts(stayers: int, joiners: int, leavers: int) -> Movement:
    return Movement(stayers=stayers, joiners=joiners, leavers=leavers)


FIRST = [*mailed("sales", *range(8)), *mailed("marketing", *range(6))]
LATER = OPENS + timedelta(weeks=13)


def test_a_first_wave_has_nothing_to_compare_with(built: House) -> None:
    assert moved(built, opened(built, FIRST)) is None


def test_people_are_matched_by_address_whatever_its_spelling_and_movers_join_and_leave(built: House) -> None:
    """A-13, U-73: same address after NFC, trim, case-fold; a mover leaves one side and joins the other."""
    opened(built, FIRST)
    people = [
        *mailed("sales", 1, 2, 3, 4, 5, 6, 20),
        ("sales", " Marketing0@ACME.example "),
        *mailed("marketing", 1, 2, 3, 4, 5),
    ]
    wave = opened(built, people, LATER)
    assert moved(built, wave) == {"sales": counts(6, 2, 2), "marketing": counts(5, 0, 1)}


def test_the_fingerprint_is_keyed_cut_to_sixteen_bytes_and_no_address_is_stored(built: House) -> None:
    """A-13: HMAC(K_roster, normalised e-mail)[:16] + side, to the next opening, at most 400 days."""
    wave = opened(built, FIRST)
    key = built.keys.read(wave.client_id, ClientFile.ROSTER)
    with built.sessions() as session:
        rows = {row.print: row for row in session.scalars(select(RosterPrintRow))}
    expected = {hmac.digest(key, email.encode(), "sha256")[:16]: side for side, email in FIRST if email}
    assert {mark: row.side for mark, row in rows.items()} == expected
    assert {row.kept_until for row in rows.values()} == {DAY + timedelta(days=400)}
    assert [*rows] == sorted(rows), "inserted in an order that is nobody's"


def test_the_next_opening_replaces_the_fingerprints_and_the_key_stays(built: House) -> None:
    """A-13: to the next opening."""
    first = opened(built, FIRST)
    key = built.keys.read(first.client_id, ClientFile.ROSTER)
    opened(built, [*mailed("sales", *range(10, 15)), *mailed("marketing", *range(10, 15))], LATER)
    assert built.keys.read(first.client_id, ClientFile.ROSTER) == key
    with built.sessions() as session:
        assert session.scalar(select(func.count()).select_from(RosterPrintRow)) == 10
    third = opened(built, FIRST, LATER + timedelta(weeks=13))
    assert moved(built, third) == {"sales": counts(1, 7, 4), "marketing": counts(1, 5, 4)}, "as if renamed"


def test_an_opening_that_fails_leaves_the_old_fingerprints(built: House) -> None:
    """All in the opening's transaction."""
    first = opened(built, FIRST)
    with built.sessions() as session:
        session.execute(update(Wave).values(state=State.RELEASED))
        client = session.get_one(Client, first.client_id)
        built.open(session, _draft(session, built, client, [*FIRST, *mailed("sales", 50)], LATER))
        session.rollback()
    with built.sessions() as session:
        assert session.scalar(select(func.count()).select_from(RosterPrintRow)) == 14
        assert session.scalar(select(func.count()).select_from(MovementRow)) == 0


@pytest.mark.parametrize(
    ("same", "joined", "left", "doubtful", "expected"),
    [
        (8, 1, 2, 0, counts(8, 1, 2)),  # every address known: one reading
        (8, 0, 0, 0, counts(8, 0, 0)),
        (0, 6, 6, 6, counts(2, 4, 4)),  # six cards before, six now: 4 on 2 is harder than 1 on 5
        (6, 6, 6, 6, counts(8, 4, 4)),
        (8, 2, 2, 2, counts(8, 2, 2)),  # 2 on 8 rather than 1 on 9 or 0 on 10
        (0, 30, 3, 3, counts(0, 30, 3)),
        (9, 12, 12, 4, counts(9, 12, 12)),  # at least eight joined: no group is small in any reading
        (9, 12, 12, 9, counts(17, 4, 4)),
    ],
)
def test_of_all_readings_the_hardest_for_the_gate_is_kept(
    same: int, joined: int, left: int, doubtful: int, expected: Movement
) -> None:
    """A-13 R5, planted: the mildest reading would call six cards six stayers, and pass whatever two of them hide."""
    found = movement.hardest(same=same, joined=joined, left=left, doubtful=doubtful, floor=5)
    assert found == expected
    everybody = range(min(joined, left, doubtful) + 1)
    rivals = [counts(same + more, joined - more, left - more) for more in everybody]
    assert found in rivals
    small = {g / max(r.stayers, 1) for r in rivals for g in (r.joiners, r.leavers) if 0 < g < 5}
    if small:
        assert max(small) == max(g / max(found.stayers, 1) for g in (found.joiners, found.leavers) if 0 < g < 5)


def test_people_with_cards_are_never_taken_for_those_who_stayed(built: House) -> None:
    """A-13: no address, no fingerprint: decided for the hardest case."""
    opened(built, [*mailed("sales", *range(6)), *cards("sales", 3), *cards("marketing", 6)])
    wave = opened(built, [*mailed("sales", *range(6)), *cards("sales", 3), *cards("marketing", 6)], LATER)
    assert moved(built, wave) == {"sales": counts(6, 3, 3), "marketing": counts(2, 4, 4)}


def test_a_renamed_domain_does_not_make_everybody_a_joiner(built: House) -> None:
    """Planted: taken at its word, a roster of new addresses would hide one joiner among twelve."""
    opened(built, [*mailed("sales", *range(12)), *mailed("marketing", *range(12))])
    renamed = [(side, f"{side}{n}@new.example") for side in ("sales", "marketing") for n in range(12)]
    wave = opened(built, renamed, LATER)
    assert moved(built, wave) == {"sales": counts(8, 4, 4), "marketing": counts(8, 4, 4)}


def test_a_lost_key_and_outlived_fingerprints_leave_the_hardest_reading(built: House) -> None:
    first = opened(built, FIRST)
    (built.folder / "keys" / first.client_id.hex() / "roster").unlink()
    second = opened(built, FIRST, LATER)
    unknown = {"sales": counts(4, 4, 4), "marketing": counts(2, 4, 4)}
    assert moved(built, second) == unknown
    third = opened(built, FIRST, LATER + timedelta(days=401))
    assert moved(built, third) == unknown


def test_fingerprints_are_forgotten_after_four_hundred_days(built: House) -> None:
    """A-13: at most 400 days; a due step, harmless when done twice."""
    wave = opened(built, FIRST)

    def due(at: datetime) -> list[bytes]:
        built.clock.set(at)
        with built.sessions() as session:
            return [step.wave_id for step in lifecycle.due(session, built.clock) if step.kind is StepKind.FORGET]

    assert due(OPENS + timedelta(days=400)) == []
    assert due(OPENS + timedelta(days=401)) == [wave.wave_id]
    with built.sessions.begin() as session:
        assert lifecycle.forget_prints(session, wave.wave_id, built.clock)
        assert not lifecycle.forget_prints(session, wave.wave_id, built.clock)
        assert session.scalar(select(func.count()).select_from(RosterPrintRow)) == 0
    assert due(CLOSES + timedelta(days=500)) == []


def test_a_key_of_a_client_has_a_mirror_and_is_no_key_of_a_wave(built: House) -> None:
    """A-03: K_roster, per client, 0600."""
    client_id = b"\x09" * 16
    key, new = built.keys.roster_key(client_id)
    assert (len(key), new) == (32, True)
    assert built.keys.roster_key(client_id) == (key, False)
    file = built.folder / "keys" / client_id.hex() / "roster"
    assert file.stat().st_mode & 0o777 == 0o600
