"""I-21: what a folder may hold, and every fault that stops it, each with its file, key and message."""

from __future__ import annotations

from pathlib import Path

import pytest

from assess import resources
from assess.instruments.load import InstrumentFaults, read, shipped, slugs

S, EN, FR = "instrument.toml", "text.en.toml", "text.fr.toml"

# Each broken folder: file, what is taken out, what is put in, and every line that must be reported.
BROKEN = {
    "an unknown key of the file": (S, 'id = "tiny"', 'id = "tiny"\nauthor = "me"', ["author: unknown key"]),
    "an unknown key of an item": (
        S,
        '[items.Q3]\ntype = "F"',
        '[items.Q3]\nweight = 2\ntype = "F"',
        ["items.Q3.weight: unknown key"],
    ),
    "a code inside its own table": (
        S,
        '[items.Q3]\ntype = "F"',
        '[items.Q3]\ncode = "Q9"\ntype = "F"',
        ["items.Q3.code: unknown key"],
    ),
    "an id inside its own table": (S, "[scales.TWO]", '[scales.TWO]\nid = "X"', ["scales.TWO.id: unknown key"]),
    "a missing key": (S, 'reverse = ["Q2"]\nmin_answered = 1', "", ["scales.ONE.min_answered: is missing"]),
    "a version that is none": (
        S,
        'version = "1.2.3"',
        'version = "1.2"',
        ["version: string should match pattern '^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)$'"],
    ),
    "a status that is none": (
        S,
        'status = "unvalidated"',
        'status = "excellent"',
        ["status: input should be 'unvalidated', 'piloted' or 'validated'"],
    ),
    "an item type that is none": (
        S,
        '[items.Q3]\ntype = "F"',
        '[items.Q3]\ntype = "G"',
        ["items.Q3.type: input should be 'V', 'O', 'S', 'P', 'F', 'X' or 'open'"],
    ),
    "eight levels": (S, "OFTEN = 4", "OFTEN = 8", ["anchors.OFTEN: input should be less than or equal to 7"]),
    "a name that is none": (
        S,
        "[steps]",
        "[scales.'1st']\nitems = [\"Q3\"]\nmin_answered = 1\n[steps]",
        ["scales.1st: a name is a letter, then letters, digits or _ (32 at most)"],
    ),
    "one side": (S, '[[sides]]\nletter = "E"\ncode = "east"\n', "", ["sides: an instrument has two sides or more"]),
    "two sides of one letter": (
        S,
        'letter = "E"',
        'letter = "N"',
        ["sides: letter N is given 2 times"],
    ),
    "two sides of one code": (S, 'code = "east"', 'code = "north"', ["sides: code north is given 2 times"]),
    "a closed item without a scale": (
        S,
        '[items.Q3]\ntype = "F"\nanchors = "OFTEN"',
        '[items.Q3]\ntype = "F"',
        ["items.Q3.anchors: is missing"],
    ),
    "an open item with a scale": (
        S,
        'type = "open"',
        'type = "open"\nanchors = "YES"',
        ["items.OQ.anchors: an open item has no answer scale"],
    ),
    "a scale of answers that is none": (
        S,
        'anchors = "OFTEN"',
        'anchors = "NEVER"',
        ["items.Q3.anchors: NEVER is not an answer scale"],
    ),
    "an origin that is none": (
        S,
        "[items.Q3]\n",
        '[items.Q3]\nwording_origin = "found"\n',
        ["items.Q3.wording_origin: is own or licensed, not found"],
    ),
    "sides that are compared on different texts": (
        S,
        "by_side = true",
        "by_side = true\ndirected = false",
        ["items.Q4.directed: sides that read different texts are never compared (I-16)"],
    ),
    "a scale that compares sides on different texts": (
        S,
        'items = ["Q1", "Q4"]',
        'items = ["Q1", "Q4"]\ndirected = false',
        ["scales.TWO.directed: the scale holds a directed item, so it is directed (I-16)"],
    ),
    "no form": (
        S,
        '[forms.core]\nparts = [["Q1", "Q2", "Q3"], ["Q4", "Q2s"], ["Q1m", "Q2m"], ["OQ"]]',
        "[forms]",
        [
            "forms: an instrument has one form or more",
            *(f"items.{code}: is in no form" for code in ("Q1", "Q2", "Q3", "Q4", "Q2s", "Q1m", "Q2m", "OQ")),
        ],
    ),
    "a prediction of nothing": (
        S,
        'predicts = "Q1"',
        'type = "P"\nanchors = "YES"',
        [
            "items.Q1m.predicts: is missing: an item of type P names its base",
            "mirror.expected: Q1m does not predict Q1",
            *(f"{file}: items.Q1m: is missing" for file in (EN, FR)),
        ],
    ),
    "a prediction of an item that is none": (
        S,
        'predicts = "Q1"',
        'type = "P"\nanchors = "YES"\npredicts = "Q7"',
        [
            "items.Q1m.predicts: Q7 is not an item",
            "mirror.expected: Q1m does not predict Q1",
            "forms.core.parts: Q1m is asked without its base Q7",
            *(f"{file}: items.Q1m: is missing" for file in (EN, FR)),
        ],
    ),
    "a prediction of a prediction": (
        S,
        'rates_self_of = "Q2"',
        'rates_self_of = "Q2m"',
        ["items.Q2s.anchors: is missing", "items.Q2s.rates_self_of: Q2m cannot be a base: it is of type P"],
    ),
    "a prediction that says it is a fact": (
        S,
        'predicts = "Q1"',
        'predicts = "Q1"\ntype = "F"',
        ["items.Q1m.type: an item with predicts is of type P"],
    ),
    "a self-rating on another scale": (
        S,
        'rates_self_of = "Q2"',
        'rates_self_of = "Q2"\nanchors = "OFTEN"',
        ["items.Q2s.anchors: differs from that of its base Q2"],
    ),
    "an item with two bases": (
        S,
        'predicts = "Q1"',
        'predicts = "Q1"\nrates_self_of = "Q1"',
        ["items.Q1m.type: an item with predicts is of type P", "items.Q1m.rates_self_of: an item has one base"],
    ),
    "one name for two things": (
        S,
        "[scales.TWO]",
        '[scales.Q3]\nitems = ["Q3"]\nmin_answered = 1\n[scales.TWO]',
        [
            "Q3: is the name of two things: items, scales, composites and the mirror share one set of names",
            *(f"{file}: scales.Q3: is missing" for file in (EN, FR)),
        ],
    ),
    "a scale with an item that is none": (
        S,
        'items = ["Q1", "Q4"]',
        'items = ["Q1", "Q8"]',
        ["scales.TWO.items: Q8 is not an item"],
    ),
    "a scale with a comment": (
        S,
        'items = ["Q1", "Q4"]',
        'items = ["Q1", "OQ"]',
        ["scales.TWO.items: OQ is an open item"],
    ),
    "a scale with an item twice": (
        S,
        'items = ["Q1", "Q4"]',
        'items = ["Q1", "Q1"]',
        ["scales.TWO.items: Q1 is listed 2 times"],
    ),
    "an empty scale": (
        S,
        'items = ["Q1", "Q4"]\nmin_answered = 1',
        "items = []\nmin_answered = 1",
        ["scales.TWO.items: is empty", "scales.TWO.min_answered: 1 is more than its 0 items"],
    ),
    "a scale of mixed levels": (
        S,
        'items = ["Q1", "Q4"]',
        'items = ["Q1", "Q3"]',
        ["scales.TWO.items: are answered on 3 and 4 levels"],
    ),
    "a reversed item of another scale": (
        S,
        'reverse = ["Q2"]',
        'reverse = ["Q3"]',
        ["scales.ONE.reverse: Q3 is not in the scale"],
    ),
    "a scale of a form that is none": (
        S,
        "[scales.TWO]",
        '[scales.TWO]\nforms = ["pulse"]',
        ["scales.TWO.forms: pulse is not a form"],
    ),
    "a headline in a form that lacks its items": (
        S,
        "[forms.core]",
        (
            '[scales.SIX]\nitems = ["Q1", "Q4"]\nmin_answered = 1\nheadline_forms = ["pulse"]\n'
            '[forms.pulse]\nparts = [["Q1"]]\n[forms.core]'
        ),
        [
            "scales.SIX.headline_forms: form pulse lacks items of the scale",
            *(f"{file}: scales.SIX: is missing" for file in (EN, FR)),
        ],
    ),
    "a composite of a scale that is none": (
        S,
        'minus = ["TWO"]',
        'minus = ["SIX"]',
        ["composites.ALL.minus: SIX is not a scale"],
    ),
    "a composite of nothing": (S, 'plus = ["ONE"]', "plus = []", ["composites.ALL.plus: is empty"]),
    "a step with an item that is none": (S, 'start = ["Q3"]', 'start = ["Q8"]', ["steps.start: Q8 is not an item"]),
    "a mirror that pairs the wrong items": (
        S,
        'answered = ["Q1", "Q2"]',
        'answered = ["Q2", "Q1"]',
        ["mirror.expected: Q1m does not predict Q2", "mirror.expected: Q2m does not predict Q1"],
    ),
    "a mirror of unequal halves": (
        S,
        'answered = ["Q1", "Q2"]\nmin_answered = 1',
        'answered = ["Q1"]\nmin_answered = 3',
        [
            "mirror.answered: has 1 items, expected has 2",
            "mirror.min_answered: 3 is more than its 2 items",
        ],
    ),
    "a form with an item that is none": (S, '["OQ"]]', '["OQ", "Q8"]]', ["forms.core.parts: Q8 is not an item"]),
    "a form with an item twice": (S, '["OQ"]]', '["OQ", "Q3"]]', ["forms.core.parts: Q3 is listed 2 times"]),
    "a form with an empty part": (
        S,
        '["OQ"]]',
        '["OQ"], []]',
        ["forms.core.parts: a form has parts, and a part has items"],
    ),
    "an item that is never asked": (S, ', ["OQ"]]', "]", ["items.OQ: is in no form"]),
    "a self-rating without its base": (
        S,
        "[forms.core]",
        '[forms.pulse]\nparts = [["Q2s"]]\n[forms.core]',
        ["forms.pulse.parts: Q2s is asked without its base Q2"],
    ),
    "more comments than a ballot holds": (
        S,
        '[items.OQ]\ntype = "open"',
        (
            '[items.OQ]\ntype = "open"\n[items.OR]\ntype = "open"\n[items.OS]\ntype = "open"\n[forms.more]\n'
            'parts = [["OQ", "OR", "OS"]]'
        ),
        [
            "forms.more.parts: has more than 2 open items: a ballot has no room for them (A-05)",
            *(f"{file}: items.{code}: is missing" for file in (EN, FR) for code in ("OR", "OS")),
        ],
    ),
    "a text of one language only": (
        FR,
        '[items.OQ]\ntext = "Autre chose."',
        "",
        ["items.OQ: is missing"],
    ),
    "a text of nothing": (
        EN,
        "[items.OQ]",
        '[items.Q9]\ntext = "Nine."\n[items.OQ]',
        ["items.Q9: is not in instrument.toml"],
    ),
    "an answer scale of one language only": (
        FR,
        'OFTEN = ["',
        'RARE = ["',
        ["anchors.OFTEN: is missing", "anchors.RARE: is not in instrument.toml"],
    ),
    "an answer too few": (
        EN,
        '["No", "Perhaps", "Yes"]',
        '["No", "Yes"]',
        ["anchors.YES: has 2 texts, the scale has 3 levels"],
    ),
    "no text for one side": (EN, 'text_E = "The East reads that."\n', "", ["items.Q4.text_E: is missing"]),
    "a text for a side that is none": (
        EN,
        'text_E = "The East reads that."',
        'text_E = "The East reads that."\ntext_W = "West."',
        ["items.Q4.text_W: is no side"],
    ),
    "one text for an item by side": (
        EN,
        'text_E = "The East reads that."',
        'text_E = "The East reads that."\ntext = "All."',
        ["items.Q4.text: the item is by side: write text_E, text_N"],
    ),
    "two texts for an item that is not by side": (
        EN,
        'text = "Anything else."',
        'text_N = "Anything else."',
        ["items.OQ.text: is missing", "items.OQ.text_N: the item is not by side (by_side = true)"],
    ),
    "a text table written out": (
        EN,
        'text = "Anything else."',
        'text = "Anything else."\ntext_by_side = {}',
        ["items.OQ.text_by_side: unknown key"],
    ),
    "no short name": (EN, 'short = "Third"\n', "", ["items.Q3.short: is missing"]),
    "a short name that is made": (
        EN,
        'text = "We do the second thing."',
        'text = "We do the second thing."\nshort = "Own second"',
        ["items.Q2s.short: is made from the base and its prefix (I-9)"],
    ),
    "a prediction that cannot be quoted": (
        EN,
        '[items.Q2m]\ntext = "What would {other} say of us?"',
        "",
        ["items.Q2m: is missing"],
    ),
    "an unknown placeholder": (
        EN,
        "{Other} does",
        "{Others} do",
        ["items.Q2.text: {Others} is not a placeholder ({E} {N} {Other} {other})"],
    ),
    "a stray brace": (
        EN,
        "Anything else.",
        "Anything } else.",
        ["items.OQ.text: has a brace that closes or opens nothing"],
    ),
    "a placeholder in a short name": (
        EN,
        'short = "Third"',
        'short = "Third of {N}"',
        ["items.Q3.short: {N} is not a placeholder (none here)"],
    ),
    "a placeholder in an explanation": (
        FR,
        "Les deux échelles.",
        "Les deux échelles de {other}.",
        ["scales.ALL.explanation: {other} is not a placeholder (none here)"],
    ),
    "a label that fits no sentence": (EN, "the East team", "East", ['sides.E.label: begins with "the "']),
    "a French label that contracts": (FR, "l'équipe du nord", "le nord", ['sides.N.label: begins with "l\'équipe "']),
    "no prefix for predictions": (
        EN,
        'expected_prefix = "expected: "\n',
        "",
        ["expected_prefix: is missing: the instrument has items of type P"],
    ),
    "no word on validation": (
        FR,
        'unvalidated = "Non validé."\n',
        "",
        ["unvalidated: is missing: the method page says so while status is unvalidated (I-29)"],
    ),
    "a frame without its quotation": (
        EN,
        "say? “{item}”",
        "say?",
        ["expected_frame: holds {item} once"],
    ),
    "an empty string": (EN, 'dont_know = "No idea"', 'dont_know = ""', ["dont_know: is empty"]),
    "an empty statement": (EN, '"Anything else."', '""', ["items.OQ.text: is empty"]),
    "a padded string": (EN, '"No idea"', '"No idea "', ["dont_know: begins or ends with a space"]),
    "an invisible character": (
        EN,
        "Anything else.",
        "Anything \u202eelse.",
        ["items.OQ.text: holds a control or invisible character"],
    ),
    "a text key that is unknown": (EN, 'name = "Tiny"', 'name = "Tiny"\nsubtitle = "x"', ["subtitle: unknown key"]),
    "an explanation too few": (EN, 'explanation = "Both scales."\n', "", ["scales.ALL.explanation: is missing"]),
    "words where a number goes": (
        S,
        'reverse = ["Q2"]\nmin_answered = 1',
        'reverse = ["Q2"]\nmin_answered = "1"',
        ["scales.ONE.min_answered: input should be a valid integer"],
    ),
    "an endless margin": (
        S,
        "[scales.TWO]",
        "[scales.TWO]\nmargin = inf",
        ["scales.TWO.margin: input should be a finite number"],
    ),
    "a date where words go": (
        S,
        'id = "tiny"',
        "id = 2026-01-01",
        ["id: string should match pattern '^[a-z][a-z0-9-]{0,63}$'"],
    ),
    "a number where words go": (
        EN,
        'text = "Anything else."',
        "text = 3",
        ["items.OQ.text: input should be a valid string"],
    ),
}


