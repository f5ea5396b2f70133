"""Every state of product.md section 2 as a person meets it, one after the other: for axe, measures and pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from browser_person import Person, left_alone
from playwright.sync_api import expect
from sqlalchemy import select

from assess.instruments.load import shipped
from assess.surveys import count, prereg
from assess.surveys.keys import FileKeys
from assess.surveys.moments import GRACE
from assess.surveys.prereg import Change
from assess.surveys.states import State
from assess.surveys.tables import Wave
from assess.web.respond import views
from assess.web.respond.asked import Answer

LONG = "They call back the same day. " * 52
"""1,508 characters."""
NAMING = "I think Mary Smith should call back."


def states(who: Person) -> Iterator[str]:
    """Walk a person through every state; at each, the name is yielded and the page shows it.

    The wave ends counted and then withdrawn: a wave serves for one walk.
    """
    house = who.served.house
    yield from _before_the_questions(who)
    yield from _questions(who)
    yield from _sending(who)
    who.arrive()
    expect(who.page.locator(".notice.information")).to_be_visible()
    yield "M5 already answered"
    if who.script:
        yield from _draft(who)
        yield from _kiosk(who)
    house.clock.set(house.wave.opens_at - timedelta(days=1))
    who.arrive()
    who.arrived("message")
    yield "M2 too early"
    house.clock.set(house.wave.closes_at + timedelta(days=1))
    who.arrive()
    who.arrived("message")
    yield "M3 closed"
    yield from _page_of_the_wave(who)


def _before_the_questions(who: Person) -> Iterator[str]:
    who.first()
    yield "E0 code"
    who.page.fill("#code", "wrong")
    who.press("continue")
    expect(who.page.get_by_role("alert")).to_be_focused()
    yield "M1 wrong code"
    who.arrive()
    who.arrived("questions")
    yield "E1 welcome" if who.script else "E1 and E2 in one document"
    who.begin()


def _questions(who: Person) -> Iterator[str]:
    if who.script:
        yield "E2 part 1"
    who.to_the_last_part()
    if who.script:
        who.page.fill("textarea[name=OQ1]", NAMING)
        expect(who.page.locator(".naming .notice")).to_be_visible()
        yield "U-12 comment hint"
        who.page.fill("textarea[name=OQ1]", "")
    who.press("check")
    expect(who.page.get_by_role("alert")).to_be_focused()
    yield "M9 empty"
    who.page.locator("fieldset#AL1 input[value='2']").check()
    who.to_the_last_part()
    who.page.fill("textarea[name=OQ1]", LONG)
    who.press("check")
    expect(who.page.locator("#OQ1-flaw")).to_be_visible()
    yield "M10 long"
    who.page.fill("textarea[name=OQ1]", NAMING)
    who.press("check")
    who.arrived("check")
    yield "E3 check"


def _sending(who: Person) -> Iterator[str]:
    with failing("/w/drop"):
        who.press("send")
        expect(who.page.get_by_role("alert")).to_be_focused()
        yield "M8 fault"
    with patch.dict(views.POSTS, {"/w/drop": views.too_many}):
        who.press("send")
        expect(who.page.get_by_role("alert")).to_be_focused()
        yield "M11 limit"
    if who.script:
        who.page.context.set_offline(True)
        who.press("send")
        expect(who.page.locator("[data-told=waiting]")).to_be_focused()
        yield "M7 offline"
        who.page.context.set_offline(False)
    else:
        who.press("send")
    who.arrived("receipt")
    yield "E4 receipt"


def _draft(who: Person) -> Iterator[str]:
    who.begin()
    who.page.locator("fieldset#AL2 input[value='3']").check()
    expect_kept(who)
    who.arrive()
    expect(who.page.locator("[data-told=found]")).to_be_focused()
    yield "M6 draft found"
    who.press("erase")


def _kiosk(who: Person) -> Iterator[str]:
    who.page.clock.install()
    who.first(kiosk=True)
    yield "U-14 kiosk"
    who.page.fill("#code", who.code)
    who.press("continue")
    who.begin()
    who.page.locator("fieldset#AL2 input[value='3']").check()
    left_alone(who, 60_000)
    expect(who.page.get_by_role("dialog")).to_be_visible()
    yield "U-14 still there"
    who.press("continue", within="dialog")
    who.to_the_last_part()
    who.press("check")
    who.arrived("check")
    who.press("send")
    who.arrived("receipt")
    yield "E4 at a kiosk"


def _page_of_the_wave(who: Person) -> Iterator[str]:
    house = who.served.house
    address = f"{who.served.address}about/{house.wave.wave_id.hex()}?lang={who.locale}"
    house.clock.set(house.wave.opens_at + timedelta(hours=1))
    who.page.goto(address)
    yield "E5 wave page, open"
    house.clock.set(house.wave.closes_at + GRACE)
    count.run(
        house.sessions,
        house.wave.wave_id,
        keys=FileKeys(house.folder / "keys"),
        clock=house.clock,
        instrument=shipped("sales-marketing"),
    )
    who.page.goto(address)
    yield "E5 wave page, counted"
    with house.sessions.begin() as session:
        wave = session.scalars(select(Wave)).one()
        wave.state = State.WITHDRAWN
        prereg.change(session, wave, Change.WITHDRAWAL, date="2026-02-03")
    who.page.goto(address)
    yield "M4 withdrawn"


def expect_kept(who: Person) -> None:
    """Wait until the device holds a draft."""
    who.page.wait_for_function("localStorage.length === 1")


@contextmanager
def failing(path: str) -> Iterator[None]:
    """Let the view of a post fail as it would without its database."""

    def broken(*_: object) -> Answer:
        raise OSError("the disk is full")

    with patch.dict(views.POSTS, {path: broken}):
        yield
