"""Files that pages fetch: the fonts that the report ships (look.md, Type)."""

from __future__ import annotations

from flask import Blueprint, Response, abort, send_from_directory

from assess import resources

blueprint = Blueprint("files", __name__)


@blueprint.get("/fonts/<name>")
def font(name: str) -> Response:
    """Send a font of the report."""
    if not name.endswith(".ttf"):
        abort(404)
    return send_from_directory(resources.templates() / "report" / "fonts", name, mimetype="font/ttf", max_age=86400)
