"""Careless answers: whether the headline verdicts rest on people who gave one answer to everything (S-44).

Belongs here: who is careless, and whether the verdicts stand without them. One of the few places that see rows (S-06).
Does not: any figure without them. Nobody's answers are ever left out of a published figure; what leaves this module is
yes or no, and a share as a class.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from assess.disclosure.release import Released, ReleasedSubject, Withheld
from assess.instruments.model import Instrument
from assess.scoring import compare, multiplicity, tally
from assess.scoring.checks import rho
from assess.scoring.compare import Compared
from assess.scoring.intervals import choose
from assess.scoring.results import NotEstimable, Pair, Reason, Verdict
from assess.scoring.subjects import assumptions, pairs
from assess.scoring.tally import Bools
from assess.scoring.verdicts import judge
from assess.scoring.wave import Care, ScaleChecks, ShareClass

FEWEST_ANSWERS: Final = 10
"""Identical answers from which somebody is careless."""

FEWEST_BALLOTS: Final = 10
"""Ballots on every side from which the check is made: under it, yes or no says too much about one person."""


def careless(released: Released, instrument: Instrument, form: str) -> Bools:
    """Return who gave one identical answer where that contradicts itself (S-44).

    Agree items are found by their answer scale, so that any instrument has them: the items whose anchors are those of
    a keyed item, one that a scale of the form turns round. Somebody is careless when, on one such answer scale, all
    given answers are one raw code 1..L, at least ten of them, at least one on a keyed item. "Don't know" and blank are
    no code.

    Parameters
    ----------
    released
        The released table, of any number of sides.
    instrument, form
        What was asked, and which form of it.

    Returns
    -------
    numpy.ndarray
        bool array of shape (people,), in the order of the rows: as secret as rows. Nobody, in a form without ten items
        of such an answer scale.

    Raises
    ------
    ValueError
        When the release was of another form.

    Notes
    -----
    A middle answer to everything counts as well: there is no telling it from a straight line. Somebody who agrees with
    ten statements and met no keyed one may simply agree. No times and no trap items are used, as neither is collected.

    References
    ----------
    Curran (2016), Journal of Experimental Social Psychology 66, doi:10.1016/j.jesp.2015.07.006: long strings.

    Examples
    --------
    >>> import numpy as np
    >>> from assess.disclosure.policy import Policy
    >>> from assess.disclosure.registry import registered
    >>> from assess.disclosure.release import release
    >>> from assess.disclosure.table import ResponseTable
    >>> from assess.instruments.load import shipped
    >>> asked = shipped("sales-marketing")
    >>> items = asked.closed("core")
    >>> answers = np.array([[5] * len(items), [1, 5] * (len(items) // 2)], dtype=np.int8)
    >>> table = ResponseTable(
    ...     sides=("sales", "marketing"),
    ...     items=items,
    ...     levels=tuple(asked.levels(item) for item in items),
    ...     side=np.array([0, 1], dtype=np.int8),
    ...     answers=answers,
    ... )
    >>> careless(release(table, Policy.public_data(), registered(asked, "core")), asked, "core").tolist()
    [True, False]
    """
    table = released.table
    found = np.zeros(len(table.side), dtype=np.bool_)
    keyed = _keyed(instrument, form)
    for items in _answer_scales(instrument, form):
        answers = table.answers[:, [table.items.index(item) for item in items]]
        given = answers >= 1
        highest = np.where(given, answers, 0).max(axis=1)
        # Where every given answer is the highest one, all are identical.
        identical = (~given | (answers == highest[:, None])).all(axis=1)
        met = given[:, [item in keyed for item in items]].any(axis=1)
        found |= identical & met & (np.count_nonzero(given, axis=1) >= FEWEST_ANSWERS)
    return found


def check(
    released: Released, instrument: Instrument, form: str, checks: Mapping[str, ScaleChecks] | None = None
) -> Care | NotEstimable:
    """Judge every headline gap of the form with and without the careless, and say whether any verdict differs (S-44).

    Both times by the same rules: declared ρ and margin, Holm over the headline family (scales, and pairs of more than
    two sides) less what is withheld or not estimable, and the estimand and precision class as released (S-11, A-12), so
    that a class left by a handful of people is no change of verdict. Who is left out then counts as silent: f is of who
    remains, the head counts stay.

    Parameters
    ----------
    released
        The released table, of two sides or more, with the subjects of this form.
    instrument, form
        What was asked, and which form of it.
    checks
        `checks.scale_checks` of the wave: a ρ measured lower than declared holds here too, as measured with everybody.

    Returns
    -------
    Care or NotEstimable
        `gate_n` when a side has fewer than ten ballots, or when the form has no ten items on which anybody could be
        found careless (an untested "unchanged" would reassure falsely); `not_comparable` when no headline gap has a
        verdict to begin with.

    Raises
    ------
    KeyError
        When the release was of another form.

    Notes
    -----
    To be taken once, at the count: two checks of one wave that differ by a ballot would tell of that ballot.
    """
    table = released.table
    if min(table.people(side) for side in table.sides) < FEWEST_BALLOTS or not _answer_scales(instrument, form):
        return NotEstimable(reason=Reason.GATE_N)
    before = _verdicts(released, instrument, form, checks or {}, without=np.zeros(len(table.side), dtype=np.bool_))
    if all(verdict is None for verdict in before.values()):
        return NotEstimable(reason=Reason.NOT_COMPARABLE)
    flagged = careless(released, instrument, form)
    after = _verdicts(released, instrument, form, checks or {}, without=flagged)
    return Care(unchanged=before == after, share=share_class(int(np.count_nonzero(flagged)), len(flagged)))


def share_class(some: int, ballots: int) -> ShareClass:
    """Return the class of a share, 10 and 20 % themselves in the middle one; in whole numbers (S-44).

    Examples
    --------
    >>> [share_class(some, 30).value for some in (2, 3, 6, 7)]
    ['lt10', '10to20', '10to20', 'gt20']
    """
    if 10 * some < ballots:
        return ShareClass.UNDER_10
    return ShareClass.OVER_20 if 5 * some > ballots else ShareClass.FROM_10_TO_20


def _keyed(instrument: Instrument, form: str) -> frozenset[str]:
    """Return the items that some scale of the form turns round."""
    return frozenset(item for scale in instrument.scales_of(form) for item in scale.reverse)


def _answer_scales(instrument: Instrument, form: str) -> list[list[str]]:
    """Return the form's items by answer scale, those with a keyed item and enough items for somebody to be found."""
    keyed = _keyed(instrument, form)
    by_anchors: dict[str | None, list[str]] = {}
    for item in instrument.closed(form):
        by_anchors.setdefault(instrument.items[item].anchors, []).append(item)
    return [items for items in by_anchors.values() if keyed.intersection(items) and len(items) >= FEWEST_ANSWERS]


def _verdicts(
    released: Released, instrument: Instrument, form: str, checks: Mapping[str, ScaleChecks], *, without: Bools
) -> dict[tuple[str, Pair], Verdict | None]:
    """Return the row of every headline gap that is not withheld, None where it is not estimable."""
    subjects = [released.find(f"scale.{name}") for name in instrument.headline(form)]
    gaps = {
        (subject.registered.id, pair): (subject, gap)
        for subject in subjects
        if not isinstance(subject, Withheld) and assumptions(subject.registered, instrument).verdict
        for pair, gap in _gaps(
            released, subject, rho(subject.registered, instrument, checks), instrument, without
        ).items()
    }
    adjusted = multiplicity.holm({which: gap.p for which, (_, gap) in gaps.items() if isinstance(gap, Compared)})
    return {
        which: judge(
            gap.estimate,
            margin=assumptions(subject.registered, instrument).margin,
            p_adjusted=adjusted[which],
            precision=subject.precision,
        ).verdict
        if isinstance(gap, Compared)
        else None
        for which, (subject, gap) in gaps.items()
    }


def _gaps(
    released: Released, subject: ReleasedSubject, assumed: float, instrument: Instrument, without: Bools
) -> Mapping[Pair, Compared | NotEstimable]:
    """Return a scale's gap between every two sides, the given persons left out, at the estimand it has with them."""
    everybody = tally.scale_histograms(released, subject, instrument)
    tables = tally.scale_histograms(released, subject, instrument, without=without)
    invited = released.table.invited
    found: dict[Pair, Compared | NotEstimable] = {}
    for pair in pairs(released.table.sides):
        x, y = (tables[side] for side in pair)
        estimand = choose({side: everybody[side].n for side in pair}, invited).estimand
        fractions = tuple(tables[side].n / invited[side] if invited and invited[side] else 0.0 for side in pair)
        found[pair] = compare.gap(x, y, rho=assumed, fractions=fractions, estimand=estimand)
    return found
