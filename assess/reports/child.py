"""The child process that makes one PDF: facts on standard input, PDF on standard output, nothing else (R-44).

Run as `python -I -m assess.reports.child LOCALE PAPER VARIANT`. It sets its own limits before it reads a byte, and
writes to standard error only what kind of fault stopped it.
"""

from __future__ import annotations

import logging
import resource
import sys
from collections.abc import Callable
from typing import Final, get_args

ADDRESS_SPACE: Final = 1024 * 1024 * 1024
CPU_SECONDS: Final = 60
DESCRIPTORS: Final = 64
INPUT_LIMIT: Final = 20 * 1024 * 1024


def limit() -> None:
    """Take away memory, time and descriptors beyond what a report needs."""
    for kind, most in (
        (resource.RLIMIT_AS, ADDRESS_SPACE),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_NOFILE, DESCRIPTORS),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        lower = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (lower, lower))


def main(arguments: list[str]) -> int:
    """Read facts, write the PDF; return 0, or 2 for arguments nobody would send."""
    limit()
    logging.disable(logging.CRITICAL)
    from assess.reports import facts, pdf, render

    locale, asked_paper, asked_variant = arguments
    paper = next((each for each in get_args(render.Paper) if each == asked_paper), None)
    variant = next((each for each in get_args(render.Variant) if each == asked_variant), None)
    if locale not in render.LANGUAGES or paper is None or variant is None:
        return 2
    data = sys.stdin.buffer.read(INPUT_LIMIT)
    read = facts.read(data)
    sys.stdout.buffer.write(pdf.make(read, data, locale, paper, variant))
    return 0


def guarded(arguments: list[str], make: Callable[[list[str]], int] = main) -> int:
    """Do as `main`; a fault leaves its kind alone on standard error, never what was read."""
    try:
        return make(arguments)
    except BaseException as fault:  # noqa: BLE001 - WeasyPrint's fatal error is no Exception, and nothing may be told
        sys.stderr.write(type(fault).__name__)
        return 1


if __name__ == "__main__":
    sys.exit(guarded(sys.argv[1:]))
