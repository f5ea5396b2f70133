"""What people read of an instrument: statements with their placeholders filled, names, minutes.

Typography (R-37, R-38) is applied to our own words only: labels that a client typed are filled in afterwards.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from assess.i18n import typeset
from assess.instruments.model import Instrument, SideText

SECONDS_CLOSED = 8
SECONDS_OPEN = 45

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def filled(
    instrument: Instrument, code: str, locale: str, side_code: str, labels: Mapping[str, str] | None = None
) -> str:
    """Return a statement as a respondent of that side reads it (I-3); `labels`: side code -> label of this client."""
    own = instrument.side(side_code)
    words = instrument.texts[locale].items[code]
    text = words.text if words.text is not None else words.text_by_side[own.letter]
    return filled_text(text, instrument, locale, side_code, labels)


def filled_text(
    text: str, instrument: Instrument, locale: str, side_code: str, labels: Mapping[str, str] | None = None
) -> str:
    """Return any text of the instrument with `{other}`, `{Other}` and side letters filled for a reader of that side."""
    names = {code: words.label for code, words in side_labels(instrument, locale).items()} | dict(labels or {})
    slots = {side.letter: names[side.code] for side in instrument.sides}
    if len(instrument.sides) == 2:
        other = names[instrument.other(side_code).code]
        slots |= {"other": other, "Other": other[:1].upper() + other[1:]}
    return PLACEHOLDER.sub(lambda match: slots[match[1]], typeset(text, locale))


def side_labels(instrument: Instrument, locale: str) -> dict[str, SideText]:
    """Return side code -> label ("the Sales team") and short name ("Sales"), as the instrument words them."""
    texts = instrument.texts[locale].sides
    return {
        side.code: SideText(
            label=typeset(texts[side.letter].label, locale), short=typeset(texts[side.letter].short, locale)
        )
        for side in instrument.sides
    }


def short(instrument: Instrument, code: str, locale: str) -> str:
    """Return the report name of an item, with the prefix of a prediction or self-rating (I-9)."""
    return typeset(instrument.texts[locale].items[code].short, locale)


def scale_name(instrument: Instrument, scale_id: str, locale: str) -> str:
    """Return the name of a scale, composite or mirror (instrument.md section 8)."""
    return typeset(instrument.texts[locale].scales[scale_id].name, locale)


def explanation(instrument: Instrument, scale_id: str, locale: str) -> str:
    """Return the one-line explanation of a scale, composite or mirror."""
    return typeset(instrument.texts[locale].scales[scale_id].explanation, locale)


def answers(instrument: Instrument, code: str, locale: str) -> tuple[str, ...]:
    """Return the words of answer levels 1 to L of a closed item; the sixth option is `dont_know`."""
    anchors = instrument.items[code].anchors
    if anchors is None:
        raise ValueError(f"{code} is an open item and has no answer levels")
    return tuple(typeset(word, locale) for word in instrument.texts[locale].anchors[anchors])


def dont_know(instrument: Instrument, locale: str) -> str:
    """Return the words of code 0, "Don't know or does not apply" (I-7)."""
    return typeset(instrument.texts[locale].dont_know, locale)


def minutes(instrument: Instrument, form: str) -> int:
    """Return the announced minutes of a form (U-2): core 6, pulse 2."""
    seconds = SECONDS_CLOSED * len(instrument.closed(form)) + SECONDS_OPEN * len(instrument.open(form))
    return math.ceil(seconds / 60)
