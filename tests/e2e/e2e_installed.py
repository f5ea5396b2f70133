"""A wheel of this repository, installed where the repository cannot be seen: what a stranger has.

Belongs here: building, installing and running it. Does not: what it must hold (`test_wheel`) or do (`test_e2e_demo`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def build(folder: Path) -> Path:
    """Build the wheel without a network: the build backend is a test dependency."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    (built,) = folder.glob("*.whl")
    return built


def install(wheel: Path, environment: Path) -> Path:
    """Return the site-packages of an environment that holds the wheel, sees our dependencies, and no repository."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    (packages,) = environment.glob("lib/python3*/site-packages")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(packages)]
    run = subprocess.run([*pip, str(wheel)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    # A path in a .pth file is searched, but its own .pth files are not read: the editable install stays out.
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    return packages


def run(packages: Path, cwd: Path, *arguments: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python with the installed wheel in another folder."""
    return subprocess.run(
        [str(packages.parents[2] / "bin" / "python"), *arguments],
        cwd=cwd,
        env={**os.environ, "ASSESS_HOME": str(home or cwd / "var")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
