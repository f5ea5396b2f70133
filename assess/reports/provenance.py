"""Where the numbers of a report come from, as JSON (docs/report.md), and the words of the wave in each locale.

Belongs here: what every page may look up without computing. Does not: figures and findings (blocks).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pydantic import JsonValue

from assess.advice.model import FixedText, Play, Playbook
from assess.i18n import LOCALES, typeset
from assess.instruments import hashes, words
from assess.reports import rounding
from assess.reports.checks import checks
from assess.reports.context import WITNESSED, Context, Material
from assess.reports.facts import Figure, Words
from assess.scoring.intervals import HALF
from assess.scoring.results import Estimand


def provenance(material: Material, figures: Mapping[str, Figure]) -> dict[str, JsonValue]:
    """Return the provenance of a report."""
    context = material.context
    return {
        "versions": dict(context.versions),
        "instrument": {
            "slug": context.instrument.id,
            "version": context.instrument.version,
            "status": context.instrument.status,
            "form": context.form,
            "sha256": hashes.instrument_sha256(context.instrument),
        },
        "scale_hashes": dict(context.scale_hashes()),
        "playbook": _playbook(context.playbook),
        "policy": _policy(material),
        "wave": _wave(context),
        "series": _series(context),
        "prereg": context.prereg,
        "release_sha256": context.release_sha256,
        "audit": _audit(context),
        "box": dict(context.box) if context.box is not None else None,
        "merkle_root": context.merkle_root,
        "seed": str(context.seed),
        "estimand": _estimand(material),
        "half_silent": list(half_silent(material)),
        "checks": checks(material),
        "withheld": sum(figure.state == "withheld" for figure in figures.values()),
        "paper": context.paper,
        "promise": {locale: list(lines) for locale, lines in context.promise.items()} or None,
    }


def half_silent(material: Material) -> tuple[str, ...]:
    """Return the sides of which under half answered, where head counts are known (S-31)."""
    found = material.estimates.participation if material.estimates else None
    if found is None or found.invited is None:
        return ()
    return tuple(side for side in material.sides if found.answered[side] < HALF * found.invited[side])


def vocabulary(context: Context) -> dict[str, Words]:
    """Return the words of instrument and playbook in every locale, as they stand at this wave."""
    return {locale: _words(context, locale) for locale in LOCALES}


def _words(context: Context, locale: str) -> Words:
    instrument = context.instrument
    texts = instrument.texts[locale]
    labels = {side.code: side.label[locale] for side in context.client.sides}
    asked = [code for code in instrument.forms[context.form].items if instrument.items[code].closed]
    items = {
        code: {"short": words.short(instrument, code, locale)}
        | {side.code: words.filled(instrument, code, locale, side.code, labels) for side in instrument.sides}
        for code in asked
    }
    scales = {
        id_: {"name": typeset(text.name, locale), "explanation": typeset(text.explanation, locale)}
        | ({"high": "bad"} if id_ in instrument.scales and instrument.scales[id_].high == "bad" else {})
        for id_, text in texts.scales.items()
    }
    return Words(
        instrument=typeset(texts.name, locale),
        anchors={name: tuple(typeset(word, locale) for word in anchors) for name, anchors in texts.anchors.items()},
        items=items,
        scales=scales,
        plays={id_: _play(play, context.playbook, locale) for id_, play in _plays(context).items()},
        fixed=_fixed(context.playbook, locale),
        unvalidated=typeset(texts.unvalidated, locale) if instrument.status == "unvalidated" else "",
    )


def _plays(context: Context) -> Mapping[str, Play]:
    return context.playbook.plays if context.playbook else {}


def _play(play: Play, playbook: Playbook | None, locale: str) -> dict[str, str]:
    """Return the texts of a play; an incentive play's empty days are P-13's; unverified sources stay out (P-15)."""
    text, fixed = play.texts[locale], playbook.fixed[locale] if playbook else {}
    verified = [source for source in play.sources if source.verified]
    found = {
        "title": text.title,
        "why": text.why,
        "what": text.what,
        "d30": text.d30,
        "d60": text.d60 or fixed.get(FixedText.SHADOW_D60, ""),
        "d90": text.d90 or fixed.get(FixedText.SHADOW_D90, ""),
        "watch": text.watch,
        "share": text.share,
        "gains": text.gains,
        "pays": text.pays,
        "sources": "; ".join(source.cite for source in verified if not source.contrary),
        "contrary": "; ".join(source.cite for source in verified if source.contrary),
    }
    return {key: typeset(value, locale) for key, value in found.items() if value}


def _fixed(playbook: Playbook | None, locale: str) -> dict[str, str]:
    texts = playbook.fixed[locale] if playbook else {}
    return {key.value: typeset(text, locale) for key, text in texts.items()}


def _playbook(playbook: Playbook | None) -> JsonValue:
    return None if playbook is None else {"version": playbook.version, "sha256": playbook.sha256}


def _policy(material: Material) -> JsonValue:
    context = material.context
    scales = context.instrument.scales_of(context.form)
    margins = {
        "margin_scale": max((scale.margin for scale in scales), default=None),
        "margin_item": max((context.instrument.items[code].margin for code in _asked(context)), default=None),
    }
    found: dict[str, JsonValue] = {
        "floor_scale": context.policy.floor_scale,
        "floor_item": context.policy.floor_item,
        "floor_comments": context.policy.floor_comments,
        "key_mode": context.key_mode,
        "operator": context.operator,
        **_witness(context),
        "promise_sha256": context.promise_sha256,
        "families": _families(material),
    }
    for name, margin in margins.items():
        found[name] = None if margin is None else str(rounding.written(rounding.exact(margin)))
    return found


def _witness(context: Context) -> dict[str, JsonValue]:
    """Return, of a witnessed wave, whether the witness confirmed the end of the half of the box (A-09)."""
    if context.key_mode not in WITNESSED:
        return {}
    return {"witness_half_destroyed": bool(context.witness_half_destroyed)}


def _asked(context: Context) -> tuple[str, ...]:
    return context.instrument.closed(context.form)


def _families(material: Material) -> dict[str, JsonValue]:
    """Return how many released comparisons each family has (S-23)."""
    estimates = material.estimates
    if estimates is None:
        return {}
    judged = [subject.gap for subject in estimates.subjects.values() if subject.gap is not None]
    for topic in estimates.topics.values():
        judged += [topic.gap, *topic.perceived.values(), *topic.expectation_error.values()]
    judged += [change.judged for change in estimates.changes.values()]
    return {str(each.family): each.family_size for each in judged if each.family and each.family_size}


def _audit(context: Context) -> JsonValue:
    """Return what the gate held this wave against; null where no gate was asked."""
    if context.by_fives is None:
        return None
    return {"earlier": len(context.earlier), "by_fives": list(context.by_fives)}


def _wave(context: Context) -> JsonValue:
    wave = context.wave
    return {
        "number": wave.number,
        "label": wave.label,
        "opened_on": _day(wave.opened_on),
        "closed_on": _day(wave.closed_on),
        "released_on": _day(wave.released_on),
        "zone": context.client.zone,
        "source": context.source,
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _series(context: Context) -> list[JsonValue]:
    """Return every wave of the client up to this one, oldest first: k of a row's `wave_<k>` counts them."""
    before = [facts.provenance["wave"] for facts in context.earlier]
    found: list[JsonValue] = [
        {key: wave.get(key) for key in ("number", "label", "released_on")} for wave in before if isinstance(wave, dict)
    ]
    return [
        *found,
        {
            "number": context.wave.number,
            "label": context.wave.label,
            "released_on": _day(context.wave.released_on),
        },
    ]


def _estimand(material: Material) -> JsonValue:
    """Return the estimand of current figures, and why it is B where it is (S-11)."""
    found = material.estimates.participation if material.estimates else None
    if found is None:
        return {"code": None, "why": None}
    if found.invited is None:
        return {"code": Estimand.PROCESS.value, "why": "no_headcount"}
    if half_silent(material):
        return {"code": Estimand.PROCESS.value, "why": "half_silent"}
    return {"code": Estimand.PEOPLE.value, "why": None}
