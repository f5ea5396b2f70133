"""Random bodies: no fault, no typed word lost, no acknowledged ballot lost (T12, U-11); 20,000 in `make attack`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attack_bodies as bodies
import pytest
from respond_house import House, opened, prepare

from assess.web.respond import typed

NUMBER = 3_000
SEED = 20_261_126


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    (tmp_path / "made").mkdir()
    prepare(tmp_path / "made")
    with opened(tmp_path / "made", tmp_path / "wave") as made:
        yield made


def test_random_bodies_end_in_no_fault_and_lose_nothing(house: House) -> None:
    """Every kind of answer came; the log of faults is empty; each code's last receipt is of the ballot in the box."""
    found = bodies.storm(house, NUMBER, seed=SEED)
    assert found.faults == []
    assert house.log.getvalue() == ""
    assert found.lost == []
    assert bodies.missing(house, found) == []
    assert len(found.receipts) == 8
    assert found.statuses.keys() >= {200, 404, 413, 422}


def test_a_page_that_trips_over_a_character_is_found(house: House) -> None:
    """Planted: a cleaner that cannot bear a mark of direction."""
    assert bodies.tripping(house, 400, seed=SEED) > 0


def test_a_page_that_cuts_what_was_typed_is_found(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: comments cut at the limit, as a column of a database would."""
    own = typed.cleaned
    monkeypatch.setattr(typed, "cleaned", lambda text: own(text)[:1_500])
    found = bodies.storm(house, 400, seed=SEED)
    assert found.lost != []


def test_a_receipt_without_its_ballot_is_found(house: House) -> None:
    """Planted: a box that forgets what it acknowledged."""
    found = bodies.storm(house, 200, seed=SEED)
    assert bodies.missing(house, found) == []
    house.emptied()
    assert len(bodies.missing(house, found)) == len(found.receipts) > 0
