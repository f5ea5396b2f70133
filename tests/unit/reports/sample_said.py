"""What the pages of the facts written by hand say: shipped codes with the figures that the sample has."""

from __future__ import annotations

from collections.abc import Iterator

from sample_rows import Figures

from assess.reports.facts import Block, Finding, Row


def finding(
    id_: str, code: str, subject: str | None = None, words: dict[str, str] | None = None, **slots: str
) -> Finding:
    """A finding whose template is the shipped one of its code."""
    return Finding(id=id_, code=code, subject=subject, words=words or {}, figures=slots)


def _said(block: str, rows: tuple[Row, ...], figures: Figures, waves: int) -> tuple[Finding, ...]:
    """What the page says: shipped codes, with the figures this sample has."""
    return tuple(_findings(block, rows, figures, waves))


def _findings(block: str, rows: tuple[Row, ...], figures: Figures, waves: int) -> Iterator[Finding]:
    first = rows[0].subject if rows else ""
    levels = {"x": f"standing.{first}.mean.sales", "y": f"standing.{first}.mean.marketing"}
    match block.partition("-")[0]:
        case "brief":
            yield from _brief_findings(rows, figures, waves)
        case "reading":
            yield finding("reading.lead", "reading.row", first, gap=f"gaps.{first}.gap.difference", **levels)
        case "participation":
            yield from _participation_findings()
        case "standing":
            company = f"standing.{first}.mean.company"
            yield finding("standing.lowest", "standing.lowest", first, {"high": "good"}, company=company, **levels)
            yield from _aside("standing", "standing.may_lowest")
        case "gaps":
            code = "gaps.clear" if first == "FRI" else "gaps.open"
            yield finding("gaps.lead", code, first, gap=f"gaps.{first}.gap.difference")
            yield from _aside("gaps", "gaps.may_clear")
        case "items":
            yield from _item_findings(block, first)
        case "mirror":
            yield from _mirror_findings(rows)
        case "change":
            yield _moved("change.lead", "ALN", waves)
            yield from _aside("change", "change.may_moved")
        case "process" | "options":
            yield from _advice_findings(block, waves)
        case other:
            yield finding(f"{other}.lead", f"{other}.lead")


def _aside(block: str, may: str) -> Iterator[Finding]:
    yield finding(f"{block}.may", may)
    yield finding(f"{block}.limit", f"{block.partition('-')[0]}.limit")


def _brief_findings(rows: tuple[Row, ...], figures: Figures, waves: int) -> Iterator[Finding]:
    first, lead = rows[0].subject, rows[1].subject
    code = "headline.gap" if lead == "FRI" else "headline.too_few"
    slots = {"gap": f"gaps.{lead}.gap.difference", "detectable": "brief.detectable.gap.difference"}
    yield finding("brief.headline", code, lead, **slots)
    yield finding("brief.level", "brief.level", first, {"high": "good"}, company=f"standing.{first}.mean.company")
    if waves > 1:
        yield _moved("brief.change", first, waves)
    if "participation.ALN.d_star.difference" in figures:
        yield finding("brief.silent", "participation.silent", "ALN", d_star="participation.ALN.d_star.difference")
    yield finding("brief.trust", "brief.trust")


def _participation_findings() -> Iterator[Finding]:
    scopes = {"company": "company", "x": "sales", "y": "marketing"}
    slots = {
        f"{statistic}_{slot}": f"participation.ballots.{statistic}.{scope}"
        for statistic in ("answered", "invited", "rate")
        for slot, scope in scopes.items()
    }
    yield finding("participation.lead", "participation.good", **slots)
    yield finding("participation.silent", "participation.silent", "ALN", d_star="participation.ALN.d_star.difference")
    yield from _aside("participation", "participation.may")


def _item_findings(block: str, first: str) -> Iterator[Finding]:
    scale, gap_id = block.removeprefix("items-"), f"{block}.{first}.gap.difference"
    code = "items.gap" if scale == "FRI" else "items.open"
    yield finding(f"{block}.lead", code, first, {"scale": scale}, gap=gap_id)
    means = {"x": f"{block}.{first}.mean.sales", "y": f"{block}.{first}.mean.marketing"}
    yield finding(f"{block}.weakest", "items.weakest", first, {"turned": "no"}, gap=gap_id, **means)
    yield from _aside(block, "items.may_shared")


def _advice_findings(block: str, waves: int) -> Iterator[Finding]:
    if block == "options":
        yield finding("options.lead", "options.offer", "I3")
        yield finding("options.never", "options.never", None, {"fixed": "NEVER"})
        return
    started = finding("process.lead", "process.start", "P4", {"many": "yes"})
    yield started if waves > 1 else finding("process.lead", "process.none")
    yield finding("process.limit", "process.limit")


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
    yield from _aside("mirror", "mirror.may_conflict")


def blocks(
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
