"""The shares of a witnessed wave (A-09): a on the server, b the passphrase, c on the witness's sheet; two open a key.

Belongs here: bytes to bytes: deriving a share, wrapping a private key for a pair of shares, and writing shares and
wraps so that a person can type them. Does not: files (`keys`), who is shown what (`custody`), rows.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from nacl import pwhash
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from assess.surveys.keys import KEY_BYTES, WRAP_BYTES, KeyName
from assess.surveys.said import Said, said
from assess.surveys.states import KeyMode

PASSPHRASE_BITS: Final = 100
CODE_BITS: Final = 160
HALF_BITS: Final = 8 * WRAP_BYTES
SHARED: Final = (KeyName.BOX, KeyName.STAT)
"""The keys of a witnessed wave that no file holds in clear."""

SYMBOLS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32, as in the codes of A-04."""
GROUP: Final = 5
"""Symbols of a typed group: four that carry twenty bits, and one that checks them and their place."""
_VALUE: Final = {symbol: value for value, symbol in enumerate(SYMBOLS)} | {"O": 0, "I": 1, "L": 1}
_SKIPPED: Final = "-\u2010\u2011\u2012\u2013\u2014"
_GROUP_BITS: Final = 20
_FIELD: Final = 0b100101
_SHA256: Final = 32


class Share(StrEnum):
    """Who holds a share: the server a file, the consultant a passphrase, the witness a sheet."""

    SERVER = "a"
    CONSULTANT = "b"
    WITNESS = "c"


class Pair(StrEnum):
    """Two shares that together open a key, by their letters."""

    AB = "ab"
    AC = "ac"
    BC = "bc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What deriving b from the passphrase takes: argon2id's operations and bytes of memory."""

    operations: int = pwhash.argon2id.OPSLIMIT_MODERATE
    memory: int = pwhash.argon2id.MEMLIMIT_MODERATE


MODERATE: Final = Cost()
"""The cost of every real wave (A-09)."""


class Mistyped(ValueError):  # noqa: N818 - people mistype, the program has errors
    """What was typed is no share: `fault` says in which group, and how to mend it; never what was typed."""

    def __init__(self, fault: Said) -> None:
        self.fault = fault
        super().__init__(str(fault))


class NotOpened(ValueError):  # noqa: N818 - an answer to a wrong share
    """A wrap that these two shares do not open."""


def pairs(mode: KeyMode, name: KeyName) -> tuple[Pair, ...]:
    """Return the pairs that may open a key; a firm that runs its own server never opens the box without the witness."""
    match mode:
        case KeyMode.SERVICE:
            return ()
        case KeyMode.SELF_HOSTED if name is KeyName.BOX:
            return (Pair.AC, Pair.BC)
        case _:
            return (Pair.AB, Pair.AC, Pair.BC)


def passphrase() -> bytes:
    """Return a new passphrase of 100 random bits, as 13 bytes."""
    return secrets.randbits(PASSPHRASE_BITS).to_bytes(_length(PASSPHRASE_BITS), "big")


def code() -> bytes:
    """Return a new code for a witness's sheet: 160 random bits."""
    return secrets.token_bytes(_length(CODE_BITS))


def share_b(phrase: bytes, wave_id: bytes, *, cost: Cost = MODERATE) -> bytes:
    """Return b of a passphrase; the salt is derived from the wave, so nothing but the passphrase need be kept."""
    salt = hashlib.sha256(b"assess/share/b/v1\0" + wave_id).digest()[: pwhash.argon2id.SALTBYTES]
    return pwhash.argon2id.kdf(KEY_BYTES, phrase, salt, opslimit=cost.operations, memlimit=cost.memory)


def share_c(code_: bytes) -> bytes:
    """Return c of the code on the witness's sheet."""
    return hashlib.sha256(b"assess/share/c/v1\0" + code_).digest()


