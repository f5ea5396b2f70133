"""`make bench`: run every measurement, print the table, write bench/latest.json. Bars are shown, never asserted."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

from bench import counting, gate, pages, receipts, reports, statistics, submits

LATEST = Path(__file__).with_name("latest.json")


def main() -> None:
    """Run the benches one after the other; a measurement that misses its bar is marked, and the exit code stays 0."""
    rows = []
    rooms = (counting, gate, pages, receipts, reports, statistics, submits)
    for measure in (each for room in rooms for each in room.MEASURES):
        print(f"… {measure.__doc__}", file=sys.stderr, flush=True)
        rows += measure()
    width = max(len(row.work) for row in rows)
    print(f"{'work':{width}}  {'measured':>10}  {'bar':>8}")
    for row in rows:
        mark = "" if row.within else "  UNDER" if row.at_least else "  OVER"
        bar = f"{'≥' if row.at_least else '≤'} {row.bar:g}"
        print(f"{row.work:{width}}  {row.measured:>7.2f} {row.unit:<2}  {bar:>7} {row.unit}{mark}")
    LATEST.write_text(
        json.dumps(
            {
                "python": platform.python_version(),
                "rows": [
                    {"work": row.work, "measured": round(row.measured, 3), "bar": row.bar, "unit": row.unit}
                    for row in rows
                ],
            },
            indent=1,
        )
        + "\n",
        encoding="utf-8",
    )


main()
