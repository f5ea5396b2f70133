"""Draws the pages that many people see, once for each survey, side and language; what differs is a slot (U-20).

Belongs here: what stands on a page whoever reads it. Does not: what one person typed (`pages`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment
from wtforms import Form

from assess.i18n import LOCALES, day, moment, number, translator, typeset
from assess.instruments import words
from assess.instruments.model import DONT_KNOW, ENGLISH, FRENCH, Instrument
from assess.surveys import promise
from assess.surveys.ballots import LONGEST_COMMENT
from assess.surveys.moments import ROSTER_LIFE, usual_release
from assess.web.respond import posted
from assess.web.respond.lookup import Survey
from assess.web.respond.slots import Drawn, cut, slot

KEPT: Final = 256
"""Drawn pages kept in memory, about 30 KB each; a firm with more open waves than that draws some again."""

QUERY: Final[Mapping[str, str]] = {ENGLISH: "en", FRENCH: "fr"}
_SHEET: Final = re.compile(r"([a-z][a-z0-9-]{0,63}):([A-Za-z][A-Za-z0-9_]{0,31}):([a-z][a-z0-9_-]{0,31})", re.ASCII)
DRAFT_LIFE: Final = timedelta(days=8)
"""How long after closing a device may keep a draft: a survey may be extended by seven days (A-24)."""
_NAMES: Final[Mapping[str, str]] = {ENGLISH: "English", FRENCH: "Français"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Which questionnaire a person has before them: posted along, so that a page can be drawn without a database."""

    instrument: str
    form: str
    side: str

    def __str__(self) -> str:
        """Return the value of the hidden field."""
        return f"{self.instrument}:{self.form}:{self.side}"


class Press:
    """The drawn pages of one application, and the form class that checks what comes back."""

    def __init__(self, templates: Environment, instruments: Callable[[str], Instrument], operator: str) -> None:
        self.templates = templates
        self.operator = operator
        self._instruments = instruments
        self.questionnaire = lru_cache(KEPT)(self._questionnaire)
        self.check = lru_cache(KEPT)(self._check)
        self.receipt = lru_cache(KEPT)(self._receipt)
        self.form = lru_cache(KEPT)(self._form)
        self.choices = lru_cache(KEPT)(self._choices)

    def instrument(self, survey: Survey) -> Instrument:
        """Return the instrument of a survey, at the version it was opened with."""
        instrument = self._instruments(survey.instrument)
        if instrument.version != survey.version:
            raise LookupError(f"{survey.instrument} is here at {instrument.version}, the wave asks {survey.version}")
        return instrument

    def sheet(self, hidden: str) -> Sheet | None:
        """Return the sheet that a hidden field names, or None: a person may have typed anything into it."""
        named = _SHEET.fullmatch(hidden)
        if named is None:
            return None
        sheet = Sheet(instrument=named[1], form=named[2], side=named[3])
        try:
            instrument = self.asked(sheet)
        except (LookupError, ValueError):
            return None
        known = sheet.form in instrument.forms and sheet.side in {side.code for side in instrument.sides}
        return sheet if known else None

    def asked(self, sheet: Sheet) -> Instrument:
        """Return the instrument of a sheet."""
        return self._instruments(sheet.instrument)

    def small(self, template: str, locale: str, **values: Any) -> str:
        """Return a page that is drawn each time: code, messages."""
        return self.templates.get_template(f"respond/{template}").render(**{**self._frame(locale), **values})

    def parts(self) -> Any:
        """Return the macros of the components."""
        return self.templates.get_template("respond/parts.html").module

    def _choices(self, sheet: Sheet, locale: str) -> Mapping[str, Mapping[int, str]]:
        instrument = self.asked(sheet)
        return {item: _answers(instrument, item, locale) for item in instrument.closed(sheet.form)}

    def _form(self, sheet: Sheet) -> type[Form]:
        return posted.form_class(self.asked(sheet), sheet.form)

    def _questionnaire(self, survey: Survey, sheet: Sheet, locale: str) -> Drawn:
        instrument, _ = self.asked(sheet), translator(locale)
        return self._drawn(
            "questionnaire.html",
            locale,
            survey=survey,
            name=typeset(instrument.texts[locale].name, locale),
            minutes=words.minutes(instrument, sheet.form),
            closes=moment(survey.closes_at, survey.zone, locale),
            side=_side(instrument, sheet.side, locale),
            promise=promise.sentences(survey.key_mode, locale, survey.floors, survey.witness),
            limits=promise.limits(locale),
            stored=stored(locale),
            when=when(survey, locale),
            sheet=str(sheet),
            parts_of_form=self._parts(sheet, locale),
            limit=number(LONGEST_COMMENT, locale),
            done=survey.done.get(locale, ()),
            until=(survey.closes_at + DRAFT_LIFE).date().isoformat(),
        )

    def _check(self, sheet: Sheet, locale: str) -> Drawn:
        return self._drawn("check.html", locale, sheet=str(sheet), parts_of_form=self._parts(sheet, locale))

    def _receipt(self, survey: Survey, locale: str) -> Drawn:
        closes = moment(survey.closes_at, survey.zone, locale)
        return self._drawn("receipt.html", locale, survey=survey, closes=closes, when=when(survey, locale))

    def _parts(self, sheet: Sheet, locale: str) -> list[list[dict[str, Any]]]:
        instrument, choices = self.asked(sheet), self.choices(sheet, locale)
        return [
            [
                {
                    "code": item,
                    "text": words.filled(instrument, item, locale, sheet.side),
                    "choices": [{"value": value, "text": text} for value, text in choices.get(item, {}).items()],
                }
                for item in part
            ]
            for part in instrument.forms[sheet.form].parts
        ]

    def _drawn(self, template: str, locale: str, **values: Any) -> Drawn:
        return cut(self.small(template, locale, slot=slot, kiosk=slot("kiosk"), **values))

    def _frame(self, locale: str) -> dict[str, Any]:
        other = next(known for known in LOCALES if known != locale)
        return {
            "_": translator(locale),
            "locale": locale,
            "query": QUERY[locale],
            "to": {"locale": other, "query": QUERY[other], "name": _NAMES[other]},
            "operator": self.operator,
            "kiosk": "",
        }


