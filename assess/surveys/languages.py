"""Which language a comment seems to be written in, so that a rare one can be translated (A-18).

Belongs here: a guess by the commonest words, made at the desk and never stored. Does not: what follows from it
(`comments`).
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class Language(StrEnum):
    """What a guess may say; `OTHER` is every language not listed, and whatever is too short to tell."""

    EN = "en"
    FR = "fr"
    ES = "es"
    DE = "de"
    PT = "pt"
    IT = "it"
    OTHER = "other"


_COMMON: Final = {
    Language.EN: (
        "the and of to is are was were be been it its this that these those they them their there here we our us you "
        "your i my me he she his her have has had do does did not don't doesn't can't won't isn't it's would should "
        "could will what when where which who why how with without for from about into over under between because "
        "more most less least better best good bad never always often sometimes than then but or if as at by on up "
        "so too very just only also much many few some any no none nothing all each every both need needs want get "
        "gets make makes work works help helps time team teams meeting meetings people leads sales marketing"
    ),
    Language.FR: (
        "le la les l un une des du de d et est sont était étaient être c ce cette ces ça cela ils elles leur leurs il "
        "elle on nous notre nos vous votre vos je j mon ma mes avoir a ai ont avait ne n pas plus moins mieux bien mal "
        "jamais toujours souvent parfois que qu qui quoi quand où comment pourquoi avec sans pour par dans sur sous "
        "entre au aux mais ou si comme en y se s son sa ses rien aucun aucune tout tous toute toutes chaque très trop "
        "peu beaucoup faut faire fait besoin équipe équipes réunion réunions temps gens ventes rencontre merci"
    ),
    Language.ES: (
        "el los las una unos del y es son era están está ser que qué no más menos mejor bien muy con sin para por pero "
        "como cuando donde nosotros nuestro nuestra ellos su sus hay nada todo todos cada mucho poco equipo gracias"
    ),
    Language.DE: (
        "der die das ein eine einen und ist sind war nicht kein keine mehr weniger besser gut sehr mit ohne für von zu "
        "auf aus bei wir unser unsere sie ihr ihre ich es den dem aber oder wenn wie was wer immer nie oft nichts alle"
    ),
    Language.PT: (
        "o os as um uma uns do da dos das e é são era estão está ser que não mais menos melhor bem muito com sem para "
        "por mas como quando onde nós nosso nossa eles seu sua há nada tudo todos cada pouco equipe equipa obrigado"
    ),
    Language.IT: (
        "il lo gli uno una del della dei delle e è sono era essere che non più meno meglio bene molto con senza per ma "
        "come quando dove noi nostro nostra loro suo sua c'è niente tutto tutti ogni poco squadra grazie di"
    ),
}
_WORDS: Final = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_WORD: Final = re.compile(r"[^\W\d_]+(?:'t)?")


def guess(text: str) -> Language:
    """Return the language whose commonest words a text holds most of; `OTHER` where none or two do."""
    words = _WORD.findall(text.casefold().replace("’", "'"))
    hits = sorted(
        ((sum(word in known for word in words), language) for language, known in _WORDS.items()), reverse=True
    )
    (most, language), (second, _) = hits[:2]
    return language if most > second else Language.OTHER
