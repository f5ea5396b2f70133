"""What an instrument is once it has been loaded: items, scales, forms and all their words, frozen.

`load.read` builds these values from a folder; nothing here reads a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

ENGLISH = "en"
FRENCH = "fr-CA"
LOCALES = (ENGLISH, FRENCH)

DONT_KNOW = 0
"""Code of the last radio, "Don't know or does not apply"; an unanswered item is absent (I-7)."""


class ItemType(StrEnum):
    """What a closed item asks about (I-1), or `OPEN` for a comment."""

    OWN_VIEW = "V"
    OTHER_RATING = "O"
    SELF_RATING = "S"
    PREDICTION = "P"
    FACT = "F"
    OWN_SITUATION = "X"
    OPEN = "open"


class FloorClass(StrEnum):
    """Which floor of A-11 a figure meets: scales of four items or more, or everything else (I-13)."""

    SCALE = "scale"
    ITEM = "item"


class Value(BaseModel):
    """A frozen value of an instrument file; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Side(Value):
    """A department: its placeholder letter (`S`) and its code in ballots, rosters and figures (`sales`)."""

    letter: str = Field(pattern=r"^[A-Z]$")
    code: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")


class Item(Value):
    """One statement. `predicts`: base item of a prediction; `rates_self_of`: base item of a self-rating."""

    code: str
    type: ItemType
    construct_: str = Field("", alias="construct")
    anchors: str | None = None
    by_side: bool = False
    predicts: str | None = None
    rates_self_of: str | None = None
    inspired_by: tuple[str, ...] = ()
    wording_origin: str = "own"
    reference: str | None = None
    margin: float = Field(12.5, gt=0, description="Smallest gap worth acting on, POMP points (S-13).")
    rho: float = Field(0.40, ge=0, lt=1, description="Declared reliability of the near-census interval (S-11).")
    directed: bool = Field(False, description="Side-specific content: directed values only, no gap verdict (I-16).")

    @property
    def closed(self) -> bool:
        """Whether the item is answered on a scale."""
        return self.type is not ItemType.OPEN


class Scale(Value):
    """A keyed mean of items (I-11). `reverse` items are turned round before they are added."""

    id: str
    items: tuple[str, ...]
    reverse: tuple[str, ...] = ()
    min_answered: int = Field(ge=1)
    high: str = Field("good", pattern="^(good|bad)$")
    headline: bool = False
    rho: float = Field(0.75, ge=0, lt=1)
    margin: float = Field(10.0, gt=0)
    directed: bool = Field(False, description="Side-specific content: directed values only, no gap verdict (I-16).")
    forms: tuple[str, ...] | None = Field(None, description="Forms that score it; None = every form with its items.")
    headline_forms: tuple[str, ...] = Field((), description="Forms in which it is headline all the same (I-12: PUL).")

    @property
    def floor_class(self) -> FloorClass:
        """Floor class by I-13: a scale needs k >= 4."""
        return FloorClass.SCALE if len(self.items) >= 4 else FloorClass.ITEM


class Composite(Value):
    """Mean of `plus` scales and 100 - `minus` scales, every one present (I-11)."""

    id: str
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()


class Mirror(Value):
    """The scale pair of I-14: what one side expects, beside what the other answered."""

    id: str = "MIR"
    expected: tuple[str, ...]
    answered: tuple[str, ...]
    min_answered: int = Field(ge=1)
    margin: float = 10.0


class Form(Value):
    """An ordered set of parts; a part is one screen (I-10)."""

    id: str
    parts: tuple[tuple[str, ...], ...]

    @property
    def items(self) -> tuple[str, ...]:
        """Every item code of the form, in order."""
        return tuple(code for part in self.parts for code in part)


class ItemText(Value):
    """Words of one item in one language; `text_by_side` (letter -> text) when the item differs by side."""

    short: str = ""
    text: str | None = None
    text_by_side: Mapping[str, str] = Field(default_factory=dict)


class ScaleText(Value):
    """Name and one-line explanation of a scale, composite or mirror."""

    name: str
    explanation: str


class SideText(Value):
    """`label` begins "the " or "l'équipe " (I-3); `short` names the side in charts and tables."""

    label: str
    short: str


class Texts(Value):
    """All words of an instrument in one language."""

    name: str
    sides: Mapping[str, SideText]
    anchors: Mapping[str, tuple[str, ...]]
    dont_know: str
    items: Mapping[str, ItemText]
    scales: Mapping[str, ScaleText]
    steps: Mapping[str, str] = Field(default_factory=dict)
    expected_prefix: str = Field("", description="Report prefix of a prediction item (I-9).")
    own_prefix: str = Field("", description="Report prefix of a self-rating item (I-9).")
    expected_frame: str = Field("", description="Statement of a generated prediction item; {item} is its base (I-9).")
    unvalidated: str = Field("", description="What the method page says while status is unvalidated (I-29).")


class Instrument(Value):
    """A questionnaire at a version."""

    id: str
    version: str
    status: str
    sides: tuple[Side, ...]
    anchors: Mapping[str, int] = Field(description="Answer scale -> number of levels L (2 to 7).")
    items: Mapping[str, Item]
    scales: Mapping[str, Scale]
    composites: Mapping[str, Composite]
    mirror: Mirror | None = None
    steps: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    forms: Mapping[str, Form]
    texts: Mapping[str, Texts]

    def levels(self, code: str) -> int:
        """Return L, the number of answer levels of a closed item."""
        anchors = self.items[code].anchors
        if anchors is None:
            raise ValueError(f"{code} is an open item and has no levels")
        return self.anchors[anchors]

    def closed(self, form: str) -> tuple[str, ...]:
        """Return the closed item codes of a form, in order."""
        return tuple(code for code in self.forms[form].items if self.items[code].closed)

    def open(self, form: str) -> tuple[str, ...]:
        """Return the open item codes of a form, in order."""
        return tuple(code for code in self.forms[form].items if not self.items[code].closed)

    def side(self, code: str) -> Side:
        """Return the side of this code."""
        for side in self.sides:
            if side.code == code:
                return side
        raise KeyError(f"{code} is not a side of {self.id}")

    def other(self, code: str) -> Side:
        """Return the other of two sides; an instrument of more sides has no "other"."""
        own = self.side(code)
        if len(self.sides) != 2:
            raise ValueError(f"{self.id} has {len(self.sides)} sides, so no side is the other one")
        return next(side for side in self.sides if side is not own)

    def scales_of(self, form: str) -> tuple[Scale, ...]:
        """Return the scales that a form can score: all their items are in it (I-11)."""
        closed = set(self.closed(form))
        return tuple(
            scale
            for scale in self.scales.values()
            if set(scale.items) <= closed and (scale.forms is None or form in scale.forms)
        )

    def headline(self, form: str) -> tuple[str, ...]:
        """Return the ids of the headline family in a form: in the pulse, the PUL gap alone (I-12)."""
        return tuple(scale.id for scale in self.scales_of(form) if scale.headline or form in scale.headline_forms)

    def twins(self, code: str, form: str) -> tuple[str, ...]:
        """Return the self-rating and prediction items of `form` that ask about base item `code` (S-33)."""
        return tuple(
            other
            for other in self.closed(form)
            if code in (self.items[other].predicts, self.items[other].rates_self_of)
        )
