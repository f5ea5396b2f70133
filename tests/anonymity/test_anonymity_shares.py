"""T6, the key holders: what each of them opens alone, together, and after the count (A-09).

A wave of every mode is filled, copied while it is open, and counted. Each holder, or group of holders, then tries all
that a share is good for on the live store and on the old copies: every pair of what it has, on every wrap it has. The
score is the number of ballots opened. Planted: a key that was left in the folder; a half of the sheet that was not
destroyed; a `service` store copied while open, which opens everything and is told in sentence 5.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from attack_table import SUITE, Row
from db_house import CHEAP, House, house
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import create_engine, text

from assess.surveys import shares
from assess.surveys.custody import Paper
from assess.surveys.keys import KEY_BYTES, KeyName
from assess.surveys.shares import NotOpened, Pair
from assess.surveys.states import KeyMode

PEOPLE: dict[str, int] = {"sales": 7, "marketing": 6}
BALLOTS = sum(PEOPLE.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Loot:
    """What attackers hold: folders of keys, databases, papers."""

    stores: tuple[Path, ...] = ()
    databases: tuple[Path, ...] = ()
    papers: Mapping[Paper, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One wave, copied while open (`old`) and counted (`live`), with everything that was handed out."""

    wave_id: bytes
    live: Path
    old: Path
    papers: Mapping[Paper, str]

    def loot(self, *, stores: str = "", databases: str = "", papers: tuple[Paper, ...] = ()) -> Loot:
        places = {"live": self.live, "old": self.old}
        return Loot(
            stores=tuple(places[name] / "keys" for name in stores.split()),
            databases=tuple(places[name] / "assess.db" for name in databases.split()),
            papers={paper: self.papers[paper] for paper in papers},
        )


