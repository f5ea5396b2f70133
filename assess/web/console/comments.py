"""The comments desk: the pile in an order drawn anew for every look, one decision at a time (A-18, U-45: C9).

Belongs here: the pages. Does not: what may leave (`surveys.comments`). No comment stands in an address, a log line or
the audit log: it holds counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from assess.instruments import words
from assess.surveys import comments, custody
from assess.surveys.audit import Event
from assess.surveys.clients import Client
from assess.surveys.comments import Decision, Lying
from assess.surveys.hints import Hint, HintKind
from assess.surveys.keys import KeyName
from assess.surveys.said import said
from assess.surveys.staff import StaffRole
from assess.surveys.states import KeyMode, State, WaveRefused
from assess.surveys.stops import RowUnopened
from assess.surveys.waves import Wave
from assess.web.console import opened, shares
from assess.web.console.forms import ShareForm
from assess.web.console.request import (
    _,
    account,
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

blueprint = Blueprint("comments", __name__)

UNDO = "undo"
_ROW_DIGITS = 32
_NOT_NOW = said("Comments are decided between the count and the release; this wave is not there.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a comment; `marked` if it may point to somebody."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A comment as the page shows it. `typed`: what stands in its box; `faults`: why a decision was not taken."""

    lying: Lying
    pieces: tuple[Piece, ...]
    reasons: tuple[str, ...]
    typed: str
    faults: tuple[str, ...] = ()


@blueprint.route("/waves/<key:wave_id>/comments", methods=["GET", "POST"])
def desk(wave_id: bytes) -> Response | tuple[str, int]:
    """Show the pile, or take one decision and show it again."""
    client, wave = wave_or_404(wave_id)
    only(StaffRole.CONSULTANT)
    if wave.state is not State.COUNTED:
        return refusal(WaveRefused(_NOT_NOW), client, wave)
    k_stat = _k_stat(wave)
    if k_stat is None:
        return _asked(ShareForm(), client, wave)
    try:
        if request.method == "POST":
            return _decided(client, wave, k_stat)
        return _page(client, wave, comments.pile(session(), wave, k_stat=k_stat))
    except RowUnopened as unopened:
        if request.method == "POST":
            note_refused(Event.COMMENTS_REFUSED, f"{wave_id.hex()}: comments")
        return refusal(WaveRefused(unopened.fault), client, wave)


@blueprint.post("/waves/<key:wave_id>/comments/open")
def open_(wave_id: bytes) -> Response | tuple[str, int]:
    """Open the pile of a witnessed wave with two shares; a server whose share is lost is replaced by the papers."""
    client, wave = wave_or_404(wave_id)
    only(StaffRole.CONSULTANT)
    if not KeyMode(wave.key_mode).witnessed:
        abort(404)
    form, detail = ShareForm(), f"{wave_id.hex()}: results, for the comments"
    if wave.state is not State.COUNTED:
        note_refused(Event.SHARE_REFUSED, detail)
        return refusal(WaveRefused(_NOT_NOW), client, wave)
    if not form.validate_on_submit():
        return _asked(form, client, wave)
    reasons = shares.refusal(form, lambda: _open(wave, form), detail=detail)
    if reasons is not None:
        return _asked(form, client, wave, reasons)
    note(Event.SHARE_GIVEN, detail)
    return redirect(url_for("comments.desk", wave_id=wave_id))


def _open(wave: Wave, form: ShareForm) -> None:
    keys = custody.opened(
        wave, custody.read(form.texts()), keys=services().keys, names=(KeyName.STAT,), lost=form.lost.data
    )
    opened.here().keep(account().staff_id, wave.wave_id, keys.read(wave.wave_id, KeyName.STAT), now=now())


def _k_stat(wave: Wave) -> bytes | None:
    """Return the key of the pile: the server's own, or the one that two shares opened a short while ago."""
    if not KeyMode(wave.key_mode).witnessed:
        return comments.key(wave, services().keys)
    return opened.here().read(account().staff_id, wave.wave_id, now=now())


