"""Wall-clock times to instants, through every change of the clocks (A-07, product.md section 7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from assess.surveys import moments

TORONTO, PARIS, ADELAIDE = "America/Toronto", "Europe/Paris", "Australia/Adelaide"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        # Summer time starts: 8 March 2026 Toronto, 29 March Paris, 4 October Adelaide.
        (TORONTO, "2026-03-06T23:59", "2026-03-07T04:59"),
        (TORONTO, "2026-03-13T23:59", "2026-03-14T03:59"),
        (PARIS, "2026-03-27T23:59", "2026-03-27T22:59"),
        (PARIS, "2026-04-03T23:59", "2026-04-03T21:59"),
        (ADELAIDE, "2026-10-02T23:59", "2026-10-02T14:29"),
        (ADELAIDE, "2026-10-09T23:59", "2026-10-09T13:29"),
        # It ends: 1 November Toronto, 25 October Paris, 5 April Adelaide.
        (TORONTO, "2026-10-30T23:59", "2026-10-31T03:59"),
        (TORONTO, "2026-11-06T23:59", "2026-11-07T04:59"),
        (PARIS, "2026-10-23T23:59", "2026-10-23T21:59"),
        (PARIS, "2026-10-30T23:59", "2026-10-30T22:59"),
        (ADELAIDE, "2026-04-03T23:59", "2026-04-03T13:29"),
        (ADELAIDE, "2026-04-10T23:59", "2026-04-10T14:29"),
    ],
)
def test_closing_times_on_either_side_of_a_change_of_clocks(zone: str, local: str, instant: str) -> None:
    """A-07: start and end of summer time in three zones, one of them on the half hour and in the south."""
    assert moments.instant(datetime.fromisoformat(local), zone) == utc(instant)


@pytest.mark.parametrize(
    ("zone", "local", "moved"),
    [
        (TORONTO, "2026-03-08T02:30", "2026-03-08T03:30"),
        (PARIS, "2026-03-29T02:30", "2026-03-29T03:30"),
        (ADELAIDE, "2026-10-04T02:30", "2026-10-04T03:30"),
    ],
)
def test_a_missing_minute_moves_forward(zone: str, local: str, moved: str) -> None:
    """product.md section 7."""
    found = moments.instant(datetime.fromisoformat(local), zone)
    assert found.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.fromisoformat(moved)


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        (TORONTO, "2026-11-01T01:30", "2026-11-01T06:30"),
        (PARIS, "2026-10-25T02:30", "2026-10-25T01:30"),
        (ADELAIDE, "2026-04-05T02:30", "2026-04-04T17:00"),
    ],
)
def test_of_a_doubled_minute_the_later_counts(zone: str, local: str, instant: str) -> None:
    """product.md section 7: nobody loses an hour that was announced."""
    found = moments.instant(datetime.fromisoformat(local), zone)
    assert found == utc(instant)
    assert (found - timedelta(hours=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.fromisoformat(local)


def test_a_time_that_has_a_zone_already_is_refused() -> None:
    with pytest.raises(ValueError, match="has a zone already"):
        moments.instant(utc("2026-01-01T00:00"), TORONTO)


@pytest.mark.parametrize("zone", [TORONTO, PARIS, ADELAIDE])
@pytest.mark.parametrize("monday", [date(2026, 3, 2), date(2026, 3, 23), date(2026, 9, 28), date(2026, 10, 19)])
def test_the_usual_window_runs_from_monday_nine_to_the_second_friday(zone: str, monday: date) -> None:
    """product.md section 7, across changes of clocks; always within U-47's 10 to 28 days."""
    opens, closes = moments.window(monday, zone)
    place = ZoneInfo(zone)
    assert f"{opens.astimezone(place):%a %H:%M} {closes.astimezone(place):%a %H:%M}" == "Mon 09:00 Fri 23:59"
    assert closes.astimezone(place).date() - opens.astimezone(place).date() == timedelta(days=11)
    assert moments.SHORTEST_WINDOW <= closes - opens <= moments.LONGEST_WINDOW


@pytest.mark.parametrize(
    ("closes", "release"),
    [
        ("2026-01-23T23:59", "2026-02-03T09:00"),
        ("2026-01-26T12:00", "2026-02-03T09:00"),
        ("2026-01-27T08:00", "2026-02-10T09:00"),
    ],
)
def test_the_usual_release_is_the_second_tuesday_after_close(closes: str, release: str) -> None:
    """product.md section 7."""
    closes_at = moments.instant(datetime.fromisoformat(closes), TORONTO)
    assert moments.usual_release(closes_at, TORONTO) == moments.instant(datetime.fromisoformat(release), TORONTO)


@pytest.mark.parametrize(
    ("zone", "known"), [(TORONTO, True), ("UTC", True), ("Toronto", False), ("", False), ("../x", False), ("\0", False)]
)
def test_only_zones_of_the_iana_list_are_known(zone: str, known: bool) -> None:
    """U-47."""
    assert moments.known_zone(zone) is known
