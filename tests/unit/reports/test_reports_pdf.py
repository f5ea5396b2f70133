"""The PDF: same bytes, nothing fetched, tagged, bounded, one page where one is promised (R-31 to R-45, R-50, R-57)."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from datetime import date
from functools import cache

import pikepdf
import pytest
import reports_waves
import sample_facts

from assess.reports import facts, figures_csv, pdf, render, tagging

LOCALES = sample_facts.LOCALES
PAPERS = render.PAPERS
MM = 96 / 25.4
FACES = {"Source-Sans-3-Bold", "Source-Sans-3-Italic", "Source-Sans-3,", "Source-Serif-4-Bold"}


@cache
def made(name: str, locale: str, paper: str, variant: str = "report") -> bytes:
    """A PDF made in this process, once."""
    found = getattr(sample_facts, name)()
    return pdf.make(found, facts.dump(found), locale, paper, variant)


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


def test_the_same_facts_give_the_same_bytes_in_two_processes():
    """R-43, R-47; of a whole report, the demo's is drawn again in another process."""
    data = facts.dump(sample_facts.core())
    first, second = (render.pdf(data, "fr-CA", "letter", "brief") for _ in range(2))
    assert first == second
    assert first.startswith(b"%PDF-1.7")


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", ["core", "scales_only"])
def test_the_brief_is_one_page_in_every_locale_and_paper(name, locale, paper):
    """R-16: first page of the report, and alone."""
    assert len(opened(made(name, locale, paper, "brief")).pages) == 1


@pytest.mark.parametrize(
    ("name", "locale", "paper"),
    [("core", "fr-CA", "letter"), ("core", "en", "a4"), ("full", "fr-CA", "letter"), ("from_file", "en", "letter")],
)
def test_a_report_keeps_its_pages(name, locale, paper):
    """R-39, R-51: at most 24 pages, a page a block, but for the cards that may need a second."""
    made_pdf = opened(made(name, locale, paper))
    found = getattr(sample_facts, name)()
    standing = [block for block in found.blocks if block.state != "dropped"]
    assert len(standing) <= len(made_pdf.pages) <= min(24, len(standing) + 1)
    size = made_pdf.pages[0].mediabox
    assert [round(float(edge)) for edge in size[2:]] == ([612, 792] if paper == "letter" else [595, 842])


def test_a_block_that_spills_over_its_page_is_set_tighter():
    """R-51: six statements in French on Letter take more than a page, and are brought back to one."""
    found = reports_waves.facts(form="pulse")
    loose = pdf.laid_out(render.html(found, "fr-CA", "letter"))
    assert "items-PUL" in set(pdf._spilled(loose))
    assert "items-PUL" not in set(pdf._spilled(pdf.fitted(found, "fr-CA", "letter")))


def test_what_spills_is_seen_by_where_blocks_begin():
    pages = '<p style="break-after: page">x</p>'
    document = pdf.laid_out(
        f'<html lang="en"><title>x</title><h2 id="page-a">a</h2>{pages * 2}<h2 id="page-b">b</h2></html>'
    )
    assert list(pdf._spilled(document)) == ["a"]


@pytest.mark.parametrize("locale", LOCALES)
def test_contents_lead_to_the_pages_they_name(locale):
    """R-50: numbers of the contents = real pages; every link has a target."""
    document = pdf.laid_out(render.html(sample_facts.core(), locale, "letter"))
    anchors = {name: number for number, page in enumerate(document.pages, start=1) for name in page.anchors}
    entries = [(target, text) for page in document.pages for target, text in _links(page) if text.strip()]
    listed = [(target, text) for target, text in entries if text.strip().isdigit()]
    assert len(listed) >= 12
    for target, number in listed:
        assert anchors[target] == int(number)
    for page in document.pages:
        assert all(target in anchors for kind, target, _, _ in page.links if kind == "internal")


def test_bookmarks_are_the_titles_of_the_pages():
    """R-33, R-50: one a block, in order, none for parts."""
    made_pdf = opened(made("core", "fr-CA", "letter"))
    with made_pdf.open_outline() as outline:
        titles = [str(item.title) for item in outline.root]
        assert not any(item.children for item in outline.root)
    html = render.html(sample_facts.core(), "fr-CA", "letter")
    assert len(titles) == sum(block.state != "dropped" for block in sample_facts.core().blocks)
    assert all(title.replace("&", "&amp;") in html for title in titles)


