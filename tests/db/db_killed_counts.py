"""Counts one wave again and again, each time killed (kill -9) one step later, and prints what a re-run found.

A process of its own, single-threaded, so that it may fork: ``python db_killed_counts.py FOLDER URL WAVE MODE
[PAPERS]``. FOLDER and URL are those of a house with a closed wave. PAPERS: what is typed each time a witnessed wave is
counted. MODE `stages` kills after each committed stage; `steps` before each statement and commit, before and after each
destruction of a key and the rewriting of what held the box.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import db_house
import db_postgres
from db_house import CHEAP, CLOSES, House, people_of
from sqlalchemy import Engine, event, select

from assess.settings import DatabaseRole
from assess.surveys import count, custody, keys, tenancy
from assess.surveys.moments import GRACE
from assess.surveys.tables import BoxRow, CountRow, EnvelopeRow, ReceiptRow, SpentRow, Wave


def here(folder: Path, url: str) -> House:
    return db_house.house(folder, url, at=CLOSES + GRACE)


PAPERS: dict[custody.Paper, str] = {}


def keys_of(house: House, wave_id: bytes) -> keys.KeyStore:
    """Return the keys that the papers open, of whatever the count still needs."""
    if not PAPERS:
        return house.keys
    with house.sessions() as session:
        wave, row = session.get_one(Wave, wave_id), session.get(CountRow, wave_id)
    names = custody.needed(row.stage if row else None)
    return custody.opened(wave, custody.read(PAPERS), keys=house.keys, names=names, cost=CHEAP)


def run(house: House, wave_id: bytes, on_stage: Callable[[str], None] = lambda _: None) -> count.CountRecord:
    return count.run(
        tenancy.of_wave(tenancy.guarded(house.engine_of(DatabaseRole.COUNT)), wave_id),
        wave_id,
        keys=keys_of(house, wave_id),
        clock=house.clock,
        instrument=house.instrument,
        on_stage=on_stage,
    )


def die_at(house: House, moment: int) -> None:
    """Kill this process at the n-th statement, commit or destruction of a key."""
    seen = 0

    def step(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen > moment:
            os.kill(os.getpid(), signal.SIGKILL)

    counting = house.engine_of(DatabaseRole.COUNT)
    event.listen(counting, "before_cursor_execute", step)
    event.listen(counting, "commit", step)
    destroy = house.keys.destroy

    def destroy_then_step(wave_id: bytes, name: keys.KeyName) -> None:
        step()
        destroy(wave_id, name)
        step()

    house.keys.destroy = destroy_then_step  # type: ignore[method-assign]
    compact = count.compact

    def compact_then_step(engine: Engine) -> None:
        step()
        compact(engine)
        step()

    count.compact = compact_then_step


def killed(folder: Path, url: str, wave_id: bytes, mode: str, moment: int) -> bool:
    """Count in a child that dies at `moment`; return whether it died."""
    child = os.fork()
    if child == 0:
        house = here(folder, url)
        stages = 0

        def on_stage(_: str) -> None:
            nonlocal stages
            stages += 1
            if mode == "stages" and stages > moment:
                os.kill(os.getpid(), signal.SIGKILL)

        if mode == "steps":
            die_at(house, moment)
        run(house, wave_id, on_stage)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def found(folder: Path, url: str, wave_id: bytes) -> dict[str, object]:
    """Finish the count and return everything that must not depend on where it was killed."""
    house = here(folder, url)
    with house.sessions() as session:
        row = session.get(CountRow, wave_id)
        reached = row.stage if row else "none"
    record = run(house, wave_id)
    opened = keys_of(house, wave_id)
    with house.sessions() as session:
        wave = session.get_one(Wave, wave_id)
        table = count.table(session, wave, keys=opened, instrument=house.instrument)
        left = [session.scalar(select(kind).limit(1)) for kind in (BoxRow, SpentRow, EnvelopeRow)]
        receipts = list(session.scalars(select(ReceiptRow.receipt).order_by(ReceiptRow.receipt)))
        state = wave.state.value
    house.engine.dispose()
    return {
        "reached": reached,
        "totals": [record.invited, record.used, record.replaced, record.spoiled, record.counted],
        "root": record.root,
        "people": sorted([side, *row, n] for (side, row), n in people_of(table).items()),
        "receipts": receipts,
        "state": state,
        "left": [row is not None for row in left],
        "keys": sorted(path.name for path in (folder / "keys" / wave_id.hex()).iterdir()),
    }


def main(folder: Path, url: str, wave_id: bytes, mode: str) -> None:
    moment = 0
    while True:
        copy = folder.parent / f"{mode}-{moment}"
        shutil.copytree(folder, copy)
        inside = url.startswith("sqlite")
        copied = f"sqlite:///{copy / 'assess.db'}" if inside else db_postgres.copy_of(url)
        died = killed(copy, copied, wave_id, mode, moment)
        print(json.dumps({"moment": moment, "died": died} | found(copy, copied, wave_id)), flush=True)
        shutil.rmtree(copy)
        if not inside:
            db_postgres.drop(copied)
        if not died:
            return
        moment += 1


if __name__ == "__main__":
    PAPERS |= {custody.Paper(paper): text for paper, text in json.loads(sys.argv[5] if sys.argv[5:] else "{}").items()}
    main(Path(sys.argv[1]), sys.argv[2], bytes.fromhex(sys.argv[3]), sys.argv[4])
