"""PostgreSQL: the four roles, what each may do, and row-level security on every table of a client (A-27).

Nothing on SQLite, which knows no roles. Roles belong to the whole server: they are made here if they are missing,
without a login, and never dropped here, for another database may use them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from alembic import op
from sqlalchemy import text

revision = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None

OWNER, APP, RESPOND, COUNT = "assess_owner", "assess_app", "assess_respond", "assess_count"
LEAST_VERSION: Final = 170_000
"""PostgreSQL 17: the first that can let a role rewrite a table without owning it (MAINTAIN)."""

_FIRM: Final[dict[str, dict[str, str]]] = {
    "alembic_version": {APP: "SELECT", RESPOND: "SELECT", COUNT: "SELECT"},
    "staff": {APP: "SELECT, INSERT, UPDATE, DELETE"},
    "role": {APP: "SELECT, INSERT"},
    "staff_role": {APP: "SELECT, INSERT, DELETE"},
    "audit": {APP: "SELECT, INSERT", COUNT: "SELECT, INSERT"},
}
"""Tables of the firm, without a client: who may do what."""
_OF_CLIENT: Final[dict[str, dict[str, str]]] = {
    "client": {APP: "SELECT, INSERT, UPDATE", RESPOND: "SELECT", COUNT: "SELECT"},
    "wave": {APP: "SELECT, INSERT, UPDATE", RESPOND: "SELECT, UPDATE (wave_id)", COUNT: "SELECT, UPDATE"},
    "client_staff": {APP: "SELECT, INSERT, DELETE"},
    "roster_print": {APP: "SELECT, INSERT, DELETE", COUNT: "SELECT, DELETE"},
}
"""Tables with a client_id."""
_OF_WAVE: Final[dict[str, dict[str, str]]] = {
    "envelope": {APP: "INSERT", RESPOND: "SELECT", COUNT: "SELECT, DELETE, MAINTAIN"},
    "spent": {RESPOND: "SELECT, INSERT", COUNT: "SELECT, DELETE, MAINTAIN"},
    "box": {RESPOND: "SELECT, INSERT, UPDATE", COUNT: "SELECT, DELETE, MAINTAIN"},
    "stat_row": {COUNT: "SELECT, INSERT, DELETE, MAINTAIN"},
    "comment_row": {APP: "SELECT", COUNT: "SELECT, INSERT, DELETE, MAINTAIN"},
    "roster": {APP: "SELECT, INSERT, DELETE", COUNT: "SELECT, DELETE, MAINTAIN"},
    "receipt": {APP: "SELECT", RESPOND: "SELECT", COUNT: "SELECT, INSERT"},
    "count_record": {APP: "SELECT", RESPOND: "SELECT", COUNT: "SELECT, INSERT, UPDATE"},
    "destruction": {APP: "SELECT, UPDATE", RESPOND: "SELECT", COUNT: "SELECT, INSERT"},
    "archive": {APP: "SELECT", COUNT: "SELECT, INSERT, UPDATE"},
    "prereg_change": {APP: "SELECT, INSERT", RESPOND: "SELECT", COUNT: "SELECT"},
    "movement": {APP: "SELECT, INSERT, UPDATE", COUNT: "SELECT"},
    "participation": {APP: "SELECT", COUNT: "SELECT, INSERT, UPDATE, DELETE"},
    "released_comment": {APP: "SELECT, INSERT, DELETE", COUNT: "SELECT"},
    "comment_decision": {APP: "SELECT, INSERT, DELETE", COUNT: "SELECT, DELETE"},
    "erratum": {APP: "SELECT, INSERT", COUNT: "SELECT, INSERT"},
    "risk_sheet": {APP: "SELECT, INSERT, UPDATE", COUNT: "SELECT, INSERT, UPDATE"},
}
"""Tables with a wave_id, whose client is the wave's."""
_NAMED: Final = ("client", "wave")
"""What an administrator sees of every client: names and states (U-60)."""
_DUE: Final = ("roster", "roster_print", "participation", "count_record", "comment_row", "comment_decision")
"""What else the runner asks over all clients to know what is due."""
_PUBLIC: Final = ("receipt", "count_record", "destruction", "prereg_change")
"""What the page of a wave shows to whoever has its address (A-10)."""
_SEALED: Final = ("box", "stat_row", "comment_row")
_SEQUENCES: Final = {"staff_staff_id_seq": APP, "role_role_id_seq": APP, "audit_audit_id_seq": f"{APP}, {COUNT}"}


def _set(name: str) -> str:
    return f"nullif(current_setting('app.{name}', true), '')"


def _bytes(name: str) -> str:
    return f"decode({_set(name)}, 'hex')"


_TENANT: Final = f"encode(client_id, 'hex') = ANY (string_to_array({_set('tenant')}, ','))"
_EVERY: Final = f"{_set('tenant')} = '*'"
_THROUGH_WAVE: Final = f"wave_id IN (SELECT wave_id FROM wave WHERE {_TENANT})"  # noqa: S608 - constants of this file
_THE_WAVE: Final = f"wave_id = {_bytes('wave')}"


