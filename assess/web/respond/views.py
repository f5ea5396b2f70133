"""The four addresses of a respondent: code, questionnaire, check, send. Only `drop` writes (A-20).

Belongs here: which page answers which request. Does not: what stands on a page (`pages`), what a drop does (`box`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

from assess.i18n import moment, translator
from assess.surveys import box, db, envelopes
from assess.surveys.intake import Intake
from assess.surveys.lines import Line
from assess.web.respond import lookup, pages, posted, typed
from assess.web.respond.asked import Answer, Asked
from assess.web.respond.lookup import Board, Found, Standing, Survey
from assess.web.respond.pages import Typed
from assess.web.respond.posted import Posted
from assess.web.respond.press import Press

_LATER: Final = (("Retry-After", "60"),)
_WIPED: Final = (("Clear-Site-Data", '"cache", "storage"'),)
"""Has a kiosk's browser forget what it kept: before a person begins, and when their ballot is in the box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the views need: who takes ballots, lines and sessions that only read, the time and the pages."""

    intake: Intake
    lines: Callable[[], AbstractContextManager[Line]]
    readers: Callable[[], Any]
    clock: db.Clock
    board: Board
    press: Press

    def survey(self, wave_id: bytes) -> Survey:
        """Return what is told about a wave, read again only once it is no longer fresh."""
        known = self.board.fresh(wave_id)
        if known is not None:
            return known
        with self.readers() as session:
            return self.board.survey(session, wave_id)


def code(desk: Desk, asked: Asked) -> Answer:
    """E0: the field for the code."""
    return _wiped(asked, pages.code(desk.press, asked.named_language, kiosk=asked.kiosk))


def start(desk: Desk, asked: Asked) -> Answer:
    """E1 and E2, with whatever was typed before; changes nothing."""
    locale = asked.language
    found = _look(desk, asked)
    if found is None or found.standing is not Standing.TAKING:
        return _turned_away(desk, asked, found, locale)
    first = asked.sent.keys() <= posted.OURS
    sent = posted.NOTHING if first else _read(desk, asked, found, locale)
    return page(pages.questionnaire(desk.press, found, _kept(asked, sent), locale))


def check(desk: Desk, asked: Asked) -> Answer:
    """E3, or the questionnaire with what is to mend."""
    locale = asked.language
    found = _look(desk, asked)
    if found is None or found.standing is not Standing.TAKING:
        return _turned_away(desk, asked, found, locale)
    sent = _read(desk, asked, found, locale)
    if sent.flaws:
        return _to_mend(desk, asked, found, sent, locale)
    return page(_checked(desk, asked, found, sent, locale))


def drop(desk: Desk, asked: Asked) -> Answer:
    """E4, once the ballot is on disk; nothing else sends one.

    The sheet that was posted along says how to read the answers; the box then asks the database for everything, the
    time included, so that one look is enough for a ballot that is in order.
    """
    locale = asked.language
    sheet = desk.press.sheet(asked.sent.get(posted.SHEET, ""))
    sent = posted.NOTHING if sheet is None else posted.read(asked.sent, desk.press.form(sheet), locale)
    if sheet is None or sent.flaws or sent.attempt is None:
        return _not_dropped(desk, asked, locale)
    request = box.DropRequest(code=_code(asked), attempt=sent.attempt, answers=sent.answers, comments=sent.comments)
    try:
        outcome = desk.intake.drop(request, instrument=desk.press.asked(sheet))
    except box.BallotFault:
        return _not_dropped(desk, asked, locale)
    match outcome:
        case box.Receipt(receipt=given, replaced=replaced):
            survey = desk.survey(outcome.wave_id)
            body = pages.receipt(desk.press, survey, given, locale, replaced=replaced, kiosk=asked.kiosk)
            return _wiped(asked, body)
        case box.Refused():
            return _refused(desk, asked, outcome, locale)


