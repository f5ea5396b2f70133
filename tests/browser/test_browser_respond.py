"""A person at a phone answers the whole questionnaire (U-2, U-11, U-20 to U-23), without and with a script."""

from __future__ import annotations

from datetime import timedelta

import pytest
from browser_house import Served
from playwright.sync_api import Browser, Page, expect

from assess.instruments import words
from assess.instruments.load import shipped

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

INSTRUMENT = shipped("sales-marketing")
CLOSED = INSTRUMENT.closed("core")
PHONE = {"width": 360, "height": 740}
WORDS = {
    "en": {
        "continue": "Continue",
        "check": "Check my answers",
        "checked": "Check your answers",
        "send": "Send my answers",
        "thanks": "Received. Thank you.",
        "error": "Error: ",
        "change": "Change",
    },
    "fr-CA": {
        "continue": "Continuer",
        "check": "Vérifier mes réponses",
        "checked": "Vérifiez vos réponses",
        "send": "Envoyer mes réponses",
        "thanks": "Bien reçu. Merci.",
        "error": "Erreur",
        "change": "Modifier",
    },
}

SMALL_TARGETS = """() => [
  ...document.querySelectorAll("button, a, summary, fieldset label, textarea, input:not([type=hidden])"),
].filter(e => e.type !== "radio" && !e.matches(".unseen, p a, li a") && e.checkVisibility())
 .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
 .filter(([_, box]) => box.height < 44 || box.width < 24).map(([html, box]) => html + box.height)"""
SMALL_TEXT = """() => [...document.querySelectorAll("body *")]
 .filter(e => e.type !== "radio" && !e.matches(".unseen") && e.checkVisibility())
 .filter(e => parseFloat(getComputedStyle(e).fontSize) < 16).map(e => e.outerHTML.slice(0, 80))"""
PLANTED = """() => {
  const script = document.createElement("script"), image = new Image();
  script.textContent = "document.title = 'run'";
  image.src = "https://evil.example/x.png";
  document.body.append(script, image);
}"""


def phone(browser: Browser, *, script: bool, width: int = 360, scheme: str = "light") -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 740}, java_script_enabled=script, color_scheme=scheme, locale="en-CA"
    )
    context.set_default_timeout(10_000)
    return context.new_page()


def enter(page: Page, served: Served, locale: str, code: str) -> None:
    page.goto(f"{served.address}?lang={locale}")
    page.fill("#code", code)
    press(page, WORDS[locale]["continue"])


