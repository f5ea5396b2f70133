"""Reading pages back, for tests: what a person reads, block by block."""

from __future__ import annotations

from html.parser import HTMLParser

BLOCKS = {"p", "h1", "h2", "h3", "li", "td", "th", "caption", "dt", "dd", "text", "title", "a"}
VOID = {"meta", "link", "br", "img"}


class Reader(HTMLParser):
    """Collects elements with their attributes, and the text of every block of words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.path: list[tuple[str, dict[str, str]]] = []
        self.open: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag == "br" and self.open:
            self.open[-1].append(" ")
        if tag in VOID:
            return
        self.path.append((tag, attributes))
        if tag in BLOCKS:
            self.open.append([])

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        where = tuple(f"{name}.{found.get('class', '')}" for name, found in self.path)
        self.path.pop()
        if tag in BLOCKS:
            text = "".join(self.open.pop())
            if text.strip():
                self.texts.append((where, " ".join(text.split(" ")).strip()))

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1].append(data.replace("\n", " "))


def read(html: str) -> Reader:
    """Read a page."""
    reader = Reader()
    reader.feed(html)
    return reader
