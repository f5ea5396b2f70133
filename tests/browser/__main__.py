"""`make gallery`: a picture of every state of the respondent pages, and a contact sheet a language in docs/img/."""

from __future__ import annotations

import base64
import sys
import tempfile
from pathlib import Path

from browser_house import CHROMIUM, prepare, serving
from browser_person import person
from browser_states import states
from jinja2 import Environment
from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).resolve().parents[2]
PICTURES = HERE / "var" / "gallery"
SHEETS = HERE / "docs" / "img"
TALLEST = 1_480
"""Pixels of a picture that the contact sheet shows: two screens of a phone."""
SHEET = """<!doctype html><meta charset="utf-8"><style>
body { margin: 16px; background: #dadde2; font: 14px/1.3 sans-serif; display: grid; gap: 16px;
  grid-template-columns: repeat(6, 180px); align-items: start; }
figure { margin: 0; } img { width: 180px; display: block; } figcaption { margin-bottom: 4px; font-weight: 700; }
</style>{% for name, picture in pictures %}
<figure><figcaption>{{ name }}</figcaption><img src="data:image/png;base64,{{ picture }}"></figure>{% endfor %}"""


def walked(chromium: Browser, prepared: Path, locale: str, *, script: bool) -> list[tuple[str, bytes]]:
    """Return a picture of every state of a person's walk, by its name."""
    taken = []
    with tempfile.TemporaryDirectory() as folder, serving(prepared, Path(folder)) as served:
        who = person(chromium, served, locale, script=script, measured=True)
        for name in states(who):
            height = min(TALLEST, who.page.evaluate("document.documentElement.scrollHeight"))
            who.page.set_viewport_size({"width": 360, "height": max(740, height)})
            taken.append((name, who.page.screenshot()))
            who.page.set_viewport_size({"width": 360, "height": 740})
            print(f"{locale} {'script' if script else 'no script'}: {name}", file=sys.stderr, flush=True)
    return taken


def main() -> None:
    """Walk both languages, with a script and without, and write what was seen."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    SHEETS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        prepare(Path(folder))
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for locale in ("en", "fr-CA"):
            shown = walked(chromium, Path(folder), locale, script=True)
            plain = [pair for pair in walked(chromium, Path(folder), locale, script=False) if pair[0].startswith("E1")]
            for name, picture in [*shown, *plain]:
                (PICTURES / f"{locale} {name.replace(',', '')}.png".replace(" ", "-")).write_bytes(picture)
            pictures = [(name, base64.b64encode(picture).decode()) for name, picture in [*shown, *plain]]
            page = chromium.new_page(viewport={"width": 1_208, "height": 800})
            page.set_content(Environment(autoescape=True).from_string(SHEET).render(pictures=pictures))
            page.screenshot(path=SHEETS / f"employee.{locale}.jpg", full_page=True, type="jpeg", quality=72)
        chromium.close()


main()
