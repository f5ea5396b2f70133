"""How much one network may send in a minute, without knowing whose network it was (A-29).

Belongs here: counting, in memory alone. Does not: what a person is told (each application), which address a proxy
vouches for (`proxied`'s caller says how many of them there are).
"""

from __future__ import annotations

import hmac
import secrets
import socket
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MINUTE: Final = 60
HOUR: Final = 3_600
_V4: Final = 3
"""Bytes of a /24."""
_V6: Final = 7
"""Bytes of a /56."""
_MAPPED: Final = bytes(10) + b"\xff\xff"


class Turnstile:
    """Counts the posts of a minute by network: keys of eight bytes under a key that lives an hour, and numbers.

    A key tells no address to whoever reads the memory afterwards: what it was made with is gone within the hour, and
    the counts within the minute. Nothing is written anywhere.
    """

    def __init__(self, most: int, seconds: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._guard = threading.Lock()
        self._minute = self._hour = -1
        self._key = b""
        self._counts: dict[bytes, int] = {}

    def admits(self, address: str) -> bool:
        """Count one post and return whether its network is still within the limit of this minute."""
        now = self._seconds()
        with self._guard:
            self._forget(int(now // MINUTE), int(now // HOUR))
            key = hmac.digest(self._key, network(address), "sha256")[:8]
            count = self._counts[key] = self._counts.get(key, 0) + 1
        return count <= self._most

    def _forget(self, minute: int, hour: int) -> None:
        if hour != self._hour:
            self._hour, self._key = hour, secrets.token_bytes(32)
            self._counts = {}
        if minute != self._minute:
            self._minute, self._counts = minute, {}


def network(address: str) -> bytes:
    """Return the /24 or /56 of an address; whatever is none, such as the name of a socket, is one network."""
    for family, length in ((socket.AF_INET, _V4), (socket.AF_INET6, _V6)):
        try:
            packed = socket.inet_pton(family, address)
        except (OSError, ValueError):
            continue
        return packed[12 : 12 + _V4] if packed.startswith(_MAPPED) else packed[:length]
    return b""


def proxied(application: WSGIApplication, proxies: int) -> WSGIApplication:
    """Return an application that takes the address which the outermost of so many trusted proxies saw."""
    return ProxyFix(application, x_for=proxies, x_proto=0) if proxies else application
