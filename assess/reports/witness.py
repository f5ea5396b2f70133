"""The witness's sheet: what a witness is asked to do, the code, and the halves of the keys, on paper once (A-09).

Belongs here: the value, its HTML, its PDF by a child process that gets it on standard input. Does not: what the code
opens (`surveys.shares`), handing the sheet out (`web.console`). The sheet is never stored, and never in an argument.

Run as `python -I -m assess.reports.witness LOCALE PAPER`, the sheet as JSON on standard input.
"""

from __future__ import annotations

import io
import json
import logging
import sys
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final, get_args

from assess.i18n import translator
from assess.reports import child, qr, render
from assess.reports.qr import QR
from assess.reports.render import LANGUAGES, Paper

INPUT_LIMIT: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What stands on the sheet. `closes`: as printed in each language; code and halves in groups, as they are typed."""

    client: str
    wave: str
    witness: str
    operator: str
    always: bool
    closes: dict[str, str]
    prereg: str
    opened_on: date
    code: str = field(repr=False)
    box: str = field(repr=False)
    results: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A text in groups, numbered so that a fault can be found, and its QR code."""

    groups: tuple[str, ...] = field(repr=False)
    qr: QR


def html(sheet: Sheet, locale: str, paper: Paper) -> str:
    """Return the sheet as one HTML document for print."""
    return (
        render.environment()
        .get_template("witness.html")
        .render(
            _=translator(locale),
            lang=LANGUAGES[locale],
            paper=paper,
            sheet=sheet,
            closes=sheet.closes[locale],
            code=printed(sheet.code),
            halves=(("box", printed(sheet.box)), ("results", printed(sheet.results))),
        )
    )


def pdf(sheet: Sheet, locale: str, paper: Paper) -> bytes:
    """Return the sheet as a tagged PDF; nothing of it is left anywhere but in what is returned."""
    data = json.dumps(asdict(sheet) | {"opened_on": sheet.opened_on.isoformat()}).encode()
    return render.apart("assess.reports.witness", (locale, paper), data, sheet.opened_on)


def printed(text: str) -> Printed:
    """Return a text in groups with its QR code."""
    return Printed(groups=tuple(text.split("-")), qr=qr.drawn(text))


def main(arguments: list[str]) -> int:
    """Read a sheet, write its PDF; return 0, or 2 for arguments nobody would send."""
    child.limit()
    logging.disable(logging.CRITICAL)
    from assess.reports import pdf as drawing
    from assess.reports import tagging

    locale, asked = arguments
    paper = next((each for each in get_args(Paper) if each == asked), None)
    if locale not in LANGUAGES or paper is None:
        return 2
    read: dict[str, Any] = json.loads(sys.stdin.buffer.read(INPUT_LIMIT))
    sheet = Sheet(**read | {"opened_on": date.fromisoformat(read["opened_on"])})
    drawn = io.BytesIO()
    drawing.laid_out(html(sheet, locale, paper)).write_pdf(drawn, pdf_variant=drawing.VARIANT)
    sys.stdout.buffer.write(tagging.finish(drawn.getvalue(), attachments=(), at=drawing.midnight(sheet.opened_on)))
    return 0


if __name__ == "__main__":
    sys.exit(child.guarded(sys.argv[1:], main))
