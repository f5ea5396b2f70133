"""Checks that the ballots of a survey were counted: `python verify.py LIST RECORD [--receipt R]` (A-10, U-110).

This file needs Python 3.11 and PyNaCl, nothing else of assess: whoever doubts the firm that ran a survey can read it
from top to bottom and run it elsewhere. LIST is `receipts.txt`, RECORD is `record.json`, both from the survey's page.

Belongs here: everything the check needs, written a second time, so that a fault of the count is not repeated. Does not:
anything that the rest of assess needs; it only serves and calls this file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

DONE, WRONG, USAGE, UNUSABLE = 0, 1, 2, 3

try:
    from nacl.exceptions import BadSignatureError
    from nacl.signing import VerifyKey
except ImportError:
    # Not 1, which says that something is wrong with the survey.
    told = "PyNaCl is missing: python -m pip install pynacl  ·  PyNaCl manque\u00a0: python -m pip install pynacl"
    print(told, file=sys.stderr)  # noqa: T201 - a command of one file
    sys.exit(UNUSABLE)

DIGITS: Final = 20
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a file beyond which it is not one of ours: three million receipts."""
_RECEIPT: Final = re.compile(rf"[0-9a-f]{{{DIGITS}}}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_SIGNATURE: Final = re.compile(r"[0-9a-f]{128}")
_TOTALS: Final = ("invited", "used", "replaced", "spoiled", "counted")

SAYINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "good": "Everything holds.",
        "counts": "{invited} invited, {used} ballots: {counted} counted, {spoiled} spoiled, {replaced} replaced",
        "root": "root {root}",
        "prereg": "rules fixed at opening {prereg}; compare the first 20 digits with those you were shown",
        "head": "{n} changes after opening, {head}",
        "yours": "receipt {receipt} is on the list: its ballot was counted",
        "yours_perhaps": (
            "receipt {receipt} is on the list: its ballot lay in the box as it was received; {spoiled} of the {used} "
            "ballots on the list were spoiled and not counted, and nobody can tell which"
        ),
        "wrong": "Wrong: {what}",
        "unusable": "Cannot be read: {what}",
        "rules": "the rules in the record are not those it is signed for ({found}, not {told})",
        "changes": "the changes after opening do not lead to what is signed ({found}, not {told})",
        "wave": "the rules in the record are those of another survey",
        "signature": "the signature of the record is not by the key that was fixed at opening",
        "sum": "the record says {used} ballots, but {counted} counted and {spoiled} spoiled",
        "count": "the record says {told} ballots, the list has {found} receipts",
        "order": "line {line}: {receipt} stands out of order",
        "twice": "line {line}: {receipt} stands there twice",
        "tree": "the receipts do not make the root that was signed ({found}, not {told})",
        "missing": "receipt {receipt} is not on the list",
        "open": "{file}: {why}; name the two files as they were downloaded from the survey's page",
        "size": "{file} is larger than any list or record; download it again from the survey's page",
        "line": "{file}, line {line}: not a receipt of 20 digits 0-9 a-f; the file was edited, download it again",
        "end": "{file}, line {line}: the last line has no end; the file was cut or edited, download it again",
        "json": "{file}, line {line}: not JSON ({why}); the file was edited, download it again",
        "shape": "{file}: {key} is missing or not what a record has there; the file was edited, download it again",
        "typed": "--receipt takes the 20 digits 0-9 a-f of a receipt, not {typed}",
    },
    "fr": {
        "good": "Tout concorde.",
        "counts": (
            "{invited} personnes invitées, {used} bulletins\u00a0: {counted} comptés, {spoiled} nuls, "
            "{replaced} remplacés"
        ),
        "root": "racine {root}",
        "prereg": (
            "règles fixées à l'ouverture {prereg}; comparez les 20 premiers caractères avec ceux qu'on vous a montrés"
        ),
        "head": "{n} changements après l'ouverture, {head}",
        "yours": "le reçu {receipt} est sur la liste\u00a0: son bulletin a été compté",
        "yours_perhaps": (
            "le reçu {receipt} est sur la liste\u00a0: son bulletin était dans l'urne tel que reçu; sur les {used} "
            "bulletins de la liste, nombre de bulletins nuls, donc non comptés\u00a0: {spoiled}, et personne ne peut "
            "dire lesquels"
        ),
        "wrong": "Erreur constatée\u00a0: {what}",
        "unusable": "Lecture impossible\u00a0: {what}",
        "rules": "les règles du procès-verbal ne sont pas celles qui sont signées ({found} au lieu de {told})",
        "changes": "les changements après l'ouverture ne mènent pas à ce qui est signé ({found} au lieu de {told})",
        "wave": "les règles du procès-verbal sont celles d'un autre sondage",
        "signature": "la signature du procès-verbal n'est pas celle de la clé fixée à l'ouverture",
        "sum": "le procès-verbal annonce {used} bulletins, mais {counted} comptés et {spoiled} nuls",
        "count": "le procès-verbal annonce {told} bulletins, la liste compte {found} reçus",
        "order": "ligne {line}\u00a0: {receipt} n'est pas à sa place",
        "twice": "ligne {line}\u00a0: {receipt} figure deux fois",
        "tree": "les reçus ne donnent pas la racine signée ({found} au lieu de {told})",
        "missing": "le reçu {receipt} n'est pas sur la liste",
        "open": "{file}\u00a0: {why}; nommez les deux fichiers tels que téléchargés de la page du sondage",
        "size": "{file} est plus gros que toute liste ou tout procès-verbal; téléchargez-le de nouveau",
        "line": (
            "{file}, ligne {line}\u00a0: pas un reçu de 20 caractères 0-9 a-f; fichier modifié, téléchargez-le de "
            "nouveau"
        ),
        "end": (
            "{file}, ligne {line}\u00a0: la dernière ligne n'a pas de fin; fichier coupé ou modifié, téléchargez-le de "
            "nouveau"
        ),
        "json": "{file}, ligne {line}\u00a0: pas du JSON ({why}); fichier modifié, téléchargez-le de nouveau",
        "shape": (
            "{file}\u00a0: {key} manque ou n'est pas ce qui doit y être; fichier modifié, téléchargez-le de nouveau"
        ),
        "typed": "--receipt prend les 20 caractères 0-9 a-f d'un reçu, pas {typed}",
    },
}


