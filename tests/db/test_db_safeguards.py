"""What refuses the start: a database that logs, forgets or lets a login around its role (A-23, A-27)."""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path

import db_postgres
import pytest
from click.testing import CliRunner
from db_house import House
from db_lent import lent
from sqlalchemy import text

from assess.app import create_app
from assess.cli import main
from assess.settings import DatabaseRole, Settings, SettingsError
from assess.surveys import db, safeguards
from assess.surveys.safeguards import StartRefused

ROLES = [role for role in DatabaseRole if role is not DatabaseRole.OWNER]


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house on a PostgreSQL that may serve."""
    with lent("postgresql", tmp_path_factory.mktemp("standing")) as house, db_postgres.durable():
        yield house


@pytest.fixture
def durable(standing: House) -> Iterator[House]:
    """The same house, its roles set back afterwards."""
    yield standing
    with standing.engine.begin() as connection:
        here = connection.execute(text("SELECT current_database()")).scalar_one()
        for role in ROLES:
            connection.exec_driver_sql(f"ALTER ROLE assess_{role} IN DATABASE {here} RESET ALL")


def settings(house: House, **changed: str | None) -> Settings:
    """Return the settings of a house, as its commands read them."""
    values = {
        name.removeprefix("ASSESS_").lower(): value
        for name, value in house.environment.items()
        if house.engines or "URL" not in name
    }
    return Settings(**{**values, **changed})  # type: ignore[arg-type]


def refusals(found: Settings) -> list[str]:
    """Return what the start says, line by line; nothing when it goes on."""
    try:
        safeguards.refuse(found)
    except StartRefused as refused:
        return str(refused).splitlines()
    return []


def set_(house: House, role: DatabaseRole, name: str, value: str) -> None:
    """Set a parameter for a role in this database alone."""
    with house.engine.begin() as connection:
        here = connection.execute(text("SELECT current_database()")).scalar_one()
        connection.exec_driver_sql(f"ALTER ROLE assess_{role} IN DATABASE {here} SET {name} = '{value}'")


def test_a_database_as_it_comes_is_served(durable: House, sqlite: House) -> None:
    """A-23: PostgreSQL's defaults log no statement and lose nothing; nor does our SQLite."""
    assert refusals(settings(durable)) == []
    assert refusals(settings(sqlite)) == []


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("log_statement", "all", "none"),
        ("log_statement", "mod", "none"),
        ("log_min_duration_statement", "0", "-1"),
        ("log_min_duration_statement", "250", "-1"),
        ("log_min_duration_sample", "0", "-1"),
        ("log_transaction_sample_rate", "0.01", "0"),
        ("log_duration", "on", "off"),
        ("log_parameter_max_length_on_error", "-1", "0"),
        ("log_parameter_max_length_on_error", "64", "0"),
        ("debug_print_parse", "on", "off"),
        ("debug_print_rewritten", "on", "off"),
        ("debug_print_plan", "on", "off"),
        ("log_statement_stats", "on", "off"),
        ("log_parser_stats", "on", "off"),
        ("log_planner_stats", "on", "off"),
        ("log_executor_stats", "on", "off"),
        ("auto_explain.log_min_duration", "0", "-1"),
        ("pgaudit.log", "write", "none"),
        ("synchronous_commit", "off", "on"),
    ],
)
@pytest.mark.parametrize("role", [DatabaseRole.RESPOND])
def test_a_parameter_that_betrays_or_loses_refuses_the_start(
    durable: House, role: DatabaseRole, name: str, value: str, mend: str
) -> None:
    """A-23: each says which parameter it is and how to mend it."""
    set_(durable, role, name, value)
    (line,) = refusals(settings(durable))
    assert line.startswith(f"PostgreSQL: {name} is {value}")
    assert f"set it to {mend} (as a superuser: ALTER SYSTEM SET {name} = '{mend}'" in line


