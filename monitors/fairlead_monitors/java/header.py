"""What of a Java text is code, and what stands before its first type: its package and imports.

Broken code is read too: a statement that is not ended is left out, and nothing else with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# Comments, text blocks, strings and characters. A search for the first of a set is a quick one.
_NO_CODE = (
    r"""[/"'](?:(?<=/)/[^\r\n]*|(?<=/)\*[^*]*(?:\*(?!/)[^*]*)*(?:\*/|\Z)"""
    r"""|(?<=")""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*(?:\"{3}|\Z)"""
    r"""|(?<=")[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*"?|(?<=')[^'\\\r\n]*(?:\\[^\r\n][^'\\\r\n]*)*'?)"""
)
# The keyword of a type may also end a qualified name, or stand alone above the imports as long as
# nothing more is typed.
_TYPE = r"(?<![\w$.])(?:class|interface|enum|record)\s+(?!import\b)[\w$]"
_COMMENTS = re.compile(_NO_CODE, re.DOTALL)
_PIECE = re.compile(f"{_NO_CODE}|(?P<type>{_TYPE})", re.DOTALL)
_QUALIFIED = r"[\w$]+(?:\s*\.\s*[\w$]+)*"
_PACKAGE = re.compile(rf"(?<![\w$.])package\s+({_QUALIFIED})\s*;")
_IMPORT = re.compile(rf"(?<![\w$.])import\s+(static\s+)?({_QUALIFIED})\s*\.\s*([\w$]+|\*)\s*;")


@dataclass(frozen=True)
class Import:
    """A name that is imported from a package or type; ``*`` stands for all that it has.

    `start` is where the name begins in the text, None if it is not imported by a statement; the
    statement goes from `begin` to `end`.
    """

    package: str
    name: str
    static: bool = False
    start: int | None = None
    begin: int = 0
    end: int = 0

    def __str__(self) -> str:
        return f"{self.package}.{self.name}"


@dataclass(frozen=True)
class Header:
    """The package of a text, blank if it is not named, where that statement ends, the imports."""

    package: str
    end: int
    imports: tuple[Import, ...]


# The monitors of one document all read it, and nothing but their text is before the first type.
@lru_cache(maxsize=4)
def header_of(text: str) -> Header:
    """Read the beginning of `text`; comments and strings hold no statements."""
    code = _code_before_types(text)
    package = _PACKAGE.search(code)
    imports = tuple(_import(found) for found in _IMPORT.finditer(code))
    if package is None:
        return Header("", 0, imports)
    return Header("".join(package[1].split()), package.end(), imports)


@lru_cache(maxsize=4)
def code_of(text: str) -> str:
    """Return `text` with blanks in place of comments and strings; every place stays the same."""
    return _COMMENTS.sub(lambda piece: " " * len(piece[0]), text)


def _import(found: re.Match[str]) -> Import:
    package = "".join(found[2].split())
    return Import(package, found[3], bool(found[1]), found.start(3), found.start(), found.end())


def _code_before_types(text: str) -> str:
    """Return the same up to the first type, without a look at what follows."""
    parts, done = [], 0
    for piece in _PIECE.finditer(text):
        parts.append(text[done : piece.start()])
        done = piece.end()
        if piece["type"]:
            return "".join(parts)
        parts.append(" " * len(piece[0]))
    return "".join([*parts, text[done:]])
