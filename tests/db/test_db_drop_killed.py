"""A drop that is killed leaves a whole ballot or none; an acknowledged one stays (A-01, A-06)."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from db_dropping import SENDERS
from db_house import House
from sqlalchemy import func, select

from assess.surveys import envelopes
from assess.surveys.box import Receipt
from assess.surveys.tables import BoxRow, SpentRow


def test_killing_the_process_among_two_hundred_drops_loses_no_receipt_and_doubles_none(built: House) -> None:
    """kill -9 four times at a random acknowledgement, in the middle of batches; a new process sends the rest again."""
    wave = built.opened(people={"sales": 150, "marketing": 50}, form="plain")
    codes = built.codes(wave)
    waiting = codes["sales"][:150] + codes["marketing"][:50]
    script = str(Path(__file__).with_name("db_dropping.py"))
    acknowledged: dict[str, str] = {}
    chance = random.Random(20)
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, script, str(built.folder), built.url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n".join(code for code in waiting if code not in acknowledged) + "\n")
        process.stdin.flush()
        for _ in range(chance.randint(10, 40)):
            code, receipt = process.stdout.readline().split()
            acknowledged[code] = receipt
        process.kill()
        rest, _ = process.communicate()
        for line in rest.splitlines(keepends=True):
            if line.endswith("\n"):
                code, receipt = line.split()
                acknowledged[code] = receipt
    assert len(acknowledged) >= 40
    with built.sessions() as session:
        spent = session.scalar(select(func.count()).select_from(SpentRow)) or 0
        assert session.scalar(select(func.count()).select_from(BoxRow)) == spent
        # At most one ballot a sender and kill was in the box before its receipt could be printed.
        assert 0 <= spent - len(acknowledged) <= 4 * SENDERS
        assert all(envelopes.receipt(session, code) == receipt for code, receipt in acknowledged.items())
    assert all(isinstance(built.drop(code, {"A1": 3}), Receipt) for code in waiting if code not in acknowledged)
    built.close()
    record = built.count(wave)
    assert (record.used, record.counted, record.spoiled) == (200, 200, 0)
