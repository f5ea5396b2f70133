"""Canonical JSON: one value, one string of bytes, on every machine and for ever.

Belongs here: the encoding that hashes, ballots and records share. Does not: what is put into it.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import Any


def encode(value: Any) -> bytes:
    """Return UTF-8 JSON with sorted keys, no spaces, strings in NFC, no ASCII escapes; NaN fails."""
    return json.dumps(
        _composed(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON, 64 hex digits."""
    return hashlib.sha256(encode(value)).hexdigest()


def _composed(value: Any) -> Any:
    match value:
        case str():
            return unicodedata.normalize("NFC", value)
        case dict():
            return {_composed(key): _composed(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_composed(inner) for inner in value]
        case _:
            return value
