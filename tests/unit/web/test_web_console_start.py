"""The application: what is mounted where, its key, what a start does not import (A-20, stack.md section 5)."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from web_console_office import ROBIN, office
from werkzeug.test import Client

from assess import app
from assess.settings import Settings


def test_the_bare_address_leads_to_the_questionnaire(tmp_path: Path) -> None:
    browser = Client(office(tmp_path).app())
    response = browser.get("/")
    assert (response.status_code, response.headers["Location"]) == (302, "/w/")
    assert browser.get("/w/").status_code == 200
    assert browser.get("/nothing").status_code == 404
    assert browser.get("/console").headers["Location"] == "/console/sign-in"


def test_the_two_planes_share_no_address(tmp_path: Path) -> None:
    """A-20: the console does not answer under /w, nor the respondent plane under /console."""
    browser = office(tmp_path).visitor(ROBIN).browser
    assert browser.get("/w/clients/new").status_code == 404
    assert browser.get("/clients/new").status_code == 404
    assert browser.get("/console/w/").status_code == 404


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "var")
    key = app.secret_key(settings)
    file = tmp_path / "var" / "secret_key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(key) == 64
    assert app.secret_key(settings) == key
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"]


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "var")
    with ThreadPoolExecutor(max_workers=8) as threads:
        assert len(set(threads.map(lambda _i: app.secret_key(settings), range(16)))) == 1


def test_a_key_of_the_settings_is_used_and_not_written(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "var", secret_key="from the settings")  # type: ignore[arg-type]
    assert app.secret_key(settings) == "from the settings"
    assert not (tmp_path / "var").exists()


def test_a_web_process_starts_without_the_statistics_and_the_renderer(tmp_path: Path) -> None:
    """stack.md section 5: no scipy.stats, no weasyprint at start."""
    code = f"""
import sys
from pathlib import Path
from assess.app import create_app
from assess.settings import Settings
create_app(Settings(home=Path({str(tmp_path)!r})))
print(sorted({{"flask", "scipy.stats", "weasyprint", "fontTools", "pandas"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "['flask']"
