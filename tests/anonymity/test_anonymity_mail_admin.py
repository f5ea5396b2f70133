"""T7: a mail administrator who has read every code asks the respondent plane for what people answered.

Every route with every method and a random walk over the forms of the pages that come back, with every code. Two houses
are asked the same: the people of one answered everything differently from those of the other. Whatever the pages have
in common tells nothing; the first byte that differs, but for receipts and attempts, is a leak (A-06, A-20).
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from attack_table import SUITE, Row
from flask import Flask, Response, request
from respond_house import House, Page, checked, opened, post, prepare
from werkzeug.test import TestResponse

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
PEOPLE = 5
STEPS = {True: 150, False: 20_000}
CANARY = "kanarienvogel"
SEED = 20260112
_OF_CHANCE = re.compile(r"\b(?:[0-9a-f]{20}|[0-9a-f]{32})\b")
"""Receipts and attempts: drawn anew in each house."""
Plant = Callable[[Flask, Mapping[str, str]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, the same in both houses."""

    method: str
    path: str
    fields: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Walk:
    """What came of asking: how many requests, and those whose responses told something."""

    asked: int
    told: list[Asked]


@contextmanager
def house(prepared: Path, folder: Path, answer: str, plant: Plant | None) -> Iterator[House]:
    """A house in which everybody answered `answer` everywhere and wrote about it."""
    with opened(prepared, folder) as made:
        drafts = {}
        if plant is not None:
            plant(made.app, drafts)
        for side in made.codes.values():
            # One code a side has answered nothing: the same one in both houses.
            sent = checked(made, code=side[0], OQ1=f"{CANARY} {answer}")
            sent |= {name: answer for name, said in sent.items() if said == "4"}
            for code in sorted(side)[1:]:
                sent |= {"code": code}
                drafts[code] = f"{CANARY} {answer}"
                assert post(made, "/w/drop", sent).status == 200
        yield made


def draft_endpoint(app: Flask, drafts: Mapping[str, str]) -> None:
    """Plant what survey tools offer: go on where you stopped, on any device."""
    app.add_url_rule(
        "/w/draft", "draft", lambda: Response(drafts.get(request.form.get("code", ""), "")), methods=["POST"]
    )


def prefilled(app: Flask, drafts: Mapping[str, str]) -> None:
    """Plant a page that greets people who answered before with what they said, with no word of it in clear."""

    def greet(response: Response) -> Response:
        said = drafts.get(request.form.get("code", ""), "")
        if said and request.path == "/w/start":
            response.set_data(response.get_data() + b" " * len(said.replace("1", "")))
        return response

    app.after_request(greet)


def walk(steps: int, folder: Path, prepared: Path, plant: Plant | None = None) -> Walk:
    """Ask both houses the same and compare."""
    draw = random.Random(SEED)
    with ExitStack() as stack:
        places = [folder / "first", folder / "second"]
        pair = [
            stack.enter_context(house(prepared, place, answer, plant))
            for place, answer in zip(places, ("1", "5"), strict=True)
        ]
        done = Walk(asked=0, told=[])
        last: list[TestResponse] = []
        for asked in [*every_route(pair[0]), *wander(draw, pair[0], last, steps)]:
            replies = [_reply(made, asked) for made in pair]
            done.asked += 1
            if CANARY in replies[0].text or _differ(*replies):
                done.told.append(asked)
            if replies[0].mimetype == "text/html" and asked.method != "HEAD":
                last[:] = replies[:1]
        return done


def every_route(made: House) -> Iterator[Asked]:
    """Every address of the application, found by itself, with every method, with and without a code."""
    code = max(made.codes["marketing"])
    for rule in made.app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", made.wave.wave_id.hex(), rule.rule)
        for method in METHODS:
            for fields in ({}, {"code": code}, {"code": code, "sheet": "sales-marketing:core:marketing"}):
                yield Asked(method=method, path=path, fields=fields)


def wander(draw: random.Random, made: House, last: list[TestResponse], steps: int) -> Iterator[Asked]:
    """Press buttons of the last page, or ask anything, with any code, in any order."""
    codes = sorted(code for side in made.codes.values() for code in side)
    paths = [rule.rule for rule in made.app.url_map.iter_rules() if "<" not in rule.rule]
    for _ in range(steps):
        fields: dict[str, str] = {"code": draw.choice(codes)}
        page = Page(last[0]) if last and draw.random() < 0.6 else None
        if page is not None and page.form.action:
            fields |= page.form.fields
            button = draw.choice(page.form.buttons) if page.form.buttons else {}
            path = button.get("formaction", page.form.action).split("#")[0]
            # The administrator may answer too; then what is shown is theirs, in both houses alike.
            fields |= {name: draw.choice(values) for name, values in page.form.radios.items() if draw.random() < 0.5}
            yield Asked(method="POST", path=path, fields=fields)
            continue
        for name, values in {
            "lang": ["en", "fr-CA"],
            "to": ["en", "fr-CA"],
            "sheet": ["sales-marketing:core:sales", "sales-marketing:core:marketing"],
            "try": ["ab" * 16, "00" * 16],
            "AL1": ["1", "5"],
        }.items():
            if draw.random() < 0.4:
                fields[name] = draw.choice(values)
        yield Asked(method=draw.choice(METHODS), path=draw.choice(paths), fields=fields)


def _reply(made: House, asked: Asked) -> TestResponse:
    return made.client.open(asked.path, method=asked.method, data=asked.fields)


def _differ(first: TestResponse, second: TestResponse) -> bool:
    if (first.status, first.data, list(first.headers)) == (second.status, second.data, list(second.headers)):
        return False
    return _masked(first) != _masked(second)


def _masked(response: TestResponse) -> tuple[int, str, str]:
    """Return a response without what is drawn by lot; of a receipt, that it is there."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers)
    return response.status_code, headers, _OF_CHANCE.sub("*", response.get_data(as_text=True))


def table(size: int) -> list[Row]:
    """Run T7."""
    steps = STEPS[size <= SUITE]
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder, "prepared")
        prepared.mkdir()
        prepare(prepared, people=PEOPLE)
        product = walk(steps, Path(folder, "product"), prepared)
        planted = {
            "draft endpoint": walk(50, Path(folder, "drafts"), prepared, draft_endpoint),
            "prefilled form": walk(50, Path(folder, "prefilled"), prepared, prefilled),
        }
    return [
        Row(
            attack="T7",
            what=f"all codes, every route and a walk: {product.asked:,} requests",
            score=f"{len(product.told)} told an answer or a draft",
            band="0",
            planted="; ".join(f"{name}: {len(found.told)}" for name, found in planted.items()),
            holds=not product.told and all(found.told for found in planted.values()),
        )
    ]


@pytest.fixture(scope="module")
def found() -> list[Row]:
    return table(SUITE)


def test_no_sequence_of_requests_with_all_codes_returns_an_answer_or_a_draft(found: list[Row]) -> None:
    """T7, A-06, A-20: neither a word nor a byte depends on what people said; a draft endpoint is caught."""
    assert [row for row in found if not row.holds] == []
