"""design.md section 3: the wheel holds templates, translations and instruments, and works without the repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
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
    """A wheel built without a network: the build backend is a test dependency."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site-packages of an environment that holds the wheel, sees our dependencies, and not the repository."""
    environment = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    (packages,) = environment.glob("lib/python3*/site-packages")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(packages)]
    run = subprocess.run([*pip, str(wheel)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    # A path in a .pth file is searched, but its own .pth files are not read: the editable install stays out.
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    return packages


def elsewhere(installed: Path, cwd: Path, *arguments: str) -> str:
    """What a command prints in another folder, in the environment of the installed wheel."""
    environment = {**os.environ, "ASSESS_HOME": str(cwd / "var")}
    command = [str(installed.parents[2] / "bin" / "python"), *arguments]
    run = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_the_wheel_holds_every_shipped_file(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name.removeprefix("assess/_shipped/") for name in archive.namelist() if "/_shipped/" in name}
    tracked = subprocess.run(["git", "ls-files", *FOLDERS], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert set(tracked.stdout.splitlines()) - packed == set()
    assert {name.split("/")[0] for name in packed} == set(FOLDERS)


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


def test_an_installed_wheel_runs_the_demo_to_its_reports(installed: Path, tmp_path: Path) -> None:
    printed = elsewhere(installed, tmp_path, "-m", "assess", "demo", "--no-serve")
    for name in ("report.en.pdf", "report.fr-CA.pdf"):
        report = tmp_path / "var" / "demo" / name
        assert str(report.relative_to(tmp_path)) in printed
        assert report.read_bytes().startswith(b"%PDF-")
