"""The key store: where the keys of a wave live and how they die (A-03). Never in the database, never in a backup.

Belongs here: making, reading and destroying keys, shares and wraps as files. Does not: what is sealed with them (`box`,
`count`), how a code is derived from one (`envelopes`), or what a share opens (`shares`, `custody`).
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from nacl.public import PrivateKey
from nacl.signing import SigningKey

from assess.surveys.said import Said, said
from assess.surveys.states import KeyMode

KEY_BYTES: Final = 32
WRAP_BYTES: Final = 72


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


class ShareFile(StrEnum):
    """What lies beside, in a witnessed wave, in place of K_box and K_stat: the server's share, and wraps (A-09)."""

    SERVER = "share-a"
    AB_BOX = "wrap-ab-box"
    AC_BOX = "wrap-ac-box"
    AB_STAT = "wrap-ab-stat"
    AC_STAT = "wrap-ac-stat"


class ClientFile(StrEnum):
    """The keys of a client, which outlive its waves."""

    ROSTER = "roster"
    """Fingerprints the addresses of a roster, so that the next one can be compared with it (A-13)."""


KeyFile = KeyName | ShareFile | ClientFile
_WRAPS: Final = {
    KeyName.BOX: (ShareFile.AB_BOX, ShareFile.AC_BOX),
    KeyName.STAT: (ShareFile.AB_STAT, ShareFile.AC_STAT),
}
# With its last wraps the server's share has nothing left to open.
_DIES_WITH: Final[Mapping[KeyName, tuple[KeyFile, ...]]] = {
    KeyName.MAIL: (KeyName.MAIL,),
    KeyName.BOX: (KeyName.BOX, *_WRAPS[KeyName.BOX]),
    KeyName.STAT: (KeyName.STAT, *_WRAPS[KeyName.STAT], ShareFile.SERVER),
    KeyName.SIGN: (KeyName.SIGN,),
}


class KeyGoneError(LookupError):
    """A key that was destroyed, or never made: `file` of a folder that is there."""

    def __init__(self, file: KeyFile, wave_id: bytes) -> None:
        self.file = file
        name = f"K_{file}" if isinstance(file, KeyName) else file
        super().__init__(f"{name} of wave {wave_id.hex()} is gone: it was destroyed, or the key folder is another")


class KeyFolderError(OSError):
    """The key folder is not as it was left, so nothing can be said of the keys in it; `fault` says how to mend it."""

    def __init__(self, fault: Said) -> None:
        self.fault = fault
        super().__init__(str(fault))


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

    def store(self, wave_id: bytes, files: Mapping[KeyFile, bytes]) -> None:
        """Write the files of a wave, on disk before it returns; files of an opening that failed are replaced."""
        ...

    def read(self, wave_id: bytes, name: KeyFile) -> bytes:
        """Return a key, a share or a wrap, or raise `KeyGoneError`, or `KeyFolderError` if that cannot be said."""
        ...

    def destroy(self, wave_id: bytes, name: KeyName) -> None:
        """Destroy every copy of a key, its wraps included; doing it twice is harmless."""
        ...

    def files(self, wave_id: bytes, name: KeyName, mode: KeyMode = KeyMode.SERVICE) -> tuple[str, ...]:
        """Return the names of the files a key has or had, for the destruction record; `lost/`: nobody saw them die."""
        ...

    def holds(self, wave_id: bytes) -> bool:
        """Return whether there is a folder of this wave at all."""
        ...

    def roster_key(self, client_id: bytes) -> tuple[bytes, bool]:
        """Return K_roster of a client, on disk before it returns, and whether it was made just now."""
        ...


