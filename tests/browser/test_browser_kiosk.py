"""A device that many people use: nothing is kept on it, and it wipes itself (A-25, U-14)."""

from __future__ import annotations

import pytest
from browser_house import Served
from browser_person import Person, left_alone, person
from playwright.sync_api import Browser, expect

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

SECOND = 1_000


def at_kiosk(chromium: Browser, served: Served, *, script: bool = True) -> Person:
    who = person(chromium, served, "en", script=script, dated=False)
    who.page.clock.install()
    who.arrive(kiosk=True)
    who.arrived("questions")
    who.begin()
    who.page.locator("fieldset#AL1 input[value='2']").check()
    return who


def kept(who: Person) -> int:
    found: int = who.page.evaluate("location.protocol === 'about:' ? 0 : localStorage.length + sessionStorage.length")
    return found


def test_nobody_there_is_asked_after_a_minute_and_wiped_half_a_minute_later(chromium: Browser, served: Served) -> None:
    """U-14, A-25: 60 s, "Still there?", 30 s, then the first page with nothing in it."""
    who = at_kiosk(chromium, served)
    left_alone(who, 59 * SECOND)
    expect(who.page.get_by_role("dialog")).to_have_count(0)
    left_alone(who, 1 * SECOND)
    expect(who.page.get_by_role("dialog", name="Still there?")).to_be_visible()
    expect(who.page.get_by_role("dialog").get_by_role("button", name="Continue")).to_be_focused()
    left_alone(who, 30 * SECOND)
    who.arrived("code")
    assert who.page.locator("#code").input_value() == ""
    assert who.page.url == f"{served.address}?kiosk=1&lang=en"
    who.page.go_back()
    expect(who.page.locator(":checked")).to_have_count(0)
    assert kept(who) == 0


def test_who_says_continue_goes_on_as_often_as_they_like(chromium: Browser, served: Served) -> None:
    """U-14: always extendable; Escape is a yes too."""
    who = at_kiosk(chromium, served)
    for answer in ("click", "Escape", "click"):
        left_alone(who, 60 * SECOND)
        expect(who.page.get_by_role("dialog")).to_be_visible()
        left_alone(who, 29 * SECOND)
        if answer == "click":
            who.press("continue", within="dialog")
        else:
            who.page.keyboard.press(answer)
        expect(who.page.get_by_role("dialog")).to_have_count(0)
        expect(who.page.locator("fieldset#AL1 input[value='2']")).to_be_checked()


def test_a_device_that_slept_is_wiped_when_it_wakes(chromium: Browser, served: Served) -> None:
    """A-25: its timers slept too, so the clock on the wall decides."""
    who = at_kiosk(chromium, served)
    left_alone(who, 3_600 * SECOND)
    who.arrived("code")
    assert who.page.locator("#code").input_value() == ""


def test_the_question_on_the_receipt_does_not_say_that_nothing_is_sent(chromium: Browser, served: Served) -> None:
    """U-14: what is sent is sent."""
    who = at_kiosk(chromium, served)
    left_alone(who, 60 * SECOND)
    expect(who.page.get_by_role("dialog")).to_contain_text("What is not sent is gone then.")
    who.press("continue", within="dialog")
    who.to_the_last_part()
    who.press("check")
    who.arrived("check")
    who.press("send")
    who.arrived("receipt")
    left_alone(who, 60 * SECOND)
    expect(who.page.get_by_role("dialog")).to_be_visible()
    expect(who.page.get_by_role("dialog")).not_to_contain_text("not sent")


def test_who_is_busy_is_not_asked(chromium: Browser, served: Served) -> None:
    """U-14: the minute begins anew with every touch and key."""
    who = at_kiosk(chromium, served)
    for value in (1, 2, 3, 4):
        left_alone(who, 40 * SECOND)
        who.page.locator(f"fieldset#AL2 input[value='{value}']").check()
        expect(who.page.get_by_role("dialog")).to_have_count(0)


def test_nothing_is_kept_on_the_device_and_the_receipt_wipes_the_page(chromium: Browser, served: Served) -> None:
    """A-25: no draft; the browser is told to forget; Back after the receipt shows nothing typed."""
    who = at_kiosk(chromium, served)
    assert kept(who) == 0
    who.to_the_last_part()
    who.press("check")
    who.arrived("check")
    with who.page.expect_response("**/w/drop") as answer:
        who.press("send")
    assert answer.value.all_headers()["clear-site-data"] == '"cache", "storage"'
    who.arrived("receipt")
    expect(who.page.get_by_role("button", name="Print")).to_have_count(0)
    assert kept(who) == 0
    who.page.get_by_role("link", name="Finish and wipe this page").click()
    who.arrived("code")
    assert who.page.url == f"{served.address}?kiosk=1&lang=en"
    for _ in range(3):
        who.page.go_back()
        expect(who.page.locator(":checked")).to_have_count(0)
        expect(who.page.locator(".said")).to_have_count(0)


