"""Waves, envelopes, roster and keys at opening (U-47, A-03, A-04, A-11, A-15)."""

from __future__ import annotations

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from db_house import CLOSES, OPENS, House, instrument
from sqlalchemy import func, select, update

from assess.disclosure.policy import Policy
from assess.surveys import clients, envelopes, prereg, promise, roster, waves
from assess.surveys.keys import FileKeys, KeyGoneError, KeyName
from assess.surveys.states import State, WaveRefused
from assess.surveys.tables import EnvelopeRow, PersonRow, Wave


def refused(house: House, wave: Wave) -> list[str]:
    """Return why a wave does not open, after checking that nothing changed."""
    with house.sessions() as session, pytest.raises(WaveRefused) as caught:
        house.open(session, wave)
    with house.sessions() as session:
        assert session.get_one(Wave, wave.wave_id).state is not State.OPEN
        assert session.scalar(select(func.count()).select_from(EnvelopeRow)) == 0
    assert not (house.folder / "keys").exists()
    return [str(reason) for reason in caught.value.reasons]


def test_clients_are_listed_by_name_and_found_by_id(built: House) -> None:
    with built.sessions.begin() as session:
        second = clients.create(session, name=" Zeta ", zone="Europe/Paris", country="fr")
        first = clients.create(session, name="Alpha", zone="America/Toronto", country="CA")
    with built.sessions() as session:
        assert [client.name for client in clients.listed(session)] == ["Alpha", "Zeta"]
        found = clients.find(session, second.client_id)
        assert found is not None
        assert (found.country, found.zone, len(found.client_id)) == ("FR", "Europe/Paris", 16)
        assert clients.find(session, bytes(16)) is None
        assert first.client_id != second.client_id


def test_waves_of_a_client_are_numbered_from_one(built: House) -> None:
    wave = built.drafted()
    with built.sessions.begin() as session:
        client = clients.find(session, wave.client_id)
        assert client is not None
        second = waves.draft(
            session,
            client,
            instrument=built.instrument,
            form="plain",
            label=" Q2 ",
            opens_at=OPENS,
            closes_at=CLOSES,
            contact="a@acme.example",
        )
        assert [found.number for found in waves.of_client(session, client)] == [1, 2]
        assert (second.label, second.state, second.zone) == ("Q2", State.DRAFT, "America/Toronto")
        assert waves.policy(second) == Policy()
        assert waves.find(session, bytes(16)) is None


def test_a_draft_of_an_unknown_form_is_refused(built: House) -> None:
    with built.sessions.begin() as session:
        client = clients.create(session, name="Acme", zone="America/Toronto", country="CA")
        with pytest.raises(WaveRefused, match="small has no form huge"):
            waves.draft(
                session,
                client,
                instrument=built.instrument,
                form="huge",
                label="Q1",
                opens_at=OPENS,
                closes_at=CLOSES,
                contact="",
            )


def test_opening_freezes_floors_promise_form_roster_and_keys(built: House) -> None:
    """A-15: the pre-registration can be made again from the stored wave, by anyone who has it."""
    opened = built.opened()
    with built.sessions() as session:
        wave = session.get_one(Wave, opened.wave_id)
        assert wave.state is State.OPEN
        assert wave.invited == {"sales": 12, "marketing": 10}
        assert wave.promise_sha256 == promise.sha256("service", Policy())
        assert wave.prereg == prereg.digest(wave, built.instrument) == opened.prereg
        assert wave.operator == "Firm"


def test_the_pre_registration_changes_with_whatever_is_fixed_in_it(built: House) -> None:
    """A-15: floors, invited, times, keys, form and words are all under the one hash."""
    opened = built.opened()
    digests = {opened.prereg}
    for change in (
        {"floor_item": 12},
        {"invited": {"sales": 12, "marketing": 11}},
        {"closes_at": CLOSES + timedelta(minutes=1)},
        {"k_box_public": bytes(32)},
        {"operator": "Other"},
        {"promise_sha256": "0" * 64},
    ):
        with built.sessions() as session:
            session.execute(update(Wave).values(**change))
            digests.add(prereg.digest(session.scalars(select(Wave)).one(), built.instrument))
    digests.add(prereg.digest(opened, instrument(version="1.0.0", closed=("A1", "A2", "A4"))))
    assert len(digests) == 8


