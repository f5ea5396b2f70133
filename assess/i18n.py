"""Locale, catalogue, number and date formats, French typography. No Flask: every function takes the locale.

Sources are English; `translations/fr_CA.po` is read as it stands. A message without its translation is an error in
tests (`missing`) and English at run time. The typography filter runs on our own texts only, never on typed text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from assess import resources

LOCALES = ("en", "fr-CA")
NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

Translate = Callable[..., str]


def babel_locale(locale: str) -> Locale:
    """Return Babel's locale for one of `LOCALES`."""
    return Locale.parse({"en": "en_CA", "fr-CA": "fr_CA"}[locale])


@cache
def catalogue(locale: str) -> dict[str, str]:
    """Return message -> translation; empty for English, whose sources are the messages."""
    if locale == "en":
        return {}
    with (resources.translations() / "fr_CA.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale="fr_CA") if m.id and m.string}


@cache
def translator(locale: str) -> Translate:
    """Return `_`: translates a message, fills its `{slots}` and sets it by the typography of the locale.

    Slots are filled after the filter, so that typed text is never changed.
    """
    messages = catalogue(locale)

    def translate(message: str, **slots: object) -> str:
        text = typeset(messages.get(message, message), locale)
        return text.format(**slots) if slots else text

    return translate


def typeset(text: str, locale: str) -> str:
    """Return our own text with curly quotes, and in fr-CA no-break spaces before : and inside « » (R-37, R-38)."""
    text = text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
    text = re.sub(r'"([^"]*)"', "\N{LEFT DOUBLE QUOTATION MARK}\\1\N{RIGHT DOUBLE QUOTATION MARK}", text)
    if locale == "en":
        text = re.sub(r"(?<=[\d}])\s+%", "%", text)
    if locale == "fr-CA":
        text = re.sub(r"\s+([;!?])", r"\1", text)
        text = re.sub(r"(?<=\S)[ \u00a0\u202f]+:(?!\S)", f"{NBSP}:", text)
        text = re.sub(r"«\s*", f"«{NBSP}", text)
        text = re.sub(r"\s*»", f"{NBSP}»", text)
        text = re.sub(r"(?<=[\d}])\s+%", f"{NBSP}%", text)
    return text


def number(value: int | str | Decimal, locale: str, *, signed: bool = False) -> str:
    """Return a whole or decimal number: U+2212 for minus, decimal comma and no-break thousands in French."""
    decimal = Decimal(str(value))
    places = max(0, -int(decimal.as_tuple().exponent))
    text = format_decimal(
        abs(decimal), format="#,##0" + ("." + "0" * places if places else ""), locale=_numbers(locale)
    )
    sign = MINUS if decimal < 0 else ("+" if signed and decimal > 0 else "")
    return sign + text.replace("\N{NARROW NO-BREAK SPACE}", NBSP)


def percent(value: int | str | Decimal, locale: str) -> str:
    """Return a percentage: 83% in English, 83 % with a no-break space in French (R-37)."""
    return number(value, locale) + (f"{NBSP}%" if locale == "fr-CA" else "%")


def day(value: date, locale: str) -> str:
    """Return a date: July 1, 2026; 1ᵉʳ juillet 2026 (R-37)."""
    if locale == "fr-CA":
        first = "1\N{MODIFIER LETTER SMALL E}\N{MODIFIER LETTER SMALL R}"
        number_of_day = first if value.day == 1 else str(value.day)
        return f"{number_of_day}{NBSP}{format_date(value, 'MMMM y', locale='fr_CA')}"
    return format_date(value, "MMMM d, y", locale="en_CA")


def moment(value: datetime, zone: str, locale: str) -> str:
    """Return an instant in a zone, with the zone printed: July 1, 2026, 17:30 (America/Toronto)."""
    local = value.astimezone(ZoneInfo(zone))
    # Quebec writes the hour without a zero before it, and the minutes only where there are some: 9 h, 17 h 30.
    french = "H 'h' mm" if local.minute else "H 'h'"
    clock = format_time(local, "HH:mm" if locale == "en" else french, locale=babel_locale(locale))
    if locale == "fr-CA":
        return f"{day(local.date(), locale)} à {clock.replace(' ', NBSP)} ({zone})"
    return f"{day(local.date(), locale)}, {clock} ({zone})"


def _numbers(locale: str) -> str:
    return "en_CA" if locale == "en" else "fr_CA"
