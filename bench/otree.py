"""A survey of one page with thirty fields in oTree 6.0, in its production mode, on SQLite as it comes.

Belongs here: making the project, serving it, what a respondent sends. Does not: our own server, the client (`load`).
oTree keeps its SQLite in memory and writes it to disk when it ends, so that its figure holds no commit at all.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from bench.load import Ask

FOLDER: Final = Path(__file__).resolve().parents[1] / ".otree"
HOW: Final = "oTree is not here: ./bench/otree.sh makes its environment; its rows are skipped"
FIELDS: Final = 30
SETTINGS: Final = """
SESSION_CONFIGS = [dict(name="thirty", app_sequence=["thirty"], num_demo_participants=1)]
SESSION_CONFIG_DEFAULTS = dict(real_world_currency_per_point=1.0, participation_fee=0.0, doc="")
PARTICIPANT_FIELDS = []
SESSION_FIELDS = []
LANGUAGE_CODE = "en"
REAL_WORLD_CURRENCY_CODE = "USD"
USE_POINTS = False
ADMIN_USERNAME = "admin"
ADMIN_PASSWORD = "bench"
DEMO_PAGE_INTRO_HTML = ""
SECRET_KEY = "bench"
"""
APPLICATION: Final = f"""
from otree.api import BaseConstants, BaseGroup, BasePlayer, BaseSubsession, Page, models, widgets

class C(BaseConstants):
    NAME_IN_URL = "thirty"
    PLAYERS_PER_GROUP = None
    NUM_ROUNDS = 1

class Subsession(BaseSubsession):
    pass

class Group(BaseGroup):
    pass

class Player(BasePlayer):
    pass

for number in range({FIELDS}):
    field = models.IntegerField(choices=[1, 2, 3, 4, 5, 0], widget=widgets.RadioSelect)
    setattr(Player, f"q{{number}}", field)

class Ask(Page):
    form_model = "player"
    form_fields = [f"q{{number}}" for number in range({FIELDS})]

page_sequence = [Ask]
"""
TEMPLATE: Final = """
{{ block title }}Thirty{{ endblock }}
{{ block content }}
{{ formfields }}
{{ next_button }}
{{ endblock }}
"""


@contextmanager
def served(home: Path, people: int) -> Iterator[tuple[int, list[str]]]:
    """Serve a session for so many people; yield its port and their codes."""
    for name, text in {
        "settings.py": SETTINGS,
        "thirty/__init__.py": APPLICATION,
        "thirty/Ask.html": TEMPLATE,
        "_static/none.txt": "",
        "_templates/none.txt": "",
    }.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, encoding="utf-8")
    path = f"{FOLDER / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "OTREE_PRODUCTION": "1", "PATH": path}
    for command in (["resetdb", "--noinput"], ["create_session", "thirty", str(people)]):
        subprocess.run(["otree", *command], cwd=home, env=environment, check=True, capture_output=True)
    with contextlib.closing(sqlite3.connect(home / "db.sqlite3")) as connection:
        codes = [row[0] for row in connection.execute("SELECT code FROM otree_participant")]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            ["otree", "prodserver1of2", f"127.0.0.1:{port}"],
            cwd=home,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            _wait(port)
            yield port, codes
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)


def visit(code: str) -> list[Ask]:
    """Return what a respondent sends: the start link, the page, the thirty answers."""
    return [
        Ask(method="GET", path=f"/InitializeParticipant/{code}", status=307),
        Ask(method="GET", path=f"/p/{code}/thirty/Ask/1"),
        submit(code),
    ]


def submit(code: str) -> Ask:
    """Return the thirty answers as a browser sends them."""
    answers = urlencode({f"q{number}": "4" for number in range(FIELDS)})
    return Ask(method="POST", path=f"/p/{code}/thirty/Ask/1", body=answers, status=302)


def _wait(port: int) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError("oTree does not answer")
