"""Rows of the facts written by hand: figures with ids, by block. No number here was ever measured."""

from __future__ import annotations

from typing import Any

from assess.reports.facts import BandedFigure, Figure, NotEstimableFigure, ReleasedFigure, Row, WithheldFigure

SIDES = ("sales", "marketing")
SCALES = ("ALN", "TRU", "FRI", "EXC")
ITEMS = {
    "ALN": ("AL3", "AL1", "AL2", "AL4", "AL5"),
    "TRU": ("TR4", "TR1", "TR2", "TR3"),
    "FRI": ("FR4", "FR1", "FR2", "FR3"),
}

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


def standing_rows(figures: Figures) -> tuple[Row, ...]:
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


def gaps_rows(figures: Figures) -> tuple[Row, ...]:
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


def participation_rows(
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


def items_rows(figures: Figures, scale: str) -> tuple[Row, ...]:
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
        rows.append(item_row(figures, block, code, means=means, shares=shares, difference=difference))
    return tuple(rows)


def item_row(
    figures: Figures, block: str, code: str, *, means: tuple[int, int], shares: tuple[int, int], difference: Figure
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


def mirror_rows(figures: Figures) -> tuple[Row, ...]:
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


def change_rows(figures: Figures) -> tuple[Row, ...]:
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


def ballots_row(figures: Figures) -> Row:
    roles = {role: f"participation.ballots.{role}.company" for role in ("answered", "invited")}
    assert set(roles.values()) <= set(figures)
    return Row(subject="ballots", figures=roles)


def brief_rows(figures: Figures) -> tuple[Row, ...]:
    sides = {side: f"standing.FRI.mean.{side}" for side in SIDES}
    return (
        Row(
            subject="H",
            figures={"company": "standing.H.mean.company", "change": "change.H.change.company"},
            band={"company": ("watch", "sound")},
        ),
        Row(subject="FRI", figures=sides | {"gap": "gaps.FRI.gap.difference"}),
        ballots_row(figures),
    )
