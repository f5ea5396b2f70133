"""S-55: no public function of scoring is forgotten, those of waves and items included; a new one fails until listed."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator

import exhaustive_cases
import exhaustive_items
import exhaustive_waves
import pytest
from exhaustive_cases import named
from exhaustive_checker import Function, Swept
from exhaustive_tables import cross_products
from exhaustive_waves import scored, waves

import assess.scoring
from assess.scoring import reliability
from assess.scoring.item_table import CrossProducts
from assess.scoring.results import Estimate, NotEstimable, Reason

LISTS = (exhaustive_cases, exhaustive_items, exhaustive_waves)

WHY_NOT = {
    "histogram.same_scale": "returns nothing: it refuses two scales, as test_scoring_tally shows",
    "tally.kind": "returns nothing: it refuses a subject of another kind",
    "tally.check_released": "returns nothing: it refuses a subject of another release",
    "resample.columns": "draws 2,000 resamples and feeds no verdict; test_scoring_resample has its degenerate waves",
    "public.score_public_data": "reads text strictly, then calls estimate.estimates, which is here",
}
"""Public functions that are not enumerated, and why."""


def public_functions() -> Iterator[tuple[str, Function]]:
    """Return every function that a module of scoring defines and does not call its own, by module and name."""
    for module in pkgutil.iter_modules(assess.scoring.__path__, "assess.scoring."):
        found = importlib.import_module(module.name)
        for name, function in inspect.getmembers(found, callable):
            # What @cache made of a function is none to `inspect`, but still says where it was written.
            here = getattr(function, "__module__", "") == module.name and not inspect.isclass(function)
            if here and not name.startswith("_"):
                yield named(function), function


def listed() -> dict[str, Function]:
    return {named(function): function for each in LISTS for function in each.CASES}


def test_every_public_function_is_enumerated_or_says_why_not() -> None:
    """S-55: a function that nobody lists here cannot be merged."""
    functions = dict(public_functions())
    assert len(functions) > 80
    assert set(functions) == set(listed()) | set(WHY_NOT)
    assert set(listed()) & set(WHY_NOT) == set()
    assert all(functions[name] is function for name, function in listed().items())


def test_a_new_function_would_be_missed() -> None:
    """Guards the test above: a function written in a module of scoring is seen, an imported one and a class are not."""
    names = {name for name, _ in public_functions()}
    assert {"compare.gap", "power.need", "estimate.estimates"} <= names
    assert "compare.same_scale" not in names  # written in histogram
    assert "compare.Compared" not in names


def of_waves_and_items() -> Iterator[tuple[Function, Callable[[Function], Swept]]]:
    for each in (exhaustive_items, exhaustive_waves):
        yield from ((function, each.swept) for function in each.CASES)


@pytest.mark.parametrize(
    ("function", "swept"), [pytest.param(*each, id=named(each[0])) for each in of_waves_and_items()]
)
def test_every_small_wave_gives_sound_numbers_or_reasons(
    function: Function, swept: Callable[[Function], Swept]
) -> None:
    """S-55, S-01: no nan, infinity, warning or exception, and nothing without a type."""
    found = swept(function)
    assert found.complaints == ()
    assert found.found


def test_the_waves_are_all_there_are_and_many_of_them_have_numbers() -> None:
    """S-55: 25 rows of two items, so 350 sides of one or two people; of three items 125."""
    assert len(waves()) == 2 * 350 + 125
    gaps = [
        pair.process_gap
        for _, _, each in scored()
        for subject in each.subjects.values()
        for pair in subject.pairs.values()
    ]
    assert sum(isinstance(each, Estimate) for each in gaps) > 150
    reasons = {each.reason for each in gaps if isinstance(each, NotEstimable)}
    assert reasons == {Reason.NO_ANSWERS, Reason.TOO_FEW, Reason.NOT_COMPARABLE}


def test_people_who_left_an_item_out_are_no_part_of_what_needs_every_answer() -> None:
    """S-07, S-42, S-55: alpha of T is that of its complete people, whoever else answered something."""
    alphas = exhaustive_items.swept(reliability.alpha).found
    tables = exhaustive_items.of_two()
    of_x = {_key(x): found for x, found in zip(exhaustive_items.every_x(), alphas[len(tables) :], strict=True)}
    for rows, found in zip(tables, alphas, strict=False):
        assert found == of_x[_key(cross_products(rows, 2))]


def _key(x: CrossProducts) -> tuple[object, ...]:
    return x.items, x.n, tuple(x.sums.tolist()), tuple(x.products.ravel().tolist())
