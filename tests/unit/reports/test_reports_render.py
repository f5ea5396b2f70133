"""Facts as one HTML document for print (R-33, R-52 to R-54, R-12, A-31)."""

from __future__ import annotations

import itertools
import re
from functools import cache

import pytest
import reports_waves as composed
import sample_facts
import sample_html
from jinja2 import StrictUndefined, nodes

from assess import resources
from assess.i18n import translator
from assess.reports import render, typography
from assess.reports.facts import Facts

LOCALES = sample_facts.LOCALES
VARIANTS = {
    "core": sample_facts.core,
    "full": sample_facts.full,
    "scales_only": sample_facts.scales_only,
    "pulse": sample_facts.pulse,
    "from_file": sample_facts.from_file,
}
COMPOSED = {
    "composed-wave-3": lambda: composed.waves(3)[-1],
    "composed-scales": lambda: composed.facts(composed.table((9, 6), invited=(10, 8))),
    "composed-participation": lambda: composed.facts(composed.table((12, 4))),
    "composed-pulse": lambda: composed.facts(form="pulse"),
    "composed-no-headcount": lambda: composed.facts(composed.table(invited=None), box=None, promise={}),
    "composed-full": lambda: composed.facts(composed.table((42, 36), invited=(50, 40))),
}
"""The same shapes as compose makes them from answers."""
VARIANTS |= COMPOSED
PAGES = [pytest.param(name, locale, id=f"{name}-{locale}") for name in VARIANTS for locale in LOCALES]
TEMPLATES = sorted(
    path.relative_to(resources.templates() / "report").as_posix()
    for pattern in ("*.html", "blocks/*.html")
    for path in (resources.templates() / "report").glob(pattern)
)

FORBIDDEN = {
    "en": "significant|significantly|prove|proves|proven|cause|causes|caused|drive|drives|due to|because of|effect of"
    "|thanks to|blame|fault|culprit|worst|best team",
    "fr-CA": "significatif|significative|prouve|prouvent|cause|provoque|grâce à|à cause de|en raison de|dû à|effet de"
    "|faute|coupable|pire",
}
"""R-12."""


@cache
def page(name: str, locale: str) -> sample_html.Reader:
    return sample_html.read(render.html(made(name), locale, "letter"))


@cache
def made(name: str) -> Facts:
    return VARIANTS[name]()


