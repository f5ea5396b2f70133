"""The plays as data: what is loaded, and every fault named with its file and key (P-12 to P-16, P-23, P-24)."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from advice_builders import instrument, playbook, signal

from assess import resources
from assess.advice import load
from assess.advice.faults import PlaybookFaults
from assess.advice.model import (
    Cost,
    FixedText,
    Indicator,
    IndicatorKind,
    Kind,
    Movement,
    Need,
    Source,
    Trial,
)
from assess.instruments.model import LOCALES

DOCS = Path(__file__).parents[3] / "docs" / "playbook.md"
ORDER = [*(f"P{n}" for n in range(1, 20)), *(f"I{n}" for n in range(1, 10))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped plays that a test may break."""
    return Path(shutil.copytree(resources.instruments() / "sales-marketing" / "plays", tmp_path / "plays"))


def faults(folder: Path) -> list[str]:
    with pytest.raises(PlaybookFaults) as caught:
        load.read(folder, instrument())
    assert str(caught.value).splitlines() == [str(fault) for fault in caught.value.faults]
    return [str(fault) for fault in caught.value.faults]


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# --- what is shipped --------------------------------------------------------------------------------------------------


def test_twenty_eight_plays_in_both_languages_in_table_order() -> None:
    """P-24."""
    assert list(playbook().plays) == ORDER
    for play in playbook().plays.values():
        assert tuple(play.texts) == LOCALES
        for words in play.texts.values():
            every = [words.title, words.why, words.what, words.d30, words.d60, words.d90, words.watch]
            assert all(every), play.id
            assert bool(words.share) is bool(words.gains) is bool(words.pays) is (play.kind is Kind.INCENTIVE)


def documented() -> dict[str, list[str]]:
    rows = (re.split(r"(?<!\\)\|", line)[1:-1] for line in DOCS.read_text(encoding="utf-8").splitlines())
    cells = ([cell.strip().replace("\\|", "|") for cell in row] for row in rows)
    return {row[0]: row[1:] for row in cells if row and re.fullmatch(r"[PI]\d+", row[0])}


@pytest.mark.parametrize("play", ORDER)
def test_the_documented_table_is_what_runs(play: str) -> None:
    """P-12, P-13: signal, evidence, owner, control, cost, Br, scale and "blocked if" of every play."""
    found = playbook().plays[play]
    text, evidence, *middle, judged_on, blocked = documented()[play]
    main, _, small = text.partition("; small ")
    assert found.signal == signal(main)
    assert found.small == (signal(small) if small else None)
    assert found.blocked_if == (None if blocked == "–" else signal(blocked))
    assert (found.evidence, found.judged_on) == (evidence, judged_on)
    if found.kind is Kind.PROCESS:
        owned, breadth = middle
        owner, control, cost = owned.split()
        assert (found.owner, found.control, found.cost) == ((owner,), float(control), Cost(cost))
        assert " ".join(found.breadth or ("–",)) == breadth
        assert found.trial is None
    else:
        control, trial = middle
        assert (found.control, found.trial) == (float(control), Trial(trial.replace(" ", "_")))
        assert (found.owner, found.cost, found.breadth) == (("GM", "HR"), None, ("EN4", "C"))


def test_indicators_say_what_should_move_whose_and_how_far() -> None:
    """P-12: a range to test."""
    item = IndicatorKind.ITEM
    assert playbook().plays["P1"].indicators == (
        Indicator(kind=item, subject="AL3", movement=Movement.RISE, low=10, high=15),
        Indicator(kind=item, subject="FR2", movement=Movement.FALL),
        Indicator(kind=IndicatorKind.CRM, subject="accepted_pct", movement=Movement.RISE),
    )
    assert playbook().plays["P18"].indicators == (
        Indicator(kind=IndicatorKind.ERROR, subject="AL5", movement=Movement.VANISH),
        Indicator(kind=IndicatorKind.GAP, subject="AL5", movement=Movement.KEEP),
    )
    assert playbook().plays["I1"].indicators[1] == Indicator(kind=item, subject="EN4", who="M", movement=Movement.RISE)
    quota = Indicator(kind=IndicatorKind.CLIENT, subject="quota", movement=Movement.AT_LEAST, low=-3)
    assert playbook().plays["I5"].indicators[1] == quota


