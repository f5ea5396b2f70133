"""E5, the page of a wave: where it stands, what was promised, and after the count what anybody needs to check it.

Belongs here: `GET /w/about/<wave>` and its downloads (A-10, A-20); M4. Does not, ever: a result, or how many have
answered before the count. Nothing here writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, abort

from assess import verify
from assess.i18n import day, moment, number, translator
from assess.surveys import clients, prereg, promise, published, tenancy, waves
from assess.surveys.prereg import Change
from assess.surveys.states import KeyMode, State
from assess.surveys.totals import CountRecord
from assess.surveys.waves import Wave
from assess.web.respond import asked, lookup, press, views
from assess.web.respond.lookup import Standing, Survey
from assess.web.respond.slots import padded
from assess.web.respond.views import Desk

SIZE: Final = 24_576
"""Bytes of the page of every wave in every state and language."""
COUNTED: Final = frozenset({State.COUNTED, State.RELEASED, State.SIGNED_OFF})
"""States in which there is something to check; of a withdrawn wave nothing is left to check."""
_WAVE: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is told of a wave to anybody who knows its address."""

    survey: Survey
    state: State
    promise_sha256: str
    head: str
    changes: tuple[Mapping[str, Any], ...]
    totals: CountRecord | None
    destruction: published.Destruction | None


def add(app: Flask, desk: Desk) -> None:
    """Add the page of a wave and its three downloads."""
    script = Path(verify.__file__).read_bytes()
    app.add_url_rule("/w/about/<wave>", "about", lambda wave: page(desk, wave))
    app.add_url_rule("/w/about/<wave>/receipts.txt", "receipts", lambda wave: receipts(desk, wave))
    app.add_url_rule("/w/about/<wave>/record.json", "record", lambda wave: record(desk, wave))
    app.add_url_rule("/w/static/verify.py", "verify", lambda: _file(script, "text/plain"))


def page(desk: Desk, address: str) -> Response:
    """E5, or M4 for a wave that was withdrawn."""
    locale = asked.address().named_language
    with desk.readers() as session:
        wave = _wave(session, address)
        about = _about(session, wave, desk)
        now = desk.clock.now(session)
    return views.page(drawn(desk.press, about, now, locale)).response()


def receipts(desk: Desk, address: str) -> Response:
    """Send the list of receipts of a counted wave."""
    with desk.readers() as session:
        wave = _wave(session, address)
        return _file(published.receipts(session, wave) if wave.state in COUNTED else None, "text/plain")


def record(desk: Desk, address: str) -> Response:
    """Send the record that the list is checked by."""
    with desk.readers() as session:
        wave = _wave(session, address)
        return _file(published.record(session, wave) if wave.state in COUNTED else None, "application/json")


def drawn(printer: press.Press, about: About, now: datetime, locale: str) -> bytes:
    """Return the page of a wave at an instant, at its one size."""
    survey = about.survey
    heading, told = _standing(about, now, locale)
    closes = moment(survey.closes_at, survey.zone, locale)
    body = printer.small(
        "about.html",
        locale,
        survey=survey,
        heading=heading,
        told=told,
        withdrawn=about.state is State.WITHDRAWN,
        opens=moment(survey.opens_at, survey.zone, locale),
        closes=closes,
        changed=list(_changed(about, locale)),
        promise=promise.sentences(survey.key_mode, locale, survey.floors, survey.witness),
        promise_sha256=about.promise_sha256,
        head=about.head,
        limits=promise.limits(locale),
        stored=press.stored(locale),
        totals=_totals(about, locale),
        listed=_listed(about, locale),
        root="" if about.totals is None else about.totals.root,
        destroyed="" if about.destruction is None else day(date.fromisoformat(about.destruction.day), locale),
        signature="" if about.destruction is None else about.destruction.signature,
        files=() if about.destruction is None else about.destruction.files,
    )
    return padded(body.encode(), SIZE)