@pytest.mark.parametrize(("name", "locale"), PAGES)
def test_headings_skip_no_level_and_the_language_is_said(name, locale):
    """R-33: lang, title, h1 the brief, h2 a page, h3 a part."""
    reader = page(name, locale)
    levels = [int(tag[1]) for tag, _ in reader.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert ("html", {"lang": locale}) in reader.elements
    assert any(where[-1] == "title." and text.startswith("Northbeam Instruments") for where, text in reader.texts)


@pytest.mark.parametrize(("name", "locale"), PAGES)
def test_every_table_head_says_what_it_heads(name, locale):
    """R-33: th scope, corner td."""
    reader = page(name, locale)
    assert all(found.get("scope") in ("col", "row") for tag, found in reader.elements if tag == "th")


@pytest.mark.parametrize(("name", "locale"), PAGES)
def test_nothing_is_styled_or_run_in_place(name, locale):
    """R-40, A-31: no inline style, no script, nothing from elsewhere."""
    for tag, attributes in page(name, locale).elements:
        assert tag not in ("script", "iframe", "img", "object", "form")
        assert "style" not in attributes
        assert not any(key.startswith("on") for key in attributes)
        for key in ("href", "src"):
            assert attributes.get(key, "#").startswith(("#", "assess:"))


@pytest.mark.parametrize(("name", "locale"), PAGES)
def test_every_printed_text_keeps_the_typography_of_its_locale(name, locale):
    """R-54: 0 faults; hashes and program names are no prose."""
    found = [
        fault
        for where, text in page(name, locale).texts
        if not where[-1].endswith(".code")
        for fault in typography.faults(text, locale)
    ]
    assert found == []


@pytest.mark.parametrize(("name", "locale"), PAGES)
def test_no_forbidden_word_is_generated(name, locale):
    """R-12; statements stand in charts as they were worded, the promise and the method's limits as they were given."""
    pattern = re.compile(rf"\b(?:{FORBIDDEN[locale]})\b", re.IGNORECASE)
    for where, text in page(name, locale).texts:
        quoted = any(each.startswith("svg") or each.endswith(".promise") for each in where)
        assert quoted or not pattern.search(text), text


@pytest.mark.parametrize("locale", LOCALES)
def test_running_heads_are_short_and_never_a_finding(locale):
    """R-33."""
    facts = sample_facts.core()
    long_name = facts.client.model_copy(update={"name": "A client with a name that goes on for quite a while"})
    html = render.html(facts.model_copy(update={"client": long_name}), locale, "a4")
    heads = re.findall(r'class="running-(?:left|right)">([^<]*)<', html)
    assert heads
    assert max(map(len, heads)) <= 40


@pytest.mark.parametrize("locale", LOCALES)
def test_a_file_was_not_examined_for_anonymity_and_says_so(locale):
    """U-121."""
    texts = [text for _, text in page("from_file", locale).texts]
    words = "its anonymity was not examined" if locale == "en" else "anonymat n’"
    assert any(words in text for text in texts)
    assert translator(locale)("What respondents read before they answered") not in texts


def test_the_brief_can_be_made_alone():
    """R-16, U-32."""
    reader = sample_html.read(render.html(sample_facts.core(), "en", "letter", "brief"))
    assert [tag for tag, _ in reader.elements if re.fullmatch(r"h[1-6]", tag)] == ["h1"]


def test_each_locale_has_its_own_words():
    english, french = (render.html(sample_facts.core(), locale, "letter") for locale in LOCALES)
    assert "What to decide" in english
    assert "What to decide" not in french
    assert "À décider" in french


def test_an_unknown_paper_is_refused():
    with pytest.raises(ValueError, match="paper"):
        render.html(sample_facts.core(), "en", "legal")


@pytest.mark.parametrize(
    "name",
    [
        "<script src=http://evil.example/x.js></script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7 * 191 }}{% for x in y %}",
        "</title></style><svg onload=alert(1)>",
        "\u202egnp.exe",
    ],
)
@pytest.mark.parametrize("locale", LOCALES)
def test_typed_names_are_printed_never_run(name, locale):
    """A-31, T12: client and sides are typed by people."""
    reader = sample_html.read(render.html(sample_facts.hostile(name), locale, "letter"))
    tags = {tag for tag, _ in reader.elements}
    assert not tags & {"script", "img", "object", "iframe"}
    assert not any(key.startswith("on") for _, attributes in reader.elements for key in attributes)
    assert not any("1337" in text for _, text in reader.texts)
    assert any(name.strip() in text for _, text in reader.texts)


def test_the_environment_is_strict_and_knows_no_request():
    """design.md section 5: StrictUndefined, autoescape, nothing of Flask."""
    environment = render.environment()
    assert environment.undefined is StrictUndefined
    assert environment.autoescape is True
    assert not {"request", "session", "g", "url_for", "config"} & set(environment.globals)


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_bare_digit_stands_in_a_template(template):
    """R-52: numbers come through the figure macros; tags, names of parts and comments are no text."""
    environment = render.environment()
    source, _, _ = environment.loader.get_source(environment, template)
    tree = environment.parse(source)
    printed = "".join(node.data for node in tree.find_all(nodes.TemplateData))
    assert not re.search(r"\d", re.sub(r"<!?[a-zA-Z/][^>]*>?|[^<]*>", "", printed)), printed
    said = [
        argument.value
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "_"
        for argument in call.args
        if isinstance(argument, nodes.Const)
    ]
    assert not [text for text in said if re.search(r"\d", text)]
    assert "safe" not in {node.name for node in tree.find_all(nodes.Filter)}
