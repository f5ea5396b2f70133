"""Every setting of the application, read once. No other module looks at the environment."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

_SQLITE: Final = frozenset({"sqlite", "sqlite+pysqlite"})
_ADDRESS: Final = "the address must begin with postgresql:// or sqlite:/// and be whole"


class DatabaseRole(StrEnum):
    """Who speaks to the database (A-27): on PostgreSQL each with a login of its own, on SQLite all with one file."""

    OWNER = "owner"
    APP = "app"
    RESPOND = "respond"
    COUNT = "count"


class SettingsError(ValueError):
    """Settings that do not fit together; the message names them and says how to mend it."""


class Settings(BaseSettings):
    """Settings from ``ASSESS_*`` environment variables; a value that cannot be used is refused by name at start."""

    # An address holds a password: no fault repeats what was given.
    model_config = SettingsConfigDict(env_prefix="ASSESS_", frozen=True, extra="forbid", hide_input_in_errors=True)

    home: Path = Field(Path("var"), description="The one folder of state: assess.db, keys/, reports/.")
    database_url: str | None = Field(
        None, description="Database; default: SQLite in the home folder. On PostgreSQL: with a login of assess_app."
    )
    database_url_owner: str | None = Field(None, description="PostgreSQL: the same, with a login of assess_owner.")
    database_url_respond: str | None = Field(None, description="PostgreSQL: the same, with a login of assess_respond.")
    database_url_count: str | None = Field(None, description="PostgreSQL: the same, with a login of assess_count.")
    key_folder: Path | None = Field(None, description="Key store; default: keys/ in the home folder. Never backed up.")
    key_mirror: Path | None = Field(None, description="Second device for keys; written and destroyed alike.")
    secret_key: SecretStr | None = Field(None, description="Signs staff sessions; default: a file made at first start.")
    backup_set: Annotated[tuple[Path, ...], NoDecode] = Field(
        (), description="Folders that a backup copies, separated by colons; keys in one of them are refused at start."
    )
    own_server: bool = Field(
        True, description="The consultants' own firm runs this server: a witnessed box then always takes the witness."
    )
    operator: str = Field("assess", description="Name of the firm that runs this installation.")
    public_url: str | None = Field(None, description="Address respondents reach; default: this host and port.")
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    insecure_cookies: bool = Field(False, description="Only for plain http on a loopback address (demo, tests).")
    proxies: int = Field(
        0, ge=0, le=8, description="Trusted proxies in front: so many last entries of X-Forwarded-For are believed."
    )
    respond_posts_per_minute: int = Field(
        600, ge=1, description="Posts of one network a minute to the respondent pages; load tests lift it (A-29)."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("backup_set", mode="before")
    @classmethod
    def _folders(cls, value: object) -> object:
        return tuple(filter(None, value.split(os.pathsep))) if isinstance(value, str) else value

    @field_validator("database_url", "database_url_owner", "database_url_respond", "database_url_count")
    @classmethod
    def _known_engine(cls, value: str | None) -> str | None:
        """Refuse an address of no engine that we ship; an empty variable is as good as none."""
        if not value:
            return None
        try:
            given = make_url(value)
        except (ArgumentError, ValueError):
            # Their messages repeat parts of the address.
            raise ValueError(_ADDRESS) from None
        if given.get_backend_name() != "postgresql" and given.drivername not in _SQLITE:
            raise ValueError(_ADDRESS)
        return value

    @model_validator(mode="after")
    def _keys_apart(self) -> Self:
        """Refuse a place of keys that a copy of anything else would take along (A-03)."""
        for name, place in (("ASSESS_KEY_FOLDER", self.keys), ("ASSESS_KEY_MIRROR", self.key_mirror)):
            if place is None:
                continue
            for copied in (*self.backup_set, self.reports):
                if place.resolve().is_relative_to(copied.resolve()):
                    raise ValueError(
                        f"{name}: {place} lies in {copied}, which backups copy; put the keys elsewhere, or take that "
                        "folder out of ASSESS_BACKUP_SET and out of the backup"
                    )
            if self.home.resolve().is_relative_to(place.resolve()):
                raise ValueError(
                    f"{name}: {place} holds the database's folder too; give the keys a folder of their own"
                )
        return self

    @property
    def url(self) -> str:
        """Address of the database for the console."""
        return self.database_url or f"sqlite:///{(self.home / 'assess.db').resolve()}"

    def url_of(self, role: DatabaseRole) -> str:
        """Return the address of the database for a role: one for all on SQLite, its own on PostgreSQL."""
        if self.database_url is None and role is DatabaseRole.RESPOND and self.database_url_respond is not None:
            # A host of the respondent application alone knows no other login.
            return self.database_url_respond
        own = {
            DatabaseRole.OWNER: self.database_url_owner,
            DatabaseRole.RESPOND: self.database_url_respond,
            DatabaseRole.COUNT: self.database_url_count,
        }
        if self.url.startswith("sqlite"):
            for other, url in own.items():
                if url is not None:
                    raise SettingsError(
                        f"{self.variable_of(other)} is set, but the database is SQLite, which knows no roles: unset "
                        "it, or set ASSESS_DATABASE_URL to PostgreSQL"
                    )
            return self.url
        found = self.url if role is DatabaseRole.APP else own[role]
        if found is None:
            raise SettingsError(
                f"{self.variable_of(role)} is not set: on PostgreSQL each of the four roles signs in by itself; set it "
                f"to the address of the database with a login of assess_{role}"
            )
        return found

    def variable_of(self, role: DatabaseRole) -> str:
        """Return the environment variable that decides where a role finds the database."""
        own = None if role is DatabaseRole.APP else getattr(self, f"database_url_{role}")
        if role is not DatabaseRole.APP and (own is not None or not self.url.startswith("sqlite")):
            return f"ASSESS_DATABASE_URL_{role.upper()}"
        return "ASSESS_HOME" if self.database_url is None else "ASSESS_DATABASE_URL"

    @property
    def address(self) -> str:
        """Address printed on cards, without a final slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def keys(self) -> Path:
        """Folder of the key store."""
        return self.key_folder or self.home / "keys"

    @property
    def reports(self) -> Path:
        """Folder of rendered reports (a cache: the archive holds the facts)."""
        return self.home / "reports"
