"""A network that goes away, a server that fails, a post that is doubled: kept, said, sent once (M7, M8, U-10, A-22)."""

from __future__ import annotations

import pytest
from browser_house import Served
from browser_person import Person, at_the_check, on_part, person, started, to_the_check
from browser_states import failing
from playwright.sync_api import Browser, Request, Route, expect

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

POST_BYTES = 24_576


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
    on_part(who, 1)


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
    to_the_check(two)
    two.press("send")
    two.arrived("receipt")
    expect(two.page.locator("main")).to_contain_text("takes the place of the one you sent before")
    (ballot,) = served.house.ballots()
    expect(two.page.locator(".card .code")).to_have_text(ballot.receipt)
    assert ballot.drops == 2


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
    at_the_check(who)
    who.press("change", within="#AL1")
    who.to_the_last_part()
    # Few lines: Chromium types a text line by line, and 700 of them take it seconds.
    who.page.fill("textarea[name=OQ1]", ("é" * 13 + "\n") * 100)
    who.press("check")
    who.arrived("check")
    who.press("send")
    who.arrived("receipt")
    assert lengths.keys() == {"start", "check", "drop"}
    assert {length for each in lengths.values() for length in each} == {POST_BYTES}
    who.arrive()
    who.begin()
    who.to_the_last_part()
    for question in ("OQ1", "OQ2"):
        who.page.fill(f"textarea[name={question}]", "\N{SNOWMAN}" * 1500)
    who.press("check")
    expect(who.page.get_by_role("alert")).to_be_focused()
    assert lengths["check"][-1] == 2 * POST_BYTES


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


class Held:
    """Posts that lie on the way until they are let go; a network that stalls."""

    def __init__(self, who: Person, path: str) -> None:
        self.who, self.path, self._routes = who, path, list[Route]()
        who.page.route(f"**{path}", self._hold)

    def wait(self) -> None:
        """Wait until a post is on its way."""
        for _ in range(200):
            if self._routes:
                return
            self.who.page.wait_for_timeout(25)
        raise AssertionError("no post came")

    def end(self, *, lost: bool = False) -> None:
        """Let the posts go, or lose them; nothing is held any more."""
        for route in self._routes:
            if lost:
                route.abort()
            else:
                route.continue_()
        self.who.page.unroute(f"**{self.path}")

    def _hold(self, route: Route) -> None:
        self._routes.append(route)


def test_while_a_post_is_on_its_way_nothing_is_changed_that_it_does_not_hold(chromium: Browser, served: Served) -> None:
    """U-11: an answer given, or a word typed, during a slow post would be gone with the page that comes."""
    who = started(chromium, served)
    who.answer_all(comment="Before")
    held = Held(who, "/w/check")
    who.press("check")
    held.wait()
    comment = who.page.locator("textarea[name=OQ2]")
    comment.press("!")
    expect(comment).to_have_value("Before")
    who.page.locator("#back").click(no_wait_after=True)
    expect(comment).to_be_visible()
    expect(who.page.locator("#finish")).to_have_text("One moment…")
    held.end()
    who.arrived("check")
    expect(who.page.locator("textarea[name=OQ2]")).to_have_value("Before")


def test_a_switch_of_language_on_a_slow_network_loses_no_answer(chromium: Browser, served: Served) -> None:
    """U-11: what is pressed meanwhile does not look as if it were answered."""
    who = started(chromium, served)
    who.page.locator("fieldset#AL1 input[value='2']").check()
    held = Held(who, "/w/start")
    who.press("other")
    held.wait()
    who.page.locator("fieldset#AL2 input[value='3']").click()
    expect(who.page.locator("fieldset#AL2 :checked")).to_have_count(0)
    held.end()
    expect(who.page.locator("html[lang=fr-CA]")).to_be_attached()
    expect(who.page.locator("fieldset#AL1 input[value='2']")).to_be_checked()
    who.page.locator("fieldset#AL2 input[value='3']").check()
    expect(who.page.locator("fieldset#AL2 input[value='3']")).to_be_checked()


def test_whoever_presses_change_while_a_send_stalls_stays_where_it_is_sent_from(
    chromium: Browser, served: Served
) -> None:
    """M7: the promise to send stands on the page that can keep it."""
    who = at_the_check(started(chromium, served))
    held = Held(who, "/w/drop")
    who.press("send")
    held.wait()
    who.press("change", within="#AL1")
    who.arrived("check")
    held.end(lost=True)
    expect(who.page.locator("[data-told=waiting]")).to_be_focused()
    who.press("again")
    who.arrived("receipt")
    assert len(served.house.ballots()) == 1


@pytest.mark.parametrize("back", ["before", "after"])
def test_a_send_that_waits_goes_on_waiting_whatever_language_is_asked_for(
    chromium: Browser, served: Served, back: str
) -> None:
    """M7: "will be sent" holds whether the network comes back before or after the other language is asked for."""
    who = at_the_check(started(chromium, served))
    who.page.context.set_offline(True)
    who.press("send")
    expect(who.page.locator("[data-told=waiting]")).to_be_focused()
    if back == "before":
        who.page.evaluate("() => { window.ononline = null; }")
        who.page.context.set_offline(False)
        who.press("other")
    else:
        who.press("other")
        expect(who.page.locator("[data-told=waiting]")).to_be_focused()
        who.page.context.set_offline(False)
    who.arrived("receipt")
    assert len(served.house.ballots()) == 1


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "not kept"])
def test_whoever_leaves_a_page_that_nothing_keeps_is_asked_first(chromium: Browser, served: Served, kept: bool) -> None:
    """U-11: a device that keeps no draft would lose everything by a reload."""
    who = started(chromium, served)
    if not kept:
        who.page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
    who.page.locator("fieldset#AL1 input[value='2']").check()
    if kept:
        who.page.wait_for_function("localStorage.length === 1")
    asked: list[str] = []
    who.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    who.page.reload()
    assert asked == ([] if kept else ["beforeunload"])
