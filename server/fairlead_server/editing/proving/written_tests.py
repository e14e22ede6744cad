"""Tests as texts: what of a model's answer is one, and files that have them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from fairlead_server.editing.proving.subject import Subject
from fairlead_server.editing.refactoring.meaning import parsed
from fairlead_server.importing import ImportLine, add_imports, parse_import

_LONGEST = 60
"""Lines of a test."""
_CUT = 3
"""Lines at the end of an answer that need not be whole."""


@dataclass(frozen=True)
class WrittenTest:
    """A function that tests, with the names that it takes from other modules."""

    name: str
    code: str
    imports: tuple[ImportLine, ...]


def read_tests(text: str, subject: Subject) -> Iterator[WrittenTest]:
    """Yield the tests in `text` that call the subject and check something.

    What is not whole at the end of the text is left out.
    """
    tree = _whole(text)
    if tree is None:
        return
    imports = tuple(_imports(tree))
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test"):
            continue
        code = ast.get_source_segment(text, node) or ""
        if _is_test(node, subject) and code.count("\n") < _LONGEST:
            yield WrittenTest(node.name, code, imports)


def _whole(text: str) -> ast.Module | None:
    """Parse `text`, if need be without its last lines."""
    lines = text.rstrip().split("\n")
    for count in range(_CUT + 1):
        tree = parsed("\n".join(lines[: len(lines) - count]))
        if tree is not None:
            return tree
    return None


def _imports(tree: ast.Module) -> Iterator[ImportLine]:
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                one = type(node)(**{**dict(ast.iter_fields(node)), "names": [alias]})
                line = parse_import(ast.unparse(one), "python")
                if line is not None:
                    yield line


def _is_test(node: ast.FunctionDef, subject: Subject) -> bool:
    """Tell whether a function needs nothing, uses the subject, and can fail."""
    if node.args.args or node.decorator_list:
        return False
    inside = list(ast.walk(node))
    used = any(isinstance(n, ast.Name) and n.id == subject.name for n in inside)
    checks = any(isinstance(n, ast.Assert) for n in inside) or any(
        isinstance(n, ast.Attribute) and n.attr == "raises" for n in inside
    )
    return used and checks


def distinct(tests: Sequence[WrittenTest], subject: Subject, text: str) -> list[WrittenTest]:
    """Return the tests, each once, by names that are in use neither in `text` nor twice."""
    taken, found = set(re.findall(r"\bdef (\w+)", text)), dict[str, WrittenTest]()
    for test in tests:
        body = re.sub(rf"\Adef {test.name}\b", "def _", test.code)
        if body in found:
            continue
        name = _fresh(test.name, subject, taken)
        taken.add(name)
        code = body.replace("def _", f"def {name}", 1)
        found[body] = replace(test, name=name, code=code)
    return list(found.values())


def _fresh(name: str, subject: Subject, taken: set[str]) -> str:
    names = (f"test_{subject.name.lower()}_{number}" for number in range(1, 10_000))
    return name if name not in taken else next(one for one in names if one not in taken)


def with_tests(text: str, tests: Sequence[WrittenTest], subject: Subject) -> str:
    """Return the test file `text` with the tests at its end, and what they import."""
    body = "\n\n\n".join(test.code for test in tests)
    own = ImportLine(subject.module, subject.name)
    lines = [own, *(line for test in tests for line in test.imports)]
    head = add_imports(text, dict.fromkeys(lines), frozenset({subject.module.partition(".")[0]}))
    return f"{head.rstrip()}\n\n\n{body}\n"