@contextmanager
def told(mode: KeyMode, *, counted_with: tuple[Paper, ...]) -> Iterator[Story]:
    """Tell the story of a wave in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        live, old = Path(folder) / "live", Path(folder) / "old"
        live.mkdir()
        built = house(live)
        wave = built.opened(mode=mode, people=dict(PEOPLE))
        built.fill(wave, **PEOPLE)
        built.engine.dispose()
        shutil.copytree(live, old)
        built.close()
        built.count(wave, built.unlocked(wave, *counted_with) if counted_with else None)
        built.engine.dispose()
        papers = built.handed[wave.wave_id].papers() if mode.witnessed else {}
        yield Story(wave_id=wave.wave_id, live=live, old=old, papers=papers)


def opened(story: Story, loot: Loot) -> int:
    """Return how many different ballots the loot opens."""
    keys = set(_keys(story.wave_id, loot))
    plain: set[bytes] = set()
    for database in loot.databases:
        for sealed in _sealed(database):
            for key in keys:
                try:
                    plain.add(sealed + SealedBox(PrivateKey(key)).decrypt(sealed))
                except CryptoError:
                    continue
    return len(plain)


def _keys(wave_id: bytes, loot: Loot) -> Iterator[bytes]:
    """Yield every private key that files hold in clear, and every one that two shares open from any wrap."""
    files = [path.read_bytes() for store in loot.stores for path in sorted((store / wave_id.hex()).glob("*"))]
    typed = {paper: shares.typed(printed, paper.bits) for paper, printed in loot.papers.items()}
    whole = [data for data in files if len(data) == KEY_BYTES]
    yield from whole
    held = [*whole]
    if Paper.PHRASE in typed:
        held.append(shares.share_b(typed[Paper.PHRASE], wave_id, cost=CHEAP))
    if Paper.CODE in typed:
        held.append(shares.share_c(typed[Paper.CODE]))
    wraps = [data for data in files if len(data) == shares.WRAP_BYTES]
    wraps += [typed[paper] for paper in (Paper.BOX, Paper.RESULTS) if paper in typed]
    for wrapped in wraps:
        for x in held:
            for y in held:
                for pair in Pair:
                    for name in shares.SHARED:
                        try:
                            yield shares.unwrap(wrapped, pair, name, wave_id=wave_id, x=x, y=y)
                        except NotOpened:
                            continue


def _sealed(database: Path) -> list[bytes]:
    """Return the ballots of a copied database, as whoever has the file reads them."""
    engine = create_engine(f"sqlite:///{database}")
    try:
        with engine.connect() as connection:
            return [row[0] for row in connection.execute(text("SELECT sealed FROM box"))]
    finally:
        engine.dispose()


SHEET = (Paper.CODE, Paper.BOX, Paper.RESULTS)
AFTER = (Paper.CODE, Paper.RESULTS)
"""What the witness still holds once the half of the box is destroyed."""


def alone(mode: KeyMode) -> dict[str, int]:
    """Return what each holder opens alone of the ballots in an open wave, copied whole."""
    with told(mode, counted_with=(Paper.CODE,)) as story:
        return {
            "server": opened(story, story.loot(stores="old", databases="old")),
            "passphrase": opened(story, story.loot(databases="old", papers=(Paper.PHRASE,))),
            "sheet": opened(story, story.loot(databases="old", papers=SHEET)),
        }


def together(mode: KeyMode) -> dict[str, int]:
    """Return what each pair opens of an open wave."""
    with told(mode, counted_with=(Paper.CODE,)) as story:
        return {
            "server + passphrase": opened(story, story.loot(stores="old", databases="old", papers=(Paper.PHRASE,))),
            "server + sheet": opened(story, story.loot(stores="old", databases="old", papers=SHEET)),
            "passphrase + sheet": opened(story, story.loot(databases="old", papers=(Paper.PHRASE, *SHEET))),
        }


def destroyed(mode: KeyMode) -> dict[str, int]:
    """Return what is opened after the count, and what two planted weaknesses open."""
    with told(mode, counted_with=(Paper.CODE,)) as story:
        both = (Paper.PHRASE, *AFTER)
        found = {
            "live store, old database, b, c": opened(
                story, story.loot(stores="live", databases="live old", papers=both)
            ),
            "old store, old database": opened(story, story.loot(stores="old live", databases="old live")),
            "planted: the half was kept": opened(
                story, story.loot(stores="live", databases="old", papers=(Paper.PHRASE, *SHEET))
            ),
        }
        left = story.old / "keys" / story.wave_id.hex() / "wrap-ac-box"
        shutil.copy(left, story.live / "keys" / story.wave_id.hex())
        found["planted: a key left"] = opened(story, story.loot(stores="live", databases="old", papers=(Paper.CODE,)))
        return found


def service() -> dict[str, int]:
    """Return what a `service` store opens: copied while open, everything; live after the count, nothing."""
    with told(KeyMode.SERVICE, counted_with=()) as story:
        return {
            "old store, old database": opened(story, story.loot(stores="old", databases="old")),
            "live store, old database": opened(story, story.loot(stores="live", databases="old")),
        }


def table(size: int) -> list[Row]:
    """Return T6: every mode, `size` stories of each."""
    stories = 1 if size <= SUITE else max(2, size // 10)
    rows: list[Row] = []
    whole = BALLOTS * stories
    made = {
        mode: _summed([{**alone(mode), **together(mode), **destroyed(mode)} for _ in range(stories)])
        for mode in (KeyMode.WITNESSED, KeyMode.SELF_HOSTED)
    }
    copied = _summed([service() for _ in range(stories)])
    planted = f"{copied['old store, old database']} of {whole} (service store copied while open)"
    caught = copied["old store, old database"] == whole
    for mode, found in made.items():
        rows += [
            _row(f"{mode}: {holder} alone", found[holder], 0, whole, planted, caught=caught)
            for holder in ("server", "passphrase", "sheet")
        ]
        never = mode is KeyMode.SELF_HOSTED
        for pair in ("server + passphrase", "server + sheet", "passphrase + sheet"):
            expected = 0 if never and pair == "server + passphrase" else whole
            rows.append(_row(f"{mode}: {pair}", found[pair], expected, whole, planted, caught=caught))
        after = "planted: a key left"
        rows.append(
            _row(
                f"{mode}: destroyed, live store + old database + b + c",
                found["live store, old database, b, c"],
                0,
                whole,
                f"{found[after]} of {whole} (a key left)",
                caught=found[after] == whole,
            )
        )
        half = "planted: the half was kept"
        rows.append(
            _row(
                f"{mode}: old store + old database, without b, c",
                found["old store, old database"],
                0,
                whole,
                f"{found[half]} of {whole} (half of the sheet kept)",
                caught=found[half] == whole,
            )
        )
    rows.append(
        _row(
            "service: destroyed, live store + old database",
            copied["live store, old database"],
            0,
            whole,
            planted,
            caught=caught,
        )
    )
    return rows


def _summed(found: list[dict[str, int]]) -> dict[str, int]:
    return {name: sum(each[name] for each in found) for name in found[0]}


def _row(what: str, score: int, expected: int, whole: int, planted: str, *, caught: bool) -> Row:
    return Row(
        attack="T6",
        what=what,
        score=f"{score} of {whole}",
        band=f"{expected} of {whole}",
        planted=planted,
        holds=score == expected and caught,
    )


@pytest.mark.parametrize("mode", [KeyMode.WITNESSED, KeyMode.SELF_HOSTED])
def test_one_share_opens_nothing(mode: KeyMode) -> None:
    """T6, A-09: the server with its whole disk, the passphrase, the sheet: each alone opens none of the ballots."""
    assert alone(mode) == {"server": 0, "passphrase": 0, "sheet": 0}


def test_two_shares_open_everything_and_a_self_hosted_server_needs_the_witness() -> None:
    """T6, A-09: each permitted pair opens all; the firm's own two never do."""
    everything = {"server + passphrase": BALLOTS, "server + sheet": BALLOTS, "passphrase + sheet": BALLOTS}
    assert together(KeyMode.WITNESSED) == everything
    assert together(KeyMode.SELF_HOSTED) == everything | {"server + passphrase": 0}


