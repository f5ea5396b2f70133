"""What the script adds on a screen: parts, the browser's own Back, hints (E2, U-12, U-21)."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

import pytest
from browser_house import Served
from browser_person import at_the_check, on_part, started, to_the_check
from playwright.sync_api import Browser, expect

from assess.surveys import hints

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def test_one_part_stands_on_a_screen_and_nothing_advances_by_itself(chromium: Browser, served: Served) -> None:
    """E2, U-21: "Part 2 of 8", Back, Next, the focus on the heading."""
    who = started(chromium, served)
    expect(who.page.locator("#part1")).to_be_focused()
    on_part(who, 1)
    expect(who.page.locator("#letter")).to_be_hidden()
    expect(who.page.locator("#part2")).to_be_hidden()
    for item in ("AL1", "AL2", "AL3", "AL4", "AL5"):
        who.page.locator(f"fieldset#{item} input[value='4']").check()
    on_part(who, 1)
    who.press("next")
    expect(who.page.locator("#part2")).to_be_focused()
    on_part(who, 2)
    assert who.page.locator("#progress").get_attribute("max") == "8"
    assert who.page.evaluate("document.getElementById('progress').value") == 2
    who.press("back")
    on_part(who, 1)
    who.press("back")
    expect(who.page.locator("#letter")).to_be_visible()
    who.press("begin")
    expect(who.page.locator("fieldset#AL5 input[value='4']")).to_be_checked()


def test_the_browsers_own_back_goes_part_by_part_and_loses_nothing(chromium: Browser, served: Served) -> None:
    """E2: back that never loses; to the check page, to the parts, to the first page, and forward again."""
    who = at_the_check(started(chromium, served))
    page = who.page
    page.go_back()
    on_part(who, 8)
    for _ in range(8):
        page.go_back()
    expect(page.locator("#letter")).to_be_visible()
    page.go_back()
    who.arrived("code")
    page.go_forward()
    page.go_forward()
    on_part(who, 1)
    expect(page.locator("fieldset#AL1 input[value='2']")).to_be_checked()
    page.go_back()
    page.go_back()
    who.press("continue")
    expect(page.locator("[data-told=found]")).to_be_focused()
    who.press("continue")
    expect(page.locator("fieldset#AL1 input[value='2']")).to_be_checked()
    assert page.url.split("?")[0] == served.address


def test_after_the_receipt_back_shows_no_answer(chromium: Browser, served: Served) -> None:
    """E4: what was sent is gone from the page, from its history and from the device."""
    who = at_the_check(started(chromium, served))
    who.press("send")
    who.arrived("receipt")
    who.page.go_back()
    who.arrived("code")
    assert who.page.locator("#code").input_value() == ""
    assert "Somewhat disagree" not in who.page.content()


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
    to_the_check(who)
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
    to_the_check(who)
    expect(who.page.locator("textarea[name=OQ1]")).to_have_value(text)
    sent = parse_qs(bodies[0])
    assert sent["OQ1"] == [text]
    assert re.fullmatch(r"\.+", sent["pad"][0])
