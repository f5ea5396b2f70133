"""What the checks of the answers found, as JSON for the provenance: codes, never a number (R-20, S-42, S-44, S-46).

Belongs here: from scoring's checks to codes. Does not: the sentences (annex). A scale whose items cannot all be shown
has no entry, so that nothing withheld shows here (R-4).
"""

from __future__ import annotations

from pydantic import JsonValue

from assess.disclosure.release import Withheld
from assess.reports.context import Material
from assess.scoring.comparability import Comparability
from assess.scoring.reliability import Reliability
from assess.scoring.results import Estimate
from assess.scoring.wave import Care


def checks(material: Material) -> JsonValue:
    """Return the checks of a wave by name; null when the whole wave is withheld."""
    if material.estimates is None:
        return None
    found = material.estimates.care
    care: JsonValue = (
        {"unchanged": "yes" if found.unchanged else "no", "share": found.share.value}
        if isinstance(found, Care)
        else {"reason": found.reason.value}
    )
    reliability: dict[str, JsonValue] = {}
    comparability: dict[str, JsonValue] = {}
    for subject in material.shown_scales():
        if subject.checks is None:
            continue
        if not isinstance(subject.checks.reliability, Withheld):
            reliability[subject.subject] = _stands(subject.checks.reliability)
        for between in subject.checks.comparability.values():
            if not isinstance(between, Withheld):
                comparability[subject.subject] = _compared(between)
    return {"care": care, "reliability": reliability, "comparability": comparability}


def _stands(found: Reliability) -> str:
    """Return which reliability stands for a scale: `declared`, or a measured one that is high, low or negative."""
    if not isinstance(found.local, Estimate):
        return "declared"
    if found.not_a_scale:
        return "not_a_scale"
    return "indicative" if found.indicative else "measured"


def _compared(found: Comparability) -> JsonValue:
    return {
        "tested": found.tested.value,
        "one_item": "yes" if isinstance(found.one_item, str) else "no",
        "flagged": list(found.flagged),
    }
