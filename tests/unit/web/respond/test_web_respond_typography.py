"""The typography of report.md on every page an employee sees, and in every word of the script (R-37, R-38, U-1)."""

from __future__ import annotations

import html
import re

import pytest
from respond_house import LOCALES, House
from respond_states import every_response

from assess.reports import typography
from assess.web.respond import files
from assess.web.respond.about import SIZE

FILES = ("css", "js")
OTHER = re.compile(r"[^\s@]+@[^\s@]+|receipts\.txt|python verify\.py \S+ \S+ --lang \w+")
"""What is typed or copied and not read: addresses, a file, a command."""


def faults(text: str, locale: str) -> list[str]:
    return typography.faults(OTHER.sub("", text), locale)


def shown(page: str) -> str:
    """Return the text of a page with its own spaces, which a reader of words would take for any other."""
    return html.unescape(re.sub(r"<[^>]*>", "\n", page))


@pytest.mark.parametrize("locale", LOCALES)
def test_every_page_is_set_by_the_rules_of_its_language(house: House, locale: str) -> None:
    """U-1: titles, texts, labels and buttons of every state."""
    address = f"/w/about/{house.wave.wave_id.hex()}?lang={locale[:2]}"
    pages = {**every_response(house, locale), "e5": house.client.get(address)}
    assert len(pages["e5"].data) == SIZE
    # What a person typed is shown as it was typed: the states with a comment hold nothing but signs there.
    found = {
        name: wrong
        for name, response in pages.items()
        if name not in FILES
        if (wrong := faults(shown(response.get_data(as_text=True)), locale))
    }
    assert found == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_word_of_the_script_is_set_by_the_rules_of_its_language(locale: str) -> None:
    """M6, M7, M8, U-12, U-14."""
    assert {word: faults(text, locale) for word, text in files.words(locale).items() if faults(text, locale)} == {}


@pytest.mark.parametrize(
    ("text", "locale"),
    [("Voulez-vous le modifier ?", "fr-CA"), ("L'équipe", "fr-CA"), ("« oui »", "fr-CA"), ("It's sent", "en")],
)
def test_a_text_that_breaks_a_rule_is_found(text: str, locale: str) -> None:
    """Guards the tests above."""
    assert faults(text, locale) != []
