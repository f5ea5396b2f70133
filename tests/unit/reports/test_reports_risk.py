"""The risk sheet (A-34): what was measured, in both languages, never a figure that nobody measured."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from functools import cache
from html import unescape

import pikepdf
import pytest
import sample_facts

from assess import resources
from assess.reports import risk, risk_pages, typography
from assess.reports.risk import Attacks, Device, Gate, Sheet

LOCALES = sample_facts.LOCALES
TABLE = {
    "command": "make attack",
    "version": "0.1.0",
    "day": "2026-07-01",
    "size": "full",
    "rows": [
        {"attack": id_, "what": f"{id_} tried", "score": "0", "band": "0", "planted": "caught", "holds": id_ != "T2"}
        for id_ in ("T1", "T2", "T4", "T4", "T9")
    ],
}
DEAD = {"date": "2026-07-25", "destroyed": {"box": {"fingerprint": "ab" * 32, "files": ["keys/aa/box"]}}}


def made(**changed: object) -> Sheet:
    options = {
        "operator": "Larch & Vale",
        "contact": "camille@client.example",
        "witness": None,
        "device": Device.SAME,
        "mirror": False,
        "destruction": DEAD,
        "signature": b"s" * 64,
        "attacks": risk.read_attacks(json.dumps(TABLE)),
    }
    return risk.sheet(sample_facts.core(), **options | changed)  # type: ignore[arg-type]


def words(sheet: Sheet, locale: str) -> str:
    body = re.sub(
        r"<(style|title)\b.*?</\1>|<head>.*?</head>", "", risk_pages.html(sheet, locale, "letter"), flags=re.DOTALL
    )
    return re.sub(r"[ \n]+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


@cache
def printed(locale: str, paper: str) -> bytes:
    return risk_pages.pdf(risk.dump(made()), locale, paper)  # type: ignore[arg-type]


def test_a_sheet_is_canonical_json_and_comes_back_the_same() -> None:
    """A-34, R-2: sorted keys, no spaces, final newline, no floats."""
    sheet = replace(made(witness="Camille Roy"), gate=Gate(printed=40, earlier=2, fives=3))
    data = risk.dump(sheet)
    assert risk.read(data) == sheet
    assert risk.dump(risk.read(data)) == data
    assert data.endswith(b"\n")
    assert (
        json.dumps(json.loads(data), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" == data
    )


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"version": "1.0"}'])
def test_bytes_that_are_no_sheet_are_refused(data: bytes) -> None:
    with pytest.raises(risk.RiskError):
        risk.read(data)


def test_a_sheet_of_another_major_version_is_refused() -> None:
    with pytest.raises(risk.RiskError, match="cannot read"):
        risk.read(risk.dump(replace(made(), version="2.0")))


def test_every_criterion_names_what_the_specification_asks_of_it() -> None:
    """A-34: individualisation R3, R4, T4; correlation R5, T3, T5, T6; inference R2, T1, T2."""
    assert dict(risk_pages.CRITERIA) == {
        "individualisation": ("R3", "R4", "T4"),
        "correlation": ("R5", "T3", "T5", "T6"),
        "inference": ("R2", "T1", "T2"),
    }
    told = words(made(), "en")
    assert all(f"{id_} ·" in told for ids in risk_pages.CRITERIA.values() for id_ in ids)


def test_what_nobody_measured_is_said_to_be_so() -> None:
    """A-34: no figure without a measurement; the table of the tests' own size is none."""
    told = words(made(attacks=None), "en")
    assert told.count("not measured on this installation") == 6
    assert told.count("not measured for this wave") == 4
    assert "not audited with the 2 earlier reports" in told
    assert risk.read_attacks(None) is None
    assert risk.read_attacks(json.dumps(TABLE | {"size": "suite"})) is None
    french = words(made(attacks=None), "fr-CA")
    assert french.count("non mesuré sur cette installation") == 6