def test_back_at_a_kiosk_leaves_and_wipes(chromium: Browser, served: Served) -> None:
    """U-14: the browser's Back is no way into what the last person typed; nor is Forward after it."""
    who = at_kiosk(chromium, served)
    who.press("next")
    who.page.go_back()
    who.page.go_forward()
    expect(who.page.locator(":checked")).to_have_count(0)
    assert kept(who) == 0


def test_a_kiosk_without_a_network_says_not_received_and_keeps_nothing(chromium: Browser, served: Served) -> None:
    """U-14."""
    who = at_kiosk(chromium, served)
    who.to_the_last_part()
    who.press("check")
    who.arrived("check")
    who.page.context.set_offline(True)
    who.press("send")
    told = who.page.locator("[data-told=waitingKiosk]")
    expect(told).to_contain_text("Not received: this device seems to be offline. Nothing is kept on it.")
    assert kept(who) == 0
    who.page.context.set_offline(False)
    left_alone(who, 45 * SECOND)
    assert served.house.ballots() == []
    who.press("other")
    expect(who.page.locator("html[lang=fr-CA]")).to_be_attached()
    expect(who.page.locator("#send")).to_be_visible()
    who.page.wait_for_timeout(250)
    assert served.house.ballots() == [], "nothing was promised here, so only Send sends"
    who.page.locator("#send").click()
    who.arrived("receipt")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_kiosk_stays_one_through_the_whole_walk(chromium: Browser, served: Served, script: bool) -> None:
    """A-25: a wrong code, another language, and the next person begin at the kiosk's own first page."""
    who = person(chromium, served, "en", script=script)
    who.arrive("wrong", kiosk=True)
    # Each is told what is true of their browser, and only that.
    promised = who.page.get_by_text("This device keeps nothing of what you type.")
    warned = who.page.get_by_text("This browser runs no JavaScript")
    expect(promised).to_be_visible(visible=script)
    expect(warned).to_be_visible(visible=not script)
    expect(who.page.get_by_role("alert")).to_be_visible()
    for language in ("fr-CA", "en"):
        who.page.locator("#language").click()
        expect(who.page.locator(f"html[lang={language}]")).to_be_attached()
        expect(who.page.locator("main[data-kiosk='1']")).to_be_visible()
        expect(who.page.locator("#code")).to_have_value("wrong" if script else "")
        assert "kiosk=1" in who.page.url.split("&")
    who.page.fill("#code", who.code)
    who.press("continue")
    who.begin()
    who.page.locator("fieldset#AL1 input[value='2']").check()
    who.press("other")
    expect(who.page.locator("html[lang=fr-CA]")).to_be_attached()
    expect(who.page.locator("fieldset#AL1 input[value='2']")).to_be_checked()
    who.to_the_last_part()
    with who.turning():
        who.page.locator("#finish").click()
    who.arrived("check")
    with who.turning():
        who.page.locator("#send").click()
    who.arrived("receipt")
    leave = who.page.get_by_role("link", name="Terminer et effacer cette page")
    if not script:
        # It could not keep its word: a browser without a script wipes nothing.
        expect(leave).to_have_count(0)
        expect(who.page.get_by_text("Fermez cette fenêtre maintenant")).to_be_visible()
        return
    leave.click()
    who.arrived("code")
    assert who.page.url == f"{served.address}?kiosk=1&lang=fr"


def test_a_device_of_ones_own_is_told_to_forget_nothing(chromium: Browser, served: Served) -> None:
    """Guards the tests above: only a kiosk clears, asks and offers to finish."""
    who = person(chromium, served, "en", script=True, dated=False)
    who.page.clock.install()
    who.arrive()
    who.begin()
    who.page.locator("fieldset#AL1 input[value='2']").check()
    left_alone(who, 3_600 * SECOND)
    expect(who.page.get_by_role("dialog")).to_have_count(0)
    who.to_the_last_part()
    who.press("check")
    who.arrived("check")
    with who.page.expect_response("**/w/drop") as answer:
        who.press("send")
    assert "clear-site-data" not in answer.value.all_headers()
    expect(who.page.get_by_role("link", name="Finish and wipe this page")).to_have_count(0)