def _standing(about: About, now: datetime, locale: str) -> tuple[str, str]:
    """Return where a wave stands, as a heading and a sentence."""
    _, survey = translator(locale), about.survey
    match about.state:
        case State.WITHDRAWN:
            return _("This survey was withdrawn"), _withdrawn(about, locale)
        case State.COUNTED:
            return _("The ballots of this survey are counted"), press.when(survey, locale)
        case State.RELEASED | State.SIGNED_OFF:
            released = _("The leaders received the report on {date}.", date=press.report_day(survey, locale))
            return _("The ballots of this survey are counted"), released
        case _:
            pass
    match survey.standing(now):
        case Standing.EARLY:
            return _("This survey is not open yet"), press.when(survey, locale)
        case Standing.TAKING:
            open_ = _("Answers are coming in. They stay sealed until the count.")
            return _("This survey is open"), f"{open_} {press.when(survey, locale)}"
        case _:
            return _("This survey is closed"), _uncounted(survey, locale)


def _uncounted(survey: Survey, locale: str) -> str:
    """Return what the count of a closed wave waits for."""
    _ = translator(locale)
    if not KeyMode(survey.key_mode).witnessed:
        return _("The count runs by itself; this page will then show what was counted.")
    waits = _("It is counted once the holders of the keys have given their shares.")
    return f"{waits} {_('This page will then show what was counted.')}"


def _withdrawn(about: About, locale: str) -> str:
    """Return M4."""
    _ = translator(locale)
    days = [change["date"] for change in about.changes if change["change"] == Change.WITHDRAWAL]
    gone = _("Its ballots and keys are destroyed; no result exists.")
    if not days:
        return gone
    on = day(date.fromisoformat(days[-1]), locale)
    return f"{_('This survey was withdrawn on {date}.', date=on)} {gone}"


def _changed(about: About, locale: str) -> Iterator[str]:
    """Yield what was changed after opening, people who joined late as a number alone."""
    _, zone = translator(locale), about.survey.zone
    for change in about.changes:
        if change["change"] == Change.EXTENSION:
            before, after = (moment(datetime.fromisoformat(change[name]), zone, locale) for name in ("from", "to"))
            yield _("Extended: it was to close on {before}, it closes on {after}.", before=before, after=after)
    late = sum(change["change"] == Change.SPARE for change in about.changes)
    if late == 1:
        yield _("Somebody joined late and was given a code that had been made at the opening.")
    elif late:
        yield _(
            "{n} people joined late and were given codes that had been made at the opening.", n=number(late, locale)
        )


def _totals(about: About, locale: str) -> list[tuple[str, str]]:
    _, totals = translator(locale), about.totals
    if totals is None:
        return []
    return [
        (_("Invited"), number(totals.invited, locale)),
        (_("Ballots received"), number(totals.used, locale)),
        (_("Counted"), number(totals.counted, locale)),
        (_("Spoiled: they did not open, or did not fit the questionnaire"), number(totals.spoiled, locale)),
        (_("Replaced by a later ballot of the same person"), number(totals.replaced, locale)),
    ]


def _listed(about: About, locale: str) -> str:
    """Return what it means that a receipt is on the list: one of a spoiled ballot is there too."""
    _ = translator(locale)
    if about.totals is None or not about.totals.spoiled:
        return _("If it is there, your ballot was counted.")
    return _(
        "If it is there, your ballot lay in the box as we received it. Ballots on the list that were spoiled and not "
        "counted: {n}; nobody can tell whose.",
        n=number(about.totals.spoiled, locale),
    )


def _wave(session: lookup.Session, address: str) -> Wave:
    """Return a wave that was opened; every other address is met by the same 404."""
    if not _WAVE.fullmatch(address):
        abort(HTTPStatus.NOT_FOUND)
    tenancy.show(session, bytes.fromhex(address))
    wave = waves.find(session, bytes.fromhex(address))
    if wave is None or wave.state is State.DRAFT:
        abort(HTTPStatus.NOT_FOUND)
    return wave


def _about(session: lookup.Session, wave: Wave, desk: Desk) -> About:
    client = clients.find(session, wave.client_id)
    counted = wave.state in COUNTED
    return About(
        survey=lookup.survey(wave, "" if client is None else client.name, desk.press.operator),
        state=wave.state,
        promise_sha256=wave.promise_sha256 or "",
        head=prereg.head(session, wave),
        changes=tuple(prereg.changes(session, wave)),
        totals=published.counted(session, wave) if counted else None,
        destruction=published.destruction(session, wave) if counted else None,
    )


def _file(data: bytes | None, kind: str) -> Response:
    if data is None:
        abort(HTTPStatus.NOT_FOUND)
    return Response(data, content_type=f"{kind}; charset=utf-8")
