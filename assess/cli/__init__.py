"""The command line: click group `assess`, one module a noun (product.md section 13)."""

from __future__ import annotations

import click

from assess.cli import demo, instrument, score, serving, staff, upkeep


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="assess")
def main() -> None:
    """Anonymous assessment of alignment, trust and friction between two departments."""


for command in (
    demo.demo,
    serving.serve,
    serving.worker,
    serving.due,
    score.score,
    staff.staff,
    instrument.instrument,
    upkeep.db,
    upkeep.doctor,
    upkeep.report,
):
    main.add_command(command)
