"""Facts written by hand, for tests of what is drawn and printed: no number here was ever measured.

`core` is a third wave with coarse items and one withheld row; `full` has five answer classes; `scales_only`, `pulse`
and `from_file` are the other shapes a report takes; `hostile` carries names that would like to run.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from assess import resources
from assess.instruments import load, words
from assess.reports.facts import (
    BandedFigure,
    Block,
    Client,
    Facts,
    Figure,
    Finding,
    NotEstimableFigure,
    Recommendation,
    ReleasedFigure,
    Row,
    SideFacts,
    WithheldFigure,
    Words,
    seal,
)

SIDES = ("sales", "marketing")
SCALES = ("ALN", "TRU", "FRI", "EXC")
ITEMS = {
    "ALN": ("AL3", "AL1", "AL2", "AL4", "AL5"),
    "TRU": ("TR4", "TR1", "TR2", "TR3"),
    "FRI": ("FR4", "FR1", "FR2", "FR3"),
}
LOCALES = ("en", "fr-CA")

Figures = dict[str, Figure]


def points(
    value: int | str, low: int | str | None = None, high: int | str | None = None, **more: Any
) -> ReleasedFigure:
    """A score or difference with its 95 % limits; the 90 % limits lie a little inside."""
    inner: dict[str, Any] = {}
    if isinstance(low, int) and isinstance(high, int):
        inner = {"lo90": low + 1, "hi90": high - 1}
    return ReleasedFigure(value=value, lo95=low, hi95=high, unit="points", estimand="A", **inner, **more)


def gap(value: int, low: int, high: int, verdict: int, **more: Any) -> ReleasedFigure:
    """A difference with its verdict."""
    values: dict[str, Any] = {"family": "headline", "family_size": 3, "margin": "10"} | more
    if verdict == 7:
        values["need"] = 64
    return points(value, low, high, verdict=verdict, **values)


def percent(value: int) -> ReleasedFigure:
    return ReleasedFigure(value=value, unit="percent")


def people(value: int) -> ReleasedFigure:
    return ReleasedFigure(value=value, unit="people")


@cache
def vocabulary() -> dict[str, Words]:
    """The words of the shipped instrument, and of three plays, in both languages."""
    instrument = load.read(resources.instruments() / "sales-marketing")
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
            plays=PLAYS[locale],
            fixed=FIXED[locale],
            unvalidated=texts.unvalidated.replace("'", "’"),
        )
    return found


def core() -> Facts:
    """A third core wave: 34 and 14 invited, items in their coarse class, one scale withheld."""
    figures: Figures = {}
    rows = {
        "standing": _standing(figures),
        "gaps": _gaps(figures),
        "participation": _participation(figures),
        "mirror": _mirror(figures),
        "change": _change(figures),
        "brief": _brief(figures),
    }
    items = {scale: _items(figures, scale) for scale in ITEMS}
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
    participation = _participation(figures, sizes=((9, 7), (8, 6)), waves=0)
    rows = {
        "standing": tuple(standing),
        "gaps": tuple(gaps),
        "participation": participation,
        "mirror": (mirror,),
        "brief": (
            Row(subject="H", figures={"company": "standing.H.mean.company"}, band={"company": ("act", "watch")}),
            gaps[1],
            _ballots(figures),
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
        _item(figures, "items-PUL", code, means, shares, difference)
        for code, means, shares, difference in (
            ("AL3", (52, 46), (38, 33), gap(5, -10, 20, 7, margin="12.5", family="exploratory")),
            ("AL1", (70, 68), (72, 67), gap(0, -10, 10, 5, margin="12.5", family="exploratory")),
        )
    )
    rows = {
        "standing": (standing,),
        "gaps": (gaps,),
        "participation": _participation(figures, waves=0),
        "mirror": (),
        "change": (),
        "brief": (
            Row(subject="PUL", figures={"company": "standing.PUL.mean.company"}, band={"company": ("watch",)}),
            gaps,
            _ballots(figures),
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
        side.model_copy(update={"short": {loc: f"{name}{side.letter}" for loc in LOCALES}})
        for side in facts.client.sides
    )
    client = facts.client.model_copy(update={"name": f"{name}<img src=http://evil.example/y.png>", "sides": sides})
    return seal(facts.model_copy(update={"client": client}))


def _standing(figures: Figures) -> tuple[Row, ...]:
    values = {
        "TRU": ((66, 60, 72), (57, 48, 66), (62, 57, 67), ("watch", "sound")),
        "ALN": ((61, 56, 66), (58, 50, 66), (60, 56, 64), ("watch", "sound")),
        "FRI": ((41, 35, 47), (57, 48, 66), (49, 44, 54), ("watch",)),
        "H": ((62, 57, 67), (53, 46, 60), (57, 53, 61), ("watch", "sound")),
    }
    rows = []
    for scale, (sales, marketing, company, band) in values.items():
        roles = {}
        for side, (value, low, high) in (("sales", sales), ("marketing", marketing), ("company", company)):
            figures[f"standing.{scale}.mean.{side}"] = points(value, low, high)
            roles[side] = f"standing.{scale}.mean.{side}"
        for side, (value, low, high) in (("sales", sales), ("marketing", marketing)):
            shift = -6 if scale != "FRI" else 7
            figures[f"standing.{scale}.previous.{side}"] = points(value + shift, low + shift, high + shift)
            roles[f"previous_{side}"] = f"standing.{scale}.previous.{side}"
        if scale != "H":
            rows.append(Row(subject=scale, figures=roles, band={"company": band}))
    figures["standing.EXC.mean.sales"] = WithheldFigure()
    roles = dict.fromkeys((*SIDES, "company"), "standing.EXC.mean.sales")
    return (*rows, Row(subject="EXC", figures=roles))


def _gaps(figures: Figures) -> tuple[Row, ...]:
    values = {
        "FRI": (gap(-16, -27, -5, 3), "headline", gap(3, -11, 17, 7)),
        "TRU": (gap(9, -2, 20, 7), "headline", gap(2, -12, 16, 7)),
        "ALN": (gap(3, -5, 11, 5), "headline", gap(-1, -14, 12, 7)),
        "H": (gap(9, 1, 17, 6, family="exploratory", family_size=22), "exploratory", gap(1, -11, 13, 7)),
    }
    rows = []
    for scale, (difference, group, change) in values.items():
        figures[f"gaps.{scale}.gap.difference"] = difference
        figures[f"change.{scale}.change.difference"] = change
        figures[f"gaps.{scale}.theta.difference"] = ReleasedFigure(value=62, lo95=48, hi95=75, unit="times_in_100")
        roles = {side: f"standing.{scale}.mean.{side}" for side in SIDES}
        roles |= {"gap": f"gaps.{scale}.gap.difference", "theta": f"gaps.{scale}.theta.difference"}
        roles |= {"change": f"change.{scale}.change.difference"}
        rows.append(Row(subject=scale, figures=roles, group=group))
    figures["gaps.EXC.gap.difference"] = WithheldFigure()
    roles = dict.fromkeys((*SIDES, "gap"), "gaps.EXC.gap.difference")
    return (*rows, Row(subject="EXC", figures=roles, group="exploratory"))


def _participation(
    figures: Figures, sizes: tuple[tuple[int, int], tuple[int, int]] = ((34, 14), (29, 12)), waves: int = 2
) -> tuple[Row, ...]:
    invited, answered = sizes
    rows = []
    for subject, scope, n, of in (
        ("total", "company", sum(answered), sum(invited)),
        ("sales", "sales", answered[0], invited[0]),
        ("marketing", "marketing", answered[1], invited[1]),
    ):
        stem = "participation.ballots"
        figures[f"{stem}.answered.{scope}"] = people(n)
        figures[f"{stem}.invited.{scope}"] = people(of)
        figures[f"{stem}.rate.{scope}"] = percent(round(100 * n / of))
        roles = {role: f"{stem}.{role}.{scope}" for role in ("answered", "invited", "rate")}
        for wave in range(1, waves + 1):
            figures[f"{stem}.rate.{scope}.{wave}"] = percent(70 + 4 * wave)
            roles[f"wave_{wave}"] = f"{stem}.rate.{scope}.{wave}"
        rows.append(Row(subject=subject, figures=roles))
    for scale, (low, high, d) in {"ALN": (-14, 20, 10), "TRU": (-9, 27, 25), "FRI": (-34, 0, None)}.items():
        stem = f"participation.{scale}"
        figures[f"{stem}.low.difference"] = points(low)
        figures[f"{stem}.high.difference"] = points(high)
        figures[f"{stem}.d_star.difference"] = NotEstimableFigure(reason="all_answered") if d is None else points(d)
        roles = {role: f"{stem}.{role}.difference" for role in ("low", "high", "d_star")}
        rows.append(Row(subject=scale, figures=roles, group="bounds"))
    return tuple(rows)


def _items(figures: Figures, scale: str) -> tuple[Row, ...]:
    block = f"items-{scale}"
    values = {
        "AL3": ((55, 48), (45, 33), (5, -10, 25, 7)),
        "AL1": ((73, 71), (79, 75), (0, -10, 10, 5)),
        "AL2": ((61, 58), (55, 50), (5, -15, 20, 7)),
        "AL4": ((41, 44), (31, 33), (-5, -20, 15, 7)),
        "AL5": ((57, 46), (48, 25), (10, -5, 30, 7)),
        "TR4": ((60, 41), (55, 17), (20, 0, 35, 6)),
        "TR1": ((57, 47), (48, 25), (10, -5, 25, 7)),
        "TR2": ((71, 60), (72, 58), (10, -5, 25, 7)),
        "TR3": ((68, 57), (66, 50), (10, -5, 25, 7)),
        "FR4": ((42, 73), (31, 92), (-30, -45, -15, 2)),
        "FR1": ((58, 45), (48, 25), (15, -5, 30, 7)),
        "FR2": ((54, 60), (41, 50), (-5, -25, 10, 7)),
        "FR3": ((30, 40), (10, 25), (-10, -25, 5, 7)),
    }
    rows = []
    for code in ITEMS[scale]:
        means, shares, (value, low, high, verdict) = values[code]
        difference = gap(value, low, high, verdict, margin="12.5", family="exploratory", family_size=22)
        rows.append(_item(figures, block, code, means, shares, difference))
    return tuple(rows)


def _item(
    figures: Figures, block: str, code: str, means: tuple[int, int], shares: tuple[int, int], difference: Figure
) -> Row:
    roles = {}
    for side, mean, share in zip(SIDES, means, shares, strict=True):
        figures[f"{block}.{code}.mean.{side}"] = points(mean)
        figures[f"{block}.{code}.favourable.{side}"] = (
            BandedFigure(code="ge90pct", unit="percent")
            if share >= 90
            else BandedFigure(code="le10pct", unit="percent")
            if share <= 10
            else percent(share)
        )
        roles[side] = f"{block}.{code}.mean.{side}"
        roles[f"favourable_{side}"] = f"{block}.{code}.favourable.{side}"
    figures[f"{block}.{code}.gap.difference"] = difference
    return Row(subject=code, figures=roles | {"gap": f"{block}.{code}.gap.difference"})


def _mirror(figures: Figures) -> tuple[Row, ...]:
    values: dict[str, tuple[tuple[int, int], tuple[int, int], str, bool, str | None]] = {
        "AL1": ((73, 71), (38, 35), "false_conflict", False, None),
        "AL3": ((55, 48), (50, 52), "true_consensus", True, None),
        "AL5": ((57, 46), (40, 53), "one_sided_blindness", True, "marketing"),
        "TR2": ((71, 60), (66, 61), "true_consensus", True, None),
        "CO4": ((52, 66), (64, 68), "dissensus", True, None),
    }
    rows = []
    for code, (own, expected, label, likely, named) in values.items():
        roles = {}
        for index, side in enumerate(SIDES):
            other = SIDES[1 - index]
            figures[f"mirror.{code}.own.{side}"] = points(own[index])
            figures[f"mirror.{code}.expected.{side}"] = points(expected[index])
            error = expected[index] - own[1 - index]
            verdict = 2 if abs(error) > 25 else 7
            figures[f"mirror.{code}.error.{side}_to_{other}"] = gap(
                error,
                5 * ((error - 15) // 5),
                5 * ((error + 19) // 5),
                verdict,
                margin="12.5",
                family="mirror",
                family_size=20,
            )
            figures[f"mirror.{code}.perceived.{side}_to_{other}"] = points(own[index] - expected[index])
            roles |= {
                f"own_{side}": f"mirror.{code}.own.{side}",
                f"expected_{side}": f"mirror.{code}.expected.{side}",
                f"error_{side}": f"mirror.{code}.error.{side}_to_{other}",
                f"perceived_{side}": f"mirror.{code}.perceived.{side}_to_{other}",
            }
        figures[f"mirror.{code}.gap.difference"] = gap(own[0] - own[1], -10, 15, 7, margin="12.5")
        roles["gap"] = f"mirror.{code}.gap.difference"
        rows.append(Row(subject=code, figures=roles, label=label, likely=likely, named_side=named))
    return tuple(rows)


def _change(figures: Figures) -> tuple[Row, ...]:
    rows = []
    values = {
        "H": ((52, 55, 57), (5, 1, 9, 4)),
        "ALN": ((45, 53, 60), (15, 9, 21, 3)),
        "TRU": ((59, 60, 62), (3, -3, 9, 5)),
        "FRI": ((55, 52, 49), (-6, -13, 1, 7)),
    }
    for scale, (levels, (value, low, high, verdict)) in values.items():
        roles = {}
        for k, level in enumerate(levels, start=1):
            for scope, shift, half in (("company", 0, 5), ("sales", 4, 6), ("marketing", -5, 10)):
                moved = level + (shift if scale != "FRI" else -shift)
                id_ = f"change.{scale}.wave_{k}.{scope}"
                figures[id_] = points(moved, moved - half, moved + half)
                roles[f"wave_{k}_{scope}"] = id_
        for scope, spread in (("company", 0), ("sales", 3), ("marketing", 8)):
            id_ = f"change.{scale}.change.{scope}"
            figures[id_] = gap(
                value, low - spread, high + spread, verdict if not spread else 7, family="change_headline"
            )
            roles[f"change_{scope}"] = id_
        roles["change_difference"] = f"change.{scale}.change.difference"
        rows.append(Row(subject=scale, figures=roles))
    return tuple(rows)


def _ballots(figures: Figures) -> Row:
    roles = {role: f"participation.ballots.{role}.company" for role in ("answered", "invited")}
    assert set(roles.values()) <= set(figures)
    return Row(subject="ballots", figures=roles)


def _brief(figures: Figures) -> tuple[Row, ...]:
    sides = {side: f"standing.FRI.mean.{side}" for side in SIDES}
    return (
        Row(
            subject="H",
            figures={"company": "standing.H.mean.company", "change": "change.H.change.company"},
            band={"company": ("watch", "sound")},
        ),
        Row(subject="FRI", figures=sides | {"gap": "gaps.FRI.gap.difference"}),
        _ballots(figures),
    )


def finding(
    id_: str, code: str, subject: str | None = None, words: dict[str, str] | None = None, **slots: str
) -> Finding:
    """A finding whose template is the shipped one of its code."""
    return Finding(id=id_, code=code, subject=subject, words=words or {}, figures=slots)


def _said(block: str, rows: tuple[Row, ...], figures: Figures, waves: int) -> tuple[Finding, ...]:
    """What the page says: shipped codes, with the figures this sample has."""
    return tuple(_findings(block, rows, figures, waves))


def _findings(block: str, rows: tuple[Row, ...], figures: Figures, waves: int) -> Iterator[Finding]:
    first = rows[0].subject if rows else None
    gap_id = None if first is None else f"gaps.{first}.gap.difference"
    match block.partition("-")[0]:
        case "brief":
            lead = rows[1].subject
            yield finding("brief.headline", "headline.gap" if lead == "FRI" else "headline.too_few", lead,
                          gap=f"gaps.{lead}.gap.difference", detectable="brief.detectable.gap.difference")  # fmt: skip
            yield finding(
                "brief.level", "brief.level", first, {"high": "good"}, company=f"standing.{first}.mean.company"
            )
            if waves > 1:
                yield _moved("brief.change", first or "", waves)
            if "participation.ALN.d_star.difference" in figures:
                yield finding(
                    "brief.silent", "participation.silent", "ALN", d_star="participation.ALN.d_star.difference"
                )
            yield finding("brief.trust", "brief.trust")
        case "reading":
            yield finding("reading.lead", "reading.row", first, x=f"standing.{first}.mean.sales",
                          y=f"standing.{first}.mean.marketing", gap=gap_id or "")  # fmt: skip
        case "participation":
            scopes = {"company": "company", "x": "sales", "y": "marketing"}
            slots = {
                f"{s}_{k}": f"participation.ballots.{s}.{v}"
                for s in ("answered", "invited", "rate")
                for k, v in scopes.items()
            }
            yield finding("participation.lead", "participation.good", **slots)
            yield finding(
                "participation.silent", "participation.silent", "ALN", d_star="participation.ALN.d_star.difference"
            )
            yield finding("participation.may", "participation.may")
            yield finding("participation.limit", "participation.limit")
        case "standing":
            slots = {"x": f"standing.{first}.mean.sales", "y": f"standing.{first}.mean.marketing"}
            slots |= {"company": f"standing.{first}.mean.company"}
            yield finding("standing.lowest", "standing.lowest", first, {"high": "good"}, **slots)
            yield finding("standing.may", "standing.may_lowest")
            yield finding("standing.limit", "standing.limit")
        case "gaps":
            yield finding("gaps.lead", "gaps.clear" if first == "FRI" else "gaps.open", first, gap=gap_id or "")
            yield finding("gaps.may", "gaps.may_clear")
            yield finding("gaps.limit", "gaps.limit")
        case "items":
            scale = block.removeprefix("items-")
            code = {"FRI": "items.gap", "TRU": "items.open"}.get(scale, "items.open")
            yield finding(f"{block}.lead", code, first, {"scale": scale}, gap=f"{block}.{first}.gap.difference")
            yield finding(f"{block}.weakest", "items.weakest", first, {"turned": "no"}, x=f"{block}.{first}.mean.sales",
                          y=f"{block}.{first}.mean.marketing", gap=f"{block}.{first}.gap.difference")  # fmt: skip
            yield finding(f"{block}.may", "items.may_shared")
            yield finding(f"{block}.limit", "items.limit")
        case "mirror":
            yield from _mirror_findings(rows)
        case "change":
            yield _moved("change.lead", "ALN", waves)
            yield finding("change.may", "change.may_moved")
            yield finding("change.limit", "change.limit")
        case "process":
            yield (
                finding("process.lead", "process.start", "P4", {"many": "yes"}) if waves > 1 else finding("process.lead", "process.none")
            )
            yield finding("process.limit", "process.limit")
        case "options":
            yield finding("options.lead", "options.offer", "I3")
            yield finding("options.never", "options.never", None, {"fixed": "NEVER"})
        case other:
            yield finding(f"{other}.lead", f"{other}.lead")


def _moved(id_: str, subject: str, waves: int) -> Finding:
    words = {"scope": "company", "waves": str(waves)}
    stem = f"change.{subject}"
    return finding(id_, "change.trend_up", subject, words, before=f"{stem}.wave_1.company",
                   now=f"{stem}.wave_{waves}.company", change=f"{stem}.change.company")  # fmt: skip


def _mirror_findings(rows: tuple[Row, ...]) -> Iterator[Finding]:
    if rows and rows[0].subject == "MIR":
        yield finding(
            "mirror.lead", "mirror.open", "MIR", {"side": "sales"}, error="mirror.MIR.error.sales_to_marketing"
        )
    else:
        words = {"label": "false_conflict", "likely": "no", "side": "sales"}
        yield finding("mirror.lead", "mirror.false_conflict", "AL1", words, gap="mirror.AL1.gap.difference",
                      perceived="mirror.AL1.perceived.sales_to_marketing",
                      error="mirror.AL1.error.sales_to_marketing")  # fmt: skip
    yield finding("mirror.may", "mirror.may_conflict")
    yield finding("mirror.limit", "mirror.limit")


def _blocks(
    rows: dict[str, tuple[Row, ...]], items: dict[str, tuple[Row, ...]], figures: Figures, waves: int
) -> tuple[tuple[Block, ...], tuple[Finding, ...]]:
    order = [
        "brief",
        "reading",
        "participation",
        "standing",
        "gaps",
        *(f"items-{s}" for s in items),
        "mirror",
        "change",
    ]
    blocks: list[Block] = []
    said: list[Finding] = []
    for id_ in [*order, "process", "options", "method", "anonymity"]:
        scale = id_.removeprefix("items-") if id_.startswith("items-") else None
        own = items[scale] if scale else rows.get(id_, ())
        if id_ == "reading":
            own = (rows["gaps"][0],)
        if (id_ in ("mirror", "change") and not own) or (id_ == "options" and waves == 1):
            blocks.append(Block(id=id_, state="dropped", scale=scale))
            continue
        found = _said(id_, own, figures, waves)
        said += found
        ids = tuple(each.id for each in found)
        blocks.append(Block(id=id_, state="full", title=ids[0], findings=ids[1:], rows=own, scale=scale))
    return tuple(blocks), tuple(said)


def _facts(
    figures: Figures, rows: dict[str, tuple[Row, ...]], items: dict[str, tuple[Row, ...]], *, form: str, waves: int = 3
) -> Facts:
    figures["brief.detectable.gap.difference"] = points(22)
    blocks, findings = _blocks(rows, items, figures, waves)
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
                "promise": {locale: list(PROMISE[locale]) for locale in LOCALES},
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


PROMISE = {
    "en": (
        "Your answers are confidential until the count and anonymous after it: they are locked when you send them, and our server uses the key only after closing.",
        "At closing, the ballots are shuffled and counted, and the keys that could tie one to you are destroyed.",
        "Results come out once, for groups of at least 5 people; comments only if at least 10 on each side answered, after a consultant has removed what points to someone.",
        "Your receipt shows that your ballot was counted, not what you said.",
        "We cannot protect you from someone who reads your mail or screen, from your own writing style, or when a whole group answers the same, or from someone who copies our keys before the count.",
    ),
    "fr-CA": (
        "Vos réponses sont confidentielles jusqu’au dépouillement et anonymes ensuite : elles sont verrouillées dès l’envoi, et notre serveur n’utilise la clé qu’après la clôture.",
        "À la clôture, les bulletins sont mélangés et comptés, puis les clés qui pourraient vous relier à l’un d’eux sont détruites.",
        "Les résultats sont publiés une seule fois, pour des groupes d’au moins 5 personnes; les commentaires, seulement si au moins 10 personnes de chaque équipe ont répondu, et une fois que le cabinet-conseil a retiré ce qui désigne quelqu’un.",
        "Votre reçu montre que votre bulletin a été compté, pas ce que vous avez répondu.",
        "Nous ne pouvons pas vous protéger d’une personne qui lit vos courriels ou votre écran, de votre propre style d’écriture, ni lorsque tout un groupe répond la même chose, ni d’une personne qui copierait nos clés avant le dépouillement.",
    ),
}

PLAYS = {
    "en": {
        "P4": {
            "title": "Set one hard joint goal",
            "why": "The teams are not seen to share targets.",
            "what": "Choose one specific, difficult goal both teams can move this quarter. Each person writes a contribution. Review it openly each month.",
            "d30": "Fix indicator, baseline, target.",
            "d60": "Contributions written.",
            "d90": "First open review.",
            "watch": "Wait if no indicator is within reach of both.",
        },
        "P17": {
            "title": "Answer every request",
            "why": "Follow-through on feedback is rated low, one way at least.",
            "what": "Give each request a yes, a no or a date within two days. Keep one list of asks and answers.",
            "d30": "Open one channel.",
            "d60": "Publish the list.",
            "d90": "Review the misses.",
            "watch": "Keep to one channel.",
        },
        "P6": {
            "title": "Debrief wins and losses together",
            "why": "After a setback, the fix is not seen to come first.",
            "what": "Take 30 minutes a month on three cases, with facts. Those involved run it. Each lesson gets an owner.",
            "d30": "Debrief three deals.",
            "d60": "Every lesson owned.",
            "d90": "Publish what changed.",
            "watch": "Never for appraisal.",
        },
        "I3": {
            "title": "Give both heads one shared number",
            "why": "Shared targets, or one common plan, seem to be missing.",
            "what": "Put 30 to 50% of each head’s variable pay on one number. Same threshold, same accelerator. Pair it with the charter.",
            "d30": "Choose number and baseline.",
            "d60": "Run one shadow quarter; the old plan pays.",
            "d90": "Decide with HR and counsel.",
            "watch": "Not if one head controls under a quarter of it.",
            "share": "both heads 30–50%",
            "gains": "joint result",
            "pays": "own result",
        },
    },
    "fr-CA": {
        "P4": {
            "title": "Fixer un objectif commun exigeant",
            "why": "Les équipes ne semblent pas viser les mêmes objectifs.",
            "what": "Choisissez un objectif précis et difficile, que les deux équipes peuvent faire avancer ce trimestre. Chaque personne écrit sa contribution. Faites le point ouvertement chaque mois.",
            "d30": "Fixer l’indicateur, le point de départ et la cible.",
            "d60": "Contributions écrites.",
            "d90": "Premier bilan ouvert.",
            "watch": "Attendez si aucun indicateur n’est à la portée des deux équipes.",
        },
        "P17": {
            "title": "Répondre à chaque demande",
            "why": "Les suites données à la rétroaction sont jugées faibles, dans un sens au moins.",
            "what": "Répondez à chaque demande par un oui, un non ou une date dans les deux jours. Tenez une seule liste de demandes et de réponses.",
            "d30": "Ouvrir un canal.",
            "d60": "Publier la liste.",
            "d90": "Revoir les oublis.",
            "watch": "Gardez un seul canal.",
        },
        "P6": {
            "title": "Faire ensemble le bilan des ventes gagnées et perdues",
            "why": "Après un revers, la solution ne semble pas passer en premier.",
            "what": "Prenez 30 minutes par mois pour trois cas, faits à l’appui. Les personnes concernées animent. Chaque leçon est confiée à quelqu’un.",
            "d30": "Revoir trois dossiers.",
            "d60": "Chaque leçon confiée à quelqu’un.",
            "d90": "Publier ce qui a changé.",
            "watch": "Jamais pour évaluer le rendement.",
        },
        "I3": {
            "title": "Donner un chiffre commun aux deux responsables",
            "why": "Des objectifs communs, ou un plan commun, semblent manquer.",
            "what": "Liez de 30 à 50\u00a0% de la rémunération variable de chaque responsable à un seul chiffre. Même seuil, même accélérateur. Joignez-y la charte.",
            "d30": "Choisir le chiffre et son point de départ.",
            "d60": "Simuler un trimestre; l’ancien régime s’applique.",
            "d90": "Décider avec les RH et les juristes.",
            "watch": "Pas si une des deux personnes en maîtrise moins du quart.",
            "share": "les deux responsables, de 30 à 50\u00a0%",
            "gains": "résultat commun",
            "pays": "résultat propre",
        },
    },
}

FIXED = {
    "en": {
        "LEAVE": "Leave as is. Nothing here calls for a new process. Finish last quarter’s commitments; look again next wave.",
        "OPEN": "No change recommended yet: the answers do not settle it.",
        "PROTECT": "Protect this difference. The teams weigh now and later differently and trust each other: keep both voices.",
        "NEVER": "Never tie pay, bonuses or appraisals to these scores: the measure would be spoiled, and the promise to those who answered broken.",
        "KNOW": "Next wave: {name} should {direction}.",
        "KNOW_CHANGE": "A change of about {d} points would be noticeable.",
        "RISE": "rise",
        "FALL": "fall",
    },
    "fr-CA": {
        "LEAVE": "Garder tel quel. Rien ici ne justifie un nouveau processus. Menez à terme les engagements du dernier trimestre; refaites le point à la prochaine vague.",
        "OPEN": "Aucun changement recommandé pour l’instant\u00a0: les réponses ne tranchent pas.",
        "PROTECT": "Protéger cette différence. Les équipes n’accordent pas le même poids au court et au long terme, et se font confiance\u00a0: gardez les deux voix.",
        "NEVER": "Ne liez jamais la paie, les primes ou l’évaluation du rendement à ces scores\u00a0: la mesure serait faussée, et la promesse faite aux personnes qui ont répondu, rompue.",
        "KNOW": "À la prochaine vague\u00a0: {name} devrait {direction}.",
        "KNOW_CHANGE": "Un changement d’environ {d} points serait décelable.",
        "RISE": "monter",
        "FALL": "descendre",
    },
}

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
