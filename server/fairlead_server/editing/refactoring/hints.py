"""Type hints where there is only one that is right: from defaults, and from what is returned."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import parso

from fairlead_server.editing.refactoring.engines import script
from fairlead_server.editing.refactoring.inferring import Inference
from fairlead_server.editing.refactoring.job import (
    Job,
    Proposal,
    Refused,
    Replacement,
    line_at,
    offset_of,
    with_replacements,
)
from fairlead_server.editing.refactoring.meaning import is_annotated, tree_of

Function = ast.FunctionDef | ast.AsyncFunctionDef

_OF_DEFAULTS = {int: "int", str: "str", float: "float", bool: "bool", bytes: "bytes"}
_UNFINISHED = ("abstractmethod", "overload")


def add_type_hints(job: Job) -> Iterator[Proposal]:
    """Yield hints for the functions that are selected. Raises `Refused` when there are none."""
    tree = tree_of(job.text)
    first, last = line_at(job.text, job.start), line_at(job.text, job.end)
    inference = Inference(script(job), job.text, tree)
    headers = dict(_headers(job.text))
    parts, named = [], set[int]()
    for function in _functions(tree):
        header = headers.get((function.lineno, function.name))
        if header is None or function.lineno > last or (function.end_lineno or 0) < first:
            continue
        found = tuple(_hints(job.text, function, header, inference))
        if found:
            parts.append(found)
            named |= set(range(header.start_pos[0], header.children[3].start_pos[0] + 1))
    if not parts:
        raise Refused("no type is missing that could be inferred")
    text = with_replacements(job.text, (one for part in parts for one in part))
    if not is_annotated(job.text, text):
        raise Refused("the hints would change what the code does")
    count = sum(map(len, parts))
    title = f"Add {count} type hint{'s' * (count > 1)}"
    yield Proposal("jedi", title, {job.path: text}, frozenset(named), parts=tuple(parts))


def _functions(tree: ast.Module) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, Function) and not _is_unfinished(node):
            yield node


def _is_unfinished(node: Function) -> bool:
    """Tell whether others say what the function does: it is abstract, or a stub."""
    names = {part for d in node.decorator_list for part in ast.unparse(d).split(".")}
    if names & set(_UNFINISHED):
        return True
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    return all(
        isinstance(one, ast.Pass | ast.Raise)
        or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        for one in body
    )


def _headers(text: str) -> Iterator[tuple[tuple[int, str], Any]]:
    """Yield parso's nodes of functions, by the line of ``def`` and the name."""
    stack: list[Any] = [parso.parse(text)]  # type: ignore[no-untyped-call]
    while stack:
        node = stack.pop()
        if node.type == "funcdef":
            start = node.start_pos[0]
            if node.parent.type in ("async_stmt", "async_funcdef"):
                start = node.parent.start_pos[0]
            yield (start, node.name.value), node
        stack.extend(getattr(node, "children", ()))


def _hints(
    text: str, function: Function, header: Any, inference: Inference
) -> Iterator[Replacement]:
    for parameter in header.get_params():
        value = parameter.default
        if parameter.annotation is not None or value is None or parameter.star_count:
            continue
        kind = _of_default(value.get_code(include_prefix=False))
        if kind:
            start = offset_of(text, *parameter.name.end_pos)
            end = offset_of(text, *value.start_pos)
            yield start, end, f": {kind} = "
    if header.annotation is None:
        kind = inference.returned(function)
        if kind:
            at = offset_of(text, *header.children[2].end_pos)
            yield at, at, f" -> {kind}"


def _of_default(code: str) -> str:
    try:
        return _OF_DEFAULTS.get(type(ast.literal_eval(code)), "")
    except (ValueError, SyntaxError):
        return ""
