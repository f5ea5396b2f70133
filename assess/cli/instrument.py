"""`assess instrument`: check a folder, lock a version; and what `--instrument` names (U-110, U-120, I-25)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from assess.advice import load as plays
from assess.advice.faults import PlaybookFaults
from assess.instruments import lint, lock
from assess.instruments.faults import Fault, InstrumentFaults
from assess.instruments.load import read, shipped
from assess.instruments.model import Instrument

WRONG = 1
UNUSABLE = 3

FOLDER = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))


@click.group()
def instrument() -> None:
    """Questionnaires: folders in the format of docs/instruments.md."""


@instrument.command()
@FOLDER
@click.option("--json", "as_json", is_flag=True, help="Print the faults as a JSON list.")
def check(folder: Path, *, as_json: bool) -> None:
    """Report every fault of an instrument folder as `file: key: message`."""
    try:
        faults = (*lint.problems(folder), *_plays(folder))
        code = WRONG if faults else 0
    except InstrumentFaults as unreadable:
        faults, code = unreadable.faults, UNUSABLE
    if as_json:
        click.echo(
            json.dumps([{"file": f.file, "key": f.key, "message": f.message} for f in faults], ensure_ascii=False)
        )
    else:
        _print(faults, to_stderr=code == UNUSABLE)
    sys.exit(code)


@instrument.command("lock")
@FOLDER
def lock_version(folder: Path) -> None:
    """Add the hashes of this version to LOCK.toml; refuse a change without a new version."""
    try:
        text = lock.written(read(folder), folder)
    except InstrumentFaults as refused:
        _print(refused.faults, to_stderr=True)
        sys.exit(UNUSABLE if refused.unreadable else WRONG)
    (folder / lock.LOCK).write_text(text, encoding="utf-8")
    click.echo(f"{folder / lock.LOCK}")


def chosen(source: str) -> tuple[Instrument, str]:
    """Return the instrument and form that `--instrument` names: a shipped slug or a folder, with `:form` (U-120).

    Without a form: `core`, or the only form. What is wrong is an `InstrumentFaults`.
    """
    name, _, form = (source, "", "") if Path(source).is_dir() else source.partition(":")
    found = read(Path(name)) if Path(name).is_dir() else shipped(name)
    form = form or ("core" if "core" in found.forms else next(iter(found.forms)))
    if form not in found.forms:
        message = f"{form} is not a form of {found.id} ({', '.join(found.forms)})"
        raise InstrumentFaults((Fault(file=name, key="", message=message),), unreadable=True)
    return found, form


def _plays(folder: Path) -> tuple[Fault, ...]:
    """Return the faults of the plays beside an instrument that loads; a folder without plays has none."""
    try:
        plays.beside(folder, read(folder))
    except InstrumentFaults:
        return ()  # the instrument's own faults are listed already
    except PlaybookFaults as found:
        return found.faults
    return ()


def _print(faults: tuple[Fault, ...], *, to_stderr: bool) -> None:
    for fault in faults:
        click.echo(str(fault), err=to_stderr)