def test_sources_say_what_is_contrary_and_what_is_unverified() -> None:
    """P-15: an unverified citation never prints."""
    plays = playbook().plays
    assert plays["P8"].sources[1] == Source(cite="Dawes & Massey 2005", note="200 managers", contrary=True)
    unverified = {(play.id, source.cite) for play in plays.values() for source in play.sources if not source.verified}
    assert unverified == {
        ("I4", "Lim & Chen"),
        ("I4", "Holmström 1982"),
        ("I5", "Chung & Narayandas"),
        ("I7", "Québec constructive dismissal"),
    }
    assert all(any(source.verified for source in play.sources) for play in plays.values())


def test_an_incentive_play_without_later_steps_runs_a_shadow_quarter() -> None:
    """P-13."""
    assert playbook().plays["I1"].texts["en"].d60 == "Run one shadow quarter; the old plan pays."
    assert playbook().plays["I1"].texts["fr-CA"].d90 == "Décider avec les RH et les juristes."
    assert playbook().plays["I8"].texts["en"].d60 == "First awards."


def test_the_rules_are_the_page_s() -> None:
    """P-5, P-7 to P-10."""
    rules = playbook().rules
    assert (rules.recommended, rules.considered, rules.cards, rules.titles) == (1600, 1000, 3, 5)
    assert (rules.points, rules.shares, rules.severity) == (25, 50, (0.1, 1))
    assert (rules.nearest, rules.breadth, rules.breadth_unknown) == (5, (0.1, 0.9), 0.5)
    assert rules.evidence == {"A": 1, "A−": 0.9, "B": 0.8, "B−": 0.7, "C": 0.6, "D": 0.4}
    assert rules.unfavourable_high == {"AL4", "FR2", "FR3", "FR4"}
    assert rules.need == {Need.LIGHT: -10, Need.REGULAR: 0, Need.TIGHT: 10}
    assert rules.need_shifts == {"ALN", "AL1", "AL2", "AL3", "EXC", "CO2", "CO3", "CO4", "EN2", "EN3"}
    assert (rules.charter, rules.goal, rules.protect, rules.needs) == ("P13", "P4", "P18", {"I1": "P1"})
    assert rules.friction == signal("score(FRI,C)>55")
    assert rules.unsafe == signal("item(TR3,min)<40 or fact(grievance)")
    assert set(rules.apart) == {
        frozenset(pair) for pair in (("P7", "P8"), ("P9", "P15"), ("P14", "P15"), ("P13", "P19"), ("P18", "I6"))
    }


def test_the_fixed_texts_are_complete_in_both_languages() -> None:
    """P-16."""
    for texts in playbook().fixed.values():
        assert set(texts) == set(FixedText)
    assert playbook().fixed["en"][FixedText.OPEN] == "No change recommended yet: the answers do not settle it."
    assert playbook().fixed["fr-CA"][FixedText.SCALE_WHY] == "{scale} : {x} sur 100."


def test_the_hash_covers_every_byte(folder: Path) -> None:
    before = load.read(folder, instrument())
    assert before.sha256 == playbook().sha256
    change(folder, "P01.en.md", "A ready lead", "One ready lead")
    assert load.read(folder, instrument()).sha256 != before.sha256


def test_an_instrument_without_plays_has_no_playbook(tmp_path: Path) -> None:
    assert load.beside(tmp_path, instrument()) is None


