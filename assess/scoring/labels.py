"""Co-orientation labels: from three comparisons of a topic to one of six names (S-34).

Belongs here: states, leaning, the table of names. Does not: the comparisons themselves (perception), what a name means
to a reader (templates).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assess.scoring.results import Estimate, Judged, Label, Verdict

LABELS: Final[tuple[tuple[Label, int | None], ...]] = (
    (Label.TRUE_CONSENSUS, None),
    (Label.ONE_SIDED_FALSE_CONFLICT, 1),
    (Label.ONE_SIDED_FALSE_CONFLICT, 0),
    (Label.FALSE_CONFLICT, None),
    (Label.FALSE_CONSENSUS, None),
    (Label.ONE_SIDED_BLINDNESS, 0),
    (Label.ONE_SIDED_BLINDNESS, 1),
    (Label.DISSENSUS, None),
)
"""Label and named side (0 = x, 1 = y) at 4·(G differs) + 2·(C_x differs) + (C_y differs) (S-34)."""

_SETTLED_DIFFERENT = (Verdict.CLEAR_LARGE, Verdict.CLEAR_UNCERTAIN)
_SETTLED_SAME = (Verdict.TOO_SMALL, Verdict.NO_GAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A label; `named` is the index of the side it names, `likely` says that a state behind it is only leaned."""

    label: Label
    named: int | None
    likely: bool
    opposite: bool


def code(*, gap: bool, x: bool, y: bool) -> int:
    """Return the place in `LABELS` of three states, True = DIFFERENT."""
    return 4 * gap + 2 * x + y


def differs(value: float, margin: float) -> bool:
    """Return the leaned state of a comparison: DIFFERENT if |q̂| >= M (S-34)."""
    # Nine decimals undo what binary fractions add to ratios of counts that lie exactly on the margin.
    return round(abs(value), 9) >= margin


def labelled(gap: Judged, perceived: Sequence[Judged]) -> Labelled | None:
    """Label a topic from its judged G, C_x and C_y (S-34).

    DIFFERENT is row 2 or 3 with |q̂| >= M, SAME is row 4 or 5, anything else is OPEN and leans by |q̂|.

    Parameters
    ----------
    gap
        G = x - y.
    perceived
        C_x and C_y, each side's own answer less its prediction.

    Returns
    -------
    Labelled or None
        None unless all three are numbers. `opposite`: dissensus in which a side expects the gap the other way round,
        C_x·G < 0 or C_y·G > 0.
    """
    judged = (gap, *perceived)
    values = [each.estimate.value for each in judged if isinstance(each.estimate, Estimate)]
    if len(values) < len(judged):
        return None
    g, x, y = values
    states = [differs(value, each.margin) for value, each in zip(values, judged, strict=True)]
    settled = [
        each.verdict in (_SETTLED_DIFFERENT if different else _SETTLED_SAME)
        for each, different in zip(judged, states, strict=True)
    ]
    name, named = LABELS[code(gap=states[0], x=states[1], y=states[2])]
    return Labelled(
        label=name,
        named=named,
        likely=not all(settled),
        opposite=name is Label.DISSENSUS and (x * g < 0 or y * g > 0),
    )
