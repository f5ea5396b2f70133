"""Faults (anonymity.md section 9): whatever breaks, no acknowledged ballot is lost, doubled or half, and whoever has to
do something is told what.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import attack_crashes
import attack_load
import attack_postmaster
import db_postgres
import pytest
from attack_table import SUITE, Row
from db_house import CLOSES, House, house, people_of
from db_killed_counts import here
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from web_console_office import ROBIN, lent_office, office, words

from assess.surveys import box, envelopes
from assess.surveys.count import CountStopped
from assess.surveys.keys import FileKeys, KeyFolderError, KeyName
from assess.surveys.moments import GRACE
from assess.surveys.states import State
from assess.surveys.tables import BoxRow, CountRow, EnvelopeRow, SpentRow, Wave

pytestmark = pytest.mark.enable_socket

SEED: Final = 20260112
IMAGES: Final = {True: 8, False: 250}
TAILS: Final = 3
FAULTS: Final = {
    True: {"disk full": 2, "disk slow": 1, "worker killed": 1, "server killed": 1},
    False: {"disk full": 80, "disk slow": 80, "worker killed": 60, "server killed": 40},
}
KILLS: Final = {True: 2, False: 60}
"""How often PostgreSQL is killed while people answer."""
STRIDE: Final = {True: 40, False: 1}
"""Of the statements and commits of a count, before how manieth it is killed."""
POSTS: Final = {True: 12, False: 260}
"""Cut, doubled and overtaken posts."""
HOUR: Final = timedelta(hours=1)


def crashes(size: int, folder: Path) -> Row:
    """Take images at random instants while people answer."""
    number = IMAGES[size <= SUITE]
    draw = random.Random(SEED)
    honest = attack_crashes.crash(number, TAILS, folder / "honest", draw)
    early = attack_crashes.crash(8, TAILS, folder / "early", draw, mode="early")
    return Row(
        attack="faults",
        what=f"{honest.taken:,} crash images of database and log, three in four with a torn tail",
        score=f"{honest.lost} lost, {honest.half} half, {honest.broken} broken",
        band="0, 0, 0",
        planted=f"acknowledged before the commit: {early.lost} of {early.taken} lost",
        holds=honest.wrong == 0 and early.lost > 0,
    )


def load(size: int, folder: Path) -> Row:
    """Break the real server in every way while people answer."""
    faults = [fault for fault, number in FAULTS[size <= SUITE].items() for _ in range(number)]
    random.Random(SEED).shuffle(faults)
    for name in ("honest", "early"):
        (folder / name).mkdir(parents=True)
    judged, number, acknowledged = attack_load.under_load(
        folder / "honest", faults, posts=POSTS[size <= SUITE], seed=SEED
    )
    early, _, _ = attack_load.under_load(
        folder / "early", ["server killed"], posts=0, seed=SEED, planted=attack_load.EARLY
    )
    return Row(
        attack="faults",
        what=f"{number} faults under load: kill -9, disk full, disk slow, cut, doubled, overtaken posts",
        score=f"{judged.lost} lost, {judged.doubled} doubled, {judged.half} half of {acknowledged:,} acknowledged",
        band="0, 0, 0",
        planted=f"writes after it answers: {early.lost} lost",
        holds=judged.lost == judged.doubled == judged.half == 0 and early.lost > 0,
    )


def load_on_postgresql(folder: Path, each: int = 12) -> Row:
    """Break the real server and PostgreSQL behind it while people answer; at full size only."""
    faults = [
        fault for fault in ("database killed", "server killed", "worker killed", "disk slow") for _ in range(each)
    ]
    random.Random(SEED).shuffle(faults)
    for name in ("honest", "early"):
        (folder / name).mkdir(parents=True)
    with attack_postmaster.cluster() as cluster:
        db_postgres.migrated(cluster.server, "template")
        judged, number, acknowledged = attack_load.under_load(
            folder / "honest", faults, posts=each, seed=SEED, place=attack_postmaster.place(cluster, "template")
        )
        early, _, _ = attack_load.under_load(
            folder / "early",
            ["server killed"],
            posts=0,
            seed=SEED,
            planted=attack_load.EARLY,
            place=attack_postmaster.place(cluster, "template"),
        )
    return Row(
        attack="faults",
        what=f"{number} faults under load on PostgreSQL: kill -9 of it, of the server, slow disk, cut, doubled posts",
        score=f"{judged.lost} lost, {judged.doubled} doubled, {judged.half} half of {acknowledged:,} acknowledged",
        band="0, 0, 0",
        planted=f"writes after it answers: {early.lost} lost",
        holds=judged.lost == judged.doubled == judged.half == 0 and early.lost > 0,
    )


def killed_counts(folder: Path) -> Row:
    """Kill a count after each stage and before each of its steps; at full size only: its own test is in the suite."""
    closed = folder / "var"
    closed.mkdir(parents=True)
    made = house(closed)
    wave = made.opened()
    given = made.fill(wave, sales=11, marketing=10)
    made.engine.dispose()
    runs, same = 0, 0
    for mode in ("stages", "steps"):
        done = _killed("db_killed_counts.py", closed, wave, mode)
        assert done.returncode == 0, done.stderr
        found = [json.loads(line) for line in done.stdout.splitlines()]
        whole = found.pop()
        assert whole["people"] == sorted([side, *row, n] for (side, row), n in given.items())
        runs += len(found)
        alike = dict.fromkeys(("moment", "died", "reached"))
        same += sum(run | alike == whole | alike for run in found)
    seen = _sees_the_weakness(closed, wave)
    return Row(
        attack="faults",
        what="a count killed after each stage, and before each statement, commit and destruction",
        score=f"{same} of {runs} end the same",
        band="all",
        planted="forgets its stage: " + ("a re-run cannot end" if seen else "NOT SEEN"),
        holds=same == runs and seen,
    )


def _sees_the_weakness(folder: Path, wave: Wave) -> bool:
    """Return whether a count that forgets its stage, killed and run again, runs into what it had stored before."""
    weak = _killed("attack_unfenced.py", folder, wave, "stages")
    return weak.returncode != 0 and "IntegrityError" in weak.stderr


def _killed(script: str, folder: Path, wave: Wave, mode: str) -> subprocess.CompletedProcess[str]:
    place = Path(__file__).parents[1] / "db" if script.startswith("db_") else Path(__file__).parent
    return subprocess.run(
        [
            sys.executable,
            str(place / script),
            str(folder),
            f"sqlite:///{folder / 'assess.db'}",
            wave.wave_id.hex(),
            mode,
        ],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )


def killed_databases(size: int, folder: Path) -> list[Row]:
    """Kill PostgreSQL, whole, while people answer and while a wave is counted."""
    draw = random.Random(SEED)
    with attack_postmaster.cluster() as cluster:
        db_postgres.migrated(cluster.server, "template")
        with attack_postmaster.survey(cluster, "template", folder / "answers") as survey:
            judged, writers = attack_postmaster.killed(survey, KILLS[size <= SUITE], draw)
        whole = attack_postmaster.counted(cluster, "template", folder / "count", stride=STRIDE[size <= SUITE])
        forgets = attack_postmaster.forgets(cluster, "template", folder / "forgets")
        with attack_postmaster.survey(cluster, "template", folder / "late") as survey:
            late = attack_postmaster.forgotten(survey, draw)
    lost, doubled, half = (sum(getattr(each, what) for each in judged) for what in ("lost", "doubled", "half"))
    told = all(attack_postmaster.NOT_RECEIVED in page for page in writers.pages)
    return [
        Row(
            attack="faults",
            what=f"PostgreSQL killed (-9) {len(judged)} times while people answer; {writers.refused} told to retry",
            score=f"{lost} lost, {doubled} doubled, {half} half of {writers.acknowledged:,} acknowledged",
            band="0, 0, 0",
            planted=f"synchronous_commit off: {late.lost} lost",
            holds=lost == doubled == half == 0 and writers.refused > 0 and told and late.lost > 0,
        ),
        Row(
            attack="faults",
            what=f"PostgreSQL killed (-9) {whole.kills} times in one count, before its statements and commits",
            score="the same totals, root and answers" if whole.same else "OTHER",
            band="the same",
            planted="forgets its stage: " + ("cannot end" if forgets else "NOT SEEN"),
            holds=whole.same and whole.kills > 0 and forgets,
        ),
    ]


def table(size: int) -> list[Row]:
    """Run the faults that have a figure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [
            load(size, folder / "load"),
            crashes(size, folder / "crashes"),
            *killed_databases(size, folder / "databases"),
        ]
        if size <= SUITE:
            return rows
        return [*rows, load_on_postgresql(folder / "postgresql"), killed_counts(folder / "counts")]


