"""The ten import contracts of design.md section 3: the tree keeps them, and each catches a planted violation."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

# contract: every offence that must break it, as modules and the line added to each
OFFENCES = {
    "1. layers point down": [
        ("instruments/model.py", "import assess.scoring.tally"),
        ("i18n.py", "import assess.instruments.model"),
        ("resources.py", "import assess.settings"),
        ("advice/__init__.py", "import assess.reports.facts"),
        ("surveys/clients.py", "import assess.reports.facts"),
        ("publish.py", "import assess.cli"),
        ("jobs/runner.py", "import assess.web"),
        ("extra.py", '"""A room that is in no layer."""'),
    ],
    "2. the statistics know no web, no database, no renderer": [
        ("scoring/compare.py", "import pandas"),
        ("disclosure/policy.py", "from sqlalchemy import select"),
        ("advice/__init__.py", "import jinja2"),
        ("instruments/model.py", "def later():\n    import weasyprint"),
        ("i18n.py", "from flask import request"),
        ("instruments/words.py", "from wtforms import Form"),
    ],
    "3. reports know no database and no request": [
        ("reports/facts.py", "from sqlalchemy.orm import Session"),
        ("reports/facts.py", "from flask import request"),
        ("reports/facts.py", "import assess.surveys.archive"),
    ],
    "4a. the roster and the box never meet": [
        ("surveys/roster.py", "import assess.surveys.box"),
        ("surveys/box.py", "import assess.surveys.roster"),
        ("surveys/tables.py", "import assess.surveys.roster"),
    ],
    "4b. only surveys.envelopes knows how a code is derived": [
        ("surveys/box.py", "import assess.surveys.codes"),
        ("web/console/__init__.py", "from assess.surveys.codes import personal"),
    ],
    "5. only surveys.count opens ballots": [
        ("web/console/__init__.py", "import assess.surveys.results"),
        ("surveys/waves.py", "from assess.surveys import results"),
    ],
    "6. web.respond and web.console never meet": [
        ("web/console/__init__.py", "import assess.web.respond"),
        ("web/respond/__init__.py", "import assess.web.console"),
        ("web/respond/__init__.py", "import assess.web.shared", "web/shared/__init__.py", "import assess.web.console"),
    ],
    "7. web.respond cannot reach results": [
        ("web/respond/__init__.py", "import assess.publish"),
        ("web/respond/__init__.py", "import assess.surveys.archive"),
        ("web/respond/__init__.py", "import assess.reports.facts"),
        (
            "web/respond/__init__.py",
            "import assess.web.shared",
            "web/shared/__init__.py",
            "import assess.scoring.tally",
        ),
    ],
    "8. flask and wtforms stay in web, app, cli": [
        ("surveys/waves.py", "from flask import g"),
        ("publish.py", "import flask"),
        ("jobs/runner.py", "import wtforms"),
        ("surveys/clients.py", "from flask_security import UserMixin"),
        ("surveys/staff.py", "from flask import request"),
        ("settings.py", "from flask_wtf import FlaskForm"),
    ],
    "9. views import no sqlalchemy and no scoring": [
        ("web/console/__init__.py", "from sqlalchemy import select"),
        ("web/respond/__init__.py", "from sqlalchemy.orm import Session"),
        ("web/console/__init__.py", "import assess.scoring.compare"),
    ],
    "10. no cycles": [
        ("instruments/faults.py", "import assess.instruments.lint"),
        ("scoring/results.py", "import assess.scoring.estimate"),
    ],
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package and its contracts, in a folder where they may be broken."""
    ignored = shutil.ignore_patterns("__pycache__", "_shipped")
    shutil.copytree(REPOSITORY / "assess", tmp_path / "assess", ignore=ignored)
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def broken(folder: Path) -> list[str]:
    """Names of the contracts that `lint-imports` finds broken in a folder."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"}
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    found = dict(re.findall(r"^(\d+\w?\. .+?) (KEPT|BROKEN)(?: \(.*\))?$", run.stdout, re.MULTILINE))
    names = [name for name, state in found.items() if state == "BROKEN"]
    assert set(found) == set(OFFENCES), run.stdout + run.stderr
    assert run.returncode == (1 if names else 0)
    return names


def test_the_tree_keeps_its_contracts(copy: Path) -> None:
    assert broken(copy) == []


@pytest.mark.parametrize("contract", OFFENCES)
def test_each_contract_catches_a_planted_violation(copy: Path, contract: str) -> None:
    missed = []
    for offence in OFFENCES[contract]:
        pairs = list(zip(offence[::2], offence[1::2], strict=True))
        files = {module: (copy / "assess" / module) for module, _ in pairs}
        texts = {path: path.read_text(encoding="utf-8") for path in files.values() if path.exists()}
        for module, line in pairs:
            files[module].write_text(f"{texts.get(files[module], '')}\n{line}\n", encoding="utf-8")
        if contract not in broken(copy):
            missed.append(offence)
        for path in files.values():
            path.unlink()
        for path, text in texts.items():
            path.write_text(text, encoding="utf-8")
    assert missed == []
    assert broken(copy) == [], "the last offence was not taken out again"


def test_the_package_that_is_linted_is_the_copy(copy: Path) -> None:
    """Guards the tests above: an offence in the copy must not be looked for in the repository."""
    command = [sys.executable, "-c", "import assess; print(assess.__file__)"]
    run = subprocess.run(
        command, cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)}, capture_output=True, text=True, check=True
    )
    assert Path(run.stdout.strip()) == copy / "assess" / "__init__.py"
