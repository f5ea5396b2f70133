"""From statuses by signal to what is printed: gates G1 to G7 and the caps (P-9, P-10), over plays already ranked.

Belongs here: which play keeps which off the page. Does not: signals and priorities (match).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assess.advice.model import Advice, Advised, FixedText, Kind, Reason, Records, Rules, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What the gates look at beside the plays: plain yes or no.

    Parameters
    ----------
    friction
        G1: friction is high, as surely as a recommendation is.
    unsafe
        G3: frank talk is not safe, or fairness is contested, more likely than not.
    headline
        Whether a headline scale is released (LEAVE needs one).
    blocked
        G5: plays whose own "blocked if" is true.
    """

    friction: bool
    unsafe: bool
    headline: bool
    blocked: frozenset[str]


def choose(statuses: Sequence[Advised], rules: Rules, records: Records, conditions: Conditions) -> Advice:
    """Return what the report says, from each play's status by its signal alone, in table order."""
    final = {each.play: _stopped(each, records, conditions) for each in statuses}
    _processes(final, rules, records, conditions)
    _incentive(final, rules, records, conditions)
    titles = _considered(final, rules)
    every = tuple(final.values())
    printed = [each for each in every if each.status is Status.RECOMMENDED]
    processes = sorted((each for each in printed if each.kind is Kind.PROCESS), key=lambda each: each.rank or 0)
    incentive = next((each for each in printed if each.kind is Kind.INCENTIVE), None)
    signalled = {each.play: each.status for each in statuses}
    return Advice(
        processes=tuple(processes),
        incentive=incentive,
        considered=titles,
        not_evaluated=tuple(each for each in every if each.status is Status.NOT_EVALUATED),
        fixed=_fixed(final, signalled, rules, conditions),
        every=every,
    )


def _stopped(each: Advised, records: Records, conditions: Conditions) -> Advised:
    """Apply G7, a commitment in force, and G5, blocked."""
    if each.status not in (Status.RECOMMENDED, Status.CONSIDERED):
        return each
    if each.play in records.open_plays:
        return replace(each, status=Status.HELD, reason=Reason.IN_FORCE)
    if each.play in conditions.blocked:
        return replace(each, status=Status.BLOCKED, reason=Reason.BLOCKED_IF)
    return each


def _ranked(final: Mapping[str, Advised], status: Status, kind: Kind) -> list[Advised]:
    """Return the plays of a status and kind by priority; ties keep the order of the table (P-8)."""
    return sorted(
        (each for each in final.values() if each.status is status and each.kind is kind),
        key=lambda each: -each.priority,
    )


def _apart(play: str, others: Sequence[str], rules: Rules) -> bool:
    """Return whether a play may not stand beside one of these (G6)."""
    return any({play, other} == pair for pair in rules.apart for other in others)


def _processes(final: dict[str, Advised], rules: Rules, records: Records, conditions: Conditions) -> None:
    """Keep the best processes: the charter first where friction is high (G1), never two that exclude each other."""
    ranked = _ranked(final, Status.RECOMMENDED, Kind.PROCESS)
    if conditions.friction:
        ranked.sort(key=lambda each: each.play != rules.charter)
    kept: list[str] = []
    cards = max(1, rules.cards - records.open_commitments)
    for each in ranked:
        if _apart(each.play, kept, rules):
            final[each.play] = replace(each, status=Status.HELD, reason=Reason.APART)
        elif len(kept) >= cards:
            final[each.play] = replace(each, status=Status.HELD, reason=Reason.OVER_CAP)
        else:
            kept.append(each.play)
            final[each.play] = replace(each, rank=len(kept))


def _incentive(final: dict[str, Advised], rules: Rules, records: Records, conditions: Conditions) -> None:
    """Keep at most one incentive play: the best that passes G1 to G4 and G6."""
    kept: Advised | None = None
    for each in _ranked(final, Status.RECOMMENDED, Kind.INCENTIVE):
        reason = _closed(each.play, final, rules, records, conditions)
        if reason is None and kept is not None:
            reason = Reason.OVER_CAP
        if reason is None:
            kept = each
        else:
            final[each.play] = replace(each, status=Status.HELD, reason=reason)


def _closed(
    play: str, final: Mapping[str, Advised], rules: Rules, records: Records, conditions: Conditions
) -> Reason | None:
    """Return the first gate that an incentive play does not pass."""
    printed = [each.play for each in final.values() if each.status is Status.RECOMMENDED and each.kind is Kind.PROCESS]

    def past(other: str) -> bool:
        return records.past is not None and records.past.get(other, 0) >= 1

    goal = final[rules.goal]
    if conditions.friction and not past(rules.charter):
        return Reason.FRICTION_FIRST
    if not (goal.status is Status.SILENT or goal.play in printed or past(goal.play)):
        return Reason.GOAL_FIRST
    if conditions.unsafe:
        return Reason.UNSAFE
    needed = rules.needs.get(play)
    if needed is not None and not (needed in printed or past(needed)):
        return Reason.NEEDS_OTHER
    return Reason.APART if _apart(play, printed, rules) else None


def _considered(final: dict[str, Advised], rules: Rules) -> tuple[Advised, ...]:
    """Return the titles: processes only, never one that excludes what is printed (P-10, G6)."""
    beside = [each.play for each in final.values() if each.status is Status.RECOMMENDED]
    titles: list[Advised] = []
    for each in _ranked(final, Status.CONSIDERED, Kind.PROCESS):
        if _apart(each.play, beside, rules):
            final[each.play] = replace(each, reason=Reason.APART)
        elif len(titles) >= rules.titles:
            final[each.play] = replace(each, reason=Reason.OVER_CAP)
        else:
            beside.append(each.play)
            titles.append(each)
    return tuple(titles)


def _fixed(
    final: Mapping[str, Advised], signalled: Mapping[str, Status], rules: Rules, conditions: Conditions
) -> tuple[FixedText, ...]:
    """Return the fixed texts that apply (P-16). What is already in force calls for nothing new."""
    in_force = {play for play, each in final.items() if each.reason is Reason.IN_FORCE}
    fired = {status for play, status in signalled.items() if play not in in_force}
    printed = any(each.status is Status.RECOMMENDED for each in final.values())
    applies = {
        FixedText.LEAVE: conditions.headline and not fired & {Status.RECOMMENDED, Status.CONSIDERED},
        FixedText.OPEN: not printed and Status.CONSIDERED in fired,
        FixedText.PROTECT: signalled[rules.protect] is Status.RECOMMENDED,
        FixedText.NEVER: any(
            each.status is Status.RECOMMENDED and each.kind is Kind.INCENTIVE for each in final.values()
        ),
        FixedText.CHAIR: final[rules.charter].status is Status.BLOCKED
        and signalled[rules.charter] is Status.RECOMMENDED,
    }
    return tuple(text for text, wanted in applies.items() if wanted)
