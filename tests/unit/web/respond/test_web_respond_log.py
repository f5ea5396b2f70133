"""A-23, T9: a log says route and exception class; code, answers, address and agent appear nowhere."""

from __future__ import annotations

import io
import json
import logging
import traceback
from unittest.mock import Mock

import pytest
import structlog
from respond_house import House, answered, checked
from sqlalchemy.exc import OperationalError

from assess.web.respond import posted
from assess.web.shared import faults

ADDRESS = "203.0.113.77"
AGENT = "CanaryAgent/9.9"
COMMENT = "canary in the coal mine"


def canaries(house: House) -> list[str]:
    return [house.code, house.code.replace("-", ""), COMMENT, ADDRESS, AGENT, "try", "OQ1"]


def leaks(house: House, text: str) -> list[str]:
    """Return the canaries that a log shows."""
    return [canary for canary in canaries(house) if canary.lower() in text.lower()]


def post(house: House, path: str, fields: dict[str, str]) -> int:
    headers = {"User-Agent": AGENT, "X-Forwarded-For": ADDRESS, "Referer": f"https://x.example/{house.code}"}
    response = house.client.post(path, data=fields, headers=headers, environ_overrides={"REMOTE_ADDR": ADDRESS})
    return response.status_code


def failing(*given: object, **_: object) -> None:
    """Fail as a database does: with the values in the message."""
    raise OperationalError("insert into box", {"given": repr(given)}, Exception(repr(given)))


def test_a_forced_fault_logs_route_and_class_only(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    fields = checked(house, OQ1=COMMENT)
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("assess.surveys.box.put", failing)
    assert post(house, "/w/drop", fields) == 503
    assert json.loads(house.log.getvalue()) == {
        "error": "OperationalError",
        "event": "fault",
        "level": "error",
        "route": "/w/drop",
    }
    monkeypatch.setattr("assess.web.respond.pages.check", failing)
    assert post(house, "/w/drop", fields) == 500
    assert house.log.getvalue().count("\n") == 3
    said = capfd.readouterr()
    assert leaks(house, house.log.getvalue() + said.out + said.err + everything(caplog)) == []


def test_a_log_that_cannot_be_written_costs_nobody_their_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """M8, section 9 (disk full): found by `make attack`, where the log lay on the disk that was full."""
    monkeypatch.setattr("assess.surveys.box.put", failing)
    monkeypatch.setattr(house.log, "write", Mock(side_effect=OSError("File too large")))
    response = house.client.post("/w/drop", data=checked(house, OQ1=COMMENT))
    assert response.status_code == 503
    assert "Your answers are still on this page" in response.text
    assert COMMENT in response.text


def test_what_goes_well_is_not_logged_at_all(
    house: House, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for path, fields in (
        ("/w/start", {"code": house.code}),
        ("/w/check", answered(house, OQ1=COMMENT)),
        ("/w/drop", checked(house, OQ1=COMMENT)),
        ("/w/drop", {"code": "wrong", "OQ1": COMMENT}),
        ("/w/check", answered(house, OQ1=COMMENT * 200)),
    ):
        post(house, path, fields)
    said = capfd.readouterr()
    assert house.log.getvalue() == ""
    assert leaks(house, said.out + said.err + everything(caplog)) == []


def test_the_processor_drops_whatever_a_careless_call_hands_it(house: House) -> None:
    stream = io.StringIO()
    careless(faults.logger(stream), house)
    assert leaks(house, stream.getvalue()) == []
    assert set(json.loads(stream.getvalue())) == {"event", "level", "route"}


def test_a_log_without_the_processor_is_caught(house: House) -> None:
    """The planted weakness: the same careless call through an ordinary logger."""
    stream = io.StringIO()
    careless(
        structlog.wrap_logger(structlog.PrintLogger(stream), processors=[structlog.processors.JSONRenderer()]), house
    )
    assert leaks(house, stream.getvalue()) == canaries(house)


def test_a_debug_log_is_caught(
    own_house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The planted weakness: somebody logs the posted form to see what is wrong."""
    caplog.set_level(logging.DEBUG)
    read = posted.fields

    def logged(body: bytes) -> posted.Sent:
        logging.getLogger("assess").debug("posted %s", dict(read(body)))
        return read(body)

    monkeypatch.setattr(posted, "fields", logged)
    monkeypatch.setattr("assess.surveys.box.put", failing)
    assert post(own_house, "/w/drop", {**answered(own_house, OQ1=COMMENT), "try": "ab" * 16}) == 503
    assert {own_house.code, COMMENT} <= set(leaks(own_house, everything(caplog)))


def careless(log: structlog.BoundLogger, house: House) -> None:
    said = f"failed for {house.code}"
    log.error(
        said,
        route="/w/drop",
        code=house.code,
        bare=house.code.replace("-", ""),
        form={"OQ1": COMMENT, "try": "ab"},
        ip=ADDRESS,
        user_agent=AGENT,
    )


def everything(caplog: pytest.LogCaptureFixture) -> str:
    """Return every record of every logger, tracebacks included."""
    return "\n".join(
        record.getMessage() + ("".join(traceback.format_exception(*record.exc_info)) if record.exc_info else "")
        for record in caplog.records
    )
