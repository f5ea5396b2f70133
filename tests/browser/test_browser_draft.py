"""Answers that are kept on the device: found again, sealed under the code, thrown away (A-24, U-13, M6)."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import timedelta

import pytest
from browser_house import Served
from browser_person import on_part, started, to_the_check
from browser_states import expect_kept
from playwright.sync_api import Browser, expect

from assess.surveys import codes

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

OPENED = """async ([key, lying]) => {
  const bytes = text => Uint8Array.from(atob(text), each => each.charCodeAt(0));
  const sealed = bytes(lying);
  const own = await crypto.subtle.importKey("raw", bytes(key), "AES-GCM", false, ["decrypt"]);
  const clear = await crypto.subtle.decrypt({name: "AES-GCM", iv: sealed.slice(0, 12)}, own, sealed.slice(12));
  return new TextDecoder().decode(clear);
}"""
"""Opens a draft with a key that Python derived: the only thing asked of the browser is AES-256-GCM."""


def hkdf(secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 with SHA-256, no salt, one block: a second implementation beside the browser's."""
    assert length <= 32
    extracted = hmac.digest(bytes(32), secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")[:length]


def as_text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_the_other_hkdf_gives_the_published_vector() -> None:
    """RFC 5869, A.3: without salt and info, the first 32 of 42 bytes."""
    given = hkdf(bytes.fromhex("0b" * 22), b"", 32).hex()
    assert given == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"


def test_a_draft_is_found_again_and_is_gone_with_the_receipt(chromium: Browser, served: Served) -> None:
    """U-13, M6: a reload in the middle, Continue at the same part; nothing stays on the device after sending."""
    who = started(chromium, served)
    who.page.locator("fieldset#AL1 input[value='2']").check()
    who.press("next")
    who.page.locator("fieldset#TR1 input[value='5']").check()
    expect_kept(who)
    who.page.reload()
    who.page.fill("#code", who.code.lower().replace("-", ""))
    who.press("continue")
    expect(who.page.locator("[data-told=found]")).to_be_focused()
    expect(who.page.get_by_role("button", name="Begin")).to_have_count(0)
    who.press("continue")
    on_part(who, 2)
    expect(who.page.locator("fieldset#TR1 input[value='5']")).to_be_checked()
    to_the_check(who)
    expect(who.page.locator("#AL1 .said")).to_have_text("Somewhat disagree")
    who.press("send")
    who.arrived("receipt")
    who.page.wait_for_function("localStorage.length === 0")
    assert who.page.evaluate("sessionStorage.length") == 0


def test_a_draft_can_be_erased_and_another_code_does_not_find_it(chromium: Browser, served: Served) -> None:
    """M6; a colleague on the same device sees nothing of it."""
    who = started(chromium, served)
    who.page.locator("fieldset#AL1 input[value='2']").check()
    expect_kept(who)
    who.arrive(served.house.codes["sales"][1])
    who.arrived("questions")
    expect(who.page.get_by_role("button", name="Begin")).to_be_visible()
    expect(who.page.locator("[data-told=found]")).to_have_count(0)
    who.arrive()
    who.press("erase")
    who.press("begin")
    assert who.page.locator(":checked").count() == 0
    who.page.wait_for_function("Object.keys(localStorage).length <= 1")
    who.arrive()
    who.arrived("questions")
    expect(who.page.locator("[data-told=found]")).to_have_count(0)


def test_a_draft_is_sealed_under_the_code_and_says_nothing_without_it(chromium: Browser, served: Served) -> None:
    """A-24: AES-256-GCM under HKDF(code, "assess/draft/v1"), opened here with a key from another implementation."""
    who = started(chromium, served)
    for item, answer in {"AL1": 2, "AL2": 5}.items():
        who.page.locator(f"fieldset#{item} input[value='{answer}']").check()
    who.to_the_last_part()
    who.page.fill("textarea[name=OQ1]", "canary-comment")
    who.page.wait_for_timeout(300)
    ((place, lying),) = who.page.evaluate("Object.entries(localStorage)")
    code = codes.normalise(who.code)
    assert code is not None
    until = (served.house.wave.closes_at + timedelta(days=8)).date()
    assert lying[:10] == until.isoformat(), "the same for everybody of the wave"
    assert place == "assess-" + hkdf(code, b"assess/draft/v1/place", 8).hex()
    assert not any(told in lying + place for told in ("canary", "typed", who.code, who.code.replace("-", "")))
    draft = json.loads(who.page.evaluate(OPENED, [as_text(hkdf(code, b"assess/draft/v1", 32)), lying[10:]]))
    assert draft["typed"] == [["AL1", "2"], ["AL2", "5"], ["OQ1", "canary-comment"]]
    assert draft.keys() == {"at", "typed"}
    with pytest.raises(Exception, match="OperationError"):
        who.page.evaluate(OPENED, [as_text(hkdf(b"another co", b"assess/draft/v1", 32)), lying[10:]])


def test_a_draft_waits_for_a_decision_whatever_is_done_before_it(chromium: Browser, served: Served) -> None:
    """M6: another language, Back and Forward ask again; nothing is overwritten unasked."""
    who = started(chromium, served)
    who.page.locator("fieldset#AL1 input[value='2']").check()
    expect_kept(who)
    who.arrive()
    expect(who.page.locator("[data-told=found]")).to_be_focused()
    who.press("other")
    expect(who.page.locator("html[lang=fr-CA]")).to_be_attached()
    expect(who.page.locator("[data-told=found]")).to_be_focused()
    who.page.go_back()
    who.arrived("code")
    who.page.go_forward()
    expect(who.page.locator("[data-told=found]")).to_be_focused()
    who.page.locator("[data-told=found]").get_by_role("button", name="Continuer").click()
    expect(who.page.locator("fieldset#AL1 input[value='2']")).to_be_checked()


def test_the_first_page_says_that_answers_lie_here_until_the_survey_is_long_over(
    chromium: Browser, served: Served
) -> None:
    """U-13: a phone that reloads a page in its pocket; eight days after closing the draft is thrown away."""
    who = started(chromium, served)
    who.page.locator("fieldset#AL1 input[value='2']").check()
    expect_kept(who)
    who.page.reload()
    expect(who.page.locator(".notice.information")).to_contain_text("Answers are kept on this device.")
    who.page.context.clock.set_fixed_time(served.house.wave.closes_at + timedelta(days=9))
    who.page.reload()
    expect(who.page.locator("#code")).to_be_visible()
    expect(who.page.locator(".notice")).to_have_count(0)
    assert who.page.evaluate("localStorage.length") == 0


def test_the_length_of_a_draft_does_not_tell_how_much_is_answered(chromium: Browser, served: Served) -> None:
    """A-24: who finds the device sees one size."""
    who = started(chromium, served)
    lengths = set()
    for item in ("AL1", "AL2", "AL3"):
        who.page.locator(f"fieldset#{item} input[value='1']").check()
        who.page.evaluate("document.querySelector('textarea[name=OQ1]').value += 'é'.repeat(300)")
        expect_kept(who)
        lengths |= set(who.page.evaluate("Object.values(localStorage).map(each => each.length)"))
    assert len(lengths) == 1
