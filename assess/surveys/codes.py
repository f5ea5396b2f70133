"""How a code is derived, hashed and written (A-04). Only `envelopes` may import this module.

Belongs here: bytes to bytes. Does not: rows, keys' files, who holds which code.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

CODE_BYTES: Final = 10
SYMBOLS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""
_VALUE: Final = {symbol: value for value, symbol in enumerate(SYMBOLS)} | {"O": 0, "I": 1, "L": 1}
_LENGTH: Final = 16


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
    number = int.from_bytes(code, "big")
    symbols = "".join(SYMBOLS[(number >> shift) & 31] for shift in range(75, -1, -5))
    return "-".join(symbols[start : start + 4] for start in range(0, _LENGTH, 4))


def normalise(typed: str) -> bytes | None:
    """Return the ten bytes of a typed code; case, spaces, hyphens do not matter, O is 0, I and L are 1."""
    symbols = [symbol for symbol in typed.upper() if not symbol.isspace() and symbol not in "-\u2010\u2011\u2012\u2013"]
    if len(symbols) != _LENGTH or any(symbol not in _VALUE for symbol in symbols):
        return None
    number = 0
    for symbol in symbols:
        number = number << 5 | _VALUE[symbol]
    return number.to_bytes(CODE_BYTES, "big")


def _derived(k_mail: bytes, message: bytes) -> bytes:
    return hmac.digest(k_mail, message, "sha256")[:CODE_BYTES]
