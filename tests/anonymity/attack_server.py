"""A real gunicorn in a process of its own over an open wave, raw requests to it, and everything it wrote (T5, T9).

Belongs here: starting it, with a weakness planted or none, speaking to it, and searching what it left. Does not: which
attack asks what of it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from assess.instruments.load import shipped
from assess.settings import Settings
from assess.surveys import clients, db, envelopes, roster, waves
from assess.surveys.keys import FileKeys

INSTRUMENT: Final = shipped("sales-marketing")
COMMENT: Final = "Kanarienvogel no. 7731 sings"
EXPLODES: Final = "explode"
"""A comment with this word meets a fault, whose message holds everything that was posted."""
ADDRESS: Final = "203.0.113.77"
AGENT: Final = "Kanarienagent/77"
ATTEMPT: Final = "ca" * 16
ANSWERS: Final = {"AL1": "4", "AL2": "2", "AL3": "5"}

_FAULTS: Final = f"""
from assess.surveys import box
from assess.web.respond import pages
stored, checked = box.put, pages.check
def put(line, request, **rest):
    if any({EXPLODES!r} in text for text in request.comments.values()):
        raise RuntimeError(f"cannot store {{request}}")
    return stored(line, request, **rest)
def check(*given, **rest):
    if {EXPLODES!r} in repr(given) + repr(rest):
        raise RuntimeError(f"cannot show {{given}} {{rest}}")
    return checked(*given, **rest)
box.put, pages.check = put, check
"""
_RUN: Final = "\nfrom assess.cli import serving\nfrom assess.settings import Settings\n"
PRODUCT: Final = _FAULTS + _RUN + "serving.Server(Settings()).run()\n"
ACCESS_LOG: Final = (
    _FAULTS
    + _RUN
    + """
class Server(serving.Server):
    def load_config(self):
        super().load_config()
        self.cfg.set("accesslog", "-")
        self.cfg.set("loglevel", "debug")
Server(Settings()).run()
"""
)
"""The planted weakness of T9: gunicorn's own access log, and its own words about broken requests."""
MESSAGES: Final = (
    "from assess.web.shared import faults\nimport sys, traceback\n"
    "def record(log, *, route, error):\n    traceback.print_exception(error, file=sys.stderr)\n"
    "faults.record = record\n" + PRODUCT
)
"""Another: faults are logged with their tracebacks."""
DEBUG_LOG: Final = (
    _FAULTS
    + """
import pathlib, os
storing = box.put
def told(line, request, **rest):
    with open(pathlib.Path(os.environ["ASSESS_HOME"]) / "debug.log", "a") as file:
        print("dropping", request, file=file)
    return storing(line, request, **rest)
box.put = told
"""
    + _RUN
    + "serving.Server(Settings()).run()\n"
)
"""The planted weakness of T5: a debug log that prints what is dropped."""


@dataclass(kw_only=True)
class Survey:
    """A server's folders, its port, the codes of its wave, and what has been asked of it so far."""

    home: Path
    logs: Path
    port: int
    wave_id: bytes
    codes: Mapping[str, list[str]]
    statuses: list[int] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def ask(self, data: bytes, *, limit: int = 1 << 20) -> int:
        """Send bytes as they are, read what comes until the server ends it; return the status, 0 for none."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            with contextlib.suppress(OSError):
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            answer = b""
            with contextlib.suppress(OSError):
                while len(answer) < limit and (piece := connection.recv(65536)):
                    answer += piece
        head = answer.split(b" ", 2)
        status = int(head[1]) if len(head) > 1 and head[1][:3].isdigit() else 0
        self.statuses.append(status)
        return status

    def get(self, path: str) -> int:
        return self.ask(_request("GET", path, b""))

    def post(self, path: str, fields: Mapping[str, str]) -> int:
        return self.ask(_request("POST", path, urlencode(fields).encode()))

    def form(self, code: str, *, comment: str = COMMENT, attempt: str = ATTEMPT) -> dict[str, str]:
        """Return the fields that a check page sends."""
        hidden = {"code": code, "try": attempt, "lang": "en", "sheet": "sales-marketing:core:sales"}
        return hidden | ANSWERS | {"OQ1": comment}

    def stop(self) -> None:
        """End the server as an operator does, so that whatever it buffers is written."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=60)
            self.process = None

    def written(self) -> dict[str, bytes]:
        """Return every file under the home and everything the server wrote to its two streams, by name."""
        files = [path for folder in (self.home, self.logs) for path in sorted(folder.rglob("*")) if path.is_file()]
        return {path.name: path.read_bytes() for path in files}

    def said(self) -> bytes:
        """Return what the server wrote to its two streams."""
        return b"".join((self.logs / name).read_bytes() for name in ("stdout", "stderr"))


@contextmanager
def serving(folder: Path, program: str = PRODUCT, *, people: int = 12) -> Iterator[Survey]:
    """Open a wave by the database's own clock and serve it until the block ends."""
    home, logs = folder / "home", folder / "logs"
    logs.mkdir(parents=True)
    survey = _opened(home, logs, people)
    environment = {
        **os.environ,
        "ASSESS_HOME": str(home),
        "ASSESS_PORT": str(survey.port),
        "ASSESS_LOG_LEVEL": "DEBUG",  # the most an operator can ask for, SQL echo included if there were one
    }
    with (logs / "stdout").open("wb") as out, (logs / "stderr").open("wb") as err:
        survey.process = subprocess.Popen(
            [sys.executable, "-c", program], env=environment, stdout=out, stderr=err, start_new_session=True
        )
        try:
            _wait(survey)
            yield survey
        finally:
            survey.stop()


