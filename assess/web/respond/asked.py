"""What a browser asks and what it is answered, whether Flask read the request or the short way (`posts`) did.

Belongs here: the two values and how they leave and enter Flask. Does not: which page answers what (`views`); anything
that tells who asks, for a view has no use for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Response, request
from werkzeug.datastructures import ImmutableMultiDict, LanguageAccept
from werkzeug.http import parse_accept_header

from assess.instruments.model import ENGLISH, FRENCH
from assess.web.respond import posted
from assess.web.respond.posted import Sent

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

HTML: Final = "text/html; charset=utf-8"
_QUERIES: Final = {"en": ENGLISH, "fr": FRENCH, "fr-ca": FRENCH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The fields that were posted, those of the address, and the languages that the browser asks for."""

    sent: Sent
    query: Mapping[str, str]
    languages: str

    @property
    def language(self) -> str:
        """The language of a posted page, or of its language button."""
        return posted.language(self.sent) or self.named_language

    @property
    def named_language(self) -> str:
        """The language of `?lang=`, else the one the browser asks for; neither is stored."""
        named = _QUERIES.get(self.query.get("lang", "").lower())
        if named is not None:
            return named
        accepted = parse_accept_header(self.languages, LanguageAccept)
        return _QUERIES[accepted.best_match(list(_QUERIES), default="en")]

    @property
    def kiosk(self) -> bool:
        """Whether many people use this device: said by `?kiosk=1`, then posted along (A-25)."""
        return self.query.get(posted.KIOSK) == "1" or self.sent.get(posted.KIOSK) == "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A page, and what is said about it beside the headers of every response."""

    body: bytes
    status: HTTPStatus = HTTPStatus.OK
    headers: tuple[tuple[str, str], ...] = ()

    def response(self) -> Response:
        """Return it as a response of Flask's."""
        return Response(self.body, self.status, list(self.headers), content_type=HTML)


def of(environ: WSGIEnvironment, sent: Sent) -> Asked:
    """Return what a request asks whose form was read."""
    query = environ.get("QUERY_STRING", "")
    return Asked(
        sent=sent,
        query=posted.fields(query.encode("latin-1")) if query else {},
        languages=environ.get("HTTP_ACCEPT_LANGUAGE", ""),
    )


def address() -> Asked:
    """Return what the address and the headers of Flask's request ask; its body, which may be broken, is not read."""
    return of(request.environ, ImmutableMultiDict())


def here() -> Asked:
    """Return what Flask's request asks."""
    return of(request.environ, request.form)
