"""The four roles of PostgreSQL, row-level security, and the guard that is the second net on both engines (A-27)."""

from __future__ import annotations

from collections.abc import Iterator

import db_tenants
import pytest
from db_house import House
from db_lent import ENGINES, lent
from db_tenants import FIRM, Tenant, of_clients, rows, tell, tenant_setting
from sqlalchemy import Engine, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, ProgrammingError

from assess.settings import DatabaseRole
from assess.surveys import archive, box, db, envelopes, tenancy
from assess.surveys.box import Receipt
from assess.surveys.db import Base
from assess.surveys.tables import BoxRow, Client, EnvelopeRow, PersonRow, SpentRow, StatRow, Wave
from assess.surveys.tenancy import Scope

APP, RESPOND, COUNT, OWNER = DatabaseRole.APP, DatabaseRole.RESPOND, DatabaseRole.COUNT, DatabaseRole.OWNER
BOX = ("envelope", "spent", "box")
NEVER = {
    APP: {*BOX, "stat_row"},
    RESPOND: {
        *("roster", "roster_print", "stat_row", "comment_row", "comment_decision", "released_comment", "archive"),
        *("erratum", "risk_sheet", "movement", "participation", "staff", "role", "staff_role", "client_staff", "audit"),
    },
    COUNT: {"staff", "role", "staff_role", "client_staff"},
}
"""Tables that a role may not read a row of."""


def refused(engine: Engine, statement: str, **settings: str) -> str:
    """Run a statement that a role may not; return what PostgreSQL says."""
    with engine.connect() as connection:
        tell(connection, **settings)
        with pytest.raises(DBAPIError) as caught:
            connection.execute(text(statement))
    return str(caught.value.orig)


def rights(engine: Engine) -> dict[tuple[str, str], set[str]]:
    """Return what each of the four roles was granted on each table, whole or by column."""
    whole = "SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants"
    column = (
        "SELECT grantee, table_name, privilege_type || ' ' || column_name FROM information_schema.column_privileges"
    )
    query = (
        f"WITH whole AS ({whole} WHERE grantee LIKE 'assess_%') SELECT * FROM whole UNION {column} c "
        "WHERE grantee LIKE 'assess_%' AND (grantee, table_name, privilege_type) NOT IN (SELECT * FROM whole)"
    )
    found: dict[tuple[str, str], set[str]] = {}
    with engine.connect() as connection:
        for role, table, right in connection.execute(text(query)):
            found.setdefault((role.removeprefix("assess_"), table), set()).add(right)
    return found


def unprotected(engine: Engine) -> list[str]:
    """Return the tables of clients on which row-level security is not forced, or that have no policy."""
    query = (
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AND "
        "EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant'), "
        "pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm') "
        "AND c.relnamespace = 'public'::regnamespace"
    )
    with engine.connect() as connection:
        found = connection.execute(text(query)).all()
    return sorted(
        f"{table}: {'owned by ' + owner if owner != 'assess_owner' else 'no forced row-level security'}"
        for table, safe, owner in found
        if owner != "assess_owner" or (table not in FIRM and not safe)
    )


def test_every_table_of_a_client_forces_row_level_security(postgresql: House) -> None:
    """A-27: ENABLE + FORCE, a policy each; also for the owner."""
    assert unprotected(postgresql.engine) == []
    assert db_tenants.catalogue(postgresql.engine) == {table.name for table in of_clients()} | FIRM


@pytest.mark.parametrize(
    ("planted", "caught"),
    [
        ("CREATE TABLE mood (wave_id BYTEA)", "mood: owned by postgres"),
        (
            "CREATE TABLE mood (wave_id BYTEA); ALTER TABLE mood OWNER TO assess_owner",
            "mood: no forced row-level security",
        ),
        ("CREATE VIEW people AS SELECT * FROM roster", "people: owned by postgres"),
        ("ALTER TABLE archive NO FORCE ROW LEVEL SECURITY", "archive: no forced row-level security"),
        ("ALTER TABLE roster DISABLE ROW LEVEL SECURITY", "roster: no forced row-level security"),
        ("DROP POLICY tenant ON stat_row", "stat_row: no forced row-level security"),
    ],
)
def test_a_table_or_view_without_it_is_caught(postgresql: House, planted: str, caught: str) -> None:
    """The planted weaknesses of the inventory above."""
    with postgresql.engine.begin() as connection:
        connection.exec_driver_sql(planted)
    assert unprotected(postgresql.engine) == [caught]