def _decided(client: Client, wave: Wave, k_stat: bytes) -> Response | tuple[str, int]:
    row, asked = request.form.get("row", ""), request.form.get("decision", "")
    if len(row) != _ROW_DIGITS or not set(row) <= set("0123456789abcdef") or asked not in {UNDO, *Decision}:
        abort(400)
    row_id, typed = bytes.fromhex(row), request.form.get("text", "")
    try:
        if asked == UNDO:
            comments.withdraw(session(), wave, row_id)
        else:
            comments.decide(session(), wave, row_id, Decision(asked), k_stat=k_stat, text=typed)
    except WaveRefused as refused:
        lying = comments.pile(session(), wave, k_stat=k_stat)
        return _page(client, wave, lying, row_id=row_id, typed=typed, refused=refused)
    lying = comments.pile(session(), wave, k_stat=k_stat)
    done = sum(each.decision is not None for each in lying)
    event = Event.COMMENTS_DONE if done == len(lying) else Event.COMMENTS_EDITED
    note(event, f"{wave.wave_id.hex()}: {done} of {len(lying)}")
    return redirect(url_for("comments.desk", wave_id=wave.wave_id))


def _page(
    client: Client,
    wave: Wave,
    lying: Sequence[Lying],
    *,
    row_id: bytes | None = None,
    typed: str = "",
    refused: WaveRefused | None = None,
) -> tuple[str, int]:
    """Draw the pile: what was refused first, then what waits, then what is decided, each in random order."""
    instrument = services().instruments(wave.instrument)
    labels = words.side_labels(instrument, locale())
    names = {code: label.label for code, label in labels.items()}
    slips = [
        _slip(each, typed, refused) if refused is not None and each.row_id == row_id else _slip(each)
        for each in sorted(lying, key=lambda each: (each.row_id != row_id, each.decision is not None))
    ]
    return page(
        "comments.html",
        200 if refused is None else 422,
        client=client,
        wave=wave,
        slips=slips,
        done=sum(each.decision is not None for each in lying),
        blacked=comments.BLACKED,
        floor=wave.floor_comments,
        sides=labels,
        order=[side.code for side in instrument.sides],
        question=lambda each: words.filled(instrument, each.question, locale(), each.side, names),
    )


def _slip(lying: Lying, typed: str | None = None, refused: WaveRefused | None = None) -> Slip:
    return Slip(
        lying=lying,
        pieces=tuple(_pieces(lying.text, lying.hints)),
        reasons=tuple(dict.fromkeys(_(_REASONS[hint.kind]) for hint in lying.hints)),
        typed=typed if typed is not None else (lying.released or lying.text),
        faults=() if refused is None else tuple(refused.say(locale())),
    )


_REASONS = {
    HintKind.ADDRESS: "an e-mail address",
    HintKind.PHONE: "a phone number",
    HintKind.DIGITS: "six digits or more",
    HintKind.HONORIFIC: "a title with a name",
    HintKind.CAPITALS: "two capitalised words",
    HintKind.LISTED: "a name on the roster",
}


def _pieces(text: str, hints: Sequence[Hint]) -> Iterator[Piece]:
    """Yield a comment in pieces, what hints cover marked; hints may overlap."""
    place = 0
    for hint in hints:
        start = max(hint.start, place)
        if start > place:
            yield Piece(text=text[place:start], marked=False)
        if hint.end > start:
            yield Piece(text=text[start : hint.end], marked=True)
        place = max(place, hint.end)
    if place < len(text):
        yield Piece(text=text[place:], marked=False)


def _asked(form: ShareForm, client: Client, wave: Wave, reasons: Sequence[str] = ()) -> tuple[str, int]:
    return page(
        "comments_share.html",
        422 if reasons or form.errors else 200,
        client=client,
        wave=wave,
        form=form,
        reasons=reasons,
        apart=not custody.at_hand(wave.wave_id, keys=services().keys),
    )