# A fault of these also leaves texts without a side: only the first lines are compared.
KNOCK_ON = {"one side", "two sides of one letter"}


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{file} has no {old!r}"
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def lines(folder: Path) -> list[str]:
    with pytest.raises(InstrumentFaults) as caught:
        read(folder)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_folder_is_refused_with_file_key_and_message(tiny: Path, case: str) -> None:
    """I-21, I-26 (a), (b), (j), (l)."""
    file, old, new, expected = BROKEN[case]
    edit(tiny, file, old, new)
    wanted = [line if line.startswith(("text.", "instrument.toml")) else f"{file}: {line}" for line in expected]
    found = lines(tiny)
    assert (found[: len(wanted)] if case in KNOCK_ON else found) == wanted


def test_every_fault_of_every_file_is_reported_at_once(tiny: Path) -> None:
    """U-110, I-21: one run, all faults."""
    edit(tiny, S, 'items = ["Q1", "Q4"]', 'items = ["Q1", "Q8"]')
    edit(tiny, S, 'start = ["Q3"]', 'start = ["Q8"]')
    edit(tiny, EN, '"No idea"', '""')
    edit(tiny, FR, 'short = "Troisième"\n', "")
    edit(tiny, FR, 'name = "Minuscule"', 'name = "Minuscule"\nsubtitle = "x"')
    assert lines(tiny) == [
        "text.fr.toml: subtitle: unknown key",
        "instrument.toml: scales.TWO.items: Q8 is not an item",
        "instrument.toml: steps.start: Q8 is not an item",
        "text.en.toml: dont_know: is empty",
    ]


