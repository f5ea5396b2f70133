"""The forms of the console: what may be typed, and what is said when it may not.

Belongs here: fields and their checks. Does not: how a field is drawn (`templates/console/parts.html`), or what is done
with what was typed (the views).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import available_timezones

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, Field, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation

from assess.i18n import babel_locale, number
from assess.surveys import moments
from assess.surveys.custody import Paper
from assess.surveys.said import Said, said
from assess.surveys.states import KeyMode
from assess.web.console import glyphs
from assess.web.console.request import _, locale

LONGEST_NAME: Final = 200
LONGEST_LABEL: Final = 80
LONGEST_CONTACT: Final = 254
LATEST_RELEASE: Final = timedelta(days=30)
"""How far ahead a release may be set: unreleased waves are withdrawn 30 days after the count."""
_ADDRESS: Final = re.compile(r"[^\s@,;:<>()\[\]\\\"]+@[^\s@,;:<>()\[\]\\\".]+(\.[^\s@,;:<>()\[\]\\\".]+)+")
_YEARS: Final = range(2000, 2100)

Check = Callable[[Any, Field], None]


def filled(message: Said) -> Check:
    """Refuse an empty field, and stop there."""

    def check(_form: Any, field: Field) -> None:
        field.data = (field.data or "").strip()
        if not field.data:
            raise StopValidation(message.say(locale()))

    return check


def within(limit: int) -> Check:
    """Refuse more than `limit` characters."""

    def check(_form: Any, field: Field) -> None:
        if len(field.data) > limit:
            raise StopValidation(
                _(
                    "This has {n} characters; the limit is {limit}.",
                    n=number(len(field.data), locale()),
                    limit=number(limit, locale()),
                )
            )

    return check


def printable(_form: Any, field: Field) -> None:
    """Refuse characters that the fonts of the report do not draw (R-37)."""
    missing = glyphs.missing(field.data)
    if missing:
        shown = " ".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in missing[:10])
        raise StopValidation(_("The report cannot print {characters}. Write the name without it.", characters=shown))


def one_of(values: Callable[[Any], Sequence[str]], message: Said) -> Check:
    """Refuse what is not among the values that a form offers."""

    def check(form: Any, field: Field) -> None:
        if field.data not in values(form):
            raise StopValidation(message.say(locale()))

    return check


def local_time(_form: Any, field: Field) -> None:
    """Refuse what is not a date and a time of day."""
    if wall_clock(field.data) is None:
        raise StopValidation(_("Type a date and a time, such as 2026-01-12 09:00."))


def wall_clock(typed: str | None) -> datetime | None:
    """Return a date and a time of day as typed, without a zone, or None."""
    try:
        read = datetime.strptime((typed or "").strip().replace("T", " ")[:16], "%Y-%m-%d %H:%M")  # noqa: DTZ007 - wall clock
    except ValueError:
        return None
    return read if read.year in _YEARS else None


def countries() -> list[tuple[str, str]]:
    """Return the codes and names of all countries in the language of the page, by name."""
    names = babel_locale(locale()).territories
    return sorted(
        (
            (code, name)
            for code, name in names.items()
            if re.fullmatch("[A-Z]{2}", code) and code not in {"ZZ", "XA", "XB"}
        ),
        key=lambda pair: unicodedata.normalize("NFKD", pair[1]).encode("ascii", "ignore").lower(),
    )


class ClientForm(FlaskForm):  # type: ignore[misc]
    """A new client. `consultant` is asked of accounts that may not run waves themselves."""

    name = StringField(
        validators=[filled(said("Type the name of the client.")), within(LONGEST_NAME), printable],
    )
    zone = StringField(
        default="America/Toronto",
        validators=[
            filled(said("Type a time zone, such as America/Toronto.")),
            one_of(
                lambda _form: tuple(available_timezones()),
                said("This is not a time zone we know. Type it as continent and city, such as America/Toronto."),
            ),
        ],
    )
    country = SelectField(
        default="CA",
        validate_choice=False,
        validators=[one_of(lambda _form: [c for c, _name in countries()], said("Choose a country from the list."))],
    )
    consultant = SelectField(
        validate_choice=False,
        validators=[one_of(lambda form: form.offered, said("Choose who runs the waves of this client."))],
    )

    def __init__(self, consultants: Sequence[str] | None) -> None:
        super().__init__()
        self.offered = tuple(consultants or ())
        if consultants is None:
            del self.consultant


class WaveForm(FlaskForm):  # type: ignore[misc]
    """The draft of a wave. Times are those of the client's zone."""

    label = StringField(
        validators=[filled(said("Type a name for the wave, such as 2026-01.")), within(LONGEST_LABEL), printable]
    )
    form = StringField(
        validators=[one_of(lambda form: form.offered, said("Choose one of the forms of the questionnaire."))]
    )
    opens_at = StringField(validators=[local_time])
    closes_at = StringField(validators=[local_time])
    contact = StringField(
        validators=[
            filled(said("Type the address that employees may write to.")),
            within(LONGEST_CONTACT),
        ]
    )
    key_mode = StringField(
        default=KeyMode.SERVICE.value,
        validators=[one_of(lambda form: form.modes, said("Choose who can open the answers."))],
    )
    witness = StringField(validators=[within(LONGEST_NAME), printable])

    def __init__(self, *, zone: str, forms: Sequence[str], usual: dict[str, str], own_server: bool) -> None:
        super().__init__(data=usual)
        self.zone = zone
        self.offered = tuple(forms)
        self.modes = (KeyMode.SERVICE, KeyMode.SELF_HOSTED if own_server else KeyMode.WITNESSED)

    def validate_witness(self, field: Field) -> None:
        """Refuse a witnessed wave whose promise could name nobody."""
        field.data = field.data.strip()
        if self.mode().witnessed and not field.data:
            raise StopValidation(_("Type the name or the role of the witness: the promise names who holds a key."))

    def mode(self) -> KeyMode:
        """Return who will hold the keys; `service` until one of the modes offered is chosen."""
        return KeyMode(self.key_mode.data) if self.key_mode.data in self.modes else KeyMode.SERVICE

    def validate_contact(self, field: Field) -> None:
        """Refuse what nobody can write to."""
        if not field.data.isprintable() or not _ADDRESS.fullmatch(field.data):
            raise StopValidation(_("This is not an e-mail address."))

    def validate_closes_at(self, _field: Field) -> None:
        """Refuse a window that could not be opened (U-47)."""
        if wall_clock(self.opens_at.data) is None:
            return
        opens, closes = self.window()
        if closes <= opens:
            raise StopValidation(_("The closing comes before the opening."))
        if not moments.SHORTEST_WINDOW <= closes - opens <= moments.LONGEST_WINDOW:
            raise StopValidation(
                _(
                    "A wave stays open for {shortest} to {longest} days; this one would for {days}.",
                    shortest=moments.SHORTEST_WINDOW.days,
                    longest=moments.LONGEST_WINDOW.days,
                    days=number((closes - opens).days, locale()),
                )
            )

    def window(self) -> tuple[datetime, datetime]:
        """Return the instants of opening and closing; both fields have been checked."""
        opens, closes = wall_clock(self.opens_at.data), wall_clock(self.closes_at.data)
        if opens is None or closes is None:
            raise ValueError("the window of a form that was not validated")
        return moments.instant(opens, self.zone), moments.instant(closes, self.zone)


