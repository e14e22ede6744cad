"""Where an import goes in Java: in the order of the names, static ones apart."""

from __future__ import annotations

from fairlead_monitors.java.header import header_of
from fairlead_server.importing.line import ImportLine
from fairlead_server.importing.places import Key, among, below, first
from fairlead_server.importing.statements import comments_end, java_imports


def insert(text: str, line: ImportLine) -> tuple[int, str]:
    """Return the offset in `text` at which to insert what."""
    block = list(java_imports(text))
    if any(_covers(s.items[0].line, line) for s in block):
        return 0, ""
    head = header_of(text)
    if not line.static and line.module in (head.package, "java.lang"):
        return 0, ""
    if block:
        root = line.module.partition(".")[0]
        near = [s for s in block if s.items[0].line.module.partition(".")[0] == root]
        near = [s for s in near if s.items[0].line.static == line.static]
        return among(text, near or block, str(line), _order, _order(line))
    offset = below(text, comments_end(text, head.end)) if head.package else 0
    return first(text, offset, str(line), apart=True)


def _covers(there: ImportLine, line: ImportLine) -> bool:
    if (there.module, there.static) != (line.module, line.static):
        return False
    return there.name in ("*", line.name)


def _order(line: ImportLine) -> Key:
    """Return the place of an import: static ones stand apart."""
    return int(line.static), (False, f"{line.module}.{line.name}")
