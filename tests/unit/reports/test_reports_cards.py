"""Cards on paper: 90 x 60 mm, eight a sheet, read back with a decoder of QR codes; nothing of them is left (U-84)."""

from __future__ import annotations

import io
import json
import os
import re
import secrets
import subprocess
import sys
from dataclasses import asdict, replace
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path

import attack_markup
import numpy as np
import pikepdf
import pytest
import reports_paper

from assess.disclosure.policy import Policy
from assess.i18n import LOCALES
from assess.reports import cards, pdf, render, tagging
from assess.reports.cards import Deck, Pile
from assess.surveys import codes, promise
from assess.surveys.states import KeyMode

PAPERS = render.PAPERS
SIZES = {"letter": (215.9, 279.4), "a4": (210.0, 297.0)}
ADDRESS = "https://r.example.org"
LONGEST = "https://" + "r" * 24 + ".test"
ZONE = "America/Argentina/ComodRivadavia"
FACES = {"Source-Sans-3,", "Source-Sans-3-Bold", "Source-Code-Pro-Bold"}


def drawn_codes(n: int) -> tuple[str, ...]:
    return tuple(codes.printed(secrets.token_bytes(10)) for _ in range(n))


def deck(first: int = 11, second: int = 3, **changed: object) -> Deck:
    made = Deck(
        client="Northbeam Instruments",
        wave="2026-01",
        address=ADDRESS,
        closes={
            "en": "January 23, 2026, 23:59 (America/Toronto)",
            "fr-CA": "23 janvier 2026 à 23 h 59 (America/Toronto)",
        },
        promise={each: promise.short(KeyMode.SERVICE, each) for each in LOCALES},
        opened_on=date(2026, 1, 12),
        piles=(
            Pile(mark=0, names={"en": "Sales", "fr-CA": "Ventes"}, codes=drawn_codes(first)),
            Pile(mark=1, names={"en": "Marketing", "fr-CA": "Marketing"}, codes=drawn_codes(second)),
        ),
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def largest() -> Deck:
    """The longest that may be typed everywhere: 200 characters of a client, 80 of a wave, the longest link and zone."""
    closes = {"en": f"September 23, 2026, 23:59 ({ZONE})", "fr-CA": f"23 septembre 2026 à 23 h 59 ({ZONE})"}
    usual = deck(8, 8)
    names = {"en": "W" * 200, "fr-CA": "É " * 100}
    return replace(
        usual,
        client="Wm" * 100,
        wave="W" * 80,
        address=LONGEST,
        closes=closes,
        piles=(replace(usual.piles[0], names=names), usual.piles[1]),
    )


@cache
def printed(paper: render.Paper) -> tuple[Deck, bytes]:
    made = deck()
    (data,) = cards.pdfs(made, paper)
    return made, data


@cache
def longest(paper: render.Paper) -> tuple[Deck, bytes]:
    made = largest()
    (data,) = cards.pdfs(made, paper)
    return made, data


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def all_codes(made: Deck) -> list[str]:
    return [code for pile in made.piles for code in pile.codes]


@pytest.mark.parametrize("paper", PAPERS)
def test_every_qr_code_holds_the_link_of_its_card_and_each_card_has_one(paper: render.Paper) -> None:
    """U-84: decoded from the printed page, in the order of the deck, none missing, none twice; correction M."""
    made, data = printed(paper)
    found = [reports_paper.found(page) for page in reports_paper.pages(data)]
    assert [len(page) for page in found] == [8, 3, 3]
    assert [each.text for page in found for each in page] == [f"{ADDRESS}/w/#{code}" for code in all_codes(made)]
    assert {each.level for page in found for each in page} == {"M"}


@pytest.mark.parametrize("paper", PAPERS)
def test_the_longest_link_is_still_read_and_its_modules_are_half_a_millimetre(paper: render.Paper) -> None:
    """U-84: 60 characters, the most that is allowed; measured by the ink, and white for four modules around."""
    made, data = longest(paper)
    (page, _) = reports_paper.pages(data, dpi=600)
    found = reports_paper.found(page, dpi=600)
    assert [each.text for each in found] == [cards.link(LONGEST, code) for code in made.piles[0].codes]
    assert {len(each.text) for each in found} == {60}
    for each in found:
        assert each.modules == 33
        assert each.module == pytest.approx(24.6 / 41, abs=0.01)
        assert each.module >= 0.5
        quiet = [round(edge / 25.4 * 600) for edge in (each.left, each.top, each.right, each.bottom)]
        wide = round(4 * each.module / 25.4 * 600) - 2
        left, top, right, bottom = quiet
        around = page[top - wide : bottom + wide, left - wide : right + wide].copy()
        around[wide : wide + bottom - top, wide : wide + right - left] = 255
        assert int(around.min()) > reports_paper.DARK


@pytest.mark.parametrize("paper", PAPERS)
def test_eight_cards_of_ninety_by_sixty_millimetres_stand_on_the_paper(paper: render.Paper) -> None:
    """U-84: the lines to cut along, measured on the page, and room around them that every printer reaches."""
    _, data = printed(paper)
    page = reports_paper.pages(data, dpi=300)[0]
    height, width = page.shape
    mm = 25.4 / 300
    assert (width * mm, height * mm) == pytest.approx(SIZES[paper], abs=0.2)
    ink = page < 200
    across, down = lines(ink.mean(axis=0), 0.7), lines(ink.mean(axis=1), 0.7)
    assert np.diff(across) * mm == pytest.approx([90, 90], abs=0.2)
    assert np.diff(down) * mm == pytest.approx([60, 60, 60, 60], abs=0.2)
    margins = (across[0] * mm, (width - across[-1]) * mm, down[0] * mm, (height - down[-1]) * mm)
    assert min(margins) >= 14.5
    assert margins[0] == pytest.approx(margins[1], abs=0.3)
    assert margins[2] == pytest.approx(margins[3], abs=0.3)


def lines(share: np.ndarray, least: float) -> list[float]:
    """Return the middle of each run of columns that are dark over most of their length."""
    dark = np.flatnonzero(share > least)
    runs = np.split(dark, np.flatnonzero(np.diff(dark) > 3) + 1)
    return [float(run.mean()) for run in runs]


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", ["usual", "longest"])
def test_no_word_leaves_its_card_nor_stands_on_another(paper: render.Paper, name: str) -> None:
    """U-84, R-51: the longest names, link and zone keep three millimetres to every cut, and to the QR code."""
    made = deck() if name == "usual" else largest()
    document = pdf.laid_out(cards.html(made, paper))
    assert len(document.pages) == (3 if name == "usual" else 2)
    mm = 96 / 25.4
    for page in document.pages:
        slips = [box for box in reports_paper.boxes(page._page_box) if is_card(box)]
        assert slips
        for slip in slips:
            x, y = slip.position_x, slip.position_y
            assert (slip.border_width(), slip.border_height()) == pytest.approx((90 * mm, 60 * mm), abs=0.01)
            texts = reports_paper.texts(slip)
            for box in texts:
                assert box.position_x >= x + 3 * mm
                assert box.position_x + box.width <= x + 87 * mm, box.text
                assert box.position_y >= y + 2.5 * mm
                assert box.position_y + box.height <= y + 58.2 * mm, box.text
            assert reports_paper.on_each_other(texts) == []


def is_card(box: object) -> bool:
    element = getattr(box, "element", None)
    return element is not None and "slip" in (element.get("class") or "").split()


@pytest.mark.parametrize("paper", PAPERS)
def test_nothing_is_smaller_than_seven_points_and_the_code_is_thirteen(paper: render.Paper) -> None:
    """U-84: code at least 12 pt, in one width for every sign."""
    used = reports_paper.sizes(printed(paper)[1])
    assert set(used) == FACES
    assert used["Source-Code-Pro-Bold"] == {13.0}
    assert min(size for sizes in used.values() for size in sizes) >= 7


@pytest.mark.parametrize("paper", PAPERS)
def test_each_card_says_in_both_languages_who_asks_until_when_and_what_is_promised(paper: render.Paper) -> None:
    """U-84: the short address to type, the code, the closing with its zone, the promise and where it goes on."""
    made, data = printed(paper)
    page = reports_paper.text(data)[0]
    assert page.count("Northbeam Instruments") == page.count("2026-01") == page.count("● Sales · Ventes") == 8
    assert page.count("r.example.org/w/") == 8
    assert all(page.count(code) == 1 for code in made.piles[0].codes[:8])
    said = words(cards.html(made, paper))
    assert said.count("Open until January 23, 2026, 23:59 (America/Toronto)") == 14
    assert said.count("Ouvert jusqu’au 23 janvier 2026 à 23\xa0h\xa059 (America/Toronto)".replace("\xa0", " ")) == 14
    for sentence in (
        "Your answers are confidential until the count and anonymous after it.",
        "The first page says what is and is not protected.",
        "Vos réponses sont confidentielles jusqu’au dépouillement et anonymes ensuite.",
        "La première page dit ce qui est protégé et ce qui ne l’est pas.",
    ):
        assert said.count(sentence) == 14


def test_each_side_has_its_mark_and_begins_on_a_new_sheet() -> None:
    """U-84: piles that are cut apart stay apart; a name that both languages share stands once."""
    _, data = printed("letter")
    first, second, third = reports_paper.text(data)
    assert "Sheet 1 of 2." in first
    assert "Sheet 2 of 2." in second
    assert "Sheet 1 of 1." in third
    assert third.count("◆ Marketing") == 3
    assert "Marketing · Marketing" not in third
    assert "Marketing" not in first + second
    assert "Sales" not in third
    three = deck(piles=(*deck().piles, Pile(mark=2, names=dict.fromkeys(LOCALES, "Service"), codes=drawn_codes(1))))
    assert "■" in cards.html(three, "a4")


@pytest.mark.parametrize("mode", list(KeyMode))
@pytest.mark.parametrize("locale", LOCALES)
def test_a_card_promises_no_more_than_the_first_sentence_does(mode: KeyMode, locale: str) -> None:
    """Section 5 of anonymity.md: "anonymous" as the key mode allows."""
    short = promise.short(mode, locale)
    whole = promise.sentences(mode, locale, Policy(), "Ana Roy")[0]
    assert whole.startswith(short[:-1])
    assert short.endswith(".")
    assert short.count(".") == 1
    assert "{" not in short


def test_a_link_that_does_not_fit_is_refused() -> None:
    """U-47, U-84: 60 characters; counted in bytes, for that is what the QR code holds."""
    assert cards.link_length(LONGEST) == 60
    assert cards.link_length(LONGEST + "t") == 61
    with pytest.raises(ValueError, match="61 characters"):
        cards.html(deck(address=LONGEST + "t"), "a4")


@pytest.mark.parametrize("paper", PAPERS)
def test_the_pdf_tells_its_title_a_day_and_its_languages_alone(paper: render.Paper) -> None:
    """R-57, T13: and asks print dialogs for its actual size."""
    with pikepdf.open(io.BytesIO(printed(paper)[1])) as made:
        assert {str(key) for key in made.docinfo} == {"/Title", "/Producer", "/CreationDate"}
        assert str(made.docinfo.Title) == "Survey cards · Cartes du sondage"
        assert str(made.docinfo.CreationDate) == "D:20260112"
        assert str(made.Root.Lang) == "en"
        assert str(made.Root.ViewerPreferences.PrintScaling) == "/None"
        assert not made.attachments
        owned = tagging.owned_content(made)
        for index, page in enumerate(made.pages):
            for instruction in pikepdf.parse_content_stream(page):
                if str(instruction.operator) == "BDC" and "/MCID" in instruction.operands[1]:
                    assert int(instruction.operands[1].MCID) in owned[index]
            assert not any(str(each.Subtype) == "/Image" for each in page.resources.get("/XObject", {}).values())


@pytest.mark.parametrize("text", attack_markup.TEXTS.values(), ids=attack_markup.TEXTS)
def test_typed_text_stays_text_on_a_card(text: str) -> None:
    """T12: markup, addresses, steering characters and emoji run nothing, fetch nothing and move nothing."""
    made = deck(1, 1, client=text, wave=text + " 🦊")
    page = cards.html(made, "letter")
    assert not attack_markup.STEERING & set(page)
    assert len(page) < 100_000
    document = pdf.laid_out(page)
    assert len(document.pages) == 2


def test_hostile_text_in_the_finished_file_is_inert() -> None:
    """T12, R-59: of the file itself."""
    texts = " ".join(attack_markup.TEXTS.values())
    (data,) = cards.pdfs(deck(2, 1, client=texts, wave=texts), "a4")
    assert attack_markup.in_pdf(data) == []
    assert [len(page) for page in reports_paper.links(data)] == [2, 1]


def test_typed_text_loses_what_nobody_sees_and_ends_in_an_ellipsis() -> None:
    """T12."""
    assert cards.plain("a\u202eb\u2066\u200f\x00c\n d\u00a0e") == "abc d e"
    assert cards.fitted("W" * 200, 8.5, 40)[0].endswith("…")
    assert cards.fitted("Northbeam", 8.5, 40) == ["Northbeam"]


def test_a_deck_hides_its_codes_from_whoever_prints_the_value() -> None:
    """A-23."""
    made = deck()
    for held in (repr(made), repr(list(cards.sheets(made)))):
        assert not any(code in held or code[:4] + "-" in held for code in all_codes(made))


def test_a_large_deck_is_several_files_that_number_their_sheets_through() -> None:
    """R-44: a child may compute for a minute; no card is lost or doubled where a pile is cut."""
    made = deck(32 * 8 + 1, 9)
    files = cards.parts(made)
    assert [[len(pile.codes) for pile in part.piles] for part in files] == [[256], [1], [9]]
    assert [code for part in files for code in all_codes(part)] == all_codes(made)
    numbered = [(sheet.nth, sheet.of, sheet.mark) for part in files for sheet in cards.sheets(part)]
    assert numbered == [*((nth, 33, 0) for nth in range(1, 34)), (1, 2, 1), (2, 2, 1)]
    small = deck(31 * 8, 8)
    assert cards.parts(small) == [small]


WATCHED = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
def hook(event, about):
    if event == "open" and isinstance(about[0], str) and about[1] and set(about[1]) & set("wax+"):
        sys.stderr.write(about[0] + "\\n")
sys.addaudithook(hook)
from assess.reports import cards
if sys.argv[2] == "planted":
    kept = cards.html
    def html(deck, paper):
        open(sys.argv[1] + "/cards.html", "w").write(kept(deck, paper))
        return kept(deck, paper)
    cards.html = html
sys.exit(cards.main(["letter"]))
"""


def watched(folder: Path, how: str) -> tuple[list[str], list[Path]]:
    """Draw cards in a process that tells what it opens for writing; return that, and the files with a code."""
    made = deck(3, 2)
    data = json.dumps(asdict(made) | {"opened_on": "2026-01-12"}).encode()
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, os.fspath(folder), how], input=data, capture_output=True, check=True, cwd=folder
    )
    assert reports_paper.codes(done.stdout) == [list(pile.codes) for pile in made.piles]
    plain = [form.encode() for code in all_codes(made) for form in (code, code.replace("-", ""))]
    left = [path for path in folder.rglob("*") if path.is_file() and any(c in path.read_bytes() for c in plain)]
    return done.stderr.decode().split(), left


def test_the_child_leaves_no_file_and_opens_none_for_what_it_read(tmp_path: Path) -> None:
    """U-84, never stored: of everything opened for writing, nothing lies outside its folder, and no code in it."""
    opened, left = watched(tmp_path, "plain")
    assert left == []
    assert all(Path(name).is_relative_to(tmp_path) for name in opened)


def test_a_child_that_keeps_a_copy_is_caught(tmp_path: Path) -> None:
    """Planted: the page is written to the temporary folder on its way to the PDF."""
    opened, left = watched(tmp_path, "planted")
    assert [path.name for path in left] == ["cards.html"]
    assert os.fspath(left[0]) in opened


def test_no_code_is_in_an_argument_or_the_surroundings_of_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """U-84: whoever lists processes reads a module and a paper."""
    seen: list[str] = []
    kept = subprocess.run

    def run(arguments: list[str], **options: object) -> object:
        seen.extend([*arguments, *map(str, options["env"].items()), str(options["cwd"])])  # type: ignore[attr-defined]
        return kept(arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(render.subprocess, "run", run)
    made = deck(1, 1)
    cards.pdfs(made, "a4")
    assert seen[1:5] == ["-I", "-m", "assess.reports.cards", "a4"]
    assert not any(code in word for word in seen for code in all_codes(made))


@pytest.mark.parametrize("module", ["assess.reports.cards", "assess.reports.poster"])
def test_a_child_that_is_asked_for_an_unknown_paper_says_nothing(module: str) -> None:
    """R-44: a fault leaves its kind alone."""
    with pytest.raises(render.RenderError, match=r"status 2: $"):
        render.apart(module, ("tabloid",), b"{}", None)
    with pytest.raises(render.RenderError, match=r"status 2: $"):
        render.apart(module, ("a4", "a4"), b"{}", None)
    with pytest.raises(render.RenderError, match=r"status 1: JSONDecodeError$"):
        render.apart(module, ("a4",), b"secret", None)
