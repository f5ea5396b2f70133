"""The style guide: every component once, for who changes one. Served in debug only (look.md, Components)."""

from __future__ import annotations

from flask import Blueprint

from assess.web.console.chips import Chip
from assess.web.console.forms import RosterForm
from assess.web.console.request import page

blueprint = Blueprint("styleguide", __name__)


@blueprint.get("/styleguide")
def show() -> tuple[str, int]:
    """Show every component."""
    shapes = ("draft", "open", "closed", "counted", "released", "attention")
    return page("styleguide.html", form=RosterForm(), chips=[Chip(shape=shape, words=shape) for shape in shapes])
