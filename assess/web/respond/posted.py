"""What a person sent: read, checked with WTForms, and kept whatever is wrong with it (U-11, M9, M10).

Belongs here: from a posted form to answers, comments and what is wrong with them. Does not: pages, the box.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import unquote

from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from wtforms import Field, Form

from assess.i18n import LOCALES, number, translator
from assess.instruments.model import DONT_KNOW, Instrument
from assess.surveys.ballots import LONGEST_COMMENT
from assess.surveys.box import ATTEMPT_BYTES
from assess.web.respond import typed

CODE: Final = "code"
LANGUAGE: Final = "lang"
SWITCH: Final = "to"
"""Name of the language button: the language to go on in."""
SHEET: Final = "sheet"
ATTEMPT: Final = "try"
KIOSK: Final = "kiosk"
"""Set on a device that many people use (A-25)."""
PADDING: Final = "pad"
"""What the script fills a post up with, so that all have one size (A-22); it is not read."""
OURS: Final = frozenset({CODE, LANGUAGE, SWITCH, SHEET, ATTEMPT, KIOSK, PADDING})

_GIVEN_OUT: Final = re.compile(rf"[0-9a-f]{{{2 * ATTEMPT_BYTES}}}")

Sent = MultiDict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing to mend; `field` is the item it stands beside, None for the page as a whole."""

    field: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What was sent. Comments are whole even if far too long; answers are only those that the form has."""

    attempt: bytes | None
    answers: Mapping[str, int]
    comments: Mapping[str, str]
    flaws: tuple[Flaw, ...]


class Statements(Field):  # type: ignore[misc] # wtforms has no types
    """The closed items of a form in one field: one object a statement would cost four times the rest of a submit."""

    def __init__(self, levels: Mapping[str, int], **options: Any) -> None:
        super().__init__(**options)
        self.choices = {item: _choices(most) for item, most in levels.items()}

    def process(self, formdata: Sent, *_: Any, **__: Any) -> None:
        """Read every statement; what is no choice of it, or was sent twice, is wrong."""
        self.data: dict[str, int] = {}
        self.wrong: list[str] = []
        every = dict(formdata.lists())
        for item, choices in self.choices.items():
            sent = every.get(item)
            if sent is None:
                continue
            if len(sent) == 1 and sent[0] in choices:
                self.data[item] = choices[sent[0]]
            else:
                self.wrong.append(item)

    def validate(self, *_: Any, **__: Any) -> bool:
        """Return whether something was answered, and every answer is one of the form."""
        self.errors = list(self.wrong)
        return bool(self.data) and not self.wrong


class Comments(Field):  # type: ignore[misc] # wtforms has no types
    """The open questions of a form, cleaned, never cut."""

    def __init__(self, questions: tuple[str, ...], **options: Any) -> None:
        super().__init__(**options)
        self.questions = questions

    def process(self, formdata: Sent, *_: Any, **__: Any) -> None:
        """Read every question; of a field sent twice all of it is kept."""
        sent = {question: "\n".join(formdata.getlist(question)) for question in self.questions}
        texts = {question: typed.cleaned(text) for question, text in sent.items() if text}
        self.data: dict[str, str] = {question: text for question, text in texts.items() if text.strip()}

    def validate(self, *_: Any, **__: Any) -> bool:
        """Return whether every comment is within the limit."""
        self.errors = [question for question, text in self.data.items() if len(text) > LONGEST_COMMENT]
        return not self.errors


def form_class(instrument: Instrument, form: str) -> type[Form]:
    """Return the WTForms form of one form of an instrument; it is made once and kept."""
    levels = {item: instrument.levels(item) for item in instrument.closed(form)}
    return type(
        "QuestionnaireForm",
        (Form,),
        {
            "Meta": type("Meta", (), {"locales": False}),
            "statements": Statements(levels),
            "comments": Comments(instrument.open(form)),
        },
    )


NOTHING: Final = Posted(attempt=None, answers={}, comments={}, flaws=())
"""What stands in a questionnaire that is opened for the first time."""


def read(sent: Sent, form: type[Form], locale: str) -> Posted:
    """Return everything that was sent, and all that is wrong with it, in the words of a language."""
    made = form(sent)
    made.validate()
    statements, comments = made.statements, made.comments
    return Posted(
        attempt=_attempt(sent.get(ATTEMPT, "")),
        answers=statements.data,
        comments=comments.data,
        flaws=_flaws(sent, statements, comments, locale),
    )


def fields(body: bytes) -> Sent:
    """Return the fields of a form as browsers send it, in one pass; none of a body that is no text.

    The same as `urllib.parse.parse_qsl` gives, which takes every name and value apart four times.
    """
    try:
        pairs = [pair.partition("=") for pair in body.decode().replace("+", " ").split("&") if pair]
    except UnicodeDecodeError:
        return ImmutableMultiDict()
    return ImmutableMultiDict([(_unquoted(name), _unquoted(value)) for name, _, value in pairs])


def _unquoted(text: str) -> str:
    # What is no UTF-8 stays quoted, as werkzeug reads it.
    return unquote(text, errors="werkzeug.url_quote") if "%" in text else text


def language(sent: Sent) -> str | None:
    """Return the language to answer in: the one of the button pressed, else the one of the page it came from."""
    return next((sent[name] for name in (SWITCH, LANGUAGE) if sent.get(name) in LOCALES), None)


def _attempt(sent: str) -> bytes | None:
    """Return the 128 random bits of a check page, None if they are not as they were given out."""
    return bytes.fromhex(sent) if _GIVEN_OUT.fullmatch(sent) else None


@cache
def _choices(most: int) -> Mapping[str, int]:
    return {str(level): level for level in range(DONT_KNOW, most + 1)}


def _flaws(sent: Sent, statements: Statements, comments: Comments, locale: str) -> tuple[Flaw, ...]:
    _ = translator(locale)
    found = [Flaw(field=item, text=_("Choose one of these answers.")) for item in statements.errors]
    for question in comments.errors:
        text = _(
            "Comment {i} has {n} characters; the limit is {limit}.",
            i=comments.questions.index(question) + 1,
            n=number(len(comments.data[question]), locale),
            limit=number(LONGEST_COMMENT, locale),
        )
        found.append(Flaw(field=question, text=text))
    if sent.keys() - OURS - statements.choices.keys() - set(comments.questions):
        found.append(Flaw(field=None, text=_("Something that is not part of this survey was left out. Look again.")))
    if not statements.data and not statements.wrong:
        first = next(iter(statements.choices))
        found.append(Flaw(field=first, text=_("Answer at least one statement before you send.")))
    return tuple(found)
