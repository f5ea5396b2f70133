"""The one-file check of receipts: every fault with its exit code, alone with PyNaCl, in two languages (A-10, U-110)."""

from __future__ import annotations

import hashlib
import json
import re
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cffi
import nacl
import pytest
from click.testing import CliRunner
from nacl.signing import SigningKey
from verify_files import Files, signed_files

from assess import verify
from assess.cli import main
from assess.surveys import receipts

HERE = Path(verify.__file__)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return signed_files(tmp_path, count=11)


def run(files: Files, *options: str) -> tuple[int, str]:
    """Run the command in this process; return its code and everything it said."""
    result = CliRunner().invoke(main, ["verify", str(files.list), str(files.record), *options])
    return result.exit_code, result.output


def test_the_root_of_three_ballots_is_the_one_of_the_specification() -> None:
    """A-10: sealed = 8,240 B of 00, of 01, of 02; a witness made here by hand, and the count's own root agree."""
    three = sorted(hashlib.sha256(bytes([i]) * 8_240).hexdigest()[:20] for i in range(3))
    leaves = [hashlib.sha256(b"\0" + receipt.encode()).digest() for receipt in three]
    left = hashlib.sha256(b"\1" + leaves[0] + leaves[1]).digest()
    by_hand = hashlib.sha256(b"\1" + left + leaves[2]).digest()
    assert verify.root(three) == by_hand == receipts.root(three)
    assert by_hand.hex().startswith("184b272af8ce1818")


