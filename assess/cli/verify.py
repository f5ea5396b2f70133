"""`assess verify`: the one-file check of a survey's receipts, as a command (U-110, A-10).

Belongs here: handing over what was typed. Does not: any check (`assess.verify`, which runs without assess).
"""

from __future__ import annotations

import sys

import click

from assess import verify as checking


@click.command()
@click.argument("receipts", metavar="LIST")
@click.argument("record", metavar="RECORD")
@click.option("--receipt", metavar="R", help="Your own receipt: is it on the list?")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@click.option("--lang", type=click.Choice(sorted(checking.SAYINGS)), default="en", help="Language of the outcome.")
def verify(receipts: str, record: str, receipt: str | None, lang: str, *, as_json: bool) -> None:
    """Check LIST (receipts.txt) against RECORD (record.json) of a survey's page: totals and root, or what is wrong."""
    options = [
        f"--lang={lang}",
        *(["--json"] if as_json else []),
        *([] if receipt is None else [f"--receipt={receipt}"]),
    ]
    sys.exit(checking.main([*options, "--", receipts, record]))
