"""Builds released waves of the shipped instrument, and their facts through the real scoring path."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from assess import resources
from assess.advice.load import shipped
from assess.advice.match import recommend
from assess.advice.model import Advice, Playbook, Records
from assess.disclosure.policy import Policy
from assess.disclosure.registry import registered
from assess.disclosure.release import Released, Withheld, release
from assess.disclosure.table import BLANK, ResponseTable
from assess.instruments import load
from assess.instruments.model import Instrument
from assess.reports import compose
from assess.reports.earlier import earlier_waves
from assess.reports.facts import Client, Facts, SideFacts
from assess.scoring.estimate import estimates
from assess.scoring.resample import columns
from assess.scoring.wave import Estimates

SIDES = ("sales", "marketing")

MEANS: Mapping[str, tuple[float, float]] = {
    "AL3": (2.2, 2.4),
    "AL1": (4.0, 3.9),
    "AL1m": (2.1, 2.2),
    "TR1": (4.2, 3.0),
    "TR2": (4.3, 3.1),
    "TR3": (4.1, 3.0),
    "TR4": (4.2, 3.1),
}
"""Mean answers by item that make a story: a gap on trust, a low AL3, a false conflict about AL1."""


@cache
def instrument() -> Instrument:
    return load.read(resources.instruments() / "sales-marketing")


@cache
def playbook() -> Playbook:
    found = shipped("sales-marketing")
    assert found is not None
    return found


def table(
    sizes: tuple[int, int] = (34, 14),
    *,
    invited: tuple[int, int] | None = (40, 16),
    form: str = "core",
    means: Mapping[str, tuple[float, float]] = MEANS,
    blank: Mapping[str, int] | None = None,
    seed: int = 1,
) -> ResponseTable:
    """Draw a wave of answers; `blank`: item -> how many of the second side left it out."""
    generator = np.random.default_rng(seed)
    asked = instrument()
    items = asked.closed(form)
    side = np.repeat(np.array([0, 1], dtype=np.int8), sizes)
    rows = np.empty((sum(sizes), len(items)), dtype=np.int8)
    person = generator.normal(0, 0.5, size=sum(sizes))
    for place, item in enumerate(items):
        centre = np.array(means.get(item, (3.4, 3.3)))[side]
        drawn = np.rint(centre + person + generator.normal(0, 0.7, size=sum(sizes)))
        rows[:, place] = np.clip(drawn, 1, 5)
        if blank and item in blank:
            rows[np.flatnonzero(side == 1)[: blank[item]], place] = BLANK
    return ResponseTable(
        sides=SIDES,
        items=items,
        levels=tuple(asked.levels(item) for item in items),
        side=side,
        answers=rows,
        invited=None if invited is None else dict(zip(SIDES, invited, strict=True)),
    )


def released(found: ResponseTable, form: str = "core", withhold: frozenset[str] = frozenset()) -> Released | Withheld:
    return release(found, Policy(), registered(instrument(), form), withhold)


def scored(
    found: ResponseTable,
    form: str = "core",
    *,
    earlier: tuple[Facts, ...] = (),
    number: int = 1,
    withhold: frozenset[str] = frozenset(),
) -> tuple[Estimates | None, Advice | None]:
    passed = released(found, form, withhold)
    if isinstance(passed, Withheld):
        return None, None
    numbers = estimates(
        passed,
        instrument(),
        form,
        earlier_waves(earlier),
        number=number,
        scale_hashes=context(form).scale_hashes(),
    )
    weights = columns(passed, instrument(), form, np.random.default_rng(7))
    return numbers, recommend(weights, playbook(), Records())


def client(shorts: Mapping[str, tuple[str, str]] | None = None) -> Client:
    named = shorts or {"en": ("Sales", "Marketing"), "fr-CA": ("Ventes", "Marketing")}
    labels = {
        "en": ("the Sales team", "the Marketing team"),
        "fr-CA": ("l’équipe des ventes", "l’équipe du marketing"),
    }
    return Client(
        name="Northbeam Instruments",
        sides=tuple(
            SideFacts(
                code=code,
                letter=letter,
                label={locale: labels[locale][place] for locale in labels},
                short={locale: named[locale][place] for locale in named},
            )
            for place, (code, letter) in enumerate(zip(SIDES, ("S", "M"), strict=True))
        ),
        zone="America/Toronto",
        country="CA",
    )


def context(form: str = "core", *, number: int = 1, **changed: Any) -> compose.Context:
    """A wave of an invented client; `changed` replaces fields."""
    year, quarter = 2026 + (number - 1) // 4, 1 + (number - 1) % 4
    values: dict[str, Any] = {
        "instrument": instrument(),
        "form": form,
        "client": client(),
        "wave": compose.WaveDays(
            number=number,
            label=f"{year}-Q{quarter}",
            opened_on=date(year, 3 * quarter - 1, 2),
            closed_on=date(year, 3 * quarter - 1, 13),
            released_on=date(year, 3 * quarter, 10),
        ),
        "policy": Policy(),
        "key_mode": "service",
        "operator": "firm",
        "promise": {"en": ("Your answers are confidential.",), "fr-CA": ("Vos réponses sont confidentielles.",)},
        "promise_sha256": "8d" * 32,
        "prereg": "9e" * 32,
        "release_sha256": "af" * 32,
        "box": {"invited": 56, "used": 48, "replaced": 1, "spoiled": 0, "counted": 48},
        "merkle_root": "b0" * 32,
        "seed": 12345678901234567890,
        "versions": {"assess": "0.1.0", "numpy": "2", "scipy": "1", "facts": "1.0"},
        "paper": "letter",
        "playbook": playbook(),
    }
    return compose.Context(**{**values, **changed})


def facts(
    found: ResponseTable | None = None,
    form: str = "core",
    *,
    earlier: tuple[Facts, ...] = (),
    withhold: frozenset[str] = frozenset(),
    **changed: Any,
) -> Facts:
    """Compose the facts of a table through the real path."""
    number = len(earlier) + 1
    numbers, advice = scored(
        found if found is not None else table(form=form), form, earlier=earlier, number=number, withhold=withhold
    )
    return compose.facts(numbers, advice, context=context(form, number=number, earlier=earlier, **changed))


@cache
def waves(count: int = 1) -> tuple[Facts, ...]:
    """Facts of successive waves in which AL3 rises."""
    found: tuple[Facts, ...] = ()
    for number in range(1, count + 1):
        means = {**MEANS, "AL3": (1.6 + 0.6 * number, 1.8 + 0.6 * number), "AL2": (2.4 + 0.5 * number,) * 2}
        found = (*found, facts(table(means=means, seed=number), earlier=found))
    return found
