"""What is inside a ballot: canonical JSON of one size (A-05), written and checked; never sealed or opened here."""

from __future__ import annotations


class BallotFault(ValueError):  # noqa: N818 - people's answers have faults, the program has errors
    """Answers that the form does not have, or a text that no ballot may carry; `field` names the item."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        self.field = field
        super().__init__(message)
