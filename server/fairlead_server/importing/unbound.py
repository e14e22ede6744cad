"""Names that a text uses and does not bind, so that an import may."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fairlead_monitors.java.header import code_of
from fairlead_monitors.python.scopes import Scopes
from fairlead_server.importing.statements import java_imports

_WORD = re.compile(r"(?<![\w.])([^\W\d]\w*)(\s*\.)?")
_TYPE = re.compile(r"(?<![\w.@])([A-Z]\w*)(\s*\.)?")
# Most names are bound so; to read all of the text takes a hundred times as long.
_TOP = r"^(?:(?:from|import)\b[^\n]*\b{0}\b|(?:async\s+def|def|class)\s+{0}\b|{0}\s*[:=])"
# What follows a bracket or comma may name an argument.
_BINDS = (
    r"(?<!\()(?<!,)(?<!, )\b{0}\s*=(?!=)"
    r"|\b(?:as|for|def|class|import|global|nonlocal)\s+{0}\b"
)
# As a type, or as the parameter of a method's type.
_JAVA_DECLARED = (
    r"\b(?:class|interface|enum|record)\s+{0}\b"
    r"|<[^<>;(]*\b{0}\b[^<>;(]*>\s+[\w<>\[\]]+\s+\w+\s*\("
)
_JAVA_LANG = frozenset(
    """Appendable AutoCloseable Boolean Byte CharSequence Character Class ClassLoader Cloneable
    Comparable Double Enum Error Exception Float Integer Iterable Long Math Number Object Override
    Process Record Runnable Runtime RuntimeException Short String StringBuffer StringBuilder System
    Thread ThreadLocal Throwable Void Deprecated FunctionalInterface SafeVarargs SuppressWarnings
    ArithmeticException ArrayIndexOutOfBoundsException ClassCastException ClassNotFoundException
    CloneNotSupportedException IllegalArgumentException IllegalStateException
    IndexOutOfBoundsException InterruptedException NullPointerException NumberFormatException
    UnsupportedOperationException AssertionError StackOverflowError OutOfMemoryError""".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Use:
    """A name at a place in a text; `dotted` says that it is dereferenced."""

    name: str
    place: int
    dotted: bool


def uses(text: str, start: int, end: int, language: str) -> Iterator[Use]:
    """Yield the words from `start` to `end` that may name what is bound elsewhere."""
    code, pattern = (code_of(text), _TYPE) if language == "java" else (text, _WORD)
    for found in pattern.finditer(code, start, end):
        yield Use(found[1], found.start(), bool(found[2]))


def is_unbound(use: Use, text: str, language: str) -> bool:
    """Tell whether nothing binds the name at its place, nor elsewhere in the module.

    An import at the top would then change nothing else. Where all names of a module are imported,
    or names are bound by other means, there is no telling.
    """
    if language == "java":
        return _is_unbound_in_java(use.name, text)
    if hasattr(builtins, use.name) or re.search(_TOP.format(use.name), text, re.MULTILINE):
        return False
    scopes = _scopes(text)
    if scopes.binds(use.name):
        return False
    found = scopes.visible(use.place)
    return not (found.gap or found.stars or use.name in found.names)


def is_unbound_after(head: str, use: Use, text: str, language: str) -> bool:
    """Tell about the same of `text`, which begins with `head`, and faster for one head again.

    A name that is bound further down in its function may be taken to be unbound.
    """
    if language == "java":
        return _is_unbound_in_java(use.name, text)
    if hasattr(builtins, use.name) or re.search(_TOP.format(use.name), text, re.MULTILINE):
        return False
    if re.search(_BINDS.format(use.name), text[len(head) : use.place]):
        return False
    scopes = _scopes(head)
    found = scopes.visible(len(head))
    return not (found.gap or found.stars or scopes.binds(use.name) or use.name in found.names)


@lru_cache(maxsize=4)
def _scopes(text: str) -> Scopes:
    return Scopes(text)


def _is_unbound_in_java(name: str, text: str) -> bool:
    if name in _JAVA_LANG or re.search(_JAVA_DECLARED.format(name), code_of(text)):
        return False
    return not any(s.items[0].line.name == name for s in java_imports(text))
