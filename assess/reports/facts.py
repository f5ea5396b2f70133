"""`Facts`: the frozen, suppressed, rounded tree every output is drawn from (report.md section 1).

Numbers are integers, or decimals as strings ("0.3"); there are no floats, so the canonical JSON is the same bytes
everywhere. Renderers neither compute nor round. Findings and recommendations are codes; their prose is in templates.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

FACTS_VERSION = "1.0"

Number = Annotated[int | str, Field(description="An integer, or a decimal written as text.")]


class FactsError(ValueError):
    """Facts that this program cannot read; the message says why and what to do."""


class Fact(BaseModel):
    """A frozen node of the tree; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReleasedFigure(Fact):
    """A number that may be printed. Limits are null where policy or mathematics gives none (R-3, R-30)."""

    state: Literal["released"] = "released"
    value: Number
    lo95: Number | None = None
    hi95: Number | None = None
    lo90: Number | None = None
    hi90: Number | None = None
    unit: Literal["points", "percent", "people", "times_in_100", "levels"]
    missing: Mapping[str, Literal["lt10", "10to25", "gt25"]] | None = None
    verdict: int | None = Field(None, ge=2, le=7)
    modifiers: tuple[str, ...] = ()
    estimand: Literal["A", "B"] | None = None
    family: str | None = None
    family_size: int | None = None
    need: int | None = Field(None, description="Answers a side needed to detect the margin (S-47), with verdict 7.")
    margin: Number | None = None


class BandedFigure(Fact):
    """Only a direction, one of A-12's codes, or a tipping point over 40 (R-6) may be printed."""

    state: Literal["banded"] = "banded"
    code: Literal["le5", "ge95", "le10pct", "ge90pct", "gt40", "higher", "lower"]
    unit: Literal["points", "percent"]


class WithheldFigure(Fact):
    """Nothing at all: no number, n, side or cause (R-4)."""

    state: Literal["withheld"] = "withheld"


class NotEstimableFigure(Fact):
    """No number, for a mathematical reason."""

    state: Literal["not_estimable"] = "not_estimable"
    reason: str


Figure = Annotated[ReleasedFigure | BandedFigure | WithheldFigure | NotEstimableFigure, Field(discriminator="state")]


class Row(Fact):
    """One row of a block's chart and table: a subject and its figures by role.

    Roles: a side's code (its mean), `company`, `gap`, `theta`, `favourable_<side>`, `previous_<side>`, `change`,
    `expected_<side>`, `error_<side>` (E or Q), `perceived_<side>` (C), `level_<c>_<side>`, `wave_<k>_<scope>`,
    `usual_<scope>`, `usual_low_<scope>`, `usual_high_<scope>`.
    `band`: codes strong, sound, watch, act (two when the interval straddles a cut), by role.
    """

    subject: str
    figures: Mapping[str, str] = Field(default_factory=dict)
    band: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    label: str | None = None
    likely: bool = False
    named_side: str | None = None
    opposite: bool = False
    group: str | None = Field(None, description="headline or exploratory, where the block keeps them apart.")


class Finding(Fact):
    """A coded statement with its evidence: `code` names its sentence template, `figures` fills its slots."""

    id: str
    code: str
    figures: Mapping[str, str] = Field(default_factory=dict, description="Slot -> figure id.")
    subject: str | None = None
    words: Mapping[str, str] = Field(default_factory=dict, description="Slot -> code of a word (side, label, band).")


class Block(Fact):
    """A page: its state, lead finding (title), further findings, and rows in printed order."""

    id: str
    state: Literal["full", "reduced", "dropped"]
    title: str | None = Field(None, description="Id of the lead finding; its title template is the page title.")
    findings: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    figures: tuple[str, ...] = ()
    scale: str | None = Field(None, description="Headline scale of an item page.")


class Recommendation(Fact):
    """A play and its status, with the figures and findings that chose it."""

    play: str
    kind: Literal["process", "incentive"]
    status: Literal["recommended", "considered", "not_evaluated", "blocked"]
    rank: int | None = None
    why: tuple[str, ...] = Field((), description="Figure ids printed as the reason.")
    why_subjects: tuple[str, ...] = ()
    owner: str | None = None
    cost: str | None = None
    control: Number | None = None
    evidence: str | None = None
    reason: str | None = Field(None, description="Why not evaluated or blocked: too_few, no_record, not_in_form, ...")
    indicators: tuple[Mapping[str, str], ...] = ()
    know: Mapping[str, str] | None = Field(None, description="Slots of KNOW: figure ids and codes.")
    shares: Mapping[str, str] = Field(default_factory=dict)


