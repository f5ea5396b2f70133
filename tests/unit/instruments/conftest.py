"""A small instrument folder that has no fault, copied so that a test may break it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

TINY = Path(__file__).parent / "tiny"


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A copy of the shipped instrument."""
    source = Path(__file__).resolve().parents[3] / "instruments" / "sales-marketing"
    return Path(shutil.copytree(source, tmp_path / "sales-marketing"))