class Stop(Exception):  # noqa: N818 - what was found, not what broke
    """Why the check ends here: `saying` is its key in SAYINGS, `code` what the command ends with."""

    def __init__(self, code: int, saying: str, slots: Mapping[str, object]) -> None:
        self.code, self.saying, self.slots = code, saying, slots
        super().__init__(self.say("en"))

    def say(self, language: str) -> str:
        """Return it in a language."""
        return SAYINGS[language][self.saying].format(**self.slots)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record: `signed` is what was signed, `rules` what was fixed at opening, `changes` what was changed after it."""

    signed: Mapping[str, Any]
    signature: bytes
    rules: Mapping[str, Any]
    changes: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What holds: totals, root, hash of the rules, hash of the last change, how many changes there were."""

    totals: Mapping[str, int]
    root: str
    prereg: str
    head: str
    changes: int


def check(receipts: Sequence[str], record: Record, *, receipt: str | None = None) -> Checked:
    """Return what holds, or raise `Stop` with the first thing that does not."""
    prereg, head = _check_rules(record)
    _check_signature(record)
    totals = record.signed["totals"]
    _check_list(receipts, totals)
    found = root(receipts).hex()
    if found != record.signed["root"]:
        raise _wrong("tree", found=found, told=record.signed["root"])
    if receipt is not None and receipt not in receipts:
        raise _wrong("missing", receipt=receipt)
    return Checked(totals=totals, root=found, prereg=prereg, head=head, changes=len(record.changes))


