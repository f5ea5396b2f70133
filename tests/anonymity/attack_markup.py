"""What would run or fetch in a page or a file, because somebody typed it (T12).

Belongs here: texts that would like to, and the search for them in what the product makes. Does not: making it. Every
text carries the word `evil`, so that whatever of it has become more than text is recognised.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, Final

import pikepdf

WORD: Final = "evil"
TEXTS: Final = {
    "mixed": "\"'></title></textarea><svg/onload=evil()><script>evil()</script>{{ evil }}",
    "script": "<script>evil()</script>",
    "fetch": "<img src=//evil.example/p.png><link rel=stylesheet href=//evil.example/c.css>",
    "attribute": '"><svg/onload=evil()>',
    "single": "' autofocus onfocus=evil() x='",
    "textarea": "</textarea></form><form action=https://evil.example><button>evil",
    "comment": "--><script>evil()</script><!--",
    "title": "</title></style></script><script>evil()</script>",
    "template": "{{ evil }}{% evil %}${evil}<%= evil %>",
    "url": "javascript:evil()",
    "style": "</style><style>*{background:url(//evil.example/b)}",
    "formula": '=HYPERLINK("//evil.example","evil")',
    "plus": "+evil|' /C calc'!A0",
    "minus": "-evil()",
    "at": "@evil()",
    "tab": "\t=evil()",
    "return": "\r=evil()",
    "bidi": "\u202eevil\u2066\u200f",
    "nul": "evil\x00\x0b\x1b\x9b",
}
STEERING: Final = frozenset("\x00\x0b\x1b\x7f\x9b\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_ADDRESSES: Final = frozenset(
    {"href", "src", "action", "formaction", "srcset", "poster", "data", "ping", "background", "xlink:href", "content"}
)
_NEVER: Final = frozenset({"iframe", "object", "embed", "base", "applet"})
_TELLING: Final = frozenset(
    {"/JavaScript", "/JS", "/Launch", "/SubmitForm", "/ImportData", "/URI", "/GoToR", "/RichMedia"}
)


class _Reader(HTMLParser):
    """Collects what of a page is more than text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.active: list[str] = []
        self._raw = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._raw = tag if tag in {"script", "style"} else ""
        if tag in _NEVER or WORD in tag:
            self.active.append(f"<{tag}>")
        for name, value in attrs:
            said = (value or "").strip().lower()
            if name.startswith("on") or WORD in name:
                self.active.append(f"{tag} {name}")
            elif name in _ADDRESSES and (said.startswith("javascript:") or WORD in said):
                self.active.append(f"{tag} {name}={said}")
            elif name == "style" and WORD in said:
                self.active.append(f"{tag} style")

    def handle_data(self, data: str) -> None:
        if self._raw and WORD in data:
            self.active.append(f"{self._raw}: {data[:40]}")

    def handle_endtag(self, tag: str) -> None:
        self._raw = ""

    def handle_comment(self, data: str) -> None:
        if WORD in data:
            self.active.append("comment")


def in_page(html: str) -> list[str]:
    """Return what of a page would run, fetch, send elsewhere, or steer the text around it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.active + [f"U+{ord(character):04X}" for character in sorted(STEERING & set(html))]


def in_csv(data: bytes) -> list[str]:
    """Return the cells that a spreadsheet would compute; a number is none."""
    rows = csv.reader(io.StringIO(data.decode(), newline=""))
    return [cell for row in rows for cell in row if cell.startswith(FORMULA) and not _number(cell)]


def in_json(data: bytes) -> list[str]:
    """Return what stands in a JSON file raw that only an escape may be."""
    json.loads(data)
    return [f"U+{ord(character):04X}" for character in sorted(STEERING & set(data.decode()))]


def in_text(data: bytes) -> list[str]:
    """Return the characters of a text file that steer a terminal or the text around them."""
    return [f"U+{ord(character):04X}" for character in sorted(STEERING & set(data.decode()))]


def in_pdf(data: bytes) -> list[str]:
    """Return the actions and foreign addresses of a PDF; attachments are read as files of their own kind."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = [key for item in pdf.objects for key in _keys(item) if key in _TELLING]
        for name, attached in pdf.attachments.items():
            found += (in_csv if name.endswith(".csv") else in_json)(attached.get_file().read_bytes())
        return found


def _keys(item: Any) -> Iterator[str]:
    """Yield the keys of an object, and what its action does, if it is one."""
    if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        for key, value in item.items():
            yield key
            if key == "/S":
                yield str(value)
            if isinstance(value, pikepdf.Dictionary) and not value.is_indirect:
                yield from _keys(value)


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
