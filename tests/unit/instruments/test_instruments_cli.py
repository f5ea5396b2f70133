"""U-110, U-120: `assess instrument check` and `lock`, and what `--instrument` names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from assess.cli import main
from assess.cli.instrument import chosen
from assess.instruments.faults import InstrumentFaults


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["instrument", *arguments])
    return result.exit_code, result.stdout, result.stderr


def break_text(folder: Path) -> None:
    path = folder / "text.en.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"No idea"', '""'), encoding="utf-8")


def test_a_faultless_folder_exits_with_nothing_said(tiny: Path) -> None:
    """Exit 0: done."""
    assert run("check", str(tiny)) == (0, "", "")


def test_a_fault_is_a_line_of_file_key_and_message(tiny: Path) -> None:
    """Exit 1: checked and wrong; results go to stdout."""
    break_text(tiny)
    assert run("check", str(tiny)) == (1, "text.en.toml: dont_know: is empty\n", "")


def test_faults_are_available_as_json(tiny: Path) -> None:
    break_text(tiny)
    code, out, err = run("check", str(tiny), "--json")
    assert (code, err) == (1, "")
    assert json.loads(out) == [{"file": "text.en.toml", "key": "dont_know", "message": "is empty"}]


@pytest.mark.parametrize("missing", ["folder", "file"])
def test_what_cannot_be_read_exits_as_unusable(tiny: Path, missing: str) -> None:
    """Exit 3: unusable input; messages go to stderr."""
    (tiny / "text.fr.toml").unlink()
    code, out, err = run("check", str(tiny if missing == "file" else tiny / "nowhere"))
    assert (code, out) == (3, "")
    assert "text.fr.toml: is missing\n" in err


def test_no_folder_is_a_usage_error() -> None:
    """Exit 2."""
    assert run("check")[0] == 2


def test_lock_writes_a_first_lock_and_refuses_a_change_without_a_version(tiny: Path) -> None:
    """I-25."""
    (tiny / "LOCK.toml").unlink()
    assert run("check", str(tiny))[0] == 1
    assert run("lock", str(tiny))[0] == 0
    assert run("check", str(tiny))[0] == 0
    path = tiny / "text.en.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("No idea", "None"), encoding="utf-8")
    before = (tiny / "LOCK.toml").read_bytes()
    code, out, err = run("lock", str(tiny))
    assert (code, out) == (1, "")
    assert "changed without a new version in instrument.toml" in err
    assert (tiny / "LOCK.toml").read_bytes() == before
    path.unlink()
    assert run("lock", str(tiny))[0] == 3


def test_an_instrument_is_chosen_by_slug_or_folder_and_form(tiny: Path) -> None:
    """U-120."""
    for source, expected in (
        ("sales-marketing", ("sales-marketing", "core")),
        ("sales-marketing:pulse", ("sales-marketing", "pulse")),
        (str(tiny), ("tiny", "core")),
        (f"{tiny}:core", ("tiny", "core")),
    ):
        instrument, form = chosen(source)
        assert (instrument.id, form) == expected


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("sales-marketing:long", r"sales-marketing: long is not a form of sales-marketing \(core, pulse\)"),
        ("finance", r"finance: is not a shipped instrument \(shipped: sales-marketing\)"),
    ],
)
def test_an_unknown_instrument_or_form_is_refused_by_name(source: str, message: str) -> None:
    with pytest.raises(InstrumentFaults, match=message):
        chosen(source)


def test_the_only_form_is_chosen_when_none_is_called_core(tiny: Path) -> None:
    path = tiny / "instrument.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("[forms.core]", "[forms.short]"), encoding="utf-8")
    assert chosen(str(tiny))[1] == "short"
