"""Why shares opened nothing and what to do about it, as it is said to whoever typed them (A-03, A-09).

Belongs here: the words of a refusal. Does not: trying the shares (`custody`), what was typed: it is in no message.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assess.surveys.keys import KeyFile, KeyFolderError, KeyName
from assess.surveys.said import Said, said
from assess.surveys.shares import Pair
from assess.surveys.states import WaveRefused

DESTROYED: Final = said("The server no longer holds its part of this wave: it was destroyed in the count.")
_WRONG: Final = {
    Pair.AB: said("The passphrase is not the one of this wave. Nothing was opened and nothing destroyed."),
    Pair.AC: said(
        "The code is not the one of this wave: look whether the sheet names it. Nothing was opened and nothing "
        "destroyed."
    ),
    Pair.BC: said(
        "Passphrase, code and halves do not belong together: look whether each is of this wave, and whether the halves "
        "are in their fields. Nothing was opened and nothing destroyed."
    ),
}


def wrong(pair: Pair, files: Sequence[KeyFile], names: Sequence[KeyName]) -> WaveRefused:
    """Return the refusal of shares that open nothing: mistaken, or right beside `files` of the server gone bad."""
    if pair is Pair.BC:
        return WaveRefused(_WRONG[pair])
    damaged = said(
        "If it is typed as it stands on the paper, the server's part is damaged: put {files} of this wave back from "
        "the mirror or another copy, then try again.",
        files=", ".join(files),
    )
    return WaveRefused((_WRONG[pair], damaged, _without_a_copy(names)))


def damaged(file: KeyFile, names: Sequence[KeyName]) -> WaveRefused:
    """Return the refusal of a wrap that does not open although the same shares open the other key."""
    what = said(
        "{file} in the key folder is damaged: what you typed opens the other key of this wave. Put it back from the "
        "mirror or another copy, then try again. Nothing was opened and nothing destroyed.",
        file=file,
    )
    return WaveRefused((what, _without_a_copy(names)))


def missing(file: KeyFile, names: Sequence[KeyName]) -> WaveRefused:
    """Return the refusal of a wave whose folder is there, but not this file of it."""
    what = said(
        "{file} is missing from the key folder of this wave. Put it back from the mirror or another copy, "
        "then try again. Nothing was opened and nothing destroyed.",
        file=file,
    )
    return WaveRefused((what, _without_a_copy(names)))


def unreadable(error: KeyFolderError, names: Sequence[KeyName], *, folder: bool) -> WaveRefused:
    """Return the refusal of a key folder that is not as it was left; `folder`: it has one of this wave at all."""
    return WaveRefused((error.fault, _without_a_copy(names) if folder else _without_the_folder(names)))


def _without_a_copy(names: Sequence[KeyName]) -> Said:
    if KeyName.BOX in names:
        return said(
            "If no whole copy is left, type all four: the passphrase, the code, and both halves on the witness's "
            "sheet. They open the wave without the server's part."
        )
    return said(
        "If no whole copy is left, type three: the passphrase, the code, and the half named results on the witness's "
        "sheet. They open the wave without the server's part."
    )


def _without_the_folder(names: Sequence[KeyName]) -> Said:
    if KeyName.BOX in names:
        return said(
            "If the key folder is lost for good, type all four: the passphrase, the code, and both halves on the "
            "witness's sheet."
        )
    return said(
        "If the key folder is lost for good, type three: the passphrase, the code, and the half named results on the "
        "witness's sheet."
    )