class RosterForm(FlaskForm):  # type: ignore[misc]
    """A list of people, pasted or as a file."""

    text = TextAreaField()
    file = FileField()


class ReleaseForm(FlaskForm):  # type: ignore[misc]
    """The minute at which all readers see the report."""

    at = StringField(validators=[local_time])

    def __init__(self, *, zone: str, now: datetime, usual: str) -> None:
        super().__init__(data={"at": usual})
        self.zone = zone
        self.now = now

    def validate_at(self, _field: Field) -> None:
        """Refuse a minute so far ahead that the wave would be withdrawn before it."""
        if self.moment() > self.now + LATEST_RELEASE:
            raise StopValidation(
                _("The release can be at most {days} days from now.", days=LATEST_RELEASE.days),
            )

    def moment(self) -> datetime:
        """Return the instant of release: never before now, for what is past cannot be announced."""
        at = wall_clock(self.at.data)
        if at is None:
            raise ValueError("the minute of a form that was not validated")
        return max(moments.instant(at, self.zone), self.now)


class ShareForm(FlaskForm):  # type: ignore[misc]
    """Two shares, as printed. What is typed is drawn again on no page, and written nowhere."""

    phrase = StringField()
    code = StringField()
    box = StringField()
    results = StringField()
    lost = BooleanField()

    def texts(self) -> dict[Paper, str]:
        """Return what was typed, by paper."""
        return {paper: self[paper.value].data or "" for paper in Paper}


class Confirmation(FlaskForm):  # type: ignore[misc]
    """A form that only asks whether to go on."""