def test_a_play_of_no_scale_is_judged_on_the_composite_or_nothing(folder: Path) -> None:
    """P-12: EN and OU1 -> H."""
    assert playbook().plays["P12"].judged_on == "H"
    bare = instrument().model_copy(update={"composites": {}})
    for name in ("P19", "P14", "P13"):  # these name H, or a gate does
        assert (folder / f"{name}.toml").exists()
    change(folder, "P19.toml", "score(H,C)<40 and prev(H,C)<40", "score(ALN,C)<40 and prev(ALN,C)<40")
    assert load.read(folder, bare).plays["P12"].judged_on == ""


# --- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("P01.toml", 'evidence = "B"', 'evidence = "E"', "P01.toml: evidence: E is not a grade of playbook.toml"),
        ("P01.toml", 'owner = ["HH"]', 'owner = ["XX"]', "P01.toml: owner: XX is not an owner (one of GM RL HS"),
        ("P01.toml", 'owner = ["HH"]', "owner = []", "P01.toml: owner: tuple should have at least 1 item"),
        ("P01.toml", 'id = "P1"', 'id = "P2"', "P01.toml: id: P2 is not the play of this file"),
        ("P01.toml", 'cost = "M"', "", "P01.toml: cost: is missing"),
        ("P01.toml", 'cost = "M"', 'cost = "XL"', "P01.toml: cost: input should be 'S', 'M' or 'L'"),
        ("P01.toml", 'cost = "M"', 'cost = "M"\nprice = 3', "P01.toml: price: unknown key"),
        ("P01.toml", 'cost = "M"', 'cost = "M"\ntrial = "two_pods"', "P01.toml: trial: belongs to no process play"),
        ("P01.toml", "control = 0.8", "control = 1.5", "P01.toml: control: input should be less than or equal to 1"),
        ("P01.toml", "control = 0.8", "", "P01.toml: control: is missing"),
        ("P01.toml", '"AL3 C"', '"AL3"', "P01.toml: breadth: string should match"),
        ("P01.toml", '"AL3 C"', '"OQ1 C"', "P01.toml: breadth: OQ1 C is not a closed item and whose answers"),
        ("P01.toml", '"AL3 C"', '"AL3 X"', "P01.toml: breadth: AL3 X is not a closed item and whose answers"),
        ("P01.toml", "low = 10.0", "low = 20.0", "P01.toml: indicators.0: 20 is above 15"),
        ("P01.toml", 'subject = "AL3"', 'subject = "ALN"', "P01.toml: indicators.0.subject: ALN is not of kind item"),
        ("P01.toml", 'who = "C"', 'who = "min"', "P01.toml: indicators.0.who: min is neither a side nor C"),
        ("P01.toml", 'signal = "item(AL3,C)<60', 'signal = "item(AL9,C)<60', "P01.toml: signal: 'item(AL9,C)<60"),
        ("P01.toml", "fact(few_named_accounts)", "fact(luck)", "P01.toml: blocked_if: 'fact(luck)', at 6: 'luck'"),
        ("P04.toml", "score(ALN,C)<50", "score(ALN)<50", "P04.toml: small: 'score(ALN)<50', at 10: ')' where ','"),
        ("P01.toml", "id =", "id", "P01.toml: is not TOML in UTF-8"),
        ("I01.toml", 'trial = "shadow_quarter"', "", "I01.toml: trial: is missing"),
        ("I01.toml", "[pay.fr]", "[pay.de]", "I01.toml: pay.de: is no language of the playbook"),
        ("I01.toml", "[pay.fr]", "[pay.de]", "I01.toml: pay.fr: is missing"),
        ("I01.toml", 'gains = "Accepted quality"', "", "I01.toml: pay.en.gains: is missing"),
        ("P01.en.md", "# why", "# reason", "P01.en.md: has other headings than title why what d30 d60 d90 watch"),
        ("P01.en.md", "# title", "Hello\n# title", "P01.en.md: has other headings"),
        ("P01.fr.md", "Un segment pilote dans le CRM.", "", "P01.fr.md: d60: is empty"),
        ("I01.fr.md", "Recalculer le dernier trimestre.", "", "I01.fr.md: d30: is empty"),
        ("P01.en.md", "Log each", "Then. Log each", "P01.en.md: what: has more than 3 sentences"),
        ("fixed.en.toml", "OPEN =", "OPENING =", "fixed.en.toml: OPENING: unknown key"),
        ("fixed.en.toml", "OPEN =", "OPENING =", "fixed.en.toml: OPEN: is missing"),
        ("fixed.fr.toml", "{d} points", "points", "fixed.fr.toml: KNOW_CHANGE: has other slots than d"),
        ("fixed.fr.toml", "Garder tel quel", "{x}", "fixed.fr.toml: LEAVE: has other slots than none"),
        ("fixed.fr.toml", "RISE =", "RISE", "fixed.fr.toml: is not TOML"),
        ("playbook.toml", 'charter = "P13"', 'charter = "P99"', "playbook.toml: gates.charter: P99 is not a play"),
        ("playbook.toml", '["P7", "P8"]', '["P7", "P88"]', "playbook.toml: gates.apart: P88 is not a play"),
        ("playbook.toml", 'I1 = "P1"', 'I1 = "P0"', "playbook.toml: gates.needs: P0 is not a play"),
        ("playbook.toml", '"ALN", "AL1"', '"XX", "AL1"', "playbook.toml: need.on: XX is neither an item nor a score"),
        ("playbook.toml", '"AL4", "FR2"', '"XX", "FR2"', "playbook.toml: priority.unfavourable_high: XX is neither"),
        ("playbook.toml", "considered = 1000", "considered = 1700", "playbook.toml: status: a considered play holds"),
        ("playbook.toml", "score(FRI,C)>55", "score(FRI,C)", "playbook.toml: gates.friction: 'score(FRI,C)' ends"),
        ("playbook.toml", "item(TR3,min)<40", "item(TR3)<40", "playbook.toml: gates.unsafe: 'item(TR3)<40"),
        ("playbook.toml", "[need]", "[needs]", "playbook.toml: need: is missing"),
    ],
)  # fmt: skip
def test_every_fault_is_named_with_its_file_and_key(folder: Path, file: str, old: str, new: str, fault: str) -> None:
    """P-23, P-1."""
    change(folder, file, old, new)
    assert any(found.startswith(fault) for found in faults(folder)), faults(folder)


