"""The four addresses of a respondent: code, questionnaire, check, send. Only `drop` writes (A-20).

Belongs here: which page answers which request. Does not: what stands on a page (`pages`), what a drop does (`box`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from flask import Flask, Response, request

from assess.i18n import moment, translator
from assess.instruments.model import ENGLISH, FRENCH
from assess.surveys import box, db, envelopes
from assess.surveys.intake import Intake
from assess.surveys.lines import Line
from assess.web.respond import lookup, pages, posted, typed
from assess.web.respond.lookup import Board, Found, Standing, Survey
from assess.web.respond.pages import Typed
from assess.web.respond.posted import Posted
from assess.web.respond.press import Press

_QUERIES: Final = {"en": ENGLISH, "fr": FRENCH, "fr-ca": FRENCH}


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


def add(app: Flask, desk: Desk) -> None:
    """Add the views to the application."""
    app.add_url_rule("/w/", "code", lambda: code(desk), strict_slashes=False)
    app.add_url_rule("/w/start", "start", lambda: start(desk), methods=["POST"])
    app.add_url_rule("/w/check", "check", lambda: check(desk), methods=["POST"])
    app.add_url_rule("/w/drop", "drop", lambda: drop(desk), methods=["POST"])


def code(desk: Desk) -> Response:
    """E0: the field for the code."""
    return page(pages.code(desk.press, asked_language(), kiosk=kiosk()))


def start(desk: Desk) -> Response:
    """E1 and E2, with whatever was typed before; changes nothing."""
    locale = language()
    found = _look(desk)
    if found is None or found.standing is not Standing.TAKING:
        return _turned_away(desk, found, locale)
    first = request.form.keys() <= posted.OURS
    sent = posted.NOTHING if first else _read(desk, found, locale)
    return page(pages.questionnaire(desk.press, found, _kept(sent), locale))


def check(desk: Desk) -> Response:
    """E3, or the questionnaire with what is to mend."""
    locale = language()
    found = _look(desk)
    if found is None or found.standing is not Standing.TAKING:
        return _turned_away(desk, found, locale)
    sent = _read(desk, found, locale)
    if sent.flaws:
        return _to_mend(desk, found, sent, locale)
    return page(_checked(desk, found, sent, locale))


def drop(desk: Desk) -> Response:
    """E4, once the ballot is on disk; nothing else sends one.

    The sheet that was posted along says how to read the answers; the box then asks the database for everything, the
    time included, so that one look is enough for a ballot that is in order.
    """
    locale = language()
    sheet = desk.press.sheet(request.form.get(posted.SHEET, ""))
    sent = posted.NOTHING if sheet is None else posted.read(request.form, desk.press.form(sheet), locale)
    if sheet is None or sent.flaws or sent.attempt is None:
        return _not_dropped(desk, locale)
    asked = box.DropRequest(code=_code(), attempt=sent.attempt, answers=sent.answers, comments=sent.comments)
    try:
        outcome = desk.intake.drop(asked, instrument=desk.press.asked(sheet))
    except box.BallotFault:
        return _not_dropped(desk, locale)
    match outcome:
        case box.Receipt(receipt=given, replaced=replaced):
            survey = desk.survey(outcome.wave_id)
            return page(pages.receipt(desk.press, survey, given, locale, replaced=replaced, kiosk=kiosk()))
        case box.Refused():
            return _refused(desk, outcome, locale)


def page(body: bytes, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return a page as a response."""
    return Response(body, status, content_type="text/html; charset=utf-8")


def language() -> str:
    """Return the language of a posted page, or of its language button."""
    return posted.language(request.form) or asked_language()


def kiosk() -> bool:
    """Return whether many people use this device: said by `?kiosk=1`, then posted along (A-25)."""
    return request.args.get(posted.KIOSK) == "1" or request.form.get(posted.KIOSK) == "1"


def asked_language() -> str:
    """Return the language of `?lang=`, else the one the browser asks for; neither is stored."""
    named = _QUERIES.get(request.args.get("lang", "").lower())
    return named or _QUERIES[request.accept_languages.best_match(list(_QUERIES), default="en")]


def not_received(desk: Desk) -> Response:
    """M8: whatever failed, everything typed is still on the page, with the same attempt, so that none is doubled."""
    locale = language()
    _ = translator(locale)
    told = _("Not received. Your answers are still on this page. Try again in a minute.")
    looked = _("We cannot look up your code at this moment. Try again in a minute.")
    return _again(desk, locale, HTTPStatus.SERVICE_UNAVAILABLE, told, looked)


