"""How a code is derived, hashed and written (A-04). Only `envelopes` may import this module.

Belongs here: bytes to bytes. Does not: rows, keys' files, who holds which code.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final

CODE_BYTES: Final = 10
SYMBOLS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""
_LENGTH: Final = 16
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuv"
"""Python's own base 32: what a symbol becomes, so that the interpreter reads the number."""
_NONE: Final = "?"
_READ: Final[Mapping[str, str]] = (
    dict(zip(SYMBOLS, _DIGITS, strict=True))
    | {"O": "0", "I": "1", "L": "1"}
    | dict.fromkeys("-\u2010\u2011\u2012\u2013\u2014\u2212.,;:\u00ad\u200b\u200c\u200d\u2060\ufeff", "")
)
_WRITTEN: Final[Mapping[int, str]] = dict(zip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", SYMBOLS, strict=True))
"""From the symbols of RFC 4648 to Crockford's: both write five bits a symbol."""
_PRINTED: Final = re.compile("-".join([f"[{SYMBOLS}]{{4}}"] * 4), re.ASCII)
_WHOLE: Final = re.compile(f"[{_DIGITS}]{{{_LENGTH}}}")


def personal(k_mail: bytes, wave_id: bytes, person_id: bytes) -> bytes:
    """Return the code of a person who is invited by mail."""
    return _derived(k_mail, b"assess/code/v1\0" + wave_id + person_id)


def spare(k_mail: bytes, wave_id: bytes, side: str, number: int) -> bytes:
    """Return the code of a side's spare number 1, 2, …: cards, and late joiners."""
    return _derived(k_mail, b"assess/spare/v1\0" + wave_id + side.encode() + b"\0" + number.to_bytes(4, "big"))


def code_hash(code: bytes) -> bytes:
    """Return the key of a code's envelope."""
    return hashlib.sha256(b"assess/env/v1\0" + code).digest()


def ballot_id(code: bytes) -> bytes:
    """Return the key of a code's ballot in the box."""
    return hashlib.sha256(b"assess/ballot/v1\0" + code).digest()


def printed(code: bytes) -> str:
    """Return a code as people read it: four groups of four symbols."""
    symbols = "".join([_WRITTEN[symbol] for symbol in base64.b32encode(code)])
    return "-".join(symbols[start : start + 4] for start in range(0, _LENGTH, 4))


def as_printed(typed: str) -> bool:
    """Return whether a code is written as `printed` writes it."""
    return _PRINTED.fullmatch(typed) is not None


def normalise(typed: str) -> bytes | None:
    """Return the ten bytes of a typed code; case, spaces, hyphens do not matter, O is 0, I and L are 1.

    Nor do marks that a sentence or a program puts around it, or that nobody sees. Whoever pastes the whole link of an
    invitation means the code behind its `#`.
    """
    code = typed.rpartition("#")[2]
    symbols = "".join([_READ.get(symbol, _NONE) for symbol in "".join(code.split()).upper()])
    return int(symbols, 32).to_bytes(CODE_BYTES, "big") if _WHOLE.fullmatch(symbols) else None


def _derived(k_mail: bytes, message: bytes) -> bytes:
    return hmac.digest(k_mail, message, "sha256")[:CODE_BYTES]
