"""Lists of requirements with the tests that prove them, as they stand in pages of docs.

Belongs here: reading a list and holding it against the tests. Does not: which ids there are (each test of a page).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def listed(page: str, letter: str) -> dict[str, list[str]]:
    """Return the tests a page lists by id, as paths from the repository."""
    row = re.compile(rf"^\| ({letter}-\d\d) \| [^|]+ \| (?P<tests>[^|]+) \|$")
    found: dict[str, list[str]] = {}
    for line in page.splitlines():
        if read := row.match(line):
            found.setdefault(read[1], []).extend(re.findall(r"`([^`]+)`", read["tests"]))
    return found


def texts(*folders: str, but: str) -> dict[str, str]:
    """Return the text of every file of tests, the one left out that holds the ids itself."""
    files = (path for folder in folders for path in (REPOSITORY / folder).rglob("*.py") if path != Path(but))
    return {str(path.relative_to(REPOSITORY)): path.read_text(encoding="utf-8") for path in files}


def faults(
    page: str, files: Mapping[str, str], letter: str, required: Collection[str], later: Collection[str] = ()
) -> list[str]:
    """Return what is wrong with the list of a page; `later`: ids that a test may name and no page lists yet."""
    found = listed(page, letter)
    ids = {path: set(re.findall(rf"\b{letter}-\d\d\b", text)) for path, text in files.items()}
    wrong = [f"{id_} is not listed" for id_ in sorted(set(required) - set(found))]
    wrong += [f"{id_} is no requirement, or a later one" for id_ in sorted(set(found) - set(required))]
    for id_, tests in sorted(found.items()):
        wrong += [f"{id_} has no test"] if not tests else []
        wrong += [f"{id_}: {test} does not exist" for test in tests if test not in files]
        wrong += [f"{id_}: {test} does not name it" for test in tests if test in files and id_ not in ids[test]]
    named = set().union(*ids.values())
    wrong += [f"{id_} is named by no test" for id_ in sorted(set(required) - named)]
    return wrong + [
        f"a test names {id_}, which is no requirement" for id_ in sorted(named - set(required) - set(later))
    ]