@pytest.mark.parametrize("size", [*range(20), 63, 64, 65, 1_000])
def test_two_ways_to_build_the_tree_agree(size: int) -> None:
    """A-10, RFC 6962: split from above as the count does, paired from below as the check does."""
    made = sorted(hashlib.sha256(bytes([i % 256, i // 256])).hexdigest()[:20] for i in range(size))
    assert verify.root(made) == receipts.root(made)


def test_an_honest_record_holds_and_says_what_was_counted(files: Files) -> None:
    code, said = run(files, "--receipt", files.receipts[4].upper())
    assert code == 0
    assert "12 invited, 11 ballots: 10 counted, 1 spoiled, 2 replaced" in said
    assert files.root in said
    assert files.prereg in said
    assert f"receipt {files.receipts[4]} is on the list" in said


def test_a_copy_that_a_program_of_windows_has_saved_holds_too(files: Files) -> None:
    """A-10: other ends of lines and a byte order mark alter no receipt and nothing that is signed."""
    for file in (files.list, files.record):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    code, said = run(files, "--receipt", files.receipts[4])
    assert code == 0
    assert files.root in said
    files.list.write_bytes(files.list.read_bytes().replace(b"\r\n", b"\r\r\n", 1))
    assert run(files)[0] == 3


@pytest.mark.parametrize(
    ("language", "counted", "perhaps"),
    [
        (
            "en",
            "is on the list: its ballot was counted",
            "1 of the 11 ballots on the list were spoiled and not counted",
        ),
        (
            "fr",
            "est sur la liste\u00a0: son bulletin a été compté",
            "sur les 11 bulletins de la liste, nombre de bulletins nuls",
        ),
    ],
)
def test_a_receipt_on_a_list_with_spoiled_ballots_is_not_told_that_its_ballot_was_counted(
    files: Files, language: str, counted: str, perhaps: str
) -> None:
    """A-10: a spoiled ballot has its receipt on the list too, so only a count without one says that it was counted."""
    asked = ("--receipt", files.receipts[4], "--lang", language)
    _, said = run(files, *asked)
    assert perhaps in said
    assert counted not in said
    files.sign(lambda signed: signed["totals"].update(counted=11, spoiled=0))
    _, said = run(files, *asked)
    assert counted in said
    assert perhaps not in said


def test_an_empty_list_holds_if_the_record_says_so(tmp_path: Path) -> None:
    code, said = run(signed_files(tmp_path, count=0))
    assert code == 0
    assert hashlib.sha256(b"").hexdigest() in said


def test_changes_after_opening_are_chained_and_told(tmp_path: Path) -> None:
    """A-15: H(prereg + change)."""
    change = {"change": "extension", "from": "a", "to": "b"}
    files = signed_files(tmp_path, count=3, changes=[change])
    code, said = run(files)
    head = hashlib.sha256(bytes.fromhex(files.prereg) + verify.canonical(change)).hexdigest()
    assert code == 0
    assert head in said
    files.edit(lambda record: record["changes"].clear())
    code, said = run(files)
    assert code == 1
    assert "changes after opening do not lead" in said


def test_the_outcome_can_be_read_by_a_program(files: Files) -> None:
    """U-110: --json."""
    code, said = run(files, "--json")
    outcome = json.loads(said)
    assert (code, outcome["holds"], outcome["root"], outcome["totals"]["used"]) == (0, True, files.root, 11)
    files.list.write_text("".join(f"{receipt}\n" for receipt in files.receipts[:-1]))
    code, said = run(files, "--json")
    assert (code, json.loads(said)["holds"], json.loads(said)["reason"]) == (1, False, "count")


def lines(change: Callable[[list[str]], list[str]]) -> Callable[[Files], None]:
    """Return what changes the lines of a list and leaves it well-formed."""
    return lambda files: files.write(change(list(files.receipts)))


WRONG: dict[str, tuple[Callable[[Files], None], str]] = {
    "dropped": (lines(lambda found: found[1:]), "the record says 11 ballots, the list has 10 receipts"),
    "added": (lambda f: f.write(sorted([*f.receipts, "0" * 20])), "the record says 11 ballots, the list has 12"),
    "reordered": (lines(lambda found: [found[1], found[0], *found[2:]]), "line 2: .* stands out of order"),
    "twice": (lines(lambda found: [found[0], found[0], *found[2:]]), "line 2: .* stands there twice"),
    "altered": (lambda f: f.write(sorted(["0" * 20, *f.receipts[1:]])), "do not make the root"),
    "recounted": (lambda f: f.edit(lambda r: r["signed"]["totals"].update(invited=99)), "signature"),
    "sum": (lambda f: f.sign(lambda s: s["totals"].update(counted=9)), "11 ballots, but 9 counted and 1 spoiled"),
    "rules": (lambda f: f.edit(lambda r: r["rules"].update(zone="Elsewhere")), "rules in the record are not those"),
    "wave": (lambda f: f.sign(lambda s: s.update(wave="ff" * 16)), "those of another survey"),
    "signer": (lambda f: f.sign(lambda s: None, key=SigningKey(b"\7" * 32)), "signature of the record is not by"),
    "head": (lambda f: f.sign(lambda s: s.update(head="0" * 64)), "changes after opening do not lead"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_ends_with_one_and_the_first_mismatch(files: Files, name: str) -> None:
    """U-110: 1, with the first mismatch, as a result."""
    spoil, told = WRONG[name]
    spoil(files)
    code, said = run(files)
    assert code == 1
    assert re.search(told, said)


def test_a_receipt_that_is_not_on_the_list_is_missed(files: Files) -> None:
    code, said = run(files, "--receipt", "00000 00000 00000 00000")
    assert code == 1
    assert f"receipt {'0' * 20} is not on the list" in said


def test_a_receipt_that_is_none_is_a_wrong_call(files: Files) -> None:
    """U-110: 2."""
    code, said = run(files, "--receipt", "12")
    assert code == 2
    assert "20 digits" in said


UNUSABLE: dict[str, tuple[Callable[[Files], Any], str]] = {
    "old ends": (
        lambda f: f.list.write_bytes(f.list.read_bytes().replace(b"\n", b"\r")),
        "receipts.txt, line 1: the last",
    ),
    "edited": (
        lines(lambda found: [*found[:2], found[2] + " mine", *found[3:]]),
        "receipts.txt, line 3: not a receipt",
    ),
    "cut": (lambda f: f.list.write_bytes(f.list.read_bytes()[:-1]), "receipts.txt, line 11: the last line has no end"),
    "binary": (lambda f: f.list.write_bytes(b"\xff\xfe\n"), "receipts.txt, line 1: not a receipt"),
    "no list": (lambda f: f.list.unlink(), "receipts.txt: No such file"),
    "json": (lambda f: f.record.write_text('{\n"signed":'), "record.json, line 2: not JSON"),
    "twice": (lambda f: f.record.write_text('{"a":1,"a":1}'), "record.json, line 1: not JSON"),
    "nan": (lambda f: f.record.write_text('{"a":NaN}'), "record.json, line 1: not JSON"),
    "infinite": (lambda f: f.record.write_text('{"a":1e999}'), "record.json, line 1: not JSON"),
    "half a letter": (lambda f: f.record.write_text('{"a":"\\ud800"}'), "record.json, line 1: not JSON"),
    "bytes": (lambda f: f.record.write_bytes(b"\xff"), "record.json, line 1: not JSON"),
    "deep": (lambda f: f.record.write_text("[" * 100_000), "record.json, line 1: not JSON"),
    "list": (lambda f: f.record.write_text("[]"), "record.json: {} is missing"),
    "signed": (lambda f: f.edit(lambda r: r.pop("signed")), "record.json: signed is missing"),
    "rules": (lambda f: f.edit(lambda r: r.update(rules=3)), "record.json: rules is missing"),
    "key": (lambda f: f.edit(lambda r: r["rules"].update(public_keys={})), "rules.public_keys.sign is missing"),
    "signature": (lambda f: f.edit(lambda r: r.update(signature="00")), "record.json: signature is missing"),
    "root": (lambda f: f.edit(lambda r: r["signed"].update(root=None)), "signed.root is missing"),
    "head": (lambda f: f.edit(lambda r: r["signed"].update(head=1)), "signed.head is missing"),
    "totals": (lambda f: f.edit(lambda r: r["signed"]["totals"].pop("used")), "signed.totals is missing"),
    "minus": (lambda f: f.edit(lambda r: r["signed"]["totals"].update(used=-1)), "signed.totals.used is missing"),
    "true": (lambda f: f.edit(lambda r: r["signed"]["totals"].update(used=True)), "signed.totals.used is missing"),
    "changes": (lambda f: f.edit(lambda r: r.update(changes=[1])), "record.json: changes is missing"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_cannot_be_read_ends_with_three_and_says_where_and_how_to_mend(files: Files, name: str) -> None:
    """U-110: 3, with file, line where there is one, and the remedy."""
    spoil, told = UNUSABLE[name]
    spoil(files)
    code, said = run(files)
    assert code == 3
    assert told in said
    assert "download" in said


def test_a_file_larger_than_any_list_is_not_read(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "LARGEST", 20)
    code, said = run(files)
    assert code == 3
    assert "receipts.txt is larger than any list or record; download it again" in said


def test_every_saying_is_in_both_languages_with_the_same_slots() -> None:
    """U-1: the file has no catalogue beside it."""
    slots = {
        language: {
            name: sorted(field for _, field, _, _ in string.Formatter().parse(text) if field)
            for name, text in said.items()
        }
        for language, said in verify.SAYINGS.items()
    }
    assert slots["en"] == slots["fr"]
    for text in verify.SAYINGS["fr"].values():
        assert not re.search(r"[^\u00a0]:|\s[;!?]", text.replace("0-9", "")), text


def test_it_speaks_french(files: Files) -> None:
    assert "Tout concorde." in run(files, "--lang", "fr")[1]
    files.write(files.receipts[1:])
    assert "Erreur constatée\u00a0: le procès-verbal annonce 11 bulletins" in run(files, "--lang", "fr")[1]


def test_the_file_runs_alone_with_pynacl(files: Files, tmp_path: Path) -> None:
    """A-10: one file, Python and PyNaCl; no assess, no site packages on its path."""
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "verify.py").write_bytes(HERE.read_bytes())
    site = Path(nacl.__file__).parents[1]
    for needed in (nacl.__file__, cffi.__file__):
        (alone / Path(needed).parent.name).symlink_to(Path(needed).parent)
    for backend in site.glob("_cffi_backend*"):
        (alone / backend.name).symlink_to(backend)
    start = (
        "import runpy, sys; sys.path.append(sys.argv.pop(1)); "
        "assert not any('packages' in place for place in sys.path), sys.path; "
        "runpy.run_path(sys.argv.pop(1), run_name='__main__')"
    )
    order = [sys.executable, "-I", "-S", "-c", start, str(alone), str(alone / "verify.py")]
    order += [str(files.list), str(files.record)]
    honest = subprocess.run([*order, "--receipt", files.receipts[0]], capture_output=True, text=True, check=False)
    assert (honest.returncode, honest.stderr) == (0, "")
    assert honest.stdout.startswith("Everything holds.\n")
    missing = subprocess.run([*order, "--receipt", "0" * 20], capture_output=True, text=True, check=False)
    assert missing.returncode == 1
    misused = subprocess.run(order[:-1], capture_output=True, text=True, check=False)
    assert misused.returncode == 2


def test_without_pynacl_it_says_what_to_install_and_not_that_something_is_wrong(files: Files) -> None:
    """A-10, U-110: 3, in both languages; 1 would tell an employee that their ballot was not counted."""
    order = [sys.executable, "-I", "-S", str(HERE), str(files.list), str(files.record)]
    done = subprocess.run(order, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert "PyNaCl is missing: python -m pip install pynacl" in done.stderr
    assert "PyNaCl manque" in done.stderr


def test_the_path_of_the_test_above_has_no_assess(tmp_path: Path) -> None:
    """Guards the test above: what it proves would not hold with an import of assess."""
    order = [sys.executable, "-I", "-S", "-c", "import assess"]
    assert subprocess.run(order, capture_output=True, check=False, cwd=tmp_path).returncode != 0