def test_an_image_of_any_instant_has_every_acknowledged_ballot(tmp_path: Path) -> None:
    """Section 9: database and log as a crash leaves them, torn tails too; a box that acknowledges early is caught."""
    row = crashes(SUITE, tmp_path)
    assert row.holds, row


@pytest.mark.slow
def test_nothing_that_breaks_under_load_loses_doubles_or_halves_an_acknowledged_ballot(tmp_path: Path) -> None:
    """Section 9, A-06: kill -9, full and slow disk, cut, doubled, overtaken posts; late writing is caught."""
    row = load(SUITE, tmp_path)
    assert row.holds, row


# A cursor of a server that is dead cannot be closed there any more.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*ServerCursor.*was deleted while still open:ResourceWarning")
def test_a_database_that_is_killed_loses_no_ballot_and_no_count(tmp_path: Path) -> None:
    """Section 9, A-06, A-08: kill -9 of PostgreSQL; a server that commits late and a count that forgets are caught."""
    for row in killed_databases(SUITE, tmp_path):
        assert row.holds, row


def test_while_there_is_no_database_every_page_says_what_to_do(tmp_path: Path) -> None:
    """Section 9, M8, A-23: whoever answers keeps what was typed; staff read that nothing was saved; no traceback."""
    with lent_office("postgresql", tmp_path) as made:
        robin, wave = made.visitor(ROBIN), f"/waves/{made.ids['open']}"
        assert robin.get(wave).status_code == 200
        with made.session() as session:
            found = session.get_one(Wave, bytes.fromhex(made.ids["open"]))
            code = envelopes.cards(session, found, FileKeys(made.settings.keys))["sales"][0]
        person = attack_load.Sender(code=code, side="sales")
        version = person.next(random.Random(SEED))
        for engine in made.engines.values():
            engine.dispose()
        db_postgres.drop(made.url)
        sent = {"data": person.body(version), "content_type": "application/x-www-form-urlencoded"}
        asked = [robin.browser.post(f"/w/{page}", **sent) for page in ("start", "check", "drop")]
        for response in asked:
            assert response.status_code == 503
            assert attack_postmaster.NOT_RECEIVED in words(response)
            assert version.attempt in response.text
            assert code in response.text
        told = [robin.get(wave), robin.browser.post(f"/console{wave}/cards")]
        for response in told:
            assert "Something went wrong on our side" in words(response)
            assert "Nothing was saved. Try again in a minute" in words(response)
        about = robin.browser.get(f"/w/about/{made.ids['open']}")
        assert [response.status_code for response in (*told, about)] == [500, 500, 503]
        assert not any("Traceback" in response.text for response in (*asked, *told, about))


