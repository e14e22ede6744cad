"""What is wrong with a document for sure: its syntax, names bound nowhere, absent members.

The sureness is that of the monitors: a name or a member counts as absent where analysis that they
rely on lacks it. They admit a member all the same that the document names elsewhere; it is listed
here. Syntax is that of the Python that runs this.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics, Names
from fairlead_monitors.python import jedi_cursor as cursor
from fairlead_monitors.python.jedi_members import members_of
from fairlead_monitors.python.jedi_scope import common_names
from fairlead_monitors.python.jedi_script import ENGINE, Place
from fairlead_monitors.python.scopes import Scopes

SYNTAX, NAME, MEMBER = "syntax-error", "unresolved-name", "unresolved-attribute"
"""The codes of the diagnostics."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_HIDDEN = "what is not Python hides what else is wrong"
_LATE = "members were not looked at to the end"


def diagnostics(place: Place, over: Callable[[], bool] = lambda: False) -> Diagnostics:
    """List what is wrong with the document of `place`; its offset does not matter.

    No further member is looked up once it is `over`.
    """
    text = place.text.removeprefix("\ufeff")
    shift = len(place.text) - len(text)
    found, gap = _found(Place(place.path, text, 0, place.environment, place.project), over)
    shifted = tuple(Diagnostic(d.start + shift, d.end + shift, d.message, 1, d.code) for d in found)
    completeness = Completeness.PARTIAL if gap else Completeness.COMPLETE
    return Diagnostics(shifted, completeness, ENGINE, gap)


def _found(place: Place, over: Callable[[], bool]) -> tuple[list[Diagnostic], str]:
    offsets = _Offsets(place.text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(place.text)
    except (SyntaxError, ValueError, RecursionError) as error:
        return [_syntax(error, offsets)], _HIDDEN
    found = list(_names(place, tree, offsets))
    reads = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and _is_read(n)]
    module = place.script(place.text)._get_module_context()
    lists: dict[int, Names] = {}
    for node in reads:
        if over():
            return found, _LATE
        end = offsets.of(node.end_lineno or 1, node.end_col_offset or 0)
        begin = end - len(node.attr)
        # Places inside f-strings are wrong before Python 3.12.
        if place.text[begin:end] == node.attr and _lacks(module, place.text, begin, lists):
            message = f"{ast.unparse(node.value)} has no member {node.attr}"
            found.append(Diagnostic(begin, end, message, 1, MEMBER))
    return sorted(found, key=lambda d: d.start), ""


class _Offsets:
    """Turns the lines and columns of `ast`, in bytes, into offsets in characters."""

    def __init__(self, text: str) -> None:
        lines = _LINE.findall(text)
        self._lines = [line.encode() for line in lines]
        self._starts = [0, *accumulate(map(len, lines))]

    def of(self, line: int, column: int) -> int:
        """Return the offset of a place."""
        if not 0 < line <= len(self._lines):
            return self._starts[-1]
        before = self._lines[line - 1][:column].decode("utf-8", "ignore")
        return self._starts[line - 1] + len(before)


def _syntax(error: Exception, offsets: _Offsets) -> Diagnostic:
    if not isinstance(error, SyntaxError):
        return Diagnostic(0, 0, str(error) or type(error).__name__, 1, SYNTAX)
    # Its columns count characters from 1, or are 0 or less where it knows none.
    start = offsets.of(error.lineno or 1, 0) + max(0, (error.offset or 1) - 1)
    return Diagnostic(start, start, error.msg, 1, SYNTAX)


def _is_read(node: ast.expr) -> bool:
    return isinstance(getattr(node, "ctx", None), ast.Load)


def _names(place: Place, tree: ast.AST, offsets: _Offsets) -> Iterator[Diagnostic]:
    scopes = Scopes(place.text)
    common, gap = common_names(place, scopes.visible(0))
    if gap:
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name) or not _is_read(node) or node.id in common:
            continue
        begin = offsets.of(node.lineno, node.col_offset)
        end = begin + len(node.id)
        # Places inside f-strings are wrong before Python 3.12.
        if place.text[begin:end] == node.id and not scopes.reads(node.id, begin):
            yield Diagnostic(begin, end, f"{node.id} is bound nowhere", 1, NAME)


def _lacks(module: Any, text: str, begin: int, lists: dict[int, Names]) -> bool:
    """Tell whether the name of an attribute at `begin` is known not to be one."""
    leaf = cursor.name_at(module.tree_node, text, begin)
    if leaf is None:
        return False
    key = _shared(leaf)
    if key is not None and key in lists and not _misses(lists[key], leaf.value):
        return False
    # A name that another place lacks may still be allowed for by what is around this one.
    found = members_of(module, leaf)
    if key is not None:
        lists.setdefault(key, found)
    return _misses(found, leaf.value)


def _misses(found: Names, name: str) -> bool:
    return found.completeness is Completeness.COMPLETE and name not in found.names


def _shared(leaf: Any) -> int | None:
    """Return what tells apart the lists of members that `leaf` may share with others, or None.

    The members of the first parameter, such as ``self``, are mostly the same in all its function.
    """
    nodes = cursor.receiver_nodes(leaf)
    function = cursor.enclosing_function(leaf)
    if function is None or len(nodes) != 1 or not function.get_params():
        return None
    first = function.get_params()[0]
    if nodes[0].type != "name" or nodes[0].value != first.name.value:
        return None
    return id(function)
