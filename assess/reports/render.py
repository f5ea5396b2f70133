"""From facts to a page and to a PDF: `html` in this process, `pdf` in a child with hard limits (R-43, R-44).

Belongs here: the report's own Jinja environment and the parent's side of the child process. Does not: WeasyPrint
(`pdf`), what a page holds (`pages`, `decisions`, `annex`), numbers (`typography`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from calendar import timegm
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from assess import resources
from assess.i18n import translator
from assess.reports import annex, decisions, facts, pages, protection, tiles, typography, wording
from assess.reports.charts.source import Source
from assess.reports.facts import Facts
from assess.reports.pages import Page

Paper = Literal["letter", "a4"]
Variant = Literal["report", "brief"]
PAPERS: Final = ("letter", "a4")
LANGUAGES: Final = {"en": "en", "fr-CA": "fr-CA"}

HEAD_LIMIT: Final = 40
"""Characters of a running head (R-33)."""
WALL_SECONDS: Final = 90
FAULT_LIMIT: Final = 200
OUTPUT_LIMIT: Final = 5 * 1024 * 1024
MARKS: Final = ("●", "◆")

MEANINGS: Final = (
    "Too few people answered on a side. Nothing else can be read from it.",
    "The gap lies beyond the threshold for action: worth a decision.",
    "Which way it goes is settled; whether it matters is not.",
    "There is a difference, and it is below the threshold for action.",
    "A finding: a gap that matters does not fit the answers.",
    "Among so many comparisons one like it can arise by chance: look again next wave.",
    "The answers leave it open. That is not the same as no gap.",
)
"""What each verdict means to a reader, in the order of S-30."""


class RenderError(RuntimeError):
    """The child process gave no PDF; the message says what it wrote, never what it read."""


@cache
def environment() -> Environment:
    """Return the report's Jinja environment: strict, escaping, with nothing of a request in it."""
    return Environment(
        loader=FileSystemLoader(resources.templates() / "report"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )


def html(
    facts_: Facts, locale: str, paper: Paper, variant: Variant = "report", *, tight: frozenset[str] = frozenset()
) -> str:
    """Return the report, or its brief alone, as one HTML document for print.

    `tight`: blocks set with less space between lines of tables, so that they keep to their page.
    """
    if paper not in PAPERS:
        raise ValueError(f"paper is letter or a4, not {paper}")
    return environment().get_template("report.html").render(tight=tight, **_context(facts_, locale, paper, variant))


def pdf(facts_bytes: bytes, locale: str, paper: Paper, variant: Variant = "report") -> bytes:
    """Return the PDF of stored facts, made by a child process that knows nothing else (R-44)."""
    day = release_day(facts.read(facts_bytes))
    return apart("assess.reports.child", (locale, paper, variant), facts_bytes, day)


def apart(module: str, arguments: Sequence[str], data: bytes, day: date | None) -> bytes:
    """Return what a module of ours writes for data on its standard input, in a process of its own (R-44)."""
    with tempfile.TemporaryDirectory(prefix="assess-render-") as folder:
        fonts = Path(folder) / "fonts.conf"
        fonts.write_text("<fontconfig/>\n", encoding="utf-8")
        try:
            done = subprocess.run(  # noqa: S603 - our own module, fixed arguments, data on standard input
                [sys.executable, "-I", "-m", module, *arguments],
                input=data,
                capture_output=True,
                timeout=WALL_SECONDS,
                check=False,
                cwd=folder,
                env=_surroundings(day, fonts),
            )
        except subprocess.TimeoutExpired as error:
            raise RenderError(f"rendering took longer than {WALL_SECONDS} seconds") from error
    if done.returncode != 0:
        fault = done.stderr.decode(errors="replace")[-FAULT_LIMIT:]
        raise RenderError(f"rendering failed with status {done.returncode}: {fault}")
    if len(done.stdout) > OUTPUT_LIMIT:
        raise RenderError(f"the PDF has {len(done.stdout)} bytes, over the limit of {OUTPUT_LIMIT}")
    return done.stdout


def release_day(facts_: Facts) -> date | None:
    """Return the day printed as the report's date; a file scored without a date has none."""
    day = pages.mapping(facts_.provenance.get("wave")).get("released_on")
    return date.fromisoformat(day) if isinstance(day, str) else None


def _surroundings(day: date | None, fonts: Path) -> dict[str, str]:
    return {
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "SOURCE_DATE_EPOCH": str(timegm(day.timetuple()) if day else 0),
        "FONTCONFIG_FILE": os.fspath(fonts),
    }


def _context(facts_: Facts, locale: str, paper: Paper, variant: Variant) -> dict[str, Any]:
    source = Source(facts=facts_, locale=locale)
    _ = translator(locale)
    found = pages.read(facts_, locale)
    shown = tuple(page for page in found if page.block.id == "brief") if variant == "brief" else found
    wave = pages.mapping(facts_.provenance.get("wave"))
    label = typography.wave(str(wave.get("label") or ""), locale)
    label = "" if label == facts_.client.name else label
    day = release_day(facts_)
    context = {
        "_": _,
        "lang": LANGUAGES[locale],
        "paper": paper,
        "title": _("{client}: report, {wave}", client=facts_.client.name, wave=label)
        if label
        else _("{client}: report", client=facts_.client.name),
        "released_on": day.isoformat() if day else "",
        "client": facts_.client.name,
        "subtitle": _subtitle(source, label, day),
        "running": _running(facts_.client.name, label),
        "sides": tuple(source.short(index) for index in range(len(source.sides))),
        "marks": MARKS,
        "pages": shown,
        "template": _template,
        "contents": tuple(page for page in found if page.block.id not in ("brief", "reading")),
        "from_file": wave.get("source") == "file",
        "brief": {
            "tiles": (),
            "decisions": (),
            "trust": "",
        },
        "labels": tuple(
            {"name": wording.verdict_label(row + 1, locale), "means": _(MEANINGS[row])} for row in range(len(MEANINGS))
        ),
        "cards": decisions.cards(source),
        "considered": decisions.considered(source),
        "options": decisions.options(source),
        "method": annex.method(source),
        "anonymity": protection.anonymity(source),
    }
    return {**context, **typography.macros(locale), **_policy(source), **_brief(source, found)}


def _brief(source: Source, found: tuple[Page, ...]) -> dict[str, Any]:
    page = next((page for page in found if page.block.id == "brief"), None)
    if page is None:
        return {}
    return {
        "brief": {
            "tiles": tiles.tiles(source, page.block),
            "decisions": decisions.decisions(source),
            "trust": " ".join(page.notes),
        }
    }


def _policy(source: Source) -> dict[str, Any]:
    policy: Mapping[str, Any] = pages.mapping(source.facts.provenance.get("policy"))
    return {name: policy[name] for name in ("floor_scale", "floor_item", "margin_scale", "margin_item")}


def _template(page: Page) -> str:
    own = ("brief", "reading", "process", "options", "method", "anonymity")
    return page.block.id if page.block.id in own else "evidence"


def _subtitle(source: Source, label: str, day: date | None) -> str:
    _ = source.tr
    sides = _("{first} and {second}", first=source.short(0), second=source.short(1))
    parts = [sides, label]
    if day is not None:
        parts.append(_("released {day}", day=typography.iso_day(day.isoformat(), source.locale)))
    return " · ".join(part for part in parts if part)


def _running(client: str, label: str) -> str:
    """Return the running head: the client and the wave, at most forty characters."""
    wave = f" · {label}" if label else ""
    room = HEAD_LIMIT - len(wave)
    name = client if len(client) <= room else client[: room - 1].rstrip() + "…"
    return name + wave
