"""The witness's sheet: its words in both languages, its codes, and a PDF that holds nothing else (A-09, R-57)."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from html import unescape

import pikepdf
import pytest

from assess.reports import qr, render, witness
from assess.reports.render import PAPERS
from assess.reports.witness import Sheet
from assess.surveys import shares

SHEET = Sheet(
    client="Northbeam Instruments",
    wave="2026-01",
    witness="Ana Roy",
    operator="Fieldstone Consulting",
    always=False,
    closes={"en": "January 23, 2026, 23:59 (America/Toronto)", "fr-CA": "23 janvier 2026 à 23 h 59 (America/Toronto)"},
    prereg="0a78d4e98d3bce248612",
    opened_on=date(2026, 1, 12),
    code=shares.groups(bytes(range(20))),
    box=shares.groups(bytes(range(72))),
    results=shares.groups(bytes(range(72, 144))),
)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.parametrize("locale", ["en", "fr-CA"])
def test_the_sheet_says_what_to_do_what_to_compare_and_what_to_destroy(locale: str) -> None:
    """A-09: for somebody who never saw the product; the number of the registration stands on it."""
    page = witness.html(SHEET, locale, "letter")
    text = words(page)
    for needed in ("Ana Roy", "Northbeam Instruments", SHEET.closes[locale], "Fieldstone Consulting", SHEET.prereg):
        assert needed in text
    for half in (SHEET.code, SHEET.box, SHEET.results):
        for number, group in enumerate(half.split("-"), start=1):
            assert f"{number} {group}" in text
    assert page.count("<svg") == 3
    destroyed = {
        "en": "cut off the half named box, destroy it",
        "fr-CA": "découpez la moitié « urne », détruisez-la",
    }
    assert destroyed[locale] in text
    later = {"en": "Thirty days after the count, destroy the rest", "fr-CA": "Trente jours après le dépouillement"}
    assert later[locale] in text


def test_the_sheet_of_a_self_hosted_wave_says_that_nothing_opens_without_it() -> None:
    """A-09: operator = firm."""
    assert "It takes two of three keys" in words(witness.html(SHEET, "en", "a4"))
    always = words(witness.html(replace(SHEET, always=True), "en", "a4"))
    assert "nobody opens their answers without you" in always
    assert "It takes two of three keys" not in always


def test_a_sheet_hides_its_codes_from_whoever_prints_the_value() -> None:
    """A-23."""
    for held in (repr(SHEET), repr(witness.printed(SHEET.code))):
        assert SHEET.code not in held
        assert SHEET.code[:5] not in held


def test_the_sheet_has_the_qr_code_of_each_text() -> None:
    assert witness.printed(SHEET.box).qr == qr.drawn(SHEET.box)


@pytest.mark.parametrize(("locale", "paper"), [("en", "letter"), ("fr-CA", "a4")])
def test_the_pdf_has_two_pages_and_no_metadata_beyond_the_allowed(locale: str, paper: render.Paper) -> None:
    """R-57, A-30: title, producer, a day; two runs are the same bytes; nothing attached."""
    assert paper in PAPERS
    data = witness.pdf(SHEET, locale, paper)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert len(pdf.pages) == 2
        assert {str(key) for key in pdf.docinfo} == {"/Title", "/Producer", "/CreationDate"}
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20260112")
        assert str(pdf.Root.Lang) == locale
        assert not pdf.attachments
        assert [float(size) for size in pdf.pages[0].MediaBox][2:] == pytest.approx(
            {"letter": [612, 792], "a4": [595.28, 841.89]}[paper], abs=0.1
        )


def test_a_child_that_is_asked_for_an_unknown_language_says_nothing() -> None:
    """R-44: a fault leaves its kind alone."""
    with pytest.raises(render.RenderError, match=r"status 2: $"):
        render.apart("assess.reports.witness", ("de", "a4"), b"{}", None)
    with pytest.raises(render.RenderError, match=r"status 1: JSONDecodeError$"):
        render.apart("assess.reports.witness", ("en", "a4"), b"secret", None)
