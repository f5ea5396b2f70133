"""What the anonymity page prints of the provenance (R-21): only what was promised, done and destroyed.

Nothing here depends on an answer.
"""

from __future__ import annotations

from typing import Final

from assess.disclosure.policy import MEAN_STEP
from assess.i18n import Translate
from assess.reports import typography
from assess.reports.annex import Annex, Passage, Record
from assess.reports.charts.source import Source
from assess.reports.decisions import Fact

ROSTER_DAYS: Final = 30
ROWS_DAYS: Final = 30
COARSE: Final = (9, 29, 5)
"""Largest smaller side whose scales, and whose statements, are printed coarsely; steps of a statement's interval."""


def anonymity(source: Source) -> Annex:
    """Return the anonymity page (R-21)."""
    record, tr = Record(source=source), source.tr
    promise = record.part("promise").get(source.locale)
    policy = record.part("policy")
    floors = tr(
        "Scores are shown from {scale} answers on each side, single statements from {item}. If one side falls short, "
        "neither is shown, and nobody is told which.",
        scale=record.count(policy.get("floor_scale", "")),
        item=record.count(policy.get("floor_item", "")),
    )
    low, high, step = COARSE
    coarse = tr(
        "With up to {low} answers on a side, scales are printed more coarsely; with up to {high}, statements: whole "
        "points, ends of intervals moved outward, shares and ends of statements in steps of {step}, very low and very "
        "high values as a limit only.",
        low=record.count(low),
        high=record.count(high),
        step=record.count(step),
    )
    parts = (
        Passage(name=tr("Floors and rounding"), texts=(floors, coarse)),
        Passage(name=tr("What is destroyed, and when"), texts=_destroyed(tr, record)),
        Passage(name=tr("What cannot be protected"), texts=_limits(tr)),
        _audit(tr, record),
    )
    return Annex(
        parts=parts,
        facts=tuple(_records(record)),
        promise=tuple(str(sentence) for sentence in promise) if isinstance(promise, list) else (),
    )


def _audit(tr: Translate, record: Record) -> Passage:
    """Return what was held against earlier reports; facts from before there was a gate say that it was not done."""
    audit = record.part("audit")
    if not audit:
        return Passage(name=tr("What was not done"), texts=(tr("Not audited against earlier waves."),))
    earlier = audit.get("earlier")
    held = (
        tr("Audited against the releases of earlier waves: {n}.", n=record.count(earlier))
        if earlier
        else tr("Audited by itself: no earlier wave was released.")
    )
    fives = tr(
        "So that nothing can be read of the few who joined or left, some scores are printed in steps of {step} points "
        "and their change as a direction only.",
        step=record.count(MEAN_STEP),
    )
    return Passage(name=tr("What was checked"), texts=(held, *([fives] if audit.get("by_fives") else [])))


def _destroyed(tr: Translate, record: Record) -> tuple[str, ...]:
    return (
        tr("At the count: the keys of the box, every envelope and its code, and the box itself."),
        tr("{days} days after closing: the list of those invited.", days=record.count(ROSTER_DAYS)),
        tr(
            "{days} days after the count: the shuffled answers, sealed and without names until then, and their key.",
            days=record.count(ROWS_DAYS),
        ),
    )


def _limits(tr: Translate) -> tuple[str, ...]:
    return (tr(NOT_PROTECTED),)


NOT_PROTECTED: Final = (
    "Not protected: an operator who changes the program; a watched device or network; colleagues who pool every answer "
    "but yours; a court order before the count; the fact that you answered, from whoever keeps mails and backups; a "
    "false ballot cast with an unused code (your link would show it)."
)
KEY_MODES: Final = {
    "service": "service: our server holds the keys until the count",
    "witnessed": "witnessed: two of three shares opened the box; a colleague of those who answered holds one",
    "self_hosted": "witnessed: the box opened only with the share of a colleague of those who answered",
}
_HALF: Final = {
    True: "destroyed after the count, as the witness confirmed",
    False: "its destruction was not confirmed when this report was made",
}


def _records(record: Record) -> list[Fact]:
    tr, locale = record.source.tr, record.source.locale
    wave, box, policy = (record.part(name) for name in ("wave", "box", "policy"))
    found: list[Fact] = []
    if wave.get("opened_on") and wave.get("closed_on"):
        days = tr(
            "{first} to {last}",
            first=typography.iso_day(str(wave["opened_on"]), locale),
            last=typography.iso_day(str(wave["closed_on"]), locale),
        )
        found.append(Fact(name=tr("Days of answering"), text=f"{days} ({wave.get('zone', '')})"))
    if box:
        names = {
            "invited": "invited {n}",
            "used": "envelopes used {n}",
            "replaced": "replaced {n}",
            "spoiled": "spoiled {n}",
            "counted": "counted {n}",
        }
        totals = ", ".join(tr(text, n=record.count(box[name])) for name, text in names.items() if name in box)
        found.append(Fact(name=tr("Totals of the box"), text=totals))
    key_mode = KEY_MODES.get(str(policy.get("key_mode", "")))
    if key_mode and box:
        found.append(Fact(name=tr("Keys"), text=tr(key_mode)))
    if box and "witness_half_destroyed" in policy:
        half = _HALF[bool(policy["witness_half_destroyed"])]
        found.append(Fact(name=tr("Half of the key on the witness's sheet"), text=tr(half)))
    registered = tr("Registered before opening") if box else tr("Fingerprint of the options")
    found += [
        Fact(name=tr("Figures not shown"), text=record.count(record.text("withheld") or 0)),
        Fact(name=tr("Root of the receipts"), text=record.text("merkle_root"), code=True),
        Fact(name=registered, text=record.text("prereg"), code=True),
        Fact(name=tr("Fingerprint of the promise"), text=str(policy.get("promise_sha256") or ""), code=True),
    ]
    return [fact for fact in found if fact.text]
