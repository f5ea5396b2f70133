"""Releases: the minute at which all readers see a report, and its files once they may (U-30: C9)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, send_file, url_for
from werkzeug.wrappers import Response

from assess.surveys import waves
from assess.surveys.audit import Event
from assess.surveys.clients import Client
from assess.surveys.said import said
from assess.surveys.staff import StaffRole
from assess.surveys.states import State, WaveRefused
from assess.surveys.waves import Wave
from assess.web.console.forms import ReleaseForm
from assess.web.console.request import note, note_refused, now, only, page, refusal, services, session, wave_or_404

blueprint = Blueprint("releases", __name__)

FILES: Final = {
    "report.en.pdf": "application/pdf",
    "report.fr-CA.pdf": "application/pdf",
    "report.json": "application/json",
    "figures.csv": "text/csv",
}
"""What a released wave offers its readers, by name."""
SHEETS: Final = {
    "risk.en.pdf": "application/pdf",
    "risk.fr-CA.pdf": "application/pdf",
    "risk.json": "application/json",
}
"""What it offers whoever runs it beside (A-34)."""


@blueprint.route("/waves/<key:wave_id>/release", methods=["GET", "POST"])
def release(wave_id: bytes) -> Response | tuple[str, int]:
    """Set the minute of release; what is due then is done by the clock."""
    client, wave = wave_or_404(wave_id)
    only(StaffRole.CONSULTANT)
    if wave.state is not State.COUNTED:
        return refusal(WaveRefused(said("Only a counted wave can be released.")), client, wave)
    at = now() if wave.release_at is None else max(wave.release_at, now())
    usual = f"{at.astimezone(ZoneInfo(wave.zone)):%Y-%m-%dT%H:%M}"
    form = ReleaseForm(zone=wave.zone, now=now(), usual=usual)
    if not form.validate_on_submit():
        return page("release.html", 422 if form.errors else 200, client=client, wave=wave, form=form)
    try:
        waves.set_release(session(), wave, form.moment())
    except WaveRefused as refused:
        note_refused(Event.RELEASE_REFUSED, wave_id.hex())
        return refusal(refused, client, wave)
    note(Event.RELEASE_SET, f"{wave.wave_id.hex()}: {form.moment():%Y-%m-%dT%H:%MZ}")
    return redirect(url_for("waves.show", wave_id=wave.wave_id))


@blueprint.get("/waves/<key:wave_id>/report/<name>")
def download(wave_id: bytes, name: str) -> Response | tuple[str, int]:
    """Send a file of a released wave; before the release there is none (U-30)."""
    client, wave = wave_or_404(wave_id)
    if name not in FILES | SHEETS or not released(wave):
        abort(404)
    if name in SHEETS:
        only(StaffRole.CONSULTANT)
    file = services().settings.reports.resolve() / wave.wave_id.hex() / name
    if not file.is_file():
        return page("rendering.html", 404, client=client, wave=wave)
    note(Event.REPORT_DOWNLOADED, f"{wave.wave_id.hex()}: {name}")
    return send_file(
        file,
        mimetype=(FILES | SHEETS)[name],
        as_attachment=True,
        download_name=_file_name(client, wave, name),
        max_age=0,
    )


def released(wave: Wave) -> bool:
    """Return whether readers may read: asked at each reading, so that all begin at one minute."""
    readable = wave.state in {State.RELEASED, State.SIGNED_OFF}
    return readable and wave.released_at is not None and wave.released_at <= now()


def _file_name(client: Client, wave: Wave, name: str) -> str:
    """Return a name that every file system takes: northbeam-2026-01-report.en.pdf."""
    plain = unicodedata.normalize("NFKD", f"{client.name} {wave.label}").encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60]
    return f"{slug}-{name}" if slug else name
