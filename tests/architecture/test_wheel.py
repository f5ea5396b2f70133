"""design.md section 3: the wheel holds templates, translations and instruments, and works without the repository.

That the installed wheel runs the demo to its reports is shown where the demo is looked at (`tests/e2e`).
"""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import e2e_installed
import pytest

REPOSITORY = e2e_installed.REPOSITORY
FOLDERS = ("templates", "translations", "instruments")

pytestmark = pytest.mark.slow

READ = """
import json
from assess import i18n, resources
from assess.instruments import lint, words
from assess.instruments.load import shipped
instrument = shipped("sales-marketing")
print(json.dumps({
    "folders": [str(resources.folder(name)) for name in ("templates", "translations", "instruments")],
    "fonts": sorted(path.name for path in resources.templates().rglob("*.ttf")),
    "messages": len(i18n.catalogue("fr-CA")),
    "statement": words.filled(instrument, "OU1", "fr-CA", "sales"),
    "faults": [str(fault) for fault in lint.problems(resources.instruments() / "sales-marketing")],
}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return e2e_installed.build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return e2e_installed.install(wheel, tmp_path_factory.mktemp("installed"))


def elsewhere(installed: Path, cwd: Path, *arguments: str) -> str:
    """What a command prints in another folder, in the environment of the installed wheel."""
    run = e2e_installed.run(installed, cwd, *arguments)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_the_wheel_holds_every_shipped_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name.removeprefix("assess/_shipped/") for name in archive.namelist() if "/_shipped/" in name}
    tracked = subprocess.run(["git", "ls-files", *FOLDERS], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert set(tracked.stdout.splitlines()) - packed == set()
    assert {name.split("/")[0] for name in packed} == {*FOLDERS, "attacks.json"}


def test_the_wheel_holds_no_test_and_no_state(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}
        licences = [name for name in archive.namelist() if "/licenses/" in name]
    assert {top for top in tops if not top.endswith(".dist-info")} == {"assess"}
    assert any(name.endswith("LICENSE") for name in licences)
    assert any(name.endswith("OFL.txt") for name in licences)


def test_an_installed_wheel_reads_its_own_copies(installed: Path, tmp_path: Path) -> None:
    read = json.loads(elsewhere(installed, tmp_path, "-c", READ))
    assert read["folders"] == [str(installed / "assess" / "_shipped" / name) for name in FOLDERS]
    assert "SourceSans3-Regular.ttf" in read["fonts"]
    assert read["messages"] > 0
    assert read["statement"].startswith("Dans l’ensemble, comment l’équipe des ventes")
    assert read["faults"] == []


def test_an_installed_wheel_has_its_command(installed: Path, tmp_path: Path) -> None:
    assert (installed / "bin" / "assess").exists()
    assert "Usage:" in elsewhere(installed, tmp_path, "-m", "assess", "--help")
    assert elsewhere(installed, tmp_path, "-m", "assess", "--version").strip().endswith("0.1.0")
