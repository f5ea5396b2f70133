"""One response of every state of the respondent application: what the tests of headers, sizes and the network share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from respond_house import House, answered, checked
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

FORM_PAGES = {"questions", "again", "m9", "m10", "check", "m8", "not-part", "longest"}


def every_response(house: House, locale: str, *, side: str = "sales") -> dict[str, TestResponse]:
    """Return one response of every state, by name."""
    code = house.codes[side][0]
    client, language = house.client, {"Accept-Language": locale}

    def post(path: str, fields: Mapping[str, str]) -> TestResponse:
        return client.post(path, data=fields, headers=language)

    typed = {"code": code, "lang": locale}
    closed = list(answered(house, locale, code=code))
    full = answered(house, locale, code=code)
    made = {
        "e0": client.get("/w/", headers=language),
        "css": client.get("/w/static/respond.css"),
        "js": client.get("/w/static/respond.js"),
        "404": client.get("/w/static/none.css", headers=language),
        "404-deep": client.get("/w/a/b", headers=language),
        "405": client.get("/w/drop", headers=language),
        "405-options": client.open("/w/start", method="TRACE", headers=language),
        "413": post("/w/drop", full | {"OQ1": "x" * 70_000}),
        "m1": post("/w/start", typed | {"code": "ZZZZ-ZZZZ-ZZZZ-ZZZZ"}),
        "m1-drop": post("/w/drop", full | {"code": "ZZZZ-ZZZZ-ZZZZ-ZZZZ"}),
        "questions": post("/w/start", typed),
        "m9": post("/w/check", typed),
        "m10": post("/w/check", full | {"OQ1": "x" * 1501} if "OQ1" in closed else full | {"AL1": "9"}),
        "not-part": post("/w/check", full | {"ZZ9": "1"}),
        "check": post("/w/check", full),
    }
    sent = checked(house, locale, code=code)
    made["longest"] = post("/w/check", full | {q: "&" * 1500 for q in ("OQ1", "OQ2") if q in full})
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr("assess.surveys.box.put", failing)
        made["m8"] = post("/w/drop", sent)
        broken.setattr("assess.web.respond.lookup.look", failing)
        made["m8-start"] = post("/w/start", typed)
    made["e4"] = post("/w/drop", sent)
    made["again"] = post("/w/start", typed)
    made["e4-replaced"] = post("/w/drop", checked(house, locale, code=code, AL1="1"))
    house.clock.set(house.wave.opens_at - timedelta(days=1))
    made["m2"] = post("/w/start", typed)
    house.clock.set(house.wave.closes_at + timedelta(days=1))
    made["m3"] = post("/w/drop", sent)
    house.clock.set(house.wave.opens_at + timedelta(hours=1))
    return made


def failing(*_: object, **__: object) -> None:
    raise OperationalError("select", {}, Exception("database is locked"))
