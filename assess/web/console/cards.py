"""Cards and poster: the codes of an open wave as nameless cards by side, shuffled anew for every print (U-84, A-25).

The only way codes leave until there is mail. Belongs here: the page, and handing the files out. Does not: codes and
their order (`surveys.envelopes`), what stands on paper (`reports.cards`, `reports.poster`). The file that holds codes
comes by POST alone, is stored nowhere, and its name says nothing.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, Response, abort, request

from assess import publish
from assess.i18n import LOCALES, moment
from assess.instruments import words
from assess.reports import cards
from assess.reports import poster as posters
from assess.reports.render import PAPERS, Paper, RenderError
from assess.surveys import envelopes, promise
from assess.surveys.audit import Event
from assess.surveys.clients import Client
from assess.surveys.said import said
from assess.surveys.staff import StaffRole
from assess.surveys.states import State, WaveRefused
from assess.surveys.waves import Wave
from assess.web.console import links
from assess.web.console.forms import Confirmation
from assess.web.console.request import locale, note, only, page, refusal, services, session, wave_or_404
from assess.web.console.waves import invited

blueprint = Blueprint("cards", __name__)

Made = TypeVar("Made")


@blueprint.route("/waves/<key:wave_id>/cards", methods=["GET", "POST"])
def show(wave_id: bytes) -> Response | tuple[str, int]:
    """Say how cards are handed out; then, asked for, make them all on the paper that was chosen."""
    client, wave = wave_or_404(wave_id)
    only(StaffRole.CONSULTANT)
    refused = _not_now(wave)
    if refused is not None:
        return refusal(refused, client, wave)
    usual = publish.paper_of(client.country)
    if request.method == "GET":
        return page(
            "cards.html",
            client=client,
            wave=wave,
            form=Confirmation(),
            sides=words.side_labels(services().instruments(wave.instrument), locale()),
            people=invited(wave),
            papers=(usual, *(each for each in PAPERS if each != usual)),
        )
    paper = _paper(request.form.get("paper", usual))
    deck = _deck(client, wave)
    # Drawing takes seconds, and this request's transaction would keep whoever answers waiting.
    for row in (wave, client):
        session().expunge(row)
    session().rollback()
    try:
        files = cards.pdfs(deck, paper)
    except RenderError:
        return refusal(_unmade(), client, wave)
    note(Event.CARDS_SHOWN, f"{wave.wave_id.hex()}: " + ", ".join(sorted(_counted(wave, deck))))
    return _file(files[0], "cards.pdf") if len(files) == 1 else _file(_packed(files), "cards.zip")


@blueprint.get("/waves/<key:wave_id>/poster/<paper>")
def poster(wave_id: bytes, paper: str) -> Response | tuple[str, int]:
    """Send the sheet for the wall, which holds no code."""
    client, wave = wave_or_404(wave_id)
    only(StaffRole.CONSULTANT)
    refused = _not_now(wave)
    if refused is not None:
        return refusal(refused, client, wave)
    instrument = services().instruments(wave.instrument)
    made = posters.Poster(
        client=client.name,
        wave=wave.label,
        address=services().settings.address,
        contact=wave.contact,
        minutes=words.minutes(instrument, wave.form),
        opens=_each(lambda each: moment(wave.opens_at, wave.zone, each)),
        closes=_each(lambda each: moment(wave.closes_at, wave.zone, each)),
        promise=_each(lambda each: promise.short(wave.key_mode, each)),
        opened_on=wave.opens_at.date(),
        sides=tuple(_names(wave).values()),
    )
    try:
        return _file(posters.pdf(made, _paper(paper)), "poster.pdf")
    except RenderError:
        return refusal(_unmade(), client, wave)


def _deck(client: Client, wave: Wave) -> cards.Deck:
    drawn = envelopes.cards(session(), wave, services().keys)
    return cards.Deck(
        client=client.name,
        wave=wave.label,
        address=services().settings.address,
        closes=_each(lambda each: moment(wave.closes_at, wave.zone, each)),
        promise=_each(lambda each: promise.short(wave.key_mode, each)),
        opened_on=wave.opens_at.date(),
        piles=tuple(
            cards.Pile(mark=mark, names=names, codes=tuple(drawn[side]))
            for mark, (side, names) in enumerate(_names(wave).items())
            if side in drawn
        ),
    )


def _names(wave: Wave) -> dict[str, dict[str, str]]:
    """Return the short name of each side in each language, in the order of the instrument."""
    instrument = services().instruments(wave.instrument)
    labels = _each(lambda each: words.side_labels(instrument, each))
    return {side.code: {each: labels[each][side.code].short for each in LOCALES} for side in instrument.sides}


def _each(make: Callable[[str], Made]) -> dict[str, Made]:
    return {each: make(each) for each in LOCALES}


def _counted(wave: Wave, deck: cards.Deck) -> list[str]:
    codes = [side.code for side in services().instruments(wave.instrument).sides]
    return [f"{codes[pile.mark]} {len(pile.codes)}" for pile in deck.piles]


def _paper(asked: str) -> Paper:
    found = next((each for each in PAPERS if each == asked), None)
    return found or abort(404)


def _not_now(wave: Wave) -> WaveRefused | None:
    if wave.state is not State.OPEN:
        return WaveRefused(said("Codes exist only while a wave is open."))
    reasons = list(links.too_long())
    return WaveRefused(reasons) if reasons else None


def _unmade() -> WaveRefused:
    return WaveRefused(said("The file could not be made. Run assess doctor: it says what is missing."))


def _packed(files: list[bytes]) -> bytes:
    """Return many files in one; a part that was named by hand has no clock in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for number, data in enumerate(files, start=1):
            packed.writestr(zipfile.ZipInfo(f"cards-{number}.pdf"), data)
    return out.getvalue()


def _file(data: bytes, name: str) -> Response:
    kind = "application/pdf" if name.endswith(".pdf") else "application/zip"
    return Response(data, content_type=kind, headers={"Content-Disposition": f"attachment; filename={name}"})
