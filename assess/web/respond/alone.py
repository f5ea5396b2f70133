"""The respondent application on a host of its own: it needs the login of one role, and neither console nor keys.

Belongs here: putting it together from settings that may lack everything else. Does not: the console beside it (`app`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assess.instruments.load import shipped
from assess.settings import DatabaseRole, Settings
from assess.surveys import db, safeguards
from assess.web.respond import entrance
from assess.web.respond.application import create_respond_app
from assess.web.shared import rates

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def create(settings: Settings | None = None, *, clock: db.Clock | None = None) -> WSGIApplication:
    """Return the application over the database of the settings; on PostgreSQL only the login of `respond` is asked."""
    settings = Settings() if settings is None else settings
    safeguards.without_core_dumps()
    safeguards.refuse(settings, [DatabaseRole.RESPOND])
    respond = create_respond_app(
        sessions=db.sessions(db.engine(settings.url_of(DatabaseRole.RESPOND))),
        clock=db.DatabaseClock() if clock is None else clock,
        instruments=shipped,
        operator=settings.operator,
        posts_per_minute=settings.respond_posts_per_minute,
    )
    return rates.proxied(entrance.led(respond), settings.proxies)
