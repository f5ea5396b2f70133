"""E5 and M4, the page of a wave: what it tells in each state, its downloads, its one size, never a result (A-10)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from respond_house import LOCALES, House, Page, checked, opened, post
from sqlalchemy import delete, select, update
from test_web_respond_headers import HEADERS, urls
from werkzeug.test import TestResponse

from assess import verify
from assess.instruments import words
from assess.instruments.load import shipped
from assess.surveys import amend, clients, count, lifecycle, prereg, promise, waves
from assess.surveys.keys import FileKeys
from assess.surveys.moments import GRACE
from assess.surveys.prereg import Change
from assess.surveys.roster import RosterRow
from assess.surveys.states import KeyMode, State
from assess.surveys.tables import CountRow, Wave
from assess.surveys.totals import Stage
from assess.web.respond.about import SIZE

LANGUAGES = {"en": "en", "fr-CA": "fr"}


@pytest.fixture(scope="module")
def walked(prepared_core: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, str]]]:
    """Walk one wave through its states and keep the page of each, by state and language."""
    with opened(prepared_core, tmp_path_factory.mktemp("walked")) as house:
        kept: dict[str, dict[str, str]] = {}

        def keep(state: str) -> None:
            kept[state] = {locale: about(house, locale).get_data(as_text=True) for locale in LOCALES}

        keys = FileKeys(house.folder / "keys")
        house.clock.set(house.wave.opens_at - timedelta(days=1))
        keep("early")
        house.clock.set(house.wave.opens_at + timedelta(hours=1))
        keep("open")
        receipt = receipt_of(house)
        with house.sessions.begin() as session:
            wave = session.scalars(select(Wave)).one()
            row = RosterRow(side="sales", email="late@client.example")
            amend.join(session, wave, row, keys=keys, clock=house.clock)
            amend.extend(session, wave, wave.closes_at + timedelta(days=2), clock=house.clock)
            closes_at = wave.closes_at
        keep("changed")
        house.clock.set(closes_at + GRACE)
        keep("closed")
        count.run(
            house.sessions,
            house.wave.wave_id,
            keys=keys,
            clock=house.clock,
            instrument=shipped("sales-marketing"),
        )
        keep("counted")
        files = {name: download(house, name).get_data(as_text=True) for name in ("receipts.txt", "record.json")}
        with house.sessions.begin() as session:
            wave = session.scalars(select(Wave)).one()
            assert lifecycle.mark_released(session, wave, house.clock)
        keep("released")
        kept["files"] = files | {"receipt": receipt}
        with house.sessions.begin() as session:
            wave = session.scalars(select(Wave)).one()
            wave.state = State.WITHDRAWN
            prereg.change(session, wave, Change.WITHDRAWAL, date="2026-02-03")
        keep("withdrawn")
        kept["gone"] = {name: str(download(house, name).status_code) for name in ("receipts.txt", "record.json")}
        yield kept


STATES = ("early", "open", "changed", "closed", "counted", "released", "withdrawn")
HEADINGS = {
    "early": ("This survey is not open yet", "Ce sondage n'est pas encore ouvert"),
    "open": ("This survey is open", "Ce sondage est ouvert"),
    "changed": ("This survey is open", "Ce sondage est ouvert"),
    "closed": ("This survey is closed", "Ce sondage est clos"),
    "counted": ("The ballots of this survey are counted", "Les bulletins de ce sondage sont dépouillés"),
    "released": ("The ballots of this survey are counted", "Les bulletins de ce sondage sont dépouillés"),
    "withdrawn": ("This survey was withdrawn", "Ce sondage a été retiré"),
}


def about(house: House, locale: str = "en") -> TestResponse:
    return house.client.get(f"/w/about/{house.wave.wave_id.hex()}?lang={LANGUAGES[locale]}")


def download(house: House, name: str) -> TestResponse:
    return house.client.get(f"/w/about/{house.wave.wave_id.hex()}/{name}")


def receipt_of(house: House) -> str:
    page = post(house, "/w/drop", checked(house))
    found = re.search(r'<p class="code">([0-9a-f]{20})</p>', page.html)
    assert found is not None
    return found[1]


def flat(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_told_in_both_languages(walked: dict[str, dict[str, str]], state: str) -> None:
    """E5: state, dates, promise and its hash, limits, dictionary."""
    for locale, heading in zip(LOCALES, HEADINGS[state], strict=True):
        html = walked[state][locale]
        shown = re.search(r"<h1>(.*?)</h1>", html)
        assert shown is not None
        assert shown[1].replace("&#39;", "'").replace("’", "'") == heading
        assert "Northwind Tools, Winter 2026" in html


@pytest.mark.parametrize("locale", LOCALES)
def test_the_promise_its_hash_and_the_whole_prereg_stand_on_it(house: House, locale: str) -> None:
    """E5, A-15: all 64 digits."""
    page = Page(about(house, locale))
    policy = waves.policy(house.wave)
    for sentence in promise.sentences(KeyMode.SERVICE, locale, policy):
        assert " ".join(sentence.split()) in page.text
    assert " ".join(promise.limits(locale).split()) in page.text
    assert house.wave.prereg is not None
    assert house.wave.prereg in page.text
    assert promise.sha256(KeyMode.SERVICE, policy) in page.text


def test_before_the_count_nothing_tells_how_many_answered(house: House) -> None:
    """A-16, E5: the page is the same byte for byte whoever has answered; there is nothing to download."""
    before = about(house).data
    receipt_of(house)
    assert about(house).data == before
    assert download(house, "receipts.txt").status_code == 404
    assert download(house, "record.json").status_code == 404


@pytest.mark.parametrize(
    ("locale", "counted", "perhaps"),
    [
        ("en", "If it is there, your ballot was counted.", "spoiled and not counted: 2; nobody can tell whose."),
        ("fr-CA", "S'il y figure, votre bulletin a été compté.", "personne ne peut dire de qui."),
    ],
)
def test_a_list_with_spoiled_ballots_is_not_said_to_show_that_a_ballot_was_counted(
    walked: dict[str, dict[str, str]], house: House, locale: str, counted: str, perhaps: str
) -> None:
    """A-10: what the list shows of a ballot depends on whether any was spoiled."""
    page = walked["counted"][locale].replace("&#39;", "'").replace("’", "'")
    assert counted in page
    assert perhaps not in page
    with house.sessions.begin() as session:
        session.scalars(select(Wave)).one().state = State.COUNTED
        totals = {"invited": 24, "used": 5, "replaced": 0, "spoiled": 2, "counted": 3}
        session.add(CountRow(wave_id=house.wave.wave_id, stage=Stage.COUNTED.value, root=bytes(32), **totals))
    try:
        page = about(house, locale).get_data(as_text=True).replace("&#39;", "'").replace("’", "'")
    finally:
        with house.sessions.begin() as session:
            session.scalars(select(Wave)).one().state = State.OPEN
            session.execute(delete(CountRow))
    assert perhaps in page
    assert counted not in page
    assert len(page.encode()) <= SIZE


def test_after_the_count_the_list_the_record_and_the_check_fit_together(walked: dict[str, dict[str, str]]) -> None:
    """A-10: a receipt that a person was shown is on the list, and the record verifies with its changes (A-15)."""
    files = walked["files"]
    receipts = verify.read_list(files["receipts.txt"].encode(), "receipts.txt")
    record = verify.read_record(files["record.json"].encode(), "record.json")
    held = verify.check(receipts, record, receipt=files["receipt"])
    assert (held.totals["used"], held.changes) == (1, 2)
    page = flat(walked["counted"]["en"])
    for told in (held.root, held.prereg, held.head, record.signature.hex(), "Invited 24", "Ballots received 1"):
        assert told in page
    for name in ("receipts.txt", "record.json", "/w/static/verify.py"):
        assert name in walked["counted"]["en"]


def test_changes_after_opening_are_told(walked: dict[str, dict[str, str]]) -> None:
    """E5, A-15: extension and late joiners, the latter as a number alone."""
    assert "Changed since" not in walked["open"]["en"]
    english, french = (flat(walked["changed"][locale]) for locale in LOCALES)
    assert "Extended: it was to close on" in english
    assert "Somebody joined late" in english
    assert "Sales" not in english.partition("Changed since")[2].partition("Fingerprint of the promise")[0]
    assert "Prolongation" in french
    assert "Une personne arrivée plus tard" in french


def test_a_withdrawn_wave_says_so_and_offers_nothing(walked: dict[str, dict[str, str]]) -> None:
    """M4."""
    english = flat(walked["withdrawn"]["en"])
    assert re.search(r"This survey was withdrawn on .*3.*2026\. Its ballots and keys are destroyed; no result", english)
    assert "receipts.txt" not in english
    assert walked["gone"] == {"receipts.txt": "404", "record.json": "404"}


def test_a_page_of_a_wave_has_one_size_whatever_its_state_and_language(walked: dict[str, dict[str, str]]) -> None:
    """A-22."""
    sizes = {len(html.encode()) for state in STATES for html in walked[state].values()}
    assert sizes == {SIZE}
    bare = {len(re.sub(r"<!--\.*-->$", "", walked[state][locale])) for state in STATES for locale in LOCALES}
    assert len(bare) > 8, "without padding the sizes would differ"


def test_the_longest_names_fit_into_that_size(own_house: House) -> None:
    """A-22: names as long as the database allows, each letter five bytes."""
    with own_house.sessions.begin() as session:
        session.execute(update(Wave).values(label="&" * 80, contact="&" * 254, operator="&" * 200))
        clients.listed(session)[0].name = "&" * 200
    for locale in LOCALES:
        assert len(about(own_house, locale).data) == SIZE


def test_no_result_stands_on_any_page(walked: dict[str, dict[str, str]], house: House) -> None:
    """E5: never a result: no side is named, no statement is there. Planted: a questionnaire has both."""
    instrument = shipped("sales-marketing")
    statements = [words.filled(instrument, item, "en", "sales") for item in instrument.closed("core")]

    def told(text: str) -> list[str]:
        return [word for word in (*statements, "Sales", "Marketing") if word in text]

    for state in STATES:
        assert told(flat(walked[state]["en"])) == []
    assert len(told(post(house, "/w/start", {"code": house.code, "lang": "en"}).text)) > 20


@pytest.mark.parametrize("address", ["00" * 16, "zz" * 16, "A0" * 16, "00", "00" * 17, "%00"])
def test_an_address_of_no_wave_is_a_404_like_any_other(house: House, address: str) -> None:
    for path in (address, f"{address}/receipts.txt", f"{address}/record.json"):
        assert house.client.get(f"/w/about/{path}").status_code == 404


@pytest.mark.parametrize("mode", list(KeyMode))
@pytest.mark.parametrize(
    ("locale", "alone", "waits"),
    [
        ("en", "The count runs by itself", "It is counted once the holders of the keys have given their shares."),
        (
            "fr-CA",
            "Le dépouillement se fait de lui",
            "Le dépouillement commence dès que les parts de clé ont été données.",
        ),
    ],
)
def test_a_closed_wave_of_witnesses_is_not_said_to_be_counted_by_itself(
    own_house: House, locale: str, alone: str, waits: str, mode: KeyMode
) -> None:
    """E5, A-09: what the page says of the count is true of the wave's key mode."""
    own_house.clock.set(own_house.wave.closes_at + GRACE)
    with own_house.sessions.begin() as session:
        session.execute(update(Wave).values(state=State.CLOSED, key_mode=mode, witness="Ana Roy"))
    told = flat(about(own_house, locale).get_data(as_text=True))
    assert (alone in told, waits in told) == (not mode.witnessed, mode.witnessed)


