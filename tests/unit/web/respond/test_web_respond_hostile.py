"""Hostile input: no HTTP 500, nothing that runs, nothing echoed raw, nothing stored (A-31; threats T10, T12)."""

from __future__ import annotations

import json
from urllib.parse import quote_from_bytes, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from respond_house import House, Page, answered, checked, post

from assess.instruments.load import shipped

ITEMS = shipped("sales-marketing").forms["core"].items
FORM = "application/x-www-form-urlencoded"
HOSTILE = {
    "script": "<script>document.title='run'</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "single": "' autofocus onfocus=alert(1) x='",
    "textarea": "</textarea></form><form action=https://evil.example><button>Go</button>",
    "comment": "--><script>alert(1)</script><!--",
    "title": "</title><script>alert(1)</script>",
    "template": "{{ 7*7 }}{% raw %}${7*7}<%= 7*7 %>",
    "format": "{code} {0} %s %(code)s {contact.__class__}",
    "url": "javascript:alert(1)",
    "entity": "&lt;script&gt; &#x3c;script&#x3e;",
    "bidi": "abc\u202edef\u2066ghi\u2069\u200f",
    "nul": "a\x00b\x0bc\x1bd\x7fe\x9bf",
    "formula": "=HYPERLINK(1)",
    "slot": "[slot AL1=1]",
    "crlf": "x\r\nSet-Cookie: a=b\r\n\r\n<p>",
}
RAW = ("<script>", "<img", "onerror=alert(1)>", "</textarea></form>", "\u202e", "\u2066", "\x00", "\x1b", "\x9b")
MALFORMED = {
    "empty": b"",
    "no value": b"code",
    "only separators": b"&&&===&&;;",
    "bad escape": b"code=%zz&AL1=%",
    "bad utf-8": b"code=%ff%fe&AL1=%c3%28&OQ1=%80",
    "nul": b"code=%00&AL1=%00",
    "many fields": b"&".join(b"f%d=1" % n for n in range(5_000)),
    "same field": b"&".join([b"AL1=1"] * 5_000),
    "long name": b"A" * 60_000 + b"=1",
    "long value": b"code=" + b"A" * 60_000,
    "json": json.dumps({"code": "x", "AL1": 1}).encode(),
    "binary": bytes(range(256)) * 16,
}
TYPES = [
    FORM,
    FORM + "; charset=utf-16",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "text/plain",
    "application/json",
    "nonsense",
    "",
]


@pytest.mark.parametrize("path", ["/w/start", "/w/check", "/w/drop"])
@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_post_is_refused_in_words(house: House, path: str, body: bytes) -> None:
    for content_type in TYPES:
        response = house.client.post(path, data=body, content_type=content_type)
        assert response.status_code in (404, 413, 422), content_type
        Page(response)
    assert house.ballots() == []
    assert house.log.getvalue() == ""


@pytest.mark.parametrize("path", ["/w/check", "/w/drop"])
@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_post_behind_a_good_code_is_refused_in_words(house: House, path: str, body: bytes) -> None:
    good = f"code={house.code}&try={'ab' * 16}&".encode()
    response = house.client.post(path, data=good + body, content_type=FORM)
    # Bytes that are no text at all hide even the code.
    assert response.status_code in ((404,) if body == MALFORMED["binary"] else (413, 422))
    Page(response)
    assert house.ballots() == []
    assert house.log.getvalue() == ""


def test_a_multipart_post_is_read_like_any_other(house: House) -> None:
    response = house.client.post("/w/check", data=answered(house), content_type="multipart/form-data")
    assert Page(response).form.action == "/w/drop"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_in_a_comment_is_text(house: House, text: str) -> None:
    """Nothing of it is markup on the check page, on the questionnaire, or on an error page."""
    encoded = {"OQ1": text}
    for path, changed in (("/w/check", {}), ("/w/start", {}), ("/w/check", {"AL1": "9"})):
        page = Page(house.client.post(path, data=answered(house) | encoded | changed))
        assert page.status in (200, 422)
        assert_harmless(page)
        visible = text.translate(dict.fromkeys(map(ord, "\u202e\u2066\u2069\u200f\x00\x0b\x1b\x7f\x9b")))
        assert page.form.fields["OQ1"] == visible.replace("\r\n", "\n")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("field", ["code", "lang", "to", "sheet", "try", "AL1", "unknown"])
def test_hostile_text_in_any_other_field_is_text(house: House, field: str, text: str) -> None:
    fields = checked(house) | {field: text}
    for path in ("/w/start", "/w/check", "/w/drop"):
        page = Page(house.client.post(path, data=fields))
        assert page.status in (200, 404, 422)
        assert_harmless(page)
    page = Page(house.client.get("/w/", query_string={"lang": "fr", field: text}))
    assert page.status == 200
    assert_harmless(page)
    assert house.log.getvalue() == ""