def press(page: Page, name: str) -> None:
    """Press the last button of this name, the one a person sees, and wait for the page it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).last.click()


@pytest.mark.parametrize("locale", ["en", "fr-CA"])
def test_a_person_answers_the_core_form_without_a_script(chromium: Browser, served: Served, locale: str) -> None:
    """Statement by statement, by the words a person reads; a wrong turn, the check page, one change, the receipt."""
    text, code = WORDS[locale], served.house.code
    page = phone(chromium, script=False)
    enter(page, served, locale, code.lower().replace("-", " "))
    expect(page.get_by_role("heading", level=1)).to_have_text(INSTRUMENT.texts[locale].name)

    press(page, text["check"])
    assert page.title().startswith(text["error"])
    expect(page.get_by_role("alert")).to_be_focused()

    for number, item in enumerate(CLOSED):
        group = page.get_by_role("group", name=words.filled(INSTRUMENT, item, locale, "sales"), exact=True)
        answers = [*words.answers(INSTRUMENT, item, locale), words.dont_know(INSTRUMENT, locale)]
        group.get_by_label(answers[number % 6], exact=True).check()
    page.fill("textarea[name=OQ2]", "One meeting, every Monday.\nNothing else.")
    press(page, text["check"])

    expect(page.get_by_role("heading", level=1)).to_have_text(text["checked"])
    assert served.house.ballots() == []
    page.locator("#TR2").get_by_role("button").click()
    page.locator("fieldset#TR2 input[value='5']").check()
    press(page, text["check"])
    expect(page.locator("#TR2 .said")).to_have_text(words.answers(INSTRUMENT, "TR2", locale)[4])
    expect(page.locator("textarea[name=OQ2]")).to_have_value("One meeting, every Monday.\nNothing else.")

    press(page, text["send"])
    expect(page.get_by_role("heading", level=1)).to_have_text(text["thanks"])
    (ballot,) = served.house.ballots()
    expect(page.locator(".card .code")).to_have_text(ballot.receipt)
    assert code not in page.url + page.title() + page.content()
    assert page.context.cookies() == []


def test_a_switch_of_language_keeps_what_was_typed(chromium: Browser, served: Served) -> None:
    page = phone(chromium, script=False)
    enter(page, served, "en", served.house.code)
    page.locator("fieldset#AL1 input[value='2']").check()
    page.fill("textarea[name=OQ1]", "They call back.")
    press(page, "Français")
    expect(page.get_by_role("button", name="Vérifier mes réponses").last).to_be_visible()
    expect(page.locator("fieldset#AL1 input[value='2']")).to_be_checked()
    expect(page.locator("textarea[name=OQ1]")).to_have_value("They call back.")


def test_enter_on_an_answer_leads_to_the_check_page(chromium: Browser, served: Served) -> None:
    """E3: nothing but "Send my answers" drops a ballot, Enter neither."""
    page = phone(chromium, script=False)
    enter(page, served, "en", served.house.code)
    page.locator("fieldset#AL1 input[value='2']").check()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    page.keyboard.press("Enter")
    assert served.house.ballots() == []


def test_the_keyboard_reaches_everything_in_the_order_it_is_read(chromium: Browser, served: Served) -> None:
    page = phone(chromium, script=False)
    page.goto(served.address)
    for target in ("#language", "#code", "button.go"):
        page.keyboard.press("Tab")
        expect(page.locator(target)).to_be_focused()
    page.fill("#code", served.house.code)
    page.keyboard.press("Enter")
    expect(page.locator("fieldset").first).to_be_visible()
    for target in ("button[name=to]", "summary >> nth=0", "summary >> nth=1", "a[href*=about]", "#AL1-1", "#AL2-1"):
        page.keyboard.press("Tab")
        expect(page.locator(target)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("fieldset#AL2 input[value='2']")).to_be_checked()


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("locale", ["en", "fr-CA"])
def test_nothing_scrolls_sideways_and_every_target_is_large_enough(
    chromium: Browser, served: Served, locale: str, width: int
) -> None:
    """U-22."""
    page = phone(chromium, script=True, width=width)
    text = WORDS[locale]

    def measured(name: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.evaluate(SMALL_TARGETS) == [], name
        assert page.evaluate(SMALL_TEXT) == [], name

    page.goto(f"{served.address}?lang={locale}")
    measured("E0")
    enter(page, served, locale, "wrong")
    measured("M1")
    enter(page, served, locale, served.house.code)
    measured("E2")
    press(page, text["check"])
    measured("M9")
    page.locator("fieldset#AL1 input[value='2']").check()
    page.fill("textarea[name=OQ1]", "w" * 400)
    press(page, text["check"])
    measured("E3")
    press(page, text["send"])
    measured("E4")
    with page.expect_navigation():
        page.click("a[href*=about]")
    measured("E5")
    served.house.clock.set(served.house.wave.closes_at + timedelta(days=1))
    enter(page, served, locale, served.house.code)
    measured("M3")


def test_a_code_in_the_link_moves_into_the_field_and_leaves_the_address(chromium: Browser, served: Served) -> None:
    """E0, A-20: address bar and history are clean; no request carries the code but the body of a POST."""
    page = phone(chromium, script=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.url} {request.headers}"))
    page.goto(f"{served.address}#{served.house.code}")
    expect(page.locator("#code")).to_have_value(served.house.code)
    assert page.url == served.address
    assert page.evaluate("history.length") <= 2
    page.evaluate("location.hash = '#7K3M-9QXT-2V8D-4HBN'")
    expect(page.locator("#code")).to_have_value("7K3M-9QXT-2V8D-4HBN")
    assert page.url == served.address
    page.locator("#language").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Votre code ouvre le sondage")
    expect(page.locator("#code")).to_have_value("7K3M-9QXT-2V8D-4HBN")
    assert page.url == f"{served.address}?lang=fr"
    page.fill("#code", served.house.code)
    press(page, "Continuer")
    expect(page.locator("fieldset").first).to_be_visible()
    page.go_back()
    assert served.house.code not in page.url
    assert all(served.house.code not in line for line in asked)


def test_the_receipt_can_be_printed_with_a_script_and_has_no_dead_button_without(
    chromium: Browser, served: Served
) -> None:
    for script in (True, False):
        page = phone(chromium, script=script)
        enter(page, served, "en", served.house.code)
        page.locator("fieldset#AL1 input[value='2']").check()
        press(page, "Check my answers")
        press(page, "Send my answers")
        expect(page.get_by_role("heading", level=1)).to_have_text("Received. Thank you.")
        if script:
            page.evaluate("window.print = () => { document.title = 'printed'; }")
            page.get_by_role("button", name="Print").click()
            assert page.title() == "printed"
        else:
            expect(page.get_by_role("button", name="Print")).to_have_count(0)


def test_while_sending_the_button_says_so(chromium: Browser, served: Served) -> None:
    """U-10; "Change" beside it does not."""
    page = phone(chromium, script=True)
    enter(page, served, "fr-CA", served.house.code)
    page.locator("fieldset#AL1 input[value='2']").check()
    press(page, "Vérifier mes réponses")
    page.evaluate("document.forms[0].addEventListener('submit', event => event.preventDefault())")
    page.locator("#AL1-b").click()
    expect(page.locator("#send")).to_have_text("Envoyer mes réponses")
    page.locator("#send").click()
    expect(page.locator("#send")).to_have_text("Envoi en cours…")


def test_the_policy_stops_a_script_that_gets_onto_a_page(chromium: Browser, served: Served) -> None:
    """A-21: even markup that slipped through would not run, fetch or post elsewhere."""
    page = phone(chromium, script=True)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(served.address)
    page.evaluate(PLANTED)
    page.wait_for_timeout(200)
    assert page.title() == "Your code"
    assert sum("Content Security Policy" in line for line in refused) >= 2


def test_no_page_says_anything_to_the_console(chromium: Browser, served: Served) -> None:
    page = phone(chromium, script=True, scheme="dark")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(request.url))
    enter(page, served, "en", served.house.code)
    page.locator("fieldset#AL1 input[value='2']").check()
    press(page, "Check my answers")
    press(page, "Send my answers")
    expect(page.get_by_role("heading", level=1)).to_have_text("Received. Thank you.")
    assert said == []
