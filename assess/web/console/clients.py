"""Clients: the portfolio, a client with its waves, a new client (U-40: C1, C2)."""

from __future__ import annotations

from contextlib import nullcontext
from zoneinfo import available_timezones

from flask import Blueprint, abort, redirect, url_for
from werkzeug.wrappers import Response

from assess.surveys import clients, staff, tenancy, waves
from assess.surveys.audit import Event
from assess.surveys.staff import StaffRole
from assess.web.console import chips
from assess.web.console.forms import ClientForm, countries
from assess.web.console.request import account, client_or_404, note, now, page, session

blueprint = Blueprint("clients", __name__)


@blueprint.get("/")
def portfolio() -> tuple[str, int]:
    """Show a row a client with one chip; an administrator sees every name, and opens assigned clients only (U-60)."""
    mine = staff.clients_of(session(), account())
    opened = {client.client_id for client in mine}
    every = account().may(StaffRole.ADMIN)
    with tenancy.listing(session()) if every else nullcontext():
        rows = [
            (client, chips.standing(waves.of_client(session(), client), now()), client.client_id in opened)
            for client in (clients.listed(session()) if every else mine)
        ]
    return page("portfolio.html", rows=rows)


@blueprint.route("/clients/new", methods=["GET", "POST"])
def new() -> Response | tuple[str, int]:
    """Add a client and assign it: to whoever adds it, or to the consultant an administrator chooses."""
    runs = account().may(StaffRole.CONSULTANT)
    consultants = None if runs else [user.email for user in staff.consultants(session())]
    form = ClientForm(consultants)
    if not form.validate_on_submit():
        zones = sorted(available_timezones())
        status = 422 if form.errors else 200
        return page("client_new.html", status, form=form, zones=zones, countries=countries(), consultants=consultants)
    client = clients.create(session(), name=form.name.data, zone=form.zone.data, country=form.country.data)
    user = account() if runs else staff.find(session(), form.consultant.data)
    if user is None:
        abort(409)
    staff.assign(session(), user, client)
    note(Event.CLIENT_ADDED, client.client_id.hex())
    note(Event.CLIENT_ASSIGNED, f"{client.client_id.hex()}: account {user.staff_id}")
    return redirect(url_for("clients.show", client_id=client.client_id) if runs else url_for("clients.portfolio"))


@blueprint.get("/clients/<key:client_id>")
def show(client_id: bytes) -> tuple[str, int]:
    """Show a client and its waves, the latest first."""
    client = client_or_404(client_id)
    found = waves.of_client(session(), client)
    return page("client.html", client=client, rows=[(wave, chips.chip(wave, now())) for wave in reversed(found)])
