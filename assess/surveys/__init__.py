"""Surveys: the only package that knows SQLAlchemy. Clients, waves, rosters, envelopes, the box, the count."""
