"""Step 7: from bootstrap columns, playbook and records to advice (P-4 to P-10).

Belongs here: a play's status by its signal, its priority, and the order of the steps. Does not: the worth of a signal
(evaluate), who keeps whom off the page (gates). Only statuses leave; a share of resamples never does (P-5).
"""

from __future__ import annotations

import numpy as np

from assess.advice.evaluate import Outcome, Setting, evaluate, rounded, true_in
from assess.advice.gates import Conditions, choose
from assess.advice.model import Advice, Advised, Play, Playbook, Reason, Records, Status
from assess.disclosure.policy import FLOOR_ITEM
from assess.scoring.columns import Columns, Missing

_DECIMALS = 9
"""Priorities are compared at this many decimals, so that equal ones tie and keep the order of the table."""


def recommend(columns: Columns, playbook: Playbook, records: Records) -> Advice:
    """Return which plays are printed, which are titles, which could not be evaluated, and the fixed texts."""
    rules = playbook.rules
    on = Setting(columns=columns, records=records, rules=rules)
    statuses = [advise(play, on) for play in playbook.plays.values()]
    return choose(
        statuses,
        rules,
        records,
        Conditions(
            friction=true_in(rules.friction, on) >= rules.recommended,
            unsafe=true_in(rules.unsafe, on) >= rules.considered,
            headline=bool(columns.headlines),
            blocked=frozenset(
                play.id
                for play in playbook.plays.values()
                if play.blocked_if is not None and true_in(play.blocked_if, on) >= rules.considered
            ),
        ),
    )


def advise(play: Play, on: Setting) -> Advised:
    """Return a play's status by its signal alone, before any gate."""
    main = evaluate(play.signal, on)
    found = evaluate(play.small, on) if isinstance(main, Missing) and play.small is not None else main
    if isinstance(found, Missing):
        return Advised(play=play.id, kind=play.kind, status=Status.NOT_EVALUATED, reason=Reason.TOO_FEW)
    true = int(np.count_nonzero(found.true))
    if true >= on.rules.considered:
        return Advised(
            play=play.id,
            kind=play.kind,
            status=Status.RECOMMENDED if true >= on.rules.recommended else Status.CONSIDERED,
            priority=priority(play, found, on),
            why=found.why,
            scales_only=isinstance(main, Missing) or on.columns.fewest < FLOOR_ITEM,
        )
    if true + int(np.count_nonzero(found.unknown)) < on.rules.considered:
        return Advised(play=play.id, kind=play.kind, status=Status.SILENT)
    reason = Reason.NOT_IN_FORM if found.absent else Reason.NO_RECORD
    if isinstance(main, Missing):
        reason = Reason.TOO_FEW
    return Advised(play=play.id, kind=play.kind, status=Status.NOT_EVALUATED, reason=reason)


def priority(play: Play, found: Outcome, on: Setting) -> float:
    """Return severity x breadth x evidence x control (P-8)."""
    return round(found.severity * breadth(play, on) * on.rules.evidence[play.evidence] * play.control, _DECIMALS)


def breadth(play: Play, on: Setting) -> float:
    """Return the unfavourable share of the play's Br item, rounded to 5 percent and clipped; .5 where there is none."""
    rules, columns = on.rules, on.columns
    if play.breadth is None:
        return rules.breadth_unknown
    item, who = play.breadth
    top = columns.levels.get(item, 0)
    codes = range(top - 1, top + 1) if item in rules.unfavourable_high else range(1, 3)
    shares: list[float] = []
    for side in [columns.sides[who]] if who in columns.sides else columns.sides.values():
        column = columns.share(item, codes, side)
        if isinstance(column, Missing):
            return rules.breadth_unknown
        shares.append(column.point)
    low, high = rules.breadth
    return min(max(rounded(sum(shares) / len(shares), rules.nearest) / 100, low), high)
