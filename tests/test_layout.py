"""Invariants of the whole tree that no linter holds."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PACKAGES = ("server/fairlead_server", "decoding/fairlead_decoding", "monitors/fairlead_monitors")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if "fixtures" not in path.parts)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

# Standard output is the protocol of a language server; only commands write to it.
MAY_PRINT = ("server/fairlead_server/cli.py", "server/fairlead_server/commands/")
NEVER_RUN = {"skip", "skipif", "xfail", "importorskip", "skipTest", "expectedFailure"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_files_and_functions_are_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500
    functions = (n for n in tree(path) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    sizes = {f.name: (f.end_lineno or f.lineno) - f.lineno + 1 for f in functions}
    assert {function: size for function, size in sizes.items() if size > 50} == {}


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if not name(path).startswith(MAY_PRINT)], ids=name
)
def test_only_commands_print(path: Path) -> None:
    calls = (n.func for n in tree(path) if isinstance(n, ast.Call))
    assert not [call.lineno for call in calls if isinstance(call, ast.Name) and call.id == "print"]


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_every_test_runs(path: Path) -> None:
    found = (n for n in tree(path) if isinstance(n, ast.Attribute) and n.attr in NEVER_RUN)
    assert not [f"line {n.lineno}: {n.attr}" for n in found]


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_are_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()
    assert package in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def entry_points() -> Iterator[object]:
    libraries = {"llama_cpp": "llama", "transformers": "transformers"}
    for group, entries in PROJECT["project"]["entry-points"].items():
        for entry, target in entries.items():
            needs = group == "fairlead.models" and libraries.get(entry)
            marks = [pytest.mark.needs(needs)] if needs else []
            yield pytest.param(target, id=f"{group}:{entry}", marks=marks)


@pytest.mark.parametrize("target", list(entry_points()))
def test_plug_ins_can_be_loaded(target: str) -> None:
    module, _, attribute = target.partition(":")
    assert callable(getattr(importlib.import_module(module), attribute))
