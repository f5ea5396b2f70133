"""The bare address of a host: it leads to the first page of the respondent application.

Belongs here: that. Does not: pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from werkzeug.wrappers import Response

from assess.web.shared import headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FIRST: Final = "/w/"


def led(respond: WSGIApplication) -> WSGIApplication:
    """Lead from the bare address to the questionnaire's first page; the respondent plane answers for the rest."""

    def enter(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "") not in {"", "/"}:
            return respond(environ, start_response)
        return headers.secure(Response(status=302, headers={"Location": FIRST}))(environ, start_response)

    return enter
