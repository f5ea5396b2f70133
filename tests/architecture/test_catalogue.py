"""U-1: every sentence of assess is in both languages, and nothing is translated that nobody says.

Sentences are the first argument of `_`, `tr`, `translate`, `said` and `translator(locale)`: a string, or a name of one
(a constant of any module, a value of a dictionary, a variable of the same function). Templates: `_` and `tr`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

REPOSITORY = Path(__file__).resolve().parents[2]
SPEAKERS = {"_", "tr", "translate", "said"}
TEMPLATES = {".html", ".txt", ".jinja", ".xml", ".svg", ".css"}

# Where a sentence arrives from elsewhere, and where that elsewhere is: its strings are collected there. A function that
# is itself called `_`, `tr`, `translate` or `said` passes on what it was called with.
PASSED_ON = {"assess/surveys/said.py": "self.message: what `said` was called with"}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and where it is said; `message` is None where it cannot be seen."""

    place: str
    message: str | None


def in_python(root: Path) -> Iterator[Said]:
    """Every sentence said by the modules under a folder."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(root.rglob("*.py"))}
    constants: dict[str, list[ast.expr]] = {}
    for tree in trees.values():
        for name, value in assignments(tree.body):
            constants.setdefault(name, []).append(value)
    for path, tree in trees.items():
        place = str(path.relative_to(root.parent))
        for scope, call in calls(tree):
            names = {**constants, **grouped(assignments(list(ast.walk(scope)))), **loops(scope)}
            messages = strings(call.args[0], names)
            if messages or (place not in PASSED_ON and getattr(scope, "name", None) not in SPEAKERS):
                yield from (Said(f"{place}:{call.lineno}", message) for message in messages or [None])


def calls(tree: ast.Module) -> Iterator[tuple[ast.AST, ast.Call]]:
    """Every call that says something, with the function it is in."""
    scopes: list[ast.AST] = [tree]
    scopes += [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    owner = {id(call): scope for scope in scopes for call in ast.walk(scope)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and speaks(node.func):
            yield owner[id(node)], node


def speaks(function: ast.expr) -> bool:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in SPEAKERS
        case ast.Call(func=ast.Name(id="translator")) | ast.Call(func=ast.Attribute(attr="translator")):
            return True
        case _:
            return False


def assignments(body: list[ast.AST] | list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        match node:
            case ast.Assign(targets=targets, value=value):
                yield from ((target.id, value) for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
                yield name, value
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                yield name, value


def grouped(pairs: Iterator[tuple[str, ast.expr]]) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def loops(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """Loop variables, with what is looped over."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.For | ast.comprehension):
            for target in ast.walk(node.target):
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.iter)
    return found


