"""What the method page says of the checks of the answers: careless ballots, reliability, comparability (R-20).

Belongs here: sentences from the codes of the provenance. Does not: the codes (checks), the rest of the page (annex).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from assess.i18n import number, percent
from assess.reports.charts.source import Source
from assess.reports.pages import mapping
from assess.scoring.comparability import MANTEL_FROM, Method
from assess.scoring.reliability import FEWEST

INDICATIVE: Final = "0.70"


def soundness(source: Source) -> tuple[str, ...]:
    """Return the sentences; none where these facts hold no checks."""
    checks = mapping(source.facts.provenance.get("checks"))
    if not checks:
        return ()
    return (
        _care(source, mapping(checks.get("care"))),
        *_reliability(source, mapping(checks.get("reliability"))),
        *_comparability(source, mapping(checks.get("comparability"))),
    )


def _care(source: Source, care: Mapping[str, Any]) -> str:
    tr = source.tr
    shares = {
        "lt10": tr("under {share}", share=percent(10, source.locale)),
        "10to20": tr("{low} to {high}", low=percent(10, source.locale), high=percent(20, source.locale)),
        "gt20": tr("over {share}", share=percent(20, source.locale)),
    }
    if "unchanged" not in care:
        return tr("Ballots with one answer to everything were not looked for: too few answers, or no statement turned.")
    return tr(
        "Ballots with one answer to everything: {share}. Headline verdicts unchanged without them: {unchanged}. No "
        "ballot is left out.",
        share=shares[care["share"]],
        unchanged=tr("yes") if care["unchanged"] == "yes" else tr("no"),
    )


def _reliability(source: Source, found: Mapping[str, Any]) -> list[str]:
    """Say where reliability was measured; where it was not, that the declared one stands."""
    tr = source.tr
    by_state = {
        "measured": tr("Reliability measured here, {line} or more: {names}."),
        "indicative": tr("Reliability measured here, under {line}, so marked “indicative”: {names}."),
        "not_a_scale": tr("Statements that do not go together here, so marked “indicative”: {names}."),
        "declared": tr("Reliability as declared, for want of {n} complete ballots: {names}."),
    }
    line, n = number(INDICATIVE, source.locale), number(FEWEST, source.locale)
    named = {state: [scale for scale, is_ in found.items() if is_ == state] for state in by_state}
    return [
        text.format(line=line, n=n, names=_scales(source, named[state], found))
        for state, text in by_state.items()
        if named[state]
    ]


def _comparability(source: Source, found: Mapping[str, Any]) -> list[str]:
    """Say what was tested: whether a statement works otherwise in one team, or whether a gap rests on one of them."""
    tr = source.tr
    untested = [scale for scale, each in found.items() if each["tested"] == Method.NOT_TESTED]
    alone = [scale for scale in untested if found[scale]["one_item"] == "yes"]
    tested = [scale for scale in found if scale not in untested]
    otherwise = [item for scale in tested for item in found[scale]["flagged"]]
    said: list[str] = []
    if untested:
        said.append(
            tr(
                "Comparability not tested, for want of {n} complete ballots a team: {names}. Differences that would "
                "be others without one statement: {alone}.",
                n=number(MANTEL_FROM, source.locale),
                names=_scales(source, untested, found),
                alone=_names(source, alone) if alone else tr("none of them"),
            )
        )
    if tested:
        said.append(
            tr(
                "Comparability tested, statement by statement: {names}. Answered otherwise by people who answer the "
                "others alike: {items}.",
                names=_scales(source, tested, found),
                items=_names(source, list(dict.fromkeys(otherwise))) if otherwise else tr("no statement"),
            )
        )
    return said


def _scales(source: Source, subjects: list[str], found: Mapping[str, Any]) -> str:
    return source.tr("every scale") if len(subjects) == len(found) > 1 else _names(source, subjects)


def _names(source: Source, subjects: list[str]) -> str:
    return ", ".join(source.name(subject) for subject in subjects)
