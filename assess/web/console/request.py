"""What every view of the console asks of its request: the services, one session, the account, the language.

Belongs here: looking up, and the 404 that a foreign client meets. Does not: any rule of waves or rosters (`surveys`),
or what a page says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import Response, abort, current_app, g, render_template, request
from flask import session as cookie
from flask_security import current_user

from assess.i18n import translator
from assess.instruments.model import Instrument
from assess.settings import Settings
from assess.surveys import audit, staff
from assess.surveys.audit import Event
from assess.surveys.clients import Client
from assess.surveys.db import Clock
from assess.surveys.keys import KeyStore
from assess.surveys.staff import Session, Staff, StaffRole
from assess.surveys.states import WaveRefused
from assess.surveys.waves import Wave

EXTENSION = "assess"
_LANGUAGES = {"en": "en", "fr": "fr-CA", "fr-CA": "fr-CA"}
_READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the console works with. `readers` makes sessions that never wait for a writer.

    `counting` is the sessionmaker of the role that counts: what the console's own sessions may not touch (A-27).
    """

    settings: Settings
    sessions: Callable[[], Session]
    readers: Callable[[], Session]
    counting: Any
    clock: Clock
    keys: KeyStore
    instruments: Callable[[str], Instrument]


def services() -> Services:
    """Return the services of this application."""
    return cast("Services", current_app.extensions[EXTENSION])


def session() -> Session:
    """Return the session of this request, committed at its end when the answer is no refusal, else rolled back.

    A page that is only read takes no write lock; neither does a sign-in, which spends its time on a password hash.
    """
    if "assess_session" not in g:
        g.assess_reads = request.method in _READS or request.endpoint == "access.sign_in"
        g.assess_session = services().readers() if g.assess_reads else services().sessions()
    return cast("Session", g.assess_session)


def enter() -> None:
    """Let this request's session see the clients of the account that is signed in, and no other (A-27)."""
    staff.enter(session(), account())


def settle(response: Response) -> Response:
    """Commit or roll back what the request did, before its answer leaves."""
    if "assess_session" in g:
        if response.status_code < 400:
            g.assess_session.commit()
        else:
            g.assess_session.rollback()
    return response


def close(_error: BaseException | None) -> None:
    """Give the connection back, whatever happened."""
    made = g.pop("assess_session", None)
    if made is not None:
        made.close()


def note(event: Event, detail: str = "") -> None:
    """Write an act of the signed-in account into the audit log: in its transaction, or before a page is read."""
    actor = account().email
    current = session()
    if not g.assess_reads:
        audit.record(current, actor, event, detail)
        return
    writer = services().sessions()
    try:
        audit.record(writer, actor, event, detail)
        writer.commit()
    finally:
        writer.close()


def note_refused(event: Event, detail: str = "") -> None:
    """Write down an act that was refused: what the request did is rolled back, and this alone is kept."""
    actor, current = account().email, session()
    current.rollback()
    audit.record(current, actor, event, detail)
    current.commit()


def now() -> datetime:
    """Return the present instant by the clock that decides."""
    return services().clock.now(session())


def locale() -> str:
    """Return the language of this page: asked for in the address, chosen before, or the browser's."""
    if "assess_locale" not in g:
        asked = _LANGUAGES.get(request.args.get("lang", ""))
        if asked:
            cookie["lang"] = asked
        best = request.accept_languages.best_match(["en", "fr"], default="en")
        g.assess_locale = _LANGUAGES.get(cookie.get("lang", ""), _LANGUAGES[best])
    return cast("str", g.assess_locale)


def _(message: str, **slots: object) -> str:
    """Translate a message of ours into the language of this page."""
    return translator(locale())(message, **slots)


def account() -> Staff:
    """Return the account that is signed in; the guard lets nobody else in."""
    return cast("Staff", current_user._get_current_object())


def only(role: StaffRole) -> None:
    """Refuse an account without this role, on its own clients too (U-60)."""
    if not account().may(role):
        abort(403)


def client_or_404(client_id: bytes) -> Client:
    """Return a client of the account, or answer as for a client that does not exist (U-60)."""
    found = staff.client_of(session(), account(), client_id)
    if found is None:
        abort(404)
    return found


def wave_or_404(wave_id: bytes) -> tuple[Client, Wave]:
    """Return a wave of the account's clients with its client, or answer as for one that does not exist (U-60)."""
    found = staff.wave_of(session(), account(), wave_id)
    if found is None:
        abort(404)
    return found


def refusal(refused: WaveRefused, client: Client, wave: Wave) -> tuple[str, int]:
    """Return the page that lists why the state of a wave does not allow a step; nothing was changed."""
    return page("refused.html", 409, reasons=refused.say(locale()), client=client, wave=wave)


def page(name: str, status: int = 200, /, **values: Any) -> tuple[str, int]:
    """Draw a page of the console."""
    return render_template(f"console/{name}", **values), status
