"""A list and a record as a counted wave offers them, signed by a key made here: what the tests of the check share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nacl.signing import SigningKey

from assess.instruments.hashes import canonical
from assess.surveys import receipts as leaves

KEY = SigningKey(b"\1" * 32)
WAVE = "a0" * 16


@dataclass(frozen=True, kw_only=True)
class Files:
    """Two files on disk and what was written into them."""

    list: Path
    record: Path
    receipts: tuple[str, ...]
    root: str
    prereg: str

    def write(self, receipts: Sequence[str]) -> None:
        self.list.write_text("".join(f"{receipt}\n" for receipt in receipts), encoding="ascii")

    def edit(self, change: Callable[[dict[str, Any]], Any]) -> None:
        """Change the record without signing it again."""
        record = json.loads(self.record.read_bytes())
        change(record)
        self.record.write_bytes(canonical(record) + b"\n")

    def sign(self, change: Callable[[dict[str, Any]], Any], key: SigningKey = KEY) -> None:
        """Change what is signed, and sign it."""
        record = json.loads(self.record.read_bytes())
        change(record["signed"])
        record["signature"] = key.sign(canonical(record["signed"])).signature.hex()
        self.record.write_bytes(canonical(record) + b"\n")


def signed_files(folder: Path, *, count: int, changes: Sequence[dict[str, Any]] = ()) -> Files:
    """Write a list of `count` receipts, one of them of a spoiled ballot, and its record."""
    made = tuple(sorted(leaves.receipt(i.to_bytes(4, "big") * 8) for i in range(count)))
    rules = {"wave": WAVE, "zone": "America/Toronto", "public_keys": {"sign": bytes(KEY.verify_key).hex()}}
    prereg = head = hashlib.sha256(canonical(rules)).hexdigest()
    for change in changes:
        head = hashlib.sha256(bytes.fromhex(head) + canonical(change)).hexdigest()
    spoiled = min(count, 1)
    signed = {
        "wave": WAVE,
        "prereg": prereg,
        "head": head,
        "root": leaves.root(made).hex(),
        "totals": {
            "invited": count + 1,
            "used": count,
            "replaced": 2,
            "spoiled": spoiled,
            "counted": count - spoiled,
        },
    }
    files = Files(
        list=folder / "receipts.txt",
        record=folder / "record.json",
        receipts=made,
        root=signed["root"],  # type: ignore[arg-type]
        prereg=prereg,
    )
    files.write(made)
    files.record.write_bytes(canonical({"signed": signed, "rules": rules, "changes": list(changes), "signature": ""}))
    files.sign(lambda _: None)
    return files