def test_no_role_is_a_superuser_or_passes_row_level_security(postgresql: House) -> None:
    """A-27: NOSUPERUSER NOBYPASSRLS."""
    able = "rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb"
    query = f"SELECT count(*), bool_or({able}) FROM pg_roles WHERE rolname = ANY(:r)"
    with postgresql.engine.connect() as connection:
        found = connection.execute(text(query), {"r": [f"assess_{role}" for role in DatabaseRole]}).one()
    assert tuple(found) == (4, False)


def test_the_box_is_granted_as_the_specification_says_and_no_further(postgresql: House) -> None:
    """A-27: `app` no box tables but the envelopes of an opening; `respond` one envelope, one mark, one ballot."""
    found = rights(postgresql.engine)
    assert {table: found.get(("app", table), set()) for table in BOX} == {
        "envelope": {"INSERT"},
        "spent": set(),
        "box": set(),
    }
    assert {table: found[("respond", table)] for table in BOX} == {
        "envelope": {"SELECT"},
        "spent": {"SELECT", "INSERT"},
        "box": {"SELECT", "INSERT", "UPDATE"},
    }
    assert {table for role, table in found if role == "respond"} == {
        *("alembic_version", "client", "wave", "receipt", "count_record", "destruction", "prereg_change", *BOX)
    }
    assert found[("respond", "wave")] == {"SELECT", "UPDATE wave_id"}
    assert all("TRUNCATE" not in granted for (role, _), granted in found.items() if role != "owner")


@pytest.fixture(scope="module")
def tenants(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Tenant, Tenant]]:
    """Two tenants on PostgreSQL for tests that leave everything as it was."""
    with lent("postgresql", tmp_path_factory.mktemp("tenants")) as house:
        yield (house, *db_tenants.two(house))


def test_unset_means_no_rows(tenants: tuple[House, Tenant, Tenant]) -> None:
    """A-27: a transaction that forgot to say whose it is sees nothing, and neither does the owner."""
    house = tenants[0]
    for table in of_clients():
        assert rows(house.engine, table.name) >= 2
        for role in DatabaseRole:
            if table.name in NEVER.get(role, set()):
                assert "permission denied" in refused(house.engine_of(role), f"SELECT 1 FROM {table.name}")
            else:
                assert rows(house.engine_of(role), table.name) == 0, (role, table.name)


def test_a_tenant_sees_its_own_rows_and_no_foreign_one(tenants: tuple[House, Tenant, Tenant]) -> None:
    """A-27: consoles and counts; every table, every role; a consultant has several clients."""
    house, own, foreign = tenants
    for role in (OWNER, APP, COUNT):
        for table in of_clients():
            if table.name in NEVER.get(role, set()):
                continue
            key = "client_id" if "client_id" in table.c else "wave_id"
            with house.engine_of(role).connect() as connection:
                tell(connection, tenant=tenant_setting(own))
                seen = set(connection.execute(text(f"SELECT {key} FROM {table.name}")).scalars())
            allowed = own.clients if key == "client_id" else {own.counted.wave_id, own.open.wave_id}
            assert seen, (role, table.name)
            assert seen <= allowed, (role, table.name)
            assert not seen & {*foreign.clients, foreign.counted.wave_id, foreign.open.wave_id}


