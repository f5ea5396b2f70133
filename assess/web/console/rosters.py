"""Rosters: pasting or uploading the list of a draft, with every fault at once (U-70 to U-73: C4)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

from flask import Blueprint, Response, make_response, request

from assess.instruments import words
from assess.instruments.model import Instrument
from assess.surveys import roster
from assess.surveys.audit import Event
from assess.surveys.clients import Client
from assess.surveys.roster import RosterFaults
from assess.surveys.said import said
from assess.surveys.staff import StaffRole
from assess.surveys.states import State, WaveRefused
from assess.surveys.waves import Wave
from assess.web.console.forms import RosterForm
from assess.web.console.request import locale, note, only, page, refusal, services, session, wave_or_404

blueprint = Blueprint("rosters", __name__)

SHOWN_FAULTS = 200
"""Faults on the page; the file of faults has them all."""
_ACCENTED = re.compile(r"\w*[^\x00-\x7f\W]\w*")


@blueprint.route("/waves/<key:wave_id>/roster", methods=["GET", "POST"])
def paste(wave_id: bytes) -> Response | tuple[str, int]:
    """Take a list for a draft, all or nothing; with faults the list stays in the box."""
    client, wave = wave_or_404(wave_id)
    only(StaffRole.CONSULTANT)
    if wave.state is not State.DRAFT:
        return refusal(WaveRefused(said("The roster is fixed once a wave is open.")), client, wave)
    instrument = services().instruments(wave.instrument)
    form = RosterForm()
    if not form.validate_on_submit():
        return _page(client, wave, instrument, form, ())
    data = _sent(form)
    try:
        parsed = roster.parse(data, sides=roster.sides(instrument))
    except RosterFaults as found:
        faults = found.say(locale())
        if "list" in request.form:
            return _file(faults)
        form.text.data = _kept(data)
        return _page(client, wave, instrument, form, faults)
    counted = roster.replace(session(), wave, parsed)
    note(
        Event.ROSTER_IMPORTED,
        f"{wave.wave_id.hex()}: " + ", ".join(f"{side} {n}" for side, n in sorted(counted.items())),
    )
    return page(
        "roster_taken.html",
        client=client,
        wave=wave,
        people={side.code: counted.get(side.code, 0) for side in instrument.sides},
        sides=words.side_labels(instrument, locale()),
        ignored=parsed.ignored_columns,
        warnings=[warning.say(locale()) for warning in parsed.warnings],
        guessed=_accents(data),
    )


def _sent(form: RosterForm) -> bytes | str:
    """Return the file if one was chosen, else the text of the box."""
    uploaded: bytes = form.file.data.read() if form.file.data else b""
    return uploaded or (form.text.data or "")


def _kept(data: bytes | str) -> str:
    """Return what was sent as text for the box; empty for a file that is no text."""
    if isinstance(data, str):
        return data
    try:
        return roster.decode(data)
    except RosterFaults:
        return ""


def _accents(data: bytes | str) -> list[str]:
    """Return some words with accents of a file whose encoding was guessed, for a look (U-71)."""
    if isinstance(data, str) or data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return []
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return list(dict.fromkeys(_ACCENTED.findall(roster.decode(data))))[:5]
    return []


def _page(
    client: Client, wave: Wave, instrument: Instrument, form: RosterForm, faults: Sequence[str]
) -> tuple[str, int]:
    return page(
        "roster.html",
        422 if faults or form.errors else 200,
        client=client,
        wave=wave,
        form=form,
        faults=faults[:SHOWN_FAULTS],
        more=max(0, len(faults) - SHOWN_FAULTS),
        people=roster.counts(session(), wave),
        sides=words.side_labels(instrument, locale()),
    )


def _file(faults: Sequence[str]) -> Response:
    """Return every fault as a text file."""
    response = make_response("\r\n".join(faults) + "\r\n")
    response.content_type = "text/plain; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="roster-faults.txt"'
    return response