def canaries(survey: Survey) -> dict[str, list[bytes]]:
    """Return what nobody may find, by kind, in every form in which it could be kept."""
    codes = [code for side in survey.codes.values() for code in side]
    raw = [envelopes.normalise(code) or b"" for code in codes]
    plain = [code.replace("-", "") for code in codes]
    return {
        "code": [
            *_forms([*codes, *plain, *(word.lower() for word in plain)]),
            *raw,
            *(word.hex().encode() for word in raw),
        ],
        "answer": _forms(['"AL1":4', "'AL1': 4", '"AL1": "4"', "AL1=4", "AL1', '4'"]),
        "comment": _forms([COMMENT, quote(COMMENT), quote(COMMENT).replace("%20", "+")]),
        "attempt": [*_forms([ATTEMPT]), bytes.fromhex(ATTEMPT)],
        "address": _forms([ADDRESS]),
        "agent": _forms([AGENT]),
    }


def leaks(survey: Survey) -> list[str]:
    """Return which canaries lie where; on the server's own streams the address it was really asked from counts too."""
    found = [
        f"{kind} in {name}"
        for name, data in survey.written().items()
        for kind, forms in canaries(survey).items()
        if any(form in data for form in forms)
    ]
    return found + (["address in a stream"] if b"127.0.0.1" in survey.said() else [])


def kinds(found: Iterable[str]) -> list[str]:
    """Return the kinds of canaries that were found."""
    return sorted({each.partition(" in ")[0] for each in found})


def _forms(texts: Iterable[str]) -> list[bytes]:
    return [form for text in texts for form in (text.encode(), text.encode("utf-16-le"), text.encode().hex().encode())]


def _request(method: str, path: str, body: bytes) -> bytes:
    head = [
        f"{method} {path} HTTP/1.1",
        "Host: survey.example",
        f"User-Agent: {AGENT}",
        f"X-Forwarded-For: {ADDRESS}",
        f"Forwarded: for={ADDRESS}",
        f"Referer: https://survey.example/w/?from={ADDRESS}",
        "Connection: close",
    ]
    if method == "POST":
        head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode() + body


def broken(code: str) -> list[bytes]:
    """Return requests that no browser sends, each with a code, a comment, an address or an agent where it can be."""
    told = f"User-Agent: {AGENT}\r\nX-Forwarded-For: {ADDRESS}\r\n"
    return [
        f"GET /w/{code} HTTP/9.9\r\n{told}\r\n".encode(),
        f"{code} / HTTP/1.1\r\n{told}\r\n".encode(),
        f"GET /w/ HTTP/1.1\r\nX Bad {code}: {COMMENT}\r\n{told}\r\n".encode(),
        f"POST /w/drop HTTP/1.1\r\n{told}Content-Length: {code}\r\n\r\nOQ1={COMMENT}".encode(),
        f"POST /w/drop HTTP/1.1\r\n{told}Transfer-Encoding: chunked\r\n\r\nZZ{code}\r\n{COMMENT}\r\n".encode(),
        f"POST /w/drop HTTP/1.1\r\n{told}Content-Length: 90\r\nTransfer-Encoding: chunked\r\n\r\n{COMMENT}".encode(),
        f"GET /w/?{'x' * 9000}{code} HTTP/1.1\r\n{told}\r\n".encode(),
        f"GET /w/ HTTP/1.1\r\nX-Long: {'x' * 9000}{code}\r\n{told}\r\n".encode(),
        b"\x16\x03\x01" + code.encode() + b"\x00\xff" * 40 + AGENT.encode() + b"\r\n\r\n",
        f"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{code}".encode(),
        f"POST /w/start HTTP/1.1\r\n{told}Content-Length: 500\r\n\r\ncode={code}".encode(),
        f"GET http://{AGENT}/w/{code} HTTP/1.1\r\n{told}\r\n".encode(),
    ]


def _opened(home: Path, logs: Path, people: int) -> Survey:
    settings = Settings(home=home)
    db.upgrade(settings.url)
    engine = db.engine(settings.url)
    keys = FileKeys(settings.keys)
    lines = [f"{side},{side}{n}@client.example" for side in ("sales", "marketing") for n in range(people)]
    with db.sessions(engine).begin() as session:
        wave = waves.draft(
            session,
            clients.create(session, name="Northwind Tools", zone="America/Toronto", country="CA"),
            instrument=INSTRUMENT,
            form="core",
            label="Winter",
            opens_at=datetime.now(UTC) - timedelta(days=1),
            closes_at=datetime.now(UTC) + timedelta(days=10),
            contact="camille@client.example",
        )
        roster.replace(session, wave, roster.parse("\n".join(["side,email", *lines]), sides=roster.sides(INSTRUMENT)))
        waves.open_(session, wave, instrument=INSTRUMENT, keys=keys, clock=db.DatabaseClock(), operator="Larch & Vale")
        cards = envelopes.cards(session, wave, keys)
    engine.dispose()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Survey(home=home, logs=logs, port=port, wave_id=wave.wave_id, codes=cards)


def _wait(survey: Survey) -> None:
    for _ in range(900):
        assert survey.process is not None
        assert survey.process.poll() is None, (survey.logs / "stderr").read_text()
        with contextlib.suppress(OSError):
            if survey.get("/w/") == 200:
                survey.statuses.clear()
                return
        time.sleep(0.1)
    raise AssertionError("the server does not answer")
