"""Ballots over HTTP to a real server: beside oTree's submits, and how long the slowest wait at 200 a second (stack.md).

Belongs here: load. Does not: CPU of one page (`pages`), the client itself (`load`). The server is gunicorn as `assess
serve` starts it, in a process of its own on SQLite with `synchronous=FULL`; the client is another.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from assess import publish
from assess.instruments.load import shipped
from assess.settings import Settings
from assess.surveys import db
from bench import idle, load, otree
from bench.load import Ask, Job, Outcome
from bench.pages import opened
from bench.row import Row

RATE: Final = 200
SECONDS: Final = 60
CONNECTIONS: Final = 32
"""Of the load at a steady rate; a connection that none of the server's threads serves waits."""
CROWD: Final = 16
"""Connections that send as fast as they are answered."""
PEOPLE: Final = 1_000
OTREES: Final = 100
CEILING: Final = 20
"""How often each code is sent to a server that does nothing."""
INSTRUMENT: Final = shipped("sales-marketing")
SERVE: Final = "from assess.cli.serving import Server; from assess.settings import Settings; Server(Settings()).run()"


def beside_otree() -> list[Row]:
    """Send ballots to our server, and thirty fields to oTree's, with the same client."""
    if not otree.FOLDER.exists():
        print(otree.HOW, file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), 2 * PEOPLE) as (port, codes):
        ours = _fast(port, [[submit(code)] for code in codes[:PEOPLE]])
        visits = _fast(port, [visit(code) for code in codes[PEOPLE:]])
    with tempfile.TemporaryDirectory() as folder, otree.served(Path(folder), 2 * OTREES) as (port, codes):
        theirs = _fast(port, [otree.visit(code) for code in codes[:OTREES]])
        # A page that was never opened saves nothing there.
        _fast(port, [otree.visit(code)[:-1] for code in codes[OTREES:]])
        submits = _fast(port, [[otree.submit(code)] for code in codes[OTREES:]])
    with idle.served() as port:
        ceiling = _fast(port, [[submit(code)] for code in codes * CEILING])
    print(f"  the client alone, against a server that does nothing: {ceiling.rate:.0f} a second", file=sys.stderr)
    print(f"  submits a second: {ours.rate:.0f}, oTree {submits.rate:.1f}", file=sys.stderr)
    print(f"  whole visits a second: {visits.rate:.0f}, oTree {theirs.rate:.1f}", file=sys.stderr)
    return [
        Row(
            work="submits a second over HTTP, of oTree 6.0's",
            measured=ours.rate / submits.rate,
            bar=25,
            unit="x",
            at_least=True,
        ),
        Row(
            work="respondents a second from code to receipt, of oTree's",
            measured=visits.rate / theirs.rate,
            bar=25,
            unit="x",
            at_least=True,
        ),
    ]


def steady() -> list[Row]:
    """Send 200 ballots a second for a minute, whatever comes back, and look at the slowest."""
    number = RATE * SECONDS
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), number) as (port, codes):
        visits = [[submit(code)] for code in codes]
        outcome = load.run(Job(port=port, visits=visits, connections=CONNECTIONS, rate=RATE))
    told = ", ".join(f"p{share * 100:g} {outcome.at(share):.0f} ms" for share in (0.5, 0.95, 0.99))
    print(f"  {told}, {outcome.errors} errors of {number:,}", file=sys.stderr)
    return [
        Row(
            work=f"p95 of a submit at {RATE}/s for {SECONDS} s, SQLite FULL",
            measured=outcome.at(0.95),
            bar=100,
            unit="ms",
        ),
        Row(work="errors of these submits", measured=outcome.errors, bar=0, unit=""),
    ]


def _fast(port: int, visits: list[list[Ask]]) -> Outcome:
    outcome = load.run(Job(port=port, visits=visits, connections=CROWD))
    if outcome.errors:
        raise RuntimeError(f"{outcome.errors} of {len(visits)} visits went wrong")
    return outcome


def submit(code: str) -> Ask:
    """Return a ballot as its check page sends it: every statement answered."""
    draw = random.Random(code)
    answers = {item: str(draw.randint(0, 5)) for item in INSTRUMENT.closed("core")}
    return Ask(method="POST", path="/w/drop", body=urlencode({**_page(code), "try": secrets.token_hex(16), **answers}))


def visit(code: str) -> list[Ask]:
    """Return what a respondent sends from code to receipt: code page, questionnaire, check, ballot."""
    sent = submit(code)
    return [
        Ask(method="GET", path="/w/"),
        Ask(method="POST", path="/w/start", body=urlencode({"code": code, "lang": "en"})),
        Ask(method="POST", path="/w/check", body=sent.body),
        sent,
    ]


def _page(code: str) -> dict[str, str]:
    return {"code": code, "lang": "en", "sheet": "sales-marketing:core:sales"}


@contextmanager
def served(home: Path, people: int) -> Iterator[tuple[int, list[str]]]:
    """Serve an open wave for so many people; yield the port and their codes."""
    settings = Settings(home=home)
    db.upgrade(settings.url)
    services = publish.services(settings)
    now = datetime.now(UTC)
    codes = opened(services, people, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=10))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "ASSESS_HOME": str(home),
        "ASSESS_PORT": str(port),
        "ASSESS_RESPOND_POSTS_PER_MINUTE": "1000000",
    }
    process = subprocess.Popen([sys.executable, "-c", SERVE], env=environment, start_new_session=True)
    try:
        _wait(port)
        yield port, codes
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


def _wait(port: int) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as asked:
            asked.request("GET", "/w/")
            asked.getresponse().read()
            return
        time.sleep(0.1)
    raise TimeoutError("our server does not answer")


MEASURES = (beside_otree, steady)