def test_a_sealed_comment_holds_no_character_that_steers_text(house: House) -> None:
    """A-05: what a person pasted with invisible characters is taken, without them."""
    fields = checked(house, OQ1="a\u202eb\x00c\td")
    assert fields["OQ1"] == "abc d"
    assert post(house, "/w/drop", fields).status == 200


@pytest.mark.parametrize("path", ["/w/start", "/w/check", "/w/drop"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.99])
def test_a_post_that_was_cut_on_the_way_is_not_read(house: House, path: str, share: float) -> None:
    """anonymity.md section 9: half a form is a form; gunicorn's stream ends where the line breaks, and says nothing."""
    body = urlencode(checked(house)).encode()
    cut = body[: int(share * len(body))]
    promised = {"CONTENT_LENGTH": str(len(body)), "wsgi.input_terminated": True}
    response = house.client.post(path, data=cut, content_type=FORM, environ_overrides=promised)
    assert response.status_code == 400
    assert "Nothing was sent." in Page(response).text
    assert (house.ballots(), house.spent()) == ([], 0)


def test_a_body_of_unknown_length_is_not_read(house: House) -> None:
    """A chunked body can be cut too; no browser sends a form like this."""
    promised = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    sent = urlencode(checked(house)).encode()
    response = house.client.post("/w/drop", data=sent, content_type=FORM, environ_overrides=promised)
    assert response.status_code == 404
    assert house.ballots() == []


def test_a_body_of_one_megabyte_is_refused(house: House) -> None:
    for path in ("/w/start", "/w/check", "/w/drop"):
        assert house.client.post(path, data=answered(house, OQ1="x" * 1_000_000)).status_code == 413


def test_a_long_address_and_a_hostile_one_are_404(house: House) -> None:
    for path in ("/w/" + "a" * 8_000, "/w/%00", "/w/..%2f..%2fetc/passwd", "/w/%ff", "/w/<script>", "/w//start"):
        response = house.client.get(path)
        assert response.status_code in (404, 405)
        assert_harmless(Page(response))


def test_a_code_in_the_address_opens_nothing(house: House) -> None:
    """T8: `?code=` is not read, and not shown."""
    page = Page(house.client.get("/w/", query_string={"code": house.code}))
    assert house.code not in page.html
    assert house.client.post(f"/w/start?code={house.code}", data={}).status_code == 404


fields_of = st.sampled_from(["code", "lang", "to", "sheet", "try", *ITEMS, "AL9", ""])
values_of = st.one_of(
    st.sampled_from(["", "0", "1", "5", "6", "en", "fr-CA", "sales-marketing:core:sales", "ab" * 16]),
    st.text(max_size=200),
    st.sampled_from(list(HOSTILE.values())[:12]),
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    path=st.sampled_from(["/w/start", "/w/check", "/w/drop"]),
    fields=st.lists(st.tuples(fields_of, values_of), max_size=40),
    good=st.booleans(),
)
def test_no_post_ends_in_a_fault(standing_core: House, path: str, fields: list[tuple[str, str]], good: bool) -> None:
    """Whatever is posted, the answer is a page of ours with one of these statuses."""
    pairs = [*([("code", standing_core.code)] if good else []), *fields]
    body = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in pairs)
    response = standing_core.client.post(path, data=body, content_type=FORM)
    assert response.status_code in (200, 404, 422)
    assert standing_core.log.getvalue() == ""
    assert_harmless(Page(response))


@settings(max_examples=150, deadline=None)
@given(body=st.binary(max_size=2_000), content_type=st.sampled_from(TYPES))
def test_no_bytes_end_in_a_fault(standing_core: House, body: bytes, content_type: str) -> None:
    for path in ("/w/start", "/w/check", "/w/drop"):
        response = standing_core.client.post(path, data=body, content_type=content_type)
        assert response.status_code in (404, 422)
    assert standing_core.log.getvalue() == ""


def quoted(text: str) -> str:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"))


def assert_harmless(page: Page) -> None:
    """Only our own script, no handler, no style, no foreign address; the page closes every tag it opens."""
    assert page.open == []
    for tag, values in page.tags:
        assert tag not in ("img", "iframe", "object", "embed", "base", "style")
        if tag == "script":
            assert values == {"src": "/w/static/respond.js", "defer": ""}
        for name, value in values.items():
            assert not name.startswith("on")
            assert name != "style"
            assert not (name in ("href", "src", "action", "formaction") and "evil" in value)
    for raw in RAW:
        assert raw not in page.html