def test_only_the_four_shipped_faces_are_embedded():
    """R-57: embedded, with a way back to text."""
    made_pdf = opened(made("core", "fr-CA", "letter"))
    found = set()
    for page in made_pdf.pages:
        for font in page.resources.Font.values():
            found.add(str(font.BaseFont).split("+")[1])
            assert "/ToUnicode" in font
            assert "/FontFile2" in font.DescendantFonts[0].FontDescriptor
    assert found == FACES


def test_metadata_are_title_producer_creation_and_language_alone():
    """R-57, T13."""
    made_pdf = opened(made("core", "fr-CA", "letter"))
    assert set(made_pdf.docinfo.keys()) == {"/Title", "/Producer", "/CreationDate"}
    assert str(made_pdf.docinfo.CreationDate) == "D:20260811"
    assert str(made_pdf.Root.Lang) == "fr-CA"
    about = made_pdf.Root.Metadata.read_bytes().decode()
    assert 'pdfuaid:part="1"' in about
    for word in ("ModifyDate", "MetadataDate", "CreatorTool", "creator", "/root", "/work"):
        assert word not in about


def test_a_file_without_a_day_prints_none():
    made_pdf = opened(made("from_file", "en", "letter"))
    assert set(made_pdf.docinfo.keys()) == {"/Title", "/Producer"}


def test_figures_and_facts_are_attached_with_a_fixed_date():
    """R-42."""
    made_pdf = opened(made("core", "fr-CA", "letter"))
    sample = sample_facts.core()
    attached = {name: spec.get_file() for name, spec in made_pdf.attachments.items()}
    assert attached["figures.csv"].read_bytes() == figures_csv.table(sample)
    assert attached["report.json"].read_bytes() == facts.dump(sample)
    relations = {name: str(spec.relationship) for name, spec in made_pdf.attachments.items()}
    assert relations == {"figures.csv": "/Data", "report.json": "/Source"}
    assert {str(file.creation_date) for file in attached.values()} == {"2026-08-11 00:00:00+00:00"}
    assert len(made_pdf.Root.AF) == 2


def test_all_content_is_owned_by_the_structure_or_an_artifact():
    """R-34: running heads and page numbers are artifacts of pagination, header or footer."""
    made_pdf = opened(made("core", "fr-CA", "letter"))
    owned = tagging.owned_content(made_pdf)
    places = set()
    for index, page in enumerate(made_pdf.pages):
        for instruction in pikepdf.parse_content_stream(page):
            if str(instruction.operator) != "BDC":
                continue
            tag, properties = instruction.operands
            if "/MCID" in properties:
                assert int(properties.MCID) in owned[index]
            else:
                assert str(tag) == "/Artifact"
                places.add(str(properties.Subtype))
    assert places == {"/Header", "/Footer"}


def test_links_are_printed_and_described():
    """R-34: print flag, and words instead of an anchor's name."""
    made_pdf = opened(made("core", "fr-CA", "letter"))
    found = [each for page in made_pdf.pages for each in page.obj.get("/Annots", ())]
    assert found
    for annotation in found:
        assert int(annotation.F) & 4
        assert not str(annotation.Contents).startswith("page-")


def test_no_word_leaves_the_page():
    """R-51: words stay inside the margins of both papers."""
    for locale, paper, width in (("fr-CA", "letter", 215.9), ("en", "a4", 210)):
        document = pdf.laid_out(render.html(sample_facts.core(), locale, paper))
        for page in document.pages:
            for box in _words(page):
                assert box.position_x >= 17.9 * MM, box.text
                assert box.position_x + box.width <= (width - 17.9) * MM, box.text


def test_drawing_a_report_gives_no_warning(caplog):
    """Every rule of the style sheet is understood, every font found."""
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        pdf.laid_out(render.html(sample_facts.core(), "en", "letter"))
    assert [record.getMessage() for record in caplog.records] == []


