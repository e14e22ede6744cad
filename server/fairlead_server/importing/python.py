"""Where an import goes in Python: in isort's groups and order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from itertools import takewhile

from fairlead_monitors.python.tokens import logical_lines
from fairlead_server.importing.line import ImportLine
from fairlead_server.importing.places import BREAK, Key, among, first, line_end
from fairlead_server.importing.standard import is_standard
from fairlead_server.importing.statements import (
    Imported,
    Statement,
    python_imports,
    python_statement,
)

WIDTH = 88
"""Characters up to which a name is added to a statement on one line, rather than in a new one."""

FUTURE, STANDARD, INSTALLED, OWN, RELATIVE = range(5)

_WORDS = ("import", "from")
_COMMENT = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*[ \t]*#[^\r\n]*(?:\r\n|\r|\n|\Z)")


def group_of(line: ImportLine, own: frozenset[str]) -> int:
    """Return isort's section of an import: lower ones stand above."""
    if line.module.startswith("."):
        return RELATIVE
    if line.module == "__future__":
        return FUTURE
    if is_standard(line.module):
        return STANDARD
    return OWN if line.module.partition(".")[0] in own else INSTALLED


def insert(text: str, line: ImportLine, own: frozenset[str]) -> tuple[int, str]:
    """Return the offset in `text` at which to insert what; `own` are the project's modules."""
    block = _block(text)
    everywhere = [s for s in python_imports(text) if s.indent == 0]
    if any(item.line == line for s in everywhere for item in s.items):
        return 0, ""
    joined = next((found for s in block if (found := _join(text, s, line)) is not None), None)
    if joined is not None:
        return joined
    if not block:
        return first(text, _head_of(text), str(line), bool(text.strip()))
    return among(text, block, str(line), partial(_key, own=own), _key(line, own))


def _key(line: ImportLine, own: frozenset[str]) -> Key:
    """Return the place of an import: its group, and isort's order inside of it."""
    return group_of(line, own), (bool(line.name), line.module.lower())


def _block(text: str) -> list[Statement]:
    """Return the statements that begin the module, up to the first that is no import."""
    lines = [line for line in logical_lines(text)]
    if lines and _is_docstring(lines[0].tokens):
        lines = lines[1:]
    imports = takewhile(lambda line: line.indent == 0 and line.tokens[0][1] in _WORDS, lines)
    return [statement for line in imports for statement in python_statement(line)]


def _is_docstring(tokens: Sequence[tuple[str, str, int, int]]) -> bool:
    return all(token[0] == "string" for token in tokens)


def _join(text: str, statement: Statement, line: ImportLine) -> tuple[int, str] | None:
    """Return how to name `line` in a statement that imports from its module, None if it cannot."""
    items = statement.items
    if not line.name or items[0].line.module != line.module or not items[0].line.name:
        return None
    if items[0].line.name == "*":
        return None
    named = line.name + (f" as {line.alias}" if line.alias else "")
    if line.module == "__future__" or "#" in text[statement.start : statement.end]:
        return None
    later = next((item for item in items if _later(item, line)), None)
    between = text[items[0].end : items[1].start] if len(items) > 1 else ", "
    if "\n" not in between and "\r" not in between:
        start = max(text.rfind("\n", 0, statement.start), text.rfind("\r", 0, statement.start))
        if statement.end - start + len(named) + 1 > WIDTH or _breaks(text, statement):
            return None
    if later is not None:
        return later.start, named + between
    return items[-1].end, between + named


def _later(item: Imported, line: ImportLine) -> bool:
    return (_natural(item.line.name), item.line.alias) > (_natural(line.name), line.alias)


def _natural(name: str) -> tuple[int, str]:
    """Order names as isort does: constants, then classes, then others."""
    sort = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return sort, name


def _breaks(text: str, statement: Statement) -> bool:
    return bool(BREAK.search(text[statement.start : statement.end]))


def _head_of(text: str) -> int:
    """Return where imports begin: behind the docstring, or the comments that open the file."""
    first = next(logical_lines(text), None)
    if first is not None and _is_docstring(first.tokens) and first.indent == 0:
        _, value, start, _ = first.tokens[-1]
        return line_end(text, start + len(value))
    opening = _COMMENT.match(text)
    return opening.end() if opening else 0
