"""I-25: LOCK.toml holds the hashes of every version; a change without a new version fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from assess.instruments import lock
from assess.instruments.faults import InstrumentFaults
from assess.instruments.load import read


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def faults(folder: Path) -> list[str]:
    return [str(fault) for fault in lock.check(read(folder), folder)]


def relock(folder: Path) -> None:
    (folder / "LOCK.toml").write_text(lock.written(read(folder), folder), encoding="utf-8")


def version(folder: Path, old: str, new: str) -> None:
    edit(folder, "instrument.toml", f'version = "{old}"', f'version = "{new}"')


WORDING = ("text.en.toml", "Anything else.", "Anything more.")
KEYS = ("instrument.toml", 'reverse = ["Q2"]', "reverse = []")
ADDED = ("instrument.toml", "[forms.core]", '[forms.short]\nparts = [["Q1"]]\n[forms.core]')
ORDER = ("instrument.toml", '["Q1", "Q2", "Q3"]', '["Q3", "Q2", "Q1"]')
UNSEEN = ("text.en.toml", "Both scales.", "The two scales.")


def test_a_folder_that_was_not_changed_agrees_with_its_lock(tiny: Path) -> None:
    before = (tiny / "LOCK.toml").read_text(encoding="utf-8")
    assert faults(tiny) == []
    assert lock.written(read(tiny), tiny) == before


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (WORDING, ["versions.1.2.3.items.OQ.en: changed"]),
        (KEYS, ["versions.1.2.3.scales.ONE: changed"]),
        (ADDED, ["versions.1.2.3.forms.short: added"]),
        (ORDER, ["versions.1.2.3.forms.core: changed"]),
        (UNSEEN, ["versions.1.2.3.instrument: changed"]),
        (
            ("text.en.toml", '"Perhaps"', '"Maybe"'),
            [f"versions.1.2.3.items.{code}.en: changed" for code in ("Q1", "Q2", "Q4", "Q2s", "Q1m", "Q2m")],
        ),
    ],
)
def test_a_change_without_a_new_version_is_a_fault(
    tiny: Path, change: tuple[str, str, str], expected: list[str]
) -> None:
    edit(tiny, *change)
    assert faults(tiny) == [f"LOCK.toml: {line} without a new version in instrument.toml" for line in expected]
    with pytest.raises(InstrumentFaults, match="without a new version"):
        lock.written(read(tiny), tiny)


@pytest.mark.parametrize(
    ("change", "least", "bump"),
    [
        (WORDING, "2.0.0", "major"),
        (KEYS, "2.0.0", "major"),
        (ADDED, "1.3.0", "minor"),
        (ORDER, "1.3.0", "minor"),
        (UNSEEN, "1.2.4", "patch"),
    ],
)
def test_a_version_moves_as_far_as_its_changes_ask(
    tiny: Path, change: tuple[str, str, str], least: str, bump: str
) -> None:
    """Major = wording, answer scales, keys; minor = additions; patch = unseen by respondents."""
    edit(tiny, *change)
    version(tiny, "1.2.3", "1.2.4")
    line = f"instrument.toml: version: after 1.2.3 these changes ask for {least} or later ({bump}, I-25)"
    missing = "LOCK.toml: versions.1.2.4: is missing: assess instrument lock writes it"
    assert faults(tiny) == ([missing] if least == "1.2.4" else [missing, line])
    version(tiny, "1.2.4", least)
    relock(tiny)
    assert faults(tiny) == []
    assert (tiny / "LOCK.toml").read_text(encoding="utf-8").count("[versions.") == 8


def test_an_item_taken_away_is_a_major_change(tiny: Path) -> None:
    edit(tiny, "instrument.toml", ', ["OQ"]]', "]")
    edit(tiny, "instrument.toml", '[items.OQ]\ntype = "open"\n', "")
    for file in ("text.en.toml", "text.fr.toml"):
        text = (tiny / file).read_text(encoding="utf-8")
        start = text.index("[items.OQ]")
        (tiny / file).write_text(text[:start] + text[text.index("[scales.ONE]") :], encoding="utf-8")
    assert "LOCK.toml: versions.1.2.3.items.OQ.en: taken away without a new version in instrument.toml" in faults(tiny)
    version(tiny, "1.2.3", "1.3.0")
    assert any("ask for 2.0.0 or later (major" in line for line in faults(tiny))


def test_a_version_never_goes_back(tiny: Path) -> None:
    version(tiny, "1.2.3", "1.2.2")
    with pytest.raises(InstrumentFaults, match=r"version: after 1\.2\.3 these changes ask for 1\.2\.4 or later"):
        lock.written(read(tiny), tiny)


def test_an_older_version_that_is_locked_still_agrees(tiny: Path) -> None:
    """Two versions in one lock: each is held to its own hashes."""
    version(tiny, "1.2.3", "1.2.4")
    relock(tiny)
    version(tiny, "1.2.4", "1.2.3")
    assert faults(tiny) == []
    assert lock.written(read(tiny), tiny) == (tiny / "LOCK.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "LOCK.toml: is missing: assess instrument lock writes it"),
        ("versions = 3", "LOCK.toml: versions: is not a lock entry"),
        ("author = 'me'", "LOCK.toml: author: is not a lock entry"),
        ("[versions", "LOCK.toml: is not a lock file: "),
        (
            '[versions.one]\ninstrument = ""\nscales = {}\nforms = {}\nitems = {}\n',
            "LOCK.toml: is not a lock file: ",
        ),
    ],
)
def test_a_lock_that_cannot_be_read_is_a_fault(tiny: Path, content: str | None, expected: str) -> None:
    (tiny / "LOCK.toml").unlink()
    if content is not None:
        (tiny / "LOCK.toml").write_text(content, encoding="utf-8")
    found = faults(tiny)
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_a_first_lock_is_written_where_there_is_none(tiny: Path) -> None:
    (tiny / "LOCK.toml").unlink()
    relock(tiny)
    assert faults(tiny) == []
