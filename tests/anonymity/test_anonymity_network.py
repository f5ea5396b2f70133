"""T8: somebody on the network, and the log of every proxy on the way (A-20 to A-22).

A recorder stands where a proxy would: it sees addresses, headers, sizes, and no body. A browser without script presses
through every state in both languages. No code may be in what the recorder has, and no size may tell one answer, one
language or one outcome from another.
"""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from attack_table import SUITE, Row
from respond_house import LOCALES, House, Page, answered, opened, prepare
from respond_states import FORM_PAGES, every_response
from werkzeug.test import Client, TestResponse

from assess.surveys import codes, envelopes
from assess.web.respond import pages, slots

SMALL = 16_384
MOST = 60 * 1024
FORMS = ("core", "pulse")
SIDES = ("sales", "marketing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a proxy writes about one exchange at its most talkative: everything but the bodies."""

    request: str
    response: str
    size: int


@dataclass(kw_only=True)
class Recorder:
    """Stands before an application and writes lines."""

    app: Callable[..., Iterable[bytes]]
    lines: list[Line] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        said: list[str] = []

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            said.append("\n".join([status, *(f"{name}: {value}" for name, value in headers)]))
            return start_response(status, headers, *rest)

        body = b"".join(self.app(environ, start))
        asked = [f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}"]
        asked += [f"{name}: {value}" for name, value in environ.items() if name.startswith("HTTP_")]
        self.lines.append(Line(request="\n".join(asked), response=said[0], size=len(body)))
        return [body]


class Browser:
    """A browser without script: presses buttons, sends the address it came from unless a page forbids it."""

    def __init__(self, app: Callable[..., Iterable[bytes]], locale: str) -> None:
        self._client = Client(app, TestResponse)
        self._language = locale
        self._came_from: str | None = None
        self.page: Page | None = None

    def open(self, address: str, fields: Mapping[str, str] | None = None) -> None:
        headers = {"Accept-Language": self._language, "Accept-Encoding": "gzip, deflate, br"}
        if self._came_from is not None:
            headers["Referer"] = self._came_from
        method = "GET" if fields is None else "POST"
        response = self._client.open(address.split("#", maxsplit=1)[0], method=method, data=fields, headers=headers)
        quiet = response.headers.get("Referrer-Policy") == "no-referrer"
        self._came_from = None if quiet else f"https://survey.example{response.request.full_path}"
        self.page = Page(response)

    def press(self, index: int, fields: Mapping[str, str]) -> None:
        """Press a button of the page, with fields filled in on top of what stands there."""
        assert self.page is not None
        form, button = self.page.form, self.page.form.buttons[index]
        sent = form.fields | dict(fields) | ({button["name"]: button["value"]} if "name" in button else {})
        address = button.get("formaction", form.action)
        method = button.get("formmethod") or next(
            values.get("method", "get") for tag, values in self.page.tags if tag == "form"
        )
        if method == "post":
            self.open(address, sent)
        else:
            self.open(f"{address.split('#', maxsplit=1)[0]}?{urlencode(sent)}")


def press_through(app: Callable[..., Iterable[bytes]], house: House, locale: str, code: str) -> None:
    """Press every button of every page that a person comes by; write the code where a person would."""
    answers = {name: "4" for name in answered(house, locale, code=code) if re.fullmatch(r"[A-Z]{2}\d+[a-z]?", name)}
    answers = {name: value for name, value in answers.items() if not name.startswith("OQ")}
    browser = Browser(app, locale)
    browser.open("/w/?lang=fr" if locale == "fr-CA" else "/w/")
    for typed in ("ZZZZ-ZZZZ-ZZZZ-ZZZZ", code):
        browser.press(_last(browser), {"code": typed})
    for way in range(len(_buttons(browser))):
        browser.press(way, answers)
        for onward in range(len(_buttons(browser))):
            other = Browser(app, locale)
            other.page, other._came_from = browser.page, browser._came_from
            other.press(onward, {})
        browser.open("/w/")
        browser.press(_last(browser), {"code": code})


def _buttons(browser: Browser) -> list[dict[str, str]]:
    assert browser.page is not None
    return browser.page.form.buttons


def _last(browser: Browser) -> int:
    return len(_buttons(browser)) - 1


def needles(house: House) -> list[str]:
    """Return every way in which a code could be written."""
    found: list[str] = []
    for printed in (code for side in house.codes.values() for code in side):
        plain = envelopes.normalise(printed) or b""
        short = printed.replace("-", "")
        found += [printed, short, printed.lower(), short.lower(), plain.hex(), codes.code_hash(plain).hex()]
    return found


def told(lines: Iterable[Line], house: House) -> int:
    """Return how many exchanges have a code in the address or in a header of either direction."""
    pattern = re.compile("|".join(map(re.escape, needles(house))))
    return sum(bool(pattern.search(line.request) or pattern.search(line.response)) for line in lines)


def by_query(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Plant the usual link: the first page's form sends the code in the address, and pages name where one came from."""

    def planted(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "GET" and "code=" in environ["QUERY_STRING"]:
            sent = environ["QUERY_STRING"].encode()
            environ = environ | {
                "REQUEST_METHOD": "POST",
                "CONTENT_TYPE": "application/x-www-form-urlencoded",
                "CONTENT_LENGTH": str(len(sent)),
                "wsgi.input": io.BytesIO(sent),
            }

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [pair for pair in headers if pair[0] != "Referrer-Policy"], *rest)

        body = b"".join(app(environ, start))
        return [body.replace(b'method="post"', b'method="get" ')]

    return planted


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What somebody on the network has seen: exchanges, those that told a code, sizes of each kind of page."""

    exchanges: int
    told: int
    sizes: Mapping[str, set[int]]

    @property
    def padded(self) -> bool:
        """Whether every kind of page has one size, and the right one."""
        (form, *others), small = sorted(self.sizes["form"]), self.sizes["small"]
        return small == {SMALL} and not others and form <= MOST and len(self.sizes["headers"]) == 1


def watched(
    prepared: Path, folder: Path, who: Iterable[tuple[str, str]], plant: Callable[..., Any] | None = None
) -> Seen:
    """Watch people of some languages and sides go through every state."""
    sizes: dict[str, set[int]] = {"small": set(), "form": set(), "headers": set()}
    with opened(prepared, folder) as house:
        recorder = Recorder(app=house.app.wsgi_app if plant is None else plant(house.app.wsgi_app))
        bare = house.app.wsgi_app
        for locale, side in who:
            press_through(recorder, house, locale, house.codes[side][1])
            house.app.wsgi_app = recorder  # type: ignore[method-assign]
            if plant is None:
                for name, response in every_response(house, locale, side=side).items():
                    if name not in {"css", "js"}:
                        sizes["form" if name in FORM_PAGES else "small"].add(len(response.data))
                    if name in {"e4", "e4-replaced"}:
                        sizes["headers"].add(len(str(response.headers)))
                fields = answered(house, locale, code=house.codes[side][2])
                for value in ("0", "1", "5"):
                    sent = {name: value if fields[name] == "4" else fields[name] for name in fields}
                    sizes["form"].add(len(house.client.post("/w/check", data=sent).data))
            house.app.wsgi_app = bare  # type: ignore[method-assign]
        return Seen(exchanges=len(recorder.lines), told=told(recorder.lines, house), sizes=sizes)


def _described(found: Mapping[str, set[int]]) -> str:
    return "; ".join(
        f"{kind}: {', '.join(f'{size:,}' for size in sorted(found[kind]))} B" for kind in ("small", "form")
    )


def table(size: int) -> list[Row]:
    """Run T8; the suite's size has one side a language."""
    who = list(zip(LOCALES, SIDES, strict=True)) if size <= SUITE else list(product(LOCALES, SIDES))
    one = who[:1]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        made = {}
        for form in FORMS:
            made[form] = Path(folder, form)
            made[form].mkdir()
            prepare(made[form], form)
        seen = {form: watched(made[form], Path(folder, f"{form} watched"), who) for form in FORMS}
        query = watched(made["pulse"], Path(folder, "query"), one, by_query)
        patch.setattr(slots, "_padding", lambda *_: (b"", b"", b""))
        bare = watched(made["pulse"], Path(folder, "bare"), one)
    told_a_code = sum(each.told for each in seen.values())
    rows = [
        Row(
            attack="T8",
            what=f"codes in addresses and headers: {sum(each.exchanges for each in seen.values()):,} exchanges",
            score=f"{told_a_code} told a code",
            band="0",
            planted=f"?code=: {query.told} of {query.exchanges}",
            holds=told_a_code == 0 and query.told > 0,
        )
    ]
    for form, each in seen.items():
        rows.append(
            Row(
                attack="T8",
                what=f"sizes of the pages of form {form}: every state, language, answer",
                score=_described(each.sizes),
                band=f"small: {SMALL:,} B; form: one, at most {MOST:,} B",
                planted=f"no padding: {len(bare.sizes['small'])} and {len(bare.sizes['form'])} sizes",
                holds=each.padded and not bare.padded,
            )
        )
    return rows


@pytest.fixture(scope="module")
def found() -> list[Row]:
    return table(SUITE)


def test_no_proxy_sees_a_code_and_no_size_tells_anything(found: list[Row]) -> None:
    """T8, A-20, A-21, A-22: `?code=` and pages without padding are caught."""
    assert [row for row in found if not row.holds] == []
    assert pages.SMALL == SMALL