def test_the_pre_registration_lists_tables_margins_and_families(built: House) -> None:
    """A-15, S-23."""
    told = prereg.document(built.opened(), built.instrument)
    assert told["tables"] == ["scale.S", "item.A1", "item.A2", "item.A3"]
    assert told["margins"] == {"scale.S": "10.0", "item.A1": "12.5", "item.A2": "12.5", "item.A3": "12.5"}
    assert told["families"] == {
        "headline": ["scale.S"],
        "exploratory": ["item.A1", "item.A2", "item.A3"],
        "mirror": [],
    }
    assert (told["opens"], told["zone"], told["mode"]) == ("2026-01-12T14:00:00+00:00", "America/Toronto", "service")


def test_envelopes_are_people_and_spares_in_the_order_of_their_hashes(built: House) -> None:
    """A-04: max(3, a tenth) spares a side for late joiners, all inserted at opening."""
    wave = built.opened(people={"sales": 41, "marketing": 5})
    with built.sessions() as session:
        rows = session.execute(select(EnvelopeRow.code_hash, EnvelopeRow.side)).all()
        assert [row.code_hash for row in rows] == sorted(row.code_hash for row in rows)
        assert sum(row.side == "sales" for row in rows) == 41 + 5
        assert sum(row.side == "marketing" for row in rows) == 5 + 3
    assert {side: len(codes) for side, codes in built.codes(wave).items()} == {"sales": 46, "marketing": 8}


@pytest.mark.parametrize("mailed", [True, False])
def test_every_card_opens_an_envelope_of_its_side(built: House, mailed: bool) -> None:
    """A-04, A-25: with or without an address, cards are nameless and each is known."""
    wave = built.opened(mailed=mailed)
    codes = built.codes(wave)
    with built.sessions() as session:
        for side, cards in codes.items():
            assert len(set(cards)) == len(cards)
            for card in cards:
                assert envelopes.find(session, card) == envelopes.Envelope(wave_id=wave.wave_id, side=side)
        assert envelopes.find(session, "0000-0000-0000-0000") is None
        assert envelopes.find(session, "") is None
        assert envelopes.receipt(session, "") is None


def test_once_mail_brings_codes_a_card_is_printed_for_each_row_without_an_address_and_each_spare(
    built: House,
) -> None:
    """U-84: the rule for the day when there is mail; an envelope of somebody with an address is on no card then."""
    mailed = built.opened(people={"sales": 12, "marketing": 5})
    with built.sessions() as session:
        every = envelopes.cards(session, mailed, built.keys)
        fewer = envelopes.cards(session, mailed, built.keys, mailed=False)
        personal = {
            envelopes.printed(
                envelopes.codes.personal(built.keys.read(mailed.wave_id, KeyName.MAIL), mailed.wave_id, id_)
            )
            for id_ in session.scalars(select(PersonRow.person_id))
        }
    assert {side: len(codes) for side, codes in fewer.items()} == {"sales": 3, "marketing": 3}
    assert set(fewer["sales"]) == set(every["sales"]) - personal


def test_a_roster_without_addresses_gives_the_same_cards_with_and_without_mail(built: House) -> None:
    """U-84."""
    wave = built.opened(mailed=False, people={"sales": 12, "marketing": 5})
    with built.sessions() as session:
        every = envelopes.cards(session, wave, built.keys)
        fewer = envelopes.cards(session, wave, built.keys, mailed=False)
    assert {side: sorted(codes) for side, codes in every.items()} == {
        side: sorted(codes) for side, codes in fewer.items()
    }
    assert len(every["sales"]) == 12 + 3


def test_a_person_without_an_address_has_no_code_of_her_own(built: House) -> None:
    """A-04, U-84: who draws a card holds a spare, which no one can trace to a row of the roster."""
    wave = built.opened(mailed=False, people={"sales": 5, "marketing": 5})
    k_mail = built.keys.read(wave.wave_id, KeyName.MAIL)
    with built.sessions() as session:
        people = session.scalars(select(PersonRow.person_id)).all()
        for person in people:
            own = envelopes.codes.code_hash(envelopes.codes.personal(k_mail, wave.wave_id, person))
            assert session.get(EnvelopeRow, own) is None
        spare = envelopes.codes.code_hash(envelopes.codes.spare(k_mail, wave.wave_id, "sales", 8))
        assert session.get(EnvelopeRow, spare) is not None


def test_cards_exist_only_while_a_wave_is_open(built: House) -> None:
    """A-04: no reissue after close; K_mail is gone with the count."""
    wave = built.drafted()
    with built.sessions() as session, pytest.raises(WaveRefused, match="only while a wave is open"):
        envelopes.cards(session, wave, built.keys)