def page(body: bytes, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    """Return a page as the answer to a request."""
    return Answer(body=body, status=status)


POSTS: Final[Mapping[str, Callable[[Desk, Asked], Answer]]] = {"/w/start": start, "/w/check": check, "/w/drop": drop}
"""What is posted where."""


def not_received(desk: Desk, asked: Asked) -> Answer:
    """M8: whatever failed, everything typed is still on the page, with the same attempt, so that none is doubled."""
    _ = translator(asked.language)
    told = _("Not received. Your answers are still on this page. Try again in a minute.")
    looked = _("We cannot look up your code at this moment. Try again in a minute.")
    return _again(desk, asked, HTTPStatus.SERVICE_UNAVAILABLE, told, looked)


def too_many(desk: Desk, asked: Asked) -> Answer:
    """M11, with everything typed, as M8 (A-29)."""
    told = translator(asked.language)("Too many tries from your network. Wait one minute and try again.")
    return replace(_again(desk, asked, HTTPStatus.TOO_MANY_REQUESTS, told, told), headers=_LATER)


def _again(desk: Desk, asked: Asked, status: HTTPStatus, told: str, looked: str) -> Answer:
    """Return the check page with what was typed and `told`; where no sheet was sent, the code and `looked`."""
    locale = asked.language
    sheet = desk.press.sheet(asked.sent.get(posted.SHEET, ""))
    if sheet is None:
        shown = asked.sent.get(posted.CODE, "")
        return page(pages.code(desk.press, locale, shown=shown, busy=looked, kiosk=asked.kiosk), status)
    sent = posted.read(asked.sent, desk.press.form(sheet), locale)
    attempt = sent.attempt or new_attempt()
    return page(pages.check(desk.press, sheet, _kept(asked, sent), attempt, locale, notice=told), status)


def new_attempt() -> bytes:
    """Return the random bits that make a second Send the same as the first; they are stored nowhere."""
    return secrets.token_bytes(box.ATTEMPT_BYTES)


def _wiped(asked: Asked, body: bytes) -> Answer:
    return Answer(body=body, headers=_WIPED if asked.kiosk else ())


def _look(desk: Desk, asked: Asked) -> Found | None:
    code = asked.sent.get(posted.CODE, "")
    with desk.lines() as line:
        return lookup.look(line, code, survey=desk.survey, clock=desk.clock)


def _read(desk: Desk, asked: Asked, found: Found, locale: str) -> Posted:
    return posted.read(asked.sent, desk.press.form(pages.sheet_of(found)), locale)


def _kept(asked: Asked, sent: Posted, *, flaws: bool = False) -> Typed:
    return Typed(
        code=_code(asked),
        answers=sent.answers,
        comments=sent.comments,
        flaws=sent.flaws if flaws else (),
        kiosk=asked.kiosk,
    )


def _code(asked: Asked) -> str:
    """Return the code as it is printed, so that its field has one size; a code we cannot read, as it was typed."""
    sent = asked.sent.get(posted.CODE, "")
    if envelopes.as_printed(sent):
        return sent
    known = envelopes.normalise(sent)
    return typed.line(sent) if known is None else envelopes.printed(known)


def _checked(desk: Desk, asked: Asked, found: Found, sent: Posted, locale: str, *, notice: str = "") -> bytes:
    closes = moment(found.survey.closes_at, found.survey.zone, locale)
    sheet = pages.sheet_of(found)
    return pages.check(desk.press, sheet, _kept(asked, sent), new_attempt(), locale, notice=notice, closes=closes)


def _to_mend(desk: Desk, asked: Asked, found: Found, sent: Posted, locale: str) -> Answer:
    body = pages.questionnaire(desk.press, found, _kept(asked, sent, flaws=True), locale)
    return page(body, HTTPStatus.UNPROCESSABLE_ENTITY)


def _turned_away(desk: Desk, asked: Asked, found: Found | None, locale: str) -> Answer:
    """M1, M2, M3."""
    if found is None:
        body = pages.code(desk.press, locale, shown=asked.sent.get(posted.CODE, ""), wrong=True, kiosk=asked.kiosk)
        return page(body, HTTPStatus.NOT_FOUND)
    body = pages.refusal(desk.press, found, _code(asked), locale, kiosk=asked.kiosk)
    return page(body, HTTPStatus.FORBIDDEN)


def _not_dropped(desk: Desk, asked: Asked, locale: str) -> Answer:
    """Return what there is to mend or to look at again, everything kept."""
    found = _look(desk, asked)
    if found is None or found.standing is not Standing.TAKING:
        return _turned_away(desk, asked, found, locale)
    sent = _read(desk, asked, found, locale)
    if sent.flaws:
        return _to_mend(desk, asked, found, sent, locale)
    again = translator(locale)("Not received yet. Look at your answers and send them again.")
    return page(_checked(desk, asked, found, sent, locale, notice=again), HTTPStatus.UNPROCESSABLE_ENTITY)


def _refused(desk: Desk, asked: Asked, outcome: box.Refused, locale: str) -> Answer:
    """M1, M2, M3 as the box decided, which is newer than anything that was looked up before."""
    found = None if outcome.wave_id is None else _look(desk, asked)
    if found is not None:
        early = outcome.reason is box.RefusedReason.EARLY
        found = replace(found, standing=Standing.EARLY if early else Standing.OVER)
    return _turned_away(desk, asked, found, locale)
