"""The judged real data of the reference notes: margin 10, gap x - y in points, estimand B.

d, 95 %, 90 %, Welch's p, exact p where it is run, p adjusted by Holm over the set's scales, row of S-30.
"""

from __future__ import annotations

from typing import Final

Limits = tuple[float, float]
Row = tuple[float, Limits, Limits, float, float | None, float, int]

COMPANIES: Final[dict[tuple[str, str], Row]] = {
    ("13_18", "LEAD"): (-0.857, (-6.698, 4.985), (-5.751, 4.038), 0.77262, None, 1, 5),
    ("13_18", "TSIG"): (6.746, (-0.692, 14.184), (0.513, 12.978), 0.07521, None, 0.22563, 7),
    ("13_18", "HOSTIL"): (2.083, (-4.072, 8.237), (-3.075, 7.240), 0.50528, None, 1, 5),
    ("14_55", "LEAD"): (-7.996, (-26.544, 10.552), (-23.314, 7.322), 0.37776, 0.38642, 1, 7),
}
"""lq2002, Holm of three."""

FIRST_TWENTY: Final[dict[str, Row]] = {
    "A": (-9.6, (-20.321, 1.121), (-18.510, -0.690), 0.07740, 0.08189, 0.32756, 7),
    "C": (-2.2, (-14.183, 9.783), (-12.177, 7.777), 0.71193, 0.74041, 0.74041, 7),
    "E": (-16.75, (-29.418, -4.082), (-27.289, -6.211), 0.01108, 0.01068, 0.05542, 6),
    "N": (-9.75, (-24.358, 4.858), (-21.915, 2.415), 0.18455, 0.18616, 0.53957, 7),
    "O": (-6.6, (-16.088, 2.888), (-14.501, 1.301), 0.16718, 0.17986, 0.53957, 7),
}
"""bfi, the first twenty of each gender, Holm of five."""