@pytest.mark.parametrize("mode", [KeyMode.WITNESSED, KeyMode.SELF_HOSTED])
def test_after_the_count_old_copies_stay_closed_and_planted_weaknesses_do_not(mode: KeyMode) -> None:
    """T6, A-08, A-09: live store + old database + b + c: 0; old store and database without b, c: 0; planted: all."""
    assert destroyed(mode) == {
        "live store, old database, b, c": 0,
        "old store, old database": 0,
        "planted: the half was kept": BALLOTS,
        "planted: a key left": BALLOTS,
    }


def test_a_service_store_copied_while_open_opens_everything() -> None:
    """T6: the weakness of the mode, found as such; sentence 5 of a `service` wave tells it."""
    assert service() == {"old store, old database": BALLOTS, "live store, old database": 0}


def test_the_attack_finds_a_key_in_clear_and_reads_every_ballot(tmp_path: Path) -> None:
    """Guards the zeros above: the attacker's tools open what can be opened."""
    built: House = house(tmp_path)
    wave = built.opened(mode=KeyMode.WITNESSED, people=dict(PEOPLE))
    built.fill(wave, **PEOPLE)
    keys = built.unlocked(wave, Paper.CODE)
    (tmp_path / "keys" / wave.wave_id.hex() / "box").write_bytes(keys.read(wave.wave_id, KeyName.BOX))
    built.engine.dispose()
    story = Story(wave_id=wave.wave_id, live=tmp_path, old=tmp_path, papers={})
    assert opened(story, story.loot(stores="live", databases="live")) == BALLOTS


def test_every_row_of_the_table_holds() -> None:
    """`make attack` prints these rows."""
    rows = table(SUITE)
    assert len(rows) == 17
    assert [row for row in rows if not row.holds] == []