def test_a_tenant_writes_no_foreign_row(tenants: tuple[House, Tenant, Tenant]) -> None:
    """A-27: WITH CHECK; an update or a deletion meets no foreign row."""
    house, own, foreign = tenants
    app = house.engine_of(APP)
    wave = foreign.open.wave_id.hex()
    mine = tenant_setting(own)
    person = "INSERT INTO roster (person_id, wave_id, side) VALUES ('\\x00', '\\x{}', 'sales')"
    assert "row-level security" in refused(app, person.format(wave), tenant=mine)
    with app.connect() as connection:
        tell(connection, tenant=mine)
        assert connection.execute(text(person.format(own.counted.wave_id.hex()))).rowcount == 1
        assert connection.execute(text(f"UPDATE wave SET label = 'x' WHERE wave_id = '\\x{wave}'")).rowcount == 0
        assert connection.execute(text(f"DELETE FROM roster WHERE wave_id = '\\x{wave}'")).rowcount == 0
    moved = f"UPDATE wave SET client_id = '\\x{next(iter(foreign.clients)).hex()}', number = 99"
    assert "row-level security" in refused(app, moved, tenant=mine)


def test_an_envelope_is_inserted_into_a_draft_and_never_later(tenants: tuple[House, Tenant, Tenant]) -> None:
    """A-04: a later envelope would name its owner; not even the console can make one."""
    house, own, _ = tenants
    one = f"INSERT INTO envelope VALUES ('\\x00', '\\x{own.open.wave_id.hex()}', 'sales')"
    app = house.engine_of(APP)
    assert "row-level security" in refused(app, one, tenant=tenant_setting(own))
    with app.connect() as connection:
        tell(connection, tenant=tenant_setting(own))
        connection.execute(text(f"UPDATE wave SET state = 'draft' WHERE wave_id = '\\x{own.open.wave_id.hex()}'"))
        assert connection.execute(text(one)).rowcount == 1


def test_who_answers_sees_one_envelope_one_mark_and_one_ballot(tenants: tuple[House, Tenant, Tenant]) -> None:
    """A-27: `envelope` only where code_hash = app.code_hash; the mark and the ballot of the same code, no other."""
    house, own, foreign = tenants
    respond = house.engine_of(RESPOND)
    codes = [house.codes(tenant.open)["sales"][0] for tenant in (own, foreign)]
    mine, other = (envelopes.slot(envelopes.normalise(code) or b"") for code in codes)
    with respond.connect() as connection:
        tell(connection, code_hash=mine.code_hash.hex(), ballot_id=mine.ballot_id.hex())
        assert connection.execute(text("SELECT code_hash FROM envelope")).scalars().all() == [mine.code_hash]
        assert connection.execute(text("SELECT code_hash FROM spent")).scalars().all() == [mine.code_hash]
        assert connection.execute(text("SELECT ballot_id FROM box")).scalars().all() == [mine.ballot_id]
        assert connection.execute(text("SELECT wave_id FROM wave")).scalars().all() == [own.open.wave_id]
        assert connection.execute(text("SELECT client_id FROM client")).scalars().all() == [own.open.client_id]
        assert connection.execute(text("UPDATE box SET drops = 9")).rowcount == 1
        assert connection.execute(text("SELECT 1 FROM receipt")).all() == []
    hold = {"code_hash": mine.code_hash.hex(), "ballot_id": mine.ballot_id.hex()}
    stuffed = f"INSERT INTO spent VALUES ('\\x{other.code_hash.hex()}', '\\x{foreign.open.wave_id.hex()}')"
    assert "row-level security" in refused(respond, stuffed, **hold)
    assert "row-level security" in refused(respond, "UPDATE wave SET wave_id = wave_id", **hold)
    assert "permission denied" in refused(respond, "UPDATE wave SET state = 'closed'", **hold)
    assert "permission denied" in refused(respond, "DELETE FROM box", **hold)


def test_the_page_of_a_wave_shows_one_wave_and_its_public_record(tenants: tuple[House, Tenant, Tenant]) -> None:
    """A-10, A-20, A-27: whoever has its address."""
    house, own, _ = tenants
    with house.engine_of(RESPOND).connect() as connection:
        tell(connection, wave=own.counted.wave_id.hex())
        for table in ("wave", "receipt", "count_record", "destruction", "prereg_change"):
            seen = set(connection.execute(text(f"SELECT wave_id FROM {table}")).scalars())
            assert seen == {own.counted.wave_id}, table
        assert connection.execute(text("SELECT client_id FROM client")).scalars().all() == [own.counted.client_id]
        assert connection.execute(text("SELECT 1 FROM envelope")).all() == []


