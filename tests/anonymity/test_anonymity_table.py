"""The frame of `make attack`: a row that does not hold fails the run, and no attack module is forgotten."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import attack_table as attacks
import pytest
from attack_table import Row

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
GOOD = Row(attack="T0", what="60 people", score="1", band="0-3", planted="60", holds=True)
BAD = Row(attack="T0", what="60 people", score="60", band="0-3", planted="60", holds=False)


@pytest.fixture(scope="module")
def command():
    spec = importlib.util.spec_from_file_location("anonymity_main", HERE / "__main__.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("rows", "code"), [([GOOD], 0), ([GOOD, BAD], 1)])
def test_one_row_that_does_not_hold_fails_the_run(command, rows, code, monkeypatch, capsys) -> None:
    """Section 6: the planted weakness of the frame is a product that loses."""
    monkeypatch.setattr(attacks, "attack", lambda _: lambda _: rows)
    monkeypatch.setattr(attacks, "MODULES", {"T0": "attack_table"})
    assert command.main(["--suite", "T0"]) == code
    printed = capsys.readouterr().out
    assert "planted weakness" in printed
    assert ("NO" in printed) == bool(code)


def test_an_attack_that_nobody_wrote_fails_the_run(command, monkeypatch, docs, capsys) -> None:
    monkeypatch.setattr(attacks, "MODULES", {"T0": "test_anonymity_nothing"})
    assert command.main(["T0"], docs) == 1
    assert "test_anonymity_nothing.py is not there" in capsys.readouterr().out


def test_an_attack_that_stops_fails_the_run_and_leaves_the_others_their_rows(command, monkeypatch, docs, capsys):
    def stopping(_):
        raise ZeroDivisionError("no people")

    monkeypatch.setattr(attacks, "MODULES", {"T0": "attack_table", "T1": "attack_table"})
    monkeypatch.setattr(attacks, "attack", lambda name: stopping if name == "T0" else lambda _: [GOOD])
    assert command.main([], docs) == 1
    kept = attacks.read((docs / "attacks.json").read_text())
    assert [(row.what, row.holds) for row in kept] == [("stopped by ZeroDivisionError", False), ("60 people", True)]
    assert "no people" in capsys.readouterr().err


def test_an_unknown_attack_is_named_with_those_that_exist(command, capsys) -> None:
    with pytest.raises(SystemExit):
        command.main(["T99"])
    assert "T99: the attacks are T1, " in capsys.readouterr().err


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "anonymity.md").write_text(f"before\n{attacks.BEGIN}\n{attacks.END}\nafter\n", encoding="utf-8")
    return tmp_path


def test_a_whole_run_at_full_size_keeps_its_figures(command, monkeypatch, docs, capsys) -> None:
    """Docs and risk sheets cite them: version, size and day, nothing of the machine."""
    monkeypatch.setattr(attacks, "MODULES", {"T0": "attack_table"})
    monkeypatch.setattr(attacks, "attack", lambda _: lambda size: [GOOD] * (2 if size > attacks.SUITE else 1))
    kept = docs / "attacks.json"
    assert command.main(["--suite"], docs) == 0
    assert command.main(["T0"], docs) == 0
    assert not kept.exists()
    assert command.main([], docs) == 0
    assert attacks.read(kept.read_text()) == [GOOD, GOOD]
    assert json.loads(kept.read_text()).keys() == {"command", "version", "day", "size", "rows"}
    assert attacks.markdown([GOOD, GOOD]) in (docs / "anonymity.md").read_text()
    assert "T0" in capsys.readouterr().out


def test_a_single_attack_renews_its_rows_alone(command, monkeypatch, docs) -> None:
    monkeypatch.setattr(attacks, "MODULES", {"T0": "attack_table", "T1": "attack_table"})
    other = replace(GOOD, attack="T1")
    monkeypatch.setattr(attacks, "attack", lambda name: lambda _: [GOOD if name == "T0" else other])
    command.main([], docs)
    monkeypatch.setattr(attacks, "attack", lambda _: lambda _: [BAD])
    assert command.main(["T0"], docs) == 1
    assert attacks.read((docs / "attacks.json").read_text()) == [BAD, other]
    text = (docs / "anonymity.md").read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert attacks.markdown([BAD, other]) in text
    assert attacks.markdown([GOOD, other]) not in text


def test_a_page_without_a_place_for_the_table_is_told() -> None:
    with pytest.raises(ValueError, match="has no place for the table"):
        attacks.placed("nothing", [GOOD])


def test_the_docs_show_the_table_of_a_whole_run_at_full_size_that_holds() -> None:
    """Issue 4, "Done when": the table is in docs/anonymity.md with the command that made it."""
    docs = REPOSITORY / "docs"
    document = json.loads((docs / "attacks.json").read_text(encoding="utf-8"))
    assert (document["command"], document["size"]) == ("make attack", "full")
    rows = attacks.read(json.dumps(document))
    assert {row.attack for row in rows} == set(attacks.MODULES)
    assert [row.what for row in rows if not row.holds] == []
    page = (docs / "anonymity.md").read_text(encoding="utf-8")
    assert attacks.placed(page, rows) == page


def test_the_figures_say_the_day_and_no_time() -> None:
    document = json.loads(attacks.figures([GOOD], version="1.2.3", day=date(2026, 1, 12), size=attacks.FULL))
    assert (document["version"], document["day"], document["size"]) == ("1.2.3", "2026-01-12", "full")


def test_the_markdown_table_has_a_line_a_row() -> None:
    assert attacks.markdown([GOOD]).splitlines()[-1] == "|T0|60 people|1|0-3|60|yes|"


def test_every_attack_module_is_registered_and_has_a_table() -> None:
    """A new attack cannot stand beside the table unseen."""
    found = {path.stem for path in HERE.glob("test_anonymity_*.py")} - {Path(__file__).stem}
    assert found <= set(attacks.MODULES.values())
    for name, module in attacks.MODULES.items():
        if module in found:
            assert callable(attacks.attack(name)), name
