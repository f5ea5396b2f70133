"""Drops ballots without end and says so: a process of its own, so that it can be stopped at any instant.

``python attack_dropping.py FOLDER MODE`` reads codes, one a line, from its input; FOLDER holds a house with an open
wave. For each ballot it prints ``begin ID``, and ``done ID RECEIPT`` once the ballot is acknowledged. MODE `early` is
the planted weakness: it acknowledges before the commit.
"""

from __future__ import annotations

import secrets
import sys
import time
from pathlib import Path

from db_house import House
from db_killed_counts import here
from sqlalchemy import event
from sqlalchemy.orm import Session

from assess.surveys import envelopes

_REPLACED_EACH = 4


def say(*words: str) -> None:
    """Print a line at once."""
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def main(house: House, codes: list[str], mode: str) -> None:
    """Let everybody answer, and every fourth one answer again."""
    name = ""

    def early(_: Session) -> None:
        say("done", name, "early")
        time.sleep(0.02)

    if mode == "early":
        event.listen(Session, "before_commit", early)
    for number, code in enumerate(codes):
        again = codes[number // 2] if number % _REPLACED_EACH == 0 else code
        for typed in {code, again}:
            name = envelopes.slot(envelopes.normalise(typed) or b"").ballot_id.hex()
            say("begin", name)
            dropped = house.drop(typed, {"A1": secrets.randbelow(6)}, {"Q1": secrets.token_hex(200)})
            if mode != "early":
                say("done", name, dropped.receipt)  # type: ignore[union-attr]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    opened = here(folder, f"sqlite:///{folder / 'assess.db'}")
    opened.clock.set(opened.clock.moment.replace(day=13))
    main(opened, sys.stdin.read().split(), sys.argv[2])
