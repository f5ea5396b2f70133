"""Words and looks of the console: both languages complete, nothing unsafe, tokens as computed (U-1, A-31, look.md)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file

from assess import resources
from assess.i18n import catalogue, translator
from assess.web import console

PAGES = sorted((resources.templates() / "console").glob("*.html"))
MODULES = sorted(Path(console.__file__).parent.glob("*.py"))
CSS = (resources.templates() / "console" / "static" / "console.css").read_text(encoding="utf-8")


def messages() -> set[str]:
    found: set[str] = set()
    for files, method in ((PAGES, "jinja2.ext:babel_extract"), (MODULES, "python")):
        for file in files:
            for _line, message, _comments, _context in extract_from_file(
                method, file, keywords={"_": None, "said": None}
            ):
                found.add(message if isinstance(message, str) else message[0])
    return found


def test_every_string_of_the_console_is_in_both_languages() -> None:
    """U-1."""
    assert len(messages()) > 150
    assert messages() - set(catalogue("fr-CA")) == set()


def test_a_translation_fills_the_places_of_its_source() -> None:
    for message in messages():
        places = sorted(re.findall(r"\{(\w+)\}", message))
        assert sorted(re.findall(r"\{(\w+)\}", catalogue("fr-CA")[message])) == places, message


def test_every_string_of_a_template_is_translated() -> None:
    """U-1: no words stand in a template outside _(); names of languages and file types aside."""
    allowed = set("assess Français English PDF CSV JSON side email name language · / ,".split())  # noqa: SIM905
    for file in PAGES:
        if file.name == "styleguide.html":
            continue
        text = re.sub(
            r"\{#.*?#\}|\{% macro _told.*?endmacro %\}|\{%.*?%\}|\{\{.*?\}\}",
            " ",
            file.read_text(encoding="utf-8"),
            flags=re.DOTALL,
        )
        text = re.sub(r"<svg.*?</svg>|<!doctype html>", " ", text, flags=re.DOTALL)
        left = {part.strip() for part in re.split(r"<[^>]*>", text) if part.strip()}
        assert {word for part in left for word in part.split()} <= allowed, (file.name, left)


def test_words_that_we_never_use_are_not_used() -> None:
    for message in messages():
        assert "significant" not in message.lower()
        assert "significati" not in catalogue("fr-CA")[message].lower()


def test_french_is_set_by_its_typography() -> None:
    """R-37, R-38: no-break space before a colon, none before a question mark, curly apostrophes."""
    french = [translator("fr-CA")(message) for message in messages()]
    assert [text for text in french if re.search(r"(?<=\w)(?<!http)(?<!https):(?!\d)| [;!?]|'", text)] == []


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_no_template_marks_typed_text_as_safe_or_runs_anything(file: Path) -> None:
    """A-28, A-31."""
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe|autoescape|<script|<style|\sstyle=|\son\w+=|javascript:", text)


def rgb(value: str) -> tuple[float, ...]:
    def linear(part: str) -> float:
        level = int(part, 16) / 255
        return level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4

    return tuple(linear(value[i : i + 2]) for i in (1, 3, 5))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2."""
    light = sorted(sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), rgb(x), strict=True)) for x in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


LIGHT = tokens(CSS.split("@media")[0])
DARK = LIGHT | tokens(CSS.split("prefers-color-scheme: dark")[1].split("}")[0])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_and_marks_can_be_told_from_their_ground(theme: dict[str, str]) -> None:
    """U-22: words 4.5:1 on paper, card and tint; borders of controls 3:1."""
    for ground in ("paper", "card"):
        for word in ("ink", "quiet", "accent", "pressed", "error", "caution", "done", "sales", "marketing"):
            assert contrast(theme[word], theme[ground]) >= 4.5, (word, ground)
        assert contrast(theme["frame"], theme[ground]) >= 3
    assert contrast(theme["on-accent"], theme["accent"]) >= 4.5
    assert contrast(theme["on-accent"], theme["pressed"]) >= 4.5
    assert contrast(theme["pressed"], theme["tint"]) >= 4.5
    assert contrast(theme["focus"], theme["focus-ink"]) >= 3


def test_colours_are_named_once() -> None:
    """look.md: tokens; print alone turns to black on white."""
    rest = CSS.split("/* Page */")[1].split("@media print")[0]
    assert re.findall(r"#[0-9a-fA-F]{3,6}\b", rest) == []
    assert len(CSS.encode()) <= 20 * 1024
