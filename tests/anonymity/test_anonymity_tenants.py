"""T3, A-27: a consultant of another tenant. Every console address x role x two tenants; each net alone is enough."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import attack_tenants as attack
import db_postgres
import pytest
from attack_table import FULL, SUITE, Row
from attack_tenants import NETS, VISITORS, Office
from db_lent import ENGINES

FOREIGNERS = VISITORS[:1]
"""Who asks when single nets are looked at: a consultant of the first tenant."""


@pytest.fixture(scope="module", params=ENGINES)
def offices(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with attack.office(request.param, tmp_path_factory.mktemp("tenants")) as made, db_postgres.serving(request.param):
        yield made


def nets_of(office: Office) -> frozenset[str]:
    """Return the nets that an engine has: SQLite knows no row-level security."""
    return NETS if office.house.engines else NETS - {"policy"}


def met(office: Office, nets: frozenset[str]) -> dict[int, int]:
    """Return how often each status answered a consultant who asks for foreign clients and waves by their address."""
    found: dict[int, int] = {}
    with attack.console(office, nets) as application:
        for _, path, response in attack.answers(office, application, FOREIGNERS[0], own=False):
            if any(id_.hex() in path for id_ in office.tenants[1].ids):
                found[response.status_code] = found.get(response.status_code, 0) + 1
    return found


def table(size: int) -> list[Row]:
    """Return the rows of `make attack`: everything that can be asked is asked at either size."""
    assert size in {SUITE, FULL} or size > 0
    rows = []
    for engine in ENGINES:
        with (
            attack.office(engine, Path(tempfile.mkdtemp(prefix="assess-attack-"))) as office,
            db_postgres.serving(engine),
        ):
            with attack.console(office) as application:
                leaks = len(attack.ask(office, application).leaks)
            for net in sorted(nets_of(office)):
                with attack.console(office, frozenset({net})) as application:
                    leaks += len(attack.ask(office, application, visitors=FOREIGNERS, own=False).leaks)
            with attack.console(office, planted=attack.bare) as application:
                planted = len(attack.ask(office, application, visitors=FOREIGNERS, own=False).leaks)
        rows.append(
            Row(
                attack="T3",
                what=f"{engine}: answers with foreign bytes or a row, all nets and each net alone",
                score=str(leaks),
                band="0",
                planted=f"{planted} (a route without nets)",
                holds=leaks == 0 and planted > 0,
            )
        )
    return rows


def test_no_address_shows_a_foreign_byte_or_a_single_row_to_anybody(offices: Office) -> None:
    """T3: route x role x two tenants: 0 foreign bytes, no row view; the own client's words are there to be found."""
    with attack.console(offices) as application:
        heard = attack.ask(offices, application)
    assert heard.leaks == []
    assert heard.failed == [], "no page lacks a right that its role needs"
    assert heard.answers > 500
    assert {visitor.email for visitor in VISITORS if visitor.own is not None} == set(heard.own)
    assert min(heard.own.values()) >= len(offices.tenants[0].waves)


@pytest.mark.parametrize("net", sorted(NETS))
def test_each_net_alone_lets_nothing_foreign_through(offices: Office, net: str) -> None:
    """A-27: any two nets are removed, the third holds, and the answer is as for a wave that does not exist."""
    if net not in nets_of(offices):
        assert not offices.house.engines, "only SQLite has no row-level security"
        return
    assert set(met(offices, frozenset({net}))) <= {404, 405}
    with attack.console(offices, frozenset({net})) as application:
        assert attack.ask(offices, application, visitors=FOREIGNERS, own=False).leaks == []


def test_without_any_net_the_search_finds_the_other_tenant(offices: Office) -> None:
    """The planted weakness of the test above: no net at all."""
    assert 200 in met(offices, frozenset())
    with attack.console(offices, frozenset()) as application:
        leaks = attack.ask(offices, application, visitors=FOREIGNERS, own=False).leaks
    assert len(leaks) > 10


def test_a_route_without_nets_is_caught(offices: Office) -> None:
    """T3, planted: an engine of its own, and nobody asks whose wave it is."""
    with attack.console(offices, planted=attack.bare) as application:
        leaks = attack.ask(offices, application, visitors=FOREIGNERS, own=False).leaks
    assert {leak.request.split("/")[1] for leak in leaks} == {"planted"}
    assert len(leaks) >= 4


def test_a_route_that_forgets_to_ask_whose_wave_it_is_meets_the_guard(offices: Office) -> None:
    """A-27: what the second net is for."""
    with attack.console(offices, planted=attack.careless) as application:
        assert attack.ask(offices, application, visitors=FOREIGNERS, own=False).leaks == []


def test_raw_sql_is_stopped_where_there_is_row_level_security_and_caught_where_there_is_none(offices: Office) -> None:
    """A-27: raw SQL bypasses the guard (SQLAlchemy #6176), so on SQLite the search above has to find such a route."""
    with attack.console(offices, planted=attack.raw) as application:
        leaks = attack.ask(offices, application, visitors=FOREIGNERS, own=False).leaks
    assert bool(leaks) == (not offices.house.engines)


def test_a_view_of_single_rows_is_caught(offices: Office) -> None:
    """T3, planted: no row view, not even of the own client."""
    with attack.console(offices, planted=attack.row_view) as application:
        leaks = attack.ask(offices, application, visitors=FOREIGNERS).leaks
    assert leaks
    assert all("planted" in leak.request for leak in leaks)
