"""T9: the reader of every log and file, with requests that fail in every way (A-19, A-23), through a real gunicorn.

Canary codes, answers, comment, attempt, address and agent are sent well, then into forced 500s, 404s, 413s and requests
that are none; standard output, standard error and every file under the home are then searched.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import attack_server as server
import db_catalogue
import pytest
from attack_server import Survey
from attack_table import SUITE, Row
from sqlalchemy import text

from assess.surveys import db

pytestmark = pytest.mark.enable_socket


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a reader found: canaries and where, the statuses that were met, the lines that were written."""

    leaks: tuple[str, ...]
    statuses: frozenset[int]
    asked: int
    lines: tuple[str, ...]


def attack(folder: Path, program: str = server.PRODUCT, *, rounds: int = 1) -> Read:
    """Serve, ask in every way, stop, and read everything."""
    with server.serving(folder, program) as survey:
        for number in range(rounds):
            asked(survey, survey.codes["sales"][number % len(survey.codes["sales"])])
    found = server.leaks(survey)
    return Read(
        leaks=tuple(found),
        statuses=frozenset(survey.statuses),
        asked=len(survey.statuses),
        lines=tuple(survey.said().decode(errors="replace").splitlines()),
    )


def asked(survey: Survey, code: str) -> None:
    """Ask once in every way that section 6 names."""
    form = survey.form(code)
    survey.get("/w/")
    survey.post("/w/start", {"code": code})
    survey.post("/w/check", form)
    survey.post("/w/drop", form)
    survey.post("/w/start", {"code": f"{code[:-1]}X", "OQ1": server.COMMENT})
    exploding = survey.form(code, comment=f"{server.COMMENT} {server.EXPLODES}")
    survey.post("/w/check", exploding)
    survey.post("/w/drop", exploding)
    survey.get(f"/w/{code}?code={code}&comment=x")
    survey.get(f"/console/waves/{code}?to={code}")
    survey.get(f"/nowhere/{code}")
    survey.post("/console/sign-in", {"email": f"{code}@c.example", "password": server.COMMENT})
    survey.post("/w/drop", form | {"OQ1": f"{server.COMMENT} " * 4000})
    survey.ask(
        f"POST /w/drop HTTP/1.1\r\nHost: a\r\nUser-Agent: {server.AGENT}\r\nContent-Type: multipart/form-data; "
        f"boundary={code}\r\nContent-Length: 40\r\nConnection: close\r\n\r\n--{code}\r\nOQ1 {server.COMMENT}".encode()
    )
    for bytes_ in server.broken(code):
        survey.ask(bytes_)


def timed_column(folder: Path) -> list[str]:
    """Return what the schema's check says of a column that tells when somebody answered (A-19)."""
    url = f"sqlite:///{folder / 'assess.db'}"
    db.upgrade(url)
    engine = db.engine(url)
    before = db_catalogue.faults(engine)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE box ADD COLUMN dropped_at TIMESTAMP"))
    after = db_catalogue.faults(engine)
    engine.dispose()
    return [] if before else after


def table(size: int) -> list[Row]:
    """Return T9's rows: gunicorn's streams and files, and the columns that could tell when."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        product = attack(folder / "product", rounds=1 if size <= SUITE else 10)
        planted = attack(folder / "planted", server.ACCESS_LOG)
        column = timed_column(folder)
    caught = server.kinds(planted.leaks)
    return [
        Row(
            attack="T9",
            what=f"canaries in streams and files after {product.asked} requests, statuses "
            + " ".join(str(status) for status in sorted(product.statuses)),
            score=f"{len(product.leaks)} found",
            band="0",
            planted=f"access log: {', '.join(caught)}",
            holds=not product.leaks and {"address", "agent", "code"} <= set(caught),
        ),
        Row(
            attack="T9",
            what="columns of the sealed tables that tell when or who",
            score="0 found",
            band="0",
            planted=f"datetime column: {len(column)} found",
            holds=bool(column),
        ),
    ]


@pytest.fixture
def tried(tmp_path: Path) -> Callable[[str], Read]:
    return lambda program: attack(tmp_path, program)


def test_no_canary_is_in_a_log_or_a_file_whatever_was_sent(tried: Callable[[str], Read]) -> None:
    """T9, A-19, A-23: 0 of every kind, with 200, 400, 404, 413, 422 and 500 all met."""
    read = tried(server.PRODUCT)
    assert read.leaks == ()
    assert {200, 400, 404, 413, 500} <= read.statuses
    told = [json.loads(line) for line in read.lines]
    assert {tuple(sorted(line)) for line in told} == {("error", "event", "level", "route")}
    assert {(line["route"], line["error"]) for line in told} == {
        ("/w/check", "RuntimeError"),
        ("/w/drop", "RuntimeError"),
    }


def test_an_access_log_is_caught(tried: Callable[[str], Read]) -> None:
    """T9's planted weakness: gunicorn's own log names address, agent and the code in the address of a page."""
    assert {"address", "agent", "code"} <= set(server.kinds(tried(server.ACCESS_LOG).leaks))


def test_tracebacks_in_the_log_are_caught(tried: Callable[[str], Read]) -> None:
    """Another planted weakness: the message of an exception holds what was posted."""
    assert {"code", "comment", "answer"} <= set(server.kinds(tried(server.MESSAGES).leaks))


def test_a_column_that_tells_when_somebody_answered_is_caught(tmp_path: Path) -> None:
    """T9's other planted weakness, A-19."""
    assert "box.dropped_at holds a time" in timed_column(tmp_path)
