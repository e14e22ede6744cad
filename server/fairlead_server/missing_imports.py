"""Names that are bound nowhere, and the check that an import binds one and breaks nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics, Kind, Names
from fairlead_server.document import DocumentSnapshot
from fairlead_server.importing import ImportLine, insert_import
from fairlead_server.rechecking import Replaced, compared

# What type checkers and linters call a name that is bound nowhere, and how they say it.
_CODES = frozenset(
    {
        "unresolved-reference",  # ty
        "reportUndefinedVariable",  # pyright
        "F821",  # ruff, flake8
        "E0602",  # pylint
        "undefined-variable",  # pylint
        "name-defined",  # mypy
    }
)
_MESSAGE = re.compile(
    r"is not defined|undefined name|undefined variable|used when not defined|cannot be resolved",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d]\w*")


class Analysis(Protocol):
    """What checking needs of a completer."""

    def names(self, kind: Kind, document: DocumentSnapshot, offset: int, patience: float) -> Names:
        """Return the names of `kind` that may begin at `offset`."""

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        """Return what is wrong with `document`."""


@dataclass(frozen=True)
class Missing:
    """A name that is bound nowhere, and its diagnostics by their places among those given."""

    name: str
    start: int
    diagnostics: tuple[int, ...]


def missing_names(text: str, diagnostics: Sequence[Diagnostic]) -> list[Missing]:
    """Return the names of which `diagnostics` say that they are bound nowhere."""
    found: dict[str, Missing] = {}
    for place, diagnostic in enumerate(diagnostics):
        if diagnostic.code not in _CODES and not _MESSAGE.search(diagnostic.message):
            continue
        name = _NAME.match(text, diagnostic.start)
        if name is None or text[: diagnostic.start].rstrip().endswith("."):
            continue
        known = found.get(name[0], Missing(name[0], diagnostic.start, ()))
        found[name[0]] = replace(known, diagnostics=(*known.diagnostics, place))
    return list(found.values())


@dataclass(frozen=True)
class ImportCheck:
    """Checks imports for one document: the text as it is, is analysed once."""

    analysis: Analysis
    document: DocumentSnapshot
    own: frozenset[str]
    before: Diagnostics
    until: float

    @classmethod
    def of(
        cls,
        analysis: Analysis,
        document: DocumentSnapshot,
        own: frozenset[str],
        patience: float,
    ) -> ImportCheck:
        """Analyse `document`; all that is checked afterwards has to be within `patience`."""
        until = time.monotonic() + patience
        return cls(analysis, document, own, analysis.diagnostics(document, patience), until)

    def holds(self, missing: Missing, line: ImportLine) -> bool:
        """Tell whether with `line` the name is known, and nothing is wrong that was right.

        Where diagnostics cannot be had, it has to be among the names that can be imported.
        """
        text = self.document.text
        offset, inserted = insert_import(text, line, self.own)
        left = self.until - time.monotonic()
        if not inserted or left <= 0:
            return False
        if self.before.completeness is Completeness.UNKNOWN:
            return self._can_be_imported(line, left)
        made = replace(self.document, text=text[:offset] + inserted + text[offset:])
        after = self.analysis.diagnostics(made, left)
        if after.completeness is Completeness.UNKNOWN:
            return False
        return is_mended(self.before, after, missing, offset, len(inserted))

    def _can_be_imported(self, line: ImportLine, patience: float) -> bool:
        start, name = _opening(line)
        asked = replace(self.document, text=start, before=None)
        names = self.analysis.names(Kind.IMPORT, asked, len(start), patience)
        return name in names.names


def _opening(line: ImportLine) -> tuple[str, str]:
    """Return the statement up to its last name, and that name."""
    if line.language == "java":
        return f"import {'static ' * line.static}{line.module}.", line.name
    if line.name:
        return f"from {line.module} import ", line.name
    parent, _, last = line.module.rpartition(".")
    return f"import {parent}." if parent else "import ", last


def is_mended(
    before: Diagnostics, after: Diagnostics, missing: Missing, offset: int, length: int
) -> bool:
    """Tell whether the diagnostics of a name are gone and none is new.

    `length` characters were inserted at `offset`. Remarks below a warning do not count.
    """
    was = [d for d in before.found if d.start <= missing.start < max(d.end, d.start + 1)]
    edit = Replaced(offset, offset, length)
    found = compared(before, after, edit)
    return bool(was) and not found.new and not found.lack(map(edit.key, was))
