"""T12: people type what would like to run, fetch or compute, wherever they can type (A-30, A-31).

Every address of both applications and every file is listed here with how it is attacked; one that is not listed fails.
A console in which client, wave, contact and comments are hostile is walked through as its consultant, and hostile text
is posted into every field of every form that comes back; people post it to the respondent plane; reports, figures and
sheets are made of hostile names.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import attack_bodies
import attack_markup
import pytest
import sample_facts
from attack_markup import TEXTS
from attack_table import SUITE, Row
from flask import Flask, render_template_string
from respond_house import checked as checked_by
from respond_house import opened, prepare
from web_console_office import ROBIN, Office, Visitor, office

from assess.instruments.load import shipped
from assess.reports import facts, figures_csv, render
from assess.surveys import box, count, db, envelopes, lifecycle
from assess.surveys.keys import FileKeys
from assess.surveys.moments import GRACE
from assess.surveys.tables import Client, Wave
from assess.web.console.releases import FILES, SHEETS
from assess.web.respond import typed

RESPOND = {
    "/w/",
    "/w/start",
    "/w/check",
    "/w/drop",
    "/w/about/<wave>",
    "/w/about/<wave>/receipts.txt",
    "/w/about/<wave>/record.json",
    "/w/static/respond.css",
    "/w/static/respond.js",
    "/w/static/verify.py",
}
SEED = 20_261_126
CONSOLE = {
    "/",
    "/sign-in",
    "/sign-out",
    "/static/<path:filename>",
    "/fonts/<name>",
    "/clients/new",
    "/clients/<key:client_id>",
    "/clients/<key:client_id>/waves/new",
    "/waves/<key:wave_id>",
    "/waves/<key:wave_id>/change",
    "/waves/<key:wave_id>/open",
    "/waves/<key:wave_id>/papers",
    "/waves/<key:wave_id>/roster",
    "/waves/<key:wave_id>/cards",
    "/waves/<key:wave_id>/poster/<paper>",
    "/waves/<key:wave_id>/comments",
    "/waves/<key:wave_id>/comments/open",
    "/waves/<key:wave_id>/release",
    "/waves/<key:wave_id>/report/<name>",
    "/waves/<key:wave_id>/shares",
    "/waves/<key:wave_id>/half",
}
KINDS: Mapping[str, Callable[[bytes], list[str]]] = {
    ".pdf": attack_markup.in_pdf,
    ".json": attack_markup.in_json,
    ".csv": attack_markup.in_csv,
    ".txt": attack_markup.in_text,
}
"""Every kind of file that is handed out, and how it is read."""
PEOPLE = 11
FEW = ("mixed", "bidi")
"""Of the texts, those that the suite's small size posts; the full size posts every one."""


def texts(size: int) -> dict[str, str]:
    """Return the texts of a size; the console is walked through with the first of the suite's."""
    return {name: TEXTS[name] for name in FEW} if size <= SUITE else dict(TEXTS)


def named(text: str) -> str:
    """Return a text as the name of something: the console refuses, and says so, what cannot be printed."""
    return "".join(character for character in text if character.isprintable())


