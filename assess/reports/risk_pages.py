"""The risk sheet on paper: its sentences in both languages, its HTML, its PDF by a child process (A-34).

Belongs here: words and pages. Does not: the value (`risk`), any figure: one that nobody measured is said to be so.

Run as `python -I -m assess.reports.risk_pages LOCALE PAPER`, the sheet as JSON on standard input.
"""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, get_args

from assess.i18n import Translate, translator
from assess.reports import child, protection, render, typography
from assess.reports.render import LANGUAGES, Paper
from assess.reports.risk import Device, Sheet, read

ROSTER_LIFE: Final = timedelta(days=30)
ROWS_LIFE: Final = timedelta(days=30)
INPUT_LIMIT: Final = 1024 * 1024

CRITERIA: Final[Mapping[str, tuple[str, ...]]] = {
    "individualisation": ("R3", "R4", "T4"),
    "correlation": ("R5", "T3", "T5", "T6"),
    "inference": ("R2", "T1", "T2"),
}
"""The three criteria of Quebec's regulation (A-2.1, r. 0.1), with what is measured for each (A-34)."""

_ASKED: Final[Mapping[str, str]] = {
    "individualisation": "Individualisation: can one person be told apart?",
    "correlation": "Correlation: can two records be found to be of one person?",
    "inference": "Inference: can something be concluded about one person?",
}
_MEASURES: Final[Mapping[str, str]] = {
    "R2": "No group under the floor can be worked out from printed totals",
    "R3": "No table of answers can be rebuilt from what is printed of a statement",
    "R4": "Each person could still have answered over at least 25 points of a scale",
    "R5": "Nobody who joined or left between two waves is held closer than that",
    "T1": "A reader of all reports and rosters isolates nobody",
    "T2": "The same reader rebuilds no table of answers",
    "T3": "A consultant of another client gets nothing of this one",
    "T4": "An administrator who copied every file links no ballot to a person, beyond chance",
    "T5": "While the wave is open, an administrator finds no answer in clear",
    "T6": "No holder of one key alone opens a ballot",
}
_DEVICES: Final[Mapping[Device, str]] = {
    Device.SAME: "Caution: on the same device as the database, so a copy of that device before the count held both",
    Device.APART: "on another device than the database",
    Device.UNKNOWN: "the database runs on a server of its own; where its disks are is not known here",
}
_KEYS: Final[Mapping[str, str]] = {
    "mail": "The key that derived the codes",
    "box": "The key that opened the box",
    "stat": "The key that opened the results",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a table: a name and what is so. `code`: machine text, in no language."""

    name: str
    text: str
    code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A line of what was measured."""

    id: str
    name: str
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One of the three criteria with its measures."""

    name: str
    measures: tuple[Measure, ...]


def html(sheet_: Sheet, locale: str, paper: Paper) -> str:
    """Return the sheet as one HTML document for print."""
    tr = translator(locale)
    label = typography.wave(sheet_.wave, locale)
    return (
        render.environment()
        .get_template("risk.html")
        .render(
            _=tr,
            lang=LANGUAGES[locale],
            paper=paper,
            sheet=sheet_,
            title=tr("Risk sheet: {client}, {wave}", client=sheet_.client, wave=label),
            running=f"{sheet_.client} · {label}"[: render.HEAD_LIMIT],
            wave=_wave(sheet_, tr, locale),
            criteria=tuple(
                Criterion(name=tr(_ASKED[name]), measures=tuple(_measures(sheet_, ids, tr, locale)))
                for name, ids in CRITERIA.items()
            ),
            measured=_measured(sheet_, tr, locale),
            limits=_limits(sheet_, tr),
            destroyed=tuple(_destroyed(sheet_, tr, locale)),
            law=tr(
                "Quebec: A-2.1, r. 0.1, and P-39.1, s. 23. European Union: GDPR, recital 26, Art. 5, 11, 25, 32, 35."
            ),
            blank="\u00a0",
            review=tr("To be looked at again by {day}.", day=typography.iso_day(sheet_.review_on, locale)),
        )
    )


def _wave(sheet_: Sheet, tr: Translate, locale: str) -> tuple[Line, ...]:
    def day(text: str) -> str:
        return typography.iso_day(text, locale)

    first, *others = sheet_.sides[locale]
    purpose = tr(
        "{instrument}: how {first} and {second} work together, by statistics of groups; no decision about a person",
        instrument=sheet_.instrument[locale],
        first=first,
        second=", ".join(others),
    )
    device = tr(_DEVICES[sheet_.key_device])
    mirror = tr("a second device is written and destroyed alike") if sheet_.key_mirror else tr("no second device")
    floors = tr(
        "{scale} answers a side for scores, {item} for single statements, {comments} for comments",
        **{name: typography.plain(number, locale) for name, number in sheet_.floors.items()},
    )
    lines = [
        Line(name=tr("Purpose"), text=purpose),
        Line(name=tr("In charge"), text=f"{sheet_.operator} ({sheet_.contact})"),
        Line(name=tr("Days"), text=tr("{first} to {last}", first=day(sheet_.opened_on), last=day(sheet_.closed_on))),
        Line(name=tr("Released on"), text=day(sheet_.released_on)),
        Line(name=tr("Keys"), text=tr(protection.KEY_MODES[sheet_.key_mode])),
        Line(name=tr("Witness"), text=sheet_.witness or tr("none")),
        Line(name=tr("Key folder"), text=f"{device}; {mirror}"),
        Line(name=tr("Floors"), text=floors),
        Line(
            name=tr("Figures"),
            text=tr(
                "{figures}, of which {withheld} not shown; audited together with {earlier} earlier reports"
                if sheet_.gate is not None
                else "{figures}, of which {withheld} not shown; not audited with the {earlier} earlier reports",
                figures=typography.plain(sheet_.figures, locale),
                withheld=typography.plain(sheet_.withheld, locale),
                earlier=typography.plain(sheet_.earlier, locale),
            ),
        ),
        Line(name=tr("Registered before opening"), text=sheet_.prereg, code=True),
        Line(name=tr("Fingerprint of the promise"), text=sheet_.promise_sha256, code=True),
    ]
    return tuple(lines)


def _measures(sheet_: Sheet, ids: tuple[str, ...], tr: Translate, locale: str) -> Iterator[Measure]:
    for id_ in ids:
        found = _ruled(sheet_, id_, tr, locale) if id_.startswith("R") else _attacked(sheet_, id_, tr, locale)
        yield Measure(id=id_, name=tr(_MEASURES[id_]), result=found)


def _attacked(sheet_: Sheet, id_: str, tr: Translate, locale: str) -> str:
    """Return what came of an attack; its figures stand in the attached record, in the words of the table."""
    rows = [row for row in (sheet_.attacks.rows if sheet_.attacks else ()) if row.attack == id_]
    if not rows:
        return tr("not measured on this installation")
    broken = sum(not row.holds for row in rows)
    slots = {"n": typography.plain(len(rows), locale), "broken": typography.plain(broken, locale)}
    if broken:
        return tr(
            "DOES NOT HOLD. Measured: {n}; outside what chance or the rule allows, or blind to the weakness planted to "
            "try it: {broken}.",
            **slots,
        )
    return tr(
        "holds. Measured: {n}; all lie within what chance or the rule allows, and each finds the weakness planted to "
        "try it.",
        n=slots["n"],
    )


def _ruled(sheet_: Sheet, id_: str, tr: Translate, locale: str) -> str:
    gate = sheet_.gate
    if gate is None:
        return tr("not measured for this wave")
    if id_ == "R5" and gate.earlier == 0:
        return tr("no earlier report to hold it against")
    held = tr("holds: each of the {n} figures that are printed passed", n=typography.plain(gate.printed, locale))
    if id_ != "R5" or gate.fives == 0:
        return held
    return held + tr("; {n} of them in steps of five points only", n=typography.plain(gate.fives, locale))


def _measured(sheet_: Sheet, tr: Translate, locale: str) -> str:
    if sheet_.attacks is None:
        return tr("The attacks were not run at full size for this installation; make attack runs them.")
    return tr(
        "Attacks measured with assess {version} on {day}, at full size; every figure is in risk.json, attached, and in "
        "the table of the documentation.",
        version=sheet_.attacks.version,
        day=typography.iso_day(sheet_.attacks.day, locale),
    )


def _limits(sheet_: Sheet, tr: Translate) -> tuple[str, ...]:
    shared = tr(protection.NOT_PROTECTED)
    if sheet_.key_mode == "service":
        own = tr("In this key mode also: somebody who copies the key folder and the database before the count.")
    else:
        own = tr("In this key mode also: two holders of keys who cheat together.")
    small = tr("A group whose members all answer the same shows what each of them answered.")
    return (shared, own, small)


def _destroyed(sheet_: Sheet, tr: Translate, locale: str) -> Iterator[Line]:
    closed = date.fromisoformat(sheet_.closed_on)
    for key in sheet_.destroyed:
        yield Line(name=tr(_KEYS[key.name]), text=" · ".join((key.fingerprint[:20], *key.files)), code=True)
    if sheet_.destroyed_on is not None:
        yield Line(name=tr("Destroyed on"), text=typography.iso_day(sheet_.destroyed_on, locale))
    if sheet_.signature is not None:
        yield Line(name=tr("Signature"), text=sheet_.signature, code=True)
    for name, life in ((tr("Roster deleted by"), ROSTER_LIFE), (tr("Shuffled answers and their key by"), ROWS_LIFE)):
        # A day later: both count from an instant that may fall on the next day of the wave's zone.
        yield Line(name=name, text=typography.iso_day((closed + life + timedelta(days=1)).isoformat(), locale))


def pdf(data: bytes, locale: str, paper: Paper) -> bytes:
    """Return a stored sheet as a tagged PDF, made by a child process that knows nothing else (R-44)."""
    day = date.fromisoformat(read(data).released_on)
    return render.apart("assess.reports.risk_pages", (locale, paper), data, day)


def main(arguments: list[str]) -> int:
    """Read a sheet, write its PDF; return 0, or 2 for arguments nobody would send."""
    child.limit()
    logging.disable(logging.CRITICAL)
    from assess.reports import pdf as drawing
    from assess.reports import tagging

    locale, asked = arguments
    paper = next((each for each in get_args(Paper) if each == asked), None)
    if locale not in LANGUAGES or paper is None:
        return 2
    data = sys.stdin.buffer.read(INPUT_LIMIT)
    found = read(data)
    drawn = io.BytesIO()
    drawing.laid_out(html(found, locale, paper)).write_pdf(drawn, pdf_variant=drawing.VARIANT)
    day = drawing.midnight(date.fromisoformat(found.released_on))
    sheet_json = tagging.Attached(name="risk.json", data=data, mime="application/json", relation="Source")
    sys.stdout.buffer.write(tagging.finish(drawn.getvalue(), attachments=(sheet_json,), at=day))
    return 0


if __name__ == "__main__":
    sys.exit(child.guarded(sys.argv[1:], main))
