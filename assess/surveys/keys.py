"""The key store: where the keys of a wave live and how they die (A-03). Never in the database, never in a backup.

Belongs here: making, reading and destroying keys. Does not: what is sealed with them (`box`, `count`), or how a code
is derived from one (`envelopes`).
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from nacl.public import PrivateKey
from nacl.signing import SigningKey

KEY_BYTES: Final = 32


class KeyName(StrEnum):
    """The keys of a wave."""

    MAIL = "mail"
    """Derives the codes; dies when the wave is frozen for the count."""
    BOX = "box"
    """X25519: opens ballots; dies with the box."""
    STAT = "stat"
    """X25519: opens the shuffled rows; dies at sign-off."""
    SIGN = "sign"
    """Ed25519: signs the destruction record."""


class KeyGoneError(LookupError):
    """A key that was destroyed, or never made."""


class KeyFolderError(OSError):
    """A folder of keys that should be there is not, so nothing can be said of the keys in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKeys:
    """What may be known of a wave's keys: three public keys and the fingerprint of K_mail."""

    box: bytes
    stat: bytes
    sign: bytes
    mail_fingerprint: bytes


class KeyStore(Protocol):
    """Keeps the private keys of waves."""

    def create(self, wave_id: bytes) -> PublicKeys:
        """Make every key of a wave, on disk before it returns; keys of an opening that failed are replaced."""
        ...

    def read(self, wave_id: bytes, name: KeyName) -> bytes:
        """Return a private key, or raise `KeyGoneError`."""
        ...

    def destroy(self, wave_id: bytes, name: KeyName) -> None:
        """Destroy every copy of a key; doing it twice is harmless."""
        ...

    def files(self, wave_id: bytes, name: KeyName) -> tuple[str, ...]:
        """Return the names of the files a key has or had, for the destruction record."""
        ...


class FileKeys:
    """Keys as files of 32 bytes (0600) in a folder a wave (0700), with a mirror on a second device if there is one."""

    def __init__(self, folder: Path, mirror: Path | None = None) -> None:
        self._folders = (folder,) if mirror is None else (folder, mirror)

    def create(self, wave_id: bytes) -> PublicKeys:
        """Make every key of a wave, on disk in every folder before it returns."""
        private = {
            KeyName.MAIL: secrets.token_bytes(KEY_BYTES),
            KeyName.BOX: bytes(PrivateKey.generate()),
            KeyName.STAT: bytes(PrivateKey.generate()),
            KeyName.SIGN: bytes(SigningKey.generate()),
        }
        for folder in self._folders:
            _make_folder(folder, wave_id)
        for name, key in private.items():
            self.destroy(wave_id, name)
            for folder in self._folders:
                _write(folder, wave_id, name, key)
        return PublicKeys(
            box=bytes(PrivateKey(private[KeyName.BOX]).public_key),
            stat=bytes(PrivateKey(private[KeyName.STAT]).public_key),
            sign=bytes(SigningKey(private[KeyName.SIGN]).verify_key),
            mail_fingerprint=fingerprint(private[KeyName.MAIL]),
        )

    def read(self, wave_id: bytes, name: KeyName) -> bytes:
        """Return a private key from the first folder that still has it whole."""
        for folder in self._folders:
            try:
                key = _path(folder, wave_id, name).read_bytes()
            except FileNotFoundError:
                continue
            if len(key) == KEY_BYTES:
                return key
        raise KeyGoneError(
            f"K_{name} of wave {wave_id.hex()} is gone: it was destroyed, or the key folder is not the one"
        )

    def destroy(self, wave_id: bytes, name: KeyName) -> None:
        """Overwrite, fsync and unlink every copy of a key."""
        for folder in self._folders:
            _destroy(_path(folder, wave_id, name))

    def files(self, wave_id: bytes, name: KeyName) -> tuple[str, ...]:
        """Return the names of a key's files, without the folders of this machine."""
        places = ("keys", "mirror")[: len(self._folders)]
        return tuple(f"{place}/{wave_id.hex()}/{name}" for place in places)


def fingerprint(key: bytes) -> bytes:
    """Return what identifies a key in a record once it is dead: 32 bytes from which no key of 256 bits can be found."""
    return hashlib.sha256(b"assess/key/v1\0" + key).digest()


def _path(folder: Path, wave_id: bytes, name: KeyName) -> Path:
    return folder / wave_id.hex() / name.value


def _make_folder(folder: Path, wave_id: bytes) -> None:
    own = folder / wave_id.hex()
    for made in (folder, own):
        made.mkdir(mode=0o700, parents=True, exist_ok=True)
        made.chmod(0o700)
    for made in (folder, folder.parent):
        _sync_folder(made)


def _write(folder: Path, wave_id: bytes, name: KeyName, key: bytes) -> None:
    path = _path(folder, wave_id, name)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, key)
        os.fsync(file)
    finally:
        os.close(file)
    _sync_folder(path.parent)


def _destroy(path: Path) -> None:
    if not path.parent.is_dir():
        # A second device that is not mounted would keep its copy for ever.
        raise KeyFolderError(f"{path.parent.name} is not in the key folder: is every device of it mounted?")
    try:
        file = os.open(path, os.O_WRONLY)
    except FileNotFoundError:
        return
    try:
        size = os.fstat(file).st_size
        for filling in (secrets.token_bytes(size), bytes(size)):
            os.pwrite(file, filling, 0)
            os.fsync(file)
    finally:
        os.close(file)
    path.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
