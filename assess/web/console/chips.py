"""Where a wave stands, as one chip: a shape, a word and, where it helps, a date (U-40, look.md rule 4).

Belongs here: the words of a state. Does not: the states themselves (`surveys.states`), or participation, which no chip
ever shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from assess.i18n import moment
from assess.surveys.moments import GRACE
from assess.surveys.states import KeyMode, State
from assess.surveys.waves import Wave
from assess.web.console.request import _, locale

OVERDUE: Final = timedelta(hours=1)
"""How late a step of the clock may be before a person should look."""
UNRELEASED: Final = timedelta(days=16)
"""How long after closing a wave may stay unreleased before a person should look (product.md section 6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """`shape` names the drawing and the tone; `words` says the state."""

    shape: str
    words: str


def chip(wave: Wave, now: datetime) -> Chip:  # noqa: PLR0911 - one arm a state, checked to be complete
    """Return the chip of a wave at an instant."""
    if late(wave, now):
        return Chip(shape="attention", words=_("needs attention"))
    match wave.state:
        case State.DRAFT:
            return Chip(shape="draft", words=_("draft"))
        case State.OPEN if now < wave.opens_at:
            return Chip(shape="open", words=_("opens {date}", date=_moment(wave.opens_at, wave)))
        case State.OPEN if now < wave.closes_at:
            return Chip(shape="open", words=_("open until {date}", date=_moment(wave.closes_at, wave)))
        case State.OPEN | State.CLOSED if waiting(wave, now):
            return Chip(shape="closed", words=_("waiting for a share"))
        case State.OPEN | State.CLOSED:
            return Chip(shape="closed", words=_("closed"))
        case State.COUNTED if wave.release_at is not None:
            return Chip(shape="counted", words=_("releases {date}", date=_moment(wave.release_at, wave)))
        case State.COUNTED:
            return Chip(shape="counted", words=_("counted"))
        case State.RELEASED:
            return Chip(shape="released", words=_("released"))
        case State.SIGNED_OFF:
            return Chip(shape="released", words=_("signed off"))
        case State.WITHDRAWN:
            return Chip(shape="closed", words=_("withdrawn"))


def standing(waves: Sequence[Wave], now: datetime) -> Chip:
    """Return the one chip of a client: its latest wave, or an earlier one that a person should look at."""
    if not waves:
        return Chip(shape="draft", words=_("no wave yet"))
    worrying = [wave for wave in waves if late(wave, now)]
    return chip((worrying or list(waves))[-1], now)


def waiting(wave: Wave, now: datetime) -> bool:
    """Return whether a wave stays uncounted until somebody types a share (U-40)."""
    over = wave.state is State.CLOSED or (wave.state is State.OPEN and now >= wave.closes_at + GRACE)
    return over and KeyMode(wave.key_mode).witnessed


def late(wave: Wave, now: datetime) -> bool:
    """Return whether the clock should have taken a step by now, or a person forgot one."""
    match wave.state:
        case State.OPEN | State.CLOSED if waiting(wave, now):
            return now > wave.closes_at + UNRELEASED
        case State.OPEN | State.CLOSED:
            return now > wave.closes_at + GRACE + OVERDUE
        case State.COUNTED if wave.release_at is not None:
            return now > wave.release_at + OVERDUE
        case State.COUNTED:
            return now > wave.closes_at + UNRELEASED
        case _:
            return False


def _moment(value: datetime, wave: Wave) -> str:
    return moment(value, wave.zone, locale())
