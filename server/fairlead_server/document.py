"""Documents: an immutable snapshot of a text, and how one is read from disk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from fairlead_server.errors import UserError

_SUFFIXES = {
    "python": ".py .pyi .pyw",
    "java": ".java",
    "typescript": ".ts .mts .cts",
    "typescriptreact": ".tsx",
    "javascript": ".js .mjs .cjs",
    "javascriptreact": ".jsx",
    "c": ".c",
    "cpp": ".h .cc .cpp .cxx .hh .hpp .hxx",
    "go": ".go",
    "rust": ".rs",
}
_LANGUAGES = {suffix: name for name, texts in _SUFFIXES.items() for suffix in texts.split()}
# Not str.splitlines, for which form feeds and other separators end lines as well.
_LINE_START = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")
LARGEST_FILE = 20_000_000
"""Bytes; a larger file is refused rather than read into memory."""


@dataclass(frozen=True)
class DocumentSnapshot:
    """A document at one moment. `path` need not exist; `version` counts the editor's changes.

    `before` is set for a cell of a notebook: the code of the cells before it, which counts as
    standing ahead of `text`.
    """

    path: str
    text: str
    language: str
    version: int = 0
    before: str | None = None


def language_of(path: str) -> str:
    """Return the LSP language id that goes with the extension of `path`, or ``plaintext``."""
    return _LANGUAGES.get(Path(path).suffix.lower(), "plaintext")


def read_document(path: str, absent: str = "no such file") -> DocumentSnapshot:
    """Read a source file, byte for byte: line ends are kept.

    `absent` is what to say where there is none. Raises `UserError` when there is no such file, or
    it is a directory, binary, not UTF-8 or larger than `LARGEST_FILE`.
    """
    try:
        size = Path(path).stat().st_size
        if size > LARGEST_FILE:
            raise UserError(f"{path}: {size:,} bytes; files over {LARGEST_FILE:,} are not read")
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise UserError(f"{path}: {absent}") from None
    except IsADirectoryError:
        raise UserError(f"{path}: is a directory; name a file in it") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    return DocumentSnapshot(path, decode(data, path), language_of(path))


def decode(data: bytes, name: str) -> str:
    """Decode source text. Raises `UserError` when `data` is binary or not UTF-8."""
    if b"\0" in data:
        raise UserError(f"{name}: is a binary file; fairlead completes source text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{name}: is not UTF-8 (byte {error.start}); convert it, e.g. with iconv -t UTF-8"
        ) from None


def offset_at(text: str, line: int, column: int, name: str) -> int:
    """Return the character offset of a 1-based position; columns count characters.

    The column after the last character of a line is valid: it is where one types on.
    Raises `UserError` when the position is outside the text.
    """
    lines = _LINE_START.split(text)
    if not 1 <= line <= len(lines):
        raise UserError(f"{name}: line {line} is outside the file, which has {len(lines)}")
    width = len(lines[line - 1].rstrip("\r\n"))
    if not 1 <= column <= width + 1:
        raise UserError(
            f"{name}:{line}: column {column} is outside the line, which has {width} characters "
            f"(valid: 1 to {width + 1})"
        )
    return sum(map(len, lines[: line - 1])) + column - 1
