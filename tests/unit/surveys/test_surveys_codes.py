"""Codes, receipts and the root: the oracles of A-04 and A-10."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.surveys import codes, receipts

K_MAIL = bytes(range(32))
WAVE = b"\xa0" * 16
PERSON = b"\xb1" * 16


def test_the_oracle_of_a_personal_code_holds() -> None:
    """A-04."""
    code = codes.personal(K_MAIL, WAVE, PERSON)
    assert codes.printed(code) == "F99Z-N0V9-NH7T-9AR4"
    assert codes.code_hash(code).hex().startswith("b19c02ae5b1a6eca")
    assert codes.ballot_id(code).hex().startswith("23347f65e5178bf8")


def test_the_oracle_of_a_spare_holds() -> None:
    """A-04."""
    assert codes.printed(codes.spare(K_MAIL, WAVE, "sales", 1)) == "GEM3-8NGH-36T4-GK6F"


def test_every_part_of_a_code_s_derivation_changes_it() -> None:
    """A-04: another key, wave, person, side or number is another code."""
    made = {
        codes.personal(K_MAIL, WAVE, PERSON),
        codes.personal(K_MAIL[::-1], WAVE, PERSON),
        codes.personal(K_MAIL, PERSON, PERSON),
        codes.personal(K_MAIL, WAVE, WAVE),
        codes.spare(K_MAIL, WAVE, "sales", 1),
        codes.spare(K_MAIL, WAVE, "sales", 2),
        codes.spare(K_MAIL, WAVE, "marketing", 1),
    }
    assert len(made) == 7
    assert {len(code) for code in made} == {10}


@given(st.binary(min_size=10, max_size=10))
def test_a_printed_code_is_read_back_however_it_is_typed(code: bytes) -> None:
    """A-04: case, spaces, hyphens; O for 0, I and L for 1."""
    shown = codes.printed(code)
    assert len(shown) == 19
    assert codes.normalise(shown) == code
    assert codes.normalise(shown.lower().replace("-", "")) == code
    assert codes.normalise(f"  {shown.replace('-', ' - ')}\n") == code
    assert codes.normalise(shown.replace("0", "o").replace("1", "l")) == code
    assert codes.normalise(shown.replace("0", "O").replace("1", "I")) == code
    assert codes.normalise(shown.replace("-", "\N{NON-BREAKING HYPHEN}")) == code
    assert codes.normalise(f"https://r.example.org/w/#{shown}") == code
    assert codes.normalise(f"\ufeff{shown}\u00ad.") == codes.normalise(f"\u200b{shown},") == code
    assert codes.normalise(shown.replace("-", "\N{MINUS SIGN}")) == code


@pytest.mark.parametrize(
    "typed",
    ["", "F99Z", "F99Z-N0V9-NH7T-9AR", "F99Z-N0V9-NH7T-9AR44", "U99Z-N0V9-NH7T-9AR4", "é" * 16, "F99Z-N0V9-NH7T-9AR4#"],
)
def test_what_is_no_code_is_none(typed: str) -> None:
    """U-10."""
    assert codes.normalise(typed) is None


def test_the_oracle_of_the_root_holds() -> None:
    """A-10: sealed = 8,240 bytes of 00, of 01, of 02."""
    made = [receipts.receipt(bytes([byte]) * 8_240) for byte in range(3)]
    assert receipts.root(made).hex().startswith("184b272af8ce1818")
    assert receipts.root(reversed(made)) == receipts.root(made)
    assert all(len(receipt) == 20 for receipt in made)


def test_the_tree_is_that_of_rfc_6962() -> None:
    """A-10: leaf H(00 + receipt), node H(01 + left + right), left the largest power of two below."""

    def leaf(value: str) -> bytes:
        return hashlib.sha256(b"\0" + value.encode()).digest()

    def node(left: bytes, right: bytes) -> bytes:
        return hashlib.sha256(b"\1" + left + right).digest()

    a, b, c, d, e = (leaf(value) for value in "abcde")
    assert receipts.root([]) == hashlib.sha256(b"").digest()
    assert receipts.root("a") == a
    assert receipts.root("ab") == node(a, b)
    assert receipts.root("abc") == node(node(a, b), c)
    assert receipts.root("abcde") == node(node(node(a, b), node(c, d)), e)


@given(st.lists(st.text("0123456789abcdef", min_size=20, max_size=20), min_size=2, max_size=12, unique=True))
def test_any_receipt_left_out_changes_the_root(leaves: list[str]) -> None:
    """T11."""
    whole = receipts.root(leaves)
    assert all(receipts.root(leaves[:i] + leaves[i + 1 :]) != whole for i in range(len(leaves)))
