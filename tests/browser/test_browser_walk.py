"""What the script adds: parts, Back, the draft on the device, the network that goes away, hints, posts of one size."""

from __future__ import annotations

import hmac
import json
import re
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from browser_house import Served
from browser_person import Person, person
from browser_states import expect_kept, failing
from playwright.sync_api import Browser, Request, Route, expect

from assess.surveys import codes, hints

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

DRAFT_BYTES = 24_576
OPENED = """async ([key, lying]) => {
  const bytes = text => Uint8Array.from(atob(text), each => each.charCodeAt(0));
  const sealed = bytes(lying);
  const own = await crypto.subtle.importKey("raw", bytes(key), "AES-GCM", false, ["decrypt"]);
  const clear = await crypto.subtle.decrypt({name: "AES-GCM", iv: sealed.slice(0, 12)}, own, sealed.slice(12));
  return new TextDecoder().decode(clear);
}"""
"""Opens a draft with a key that Python derived: the only thing asked of the browser is AES-256-GCM."""


def part(who: Person, number: int) -> None:
    expect(who.page.locator(f"#part{number}")).to_be_visible()
    assert who.page.title().startswith(f"Part {number} of 8")


def started(chromium: Browser, served: Served) -> Person:
    who = person(chromium, served, "en", script=True)
    who.arrive()
    who.begin()
    return who


def at_the_check(who: Person) -> Person:
    who.page.locator("fieldset#AL1 input[value='2']").check()
    who.to_the_last_part()
    who.press("check")
    who.arrived("check")
    return who


