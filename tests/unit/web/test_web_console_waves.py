"""Waves in the console: draft, open, cards, release, download (U-4, U-30, U-47, section 7)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import reports_paper
from web_console_office import NOW, READER, ROBIN, ROSTER, SAM, Office, Visitor, office, words

from assess.instruments.load import shipped
from assess.surveys import box, envelopes, waves
from assess.surveys.keys import FileKeys
from assess.surveys.states import State
from assess.surveys.tables import AuditRow, EnvelopeRow, Wave

DRAFT = {
    "label": "2026-04",
    "form": "pulse",
    "opens_at": "2026-04-13T09:00",
    "closes_at": "2026-04-24T23:59",
    "contact": "help@client.example",
}


@pytest.fixture
def desk(tmp_path: Path) -> Office:
    return office(tmp_path)


def wave(desk: Office, name: str) -> Wave:
    with desk.session() as session:
        found = waves.find(session, bytes.fromhex(desk.ids[name]))
        assert found is not None
        return found


def audit(desk: Office) -> list[tuple[str, str]]:
    with desk.session() as session:
        return [(row.event, row.detail) for row in session.query(AuditRow).order_by(AuditRow.audit_id)]


def without_token(text: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", text)


def path(response: object) -> str:
    return str(response.headers["Location"]).removeprefix("/console")  # type: ignore[attr-defined]


def test_from_a_new_client_to_its_cards(desk: Office) -> None:
    """Issue 1 of 7, point 5: client, roster, open, nameless shuffled cards by side."""
    visitor = desk.visitor(ROBIN)
    client = path(visitor.post("/clients/new", {"name": "Harbour Works", "zone": "America/Halifax", "country": "CA"}))
    made = path(
        visitor.post(f"{client}/waves/new", DRAFT | {"opens_at": "2026-01-19T09:00", "closes_at": "2026-01-30T23:59"})
    )
    assert "Nobody is invited yet." in words(visitor.get(made))
    taken = visitor.post(f"{made}/roster", {"text": ROSTER})
    assert "The roster is saved: 21 people" in words(taken)
    assert "Sales 12" in words(visitor.get(f"{made}/open"))
    assert path(visitor.post(f"{made}/open")) == made
    assert "2026-04 is open until January 30, 2026, 23:59 (America/Halifax)" in words(visitor.get(made))
    shown = visitor.post(f"{made}/cards")
    sheets = reports_paper.codes(shown.data)
    with desk.session() as session:
        for side, codes in (("sales", sheets[0] + sheets[1]), ("marketing", sheets[2] + sheets[3])):
            assert len(set(codes)) == {"sales": 12 + 3, "marketing": 9 + 3}[side]
            for code in codes:
                found = envelopes.find(session, code)
                assert found is not None
                assert (found.side, found.wave_id.hex()) == (side, made.rpartition("/")[2])
    wave_hex = made.rpartition("/")[2]
    assert audit(desk) == [
        ("client added", client.rpartition("/")[2]),
        ("client assigned", f"{client.rpartition('/')[2]}: account 1"),
        ("wave drafted", wave_hex),
        ("roster imported", f"{wave_hex}: marketing 9, sales 12"),
        ("wave opened", wave_hex),
        ("cards shown", f"{wave_hex}: marketing 12, sales 15"),
    ]


def test_a_draft_begins_with_the_usual_answers(desk: Office) -> None:
    """Section 7: Monday 09:00 to Friday 23:59 of week 2, a quarter after the last wave, its form and contact."""
    page = desk.visitor(SAM).get(f"/clients/{desk.ids['foundry']}/waves/new")
    kept = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
    assert kept["opens_at"] == "2026-04-13T09:00"
    assert kept["closes_at"] == "2026-04-24T23:59"
    assert kept["label"] == "2026-04"
    assert kept["contact"] == "contact@client.example"
    assert re.search(r'value="core" checked', page.text)
    assert "30 statements, about 6 minutes" in words(page)
    assert "10 statements, about 2 minutes" in words(page)


def test_a_first_draft_begins_next_monday_with_ones_own_address(desk: Office) -> None:
    visitor = desk.visitor(ROBIN)
    client = path(visitor.post("/clients/new", {"name": "Harbour Works", "zone": "America/Halifax", "country": "CA"}))
    kept = dict(re.findall(r'name="(\w+)" value="([^"]*)"', visitor.get(f"{client}/waves/new").text))
    assert (kept["opens_at"], kept["contact"]) == ("2026-01-26T09:00", ROBIN)


def test_times_are_those_of_the_clients_zone(desk: Office) -> None:
    """A-07: a missing local minute moves forward, a doubled one is the later."""
    visitor = desk.visitor(ROBIN)
    typed = DRAFT | {"opens_at": "2026-03-08T02:30", "closes_at": "2026-03-20T23:59"}
    made = path(visitor.post(f"/clients/{desk.ids['northbeam']}/waves/new", typed))
    assert "March 8, 2026, 03:30 (America/Toronto)" in words(visitor.get(made))
    with desk.session() as session:
        found = waves.find(session, bytes.fromhex(made.rpartition("/")[2]))
        assert found is not None
        assert found.closes_at == datetime(2026, 3, 21, 3, 59, tzinfo=UTC)
        assert found.form == "pulse"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"label": ""}, "Type a name for the wave"),
        ({"label": "x" * 81}, "This has 81 characters; the limit is 80."),
        ({"label": "☃"}, "The report cannot print ☃."),
        ({"form": "long"}, "Choose one of the forms of the questionnaire."),
        ({"form": ""}, "Choose one of the forms of the questionnaire."),
        ({"opens_at": "soon"}, "Type a date and a time, such as 2026-01-12 09:00."),
        ({"opens_at": "0001-01-01T00:00"}, "Type a date and a time"),
        ({"closes_at": ""}, "Type a date and a time"),
        ({"closes_at": "2026-04-13T09:00"}, "The closing comes before the opening."),
        ({"closes_at": "2026-04-20T09:00"}, "A wave stays open for 10 to 28 days; this one would for 7."),
        ({"closes_at": "2026-06-20T09:00"}, "A wave stays open for 10 to 28 days; this one would for 68."),
        ({"contact": ""}, "Type the address that employees may write to."),
        ({"contact": "help at client"}, "This is not an e-mail address."),
        ({"contact": "x" * 250 + "@client.example"}, "This has 265 characters; the limit is 254."),
    ],
)
def test_a_faulty_draft_is_not_stored_and_keeps_what_was_typed(desk: Office, wrong: dict[str, str], said: str) -> None:
    visitor = desk.visitor(ROBIN)
    before = visitor.get(f"/clients/{desk.ids['northbeam']}").text
    response = visitor.post(f"/clients/{desk.ids['northbeam']}/waves/new", DRAFT | wrong)
    assert response.status_code == 422
    assert said in words(response)
    for name, value in (DRAFT | wrong).items():
        if name != "form":
            assert f'name="{name}" value="{value}"' in response.text
    assert visitor.get(f"/clients/{desk.ids['northbeam']}").text.count("<tr>") == before.count("<tr>")


def test_a_draft_can_be_changed_until_it_is_open(desk: Office) -> None:
    visitor = desk.visitor(ROBIN)
    page = visitor.get(f"/waves/{desk.ids['draft']}/change")
    assert 'name="opens_at" value="2026-02-02T09:00"' in page.text
    assert visitor.post(f"/waves/{desk.ids['draft']}/change", DRAFT).status_code == 302
    changed = wave(desk, "draft")
    assert (changed.label, changed.form, changed.contact) == ("2026-04", "pulse", "help@client.example")
    assert changed.opens_at == datetime(2026, 4, 13, 13, tzinfo=UTC)
    refused = visitor.post(f"/waves/{desk.ids['open']}/change", DRAFT)
    assert refused.status_code == 409
    assert "An open wave is frozen" in words(refused)
    assert wave(desk, "open").label == "2026-01"


def test_opening_lists_every_reason_against_it_and_changes_nothing(desk: Office) -> None:
    """U-47."""
    visitor = desk.visitor(ROBIN)
    desk.clock.set(datetime(2026, 6, 1, tzinfo=UTC))
    response = visitor.post(f"/waves/{desk.ids['empty']}/open")
    assert response.status_code == 409
    reasons = re.findall(r"<li>(.*?)</li>", response.text)
    assert len(reasons) == 4, "two empty sides, a passed close, another open wave"
    assert wave(desk, "empty").state is State.DRAFT
    assert not (desk.settings.keys / desk.ids["empty"]).exists()
    assert audit(desk) == [("opening refused", desk.ids["empty"])]


def test_a_small_team_is_warned_of_before_opening(desk: Office) -> None:
    """U-47 warns under 8 people a side; the floors printed are those of the wave (A-11)."""
    visitor = desk.visitor(ROBIN)
    few = "side\n" + "sales\n" * 12 + "marketing\n" * 7
    visitor.post(f"/waves/{desk.ids['draft']}/roster", {"text": few})
    page = words(visitor.get(f"/waves/{desk.ids['draft']}/open"))
    assert "A small team may see no scores Marketing 7" in page
    assert "at least 5 people answer on each team, single statements only from 10" in page
    visitor.post(f"/waves/{desk.ids['draft']}/roster", {"text": few + "marketing\n"})
    assert "A small team" not in words(visitor.get(f"/waves/{desk.ids['draft']}/open"))


def test_a_wave_opens_once(desk: Office) -> None:
    visitor = desk.visitor(ROBIN)
    with desk.session() as session:
        waves.find(session, bytes.fromhex(desk.ids["open"])).state = State.COUNTED  # type: ignore[union-attr]
    assert visitor.post(f"/waves/{desk.ids['draft']}/open").status_code == 302
    with desk.session() as session:
        sealed = session.query(EnvelopeRow).filter_by(wave_id=bytes.fromhex(desk.ids["draft"])).count()
    again = visitor.post(f"/waves/{desk.ids['draft']}/open")
    assert again.status_code == 409
    assert "Only a draft can be opened." in words(again)
    with desk.session() as session:
        assert session.query(EnvelopeRow).filter_by(wave_id=bytes.fromhex(desk.ids["draft"])).count() == sealed


def test_no_page_tells_that_anybody_answered(desk: Office) -> None:
    """U-44, A-16: every page of the console is the same, byte for byte, before and after a ballot."""
    visitor = desk.visitor(ROBIN)
    paths = ["/", f"/clients/{desk.ids['northbeam']}"]
    paths += [f"/waves/{desk.ids['open']}{part}" for part in ("", "/cards", "/open", "/roster", "/release", "/change")]
    before = [without_token(visitor.get(one).text) for one in paths]
    instrument = shipped("sales-marketing")
    with desk.session() as session:
        opened = waves.find(session, bytes.fromhex(desk.ids["open"]))
        assert opened is not None
        code = envelopes.cards(session, opened, FileKeys(desk.settings.keys))["sales"][0]
        request = box.DropRequest(code=code, attempt=b"t" * 16, answers={"AL1": 4}, comments={})
        assert isinstance(box.drop(session, request, clock=desk.clock, instrument=instrument), box.Receipt)
    assert [without_token(visitor.get(one).text) for one in paths] == before


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("draft", "cards"),
        ("counted", "cards"),
        ("open", "release"),
        ("draft", "release"),
        ("released", "release"),
        ("open", "roster"),
        ("open", "open"),
        ("counted", "change"),
    ],
)
def test_a_step_that_the_state_does_not_allow_is_refused_in_words(desk: Office, name: str, part: str) -> None:
    """U-50."""
    visitor = desk.visitor(ROBIN)
    for language, said in (("en", "This cannot be done now"), ("fr", "C’est impossible pour le moment")):
        for response in (
            visitor.get(f"/waves/{desk.ids[name]}/{part}?lang={language}"),
            visitor.post(f"/waves/{desk.ids[name]}/{part}", {"at": "2026-02-02T09:00"}),
        ):
            assert response.status_code == 409
            assert said in words(response)
    assert audit(desk) == []


def test_a_release_is_set_to_a_minute_and_now_is_offered(desk: Office) -> None:
    """Section 6: the consultant sets the minute; the clock releases."""
    visitor = desk.visitor(ROBIN)
    release = f"/waves/{desk.ids['counted']}/release"
    assert 'value="2026-01-20T10:00"' in visitor.get(release).text
    assert visitor.post(release, {"at": "2026-02-03T09:00"}).status_code == 302
    assert wave(desk, "counted").release_at == datetime(2026, 2, 3, 14, tzinfo=UTC)
    page = words(visitor.get(f"/waves/{desk.ids['counted']}"))
    assert "All readers will see the report on February 3, 2026, 09:00 (America/Toronto)." in page
    assert visitor.post(release, {"at": "2026-01-20T09:00"}).status_code == 302
    assert wave(desk, "counted").release_at == NOW, "a minute that has passed means now"
    assert [event for event, _ in audit(desk)] == ["release set", "release set"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type a date and a time"),
        ("tomorrow", "Type a date and a time"),
        ("2026-02-20T09:00", "The release can be at most 30 days from now."),
    ],
)
def test_a_release_that_cannot_be_keeps_what_was_typed(desk: Office, typed: str, said: str) -> None:
    response = desk.visitor(ROBIN).post(f"/waves/{desk.ids['counted']}/release", {"at": typed})
    assert response.status_code == 422
    assert said in words(response)
    assert f'name="at" value="{typed}"' in response.text
    assert wave(desk, "counted").release_at is None


def test_an_overdue_count_and_release_name_who_to_ask(desk: Office) -> None:
    visitor = desk.visitor(ROBIN)
    desk.clock.set(wave(desk, "open").closes_at + timedelta(minutes=30))
    assert "The count runs by itself" in words(visitor.get(f"/waves/{desk.ids['open']}"))
    desk.clock.set(wave(desk, "open").closes_at + timedelta(hours=2))
    assert "The count is overdue" in words(visitor.get(f"/waves/{desk.ids['open']}"))
    with desk.session() as session:
        waves.find(session, bytes.fromhex(desk.ids["counted"])).release_at = NOW  # type: ignore[union-attr]
    assert "The release is overdue" in words(visitor.get(f"/waves/{desk.ids['counted']}"))


def report(desk: Office, name: str, content: bytes) -> None:
    folder = desk.settings.reports / desk.ids["released"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("report.en.pdf", "application/pdf"),
        ("report.fr-CA.pdf", "application/pdf"),
        ("report.json", "application/json"),
        ("figures.csv", "text/csv; charset=utf-8"),
    ],
)
def test_a_released_report_is_downloaded_under_a_name_of_its_own(desk: Office, name: str, kind: str) -> None:
    report(desk, name, b"content of " + name.encode())
    for reader in (ROBIN, READER):
        with desk.visitor(reader).get(f"/waves/{desk.ids['released']}/report/{name}") as response:
            assert response.data == b"content of " + name.encode()
            assert response.content_type == kind
            assert response.headers["Cache-Control"] == "no-store"
            saved = f"northbeam-instruments-2025-10-{name}"
            assert response.headers["Content-Disposition"] == f"attachment; filename={saved}"
    assert audit(desk) == [("report downloaded", f"{desk.ids['released']}: {name}")] * 2


def test_the_risk_sheet_is_for_whoever_runs_the_wave(desk: Office) -> None:
    """A-34: the consultant of the client; a reader of the report gets 403, a foreign consultant 404."""
    for name in ("risk.en.pdf", "risk.fr-CA.pdf", "risk.json"):
        report(desk, name, b"sheet")
        with desk.visitor(ROBIN).get(f"/waves/{desk.ids['released']}/report/{name}") as response:
            assert response.data == b"sheet"
        assert desk.visitor(READER).get(f"/waves/{desk.ids['released']}/report/{name}").status_code == 403
        assert desk.visitor(SAM).get(f"/waves/{desk.ids['released']}/report/{name}").status_code == 404
    assert "Risk sheet in English" in words(desk.visitor(ROBIN).get(f"/waves/{desk.ids['released']}"))
    assert "Risk sheet" not in words(desk.visitor(READER).get(f"/waves/{desk.ids['released']}"))


def test_a_report_that_is_being_drawn_says_so(desk: Office) -> None:
    response = desk.visitor(ROBIN).get(f"/waves/{desk.ids['released']}/report/report.en.pdf")
    assert response.status_code == 404
    assert "This file is still being drawn" in words(response)
    assert audit(desk) == []


@pytest.mark.parametrize("name", ["../secret_key", "..%2f..%2fsecret_key", "secret", "report.pdf", "report.en.pdf/"])
def test_nothing_but_the_four_files_can_be_downloaded(desk: Office, name: str) -> None:
    report(desk, "secret", b"secret")
    assert desk.visitor(ROBIN).get(f"/waves/{desk.ids['released']}/report/{name}").status_code == 404


def test_before_its_release_a_report_is_not_there(desk: Office) -> None:
    """U-30: now >= released_at is asked when the report is read."""
    visitor = desk.visitor(ROBIN)
    report(desk, "report.en.pdf", b"early")
    address = f"/waves/{desk.ids['released']}/report/report.en.pdf"
    released_at = wave(desk, "released").released_at
    assert released_at is not None
    desk.clock.set(released_at - timedelta(seconds=1))
    assert visitor.get(address).status_code == 404
    desk.clock.set(released_at)
    with visitor.get(address) as response:
        assert response.status_code == 200
    with desk.session() as session:
        waves.find(session, bytes.fromhex(desk.ids["released"])).state = State.COUNTED  # type: ignore[union-attr]
    assert visitor.get(address).status_code == 404


def test_every_state_of_a_wave_has_its_heading_in_both_languages(desk: Office) -> None:
    """Section 5, look.md rule 2: a heading says what is so."""
    heads = set()
    for language in ("en", "fr"):
        visitor: Visitor = desk.visitor(ROBIN)
        for state in State:
            with desk.session() as session:
                found = waves.find(session, bytes.fromhex(desk.ids["released"]))
                assert found is not None
                found.state = state
            page = visitor.get(f"/waves/{desk.ids['released']}?lang={language}")
            assert page.status_code == 200
            heads.add(re.search(r"<h1>\s*(.*?)\s*</h1>", page.text, re.DOTALL)[1])  # type: ignore[index]
    assert len(heads) == 2 * (len(State) - 1), "open past its close reads as closed"
