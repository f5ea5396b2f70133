"""What the method page prints of the provenance (R-20): only what was computed. The anonymity page is `protection`.

Each passage is a heading and short sentences; each record a name and a value. Nothing here depends on an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from assess.i18n import Translate, number, percent
from assess.reports.charts.source import Source
from assess.reports.decisions import Fact
from assess.reports.pages import mapping
from assess.reports.soundness import soundness
from assess.reports.sources import FAMILIES
from assess.scoring.control import BASELINE

RESAMPLES: Final = 2000
RECOMMENDED: Final = 1600
CONSIDERED: Final = 1000
HEADING: Final = 130
"""Characters of text that a heading and the space round it are worth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A heading and its sentences."""

    name: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """A page of passages and records; `promise`: the sentences respondents read."""

    parts: tuple[Passage, ...]
    facts: tuple[Fact, ...]
    promise: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[tuple[Passage, ...], tuple[Passage, ...]]:
        """The passages in two columns of about the same length, in reading order."""
        lengths = [HEADING + sum(map(len, part.texts)) for part in self.parts]
        half = min(range(len(lengths) + 1), key=lambda at: abs(sum(lengths[:at]) - sum(lengths[at:])))
        return self.parts[:half], self.parts[half:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The provenance as the annexes read it."""

    source: Source

    def part(self, name: str) -> Mapping[str, Any]:
        """Return a node of the provenance, empty where this report has none."""
        return mapping(self.source.facts.provenance.get(name))

    def text(self, name: str) -> str:
        """Return a top value of the provenance as text, empty where there is none."""
        value = self.source.facts.provenance.get(name)
        return "" if value is None else str(value)

    def count(self, value: object) -> str:
        """Return a count or margin as printed."""
        return number(str(value), self.source.locale)


def method(source: Source) -> Annex:
    """Return the method page (R-20)."""
    record, tr = Record(source=source), source.tr
    parts = (
        Passage(name=tr("From answers to scores"), texts=_scores(tr, record)),
        Passage(name=tr("When a difference counts"), texts=_differences(tr, record)),
        Passage(name=tr("Many comparisons"), texts=_families(tr, record)),
        Passage(name=tr("Whom the numbers speak of"), texts=_whom(tr, record)),
        Passage(name=tr("Change from wave to wave"), texts=_change(tr, record)),
        Passage(name=tr("How sound the answers are"), texts=soundness(source)),
        Passage(name=tr("How changes are chosen"), texts=_plays(tr, record)),
        Passage(name=tr("Rounding"), texts=_rounding(tr)),
        Passage(name=tr("Limits"), texts=(source.words.unvalidated,)),
    )
    return Annex(parts=tuple(part for part in parts if any(part.texts)), facts=tuple(_versions(record)))


def _scores(tr: Translate, record: Record) -> tuple[str, ...]:
    return (
        tr(
            "Each answer counts from {low}, the lowest level, to {high}, the highest. A person’s score on a scale is "
            "the mean of the answers given, where enough were given; nothing is filled in.",
            low=record.count(0),
            high=record.count(100),
        ),
        tr("A team’s score is the mean of its people; both teams together is the plain mean of the two teams."),
    )


def _differences(tr: Translate, record: Record) -> tuple[str, ...]:
    policy = record.part("policy")
    return (
        tr(
            "A difference is worth acting on from {scale} points on a scale and {item} on a single statement. These "
            "thresholds are provisional.",
            scale=record.count(policy.get("margin_scale", "")),
            item=record.count(policy.get("margin_item", "")),
        ),
        tr(
            "Intervals are Welch’s, with a floor under the spread. In small groups an exact permutation test is added, "
            "and the more careful of the two decides; that test asks whether both distributions are equal."
        ),
        tr(
            "“No meaningful gap” needs the whole {level} interval inside the threshold.",
            level=percent(90, record.source.locale),
        ),
    )


