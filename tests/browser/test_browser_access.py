"""Accessibility of every state, with a script and without, in both languages (U-20 to U-24)."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_house import Served
from browser_person import INSTRUMENT, Person, person
from browser_states import states
from playwright.sync_api import Browser, Page, expect

from assess.instruments import words

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

AXE = Axe()
PLANTED = """() => {
  const image = new Image();
  image.src = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
  document.querySelector("main").append(image);
  document.querySelector("label, p").style.color = "#ccc";
}"""
SMALL_TARGETS = """() => [
  ...document.querySelectorAll("button, a, summary, fieldset label, textarea, input:not([type=hidden])"),
].filter(e => e.type !== "radio" && !e.matches(".unseen, p a, li a") && e.checkVisibility())
 .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
 .filter(([_, box]) => box.height < 44 || box.width < 24).map(([html, box]) => html + box.height)"""
SMALL_TEXT = """() => [...document.querySelectorAll("body *")]
 .filter(e => e.type !== "radio" && !e.matches(".unseen") && e.checkVisibility())
 .filter(e => parseFloat(getComputedStyle(e).fontSize) < 16).map(e => e.outerHTML.slice(0, 80))"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def violations(page: Page) -> list[str]:
    """Return what axe finds on a page, a line a rule with the first element it found."""
    found = AXE.run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("locale", ["en", "fr-CA"])
def test_axe_finds_nothing_on_any_state_and_nothing_is_too_small(
    chromium: Browser, served: Served, locale: str, script: bool, scheme: str
) -> None:
    """U-22, U-24: every E and M, in both languages, with and without a script, light and dark."""
    who = person(chromium, served, locale, script=script, scheme=scheme, measured=True)
    found: dict[str, object] = {}
    walked = []
    for state in states(who):
        walked.append(state)
        page = who.page
        wrong = [*violations(page), *page.evaluate(SMALL_TARGETS), *page.evaluate(SMALL_TEXT)]
        if page.evaluate(SIDEWAYS) > 0:
            wrong.append("scrolls sideways")
        if wrong:
            found[state] = wrong
    assert found == {}
    assert len(walked) == len(set(walked)) == (22 if script else 15)


def test_axe_finds_what_is_planted(chromium: Browser, served: Served) -> None:
    """Guards the test above: an image without a text, and grey letters."""
    who = person(chromium, served, "en", script=True)
    who.first()
    assert violations(who.page) == []
    who.page.evaluate(PLANTED)
    assert {line.split(":")[0] for line in violations(who.page)} >= {"image-alt", "color-contrast"}


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("locale", ["en", "fr-CA"])
def test_nothing_scrolls_sideways_at_320_pixels_which_is_400_percent_of_1280(
    chromium: Browser, served: Served, locale: str, script: bool
) -> None:
    """U-22: a window of 1280 at 400 % has 320 CSS pixels; nor does it at 1280."""
    for width in (320, 1280):
        who = person(chromium, served, locale, script=script, width=width, measured=True)
        who.arrive()
        who.arrived("questions")
        assert who.page.evaluate(SIDEWAYS) <= 0
        who.begin()
        who.page.locator("fieldset#AL1 input[value='2']").check()
        who.to_the_last_part()
        who.page.fill("textarea[name=OQ1]", "w" * 400)
        assert who.page.evaluate(SIDEWAYS) <= 0
        who.press("check")
        who.arrived("check")
        assert who.page.evaluate(SIDEWAYS) <= 0
        assert who.page.evaluate(SMALL_TARGETS) == []
        who.press("send")
        who.arrived("receipt")
        assert who.page.evaluate(SIDEWAYS) <= 0


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_the_whole_core_form_is_answered_with_a_keyboard_alone(chromium: Browser, served: Served, script: bool) -> None:
    """U-24: Tab, arrows, space, Enter; nothing advances by itself (U-21)."""
    who = person(chromium, served, "en", script=script)
    who.first()
    keyboard = who.page.keyboard
    who.page.locator("#code").focus()
    keyboard.type(who.code)
    keyboard.press("Enter")
    who.arrived("questions")
    if script:
        tab_to(who, "#forward")
        keyboard.press("Enter")
    for number, part in enumerate(INSTRUMENT.forms["core"].parts):
        for item in part:
            if not INSTRUMENT.items[item].closed:
                tab_to(who, f"textarea[name={item}]")
                keyboard.type("They call back.")
                continue
            tab_to(who, f"#{item}-1")
            keyboard.press("Space")
            keyboard.press("ArrowDown")
            keyboard.press("ArrowDown")
            expect(who.page.locator(f"fieldset#{item} input[value='3']")).to_be_checked()
        if script and number < 7:
            tab_to(who, "#forward")
            keyboard.press("Enter")
            expect(who.page.locator(f"#part{number + 2}")).to_be_focused()
    tab_to(who, "#finish")
    keyboard.press("Enter")
    who.arrived("check")
    tab_to(who, "#send")
    keyboard.press("Enter")
    expect(who.arrived("receipt")).to_have_text("Received. Thank you.")
    (ballot,) = served.house.ballots()
    expect(who.page.locator(".card .code")).to_have_text(ballot.receipt)


def tab_to(who: Person, target: str) -> None:
    """Press Tab until something has the focus; fail rather than go round for ever."""
    for _ in range(80):
        who.page.keyboard.press("Tab")
        if who.page.locator(target).evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab never reached {target}")


def test_a_screen_reader_is_told_each_statement_and_each_answer(chromium: Browser, served: Served) -> None:
    """U-20: a group named by its statement, six radios named by their answers; a part is a region with its heading."""
    who = person(chromium, served, "fr-CA", script=True)
    who.arrive()
    who.begin()
    statement = words.filled(INSTRUMENT, "AL1", "fr-CA", "sales")
    answers = [*words.answers(INSTRUMENT, "AL1", "fr-CA"), words.dont_know(INSTRUMENT, "fr-CA")]
    lines = [f'- group "{statement}":', *(f'  - radio "{answer}"' for answer in answers)]
    told = who.page.locator("fieldset#AL1").aria_snapshot()
    assert [line for line in told.splitlines() if "radio" in line or "group" in line] == lines
    expect(who.page.get_by_role("region", name="Partie 1 sur 8")).to_be_visible()


def test_forced_colours_leave_every_choice_to_be_seen(chromium: Browser, served: Served) -> None:
    """U-22: with the colours of the system, the chosen row is still told from the others by more than colour."""
    who = person(chromium, served, "en", script=True)
    who.page.emulate_media(forced_colors="active")
    who.arrive()
    who.begin()
    who.page.locator("fieldset#AL1 input[value='2']").check()
    row = who.page.locator("fieldset#AL1 label:has(:checked)")
    assert row.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    assert violations(who.page) == []
