"""The two papers of an opening: made, shown, shown again to whoever opened, put away when they are on paper (A-09).

Belongs here: the page, and the sheet's files. Does not: making shares (`surveys.custody`), keeping the page in memory
(`handed`), the pages where a share is typed (`custody`). What is shown is in no row, no log and no address.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from assess import publish
from assess.i18n import LOCALES, moment
from assess.reports import witness
from assess.reports.render import RenderError
from assess.reports.witness import Sheet
from assess.surveys.audit import Event
from assess.surveys.clients import Client
from assess.surveys.custody import Handed
from assess.surveys.keys import KeyName
from assess.surveys.said import said
from assess.surveys.staff import StaffRole
from assess.surveys.states import KeyMode, State, WaveRefused
from assess.surveys.waves import Wave
from assess.web.console import handed
from assess.web.console.handed import Papers
from assess.web.console.request import account, note, now, only, page, wave_or_404

blueprint = Blueprint("papers", __name__)

_BEFORE_THE_COUNT: Final = frozenset({State.DRAFT, State.OPEN, State.CLOSED})


def sheets(client: Client, wave: Wave, given: Handed) -> list[tuple[str, str, str]]:
    """Return the witness's sheet in each language: locale, file name, address that holds the file itself.

    Made before the opening is committed: a sheet that cannot be made refuses the opening.
    """
    sheet = Sheet(
        client=client.name,
        wave=wave.label,
        witness=wave.witness or "",
        operator=wave.operator or "",
        always=wave.key_mode == KeyMode.SELF_HOSTED,
        closes={each: moment(wave.closes_at, wave.zone, each) for each in LOCALES},
        prereg=(wave.prereg or "")[:20],
        opened_on=now().date(),
        code=given.code,
        box=given.halves[KeyName.BOX],
        results=given.halves[KeyName.STAT],
    )
    paper = publish.paper_of(client.country)
    try:
        with ThreadPoolExecutor(max_workers=len(LOCALES)) as makers:
            made = list(makers.map(lambda each: witness.pdf(sheet, each, paper), LOCALES))
    except RenderError as error:
        raise WaveRefused(
            said(
                "The witness's sheet could not be made, so the wave stays a draft. Run assess doctor: it says what is "
                "missing."
            )
        ) from error
    return [
        (each, f"witness.{each}.pdf", "data:application/pdf;base64," + base64.b64encode(data).decode())
        for each, data in zip(LOCALES, made, strict=True)
    ]


def hand(client: Client, wave: Wave, phrase: str, made: Sequence[tuple[str, str, str]]) -> tuple[str, int]:
    """Show the papers of an opening, and keep them for whoever's browser does not receive this answer.

    Kept before the opening is committed, so that a second click which waited for the first always finds them.
    """
    keeper = handed.here()
    papers = Papers(phrase=phrase, sheets=tuple(made), k_box_public=wave.k_box_public, until=now() + keeper.life)
    keeper.keep(account().staff_id, wave.wave_id, papers)
    note(Event.SHEET_PRINTED, wave.wave_id.hex())
    return _page(client, wave, papers)


def again(client: Client, wave: Wave) -> tuple[str, int] | None:
    """Show the papers of a wave once more to the account that opened it; None to others, and when time is over."""
    papers = waiting(wave)
    if papers is None:
        return None
    note(Event.SHEET_PRINTED, f"{wave.wave_id.hex()}: shown again")
    return _page(client, wave, papers)


def waiting(wave: Wave) -> Papers | None:
    """Return the papers that this account can still see; those of a wave that needs none any more are forgotten."""
    if wave.state not in _BEFORE_THE_COUNT:
        handed.here().wipe(account().staff_id, wave.wave_id)
    papers = handed.here().read(account().staff_id, wave.wave_id, now=now())
    # Papers of an opening whose commit failed fit no wave. They stay where they are: the commit may be still to come.
    return papers if papers is not None and papers.k_box_public == wave.k_box_public else None


@blueprint.post("/waves/<key:wave_id>/papers")
def put_away(wave_id: bytes) -> Response:
    """Forget the papers of a wave at once: both are on paper."""
    _client, wave = wave_or_404(wave_id)
    only(StaffRole.CONSULTANT)
    handed.here().wipe(account().staff_id, wave.wave_id)
    return redirect(url_for("waves.show", wave_id=wave_id))


def _page(client: Client, wave: Wave, papers: Papers) -> tuple[str, int]:
    return page("wave_handed.html", client=client, wave=wave, papers=papers)
