"""M11: a network that sends too much is told to wait, and nothing that was typed is lost (A-29, U-11)."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from respond_house import OPERATOR, House, Page, answered, checked

from assess.instruments.load import shipped
from assess.web.respond import create_respond_app
from assess.web.shared import faults, headers, rates

ADDRESS = "203.0.113.77"
MESSAGES = {
    "en": "Too many tries from your network. Wait one minute and try again.",
    "fr-CA": "Trop d’essais depuis votre réseau. Attendez une minute et réessayez.",
}


@pytest.fixture(autouse=True)
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the minute not end in the middle of a test."""
    monkeypatch.setattr(rates, "MINUTE", 10**9)


def limited(house: House, most: int) -> FlaskClient:
    """Return a client of the same wave behind a limit."""
    app = create_respond_app(
        sessions=house.sessions,
        clock=house.clock,
        instruments=shipped,
        operator=OPERATOR,
        posts_per_minute=most,
        log=faults.logger(house.log),
    )
    return app.test_client()


@pytest.mark.parametrize("locale", MESSAGES)
@pytest.mark.parametrize("path", ["/w/check", "/w/drop"])
def test_m11_keeps_answers_comments_and_attempt(house: House, path: str, locale: str) -> None:
    """M11, U-11: the same page as M8, and once the minute is over the same ballot."""
    fields = checked(house, locale, OQ1="Kept\nin two lines.", AL2="0")
    client = limited(house, 1)
    assert client.post("/w/start", data={"code": house.code}).status_code == 200
    response = client.post(path, data=fields)
    page = Page(response)
    assert page.status == 429
    assert response.headers["Retry-After"] == "60"
    assert MESSAGES[locale] in page.text
    assert page.form.action == "/w/drop"
    assert page.form.fields == fields
    assert house.ballots() == []


@pytest.mark.parametrize("locale", MESSAGES)
def test_m11_keeps_the_code_that_was_typed(house: House, locale: str) -> None:
    client = limited(house, 1)
    for _ in range(2):
        response = client.post("/w/start", data={"code": house.code, "lang": locale})
    page = Page(response)
    assert page.status == 429
    assert MESSAGES[locale] in page.text
    assert page.form.fields["code"] == house.code


def test_m11_has_the_size_and_headers_of_every_other_page_and_is_not_logged(house: House) -> None:
    """A-21, A-22, A-23: an address that met the limit stands nowhere."""
    client = limited(house, 1)
    start = {"data": {"code": house.code}, "environ_overrides": {"REMOTE_ADDR": ADDRESS}}
    full = {"data": answered(house), "environ_overrides": {"REMOTE_ADDR": ADDRESS}}
    form = client.post("/w/check", **full)
    first, again = client.post("/w/start", **start), client.post("/w/check", **full)
    assert (form.status_code, first.status_code, again.status_code) == (200, 429, 429)
    assert len(first.data) == len(client.get("/w/").data)
    assert len(again.data) == len(form.data)
    assert headers.HEADERS.items() <= dict(first.headers).items()
    assert house.log.getvalue() == ""


def test_looking_is_not_limited_and_other_networks_are_not_either(house: House) -> None:
    client = limited(house, 1)
    posted = {"data": {"code": house.code}}
    assert client.post("/w/start", **posted).status_code == 200
    assert client.post("/w/start", **posted).status_code == 429
    assert client.get("/w/").status_code == 200
    elsewhere = client.post("/w/start", **posted, environ_overrides={"REMOTE_ADDR": ADDRESS})
    assert elsewhere.status_code == 200
