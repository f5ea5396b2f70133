"""T13: who has every file that the product hands out, and every tool (R-48, R-57, A-30).

Each file is read for metadata that the list of its kind does not allow, for names of this machine, for times of day,
and for people of the roster. Then answers behind withheld figures are varied: no file may change by a byte.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import attack_files
import numpy as np
import pikepdf
import pytest
import reports_waves
from attack_table import SUITE, Row
from db_house import CLOSES, House, house
from web_console_office import ROBIN, office

from assess import publish
from assess.cli import demo_story
from assess.disclosure.table import ResponseTable
from assess.instruments.load import shipped
from assess.reports import facts, figures_csv, render, witness
from assess.surveys import published, waves
from assess.surveys.tables import Wave
from assess.web.console.releases import FILES, SHEETS

PEOPLE = {"sales": 12, "marketing": 12}
TIMED = frozenset({"record.json"})
"""Files that name an instant on purpose: opening and closing as registered."""


def handed_out(folder: Path, locales: tuple[str, ...] = ("en",)) -> dict[str, bytes]:
    """Return every file of one wave: report, figures, risk sheet, receipts, record, sheet, cards, poster."""
    (folder / "house").mkdir(parents=True)
    made = house(folder / "house")
    made.instrument = shipped("sales-marketing")
    services = made.services()
    wave = _released(made, services)
    for locale in locales:
        publish.render_wave(services, wave.wave_id, locale)
    files = {path.name: path.read_bytes() for path in publish.wave_folder(services, wave.wave_id).iterdir()}
    with made.sessions() as session:
        found = session.get_one(Wave, wave.wave_id)
        files["receipts.txt"] = published.receipts(session, found) or b""
        files["record.json"] = published.record(session, found) or b""
    made.engine.dispose()
    for locale in locales:
        files[f"sheet.{locale}.pdf"] = witness.pdf(_sheet(), locale, "letter")
    return files | _papers(folder / "office")


def _released(made: House, services: publish.Services) -> Wave:
    wave = made.opened(people=PEOPLE, form="core")
    for side, number in PEOPLE.items():
        people = demo_story.people(side, 0, made.instrument, "core", seed=3)[:number]
        for code, answers in zip(made.codes(wave)[side], people, strict=False):
            made.drop(code, answers)
    made.close()
    made.count(wave)
    with made.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        waves.set_release(session, found, CLOSES + timedelta(days=5))
    publish.release(services, wave.wave_id)
    return wave


def _sheet() -> witness.Sheet:
    return witness.Sheet(
        client="Northwind Tools",
        wave="Winter",
        witness="Camille Roy",
        operator="Larch & Vale",
        always=False,
        closes=dict.fromkeys(("en", "fr-CA"), "January 30, 2026"),
        prereg="0" * 20,
        opened_on=date(2026, 1, 12),
        code="-".join(["ABCDE"] * 8),
        box="-".join(["FGHJK"] * 29),
        results="-".join(["MNPQR"] * 29),
    )


def _papers(folder: Path) -> dict[str, bytes]:
    """Return what the console hands out on paper, under the names that it gives to it."""
    desk = office(folder)
    visitor, wave = desk.visitor(ROBIN), f"/waves/{desk.ids['open']}"
    sent = (visitor.post(f"{wave}/cards"), visitor.get(f"{wave}/poster/letter"))
    return {each.headers["Content-Disposition"].partition("filename=")[2]: each.data for each in sent}


def read(files: Mapping[str, bytes]) -> list[str]:
    """Return every fault of every file; addresses of the roster may be in none."""
    people = [f"{side}{n}@acme.example" for side in PEOPLE for n in range(12)] + [f"s{n}@c.example" for n in range(12)]
    return [
        fault
        for name, data in files.items()
        for fault in attack_files.faults(name, data, secrets=people, times=name in TIMED)
    ]


def outputs(table: ResponseTable, locales: tuple[str, ...]) -> tuple[bytes, ...]:
    """Return every output of a table: record, figures, report."""
    made = reports_waves.facts(table)
    data = facts.dump(made)
    return data, figures_csv.table(made), *(render.pdf(data, locale, "letter") for locale in locales)


def varied(locales: tuple[str, ...] = ()) -> dict[str, int]:
    """Return how many different outputs there are of waves that differ only behind what is withheld (R-48)."""
    below = reports_waves.table(blank={"EN3": 5})
    whole = (reports_waves.table((12, 4), invited=(14, 14)), reports_waves.table((4, 12), invited=(14, 14)))
    return {
        "answers behind a withheld figure": len(
            {outputs(each, locales) for each in (below, _recoded(below), _recoded(below, lambda codes: codes * 0 + 1))}
        ),
        "side that falls short": len({outputs(each, locales) for each in whole}),
        "planted: the figure released": len(
            {outputs(each, ()) for each in (reports_waves.table(), _recoded(reports_waves.table()))}
        ),
    }


def _recoded(
    table: ResponseTable,
    change: Callable[[np.ndarray], np.ndarray] = lambda codes: np.where(codes > 0, 6 - codes, codes),
) -> ResponseTable:
    answers = table.answers.copy()
    column = table.items.index("EN3")
    answers[:, column] = np.where(answers[:, column] > 0, change(answers[:, column]), answers[:, column])
    return ResponseTable(
        sides=table.sides,
        items=table.items,
        levels=table.levels,
        side=table.side,
        answers=answers,
        invited=table.invited,
    )


def authored() -> bytes:
    """The planted weakness: a PDF as an ordinary program makes it, with its author and the host's clock."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        with pdf.open_metadata() as about:
            about["xmp:CreatorTool"] = "Writer 7 on HOST-12"
        pdf.docinfo["/Author"] = "Sam Doe"
        pdf.docinfo["/CreationDate"] = "D:20260112101500-05'00'"
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def hidden_sheet() -> bytes:
    """The planted weakness of section 6: a workbook with a hidden sheet and a creator."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        sheets = '<sheet name="Figures"/><sheet name="Answers" state="hidden"/>'
        book.writestr("xl/workbook.xml", f"<workbook><sheets>{sheets}</sheets></workbook>")
        book.writestr(
            "docProps/core.xml",
            '<p xmlns:dc="d" xmlns:cp="c"><dc:creator>Sam Doe</dc:creator><cp:lastModifiedBy>x</cp:lastModifiedBy></p>',
        )
    return out.getvalue()


def table(size: int) -> list[Row]:
    """Return T13's rows: metadata, and bytes that may not change."""
    locales = ("en",) if size <= SUITE else ("en", "fr-CA")
    with tempfile.TemporaryDirectory() as place:
        files = handed_out(Path(place), locales)
    found = read(files)
    planted = attack_files.faults("x.pdf", authored()) + attack_files.faults("x.xlsx", hidden_sheet())
    same = varied(() if size <= SUITE else locales)
    leaked = same.pop("planted: the figure released")
    return [
        Row(
            attack="T13",
            what=f"metadata, machine, times, people in {len(files)} files: {', '.join(sorted(files))}",
            score=f"{len(found)} found",
            band="0",
            planted=f"author, hidden sheet: {len(planted)} found",
            holds=not found and any("hidden" in each for each in planted) and any("Author" in each for each in planted),
        ),
        Row(
            attack="T13",
            what="R-48: different outputs of waves that differ behind withheld figures: " + ", ".join(same),
            score=", ".join(str(number) for number in same.values()),
            band="1 each",
            planted=f"the figure released: {leaked}",
            holds=set(same.values()) == {1} and leaked > 1,
        ),
    ]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return handed_out(tmp_path_factory.mktemp("handed"))


