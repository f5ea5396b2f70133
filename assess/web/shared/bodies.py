"""What was posted is read whole or not at all (anonymity.md section 9: cut POSTs).

Belongs here: that. Does not: how long a body may be, or what is in it (each application).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def whole(application: WSGIApplication) -> WSGIApplication:
    """Return an application that refuses a body shorter than its Content-Length, with 400, and reads none without one.

    gunicorn vouches that its stream ends where the request does, so werkzeug would count nothing; but it also ends
    where the line broke, and half a form is a form: half a ballot would take the place of a whole one.
    """

    def counted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ.pop("wsgi.input_terminated", None)
        return application(environ, start_response)

    return counted