def too_many(desk: Desk) -> Response:
    """M11, with everything typed, as M8 (A-29)."""
    locale = language()
    told = translator(locale)("Too many tries from your network. Wait one minute and try again.")
    response = _again(desk, locale, HTTPStatus.TOO_MANY_REQUESTS, told, told)
    response.headers["Retry-After"] = "60"
    return response


def _again(desk: Desk, locale: str, status: HTTPStatus, told: str, looked: str) -> Response:
    """Return the check page with what was typed and `told`; where no sheet was sent, the code and `looked`."""
    sheet = desk.press.sheet(request.form.get(posted.SHEET, ""))
    if sheet is None:
        shown = request.form.get(posted.CODE, "")
        return page(pages.code(desk.press, locale, shown=shown, busy=looked, kiosk=kiosk()), status)
    sent = posted.read(request.form, desk.press.form(sheet), locale)
    attempt = sent.attempt or new_attempt()
    return page(pages.check(desk.press, sheet, _kept(sent), attempt, locale, notice=told), status)


def new_attempt() -> bytes:
    """Return the random bits that make a second Send the same as the first; they are stored nowhere."""
    return secrets.token_bytes(box.ATTEMPT_BYTES)


def _look(desk: Desk) -> Found | None:
    code = request.form.get(posted.CODE, "")
    with desk.lines() as line:
        return lookup.look(line, code, survey=desk.survey, clock=desk.clock)


def _read(desk: Desk, found: Found, locale: str) -> Posted:
    return posted.read(request.form, desk.press.form(pages.sheet_of(found)), locale)


def _kept(sent: Posted, *, flaws: bool = False) -> Typed:
    return Typed(
        code=_code(),
        answers=sent.answers,
        comments=sent.comments,
        flaws=sent.flaws if flaws else (),
        kiosk=kiosk(),
    )


def _code() -> str:
    """Return the code as it is printed, so that its field has one size; a code we cannot read, as it was typed."""
    sent = request.form.get(posted.CODE, "")
    if envelopes.as_printed(sent):
        return sent
    known = envelopes.normalise(sent)
    return typed.line(sent) if known is None else envelopes.printed(known)


def _checked(desk: Desk, found: Found, sent: Posted, locale: str, *, notice: str = "") -> bytes:
    closes = moment(found.survey.closes_at, found.survey.zone, locale)
    sheet = pages.sheet_of(found)
    return pages.check(desk.press, sheet, _kept(sent), new_attempt(), locale, notice=notice, closes=closes)


def _to_mend(desk: Desk, found: Found, sent: Posted, locale: str) -> Response:
    body = pages.questionnaire(desk.press, found, _kept(sent, flaws=True), locale)
    return page(body, HTTPStatus.UNPROCESSABLE_ENTITY)


def _turned_away(desk: Desk, found: Found | None, locale: str) -> Response:
    """M1, M2, M3."""
    if found is None:
        body = pages.code(desk.press, locale, shown=request.form.get(posted.CODE, ""), wrong=True, kiosk=kiosk())
        return page(body, HTTPStatus.NOT_FOUND)
    body = pages.refusal(desk.press, found.survey, found.standing, _code(), locale, kiosk=kiosk())
    return page(body, HTTPStatus.FORBIDDEN)


def _not_dropped(desk: Desk, locale: str) -> Response:
    """Return what there is to mend or to look at again, everything kept."""
    found = _look(desk)
    if found is None or found.standing is not Standing.TAKING:
        return _turned_away(desk, found, locale)
    sent = _read(desk, found, locale)
    if sent.flaws:
        return _to_mend(desk, found, sent, locale)
    again = translator(locale)("Not received yet. Look at your answers and send them again.")
    return page(_checked(desk, found, sent, locale, notice=again), HTTPStatus.UNPROCESSABLE_ENTITY)


def _refused(desk: Desk, outcome: box.Refused, locale: str) -> Response:
    """M1, M2, M3 as the box decided, which is newer than anything that was looked up before."""
    if outcome.wave_id is None:
        return _turned_away(desk, None, locale)
    early = outcome.reason is box.RefusedReason.EARLY
    standing = Standing.EARLY if early else Standing.OVER
    survey = desk.survey(outcome.wave_id)
    body = pages.refusal(desk.press, survey, standing, _code(), locale, kiosk=kiosk())
    return page(body, HTTPStatus.FORBIDDEN)
