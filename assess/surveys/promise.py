"""What people are told of their anonymity: five sentences and their limits (anonymity.md section 5).

Belongs here: the texts of every key mode, their floors, their witness, their hash. Does not: the pages that show them.
A `service` wave says "anonymous" in sentence 1 only.
"""

from __future__ import annotations

import hashlib
from typing import Final

from assess.disclosure.policy import Policy
from assess.i18n import LOCALES, typeset
from assess.instruments import hashes
from assess.surveys.states import KeyMode

_FIRST: Final = {
    (KeyMode.SERVICE, "en"): (
        "Your answers are confidential until the count and anonymous after it: they are locked when you send them, "
        "and our server uses the key only after closing."
    ),
    (KeyMode.SERVICE, "fr-CA"): (
        "Vos réponses sont confidentielles jusqu'au dépouillement et anonymes ensuite : elles sont verrouillées dès "
        "l'envoi, et notre serveur n'utilise la clé qu'après la clôture."
    ),
    (KeyMode.WITNESSED, "en"): (
        "Your answers are anonymous: they are locked when you send them, and opening them takes two of three keys, one "
        "held by your colleague {witness}."
    ),
    (KeyMode.WITNESSED, "fr-CA"): (
        "Vos réponses sont anonymes : elles sont verrouillées dès l'envoi, et il faut, pour les ouvrir, deux clés sur "
        "trois, dont une détenue par votre collègue {witness}."
    ),
    (KeyMode.SELF_HOSTED, "en"): (
        "Your answers are anonymous: they are locked when you send them, and opening them takes two of three keys, "
        "always the key held by your colleague {witness}."
    ),
    (KeyMode.SELF_HOSTED, "fr-CA"): (
        "Vos réponses sont anonymes : elles sont verrouillées dès l'envoi, et il faut, pour les ouvrir, deux clés sur "
        "trois, dont toujours la clé détenue par votre collègue {witness}."
    ),
}
_MIDDLE: Final = {
    "en": (
        "At closing, the ballots are shuffled and counted, and the keys that could tie one to you are destroyed.",
        (
            "Results come out once, for groups of at least {k} people; comments only if at least {kc} on each side "
            "answered, after a consultant has removed what points to someone."
        ),
        "Your receipt shows that your ballot was counted, not what you said.",
    ),
    "fr-CA": (
        (
            "À la clôture, les bulletins sont mélangés et comptés, puis les clés qui pourraient vous relier à l'un "
            "d'eux sont détruites."
        ),
        (
            "Les résultats sont publiés une seule fois, pour des groupes d'au moins {k} personnes; les commentaires, "
            "seulement si au moins {kc} personnes de chaque équipe ont répondu, et une fois que le cabinet-conseil a "
            "retiré ce qui désigne quelqu'un."
        ),
        "Votre reçu montre que votre bulletin a été compté, pas ce que vous avez répondu.",
    ),
}
_UNPROTECTED: Final = {
    "en": (
        "We cannot protect you from someone who reads your mail or screen, from your own writing style, or when a "
        "whole group answers the same, "
    ),
    "fr-CA": (
        "Nous ne pouvons pas vous protéger d'une personne qui lit vos courriels ou votre écran, de votre propre style "
        "d'écriture, ni lorsque tout un groupe répond la même chose, "
    ),
}
_COPIED: Final = {
    "en": "or from someone who copies our keys before the count.",
    "fr-CA": "ni d'une personne qui copierait nos clés avant le dépouillement.",
}
_CHEATING: Final = {
    "en": "or from two key holders who cheat together.",
    "fr-CA": "ni de deux personnes détenant des clés qui tricheraient ensemble.",
}
_LIMITS: Final = {
    "en": (
        "Not protected: an operator who changes the program; a watched device or network; colleagues who pool every "
        "answer but yours; a court order before the count; the fact that you answered, from whoever keeps mails and "
        "backups; a false ballot cast with an unused code (your link would show it)."
    ),
    "fr-CA": (
        "Hors de notre protection : un exploitant qui modifie le programme; un appareil ou un réseau surveillé; des "
        "collègues qui mettent en commun toutes les réponses sauf la vôtre; une ordonnance d'un tribunal avant le "
        "dépouillement; le fait que vous avez répondu, aux yeux de qui conserve les courriels et les sauvegardes; un "
        "faux bulletin déposé avec un code inutilisé (votre lien le montrerait)."
    ),
}


def sentences(mode: KeyMode | str, locale: str, floors: Policy, witness: str | None = None) -> list[str]:
    """Return the five sentences in one language, typeset, with the floors and the witness of the wave in their places.

    The witness is typed text, which the typography never touches. A witnessed mode without a witness is a `ValueError`.
    """
    slots = _slots(KeyMode(mode), floors, witness)
    return [typeset(sentence, locale).format(**slots) for sentence in _sources(KeyMode(mode), locale)]


def short(mode: KeyMode | str, locale: str) -> str:
    """Return what a card has room for: the first clause of the first sentence, never more than that sentence says."""
    return typeset(_FIRST[KeyMode(mode), locale].partition(":")[0].rstrip() + ".", locale)


def limits(locale: str) -> str:
    """Return the text of what nobody is protected from, typeset."""
    return typeset(_LIMITS[locale], locale)


def sha256(mode: KeyMode | str, floors: Policy, witness: str | None = None) -> str:
    """Return the hash of the promise in every language, before typesetting: the same for the same words."""
    slots = _slots(KeyMode(mode), floors, witness)
    told = {locale: [sentence.format(**slots) for sentence in _sources(KeyMode(mode), locale)] for locale in LOCALES}
    return hashlib.sha256(hashes.canonical(told)).hexdigest()


def _sources(mode: KeyMode, locale: str) -> tuple[str, ...]:
    last = (_CHEATING if mode.witnessed else _COPIED)[locale]
    return (_FIRST[mode, locale], *_MIDDLE[locale], _UNPROTECTED[locale] + last)


def _slots(mode: KeyMode, floors: Policy, witness: str | None) -> dict[str, object]:
    if mode.witnessed and not witness:
        raise ValueError(f"a {mode} wave names its witness")
    return {"k": floors.floor_scale, "kc": floors.floor_comments, "witness": witness}