def test_a_count_that_forgets_its_stage_is_caught_by_the_killed_counts(tmp_path: Path) -> None:
    """A-08: the planted weakness of tests/db/test_db_count_killed.py."""
    made = house(tmp_path)
    wave = made.opened(people={"sales": 6, "marketing": 5})
    made.fill(wave, sales=6, marketing=5)
    made.engine.dispose()
    assert _sees_the_weakness(tmp_path, wave)


@pytest.fixture
def closed(tmp_path: Path) -> tuple[House, Wave, Counter[tuple[str, tuple[int, ...]]]]:
    """A wave in a folder, everybody has answered, ready for the count."""
    folder = tmp_path / "var"
    folder.mkdir()
    made = house(folder)
    wave = made.opened()
    given = made.fill(wave, sales=11, marketing=10)
    made.close()
    return made, wave, given


Closed = tuple[House, Wave, Counter[tuple[str, tuple[int, ...]]]]


def test_a_database_that_was_copied_out_is_not_counted_without_its_key_folder(closed: Closed, tmp_path: Path) -> None:
    """A-03, section 9: the count refuses, says what to mount, changes nothing; with the folder it counts."""
    made, wave, given = closed
    made.engine.dispose()
    restored = tmp_path / "restored"
    restored.mkdir()
    for file in made.folder.glob("assess.db*"):
        shutil.copyfile(file, restored / file.name)
    elsewhere = here(restored, f"sqlite:///{restored / 'assess.db'}")
    before = _rows(elsewhere)
    with pytest.raises(KeyFolderError, match=r"restored database needs the key folder .* ASSESS_KEY_FOLDER"):
        elsewhere.count(wave)
    assert _rows(elsewhere) == before
    assert _state(elsewhere, wave) is State.OPEN
    elsewhere.keys = FileKeys(made.folder / "keys")
    assert elsewhere.count(wave).counted == 21
    assert people_of(elsewhere.table(wave)) == given
    elsewhere.engine.dispose()


