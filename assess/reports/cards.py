"""Cards: the codes of an open wave on paper, eight nameless cards of 90 x 60 mm a sheet, in both languages (U-84).

Belongs here: the value, its HTML, its PDF by a child process that gets it on standard input. Does not: codes and their
order (`surveys.envelopes`), handing cards out (`web.console`), the sheet on the wall (`poster`). Cards are never
stored, and no code is ever in an argument.

Run as `python -I -m assess.reports.cards PAPER`, the deck as JSON on standard input.
"""

from __future__ import annotations

import io
import json
import logging
import math
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Final, get_args

from assess.i18n import LOCALES, translator
from assess.reports import child, qr, render
from assess.reports.charts import fonts
from assess.reports.qr import QR
from assess.reports.render import LANGUAGES, Paper

A_SHEET: Final = 8
COLUMNS: Final = 2
A_FILE: Final = 32
"""Sheets of one file: half of what a child may compute (R-44). A larger deck is several files."""
AT_ONCE: Final = 2
"""Files drawn at the same time."""
WIDTH_MM: Final = 90
HEIGHT_MM: Final = 60
LONGEST_LINK: Final = 60
"""Characters of a link: the most that a QR code of 33 modules holds at correction M, with two to spare (U-47, U-84)."""
CODE: Final = "XXXX-XXXX-XXXX-XXXX"
"""How long a code is, as it is printed."""
MARKS: Final = (*render.MARKS, "■")
INPUT_LIMIT: Final = 4 * 1024 * 1024
_POINTS: Final = 72 / 25.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """The cards of one side, in the order in which they are printed. `names`: of the side, by language.

    `before`, `after`: sheets of this side in other files of the same deck.
    """

    mark: int
    names: dict[str, str]
    codes: tuple[str, ...] = field(repr=False)
    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deck:
    """Everything that stands on the cards of a wave. `closes`, `promise`: as printed in each language."""

    client: str
    wave: str
    address: str
    closes: dict[str, str]
    promise: dict[str, str]
    opened_on: date
    piles: tuple[Pile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One card and its place on the sheet."""

    code: str = field(repr=False)
    qr: QR
    column: int
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of paper: cards of one side only. `nth` counts the sheets of the side, from 1.

    `names`: of the side, each with its language; `lines`: the same as they stand on a card, on one line if they fit.
    """

    mark: int
    names: tuple[tuple[str, str], ...]
    lines: tuple[tuple[tuple[str, str], ...], ...]
    nth: int
    of: int
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """A language of a bilingual page: its code for readers aloud, its locale, its translator."""

    lang: str
    locale: str
    tr: Callable[..., str]


def page(address: str) -> str:
    """Return the address of the page where a code is typed, without a code."""
    return f"{address}/w/"


def link(address: str, code: str) -> str:
    """Return what a QR code of a card says; too long a link is a `ValueError`."""
    found = f"{page(address)}#{code}"
    if len(found.encode()) > LONGEST_LINK:
        raise ValueError(f"a link of {len(found.encode())} characters does not fit on a card")
    return found


def link_length(address: str) -> int:
    """Return how many characters the link of a card has at this address."""
    return len(f"{page(address)}#{CODE}".encode())


def typed(address: str) -> str:
    """Return the address as one types it: a browser adds the scheme."""
    return page(address).partition("://")[2]


def plain(text: str) -> str:
    """Return typed text on one line, without the characters that nobody sees and that steer how it is read (T12)."""
    return " ".join("".join(c if c.isprintable() else " " * c.isspace() for c in text).split())


def fitted(text: str, size: float, millimetres: float, *, face: fonts.Face = "regular", lines: int = 1) -> list[str]:
    """Return typed text in lines that fit, the last one cut where there is no room: a name never moves what stands by.

    `size` in points.
    """
    return list(fonts.wrap(plain(text), size, millimetres * _POINTS, face=face, lines=lines))


def largest(text: str, millimetres: float, sizes: tuple[float, ...], *, face: fonts.Face = "regular") -> float:
    """Return the first of the sizes, in points, at which a line fits; else the last."""
    room = millimetres * _POINTS
    return next((size for size in sizes if fonts.width(text, size, face) <= room), sizes[-1])


def tongues() -> tuple[Tongue, ...]:
    """Return the languages of a bilingual page, in the order in which they stand on it."""
    return tuple(Tongue(lang=LANGUAGES[each], locale=each, tr=translator(each)) for each in LOCALES)


def named(names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Return a side's names with their languages, a name that both languages share once."""
    shown = {plain(names[each]): LANGUAGES[each] for each in reversed(LOCALES)}
    return tuple((name, shown[name]) for name in dict.fromkeys(plain(names[each]) for each in LOCALES))


def sheets(deck: Deck) -> Iterator[Sheet]:
    """Yield the sheets of a deck; each side begins on a new one, so that piles stay apart."""
    for pile in deck.piles:
        names = named(pile.names)
        short = fonts.width(" · ".join(name for name, _ in names), 10, "bold") <= 34 * _POINTS
        filled = math.ceil(len(pile.codes) / A_SHEET)
        for at in range(filled):
            yield Sheet(
                mark=pile.mark,
                names=names,
                lines=(names,) if short else tuple((each,) for each in names),
                nth=pile.before + at + 1,
                of=pile.before + filled + pile.after,
                cards=tuple(
                    Card(
                        code=code,
                        qr=qr.drawn(link(deck.address, code)),
                        column=place % COLUMNS,
                        row=place // COLUMNS,
                    )
                    for place, code in enumerate(pile.codes[at * A_SHEET : (at + 1) * A_SHEET])
                ),
            )


def html(deck: Deck, paper: Paper) -> str:
    """Return the cards as one HTML document for print."""
    address = typed(deck.address)
    return (
        render.environment()
        .get_template("cards.html")
        .render(
            _=translator(LOCALES[0]),
            tongues=tongues(),
            paper=paper,
            deck=deck,
            sheets=sheets(deck),
            marks=MARKS,
            fitted=fitted,
            address=address,
            address_size=largest(address, 53, (10.5, 9.5, 8.5, 7.5), face="bold"),
        )
    )


def parts(deck: Deck) -> list[Deck]:
    """Return a deck as one for each file: itself, or its piles cut where a file would become too large."""
    if sum(math.ceil(len(pile.codes) / A_SHEET) for pile in deck.piles) <= A_FILE:
        return [deck]
    return [replace(deck, piles=(part,)) for pile in deck.piles for part in _cut(pile)]


def _cut(pile: Pile) -> Iterator[Pile]:
    of = math.ceil(len(pile.codes) / A_SHEET)
    for before in range(0, of, A_FILE):
        codes = pile.codes[before * A_SHEET : (before + A_FILE) * A_SHEET]
        yield replace(pile, codes=codes, before=before, after=max(0, of - before - A_FILE))


def pdfs(deck: Deck, paper: Paper) -> list[bytes]:
    """Return the cards as tagged PDFs, one unless there are very many; nothing of them is left anywhere else."""
    with ThreadPoolExecutor(max_workers=AT_ONCE) as makers:
        return list(makers.map(lambda part: _pdf(part, paper), parts(deck)))


def _pdf(deck: Deck, paper: Paper) -> bytes:
    data = json.dumps(asdict(deck) | {"opened_on": deck.opened_on.isoformat()}).encode()
    return render.apart("assess.reports.cards", (paper,), data, deck.opened_on)


def drawn(page_: str, day: date) -> bytes:
    """Return a page of ours as a finished PDF that no printer should scale; in the child process only."""
    from assess.reports import pdf as drawing
    from assess.reports import tagging

    made = io.BytesIO()
    drawing.laid_out(page_).write_pdf(made, pdf_variant=drawing.VARIANT)
    return tagging.finish(made.getvalue(), attachments=(), at=drawing.midnight(day), unscaled=True)


def paper_of(arguments: list[str]) -> Paper | None:
    """Return the paper that a child was asked for, or None for arguments nobody would send."""
    return next((each for each in get_args(Paper) if [each] == arguments), None)


def main(arguments: list[str]) -> int:
    """Read a deck, write its PDF; return 0, or 2 for arguments nobody would send."""
    child.limit()
    logging.disable(logging.CRITICAL)
    paper = paper_of(arguments)
    if paper is None:
        return 2
    read: dict[str, Any] = json.loads(sys.stdin.buffer.read(INPUT_LIMIT))
    piles = tuple(Pile(**each | {"codes": tuple(each["codes"])}) for each in read["piles"])
    deck = Deck(**read | {"opened_on": date.fromisoformat(read["opened_on"]), "piles": piles})
    sys.stdout.buffer.write(drawn(html(deck, paper), deck.opened_on))
    return 0


if __name__ == "__main__":
    sys.exit(child.guarded(sys.argv[1:], main))