def hkdf(secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 with SHA-256, no salt, one block: a second implementation beside the browser's."""
    assert length <= 32
    extracted = hmac.digest(bytes(32), secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")[:length]


def test_the_other_hkdf_gives_the_published_vector() -> None:
    """RFC 5869, A.3: without salt and info, the first 32 of 42 bytes."""
    given = hkdf(bytes.fromhex("0b" * 22), b"", 32).hex()
    assert given == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"


def test_one_part_stands_on_a_screen_and_nothing_advances_by_itself(chromium: Browser, served: Served) -> None:
    """E2, U-21: "Part 2 of 8", Back, Next, the focus on the heading."""
    who = started(chromium, served)
    expect(who.page.locator("#part1")).to_be_focused()
    part(who, 1)
    expect(who.page.locator("#letter")).to_be_hidden()
    expect(who.page.locator("#part2")).to_be_hidden()
    for item in ("AL1", "AL2", "AL3", "AL4", "AL5"):
        who.page.locator(f"fieldset#{item} input[value='4']").check()
    part(who, 1)
    who.press("next")
    expect(who.page.locator("#part2")).to_be_focused()
    part(who, 2)
    assert who.page.locator("#progress").get_attribute("max") == "8"
    assert who.page.evaluate("document.getElementById('progress').value") == 2
    who.press("back")
    part(who, 1)
    who.press("back")
    expect(who.page.locator("#letter")).to_be_visible()
    who.press("begin")
    expect(who.page.locator("fieldset#AL5 input[value='4']")).to_be_checked()


def test_the_browsers_own_back_goes_part_by_part_and_loses_nothing(chromium: Browser, served: Served) -> None:
    """E2: back that never loses; to the check page, to the parts, to the first page, and forward again."""
    who = at_the_check(started(chromium, served))
    page = who.page
    page.go_back()
    part(who, 8)
    for _ in range(8):
        page.go_back()
    expect(page.locator("#letter")).to_be_visible()
    page.go_back()
    who.arrived("code")
    page.go_forward()
    page.go_forward()
    part(who, 1)
    expect(page.locator("fieldset#AL1 input[value='2']")).to_be_checked()
    page.go_back()
    page.go_back()
    who.press("continue")
    expect(page.locator("[data-told=found]")).to_be_focused()
    who.press("continue")
    expect(page.locator("fieldset#AL1 input[value='2']")).to_be_checked()
    assert page.url.split("?")[0] == served.address


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
    part(who, 2)
    expect(who.page.locator("fieldset#TR1 input[value='5']")).to_be_checked()
    at_the_check_from(who)
    expect(who.page.locator("#AL1 .said")).to_have_text("Somewhat disagree")
    who.press("send")
    who.arrived("receipt")
    who.page.wait_for_function("localStorage.length === 0")
    assert who.page.evaluate("sessionStorage.length") == 0


def at_the_check_from(who: Person) -> None:
    who.to_the_last_part()
    who.press("check")
    who.arrived("check")


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
    draft = json.loads(who.page.evaluate(OPENED, [encoded(hkdf(code, b"assess/draft/v1", 32)), lying[10:]]))
    assert draft["typed"] == [["AL1", "2"], ["AL2", "5"], ["OQ1", "canary-comment"]]
    assert draft.keys() == {"at", "typed"}
    with pytest.raises(Exception, match="OperationError"):
        who.page.evaluate(OPENED, [encoded(hkdf(b"another co", b"assess/draft/v1", 32)), lying[10:]])


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


def test_a_device_without_room_is_not_said_to_keep_anything(chromium: Browser, served: Served) -> None:
    """M7: the words depend on what was kept, not on what was tried."""
    who = started(chromium, served)
    who.page.evaluate(
        "() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    at_the_check(who)
    who.page.context.set_offline(True)
    who.press("send")
    expect(who.page.locator("[data-told=waitingOpen]")).to_contain_text("your answers are on it, nowhere else")


def test_a_ballot_that_waits_is_not_sent_behind_the_back_of_who_goes_on_changing(
    chromium: Browser, served: Served
) -> None:
    """M7: "Change" takes the waiting Send back; only Send sends."""
    who = at_the_check(started(chromium, served))
    who.page.context.set_offline(True)
    who.press("send")
    expect(who.page.locator("[data-told=waiting]")).to_be_focused()
    who.press("change", within="#AL1")
    who.page.context.set_offline(False)
    who.page.wait_for_timeout(500)
    assert served.house.ballots() == []
    part(who, 1)


def test_a_try_that_is_made_by_itself_leaves_the_focus_where_it_is(chromium: Browser, served: Served) -> None:
    """M7: who reads on with a keyboard is not thrown back to the notice."""
    who = at_the_check(started(chromium, served))
    who.page.context.set_offline(True)
    who.press("send")
    expect(who.page.locator("[data-told=waiting]")).to_be_focused()
    who.page.locator("#AL2-b").focus()
    who.page.evaluate("dispatchEvent(new Event('online'))")
    who.page.wait_for_timeout(500)
    expect(who.page.locator("#AL2-b")).to_be_focused()
    expect(who.page.locator("[data-told=waiting]")).to_have_count(1)


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


def encoded(key: bytes) -> str:
    import base64

    return base64.b64encode(key).decode()


def test_a_network_that_goes_away_keeps_everything_and_the_ballot_is_sent_when_it_is_back(
    chromium: Browser, served: Served
) -> None:
    """M7: said, kept, encrypted, sent by itself; one ballot, whose receipt is shown."""
    who = at_the_check(started(chromium, served))
    who.page.context.set_offline(True)
    who.press("send")
    told = who.page.locator("[data-told=waiting]")
    expect(told).to_be_focused()
    assert told.inner_text().startswith(
        "Not yet received: you seem to be offline. Your answers are kept here, encrypted,"
    )
    assert who.page.evaluate("localStorage.length") == 1
    assert served.house.ballots() == []
    who.press("again")
    expect(told).to_be_focused()
    who.page.context.set_offline(False)
    who.arrived("receipt")
    (ballot,) = served.house.ballots()
    expect(who.page.locator(".card .code")).to_have_text(ballot.receipt)


def test_offline_in_the_middle_every_part_can_still_be_answered(chromium: Browser, served: Served) -> None:
    """M7: the parts need no network; the check page says that it cannot be had yet, and is had later."""
    who = started(chromium, served)
    who.page.context.set_offline(True)
    who.answer_all()
    who.press("check")
    expect(who.page.locator("[data-told=away]")).to_be_focused()
    expect(who.page.locator("textarea[name=OQ2]")).to_have_value("One meeting, every Monday.\nNothing else.")
    who.page.context.set_offline(False)
    who.press("again")
    who.arrived("check")
    expect(who.page.locator(".none")).to_have_count(0)


def test_an_answer_that_is_lost_on_the_way_is_no_second_ballot(chromium: Browser, served: Served) -> None:
    """U-10, A-06: the ballot arrived, its receipt did not; the next try shows the receipt of the same ballot."""
    who = at_the_check(started(chromium, served))
    lost: list[str] = []

    def lose_first(route: Route) -> None:
        response = route.fetch()
        if lost:
            route.fulfill(response=response)
        else:
            lost.append(response.text())
            route.abort()

    who.page.route("**/w/drop", lose_first)
    who.press("send")
    expect(who.page.locator("[data-told=waiting]")).to_be_focused()
    (ballot,) = served.house.ballots()
    who.press("again")
    who.arrived("receipt")
    expect(who.page.locator(".card .code")).to_have_text(ballot.receipt)
    assert ballot.receipt in lost[0]
    assert [each.drops for each in served.house.ballots()] == [1]


def test_a_page_that_is_not_ours_is_no_receipt(chromium: Browser, served: Served) -> None:
    """M8: the login page of a hotel answers 200 and must not be taken for an answer."""
    who = at_the_check(started(chromium, served))
    who.page.route(
        "**/w/drop", lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Hotel</h1>")
    )
    who.press("send")
    expect(who.page.locator("[data-told=unsure]")).to_be_focused()
    who.arrived("check")
    who.page.unroute("**/w/drop")
    who.press("again")
    who.arrived("receipt")


def test_a_fault_of_the_server_keeps_what_was_typed(chromium: Browser, served: Served) -> None:
    """M8, then Send again."""
    who = at_the_check(started(chromium, served))
    with failing("/w/drop"):
        who.press("send")
        expect(who.page.get_by_role("alert")).to_be_focused()
    expect(who.page.locator("#AL1 .said")).to_have_text("Somewhat disagree")
    assert served.house.ballots() == []
    who.press("send")
    who.arrived("receipt")
    assert len(served.house.ballots()) == 1


def test_a_body_that_is_too_long_is_said_in_place_and_loses_nothing(chromium: Browser, served: Served) -> None:
    """1 MB of text: the server reads none of it, and the page keeps all of it."""
    who = started(chromium, served)
    who.to_the_last_part()
    who.page.evaluate("document.querySelector('textarea[name=OQ1]').value = 'x'.repeat(1e6)")
    who.press("check")
    expect(who.page.get_by_role("alert")).to_contain_text("this is too long to be received")
    assert who.page.evaluate("document.querySelector('textarea[name=OQ1]').value.length") == 1_000_000


def test_a_double_click_sends_once(chromium: Browser, served: Served) -> None:
    """U-10: "Sending…" at once; the second click does nothing."""
    who = at_the_check(started(chromium, served))
    sent: list[str] = []
    who.page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/w/drop") else None)
    who.page.evaluate("() => { const send = document.getElementById('send'); send.click(); send.click(); }")
    expect(who.page.locator("#send, .receipt").first).to_be_visible()
    who.arrived("receipt")
    assert len(sent) == 1
    assert [each.drops for each in served.house.ballots()] == [1]


def test_while_sending_the_button_says_so(chromium: Browser, served: Served) -> None:
    """U-10."""
    who = person(chromium, served, "fr-CA", script=True)
    who.arrive()
    who.begin()
    at_the_check(who)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    who.page.route("**/w/drop", hold)
    who.press("send")
    expect(who.page.locator("#send")).to_have_text("Envoi en cours…")
    who.page.wait_for_timeout(50)
    held[0].continue_()
    who.arrived("receipt")


def test_two_tabs_with_one_code_leave_one_ballot_the_last(chromium: Browser, served: Served) -> None:
    """M5: the second tab's ballot takes the place of the first one's."""
    one = started(chromium, served)
    two = Person(page=one.page.context.new_page(), served=served, locale="en", script=True)
    two.arrive()
    two.begin()
    at_the_check(one).press("send")
    one.arrived("receipt")
    two.page.locator("fieldset#AL1 input[value='5']").check()
    at_the_check_from(two)
    two.press("send")
    two.arrived("receipt")
    expect(two.page.locator("main")).to_contain_text("takes the place of the one you sent before")
    (ballot,) = served.house.ballots()
    expect(two.page.locator(".card .code")).to_have_text(ballot.receipt)
    assert ballot.drops == 2


def test_after_the_receipt_back_shows_no_answer(chromium: Browser, served: Served) -> None:
    """E4: what was sent is gone from the page, from its history and from the device."""
    who = at_the_check(started(chromium, served))
    who.press("send")
    who.arrived("receipt")
    who.page.go_back()
    who.arrived("code")
    assert who.page.locator("#code").input_value() == ""
    assert "Somewhat disagree" not in who.page.content()


def test_every_post_has_one_size(chromium: Browser, served: Served) -> None:
    """A-22: 24,576 B whatever is answered; twice that only where comments alone are longer."""
    who = person(chromium, served, "fr-CA", script=True)
    lengths: dict[str, list[int]] = {}

    def measure(request: Request) -> None:
        if request.method == "POST":
            lengths.setdefault(request.url.rsplit("/", 1)[1], []).append(len(request.post_data_buffer or b""))

    who.page.on("request", measure)
    who.arrive()
    who.begin()
    who.page.locator("fieldset#AL1 input[value='2']").check()
    who.to_the_last_part()
    who.press("check")
    who.arrived("check")
    who.press("change", within="#AL1")
    who.to_the_last_part()
    who.page.fill("textarea[name=OQ1]", "é\n" * 700)
    who.press("check")
    who.arrived("check")
    who.press("send")
    who.arrived("receipt")
    assert lengths.keys() == {"start", "check", "drop"}
    assert {length for each in lengths.values() for length in each} == {DRAFT_BYTES}
    who.arrive()
    who.begin()
    who.to_the_last_part()
    for question in ("OQ1", "OQ2"):
        who.page.fill(f"textarea[name={question}]", "\N{SNOWMAN}" * 1500)
    who.press("check")
    expect(who.page.get_by_role("alert")).to_be_focused()
    assert lengths["check"][-1] == 2 * DRAFT_BYTES


def test_without_padding_a_post_tells_what_was_answered(chromium: Browser, served: Served) -> None:
    """Guards the test above: without a script the lengths differ, as the limits page says."""
    lengths = []
    for answers in (1, 30):
        who = person(chromium, served, "en", script=False)
        who.page.on("request", lambda r: lengths.append(len(r.post_data_buffer or b"")) if "check" in r.url else None)
        who.arrive()
        for item in [each.get_attribute("id") for each in who.page.locator("fieldset").all()][:answers]:
            who.page.locator(f"fieldset#{item} input[value='2']").check()
        who.press("check")
    assert len(set(lengths)) == 2


TEXTS = (
    "They call back.",
    "I think Mary Smith is quick.",
    "Marketing is quick. Sales too.",
    "Demandez à Mme Tremblay",
    "Call 514 555 0199",
    "order 123456",
    "camille@client.example",
    "The CRM and the SLA help",
    "La Bonne Entente en équipe",
    "Notre équipe et Jean Côté travaillent",
    "M. Roy",
    "12345",
    "Tout va bien; Émile Zola en parle",
    "élan Écrit Été",
)


def test_the_hints_on_the_page_are_the_hints_of_the_server(chromium: Browser, served: Served) -> None:
    """U-12: one list of rules, two readers; both find the same texts, and some are found and some not."""
    who = started(chromium, served)
    who.page.locator("fieldset#AL1 input[value='2']").check()
    who.to_the_last_part()
    shown = {}
    for text in TEXTS:
        who.page.fill("textarea[name=OQ1]", text)
        shown[text] = who.page.locator("#OQ1 .naming .notice").count() == 1
    assert shown == {text: hints.may_name_someone(text) for text in TEXTS}
    assert {True, False} == set(shown.values())
    who.page.fill("textarea[name=OQ1]", "M. Roy")
    at_the_check_from(who)
    who.press("send")
    who.arrived("receipt")


def test_what_is_posted_is_what_the_form_holds(chromium: Browser, served: Served) -> None:
    """U-11: emoji, quotes, ampersands and newlines reach the check page as they were typed."""
    who = started(chromium, served)
    text = "Good & “quick”, 100 % — \N{GRINNING FACE}\nla suite <b>ici</b> +1"
    who.page.locator("fieldset#AL1 input[value='0']").check()
    who.to_the_last_part()
    who.page.fill("textarea[name=OQ1]", text)
    bodies: list[str] = []
    who.page.on("request", lambda request: bodies.append(request.post_data or ""))
    at_the_check_from(who)
    expect(who.page.locator("textarea[name=OQ1]")).to_have_value(text)
    sent = parse_qs(bodies[0])
    assert sent["OQ1"] == [text]
    assert re.fullmatch(r"\.+", sent["pad"][0])
