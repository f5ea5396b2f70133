"""An open wave on a real SQLite file, the respondent application, and a reader of its pages: what these tests share."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from assess.instruments.load import shipped
from assess.surveys import clients, db, envelopes, moments, roster, waves
from assess.surveys.keys import FileKeys
from assess.surveys.tables import BoxRow, SpentRow, Wave
from assess.web.respond import create_respond_app
from assess.web.shared import faults

ZONE = "America/Toronto"
OPERATOR = "Larch & Vale"
CONTACT = "camille@client.example"
PEOPLE = 12
LOCALES = ("en", "fr-CA")


@dataclass(kw_only=True)
class House:
    """A wave of a form, its application, and what one needs to look behind it."""

    app: Flask
    sessions: sessionmaker[Session]
    clock: db.SetClock
    wave: Wave
    codes: Mapping[str, list[str]]
    log: io.StringIO
    folder: Path

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    @property
    def code(self) -> str:
        return self.codes["sales"][0]

    def emptied(self) -> House:
        """Take every ballot out again and wind the clock back, for the next test."""
        with self.sessions.begin() as session:
            session.execute(delete(BoxRow))
            session.execute(delete(SpentRow))
        self.clock.set(self.wave.opens_at + timedelta(hours=1))
        self.log.seek(0)
        self.log.truncate()
        return self

    def ballots(self) -> list[BoxRow]:
        with self.sessions() as session:
            return list(session.scalars(select(BoxRow)))

    def spent(self) -> int:
        with self.sessions() as session:
            return session.scalar(select(func.count()).select_from(SpentRow)) or 0


def prepare(folder: Path, form: str = "core", *, people: int = PEOPLE) -> None:
    """Make a database with one open wave, once; `opened` takes it from there."""
    url = f"sqlite:///{folder / 'assess.db'}"
    db.upgrade(url)
    engine = db.engine(url)
    instrument = shipped("sales-marketing")
    opens_at, closes_at = moments.window(date(2026, 1, 12), ZONE)
    keys = FileKeys(folder / "keys")
    people_lines = [f"{side},{side}{n}@client.example" for side in ("sales", "marketing") for n in range(people)]
    sides = [roster.RosterSide(code=side.code, labels=()) for side in instrument.sides]
    with db.sessions(engine).begin() as session:
        client = clients.create(session, name="Northwind Tools", zone=ZONE, country="CA")
        wave = waves.draft(
            session,
            client,
            instrument=instrument,
            form=form,
            label="Winter 2026",
            opens_at=opens_at,
            closes_at=closes_at,
            contact=CONTACT,
        )
        roster.replace(session, wave, roster.parse("\n".join(["side,email", *people_lines]), sides=sides))
        clock = db.SetClock(opens_at)
        waves.open_(session, wave, instrument=instrument, keys=keys, clock=clock, operator=OPERATOR)
    engine.dispose()


@contextmanager
def opened(prepared: Path, folder: Path) -> Iterator[House]:
    """Copy a prepared wave and open its application, an hour after the survey opened."""
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
    engine = db.engine(f"sqlite:///{folder / 'assess.db'}")
    sessions = db.sessions(engine)
    with sessions() as session:
        wave = session.scalars(select(Wave)).one()
        codes = envelopes.cards(session, wave, FileKeys(folder / "keys"))
    clock = db.SetClock(wave.opens_at + timedelta(hours=1))
    log = io.StringIO()
    app = create_respond_app(
        sessions=sessions,
        clock=clock,
        instruments=shipped,
        operator=OPERATOR,
        posts_per_minute=10**6,
        log=faults.logger(log),
    )
    yield House(app=app, sessions=sessions, clock=clock, wave=wave, codes=codes, log=log, folder=folder)
    engine.dispose()


@dataclass
class PageForm:
    """A form: where it goes, what it would send as it stands, and its buttons."""

    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)
    radios: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """A page as a browser without script has it: title, visible text, forms, every tag with its attributes."""

    VOID = frozenset({"input", "link", "meta"})

    def __init__(self, response: TestResponse) -> None:
        super().__init__(convert_charrefs=True)
        self.status = response.status_code
        self.html = response.get_data(as_text=True)
        self.title = ""
        self.text = ""
        self.form = PageForm()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self._area: str | None = None
        self.feed(self.html)
        self.close()
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append((tag, values))
        if tag not in self.VOID:
            self.open.append(tag)
        match tag:
            case "form":
                self.form.action = values.get("action", "")
            case "input" if values.get("type") == "radio":
                self.form.radios.setdefault(values["name"], []).append(values["value"])
                if "checked" in values:
                    self.form.fields[values["name"]] = values["value"]
            case "input":
                self.form.fields[values["name"]] = values.get("value", "")
                if values.get("type") == "hidden":
                    self.form.hidden[values["name"]] = values.get("value", "")
            case "textarea":
                self._area = values["name"]
                self.form.fields[self._area] = ""
            case "button":
                self.form.buttons.append(values)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes something else"
        if tag == "textarea" and self._area is not None:
            # As a browser does: the newline after the tag is the writer's, not the text's.
            self.form.fields[self._area] = self.form.fields[self._area].removeprefix("\n")
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.form.fields[self._area] += data
        elif "title" in self.open:
            self.title += data
        elif "style" not in self.open and "script" not in self.open:
            self.text += data + " "

    def ids(self) -> list[str]:
        return [values["id"] for _, values in self.tags if "id" in values]

    def attributes(self, tag: str) -> list[dict[str, str]]:
        return [values for name, values in self.tags if name == tag]


def questions(house: House, locale: str = "en", *, code: str | None = None) -> Page:
    """Type a code and return E1 and E2."""
    return post(house, "/w/start", {"code": code or house.code, "lang": locale})


def answered(house: House, locale: str = "en", *, code: str | None = None, **changed: str) -> dict[str, str]:
    """Return what a browser sends of a questionnaire with every statement answered by 4."""
    form = questions(house, locale, code=code).form
    return form.fields | dict.fromkeys(form.radios, "4") | changed


def checked(house: House, locale: str = "en", *, code: str | None = None, **changed: str) -> dict[str, str]:
    """Return what a browser sends of the check page."""
    page = post(house, "/w/check", answered(house, locale, code=code, **changed))
    assert page.status == 200
    assert page.form.action == "/w/drop"
    return page.form.fields


def post(house: House, path: str, fields: Mapping[str, str]) -> Page:
    return Page(house.client.post(path, data=fields))


def unpadded(html: str) -> str:
    return re.sub(r"<!--\.*-->$", "", html)