def test_a_list_over_all_clients_has_names_states_and_what_is_due(tenants: tuple[House, Tenant, Tenant]) -> None:
    """U-60, stack.md section 3: and nothing else; nothing can be changed through it."""
    house = tenants[0]
    named = {"client", "wave"}
    due = named | {"roster", "roster_print", "participation", "count_record", "comment_row", "comment_decision"}
    for role, listed in ((APP, named), (COUNT, due)):
        for table in of_clients():
            if table.name in NEVER[role]:
                continue
            with house.engine_of(role).connect() as connection:
                tell(connection, tenant="*")
                seen = connection.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one()
            assert (seen > 0) == (table.name in listed), (role, table.name)
    with house.engine_of(COUNT).connect() as connection:
        tell(connection, tenant="*")
        assert connection.execute(text("UPDATE wave SET label = 'x'")).rowcount == 0
        assert connection.execute(text("DELETE FROM roster")).rowcount == 0


def test_what_a_transaction_was_told_ends_with_it(tenants: tuple[House, Tenant, Tenant]) -> None:
    """A-27: set per transaction; the same connection then serves somebody else."""
    house, own, _ = tenants
    maker = tenancy.guarded(house.engine_of(APP), Scope(clients=own.clients))
    with maker() as session:
        server = session.scalar(text("SELECT pg_backend_pid()"))
        assert len(session.scalars(text("SELECT 1 FROM wave")).all()) == 2
        session.commit()
        assert len(session.scalars(text("SELECT 1 FROM wave")).all()) == 2
        session.rollback()
    with house.engine_of(APP).connect() as connection:
        assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() == server
        assert connection.execute(text("SELECT 1 FROM wave")).all() == []


def test_the_owner_may_migrate_and_yet_sees_no_row(postgresql: House) -> None:
    """A-27: roles `owner` (migrations): down and up again with its own login."""
    postgresql.opened()
    url = postgresql.environment["ASSESS_DATABASE_URL_OWNER"]
    assert not db.behind(url)
    db.upgrade(url)
    assert rows(postgresql.engine_of(OWNER), "wave") == 0


@pytest.fixture(scope="module", params=ENGINES)
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[House, Tenant, Tenant]]:
    """Two tenants on each engine for tests that leave everything as it was."""
    with lent(request.param, tmp_path_factory.mktemp("both")) as house:
        yield (house, *db_tenants.two(house))


def guarded(house: House, own: Tenant) -> list[type[Base]]:
    """Return the classes whose rows the guard lets through for a scope other than its own, seen with all rights."""
    maker = tenancy.guarded(house.engine, Scope(clients=own.clients))
    through = []
    for mapper in Base.registry.mappers:
        kind, table = mapper.class_, mapper.local_table
        key = table.c.get("client_id", table.c.get("wave_id"))
        if key is None:
            continue
        allowed = own.clients if key.name == "client_id" else {own.counted.wave_id, own.open.wave_id}
        column = mapper.get_property_by_column(key).class_attribute
        with maker() as session:
            seen = {
                *session.scalars(select(column)),
                *(getattr(row, key.name) for row in session.scalars(select(kind))),
            }
        assert seen, kind
        if not seen <= allowed:
            through.append(kind)
    return through


def test_the_guard_alone_lets_no_foreign_row_through(both: tuple[House, Tenant, Tenant]) -> None:
    """A-27: the second net on both engines, as a superuser on PostgreSQL: columns, objects, joins, counts, get."""
    house, own, foreign = both
    assert guarded(house, own) == []
    maker = tenancy.guarded(house.engine, Scope(clients=own.clients))
    with maker() as session:
        assert session.get(Wave, foreign.open.wave_id) is None
        assert session.get(Wave, own.open.wave_id) is not None
        assert session.scalar(select(func.count()).select_from(StatRow)) == 20
        assert (
            session.scalar(select(func.count(PersonRow.person_id)).where(PersonRow.wave_id == foreign.open.wave_id))
            == 0
        )
        joined = select(Client.name, Wave.wave_id).join(Wave, Wave.client_id == Client.client_id)
        assert {row.wave_id for row in session.execute(joined)} == {own.counted.wave_id, own.open.wave_id}
        assert archive.load(session, foreign.counted) is None
        assert archive.load(session, own.counted) is not None


