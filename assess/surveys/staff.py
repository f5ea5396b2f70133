"""Staff: accounts of the firm, their roles, and the clients each of them may see (A-26, A-27).

Belongs here: the tables that Flask-Security signs people in with, making accounts, and the only queries by which the
console finds a client or a wave. Does not: pages (`web.console`), respondents, who have no account.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

from argon2 import PasswordHasher, Type
from flask_security.core import RoleMixin, UserMixin
from flask_security.datastore import SQLAlchemySessionUserDatastore
from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from assess.surveys import tenancy
from assess.surveys.clients import Client
from assess.surveys.db import Base
from assess.surveys.tenancy import Scope
from assess.surveys.waves import Wave

__all__ = [
    "LEAST_PASSWORD",
    "MEMORY_COST",
    "PARALLELISM",
    "TIME_COST",
    "UNICODE_FORM",
    "Role",
    "Session",
    "Staff",
    "StaffRefused",
    "StaffRole",
    "add",
    "assign",
    "client_of",
    "clients_of",
    "consultants",
    "datastore",
    "end_sessions",
    "enter",
    "find",
    "generated_password",
    "wave_of",
]

LEAST_PASSWORD: Final = 12
"""Characters a password needs."""
UNICODE_FORM: Final = "NFKD"
"""Unicode form in which passwords are hashed, so that a keyboard's way to write é does not matter."""
TIME_COST: Final = 3
MEMORY_COST: Final = 65536
PARALLELISM: Final = 4
"""argon2id as RFC 9106 proposes it where memory is short: 3 passes over 64 MiB in 4 lanes."""
_MOST_PASSWORD: Final = 1024
_LONGEST_EMAIL: Final = 254
_ADDRESS: Final = re.compile(r"[^\s@,;:<>()\[\]\\\"]+@[^\s@,;:<>()\[\]\\\".]+(\.[^\s@,;:<>()\[\]\\\".]+)+")
_SYMBOLS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


class StaffRole(StrEnum):
    """What an account may do (product.md section 8)."""

    ADMIN = "admin"
    CONSULTANT = "consultant"


class StaffRefused(ValueError):  # noqa: N818 - a refusal is an answer, not an error
    """An account that cannot be made; nothing was stored. The message says why and how to mend it."""


_HELD: Final = Table(
    "staff_role",
    Base.metadata,
    Column("staff_id", Integer, ForeignKey("staff.staff_id"), primary_key=True),
    Column("role_id", Integer, ForeignKey("role.role_id"), primary_key=True),
)
_ASSIGNED: Final = Table(
    "client_staff",
    Base.metadata,
    Column("client_id", LargeBinary(16), ForeignKey("client.client_id"), primary_key=True),
    Column("staff_id", Integer, ForeignKey("staff.staff_id"), primary_key=True),
)


class Role(Base, RoleMixin):  # type: ignore[misc, unused-ignore]
    """A role by its name, one of `StaffRole`."""

    __tablename__ = "role"

    role_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)


class Staff(Base, UserMixin):  # type: ignore[misc, unused-ignore]
    """An account of the firm. `fs_uniquifier` names its sessions: a new one ends them all."""

    __tablename__ = "staff"

    staff_id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool]
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]
        secondary=_HELD, order_by=Role.name
    )

    def may(self, role: StaffRole) -> bool:
        """Return whether the account holds a role."""
        return any(held.name == role for held in self.roles)


def datastore(session: Any) -> SQLAlchemySessionUserDatastore:
    """Return what Flask-Security finds accounts with; `session` is, or stands for, the session of the request."""
    return SQLAlchemySessionUserDatastore(session, Staff, Role)


