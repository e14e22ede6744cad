"""Where an import statement goes: the fewest characters, in the order that is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import takewhile

from fairlead_monitors.python.tokens import logical_lines
from fairlead_server.importing.line import ImportLine
from fairlead_server.importing.standard import is_standard
from fairlead_server.importing.statements import (
    Imported,
    Statement,
    java_imports,
    python_imports,
    python_statement,
)

WIDTH = 88
"""Characters up to which a name is added to a statement on one line, rather than in a new one."""

_COMMENT = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*[ \t]*#[^\r\n]*(?:\r\n|\r|\n|\Z)")
_JAVA_HEAD = re.compile(
    r"(?:\s|//[^\r\n]*|/\*.*?\*/(?=\s*(?://|/\*|package\b|import\b)))*"
    r"(?P<package>package[ \t]+[\w.]+[ \t]*;)?",
    re.DOTALL,
)
_BREAK = re.compile(r"\r\n|\r|\n")

_Key = tuple[int, tuple[bool, str]]

FUTURE, STANDARD, INSTALLED, OWN, RELATIVE = range(5)


def insert_import(
    text: str, line: ImportLine, own: frozenset[str] = frozenset()
) -> tuple[int, str]:
    """Return the offset in `text` at which to insert what, so that `line` holds there.

    There is nothing to insert where it is imported already. Python statements keep isort's groups
    and order, behind a docstring and ``from __future__``; a name joins the statement that imports
    from its module. `own` are the project's top-level modules.
    """
    if line.language == "java":
        return _insert_java(text, line)
    return _insert_python(text, line, own)


def add_imports(text: str, lines: Iterable[ImportLine], own: frozenset[str] = frozenset()) -> str:
    """Return `text` with all of `lines` in place."""
    for line in lines:
        offset, inserted = insert_import(text, line, own)
        text = text[:offset] + inserted + text[offset:]
    return text


def group_of(line: ImportLine, own: frozenset[str]) -> int:
    """Return isort's section of an import: lower ones stand above."""
    if line.module.startswith("."):
        return RELATIVE
    if line.module == "__future__":
        return FUTURE
    if is_standard(line.module):
        return STANDARD
    return OWN if line.module.partition(".")[0] in own else INSTALLED


def _insert_python(text: str, line: ImportLine, own: frozenset[str]) -> tuple[int, str]:
    block = _block(text)
    everywhere = [s for s in python_imports(text) if s.indent == 0]
    if any(item.line == line for s in everywhere for item in s.items):
        return 0, ""
    joined = next((found for s in block if (found := _join(text, s, line)) is not None), None)
    if joined is not None:
        return joined
    if not block:
        return _first(text, _head_of(text), str(line), bool(text.strip()))
    return _among(text, block, str(line), partial(_key, own=own), _key(line, own))


def _key(line: ImportLine, own: frozenset[str]) -> _Key:
    """Return the place of an import: its group, and isort's order inside of it."""
    return group_of(line, own), (bool(line.name), line.module.lower())


def _block(text: str) -> list[Statement]:
    """Return the statements that begin the module, up to the first that is no import."""
    lines = [line for line in logical_lines(text)]
    if lines and _is_docstring(lines[0].tokens):
        lines = lines[1:]
    imports = takewhile(lambda line: line.indent == 0 and line.tokens[0][1] in _WORDS, lines)
    return [statement for line in imports for statement in python_statement(line)]


_WORDS = ("import", "from")


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
    return bool(_BREAK.search(text[statement.start : statement.end]))


def _head_of(text: str) -> int:
    """Return where imports begin: behind the docstring, or the comments that open the file."""
    first = next(logical_lines(text), None)
    if first is not None and _is_docstring(first.tokens) and first.indent == 0:
        _, value, start, _ = first.tokens[-1]
        return _line_end(text, start + len(value))
    opening = _COMMENT.match(text)
    return opening.end() if opening else 0


def _line_end(text: str, offset: int) -> int:
    """Return where the line after the one around `offset` begins."""
    found = _BREAK.search(text, offset)
    return found.end() if found else len(text)


def _first(text: str, offset: int, statement: str, apart: bool) -> tuple[int, str]:
    """Return the insertion of the only import at `offset`, a blank line from what is around it."""
    newline = newline_of(text)
    before, after = text[:offset], text[offset:]
    above = "" if not before else newline if before.endswith(("\n", "\r")) else newline * 2
    skipped = _BREAK.match(after) if before else None
    if skipped and after.strip():
        # The blank line that is there stays above.
        return offset + skipped.end(), statement + newline * 2
    return offset, above + statement + newline + newline * bool(apart and after.strip())


def _among(
    text: str,
    block: Sequence[Statement],
    statement: str,
    key: Callable[[ImportLine], _Key],
    own: _Key,
) -> tuple[int, str]:
    """Return the insertion among the statements of `block`: in its group, or as a new one."""
    newline = newline_of(text)
    keys = [key(s.items[0].line) for s in block]
    group = [(k, s) for k, s in zip(keys, block, strict=True) if k[0] == own[0]]
    if group:
        return _in_order(text, group, statement, own)
    lower = [s for k, s in zip(keys, block, strict=True) if k[0] < own[0]]
    if not lower:
        return _line_start(text, block[0].start), statement + newline * 2
    offset, inserted = _below(text, lower[-1], statement)
    return offset, newline + inserted


def _in_order(
    text: str, group: Sequence[tuple[_Key, Statement]], statement: str, own: _Key
) -> tuple[int, str]:
    """Return the insertion behind the last statement of `group` that comes before it."""
    above = [s for key, s in group if key <= own]
    if above:
        return _below(text, above[-1], statement)
    return _line_start(text, group[0][1].start), statement + newline_of(text)


def _below(text: str, above: Statement, statement: str) -> tuple[int, str]:
    offset, newline = _line_end(text, above.end), newline_of(text)
    if text[:offset].endswith(("\n", "\r")):
        return offset, statement + newline
    return offset, newline + statement


def _line_start(text: str, offset: int) -> int:
    return 1 + max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset))


def _insert_java(text: str, line: ImportLine) -> tuple[int, str]:
    block = list(java_imports(text))
    if any(_covers(s.items[0].line, line) for s in block):
        return 0, ""
    head = _JAVA_HEAD.match(text)
    package = head["package"] if head else None
    if package and not line.static and package[8:-1].strip() == line.module:
        return 0, ""
    if not line.static and line.module == "java.lang":
        return 0, ""
    if block:
        root = line.module.partition(".")[0]
        near = [s for s in block if s.items[0].line.module.partition(".")[0] == root]
        near = [s for s in near if s.items[0].line.static == line.static]
        return _among(text, near or block, str(line), _java_order, _java_order(line))
    offset = _line_end(text, head.end()) if head and package else 0
    return _first(text, offset, str(line), apart=True)


def _covers(there: ImportLine, line: ImportLine) -> bool:
    if (there.module, there.static) != (line.module, line.static):
        return False
    return there.name in ("*", line.name)


def _java_order(line: ImportLine) -> _Key:
    """Return the place of an import: static ones stand apart."""
    return int(line.static), (False, f"{line.module}.{line.name}")


def newline_of(text: str) -> str:
    """Return the line break that `text` uses."""
    found = _BREAK.search(text)
    return found[0] if found else "\n"
