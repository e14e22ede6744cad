"""Imports to be put in order again, or taken away."""

from __future__ import annotations

import ast
import random
import sys
from collections.abc import Iterator
from itertools import groupby, pairwise

from fairlead_server.evaluation.edit.code import Code, Draft, replaced

Import = ast.Import | ast.ImportFrom

_FEWEST = 4
_UNUSED = (
    "import bisect",
    "import colorsys",
    "import fractions",
    "import sched",
    "import turtle",
    "from cmath import phase",
    "from heapq import nlargest",
    "from statistics import median",
    "from wave import open as open_wave",
)


def shuffled_imports(code: Code, rng: random.Random) -> Iterator[Draft]:
    """Yield a task to put imports in order: those of a file that has them in isort's order."""
    run = [node for node in _run(code) if not _is_future(node)]
    if len(run) < _FEWEST or not _is_in_order(code, run):
        return
    start, end = code.extent(run[0])[0], code.extent(run[-1])[1]
    statements = [code.of(node) for node in run]
    order = list(statements)
    rng.shuffle(order)
    if order != statements:
        text = replaced(code.text, (start, end), "\n".join(order))
        yield Draft(text, 0, len(text), "organise imports", code.text)


def _run(code: Code) -> list[Import]:
    """Return the first imports of the file, if nothing else stands between or beside them."""
    body = list(code.tree.body)
    while body and not isinstance(body[0], Import):
        del body[0]
    run: list[Import] = []
    for node in body:
        if not isinstance(node, Import):
            break
        run.append(node)
    bare = all(code.is_alone(node) for node in run)
    if not run or not bare:
        return []
    text = code.text[code.extent(run[0])[0] : code.extent(run[-1])[1]]
    return [] if "#" in text or "\\" in text else run


def _is_future(node: Import) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _is_in_order(code: Code, run: list[Import]) -> bool:
    """Tell whether `run` has groups with a blank line between, each sorted as isort does it."""
    groups: list[list[Import]] = []
    for _, group in groupby(run, key=lambda node: _group(code, node)):
        groups.append(list(group))
    ranks = [_group(code, group[0]) for group in groups]
    blanks = [
        (b.lineno - (a.end_lineno or a.lineno) - 1, _group(code, a) != _group(code, b))
        for a, b in pairwise(run)
    ]
    apart = all(count == int(differs) for count, differs in blanks)
    single = all(isinstance(n, ast.ImportFrom) or len(n.names) == 1 for n in run)
    modules = [(type(node), _module(node)) for node in run]
    merged = len(set(modules)) == len(modules)
    ordered = all(group == sorted(group, key=_key) for group in groups)
    return ranks == sorted(set(ranks)) and apart and single and merged and ordered


def _group(code: Code, node: Import) -> int:
    """Return the group of an import: the standard library, what is installed, the package's own."""
    if isinstance(node, ast.ImportFrom) and node.level:
        return 3
    top = _module(node).partition(".")[0]
    return 0 if top in sys.stdlib_module_names else 2 if top == code.own else 1


def _module(node: Import) -> str:
    if isinstance(node, ast.Import):
        return node.names[0].name
    return "." * node.level + (node.module or "")


def _key(node: Import) -> tuple[bool, int, str]:
    """Return the rank within a group: ``import`` first; farther folders before nearer ones."""
    if isinstance(node, ast.Import):
        return False, 0, node.names[0].name.casefold()
    return True, -node.level, (node.module or "").casefold()


def unused_imports(code: Code, rng: random.Random) -> Iterator[Draft]:
    """Yield a task to remove an import that was put into a file that uses all others."""
    run = _run(code)
    every = [n for n in code.tree.body if isinstance(n, Import) and not _is_future(n)]
    places = [node for node in run if not _is_future(node)]
    if code.path.endswith("__init__.py") or not places or not all(_is_used(code, n) for n in every):
        return
    at = code.lines(*[(node := rng.choice(places)).lineno, node.end_lineno or node.lineno])[1]
    for line in rng.sample(_UNUSED, len(_UNUSED)):
        if not any(code.count(word) for word in line.split() if word not in _KEYWORDS):
            text = replaced(code.text, (at, at), f"\n{line}")
            yield Draft(text, 0, len(text), "remove unused imports", code.text)
            return


_KEYWORDS = ("from", "import", "as", "open")


def _is_used(code: Code, node: Import) -> bool:
    names = ((one.asname or one.name).partition(".")[0] for one in node.names)
    return all(name != "*" and code.count(name) > 1 for name in names)
