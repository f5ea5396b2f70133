"""Receipts and the root over them (A-10): what lets anyone check that a ballot was counted.

Belongs here: hashes. Does not: rows, signatures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

RECEIPT_DIGITS = 20


def receipt(sealed: bytes) -> str:
    """Return the receipt of a sealed ballot: the first 20 hex digits of its SHA-256."""
    return hashlib.sha256(sealed).hexdigest()[:RECEIPT_DIGITS]


def root(receipts: Iterable[str]) -> bytes:
    """Return the root of the RFC 6962 tree over the sorted receipts, leaves in ASCII."""
    return _tree([hashlib.sha256(b"\0" + leaf.encode("ascii")).digest() for leaf in sorted(receipts)])


def _tree(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    # RFC 6962: the left subtree holds the largest power of two that is smaller than the number of leaves.
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + _tree(leaves[:split]) + _tree(leaves[split:])).digest()