def test_what_was_measured_is_printed_and_every_figure_is_attached() -> None:
    """A-34: how often each attack was measured, and what came of it; one row that does not hold says so."""
    told = words(replace(made(), gate=Gate(printed=44, earlier=2, fives=3)), "en")
    assert told.count("holds. Measured: 1;") == 1
    assert told.count("holds. Measured: 2; all lie within what chance or the rule allows") == 1
    assert told.count("DOES NOT HOLD. Measured: 1;") == 1
    assert told.count("or blind to the weakness planted to try it: 1.") == 1
    rows = json.loads(risk.dump(made()))["attacks"]["rows"]
    assert [row["what"] for row in rows] == ["T1 tried", "T2 tried", "T4 tried", "T4 tried", "T9 tried"]
    assert told.count("holds: each of the 44 figures that are printed passed") == 4
    assert told.count("; 3 of them in steps of five points only") == 1
    alone = words(replace(made(), gate=Gate(printed=44, earlier=0, fives=0)), "en")
    assert alone.count("no earlier report to hold it against") == 1
    assert "audited together with 2 earlier reports" in told
    assert "Attacks measured with assess 0.1.0 on July 1, 2026" in told
    assert "T9" not in told


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"device": Device.SAME}, "Caution: on the same device as the database"),
        ({"device": Device.APART, "mirror": True}, "on another device than the database; a second device is written"),
        ({"device": Device.UNKNOWN}, "the database runs on a server of its own"),
        ({"witness": "Camille Roy"}, "Witness Camille Roy"),
        ({"destruction": None, "signature": None}, "Roster deleted by August 24, 2026"),
    ],
)
def test_the_sheet_says_how_this_wave_was_run(changed: dict[str, object], said: str) -> None:
    """A-03, A-34: the warning of the key device stands on the sheet."""
    assert said in words(made(**changed), "en")


def test_the_key_mode_decides_what_is_left() -> None:
    """A-09, A-34."""
    assert "somebody who copies the key folder and the database" in words(made(), "en")
    witnessed = replace(made(), key_mode="witnessed")
    assert "two holders of keys who cheat together" in words(witnessed, "en")
    assert "two of three shares opened the box" in words(witnessed, "en")


@pytest.mark.parametrize("locale", LOCALES)
def test_both_languages_keep_their_typography(locale: str) -> None:
    """R-54, citations of laws aside; the table of the attacks is in English, so that no word of it is printed."""
    for sheet in (made(attacks=None), made()):
        told = re.sub(r"A-2\.1|r\. 0\.1|P-39\.1|risk\.json", "", words(sheet, locale))
        assert typography.faults(told, locale) == []
        assert "tried" not in told


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("paper", ["letter", "a4"])
def test_the_sheet_is_a_tagged_pdf_of_two_pages_that_holds_its_record(locale: str, paper: str) -> None:
    """A-34, R-33, R-57: title, language, attachment; the same bytes every time."""
    data = printed(locale, paper)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert len(pdf.pages) == 2
        assert set(pdf.docinfo.keys()) == {"/Title", "/Producer", "/CreationDate"}
        assert str(pdf.docinfo.CreationDate) == "D:20260811"
        assert str(pdf.Root.Lang) == locale
        assert {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()} == {
            "risk.json": risk.dump(made())
        }
        assert "/StructTreeRoot" in pdf.Root


def test_two_processes_make_the_same_bytes() -> None:
    """R-43."""
    assert risk_pages.pdf(risk.dump(made()), "en", "letter") == printed("en", "letter")


def test_figures_of_the_attacks_are_found_where_they_are_shipped() -> None:
    """A-34: a committed table, or none; never one that cannot be read."""
    found = resources.attacks()
    table = None if found is None else risk.read_attacks(found.read_bytes())
    assert table is None or isinstance(table, Attacks)


def test_facts_without_floors_are_refused() -> None:
    facts = sample_facts.core()
    policy = {**facts.provenance["policy"], "floor_item": None}  # type: ignore[dict-item]
    broken = facts.model_copy(update={"provenance": {**facts.provenance, "policy": policy}})
    with pytest.raises(risk.RiskError, match="lack a number"):
        risk.sheet(
            broken,
            operator="x",
            contact="x",
            witness=None,
            device=Device.SAME,
            mirror=False,
            destruction=None,
            signature=None,
            attacks=None,
        )
