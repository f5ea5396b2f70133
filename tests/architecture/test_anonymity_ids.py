"""docs/anonymity.md lists every rule of anonymity with tests that prove it, and those tests name it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
import requirement_ids
from requirement_ids import REPOSITORY

PAGE = REPOSITORY / "docs" / "anonymity.md"

LATER = {f"A-{number:02}" for number in (26, 28, 29, 32, 33)}
"""Rules of web security that are not finished; a test may name them already."""
RULES = {f"A-{number:02}" for number in range(1, 35)} - LATER
ON_BOTH = {f"A-{number:02}" for number in (*range(1, 17), 18, 19, 23, 27, 34)}
"""Rules that a database could break: a test of each runs on SQLite and on PostgreSQL."""

ENGINES = re.compile(r"\bbuilt: House\b|\bENGINES\b|(?s:\bsqlite: House\b.*\bpostgresql: House\b)")
"""What a test file holds whose tests run on each engine: the fixtures of `tests/db`, or the list itself."""


def faults(page: str, files: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the list of a page, and with the engines that its tests run on."""
    wrong = requirement_ids.faults(page, files, "A", RULES, LATER)
    return wrong + [
        f"{id_} is tested on one engine alone"
        for id_, tests in sorted(requirement_ids.listed(page, "A").items())
        if id_ in ON_BOTH and not any(ENGINES.search(files.get(test, "")) for test in tests)
    ]


def test_every_rule_is_listed_with_tests_that_name_it() -> None:
    files = requirement_ids.texts("tests", but=__file__)
    assert faults(PAGE.read_text(encoding="utf-8"), files) == []


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("", "A-12 is not listed"),
        ("| A-12 | Precision | none |", "A-12 has no test"),
        ("| A-26 | Staff | `tests/a.py` |", "A-26 is no requirement, or a later one"),
        ("| A-12 | Precision | `tests/b.py` |", "A-12: tests/b.py does not exist"),
        ("| A-17 | Forecast | `tests/a.py` |", "A-17: tests/a.py does not name it"),
        ("| A-08 | Count | `tests/a.py` |", "A-08 is tested on one engine alone"),
    ],
)
def test_a_rule_without_its_test_is_caught(page: str, said: str) -> None:
    """Guards the test above: a page with a hole, a test that names nothing, an engine that is left out."""
    assert said in faults(page, {"tests/a.py": "A-08, A-12"})


def test_a_name_that_no_rule_has_is_caught() -> None:
    assert "a test names A-99, which is no requirement" in faults("", {"tests/a.py": "A-99"})
