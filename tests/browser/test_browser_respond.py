"""A person at a phone answers the whole questionnaire (U-2, U-11, U-20 to U-23), without and with a script."""

from __future__ import annotations

import pytest
from browser_house import Served
from browser_person import INSTRUMENT, at_the_check, person
from playwright.sync_api import Browser, expect

from assess.instruments import words

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

PLANTED = """() => {
  const script = document.createElement("script"), image = new Image();
  script.textContent = "document.title = 'run'";
  image.src = "https://evil.example/x.png";
  document.body.append(script, image);
}"""


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("locale", ["en", "fr-CA"])
def test_a_person_answers_the_core_form(chromium: Browser, served: Served, locale: str, script: bool) -> None:
    """U-2: by the words a person reads; a wrong turn, the check page, one change, the receipt."""
    who = person(chromium, served, locale, script=script)
    who.arrive(who.code.lower().replace("-", " "))
    expect(who.arrived("questions")).to_have_text(INSTRUMENT.texts[locale].name)

    who.begin()
    who.to_the_last_part()
    who.press("check")
    expect(who.page.get_by_role("alert")).to_be_focused()
    assert who.page.title().startswith(who.words["error"])
    who.page.get_by_role("alert").get_by_role("link").click()
    expect(who.page.locator("#AL1-1")).to_be_visible()

    who.answer_all()
    who.press("check")
    expect(who.arrived("check")).to_have_text(who.words["checked"])
    assert served.house.ballots() == []
    who.press("change", within="#TR2")
    who.page.locator("fieldset#TR2 input[value='5']").check()
    who.to_the_last_part()
    who.press("check")
    expect(who.page.locator("#TR2 .said")).to_have_text(words.answers(INSTRUMENT, "TR2", locale)[4])
    expect(who.page.locator("textarea[name=OQ2]")).to_have_value("One meeting, every Monday.\nNothing else.")

    who.press("send")
    expect(who.arrived("receipt")).to_have_text(who.words["thanks"])
    (ballot,) = served.house.ballots()
    expect(who.page.locator(".card .code")).to_have_text(ballot.receipt)
    assert who.code not in who.page.url + who.page.title() + who.page.content()
    assert who.page.context.cookies() == []


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("locale", ["en", "fr-CA"])
def test_a_person_answers_the_pulse_form(chromium: Browser, served_pulse: Served, locale: str, script: bool) -> None:
    """U-2."""
    who = person(chromium, served_pulse, locale, script=script)
    who.arrive()
    who.begin()
    who.answer_all("pulse")
    who.press("check")
    who.arrived("check")
    who.press("send")
    expect(who.arrived("receipt")).to_have_text(who.words["thanks"])
    (ballot,) = served_pulse.house.ballots()
    expect(who.page.locator(".card .code")).to_have_text(ballot.receipt)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_switch_of_language_keeps_what_was_typed_and_the_place(
    chromium: Browser, served: Served, script: bool
) -> None:
    """U-11: in the questions and on the check page."""
    who = person(chromium, served, "en", script=script)
    who.arrive()
    who.begin()
    who.page.locator("fieldset#AL1 input[value='2']").check()
    who.to_the_last_part()
    who.page.fill("textarea[name=OQ1]", "They call back.")
    who.press("other")
    expect(who.page.locator("html[lang=fr-CA]")).to_be_attached()
    expect(who.page.get_by_role("button", name="Vérifier mes réponses").last).to_be_visible()
    expect(who.page.locator("fieldset#AL1 input[value='2']")).to_be_checked()
    expect(who.page.locator("textarea[name=OQ1]")).to_have_value("They call back.")
    if script:
        expect(who.page.locator("#part8")).to_be_focused()
    with who.turning():
        who.page.get_by_role("button", name="Vérifier mes réponses").last.click()
    who.arrived("check")
    with who.turning():
        who.page.get_by_role("button", name="English").click()
    expect(who.arrived("check")).to_have_text("Check your answers")
    expect(who.page.locator("textarea[name=OQ1]")).to_have_value("They call back.")
    who.press("change", within="#AL1")
    expect(who.page.locator("fieldset#AL1 input[value='2']")).to_be_checked()
    if script:
        expect(who.page.locator("fieldset#AL1 input[value='2']")).to_be_focused()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_enter_on_an_answer_never_sends(chromium: Browser, served: Served, script: bool) -> None:
    """E3: nothing but "Send my answers" drops a ballot, Enter neither; with a script it leads to the next part."""
    who = person(chromium, served, "en", script=script)
    who.arrive()
    who.begin()
    who.page.locator("fieldset#AL1 input[value='2']").check()
    who.page.keyboard.press("Enter")
    if script:
        expect(who.page.locator("#part2")).to_be_focused()
        who.to_the_last_part()
        who.press("check")
    expect(who.arrived("check")).to_have_text("Check your answers")
    who.page.keyboard.press("Enter")
    who.page.wait_for_timeout(300)
    assert served.house.ballots() == []


