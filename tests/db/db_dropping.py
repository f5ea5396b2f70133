"""Drops a ballot for each code it reads, eight at a time, and prints its receipt, until killed.

``python db_dropping.py FOLDER URL``; the ballots go through the intake, so that on SQLite they share transactions.
"""

from __future__ import annotations

import secrets
import sys
import threading
from pathlib import Path
from queue import SimpleQueue

from db_house import House, house

from assess.settings import DatabaseRole
from assess.surveys import box
from assess.surveys.intake import Intake

SENDERS = 8


def main(folder: Path, url: str) -> None:
    made = house(folder, url)
    intake = Intake(made.engine_of(DatabaseRole.RESPOND), made.clock)
    waiting: SimpleQueue[str] = SimpleQueue()
    for _ in range(SENDERS):
        threading.Thread(target=send, args=(made, intake, waiting), daemon=True).start()
    for line in sys.stdin:
        waiting.put(line.strip())


def send(made: House, intake: Intake, waiting: SimpleQueue[str]) -> None:
    while True:
        code = waiting.get()
        request = box.DropRequest(code=code, attempt=secrets.token_bytes(16), answers={"A1": 3}, comments={})
        dropped = intake.drop(request, instrument=made.instrument)
        assert isinstance(dropped, box.Receipt)
        # One write of a whole line: the senders do not cut each other short.
        sys.stdout.write(f"{code} {dropped.receipt}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
