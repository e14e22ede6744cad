"""Extract a variable or a function: what jedi and rope make of the selection."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from rope.refactor.extract import ExtractMethod, ExtractVariable

from fairlead_server.editing.refactoring import extraction
from fairlead_server.editing.refactoring.engines import attempt, changed_files, rope_file, script
from fairlead_server.editing.refactoring.flow import FUNCTIONS, Names, stores
from fairlead_server.editing.refactoring.importers import elsewhere
from fairlead_server.editing.refactoring.initialising import is_of_base, no_longer
from fairlead_server.editing.refactoring.job import Job, Proposal, Refused, line_at, position
from fairlead_server.editing.refactoring.meaning import tree_of, variable_complaint
from fairlead_server.editing.refactoring.target import selection
from fairlead_server.editing.refactoring.words import checked_identifier, fresh, refuse_if_taken
from fairlead_server.editing.texts import plain

_VARIABLE, _FUNCTION = "extract_variable", "extract_function"
_DEFAULTS: Mapping[str, str] = {_VARIABLE: "value", _FUNCTION: "extracted"}


def extract(job: Job) -> Iterator[Proposal]:
    """Yield the ways to extract the selection. Raises `Refused`."""
    start, end = selection(job)
    name = job.arguments.get("name")
    if name is None:
        name = fresh(_DEFAULTS[job.operation], job.text)
    else:
        refuse_if_taken(checked_identifier(name), job.text)
    bound = Names()
    if job.operation == _FUNCTION:
        _check_leaves_nothing(job.text[start:end], _indent(job.text, start))
        bound = _bound_for_others(job, start, end)
    kind = "function" if job.operation == _FUNCTION else "variable"
    named = frozenset(range(line_at(job.text, start), line_at(job.text, end) + 1))
    reasons: list[str] = []
    for by, work in _engines(job, start, end, name):
        files = attempt(work, reasons)
        if files is None:
            continue
        check = extraction.complaint if kind == "function" else variable_complaint
        wrong = check(job.text, files[job.path], name)
        if wrong := wrong or _missed(job, bound - extraction.taken(files[job.path], name)):
            reasons.append(f"{by}: {wrong}")
        else:
            remark = no_longer(tree_of(job.text), tree_of(files[job.path]))
            remarks = (remark,) if remark else ()
            yield Proposal(by, f"Extract {kind} `{name}`", files, named, remarks=remarks)
    if len(reasons) == len(_ENGINES):
        raise Refused("; ".join(dict.fromkeys(reasons)))


_ENGINES = ("jedi", "rope")


def _engines(
    job: Job, start: int, end: int, name: str
) -> Sequence[tuple[str, Callable[[], dict[str, str]]]]:
    """Return both engines, first the one that does this better."""
    both = (partial(_by_jedi, job, start, end, name), partial(_by_rope, job, start, end, name))
    named = list(zip(_ENGINES, both, strict=True))
    return named if job.operation == _VARIABLE else named[::-1]


def _by_jedi(job: Job, start: int, end: int, name: str) -> dict[str, str]:
    (line, column), (until_line, until_column) = (position(job.text, at) for at in (start, end))
    view = script(job)
    work = view.extract_variable if job.operation == _VARIABLE else view.extract_function
    done = work(line, column, until_line=until_line, until_column=until_column, new_name=name)
    changed: Mapping[Any, Any] = done.get_changed_files()
    if len(changed) != 1:
        raise Refused("other files would have to be edited")
    return {job.path: plain(next(iter(changed.values())).get_new_code())}


def _by_rope(job: Job, start: int, end: int, name: str) -> dict[str, str]:
    work = ExtractVariable if job.operation == _VARIABLE else ExtractMethod
    with rope_file(job) as (project, resource):
        files = changed_files(work(project, resource, start, end).get_changes(name), job)
    apart = 1 if _has_single_blanks(job.text) else 2
    return {path: _set_apart(text, name, apart) for path, text in files.items()}


_DOUBLE = re.compile(r"\n\n\n(?=@|(?:async )?def |class )")
_SINGLE = re.compile(r"\S[ \t]*\n\n(?=@|(?:async )?def |class )")


def _has_single_blanks(text: str) -> bool:
    """Tell whether unindented functions have one blank line between them, and not two."""
    return bool(_SINGLE.search(text)) and not _DOUBLE.search(text)


def _set_apart(text: str, name: str, apart: int) -> str:
    """Return `text` with blank lines before the function `name`: `apart`, or one in a class."""
    found = re.search(
        rf"(?P<above>\S[^\n]*\n)(?P<blank>\n*)(?=(?P<indent>[ \t]*)(?:@\w+\n[ \t]*)?def {name}\()",
        text,
    )
    if found is None or found["above"].startswith("@"):
        return text
    wanted = "\n" if found["indent"] else "\n" * apart
    start, end = found.span("blank")
    return text[:start] + max(wanted, found["blank"], key=len) + text[end:]


def _bound_for_others(job: Job, start: int, end: int) -> Names:
    """Return the names that the selection binds in the module, where other files may find them.

    Raises `Refused` when it is in the body of a class: what it binds there are members, and no
    function of the class can be called from there.
    """
    tree = tree_of(job.text)
    extent = _octets(job.text, start), _octets(job.text, end)
    scope = _scope(tree, tree, *extent)
    if isinstance(scope, ast.ClassDef):
        raise Refused("the selection is in the body of a class")
    if scope is not tree:
        return Names()
    return stores(n for n in ast.walk(tree) if isinstance(n, ast.stmt) and _is_within(n, *extent))


_Octets = tuple[int, int]


def _octets(text: str, offset: int) -> _Octets:
    """Return an offset as syntax trees count: the line, and the octets before it in the line."""
    line, column = position(text, offset)
    return line, len(text[offset - column : offset].encode())


def _extent(node: ast.AST) -> tuple[_Octets, _Octets]:
    """Return from where to where a node is; nowhere, if it has no place."""
    begun = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
    return begun, (getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0))


def _is_within(node: ast.AST, start: _Octets, end: _Octets) -> bool:
    begun, ended = _extent(node)
    return start <= begun and ended <= end


def _scope(node: ast.AST, scope: ast.AST, start: _Octets, end: _Octets) -> ast.AST:
    """Return the innermost function, lambda, class or module whose body has the extent.

    `scope` is the one around `node`.
    """
    for field, found in ast.iter_fields(node):
        inner = node if field == "body" and isinstance(node, _SCOPES) else scope
        for child in _placed(found):
            begun, ended = _extent(child)
            if begun <= start and end <= ended:
                return _scope(child, inner, start, end)
            if isinstance(child, ast.stmt) and _is_within(child, start, end):
                return inner
    return scope


def _placed(found: object) -> Iterator[ast.AST]:
    """Yield the nodes of a field that have places, instead of others what is in them."""
    for node in found if isinstance(found, list) else [found]:
        if isinstance(node, ast.AST) and hasattr(node, "lineno"):
            yield node
        elif isinstance(node, ast.AST):
            yield from _placed(list(ast.iter_child_nodes(node)))


def _missed(job: Job, names: Names) -> str:
    """Say which of the names, which the module would no longer bind, another file may import."""
    found = elsewhere(job, names)
    return f"{found[0]} names `{found[1]}` as well, which would be lost" if found else ""


def _indent(text: str, start: int) -> str:
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return line if not line.strip() else ""


def _check_leaves_nothing(code: str, indent: str) -> None:
    """Raise `Refused` when `code` means something else once it is in a function of its own."""
    try:
        tree = ast.parse(textwrap.dedent(indent + code))
    except SyntaxError:
        return  # An engine may still see what it is: an expression over several lines.
    found = next(_bound_to_its_place(tree.body), None)
    if found is not None:
        raise Refused(f"the selection has a `{found}` that belongs to the code around it")


_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_SCOPES = (*FUNCTIONS, ast.Lambda, ast.ClassDef)
_BOUND = {
    ast.Yield: "yield",
    ast.YieldFrom: "yield from",
    ast.Await: "await",
    ast.AsyncFor: "async for",
    ast.AsyncWith: "async with",
    ast.Global: "global",
    ast.Nonlocal: "nonlocal",
}


def _bound_to_its_place(body: list[ast.stmt]) -> Iterator[str]:
    last = body[-1] if body else None
    for statement in body:
        yield from _bound(statement, in_loop=False, last=last)


def _bound(node: ast.AST, *, in_loop: bool, last: ast.AST | None) -> Iterator[str]:
    """Yield what in `node` would be wrong or do something else; a `return` may only be `last`."""
    if isinstance(node, ast.Return) and node is not last:
        yield "return"
    if isinstance(node, ast.Break | ast.Continue) and not in_loop:
        yield type(node).__name__.lower()
    if type(node) in _BOUND:
        yield _BOUND[type(node)]
    if isinstance(node, _SCOPES):
        return
    if is_of_base(node):
        yield "super().__init__"
    for child in ast.iter_child_nodes(node):
        yield from _bound(child, in_loop=in_loop or isinstance(node, _LOOPS), last=last)
