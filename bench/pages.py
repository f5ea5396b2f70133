"""CPU of the respondent pages, as a multiple of a bare Flask hello in the same process."""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
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
BATCH = 20
PEOPLE = 2 * ROUNDS + 2
"""Every submit is a first ballot: one to warm up, one a round."""
MOST = 60 * 1024


def pages() -> list[Row]:
    """Time the questionnaire and the submit beside a bare Flask hello."""
    with tempfile.TemporaryDirectory() as folder, _open_wave(Path(folder)) as (client, codes):
        bare = Client(_hello())
        asked = [_encoded({"code": code, "lang": "en"}) for code in codes]
        ready = [_encoded(_checked(client, code)) for code in codes]
        hello, questionnaire, submit = _per_call(
            lambda _i: bare.get("/"),
            lambda i: client.post("/w/start", **asked[i % len(asked)]),
            lambda _i: client.post("/w/drop", **ready.pop()),
        )
    return [
        Row(work="questionnaire of 30 items, CPU of a hello", measured=questionnaire / hello, bar=2, unit="x"),
        Row(work="submit of a ballot, CPU of a hello", measured=submit / hello, bar=5, unit="x"),
    ]


def sizes() -> list[Row]:
    """Count the bytes of the largest page with everything it fetches, and the requests of a first view."""
    with tempfile.TemporaryDirectory() as folder, _open_wave(Path(folder)) as (client, codes):
        first = client.get("/w/")
        questionnaire = client.post("/w/start", data={"code": codes[0]})
        packing = {"Accept-Encoding": "gzip"}  # as every browser asks
        fetched = {address: len(client.get(address, headers=packing).data) for address in _fetched(first.text)}
        besides = sum(len(client.get(address, headers=packing).data) for address in _fetched(questionnaire.text))
    return [
        Row(work="requests of a first view", measured=1 + len(fetched), bar=3, unit=""),
        Row(
            work="bytes of a first view, of 60 KB",
            measured=(len(first.data) + sum(fetched.values())) / MOST,
            bar=1,
            unit="x",
        ),
        Row(
            work="bytes of the questionnaire with everything, of 60 KB",
            measured=(len(questionnaire.data) + besides) / MOST,
            bar=1,
            unit="x",
        ),
    ]


def _fetched(page: str) -> set[str]:
    """Return what a browser fetches by itself for a page."""
    return set(re.findall(r'<(?:link|script|img)\b[^>]*?(?:href|src)="(/[^"]+)"', page))


def _hello() -> Flask:
    bare = Flask("hello")
    bare.add_url_rule("/", view_func=lambda: "hello")
    return bare


def _per_call(*calls: Callable[[int], object]) -> list[float]:
    """Return CPU seconds of this process a call, of each the median of its batches, after one call to warm up.

    The batches take turns, so that whatever else the machine does meets all of them alike.
    """
    batches: list[list[float]] = [[] for _ in calls]
    for call in calls:
        call(0)
    for start in range(0, ROUNDS, BATCH):
        for call, took in zip(calls, batches, strict=True):
            begin = time.process_time()
            for i in range(start, start + BATCH):
                call(i)
            took.append((time.process_time() - begin) / BATCH)
    return [statistics.median(took) for took in batches]


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
    settings = Settings(home=home, insecure_cookies=True, respond_posts_per_minute=10**6)
    db.upgrade(settings.url)
    opens_at, closes_at = moments.window(date(2026, 1, 12), "America/Toronto")
    clock = db.SetClock(opens_at)
    services = publish.services(settings, clock=clock)
    codes = opened(services, PEOPLE, opens_at=opens_at, closes_at=closes_at)
    clock.set(opens_at + timedelta(hours=1))
    yield Client(app.create_app(settings, clock=clock)), codes


def opened(services: publish.Services, people: int, *, opens_at: datetime, closes_at: datetime) -> list[str]:
    """Open a wave for so many people, half on either side, and return their codes."""
    instrument = shipped("sales-marketing")
    lines = [f"{side},{side}{i}@client.example" for side in ("sales", "marketing") for i in range(-(-people // 2))]
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
        waves.open_(
            session,
            wave,
            instrument=instrument,
            keys=services.keys,
            clock=services.clock,
            operator=services.settings.operator,
        )
        cards = envelopes.cards(session, wave, services.keys)
    return [code for side in cards.values() for code in side][:people]


MEASURES = (pages, sizes)