def test_two_printings_of_the_cards_have_the_same_codes_in_another_order(built: House) -> None:
    """A-25: shuffled each time; twelve cards in the same order twice is one chance in a billion."""
    wave = built.opened(people={"sales": 12, "marketing": 12})
    with built.sessions() as session:
        first, second = (envelopes.cards(session, wave, built.keys)["sales"] for _ in range(2))
    assert first != second
    assert sorted(first) == sorted(second)


def test_opening_is_refused_for_all_reasons_at_once_and_changes_nothing(built: House) -> None:
    """U-47."""
    wave = built.drafted(people={"sales": 4, "marketing": 5})
    with built.sessions.begin() as session:
        session.execute(update(Wave).values(zone="America/Montreal2", closes_at=OPENS + timedelta(days=9, hours=23)))
        stranger = PersonRow(person_id=b"\x01" * 16, wave_id=wave.wave_id, side="finance")
        session.add(stranger)
    built.clock.set(CLOSES)
    assert refused(built, wave) == [
        "The roster has 4 for sales; each side needs at least 5.",
        "The roster names finance, which is not a side of this questionnaire.",
        "America/Montreal2 is not a time zone we know; use a name such as America/Toronto.",
        "The wave must stay open for 10 to 28 days.",
        "The closing date has passed.",
    ]


@pytest.mark.parametrize(("days", "opens"), [(10, True), (28, True), (28.01, False), (9.99, False), (-11, False)])
def test_the_window_is_ten_to_twenty_eight_days(built: House, days: float, opens: bool) -> None:
    """U-47."""
    wave = built.drafted()
    with built.sessions.begin() as session:
        session.execute(update(Wave).values(closes_at=OPENS + timedelta(days=days)))
    built.clock.set(OPENS - timedelta(days=30))
    if opens:
        with built.sessions.begin() as session:
            built.open(session, wave)
    else:
        assert refused(built, wave) == ["The wave must stay open for 10 to 28 days."]


def test_a_wave_without_a_roster_does_not_open(built: House) -> None:
    wave = built.drafted(people={"sales": 5, "marketing": 5})
    with built.sessions.begin() as session:
        built.invite(session, wave, {})
    assert len(refused(built, wave)) == 2


def test_a_second_wave_of_a_client_does_not_open_while_one_is(built: House) -> None:
    """U-47: another open wave."""
    first = built.opened()
    with built.sessions.begin() as session:
        client = clients.find(session, first.client_id)
        assert client is not None
        second = waves.draft(
            session,
            client,
            instrument=built.instrument,
            form="plain",
            label="Q2",
            opens_at=OPENS,
            closes_at=CLOSES,
            contact="",
        )
        built.invite(session, second, {"sales": 5, "marketing": 5})
        with pytest.raises(WaveRefused, match="Another wave of this client is open: Q1") as caught:
            built.open(session, second)
    assert caught.value.say("fr-CA") == ["Une autre vague de ce client est ouverte\N{NO-BREAK SPACE}: Q1."]


def test_a_wave_opens_once(built: House) -> None:
    """A second opening would make new keys and lose every ballot under the old ones."""
    wave = built.opened()
    before = built.keys.read(wave.wave_id, KeyName.BOX)
    with built.sessions() as session, pytest.raises(WaveRefused, match="Only a draft can be opened"):
        built.open(session, wave)
    assert built.keys.read(wave.wave_id, KeyName.BOX) == before


def test_a_draft_of_another_version_does_not_open(built: House) -> None:
    wave = built.drafted()
    built.instrument = instrument(version="1.1.0")
    assert refused(built, wave) == ["The draft was made for version 1.0.0 of small; make a new draft."]


def test_a_form_whose_largest_answer_does_not_fit_does_not_open(built: House) -> None:
    """A-05: largest J > P - 4 cannot open; nor can a counted row that would not fit into 2,048 bytes."""
    built.instrument = instrument(closed=tuple(f"LONGITEM{i:03}" for i in range(150)))
    wave = built.drafted()
    assert refused(built, wave) == [
        "The largest answer to this form would not fit into a sealed ballot; shorten the form."
    ]


