"""Make the reference tables of this folder from rows and R's numbers, neither of which is in the repository.

    python tests/refdata/make_tables.py FOLDER

FOLDER holds lq2002, cohesion, bfi and attrition, each as .csv (rows) and .json (numbers computed in R). Most rows come
from GPL packages and stay out; what is written are facts about them: how many people of a group had which score or
answer, and R's numbers that we assert. Codes are oriented (x' = L + 1 - x for reversed items) and run from 1;
`lowest` is the lowest code of the rows, in which R's means are.

| Key | Content |
|---|---|
| score | by side: [sum, items answered, people], of everybody with an answer |
| complete | by group, who answered every item: `answers` people by item and answer 1..L; `sums` [sum, people] |
| T | by group or groups together: [item, answer (-1 blank), sum, items answered, people] (S-05) |
| X | the groups together, who answered every item: n, sums, products (S-05) |
| numbers, reliability, agreement, finite_population, multiplicity, kgroups | what R printed |

T of a small group nearly is its rows: it is written for two groups together, and a side at a time only for bfi's 919
and 1,881. R's numbers that the notes call weak are left out, as are methods that the product does not have; but omega
of a poor fit stays, with its CFI, because ours must refuse to print it.
"""

from __future__ import annotations

import csv
import json
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BLANK = -1
WIDTH = 118

Row = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two groups of a data set: their key in R's JSON ("" for its top level) and which tables are written."""

    at: str
    first: int | None = None  # rows to keep of each group
    by_side: bool = False  # T a side at a time


@dataclass(frozen=True, kw_only=True)
class Source:
    """One data set: its group column, codes and the pairs to take out."""

    name: str
    group: str
    low: int = 1
    levels: int
    pairs: Mapping[str, Pair]
    reverse: tuple[str, ...] = ()
    zero_based: tuple[str, ...] = ()  # scales whose lowest code is 0 whatever `low` says
    all_groups: str = ""  # key of the pair under which R's JSON has the numbers of all groups


SOURCES = (
    Source(
        name="lq2002",
        group="COMPID",
        levels=5,
        pairs={"13_18": Pair(at="large_pair_13_18"), "14_55": Pair(at="small_pair_14_55")},
        zero_based=("HOSTIL",),
        all_groups="large_pair_13_18",
    ),
    Source(name="cohesion", group="PLATOON", levels=5, pairs={"2ND_1ST": Pair(at="")}),
    Source(
        name="bfi",
        group="gender",
        levels=6,
        pairs={"full": Pair(at="full", by_side=True), "first_20": Pair(at="first20_each", first=20)},
        reverse=("A1", "C4", "C5", "E1", "E2", "O2", "O5"),
    ),
    Source(name="attrition", group="Department", levels=4, pairs={"departments": Pair(at="")}),
)


@dataclass(frozen=True, kw_only=True)
class Scale:
    """One scale: how its cells are read."""

    items: tuple[str, ...]
    low: int
    levels: int
    reverse: tuple[str, ...]

    def codes(self, row: Row) -> list[int]:
        """Return the oriented codes of one person, blank where nothing was answered."""
        return [self._code(item, row[item]) for item in self.items]

    def _code(self, item: str, cell: str) -> int:
        if not cell:
            return BLANK
        code = int(cell) - self.low + 1
        if not 1 <= code <= self.levels:
            raise ValueError(f"{item}: {cell} is outside the scale")
        return self.levels + 1 - code if item in self.reverse else code


def given(codes: Iterable[int]) -> list[int]:
    """Return the codes that are answers."""
    return [code for code in codes if code != BLANK]


def score(people: Sequence[Sequence[int]]) -> list[list[int]]:
    """Count persons by sum and number of items answered."""
    seen = Counter((sum(given(codes)), len(given(codes))) for codes in people if given(codes))
    return [[*key, count] for key, count in sorted(seen.items())]


def item_table(people: Sequence[Sequence[int]]) -> list[list[int]]:
    """Count T of S-05: persons by item, answer, sum and number of items answered; nobody is left out."""
    seen = Counter(
        (item, code, sum(given(codes)), len(given(codes))) for codes in people for item, code in enumerate(codes)
    )
    return [[*key, count] for key, count in sorted(seen.items())]


def complete(people: Sequence[Sequence[int]], levels: int) -> dict[str, Any]:
    """Count the answers and the sums of those who answered every item."""
    whole = [codes for codes in people if BLANK not in codes]
    sums = Counter(sum(codes) for codes in whole)
    return {
        "answers": [[column.count(code) for code in range(1, levels + 1)] for column in zip(*whole, strict=True)],
        "sums": [[total, count] for total, count in sorted(sums.items())],
    }


