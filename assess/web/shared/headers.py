"""The headers of every response, errors included (A-21, A-28).

Belongs here: names and values. Does not: cookies (the respondent plane has none), or which page is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SOURCES: Final[Mapping[str, str]] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_WITH_NONCE: Final = frozenset({"script-src", "style-src"})


def content_policy(nonce: str | None = None) -> str:
    """Return the content security policy of A-21; with a nonce, that of the console (A-28)."""
    return "; ".join(
        f"{name} {value} 'nonce-{nonce}'" if nonce and name in _WITH_NONCE else f"{name} {value}"
        for name, value in _SOURCES.items()
    )


HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": content_policy(),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Robots-Tag": "noindex",
}
"""Every header of A-21, the same for every page, language and state."""


def secure(response: Response, *, nonce: str | None = None) -> Response:
    """Set the headers of A-21 on a response and return it; a nonce makes its policy that of the console."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    if nonce is not None:
        response.headers["Content-Security-Policy"] = content_policy(nonce)
    return response


def secured(application: WSGIApplication) -> WSGIApplication:
    """Return an application every response of which has the headers of A-21, whoever made it and whatever it said."""
    ours = list(HEADERS.items())
    names = frozenset(name.lower() for name in HEADERS)

    def answered(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, said: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(
                status, [*(header for header in said if header[0].lower() not in names), *ours], *rest
            )

        return application(environ, start)

    return answered
