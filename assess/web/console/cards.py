"""Cards: the codes of an open wave as nameless cards by side, shuffled anew for every look.

The only way codes leave until there is mail. Belongs here: the page. Does not: codes (`surveys.envelopes`).
"""

from __future__ import annotations

from flask import Blueprint, request

from assess.instruments import words
from assess.surveys import envelopes
from assess.surveys.audit import Event
from assess.surveys.said import said
from assess.surveys.staff import StaffRole
from assess.surveys.states import State, WaveRefused
from assess.web.console.forms import Confirmation
from assess.web.console.request import locale, note, only, page, refusal, services, session, wave_or_404
from assess.web.console.waves import invited

blueprint = Blueprint("cards", __name__)


@blueprint.route("/waves/<key:wave_id>/cards", methods=["GET", "POST"])
def show(wave_id: bytes) -> tuple[str, int]:
    """Say how cards are handed out; then, asked for, show them all."""
    client, wave = wave_or_404(wave_id)
    only(StaffRole.CONSULTANT)
    if wave.state is not State.OPEN:
        return refusal(WaveRefused(said("Codes exist only while a wave is open.")), client, wave)
    labels = words.side_labels(services().instruments(wave.instrument), locale())
    if request.method == "GET":
        return page("cards_ask.html", client=client, wave=wave, form=Confirmation(), sides=labels, people=invited(wave))
    drawn = envelopes.cards(session(), wave, services().keys)
    note(
        Event.CARDS_SHOWN,
        f"{wave.wave_id.hex()}: " + ", ".join(f"{side} {len(codes)}" for side, codes in drawn.items()),
    )
    address = services().settings.address + "/w/"
    return page("cards.html", client=client, wave=wave, drawn=drawn, sides=labels, address=address)