class Fields(HTMLParser):
    """The fields into which somebody can type, and where each form goes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((values.get("action", ""), {}))
        elif self.forms and tag in {"input", "textarea", "select"} and values.get("name", "csrf_token") != "csrf_token":
            kept = values.get("value", "") if values.get("type") in {"hidden", "radio", "checkbox"} else "\0"
            self.forms[-1][1][values["name"]] = kept


@contextmanager
def hostile_office(folder: Path, text: str) -> Iterator[Office]:
    """An office with hostile names, and a counted wave whose people wrote nothing else."""
    made = office(folder)
    engine = db.engine(made.settings.url)
    with db.sessions(engine).begin() as session:
        for client in session.query(Client):
            client.name = named(text)
        for wave in session.query(Wave):
            wave.label, wave.contact = named(text)[:80], named(text)
    _written(made, db.sessions(engine), bytes.fromhex(made.ids["open"]), text)
    engine.dispose()
    yield made


def _written(made: Office, sessions: Callable[..., db.Session], wave_id: bytes, text: str) -> None:
    instrument, keys = shipped("sales-marketing"), FileKeys(made.settings.keys)
    with sessions() as session:
        wave = session.get_one(Wave, wave_id)
        codes = envelopes.cards(session, wave, keys)
    for side in codes.values():
        for code in side[:PEOPLE]:
            with sessions() as session:
                asked = box.DropRequest(
                    code=code, attempt=bytes(16), answers={"AL1": 4}, comments={"OQ1": typed.cleaned(text)}
                )
                assert isinstance(box.drop(session, asked, clock=made.clock, instrument=instrument), box.Receipt)
    made.clock.set(wave.closes_at + GRACE)
    with sessions.begin() as session:  # type: ignore[attr-defined]
        lifecycle.close(session, wave_id, made.clock)
    count.run(sessions, wave_id, keys=keys, clock=made.clock, instrument=instrument)  # type: ignore[arg-type]


def console(folder: Path, text: str) -> tuple[int, list[str]]:
    """Walk through a hostile console; return how many pages there were, and what in them would run."""
    with hostile_office(folder, text) as made:
        robin = made.visitor(ROBIN)
        pages, found = 0, []
        for path in sorted(_paths(made)):
            shown = robin.get(path)
            assert shown.status_code < 500, path
            if shown.mimetype != "text/html":
                continue
            pages += 1
            found += [f"{path}: {each}" for each in attack_markup.in_page(shown.text)]
            for action, fields in Fields(shown.text).forms:
                answer = _posted(robin, action.removeprefix("/console") or path, fields, text)
                pages += 1
                found += [f"POST {action or path}: {each}" for each in answer]
        return pages, found


def _posted(robin: Visitor, path: str, fields: Mapping[str, str], text: str) -> list[str]:
    if path == "/sign-out":
        return []
    sent = {name: text if kept == "\0" else kept for name, kept in fields.items()}
    response = robin.post(path, sent)
    assert response.status_code < 500, path
    return (
        attack_markup.in_page(response.text)
        if response.mimetype == "text/html"
        else attack_markup.in_text(response.data)
    )


def _paths(made: Office) -> set[str]:
    """Return every address that can be asked for, of every client and wave of this consultant."""
    waves = [made.ids[name] for name in ("empty", "draft", "open", "released")]
    rules = made.app().mounts["/console"].url_map.iter_rules()
    wanted = [rule.rule for rule in rules if "GET" in (rule.methods or ()) and "<path" not in rule.rule]
    return {
        rule.replace("<key:client_id>", made.ids["northbeam"]).replace("<key:wave_id>", wave).replace("<name>", "x.ttf")
        for rule in wanted
        for wave in waves
    }


def respondents(prepared: Path, folder: Path, size: int) -> tuple[int, list[str]]:
    """Post hostile text to the respondent plane of a hostile client; one megabyte as well."""
    pages, found = 0, []
    with opened(prepared, folder) as house:
        fields = checked_by(house)
        for name, text in texts(size).items():
            with house.sessions.begin() as session:
                session.query(Client).one().name = named(text)
                wave = session.query(Wave).one()
                wave.label, wave.contact = named(text)[:80], named(text)
            address = f"/w/about/{house.wave.wave_id.hex()}"
            responses = [house.client.get(address), house.client.get("/w/", query_string={"lang": text})]
            for field in ("OQ1", "code", "lang", "to", "sheet", "try", "AL1", text):
                responses += [
                    house.client.post(path, data=fields | {field: text}) for path in ("/w/start", "/w/check", "/w/drop")
                ]
            responses.append(house.client.post("/w/check", data=fields | {"OQ1": text * (1_000_000 // len(text))}))
            assert responses[-1].status_code == 413
            for response in responses:
                assert response.status_code < 500
                pages += 1
                found += [f"{name}: {each}" for each in attack_markup.in_page(response.text)]
    return pages, found


def files(size: int) -> tuple[int, list[str]]:
    """Make report, figures and record of hostile names, and read them as files."""
    number, found = 0, []
    for position, (name, text) in enumerate(texts(size).items()):
        made = sample_facts.hostile(named(text))
        data = facts.dump(made)
        ready = {"report.json": data, "figures.csv": figures_csv.table(made)}
        if size > SUITE or position == 0:
            ready["report.en.pdf"] = render.pdf(data, "en", "letter")
        for file, content in ready.items():
            number += 1
            found += [f"{name} in {file}: {each}" for each in KINDS[Path(file).suffix](content)]
    return number, found


def unescaped() -> int:
    """Plant a template that trusts what was typed; return how many texts run in it."""
    app = Flask("planted")
    with app.app_context():
        pages = [
            render_template_string("<title>{{ text|safe }}</title><p>{{ text|safe }}</p>", text=text)
            for text in TEXTS.values()
        ]
    return sum(bool(attack_markup.in_page(page)) for page in pages)


def default_writer() -> int:
    """Plant the usual CSV writer; return how many texts are computed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures_csv, "safe", str)
        return sum(bool(attack_markup.in_csv(_labelled(text))) for text in TEXTS.values())


