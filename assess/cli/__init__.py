"""The command line: click group `assess`, one module a noun (product.md section 13)."""

from __future__ import annotations

import click

from assess.cli import instrument


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="assess")
def main() -> None:
    """Anonymous assessment of alignment, trust and friction between two departments."""


main.add_command(instrument.instrument)