@pytest.mark.parametrize(
    "address",
    [
        "http://evil.example/x.png",
        "https://evil.example/x.css",
        "file:///etc/passwd",
        "data:text/css,body{}",
        "assess:../../etc/passwd",
        "assess:fonts/Other.ttf",
        "ftp://evil.example/x",
    ],
)
def test_anything_but_our_own_fonts_and_styles_stops_the_rendering(address):
    """R-45."""
    from weasyprint.urls import FatalURLFetchingError

    with pytest.raises(FatalURLFetchingError):
        pdf.fetcher().fetch(address)


def test_an_address_in_the_page_itself_stops_the_rendering():
    """R-59: a planted image is not quietly left out, it is refused."""
    from weasyprint.urls import FatalURLFetchingError

    with pytest.raises(FatalURLFetchingError):
        pdf.laid_out('<html lang="en"><title>x</title><img src="http://evil.example/x.png" alt="x"></html>')


def test_hostile_names_fetch_and_run_nothing(monkeypatch):
    """R-59, T12: only what is in memory is asked for."""
    asked = []
    kept = pdf.served
    monkeypatch.setattr(pdf, "served", lambda: _Watched(kept(), asked))
    found = sample_facts.hostile()
    data = pdf.make(found, facts.dump(found), "en", "letter", "brief")
    assert set(asked) <= set(kept())
    assert "/JavaScript" not in opened(data).Root.get("/Names", {})
    assert not any("/A" in each for page in opened(data).pages for each in page.obj.get("/Annots", ()))


def test_the_child_tells_what_kind_of_fault_stopped_it_and_nothing_else():
    """R-44, A-23: facts never stand in an error."""
    data = facts.dump(sample_facts.core()).replace(b"Northbeam", b"Southbeam")
    done = subprocess.run(
        [sys.executable, "-I", "-m", "assess.reports.child", "en", "letter", "report"],
        input=data,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"FactsError")


def test_a_failed_child_is_an_error_with_its_status(monkeypatch):
    """R-46: the caller decides what to do next."""
    monkeypatch.setattr(render, "OUTPUT_LIMIT", 10)
    with pytest.raises(render.RenderError, match="over the limit of 10"):
        render.pdf(facts.dump(sample_facts.scales_only()), "en", "letter", "brief")
    with pytest.raises(render.RenderError, match="status 2"):
        render.pdf(facts.dump(sample_facts.scales_only()), "en", "tabloid", "brief")
    with pytest.raises(facts.FactsError):
        render.pdf(b"{}", "en", "letter")


def test_the_child_knows_its_language_time_zone_day_and_fonts_alone(monkeypatch, tmp_path):
    """R-44: nothing of the parent's surroundings reaches it."""
    monkeypatch.setenv("ASSESS_SECRET_KEY", "secret")
    found = render._surroundings(date(2026, 8, 11), tmp_path / "fonts.conf")
    assert set(found) == {"LANG", "TZ", "SOURCE_DATE_EPOCH", "FONTCONFIG_FILE"}
    assert found["SOURCE_DATE_EPOCH"] == "1786406400"


def test_the_child_lives_within_limits():
    """R-44: 1 GiB of addresses, 60 s of CPU, 64 descriptors, no core."""
    program = (
        "import resource; from assess.reports import child; child.limit()\n"
        "print([resource.getrlimit(k)[0] for k in "
        "(resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)])"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[1073741824, 60, 64, 0]"


class _Watched(dict):
    """What is served, with a list of what was asked for."""

    def __init__(self, served: dict, asked: list[str]) -> None:
        super().__init__(served)
        self.asked = asked

    def get(self, key, default=None):
        self.asked.append(key)
        return super().get(key, default)


def _words(page):
    return [box for box in page._page_box.descendants() if getattr(box, "text", "").strip()]


def _links(page):
    """Yield the target of every link with each text inside it, generated page numbers among them."""
    waiting = [(page._page_box, None)]
    while waiting:
        box, target = waiting.pop()
        element = getattr(box, "element", None)
        if element is not None and element.tag == "a":
            target = element.get("href").removeprefix("#")
        if target and getattr(box, "text", None):
            yield target, box.text
        waiting += [(child, target) for child in getattr(box, "children", ())]
