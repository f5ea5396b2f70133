"""The guess of a comment's language (A-18), made at the desk and never stored."""

from __future__ import annotations

import pytest

from assess.surveys.languages import Language, guess


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("They answer within a day and it helps us.", Language.EN),
        ("Better meetings", Language.EN),
        ("No one tells us about the leads", Language.EN),
        ("Ils répondent vite, et ça nous aide.", Language.FR),
        ("L’équipe n’a jamais le temps", Language.FR),
        ("Rien.", Language.FR),
        ("No tenemos tiempo para hablar con el equipo", Language.ES),
        ("Wir haben nicht genug Zeit für die Kunden", Language.DE),
        ("Não há tempo para falar com a equipa", Language.PT),
        ("Non c'è tempo per parlare con gli altri", Language.IT),
        ("時間が足りません", Language.OTHER),
        ("xyzzy", Language.OTHER),
        ("", Language.OTHER),
    ],
)
def test_a_language_is_told_by_its_commonest_words(text: str, language: Language) -> None:
    assert guess(text) is language
