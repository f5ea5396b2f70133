"""One wave on SQLite and one on PostgreSQL, given the same ballots, release the same facts (issue's "Done when")."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from db_house import CLOSES
from db_lent import ENGINES, lent

from assess import publish
from assess.cli import demo_story
from assess.instruments.load import shipped
from assess.jobs import runner
from assess.reports import facts
from assess.surveys import waves

PEOPLE = {"sales": 30, "marketing": 30}


def released(engine: str, folder: Path, *, changed: bool = False) -> facts.Facts:
    """Let sixty people answer, count, release, and return the facts; `changed`: one of them answers otherwise."""
    folder.mkdir()
    with lent(engine, folder) as made:
        made.instrument = shipped("sales-marketing")
        services = made.services()
        wave = made.opened(people=PEOPLE, form="core")
        for side, number in PEOPLE.items():
            people = demo_story.people(side, 0, made.instrument, "core", seed=3)[:number]
            for position, (code, answers) in enumerate(zip(made.codes(wave)[side], people, strict=False)):
                other = {item: 6 - answer if answer else 0 for item, answer in answers.items()}
                made.drop(code, other if changed and position == 0 else answers)
        made.close()
        assert [outcome.error for outcome in runner.run(services)] == [None, None]
        with made.sessions.begin() as session:
            found = waves.find(session, wave.wave_id)
            assert found is not None
            waves.set_release(session, found, CLOSES + timedelta(days=5))
        made.clock.set(CLOSES + timedelta(days=5))
        return publish.release(services, wave.wave_id)


def told(made: facts.Facts) -> bytes:
    """Return the facts without their provenance: keys, receipts and root differ by nature."""
    return facts.dump(facts.seal(made.model_copy(update={"provenance": {}})))


def test_two_engines_given_the_same_ballots_and_seed_release_the_same_facts_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A-08, A-27: and another ballot makes other facts, so the comparison can fail."""
    # The seed is made of the pre-registration, which holds the wave's own keys.
    monkeypatch.setattr(publish, "_seed", lambda _prereg, purpose: len(purpose))
    both = [released(engine, tmp_path / engine) for engine in ENGINES]
    assert told(both[0]) == told(both[1])
    differing = _differing(both[0].provenance, both[1].provenance)
    assert differing == {"merkle_root", "prereg", "release_sha256"}
    assert told(released("sqlite", tmp_path / "changed", changed=True)) != told(both[0])


def _differing(first: Any, second: Any, path: str = "") -> set[str]:
    if not (isinstance(first, dict) and isinstance(second, dict)):
        return set() if first == second else {path}
    return {
        found
        for name in first.keys() | second.keys()
        for found in _differing(first.get(name), second.get(name), f"{path}.{name}".removeprefix("."))
    }
