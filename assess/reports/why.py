"""Why a play was chosen, in released numbers: one sentence a subject (P-5, P-6, R-18).

Belongs here: a recommendation's figures to sentences. Does not: choosing plays (advice), the words (phrases).
"""

from __future__ import annotations

from assess.reports.facts import Facts, Finding, Recommendation, ReleasedFigure
from assess.reports.wording import coorientation, spoken

COMPANY = "company"
SCALES_ONLY = "scales_only"


def why(facts: Facts, recommendation: Recommendation, locale: str) -> tuple[str, ...]:
    """Return what the answers say that chose a play; at 5 to 9 answers its scale alone (P-6)."""
    subjects: dict[str, list[str]] = {}
    for id_ in recommendation.why:
        subjects.setdefault(_subject(id_), []).append(id_)
    if recommendation.reason == SCALES_ONLY:
        return tuple(_scale(facts, subject, ids, locale) for subject, ids in subjects.items())
    return tuple(text for subject, ids in subjects.items() for text in _sentences(facts, subject, ids, locale))


def _subject(id_: str) -> str:
    return id_.rsplit(".", 3)[1]


def _scale(facts: Facts, subject: str, ids: list[str], locale: str) -> str:
    figure = facts.figures[ids[0]]
    template = facts.vocabulary[locale].fixed.get("SCALE_WHY", "")
    if not template or not isinstance(figure, ReleasedFigure):
        return " ".join(_sentences(facts, subject, ids, locale))
    finding = Finding(id="why", code="why.scale", figures={"x": ids[0]}, subject=subject)
    text = template.replace("{scale}", "{{ name }}").replace("{x}", "{{ x.value }}")
    return spoken(facts, finding, locale, text=text)


def _sentences(facts: Facts, subject: str, ids: list[str], locale: str) -> tuple[str, ...]:
    x, y = (side.code for side in facts.client.sides)
    means = {id_.rsplit(".", 1)[-1]: id_ for id_ in ids if ".mean." in id_}
    found: list[Finding] = []
    if x in means and y in means:
        found.append(_finding("why.level", subject, {"x": means[x], "y": means[y]}))
    else:
        found += [
            _finding("why.one", subject, {"value": id_}, {"scope": scope})
            for scope, id_ in means.items()
            if scope != COMPANY
        ]
    if COMPANY in means:
        found.append(_finding("why.company", subject, {"value": means[COMPANY]}))
    return tuple(spoken(facts, each, locale) for each in (*found, *_compared(facts, subject, ids)))


def _compared(facts: Facts, subject: str, ids: list[str]) -> tuple[Finding, ...]:
    """Return a label's topic once, from the side that expects more than there is; other gaps and errors singly."""
    gap = next((id_ for id_ in ids if ".gap." in id_), "")
    expected = [
        _finding(
            "why.expected", subject, {"gap": gap, "perceived": id_, "error": id_.replace(".perceived.", ".error.")}
        )
        for id_ in ids
        if gap and ".perceived." in id_
    ]
    if expected:
        return (min(expected, key=lambda each: coorientation(facts, each) != "coorientation.over"),)
    compared = [id_ for id_ in ids if ".gap." in id_ or ".error." in id_]
    return tuple(_finding("why.comparison", subject, {"gap": id_}) for id_ in compared)


def _finding(code: str, subject: str, figures: dict[str, str], words: dict[str, str] | None = None) -> Finding:
    return Finding(id="why", code=code, figures=figures, subject=subject, words=words or {})
