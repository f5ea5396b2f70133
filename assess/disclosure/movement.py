"""Who stayed, joined and left a side between two waves, as counts: what the audit across waves is told (A-13 R5)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Head counts of one side since the client's wave before, from keyed fingerprints of two rosters.

    Parameters
    ----------
    stayers
        People on both rosters, on this side in both.
    joiners
        People on this roster's side alone; a mover joins one side and leaves the other.
    leavers
        People on the earlier roster's side alone.
    """

    stayers: int
    joiners: int
    leavers: int
