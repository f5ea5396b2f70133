"""Reads a PDF as paper: pages as a printer would put them, what a phone reads off them, where the ink is.

Belongs here: looking. Nothing of what is read lands in a file.
"""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pikepdf
import zxingcpp

MM = 25.4
DARK = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a decoder found on a page: its text, its corners in millimetres, correction level, modules of a side."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    level: str
    modules: int

    @property
    def module(self) -> float:
        """Millimetres of a module, by the ink between the outer edges of the finder patterns."""
        return (self.right - self.left) / self.modules


def pages(data: bytes, dpi: int = 300) -> list[np.ndarray]:
    """Return the pages of a PDF in greys."""
    done = subprocess.run(["pdftoppm", "-gray", "-r", str(dpi), "-"], input=data, capture_output=True, check=True)
    return list(_greys(done.stdout))


def text(data: bytes) -> list[str]:
    """Return the words of each page."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True)
    return [re.sub(r"[ \n]+", " ", page) for page in done.stdout.decode().split("\f")[:-1]]


def found(page: np.ndarray, dpi: int = 300) -> list[Read]:
    """Return every QR code of a page, by row and column."""
    read = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)
    placed = sorted((_read(page, each, dpi) for each in read), key=lambda each: (round(each.top / 10), each.left))
    assert all(each.text for each in placed)
    return placed


def links(data: bytes) -> list[list[str]]:
    """Return what the QR codes of each page say, in the order in which one reads."""
    return [[each.text for each in found(page)] for page in pages(data)]


def codes(data: bytes) -> list[list[str]]:
    """Return the codes of each sheet of cards."""
    return [[link.partition("#")[2] for link in page] for page in links(data)]


def sizes(data: bytes) -> dict[str, set[float]]:
    """Return the sizes in points of everything that is set in type, by face."""
    used: dict[str, set[float]] = {}
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            faces = {name: str(font.BaseFont).split("+")[1] for name, font in page.resources.Font.items()}
            scales, scale, line, face, size = [], 1.0, 1.0, "", 0.0
            for instruction in pikepdf.parse_content_stream(page):
                operands = list(instruction.operands)
                match str(instruction.operator):
                    case "q":
                        scales.append(scale)
                    case "Q":
                        scale = scales.pop()
                    case "cm":
                        scale *= abs(float(operands[3]))
                    case "Tf":
                        face, size = faces[str(operands[0])], float(operands[1])
                    case "Tm":
                        line = abs(float(operands[3]))
                    case "Tj" | "TJ":
                        used.setdefault(face, set()).add(round(size * scale * line, 2))
    return used


def boxes(box: Any) -> list[Any]:
    """Return everything that WeasyPrint laid out in a box, parts with a place of their own included."""
    return list(box.descendants(placeholders=True))


def texts(box: Any) -> list[Any]:
    """Return every piece of text of a box; none at all means that this looks in the wrong place."""
    found_ = [each for each in boxes(box) if getattr(each, "text", "").strip()]
    assert found_
    return found_


def on_each_other(found_: list[Any]) -> list[tuple[str, str]]:
    """Return the texts that stand on each other; lines touch, and letters reach a little beyond their line."""
    return [
        (one.text, other.text)
        for at, one in enumerate(found_)
        for other in found_[at + 1 :]
        if _shared(one, other, "position_x", "width") > 0.5
        and _shared(one, other, "position_y", "height") > 0.3 * min(one.height, other.height)
    ]


def _shared(one: Any, other: Any, begin: str, length: str) -> float:
    ends = [getattr(each, begin) + getattr(each, length) for each in (one, other)]
    return float(min(ends) - max(getattr(one, begin), getattr(other, begin)))


def _read(page: np.ndarray, each: zxingcpp.Barcode, dpi: int) -> Read:
    corners = each.position
    xs = [corners.top_left.x, corners.bottom_left.x, corners.top_right.x, corners.bottom_right.x]
    ys = [corners.top_left.y, corners.bottom_left.y, corners.top_right.y, corners.bottom_right.y]
    around = 4
    left, top = max(0, min(xs) - around), max(0, min(ys) - around)
    ink = page[top : max(ys) + around, left : max(xs) + around] < DARK
    columns, rows = np.flatnonzero(ink.any(axis=0)), np.flatnonzero(ink.any(axis=1))
    mm = MM / dpi
    return Read(
        text=each.text,
        left=(left + columns[0]) * mm,
        top=(top + rows[0]) * mm,
        right=(left + columns[-1] + 1) * mm,
        bottom=(top + rows[-1] + 1) * mm,
        level=each.ec_level,
        modules=17 + 4 * int(each.extra["Version"]),
    )


def _greys(data: bytes) -> Iterator[np.ndarray]:
    while data:
        head = re.match(rb"P5\n(\d+) (\d+)\n255\n", data)
        assert head is not None
        width, height = int(head[1]), int(head[2])
        yield np.frombuffer(data, np.uint8, width * height, head.end()).reshape(height, width)
        data = data[head.end() + width * height :]
