"""Images of a SQLite database as a crash would leave it at a random instant (anonymity.md section 9).

A process drops ballots. It is stopped in the middle of whatever it does, the database and its write-ahead log are
copied, and it goes on: the copy is what a disk would hold after a power cut at that instant. What was written after the
last acknowledged ballot need not have reached the disk, so each image is taken again with that tail cut off, zeroed or
scrambled at a random byte.

Belongs here: taking images and judging them. Does not: rows of the table (`test_anonymity_faults`).
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from db_house import SIDES, house

_WAL_HEADER = 32
_FRAME_HEADER = 24
_PEOPLE = 60


@dataclass(slots=True, kw_only=True)
class Images:
    """What came of the images: how many, and what was wrong with some of them."""

    taken: int = 0
    lost: int = 0
    half: int = 0
    broken: int = 0

    @property
    def wrong(self) -> int:
        """Return how many images lost, halved or broke something."""
        return self.lost + self.half + self.broken


@dataclass(slots=True, kw_only=True)
class _Said:
    """What the dropping process has said: ballots acknowledged with their latest receipt, and the one under way."""

    done: dict[str, str] = field(default_factory=dict)
    under_way: str | None = None
    _rest: str = ""

    def hear(self, text: str) -> None:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            match line.split():
                case ["begin", name]:
                    self.under_way = name
                case ["done", name, receipt]:
                    self.done[name] = receipt
                    self.under_way = None


def crash(images: int, tails: int, folder: Path, draw: random.Random, *, mode: str = "honest") -> Images:
    """Take so many images, each with so many torn tails."""
    found = Images()
    while found.taken < images * (1 + tails):
        own = folder / str(found.taken)
        own.mkdir(parents=True)
        _one_wave(own, images, tails, draw, mode=mode, found=found)
        shutil.rmtree(own)
    return found


def _one_wave(own: Path, images: int, tails: int, draw: random.Random, *, mode: str, found: Images) -> None:
    made = house(own)
    wave = made.opened(people=dict.fromkeys(SIDES, _PEOPLE))
    codes = [code for side in made.codes(wave).values() for code in side]
    made.engine.dispose()
    script = Path(__file__).with_name("attack_dropping.py")
    path = os.pathsep.join(sys.path)
    with subprocess.Popen(
        [sys.executable, str(script), str(own), mode],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": path},
    ) as dropping:
        assert dropping.stdin is not None
        assert dropping.stdout is not None
        dropping.stdin.write("\n".join(codes).encode())
        dropping.stdin.close()
        said = _Said()
        said.hear(os.read(dropping.stdout.fileno(), 65_536).decode())
        os.set_blocking(dropping.stdout.fileno(), False)
        try:
            while found.taken < images * (1 + tails):
                time.sleep(draw.uniform(0, 0.02))
                os.kill(dropping.pid, signal.SIGSTOP)
                _, status = os.waitpid(dropping.pid, os.WUNTRACED)
                if not os.WIFSTOPPED(status):
                    dropping.returncode = os.waitstatus_to_exitcode(status)
                    assert dropping.returncode == 0
                    return
                said.hear((dropping.stdout.read() or b"").decode())
                files = {name: _bytes(own / name) for name in ("assess.db", "assess.db-wal")}
                os.kill(dropping.pid, signal.SIGCONT)
                _judge_all(own / "image", files, said, tails, draw, found=found)
        finally:
            if dropping.returncode is None:
                dropping.kill()


def _bytes(path: Path) -> bytes:
    """Return a file as it is; before the first ballot there is no log yet."""
    return path.read_bytes() if path.exists() else b""


def _judge_all(
    place: Path, files: dict[str, bytes], said: _Said, tails: int, draw: random.Random, *, found: Images
) -> None:
    whole = _judge(place, files, said, found)
    log = files["assess.db-wal"]
    under_way = said.under_way or ""
    synced = _acknowledged_end(log, under_way=whole.get(under_way) != said.done.get(under_way))
    for kind in range(tails):
        at = draw.randint(synced, max(synced, min(len(log), synced + 100_000)))
        tail = (b"", bytes(len(log) - at), draw.randbytes(len(log) - at))[kind % 3]
        _judge(place, files | {"assess.db-wal": log[:at] + tail}, said, found)


def _judge(place: Path, files: dict[str, bytes], said: _Said, found: Images) -> dict[str, str]:
    """Open an image as the next start would, and compare it with what was acknowledged."""
    found.taken += 1
    place.mkdir()
    for name, data in files.items():
        (place / name).write_bytes(data)
    try:
        with closing(sqlite3.connect(place / "assess.db")) as connection:
            ((whole,),) = connection.execute("PRAGMA integrity_check")
            box = {
                ballot.hex(): receipt for ballot, receipt in connection.execute("SELECT ballot_id, receipt FROM box")
            }
            ((used,),) = connection.execute("SELECT count(*) FROM spent")
    except sqlite3.DatabaseError:
        found.broken += 1
        return {}
    finally:
        shutil.rmtree(place)
    kept = all(
        box.get(name) == receipt or (name in box and (name == said.under_way or receipt == "early"))
        for name, receipt in said.done.items()
    )
    found.broken += whole != "ok"
    found.half += used != len(box)
    found.lost += not kept
    return box


def _acknowledged_end(log: bytes, *, under_way: bool) -> int:
    """Return where the last acknowledged commit ends in the log: all before it was on the disk by then."""
    if len(log) < _WAL_HEADER:
        return 0
    page = int.from_bytes(log[8:12], "big")
    salts = log[16:24]
    ends = [0]
    for start in range(_WAL_HEADER, len(log) - _FRAME_HEADER, _FRAME_HEADER + page):
        if log[start + 8 : start + 16] != salts:
            break
        if int.from_bytes(log[start + 4 : start + 8], "big"):
            ends.append(start + _FRAME_HEADER + page)
    return ends[max(0, len(ends) - 1 - under_way)]