def upgrade() -> None:
    """Make the roles, hand the tables to their owner, grant, and turn row-level security on."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    version = connection.execute(text("SELECT current_setting('server_version_num')::int")).scalar_one()
    if version < LEAST_VERSION:
        raise RuntimeError(
            f"PostgreSQL {version // 10_000} is too old: assess needs {LEAST_VERSION // 10_000} or later"
        )
    for statement in (*_roles(), *_grants(), *_security(), *_policies()):
        op.execute(statement)


def downgrade() -> None:
    """Take back what was granted here; the roles stay, and the tables stay their owner's."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in (*_OF_CLIENT, *_OF_WAVE):
        for name in ("tenant", "every", "account", "code", "page", "lock", "opening"):
            op.execute(f"DROP POLICY IF EXISTS {name} ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for table in (*_FIRM, *_OF_CLIENT, *_OF_WAVE):
        op.execute(f"REVOKE ALL ON {table} FROM {APP}, {RESPOND}, {COUNT}")
    for sequence in _SEQUENCES:
        op.execute(f"REVOKE ALL ON SEQUENCE {sequence} FROM {APP}, {RESPOND}, {COUNT}")
    op.execute(f"REVOKE ALL ON SCHEMA public FROM {APP}, {RESPOND}, {COUNT}")


def _roles() -> Iterator[str]:
    """Yield what makes missing roles; of two databases migrated at once, one finds the roles made."""
    for role in (OWNER, APP, RESPOND, COUNT):
        yield (
            f"DO $$ BEGIN IF to_regrole('{role}') IS NULL THEN "
            f"CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE; END IF; "
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
    yield (
        f"DO $$ BEGIN IF NOT pg_has_role('{OWNER}', 'SET') THEN "
        f"EXECUTE format('GRANT {OWNER} TO %I', current_user); END IF; END $$"
    )


def _grants() -> Iterator[str]:
    yield f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER}"
    yield f"GRANT USAGE ON SCHEMA public TO {APP}, {RESPOND}, {COUNT}"
    for table, roles in (_FIRM | _OF_CLIENT | _OF_WAVE).items():
        yield f"ALTER TABLE {table} OWNER TO {OWNER}"
        yield f"REVOKE ALL ON {table} FROM PUBLIC"
        for role, rights in roles.items():
            yield f"GRANT {rights} ON {table} TO {role}"
    for sequence, roles_of_it in _SEQUENCES.items():
        yield f"GRANT USAGE ON SEQUENCE {sequence} TO {roles_of_it}"


def _security() -> Iterator[str]:
    for table in (*_OF_CLIENT, *_OF_WAVE):
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    for table in _SEALED:
        # What is sealed cannot be packed; and what is not sealed shall be found by whoever searches the files for it.
        yield f"ALTER TABLE {table} ALTER COLUMN sealed SET STORAGE EXTERNAL"


def _policies() -> Iterator[str]:
    """Yield one policy a role and way in: unset settings match nothing."""
    for table in _OF_CLIENT:
        yield _policy("tenant", table, "ALL", f"{OWNER}, {APP}, {COUNT}", _TENANT)
    for table in _OF_WAVE:
        roles = f"{OWNER}, {COUNT}" if table in {"envelope", "spent", "box"} else f"{OWNER}, {APP}, {COUNT}"
        yield _policy("tenant", table, "ALL", roles, _THROUGH_WAVE)
    for table in (*_NAMED, *_DUE):
        yield _policy("every", table, "SELECT", f"{APP}, {COUNT}" if table in _NAMED else COUNT, _EVERY)
    yield _policy("account", "client_staff", "SELECT", APP, f"staff_id = {_set('account')}::int")
    # All envelopes are inserted at opening: a later row would name its owner (A-04).
    drafts = f"wave_id IN (SELECT wave_id FROM wave WHERE state = 'draft' AND {_TENANT})"  # noqa: S608 - as above
    yield f"CREATE POLICY opening ON envelope FOR INSERT TO {APP} WITH CHECK ({drafts})"
    yield _policy("code", "envelope", "SELECT", RESPOND, f"code_hash = {_bytes('code_hash')}")
    yield _policy("code", "spent", "ALL", RESPOND, f"code_hash = {_bytes('code_hash')}")
    yield _policy("code", "box", "ALL", RESPOND, f"ballot_id = {_bytes('ballot_id')}")
    shown = f"{_THE_WAVE} OR wave_id IN (SELECT wave_id FROM envelope)"  # noqa: S608 - as above
    yield _policy("page", "wave", "SELECT", RESPOND, shown)
    # FOR SHARE asks for the right to update; nothing can be updated.
    yield f"CREATE POLICY lock ON wave FOR UPDATE TO {RESPOND} USING ({shown}) WITH CHECK (false)"
    yield _policy("page", "client", "SELECT", RESPOND, "client_id IN (SELECT client_id FROM wave)")
    for table in _PUBLIC:
        yield _policy("page", table, "SELECT", RESPOND, _THE_WAVE)


def _policy(name: str, table: str, command: str, roles: str, rows: str) -> str:
    check = f" WITH CHECK ({rows})" if command == "ALL" else ""
    return f"CREATE POLICY {name} ON {table} FOR {command} TO {roles} USING ({rows}){check}"
