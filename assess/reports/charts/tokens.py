"""Colours, sizes and fixed lengths of charts, as plain values (R-23, R-35). No `var()`, no `currentColor` in SVG."""

from __future__ import annotations

from typing import Final

WIDTH: Final = 492
"""Width of a chart: 174 mm, so that a unit is about a point."""

INK: Final = "#1B1F27"
QUIET: Final = "#4A5160"
FRAME: Final = "#6B7280"
GRID: Final = "#DADDE2"
BAND: Final = "#F3F4F6"
PAPER: Final = "#FFFFFF"

SIDE_MARKS: Final = ("#0E4D92", "#C87800")
"""First side (● solid), second side (◆ dashed)."""
SIDE_TEXT: Final = ("#0E4D92", "#8A5200")

RAMP: Final = ("#6B3F00", "#D9A866", "#E3E3E3", "#9CC4E0", "#0E4D92")
"""Answer levels, low to high."""
RAMP_TEXT: Final = ("#FFFFFF", INK, INK, INK, "#FFFFFF")
RAMP_OF: Final = {
    2: (0, 4),
    3: (0, 2, 4),
    4: (0, 1, 3, 4),
    5: (0, 1, 2, 3, 4),
    6: (0, 1, 1, 3, 3, 4),
    7: (0, 1, 1, 2, 3, 3, 4),
}
"""Which ramp colours an answer scale of L levels takes; white gaps and figures keep neighbours apart."""

SMALL: Final = 9.0
"""Smallest text, and the text of axes."""
TEXT: Final = 9.5
HEAD: Final = 10.5

SANS: Final = "Source Sans 3"
SERIF: Final = "Source Serif 4"
DASHES: Final = "3 2"
