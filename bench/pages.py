"""CPU of the respondent pages, as a multiple of a bare Flask hello in the same process."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from werkzeug.test import Client

from assess import app, publish
from assess.cli.demo_person import Forms, PageForm
from assess.instruments.load import shipped
from assess.settings import Settings
from assess.surveys import clients, db, envelopes, moments, roster, waves
from bench.row import Row

ROUNDS = 300
PEOPLE = ROUNDS + 2
"""Every submit is a first ballot: one to warm up, one a round."""


def pages() -> list[Row]:
    """Time the questionnaire and the submit beside a bare Flask hello."""
    with tempfile.TemporaryDirectory() as folder, _open_wave(Path(folder)) as (client, codes):
        bare = Client(_hello())
        hello = _per_call(lambda _i: bare.get("/"))
        asked = [_encoded({"code": code}) for code in codes]
        questionnaire = _per_call(lambda i: client.post("/w/start", **asked[i % len(asked)]))
        ready = [_encoded(_checked(client, code)) for code in codes]
        submit = _per_call(lambda _i: client.post("/w/drop", **ready.pop()))
    return [
        Row(work="questionnaire of 30 items, CPU of a hello", measured=questionnaire / hello, bar=5, unit="x"),
        Row(work="submit of a ballot, CPU of a hello", measured=submit / hello, bar=10, unit="x"),
    ]


def _hello() -> Flask:
    bare = Flask("hello")
    bare.add_url_rule("/", view_func=lambda: "hello")
    return bare


def _per_call(call: Callable[[int], object]) -> float:
    """Return CPU seconds of this process a call, the median of five batches after one call to warm up."""
    call(0)
    batches = []
    for batch in range(5):
        begin = time.process_time()
        for i in range(ROUNDS // 5):
            call(batch * (ROUNDS // 5) + i)
        batches.append((time.process_time() - begin) / (ROUNDS // 5))
    return sorted(batches)[2]


def _encoded(fields: Mapping[str, str]) -> dict[str, Any]:
    """Return a post's body as a browser sends it: encoding it is the browser's work, not the server's."""
    return {"data": urlencode(fields).encode(), "content_type": "application/x-www-form-urlencoded"}


def _checked(client: Client, code: str) -> Mapping[str, str]:
    """Return the fields of the check page of a person who answered everything."""
    questions = _form(client.post("/w/start", data={"code": code}).text, "/check")
    filled = questions.fields | dict.fromkeys(questions.choices, "4")
    return _form(client.post("/w/check", data=filled).text, "/drop").fields


def _form(page: str, ending: str) -> PageForm:
    forms = Forms()
    forms.feed(page)
    return next(form for form in forms.forms if form.action.endswith(ending))


@contextmanager
def _open_wave(home: Path) -> Iterator[tuple[Client, list[str]]]:
    settings = Settings(home=home, insecure_cookies=True)
    db.upgrade(settings.url)
    opens_at, closes_at = moments.window(date(2026, 1, 12), "America/Toronto")
    clock = db.SetClock(opens_at)
    services = publish.services(settings, clock=clock)
    instrument = shipped("sales-marketing")
    lines = [f"{side},{side}{i}@client.example" for side in ("sales", "marketing") for i in range(PEOPLE // 2)]
    with services.sessions.begin() as session:
        wave = waves.draft(
            session,
            clients.create(session, name="Bench", zone="America/Toronto", country="CA"),
            instrument=instrument,
            form="core",
            label="bench",
            opens_at=opens_at,
            closes_at=closes_at,
            contact="bench@client.example",
        )
        parsed = roster.parse("\n".join(["side,email", *lines]), sides=roster.sides(instrument))
        roster.replace(session, wave, parsed)
        waves.open_(session, wave, instrument=instrument, keys=services.keys, clock=clock, operator=settings.operator)
        codes = [code for side in envelopes.cards(session, wave, services.keys).values() for code in side][:PEOPLE]
    clock.set(opens_at + timedelta(hours=1))
    yield Client(app.create_app(settings, clock=clock)), codes


MEASURES = (pages,)
