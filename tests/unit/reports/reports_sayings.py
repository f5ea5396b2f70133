"""Facts with one figure of every kind, and a finding of every code: what the words are tested on."""

from __future__ import annotations

import re
from typing import Any

import reports_waves as built

from assess.reports.facts import (
    BandedFigure,
    Facts,
    Figure,
    Finding,
    NotEstimableFigure,
    ReleasedFigure,
    WithheldFigure,
)
from assess.reports.findings import Code
from assess.reports.phrases import sentence_of, titles
from assess.reports.wording import LABELS

PLAIN = {
    "brief.detectable.gap.difference": ReleasedFigure(value=15, unit="points"),
    "participation.TRU.d_star.difference": ReleasedFigure(value=20, unit="points"),
    "participation.TRU.low.difference": ReleasedFigure(value=4, unit="points"),
    "participation.TRU.high.difference": ReleasedFigure(value=31, unit="points"),
    "standing.TRU.mean.company": ReleasedFigure(value=48, lo95=41, hi95=55, unit="points"),
    "standing.TRU.mean.sales": ReleasedFigure(value=60, lo95=54, hi95=66, unit="points"),
    "standing.TRU.mean.marketing": ReleasedFigure(value=36, unit="points"),
    "change.TRU.wave_1.company": ReleasedFigure(value=41, lo95=33, hi95=49, unit="points"),
    "change.TRU.wave_1.difference": ReleasedFigure(value=24, lo95=12, hi95=36, unit="points"),
    "standing.TRU.mean_process.company": ReleasedFigure(value=58, lo95=50, hi95=66, unit="points"),
    "change.TRU.usual.company": ReleasedFigure(value=41, lo95=38, hi95=44, unit="points"),
    "change.TRU.usual_low.company": ReleasedFigure(value=25, unit="points"),
    "change.TRU.usual_high.company": ReleasedFigure(value=57, unit="points"),
}


def compared(value: int | str, lo95: int | str, hi95: int | str, verdict: int, **more: Any) -> ReleasedFigure:
    values: dict[str, Any] = {
        "lo90": lo95,
        "hi90": hi95,
        "family": "headline",
        "family_size": 3,
        "margin": 10,
        "need": 64 if verdict == 7 else None,
    }
    return ReleasedFigure(value=value, lo95=lo95, hi95=hi95, verdict=verdict, unit="points", **{**values, **more})


GAPS: dict[int, Figure] = {
    2: compared(24, 12, 36, 2, lo90=14, hi90=34),
    3: compared(-12, -21, -3, 3, lo90="-19.6", hi90="-4.4"),
    4: compared(5, 1, 9, 4, lo90="1.7", hi90="8.3"),
    5: compared(1, "-7.5", "9.5", 5, lo90=-6, hi90=8),
    6: compared(12, "0.6", 23, 6, lo90=2, hi90=22),
    7: compared(4, -9, 17, 7, lo90=-7, hi90=15),
}
ERRORS = {row: figure.model_copy(update={"margin": "12.5", "family": "mirror"}) for row, figure in GAPS.items()}
CHANGES: dict[int, Figure] = {
    3: compared(17, 6, 28, 3, family="change_headline"),
    5: compared(1, -6, 8, 5, family="change_headline"),
    7: compared(7, -4, 18, 7, family="change_headline", need=None),
}
F4 = {
    "gap": compared(3, -16, 22, 7, lo90=-12, hi90=19, margin="12.5"),
    "perceived": ReleasedFigure(value=41, unit="points"),
    "error": compared(-38, -55, -20, 2, margin="12.5"),
}
"""S-35's oracle as printed."""


