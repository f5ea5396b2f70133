"""What is wrong with a plays/ folder: every fault with its file, key and message, in one exception."""

from __future__ import annotations

from assess.instruments.faults import Fault


class PlaybookFaults(ValueError):  # noqa: N818 - it is a list of faults, not one error
    """Every fault found in a plays/ folder."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))
