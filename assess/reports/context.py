"""What compose is given beside the estimates, and the whole of it as the pages see it. No locale, no clock.

Belongs here: the frozen `Context` that publish fills, `Material` that every page reads, and the grade of R-14. Does
not: figures (blocks), provenance as JSON (provenance).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, Literal

from pydantic import JsonValue

from assess.advice.model import Advice, Playbook
from assess.disclosure.policy import FLOOR_ITEM, Policy
from assess.disclosure.registry import Kind
from assess.instruments import hashes
from assess.instruments.model import Instrument, Scale
from assess.reports.facts import Client, Facts
from assess.scoring.wave import Estimates, SubjectEstimates

WITNESSED: Final = frozenset({"witnessed", "self_hosted"})
"""Key modes in which a colleague of the people asked holds a share (A-09)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveDays:
    """Which wave this is, and its days; a file has a label and a release day only."""

    number: int
    label: str
    released_on: date | None
    opened_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything of a report that scoring and advice do not know.

    `promise`: the sentences respondents read, by locale. `earlier`: facts of the client's earlier released waves,
    oldest first. `by_fives`: registered figures that the gate lets out to five points only; None where no gate
    was asked. `box` and `merkle_root` are None for a file.
    """

    instrument: Instrument
    form: str
    client: Client
    wave: WaveDays
    source: Literal["wave", "file"] = "wave"
    policy: Policy
    key_mode: str
    witness_half_destroyed: bool | None = None
    operator: str
    promise: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    promise_sha256: str = ""
    prereg: str
    release_sha256: str
    box: Mapping[str, int] | None = None
    merkle_root: str | None = None
    seed: int
    versions: Mapping[str, str]
    paper: str
    playbook: Playbook | None = None
    earlier: tuple[Facts, ...] = ()
    by_fives: tuple[str, ...] | None = None
    commitments: tuple[Mapping[str, JsonValue], ...] = ()
    client_sheet: Mapping[str, JsonValue] = field(default_factory=dict)
    comments: Mapping[str, JsonValue] = field(default_factory=dict)
    notes: Mapping[str, JsonValue] = field(default_factory=dict)

    def scale_hashes(self) -> dict[str, str]:
        """Return subject (`ALN`, `H`) -> hash of its scoring and wording: whether a later wave compares (I-24)."""
        scored = [scale.id for scale in self.instrument.scales_of(self.form)] + [*self.instrument.composites]
        return {subject: hashes.subject_hash(self.instrument, subject) for subject in scored}


class Grade(StrEnum):
    """How much of a report its smaller side allows (R-14)."""

    FULL = "full"
    SCALES = "scales"
    PARTICIPATION = "participation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What the pages are made of; `estimates` is None when the whole wave is withheld."""

    estimates: Estimates | None
    advice: Advice | None
    context: Context
    grade: Grade

    @property
    def sides(self) -> tuple[str, str]:
        """Return the codes of the two sides, x first."""
        x, y = (side.code for side in self.context.instrument.sides)
        return x, y

    @property
    def waves(self) -> int:
        """Return k of this wave in the series of R-15: earlier waves come first."""
        return len(self.context.earlier) + 1

    def of(self, kind: Kind) -> tuple[SubjectEstimates, ...]:
        """Return the registered subjects of a kind, in instrument order."""
        return () if self.estimates is None else tuple(s for s in self.estimates.subjects.values() if s.kind is kind)

    def scored(self) -> tuple[SubjectEstimates, ...]:
        """Return composites and scales, in instrument order."""
        return (*self.of(Kind.COMPOSITE), *self.of(Kind.SCALE))

    def shown_scales(self) -> tuple[SubjectEstimates, ...]:
        """Return the scales that have a place on a page of this form: the pulse index has none in a core report."""
        return tuple(s for s in self.of(Kind.SCALE) if self._belongs(self.context.instrument.scales[s.subject]))

    def headline(self) -> tuple[SubjectEstimates, ...]:
        """Return the headline scales of the form (I-12)."""
        named = self.context.instrument.headline(self.context.form)
        return tuple(s for s in self.of(Kind.SCALE) if s.subject in named)

    def health(self) -> SubjectEstimates | None:
        """Return the composite, H, where the form has one."""
        return next(iter(self.of(Kind.COMPOSITE)), None)

    def high_is_bad(self, subject: str) -> bool:
        """Return whether more of a scale is worse (FRI)."""
        scale = self.context.instrument.scales.get(subject)
        return scale is not None and scale.high == "bad"

    def is_short(self) -> bool:
        """Return whether the form's headline family stands in for another form's: a pulse (R-14, I-12)."""
        headline = self.context.instrument.headline(self.context.form)
        return bool(headline) and not any(self.context.instrument.scales[id_].headline for id_ in headline)

    def _belongs(self, scale: Scale) -> bool:
        return not scale.headline_forms or self.context.form in scale.headline_forms


def grade(estimates: Estimates | None) -> Grade:
    """Return the grade of a report by its smaller side (R-14)."""
    if estimates is None:
        return Grade.PARTICIPATION
    return Grade.FULL if min(estimates.participation.answered.values()) >= FLOOR_ITEM else Grade.SCALES