def root(receipts: Sequence[str]) -> bytes:
    """Return the root of RFC 6962's tree: leaf H(00 + receipt), node H(01 + left + right)."""
    level = [hashlib.sha256(b"\x00" + receipt.encode("ascii")).digest() for receipt in receipts]
    if not level:
        return hashlib.sha256(b"").digest()
    # Pairing from the left and carrying an odd last one up gives the same tree as RFC 6962's split from above.
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(level) - len(level) % 2 :]
    return level[0]


def canonical(value: Any) -> bytes:
    """Return the bytes that are hashed and signed: JSON with sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def read_list(data: bytes, file: str) -> list[str]:
    """Return the receipts of a list, one a line, each line with its end.

    An editor or a mail program that writes the ends of lines in its own way, or a byte order mark, alters no receipt.
    """
    lines = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n")
    if lines.pop():
        raise Stop(UNUSABLE, "end", {"file": file, "line": len(lines) + 1})
    for number, line in enumerate(lines, start=1):
        if not _RECEIPT.fullmatch(line):
            raise Stop(UNUSABLE, "line", {"file": file, "line": number})
    return lines


def read_record(data: bytes, file: str) -> Record:
    """Return a record, every part of it of the kind that a record has."""
    try:
        found = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
        canonical(found)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise Stop(UNUSABLE, "json", {"file": file, "line": line, "why": type(error).__name__}) from error
    _shaped(isinstance(found, dict), file, "{}")
    signed, rules = found.get("signed"), found.get("rules")
    _shaped(isinstance(signed, dict), file, "signed")
    _shaped(isinstance(rules, dict), file, "rules")
    keys = rules.get("public_keys")
    _shaped(isinstance(keys, dict) and _is(_HASH, keys.get("sign")), file, "rules.public_keys.sign")
    _shaped(_is(_SIGNATURE, found.get("signature")), file, "signature")
    for name in ("prereg", "root"):
        _shaped(_is(_HASH, signed.get(name)), file, f"signed.{name}")
    _shaped("head" not in signed or _is(_HASH, signed["head"]), file, "signed.head")
    totals = signed.get("totals")
    _shaped(isinstance(totals, dict) and set(totals) == set(_TOTALS), file, "signed.totals")
    for name in _TOTALS:
        _shaped(type(totals[name]) is int and totals[name] >= 0, file, f"signed.totals.{name}")
    changes = found.get("changes")
    _shaped(isinstance(changes, list) and all(isinstance(change, dict) for change in changes), file, "changes")
    return Record(signed=signed, signature=bytes.fromhex(found["signature"]), rules=rules, changes=changes)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check two files and print what holds, or the first thing that does not; return the exit code."""
    parser = argparse.ArgumentParser(prog="verify", description="Check the list of receipts of a survey (A-10).")
    parser.add_argument("list", metavar="LIST", type=Path, help="receipts.txt of the survey's page")
    parser.add_argument("record", metavar="RECORD", type=Path, help="record.json of the survey's page")
    parser.add_argument("--receipt", metavar="R", help="your own receipt: is it on the list?")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
    parser.add_argument("--lang", choices=sorted(SAYINGS), default="en", help="language of the outcome")
    asked = parser.parse_args(arguments)
    try:
        receipt = _typed(asked.receipt)
        receipts = read_list(_bytes(asked.list), asked.list.name)
        held = check(receipts, read_record(_bytes(asked.record), asked.record.name), receipt=receipt)
    except Stop as stop:
        _tell_stop(stop, asked.lang, as_json=asked.json)
        return stop.code
    _tell(held, receipt, asked.lang, as_json=asked.json)
    return DONE