def strings(node: ast.expr, names: dict[str, list[ast.expr]], seen: frozenset[str] = frozenset()) -> list[str]:
    """Every string that an expression can be; none when it cannot be seen."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=first, orelse=second):
            return strings(first, names, seen) + strings(second, names, seen)
        case (
            ast.BoolOp(values=values)
            | ast.Tuple(elts=values)
            | ast.List(elts=values)
            | ast.Set(elts=values)
            | ast.Dict(values=values)
        ):
            return [text for value in values for text in strings(value, names, seen)]
        case ast.Subscript(value=value) | ast.Call(func=ast.Attribute(attr="get" | "items" | "values", value=value)):
            return strings(value, names, seen)
        case ast.Name(id=name) | ast.Attribute(attr=name) if name not in seen:
            return [text for value in names.get(name, []) for text in strings(value, names, seen | {name})]
        case _:
            return []


def in_templates(root: Path) -> Iterator[Said]:
    """Every sentence said by the templates under a folder."""
    environment = Environment(autoescape=True, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    for path in sorted(path for path in root.rglob("*") if path.suffix in TEMPLATES and "fonts" not in path.parts):
        place = str(path.relative_to(root.parent))
        for call in environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in SPEAKERS and call.args:
                for message in template_strings(call.args[0]):
                    yield Said(f"{place}:{call.lineno}", message)


def template_strings(node: nodes.Expr) -> list[str | None]:
    match node:
        case nodes.Const() if isinstance(node.value, str):
            return [node.value]
        case nodes.CondExpr():
            return template_strings(node.expr1) + (template_strings(node.expr2) if node.expr2 else [])
        case nodes.Getitem(node=nodes.Dict() as table):
            return [text for pair in table.items for text in template_strings(pair.value)]
        case _:
            return [None]


@pytest.fixture(scope="module")
def sayings() -> list[Said]:
    return [*in_python(REPOSITORY / "assess"), *in_templates(REPOSITORY / "templates")]


@pytest.fixture(scope="module")
def entries() -> dict[str, str]:
    with (REPOSITORY / "translations" / "fr_CA.po").open("rb") as file:
        catalogue = read_po(file, locale="fr_CA", abort_invalid=True)
    assert not [message.id for message in catalogue if message.id and message.fuzzy]
    assert not catalogue.obsolete
    return {str(message.id): str(message.string) for message in catalogue if message.id}


def test_every_sentence_is_in_french(sayings: list[Said], entries: dict[str, str]) -> None:
    """U-1."""
    missing = sorted(
        {f"{x.place}: {x.message!r}" for x in sayings if x.message is not None and not entries.get(x.message)}
    )
    assert not missing, "not in translations/fr_CA.po:\n" + "\n".join(missing)


def test_every_translation_is_of_a_sentence_that_is_said(sayings: list[Said], entries: dict[str, str]) -> None:
    unused = sorted(set(entries) - {said.message for said in sayings})
    assert not unused, "in translations/fr_CA.po, said by nobody:\n" + "\n".join(unused)


def test_every_sentence_can_be_seen(sayings: list[Said]) -> None:
    """A sentence that arrives in a variable cannot be checked: name it in a constant, or translate it where it is."""
    hidden = [said.place for said in sayings if said.message is None]
    assert not hidden, "\n".join(hidden)


def test_no_sentence_is_translated_twice() -> None:
    text = (REPOSITORY / "translations" / "fr_CA.po").read_text(encoding="utf-8")
    ids = re.findall(r'^msgid ((?:".*"\n)+)', text, re.MULTILINE)
    assert sorted({message for message in ids if ids.count(message) > 1}) == []


def test_slots_are_the_same_in_both_languages(entries: dict[str, str]) -> None:
    slots = {
        message: (set(re.findall(r"\{[^{}]*\}", message)), set(re.findall(r"\{[^{}]*\}", french)))
        for message, french in entries.items()
    }
    assert {message: pair for message, pair in slots.items() if pair[0] != pair[1]} == {}


def test_french_is_epicene_and_never_says_significant(entries: dict[str, str]) -> None:
    """I-4; the word is forbidden in both languages."""
    found = {
        message: french
        for message, french in entries.items()
        if re.search(r"·|\((?:e|s|ne|trice)\)|\bsignificati", french) or re.search(r"\bsignificant", message)
    }
    assert found == {}


def test_the_extraction_sees_constants_dictionaries_loops_and_conditions(tmp_path: Path) -> None:
    """Guards the tests above."""
    package = tmp_path / "assess"
    package.mkdir()
    (package / "a.py").write_text(
        'TITLE = "a constant"\nWORDS = {"k": "a value", "l": ("a tuple",)}\n'
        "def say(_, kind, translator, other):\n"
        '    local = "a variable"\n'
        '    _("a string"); _(local); translator("en")(WORDS[kind]); _("yes" if kind else "no")\n'
        "    for each in WORDS.values():\n        _(each)\n"
        "    _(other)\n",
        encoding="utf-8",
    )
    (package / "b.py").write_text(
        "import a\n\ndef say(x):\n    x.tr(a.TITLE)\n    said('typed', n=1)\n", encoding="utf-8"
    )
    expected = ["a string", "a variable", "yes", "no", *["a value", "a tuple"] * 2, "None", "a constant", "typed"]
    assert sorted(str(said.message) for said in in_python(package)) == sorted(expected)
    templates = tmp_path / "templates"
    templates.mkdir()
    source = "{% for x in y %}{{ _('in a loop', n=1) }}{% endfor %}{{ _('a' if x else 'b') }}{{ _({'k': 'c'}[x]) }}"
    (templates / "page.html").write_text(source + "{{ _(x) }}{% set t = _('set') %}", encoding="utf-8")
    assert sorted(str(said.message) for said in in_templates(templates)) == ["None", "a", "b", "c", "in a loop", "set"]
