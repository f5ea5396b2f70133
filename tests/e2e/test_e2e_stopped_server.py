"""A server that is told to stop while people send: who was let in gets a whole answer, true of the box.

The server is gunicorn as `assess serve` starts it; SIGTERM goes to all of its processes, as systemd sends it.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest
from sqlalchemy import select
from test_e2e_kill_server import Person, Server, Tally, people, server

from assess.surveys import codes, db, envelopes
from assess.surveys.tables import BoxRow

__all__ = ["people", "server"]

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

WRITERS = 12
STOP_AT = 60
RECEIPT = re.compile(rb'<p class="code">([0-9a-f]{20})</p>')


def answer(port: int, person: Person) -> bytes:
    """Return every byte that came back for a ballot, until the line was closed or broke."""
    body = person.body.encode()
    head = (
        f"POST /w/drop HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    got = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            line.sendall(head.encode() + body)
            while piece := line.recv(65_536):
                got += piece
    except OSError:
        pass
    return got


def whole(got: bytes) -> bool:
    """Return whether an answer is as long as it says."""
    head, _, body = got.partition(b"\r\n\r\n")
    told = re.search(rb"(?i)content-length: (\d+)", head)
    return told is not None and len(body) == int(told[1])


def test_a_server_that_is_told_to_stop_answers_whom_it_let_in(
    server: Server, people: list[Person], tmp_path: Path
) -> None:
    """A-06, anonymity.md section 9: no acknowledged ballot lost, no answer cut, nothing in the box untold."""
    server.start()
    waiting: SimpleQueue[Person] = SimpleQueue()
    for person in people:
        waiting.put(person)
    told: dict[str, bytes] = {}
    answered = Tally()

    def write() -> None:
        while True:
            try:
                person = waiting.get_nowait()
            except Empty:
                return
            told[person.code] = answer(server.port, person)
            if not told[person.code]:
                return
            answered.add()

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    answered.wait_for(STOP_AT)
    assert server.process is not None
    os.killpg(server.process.pid, signal.SIGTERM)
    assert server.process.wait(timeout=30) == 0
    server.process = None
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()

    assert not waiting.empty(), "it was told to stop when everybody had sent"
    heard = {code: got for code, got in told.items() if got}
    assert [got[:200] for got in heard.values() if not whole(got)] == []
    receipts = {code: RECEIPT.search(got) for code, got in heard.items()}
    assert all(receipts.values())
    engine = db.engine(f"sqlite:///{tmp_path / 'assess.db'}")
    with db.sessions(engine)() as session:
        box = {row.ballot_id: row.receipt for row in session.scalars(select(BoxRow))}
    engine.dispose()
    given = {
        codes.ballot_id(envelopes.normalise(code) or b""): found[1].decode()
        for code, found in receipts.items()
        if found is not None
    }
    assert given == box


def test_an_answer_that_was_cut_is_seen() -> None:
    """The planted weakness of the check above."""
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"
    assert whole(page)
    assert not whole(page[:-1])
    assert not whole(b"HTTP/1.1 200 OK\r\n\r\n")
