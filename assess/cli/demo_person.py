"""A simulated person of the demo: reads the pages' forms and answers through the real HTTP intake, code by code.

It knows no more than a browser without script: the forms on the page, their fields and their buttons.
"""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin


class IntakeError(RuntimeError):
    """A page that a person could not go on from; carries the status and the page's title."""


@dataclass(slots=True)
class PageForm:
    """One form of a page: where it goes, its fields with their values, and its radio names with their choices."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, set[str]] = field(default_factory=dict)


class Forms(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, or a field of the form being read."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "title":
            self._in_title = True
        elif tag == "form":
            self.forms.append(PageForm(action=attributes.get("action", "")))
        elif self.forms and tag in ("input", "textarea") and attributes.get("name"):
            name, kind = attributes["name"], attributes.get("type", "text")
            if kind == "radio":
                self.forms[-1].choices.setdefault(name, set()).add(attributes.get("value", ""))
                if "checked" in attributes:
                    self.forms[-1].fields[name] = attributes.get("value", "")
            elif kind != "submit":
                self.forms[-1].fields[name] = attributes.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Leave the title."""
        if tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        """Keep the title: it names the page in an error."""
        if self._in_title:
            self.title += data


def answer(host: str, port: int, code: str, answers: Mapping[str, int]) -> None:
    """Type a code, answer the statements, check and send; raise `IntakeError` unless a receipt page came back."""
    connection = http.client.HTTPConnection(host, port, timeout=30)
    try:
        page = _read(connection, "GET", "/w/", None)
        start = _form(page, "/start")
        page = _read(connection, "POST", urljoin("/w/", start.action), {**start.fields, "code": code})
        questions = _form(page, "/check")
        filled = dict(questions.fields)
        for item, chosen in answers.items():
            if str(chosen) not in questions.choices.get(item, set()):
                raise IntakeError(f"the questionnaire has no choice {chosen} for {item}")
            filled[item] = str(chosen)
        page = _read(connection, "POST", urljoin("/w/", questions.action), filled)
        send = _form(page, "/drop")
        _read(connection, "POST", urljoin("/w/", send.action), send.fields)
    finally:
        connection.close()


def _read(connection: http.client.HTTPConnection, method: str, path: str, fields: Mapping[str, str] | None) -> Forms:
    body = urlencode(fields) if fields is not None else None
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
    connection.request(method, path, body=body, headers=headers)
    response = connection.getresponse()
    page = Forms()
    page.feed(response.read().decode())
    if response.status != http.HTTPStatus.OK:
        raise IntakeError(f"{path}: {response.status} {page.title.strip()}")
    return page


def _form(page: Forms, ending: str) -> PageForm:
    for form in page.forms:
        if form.action.rstrip("/").endswith(ending):
            return form
    raise IntakeError(f'page "{page.title.strip()}" has no form that leads to {ending}')