def _families(tr: Translate, record: Record) -> tuple[str, ...]:
    families = mapping(record.part("policy").get("families"))
    named = [
        tr("{family}, {m}", family=tr(FAMILIES[name]), m=record.count(size))
        for name, size in families.items()
        if name in FAMILIES and size
    ]
    return (
        tr(
            "Among many comparisons some stand out by chance: they are judged in families, headline scales by Holm’s "
            "rule, the others by Benjamini and Hochberg’s."
        ),
        tr("Comparisons by family: {names}.", names="; ".join(named)) if named else "",
    )


def _whom(tr: Translate, record: Record) -> tuple[str, ...]:
    code = record.part("estimand").get("code") or record.text("estimand")
    people = tr(
        "Intervals speak of these people, this quarter: silence, and answers that another day would change a little, "
        "are part of them."
    )
    process = tr("Intervals speak of how these departments work, as if other people could sit in the same chairs.")
    silent = tr(
        "No answer is weighted. The participation page shows how far those who did not answer would have to differ to "
        "erase a gap."
    )
    return (people if code == "A" else process, silent)


def _change(tr: Translate, record: Record) -> tuple[str, ...]:
    if len(record.source.series) < 2:
        return ()
    charted = tr(
        "From the eighth wave on each wave is held against the mean of the first seven that compare instead: a "
        "direction is named only where a control chart shows it outside its usual range, or recent waves drifting."
    )
    return (
        tr(
            "Waves are compared by what was printed, never by linking people: the department’s average moved, not "
            "persons. Only scales with the same wording are compared."
        ),
        tr("From the third wave on one trend, declared beforehand, is judged; pairs of waves are not searched."),
        *([charted] if len(record.source.series) > BASELINE else []),
    )


def _plays(tr: Translate, record: Record) -> tuple[str, ...]:
    if not record.source.facts.recommendations:
        return ()
    count = record.count
    return (
        tr(
            "Each change in the playbook has a written signal. It is recommended if the signal holds in at least {yes} "
            "of {all} resamples of the answers, considered from {some}.",
            yes=count(RECOMMENDED),
            all=count(RESAMPLES),
            some=count(CONSIDERED),
        ),
        tr("Ranked by distance from the threshold, breadth, evidence, and what the teams control."),
    )


def _rounding(tr: Translate) -> tuple[str, ...]:
    return (
        tr(
            "Numbers are rounded once, to whole points; a number close to a threshold keeps one decimal, so that it "
            "never changes sides. Charts are drawn from the printed numbers."
        ),
    )


def _status(record: Record, status: str) -> str:
    """Return the word of an instrument's status (I-28)."""
    tr = record.source.tr
    return {
        "unvalidated": tr("not yet validated"),
        "piloted": tr("piloted"),
        "validated": tr("validated"),
    }.get(status, status)


def _versions(record: Record) -> list[Fact]:
    tr = record.source.tr
    versions, instrument, playbook = (record.part(name) for name in ("versions", "instrument", "playbook"))
    programs = ", ".join(f"{name} {version}" for name, version in versions.items())
    if playbook:
        programs += tr(", playbook {version}", version=playbook.get("version", ""))
    found = [Fact(name=tr("Programs"), text=programs, code=True)]
    if instrument:
        text = tr(
            "{name} {version}, form {form}, status {status}",
            name=instrument.get("slug", ""),
            version=instrument.get("version", ""),
            form=instrument.get("form", ""),
            status=_status(record, str(instrument.get("status", ""))),
        )
        found += [
            Fact(name=tr("Questionnaire"), text=text, code=True),
            Fact(name=tr("Fingerprint of the questionnaire"), text=str(instrument.get("sha256", "")), code=True),
        ]
    found += [
        Fact(name=tr("Seed of the resamples"), text=record.text("seed"), code=True),
        Fact(name=tr("Fingerprint of these facts"), text=record.source.facts.facts_sha256, code=True),
    ]
    return [fact for fact in found if fact.text]
