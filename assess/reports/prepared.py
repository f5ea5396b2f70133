"""Facts that were prepared before their release, because nobody types a share at the minute of a release (A-09).

Belongs here: what only the release knows, put into facts. Does not: computing anything (`compose`).
"""

from __future__ import annotations

from datetime import date

from pydantic import JsonValue

from assess.reports.facts import Facts, FactsError, seal


def number(facts: Facts) -> int | None:
    """Return which wave of its client facts are of."""
    return _numbered(facts.provenance.get("wave"))


def numbers(facts: Facts) -> list[int | None]:
    """Return every wave that facts know of, their own last."""
    series = facts.provenance.get("series")
    return [_numbered(wave) for wave in series] if isinstance(series, list) else []


def dated(facts: Facts, *, day: date, witness_half_destroyed: bool | None) -> Facts:
    """Return facts that were prepared before their release, with what only the release knows."""
    provenance = dict(facts.provenance)
    series = provenance["series"]
    wave, policy = provenance["wave"], provenance["policy"]
    if not (isinstance(wave, dict) and isinstance(policy, dict) and isinstance(series, list)):
        raise FactsError("facts of a wave without its days")
    last = series[-1]
    if not isinstance(last, dict):
        raise FactsError("facts of a wave without its series")
    provenance["wave"] = wave | {"released_on": day.isoformat()}
    provenance["series"] = [*series[:-1], last | {"released_on": day.isoformat()}]
    provenance["policy"] = policy | {"witness_half_destroyed": bool(witness_half_destroyed)}
    return seal(facts.model_copy(update={"provenance": provenance}))


def _numbered(wave: JsonValue | None) -> int | None:
    found = wave.get("number") if isinstance(wave, dict) else None
    return found if isinstance(found, int) else None
