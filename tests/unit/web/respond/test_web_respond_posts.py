"""The short way of a post answers what Flask answers, byte for byte, and leaves what is odd to it (A-20, A-21, M8)."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st
from respond_house import House, answered, checked
from werkzeug.test import Client, TestResponse

from assess.web.respond import posted, views
from assess.web.shared import headers

ATTEMPT = "ab" * 16
ODD = {
    "nothing": "",
    "no code": "lang=fr-CA",
    "an unknown code": "code=0000-0000-0000-0000&lang=fr-CA",
    "a foreign field": "code={code}&sheet=sales-marketing:core:sales&AL1=3&zz=1",
    "a field twice": "code={code}&sheet=sales-marketing:core:sales&AL1=3&AL1=4",
    "another language": "code={code}&lang=en&to=fr-CA&AL1=2&OQ1=%3Cb%3E+%C3%A9%FF",
    "a kiosk": "code={code}&kiosk=1&sheet=sales-marketing:core:sales&AL1=0&try=" + ATTEMPT,
}


def both(house: House, path: str, body: str, monkeypatch: pytest.MonkeyPatch, **options: str) -> list[TestResponse]:
    """Return the answers of the short way and, as a form in parts, of Flask; each to an empty box."""
    monkeypatch.setattr(views, "new_attempt", lambda: bytes.fromhex(ATTEMPT))
    monkeypatch.setattr("assess.surveys.receipts.receipt", lambda _sealed: "f" * 20)
    passed: list[str] = []
    whole = Flask.full_dispatch_request
    monkeypatch.setattr(Flask, "full_dispatch_request", lambda self: (passed.append(path), whole(self))[1])
    answers = []
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        house.emptied()
        sent: dict[str, list[str]] = {}
        for name, value in parse_qsl(body, keep_blank_values=True, errors="werkzeug.url_quote"):
            sent.setdefault(name, []).append(value)
        data = body.encode() if kind.endswith("encoded") else sent
        answers.append(house.client.post(path, data=data, content_type=kind, headers=options))
        # The first did not pass through Flask, the second did.
        assert len(passed) == len(answers) - 1
    return answers


@pytest.mark.parametrize("path", views.POSTS)
@pytest.mark.parametrize("odd", [*ODD, "everything", "everything and a long comment"])
def test_the_short_way_and_flask_give_one_answer(
    house: House, path: str, odd: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U-11, A-21: status, every header, every byte."""
    comment = {"OQ1": "x" * 2_000} if "comment" in odd else {"OQ1": "One & two"}
    every = urlencode({**answered(house, **comment), "try": ATTEMPT})
    body = ODD[odd].replace("{code}", house.code) if odd in ODD else every
    short, flask = both(house, path, body, monkeypatch, **{"Accept-Language": "fr"})
    assert short.status == flask.status
    assert sorted(short.headers) == sorted(flask.headers)
    assert short.data == flask.data
    assert headers.HEADERS.items() <= set(short.headers)


def test_a_view_that_fails_on_the_short_way_is_answered_and_logged_by_flask(
    own_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M8, A-23: once, with everything that was typed, and a line that names route and class."""
    calls: list[str] = []

    def failing(*_: object, **__: object) -> None:
        calls.append("put")
        raise OSError("the disk is full")

    monkeypatch.setattr("assess.surveys.box.put", failing)
    response = own_house.client.post("/w/drop", data=checked(own_house, OQ1="Kept & whole"))
    assert response.status_code == 503
    assert "Kept &amp; whole" in response.text
    assert calls == ["put"]
    assert '"route": "/w/drop"' in own_house.log.getvalue()
    assert headers.HEADERS.items() <= set(response.headers)


@pytest.mark.parametrize("broken", [OSError("reset"), ValueError("closed")])
def test_a_line_that_breaks_while_a_form_is_read_is_half_a_form(house: House, broken: Exception) -> None:
    """anonymity.md section 9: nothing is dropped, and nobody is told that it was."""

    class Line:
        def read(self, _size: int = -1) -> bytes:
            raise broken

    body = urlencode(checked(house))
    response = Client(house.app.wsgi_app).post(
        "/w/drop",
        data=body,
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input": Line(), "CONTENT_LENGTH": str(len(body))},
    )
    assert response.status_code == 400
    assert (house.ballots(), house.spent()) == ([], 0)


@given(st.binary(max_size=200) | st.text("a=&%+;41Cé\x00", max_size=60).map(str.encode))
@example(b"=&a&a=&=b&a=b=c&+%2B%26=%3D&%zz=%C3&%E2%82%AC=1")
def test_a_form_is_read_as_the_standard_library_reads_it(body: bytes) -> None:
    """U-11: one pass gives the pairs that `parse_qsl` gives; what is no text has none."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="werkzeug.url_quote")
    except UnicodeDecodeError:
        pairs = []
    read: dict[str, list[str]] = {}
    for name, value in pairs:
        read.setdefault(name, []).append(value)
    assert dict(posted.fields(body).lists()) == read
