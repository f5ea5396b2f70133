"""U-20 to U-23, look.md: what the pages are made of."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from respond_house import LOCALES, House, Page, answered, checked, post, questions

from assess import resources
from assess.instruments import words
from assess.instruments.load import shipped
from assess.web.respond import lookup
from assess.web.respond.press import Press, Sheet

INSTRUMENT = shipped("sales-marketing")
FOLDER = Path(resources.templates()) / "respond"
CSS = (FOLDER / "respond.css").read_text(encoding="utf-8")


@pytest.mark.parametrize(("locale", "side"), list(product(LOCALES, ("sales", "marketing"))))
def test_each_statement_is_one_group_of_native_radios_with_dont_know_last(house: House, locale: str, side: str) -> None:
    """U-20, I-7, I-10."""
    page = questions(house, locale, code=house.codes[side][0])
    assert list(page.form.radios) == list(INSTRUMENT.closed("core"))
    assert set(map(tuple, page.form.radios.values())) == {("1", "2", "3", "4", "5", "0")}
    assert len(page.attributes("fieldset")) == page.html.count("<legend>") == 30
    assert not any("required" in values for _, values in page.tags)
    groups = re.findall(r"<fieldset.*?</fieldset>", page.html, re.DOTALL)
    for item, group in zip(INSTRUMENT.closed("core"), groups, strict=True):
        texts = [strip(text) for text in re.findall(r"<(?:legend|label)>(.*?)</(?:legend|label)>", group)]
        assert texts == [
            words.filled(INSTRUMENT, item, locale, side),
            *words.answers(INSTRUMENT, item, locale),
            words.dont_know(INSTRUMENT, locale),
        ]


@pytest.mark.parametrize(("locale", "heading"), [("en", "Part {} of 8"), ("fr-CA", "Partie {} sur 8")])
def test_the_parts_are_headings_in_their_order(house: House, locale: str, heading: str) -> None:
    for page in (questions(house, locale), post(house, "/w/check", answered(house, locale))):
        found = re.findall(r'<h2 class="part"[^>]*>(.*?)</h2>', page.html)
        assert found == [heading.format(n) for n in range(1, 9)]


def test_an_error_page_says_so_in_its_title_and_its_summary_takes_the_focus(house: House) -> None:
    """U-21: without a script, by `autofocus`; each line leads to the first radio or field."""
    page = post(house, "/w/check", answered(house, OQ2="x" * 1501) | {"AL3": "9"})
    assert page.title.startswith("Error: ")
    (summary,) = [values for tag, values in page.tags if values.get("role") == "alert"]
    assert summary.keys() >= {"autofocus", "tabindex"}
    targets = [link["href"] for link in page.attributes("a") if link["href"].startswith("#")]
    assert targets == ["#AL3-1", "#OQ2-1"]
    assert {target[1:] for target in targets} <= set(page.ids())
    (group,) = [values for values in page.attributes("fieldset") if values["id"] == "AL3"]
    assert group["aria-describedby"] == "AL3-flaw"
    (area,) = [values for values in page.attributes("textarea") if values["name"] == "OQ2"]
    assert area["aria-describedby"] == "OQ2-hint OQ2-flaw"
    assert {"AL3-flaw", "OQ2-flaw", "OQ2-hint"} <= set(page.ids())


def test_enter_never_sends_a_ballot_and_never_changes_the_language(house: House) -> None:
    """E3. The first submit button of a form is what Enter presses."""
    for page, pressed in ((questions(house), "/w/check"), (post(house, "/w/check", checked(house)), "/w/check")):
        first = page.form.buttons[0]
        assert first["formaction"] == pressed
        assert "name" not in first
        assert (first["tabindex"], first["aria-hidden"]) == ("-1", "true")
    dropping = [button for button in page.form.buttons if "formaction" not in button]
    assert [button.get("id") for button in dropping] == ["send"]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_page_names_its_language_has_one_heading_and_refers_to_what_it_has(house: House, locale: str) -> None:
    pages = [
        Page(house.client.get("/w/", headers={"Accept-Language": locale})),
        questions(house, locale),
        post(house, "/w/check", {"code": house.code, "lang": locale}),
        post(house, "/w/check", answered(house, locale, OQ1="Ask Mary Smith")),
        post(house, "/w/start", {"code": "wrong", "lang": locale}),
        post(house, "/w/drop", checked(house, locale)),
        questions(house, locale),
        Page(house.client.get("/w/none", headers={"Accept-Language": locale})),
    ]
    for page in pages:
        (root,) = page.attributes("html")
        assert root["lang"] == locale
        assert len(page.attributes("h1")) == len(page.attributes("main")) == len(page.attributes("title")) == 1
        assert page.title.strip()
        ids = page.ids()
        assert len(ids) == len(set(ids))
        for _, values in page.tags:
            for name in ("for", "aria-labelledby", "aria-describedby", "form"):
                assert set(values.get(name, "").split()) <= set(ids)
        for tag, values in page.tags:
            if tag in ("input", "textarea") and values.get("type") not in ("hidden", "radio"):
                assert values.get("aria-labelledby") or values["id"] in [x.get("for") for x in page.attributes("label")]
        assert not any(name == "style" or name.startswith("on") for _, values in page.tags for name in values)


@pytest.mark.parametrize(
    ("locale", "hint"),
    [("en", "This may name someone. Change it?"), ("fr-CA", "Ceci désigne peut-être quelqu’un. Voulez-vous le")],
)
def test_the_check_page_asks_about_a_comment_that_may_name_someone(house: House, locale: str, hint: str) -> None:
    """U-12: it asks, and sends all the same."""
    assert hint not in post(house, "/w/check", answered(house, locale, OQ1="They are quick.")).text
    page = post(house, "/w/check", answered(house, locale, OQ1="I think Mary Smith is quick."))
    assert hint in page.text
    assert post(house, "/w/drop", page.form.fields).status == 200


def test_what_was_done_since_the_last_wave_stands_on_the_letter_and_nothing_in_a_first_wave(house: House) -> None:
    """E1, U-90: at most three lines, as text, in the language of the page."""
    press = Press(house.app.jinja_env, shipped, "Larch & Vale")
    told = lookup.survey(house.wave, "Northwind Tools", "Larch & Vale")
    sheet = Sheet(instrument="sales-marketing", form="core", side="sales")
    lines = {"en": ("One list of leads <b>since May</b>.",), "fr-CA": ("Une seule liste de clients potentiels.",)}
    pages = {
        (locale, bool(done)): press.questionnaire(replace(told, done=done), sheet, locale).filled({}, 0).decode()
        for locale in LOCALES
        for done in ({}, lines)
    }
    assert "<li>One list of leads &lt;b&gt;since May&lt;/b&gt;.</li>" in pages["en", True]
    assert "You said, we did" in pages["en", True]
    assert "<li>Une seule liste de clients potentiels.</li>" in pages["fr-CA", True]
    for locale in LOCALES:
        assert 'id="done"' not in pages[locale, False]


def test_one_button_a_page_is_filled(house: House) -> None:
    """look.md, rule 1; those of the script are hidden until it shows them in place of this one."""
    for page in (questions(house), post(house, "/w/check", checked(house)), Page(house.client.get("/w/"))):
        shown = [button for button in page.form.buttons if "hidden" not in button]
        assert [button.get("class") for button in shown].count("go") == 1


# name of a token: smallest contrast on paper and on card it must have
CONTRASTS = {
    "ink": 7,
    "quiet": 4.5,
    "frame": 3,
    "accent": 4.5,
    "error": 4.5,
    "caution": 4.5,
    "done": 4.5,
    "side1": 4.5,
    "side2": 4.5,
}


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_the_tokens_are_legible(scheme: int) -> None:
    """U-22: 4.5:1 for text, 3:1 for marks."""
    tokens = tokens_of(scheme)
    for name, least in CONTRASTS.items():
        for ground in ("paper", "card"):
            assert contrast(tokens[name], tokens[ground]) >= least, f"{name} on {ground}"
    assert contrast(tokens["on-accent"], tokens["accent"]) >= 4.5
    assert contrast(tokens["on-accent"], tokens["pressed"]) >= 4.5
    assert contrast(tokens["ink"], tokens["tint"]) >= 7
    assert contrast(tokens["accent"], tokens["tint"]) >= 4.5


def test_the_contrast_of_two_greys_is_known() -> None:
    """Guards the measure above: two published ratios."""
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0


def test_the_style_keeps_the_sizes_of_the_look() -> None:
    """look.md: U-22: text of 16, 20, 25, 31 px; rows 48 and controls 44 px high; dark, print, forced colours."""
    sizes = {float(size) for size in re.findall(r"(?:font-size:|font:[^;]*?)\s*([\d.]+)rem", CSS)}
    assert sizes <= {1, 1.25, 1.5625, 1.9375}
    assert "min-height: 48px" in CSS
    assert "min-height: 44px" in CSS
    for query in ("prefers-color-scheme: dark", "forced-colors: active", "prefers-reduced-motion: reduce", "print"):
        assert query in CSS
    assert not re.search(r"url\(|@import|@font-face|!important", CSS)


def tokens_of(scheme: int) -> dict[str, str]:
    roots = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", roots[0]))
    return found | (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", roots[1])) if scheme else {})


def contrast(first: str, second: str) -> float:
    """Return the ratio of WCAG 2.2."""
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def strip(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html).strip()