def when(survey: Survey, locale: str) -> str:
    """Return when the leaders receive the report: the day that was set, or the one that is usual, called a plan."""
    _ = translator(locale)
    if survey.release_at is not None:
        return _("The leaders receive the report on {date}, all at the same minute.", date=report_day(survey, locale))
    planned = report_day(survey, locale)
    return _("The leaders all receive the report at the same minute, planned for {date}.", date=planned)


def report_day(survey: Survey, locale: str) -> str:
    """Return the day of the report where the survey is run: when it came, the minute that was set, or the usual one."""
    release = survey.released_at or survey.release_at or usual_release(survey.closes_at, survey.zone)
    return day(release.astimezone(ZoneInfo(survey.zone)).date(), locale)


def _side(instrument: Instrument, code: str, locale: str) -> dict[str, Any]:
    codes = [side.code for side in instrument.sides]
    return {"number": codes.index(code) + 1, "label": words.side_labels(instrument, locale)[code].label}


def _answers(instrument: Instrument, item: str, locale: str) -> dict[int, str]:
    """Return the answers of a statement in the order they stand, "don't know" last."""
    answers = dict(enumerate(words.answers(instrument, item, locale), start=1))
    return {**answers, DONT_KNOW: words.dont_know(instrument, locale)}


def stored(locale: str) -> list[tuple[str, str]]:
    """Return the data dictionary in words: what is stored, and for how long (A-02, A-19)."""
    _ = translator(locale)
    counted, days = _("until the count"), _("{days} days after closing", days=ROSTER_LIFE.days)
    return [
        (_("On your own device, if it runs JavaScript: your answers, encrypted"), _("until you send them")),
        (
            _("In your browser's history: the link you opened; without JavaScript, perhaps what you typed"),
            _("until you clear it"),
        ),
        (_("Your answers and comments, sealed, with your team, a receipt and how often you sent them"), counted),
        (_("That an envelope was used"), counted),
        (_("After the count: answers and comments, shuffled apart, sealed again"), _("until the report is signed off")),
        (_("The list of receipts"), _("kept")),
        (_("Who is invited: team, e-mail, name, language; never a code, never who answered"), days),
        (_("When, in what order, from where, on what device and in which language you answered"), _("never stored")),
    ]
