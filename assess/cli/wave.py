"""`assess wave count WAVE`: the count of a witnessed wave by whoever runs the server, shares typed at a prompt (U-110).

Nothing typed is an argument, an option or a line of output.
"""

from __future__ import annotations

from contextlib import closing

import click

from assess import publish
from assess.cli.score import UNUSABLE, refusal
from assess.cli.serving import safe
from assess.settings import DatabaseRole, Settings
from assess.surveys import audit, custody, totals, waves
from assess.surveys import count as counting
from assess.surveys.audit import Event
from assess.surveys.count import CountRecord, CountStopped
from assess.surveys.custody import Misread, Paper
from assess.surveys.keys import KeyFolderError
from assess.surveys.moments import GRACE
from assess.surveys.states import KeyMode, State, WaveRefused

REFUSED = 4
_NAMES = {
    Paper.PHRASE: "passphrase",
    Paper.CODE: "code on the witness's sheet",
    Paper.BOX: "half named box",
    Paper.RESULTS: "half named results",
}


@click.group()
def wave() -> None:
    """Work on one wave."""


@wave.command("count")
@click.argument("wave_id", metavar="WAVE")
@click.option("--key-folder-lost", is_flag=True, help="The key folder is lost for good, on every device.")
def count(wave_id: str, key_folder_lost: bool) -> None:
    """Count WAVE, its 32 hexadecimal digits; exit 4 when it is early or a share is missing.

    Two shares open a witnessed wave. The server holds one; type the passphrase or the code, and leave the other blank.
    """
    key = _key(wave_id)
    settings = Settings()
    safe(settings, [DatabaseRole.COUNT])
    with closing(publish.services(settings)) as services:
        counted = _counted(services.at(key), key, key_folder_lost=key_folder_lost)
    click.echo(f"counted {counted.counted} of {counted.used} ballots, root {counted.root}")


def _counted(services: publish.Services, key: bytes, *, key_folder_lost: bool) -> CountRecord:
    with services.sessions() as session:
        found, now, stage = waves.find(session, key), services.clock.now(session), totals.stage(session, key)
    if found is None:
        raise refusal(["there is no such wave"], UNUSABLE)
    if found.state not in {State.OPEN, State.CLOSED}:
        raise refusal([f"{found.label} is {found.state}: only a closed wave can be counted"], REFUSED)
    if now < found.closes_at + GRACE:
        raise refusal([f"{found.label} is still open: nothing is counted before its close"], REFUSED)
    keys, witnessed = services.keys, KeyMode(found.key_mode).witnessed
    try:
        if witnessed:
            texts = {paper: _asked(paper) for paper in (Paper if key_folder_lost else (Paper.PHRASE, Paper.CODE))}
            keys = custody.opened(
                found, custody.read(texts), keys=keys, names=custody.needed(stage), lost=key_folder_lost
            )
            counted = publish.count_wave(services, key, keys)
        else:
            instrument = publish.instrument_of(services, key)
            counted = counting.run(services.sessions, key, keys=keys, clock=services.clock, instrument=instrument)
    except (WaveRefused, CountStopped, KeyFolderError) as error:
        _note(services, Event.SHARE_REFUSED if witnessed else Event.COUNT_REFUSED, key.hex())
        if isinstance(error, KeyFolderError):
            # The environment's fault, with an exit code of its own (`assess.cli`).
            raise
        raise _told(error) from error
    _note(services, Event.SHARE_GIVEN if witnessed else Event.WAVE_COUNTED, f"{key.hex()}: counted")
    return counted


def _note(services: publish.Services, event: Event, detail: str) -> None:
    """Write the act of whoever runs the server into the log, in a transaction of its own."""
    with services.sessions.begin() as session:
        audit.record(session, "operator", event, detail)


def _told(error: WaveRefused | CountStopped) -> click.ClickException:
    if isinstance(error, Misread):
        return refusal([f"{_NAMES[paper]}: {fault}" for paper, fault in error.faults.items()], REFUSED)
    return refusal(error.say("en"), REFUSED)


def _key(typed: str) -> bytes:
    try:
        return bytes.fromhex(typed)
    except ValueError as error:
        raise click.UsageError("WAVE is the 32 hexadecimal digits of the wave's address") from error


def _asked(paper: Paper) -> str:
    return str(click.prompt(_NAMES[paper], default="", show_default=False, hide_input=True, err=True))