def _labelled(text: str) -> bytes:
    made = sample_facts.core()
    wave = {**made.provenance["wave"], "label": text}  # type: ignore[dict-item]
    return figures_csv.table(made.model_copy(update={"provenance": {**made.provenance, "wave": wave}}))


def table(size: int) -> list[Row]:
    """Run T12."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages, ran = Counter[str](), []
        for place, text in list(texts(size).items())[: 1 if size <= SUITE else None]:
            (folder / place).mkdir()
            number, found = console(folder / place, text)
            pages["console"] += number
            ran += found
        (folder / "prepared").mkdir()
        prepare(folder / "prepared")
        pages["respond"], found = respondents(folder / "prepared", folder / "respond", size)
        ran += found
        with opened(folder / "prepared", folder / "bodies") as house:
            number = 20_000 if size > SUITE else 1_000
            stormed = attack_bodies.storm(house, number, seed=SEED)
            missing = attack_bodies.missing(house, stormed)
            tripped = attack_bodies.tripping(house.emptied(), 400, seed=SEED)
    written, computed = files(size)
    computed += [each for text in TEXTS.values() for each in attack_markup.in_csv(_labelled(text))]
    planted, writer = unescaped(), default_writer()
    return [
        Row(
            attack="T12",
            what=f"hostile text in {pages['respond']:,} respondent and {pages['console']:,} console pages",
            score=f"{len(ran)} run or fetch" + "".join(f"; {each}" for each in ran[:3]),
            band="0",
            planted=f"|safe: {planted} of {len(TEXTS)} texts",
            holds=not ran and planted > 0,
        ),
        Row(
            attack="T12",
            what=f"hostile names in {written} files: PDF, JSON, CSV",
            score=f"{len(computed)} run, fetch or compute" + "".join(f"; {each}" for each in computed[:3]),
            band="0",
            planted=f"default CSV writer: {writer} texts computed",
            holds=not computed and writer > 0,
        ),
        Row(
            attack="T12",
            what=f"{number:,} random bodies at the three addresses that take one",
            score=f"{len(stormed.faults)} faults, {len(stormed.lost)} typed words and {len(missing)} ballots lost",
            band="0",
            planted=f"a cleaner that trips over a mark: {tripped} of 400 fault",
            holds=not (stormed.faults or stormed.lost or missing) and tripped > 0,
        ),
    ]


@pytest.fixture(scope="module")
def found() -> list[Row]:
    return table(SUITE)


def test_nothing_that_was_typed_runs_fetches_or_computes(found: list[Row]) -> None:
    """T12, A-30, A-31: `|safe` and a default CSV writer are caught."""
    assert [row for row in found if not row.holds] == []


def test_every_address_is_attacked(tmp_path: Path) -> None:
    """A new address fails until it stands in the list; those with forms and pages are found by themselves."""
    made = office(tmp_path / "office")
    assert {rule.rule for rule in made.app().mounts["/console"].url_map.iter_rules()} == CONSOLE
    (tmp_path / "prepared").mkdir()
    prepare(tmp_path / "prepared")
    with opened(tmp_path / "prepared", tmp_path / "respond") as house:
        assert {rule.rule for rule in house.app.url_map.iter_rules()} == RESPOND


def test_every_kind_of_file_is_read() -> None:
    """A new kind, such as a workbook, fails until somebody says how it is searched."""
    assert {Path(name).suffix for name in FILES | SHEETS} <= KINDS.keys()


def test_a_pdf_that_acts_is_seen() -> None:
    """The planted weakness of the PDF reader: a link to elsewhere, and a script at opening."""
    import io

    import pikepdf

    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="evil()")
        out = io.BytesIO()
        pdf.save(out)
    assert {"/JS", "/JavaScript"} <= set(attack_markup.in_pdf(out.getvalue()))
