"""I-3, I-7, I-9, U-2: what respondents and readers see of an instrument."""

from __future__ import annotations

from pathlib import Path

import pytest

from assess.instruments import words
from assess.instruments.load import read, shipped
from assess.instruments.model import Instrument

NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def sm() -> Instrument:
    return shipped("sales-marketing")


@pytest.mark.parametrize(
    ("code", "locale", "side", "expected"),
    [
        ("TR2", "en", "sales", "The Marketing team does what it has committed to do."),
        ("TR2", "en", "marketing", "The Sales team does what it has committed to do."),
        ("TR2", "fr-CA", "sales", "L’équipe du marketing fait ce qu’elle s’est engagée à faire."),
        ("AL3", "en", "marketing", "Our two teams use the same definition of a lead that is ready for the Sales team."),
        (
            "OU1",
            "fr-CA",
            "marketing",
            "Dans l’ensemble, comment l’équipe des ventes et l’équipe du marketing collaborent-elles?",
        ),
        (
            "AL1m",
            "en",
            "sales",
            (
                "How would most people in the Marketing team answer this? "
                "“Our two teams are working toward the same targets this quarter.”"
            ),
        ),
        (
            "AL3m",
            "fr-CA",
            "sales",
            (
                "Comment la plupart des gens de l’équipe du marketing répondraient-ils à cet énoncé? "
                f"«{NBSP}Nos deux équipes utilisent la même définition d’un client potentiel prêt à être confié à "
                f"l’équipe des ventes.{NBSP}»"
            ),
        ),
        (
            "CO4",
            "en",
            "sales",
            "What the Marketing team gives us (leads, content, market information) fits what we need in order to sell.",
        ),
        (
            "CO4",
            "en",
            "marketing",
            "What the Sales team gives us (customer and market information) fits what we need to do our work.",
        ),
    ],
)
def test_a_statement_is_filled_for_the_side_that_reads_it(
    sm: Instrument, code: str, locale: str, side: str, expected: str
) -> None:
    """I-3, I-9."""
    assert words.filled(sm, code, locale, side) == expected


def test_labels_of_a_client_replace_those_of_the_instrument_and_stay_as_typed(sm: Instrument) -> None:
    """I-3: labels may change before a wave opens; typed text is never set by our typography."""
    labels = {"marketing": 'the People\'s "Growth" team'}
    assert words.filled(sm, "TR2", "en", "sales", labels).startswith('The People\'s "Growth" team does')
    assert words.filled(sm, "TR2", "en", "marketing", labels).startswith("The Sales team does")


def test_no_statement_keeps_a_placeholder(sm: Instrument) -> None:
    """I-26 (b)."""
    for side in ("sales", "marketing"):
        for locale in sm.texts:
            for code in sm.items:
                assert not set(words.filled(sm, code, locale, side)) & set("{}")


def test_predictions_and_self_ratings_carry_a_prefix_in_reports(sm: Instrument) -> None:
    """I-9."""
    assert words.short(sm, "AL1m", "en") == "expected answer: Same targets"
    assert words.short(sm, "CO4s", "en") == "own team: Fits our needs"
    assert words.short(sm, "AL1m", "fr-CA") == f"réponse prévue{NBSP}: Mêmes objectifs"
    assert words.short(sm, "TR2s", "fr-CA") == f"notre équipe{NBSP}: Tient parole"
    assert words.short(sm, "AL2", "fr-CA") == "Mêmes clients d’abord"


def test_answers_and_the_sixth_option_read_as_written(sm: Instrument) -> None:
    """I-7."""
    assert words.answers(sm, "CO1", "en") == (
        "Never",
        "Once or twice",
        "About once a month",
        "About once a week",
        "Several times a week",
    )
    assert words.answers(sm, "AL1m", "fr-CA")[0] == "Fortement en désaccord"
    assert words.dont_know(sm, "en") == "Don’t know or does not apply"
    assert words.dont_know(sm, "fr-CA") == "Je ne sais pas ou cela ne s’applique pas"
    with pytest.raises(ValueError, match="OQ1 is an open item"):
        words.answers(sm, "OQ1", "en")


def test_sides_have_a_label_and_a_short_name(sm: Instrument) -> None:
    english, french = words.side_labels(sm, "en"), words.side_labels(sm, "fr-CA")
    assert [(english[x].label, english[x].short) for x in english] == [
        ("the Sales team", "Sales"),
        ("the Marketing team", "Marketing"),
    ]
    assert [(french[x].label, french[x].short) for x in french] == [
        ("l’équipe des ventes", "Ventes"),
        ("l’équipe du marketing", "Marketing"),
    ]


def test_scales_are_named_and_explained(sm: Instrument) -> None:
    assert words.scale_name(sm, "H", "fr-CA") == "Santé de la collaboration"
    assert words.explanation(sm, "FRI", "en").endswith("Lower is better.")


def test_announced_minutes_are_those_of_the_specification(sm: Instrument) -> None:
    """U-2: ceil((8 x closed + 45 x open) / 60): core 6, pulse 2."""
    assert (words.minutes(sm, "core"), words.minutes(sm, "pulse")) == (6, 2)


def test_three_sides_still_fill_their_letters(tiny: Path) -> None:
    instrument = read(tiny)
    west = instrument.sides[0].model_copy(update={"letter": "W", "code": "west"})
    texts = {
        locale: text.model_copy(update={"sides": {**text.sides, "W": text.sides["N"]}})
        for locale, text in instrument.texts.items()
    }
    three = instrument.model_copy(update={"sides": (*instrument.sides, west), "texts": texts})
    assert words.filled(three, "Q1", "en", "west") == "The first statement is about the North team."
    with pytest.raises(ValueError, match="tiny has 3 sides"):
        three.other("west")
