"""From HTML to a tagged PDF: WeasyPrint behind a closed fetcher, attachments, then the last corrections (R-31, R-45).

Runs in the child process only (`child`): nothing here is imported by a web process. The corrections are in `tagging`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from assess import resources
from assess.reports import figures_csv, render, tagging
from assess.reports.facts import Facts
from assess.reports.render import Paper, Variant

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher

OUTPUT_LIMIT: Final = 5 * 1024 * 1024
SCHEME: Final = "assess:"
FONTS: Final = (
    "SourceSans3-Regular.ttf",
    "SourceSans3-Bold.ttf",
    "SourceSans3-It.ttf",
    "SourceSerif4-Bold.ttf",
    "mono/SourceCodePro-Bold.ttf",
)
STYLES: Final = ("report.css", "paper-letter.css", "paper-a4.css", "witness.css", "cards.css")
VARIANT: Final = "pdf/ua-1"
ANCHOR: Final = "page-"
FLOWING: Final = frozenset({"process"})
"""Blocks that may take as many pages as their cards need."""


class TooLargeError(RuntimeError):
    """The PDF is larger than anything a report should be."""


def make(facts: Facts, facts_bytes: bytes, locale: str, paper: Paper, variant: Variant) -> bytes:
    """Return the finished PDF of facts, with `figures.csv` and `report.json` attached (R-42)."""
    drawn = io.BytesIO()
    fitted(facts, locale, paper, variant).write_pdf(drawn, pdf_variant=VARIANT)
    day = render.release_day(facts)
    finished = tagging.finish(
        drawn.getvalue(),
        attachments=(
            tagging.Attached(name="figures.csv", data=figures_csv.table(facts), mime="text/csv", relation="Data"),
            tagging.Attached(name="report.json", data=facts_bytes, mime="application/json", relation="Source"),
        ),
        at=None if day is None else midnight(day),
    )
    if len(finished) > OUTPUT_LIMIT:
        raise TooLargeError(f"the PDF has {len(finished)} bytes, over the limit of {OUTPUT_LIMIT}")
    return finished


def fitted(facts: Facts, locale: str, paper: Paper, variant: Variant = "report") -> Any:
    """Return the laid out document; blocks that spill over their page are set tighter, once (R-51)."""
    document = laid_out(render.html(facts, locale, paper, variant))
    spilled = frozenset(_spilled(document)) - FLOWING
    return laid_out(render.html(facts, locale, paper, variant, tight=spilled)) if spilled else document


def _spilled(document: Any) -> Iterator[str]:
    """Yield the blocks that take more than one page, by where their anchors stand."""
    places = [
        (number, name.removeprefix(ANCHOR))
        for number, page in enumerate(document.pages)
        for name in page.anchors
        if name.startswith(ANCHOR)
    ]
    ends = [number for number, _ in places[1:]] + [len(document.pages)]
    for (number, block), end in zip(places, ends, strict=True):
        if end - number > 1:
            yield block


def laid_out(html: str) -> Any:
    """Return WeasyPrint's document of a page of HTML, which may fetch from memory only."""
    import weasyprint

    html_document = weasyprint.HTML(string=html, base_url="assess:report.html", url_fetcher=fetcher())
    return html_document.render(pdf_variant=VARIANT, presentational_hints=False)


def midnight(day: date) -> datetime:
    """Return the first instant of a day, UTC: the only time a report knows."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@cache
def served() -> dict[str, tuple[bytes, str]]:
    """Return everything a report may fetch, in memory: fonts and style sheets, by their `assess:` address."""
    folder = resources.templates() / "report"
    fonts = {f"{SCHEME}fonts/{name}": ((folder / "fonts" / name).read_bytes(), "font/ttf") for name in FONTS}
    styles = {f"{SCHEME}{name}": ((folder / name).read_bytes(), "text/css") for name in STYLES}
    return fonts | styles


def fetcher() -> URLFetcher:
    """Return a fetcher that serves `assess:` from memory and stops the rendering at anything else (R-45)."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class Closed(URLFetcher):  # type: ignore[misc]
        """Serves what is in memory; http, https, file, data and redirects are fatal."""

        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:  # noqa: ARG002 - WeasyPrint's signature
            found = served().get(url)
            if found is None:
                raise FatalURLFetchingError(f"a report may not fetch {url[:80]}")
            data, kind = found
            return URLFetcherResponse(url, data, {"Content-Type": kind})

    return Closed(allowed_protocols=("assess",), allow_redirects=False, fail_on_errors=True)
