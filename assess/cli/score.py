"""`assess score`: an existing CSV export enters at disclosure control and leaves as a report (U-120, U-121)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from assess import publish
from assess.advice import load as plays
from assess.advice.model import Playbook
from assess.cli import answers
from assess.cli.instrument import chosen
from assess.instruments.load import InstrumentFaults
from assess.instruments.model import LOCALES, Instrument
from assess.reports.render import Paper

UNUSABLE, REFUSED = 3, 4


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--instrument", "source", required=True, help="A shipped slug or a folder, with :form if it has several.")
@click.option("--side-column", default="side", show_default=True, help="Column that says which side a row is of.")
@click.option("--sides", "pair", help="Two values of that column, first = x: 13,18.")
@click.option("--map", "map_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="TOML map file.")
@click.option("--invited", help="Head counts: S=24,M=18 (letters, codes or the values of --sides).")
@click.option("--locale", "locales", default="en", show_default=True, help="en, fr-CA or en,fr-CA.")
@click.option("--paper", type=click.Choice(["letter", "a4"]), default="letter", show_default=True)
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Date printed on the report; none by default.")
@click.option("--title", default="", help="Name printed on the report; the file's name by default.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of the results.")
def score(
    file: Path,
    source: str,
    side_column: str,
    pair: str | None,
    map_file: Path | None,
    invited: str | None,
    locales: str,
    paper: Paper,
    day: datetime | None,
    title: str,
    out: Path,
) -> None:
    """Score FILE, a wide CSV with a row a person, and write report.pdf, report.json and figures.csv to --out."""
    try:
        instrument, form = chosen(source)
    except InstrumentFaults as error:
        raise refusal(error.faults, UNUSABLE) from error
    playbook = plays_beside(source, instrument)
    wanted = tuple(part.strip() for part in locales.split(","))
    if not set(wanted) <= set(LOCALES):
        raise click.UsageError(f"--locale takes {' or '.join(LOCALES)}, or both with a comma, not {locales}")
    sides = _pair(pair, instrument)
    try:
        read = answers.read(
            file.read_bytes(),
            instrument=instrument,
            form=form,
            side_column=side_column,
            sides=sides,
            mapping=answers.read_map(map_file),
            invited=_invited(invited, instrument, sides),
        )
    except answers.AnswersError as error:
        raise refusal(error.faults, UNUSABLE) from error
    for note in read.notes:
        click.echo(note, err=True)
    scored = publish.score_table(
        read.table,
        instrument=instrument,
        form=form,
        side_names=read.side_names,
        name=title or file.stem,
        options=(side_column, pair or "", invited or ""),
        day=day.date() if day else None,
        paper=paper,
        playbook=playbook,
    )
    if scored is None:
        raise refusal(["Not shown, to protect anonymity: too few answers on a side. Nothing was written."], REFUSED)
    publish.write_outputs(scored, out, locales=wanted, paper=paper)
    for path in sorted(out.iterdir()):
        click.echo(path)


def plays_beside(source: str, instrument: Instrument) -> Playbook | None:
    """Return the playbook of the chosen instrument, if it has one."""
    place = source.partition(":")[0]
    return plays.beside(Path(place), instrument) if Path(place).is_dir() else plays.shipped(place)


def refusal(lines: Sequence[object], code: int) -> click.ClickException:
    """Return an error that prints its lines to stderr and exits with `code`."""
    return _Refusal("\n".join(str(line) for line in lines), code)


class _Refusal(click.ClickException):
    """A refusal with the exit code of U-110."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]  # click declares it on the class and reads it from the instance


def _pair(pair: str | None, instrument: Instrument) -> tuple[str, ...] | None:
    if pair is None:
        return None
    values = tuple(part.strip() for part in pair.split(","))
    if len(values) != len(instrument.sides) or len(set(values)) != len(values) or not all(values):
        raise click.UsageError(f"--sides takes {len(instrument.sides)} different values with commas, not {pair!r}")
    return values


def _invited(text: str | None, instrument: Instrument, sides: tuple[str, ...] | None) -> dict[str, int] | None:
    if text is None:
        return None
    names = {side.letter: side.code for side in instrument.sides} | {s.code: s.code for s in instrument.sides}
    if sides:
        names |= {value: side.code for value, side in zip(sides, instrument.sides, strict=True)}
    found: dict[str, int] = {}
    for part in text.split(","):
        match = re.fullmatch(r"\s*([^=]+?)\s*=\s*(\d+)\s*", part)
        if match is None or match.group(1) not in names:
            raise click.UsageError(
                f"--invited takes SIDE=NUMBER for each side, such as S=24,M=18; cannot read {part!r}"
            )
        found[names[match.group(1)]] = int(match.group(2))
    if len(found) != len(instrument.sides):
        raise click.UsageError("--invited needs a head count for every side")
    return found
