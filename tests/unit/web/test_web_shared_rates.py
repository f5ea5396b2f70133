"""A-29: a network's posts are counted without keeping whose they are, and forgotten within the minute."""

from __future__ import annotations

import gc
import socket
from types import ModuleType
from typing import Any

import pytest
from werkzeug.test import Client, EnvironBuilder
from werkzeug.wrappers import Request, Response

from assess.surveys.moments import LONGEST_WINDOW
from assess.web.shared import rates
from assess.web.shared.rates import HOUR, MINUTE, Turnstile

CANARIES = ("203.0.113.77", "2001:db8:7777:77ab::9")
CODES = 2**80
"""There are so many codes (A-04)."""


class Seconds:
    """A clock that a test winds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Careless(Turnstile):
    """The planted weakness: counts by the address itself."""

    def admits(self, address: str) -> bool:
        admitted = super().admits(address)
        self._counts[address] = self._counts.get(address, 0) + 1  # type: ignore[index, call-overload]
        return admitted


class Lasting(Turnstile):
    """Another planted weakness: forgets nothing."""

    def _forget(self, minute: int, hour: int) -> None:
        if not self._key:
            super()._forget(minute, hour)


def forms(address: str) -> list[bytes]:
    """Return everything an address, or its network, could be found by in memory."""
    packed = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    return [address.encode(), packed, packed.hex().encode(), rates.network(address)]


def memory(held: Any) -> list[bytes]:
    """Return every text and every bytes that something holds, however deep."""
    seen: dict[int, Any] = {}
    waiting = [held]
    found: list[bytes] = []
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type | ModuleType) or callable(one):
            continue
        seen[id(one)] = one
        if isinstance(one, str):
            found.append(one.encode())
        if isinstance(one, bytes):
            found.append(one)
        waiting += gc.get_referents(one)
    return found


def shown(turnstile: Turnstile) -> list[str]:
    """Return the canaries that a turnstile's memory shows."""
    kept = memory(turnstile)
    return [address for address in CANARIES if any(form in one for form in forms(address) for one in kept)]


def test_the_memory_of_the_limit_holds_no_address_and_no_network() -> None:
    """A-29: eight bytes under a key, and numbers."""
    turnstile = Turnstile(600)
    assert all(turnstile.admits(address) for address in CANARIES)
    assert shown(turnstile) == []
    assert sorted(len(key) for key in turnstile._counts) == [8, 8]


def test_a_limit_that_keeps_addresses_is_caught() -> None:
    """The planted weakness of the test above."""
    turnstile = Careless(600)
    for address in CANARIES:
        turnstile.admits(address)
    assert shown(turnstile) == list(CANARIES)


def test_so_many_posts_of_a_network_pass_in_a_minute_and_no_more() -> None:
    """A-29: neighbours of a /24 share, others do not; the next minute is free again."""
    seconds = Seconds()
    turnstile = Turnstile(600, seconds)
    assert all(turnstile.admits(f"203.0.113.{n % 256}") for n in range(600))
    assert not turnstile.admits("203.0.113.1")
    assert turnstile.admits("203.0.114.1")
    seconds.now = MINUTE - 0.01
    assert not turnstile.admits("203.0.113.1")
    seconds.now = MINUTE
    assert turnstile.admits("203.0.113.1")


@pytest.mark.parametrize("kind", [Turnstile, Lasting])
def test_counts_go_with_their_minute_and_keys_with_their_hour(kind: type[Turnstile]) -> None:
    """A-29: nothing is left of a minute ago, and no key of an hour ago; a limit that forgets nothing is caught."""
    seconds = Seconds()
    turnstile = kind(600, seconds)
    turnstile.admits(CANARIES[0])
    first, key = dict(turnstile._counts), turnstile._key
    seconds.now = MINUTE
    turnstile.admits(CANARIES[1])
    forgot = not first.keys() & turnstile._counts.keys()
    seconds.now = HOUR
    turnstile.admits(CANARIES[0])
    assert (forgot and turnstile._key != key and not first.keys() & turnstile._counts.keys()) is (kind is Turnstile)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", bytes([203, 0, 113])),
        ("::ffff:203.0.113.77", bytes([203, 0, 113])),
        ("2001:db8:7777:77ab::9", bytes.fromhex("20010db8777777")),
        ("", b""),
        ("unix:", b""),
        ("\x00", b""),
    ],
)
def test_a_network_is_a_24_or_a_56(address: str, network: bytes) -> None:
    """A-29: whatever is no address is one network, so that it is limited too."""
    assert rates.network(address) == network


@pytest.mark.parametrize(("proxies", "seen"), [(0, "10.0.0.1"), (1, "198.51.100.2"), (2, "203.0.113.77")])
def test_an_address_is_believed_as_far_as_proxies_are_trusted(proxies: int, seen: str) -> None:
    """A-29: with no trusted proxy nobody chooses the network they are counted in."""

    @Request.application
    def told(request: Request) -> Response:
        return Response(request.remote_addr)

    asked = EnvironBuilder(
        headers={"X-Forwarded-For": "192.0.2.1, 203.0.113.77, 198.51.100.2"}, environ_base={"REMOTE_ADDR": "10.0.0.1"}
    )
    assert Client(rates.proxied(told, proxies)).open(asked).text == seen


def test_guessing_codes_at_the_limit_stays_hopeless() -> None:
    """A-04, A-29, T10: a thousand networks at the limit for the longest window, the largest roster with its spares."""
    guesses = 1_000 * 600 * LONGEST_WINDOW.total_seconds() / MINUTE
    known = 20_000 * 1.1
    assert 2.4e10 < guesses < 2.5e10
    assert guesses * known / CODES < 1e-9
