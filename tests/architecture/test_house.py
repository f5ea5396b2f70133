"""Rules of the house (design.md sections 1 to 5) that no other tool checks: names, lengths, places, entry points."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "assess"
MODULES = sorted(PACKAGE.rglob("*.py"))
NAMES_NOBODY_FINDS = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
LONGEST = 500


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def of(*rooms: str) -> list[Path]:
    """Modules of some rooms: `publish` is `publish.py`, `web` is every module under it."""
    return [path for path in MODULES if path.relative_to(PACKAGE).parts[0].removesuffix(".py") in rooms]


def imported_at_start(module: ast.Module) -> Iterator[str]:
    """Dotted names imported when a module is: everywhere but inside functions and `if TYPE_CHECKING:`."""
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                continue
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=orelse):
                waiting.extend(orelse)
                continue
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=str(source), names=names):
                yield from (f"{source}.{name.name}" for name in names)
        waiting.extend(ast.iter_child_nodes(node))


def names_of(module: ast.Module) -> set[str]:
    """Every name, attribute, string and keyword (`key=`) of a module."""
    found = set()
    for node in ast.walk(module):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name) | ast.Constant(value=str(name)):
                found.add(name)
            case ast.keyword(arg=str(name)):
                found.add(f"{name}=")
    return found


def test_no_module_has_a_name_that_says_nothing() -> None:
    """design.md section 1."""
    named = [place(path) for path in MODULES if NAMES_NOBODY_FINDS & {*path.relative_to(PACKAGE).parts, path.stem}]
    assert named == []


def test_no_module_is_longer_than_a_room_may_be() -> None:
    """design.md section 3: hard cap of 500 lines."""
    lengths = {place(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST} == {}


def test_every_module_says_what_belongs_in_it() -> None:
    """design.md section 5: every module has a docstring."""
    assert [place(path) for path in MODULES if not ast.get_docstring(tree(path))] == []


def test_the_policy_of_public_data_is_never_named_where_people_answer() -> None:
    """design.md section 2: no floors only for public data and fixtures."""
    rooms = of("publish", "web", "jobs", "cli", "app")
    assert rooms
    barred = {"public_data", "public=", "score_public_data", "assess.scoring.public"}
    assert [place(path) for path in rooms if barred & names_of(tree(path))] == []
    assert "public_data" in (PACKAGE / "disclosure" / "policy.py").read_text(encoding="utf-8")


def test_slow_libraries_are_imported_inside_functions() -> None:
    """stack.md section 1: scipy.stats (1.7 s) and weasyprint never at a web process's start."""
    slow = re.compile(r"^(scipy\.stats|weasyprint)(\.|$)")
    found = {place(path): [name for name in imported_at_start(tree(path)) if slow.match(name)] for path in MODULES}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "line",
    ["import scipy.stats", "from scipy import stats", "from scipy.stats import t", "if True:\n    import weasyprint"],
)
def test_an_import_at_start_is_seen_and_one_in_a_function_is_not(line: str) -> None:
    """Guards the test above."""
    indented = "def later():\n" + "\n".join(f"    {part}" for part in line.splitlines())
    assert any("stats" in name or name == "weasyprint" for name in imported_at_start(ast.parse(line)))
    assert list(imported_at_start(ast.parse(indented))) == []


def test_the_command_line_starts_without_slow_libraries() -> None:
    """What the modules themselves import is quick as well."""
    code = "import sys, assess.cli; print(*[m for m in ('scipy.stats', 'weasyprint') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def test_only_settings_look_at_the_environment() -> None:
    """design.md section 3. `serving` hands the whole environment to its child, and reads nothing of it."""
    reads = re.compile(r"\bos\.(environ|getenv)\b|from os import .*(environ|getenv)")
    found = {place(path) for path in MODULES if reads.search(path.read_text(encoding="utf-8"))}
    assert found <= {"cli/serving.py"}


def test_only_the_count_unseals() -> None:
    """A-08, design.md contract 5: what the import graph cannot say. `results` opens re-sealed rows for the count.

    `shares` opens wraps of keys, `rehearsal` a test ballot that it sealed itself; neither ever sees a row (A-09).
    """
    unsealing = {
        place(path)
        for path in of("surveys", "web", "app", "jobs", "cli", "publish")
        if "decrypt" in names_of(tree(path))
    }
    assert unsealing <= {"surveys/count.py", "surveys/results.py", "surveys/shares.py", "surveys/rehearsal.py"}
    assert "surveys/count.py" in unsealing


def test_every_target_of_the_makefile_is_explained() -> None:
    """`make help` lists every target: each has a ## line."""
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    targets = re.findall(r"^([a-z][a-z-]*):(?!=)(.*)$", makefile, re.MULTILINE)
    assert phony is not None
    assert {name for name, _ in targets} == set(phony[1].split())
    assert [name for name, rest in targets if not re.search(r"## \S", rest)] == []


def test_continuous_integration_runs_the_two_commands_and_nothing_else() -> None:
    """design.md section 5."""
    lines = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line and not line.startswith("#")]
    assert commands == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "make check", "make test"]
    assert (REPOSITORY / ".ci" / "run").stat().st_mode & 0o111


def test_pins_have_no_address() -> None:
    """stack.md section 4: names and exact versions only."""
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*==[0-9][0-9a-z.+!]*", line)] == []
    assert not (REPOSITORY / "uv.lock").exists()


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {re.split(r"[\[<>=~!;]", entry)[0].strip().lower().replace("_", "-") for entry in wanted}
    pinned = {line.split("==")[0] for line in (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()}
    assert sorted(names - pinned) == []


def test_every_text_file_of_one_language_has_its_twin() -> None:
    """U-1: prose that is a file a language (design.md section 2) is there in both."""
    files = {
        str(path.relative_to(REPOSITORY))
        for folder in ("templates", "instruments")
        for path in (REPOSITORY / folder).rglob("*")
        if path.is_file()
    }
    en = re.compile(r"(?<=[./])en(?:(?=[./])|$)")
    fr = re.compile(r"(?<=[./])(?:fr-CA|fr_CA|fr)(?:(?=[./])|$)")
    english = {en.sub("*", name) for name in files if en.search(name)}
    french = {fr.sub("*", name) for name in files if fr.search(name)}
    assert english
    assert english ^ french == set()
