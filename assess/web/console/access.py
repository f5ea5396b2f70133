"""Signing in and out, and the guard in front of every other page (A-26).

Belongs here: who gets in. Does not: accounts (`surveys.staff`), what a signed-in account may do (each view says).
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, current_app, redirect, request, url_for
from flask import session as cookie
from flask_security import current_user
from flask_security.forms import LoginForm
from flask_security.utils import login_user, logout_user
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from assess.surveys import staff
from assess.surveys.audit import Event
from assess.web.console import handed, opened
from assess.web.console.request import _, account, enter, note, page

blueprint = Blueprint("access", __name__)

OPEN_TO_ALL: Final = frozenset({"access.sign_in", "files.font", "static"})
"""Endpoints that need no account; every other one does, unknown addresses included."""


def guard() -> Response | None:
    """Send whoever is not signed in to the sign-in page, whatever they asked for."""
    if request.endpoint in OPEN_TO_ALL:
        return None
    if current_user.is_authenticated:
        enter()
        return None
    wanted = request.full_path.rstrip("?") if request.method == "GET" and request.path != "/" else None
    return redirect(url_for("access.sign_in", to=wanted))


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response | tuple[str, int]:
    """Sign in; the answer is the same for an unknown address, a wrong password and a closed account."""
    if current_user.is_authenticated:
        return redirect(url_for("clients.portfolio"))
    form = LoginForm()
    error = None
    if request.method == "POST":
        if form.validate() and form.user is not None:
            # A new session: nothing that was set before the sign-in outlives it but the language.
            kept = cookie.get("lang")
            cookie.clear()
            if kept:
                cookie["lang"] = kept
            login_user(form.user, remember=False, authn_via=["password"])
            note(Event.SIGNED_IN)
            return redirect(_wanted())
        error = _("We do not know this address with this password.")
    return page("sign_in.html", 422 if error else 200, form=form, error=error)


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """Sign out here and everywhere: a copied cookie ends too."""
    note(Event.SIGNED_OUT)
    opened.here().forget(account().staff_id)
    handed.here().forget(account().staff_id)
    staff.end_sessions(account())
    logout_user()
    return redirect(url_for("access.sign_in"))


def _wanted() -> str:
    """Return the page that was asked for before the sign-in, if it is one of ours, else the portfolio."""
    wanted = request.args.get("to", "")
    try:
        current_app.url_map.bind("").match(wanted.partition("?")[0], method="GET")
    except HTTPException:
        wanted = ""
    if not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted:
        return url_for("clients.portfolio")
    return request.script_root + wanted
