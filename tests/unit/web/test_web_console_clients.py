"""Clients in the console: the portfolio, a new client, what was typed (U-40, R-37)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from web_console_office import CHIEF, NOW, READER, ROBIN, SAM, Office, office, words

from assess.instruments.load import shipped
from assess.surveys import clients, staff, waves
from assess.surveys.states import State
from assess.surveys.tables import AuditRow
from assess.web.console import glyphs

GOOD = {"name": "Café Île-aux-Sœurs", "zone": "America/Montreal", "country": "CA"}
HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}'


@pytest.fixture
def desk(tmp_path: Path) -> Office:
    return office(tmp_path)


def chips(text: str) -> dict[str, str]:
    rows = re.findall(
        r'<th scope="row">\s*(.*?)\s*</th>.*?<span class="chip [a-z]+">.*?</svg>\s*(.*?)</span>', text, re.DOTALL
    )
    return {re.sub(r"<[^>]+>", "", name).strip(): chip.strip() for name, chip in rows}


def test_an_empty_portfolio_says_what_will_stand_there(desk: Office) -> None:
    """U-40: empty: "Add a client"."""
    with desk.session() as session:
        staff.add(session, "new@firm.example", password="correct horse battery")
        for found in clients.listed(session):
            staff.assign(session, staff.find(session, SAM), found)  # type: ignore[arg-type]
    visitor = desk.visitor()
    visitor.post("/sign-in", {"email": "new@firm.example", "password": "correct horse battery"})
    page = visitor.get("/")
    assert "You have no client yet" in words(page)
    assert "Add a client" in words(page)


def test_a_client_is_added_for_whoever_adds_it(desk: Office) -> None:
    visitor = desk.visitor(ROBIN)
    response = visitor.post("/clients/new", GOOD)
    page = visitor.get(response.headers["Location"].removeprefix("/console"))
    assert "Café Île-aux-Sœurs" in words(page)
    assert "Canada" in words(page)
    assert "Café Île-aux-Sœurs" not in desk.visitor(SAM).get("/").text
    with desk.session() as session:
        (row,) = session.query(AuditRow).filter(AuditRow.event == "client added")
        assert row.actor == ROBIN
        assert len(row.detail) == 32


def test_an_administrator_chooses_who_runs_a_client(desk: Office) -> None:
    """Section 8: administrators assign, consultants run; the list offers consultants only."""
    visitor = desk.visitor(CHIEF)
    page = visitor.get("/clients/new")
    offered = re.findall(r'<option value="([^"]*@[^"]*)"', page.text)
    assert offered == [ROBIN, SAM]
    assert visitor.post("/clients/new", GOOD | {"consultant": READER}).status_code == 422
    assert visitor.post("/clients/new", GOOD | {"consultant": SAM}).status_code == 302
    assert "Café" in desk.visitor(SAM).get("/").text
    assert "Café" not in desk.visitor(ROBIN).get("/").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "  "}, "Type the name of the client."),
        ({"name": "x" * 201}, "This has 201 characters; the limit is 200."),
        ({"name": "北光 Ltd"}, "The report cannot print 北 光. Write the name without it."),
        ({"name": "North\u202ebeam"}, "The report cannot print U+202E. Write the name without it."),
        ({"name": "North\x07beam"}, "The report cannot print U+0007. Write the name without it."),
        ({"zone": ""}, "Type a time zone, such as America/Toronto."),
        ({"zone": "Toronto"}, "This is not a time zone we know."),
        ({"zone": "../../etc/passwd"}, "This is not a time zone we know."),
        ({"country": "XX"}, "Choose a country from the list."),
    ],
)
def test_a_fault_is_said_beside_its_field_and_what_was_typed_stays(
    desk: Office, wrong: dict[str, str], said: str
) -> None:
    """R-37: names with glyphs outside the shipped fonts are refused on entry."""
    response = desk.visitor(ROBIN).post("/clients/new", GOOD | wrong)
    assert response.status_code == 422
    assert response.text.count("<title>Error: ") == 1
    (field,) = wrong
    assert said in words(response)
    assert f'href="#{field}"' in response.text
    assert f'id="{field}-fault"' in response.text
    kept = "".join(c for c in (GOOD | wrong)["name"].strip() if c.isprintable())
    assert f'value="{kept}"' in response.text
    with desk.session() as session:
        assert len(clients.listed(session)) == 2


@pytest.mark.parametrize("field", sorted(GOOD))
def test_a_field_that_is_shown_again_steers_nothing(desk: Office, field: str) -> None:
    """T12: found by `make attack`: marks of direction and controls stood in the field of a form that was refused."""
    typed = GOOD | {"name": ""} | {field: "\u202eevil\u2066\x1b"}
    response = desk.visitor(ROBIN).post("/clients/new", typed)
    assert response.status_code == 422
    assert not set(response.text) & set("\u202e\u2066\x1b")


def test_every_character_of_both_languages_can_be_named() -> None:
    """R-37: the check refuses nothing that the fonts draw."""
    assert glyphs.missing("ÀÂÇÉÈÊËÎÏÔŒÙÛÜŸ àâçéèêëîïôœùûüÿ & Fils – « 3ᵉ » l’été № 7, Žižek, Ωμέγα") == ()
    assert glyphs.missing("a\u200fb☃") == ("\u200f", "☃")


def test_what_was_typed_never_runs(desk: Office) -> None:
    """A-31: hostile names, labels and contacts are text on every page, and no template reads them."""
    visitor = desk.visitor(ROBIN)
    client = visitor.post("/clients/new", GOOD | {"name": HOSTILE}).headers["Location"].removeprefix("/console")
    wave = visitor.post(
        f"{client}/waves/new",
        {
            "label": HOSTILE,
            "form": "core",
            "opens_at": "2026-02-02T09:00",
            "closes_at": "2026-02-13T23:59",
            "contact": "a'><b>@x.example",
        },
    )
    pages = [visitor.get("/"), visitor.get(client), visitor.get(f"{client}/waves/new")]
    assert wave.status_code == 422, "an address with brackets is no address"
    assert "<b>" not in wave.text
    with desk.session() as session:
        found = next(c for c in clients.listed(session) if c.name == HOSTILE)
        made = waves.draft(
            session,
            found,
            instrument=shipped("sales-marketing"),
            form="core",
            label=HOSTILE,
            opens_at=datetime(2026, 2, 2, 14, tzinfo=UTC),
            closes_at=datetime(2026, 2, 14, 4, tzinfo=UTC),
            contact=HOSTILE,
        )
        address = f"/waves/{made.wave_id.hex()}"
    pages += [visitor.get(address + part) for part in ("", "/roster", "/open", "/change", "/cards", "/release")]
    pages.append(visitor.post(f"{address}/roster", {"text": f"side,email\n{HOSTILE},{HOSTILE}"}))
    pages.append(visitor.post(f"{address}/open"))
    for page in [*pages, wave]:
        assert "<img" not in page.text
        assert "<script" not in page.text
        assert "49" not in re.sub(r'value="[^"]*"|[0-9a-f]{32}', "", page.text)


def test_each_client_has_one_chip(desk: Office) -> None:
    """U-40: the latest wave speaks, unless one needs a person."""
    assert chips(desk.visitor(ROBIN).get("/").text) == {"Northbeam Instruments": "released"}
    desk.clock.set(datetime(2026, 2, 10, tzinfo=UTC))
    assert chips(desk.visitor(ROBIN).get("/").text) == {"Northbeam Instruments": "needs attention"}
    desk.clock.set(NOW)
    assert chips(desk.visitor(SAM).get("/").text) == {
        "Old River Foundry": "open until January 23, 2026, 23:59 (Europe/Paris)"
    }


def test_the_chips_of_a_client_say_where_each_wave_stands(desk: Office) -> None:
    """U-40: draft, opens, open until, counted, released; zone printed (section 7)."""
    found = chips(desk.visitor(ROBIN).get(f"/clients/{desk.ids['northbeam']}").text)
    assert found == {
        "2026-05": "draft",
        "2026-02": "draft",
        "2026-01": "open until January 23, 2026, 23:59 (America/Toronto)",
        "2025-12": "counted",
        "2025-10": "released",
    }


@pytest.mark.parametrize(
    ("state", "release_at", "at", "words_of"),
    [
        (
            State.OPEN,
            None,
            datetime(2026, 1, 12, 13, 59, tzinfo=UTC),
            "opens January 12, 2026, 09:00 (America/Toronto)",
        ),
        (State.OPEN, None, datetime(2026, 1, 24, 5, 10, tzinfo=UTC), "closed"),
        (State.OPEN, None, datetime(2026, 1, 24, 6, 30, tzinfo=UTC), "needs attention"),
        (State.CLOSED, None, datetime(2026, 1, 24, 5, 30, tzinfo=UTC), "closed"),
        (State.COUNTED, None, datetime(2026, 2, 1, tzinfo=UTC), "counted"),
        (State.COUNTED, None, datetime(2026, 2, 10, tzinfo=UTC), "needs attention"),
        (
            State.COUNTED,
            datetime(2026, 2, 3, 14, tzinfo=UTC),
            NOW,
            "releases February 3, 2026, 09:00 (America/Toronto)",
        ),
        (State.COUNTED, datetime(2026, 2, 3, 14, tzinfo=UTC), datetime(2026, 2, 3, 16, tzinfo=UTC), "needs attention"),
        (State.SIGNED_OFF, None, NOW, "signed off"),
        (State.WITHDRAWN, None, NOW, "withdrawn"),
    ],
)
def test_a_chip_follows_the_state_and_the_clock(
    desk: Office, state: State, release_at: datetime | None, at: datetime, words_of: str
) -> None:
    with desk.session() as session:
        wave = waves.find(session, bytes.fromhex(desk.ids["open"]))
        assert wave is not None
        wave.state, wave.release_at = state, release_at
    desk.clock.set(at)
    page = desk.visitor(ROBIN).get(f"/clients/{desk.ids['northbeam']}")
    assert chips(page.text)["2026-01"] == words_of


def test_a_client_without_a_wave_says_so(desk: Office) -> None:
    visitor = desk.visitor(ROBIN)
    visitor.post("/clients/new", GOOD)
    assert chips(visitor.get("/").text)["Café Île-aux-Sœurs"] == "no wave yet"


def test_a_page_is_in_the_language_that_was_chosen_and_stays_so(desk: Office) -> None:
    """U-1: by the address, then the cookie, then the browser."""
    visitor = desk.visitor(ROBIN)
    assert '<html lang="en">' in visitor.get("/").text
    assert '<html lang="fr-CA">' in visitor.get("/", headers={"Accept-Language": "fr-FR,fr;q=0.9"}).text
    french = visitor.get("/?lang=fr")
    assert "Vos clients" in words(french)
    assert "Vos clients" in words(visitor.get("/"))
    assert "Your clients" in words(visitor.get("/?lang=en"))
    assert "Your clients" in words(visitor.get("/?lang=tlh"))