def saying(
    base: Facts, code: str, *, subject: str | None = "TRU", figures: dict[str, Figure] | None = None, **words: str
) -> Facts:
    """Return facts with one finding, `said`, with the slots its texts name; `figures` replaces some."""
    slots = {
        "gap": ("gaps.TRU.gap.difference", GAPS[2]),
        "change": ("change.TRU.change.company", CHANGES[3]),
        "before": ("change.TRU.wave_1.company", PLAIN["change.TRU.wave_1.company"]),
        "now": ("standing.TRU.mean_process.company", PLAIN["standing.TRU.mean_process.company"]),
        **{
            slot: (f"change.TRU.{slot}.company", PLAIN[f"change.TRU.{slot}.company"])
            for slot in ("usual", "usual_low", "usual_high")
        },
        "perceived": ("mirror.AL1.perceived.sales_to_marketing", F4["perceived"]),
        "error": ("mirror.AL1.error.sales_to_marketing", F4["error"]),
        "theta": ("gaps.TRU.theta.difference", ReleasedFigure(value=62, lo95=48, hi95=75, unit="times_in_100")),
        "detectable": ("brief.detectable.gap.difference", PLAIN["brief.detectable.gap.difference"]),
        "d_star": ("participation.TRU.d_star.difference", PLAIN["participation.TRU.d_star.difference"]),
        "low": ("participation.TRU.low.difference", PLAIN["participation.TRU.low.difference"]),
        "high": ("participation.TRU.high.difference", PLAIN["participation.TRU.high.difference"]),
        "company": ("standing.TRU.mean.company", PLAIN["standing.TRU.mean.company"]),
        "x": ("standing.TRU.mean.sales", PLAIN["standing.TRU.mean.sales"]),
        "y": ("standing.TRU.mean.marketing", PLAIN["standing.TRU.mean.marketing"]),
        "value": ("standing.TRU.mean.sales", PLAIN["standing.TRU.mean.sales"]),
        **{
            f"{statistic}_{slot}": (f"participation.ballots.{statistic}.{scope}", None)
            for statistic in ("answered", "invited", "rate")
            for slot, scope in (("company", "company"), ("x", "sales"), ("y", "marketing"))
        },
        "answered": ("participation.ballots.answered.company", None),
        "invited": ("participation.ballots.invited.company", None),
    }  # fmt: skip
    named = " ".join(" ".join((*titles(code, locale), sentence_of(code, locale))) for locale in ("en", "fr-CA"))
    joined = "coorientation" in named or "another" in named
    slots = {
        slot: figure
        for slot, figure in slots.items()
        if re.search(rf"\b{slot}\b", named) or (joined and slot in ("gap", "perceived", "error"))
    }
    changed = figures or {}
    known = dict(base.figures)
    for slot, (id_, figure) in slots.items():
        chosen = changed.get(slot, figure)
        if chosen is not None:
            known[id_] = chosen
    said = {
        "side": "sales", "named": "marketing", "label": "false_conflict", "likely": "yes", "scale": "ALN", "waves": "3",
        "trend": "no", "scope": "company", "fixed": "OPEN", "band": "watch sound", "high": "bad", "turned": "no",
        "many": "yes", "way": "above", "seen": "moved",
        **words,
    }  # fmt: skip
    if code != "brief.level" and not code.startswith("standing."):
        said.pop("high")
    ids = {slot: id_ for slot, (id_, _) in slots.items()}
    if "high" in said:
        ids.pop("high", None)
    finding = Finding(id="said", code=code, figures=ids, subject=subject, words=said)
    return base.model_copy(update={"figures": known, "findings": (finding,)})


SUBJECTS = {
    **dict.fromkeys(("headline.false_consensus", "headline.false_conflict", "items.gap", "items.none"), "AL1"),
    **{code.value: "AL1" for code in Code if code.value.startswith(("mirror.", "items."))},
    **{code.value: "P4" for code in (Code.PROCESS_START,)},
    **{code.value: "I3" for code in (Code.OPTIONS_OFFER,)},
}
"""What a code is about, when not a scale."""

FIXED = {
    "process.open": "OPEN",
    "process.leave": "LEAVE",
    "process.protect": "PROTECT",
    "process.chair": "CHAIR",
    "options.never": "NEVER",
}

FITTING: dict[str, dict[str, Figure]] = {
    "headline.no_gap": {"gap": GAPS[5]},
    "headline.too_small": {"gap": GAPS[4]},
    "headline.too_few": {"gap": GAPS[7]},
    "gaps.none": {"gap": GAPS[5]},
    "gaps.small": {"gap": GAPS[4]},
    "gaps.open": {"gap": GAPS[7]},
    "gaps.withheld": {"gap": WithheldFigure()},
    "items.none": {"gap": ERRORS[5]},
    "items.small": {"gap": ERRORS[4]},
    "items.open": {"gap": ERRORS[7]},
    "change.steady": {"change": CHANGES[5], "now": ReleasedFigure(value=42, unit="points")},
    "change.open": {"change": CHANGES[7], "now": ReleasedFigure(value=48, unit="points")},
    "change.inside": {"change": CHANGES[5], "now": ReleasedFigure(value=42, unit="points")},
    "change.drift": {"change": CHANGES[7], "now": ReleasedFigure(value=48, unit="points")},
    "change.no_verdict": {"change": NotEstimableFigure(reason="no_interval")},
    **{
        code: {
            "change": compared(-17, -28, -6, 3),
            "before": PLAIN["change.TRU.wave_1.difference"],
            "now": ReleasedFigure(value=7, unit="points"),
        }
        for code in ("change.gap_moved", "headline.gap_moved")
    },
    "mirror.accurate": {"error": ERRORS[5]},
    "mirror.open": {"error": ERRORS[7]},
    "mirror.higher": {"error": ERRORS[2]},
}


def said(code: str, base: Facts | None = None, **words: str) -> Facts:
    """Return facts with a finding of this code on figures that fit it."""
    figures = {**(F4 if code.startswith(("mirror.", "headline.false")) else {}), **FITTING.get(code, {})}
    label = code.rpartition(".")[2]
    named = {"label": label} if label in LABELS else {}
    scope = {"scope": "difference"} if code.endswith("gap_moved") else {}
    fixed = {"fixed": FIXED[code]} if code in FIXED else {}
    fixed |= {"seen": "open"} if code == "change.drift" else {}
    return saying(
        base or built.waves(1)[0],
        code,
        subject=SUBJECTS.get(code, "TRU"),
        figures=figures,
        **{**named, **scope, **fixed, **words},
    )


__all__ = ["CHANGES", "ERRORS", "F4", "GAPS", "BandedFigure", "compared", "said", "saying"]