@pytest.mark.parametrize("name", [KeyName.BOX, KeyName.STAT])
def test_a_mirror_that_differs_stops_the_count_before_anything_is_destroyed(name: KeyName, tmp_path: Path) -> None:
    """A-03, section 9: which copy is right cannot be known; the message says which file, and what to do."""
    made = house(tmp_path)
    made.keys = FileKeys(tmp_path / "keys", tmp_path / "mirror")
    wave = made.opened()
    given = made.fill(wave, sales=11, marketing=10)
    made.close()
    copy = tmp_path / "mirror" / wave.wave_id.hex() / name.value
    right = copy.read_bytes()
    copy.write_bytes(bytes(len(right)))
    with pytest.raises(KeyFolderError, match=rf"{name.value} is not the same .* put back"):
        made.count(wave)
    assert made.keys.files(wave.wave_id, KeyName.BOX)
    assert (tmp_path / "keys" / wave.wave_id.hex() / "box").exists()
    assert _rows(made)[BoxRow] == 21
    copy.write_bytes(right)
    assert made.count(wave).counted == 21
    assert people_of(made.table(wave)) == given
    made.engine.dispose()


@contextmanager
def full(limit: int) -> Iterator[None]:
    """No file of this process grows beyond `limit` bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 20])
def test_a_wave_does_not_open_when_its_keys_do_not_fit_on_the_disk(tmp_path: Path, room: int) -> None:
    """A-03, section 9: no envelope without a whole key on disk; the message names the file and what to do."""
    made = house(tmp_path)
    draft = made.drafted()
    with (
        pytest.raises(KeyFolderError, match=r"could not be written .* Make room on its device"),
        full(room),
        made.sessions() as session,
    ):
        made.open(session, draft)
    assert _rows(made)[EnvelopeRow] == 0
    assert _state(made, draft) is State.DRAFT
    with made.sessions.begin() as session:
        wave = made.open(session, draft)
    assert len(made.keys.read(draft.wave_id, KeyName.SIGN)) == 32
    made.fill(wave, sales=5, marketing=5)
    made.engine.dispose()


def test_the_console_says_that_the_keys_of_a_wave_do_not_fit(tmp_path: Path) -> None:
    """Section 9: the consultant reads what to do, and the wave stays a draft."""
    made = office(tmp_path)
    with made.session() as session:
        session.get_one(Wave, bytes.fromhex(made.ids["open"])).state = State.COUNTED
    robin, draft = made.visitor(ROBIN), f"/waves/{made.ids['draft']}"
    robin.get(draft)
    with full(0):
        response = robin.post(f"{draft}/open")
    assert response.status_code == 409
    assert "could not be written to the key folder (File too large). Make room on its device" in words(response)
    assert robin.post(f"{draft}/open").status_code == 302


def test_a_full_disk_refuses_a_ballot_and_takes_it_later(closed: Closed) -> None:
    """Section 9: nothing is acknowledged that is not on disk; the same attempt is one ballot once there is room."""
    made, wave, _ = closed
    made.clock.set(CLOSES - HOUR)
    code, attempt = made.codes(wave)["sales"][11], bytes(16)
    log = made.folder / "assess.db-wal"
    with full(log.stat().st_size):
        refused = [_dropped(made, code, attempt, answer) for answer in (1, 2, 1, 2)]
    assert refused[-1] is None
    first = made.drop(code, {"A1": 3}, attempt=attempt)
    second = made.drop(code, {"A1": 3}, attempt=attempt)
    assert isinstance(first, box.Receipt)
    assert isinstance(second, box.Receipt)
    assert first.receipt == second.receipt
    assert _rows(made)[BoxRow] == _rows(made)[SpentRow] == 22
    made.engine.dispose()


@pytest.mark.parametrize("pages", [0, 8, 64, 128])
def test_a_disk_that_fills_up_in_the_count_leaves_a_wave_that_counts_once_there_is_room(
    closed: Closed, pages: int
) -> None:
    """A-08, section 9."""
    made, wave, given = closed
    log = made.folder / "assess.db-wal"
    with pytest.raises((OperationalError, OSError)), full(log.stat().st_size + pages * 4_096):
        made.count(wave)
    assert made.count(wave).counted == 21
    assert people_of(made.table(wave)) == given
    assert _state(made, wave) is State.COUNTED
    made.engine.dispose()


def test_a_clock_one_hour_fast_closes_early_and_loses_nothing(closed: Closed) -> None:
    """A-06, A-07, section 9: the refusal says that it is over; put right, the clock lets the person in again."""
    made, wave, given = closed
    code = made.codes(wave)["marketing"][10]
    almost = CLOSES + GRACE - HOUR / 2
    made.clock.set(almost + HOUR)
    refused = made.drop(code)
    assert isinstance(refused, box.Refused)
    assert refused.reason is box.RefusedReason.CLOSED
    made.clock.set(almost)
    assert isinstance(made.drop(code), box.Receipt)
    with pytest.raises(CountStopped, match="still open: nothing is counted before its close and grace"):
        made.count(wave)
    made.close()
    assert made.count(wave).counted == sum(given.values()) + 1
    made.engine.dispose()


def test_a_clock_set_back_an_hour_after_the_freeze_lets_nobody_in_and_the_count_ends(closed: Closed) -> None:
    """A-06, A-08, section 9: the state of the wave excludes drops, not the clock alone."""
    made, wave, given = closed
    code = made.codes(wave)["marketing"][10]

    class Killed(BaseException):
        """Ends the count after its first stage."""

    def die(stage: str) -> None:
        if stage == "frozen":
            raise Killed

    with pytest.raises(Killed):
        made.count(wave, on_stage=die)
    made.clock.set(made.clock.moment - HOUR)
    refused = made.drop(code)
    assert isinstance(refused, box.Refused)
    assert refused.reason is box.RefusedReason.CLOSED
    assert made.count(wave).counted == 21
    assert people_of(made.table(wave)) == given
    made.engine.dispose()


def _dropped(made: House, code: str, attempt: bytes, answer: int) -> object:
    """Return the receipt of a ballot, or None if the database said that it could not keep it."""
    try:
        return made.drop(code, {"A1": answer}, attempt=attempt)
    except OperationalError:
        return None


def _rows(made: House) -> dict[type, int]:
    with made.sessions() as session:
        kinds = (BoxRow, SpentRow, EnvelopeRow, CountRow)
        return {kind: session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds}


def _state(made: House, wave: Wave) -> State:
    with made.sessions() as session:
        return session.get_one(Wave, wave.wave_id).state
