"""docs/statistics.md lists every requirement of the statistics with tests that prove it, and those tests name it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import requirement_ids
from requirement_ids import REPOSITORY

PAGE = REPOSITORY / "docs" / "statistics.md"
SCORING = REPOSITORY / "assess" / "scoring"

REQUIREMENTS = {
    f"S-{number:02}" for number in (*range(1, 16), *range(20, 24), *range(30, 38), *range(40, 51), 54, 55, 60, 61)
}
"""The ids of the requirements: S-16 to 19, 24 to 29, 38, 39, 51 to 53 and 56 to 59 were never given."""


def faults(page: str, files: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the list of a page."""
    return requirement_ids.faults(page, files, "S", REQUIREMENTS)


def test_every_requirement_is_listed_with_tests_that_name_it() -> None:
    files = requirement_ids.texts("tests", "bench", but=__file__)
    assert faults(PAGE.read_text(encoding="utf-8"), files) == []


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("", "S-12 is not listed"),
        ("| S-12 | Gap | none |", "S-12 has no test"),
        ("| S-16 | Gap | `tests/a.py` |", "S-16 is no requirement, or a later one"),
        ("| S-12 | Gap | `tests/b.py` |", "S-12: tests/b.py does not exist"),
        ("| S-13 | Gap | `tests/a.py` |", "S-13: tests/a.py does not name it"),
    ],
)
def test_a_requirement_without_its_test_is_caught(page: str, said: str) -> None:
    """Guards the test above: a page with a hole, and a test that names nothing."""
    assert said in faults(page, {"tests/a.py": "S-12"})


def test_a_requirement_that_no_test_names_is_caught() -> None:
    assert "S-13 is named by no test" in faults("", {"tests/a.py": "S-12"})
    assert "a test names S-99, which is no requirement" in faults("", {"tests/a.py": "S-99"})


def test_every_module_of_scoring_has_its_section() -> None:
    """One section a method, names as the modules; what holds values and steps is named in the text."""
    page = PAGE.read_text(encoding="utf-8")
    missing = [path.stem for path in sorted(SCORING.glob("[a-z]*.py")) if f"`{path.stem}`" not in page]
    assert missing == []
