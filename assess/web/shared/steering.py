"""Characters that nobody sees and that steer how text is read: controls, and marks that turn its direction (T12).

Belongs here: which they are, and showing text without them. Does not: cleaning what will be stored (each application).
"""

from __future__ import annotations

import re
from typing import Any, Final

DIRECTION: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROLS: Final = frozenset(map(chr, (*range(0x20), *range(0x7F, 0xA0)))) - frozenset("\t\n\r")
_UNSEEN: Final = re.compile("[" + re.escape("".join(sorted(DIRECTION | _CONTROLS))) + "]")


def unsteered(value: Any) -> Any:
    """Return text as a page may show it, markup stays markup; anything else as it is.

    A form shows again what was typed, also where it was refused: what cannot be seen is left out of the field, so that
    the next "Save" mends it.
    """
    return type(value)(_UNSEEN.sub("", value)) if isinstance(value, str) else value
