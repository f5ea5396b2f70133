"""Steps 2 to 10 in their order, on a real database: what is released, what is withheld, what a fault leaves."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from db_house import CLOSES, House

from assess import publish
from assess.cli import demo_story
from assess.instruments.load import shipped
from assess.jobs import runner
from assess.reports import facts as record
from assess.reports import figures_csv, render, risk, risk_pages
from assess.reports.facts import Facts
from assess.surveys import archive, comments, roster, waves
from assess.surveys.comments import Decision
from assess.surveys.keys import KeyName
from assess.surveys.lifecycle import StepKind
from assess.surveys.states import State
from assess.surveys.tables import Wave

INVITED = {"sales": 30, "marketing": 16}


@pytest.fixture
def services(built: House) -> publish.Services:
    built.instrument = shipped("sales-marketing")
    return built.services()


def counted(
    house: House, services: publish.Services, *, form: str = "core", sales: int = 12, marketing: int = 12
) -> Wave:
    """Open a wave, let people of the demo's story answer it, and let the clock close and count it."""
    wave = house.opened(people=INVITED, form=form)
    for side, number in (("sales", sales), ("marketing", marketing)):
        people = demo_story.people(side, 0, house.instrument, form, seed=3)[:number]
        for code, answers in zip(house.codes(wave)[side], people, strict=False):
            house.drop(code, answers)
    house.close()
    assert [outcome.error for outcome in runner.run(services)] == [None, None]
    return wave


def released(house: House, services: publish.Services, wave: Wave) -> Facts:
    with house.sessions.begin() as session:
        found = waves.find(session, wave.wave_id)
        assert found is not None
        waves.set_release(session, found, CLOSES + timedelta(days=5))
    house.clock.set(CLOSES + timedelta(days=5))
    outcomes = list(runner.run(services))
    assert [(outcome.step.kind, outcome.error) for outcome in outcomes] == [(StepKind.RELEASE, None)]
    return publish.release(services, wave.wave_id)


def shown(facts: Facts) -> set[str]:
    return {block.id for block in facts.blocks if block.state != "dropped"}


def test_a_counted_wave_is_released_once_and_stays_as_it_is(built: House, services: publish.Services) -> None:
    """U-30, A-34: facts and risk sheet are stored with the release."""
    wave = counted(built, services)
    facts = released(built, services, wave)
    assert publish.release(services, wave.wave_id) == facts
    with built.sessions() as session:
        found = waves.find(session, wave.wave_id)
        assert found is not None
        assert found.state is State.RELEASED
        assert archive.load(session, found) is not None
        sheet = archive.sheet(session, found)
    assert sheet is not None
    stored = risk.read(sheet)
    assert (stored.prereg, stored.withheld) == (facts.provenance["prereg"], facts.provenance["withheld"])
    on_file = built.engine.dialect.name == "sqlite"
    assert stored.key_device is (risk.Device.SAME if on_file else risk.Device.UNKNOWN)
    printed = sum(figure.state in {"released", "banded"} for figure in facts.figures.values())
    assert stored.gate == risk.Gate(printed=printed, earlier=0, fives=0)
    assert {key.name: key.files for key in stored.destroyed} == {
        name: (f"keys/{wave.wave_id.hex()}/{name}",) for name in ("mail", "box")
    }
    assert {"brief", "standing", "gaps", "items-ALN", "mirror", "method", "anonymity"} <= shown(facts)
    assert facts.provenance["box"] == {"invited": 46, "used": 24, "replaced": 0, "spoiled": 0, "counted": 24}


def test_a_report_that_comes_late_has_the_day_on_which_it_came(built: House, services: publish.Services) -> None:
    """U-30: the minute that was set passed while the server was down."""
    wave = counted(built, services)
    with built.sessions.begin() as session:
        waves.set_release(session, session.get_one(Wave, wave.wave_id), CLOSES + timedelta(days=3))
    built.clock.set(CLOSES + timedelta(days=5))
    assert [outcome.step.kind for outcome in runner.run(services)] == [StepKind.RELEASE]
    facts = publish.release(services, wave.wave_id)
    with built.sessions() as session:
        found = session.get_one(Wave, wave.wave_id)
        assert found.released_at is not None
        day = (CLOSES + timedelta(days=5)).date()
        assert found.released_at.date() == day
        assert facts.provenance["wave"]["released_on"] == day.isoformat()


def test_released_comments_are_stored_apart_and_in_no_output_yet(built: House, services: publish.Services) -> None:
    """A-18: the report's pages for comments come later; until then no record, table or sheet holds one."""
    wave = built.opened(people=INVITED, form="core")
    for side in ("sales", "marketing"):
        for i, code in enumerate(built.codes(wave)[side][:12]):
            built.drop(code, {"AL1": 1 + i % 5}, {"OQ1": f"Kanarienvogel of the {side} team, number {i}"})
    built.close()
    list(runner.run(services))
    k_stat = built.keys.read(wave.wave_id, KeyName.STAT)
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        for lying in comments.pile(session, found, k_stat=k_stat):
            comments.decide(
                session,
                found,
                lying.row_id,
                Decision.PARAPHRASE,
                k_stat=k_stat,
                text=lying.text.upper() + " is the text",
            )
    facts = released(built, services, wave)
    with built.sessions() as session:
        found = session.get_one(Wave, wave.wave_id)
        stored = [each.text for each in comments.released(session, found)]
        outputs = [record.dump(facts), figures_csv.table(facts), archive.sheet(session, found) or b""]
    assert len(stored) == 24
    assert all("KANARIENVOGEL" in text for text in stored)
    assert not any(b"kanarienvogel" in data.lower() for data in outputs)


