"""What one person sees: a drawn page with their own words filled in, at its one size (A-22).

Belongs here: filling the slots, sizes, the short pages. Does not: drawing (`press`), deciding which page comes
(`views`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from assess.disclosure.policy import Policy
from assess.i18n import LOCALES, moment, translator
from assess.instruments.model import Instrument
from assess.surveys import hints
from assess.surveys.ballots import LONGEST_COMMENT
from assess.surveys.states import KeyMode
from assess.web.respond import typed
from assess.web.respond.lookup import Found, Standing, Survey
from assess.web.respond.posted import Flaw
from assess.web.respond.press import QUERY, Press, Sheet, report_day
from assess.web.respond.slots import SMALL, padded, safe

_CHECKED: Final = b" checked"
_KIOSK: Final = b"1"
_ROUND: Final = 1_024
_NOTICES: Final = 2_816
"""Room for M5, and for three things to mend, in the summary and beside their fields: nobody brings about more."""
_COMMENT: Final = 5 * LONGEST_COMMENT
"""Bytes of the longest comment as HTML: no character that may be stored takes more than five."""
_CODE: Final = 19
_ATTEMPT: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What goes back into a page: code and kiosk in hidden fields, answers, comments, and what is wrong with them."""

    code: str
    answers: Mapping[str, int]
    comments: Mapping[str, str]
    flaws: Sequence[Flaw] = ()
    kiosk: bool = False


def sheet_of(found: Found) -> Sheet:
    """Return which questionnaire a code leads to."""
    return Sheet(instrument=found.survey.instrument, form=found.survey.form, side=found.side)


def questionnaire(press: Press, found: Found, sent: Typed, locale: str) -> bytes:
    """Return E1 and E2 with everything that was typed, and M5 if a ballot lies in the box."""
    sheet = sheet_of(found)
    instrument = press.instrument(found.survey)
    values: dict[str, bytes] = {"code": safe(sent.code)}
    if sent.kiosk:
        values["kiosk"] = _KIOSK
    for item, answer in sent.answers.items():
        values[f"{item}={answer}"] = _CHECKED
    for question, text in sent.comments.items():
        values[question] = safe(text)
    if sent.flaws:
        values |= _flaws(press, instrument, sent.flaws, locale)
    if found.receipt is not None:
        values["notice"] = _notice(press, "information", _again(found.survey, found.receipt, locale))
    drawn = press.questionnaire(found.survey, sheet, locale)
    return drawn.filled(values, size(press, sheet))


def check(
    press: Press, sheet: Sheet, sent: Typed, attempt: bytes, locale: str, *, notice: str = "", closes: str = ""
) -> bytes:
    """Return E3: what would be sent. `notice` says why it was not; it needs no database, so M8 can stand on it."""
    _ = translator(locale)
    values = _said(press, sheet, sent, locale)
    values |= {"code": safe(sent.code), "kiosk": _KIOSK if sent.kiosk else b"", "try": attempt.hex().encode()}
    values["count"] = safe(
        _(
            "{answered} of {asked} statements answered.",
            answered=len(sent.answers),
            asked=len(press.choices(sheet, locale)),
        )
    )
    if closes:
        values["again"] = safe(_("You may answer again until {closes}.", closes=closes))
    if notice:
        values |= {"notice": _notice(press, "error", notice, urgent=True), "title": safe(_("Error: "))}
    return press.check(sheet, locale).filled(values, size(press, sheet))


def receipt(press: Press, survey: Survey, given: str, locale: str, *, replaced: bool, kiosk: bool = False) -> bytes:
    """Return E4; at a kiosk with the way on for the next person."""
    values = {"receipt": safe(given)}
    if kiosk:
        values |= {"kiosk": _KIOSK, "finish": str(press.parts().finish(QUERY[locale], translator(locale))).encode()}
    if replaced:
        told = translator(locale)(
            "This ballot takes the place of the one you sent before, whose receipt no longer counts."
        )
        values["replaced"] = b"<p>" + safe(told) + b"</p>"
    return press.receipt(survey, locale).filled(values, SMALL)


