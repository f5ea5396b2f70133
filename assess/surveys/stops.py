"""Why a count stops (A-08): what does not add up and what to do about it, in either language.

Belongs here: the sentences. Does not: what finds that out (`count`), who is told (`web`, `cli`, `jobs`).
"""

from __future__ import annotations

from typing import Final

from assess.surveys.said import Said, said

INTACT: Final = said("Nothing was destroyed. Put the box back from a backup of the database; then count again.")
"""What to do before the first key dies."""
BEGUN: Final = said("No ballot was destroyed. Put the box back from a backup of the database; then count again.")
"""What to do while the ballots and their key are still there."""
ROWS: Final = said(
    "No ballot was destroyed. Put the database back from a backup that was made before this; then count again."
)
"""What to do when the shuffled answers were changed, and the ballots that they were made of still exist."""
NO_KEY: Final = said(
    "No ballot was destroyed. Put this file back into the key folder from wherever a copy of it is; then count again."
)
OTHER_FORM: Final = said(
    "No ballot was destroyed. Install the version of assess that the wave was opened with; then count again."
)


class CountStopped(RuntimeError):  # noqa: N818 - a stop is what the count is for
    """The box does not add up, or the wave is not ready; the stage changed nothing, and no further one is begun."""

    def __init__(self, *told: Said) -> None:
        self.told = told
        super().__init__(" ".join(map(str, told)))

    def say(self, locale: str) -> list[str]:
        """Return what is wrong, then the remedy, in a language."""
        return [each.say(locale) for each in self.told]


class RowUnopened(ValueError):  # noqa: N818 - the count stops at it
    """A stored row that does not open with K_stat; `fault` says how to mend it."""

    fault: Final = said(
        "A counted row of this wave does not open with its key: the database was damaged or changed since the count. "
        "Restore it from a backup that was made after the count, then try again. Nothing was changed."
    )


def unknown() -> CountStopped:
    """Say that no wave has this id."""
    return CountStopped(said("There is no such wave."))


def uncounted(wave: str) -> CountStopped:
    """Say that its rows were asked for too early."""
    return CountStopped(said("{wave} is not counted yet.", wave=wave))


def unclosed(wave: str) -> CountStopped:
    """Say that a draft, or a wave that is over, is not counted."""
    return CountStopped(said("{wave} is a draft or is over: only a closed wave can be counted.", wave=wave))


def early(wave: str) -> CountStopped:
    """Say that somebody may still be answering."""
    return CountStopped(
        said("{wave} is still open: nothing is counted before its close and grace. Count it after that.", wave=wave)
    )


def unequal(wave: str, used: int, found: int) -> CountStopped:
    """Say that a ballot or the mark of an envelope was taken away or added."""
    return CountStopped(
        said("{wave}: {used} envelopes are used, {found} ballots are in the box.", wave=wave, used=used, found=found),
        INTACT,
    )


def twins(wave: str) -> CountStopped:
    """Say that a ballot was copied over another."""
    return CountStopped(said("{wave}: two ballots in the box are one.", wave=wave), INTACT)


def altered(wave: str, number: int, remedy: Said) -> CountStopped:
    """Say that sealed bytes are not those that a receipt was given for."""
    return CountStopped(
        said("{wave}: ballots in the box that do not fit their receipts: {number}.", wave=wave, number=number), remedy
    )


def changed(wave: str) -> CountStopped:
    """Say that the box is not the one that was frozen."""
    return CountStopped(said("{wave}: the box changed after it was frozen.", wave=wave), BEGUN)


def unlisted(wave: str) -> CountStopped:
    """Say that the receipts no longer make the root that was fixed."""
    return CountStopped(said("{wave}: the receipts changed after the box was frozen.", wave=wave), BEGUN)


def stuffed(wave: str) -> CountStopped:
    """Say that a side has more ballots than envelopes."""
    return CountStopped(said("{wave}: one team has more ballots than envelopes.", wave=wave), BEGUN)


def unopened(wave: str) -> CountStopped:
    """Say that a stored row does not open with K_stat."""
    return CountStopped(said("{wave}: a stored row does not open with its key.", wave=wave), ROWS)


def replaced(wave: str) -> CountStopped:
    """Say that the stored rows are others than were sealed."""
    return CountStopped(said("{wave}: the stored rows are not those that were counted.", wave=wave), ROWS)


def no_share(wave: str) -> CountStopped:
    """Say that the server alone cannot count a witnessed wave."""
    return CountStopped(said("{wave} has a witness: it is counted when a share is typed, not before.", wave=wave))


def no_key(wave: str, file: str) -> CountStopped:
    """Say that a key that the count needs was deleted."""
    return CountStopped(said("{wave}: {file} is missing in the key folder.", wave=wave, file=file), NO_KEY)


def other_key(wave: str, file: str) -> CountStopped:
    """Say that a key is not the one whose public half the wave has."""
    return CountStopped(said("{wave}: {file} is not the key of this wave.", wave=wave, file=file), NO_KEY)


def other_form(wave: str, instrument: str, version: str) -> CountStopped:
    """Say that the form would be read as another."""
    return CountStopped(
        said(
            "{wave} asked another form than {instrument} {version} has.",
            wave=wave,
            instrument=instrument,
            version=version,
        ),
        OTHER_FORM,
    )
