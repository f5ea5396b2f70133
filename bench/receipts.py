"""Speed of `verify.py` on a large wave, as anybody runs it: a process of its own, start included (A-10, U-110)."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nacl.signing import SigningKey

from assess import verify
from bench.row import Row

RECEIPTS = 10_000
ROUNDS = 5


def verify_large() -> list[Row]:
    """Time `verify.py` on a list of 10,000 receipts and its record, the least of several runs."""
    with tempfile.TemporaryDirectory() as folder:
        listed, record = _files(Path(folder))
        order = [sys.executable, verify.__file__, str(listed), str(record)]
        seconds = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            subprocess.run(order, check=True, stdout=subprocess.DEVNULL)
            seconds.append(time.perf_counter() - began)
    return [Row(work="verify of 10,000 receipts, process start included", measured=min(seconds), bar=2, unit="s")]


def _files(folder: Path) -> tuple[Path, Path]:
    made = sorted(hashlib.sha256(i.to_bytes(4, "big")).hexdigest()[: verify.DIGITS] for i in range(RECEIPTS))
    key = SigningKey.generate()
    rules = {"wave": "00" * 16, "public_keys": {"sign": bytes(key.verify_key).hex()}}
    totals = {"invited": RECEIPTS, "used": RECEIPTS, "replaced": 0, "spoiled": 0, "counted": RECEIPTS}
    prereg = hashlib.sha256(verify.canonical(rules)).hexdigest()
    signed = {"wave": "00" * 16, "prereg": prereg, "head": prereg, "root": verify.root(made).hex(), "totals": totals}
    signature = key.sign(verify.canonical(signed)).signature.hex()
    listed, record = folder / "receipts.txt", folder / "record.json"
    listed.write_text("".join(f"{receipt}\n" for receipt in made), encoding="ascii")
    record.write_bytes(verify.canonical({"signed": signed, "signature": signature, "rules": rules, "changes": []}))
    return listed, record


MEASURES = (verify_large,)
