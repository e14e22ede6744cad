"""Small mistakes put into code, to be mended by an instruction that says how in words."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fairlead_server.evaluation.edit.code import Code, Draft, Extent, Maker, read, replaced

_OPERATORS = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "//"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "//"),
}
_COMPARISONS = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
_LARGEST = 1000
_SHORTEST = 4
_NEAR = (ast.BinOp, ast.Compare, ast.Call, ast.Subscript, ast.Slice, ast.Return, ast.Assign)


@dataclass(frozen=True)
class _Mutation:
    """What is put in the place of an extent, and how to mend it."""

    extent: Extent
    new: str
    said: str


Mutator = Callable[[Code, ast.AST, ast.AST], "_Mutation | None"]
"""Takes a node and what it is in; returns the mistake that can be made there, if any."""


def _operator(code: Code, node: ast.AST, _: ast.AST) -> _Mutation | None:
    if not isinstance(node, ast.BinOp) or type(node.op) not in _OPERATORS:
        return None
    if isinstance(node.left, ast.Constant | ast.JoinedStr) and isinstance(node.op, ast.Mod):
        return None
    right, wrong = _OPERATORS[type(node.op)]
    return _swapped(code, (node.left, node.right), right, wrong, f"use `{right}`, not `{wrong}`")


def _comparison(code: Code, node: ast.AST, _: ast.AST) -> _Mutation | None:
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return None
    right, wrong = _COMPARISONS[type(node.ops[0])]
    said = f"compare with `{right}`, not with `{wrong}`"
    return _swapped(code, (node.left, node.comparators[0]), right, wrong, said)


def _swapped(
    code: Code, sides: tuple[ast.expr, ast.expr], right: str, wrong: str, said: str
) -> _Mutation | None:
    start, end = code.extent(sides[0])[1], code.extent(sides[1])[0]
    between = code.text[start:end]
    if between.strip() != right:
        return None  # There are brackets or a comment.
    at = start + between.index(right)
    return _Mutation((at, at + len(right)), wrong, said)


def _off_by_one(code: Code, node: ast.AST, parent: ast.AST) -> _Mutation | None:
    if not isinstance(node, ast.Constant) or type(node.value) is not int:
        return None
    text = code.of(node)
    if not isinstance(parent, _NEAR) or text != str(node.value) or node.value > _LARGEST:
        return None
    wrong = str(node.value + 1)
    return _Mutation(code.extent(node), wrong, f"it is off by one: write {text} instead of {wrong}")


def _arguments(code: Code, node: ast.AST, _: ast.AST) -> _Mutation | None:
    if not isinstance(node, ast.Call) or len(node.args) < 2:
        return None
    first, second = node.args[:2]
    if any(isinstance(one, ast.Starred | ast.GeneratorExp) for one in (first, second)):
        return None
    extent = code.extent(first)[0], code.extent(second)[1]
    between = code.text[code.extent(first)[1] : code.extent(second)[0]]
    one, other = code.of(first), code.of(second)
    if one == other or between.strip() != ",":
        return None
    called = code.of(node.func)
    return _Mutation(extent, f"{other}, {one}", f"swap the first two arguments of `{called}`")


def _attribute(code: Code, node: ast.AST, _: ast.AST) -> _Mutation | None:
    if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Load):
        return None
    name = node.attr
    if len(name) < _SHORTEST or name.startswith("__") or name[-1] == name[-2]:
        return None
    wrong = name[:-2] + name[-1] + name[-2]
    end = code.extent(node)[1]
    return _Mutation((end - len(name), end), wrong, f"the attribute is `{name}`, not `{wrong}`")


def _missing_return(code: Code, node: ast.AST, _: ast.AST) -> _Mutation | None:
    if not isinstance(node, ast.Return) or not isinstance(node.value, ast.Call | ast.BinOp):
        return None
    extent = code.extent(node)[0], code.extent(node.value)[0]
    return _Mutation(extent, "", "return this value")


def _condition(code: Code, node: ast.AST, parent: ast.AST) -> _Mutation | None:
    if not isinstance(parent, ast.If | ast.While) or parent.test is not node:
        return None
    assert isinstance(node, ast.expr)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _Mutation(code.extent(node), code.of(node.operand), "negate the condition")
    bare = isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript)
    wrong = f"not {code.of(node)}"
    return _Mutation(code.extent(node), wrong, "negate the condition") if bare else None


_MUTATORS: dict[str, Mutator] = {
    "operator": _operator,
    "comparison": _comparison,
    "off_by_one": _off_by_one,
    "arguments": _arguments,
    "attribute": _attribute,
    "missing_return": _missing_return,
    "condition": _condition,
}


def _maker(mutate: Mutator) -> Maker:
    def make(code: Code, rng: random.Random) -> Iterator[Draft]:
        found = [
            (node, parent)
            for function in code.functions
            for parent in ast.walk(function)
            for node in ast.iter_child_nodes(parent)
            if id(node) not in code.in_strings and _is_on_a_line(node)
        ]
        rng.shuffle(found)
        for node, parent in found:
            made = mutate(code, node, parent)
            draft = made and _draft(code, node, made)
            if draft:
                yield draft

    return make


def _is_on_a_line(node: ast.AST) -> bool:
    first = getattr(node, "lineno", None)
    return first is not None and first == getattr(node, "end_lineno", None)


def _draft(code: Code, node: ast.AST, made: _Mutation) -> Draft | None:
    """Return the task to mend a mistake on the line that has it, if it is one."""
    line: int = getattr(node, "lineno")  # noqa: B009
    start, end = code.lines(line, line)
    text = replaced(code.text, made.extent, made.new)
    broken = read(code.path, text)
    if broken is None or ast.dump(broken.tree) == ast.dump(code.tree):
        return None
    end += len(made.new) - (made.extent[1] - made.extent[0])
    shown = text[start:end]
    # What else of that kind is on the line would make the instruction mean several things.
    if made.new and len(re.findall(_word(made.new), shown)) != 1:
        return None
    return Draft(text, start + len(shown) - len(shown.lstrip()), end, made.said, code.text)


def _word(text: str) -> str:
    """Return a pattern for `text` that matches no part of a longer word or sign."""
    kind = r"\w" if text[0].isalnum() or text[0] == "_" else r"[-+*/%<>=!]"
    return rf"(?<!{kind}){re.escape(text)}(?!{kind})"


MAKERS = {name: _maker(mutate) for name, mutate in _MUTATORS.items()}
"""What makes the tasks of each kind."""
