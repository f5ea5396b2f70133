"""A person with a phone: what they read and press, with a script and without. What the browser tests share."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from browser_house import Served
from playwright.sync_api import Browser, Locator, Page, expect

from assess.instruments import words
from assess.instruments.load import shipped

INSTRUMENT = shipped("sales-marketing")
PHONE = {"width": 360, "height": 740}
WORDS = {
    "en": {
        "continue": "Continue",
        "begin": "Begin",
        "next": "Next",
        "back": "Back",
        "erase": "Erase",
        "again": "Try now",
        "check": "Check my answers",
        "checked": "Check your answers",
        "send": "Send my answers",
        "sending": "Sending…",
        "thanks": "Received. Thank you.",
        "error": "Error: ",
        "change": "Change",
        "finish": "Finish and wipe this page",
        "other": "Français",
    },
    "fr-CA": {
        "continue": "Continuer",
        "begin": "Commencer",
        "next": "Suivant",
        "back": "Précédent",
        "erase": "Effacer",
        "again": "Réessayer maintenant",
        "check": "Vérifier mes réponses",
        "checked": "Vérifiez vos réponses",
        "send": "Envoyer mes réponses",
        "sending": "Envoi en cours…",
        "thanks": "Bien reçu. Merci.",
        "error": "Erreur",
        "change": "Modifier",
        "finish": "Terminer et effacer cette page",
        "other": "English",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the sales team, in a language, at a page of a served wave."""

    page: Page
    served: Served
    locale: str
    script: bool

    @property
    def code(self) -> str:
        return self.served.house.code

    @property
    def words(self) -> dict[str, str]:
        return WORDS[self.locale]

    def arrive(self, code: str | None = None, *, kiosk: bool = False) -> None:
        """Open the first page, type the code and go on."""
        self.first(kiosk=kiosk)
        self.page.fill("#code", self.code if code is None else code)
        self.press("continue")

    def first(self, *, kiosk: bool = False) -> None:
        self.page.goto(f"{self.served.address}?lang={self.locale}{'&kiosk=1' if kiosk else ''}")

    def begin(self) -> None:
        """Leave the letter; without a script the questions are on the same page."""
        if self.script:
            self.press("begin")

    def press(self, name: str, *, within: str = "body") -> None:
        """Press the last button of this name, the one a person sees; without a script, wait for its page."""
        # "Change" is named with its statement.
        named = self.page.locator(within).get_by_role("button", name=self.words[name], exact=name != "change")
        button = named.last
        with self.turning():
            button.click()

    def arrived(self, kind: str) -> Locator:
        """Wait for a kind of page and return its first heading."""
        expect(self.page.locator(f"main[data-page={kind}]")).to_be_visible()
        return self.page.get_by_role("heading", level=1)

    def answer(self, item: str, value: int) -> None:
        """Choose an answer by the words that a person reads."""
        answers = [words.dont_know(INSTRUMENT, self.locale), *words.answers(INSTRUMENT, item, self.locale)]
        statement = words.filled(INSTRUMENT, item, self.locale, "sales")
        group = self.page.get_by_role("group", name=statement, exact=True)
        group.get_by_label(answers[value], exact=True).check()

    def answer_all(self, form: str = "core", *, comment: str = "One meeting, every Monday.\nNothing else.") -> None:
        """Go through every part and answer each statement, "don't know" among them; end on the last part."""
        parts = INSTRUMENT.forms[form].parts
        for number, part in enumerate(parts):
            for nth, item in enumerate(part):
                if INSTRUMENT.items[item].closed:
                    self.answer(item, (number + nth) % 6)
                else:
                    self.page.fill(f"textarea[name={item}]", comment)
            if self.script and number < len(parts) - 1:
                self.press("next")

    def to_the_last_part(self) -> None:
        if self.script:
            while self.page.locator("#finish").is_hidden():
                self.page.locator("#forward").click()

    def turning(self) -> AbstractContextManager[Any]:
        return nullcontext() if self.script else self.page.expect_navigation()


def person(
    browser: Browser,
    served: Served,
    locale: str,
    *,
    script: bool,
    width: int = 360,
    scheme: str = "light",
    measured: bool = False,
    dated: bool = True,
) -> Person:
    """Return somebody with a browser of their own; every wait ends after ten seconds.

    `dated`: the browser has the date of the wave, by which it throws old drafts away. `measured`: where no script is
    wanted, ours alone never arrives, because what measures a page is a script itself.
    """
    context = browser.new_context(
        viewport={"width": width, "height": PHONE["height"]},
        java_script_enabled=script or measured,
        color_scheme=scheme,
        locale="en-CA",
    )
    context.set_default_timeout(10_000)
    if measured and not script:
        context.route("**/respond.js", lambda route: route.abort())
    if dated:
        context.clock.set_fixed_time(served.house.wave.opens_at)
    return Person(page=context.new_page(), served=served, locale=locale, script=script)


def started(chromium: Browser, served: Served) -> Person:
    """Return somebody with a script who has read the letter and stands before the first part."""
    who = person(chromium, served, "en", script=True)
    who.arrive()
    who.begin()
    return who


def on_part(who: Person, number: int) -> None:
    """Expect a part of the core form on the screen, in English, and in the title."""
    expect(who.page.locator(f"#part{number}")).to_be_visible()
    assert who.page.title().startswith(f"Part {number} of 8")


def to_the_check(who: Person) -> Person:
    """Bring somebody who answered to their check page."""
    who.to_the_last_part()
    who.press("check")
    who.arrived("check")
    return who


def at_the_check(who: Person) -> Person:
    """Answer one statement and go to the check page."""
    who.page.locator("fieldset#AL1 input[value='2']").check()
    return to_the_check(who)


def left_alone(who: Person, milliseconds: int) -> None:
    """Let the time of a page pass in which nobody touches it; what the last touch scrolls is over before that."""
    who.page.wait_for_timeout(250)
    who.page.clock.fast_forward(milliseconds)
