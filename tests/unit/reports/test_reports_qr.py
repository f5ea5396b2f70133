"""QR codes on paper: the matrix of the standard, as a path (U-84)."""

from __future__ import annotations

import re

import pytest
import segno

from assess.reports import qr


@pytest.mark.parametrize("text", ["A", "https://r.example.org/w/#7K3M-9QXT-2V8D-4HBN", "é" * 40, "7" * 200])
def test_the_path_is_the_code_module_by_module(text: str) -> None:
    """U-84: correction M, a quiet zone of four."""
    made = qr.drawn(text)
    matrix = segno.make(text, error="m", micro=False, boost_error=False).matrix
    oblongs = [tuple(map(int, found)) for found in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-\3", made.path)]
    modules = [(x + right, y + down) for x, y, w, h in oblongs for right in range(w) for down in range(h)]
    assert len(modules) == len(set(modules)), "no module is drawn twice"
    assert set(modules) == {(x + 4, y + 4) for y, row in enumerate(matrix) for x, module in enumerate(row) if module}
    assert "".join(f"M{x} {y}h{w}v{h}h-{w}" for x, y, w, h in oblongs) == made.path
    assert made.side == len(matrix) + 8


def test_a_code_hides_from_whoever_prints_the_value() -> None:
    """A-23: a path can be read back."""
    assert "v1h" not in repr(qr.drawn("secret"))