def test_a_report_that_came_late_is_told_with_its_own_day(own_house: House) -> None:
    """E5: the minute that was set passed while the server was down."""
    planned = own_house.wave.closes_at + timedelta(days=8)
    with own_house.sessions.begin() as session:
        late = planned + timedelta(days=1)
        session.execute(update(Wave).values(state=State.RELEASED, release_at=planned, released_at=late))
    told = flat(about(own_house).get_data(as_text=True))
    assert "The leaders received the report on February 1, 2026." in told


def test_a_draft_has_no_page(own_house: House) -> None:
    with own_house.sessions.begin() as session:
        session.execute(update(Wave).values(state=State.DRAFT))
    assert about(own_house).status_code == 404


def test_the_program_that_is_served_is_the_file_itself(house: House) -> None:
    """U-110: its text is the file."""
    response = house.client.get("/w/static/verify.py")
    assert response.data == Path(verify.__file__).read_bytes()
    assert response.mimetype == "text/plain"


def test_every_answer_has_the_headers_and_no_cookie(house: House) -> None:
    """A-20, A-21: page, downloads, refusals."""
    wave = house.wave.wave_id.hex()
    for path in (f"about/{wave}", f"about/{wave}/receipts.txt", f"about/{'00' * 16}", "static/verify.py"):
        response = house.client.get(f"/w/{path}")
        assert {name: response.headers.get(name) for name in HEADERS} == HEADERS, path
        for forbidden in ("Set-Cookie", "ETag", "Last-Modified", "Content-Encoding", "Content-Language", "Vary"):
            assert forbidden not in response.headers, f"{forbidden} on {path}"


def test_questionnaire_and_receipt_lead_to_it(house: House) -> None:
    """E1, E4."""
    wave = house.wave.wave_id.hex()
    for locale, query in LANGUAGES.items():
        questions = post(house, "/w/start", {"code": house.code, "lang": locale})
        received = post(house, "/w/drop", checked(house, locale))
        for page in (questions, received):
            assert f"/w/about/{wave}?lang={query}" in urls(page)