class FileKeys:
    """Keys as files of 32 bytes (0600) in a folder a wave (0700), with a mirror on a second device if there is one."""

    def __init__(self, folder: Path, mirror: Path | None = None) -> None:
        self._folders = (folder,) if mirror is None else (folder, mirror)

    def create(self, wave_id: bytes) -> PublicKeys:
        """Make every key of a `service` wave, on disk in every folder before it returns."""
        private = generate()
        self.store(wave_id, private)
        return public_of(private)

    def store(self, wave_id: bytes, files: Mapping[KeyFile, bytes]) -> None:
        """Write the files of a wave in every folder; what an opening that failed left there is destroyed first."""
        for folder in self._folders:
            _make_folder(folder, wave_id)
        for name in KeyName:
            self.destroy(wave_id, name)
        for name_, content in files.items():
            for folder in self._folders:
                _write(folder, wave_id, name_, content)

    def read(self, wave_id: bytes, name: KeyFile) -> bytes:
        """Return a key, a share or a wrap; a damaged or missing copy is passed over while another one is whole."""
        copies = [copy for folder in self._folders if (copy := _copy(folder, wave_id, name)) is not None]
        whole = {copy for copy in copies if len(copy) == _size(name)}
        if len(whole) > 1:
            raise KeyFolderError(
                said(
                    "{file} is not the same in the key folder and in its mirror: put back the copy of this wave, then "
                    "try again.",
                    file=f"{wave_id.hex()}/{name}",
                )
            )
        if whole:
            return whole.pop()
        if copies:
            file = f"{wave_id.hex()}/{name}"
            if len(self._folders) > 1:
                # The mirror has no whole copy either, or is not mounted.
                raise KeyFolderError(
                    said(
                        "{file} is cut short, and neither the key folder nor its mirror has a whole copy: mount both, "
                        "or put the file back from wherever a copy of it is, then try again.",
                        file=file,
                    )
                )
            raise KeyFolderError(
                said(
                    "{file} in the key folder is cut short, and there is no mirror: put the file back from wherever a "
                    "copy of it is, then try again.",
                    file=file,
                )
            )
        if not self.holds(wave_id):
            raise _nothing_of(wave_id)
        raise KeyGoneError(name, wave_id)

    def destroy(self, wave_id: bytes, name: KeyName) -> None:
        """Overwrite, fsync and unlink every copy of a key and of its wraps."""
        if not self.holds(wave_id):
            raise _nothing_of(wave_id)
        for folder in self._folders:
            for file in _DIES_WITH[name]:
                _destroy(_path(folder, wave_id, file))

    def files(self, wave_id: bytes, name: KeyName, mode: KeyMode = KeyMode.SERVICE) -> tuple[str, ...]:
        """Return the names of a key's files, without the folders of this machine.

        The server's share dies last: without it a witnessed wave's folder was lost, and nobody saw its files die.
        """
        places = ("keys", "mirror")[: len(self._folders)]
        if mode.witnessed and not any(_path(folder, wave_id, ShareFile.SERVER).exists() for folder in self._folders):
            places = ("lost",)
        return tuple(f"{place}/{wave_id.hex()}/{file}" for place in places for file in made_for(name, mode))

    def holds(self, wave_id: bytes) -> bool:
        """Return whether any folder has one of this wave."""
        return any((folder / wave_id.hex()).is_dir() for folder in self._folders)

    def roster_key(self, client_id: bytes) -> tuple[bytes, bool]:
        """Return K_roster of a client, made if no folder has it, and whether it was made just now."""
        if any(_path(folder, client_id, ClientFile.ROSTER).exists() for folder in self._folders):
            return self.read(client_id, ClientFile.ROSTER), False
        for folder in self._folders:
            _make_folder(folder, client_id)
        key = secrets.token_bytes(KEY_BYTES)
        for folder in self._folders:
            _write(folder, client_id, ClientFile.ROSTER, key)
        return key, True


def generate() -> dict[KeyFile, bytes]:
    """Return new private keys for a wave."""
    return {
        KeyName.MAIL: secrets.token_bytes(KEY_BYTES),
        KeyName.BOX: bytes(PrivateKey.generate()),
        KeyName.STAT: bytes(PrivateKey.generate()),
        KeyName.SIGN: bytes(SigningKey.generate()),
    }


def public_of(private: Mapping[KeyFile, bytes]) -> PublicKeys:
    """Return what may be known of a wave's keys."""
    return PublicKeys(
        box=bytes(PrivateKey(private[KeyName.BOX]).public_key),
        stat=bytes(PrivateKey(private[KeyName.STAT]).public_key),
        sign=bytes(SigningKey(private[KeyName.SIGN]).verify_key),
        mail_fingerprint=fingerprint(private[KeyName.MAIL]),
    )


def made_for(name: KeyName, mode: KeyMode) -> tuple[KeyFile, ...]:
    """Return the files that hold a key in a mode: itself, or its wraps for the pairs with the server's share."""
    if name not in _WRAPS or not mode.witnessed:
        return (name,)
    if name is KeyName.BOX and mode is KeyMode.SELF_HOSTED:
        return (ShareFile.AC_BOX,)
    return _WRAPS[name]


def fingerprint(key: bytes) -> bytes:
    """Return what identifies a key in a record once it is dead: 32 bytes from which no key of 256 bits can be found."""
    return hashlib.sha256(b"assess/key/v1\0" + key).digest()


def _size(name: KeyFile) -> int:
    return WRAP_BYTES if isinstance(name, ShareFile) and name is not ShareFile.SERVER else KEY_BYTES


def _copy(folder: Path, wave_id: bytes, name: KeyFile) -> bytes | None:
    try:
        return _path(folder, wave_id, name).read_bytes()
    except FileNotFoundError:
        return None


def _nothing_of(wave_id: bytes) -> KeyFolderError:
    return KeyFolderError(
        said(
            "The key folder holds nothing of wave {wave}: a restored database needs the key folder it was used with. "
            "Mount that folder, or set ASSESS_KEY_FOLDER to it, then try again. Nothing was changed.",
            wave=wave_id.hex(),
        )
    )


def _path(folder: Path, wave_id: bytes, name: KeyFile) -> Path:
    return folder / wave_id.hex() / name.value


def _make_folder(folder: Path, wave_id: bytes) -> None:
    own = folder / wave_id.hex()
    for made in (folder, own):
        made.mkdir(mode=0o700, parents=True, exist_ok=True)
        made.chmod(0o700)
    for made in (folder, folder.parent):
        _sync_folder(made)


def _write(folder: Path, wave_id: bytes, name: KeyFile, key: bytes) -> None:
    path = _path(folder, wave_id, name)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            if os.write(file, key) != len(key):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file)
        finally:
            os.close(file)
        _sync_folder(path.parent)
    except OSError as error:
        raise KeyFolderError(
            said(
                "{file} could not be written to the key folder ({reason}). Make room on its device, or mend it, then "
                "try again. Nothing was changed.",
                file=f"{wave_id.hex()}/{name}",
                reason=error.strerror,
            )
        ) from error


def _destroy(path: Path) -> None:
    if not path.parent.is_dir():
        # A second device that is not mounted would keep its copy for ever.
        raise KeyFolderError(
            said("{wave} is not in the key folder: is every device of it mounted?", wave=path.parent.name)
        )
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
