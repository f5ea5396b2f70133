"""The two files that the pages fetch, made ready once: the style sheet and the script (U-23, A-20).

Belongs here: reading, joining with the rules of U-12, packing. Does not: what they do (`templates/respond`).
"""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Flask, Response, request

from assess import resources
from assess.i18n import LOCALES, number, translator
from assess.surveys.ballots import LONGEST_COMMENT

STYLE: Final = "respond.css"
SCRIPT: Final = "respond.js"
_KINDS: Final = {STYLE: "text/css; charset=utf-8", SCRIPT: "text/javascript; charset=utf-8"}
_INDENT: Final = re.compile(r"^[ ]*(?://.*)?\n?", re.MULTILINE)
"""Indents, and lines that are comments: nobody's phone needs them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file as it is sent: as it stands, and packed. It holds nothing of anybody, so packing it tells nothing."""

    kind: str
    plain: bytes
    packed: bytes


def ready(name: str) -> File:
    """Return a file as it is sent."""
    text = (Path(resources.templates()) / "respond" / name).read_text(encoding="utf-8")
    if name == SCRIPT:
        text = _script(text)
    plain = text.encode()
    return File(kind=_KINDS[name], plain=plain, packed=gzip.compress(plain, mtime=0))


def add(app: Flask, prefix: str) -> None:
    """Serve both from memory, without the ETag and the dates that a file server adds."""
    for name in _KINDS:
        file = ready(name)
        app.add_url_rule(f"{prefix}static/{name}", f"file:{name}", lambda file=file: _response(file))


def _script(text: str) -> str:
    """Return the script with what it shares with the server: the rules of the hints, and its words in each language."""
    rules = json.loads((Path(resources.templates()) / "hints.json").read_text(encoding="utf-8"))
    for name, value in {"HINTS": rules, "WORDS": {locale: words(locale) for locale in LOCALES}}.items():
        place = f"const {name} = null;"
        if place not in text:
            raise ValueError(f"{SCRIPT} has no place for {name}: {place!r}")
        told = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        text = text.replace(place, f"const {name} = {told};")
    return _INDENT.sub("", text)


def words(locale: str) -> dict[str, str]:
    """Return what the script says, by the names it has there (M6, M7, M8, U-12, U-14)."""
    _ = translator(locale)
    return {
        "found": _("Answers kept on this device were found."),
        "continue": _("Continue"),
        "erase": _("Erase"),
        "waiting": _(
            "Not yet received: you seem to be offline. Your answers are kept here, encrypted, and will be sent. Leave "
            "this page open."
        ),
        "waitingOpen": _(
            "Not yet received: you seem to be offline. Leave this page open: your answers are on it, nowhere else, and "
            "will be sent."
        ),
        "waitingKiosk": _("Not received: this device seems to be offline. Nothing is kept on it."),
        "away": _("You seem to be offline. What you typed is still here."),
        "unsure": _("We do not know yet whether this was received. Try now: it is never counted twice."),
        "long": _(
            "Nothing was sent: this is too long to be received. A comment may have {limit} characters.",
            limit=number(LONGEST_COMMENT, locale),
        ),
        "kept": _("Answers are kept on this device. The code they were typed with brings them back."),
        "again": _("Try now"),
        "slow": _("One moment…"),
        "name": _("This may name someone. Change it?"),
        "idle": _("Still there?"),
        "wiped": _("If nobody presses “Continue”, this page is wiped in 30 seconds."),
        "unsent": _("What is not sent is gone then."),
    }


def _response(file: File) -> Response:
    packed = request.accept_encodings["gzip"] > 0
    response = Response(file.packed if packed else file.plain, content_type=file.kind)
    response.headers["Vary"] = "Accept-Encoding"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response