def test_keys_are_on_disk_before_the_wave_is_open(built: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A-03: 0700, 0600, every file and folder fsynced before the first envelope is written, in both places."""
    built.keys = FileKeys(built.folder / "keys", built.folder / "mirror")
    wave = built.drafted()
    synced: list[str] = []
    fsync, seal = os.fsync, envelopes.seal

    def hear(file: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{file}").readlink()))
        fsync(file)

    def sealing(*args: object, **options: object) -> None:
        synced.append("sealing")
        seal(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "fsync", hear)
    monkeypatch.setattr(envelopes, "seal", sealing)
    with built.sessions.begin() as session:
        built.open(session, wave)
    for place in ("keys", "mirror"):
        own = built.folder / place / wave.wave_id.hex()
        assert stat.S_IMODE(own.parent.stat().st_mode) == stat.S_IMODE(own.stat().st_mode) == 0o700
        assert sorted(path.name for path in own.iterdir()) == ["box", "mail", "sign", "stat"]
        for path in own.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert synced.index(str(path)) < synced.index("sealing")
        assert synced.index(str(own)) < synced.index("sealing")
        assert synced.index(str(own.parent)) < synced.index("sealing")


def test_keys_of_an_opening_that_was_rolled_back_are_replaced(built: House) -> None:
    wave = built.drafted()
    with built.sessions() as session:
        built.open(session, wave)
        session.rollback()
    orphan = built.keys.read(wave.wave_id, KeyName.BOX)
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        assert found.state is State.DRAFT
        built.open(session, found)
    assert built.keys.read(wave.wave_id, KeyName.BOX) != orphan


def test_the_release_minute_can_be_set_until_the_release(built: House) -> None:
    wave = built.opened()
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        waves.set_release(session, found, CLOSES + timedelta(days=4))
        assert found.release_at == CLOSES + timedelta(days=4)
        session.execute(update(Wave).values(state=State.RELEASED))
        with pytest.raises(WaveRefused, match="cannot change"):
            waves.set_release(session, found, CLOSES)


def test_a_time_without_a_zone_is_refused(built: House) -> None:
    wave = built.drafted()
    with built.sessions() as session, pytest.raises(Exception, match="has no zone"):
        waves.set_release(session, wave, CLOSES.replace(tzinfo=None))
    with pytest.raises(ValueError, match="has no zone"):
        built.clock.set(CLOSES.replace(tzinfo=None))


def test_a_roster_is_replaced_whole_and_only_while_the_wave_is_a_draft(built: House) -> None:
    """U-51, U-72: all or nothing; fixed once open."""
    wave = built.drafted(people={"sales": 7, "marketing": 6})
    sides = [roster.RosterSide(code=code, labels=()) for code in ("sales", "marketing")]
    parsed = roster.parse("side,name\nsales,Ana\nmarketing,Bo\nsales,\n", sides=sides)
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        assert roster.replace(session, found, parsed) == {"marketing": 1, "sales": 2}
        assert roster.counts(session, found) == {"marketing": 1, "sales": 2}
        assert set(session.scalars(select(PersonRow.name))) == {"Ana", "Bo", None}
        session.execute(update(Wave).values(state=State.OPEN))
        with pytest.raises(WaveRefused, match="fixed once a wave is open"):
            roster.replace(session, found, parsed)


def test_a_destroyed_key_is_gone_from_every_place(built: House) -> None:
    """A-03: overwritten, fsynced, unlinked, both copies; twice is harmless."""
    keys = FileKeys(built.folder / "keys", built.folder / "mirror")
    wave_id = b"\x05" * 16
    keys.create(wave_id)
    key = keys.read(wave_id, KeyName.BOX)
    witnesses = []
    for place in ("keys", "mirror"):
        witness = built.folder / f"{place}-witness"
        witness.hardlink_to(built.folder / place / wave_id.hex() / "box")
        witnesses.append(witness)
    assert {witness.read_bytes() for witness in witnesses} == {key}
    keys.destroy(wave_id, KeyName.BOX)
    keys.destroy(wave_id, KeyName.BOX)
    assert {witness.read_bytes() for witness in witnesses} == {bytes(32)}
    with pytest.raises(KeyGoneError, match="K_box"):
        keys.read(wave_id, KeyName.BOX)
    assert keys.files(wave_id, KeyName.BOX) == (f"keys/{wave_id.hex()}/box", f"mirror/{wave_id.hex()}/box")


def test_the_mirror_serves_when_the_first_copy_is_damaged(built: House) -> None:
    keys = FileKeys(built.folder / "keys", built.folder / "mirror")
    wave_id = b"\x05" * 16
    keys.create(wave_id)
    key = keys.read(wave_id, KeyName.STAT)
    (built.folder / "keys" / wave_id.hex() / "stat").write_bytes(key[:10])
    assert keys.read(wave_id, KeyName.STAT) == key