@pytest.mark.parametrize("file", ["P05.toml", "P05.en.md", "I03.fr.md", "playbook.toml", "fixed.fr.toml"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    assert f"{file}: is missing" in faults(folder)


@pytest.mark.parametrize("file", ["P1.toml", "notes.txt", "P01.de.md", "fixed.de.toml", "X01.toml"])
def test_a_file_that_belongs_to_no_play_is_named(folder: Path, file: str) -> None:
    (folder / file).write_text("", encoding="utf-8")
    assert f"{file}: is no file of a playbook" in faults(folder)


@pytest.mark.parametrize("file", ["P05.en.md", "fixed.en.toml", "P05.toml"])
def test_a_file_in_another_encoding_is_named(folder: Path, file: str) -> None:
    (folder / file).write_bytes("é".encode("latin-1"))
    assert any(fault.startswith(f"{file}: is not") and "UTF-8" in fault for fault in faults(folder))


def test_all_faults_come_at_once(folder: Path) -> None:
    change(folder, "P01.toml", 'evidence = "B"', 'evidence = "E"')
    change(folder, "P02.en.md", "# why", "# reason")
    change(folder, "playbook.toml", 'goal = "P4"', 'goal = "P44"')
    assert {fault.split(":")[0] for fault in faults(folder)} == {"P01.toml", "P02.en.md", "playbook.toml"}


def test_a_signal_is_never_long_enough_to_nest_deep(folder: Path) -> None:
    change(folder, "P01.toml", "item(AL3,C)<60 or", "(" * 500 + "item(AL3,C)<60 or")
    assert any(fault.startswith("P01.toml: signal: string should have at most 400") for fault in faults(folder))
