"""The import statements of a text, with the places of what they name; broken code is read too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fairlead_monitors.python.tokens import Line, Token, logical_lines
from fairlead_server.importing.line import ImportLine

_JAVA_IMPORT = re.compile(
    r"^[ \t]*import[ \t]+(?P<static>static[ \t]+)?"
    r"(?P<module>\w+(?:\.\w+)*)\.(?P<name>\w+|\*)[ \t]*;"
    r"(?:[ \t]*//[^\r\n]*)?",
    re.MULTILINE,
)
_JAVA_TYPE = re.compile(r"^[^\n/*]*\b(?:class|interface|enum|record|@interface)\s+\w", re.MULTILINE)


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
    type_ = _JAVA_TYPE.search(text)
    for found in _JAVA_IMPORT.finditer(text, 0, type_.start() if type_ else len(text)):
        line = ImportLine(
            found["module"], found["name"], language="java", static=bool(found["static"])
        )
        item = Imported(line, found.start(), found.end())
        yield Statement(found.start(), found.end(), 0, (item,))
