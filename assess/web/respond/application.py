"""The respondent application: no cookie, no session, no log of requests (A-20 to A-23).

Belongs here: putting it together, the headers, what happens when something fails. Does not: the views (`views`), the
files it serves (`files`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin
from jinja2 import StrictUndefined
from structlog import BoundLogger
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from assess import resources
from assess.i18n import number, translator
from assess.instruments.model import Instrument
from assess.surveys import db, lines
from assess.surveys.ballots import LONGEST_COMMENT
from assess.surveys.intake import Intake
from assess.web.respond import about, asked, files, pages, posts, views
from assess.web.respond.lookup import Board
from assess.web.respond.press import Press
from assess.web.respond.views import Desk
from assess.web.shared import bodies, faults, headers
from assess.web.shared.rates import Turnstile

PREFIX: Final = "/w/"
"""Every address of the application begins with this; the application routes whole paths, it is not mounted below it."""


class NoSession(SessionInterface):
    """Opens no session and saves none, so that no cookie can be set by mistake."""

    def open_session(self, app: Flask, request: Request) -> None:
        """Open nothing; what Flask puts in its place refuses to be written."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Save nothing."""


class Quiet(Flask):
    """Flask, but what nothing else caught is logged like every fault: by route and class."""

    faults: BoundLogger

    def log_exception(self, exc_info: Any) -> None:
        """Log the class of an exception that the page for exceptions raised."""
        faults.record(self.faults, route=str(request.url_rule), error=exc_info[1])


def create_respond_app(
    *,
    sessions: Any,
    clock: db.Clock,
    instruments: Callable[[str], Instrument],
    operator: str,
    posts_per_minute: int,
    log: BoundLogger | None = None,
) -> Flask:
    """Return the application that serves everything under `/w/`. `sessions` is what `surveys.db.sessions` makes.

    `posts_per_minute`: what one network may send, M11 beyond (A-29).
    """
    app = Quiet("assess.respond", template_folder=str(resources.templates()), static_folder=None)
    app.faults = log or faults.logger()
    app.session_interface = NoSession()
    app.config.update(
        MAX_CONTENT_LENGTH=posts.LONGEST_BODY, MAX_FORM_MEMORY_SIZE=posts.LONGEST_BODY, MAX_FORM_PARTS=200
    )
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    engine = sessions.kw["bind"]
    desk = Desk(
        intake=Intake(engine, clock),
        lines=lines.Readers(engine).lent,
        readers=db.readers(engine),
        clock=clock,
        board=Board(operator),
        press=Press(app.jinja_env, instruments, operator),
    )
    turnstile = Turnstile(posts_per_minute)
    app.before_request(_failed_before)
    app.before_request(partial(_limited, desk, turnstile))
    _add_views(app, desk)
    about.add(app, desk)
    files.add(app, PREFIX)
    _add_errors(app, desk)
    short = posts.short(app.wsgi_app, desk, turnstile.admits)
    app.wsgi_app = bodies.whole(headers.secured(short))  # type: ignore[assignment, method-assign]
    return app


def _add_views(app: Flask, desk: Desk) -> None:
    app.add_url_rule("/w/", "code", lambda: views.code(desk, asked.address()).response(), strict_slashes=False)
    for path, view in views.POSTS.items():
        name = path.removeprefix(PREFIX)
        app.add_url_rule(path, name, lambda view=view: view(desk, asked.here()).response(), methods=["POST"])


def _failed_before() -> None:
    """Raise what a view raised on the short way, so that one page and one line of the log tell of every fault."""
    fault = request.environ.get(posts.FAULT)
    if fault is not None:
        raise fault


def _limited(desk: Desk, turnstile: Turnstile) -> Response | None:
    """Return M11 for a post beyond the limit of its network."""
    if request.method != "POST" or turnstile.admits(request.remote_addr or ""):
        return None
    return views.too_many(desk, asked.here()).response()


def _add_errors(app: Quiet, desk: Desk) -> None:
    def refused(error: HTTPException) -> Response:
        """404, 405, 413 and the like: nothing was read, so nothing can be shown again but where to begin."""
        status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        locale = asked.address().named_language
        heading, text = _words(status, locale)
        body = pages.message(desk.press, locale, heading=heading, text=text, home=True)
        response = views.page(body, status).response()
        if isinstance(error, MethodNotAllowed):
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
        return response

    def failed(error: Exception) -> Response:
        """M8: the class of what failed is logged, never what was sent."""
        faults.record(app.faults, route=str(request.url_rule), error=error)
        return views.not_received(desk, asked.here()).response()

    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, failed)


def _words(status: HTTPStatus, locale: str) -> tuple[str, str]:
    _ = translator(locale)
    match status:
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return _("This is too long to be received"), _(
                "Nothing was sent, and so long a page cannot be shown again. Start again with your code: a comment may "
                "have {limit} characters.",
                limit=number(LONGEST_COMMENT, locale),
            )
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return _("This page opens from your code"), _("Nothing was sent and nothing is lost on our side.")
        case HTTPStatus.NOT_FOUND:
            return _("There is no page here"), _("Check the address on your invitation or your card.")
        case HTTPStatus.INTERNAL_SERVER_ERROR:
            return _("Not received"), _("Go back in your browser and try again in a minute.")
        case _:
            return _("This could not be read"), _("Nothing was sent. Start again with your code.")
