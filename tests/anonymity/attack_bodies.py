"""Random bodies posted to the three addresses that take one: what a broken or hostile browser could send (T10, T12).

Belongs here: making them from a seed, and what must be true of every answer. Does not: what a person sees (the browser
tests), files and load (`attack_files`, `attack_load`).
"""

from __future__ import annotations

import html
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote_from_bytes, urlencode

import pytest
from respond_house import House, checked

from assess.web.respond import typed
from assess.web.respond.typed import cleaned

PATHS: Final = ("/w/start", "/w/check", "/w/drop")
KINDS: Final = ("application/x-www-form-urlencoded",) * 8 + (
    "application/x-www-form-urlencoded; charset=utf-16",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/json",
    "text/plain",
    "",
)
PIECES: Final = (
    "Répondre vite",
    "\N{GRINNING FACE}\N{ZERO WIDTH JOINER}\N{SNOWMAN}",
    "\u202eevil\u2066\u200f",
    "a\x00b\x0b\x7f\x9b",
    "<script>evil()</script>",
    "&amp;&#0;&",
    "\r\n\r\n",
    "\t=1+1",
    "e\u0301" * 40,
    "x" * 1_499,
    "x" * 1_501,
    " ",
    "",
)
_RECEIPT: Final = re.compile(r'<p class="code">([0-9a-f]{20})</p>')
_AREA: Final = re.compile(r"<textarea[^>]*name=\"(OQ[12])\"[^>]*>\n(.*?)</textarea>", re.DOTALL)


@dataclass(kw_only=True)
class Found:
    """What was wrong, and what was acknowledged to each code."""

    faults: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)


def storm(house: House, number: int, *, seed: int) -> Found:
    """Post so many random bodies and return what was wrong with the answers."""
    draw, found = random.Random(seed), Found()
    whole = {code: checked(house, code=code) for code in (*house.codes["sales"][:4], *house.codes["marketing"][:4])}
    client = house.client
    for _ in range(number):
        path, code = draw.choice(PATHS), draw.choice(list(whole))
        fields = _fields(draw, whole[code])
        kind = draw.choice(KINDS)
        body = _body(draw, fields)
        response = client.post(path, data=body, content_type=kind)
        found.statuses[response.status_code] = found.statuses.get(response.status_code, 0) + 1
        if response.status_code >= 500:
            found.faults.append(f"{path} {response.status_code}: {body[:200]!r}")
            continue
        text = response.get_data(as_text=True)
        receipt = _RECEIPT.search(text)
        if path == "/w/drop" and response.status_code == 200 and receipt is not None:
            found.receipts[code] = receipt[1]
        if body == urlencode(fields).encode() and kind == KINDS[0]:
            found.lost += _lost(path, fields, text, response.status_code)
    return found


def missing(house: House, found: Found) -> list[str]:
    """Return the codes whose last acknowledged ballot does not lie in the box."""
    lying = {row.receipt for row in house.ballots()}
    return [code for code, receipt in found.receipts.items() if receipt not in lying]


def tripping(house: House, number: int, *, seed: int) -> int:
    """Plant a cleaner that cannot bear a mark of direction; return how many bodies end in a fault."""

    def delicate(text: str) -> str:
        if "\u202e" in text:
            raise UnicodeError("a direction mark")
        return cleaned(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typed, "cleaned", delicate)
        return len(storm(house, number, seed=seed).faults)


def _fields(draw: random.Random, whole: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the fields of a check page, some of them changed, doubled, dropped or invented."""
    fields = [(name, value) for name, value in whole.items() if draw.random() > 0.05]
    for _ in range(draw.choice((0, 0, 1, 1, 2, 5))):
        name = draw.choice((*whole, *("OQ1", "OQ2") * 15, "AL1", "ZZ9", "", "pad", "kiosk", "to", "é", "a" * 300))
        value = draw.choice(
            (*PIECES, "0", "5", "6", "-1", "9" * 400, "fr-CA", "en", "sales-marketing:core:sales", "x:y:z")
        )
        fields.insert(draw.randrange(len(fields) + 1), (name, value))
    return fields


def _body(draw: random.Random, fields: list[tuple[str, str]]) -> bytes:
    encoded = urlencode(fields).encode()
    match draw.randrange(12):
        case 0:
            return draw.randbytes(draw.randrange(2_000))
        case 1:
            return encoded[: draw.randrange(len(encoded) + 1)]
        case 2:
            return encoded + b"&OQ1=" + quote_from_bytes(draw.randbytes(40)).encode()
        case 3:
            return encoded + b"&%ZZ=%&%=&&&;==" + b"&a" * draw.choice((1, 400))
        case 4:
            return encoded + b"&OQ2=%ED%A0%80%FF%FE" + b"x" * draw.choice((1, 50_000, 70_000))
        case _:
            return encoded


def _lost(path: str, fields: list[tuple[str, str]], page: str, status: int) -> list[str]:
    """Return the comments that were sent and do not stand on the page that asks for something to be mended."""
    if path == "/w/start" or status not in (200, 422) or _RECEIPT.search(page):
        return []
    shown = {name: html.unescape(text) for name, text in _AREA.findall(page)}
    lost = []
    for question in ("OQ1", "OQ2"):
        sent = cleaned("\n".join(value for name, value in fields if name == question))
        if sent.strip() and shown.get(question, "") != sent:
            lost.append(f"{path} {question}: {sent[:60]!r}, shown {shown.get(question, '')[:60]!r}")
    return lost
