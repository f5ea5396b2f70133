"""The respondent application: no cookie, no session, no log."""
