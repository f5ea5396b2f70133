"""`assess staff add`: accounts made by the operator (U-110, A-26)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner, Result

from assess.cli.staff import staff as command
from assess.settings import Settings
from assess.surveys import db, staff
from assess.surveys.tables import AuditRow


@pytest.fixture
def home(tmp_path: Path) -> Path:
    db.upgrade(Settings(home=tmp_path).url)
    return tmp_path


def run(home: Path, *arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(command, ["add", *arguments], input=typed, env={"ASSESS_HOME": str(home)})


def account(home: Path, email: str) -> staff.Staff | None:
    with db.sessions(db.engine(Settings(home=home).url))() as session:
        found = staff.find(session, email)
        if found is not None:
            assert found.roles is not None
        return found


def test_a_password_is_made_and_printed_once_when_none_is_given(home: Path) -> None:
    result = run(home, "Robin@Firm.example")
    assert result.exit_code == 0
    password = result.stdout.strip()
    assert len(password) == 23
    found = account(home, "robin@firm.example")
    assert found is not None
    assert found.password.startswith("$argon2id$")
    assert PasswordHasher().verify(found.password, password)
    assert [role.name for role in found.roles] == ["consultant"]
    assert "robin@firm.example may sign in as consultant" in result.stderr


def test_a_given_password_is_read_from_standard_input_and_never_printed(home: Path) -> None:
    result = run(home, "robin@firm.example", "--password-stdin", typed="crème brûlée 12\n")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "12" not in result.output
    found = account(home, "robin@firm.example")
    assert found is not None
    assert PasswordHasher().verify(found.password, "cre\u0300me bru\u0302le\u0301e 12"), (
        "stored in NFKD, as sign-in reads it"
    )


def test_an_account_can_hold_both_roles(home: Path) -> None:
    result = run(home, "robin@firm.example", "--role", "admin", "--role", "consultant", "--json")
    told = json.loads(result.stdout)
    assert (told["email"], told["roles"]) == ("robin@firm.example", ["admin", "consultant"])
    found = account(home, "robin@firm.example")
    assert found is not None
    assert found.may(staff.StaffRole.ADMIN)
    assert found.may(staff.StaffRole.CONSULTANT)


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("robin",), None, '"robin" is not an e-mail address'),
        (("robin@firm",), None, '"robin@firm" is not an e-mail address'),
        (("a b@firm.example",), None, "is not an e-mail address"),
        (("new@firm.example", "--password-stdin"), "short\n", "the password has 5 characters; at least 12 are needed"),
        (("new@firm.example", "--password-stdin"), "", "the password has 0 characters"),
        (("Taken@firm.example",), None, "taken@firm.example has an account already"),
    ],
)
def test_an_account_that_cannot_be_made_is_refused_with_nothing_stored(
    home: Path, arguments: tuple[str, ...], typed: str | None, said: str
) -> None:
    assert run(home, "taken@firm.example").exit_code == 0
    result = run(home, *arguments, typed=typed)
    assert result.exit_code == 3
    assert said in result.stderr
    assert result.stdout == ""
    with db.sessions(db.engine(Settings(home=home).url))() as session:
        assert session.query(staff.Staff).count() == 1
        assert session.query(AuditRow).count() == 1


def test_an_unknown_role_is_a_fault_of_usage(home: Path) -> None:
    assert run(home, "robin@firm.example", "--role", "owner").exit_code == 2


def test_without_a_database_the_remedy_is_named(tmp_path: Path) -> None:
    result = run(tmp_path, "robin@firm.example")
    assert result.exit_code == 5
    assert "assess db upgrade" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_audit_log_has_the_role_and_no_password(home: Path) -> None:
    """U-101."""
    password = run(home, "robin@firm.example").stdout.strip()
    with db.sessions(db.engine(Settings(home=home).url))() as session:
        (row,) = session.query(AuditRow)
        assert (row.actor, row.event) == ("operator", "staff added")
        assert row.detail == "account 1: consultant"
        assert password not in row.detail


def test_generated_passwords_differ_and_can_be_read_aloud() -> None:
    made = {staff.generated_password() for _ in range(100)}
    assert len(made) == 100
    assert not any(set(password) & set("lo01iA") for password in made if "i" not in password)
