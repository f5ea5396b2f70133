"""Local times and instants: when a wave opens, closes and is released, whatever the clocks of its zone do (A-07).

Belongs here: arithmetic of times. Does not: reading a clock (`db`), moving a wave (`lifecycle`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

GRACE: Final = timedelta(minutes=15)
"""Time after closing in which ballots still count, for everybody; not announced."""
SHORTEST_WINDOW: Final = timedelta(days=10)
LONGEST_WINDOW: Final = timedelta(days=28)
RESULTS_LIFE: Final = timedelta(days=30)
"""Time after the count at which the shuffled rows and their key are destroyed at the latest (A-08)."""
ROSTER_LIFE: Final = timedelta(days=30)
"""Time after closing at which a roster is deleted (U-52)."""


def known_zone(zone: str) -> bool:
    """Return whether `zone` is an IANA zone."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def instant(local: datetime, zone: str) -> datetime:
    """Return the UTC instant of a wall-clock time: a missing minute moves forward, a doubled one is the later."""
    if local.tzinfo is not None:
        raise ValueError(f"{local} has a zone already; a wall-clock time is needed")
    place = ZoneInfo(zone)
    first, second = (local.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    # Doubled: the second reading is later. Missing: the offset before the gap, fold 0, gives the later instant.
    return max(first, second)


def window(monday: date, zone: str) -> tuple[datetime, datetime]:
    """Return the usual opening and closing: Monday 09:00 to Friday 23:59 of the second week (product.md section 7)."""
    friday = monday + timedelta(days=11)
    return instant(datetime.combine(monday, time(9)), zone), instant(datetime.combine(friday, time(23, 59)), zone)


def usual_release(closes_at: datetime, zone: str) -> datetime:
    """Return the usual release: the second Tuesday after closing, 09:00."""
    day = closes_at.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    day += timedelta(days=(1 - day.weekday()) % 7 + 7)
    return instant(datetime.combine(day, time(9)), zone)