def test_the_guard_also_stands_before_changes(both: tuple[House, Tenant, Tenant]) -> None:
    """A-27: ORM updates and deletions."""
    house, own, foreign = both
    maker = tenancy.guarded(house.engine, Scope(clients=own.clients))
    with maker() as session:
        session.execute(update(Wave).values(label="mine"))
        session.execute(delete(PersonRow))
        # Past the guard, and before anything is committed.
        seen = session.connection()
        labels = dict(seen.execute(text("SELECT wave_id, label FROM wave")).all())  # type: ignore[arg-type]
        assert labels[own.open.wave_id] == labels[own.counted.wave_id] == "mine"
        assert labels[foreign.open.wave_id] == "Q1"
        people = set(seen.execute(text("SELECT wave_id FROM roster")).scalars())
        assert people == {foreign.open.wave_id, foreign.counted.wave_id}


def test_a_guarded_session_that_was_told_nothing_sees_nothing(both: tuple[House, Tenant, Tenant]) -> None:
    """A-27: unset = no rows, on SQLite too."""
    house = both[0]
    with tenancy.guarded(house.engine)() as session:
        for mapper in Base.registry.mappers:
            if {"client_id", "wave_id"} & set(mapper.local_table.c.keys()):
                assert session.scalars(select(mapper.class_)).first() is None


def test_raw_sql_passes_the_guard_and_row_level_security_stops_it(both: tuple[House, Tenant, Tenant]) -> None:
    """A-27: SQLAlchemy #6176: why the guard is the second net and not the only one where there is another."""
    house, own, _ = both
    with tenancy.guarded(house.engine, Scope(clients=own.clients))() as session:
        assert len(session.execute(text("SELECT 1 FROM wave")).all()) == 4
    with tenancy.guarded(house.engine_of(APP), Scope(clients=own.clients))() as session:
        assert len(session.execute(text("SELECT 1 FROM wave")).all()) == (4 if not house.engines else 2)


def test_the_check_of_the_guard_sees_a_guard_that_is_gone(
    both: tuple[House, Tenant, Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted weakness."""
    house, own, _ = both
    monkeypatch.setattr(tenancy, "_guard", lambda state: None)
    assert len(guarded(house, own)) > 10


def test_a_drop_is_core_alone_so_the_guard_costs_it_nothing(both: tuple[House, Tenant, Tenant]) -> None:
    """stack.md section 5: no ORM statement between a ballot and its receipt."""
    house, own, _ = both
    maker = tenancy.guarded(house.engine_of(RESPOND))
    code = house.codes(own.open)["sales"][5]
    request = box.DropRequest(code=code, attempt=b"\x07" * 16, answers={"A1": 1}, comments={})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tenancy, "_criteria", lambda scope: pytest.fail("an ORM statement"))
        with maker() as session:
            assert isinstance(box.drop(session, request, clock=house.clock, instrument=house.instrument), Receipt)


def test_a_copied_box_cannot_be_read_by_whoever_serves_pages(tenants: tuple[House, Tenant, Tenant]) -> None:
    """A-27: the console's login with every setting it could invent."""
    house, own, foreign = tenants
    every = {"tenant": f"{tenant_setting(own)},{tenant_setting(foreign)}", "wave": own.open.wave_id.hex()}
    for kind in (EnvelopeRow, SpentRow, BoxRow, StatRow):
        assert "permission denied" in refused(house.engine_of(APP), f"SELECT 1 FROM {kind.__tablename__}", **every)
    with pytest.raises(ProgrammingError, match="permission denied"), house.engine_of(APP).begin() as connection:
        connection.execute(insert(SpentRow).values(code_hash=b"x", wave_id=own.open.wave_id))
