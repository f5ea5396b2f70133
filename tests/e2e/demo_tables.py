"""Print what docs/statistics.md sets down of the demo's third quarter: persons by score, as R reads them.

    python tests/e2e/demo_tables.py

The demo's people are invented and drawn from a seed; nobody real is behind these tables, which are as secret as rows
for anybody else (S-05).
"""

from __future__ import annotations

from collections import Counter

from assess.cli import demo, demo_story
from assess.instruments.load import shipped

SCALE = "FRI"
QUARTER = 2


def answered(side: str) -> Counter[tuple[int, int]]:
    """Return how many of a side have which oriented sum of how many answers on the scale, enough of them given."""
    instrument = shipped(demo.SLUG)
    scale = instrument.scales[SCALE]
    found: Counter[tuple[int, int]] = Counter()
    for person in demo_story.people(side, QUARTER, instrument, demo.FORM, demo.SEED):
        codes = [
            6 - person[item] if item in scale.reverse else person[item] for item in scale.items if person.get(item)
        ]
        if len(codes) >= scale.min_answered:
            found[sum(codes), len(codes)] += 1
    return found


def in_r(name: str, side: str) -> str:
    """Return one side's scores as a line of R: answered sums over answers, and how many people have each."""
    cells = sorted(answered(side).items(), key=lambda cell: (cell[0][0] / cell[0][1], cell[0]))
    scores = ", ".join(f"{total}/{given}" for (total, given), _ in cells)
    people = ", ".join(str(count) for _, count in cells)
    return f"{name} <- 25 * (rep(c({scores}), c({people})) - 1)"


def main() -> None:
    """Print both sides."""
    print(in_r("x", "sales"))
    print(in_r("y", "marketing"))


if __name__ == "__main__":
    main()