def test_faults_of_structure_and_texts_are_reported_together(tiny: Path) -> None:
    edit(tiny, S, "OFTEN = 4", "OFTEN = 9")
    edit(tiny, EN, 'name = "Tiny"\n', "")
    assert lines(tiny) == [
        "instrument.toml: anchors.OFTEN: input should be less than or equal to 7",
        "text.en.toml: name: is missing",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "is missing"),
        (b"id = ", "is not TOML: Invalid value (at end of document)"),
        (b'id = "caf\xe9"', "is not UTF-8: byte 9"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_marked_unreadable(
    tiny: Path, content: bytes | None, message: str
) -> None:
    if content is None:
        (tiny / EN).unlink()
    else:
        (tiny / EN).write_bytes(content)
    with pytest.raises(InstrumentFaults) as caught:
        read(tiny)
    assert caught.value.unreadable
    assert str(caught.value) == f"text.en.toml: {message}"


def test_a_folder_in_place_of_a_file_is_named(tiny: Path) -> None:
    (tiny / EN).unlink()
    (tiny / EN).mkdir()
    assert lines(tiny) == ["text.en.toml: cannot be read: Is a directory"]


def test_predictions_and_self_ratings_take_what_they_leave_out_from_their_base(tiny: Path) -> None:
    """I-9: type, answer scale, short name and quotation are derived."""
    instrument = read(tiny)
    prediction, own = instrument.items["Q1m"], instrument.items["Q2s"]
    assert (prediction.type, prediction.anchors, prediction.construct_) == ("P", "YES", "mirror")
    assert (own.type, own.anchors) == ("S", "YES")
    texts = instrument.texts["fr-CA"].items
    assert texts["Q1m"].short == "prévu : Premier"
    assert texts["Q1m"].text == "Que dirait {other}? « Le premier énoncé parle de {N}. »"
    assert texts["Q2s"].short == "le nôtre : Deuxième"
    assert list(texts) == list(instrument.items)


def test_what_sides_read_differently_is_directed_with_whatever_holds_it(tiny: Path) -> None:
    """I-16: CO4, its self-rating and prediction, and the scale that holds it."""
    instrument = read(tiny)
    assert [code for code, item in instrument.items.items() if item.directed] == ["Q4"]
    assert [scale.id for scale in instrument.scales.values() if scale.directed] == ["TWO"]


def test_an_instrument_of_three_sides_has_no_other_side(tiny: Path) -> None:
    """I-3: {other} needs two sides; letters still stand for their labels."""
    edit(tiny, S, '[[sides]]\nletter = "E"', '[[sides]]\nletter = "W"\ncode = "west"\n[[sides]]\nletter = "E"')
    for file, label in ((EN, "the West team"), (FR, "l'équipe de l'ouest")):
        edit(tiny, file, "[sides.E]", f'[sides.W]\nlabel = "{label}"\nshort = "W"\n[sides.E]')
        edit(tiny, file, "[items.Q4]", "[items.Q4]\ntext_W = 'W'")
    assert "text.en.toml: items.Q3.text: {other} is not a placeholder ({E} {N} {W})" in lines(tiny)


def test_what_is_shipped_is_found_by_slug_and_nothing_else_is() -> None:
    """U-120: a slug is a name, never a path."""
    assert slugs() == ("sales-marketing",)
    assert shipped("sales-marketing") == read(resources.instruments() / "sales-marketing")
    for slug in ("../tests/instruments/leadership", "nothing", ""):
        with pytest.raises(
            InstrumentFaults, match=r"is not a shipped instrument \(shipped: sales-marketing\)"
        ) as caught:
            shipped(slug)
        assert caught.value.unreadable