@pytest.mark.parametrize("role", ROLES)
def test_every_role_that_serves_is_asked(durable: House, role: DatabaseRole) -> None:
    """A-23: a role can have parameters of its own."""
    set_(durable, role, "log_statement", "all")
    assert len(refusals(settings(durable))) == 1


def test_statements_that_may_be_logged_are_logged_without_their_values(durable: House) -> None:
    """A-23: `ddl` alone is silent about ballots; then nothing of a parameter may be logged either."""
    set_(durable, DatabaseRole.APP, "log_statement", "ddl")
    (line,) = refusals(settings(durable))
    assert line.startswith("PostgreSQL: log_parameter_max_length is -1")
    set_(durable, DatabaseRole.APP, "log_parameter_max_length", "0")
    assert refusals(settings(durable)) == []


def test_what_belongs_to_the_whole_server_refuses_the_start_too() -> None:
    """A-23: `fsync` off, `track_commit_timestamp` on; both at once, each with its remedy."""
    place = Path(tempfile.mkdtemp(prefix="assess-pg-"))
    server = db_postgres.started(place, db_postgres.CONFIGURATION + "track_commit_timestamp = on\n")
    with server.admin() as connection:
        for role in DatabaseRole:
            connection.execute(f"CREATE ROLE assess_{role} LOGIN")
    urls = {role: server.named("postgres", f"assess_{role}") for role in DatabaseRole}
    found = Settings(
        database_url=urls[DatabaseRole.APP],
        database_url_owner=urls[DatabaseRole.OWNER],
        database_url_respond=urls[DatabaseRole.RESPOND],
        database_url_count=urls[DatabaseRole.COUNT],
    )
    lines = refusals(found)
    assert [line.split(":")[1] for line in lines] == [" track_commit_timestamp is on", " fsync is off"]
    assert "ALTER SYSTEM SET fsync = 'on'" in lines[1]


@pytest.mark.parametrize("level", [0, 1])
def test_a_sqlite_that_does_not_wait_for_the_disk_refuses_the_start(
    sqlite: House, monkeypatch: pytest.MonkeyPatch, level: int
) -> None:
    """A-23: SQLite `synchronous` < 2."""
    monkeypatch.setattr(db, "_PRAGMAS", (*db._PRAGMAS, f"PRAGMA synchronous = {level}"))
    (line,) = refusals(settings(sqlite))
    assert line.startswith(f"SQLite: synchronous is {level}")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("able", ["SUPERUSER", "BYPASSRLS"])
def test_a_login_that_passes_row_level_security_refuses_the_start(
    durable: House, role: DatabaseRole, able: str
) -> None:
    """A-27: NOSUPERUSER NOBYPASSRLS; the message names the login and what it is for."""
    login = f"strong_{able.lower()}"
    url = _login(durable, login, able, f"IN ROLE assess_{role}")
    try:
        (line,) = refusals(settings(durable, **{_field(role): url}))
    finally:
        _gone(durable, login)
    assert line.startswith(f"PostgreSQL: the login {login} for {role} is ")
    assert "NOSUPERUSER NOBYPASSRLS" in line


def test_a_login_of_another_role_or_of_two_refuses_the_start(durable: House) -> None:
    """A-27: exchanged addresses, and one login for everything."""
    other = durable.environment["ASSESS_DATABASE_URL"]
    (line,) = refusals(settings(durable, database_url_respond=other))
    assert line == (
        "PostgreSQL: the login assess_app for respond is a member of assess_app; give respond a login of its own, "
        "a member of assess_respond alone (CREATE ROLE … LOGIN IN ROLE assess_respond)"
    )
    url = _login(durable, "twofold", "NOSUPERUSER", "IN ROLE assess_app, assess_count")
    try:
        (line,) = refusals(settings(durable, database_url_count=url))
    finally:
        _gone(durable, "twofold")
    assert "twofold for count is a member of assess_app, assess_count; give count a login of its own" in line


