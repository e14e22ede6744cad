"""Where an import statement goes: the fewest characters, in the order that is there."""

from __future__ import annotations

from collections.abc import Iterable

from fairlead_server.importing import java, python
from fairlead_server.importing.line import ImportLine

_MARK = "\ufeff"


def insert_import(
    text: str, line: ImportLine, own: frozenset[str] = frozenset()
) -> tuple[int, str]:
    """Return the offset in `text` at which to insert what, so that `line` holds there.

    There is nothing to insert where it is imported already. Python statements keep isort's groups
    and order, behind a docstring and ``from __future__``; a name joins the statement that imports
    from its module. `own` are the project's top-level modules. A byte order mark stays first.
    """
    if text.startswith(_MARK):
        offset, inserted = insert_import(text[1:], line, own)
        return offset + bool(inserted), inserted
    if line.language == "java":
        return java.insert(text, line)
    return python.insert(text, line, own)


def add_imports(text: str, lines: Iterable[ImportLine], own: frozenset[str] = frozenset()) -> str:
    """Return `text` with all of `lines` in place."""
    for line in lines:
        offset, inserted = insert_import(text, line, own)
        text = text[:offset] + inserted + text[offset:]
    return text
