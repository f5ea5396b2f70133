"""I-26: each lint with the edit that it must catch; those of the shipped instrument apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from assess.instruments import lint
from assess.instruments.faults import InstrumentFaults
from assess.instruments.load import read

S, EN, FR = "instrument.toml", "text.en.toml", "text.fr.toml"
LONG = "A" + "b" * 180

# lint: file, taken out, put in, the lines it must report
ANY = {
    "(b) no upper-case start": (
        EN,
        "Anything else.",
        "anything else.",
        ["text.en.toml: items.OQ: does not begin with an upper-case letter"],
    ),
    "(c) too long": (
        EN,
        "Anything else.",
        LONG,
        [
            "text.en.toml: items.OQ: has 181 characters for side N; the limit is 180",
            "text.en.toml: items.OQ: has 181 characters for side E; the limit is 180",
        ],
    ),
    "(d) not": (
        EN,
        "We do the second thing.",
        "We do not do it.",
        ["text.en.toml: items.Q2s: holds a negation ('not'): say the opposite instead (I-6)"],
    ),
    "(d) n't": (
        EN,
        "We do the second thing.",
        "We don't do it.",
        ['text.en.toml: items.Q2s: holds a negation ("n\'t"): say the opposite instead (I-6)'],
    ),
    "(d) ne … pas": (
        FR,
        "Nous faisons la deuxième chose.",
        "Nous ne la faisons pas.",
        ["text.fr.toml: items.Q2s: holds a negation ('ne la faisons pas'): say the opposite instead (I-6)"],
    ),
    "(d) n'… pas, by side": (
        FR,
        "L'est lit cela.",
        "L'est n'y lit pas cela.",
        ['text.fr.toml: items.Q4: holds a negation ("n\'y lit pas"): say the opposite instead (I-6)'],
    ),
    "(e) straight quotes": (
        FR,
        "Autre chose.",
        'Autre \\"chose\\".',
        ['text.fr.toml: items.OQ.text: holds straight "'],
    ),
    "(e) medial point": (FR, "Autre chose.", "Autres employé·es.", ["text.fr.toml: items.OQ.text: holds ·"]),
    "(e) brackets": (FR, "Les deux échelles.", "Employé(e).", ["text.fr.toml: scales.ALL.explanation: holds (e)"]),
    "(e) space": (
        FR,
        "rencontrez-vous {other}?",
        "rencontrez-vous {other} ?",
        ["text.fr.toml: items.Q3.text: has a space before ? ! or ;"],
    ),
    "(g) too few answered": (
        S,
        'items = ["Q1", "Q2"]\nreverse = ["Q2"]',
        'items = ["Q1", "Q2", "Q4"]\nreverse = ["Q2"]',
        ["instrument.toml: scales.ONE.min_answered: 1 is under half of its 3 items"],
    ),
    "(k) a source nobody names": (
        "SOURCES.md",
        "- `nobody",
        "- `x-2000`: a book.\n- `nobody",
        ["SOURCES.md: x-2000: is named by no item"],
    ),
    "(k) a source that is not there": (
        S,
        '"nobody-1999"',
        '"nobody-1999", "y-2001"',
        ["SOURCES.md: y-2001: is missing: item Q2 names it"],
    ),
    "(k) licensed without a reference": (
        S,
        "[items.Q3]\n",
        '[items.Q3]\nwording_origin = "licensed"\n',
        ["instrument.toml: items.Q3.reference: is missing: licensed wording names it"],
    ),
}

OWN = {
    "(f) an item reversed": (
        S,
        '[scales.TRU]\nitems = ["TR1", "TR2", "TR3", "TR4"]',
        '[scales.TRU]\nitems = ["TR1", "TR2", "TR3", "TR4"]\nreverse = ["TR1"]',
        ["instrument.toml: scales.TRU.reverse: TR1 must not be in it"],
    ),
    "(f) an item not reversed": (
        S,
        'reverse = ["FR1"]\n',
        "",
        ["instrument.toml: scales.FRI.reverse: FR1 must be in it"],
    ),
    "(h) a pulse of eleven": (
        S,
        '["FR1", "FR2", "EN1", "OU1"]',
        '["FR1", "FR2", "EN1", "OU1", "EN2"]',
        ["instrument.toml: forms.pulse.parts: has 11 closed and 0 open items, not 10 and 0"],
    ),
    "(i) seven on a screen": (
        S,
        '  ["EN1", "EN2", "EN3", "EN4", "EN5", "OU1"],\n  ["TR2s", "CO4s"],',
        '  ["EN1", "EN2", "EN3", "EN4", "EN5", "OU1", "TR2s"],\n  ["CO4s"],',
        ["instrument.toml: forms.core.parts: part 5 has 7 statements; the limit is 6"],
    ),
    "(i) a prediction beside its base": (
        S,
        '["FR1", "FR2", "EN1", "OU1"], ["AL1m"]]',
        '["FR1", "FR2", "EN1", "OU1"]]',
        ["instrument.toml: forms.pulse.parts: AL1m is not in a later part than its base AL1"],
    ),
    "(k) a licensed item shipped": (
        S,
        "[items.AL1]\n",
        '[items.AL1]\nwording_origin = "licensed"\nreference = "A licence."\n',
        ["instrument.toml: items.AL1.reference: a shipped item is our own"],
    ),
    "(m) a forbidden word": (
        EN,
        "Six core questions as one score.",
        "What causes gaps.",
        ["text.en.toml: scales.PUL.explanation: holds 'causes', which reports never say (R-12)"],
    ),
    "(m) a forbidden French word": (
        FR,
        "Indice éclair",
        "Indice significatif",
        ["text.fr.toml: scales.PUL.name: holds 'significatif', which reports never say (R-12)"],
    ),
}


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old!r}"
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def found(folder: Path) -> list[str]:
    return [str(fault) for fault in lint.lint(read(folder), folder)]


@pytest.mark.parametrize("case", ANY)
def test_a_lint_of_any_folder_catches_its_fault(tiny: Path, case: str) -> None:
    file, old, new, expected = ANY[case]
    assert found(tiny) == []
    edit(tiny, file, old, new)
    assert found(tiny) == expected


@pytest.mark.parametrize("case", OWN)
def test_a_lint_of_the_shipped_instrument_catches_its_fault(own: Path, case: str) -> None:
    file, old, new, expected = OWN[case]
    assert found(own) == []
    edit(own, file, old, new)
    if case.startswith("(i) a prediction"):
        edit(own, file, '["AL1", "AL3", "TR2", "TR3", "CO4"],', '["AL1", "AL3", "TR2", "TR3", "CO4", "AL1m"],')
    assert found(own) == expected


def test_the_shipped_instrument_is_within_five_levels_and_its_forms_within_core(own: Path) -> None:
    """(h), (l)."""
    edit(own, S, "FREQ = 5", "FREQ = 4")
    for file, last in ((EN, ', "Several times a week"'), (FR, ', "Plusieurs fois par semaine"')):
        edit(own, file, last, "")
    edit(own, S, '["CO1", "CO2", "CO3", "CO4"],', '["CO1", "CO2", "CO3"],')
    edit(own, S, '["TR2s", "CO4s"],', '["TR2s"],')
    edit(own, S, '["AL1m", "AL3m", "AL5m", "TR2m", "CO4m"],', '["AL1m", "AL3m", "AL5m", "TR2m"],')
    edit(own, S, "[forms.pulse]\n", '[forms.rest]\nparts = [["CO4"], ["CO4s"], ["CO4m"]]\n[forms.pulse]\n')
    assert found(own) == [
        "instrument.toml: forms.core.parts: has 27 closed and 2 open items, not 30 and 2",
        "instrument.toml: forms.pulse.parts: CO4 is not in core",
        "instrument.toml: anchors.FREQ: has 4 levels, not 5",
    ]


def test_the_shipped_instrument_has_both_its_forms(own: Path) -> None:
    """(h)."""
    text = (own / S).read_text(encoding="utf-8")
    text = text[: text.index("[forms.pulse]")].replace('headline_forms = ["pulse"]\n', "")
    (own / S).write_text(text, encoding="utf-8")
    assert found(own) == ["instrument.toml: forms.pulse: is missing"]


def test_a_mirror_needs_half_of_its_items_too(own: Path) -> None:
    """(g)."""
    edit(own, S, "min_answered = 3\nmargin = 10.0\n\n[steps]", "min_answered = 2\nmargin = 10.0\n\n[steps]")
    assert found(own) == ["instrument.toml: mirror.min_answered: 2 is under half of its 5 items"]


def test_five_levels_and_the_other_own_lints_are_not_asked_of_other_folders(tiny: Path) -> None:
    """Three and four levels, one form, a reversed item of another scale: all allowed."""
    assert found(tiny) == []


def test_sources_are_needed_only_where_an_item_names_one(tiny: Path) -> None:
    """(k)."""
    (tiny / "SOURCES.md").unlink()
    assert found(tiny) == ["SOURCES.md: nobody-1999: is missing: item Q2 names it"]
    edit(tiny, S, 'inspired_by = ["nobody-1999"]\n', "")
    assert found(tiny) == []


def test_problems_lists_what_stops_loading_and_what_does_not(tiny: Path) -> None:
    edit(tiny, EN, "Anything else.", "anything else.")
    assert [str(fault) for fault in lint.problems(tiny)] == [
        "text.en.toml: items.OQ: does not begin with an upper-case letter",
        "LOCK.toml: versions.1.2.3.items.OQ.en: changed without a new version in instrument.toml",
    ]
    edit(tiny, EN, "anything else.", "")
    assert [str(fault) for fault in lint.problems(tiny)] == ["text.en.toml: items.OQ.text: is empty"]
    (tiny / EN).unlink()
    with pytest.raises(InstrumentFaults):
        lint.problems(tiny)
