"""What is wrong with an instrument folder: every fault with its file, key and message, in one exception."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """One fault of one file; `key` is dotted and empty when the whole file is meant."""

    file: str
    key: str
    message: str

    def __str__(self) -> str:
        """Return the line of `assess instrument check` (U-110): `file: key: message`."""
        return f"{self.file}: {self.key}: {self.message}" if self.key else f"{self.file}: {self.message}"


class InstrumentFaults(ValueError):  # noqa: N818 - it is a list of faults, not one error
    """Every fault found in an instrument folder.

    `unreadable` says that a file is missing or not TOML, so that nothing in it could be checked.
    """

    def __init__(self, faults: tuple[Fault, ...], *, unreadable: bool = False) -> None:
        self.faults = faults
        self.unreadable = unreadable
        super().__init__("\n".join(str(fault) for fault in faults))
