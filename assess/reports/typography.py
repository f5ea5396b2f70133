"""How numbers, dates and our own words stand on a page: every state of a figure, both locales (R-37, R-38, R-54).

Renderers print figures through these functions only; what a finding says is in `wording`, what a number is worth was
settled in `compose`. Nothing here rounds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Final, Literal

from assess.i18n import MINUS, NBSP, day, number, percent, translator
from assess.reports.facts import (
    BandedFigure,
    Figure,
    NotEstimableFigure,
    Number,
    ReleasedFigure,
    WithheldFigure,
)

ENDS: Final[dict[str, tuple[str, int]]] = {
    "le5": ("≤", 5),
    "ge95": ("≥", 95),
    "le10pct": ("≤", 10),
    "ge90pct": ("≥", 90),
    "gt40": (">", 40),
}
"""Codes of A-12, and of a tipping point (R-6): sign and number."""

WITHHELD: Final = "Not shown, to protect anonymity"
"""Verdict 1 of S-30."""

DASH: Final = "\N{EN DASH}"

REASONS: Final[dict[str, str]] = {
    "no_answers": "nobody answered it",
    "too_few": "too few answers",
    "no_headcount": "number of people invited not given",
    "all_answered": "everybody answered",
    "zero_variance": "all answers alike",
    "gate_n": "too few answers",
    "gate_fit": "does not hold together as a scale",
    "few_groups": "too few teams",
    "not_comparable": "worded differently before",
    "no_interval": "no interval, so no verdict",
    "rows_destroyed": "the answers no longer exist",
}
"""Why a figure is not estimable (S-02), in words short enough for a table cell."""


def num(figure: Figure, locale: str) -> str:
    """Return the figure's value: 62, 83%, ≤ 5, the verdict-1 label, or why there is none."""
    match figure:
        case ReleasedFigure(value=value, unit="percent"):
            return percent(value, locale)
        case ReleasedFigure(value=value):
            return number(value, locale)
        case BandedFigure():
            return coded(figure, locale)
        case WithheldFigure():
            return translator(locale)(WITHHELD)
        case NotEstimableFigure(reason=reason):
            return translator(locale)(REASONS[reason])


def signed(figure: Figure, locale: str) -> str:
    """Return the figure's value with its sign (+24, −38); other states as `num`."""
    if isinstance(figure, ReleasedFigure):
        return number(figure.value, locale, signed=True)
    return num(figure, locale)


def share(figure: Figure, locale: str) -> str:
    """Return a figure as a percentage, whatever its unit says; other states as `num`."""
    if isinstance(figure, ReleasedFigure):
        return percent(figure.value, locale)
    return num(figure, locale)


def coded(figure: BandedFigure, locale: str) -> str:
    """Return one of A-12's codes as printed: ≤ 5, ≥ 90 %, higher."""
    if figure.code in ENDS:
        sign, end = ENDS[figure.code]
        text = percent(end, locale) if figure.unit == "percent" else number(end, locale)
        return f"{sign}{NBSP}{text}"
    return translator(locale)({"higher": "higher", "lower": "lower"}[figure.code])


def interval(figure: Figure, locale: str, *, level: Literal[90, 95] = 95) -> str:
    """Return the interval in brackets, [−9, 17] or [−9; 17]; a dash where policy or mathematics gives none."""
    ends = limits(figure, level)
    if ends is None:
        return DASH
    low, high = (number(end, locale) for end in ends)
    return f"[{low};{NBSP}{high}]" if locale == "fr-CA" else f"[{low},{NBSP}{high}]"


def span(figure: Figure, locale: str, *, level: Literal[90, 95] = 95) -> str:
    """Return the interval in words, −9 to 17 or de −9 à 17; a dash where there is none."""
    ends = limits(figure, level)
    if ends is None:
        return DASH
    low, high = (number(end, locale) for end in ends)
    return f"de{NBSP}{low}{NBSP}à{NBSP}{high}" if locale == "fr-CA" else f"{low}{NBSP}to{NBSP}{high}"


