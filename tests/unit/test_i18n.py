"""R-38 and the table before it: numbers, dates, typography of both languages; typed text is never changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from assess import i18n

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


@pytest.fixture
def french(monkeypatch: pytest.MonkeyPatch) -> i18n.Translate:
    """A translator over a catalogue of three messages."""
    messages = {
        "Hello": "Bonjour",
        'It is "{what}": why not?': "C'est « {what} » : pourquoi pas ?",
        "{n} %": "{n} %",
    }
    monkeypatch.setattr(i18n, "catalogue", lambda locale: messages if locale == "fr-CA" else {})
    i18n.translator.cache_clear()
    yield i18n.translator("fr-CA")
    i18n.translator.cache_clear()


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0, "0", "0"),
        (12, "12", "12"),
        ("58.3", "58.3", "58,3"),
        ("0.30", "0.30", "0,30"),
        (Decimal("-37.5"), f"{MINUS}37.5", f"{MINUS}37,5"),
        (12345, "12,345", f"12{NBSP}345"),
        ("-0.5", f"{MINUS}0.5", f"{MINUS}0,5"),
    ],
)
def test_numbers_keep_their_decimals_and_use_a_true_minus(
    value: int | str | Decimal, english: str, french: str
) -> None:
    assert (i18n.number(value, "en"), i18n.number(value, "fr-CA")) == (english, french)


def test_a_signed_number_shows_its_plus_and_zero_has_no_sign() -> None:
    assert i18n.number(24, "en", signed=True) == "+24"
    assert i18n.number(-38, "fr-CA", signed=True) == f"{MINUS}38"
    assert i18n.number(0, "en", signed=True) == "0"
    assert i18n.number("0.0", "fr-CA", signed=True) == "0,0"


def test_percentages_take_a_space_in_french_only() -> None:
    assert (i18n.percent(83, "en"), i18n.percent(83, "fr-CA")) == ("83%", f"83{NBSP}%")


def test_the_first_of_a_month_is_an_ordinal_in_french() -> None:
    assert i18n.day(date(2026, 7, 1), "en") == "July 1, 2026"
    assert i18n.day(date(2026, 7, 1), "fr-CA") == f"1ᵉʳ{NBSP}juillet 2026"
    assert i18n.day(date(2026, 7, 14), "fr-CA") == f"14{NBSP}juillet 2026"


def test_an_instant_is_told_in_its_zone_and_names_it() -> None:
    moment = datetime(2026, 7, 1, 21, 30, tzinfo=UTC)
    assert i18n.moment(moment, "America/Toronto", "en") == "July 1, 2026, 17:30 (America/Toronto)"
    assert i18n.moment(moment, "America/Toronto", "fr-CA") == (
        f"1ᵉʳ{NBSP}juillet 2026 à 17{NBSP}h{NBSP}30 (America/Toronto)"
    )
    assert i18n.moment(moment, "Australia/Adelaide", "en") == "July 2, 2026, 07:00 (Australia/Adelaide)"
    assert i18n.moment(moment, "Australia/Adelaide", "fr-CA") == f"2{NBSP}juillet 2026 à 7{NBSP}h (Australia/Adelaide)"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("C'est prêt", "C’est prêt"),
        ("Vraiment ? Oui !", "Vraiment? Oui!"),
        ("deux ; trois", "deux; trois"),
        ("Probable : oui", f"Probable{NBSP}: oui"),
        ("à 17:30", "à 17:30"),
        ("« mot »", f"«{NBSP}mot{NBSP}»"),
        ("«mot»", f"«{NBSP}mot{NBSP}»"),
        ("80 % des gens", f"80{NBSP}% des gens"),
    ],
)
def test_french_typography_is_that_of_quebec(source: str, expected: str) -> None:
    """R-38: no space before ? ! ; and a no-break space before : and inside « »."""
    assert i18n.typeset(source, "fr-CA") == expected
    assert i18n.typeset(expected, "fr-CA") == expected, "setting twice changes nothing"


def test_english_typography_curls_quotes_and_leaves_spaces() -> None:
    assert i18n.typeset('It\'s "done" : yes', "en") == "It’s “done” : yes"


def test_a_message_is_translated_set_and_then_filled(french: i18n.Translate) -> None:
    """Slots are filled after the filter: typed text is never changed."""
    typed = 'l\'avis : "non" ?'
    assert french("Hello") == "Bonjour"
    assert french('It is "{what}": why not?', what=typed) == f"C’est «{NBSP}{typed}{NBSP}»{NBSP}: pourquoi pas?"
    assert i18n.translator("en")('It is "{what}": why not?', what=typed) == f"It is “{typed}”: why not?"


def test_a_message_without_translation_is_said_in_english(french: i18n.Translate) -> None:
    assert french("Nobody translated this") == "Nobody translated this"


def test_the_catalogue_is_read_as_it_stands_and_english_has_none() -> None:
    assert i18n.catalogue("en") == {}
    assert all(i18n.catalogue("fr-CA").values())


def test_only_the_two_locales_exist() -> None:
    assert i18n.LOCALES == ("en", "fr-CA")
    with pytest.raises(KeyError):
        i18n.babel_locale("fr-FR")
