"""docs/anonymity.md lists every rule of anonymity with tests that prove it, and those tests name it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "anonymity.md"

LATER = {f"A-{number:02}" for number in (24, 25, 26, 28, 29, 32, 33)}
"""Rules of the respondent's page and of web security that are not finished; a test may name them already."""
RULES = {f"A-{number:02}" for number in range(1, 35)} - LATER
ON_BOTH = {f"A-{number:02}" for number in (*range(1, 17), 18, 19, 23, 27, 34)}
"""Rules that a database could break: a test of each runs on SQLite and on PostgreSQL."""

ROW = re.compile(r"^\| (A-\d\d) \| [^|]+ \| (?P<tests>[^|]+) \|$")
ID = re.compile(r"\bA-\d\d\b")
ENGINES = re.compile(r"\bbuilt: House\b|\bENGINES\b|(?s:\bsqlite: House\b.*\bpostgresql: House\b)")
"""What a test file holds whose tests run on each engine: the fixtures of `tests/db`, or the list itself."""


def listed(page: str) -> dict[str, list[str]]:
    """Return the tests a page lists by id, as paths from the repository."""
    found: dict[str, list[str]] = {}
    for line in page.splitlines():
        if row := ROW.match(line):
            found.setdefault(row[1], []).extend(re.findall(r"`([^`]+)`", row["tests"]))
    return found


def texts() -> dict[str, str]:
    """Return the text of every test file, this one left out."""
    files = (path for path in (REPOSITORY / "tests").rglob("*.py") if path != Path(__file__))
    return {str(path.relative_to(REPOSITORY)): path.read_text(encoding="utf-8") for path in files}


def faults(page: str, files: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the list of a page."""
    found = listed(page)
    ids = {path: set(ID.findall(text)) for path, text in files.items()}
    wrong = [f"{id_} is not listed" for id_ in sorted(RULES - set(found))]
    wrong += [f"{id_} is no rule, or a later one" for id_ in sorted(set(found) - RULES)]
    for id_, tests in sorted(found.items()):
        wrong += [f"{id_} has no test"] if not tests else []
        wrong += [f"{id_}: {test} does not exist" for test in tests if test not in files]
        wrong += [f"{id_}: {test} does not name it" for test in tests if test in files and id_ not in ids[test]]
        if id_ in ON_BOTH and not any(ENGINES.search(files.get(test, "")) for test in tests):
            wrong.append(f"{id_} is tested on one engine alone")
    named = set().union(*ids.values())
    return wrong + [f"a test names {id_}, which is no rule" for id_ in sorted(named - RULES - LATER)]


def test_every_rule_is_listed_with_tests_that_name_it() -> None:
    assert faults(PAGE.read_text(encoding="utf-8"), texts()) == []


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("", "A-12 is not listed"),
        ("| A-12 | Precision | none |", "A-12 has no test"),
        ("| A-24 | Drafts | `tests/a.py` |", "A-24 is no rule, or a later one"),
        ("| A-12 | Precision | `tests/b.py` |", "A-12: tests/b.py does not exist"),
        ("| A-17 | Forecast | `tests/a.py` |", "A-17: tests/a.py does not name it"),
        ("| A-08 | Count | `tests/a.py` |", "A-08 is tested on one engine alone"),
    ],
)
def test_a_rule_without_its_test_is_caught(page: str, said: str) -> None:
    """Guards the test above: a page with a hole, a test that names nothing, an engine that is left out."""
    assert said in faults(page, {"tests/a.py": "A-08, A-12"})


def test_a_name_that_no_rule_has_is_caught() -> None:
    assert "a test names A-99, which is no rule" in faults("", {"tests/a.py": "A-99"})