def code(
    press: Press, locale: str, *, shown: str = "", wrong: bool = False, busy: str = "", kiosk: bool = False
) -> bytes:
    """Return E0; `wrong`: M1; `busy`: why the code cannot be looked up just now."""
    _ = translator(locale)
    unknown = _(
        "We do not know this code (16 letters and digits). Codes of a finished survey no longer work. Nothing was sent."
    )
    drawn = press.small(
        "code.html",
        locale,
        code=typed.line(shown),
        wrong=unknown if wrong else "",
        busy=busy,
        kiosk=_KIOSK.decode() if kiosk else "",
    )
    return padded(drawn.encode(), SMALL)


def refusal(press: Press, found: Found, typed_code: str, locale: str, *, kiosk: bool = False) -> bytes:
    """Return M2; or M3, which says whether a ballot is in, to whoever never saw what their last Send came to."""
    _, survey = translator(locale), found.survey
    if found.standing is Standing.EARLY:
        opens = moment(survey.opens_at, survey.zone, locale)
        heading = _("This survey is not open yet")
        text = _("This survey opens on {opens}. Your code will work then.", opens=opens)
    else:
        heading = _("This survey is closed")
        closed = _("This survey closed on {closed}.", closed=moment(survey.closes_at, survey.zone, locale))
        known = survey.release_at is not None
        report = (
            _("The leaders receive the report on {date}.", date=report_day(survey, locale))
            if known
            else _("The report for the leaders is planned for {date}.", date=report_day(survey, locale))
        )
        ballot = (
            _("We have no ballot from this code.")
            if found.receipt is None
            else _("We have a ballot from this code (receipt {receipt}).", receipt=found.receipt)
        )
        text = f"{closed} {ballot} {report}"
    return message(press, locale, heading=heading, text=text, code=typed_code, about=survey.wave, kiosk=kiosk)


def message(
    press: Press,
    locale: str,
    *,
    heading: str,
    text: str,
    code: str = "",
    about: str = "",
    home: bool = False,
    kiosk: bool = False,
) -> bytes:
    """Return a short page: what is so, and why; `about`: the wave whose page it leads to."""
    drawn = press.small(
        "message.html",
        locale,
        heading=heading,
        text=text,
        code=code,
        about=about,
        home=home or kiosk,
        kiosk=_KIOSK.decode() if kiosk else "",
    )
    return padded(drawn.encode(), SMALL)


def size(press: Press, sheet: Sheet) -> int:
    """Return the size of every questionnaire, check and error page of a form: the largest, in either language."""
    return _size(press, sheet.instrument, sheet.form)


