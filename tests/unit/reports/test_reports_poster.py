"""The poster: one page on both papers, in both languages, with dates, way in and contact, and no code (U-84)."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from functools import cache

import attack_markup
import pikepdf
import pytest
import reports_paper

from assess.i18n import LOCALES
from assess.reports import pdf, poster, render
from assess.reports.poster import Poster
from assess.surveys import promise
from assess.surveys.states import KeyMode

PAPERS = render.PAPERS
ZONE = "America/Argentina/ComodRivadavia"
USUAL = Poster(
    client="Northbeam Instruments",
    wave="2026-01",
    address="https://r.example.org",
    contact="camille@client.example",
    minutes=6,
    opens={"en": "January 12, 2026, 09:00 (America/Toronto)", "fr-CA": "12 janvier 2026 à 9 h (America/Toronto)"},
    closes={"en": "January 23, 2026, 23:59 (America/Toronto)", "fr-CA": "23 janvier 2026 à 23 h 59 (America/Toronto)"},
    promise={each: promise.short(KeyMode.SERVICE, each) for each in LOCALES},
    opened_on=date(2026, 1, 12),
    sides=({"en": "Sales", "fr-CA": "Ventes"}, {"en": "Marketing", "fr-CA": "Marketing"}),
)
LONGEST = replace(
    USUAL,
    client="Wm" * 100,
    wave="W" * 80,
    address="https://" + "r" * 24 + ".test",
    contact="x" * 239 + "@client.example",
    opens={"en": f"September 12, 2026, 09:00 ({ZONE})", "fr-CA": f"12 septembre 2026 à 9 h ({ZONE})"},
    closes={"en": f"September 23, 2026, 23:59 ({ZONE})", "fr-CA": f"23 septembre 2026 à 23 h 59 ({ZONE})"},
    sides=({"en": "W" * 200, "fr-CA": "É" * 200}, {"en": "Marketing", "fr-CA": "Marketing"}),
)


@cache
def printed(paper: render.Paper) -> bytes:
    return poster.pdf(USUAL, paper)


@pytest.mark.parametrize("paper", PAPERS)
def test_the_poster_says_everything_that_somebody_with_a_card_is_ever_told(paper: render.Paper) -> None:
    """U-84: what it is, both dates with their zone, the hat, phone and kiosk, the promise, the contact; twice."""
    (page,) = reports_paper.text(printed(paper))
    for once in (
        "Northbeam Instruments",
        "2026-01",
        "● Sales · Ventes",
        "◆ Marketing",
        "How well do our teams",
        "Comment va le travail",
        "January 12, 2026, 09:00 (America/Toronto)",
        "23 janvier 2026 à 23 h 59 (America/Toronto)",
        "camille@client.example",
    ):
        assert page.count(once) == 1, once
    assert page.count("r.example.org/w/?kiosk=1") == 2
    said = " ".join(re.sub(r"<[^>]+>", " ", poster.html(USUAL, paper)).split())
    for sentence in (
        "It takes about 6 minutes, and nobody has to answer.",
        "Draw one card of your team from the hat.",
        "Tirez au hasard une carte de votre équipe.",
        "Your answers are confidential until the count and anonymous after it.",
        "La première page dit ce qui est protégé et ce qui ne l’est pas.",
        "We cannot protect you from someone who sees your card or your screen.",
        "With a card, you get no reminder: this sheet is the only one.",
        "Avec une carte, vous ne recevrez aucun rappel",
    ):
        assert said.count(sentence) == 1, sentence
    one = " ".join(poster.html(replace(USUAL, minutes=1), paper).split())
    assert "It takes about one minute" in one
    assert "environ une minute" in one


@pytest.mark.parametrize("paper", PAPERS)
def test_its_qr_code_is_the_bare_address(paper: render.Paper) -> None:
    """U-84: no code on a wall; large enough to be read from a step away."""
    (page,) = reports_paper.pages(printed(paper))
    (read,) = reports_paper.found(page)
    assert read.text == "https://r.example.org/w/"
    assert read.level == "M"
    assert read.module >= 1


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("made", [USUAL, LONGEST], ids=["usual", "longest"])
def test_the_poster_is_one_page_and_no_word_leaves_its_column_or_stands_on_another(
    made: Poster, paper: render.Paper
) -> None:
    """R-51: the longest client, wave, zone, address and contact; nothing under ten points."""
    document = pdf.laid_out(poster.html(made, paper))
    assert len(document.pages) == 1
    texts = reports_paper.texts(document.pages[0]._page_box)
    mm = 96 / 25.4
    wide, high = {"letter": (215.9, 279.4), "a4": (210, 297)}[paper]
    assert len(texts) > 40
    for box in texts:
        assert box.position_x >= 17.9 * mm
        assert box.position_x + box.width <= (wide - 17.9) * mm, box.text
        assert box.position_y >= 12 * mm
        assert box.position_y + box.height <= (high - 12) * mm, box.text
    assert reports_paper.on_each_other(texts) == []


def test_nothing_on_the_wall_is_small() -> None:
    """U-84: read from a metre away."""
    used = reports_paper.sizes(printed("letter"))
    assert min(size for sizes in used.values() for size in sizes) >= 10


def test_the_poster_is_the_same_bytes_each_time_and_tells_nothing_of_its_making() -> None:
    """R-43, R-57, T13."""
    assert poster.pdf(USUAL, "a4") == printed("a4")
    with pikepdf.open(io.BytesIO(printed("a4"))) as made:
        assert {str(key) for key in made.docinfo} == {"/Title", "/Producer", "/CreationDate"}
        assert str(made.docinfo.Title) == "Survey poster · Affiche du sondage"
        assert str(made.docinfo.CreationDate) == "D:20260112"


def test_typed_text_stays_text_on_the_poster() -> None:
    """T12."""
    texts = " ".join(attack_markup.TEXTS.values()) + " 🦊"
    made = poster.pdf(replace(USUAL, client=texts, wave=texts, contact=texts[:254]), "letter")
    assert attack_markup.in_pdf(made) == []
    assert len(reports_paper.pages(made, dpi=40)) == 1
    assert not attack_markup.STEERING & set(poster.html(replace(USUAL, contact=texts), "a4"))
