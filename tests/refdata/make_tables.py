"""Make the reference tables of this folder from rows and R's numbers, neither of which is in the repository.

    python tests/refdata/make_tables.py FOLDER

FOLDER holds lq2002, cohesion and bfi, each as .csv (rows) and .json (numbers computed in R). The rows come from GPL
packages and stay out; what is written are facts about them: how many people of a group had which score or answer, and
R's numbers for the comparisons that we assert. Score rows are [oriented sum, items answered, people].
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Source:
    """One data set: its group column, the lowest code, the reversed items and the pairs to take out."""

    name: str
    group: str
    low: int
    levels: int
    pairs: Mapping[str, str]  # key here -> key in R's JSON, "" for its top level
    reverse: tuple[str, ...] = ()
    first: int | None = None  # rows to keep of each group
    zero_based: tuple[str, ...] = ()  # scales whose lowest code is 0 whatever `low` says
    items: bool = False  # whether item tables are written


SOURCES = (
    Source(
        name="lq2002",
        group="COMPID",
        low=1,
        levels=5,
        pairs={"13_18": "large_pair_13_18", "14_55": "small_pair_14_55"},
        zero_based=("HOSTIL",),
        items=True,
    ),
    Source(name="cohesion", group="PLATOON", low=1, levels=5, pairs={"2ND_1ST": ""}, items=True),
    Source(
        name="bfi",
        group="gender",
        low=1,
        levels=6,
        pairs={"first_20": "first20_each"},
        reverse=("A1", "C4", "C5", "E1", "E2", "O2", "O5"),
        first=20,
    ),
)


def numbers(compare: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers that are asserted, as R printed them."""
    kept = {name: compare[name] for name in ("n", "welch", "tost_welch", "brunner_munzel") if name in compare}
    kept["hedges_g"] = compare["hedges_g_pooled"]["g"]
    kept["p_exact_rank"] = compare["mann_whitney"].get("p_exact_conditional")
    kept["p_exact_mean"] = compare.get("permutation_mean_exact_p")
    return kept


def tables(source: Source, rows: list[dict[str, str]], found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables and numbers of one pair of groups."""
    sides = [str(side) for side in found["levels"]["pair"]]
    groups = {side: [row for row in rows if row[source.group] == side][: source.first] for side in sides}
    scales = {}
    for name, scale in found["scales"].items():
        low = 0 if name in source.zero_based else source.low

        def codes(row: Mapping[str, str], items: list[str], low: int = low) -> list[int]:
            given = [(item, int(row[item]) - low + 1) for item in items if row[item]]
            return [source.levels + 1 - code if item in source.reverse else code for item, code in given]

        def score(side: str, items: list[str]) -> list[list[int]]:
            seen = Counter((sum(given), len(given)) for row in groups[side] if (given := codes(row, items)))
            return [[total, answered, people] for (total, answered), people in sorted(seen.items())]

        scales[name] = {
            "items": scale["items"],
            "levels": source.levels,
            "score": {side: score(side, scale["items"]) for side in sides},
            "numbers": numbers(scale["compare"]),
        }
        if "finite_population" in scale:
            scales[name]["numbers"]["finite_population"] = scale["finite_population"]
        if source.items:
            scales[name]["answers"] = {
                item: {
                    "score": {side: score(side, [item]) for side in sides},
                    "numbers": numbers(test),
                }
                for item, test in scale["item_tests"].items()
            }
    return {"sides": sides, "scales": scales}


def main(folder: Path) -> None:
    """Write one JSON file a data set."""
    for source in SOURCES:
        reference = json.loads((folder / f"{source.name}.json").read_text(encoding="utf-8"))
        with (folder / f"{source.name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        made = {"source": reference["source"], "R": reference["R"], "made_by": "tests/refdata/make_tables.py"} | {
            here: tables(source, rows, reference[there] if there else reference) for here, there in source.pairs.items()
        }
        text = json.dumps(made, indent=1, sort_keys=True)
        (HERE / f"{source.name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