def test_no_file_tells_more_than_it_says(files: dict[str, bytes]) -> None:
    """T13: ten kinds of files of one wave, 0 faults."""
    assert set(files) == {
        "report.en.pdf",
        "report.json",
        "figures.csv",
        "risk.en.pdf",
        "risk.json",
        "receipts.txt",
        "record.json",
        "sheet.en.pdf",
        "cards.pdf",
        "poster.pdf",
    }
    assert read(files) == []


def test_the_files_a_console_offers_are_the_files_that_were_read(files: dict[str, bytes]) -> None:
    """T13: a new file of a released wave must be read here before it can be handed out."""
    english = {name for name in FILES | SHEETS if "fr-CA" not in name}
    assert english <= set(files)


@pytest.mark.parametrize(
    ("name", "data", "caught"),
    [
        ("x.pdf", authored(), {"Author in its information", "a time of day in its creation date"}),
        ("x.pdf", authored(), {"CreatorTool in its metadata"}),
        ("x.xlsx", hidden_sheet(), {"sheet Answers is hidden", "creator in its properties"}),
        ("x.csv", b"# made by Sam\r\nfigure,value\r\n", {"other columns than R-41 has"}),
        ("x.json", b'{"provenance": {"host": "x"}}', {"host is a key of it"}),
        ("x.json", b'{"made": "2026-01-12T10:15:00Z"}', {"a time of day"}),
        ("x.json", b'{"from": "/home/sam/x"}', {"/home/ is in it"}),
        ("x.html", b'<meta name="author" content="Sam"><!-- x -->', {"meta author", "a remark in its source"}),
        ("x.txt", b"b" * 20 + b"\n" + b"a" * 20 + b"\n", {"receipts in an order that is not that of their digits"}),
        ("x.docx", b"", {"a kind of file that no list allows"}),
    ],
)
def test_a_file_that_tells_more_is_caught(name: str, data: bytes, caught: set[str]) -> None:
    """T13's planted weaknesses: an author, a hidden sheet, and others of their kind."""
    assert {f"{name}: {each}" for each in caught} <= set(attack_files.faults(name, data))


def test_what_is_packed_in_a_pdf_is_read_too(files: dict[str, bytes]) -> None:
    """Guards the check: an address of the roster put into a compressed stream of the report is found."""
    with pikepdf.open(io.BytesIO(files["report.en.pdf"])) as pdf:
        pdf.pages[0].obj["/Extra"] = pdf.make_stream(b"sales3@acme.example")
        out = io.BytesIO()
        pdf.save(out, compress_streams=True)
    assert attack_files.faults("x.pdf", out.getvalue(), secrets=["sales3@acme.example"]) != []


def test_cards_that_would_tell_who_they_are_for_are_caught(files: dict[str, bytes]) -> None:
    """T13, planted: names of the roster in the file of cards, and who made it when."""
    with pikepdf.open(io.BytesIO(files["cards.pdf"])) as pdf:
        pdf.docinfo["/Author"] = "Robin"
        pdf.docinfo["/CreationDate"] = "D:20260120101500-05'00'"
        pdf.pages[0].obj["/Extra"] = pdf.make_stream(b"s3@c.example")
        out = io.BytesIO()
        pdf.save(out, compress_streams=True)
    assert set(read({"cards.pdf": out.getvalue()})) == {
        "cards.pdf: Author in its information",
        "cards.pdf: a time of day in its creation date",
        "cards.pdf: s3@c.example is in it",
    }


def test_nothing_changes_where_answers_differ_behind_what_is_withheld() -> None:
    """R-48, T13: record and figures are the same bytes; had the figure been released they would not be."""
    found = varied()
    assert found.pop("planted: the figure released") == 2
    assert set(found.values()) == {1}
