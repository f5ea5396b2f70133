"""The poster: what the survey is, until when and how to take part, on one page without any code (U-84).

Belongs here: the value, its HTML, its PDF by a child process. Does not: the cards (`cards`), whose people get no
invitation and no reminder, so that this page is all they are told beforehand.

Run as `python -I -m assess.reports.poster PAPER`, the poster as JSON on standard input.
"""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from assess.i18n import LOCALES, translator
from assess.reports import cards, child, qr, render
from assess.reports.render import Paper

INPUT_LIMIT: Final = 64 * 1024
KIOSK: Final = "?kiosk=1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """Everything that stands on the poster of a wave. Dictionaries: as printed in each language."""

    client: str
    wave: str
    address: str
    contact: str
    minutes: int
    opens: dict[str, str]
    closes: dict[str, str]
    promise: dict[str, str]
    opened_on: date
    sides: tuple[dict[str, str], ...]


def html(poster: Poster, paper: Paper) -> str:
    """Return the poster as one HTML document for print."""
    address = cards.typed(poster.address)
    return (
        render.environment()
        .get_template("poster.html")
        .render(
            _=translator(LOCALES[0]),
            tongues=cards.tongues(),
            paper=paper,
            poster=poster,
            sides=[cards.named(each) for each in poster.sides],
            marks=cards.MARKS,
            fitted=cards.fitted,
            plain=cards.plain,
            address=address,
            kiosk=address + KIOSK,
            address_size=cards.largest(address, 118, (26, 22, 19, 16), face="bold"),
            qr=qr.drawn(cards.page(poster.address)),
        )
    )


def pdf(poster: Poster, paper: Paper) -> bytes:
    """Return the poster as a tagged PDF of one page."""
    data = json.dumps(asdict(poster) | {"opened_on": poster.opened_on.isoformat()}).encode()
    return render.apart("assess.reports.poster", (paper,), data, poster.opened_on)


def main(arguments: list[str]) -> int:
    """Read a poster, write its PDF; return 0, or 2 for arguments nobody would send."""
    child.limit()
    logging.disable(logging.CRITICAL)
    paper = cards.paper_of(arguments)
    if paper is None:
        return 2
    read: dict[str, Any] = json.loads(sys.stdin.buffer.read(INPUT_LIMIT))
    poster = Poster(**read | {"opened_on": date.fromisoformat(read["opened_on"]), "sides": tuple(read["sides"])})
    sys.stdout.buffer.write(cards.drawn(html(poster, paper), poster.opened_on))
    return 0


if __name__ == "__main__":
    sys.exit(child.guarded(sys.argv[1:], main))
