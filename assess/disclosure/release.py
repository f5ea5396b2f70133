"""Step 3: from a response table to `Released` or `Withheld`. Only this module can build a `Released`.

Everything that scores takes `Released` and a `ReleasedSubject` that it lists, so a small group cannot be scored by
forgetting an `if`: the type checker refuses the call. What earlier releases forbid comes from the gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from assess.disclosure.policy import Policy, Precision
from assess.disclosure.registry import Registered
from assess.disclosure.table import ResponseTable

_SEAL: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """Not computed, for privacy. It never says which side, which rule or how many."""


class ReleaseError(TypeError):
    """Somebody other than `release` tried to build a released value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedSubject:
    """A registered subject that passed, with its precision class by the smaller side."""

    registered: Registered
    precision: Precision
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        """Refuse every builder but `release`. The seal is not kept, so that `replace` cannot hand it on."""
        if seal is not _SEAL:
            raise ReleaseError("only disclosure.release builds a ReleasedSubject")


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A response table that passed, with the subjects that may be scored and the ids of those that may not."""

    table: ResponseTable
    policy: Policy
    subjects: tuple[ReleasedSubject, ...]
    withheld: tuple[str, ...]
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        """Refuse every builder but `release`. The seal is not kept, so that `replace` cannot hand it on."""
        if seal is not _SEAL:
            raise ReleaseError("only disclosure.release builds a Released")

    def find(self, subject_id: str) -> ReleasedSubject | Withheld:
        """Return the released subject of this id, or `Withheld`; an unregistered id is a `KeyError`."""
        for subject in self.subjects:
            if subject.registered.id == subject_id:
                return subject
        if subject_id in self.withheld:
            return Withheld()
        raise KeyError(f"{subject_id} is not a registered figure")


def persons(table: ResponseTable, subject: Registered) -> npt.NDArray[np.bool_]:
    """Return who counts for a subject: shape (people,), True where every part is sufficiently answered."""
    valid = np.ones(len(table.side), dtype=np.bool_)
    for part in subject.parts:
        columns = [table.items.index(item) for item in part.items]
        valid &= np.count_nonzero(table.answers[:, columns] >= 1, axis=1) >= part.min_answered
    return valid


def _fewest(table: ResponseTable, valid: npt.NDArray[np.bool_]) -> int:
    """Return the valid persons of the side with the fewest, in one pass over the rows however many the sides."""
    return int(np.bincount(table.side[valid], minlength=len(table.sides)).min())


def release(
    table: ResponseTable,
    policy: Policy,
    registered: tuple[Registered, ...],
    withhold: frozenset[str] = frozenset(),
    coarsen: Mapping[str, Precision] | None = None,
) -> Released | Withheld:
    """Apply the floors: both sides or neither, subject by subject (A-11), and give each its class (A-12).

    The sums released of a figure are those of its sides: all that R2 asks of them here is that no side is under its
    floor, which is A-11. A list of other groups has to pass `rank.refuse` first.

    Parameters
    ----------
    table
        Answers of one wave.
    policy
        Floors frozen at opening.
    registered
        The pre-registered subjects (A-15); nothing else can be released.
    withhold
        Ids that the gate has withheld; the set only grows.
    coarsen
        Ids that the gate lets out in a coarser class only, with that class.

    Raises
    ------
    ValueError
        When `withhold` or `coarsen` names a figure that is not registered: a misspelt id must not be released.

    Returns
    -------
    Released or Withheld
        `Withheld` when a side has fewer ballots than the scale floor: then no side, gap or company figure exists.
    """
    coarser = coarsen or {}
    unknown = (withhold | coarser.keys()) - {subject.id for subject in registered}
    if unknown:
        raise ValueError(f"not registered, so not to be withheld or coarsened: {', '.join(sorted(unknown))}")
    if _fewest(table, np.ones(len(table.side), dtype=np.bool_)) < policy.floor_scale:
        return Withheld()
    subjects: list[ReleasedSubject] = []
    withheld: list[str] = []
    for subject in registered:
        precision = policy.precision(subject.floor_class, _fewest(table, persons(table, subject)))
        if precision is None or subject.id in withhold:
            withheld.append(subject.id)
        else:
            coarse = coarser.get(subject.id, precision)
            subjects.append(ReleasedSubject(registered=subject, precision=coarse, seal=_SEAL))
    return Released(table=table, policy=policy, subjects=tuple(subjects), withheld=tuple(withheld), seal=_SEAL)
