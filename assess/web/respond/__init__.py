"""The respondent application: no cookie, no session, no log."""

from assess.web.respond.application import create_respond_app

__all__ = ["create_respond_app"]