def _check_rules(record: Record) -> tuple[str, str]:
    """Return the hashes of rules and changes, which lead to what was signed; the rules name the key that signs."""
    told = record.signed["prereg"]
    prereg = hashlib.sha256(canonical(record.rules)).hexdigest()
    if prereg != told:
        raise _wrong("rules", found=prereg, told=told)
    if record.rules.get("wave") != record.signed.get("wave"):
        raise _wrong("wave")
    head = prereg
    for change in record.changes:
        head = hashlib.sha256(bytes.fromhex(head) + canonical(change)).hexdigest()
    if head != record.signed.get("head", prereg):
        raise _wrong("changes", found=head, told=record.signed.get("head", prereg))
    return prereg, head


def _check_signature(record: Record) -> None:
    key = VerifyKey(bytes.fromhex(record.rules["public_keys"]["sign"]))
    try:
        key.verify(canonical(record.signed), record.signature)
    except BadSignatureError as error:
        raise _wrong("signature") from error


def _check_list(receipts: Sequence[str], totals: Mapping[str, int]) -> None:
    """Stop unless there are as many receipts as ballots, in order, none twice."""
    if totals["counted"] + totals["spoiled"] != totals["used"]:
        raise _wrong("sum", **{name: totals[name] for name in ("used", "counted", "spoiled")})
    if len(receipts) != totals["used"]:
        raise _wrong("count", told=totals["used"], found=len(receipts))
    for number in range(1, len(receipts)):
        if receipts[number - 1] >= receipts[number]:
            saying = "twice" if receipts[number - 1] == receipts[number] else "order"
            raise _wrong(saying, line=number + 1, receipt=receipts[number])


def _tell(held: Checked, receipt: str | None, language: str, *, as_json: bool) -> None:
    said = SAYINGS[language]
    if as_json:
        outcome = {"holds": True, "totals": dict(held.totals), "root": held.root, "prereg": held.prereg}
        print(json.dumps(outcome | {"head": held.head, "changes": held.changes, "receipt": receipt}, sort_keys=True))  # noqa: T201 - a command of one file
        return
    lines = [said["good"], said["counts"].format(**held.totals), said["root"].format(root=held.root)]
    lines.append(said["prereg"].format(prereg=held.prereg))
    if held.changes:
        lines.append(said["head"].format(n=held.changes, head=held.head))
    if receipt is not None:
        # A spoiled ballot has its receipt on the list too.
        yours = "yours_perhaps" if held.totals["spoiled"] else "yours"
        lines.append(said[yours].format(receipt=receipt, **held.totals))
    print("\n".join(lines))  # noqa: T201 - a command of one file


def _tell_stop(stop: Stop, language: str, *, as_json: bool) -> None:
    """Print what is wrong with a survey as a result, what cannot be read as a message."""
    what = stop.say(language)
    if as_json:
        print(json.dumps({"holds": False, "code": stop.code, "reason": stop.saying, "message": what}, sort_keys=True))  # noqa: T201 - a command of one file
        return
    wrong = stop.code == WRONG
    told = SAYINGS[language]["wrong" if wrong else "unusable"].format(what=what)
    print(told, file=sys.stdout if wrong else sys.stderr)


def _typed(receipt: str | None) -> str | None:
    if receipt is None:
        return None
    plain = re.sub(r"[\s-]", "", receipt).lower()
    if not _RECEIPT.fullmatch(plain):
        raise Stop(USAGE, "typed", {"typed": receipt})
    return plain


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise Stop(UNUSABLE, "open", {"file": path.name, "why": error.strerror or type(error).__name__}) from error
    if len(data) > LARGEST:
        raise Stop(UNUSABLE, "size", {"file": path.name})
    return data


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: a reader would see one value, a program the other."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_number(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _shaped(good: bool, file: str, key: str) -> None:
    if not good:
        raise Stop(UNUSABLE, "shape", {"file": file, "key": key})


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _wrong(saying: str, **slots: object) -> Stop:
    return Stop(WRONG, saying, slots)


if __name__ == "__main__":
    sys.exit(main())
