"""R-20: the method page says whether the answers hold: careless ballots, reliability, comparability."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
import reports_waves as built

from assess.i18n import LOCALES
from assess.reports import annex
from assess.reports.charts.source import Source
from assess.reports.facts import Facts
from assess.reports.soundness import soundness
from assess.scoring.comparability import Method


def said(checks: dict[str, Any] | None, locale: str = "en") -> list[str]:
    found = built.facts(built.table())
    provenance = {**found.provenance, "checks": checks}
    return list(soundness(Source(facts=found.model_copy(update={"provenance": provenance}), locale=locale)))


def checks(facts: Facts) -> Any:
    return facts.provenance["checks"]


def test_a_wave_says_what_its_checks_found():
    """S-42, S-44, S-46: of a wave of 30 and 26 nothing is tested, and nothing rests on one statement by accident."""
    found = checks(built.facts(built.table()))
    assert set(found) == {"care", "reliability", "comparability"}
    assert set(found["care"]) == {"unchanged", "share"}
    assert set(found["comparability"]) == {"ALN", "TRU", "FRI"}
    assert {each["tested"] for each in found["comparability"].values()} <= {method.value for method in Method}


def test_a_scale_whose_items_are_not_all_shown_has_no_entry():
    """R-4: nothing withheld shows in the checks; the others keep theirs."""
    open_, shut = (checks(built.facts(built.table(), withhold=w)) for w in (frozenset(), frozenset({"item.AL2"})))
    assert "ALN" in open_["reliability"]
    assert "ALN" not in shut["reliability"]
    assert "ALN" not in shut["comparability"]
    assert {name: state for name, state in open_["reliability"].items() if name != "ALN"} == shut["reliability"]


def test_under_ten_a_side_only_the_reason_stands():
    """S-44, A-12."""
    found = checks(built.facts(built.table(sizes=(30, 8))))
    assert found == {"care": {"reason": "gate_n"}, "reliability": {}, "comparability": {}}


def test_a_withheld_wave_has_no_checks():
    found = built.compose.facts(None, None, context=built.context())
    assert checks(found) is None
    assert said(None) == []


CARE = [{"unchanged": u, "share": s} for u, s in itertools.product(("yes", "no"), ("lt10", "10to20", "gt20"))]
STATES = ("declared", "measured", "indicative", "not_a_scale")


def compared(tested: Method = Method.NOT_TESTED, one_item: str = "no", *flagged: str) -> dict[str, Any]:
    return {"tested": tested.value, "one_item": one_item, "flagged": list(flagged)}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_code_has_its_words_and_leaves_no_slot(locale: str) -> None:
    """R-8: in both languages."""
    texts = []
    for care in [*CARE, {"reason": "gate_n"}]:
        every = said(
            {
                "care": care,
                "reliability": dict(zip(("ALN", "TRU", "FRI", "PUL"), STATES, strict=True)),
                "comparability": {
                    "ALN": compared(one_item="yes"),
                    "TRU": compared(Method.MANTEL, "no", "TR1"),
                    "FRI": compared(Method.MANTEL_MODELS_OUTSIDE),
                },
            },
            locale,
        )
        assert len(every) == 1 + len(STATES) + 2
        assert not any(re.search(r"[{}]", text) for text in every)
        texts.append(every[0])
    assert len(set(texts)) == len(CARE) + 1


def test_what_is_printed_in_english():
    """S-44, S-42, S-46."""
    found = said(
        {
            "care": {"unchanged": "no", "share": "10to20"},
            "reliability": {"ALN": "measured", "FRI": "indicative", "TRU": "measured"},
            "comparability": {"ALN": compared(), "TRU": compared(one_item="yes"), "FRI": compared(Method.MANTEL)},
        }
    )
    assert found == [
        (
            "Ballots with one answer to everything: 10% to 20%. Headline verdicts unchanged without them: no. No "
            "ballot is left out."
        ),
        "Reliability measured here, 0.70 or more: Alignment, Trust.",
        "Reliability measured here, under 0.70, so marked “indicative”: Friction.",
        (
            "Comparability not tested, for want of 50 complete ballots a team: Alignment, Trust. Differences "
            "that would be others without one statement: Trust."
        ),
        (
            "Comparability tested, statement by statement: Friction. Answered otherwise by people who answer the "
            "others alike: no statement."
        ),
    ]


@pytest.mark.parametrize(("locale", "words"), [("en", "every scale"), ("fr-CA", "toutes les échelles")])
def test_what_holds_for_every_scale_is_said_in_two_words(locale: str, words: str) -> None:
    scales = ("ALN", "TRU", "FRI")
    found = said(
        {
            "care": {"reason": "gate_n"},
            "reliability": dict.fromkeys(scales, "declared"),
            "comparability": dict.fromkeys(scales, compared()),
        },
        locale,
    )
    assert [words in text for text in found] == [False, True, True]


def test_what_is_printed_in_french():
    """R-38: decimal comma, no-break spaces."""
    found = said(
        {
            "care": {"unchanged": "yes", "share": "lt10"},
            "reliability": {"FRI": "indicative"},
            "comparability": {"FRI": compared(Method.MANTEL, "no", "FR1", "FR1")},
        },
        "fr-CA",
    )
    assert [text.replace("\u00a0", " ") for text in found] == [
        (
            "Bulletins à réponse unique : moins de 10 %. Constats principaux inchangés sans eux : oui. Aucun bulletin "
            "n’est écarté."
        ),
        "Fidélité mesurée ici, de moins de 0,70, d’où la mention « à titre indicatif » : Friction.",
        (
            "Comparabilité vérifiée, énoncé par énoncé : Friction. Réponses différentes de personnes qui répondent de "
            "la même façon aux autres : La solution d’abord."
        ),
    ]


def test_no_number_of_the_checks_leaves():
    """S-44, R-6: codes and names alone."""
    assert not re.search(r"\d\.\d|\b0\.", str(checks(built.facts(built.table()))))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_method_page_has_the_passage(locale: str) -> None:
    source = Source(facts=built.facts(built.table()), locale=locale)
    passages = {part.name: part.texts for part in annex.method(source).parts}
    assert soundness(source) in passages.values()