def cross_products(people: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Sum X of S-05 over those who answered every item."""
    whole = [codes for codes in people if BLANK not in codes]
    columns = list(zip(*whole, strict=True))
    return {
        "n": len(whole),
        "sums": [sum(column) for column in columns],
        "products": [[sum(a * b for a, b in zip(one, two, strict=True)) for two in columns] for one in columns],
    }


def numbers(compare: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers of one comparison."""
    kept = {name: compare[name] for name in ("n", "mean", "sd", "welch", "tost_welch", "brunner_munzel")
            if name in compare}  # fmt: skip
    kept["hedges_g"] = compare["hedges_g_pooled"]["g"]
    kept["p_exact_rank"] = compare["mann_whitney"].get("p_exact_conditional")
    kept["p_exact_mean"] = compare.get("permutation_mean_exact_p")
    return kept


def reliability(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return alpha, its limits, what items do to it, and the one-factor fit."""
    names = ("n_complete", "k", "alpha_raw", "alpha_feldt_ci95", "item_rest_r", "alpha_if_dropped")
    fit = {name: found["omega_u_cfa_ml"][name] for name in ("omega", "ci95_delta", "loadings", "chisq", "df", "cfi")}
    return {name: found[name] for name in names} | {"omega": fit}


def agreement(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return rwg(j), AD and the intraclass correlations."""
    return {name: found[name] for name in ("rwgj", "n", "ad_m", "icc1", "icc2")}


def scale_of(source: Source, name: str, found: Mapping[str, Any]) -> Scale:
    """Return how a scale's cells are read."""
    items = found["items"] if isinstance(found["items"], list) else [found["items"]]
    low = 0 if name in source.zero_based else source.low
    return Scale(
        items=tuple(items),
        low=low,
        levels=source.levels,
        reverse=tuple(item for item in items if item in source.reverse),
    )


def described(scale: Scale) -> dict[str, Any]:
    """Return what a reader of the tables must know."""
    return {"items": scale.items, "levels": scale.levels, "reverse": scale.reverse, "lowest": scale.low}


def tables(source: Source, pair: Pair, rows: Sequence[Row], found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables and numbers of one pair of groups; the other groups' scores too where there are few."""
    sides = [str(side) for side in found["levels"]["pair"]]
    third = sorted({row[source.group] for row in rows} - set(sides)) if "kgroups" in found else []
    groups = {side: [row for row in rows if row[source.group] == side][: pair.first] for side in [*sides, *third]}
    scales = {}
    for name, r in found["scales"].items():
        scale = scale_of(source, name, r)
        people = {side: [scale.codes(row) for row in groups[side]] for side in groups}
        both = [codes for side in sides for codes in people[side]]
        made = described(scale) | {
            "score": {side: score(each) for side, each in people.items()},
            "numbers": numbers(r["compare"]),
        }
        if len(scale.items) > 1:
            together = {side: people[side] for side in sides} if pair.by_side else {"+".join(sides): both}
            made |= {
                "answers": {
                    item: {
                        "score": {side: score([[codes[at]] for codes in people[side]]) for side in sides},
                        "numbers": numbers(r["item_tests"][item]),
                    }
                    for at, item in enumerate(scale.items)
                },
                "complete": {side: complete(people[side], scale.levels) for side in sides},
                "T": {side: item_table(each) for side, each in together.items()},
                "X": cross_products(both),
                "reliability": reliability(r["reliability_pair"]),
                "agreement": agreement(r["agreement_pair"]),
            }
        if "finite_population" in r:
            made["numbers"]["finite_population"] = r["finite_population"]
        if "kgroups" in found:
            made["kgroups"] = found["kgroups"][name]
        scales[name] = made
    return {"sides": sides, "scales": scales, "multiplicity": found["multiplicity"]}


def every_group(source: Source, rows: Sequence[Row], found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables and numbers of all groups of a data set."""
    names = sorted({row[source.group] for row in rows}, key=int)
    scales = {}
    for name, r in found["scales"].items():
        scale = scale_of(source, name, r)
        people = {group: [scale.codes(row) for row in rows if row[source.group] == group] for group in names}
        everybody = [codes for each in people.values() for codes in each]
        scales[name] = described(scale) | {
            "complete": {group: complete(each, scale.levels) for group, each in people.items()},
            "T": {"all": item_table(everybody)},
            "X": cross_products(everybody),
            "reliability": reliability(r["reliability_all"]),
            "agreement": agreement(r["agreement_all"]),
        }
    return {"groups": names, "scales": scales}


def text(value: Any, indent: str = "") -> str:
    """Return JSON with sorted keys in which lists of numbers fill whole lines."""
    if not isinstance(value, Mapping):
        nested = isinstance(value, Sequence) and value and isinstance(value[0], Sequence)
        separators = (",", ":") if nested else None
        plain = json.dumps(value, allow_nan=False, separators=separators).replace("],[", "], [")
        lines = textwrap.wrap(plain, WIDTH - len(indent), break_long_words=False, break_on_hyphens=False)
        return f"\n{indent}".join(lines)
    inner = f"{indent} "
    lines = [f"{inner}{json.dumps(key)}: {text(value[key], inner)}" for key in sorted(value)]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def main(folder: Path) -> None:
    """Write one JSON file a data set."""
    for source in SOURCES:
        reference = json.loads((folder / f"{source.name}.json").read_text(encoding="utf-8"))
        with (folder / f"{source.name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        made: dict[str, Any] = {
            "source": reference["source"],
            "R": reference["R"],
            "made_by": "tests/refdata/make_tables.py",
        }
        for here, pair in source.pairs.items():
            made[here] = tables(source, pair, rows, reference[pair.at] if pair.at else reference)
        if source.all_groups:
            made["all"] = every_group(source, rows, reference[source.all_groups])
        (HERE / f"{source.name}.json").write_text(text(made) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