def add(
    session: Session,
    email: str,
    *,
    password: str,
    role: StaffRole | str | Iterable[StaffRole | str] = StaffRole.CONSULTANT,
    clients: Iterable[Client] = (),
) -> Staff:
    """Add an account with its role, or roles, and clients; raises `StaffRefused` with nothing stored."""
    address = _normal(email)
    if len(address) > _LONGEST_EMAIL or not address.isprintable() or not _ADDRESS.fullmatch(address):
        raise StaffRefused(f'"{email}" is not an e-mail address')
    if not LEAST_PASSWORD <= len(password) <= _MOST_PASSWORD:
        raise StaffRefused(f"the password has {len(password)} characters; at least {LEAST_PASSWORD} are needed")
    if find(session, address) is not None:
        raise StaffRefused(f"{address} has an account already")
    roles = {StaffRole(one) for one in ([role] if isinstance(role, str) else role)}
    user = Staff(
        email=address,
        password=_hashed(password),
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        roles=[_role(session, one) for one in sorted(roles)],
    )
    session.add(user)
    session.flush()
    for client in clients:
        assign(session, user, client)
    return user


def generated_password() -> str:
    """Return a random password of 99 bits in four groups that can be read aloud: no l, o, 0, 1."""
    return "-".join("".join(secrets.choice(_SYMBOLS) for _ in range(5)) for _ in range(4))


def end_sessions(user: Staff) -> None:
    """End every session of an account, wherever its cookie is."""
    user.fs_uniquifier = secrets.token_hex(32)


def find(session: Session, email: str) -> Staff | None:
    """Return the account of an address."""
    return session.scalar(select(Staff).where(Staff.email == _normal(email)))


def consultants(session: Session) -> list[Staff]:
    """Return the active accounts that may run waves, by address."""
    held = select(Staff).join(Staff.roles).where(Role.name == StaffRole.CONSULTANT, Staff.active)
    return list(session.scalars(held.order_by(Staff.email)))


def assign(session: Session, user: Staff, client: Client) -> None:
    """Let an account see a client; doing it twice is harmless."""
    mine = select(_ASSIGNED).where(_ASSIGNED.c.client_id == client.client_id, _ASSIGNED.c.staff_id == user.staff_id)
    if session.execute(mine).first() is None:
        session.execute(_ASSIGNED.insert().values(client_id=client.client_id, staff_id=user.staff_id))


def enter(session: Session, user: Staff) -> None:
    """Let a guarded session see the clients of an account from now on, and no other (A-27)."""
    tenancy.enter(session, Scope(account=user.staff_id))
    mine = session.scalars(select(_ASSIGNED.c.client_id).where(_ASSIGNED.c.staff_id == user.staff_id))
    tenancy.enter(session, Scope(account=user.staff_id, clients=frozenset(mine)))


def clients_of(session: Session, user: Staff) -> list[Client]:
    """Return the clients an account may see, by name."""
    return list(session.scalars(select(Client).where(_seen_by(user)).order_by(Client.name, Client.client_id)))


def client_of(session: Session, user: Staff, client_id: bytes) -> Client | None:
    """Return a client if the account may see it: one answer for a foreign client and for none."""
    return session.scalar(select(Client).where(Client.client_id == client_id, _seen_by(user)))


def wave_of(session: Session, user: Staff, wave_id: bytes) -> tuple[Client, Wave] | None:
    """Return a wave and its client if the account may see them: one answer for a foreign wave and for none."""
    found = session.execute(
        select(Client, Wave)
        .join(Wave, Wave.client_id == Client.client_id)
        .where(Wave.wave_id == wave_id, _seen_by(user))
    ).first()
    return None if found is None else (found[0], found[1])


def _seen_by(user: Staff) -> Any:
    return exists().where(_ASSIGNED.c.client_id == Client.client_id, _ASSIGNED.c.staff_id == user.staff_id)


def _role(session: Session, role: StaffRole) -> Role:
    found = session.scalar(select(Role).where(Role.name == role))
    return found if found is not None else Role(name=role.value)


def _normal(email: str) -> str:
    return unicodedata.normalize("NFC", email).strip().lower()


def _hashed(password: str) -> str:
    hasher = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_COST, parallelism=PARALLELISM, type=Type.ID)
    return hasher.hash(unicodedata.normalize(UNICODE_FORM, password))