def hkdf(*, salt: bytes, ikm: bytes, info: bytes, length: int = KEY_BYTES) -> bytes:
    """Return HKDF-SHA256 (RFC 5869): extract, then expand."""
    if length > 255 * _SHA256:
        raise ValueError(f"HKDF-SHA256 gives at most {255 * _SHA256} bytes")
    extracted = hmac.digest(salt or bytes(_SHA256), ikm, "sha256")
    made, block = b"", b""
    for number in range(1, -(-length // _SHA256) + 1):
        block = hmac.digest(extracted, block + info + bytes([number]), "sha256")
        made += block
    return made[:length]


def kek(pair: Pair, name: KeyName, *, wave_id: bytes, x: bytes, y: bytes) -> bytes:
    """Return the key that wraps a private key for a pair of shares, given in the order of the pair's letters."""
    return hkdf(salt=wave_id, ikm=x + y, info=f"assess/wrap/v1/{pair}/{name}".encode())


def wrap(private: bytes, pair: Pair, name: KeyName, *, wave_id: bytes, x: bytes, y: bytes) -> bytes:
    """Return a private key sealed to a pair of shares: 72 bytes."""
    return bytes(SecretBox(kek(pair, name, wave_id=wave_id, x=x, y=y)).encrypt(private))


def unwrap(wrapped: bytes, pair: Pair, name: KeyName, *, wave_id: bytes, x: bytes, y: bytes) -> bytes:
    """Return the private key in a wrap; raises `NotOpened` unless both shares are right."""
    try:
        return SecretBox(kek(pair, name, wave_id=wave_id, x=x, y=y)).decrypt(wrapped)
    except CryptoError as error:
        raise NotOpened(f"these shares do not open K_{name}") from error


def groups(data: bytes, bits: int | None = None) -> str:
    """Return bytes as groups that can be typed, each with a symbol that checks it and its place."""
    bits = 8 * len(data) if bits is None else bits
    count = -(-bits // _GROUP_BITS)
    number = int.from_bytes(data, "big") << (count * _GROUP_BITS - bits)
    made = []
    for place in range(count):
        carried = number >> ((count - 1 - place) * _GROUP_BITS)
        values = [carried >> shift & 31 for shift in (15, 10, 5, 0)]
        made.append("".join(SYMBOLS[value] for value in (*values, _check(place, values))))
    return "-".join(made)


def typed(text: str, bits: int) -> bytes:
    """Return the bytes of what a person typed; raises `Mistyped`, which names the first group that is wrong.

    Case, spaces and hyphens do not matter; O is 0, I and L are 1, as in A-04.
    """
    count = -(-bits // _GROUP_BITS)
    symbols = [symbol for symbol in text.upper() if not symbol.isspace() and symbol not in _SKIPPED]
    if not symbols:
        raise Mistyped(
            said("Nothing is typed. It has {count} groups of {symbols} letters and digits.", count=count, symbols=GROUP)
        )
    number = 0
    for place in range(count):
        number = number << _GROUP_BITS | _read(symbols[place * GROUP : (place + 1) * GROUP], place, count)
    if len(symbols) > count * GROUP:
        raise Mistyped(
            said(
                "There is more than {count} groups of {symbols}: something is typed twice, or belongs elsewhere.",
                count=count,
                symbols=GROUP,
            )
        )
    spare = count * _GROUP_BITS - bits
    if number & ((1 << spare) - 1):
        raise Mistyped(
            said("Group {group} is not as printed: compare it with the paper, and type it again.", group=count)
        )
    return (number >> spare).to_bytes(_length(bits), "big")


def _read(symbols: list[str], place: int, count: int) -> int:
    values = [_VALUE[symbol] for symbol in symbols if symbol in _VALUE]
    if len(values) < len(symbols):
        raise Mistyped(
            said(
                "Group {group} holds a character that is never printed: only digits and letters without U.",
                group=place + 1,
            )
        )
    if len(values) < GROUP:
        raise Mistyped(
            said(
                "It stops in group {group} of {count}: each group has {symbols} letters and digits. Type the rest.",
                group=place + 1,
                count=count,
                symbols=GROUP,
            )
        )
    if values.pop() != _check(place, values):
        raise Mistyped(
            said("Group {group} is not as printed: compare it with the paper, and type it again.", group=place + 1)
        )
    number = 0
    for value in values:
        number = number << 5 | value
    return number


def _check(place: int, values: list[int]) -> int:
    """Return the check of a group over GF(32): one wrong symbol, two exchanged, a group out of place never pass."""
    made = place % 31 + 1
    for value in values:
        made = _doubled(made) ^ value
    return _doubled(made)


def _doubled(value: int) -> int:
    return (value << 1) ^ (_FIELD if value > 15 else 0)


def _length(bits: int) -> int:
    return -(-bits // 8)
