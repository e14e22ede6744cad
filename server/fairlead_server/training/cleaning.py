"""What of a package is worth learning: code that people wrote, and that is this package's own."""

from __future__ import annotations

import re

_SHORTEST = 200
_LONGEST_LINE = 1000
_MEAN_LINE = 100
_LETTERS = 0.3
_HEAD = 20_000

# As makers of code announce it at the top of what they make.
_GENERATED = re.compile(
    r"auto-?generated|do not (?:edit|modify)|generated (?:by|from|file|with)|@generated"
    r"|code generated|machine generated",
    re.IGNORECASE,
)
_VENDORED = re.compile(
    r"(?:^|/)_?(?:vendor(?:ed)?|third[_-]?party|extern(?:al|als)?|bundled|site-packages|lib2to3"
    r"|blib2to3|repackaged|shaded)(?:/|$)"
    r"|/(?:array_api_(?:compat|extra)|cloudpickle|typeshed/stubs)/"
)
_TEST = re.compile(
    r"(?:^|/)(?:tests?|testing|testdata|benchmarks?)/|(?:^|/)test_|_test\.|Tests?\.java$"
)


def is_vendored(path: str) -> bool:
    """Tell whether a file lies where packages keep copies of other packages."""
    return bool(_VENDORED.search(path))


def is_test(path: str) -> bool:
    """Tell whether a file is a test, by its path."""
    return bool(_TEST.search(path))


def is_generated(text: str) -> bool:
    """Tell whether a program announces at the top that it wrote the file."""
    return bool(_GENERATED.search(text[:800]))


def is_prose_or_data(text: str) -> bool:
    """Tell whether a file is too short, or has lines or characters as tables have them."""
    if len(text) < _SHORTEST:
        return True
    lines = text.split("\n")
    if max(map(len, lines)) > _LONGEST_LINE or len(text) / len(lines) > _MEAN_LINE:
        return True
    head = text[:_HEAD]
    return sum(map(str.isalpha, head)) < _LETTERS * len(head)
