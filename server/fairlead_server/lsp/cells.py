"""Cells of notebooks: the code of earlier cells counts, what is IPython's own does not.

IPython adds three things to Python: lines that begin with ``%``, ``!`` or ``?``, the same behind an
assignment, and ``%%name`` in a cell's first line, which may make all of it another language. Each
is replaced by as many characters that Python can read, so that positions stay what they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp.workspace import split_lines

_CELL_MAGIC = re.compile(r"\s*%%(\w+)")
# Those whose cell is still Python behind the first line.
_OF_PYTHON = frozenset({"time", "timeit", "capture", "prun", "python", "python3", "debug", "memit"})
_LANGUAGES = {
    "bash": "shellscript",
    "sh": "shellscript",
    "script": "shellscript",
    "html": "html",
    "HTML": "html",
    "javascript": "javascript",
    "js": "javascript",
    "latex": "latex",
    "markdown": "markdown",
    "sql": "sql",
}
_LINE_MAGIC = re.compile(
    r"([ \t]*)(?:%\w|!(?!=)|\?)[^\r\n]*|([ \t]*)[%\w.]+\?\??[ \t]*(?=[\r\n]|\Z)"
)
_ASSIGNED = re.compile(r"([^=#'\"\r\n]*[^=#'\"\r\n!<>:]=[ \t]*)(?:%\w|!)[^\r\n]*")
# What a line may begin inside of, and what begins or ends that.
_TOKEN = re.compile(
    r"#[^\r\n]*|(?P<long>'''|\"\"\")|'(?:\\.|[^'\\\r\n])*'?|\"(?:\\.|[^\"\\\r\n])*\"?|[()\[\]{}]"
)


def cell_language(text: str, language: str) -> str:
    """Return the language of a cell that is said to be in `language`."""
    magic = _CELL_MAGIC.match(text)
    if magic is None or magic[1] in _OF_PYTHON:
        return language
    return _LANGUAGES.get(magic[1], "plaintext")


def code_ahead(cell: str) -> str:
    """Return the code of one cell as it stands ahead of the next one; empty if there is none."""
    if not cell.strip() or cell_language(cell, "python") != "python":
        return ""
    return plain(cell).rstrip() + "\n\n"


def whole(document: DocumentSnapshot, offset: int | None = None) -> DocumentSnapshot:
    """Return a cell with the cells before it as one Python file; any other document as it is.

    What stands at `offset` in the document stands `len(document.before)` further in the result. Its
    line is left alone: it is being written.
    """
    if document.before is None:
        return document
    text = plain(document.text, offset) if document.language == "python" else document.text
    before = document.before if document.language == "python" else ""
    path = document.path if document.path.endswith(".py") else f"{document.path}.py"
    return replace(document, path=path, text=before + text, before=None)


def shift(document: DocumentSnapshot) -> int:
    """Return how much further something stands in the whole of `document`."""
    return len(document.before or "") if document.language == "python" else 0


def plain(text: str, spared: int | None = None) -> str:
    """Replace what is not Python, but for the line that holds the offset `spared`."""
    magic = _CELL_MAGIC.match(text)
    parts: list[str] = []
    for start, line in _statements(text):
        end = start + len(line)
        if spared is not None and start <= spared <= end:
            parts.append(line)
        elif magic is not None and start <= magic.start(1) < end:
            parts.append(_blank(line))
        else:
            parts.append(_plain_line(line))
    return "".join(parts)


def _plain_line(line: str) -> str:
    if magic := _LINE_MAGIC.match(line):
        indent = magic[1] or magic[2] or ""
        # A block must not lose its only line.
        filler = "pass" if len(magic[0]) >= len(indent) + 4 else "0"
        code = indent + filler if indent else ""
        return code.ljust(len(magic[0])) + line[magic.end() :]
    if assigned := _ASSIGNED.match(line):
        # A name of which nothing is known, so that nothing is taken for wrong.
        return f"{assigned[1]}_".ljust(len(assigned[0])) + line[assigned.end() :]
    return line


def _is_magic(line: str) -> bool:
    return any(pattern.match(line) for pattern in (_CELL_MAGIC, _LINE_MAGIC, _ASSIGNED))


def _blank(line: str) -> str:
    body = line.rstrip("\r\n")
    return " " * len(body) + line[len(body) :]


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines with their starts; what continues a bracket or text goes with its line."""
    start = depth = at = 0
    inside: str | None = None
    for line in split_lines(text):
        position, end = at, at + len(line)
        if start == at and _is_magic(line):
            # Brackets and quotes in it are none of Python's.
            position = end
        while position < end:
            if inside is not None:
                found = text.find(inside, position, end)
                position = end if found < 0 else found + 3
                inside = inside if found < 0 else None
                continue
            token = _TOKEN.search(text, position, end)
            if token is None:
                break
            position = token.end()
            inside = token["long"]
            depth += (token[0] in "([{") - (token[0] in ")]}")
        at = end
        if inside is None and depth <= 0:
            yield start, text[start:at]
            start, depth = at, 0
    yield start, text[start:]
