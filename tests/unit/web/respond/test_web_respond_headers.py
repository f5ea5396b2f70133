"""A-20 to A-22, U-11: headers, cookies, sizes, and where the code is, on every page and every error."""

from __future__ import annotations

import gzip
import re
from itertools import product

import pytest
from respond_house import LOCALES, House, Page, answered, checked, unpadded
from respond_states import FORM_PAGES, every_response

from assess.web.respond.slots import SMALL

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FILES = ("css", "js")
HEADERS = {
    "Content-Security-Policy": CSP,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Robots-Tag": "noindex",
}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_response_has_the_headers_and_no_cookie(house: House, locale: str) -> None:
    """A-20, A-21: errors included."""
    for name, response in every_response(house, locale).items():
        found = {header: response.headers.get(header) for header in HEADERS}
        assert found == HEADERS, name
        for forbidden in ("Set-Cookie", "ETag", "Last-Modified", "Content-Encoding", "Content-Language"):
            assert forbidden not in response.headers, f"{forbidden} on {name}"
        # The two files are the same for everybody and may be packed; nothing that answers a code ever is.
        assert ("Vary" in response.headers) == (name in ("css", "js")), name


def test_only_the_two_files_that_are_the_same_for_everybody_are_ever_packed(house: House) -> None:
    """A-20: a packed answer to a POST would tell by its length what is in it."""
    packing = {"Accept-Encoding": "gzip, br, zstd, deflate"}
    for kind in ("css", "js"):
        plain = house.client.get(f"/w/static/respond.{kind}")
        packed = house.client.get(f"/w/static/respond.{kind}", headers=packing)
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert house.client.get(f"/w/static/respond.{kind}", headers={"Accept-Encoding": "gzip;q=0"}).data == plain.data
    for response in (
        house.client.post("/w/check", data=answered(house), headers=packing),
        house.client.get("/w/", headers=packing),
        house.client.get("/w/none", headers=packing),
    ):
        assert "Content-Encoding" not in response.headers


def test_the_headers_of_a_state_are_the_same_in_both_languages(house: House) -> None:
    """Nothing but the encrypted body tells a language: neither a header nor a length."""
    english, french = (every_response(house, locale) for locale in LOCALES)
    for name, response in english.items():
        assert list(response.headers) == list(french[name].headers), name


@pytest.mark.parametrize("form", ["core", "pulse"])
def test_pages_have_one_size_a_kind(request: pytest.FixtureRequest, form: str) -> None:
    """A-22, U-23: small pages 16,384 B; questionnaire, check and error pages one size a form, at most 60 KB."""
    house: House = request.getfixturevalue({"core": "house", "pulse": "pulse"}[form])
    sizes: dict[bool, set[int]] = {True: set(), False: set()}
    for locale, side in product(LOCALES, ("sales", "marketing")):
        for name, response in every_response(house, locale, side=side).items():
            if name not in ("css", "js"):
                sizes[name in FORM_PAGES].add(len(response.data))
    assert sizes[False] == {SMALL} == {16_384}
    (size,) = sizes[True]
    assert size <= 60_000
    sent = {kind: house.client.get(f"/w/static/respond.{kind}", headers={"Accept-Encoding": "gzip"}) for kind in FILES}
    style, script = (len(sent[kind].data) for kind in FILES)
    assert len(house.client.get("/w/static/respond.css").data) <= 20_000
    assert script <= 10_240
    assert size + style + script <= 61_440


def test_without_padding_the_sizes_would_tell_what_was_answered(house: House) -> None:
    """Guards the test above: the pages really differ."""
    bare = {len(unpadded(r.get_data(as_text=True))) for r in every_response(house, "en").values()}
    assert len(bare) > 15


def test_a_page_with_a_far_too_long_comment_grows_by_whole_steps(house: House) -> None:
    """M10 keeps every word; its length then shows in steps of 4 KiB only."""
    small, large = (len(house.client.post("/w/check", data=answered(house, OQ1="x" * n)).data) for n in (1_501, 55_000))
    assert large > small
    assert (large - small) % 4_096 == 0


