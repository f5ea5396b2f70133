"""The child process that makes one PDF: facts on standard input, PDF on standard output, nothing else (R-44).

Run as `python -I -m assess.reports.child LOCALE PAPER VARIANT`. It sets its own limits before it reads a byte, and
writes to standard error only what kind of fault stopped it.
"""

from __future__ import annotations

import resource
import sys
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
    from assess.reports import facts, pdf, render

    locale, paper, variant = arguments
    if locale not in render.LANGUAGES or paper not in get_args(render.Paper) or variant not in get_args(render.Variant):
        return 2
    data = sys.stdin.buffer.read(INPUT_LIMIT)
    read = facts.read(data)
    sys.stdout.buffer.write(pdf.make(read, data, locale, paper, variant))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