def test_a_side_under_five_leaves_participation_alone(built: House, services: publish.Services) -> None:
    """A-11, R-14: no side, gap or company figure; never said which side."""
    facts = released(built, services, counted(built, services, marketing=4))
    assert shown(facts) <= {"brief", "reading", "participation", "method", "anonymity"}
    assert not [id_ for id_, figure in facts.figures.items() if figure.state == "released" and figure.unit == "points"]
    assert facts.recommendations == ()


def test_five_to_nine_answers_leave_scales_alone(built: House, services: publish.Services) -> None:
    """A-12, R-14: scales coarsely, no single question."""
    facts = released(built, services, counted(built, services, marketing=7))
    assert not {"items-ALN", "items-TRU", "items-FRI"} & shown(facts)
    assert facts.figures["gaps.ALN.gap.difference"].state == "released"
    items = [figure.state for id_, figure in facts.figures.items() if id_.startswith("items")]
    assert set(items) <= {"withheld"}


def test_a_pulse_is_released_with_its_own_headline(built: House, services: publish.Services) -> None:
    """I-12: in a pulse wave the PUL gap alone is the headline family."""
    facts = released(built, services, counted(built, services, form="pulse"))
    assert facts.figures["gaps.PUL.gap.difference"].family == "headline"  # type: ignore[union-attr]
    assert "gaps.ALN.gap.difference" not in facts.figures


def test_nothing_is_rendered_before_its_release(built: House, services: publish.Services) -> None:
    wave = counted(built, services)
    with pytest.raises(publish.PublishError, match="not released"):
        publish.render_wave(services, wave.wave_id, "en")
    assert publish.unrendered(services) == []


def test_a_released_wave_is_rendered_until_both_languages_are_there(
    built: House, services: publish.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-46: a failed render blocks nothing and is tried again; how a page is drawn is of no matter here."""
    for drawing in (render, risk_pages):
        monkeypatch.setattr(drawing, "pdf", lambda data, locale, paper: f"{locale} {paper}".encode() + data)
    wave = counted(built, services)
    released(built, services, wave)
    assert publish.unrendered(services) == [(wave.wave_id, "en"), (wave.wave_id, "fr-CA")]
    folder = publish.wave_folder(services, wave.wave_id)
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in the way of the folder", encoding="utf-8")
    assert [type(error) for error in runner.render(services)] == [FileExistsError, FileExistsError]
    folder.unlink()
    assert list(runner.render(services)) == [None, None]
    assert publish.unrendered(services) == []
    assert {path.name for path in folder.iterdir()} == {
        "report.en.pdf",
        "report.fr-CA.pdf",
        "report.json",
        "figures.csv",
        "risk.en.pdf",
        "risk.fr-CA.pdf",
        "risk.json",
    }


def test_many_may_write_one_file_at_once(tmp_path: Path) -> None:
    """Both languages of a report write its record and its figures; no draft may be taken away from under another."""
    target = tmp_path / "figures.csv"
    with ThreadPoolExecutor(max_workers=8) as writers:
        list(writers.map(lambda i: publish.write_whole(target, bytes([i]) * 4096), range(200)))
    assert len(set(target.read_bytes())) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["figures.csv"]


def test_a_step_that_fails_is_told_and_tried_again_at_the_next_round(built: House, services: publish.Services) -> None:
    wave = built.opened(people=INVITED, form="core")
    for side in INVITED:
        for code in built.codes(wave)[side][:6]:
            built.drop(code, {"AL1": 4})
    built.close()
    shutil.move(built.folder / "keys", built.folder / "elsewhere")
    outcomes = [(outcome.step.kind, outcome.error is None) for outcome in runner.run(services)]
    assert outcomes == [(StepKind.CLOSE, True), (StepKind.COUNT, False)]
    shutil.move(built.folder / "elsewhere", built.folder / "keys")
    outcomes = [(outcome.step.kind, outcome.error is None) for outcome in runner.run(services)]
    assert outcomes == [(StepKind.COUNT, True)]


def test_a_wave_of_another_instrument_version_says_what_to_do(built: House, services: publish.Services) -> None:
    wave = counted(built, services)
    with built.sessions.begin() as session:
        session.get_one(Wave, wave.wave_id).instrument_version = "9.9.9"
    with pytest.raises(publish.PublishError, match=r"opened with sales-marketing 9\.9\.9"):
        publish.instrument_of(services, wave.wave_id)


def test_a_wave_that_does_not_exist_is_an_error_of_its_own(services: publish.Services) -> None:
    with pytest.raises(publish.PublishError, match="does not exist"):
        publish.release(services, b"0" * 16)


def test_a_roster_may_name_a_side_by_code_letter_or_label_in_both_languages() -> None:
    """U-70."""
    first = roster.sides(shipped("sales-marketing"))[0]
    assert first.code == "sales"
    assert {"S", "Sales", "Ventes", "the Sales team", "l'équipe des ventes"} <= set(first.labels)