@pytest.mark.parametrize("locale", LOCALES)
def test_the_code_is_in_a_hidden_field_and_nowhere_else(house: House, locale: str) -> None:
    """U-11: never in URL, title, visible text, header; E0 and M1 show it only in the field it was typed into."""
    bare = house.code.replace("-", "")
    for name, response in every_response(house, locale).items():
        page = Page(response) if response.mimetype == "text/html" else None
        text = response.get_data(as_text=True)
        outside = re.sub(r'<input type="hidden" name="code" value="[^"]*">', "", text)
        if name == "m8-start":
            assert page is not None
            outside = re.sub(r'<input class="code"[^>]*>', "", outside)
        for secret in (house.code, bare, bare.lower()):
            assert secret not in outside, name
            assert secret not in str(response.headers), name
        if page is not None:
            assert house.code not in page.title + page.text
            assert all(house.code not in url for url in urls(page)), name


def test_every_address_on_a_page_is_ours_and_none_carries_a_query_but_the_language(house: House) -> None:
    """U-23: nothing from third parties."""
    allowed = re.compile(
        r"/w/(?:static/respond\.(?:css|js)|about/[0-9a-f]{32}\?lang=(?:en|fr)|\?lang=(?:en|fr)|start(?:#[A-Z]+\d[a-z]?)?|check|drop)|data:,|#[\w-]+"
    )
    for locale in LOCALES:
        for name, response in every_response(house, locale).items():
            if response.mimetype == "text/html":
                for url in urls(Page(response)):
                    assert allowed.fullmatch(url), f"{url} on {name}"


def test_only_drop_writes(house: House) -> None:
    """A-20: looking, checking and failing leave every table as it was."""
    fields = answered(house)
    house.client.get("/w/")
    for path in ("/w/start", "/w/check"):
        for code in (house.code, "nonsense"):
            house.client.post(path, data=fields | {"code": code})
    for sent in ({}, {"code": house.code}, fields, fields | {"try": "zz"}, fields | {"try": "00" * 15}):
        house.client.post("/w/drop", data=sent)
    assert (house.ballots(), house.spent()) == ([], 0)
    house.client.post("/w/drop", data=fields | {"try": "ab" * 16})
    assert (len(house.ballots()), house.spent()) == (1, 1)


def test_each_check_page_has_its_own_attempt_of_128_bits(house: House) -> None:
    """A-06."""
    attempts = {checked(house)["try"] for _ in range(8)}
    assert len(attempts) == 8
    assert all(re.fullmatch(r"[0-9a-f]{32}", attempt) for attempt in attempts)
    for attempt in attempts:
        assert not any(
            bytes.fromhex(attempt) in file.read_bytes() for file in house.folder.rglob("*") if file.is_file()
        )


def test_the_addresses_are_exactly_these(house: House) -> None:
    """Route inventory: a new address is a decision, not an accident."""
    found = sorted(
        f"{','.join(sorted(set(rule.methods or ()) - {'OPTIONS', 'HEAD'}))} {rule.rule}"
        for rule in house.app.url_map.iter_rules()
    )
    assert found == [
        "GET /w/",
        "GET /w/about/<wave>",
        "GET /w/about/<wave>/receipts.txt",
        "GET /w/about/<wave>/record.json",
        "GET /w/static/respond.css",
        "GET /w/static/respond.js",
        "GET /w/static/verify.py",
        "POST /w/check",
        "POST /w/drop",
        "POST /w/start",
    ]


def test_answers_to_a_post_are_never_compressed(house: House) -> None:
    """A-20: compression beside typed text would leak it by length."""
    response = house.client.post("/w/start", data={"code": house.code}, headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in response.headers


def urls(page: Page) -> list[str]:
    names = ("href", "src", "action", "formaction", "srcset", "poster", "data", "ping")
    return [values[name] for _, values in page.tags for name in names if name in values]