def test_roles_on_two_databases_refuse_the_start(durable: House) -> None:
    """A-27: a count that looks at another database than the one people drop into."""
    with db_postgres.database() as elsewhere:
        url = db_postgres.as_role(elsewhere, DatabaseRole.COUNT)
        (line,) = refusals(settings(durable, database_url_count=url))
    assert line.startswith("the roles use different databases")


@pytest.mark.parametrize("role", [DatabaseRole.OWNER, DatabaseRole.RESPOND, DatabaseRole.COUNT])
def test_a_missing_address_is_asked_for_by_name(postgresql: House, role: DatabaseRole) -> None:
    """A-27, issue 4 (1): on PostgreSQL each role signs in by itself; on SQLite none does."""
    found = settings(postgresql, **{_field(role): None})
    with pytest.raises(SettingsError, match=f"ASSESS_DATABASE_URL_{role.upper()} is not set: .* assess_{role}"):
        found.url_of(role)
    on_sqlite = Settings(**{_field(role): postgresql.url})
    with pytest.raises(SettingsError, match=f"ASSESS_DATABASE_URL_{role.upper()} is set, but the database is SQLite"):
        on_sqlite.url_of(DatabaseRole.APP)


@pytest.mark.parametrize("command", [["serve"], ["worker"]])
def test_the_commands_that_serve_refuse_in_words(
    durable: House, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    """A-23, U-110: exit code 5, everything at once, nothing served."""
    set_(durable, DatabaseRole.RESPOND, "log_statement", "all")
    set_(durable, DatabaseRole.COUNT, "log_duration", "on")
    for name, value in durable.environment.items():
        monkeypatch.setenv(name, value)
    refused = CliRunner().invoke(main, command)
    assert refused.exit_code == 5
    assert "log_statement is all" in refused.output
    assert "log_duration is on" in refused.output
    with pytest.raises(StartRefused):
        create_app(settings(durable))


def test_the_doctor_names_what_a_start_would_refuse(durable: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """U-110: a line a fault with its remedy, on either engine; a database that is not there yet is no fault."""
    for name, value in durable.environment.items():
        monkeypatch.setenv(name, value)
    assert "ok   database PostgreSQL\n" in CliRunner().invoke(main, ["doctor"]).output
    set_(durable, DatabaseRole.APP, "log_statement", "all")
    found = CliRunner().invoke(main, ["doctor"])
    assert found.exit_code == 5
    assert "FAIL database PostgreSQL: PostgreSQL: log_statement is all" in found.output
    monkeypatch.delenv("ASSESS_DATABASE_URL_COUNT")
    assert "ASSESS_DATABASE_URL_COUNT is not set" in CliRunner().invoke(main, ["doctor"]).output


def test_the_commands_of_the_schema_work_as_the_owner(durable: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A-27: `assess db upgrade` and `check` need no other login."""
    monkeypatch.setenv("ASSESS_HOME", str(durable.folder))
    for name in ("ASSESS_DATABASE_URL", "ASSESS_DATABASE_URL_OWNER"):
        monkeypatch.setenv(name, durable.environment[name])
    for command in ("check", "upgrade", "check"):
        assert CliRunner().invoke(main, ["db", command]).exit_code == 0
    for number, code in (("0003", 1), ("0004", 0)):
        with durable.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": number})
        assert CliRunner().invoke(main, ["db", "check"]).exit_code == code


def test_a_crash_leaves_no_picture_of_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A-23: core dumps off, before anything is opened."""
    asked: list[tuple[int, tuple[int, int]]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda what, limits: asked.append((what, limits)))
    safeguards.without_core_dumps()
    assert asked == [(resource.RLIMIT_CORE, (0, 0))]


def _field(role: DatabaseRole) -> str:
    return "database_url" + ("" if role is DatabaseRole.APP else f"_{role}")


def _login(house: House, name: str, able: str, member: str) -> str:
    with house.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN {able} {member}")
    return house.engine.url.set(username=name).render_as_string(hide_password=False)


def _gone(house: House, name: str) -> None:
    with house.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP ROLE {name}")
