"""Inline a variable or a function, where that cannot change what the code does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial
from typing import Any

from rope.refactor.inline import create_inline

from fairlead_server.editing.refactoring.engines import (
    attempt,
    changed_files,
    in_file,
    rope_file,
    script,
)
from fairlead_server.editing.refactoring.importers import elsewhere
from fairlead_server.editing.refactoring.inlining import (
    Bound,
    function_complaint,
    value_complaint,
)
from fairlead_server.editing.refactoring.job import Job, Proposal, Refused, Word, offset_of
from fairlead_server.editing.refactoring.meaning import is_inlined, tree_of, uses_of
from fairlead_server.editing.refactoring.target import word_at
from fairlead_server.editing.refactoring.words import words
from fairlead_server.editing.texts import plain

Definition = ast.Assign | ast.AnnAssign | ast.FunctionDef


def inline(job: Job) -> Iterator[Proposal]:
    """Yield the ways to put what a name stands for in its place. Raises `Refused`."""
    meaning = in_file(job)
    word = word_at(job, job.arguments.get("old"), meaning, words(job.text))
    places = sorted(meaning(word))
    tree = tree_of(job.text)
    definition = _definition(tree, job.text, places, word.text)
    uses = [place for place in places if place != _name_place(definition, job.text)]
    if not uses:
        raise Refused(f"`{word.text}` is used nowhere in the file")
    if not _is_local(tree, definition) and (others := elsewhere(job, {word.text})):
        raise Refused(f"{others[0]} names `{word.text}` as well")
    if not isinstance(definition, ast.FunctionDef):
        _check_value(job.text, tree, definition, word.text, places)
    named = frozenset({line for line, _ in places} | _lines(definition, job.text))
    # Others may be called the same, and the value may name them.
    again = _count(ast.get_source_segment(job.text, _value(definition)) or "", word.text)
    left = _count(job.text, word.text) - len(places) + again * (len(uses) - 1)
    reasons, found = list[str](), list[Proposal]()
    both = (("jedi", partial(_by_jedi, job, word)), ("rope", partial(_by_rope, job, word)))
    for by, work in both:
        files = attempt(work, reasons)
        if files is None:
            continue
        if _count(files[job.path], word.text) != left:
            reasons.append(f"{by} leaves uses of `{word.text}` behind")
            continue
        if isinstance(definition, ast.FunctionDef):
            wrong = function_complaint(job.text, files[job.path], word.text)
        else:
            kept = is_inlined(job.text, files[job.path], word.text, places)
            wrong = "" if kept else "it would change what the code does"
        if wrong:
            reasons.append(f"{by}: {wrong}")
            continue
        found.append(Proposal(by, f"Inline `{word.text}`", files, named))
    # jedi puts brackets around what needs none.
    yield from sorted(found, key=lambda one: one.files[job.path].count("("))
    if len(reasons) == len(both):
        raise Refused("; ".join(dict.fromkeys(reasons)))


def _count(text: str, name: str) -> int:
    return sum(word.text == name for word in words(text))


def _value(definition: Definition) -> ast.AST:
    """Return what takes the place of a variable; of a function, something without names."""
    if isinstance(definition, ast.FunctionDef):
        return ast.Constant(None, lineno=1, col_offset=0, end_lineno=1, end_col_offset=0)
    assert definition.value is not None
    return definition.value


def _by_jedi(job: Job, word: Word) -> dict[str, str]:
    done = script(job).inline(word.line, word.column)
    changed: dict[Any, Any] = done.get_changed_files()
    if len(changed) != 1:
        raise Refused("other files would have to be edited")
    new = plain(next(iter(changed.values())).get_new_code())
    return {job.path: _with_comment_in_line(job.text, new)}


def _with_comment_in_line(old: str, new: str) -> str:
    """Indent a comment that is left of a line as that line was."""
    before, after = old.split("\n"), new.split("\n")
    pairs = enumerate(zip(before, after, strict=False))
    same = next((number for number, (a, b) in pairs if a != b), len(after))
    if same < len(after) and after[same].lstrip().startswith("#"):
        indent = before[same][: len(before[same]) - len(before[same].lstrip())]
        after[same] = indent + after[same].lstrip()
    return "\n".join(after)


def _by_rope(job: Job, word: Word) -> dict[str, str]:
    offset = offset_of(job.text, word.line, word.column)
    with rope_file(job) as (project, resource):
        files = changed_files(create_inline(project, resource, offset).get_changes(), job)
    if files.keys() != {job.path}:
        raise Refused("other files would have to be edited")
    return files


def _definition(
    tree: ast.Module, text: str, places: list[tuple[int, int]], name: str
) -> Definition:
    """Return the one statement that binds the name. Raises `Refused`."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, Definition) and _name_place(node, text) in places
    ]
    if len(found) != 1:
        raise Refused(f"`{name}` is not bound by one assignment or `def` alone")
    (definition,) = found
    if isinstance(definition, ast.FunctionDef) and definition.decorator_list:
        raise Refused(f"`{name}` has decorators")
    if isinstance(definition, ast.AnnAssign) and definition.value is None:
        raise Refused(f"`{name}` has no value")
    return definition


def _name_place(node: Definition, text: str) -> tuple[int, int] | None:
    """Return where the statement has the name that it binds, None if that is not one name."""
    if isinstance(node, ast.FunctionDef):
        line = text.split("\n")[node.lineno - 1]
        return node.lineno, line.index(node.name, _column(line, node.col_offset) + len("def"))
    target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
    if not isinstance(target, ast.Name) or (isinstance(node, ast.Assign) and node.targets[1:]):
        return None
    return target.lineno, _column(text.split("\n")[target.lineno - 1], target.col_offset)


def _column(line: str, octets: int) -> int:
    return len(line.encode()[:octets].decode(errors="ignore"))


def _lines(node: Definition, text: str) -> set[int]:
    """Return the lines of a definition, and the blank ones that keep a function apart."""
    first, last = node.lineno, node.end_lineno or node.lineno
    lines = text.split("\n")
    while isinstance(node, ast.FunctionDef) and last < len(lines) and not lines[last].strip():
        last += 1
    while isinstance(node, ast.FunctionDef) and first > 1 and not lines[first - 2].strip():
        first -= 1
    return set(range(first, last + 1))


def _is_local(tree: ast.Module, definition: Definition) -> bool:
    """Tell whether the definition is inside of a function: no other file can name it."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return any(
        node is definition
        for function in ast.walk(tree)
        if isinstance(function, functions)
        for statement in function.body
        for node in _own(statement)
    )


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Yield `node` and what is in it, but for the members of classes."""
    yield node
    if not isinstance(node, ast.ClassDef):
        for child in ast.iter_child_nodes(node):
            yield from _own(child)


def _check_value(
    text: str,
    tree: ast.Module,
    definition: ast.Assign | ast.AnnAssign,
    name: str,
    places: list[tuple[int, int]],
) -> None:
    """Raise `Refused` unless the value is the same wherever it is used."""
    assert definition.value is not None
    uses = uses_of(text, tree, name, places)
    if not uses:
        raise Refused(f"it is not clear where `{name}` is used")
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    around = [
        node for node in ast.walk(tree) if isinstance(node, functions) and _has(node, definition)
    ]
    scope = around[-1] if around else tree
    bound = Bound(tree, scope, definition, definition.value, uses)
    if wrong := value_complaint(bound):
        raise Refused(wrong)


def _has(node: ast.AST, part: ast.AST) -> bool:
    return any(one is part for one in ast.walk(node))
