"""Clients: the companies assessed.

Belongs here: making and finding them. Does not: their waves (`waves`), who may see them (`staff`).
"""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from assess.surveys import tenancy
from assess.surveys.db import DatabaseClock
from assess.surveys.tables import Client

__all__ = ["Client", "create", "find", "listed"]


def create(session: Session, *, name: str, zone: str, country: str) -> Client:
    """Add a client and return it; its zone is checked when a wave opens."""
    client = Client(
        client_id=secrets.token_bytes(16),
        name=name.strip(),
        zone=zone,
        country=country.upper(),
        created_on=DatabaseClock().now(session).date(),
    )
    tenancy.admit(session, client.client_id)
    session.add(client)
    session.flush()
    return client


def find(session: Session, client_id: bytes) -> Client | None:
    """Return the client of this id."""
    return session.get(Client, client_id)


def listed(session: Session) -> list[Client]:
    """Return every client by name."""
    return list(session.scalars(select(Client).order_by(Client.name, Client.client_id)))
