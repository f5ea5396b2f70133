"""The short way of the three posts of a person: read once, answered by the views, no request of Flask's around them.

Making Flask's request and response costs more than a page. Flask has the same three addresses and answers whatever is
out of the ordinary: a body that was cut, is too long or no form, and a view that failed, which it is told of. So what
such a person sees and what is logged is said in one place (`application`).

Belongs here: reading a post, handing it to its view, or to Flask. Does not: what the views answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Final

from assess.web.respond import asked, posted, views
from assess.web.respond.asked import HTML, Answer
from assess.web.respond.views import Desk

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LONGEST_BODY: Final = 64 * 1024
FAULT: Final = "assess.fault"
"""Under this name Flask finds what a view raised on the short way."""
_FORM: Final = "application/x-www-form-urlencoded"


def short(application: WSGIApplication, desk: Desk, admits: Callable[[str], bool]) -> WSGIApplication:
    """Return an application that answers the posts of a form itself; `admits` counts those of an address (A-29)."""

    def answered(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        view = views.POSTS.get(environ.get("PATH_INFO", "")) if environ["REQUEST_METHOD"] == "POST" else None
        body = None if view is None else _read(environ)
        if view is None or body is None:
            return application(environ, start_response)
        try:
            what = asked.of(environ, posted.fields(body))
            let = admits(environ.get("REMOTE_ADDR", ""))
            answer = view(desk, what) if let else views.too_many(desk, what)
        except Exception as error:  # noqa: BLE001 - Flask raises it again, and its handlers answer
            environ[FAULT] = error
            return application(environ, start_response)
        start_response(f"{answer.status.value} {answer.status.phrase.upper()}", _headers(answer))
        return [answer.body]

    return answered


def _read(environ: WSGIEnvironment) -> bytes | None:
    """Return the body of a form, None if it is none, or not whole; Flask finds what was read where it was."""
    if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != _FORM:
        return None
    told = environ.get("CONTENT_LENGTH", "")
    if "HTTP_TRANSFER_ENCODING" in environ or not (told.isascii() and told.isdigit()) or int(told) > LONGEST_BODY:
        return None
    try:
        body: bytes = environ["wsgi.input"].read(int(told))
    except (OSError, ValueError):
        # The line broke; what came is part of a form at best.
        body = b""
    environ["wsgi.input"] = BytesIO(body)
    return body if len(body) == int(told) else None


def _headers(answer: Answer) -> list[tuple[str, str]]:
    return [("Content-Type", HTML), ("Content-Length", str(len(answer.body))), *answer.headers]
