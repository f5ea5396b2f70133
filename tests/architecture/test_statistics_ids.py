"""docs/statistics.md lists every requirement of the statistics with tests that prove it, and those tests name it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "statistics.md"
SCORING = REPOSITORY / "assess" / "scoring"

REQUIREMENTS = {
    f"S-{number:02}" for number in (*range(1, 16), *range(20, 24), *range(30, 38), *range(40, 51), 54, 55, 60, 61)
}
"""The ids of the requirements: S-16 to 19, 24 to 29, 38, 39, 51 to 53 and 56 to 59 were never given."""

ROW = re.compile(r"^\| (S-\d\d) \| [^|]+ \| (?P<tests>[^|]+) \|$")
ID = re.compile(r"\bS-\d\d\b")


def listed(page: str) -> dict[str, list[str]]:
    """Return the tests a page lists by id, as paths from the repository."""
    found: dict[str, list[str]] = {}
    for line in page.splitlines():
        if row := ROW.match(line):
            found.setdefault(row[1], []).extend(re.findall(r"`([^`]+)`", row["tests"]))
    return found


def cited() -> dict[str, set[str]]:
    """Return the ids that each test file names, this one left out."""
    files = (path for folder in ("tests", "bench") for path in (REPOSITORY / folder).rglob("*.py"))
    return {
        str(path.relative_to(REPOSITORY)): set(ID.findall(path.read_text(encoding="utf-8")))
        for path in files
        if path != Path(__file__)
    }


def faults(page: str, files: Mapping[str, set[str]]) -> list[str]:
    """Return what is wrong with the list of a page."""
    found = listed(page)
    wrong = [f"{id_} is not listed" for id_ in sorted(REQUIREMENTS - set(found))]
    wrong += [f"{id_} is no requirement" for id_ in sorted(set(found) - REQUIREMENTS)]
    for id_, tests in sorted(found.items()):
        wrong += [f"{id_} has no test"] if not tests else []
        wrong += [f"{id_}: {test} does not exist" for test in tests if test not in files]
        wrong += [f"{id_}: {test} does not name it" for test in tests if test in files and id_ not in files[test]]
    named = set().union(*files.values())
    wrong += [f"{id_} is named by no test" for id_ in sorted(REQUIREMENTS - named)]
    return wrong + [f"a test names {id_}, which is no requirement" for id_ in sorted(named - REQUIREMENTS)]


def test_every_requirement_is_listed_with_tests_that_name_it() -> None:
    assert faults(PAGE.read_text(encoding="utf-8"), cited()) == []


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("", "S-12 is not listed"),
        ("| S-12 | Gap | none |", "S-12 has no test"),
        ("| S-16 | Gap | `tests/a.py` |", "S-16 is no requirement"),
        ("| S-12 | Gap | `tests/b.py` |", "S-12: tests/b.py does not exist"),
        ("| S-13 | Gap | `tests/a.py` |", "S-13: tests/a.py does not name it"),
    ],
)
def test_a_requirement_without_its_test_is_caught(page: str, said: str) -> None:
    """Guards the test above: a page with a hole, and a test that names nothing."""
    assert said in faults(page, {"tests/a.py": {"S-12"}})


def test_a_requirement_that_no_test_names_is_caught() -> None:
    assert "S-13 is named by no test" in faults("", {"tests/a.py": {"S-12"}})
    assert "a test names S-99, which is no requirement" in faults("", {"tests/a.py": {"S-99"}})


def test_every_module_of_scoring_has_its_section() -> None:
    """One section a method, names as the modules; what holds values and steps is named in the text."""
    page = PAGE.read_text(encoding="utf-8")
    missing = [path.stem for path in sorted(SCORING.glob("[a-z]*.py")) if f"`{path.stem}`" not in page]
    assert missing == []
