"""The prose of a report: one file per code and language under `templates/report/wording`, and how it is filled.

A file holds title lines first (the fullest first; the first that is short enough is printed), a blank line, then the
sentence. Belongs here: reading and filling. Does not: which code is said, or of which figure (wording, slots).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from assess import resources
from assess.i18n import number, percent, typeset
from assess.reports.slots import Tokens
from assess.scoring.results import Verdict


def filled(text: str, slots: Mapping[str, Any], tokens: Tokens, locale: str) -> str:
    """Return a text with its slots filled: typeset first, so that typed names stay as they were typed."""
    rows = {"small": int(Verdict.TOO_SMALL), "possible": int(Verdict.POSSIBLE)}
    static = {"hundred": tokens.keep(number(100, locale)), "ninety": tokens.keep(percent(90, locale))}
    rendered = " ".join(_compiled(text).render({**rows, **static, **slots}).split())
    return tokens.fill(typeset(rendered, locale))


@cache
def _environment() -> Environment:
    folder = resources.templates() / "report" / "wording"
    return Environment(
        loader=FileSystemLoader(folder), undefined=StrictUndefined, autoescape=True, keep_trailing_newline=True
    )


@cache
def _compiled(text: str) -> Template:
    return _environment().from_string(text)


@cache
def _file(code: str, locale: str) -> tuple[tuple[str, ...], str]:
    """Return the title lines and the sentence of a code's file."""
    path = resources.templates() / "report" / "wording" / locale / f"{code}.txt"
    if not path.is_file():
        raise KeyError(f"{code} has no text in {locale}: {path.name} is missing")
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    return tuple(line for line in head.splitlines() if line.strip()), body.strip()


def titles(code: str, locale: str) -> tuple[str, ...]:
    """Return the title lines of a code, the fullest first."""
    return _file(code, locale)[0]


def sentence_of(code: str, locale: str) -> str:
    """Return the sentence of a code."""
    return _file(code, locale)[1]
