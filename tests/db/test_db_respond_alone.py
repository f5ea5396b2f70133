"""The respondent application on a host of its own: one login, no console, no key, every header (A-20, A-21, A-27)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import db_connections
import db_postgres
import pytest
from db_house import House
from sqlalchemy import func, select
from werkzeug.test import Client, TestResponse

from assess.instruments.load import shipped
from assess.settings import DatabaseRole, Settings, SettingsError
from assess.surveys import tenancy
from assess.surveys.tables import BoxRow, Wave
from assess.web.respond import alone
from assess.web.shared import headers

INSTRUMENT = shipped("sales-marketing")
SHEET = "sales-marketing:core:sales"
FOREIGN = ("assess.app", "assess.publish", "assess.cli", "assess.jobs", "assess.scoring", "assess.reports")
FOREIGN_TOO = ("assess.advice", "assess.web.console", "assess.surveys.archive", "assess.surveys.results")
OTHERS = ("flask_security", "numpy", "scipy", "weasyprint")


def only(house: House) -> Settings:
    """Return settings that hold the login of `respond` and nothing else."""
    url = house.engine_of(DatabaseRole.RESPOND).url.render_as_string(hide_password=False)
    return Settings(home=Path("/nowhere"), database_url_respond=url, operator="Larch & Vale")


@pytest.fixture
def opened(postgresql: House) -> Iterator[tuple[House, str]]:
    """An open wave on a PostgreSQL that may serve, and a code of it."""
    postgresql.instrument = INSTRUMENT
    wave = postgresql.opened(form="core")
    with db_postgres.durable(), db_connections.given_back():
        yield postgresql, postgresql.codes(wave)["sales"][0]


def test_with_the_login_of_respond_alone_a_person_answers_from_code_to_receipt(opened: tuple[House, str]) -> None:
    """A-27: no other address is set, and there is no key folder on this host."""
    house, code = opened
    client = Client(alone.create(only(house), clock=house.clock))
    answers = dict.fromkeys(INSTRUMENT.closed("core"), "4")
    assert client.get("/").location == "/w/"
    assert client.get("/w/").status_code == 200
    assert client.post("/w/start", data={"code": code}).status_code == 200
    assert client.post("/w/check", data={"code": code, "sheet": SHEET, **answers}).status_code == 200
    sent = {"code": code, "sheet": SHEET, "try": "ab" * 16, **answers}
    received = client.post("/w/drop", data=sent)
    with house.sessions() as session:
        receipt = session.scalars(select(BoxRow.receipt)).one()
    assert received.status_code == 200
    assert receipt in received.text
    assert receipt in client.post("/w/start", data={"code": code}).text
    assert receipt in client.post("/w/drop", data=sent).text
    about = client.get(f"/w/about/{wave_of(house)}")
    assert about.status_code == 200
    assert "Acme" in about.text
    with house.sessions() as session:
        assert session.scalar(select(func.count()).select_from(BoxRow)) == 1


def wave_of(house: House) -> str:
    with tenancy.guarded(house.engine_of(DatabaseRole.COUNT), tenancy.EVERYBODY)() as session:
        return session.scalars(select(Wave.wave_id)).one().hex()


def test_settings_of_such_a_host_serve_nothing_else(opened: tuple[House, str]) -> None:
    """A-27: no other role is guessed from the one that is there."""
    settings = only(opened[0])
    for role in (DatabaseRole.APP, DatabaseRole.COUNT, DatabaseRole.OWNER):
        with pytest.raises(SettingsError, match="ASSESS_DATABASE_URL_RESPOND is set, but the database is SQLite"):
            settings.url_of(role)


def test_it_loads_no_console_no_publishing_and_no_statistics() -> None:
    """design.md 3: what is not loaded cannot be reached by whoever breaks in."""
    program = "import json, sys\nimport assess.web.respond.alone\nprint(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout)
    foreign = (*FOREIGN, *FOREIGN_TOO, *OTHERS)
    assert [name for name in loaded if name.startswith(foreign)] == []
    assert "assess.web.respond.application" in loaded


def test_every_answer_has_the_headers_and_no_cookie(opened: tuple[House, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A-20, A-21: pages, files, refusals, limits and faults, whatever the method."""
    house, code = opened
    client = Client(alone.create(only(house).model_copy(update={"respond_posts_per_minute": 4}), clock=house.clock))
    seen: dict[int | str, TestResponse] = {
        "entrance": client.get("/"),
        200: client.get("/w/"),
        "css": client.get("/w/static/respond.css"),
        "js": client.get("/w/static/respond.js"),
        "head": client.head("/w/"),
        "options": client.options("/w/start"),
        404: client.get("/w/nothing"),
        "outside": client.get("/console/"),
        405: client.get("/w/drop"),
        413: client.post("/w/check", data={"code": code, "OQ1": "x" * 70_000}),
        "moved": client.get("/w"),
    }
    with monkeypatch.context() as broken:
        broken.setattr("assess.web.respond.lookup.look", failing)
        seen[503] = client.post("/w/start", data={"code": code})
        broken.setattr("assess.web.respond.pages.code", failing)
        seen[500] = client.post("/w/start", data={"code": code})
    client.post("/w/start", data={"code": code})
    seen[429] = client.post("/w/start", data={"code": code})
    for name, response in seen.items():
        if isinstance(name, int):
            assert response.status_code == name
        for header, value in headers.HEADERS.items():
            assert response.headers.getlist(header) == [value], (name, header)
        assert "Set-Cookie" not in response.headers, name
        assert "ETag" not in response.headers, name
    assert seen["options"].status_code == 200
    assert seen["outside"].status_code == 404


def failing(*_: object, **__: object) -> None:
    raise RuntimeError("planted")