def limits(figure: Figure, level: Literal[90, 95] = 95) -> tuple[Number, Number] | None:
    """Return the printed ends of a figure's interval, if it has one."""
    if not isinstance(figure, ReleasedFigure):
        return None
    low, high = (figure.lo95, figure.hi95) if level == 95 else (figure.lo90, figure.hi90)
    return None if low is None or high is None else (low, high)


def iso_day(text: str, locale: str) -> str:
    """Return an ISO day as the locale writes dates."""
    return day(date.fromisoformat(text), locale)


def wave(label: str, locale: str) -> str:
    """Return a wave's label: 2026-Q3 is printed Q3 2026, T3 2026; any other label was typed and stays as it is."""
    found = re.fullmatch(r"(\d{4})-Q([1-4])", label)
    if found is None:
        return label
    return f"{'T' if locale == 'fr-CA' else 'Q'}{found.group(2)}{NBSP}{found.group(1)}"


def plain(value: Number | None, locale: str) -> str:
    """Return a static number, such as a floor, a margin or a count of days; a dash where the form has none."""
    return DASH if value is None else number(value, locale)


def ours(text: str, locale: str) -> str:
    """Return our own text, already typeset, with no space before a percent sign in English (R-37)."""
    return re.sub(rf"(?<=\d)[ {NBSP}]%", "%", text) if locale == "en" else text


_BOTH: Final[tuple[tuple[str, str], ...]] = (
    ("straight apostrophe", r"'"),
    ("straight quotation mark", r'"'),
    ("hyphen as minus", r"(?<![\w–-])-\d"),
    ("space before ; ! ?", r"\s[;!?](?=\s|$)"),
    ("three dots", r"\.\.\."),
    ("unfilled slot", r"[{}]"),
)
_ENGLISH: Final[tuple[tuple[str, str], ...]] = (
    ("space before %", r"\d\s+%"),
    ("space before :", r"\s:(?=\s)"),
    ("French quotation mark", r"[«»]"),
)
_FRENCH: Final[tuple[tuple[str, str], ...]] = (
    ("no no-break space before :", rf"(?<!{NBSP}):(?=\s|$)"),
    ("no no-break space after «", rf"«(?!{NBSP})"),
    ("no no-break space before »", rf"(?<!{NBSP})»"),
    ("no no-break space before %", rf"\d(?:[^\S{NBSP}])?%"),
    ("English quotation mark", r"[“”]"),
    ("first of the month", r"\b1er\b"),
    ("decimal point", r"(?<![\d.])\d+\.\d+(?![\d.]|\.\d)"),
    ("comma inside an interval", r"\[[−\d]+, "),
)


def faults(text: str, locale: str) -> list[str]:
    """Return the typographic faults of a printed text, each with what stands around it (R-54)."""
    rules = _BOTH + (_FRENCH if locale == "fr-CA" else _ENGLISH)
    return [
        f"{name}: …{text[max(0, found.start() - 20) : found.end() + 20]}…"
        for name, pattern in rules
        for found in re.finditer(pattern, text)
    ]


Macro = Callable[..., str]


def macros(locale: str) -> dict[str, Macro]:
    """Return the figure macros of a locale for templates: every number on a page comes through one of them (R-52)."""
    return {
        "num": lambda figure: num(figure, locale),
        "signed": lambda figure: signed(figure, locale),
        "share": lambda figure: share(figure, locale),
        "interval": lambda figure, level=95: interval(figure, locale, level=level),
        "span": lambda figure, level=95: span(figure, locale, level=level),
        "static": lambda value: plain(value, locale),
        "percentage": lambda value: percent(value, locale),
        "day": lambda text: iso_day(text, locale),
        "wave": lambda label: wave(label, locale),
    }


__all__ = [
    "DASH",
    "MINUS",
    "NBSP",
    "coded",
    "faults",
    "interval",
    "iso_day",
    "limits",
    "macros",
    "num",
    "ours",
    "plain",
    "share",
    "signed",
    "span",
    "wave",
]
