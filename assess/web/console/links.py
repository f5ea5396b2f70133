"""The link that a card would carry, and whether it fits (U-47): asked before a wave opens and before cards are made.

Belongs here: the question. Does not: what a link looks like (`reports.cards`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from assess.reports import cards
from assess.surveys.said import Said, said
from assess.web.console.request import services

_EXAMPLE: Final = "https://r.example.org"


def too_long() -> Iterator[Said]:
    """Yield what is wrong with the address of this installation, and how to mend it."""
    address = services().settings.address
    length = cards.link_length(address)
    if length > cards.LONGEST_LINK:
        yield said(
            "The link on a card would have {n} characters; {limit} fit into its QR code. {address} is {over} too "
            "long: set ASSESS_PUBLIC_URL to a shorter address, such as {example}, and restart.",
            n=length,
            limit=cards.LONGEST_LINK,
            address=address,
            over=length - cards.LONGEST_LINK,
            example=_EXAMPLE,
        )
