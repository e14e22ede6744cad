"""Tasks about functions: parts to be extracted, hints and docstrings to be added again."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator, Sequence

from fairlead_server.evaluation.edit.code import Code, Draft, Function, fresh, replaced

_NAMES = ("extracted_part", "separate_step", "moved_out")
_FEWEST, _MOST = 2, 5
_LINES = 12
_BELONGS = (
    *(ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncWith),
    *(ast.Break, ast.Continue, ast.Global, ast.Nonlocal, ast.Import, ast.ImportFrom),
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Delete),
)
"""What means something else, or nothing, in a function of its own."""
_ARROW = re.compile(r"\)\s*->\s*\Z")
_CONSTANTS = {"str": str, "int": int, "bool": bool}
_TRUTH = (ast.Is, ast.IsNot, ast.In, ast.NotIn)


def extracted_functions(code: Code, rng: random.Random) -> Iterator[Draft]:
    """Yield tasks to move some statements into a function; what they do is to stay the same."""
    found = [
        function.body[start : start + count]
        for function in _outer(code)
        for start in range(len(function.body))
        for count in range(_FEWEST, _MOST + 1)
        if start + count <= len(function.body)
    ]
    rng.shuffle(found)
    for statements in found:
        if not _is_apart(code, statements):
            continue
        start = code.extent(statements[0])[0]
        end = code.extent(statements[-1])[1]
        said = f"extract this to a function called {fresh(code, _NAMES)}"
        yield Draft(code.text, start, end, said, code.text)


def _outer(code: Code) -> Iterator[Function]:
    """Yield the functions of the module and those of its classes."""
    for node in code.tree.body:
        if isinstance(node, Function):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from (inner for inner in node.body if isinstance(inner, Function))


def _is_apart(code: Code, statements: Sequence[ast.stmt]) -> bool:
    first, last = statements[0].lineno, statements[-1].end_lineno or 0
    ends = code.is_alone(statements[0]) and code.is_alone(statements[-1])
    docstring = isinstance(statements[0], ast.Expr) and isinstance(
        statements[0].value, ast.Constant
    )
    belongs = any(isinstance(n, _BELONGS) for one in statements for n in ast.walk(one))
    return ends and not docstring and not belongs and last - first < _LINES


def type_hints(code: Code, rng: random.Random) -> Iterator[Draft]:
    """Yield tasks to add the hint of what a function returns, where constants show what that is."""
    found = list(code.functions)
    rng.shuffle(found)
    for function in found:
        if function.returns is None or not _is_shown(function) or not _is_hinted(function):
            continue
        start, end = code.extent(function.returns)
        arrow = _ARROW.search(code.text[:start])
        if arrow is None:
            continue
        text = replaced(code.text, (arrow.start() + 1, end), "")
        begin, stop = code.extent(function)
        stop -= end - arrow.start() - 1
        yield Draft(text, begin, stop, "add type hints", code.text)


def _is_shown(function: Function) -> bool:
    """Tell whether what `function` returns is as its hint says, for all to see."""
    hint = ast.unparse(function.returns) if function.returns else ""
    inside = [node for one in function.body for node in ast.walk(one)]
    if any(isinstance(n, ast.Yield | ast.YieldFrom | Function | ast.Lambda) for n in inside):
        return False
    values = [node.value for node in inside if isinstance(node, ast.Return)]
    if hint == "None":
        return not any(values) and _does_something(function)
    ends = isinstance(function.body[-1], ast.Return)
    return ends and all(value is not None and _is_of(value, hint) for value in values)


def _does_something(function: Function) -> bool:
    body = [one for one in function.body if not isinstance(one, ast.Expr | ast.Pass | ast.Raise)]
    return bool(body) and not function.decorator_list


def _is_of(value: ast.expr, hint: str) -> bool:
    if isinstance(value, ast.Constant):
        return type(value.value) is _CONSTANTS.get(hint)
    if isinstance(value, ast.JoinedStr):
        return hint == "str"
    truth = isinstance(value, ast.Compare) and all(isinstance(op, _TRUTH) for op in value.ops)
    negated = isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    return hint == "bool" and (truth or negated)


def _is_hinted(function: Function) -> bool:
    """Tell whether there is no parameter of which a default would show the type."""
    arguments = function.args
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    bare = any(one.annotation is None and one.arg not in ("self", "cls") for one in given)
    return not bare or not (arguments.defaults or any(arguments.kw_defaults))


def docstrings(code: Code, rng: random.Random) -> Iterator[Draft]:
    """Yield tasks to add the docstring of a function, of which the words cannot be told."""
    found = list(code.functions)
    rng.shuffle(found)
    for function in found:
        if ast.get_docstring(function) is None or len(function.body) < _FEWEST:
            continue
        text = function.body[0]
        if not code.is_alone(text) or text.lineno == function.lineno:
            continue
        start, end = code.lines(text.lineno, text.end_lineno or text.lineno)
        bare = replaced(code.text, (start, end + 1), "")
        at = code.extent(function)[0]
        yield Draft(bare, at, code.lines(function.lineno, function.lineno)[1], _DOCUMENT, bare)


_DOCUMENT = "add a docstring"
