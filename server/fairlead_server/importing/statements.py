"""The import statements of a text, with the places of what they name; broken code is read too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fairlead_monitors.java.header import header_of
from fairlead_monitors.python.tokens import Line, Token, logical_lines
from fairlead_server.importing.line import ImportLine

# A comment behind a statement belongs to it; one that begins on a later line does not.
_COMMENTS = re.compile(r"(?:[ \t]*(?://[^\r\n]*|/\*[^*]*(?:\*(?!/)[^*]*)*\*/))*")


@dataclass(frozen=True)
class Imported:
    """One name of an import statement, from `start` to `end` in the text."""

    line: ImportLine
    start: int
    end: int


@dataclass(frozen=True)
class Statement:
    """An import statement from `start` to `end`, without the line break, at `indent`."""

    start: int
    end: int
    indent: int
    items: tuple[Imported, ...]


def python_imports(text: str) -> Iterator[Statement]:
    """Yield the import statements of Python `text`, wherever they stand."""
    for line in logical_lines(text):
        if line.tokens[0][1] in ("import", "from"):
            yield from python_statement(line)


def python_statement(line: Line) -> Iterator[Statement]:
    """Yield the import statement that `line` is; none if it names nothing or holds more."""
    tokens = [token for token in line.tokens if token[1] not in ("(", ")")]
    values = [token[1] for token in tokens]
    if ";" in values:
        return
    module, cut = "", 1
    if values[0] == "from":
        if "import" not in values:
            return
        cut = values.index("import") + 1
        module = "".join(values[1 : cut - 1])
    items = tuple(_items(tokens[cut:], module))
    if items:
        yield Statement(line.begin, _end(line), line.indent, items)


def _end(line: Line) -> int:
    """Return where the last token ends: a comment behind it is not one."""
    _, value, start, _ = line.tokens[-1]
    return start + len(value)


def _items(tokens: Sequence[Token], module: str) -> Iterator[Imported]:
    item: list[Token] = []
    for token in [*tokens, ("operator", ",", 0, -1)]:
        if token[1] != ",":
            item.append(token)
            continue
        found = _item(item, module) if item else None
        if found is not None:
            yield found
        item = []


def _item(tokens: Sequence[Token], module: str) -> Imported | None:
    values = [token[1] for token in tokens]
    alias = values[-1] if "as" in values[1:-1] else ""
    name = "".join(values[: values.index("as")] if alias else values)
    if not re.fullmatch(r"[\w.]+|\*", name):
        return None
    line = ImportLine(module, name, alias) if module else ImportLine(name, "", alias)
    return Imported(line, tokens[0][2], tokens[-1][2] + len(values[-1]))


def java_imports(text: str) -> Iterator[Statement]:
    """Yield the import statements of Java `text`, all of which stand before its first type."""
    for found in header_of(text).imports:
        line = ImportLine(found.package, found.name, language="java", static=found.static)
        end = comments_end(text, found.end)
        yield Statement(found.begin, end, 0, (Imported(line, found.begin, found.end),))


def comments_end(text: str, offset: int) -> int:
    """Return where the comments end that follow on the Java statement before `offset`."""
    found = _COMMENTS.match(text, offset)
    return found.end() if found else offset