@lru_cache(64)
def _size(press: Press, slug: str, form: str) -> int:
    instrument = press.asked(Sheet(instrument=slug, form=form, side=""))
    longest = 0
    for side in instrument.sides:
        sheet = Sheet(instrument=slug, form=form, side=side.code)
        for locale in LOCALES:
            bare = press.questionnaire(_longest(instrument, form), sheet, locale).bare
            questions = bare + len(_CHECKED) * len(instrument.closed(form)) + _CODE
            answers = press.check(sheet, locale).bare + _ATTEMPT + _CODE + _longest_said(press, sheet, locale)
            longest = max(longest, questions, answers)
    comments = _COMMENT * len(instrument.open(form))
    return -(-(longest + comments + _NOTICES) // _ROUND) * _ROUND


def _longest(instrument: Instrument, form: str) -> Survey:
    """Return a survey whose names are as long as the database allows, each letter as long as HTML makes one."""
    far = datetime(2026, 9, 30, tzinfo=UTC)
    return Survey(
        wave="f" * 32,
        client="&" * 200,
        label="&" * 80,
        instrument=instrument.id,
        version=instrument.version,
        form=form,
        opens_at=far,
        closes_at=far,
        release_at=None,
        released_at=None,
        zone="America/Argentina/ComodRivadavia",
        contact="&" * 254,
        operator="&" * 200,
        key_mode=KeyMode.SELF_HOSTED,
        witness="&" * 200,
        floors=Policy(),
        prereg="f" * 64,
        closed=False,
    )


def _longest_said(press: Press, sheet: Sheet, locale: str) -> int:
    """Return the bytes of the slots of a check page when every answer is the one with the most words."""
    answers = {
        item: max(choices, key=lambda value: len(choices[value].encode()))
        for item, choices in press.choices(sheet, locale).items()
    }
    comments = dict.fromkeys(press.asked(sheet).open(sheet.form), "Ana Ana Ana\n" * 40)
    said = _said(press, sheet, Typed(code="", answers=answers, comments=comments), locale)
    return sum(map(len, said.values()))


def _said(press: Press, sheet: Sheet, sent: Typed, locale: str) -> dict[str, bytes]:
    """Return the slots of a check page: answer and hidden field, or that there is none, and the way back."""
    _ = translator(locale)
    change, answer, none = safe(_("Change")), safe(_("Answer")), safe(_("Not answered"))
    values: dict[str, bytes] = {}
    for item, choices in press.choices(sheet, locale).items():
        chosen = sent.answers.get(item)
        if chosen is None:
            values |= {item: b'<p class="none">' + none + b"</p>", f"{item}@": answer}
            continue
        words = safe(choices[chosen])
        field = f'<input type="hidden" name="{item}" value="{chosen}">'.encode()
        values |= {item: b"<p>" + words + b"</p>" + field, f"{item}@": change}
    for question in press.asked(sheet).open(sheet.form):
        values |= _commented(question, sent.comments.get(question, ""), locale)
    return values


def _commented(question: str, text: str, locale: str) -> dict[str, bytes]:
    _ = translator(locale)
    if not text:
        none = b'<p class="none">' + safe(_("No comment")) + b"</p>"
        return {question: none, f"{question}@": safe(_("Answer"))}
    rows = sum(1 + len(line) // 40 for line in text.split("\n"))
    area = f'<textarea name="{question}" rows="{min(rows, 40)}" readonly aria-labelledby="{question}-s">\n'.encode()
    values = {question: area + safe(text) + b"</textarea>", f"{question}@": safe(_("Change"))}
    if hints.may_name_someone(text):
        values[f"{question}!"] = b'<p class="name">' + safe(_("This may name someone. Change it?")) + b"</p>"
    return values


def _flaws(press: Press, instrument: Instrument, flaws: Sequence[Flaw], locale: str) -> dict[str, bytes]:
    _ = translator(locale)
    parts = press.parts()
    values = {"title": safe(_("Error: "))}
    lines: list[dict[str, Any]] = []
    for flaw in flaws:
        lines.append({"text": flaw.text, "target": f"{flaw.field}-1" if flaw.field else None})
        if flaw.field is None:
            continue
        values[f"{flaw.field}!"] = str(parts.flawed(flaw.field, flaw.text)).encode()
        closed = instrument.items[flaw.field].closed
        values[f"{flaw.field}?"] = (
            f' aria-describedby="{flaw.field}-flaw"' if closed else f" {flaw.field}-flaw"
        ).encode()
    values["errors"] = str(parts.errors(_("Not received yet"), lines)).encode()
    return values


def _notice(press: Press, kind: str, text: str, *, urgent: bool = False) -> bytes:
    parts = press.parts()
    made = parts.urgent(text) if urgent else parts.notice(kind, text)
    return str(made).encode()


def _again(survey: Survey, given: str, locale: str) -> str:
    return translator(locale)(
        "We have a ballot from this envelope (receipt {receipt}). Until {closes} a new one replaces it. We cannot show "
        "earlier answers.",
        receipt=given,
        closes=moment(survey.closes_at, survey.zone, locale),
    )
