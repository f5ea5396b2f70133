"""Shares in the console: the page where a share is typed, what is said of the keys, the witness's confirmation (A-09).

Belongs here: pages. Does not: what a share opens (`surveys.custody`), the count (`publish`), what an opening hands out
(`papers`). What is typed comes by
POST alone, is drawn on no page again, and is in no log, no message and no address.
"""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from assess import publish
from assess.surveys import archive, custody, destruction, promise, totals, waves
from assess.surveys.audit import Event
from assess.surveys.clients import Client
from assess.surveys.keys import KeyName
from assess.surveys.moments import GRACE
from assess.surveys.said import said
from assess.surveys.staff import StaffRole
from assess.surveys.states import KeyMode, State, WaveRefused
from assess.surveys.waves import Wave
from assess.web.console import shares
from assess.web.console.forms import ShareForm
from assess.web.console.request import (
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

blueprint = Blueprint("custody", __name__)


def promised(wave: Wave) -> list[str]:
    """Return the first and the last sentence that people will read: those that the key mode makes."""
    if KeyMode(wave.key_mode).witnessed and not wave.witness:
        return []
    told = promise.sentences(wave.key_mode, locale(), waves.policy(wave), wave.witness)
    return [told[0], told[-1]]


def unprepared(wave: Wave) -> bool:
    """Return whether a counted wave cannot be released because no share was there to prepare its report."""
    witnessed = KeyMode(wave.key_mode).witnessed
    return wave.state is State.COUNTED and witnessed and archive.load(session(), wave) is None


@blueprint.route("/waves/<key:wave_id>/shares", methods=["GET", "POST"])
def give(wave_id: bytes) -> Response | tuple[str, int]:
    """Ask for a share; with it count a closed wave, or prepare the report of a counted one."""
    client, wave = wave_or_404(wave_id)
    only(StaffRole.CONSULTANT)
    refused = _not_now(wave)
    if refused is not None:
        if request.method == "POST":
            note_refused(Event.SHARE_REFUSED, wave_id.hex())
        return refusal(refused, client, wave)
    form = ShareForm()
    if not form.validate_on_submit():
        return _page(form, client, wave, [])
    # The step has transactions of its own, and this request's would keep them waiting.
    for row in (wave, client):
        session().expunge(row)
    session().rollback()
    reasons = shares.refusal(form, lambda: _act(wave, form), detail=wave_id.hex())
    if reasons is None:
        return redirect(url_for("waves.show", wave_id=wave_id))
    return _page(form, client, wave, reasons)


@blueprint.post("/waves/<key:wave_id>/half")
def half(wave_id: bytes) -> Response | tuple[str, int]:
    """Write down that the witness destroyed the half of the box; the record is signed anew."""
    client, wave = wave_or_404(wave_id)
    only(StaffRole.CONSULTANT)
    try:
        if destruction.confirm(session(), wave, keys=services().keys):
            note(Event.KEY_DESTROYED, f"{wave.wave_id.hex()}: the witness's half of the box, as confirmed")
    except WaveRefused as refused:
        return refusal(refused, client, wave)
    return redirect(url_for("waves.show", wave_id=wave_id))


def _not_now(wave: Wave) -> WaveRefused | None:
    if not KeyMode(wave.key_mode).witnessed:
        return WaveRefused(said("This wave has no witness: the clock counts and releases it."))
    if wave.state is State.DRAFT or (wave.state in {State.OPEN, State.CLOSED} and now() < wave.closes_at + GRACE):
        return WaveRefused(said("Nothing is counted before the wave has closed: no share is asked for until then."))
    if wave.state not in {State.OPEN, State.CLOSED, State.COUNTED}:
        return WaveRefused(said("This wave needs no share any more."))
    return None


def _act(wave: Wave, form: ShareForm) -> None:
    counted = wave.state is State.COUNTED
    steps = publish.Services(
        sessions=services().counting, keys=services().keys, clock=services().clock, settings=services().settings
    ).at(wave.wave_id)
    with steps.sessions() as reading:
        stage = totals.stage(reading, wave.wave_id)
    keys = custody.opened(
        wave,
        custody.read(form.texts()),
        keys=services().keys,
        names=(KeyName.STAT,) if counted else custody.needed(stage),
        lost=form.lost.data,
    )
    if counted:
        publish.prepare(steps, wave.wave_id, keys)
        note(Event.SHARE_GIVEN, f"{wave.wave_id.hex()}: report prepared")
    else:
        publish.count_wave(steps, wave.wave_id, keys)
        note(Event.SHARE_GIVEN, f"{wave.wave_id.hex()}: counted")


def _page(form: ShareForm, client: Client, wave: Wave, reasons: list[str]) -> tuple[str, int]:
    faulty = bool(reasons or form.errors)
    always = wave.key_mode == KeyMode.SELF_HOSTED and wave.state is not State.COUNTED
    return page(
        "wave_shares.html",
        422 if faulty else 200,
        client=client,
        wave=wave,
        form=form,
        reasons=reasons,
        always=always,
        apart=not custody.at_hand(wave.wave_id, keys=services().keys),
    )
