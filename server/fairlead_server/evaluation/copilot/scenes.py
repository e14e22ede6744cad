"""Scenes drawn from the files of a project: what a copilot would be asked to do in them."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from fairlead_server.document import decode
from fairlead_server.errors import UserError
from fairlead_server.evaluation.edit.code import Code, Function, read
from fairlead_server.evaluation.edit.functions import docstrings
from fairlead_server.evaluation.edit.mutations import MAKERS as MUTATIONS

_LARGEST = 100_000  # characters of a file
_LONGEST = 20  # lines of a function's body
_OF_A_FILE = 5
_LISTED = 8
_SENTENCE = re.compile(r"\S.{15,200}?\.(?=\s|\Z)", re.DOTALL)
_INDENT = "    "
_OF_TESTS = ("test_", "conftest")
_FOLDERS_OF_TESTS = ("test", "tests")


T = TypeVar("T")


@dataclass(frozen=True)
class Scene:
    """What is asked in the file at `path`, which holds `text`: do something to `start` to `end`.

    `wanted` is the text of the file when it is done, where that is known; of a query, the answer.
    `said` is what else the asker says, and `listed` what a query is about.
    """

    scenario: str
    path: str
    text: str
    start: int
    end: int
    wanted: str = ""
    said: str = ""
    listed: tuple[str, ...] = ()


@dataclass(frozen=True)
class _File:
    path: Path
    code: Code


Drawer = Callable[[_File, random.Random], Iterator[Scene]]


def draw(files: Sequence[Path], scenarios: Sequence[str], count: int, seed: int) -> list[Scene]:
    """Draw up to `count` scenes of each of `scenarios`, from as many files as there are."""
    read_ = [found for path in sorted(files) if (found := _read(path))]
    scenes: list[Scene] = []
    for scenario in scenarios:
        rng = random.Random(f"{seed} {scenario}")
        order = list(read_)
        rng.shuffle(order)
        if scenario == QUERY:
            scenes += islice(_queries(order, rng), count)
            continue
        waiting = [islice(_DRAWERS[scenario](file, rng), _OF_A_FILE) for file in order]
        scenes += islice(_in_turns(waiting), count)
    return scenes


def _read(path: Path) -> _File | None:
    try:
        text = decode(path.read_bytes(), str(path))
    except (OSError, UserError):
        return None
    code = read(path.name, text) if len(text) <= _LARGEST else None
    return _File(path.absolute(), code) if code else None


def _in_turns(waiting: list[islice[Scene]]) -> Iterator[Scene]:
    """Yield the first of each, then the second ones."""
    while waiting:
        left = []
        for drawn in waiting:
            for scene in islice(drawn, 1):
                yield scene
                left.append(drawn)
        waiting = left


def _documented(code: Code) -> Iterator[Function]:
    """Yield functions that say in a sentence what they do, and do it in some lines of their own."""
    for function in code.functions:
        said = ast.get_docstring(function)
        body = function.body[1:]
        if said is None or not _SENTENCE.match(said) or not body:
            continue
        last = body[-1].end_lineno or body[-1].lineno
        if last - body[0].lineno < _LONGEST and code.is_alone(body[-1]) and _begins(code, body[0]):
            yield function


def _begins(code: Code, node: ast.stmt) -> bool:
    """Tell whether nothing but blanks stands before `node` on its line."""
    decorated = getattr(node, "decorator_list", ())
    return not decorated and not code.indent(node).strip()


def _generations(file: _File, rng: random.Random) -> Iterator[Scene]:
    code = file.code
    for function in _shuffled(_documented(code), rng):
        start = code.extent(function.body[1])[0]
        end = code.extent(function.body[-1])[1]
        yield Scene("generate", str(file.path), code.text, start, end, code.text)


def _documentations(file: _File, rng: random.Random) -> Iterator[Scene]:
    for draft in docstrings(file.code, rng):
        said, end = draft.instruction, draft.end
        yield Scene("document", str(file.path), draft.text, draft.start, end, said=said)


def _tests(file: _File, rng: random.Random) -> Iterator[Scene]:
    """Yield functions that a test can import and call, with the beginning of a test."""
    if file.path.stem.startswith(_OF_TESTS) or file.path.parent.name in _FOLDERS_OF_TESTS:
        return
    base, module = _module(file.path)
    own = [node for node in file.code.tree.body if isinstance(node, ast.FunctionDef)]
    public = [n for n in own if not n.name.startswith(("_", "test")) and not n.decorator_list]
    if not module or not all(part.isidentifier() for part in module.split(".")):
        return
    for function in _shuffled(iter(public), rng):
        name = function.name
        text = f"from {module} import {name}\n\n\ndef test_{name}():\n{_INDENT}"
        path = str(base / f"test_{name}_by_fairlead.py")
        yield Scene("test", path, text, len(text), len(text), said=name)


def _module(path: Path) -> tuple[Path, str]:
    """Return the folder from which a module is imported, and the name by which it is."""
    base, parts = path.parent, [] if path.stem == "__init__" else [path.stem]
    while (base / "__init__.py").exists():
        parts.insert(0, base.name)
        base = base.parent
    return base, ".".join(parts)


def _faults(file: _File, rng: random.Random) -> Iterator[Scene]:
    """Yield one fault of each kind that the file gives room for."""
    for make in _shuffled(iter(MUTATIONS.values()), rng):
        for draft in islice(make(file.code, rng), 1):
            start, end, wanted = draft.start, draft.end, draft.expected
            yield Scene("fix", str(file.path), draft.text, start, end, wanted)


def _queries(files: Sequence[_File], rng: random.Random) -> Iterator[Scene]:
    """Yield questions which of some functions does what the docstring of one says."""
    said: dict[str, str] = {}
    for file in files:
        for function in _documented(file.code):
            found = _SENTENCE.match(ast.get_docstring(function) or "")
            if found and function.name not in found[0] and not function.name.startswith("__"):
                said.setdefault(function.name, " ".join(found[0].split()))
    if len(said) < 2:
        return
    for name in _shuffled(iter(said), rng):
        others = rng.sample([other for other in said if other != name], min(_LISTED, len(said)) - 1)
        listed = tuple(_shuffled(iter([name, *others]), rng))
        yield Scene(QUERY, "", "", 0, 0, wanted=name, said=said[name], listed=listed)


def _shuffled(items: Iterator[T], rng: random.Random) -> list[T]:
    found = list(items)
    rng.shuffle(found)
    return found


QUERY = "query"

_DRAWERS: Mapping[str, Drawer] = {
    "generate": _generations,
    "document": _documentations,
    "test": _tests,
    "fix": _faults,
}

SCENARIOS = (*_DRAWERS, QUERY)
