"""Two tenants with a row in every table of a client, for the tests of who may see what (A-27)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from db_house import OPENS, House
from sqlalchemy import Connection, Engine, Table, func, insert, inspect, select, text
from sqlalchemy.types import Boolean, Date, Integer, LargeBinary

from assess.surveys import db, staff
from assess.surveys.tables import Client, Wave

FIRM = frozenset({"alembic_version", "staff", "role", "staff_role", "audit"})
"""Tables of the firm, in which no client has a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """A client: a counted wave and an open one, and the codes of the open one."""

    clients: frozenset[bytes]
    counted: Wave
    open: Wave
    codes: list[str]
    staff_id: int


def of_clients() -> list[Table]:
    """Return the tables in which a client has a part."""
    return [table for table in db.Base.metadata.sorted_tables if table.name not in FIRM]


def two(house: House) -> tuple[Tenant, Tenant]:
    """Return two tenants of one house, every table of a client filled for both."""
    waves = [house.opened(people={"sales": 10, "marketing": 10}) for _ in range(2)]
    for wave in waves:
        house.fill(wave, sales=10, marketing=10)
    house.close()
    for wave in waves:
        house.count(wave)
    house.clock.set(OPENS)
    return _tenant(house, waves[0], 0), _tenant(house, waves[1], 1)


def rows(engine: Engine, table: str) -> int:
    """Return how many rows a login sees in a table, without any setting."""
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def tell(connection: Connection, **settings: str) -> None:
    """Set what the policies read, for one transaction."""
    for name, value in settings.items():
        connection.execute(text("SELECT set_config(:name, :value, true)"), {"name": f"app.{name}", "value": value})


def tenant_setting(tenant: Tenant) -> str:
    return ",".join(client.hex() for client in tenant.clients)


def _tenant(house: House, counted: Wave, number: int) -> Tenant:
    opened = house.opened(people={"sales": 10, "marketing": 10})
    house.fill(opened, sales=3, marketing=3)
    with house.sessions.begin() as session:
        user = staff.add(session, f"u{number}@firm.example", password="correct horse battery")
        for wave in (counted, opened):
            staff.assign(session, user, session.get_one(Client, wave.client_id))
        staff_id = user.staff_id
    with house.engine.begin() as connection:
        for table in of_clients():
            _fill(connection, table, counted, staff_id)
    return Tenant(
        clients=frozenset({counted.client_id, opened.client_id}),
        counted=counted,
        open=opened,
        codes=house.codes(opened)["sales"],
        staff_id=staff_id,
    )


def _fill(connection: Connection, table: Table, wave: Wave, staff_id: int) -> None:
    """Insert a row of a client into a table that has none."""
    owner = table.c.client_id == wave.client_id if "client_id" in table.c else table.c.wave_id == wave.wave_id
    if connection.execute(select(func.count()).select_from(table).where(owner)).scalar_one():
        return
    known = {"client_id": wave.client_id, "wave_id": wave.wave_id, "staff_id": staff_id}
    values = {column.name: known.get(column.name, _value(column.type)) for column in table.c}
    connection.execute(insert(table).values(values))


def _value(kind: Any) -> Any:
    match kind:
        case LargeBinary():
            return secrets.token_bytes(16)
        case Boolean():
            return True
        case Integer():
            return 1
        case Date():
            return date(2026, 1, 12)
        case _:
            return "x"


def catalogue(engine: Engine) -> set[str]:
    """Return every table that a database has."""
    return set(inspect(engine).get_table_names())
