"""What people are told (anonymity.md section 5), and refusals in both languages (U-1)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from assess.disclosure.policy import Policy
from assess.surveys import db, promise
from assess.surveys.said import said
from assess.surveys.states import KeyMode, WaveRefused

ENGLISH = [
    (
        "Your answers are confidential until the count and anonymous after it: they are locked when you send them, "
        "and our server uses the key only after closing."
    ),
    "At closing, the ballots are shuffled and counted, and the keys that could tie one to you are destroyed.",
    (
        "Results come out once, for groups of at least 5 people; comments only if at least 10 on each side answered, "
        "after a consultant has removed what points to someone."
    ),
    "Your receipt shows that your ballot was counted, not what you said.",
    (
        "We cannot protect you from someone who reads your mail or screen, from your own writing style, or when a "
        "whole group answers the same, or from someone who copies our keys before the count."
    ),
]


def test_the_five_sentences_carry_the_floors_of_the_wave() -> None:
    """A-11: floors in text come from the constants."""
    assert promise.sentences(KeyMode.SERVICE, "en", Policy()) == ENGLISH
    raised = promise.sentences("service", "en", Policy(floor_scale=7, floor_comments=12))
    assert "groups of at least 7 people; comments only if at least 12 on each side" in raised[2]


def test_the_french_sentences_say_the_same_with_french_typography() -> None:
    """U-1, R-37."""
    told = promise.sentences("service", "fr-CA", Policy())
    assert len(told) == 5
    assert told[0].startswith(
        "Vos réponses sont confidentielles jusqu’au dépouillement et anonymes ensuite\u00a0: elles"
    )
    assert "d’au moins 5 personnes; les commentaires, seulement si au moins 10 personnes de chaque équipe" in told[2]
    assert told[4].endswith("ni d’une personne qui copierait nos clés avant le dépouillement.")


@pytest.mark.parametrize(("locale", "word"), [("en", "anonym"), ("fr-CA", "anonym")])
def test_a_service_wave_says_anonymous_in_its_first_sentence_only(locale: str, word: str) -> None:
    """anonymity.md section 5."""
    told = promise.sentences("service", locale, Policy())
    assert [word in sentence for sentence in told] == [True, False, False, False, False]


def test_the_limits_are_told_in_both_languages() -> None:
    assert promise.limits("en").startswith("Not protected: an operator who changes the program;")
    assert promise.limits("fr-CA").startswith("Hors de notre protection\u00a0: un exploitant qui modifie le programme;")
    assert promise.limits("en").count(";") == promise.limits("fr-CA").count(";") == 5


def test_the_hash_of_the_promise_changes_with_mode_and_floors_only() -> None:
    """A-15."""
    usual = promise.sha256("service", Policy())
    assert usual == promise.sha256(KeyMode.SERVICE, Policy(floor_item=20))
    assert usual != promise.sha256("service", Policy(floor_scale=6))
    assert usual == promise.sha256("service", Policy(), "a name that no service wave says")
    assert len(usual) == 64
    witnessed = promise.sha256("witnessed", Policy(), "Ana Roy")
    assert len({usual, witnessed, promise.sha256("self_hosted", Policy(), "Ana Roy")}) == 3
    assert witnessed != promise.sha256("witnessed", Policy(), "Bo Roy")
    assert witnessed != promise.sha256("witnessed", Policy(floor_comments=11), "Ana Roy")


@pytest.mark.parametrize("mode", [KeyMode.WITNESSED, KeyMode.SELF_HOSTED])
def test_a_witnessed_wave_without_a_witness_has_no_promise(mode: KeyMode) -> None:
    """A-09: the sentence names who holds the key."""
    for nobody in (None, ""):
        with pytest.raises(ValueError, match="names its witness"):
            promise.sentences(mode, "en", Policy(), nobody)
        with pytest.raises(ValueError, match="names its witness"):
            promise.sha256(mode, Policy(), nobody)


def test_a_witnessed_wave_names_who_holds_the_key_in_both_languages() -> None:
    """anonymity.md section 5, sentences 1 and 5; the other three are those of every mode."""
    told = promise.sentences("witnessed", "en", Policy(), "Ana O'Roy")
    assert told[0] == (
        "Your answers are anonymous: they are locked when you send them, and opening them takes two of three keys, one "
        "held by your colleague Ana O'Roy."
    )
    assert told[1:4] == promise.sentences("service", "en", Policy())[1:4]
    assert told[4].endswith("or when a whole group answers the same, or from two key holders who cheat together.")
    french = promise.sentences("witnessed", "fr-CA", Policy(), "Ana O'Roy")
    assert french[0] == (
        "Vos réponses sont anonymes\u00a0: elles sont verrouillées dès l’envoi, et il faut, pour les ouvrir, deux clés "
        "sur trois, dont une détenue par votre collègue Ana O'Roy."
    )
    assert french[4].endswith("la même chose, ni de deux personnes détenant des clés qui tricheraient ensemble.")


def test_a_self_hosted_wave_says_that_it_always_takes_the_witness() -> None:
    """A-09, anonymity.md section 5."""
    told = promise.sentences("self_hosted", "en", Policy(), "the head of the works council")
    assert told[0].endswith(
        "takes two of three keys, always the key held by your colleague the head of the works council."
    )
    french = promise.sentences("self_hosted", "fr-CA", Policy(), "Ana Roy")
    assert french[0].endswith("deux clés sur trois, dont toujours la clé détenue par votre collègue Ana Roy.")
    assert french[4] == promise.sentences("witnessed", "fr-CA", Policy(), "Ana Roy")[4]


def test_a_witness_is_not_typeset_and_fills_no_other_place() -> None:
    """Typed text stands as it was typed, braces included."""
    odd = "{k} : 'A' !"
    for locale in ("en", "fr-CA"):
        assert odd in promise.sentences("witnessed", locale, Policy(), odd)[0]


def test_a_refusal_says_all_its_reasons_in_either_language() -> None:
    """U-1; numbers are written as the language has them."""
    refusal = WaveRefused(
        [
            said("The closing date has passed."),
            said("The wave must stay open for {shortest} to {longest} days.", shortest=10, longest=28),
        ]
    )
    assert str(refusal) == "The closing date has passed.\nThe wave must stay open for 10 to 28 days."
    assert refusal.say("fr-CA") == ["La date de clôture est passée.", "La vague doit rester ouverte de 10 à 28 jours."]
    assert WaveRefused(said("Only a draft can be opened.")).say("en") == ["Only a draft can be opened."]
    large = said("the file has {size} MB; the limit is 5 MB", size=Decimal("6.1"))
    assert large.say("fr-CA") == "le fichier fait 6,1 Mo; la limite est de 5 Mo"
    assert str(said("{n} rows; the limit is {limit}", n=20_001, limit=20_000)) == "20,001 rows; the limit is 20,000"


def test_what_was_typed_is_not_typeset() -> None:
    """Typed text is shown as it was typed, quotes and braces included."""
    typed = said('"{typed}" is not a side', typed='it\'s {a} "b"')
    assert typed.say("en") == '“it\'s {a} "b"” is not a side'
    assert str(typed) == '"it\'s {a} "b"" is not a side'


def test_instants_are_utc_in_every_database() -> None:
    """stack.md section 2: portable; naive where the engine keeps no zone, aware in Python always."""
    column, moment = db.Moment(), datetime.fromisoformat("2026-01-12T09:00:00-05:00")
    lite, post = sqlite.dialect(), postgresql.dialect()
    assert column.process_bind_param(moment, lite) == datetime.fromisoformat("2026-01-12T14:00:00")
    assert column.process_bind_param(moment, post) == datetime(2026, 1, 12, 14, tzinfo=UTC)
    for stored, dialect in ((datetime.fromisoformat("2026-01-12T14:00:00"), lite), (moment, post)):
        found = column.process_result_value(stored, dialect)
        assert found == moment
        assert found is not None
        assert found.tzinfo is UTC
    assert column.process_bind_param(None, lite) is column.process_result_value(None, lite) is None


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///var/assess.db", "var/assess.db"),
        ("sqlite://", None),
        ("sqlite:///:memory:", None),
        ("postgresql://h/d", None),
    ],
)
def test_only_a_sqlite_file_has_a_file(url: str, file: str | None) -> None:
    found = db.database_file(url)
    assert (None if found is None else str(found)) == file
