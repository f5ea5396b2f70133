"""Shares, wraps, and how they are typed (A-09), with the oracles of the specification and of RFC 5869."""

from __future__ import annotations

import secrets
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl import pwhash

from assess.i18n import translator
from assess.surveys import shares
from assess.surveys.keys import KeyName
from assess.surveys.shares import Cost, Mistyped, NotOpened, Pair
from assess.surveys.states import KeyMode

WAVE, A, B = b"\xa0" * 16, b"\x01" * 32, b"\x02" * 32
CHEAP = Cost(operations=pwhash.argon2id.OPSLIMIT_MIN, memory=pwhash.argon2id.MEMLIMIT_MIN)


@pytest.mark.parametrize(
    ("ikm", "salt", "info", "length", "expected"),
    [
        (
            b"\x0b" * 22,
            bytes(range(13)),
            bytes(range(0xF0, 0xFA)),
            42,
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            bytes(range(0x50)),
            bytes(range(0x60, 0xB0)),
            bytes(range(0xB0, 0x100)),
            82,
            (
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
                "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
            ),
        ),
        (
            b"\x0b" * 22,
            b"",
            b"",
            42,
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ],
)
def test_hkdf_gives_the_vectors_of_rfc_5869(ikm: bytes, salt: bytes, info: bytes, length: int, expected: str) -> None:
    """A-09; appendix A.1 to A.3 of the RFC."""
    assert shares.hkdf(salt=salt, ikm=ikm, info=info, length=length).hex() == expected


def test_hkdf_gives_no_more_than_it_can() -> None:
    assert len(shares.hkdf(salt=b"", ikm=A, info=b"", length=255 * 32)) == 255 * 32
    with pytest.raises(ValueError, match="8160"):
        shares.hkdf(salt=b"", ikm=A, info=b"", length=255 * 32 + 1)


def test_the_key_of_a_pair_is_that_of_the_specification() -> None:
    """A-09: a = 01x32, b = 02x32, wave a0x16, ab/box."""
    assert shares.kek(Pair.AB, KeyName.BOX, wave_id=WAVE, x=A, y=B).hex().startswith("0a78d4e98d3bce24")


def test_every_pair_key_and_order_has_a_wrap_of_its_own() -> None:
    """A-09: the info names pair and key, so no wrap opens in place of another."""
    made = {
        shares.kek(pair, name, wave_id=wave, x=x, y=y)
        for pair in Pair
        for name in shares.SHARED
        for wave in (WAVE, b"\xa1" * 16)
        for x, y in ((A, B), (B, A))
    }
    assert len(made) == 3 * 2 * 2 * 2


def test_a_wrap_has_72_bytes_and_opens_with_its_two_shares_only() -> None:
    """A-09."""
    private = secrets.token_bytes(32)
    wrapped = shares.wrap(private, Pair.AC, KeyName.BOX, wave_id=WAVE, x=A, y=B)
    assert len(wrapped) == 72
    assert shares.unwrap(wrapped, Pair.AC, KeyName.BOX, wave_id=WAVE, x=A, y=B) == private
    for pair, name, wave, x, y in (
        (Pair.AB, KeyName.BOX, WAVE, A, B),
        (Pair.AC, KeyName.STAT, WAVE, A, B),
        (Pair.AC, KeyName.BOX, b"\xa1" * 16, A, B),
        (Pair.AC, KeyName.BOX, WAVE, B, A),
        (Pair.AC, KeyName.BOX, WAVE, A, bytes(32)),
        (Pair.AC, KeyName.BOX, WAVE, bytes(32), B),
    ):
        with pytest.raises(NotOpened, match=f"K_{name}"):
            shares.unwrap(wrapped, pair, name, wave_id=wave, x=x, y=y)
    with pytest.raises(NotOpened):
        shares.unwrap(wrapped[:-1], Pair.AC, KeyName.BOX, wave_id=WAVE, x=A, y=B)


def test_the_passphrase_costs_what_argon2id_moderate_costs() -> None:
    """A-09: cheaper limits are a test's explicit argument; the salt is the wave's own."""
    assert (shares.MODERATE.operations, shares.MODERATE.memory) == (3, 256 * 1024 * 1024)
    assert Cost() == shares.MODERATE
    phrase = shares.passphrase()
    made = shares.share_b(phrase, WAVE, cost=CHEAP)
    assert len(made) == 32
    assert made == shares.share_b(phrase, WAVE, cost=CHEAP)
    assert made != shares.share_b(phrase, b"\xa1" * 16, cost=CHEAP)
    assert made != shares.share_b(shares.passphrase(), WAVE, cost=CHEAP)


def test_passphrase_and_code_have_the_bits_of_the_specification() -> None:
    """A-09: 100 and 160 random bits."""
    assert all(int.from_bytes(shares.passphrase(), "big") < 1 << 100 for _ in range(50))
    assert max(int.from_bytes(shares.passphrase(), "big").bit_length() for _ in range(50)) >= 94
    assert {len(shares.code()) for _ in range(5)} == {20}
    assert len(shares.share_c(shares.code())) == 32
    assert shares.share_c(bytes(20)) != shares.share_c(bytes(19) + b"\1")


def test_a_firm_that_runs_its_own_server_never_opens_the_box_without_the_witness() -> None:
    """A-09: self-hosted has no ab for the box."""
    assert shares.pairs(KeyMode.WITNESSED, KeyName.BOX) == shares.pairs(KeyMode.WITNESSED, KeyName.STAT) == tuple(Pair)
    assert shares.pairs(KeyMode.SELF_HOSTED, KeyName.BOX) == (Pair.AC, Pair.BC)
    assert shares.pairs(KeyMode.SELF_HOSTED, KeyName.STAT) == tuple(Pair)
    assert shares.pairs(KeyMode.SERVICE, KeyName.BOX) == ()


@given(st.binary(min_size=72, max_size=72), st.sampled_from([100, 160, 576]))
def test_what_is_printed_is_what_is_typed(data: bytes, bits: int) -> None:
    """Case, spaces, hyphens do not matter; O is 0, I and L are 1 (as A-04)."""
    value = (int.from_bytes(data, "big") >> (576 - bits)).to_bytes(-(-bits // 8), "big")
    printed = shares.groups(value, bits)
    assert [len(group) for group in printed.split("-")] == [5] * (-(-bits // 20))
    for sloppy in (
        printed,
        printed.lower(),
        printed.replace("-", " "),
        printed.replace("-", ""),
        printed.replace("-", "\n\u2011 "),
        printed.replace("0", "O").replace("1", "l"),
        printed.replace("0", "o").replace("1", "I"),
    ):
        assert shares.typed(sloppy, bits) == value


def fault(text: str, bits: int = 160) -> str:
    with pytest.raises(Mistyped) as caught:
        shares.typed(text, bits)
    assert text == "" or text not in str(caught.value), "what was typed is never repeated"
    return str(caught.value)


def test_a_half_typed_code_is_refused_with_where_it_stops() -> None:
    """Issue 4, bad input: the group, and how to mend it."""
    printed = shares.groups(bytes(range(20)))
    assert fault("") == "Nothing is typed. It has 8 groups of 5 letters and digits."
    assert fault(printed[:-1]) == ("It stops in group 8 of 8: each group has 5 letters and digits. Type the rest.")
    assert fault(printed[:16]).startswith("It stops in group 3 of 8")
    assert fault(printed[:17]).startswith("It stops in group 4 of 8")
    assert fault(printed[:19]).startswith("It stops in group 4 of 8")
    assert fault(printed + "0").startswith("There is more than 8 groups of 5")
    assert fault(printed.replace(printed[6], "U", 1)).endswith("only digits and letters without U.")


def test_every_single_slip_in_a_group_is_found_where_it_is() -> None:
    """The check of a group is linear over GF(32): one wrong symbol, or two exchanged, change it; so does its place."""
    printed = shares.groups(secrets.token_bytes(20))
    places = [place for place, symbol in enumerate(printed) if symbol != "-"]
    for place in places:
        for symbol in shares.SYMBOLS.replace(printed[place], ""):
            wrong = printed[:place] + symbol + printed[place + 1 :]
            assert fault(wrong).startswith(f"Group {place // 6 + 1} is not as printed")
    for first, second in combinations(places, 2):
        if first // 6 == second // 6 and printed[first] != printed[second]:
            swapped = list(printed)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            assert fault("".join(swapped)).startswith(f"Group {first // 6 + 1} is not as printed")
    groups = printed.split("-")
    for first, second in combinations(range(8), 2):
        exchanged = list(groups)
        exchanged[first], exchanged[second] = exchanged[second], exchanged[first]
        assert fault("-".join(exchanged)).startswith(f"Group {first + 1} is not as printed")


def test_bits_that_no_half_has_are_refused() -> None:
    """A wrap of 576 bits fills 28.8 groups: the four bits left are zero on paper."""
    whole = shares.groups((int.from_bytes(bytes(72), "big") << 4 | 1).to_bytes(73, "big"), 580)
    assert fault(whole, 576) == "Group 29 is not as printed: compare it with the paper, and type it again."


def test_a_fault_is_said_in_french_too() -> None:
    """U-1."""
    with pytest.raises(Mistyped) as caught:
        shares.typed("0", 160)
    assert caught.value.fault.say("fr-CA").startswith("La saisie s’arrête au groupe 1 de 8")
    assert translator("fr-CA")(
        "Nothing is typed. It has {count} groups of {symbols} letters and digits.", count=8, symbols=5
    )
