"""Waves: drafting one, changing a draft, what a wave's page says, opening it (U-4: C3, C6; U-47)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from assess.instruments import words
from assess.instruments.model import Instrument
from assess.surveys import db, fitness, lifecycle, moments, participation, roster, tenancy, waves
from assess.surveys.audit import Event
from assess.surveys.clients import Client
from assess.surveys.keys import KeyFolderError
from assess.surveys.said import said
from assess.surveys.staff import StaffRole
from assess.surveys.states import KeyMode, State, WaveRefused
from assess.surveys.waves import Wave
from assess.web.console import chips, custody, links, outlook, papers
from assess.web.console.forms import Confirmation, WaveForm
from assess.web.console.request import (
    account,
    client_or_404,
    locale,
    note,
    note_refused,
    now,
    only,
    page,
    refusal,
    services,
    session,
    wave_or_404,
)

blueprint = Blueprint("waves", __name__)

SHIPPED: Final = "sales-marketing"
CADENCE: Final = timedelta(weeks=13)
WARNED_ROSTER: Final = 8
"""Below this many people on a side, opening comes with a caution (U-47)."""


@blueprint.route("/clients/<key:client_id>/waves/new", methods=["GET", "POST"])
def new(client_id: bytes) -> Response | tuple[str, int]:
    """Draft a wave; what is asked begins with the usual answers."""
    client = client_or_404(client_id)
    only(StaffRole.CONSULTANT)
    instrument = services().instruments(SHIPPED)
    form = _form(client, instrument, _usual(client))
    if not form.validate_on_submit():
        return _form_page(form, client, instrument, None)
    opens_at, closes_at = form.window()
    wave = waves.draft(
        session(),
        client,
        instrument=instrument,
        form=form.form.data,
        label=form.label.data,
        opens_at=opens_at,
        closes_at=closes_at,
        contact=form.contact.data,
        key_mode=form.mode(),
        witness=form.witness.data,
    )
    note(Event.WAVE_DRAFTED, wave.wave_id.hex())
    return redirect(url_for("waves.show", wave_id=wave.wave_id))


@blueprint.route("/waves/<key:wave_id>/change", methods=["GET", "POST"])
def change(wave_id: bytes) -> Response | tuple[str, int]:
    """Change a draft; an open wave is frozen."""
    client, wave = wave_or_404(wave_id)
    only(StaffRole.CONSULTANT)
    if wave.state is not State.DRAFT:
        return refusal(WaveRefused(said("An open wave is frozen; only a draft can be changed.")), client, wave)
    instrument = services().instruments(wave.instrument)
    usual = {
        "label": wave.label,
        "form": wave.form,
        "opens_at": _wall(wave.opens_at, client.zone),
        "closes_at": _wall(wave.closes_at, client.zone),
        "contact": wave.contact,
        "key_mode": wave.key_mode,
        "witness": wave.witness or "",
    }
    form = _form(client, instrument, usual)
    if not form.validate_on_submit():
        return _form_page(form, client, instrument, wave)
    wave.label, wave.form, wave.contact = form.label.data, form.form.data, form.contact.data
    wave.opens_at, wave.closes_at = form.window()
    wave.key_mode, wave.witness = form.mode().value, form.witness.data if form.mode().witnessed else None
    note(Event.DRAFT_CHANGED, wave.wave_id.hex())
    return redirect(url_for("waves.show", wave_id=wave.wave_id))


@blueprint.get("/waves/<key:wave_id>")
def show(wave_id: bytes) -> tuple[str, int]:
    """Show where a wave stands and what its next step is; never who answered, nor how many."""
    client, wave = wave_or_404(wave_id)
    instrument = services().instruments(wave.instrument)
    return page(
        "wave.html",
        client=client,
        wave=wave,
        now=now(),
        late=chips.late(wave, now()),
        share=chips.waiting(wave, now()),
        stopped=_stopped(wave, instrument),
        unprepared=custody.unprepared(wave),
        people=invited(wave),
        sides=words.side_labels(instrument, locale()),
        statements=len(instrument.closed(wave.form)),
        minutes=words.minutes(instrument, wave.form),
        may_run=account().may(StaffRole.CONSULTANT),
        bands=_bands(wave),
        waiting=lifecycle.undecided(session(), wave.wave_id),
        papers=papers.waiting(wave) if account().may(StaffRole.CONSULTANT) else None,
    )


@blueprint.route("/waves/<key:wave_id>/open", methods=["GET", "POST"])
def open_wave(wave_id: bytes) -> Response | tuple[str, int]:
    """Say what opening freezes; then open, or list every reason against it."""
    client, wave = wave_or_404(wave_id)
    only(StaffRole.CONSULTANT)
    if wave.state is not State.DRAFT:
        again = papers.again(client, wave)
        return again or refusal(WaveRefused(said("Only a draft can be opened.")), client, wave)
    instrument = services().instruments(wave.instrument)
    people = invited(wave)
    reasons: list[str] = []
    if request.method == "POST":
        try:
            handed = waves.open_(
                session(),
                wave,
                instrument=instrument,
                keys=services().keys,
                clock=services().clock,
                operator=services().settings.operator,
                own_server=services().settings.own_server,
                against=tuple(links.too_long()),
            )
            sheets = papers.sheets(client, wave, handed) if handed else []
        except WaveRefused as refused:
            # A second click that waited for the first one's commit asks for an opening that there is.
            again = papers.again(client, wave)
            if again:
                return again
            note_refused(Event.OPENING_REFUSED, wave_id.hex())
            client, wave = wave_or_404(wave_id)
            if wave.state is not State.DRAFT:
                return refusal(refused, client, wave)
            reasons = refused.say(locale())
        except KeyFolderError as broken:
            session().rollback()
            reasons = [broken.fault.say(locale())]
        else:
            note(Event.WAVE_OPENED, wave.wave_id.hex())
            if handed:
                return papers.hand(client, wave, handed.passphrase, sheets)
            return redirect(url_for("waves.show", wave_id=wave.wave_id))
    return page(
        "wave_open.html",
        409 if reasons else 200,
        client=client,
        wave=wave,
        form=Confirmation(),
        reasons=reasons,
        people=people,
        few=[side for side, n in people.items() if n < WARNED_ROSTER],
        forecast=outlook.outlook(
            people, words.side_labels(instrument, locale()), waves.policy(wave), waves.last_rate(session(), wave)
        ),
        policy=waves.policy(wave),
        promised=custody.promised(wave),
        sides=words.side_labels(instrument, locale()),
    )


def invited(wave: Wave) -> dict[str, int]:
    """Return the number of people a side: of the roster while it can change, as frozen afterwards."""
    instrument = services().instruments(wave.instrument)
    counted = wave.invited if wave.invited is not None else roster.counts(session(), wave)
    return {side.code: counted.get(side.code, 0) for side in instrument.sides}


def _stopped(wave: Wave, instrument: Instrument) -> list[str]:
    """Return why the clock cannot count a wave whose time has come, and the remedy; for those who run it.

    Looked up anew for each page by the role that counts: what was mended is no longer said.
    """
    due = wave.state in {State.OPEN, State.CLOSED} and now() >= wave.closes_at + moments.GRACE
    if not due or KeyMode(wave.key_mode).witnessed or not account().may(StaffRole.CONSULTANT):
        return []
    readers = tenancy.of_clients(db.readers(services().counting.kw["bind"]), [wave.client_id])
    with readers() as reading:
        told = fitness.obstacle(reading, wave, instrument, services().keys)
    return [each.say(locale()) for each in told]


def _form(client: Client, instrument: Instrument, usual: dict[str, str]) -> WaveForm:
    own = services().settings.own_server
    return WaveForm(zone=client.zone, forms=tuple(instrument.forms), usual=usual, own_server=own)


def _bands(wave: Wave) -> dict[str, str]:
    """Return the bands of an open wave for the consultants who run it, and nobody else (U-44, section 8)."""
    if wave.state is not State.OPEN or now() < wave.opens_at or not account().may(StaffRole.CONSULTANT):
        return {}
    return outlook.bands(invited(wave), participation.of(session(), wave))


def _form_page(form: WaveForm, client: Client, instrument: Instrument, wave: Wave | None) -> tuple[str, int]:
    choices = [
        (form_id, len(instrument.closed(form_id)), words.minutes(instrument, form_id)) for form_id in instrument.forms
    ]
    return page("wave_form.html", 422 if form.errors else 200, form=form, client=client, wave=wave, choices=choices)


def _usual(client: Client) -> dict[str, str]:
    """Return the usual answers: the form and contact of the last wave, a window a quarter after it (section 7)."""
    earlier = waves.of_client(session(), client)
    today = now().astimezone(ZoneInfo(client.zone)).date()
    monday = _monday(today)
    if earlier:
        quarter_later = earlier[-1].opens_at.astimezone(ZoneInfo(client.zone)).date() + CADENCE
        monday = max(monday, quarter_later - timedelta(days=quarter_later.weekday()))
    opens_at, closes_at = moments.window(monday, client.zone)
    return {
        "label": f"{monday:%Y-%m}",
        "form": earlier[-1].form if earlier else "core",
        "opens_at": _wall(opens_at, client.zone),
        "closes_at": _wall(closes_at, client.zone),
        "contact": earlier[-1].contact if earlier else account().email,
        "key_mode": earlier[-1].key_mode if earlier else KeyMode.SERVICE.value,
        "witness": (earlier[-1].witness or "") if earlier else "",
    }


def _monday(after: date) -> date:
    return after + timedelta(days=7 - after.weekday())


def _wall(value: datetime, zone: str) -> str:
    return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"