def test_a_code_in_the_link_moves_into_the_field_and_leaves_the_address(chromium: Browser, served: Served) -> None:
    """E0, A-20: address bar and history are clean; no request carries the code but the body of a POST."""
    who = person(chromium, served, "en", script=True)
    page = who.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.url} {request.headers}"))
    page.goto(f"{served.address}#{who.code}")
    expect(page.locator("#code")).to_have_value(who.code)
    assert page.url == served.address
    assert page.evaluate("history.length") <= 2
    page.evaluate("location.hash = '#7K3M-9QXT-2V8D-4HBN'")
    expect(page.locator("#code")).to_have_value("7K3M-9QXT-2V8D-4HBN")
    assert page.url == served.address
    page.locator("#language").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre code ouvre le sondage")
    expect(page.locator("#code")).to_have_value("7K3M-9QXT-2V8D-4HBN")
    assert page.url == f"{served.address}?lang=fr"
    page.fill("#code", who.code)
    page.get_by_role("button", name="Continuer").click()
    who.arrived("questions")
    assert page.url == f"{served.address}?lang=fr"
    page.go_back()
    assert who.code not in page.url
    assert all(who.code not in line for line in asked)


def test_the_line_of_a_wrong_code_leads_to_the_field_with_what_was_typed(chromium: Browser, served: Served) -> None:
    """M1, U-21: whoever uses a keyboard or a screen reader keeps what they typed."""
    who = person(chromium, served, "en", script=True)
    who.arrive("7K3M-9QXT-2V8D-4HBM")
    who.page.get_by_role("alert").get_by_role("link").click()
    expect(who.page.locator("#code")).to_have_value("7K3M-9QXT-2V8D-4HBM")
    expect(who.page.locator("#code")).to_be_focused()
    assert "#" not in who.page.url


def test_no_address_holds_the_code_whatever_language_is_asked_for(chromium: Browser, served: Served) -> None:
    """U-11: the browser's history would keep it."""
    who = person(chromium, served, "en", script=True)
    who.first(kiosk=True)
    addresses: list[str] = []
    who.page.on("framenavigated", lambda frame: addresses.append(frame.url))
    who.page.fill("#code", who.code)
    for language in ("fr-CA", "en"):
        who.page.locator("#language").click()
        expect(who.page.locator(f"html[lang={language}]")).to_be_attached()
        expect(who.page.locator("#code")).to_have_value(who.code)
        expect(who.page.locator("#language")).to_be_focused()
    who.press("continue")
    who.arrived("questions")
    assert addresses
    assert not any(who.code in address for address in addresses)


@pytest.mark.parametrize("kiosk", [True, False], ids=["kiosk", "own device"])
def test_the_receipt_says_on_paper_and_at_a_kiosk_where_to_look(chromium: Browser, served: Served, kiosk: bool) -> None:
    """E4, E5, A-25: a link is of no use on paper; at a kiosk it would be a window without a way back."""
    who = person(chromium, served, "en", script=True)
    who.arrive(kiosk=kiosk)
    who.arrived("questions")
    expect(who.page.locator("a[target]")).to_be_visible(visible=not kiosk)
    who.begin()
    at_the_check(who).press("send")
    who.arrived("receipt")
    address = who.page.get_by_text(f"{served.address}about/{served.house.wave.wave_id.hex()}", exact=True)
    expect(who.page.locator("a[target]")).to_be_visible(visible=not kiosk)
    expect(address).to_be_visible(visible=kiosk)
    who.page.emulate_media(media="print")
    expect(address).to_be_visible()


def test_the_receipt_can_be_printed_with_a_script_and_has_no_dead_button_without(
    chromium: Browser, served: Served
) -> None:
    """E4."""
    for script in (True, False):
        who = person(chromium, served, "en", script=script)
        who.arrive()
        who.begin()
        at_the_check(who)
        who.press("send")
        expect(who.arrived("receipt")).to_have_text("Received. Thank you.")
        if script:
            who.page.evaluate("window.print = () => { document.title = 'printed'; }")
            who.page.get_by_role("button", name="Print").click()
            assert who.page.title() == "printed"
        else:
            expect(who.page.get_by_role("button", name="Print")).to_have_count(0)


def test_the_policy_stops_a_script_that_gets_onto_a_page(chromium: Browser, served: Served) -> None:
    """A-21: even markup that slipped through would not run, fetch or post elsewhere."""
    who = person(chromium, served, "en", script=True)
    refused: list[str] = []
    who.page.on("console", lambda message: refused.append(message.text))
    who.first()
    who.page.evaluate(PLANTED)
    who.page.wait_for_timeout(200)
    assert who.page.title() == "Your code"
    assert sum("Content Security Policy" in line for line in refused) >= 2


def test_no_page_says_anything_to_the_console(chromium: Browser, served: Served) -> None:
    """No error, no refused file, in the whole walk."""
    who = person(chromium, served, "en", script=True, scheme="dark")
    said: list[str] = []
    who.page.on("console", lambda message: said.append(message.text))
    who.page.on("pageerror", lambda error: said.append(str(error)))
    who.page.on("requestfailed", lambda request: said.append(request.url))
    who.arrive()
    who.begin()
    who.answer_all()
    who.press("check")
    who.arrived("check")
    who.press("send")
    expect(who.arrived("receipt")).to_have_text("Received. Thank you.")
    assert said == []


def test_the_first_view_is_three_requests_and_nothing_comes_from_elsewhere(chromium: Browser, served: Served) -> None:
    """U-23: page, style, script; nothing is fetched later but what a person sends."""
    who = person(chromium, served, "en", script=True)
    asked: list[str] = []
    who.page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    who.first()
    who.page.wait_for_load_state("networkidle")
    assert len([line for line in asked if not line.startswith("GET data:")]) == 3
    who.page.fill("#code", who.code)
    who.press("continue")
    who.begin()
    who.to_the_last_part()
    assert [line.removeprefix(f"POST {served.address}") for line in asked[3:] if "data:" not in line] == ["start"]