class SideFacts(Fact):
    """A side: code, labels and short names per locale."""

    code: str
    letter: str
    label: Mapping[str, str]
    short: Mapping[str, str]


class Client(Fact):
    """Whom the report is about."""

    name: str
    sides: tuple[SideFacts, ...]
    zone: str
    country: str
    logo_sha256: str | None = None


class Words(Fact):
    """Texts of the instrument and playbook in one locale, as they stood at this wave."""

    instrument: str
    anchors: Mapping[str, tuple[str, ...]]
    items: Mapping[str, Mapping[str, str]] = Field(
        description="code -> short, and text by side code, placeholders filled."
    )
    scales: Mapping[str, Mapping[str, str]] = Field(description="id -> name, explanation.")
    plays: Mapping[str, Mapping[str, str]] = Field(description="play -> title, why, what, d30, d60, d90, watch.")
    fixed: Mapping[str, str] = Field(default_factory=dict, description="LEAVE, OPEN, PROTECT, NEVER, CHAIR, KNOW.")
    unvalidated: str = ""


class Facts(Fact):
    """The record of a wave. `facts_sha256` covers everything but itself (R-2)."""

    facts_version: str = FACTS_VERSION
    facts_sha256: str = ""
    provenance: Mapping[str, JsonValue]
    client: Client
    vocabulary: Mapping[str, Words]
    figures: Mapping[str, Figure]
    blocks: tuple[Block, ...]
    findings: tuple[Finding, ...]
    recommendations: tuple[Recommendation, ...] = ()
    commitments: tuple[Mapping[str, JsonValue], ...] = ()
    client_sheet: Mapping[str, JsonValue] = Field(default_factory=dict)
    comments: Mapping[str, JsonValue] = Field(default_factory=dict)
    notes: Mapping[str, JsonValue] = Field(default_factory=dict)


def canonical(value: Any) -> bytes:
    """Return canonical JSON: UTF-8, NFC, sorted keys, no spaces, final newline, floats refused (R-2)."""
    text = json.dumps(_nfc(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode() + b"\n"


def _nfc(value: Any) -> Any:
    match value:
        case bool() | int() | None:
            return value
        case float():
            raise FactsError(f"facts hold no floats: {value!r}")
        case str():
            return unicodedata.normalize("NFC", value)
        case Mapping():
            return {unicodedata.normalize("NFC", key): _nfc(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_nfc(inner) for inner in value]
        case _:
            raise FactsError(f"facts hold no {type(value).__name__}")


def digest(facts: Facts) -> str:
    """Return SHA-256 (hex) of the canonical facts without their own digest."""
    return hashlib.sha256(canonical(facts.model_dump(mode="json", exclude={"facts_sha256"}))).hexdigest()


def seal(facts: Facts) -> Facts:
    """Return the facts with their digest filled in."""
    return facts.model_copy(update={"facts_sha256": digest(facts)})


def dump(facts: Facts) -> bytes:
    """Return the facts as canonical JSON bytes: the stored record."""
    return canonical(facts.model_dump(mode="json"))


def read(data: bytes) -> Facts:
    """Return facts from their bytes; an unknown major version or a changed byte is refused."""
    try:
        tree = json.loads(data)
    except ValueError as error:
        raise FactsError(f"not a facts file: {error}") from error
    major = str(tree.get("facts_version", "")).split(".", maxsplit=1)[0] if isinstance(tree, dict) else ""
    if major != FACTS_VERSION.split(".", maxsplit=1)[0]:
        raise FactsError("these facts were made by a version of assess that this one cannot read")
    try:
        facts = Facts.model_validate(tree)
    except ValidationError as error:
        where = sorted({".".join(str(key) for key in fault["loc"][:2]) for fault in error.errors()})
        raise FactsError(f"not the facts of a report: {', '.join(where)} cannot be read") from error
    if digest(facts) != facts.facts_sha256:
        raise FactsError("the facts do not match their own digest: the file was changed after release")
    return facts
