"""What an edit has to pass before it is offered: it parses, stays in its place, adds no error.

An edit is judged by the whole texts before and after it, whoever has made it.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics
from fairlead_monitors.trees import grammar
from fairlead_server.document import DocumentSnapshot
from fairlead_server.repair.validation.probes import probed

_WARNING = 2
_WORD = re.compile(r"[^\W\d]\w*")


class Diagnosing(Protocol):
    """What checking needs of a completer."""

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        """Return what is wrong with `document`."""


def parses(language: str, old: str, new: str) -> bool:
    """Tell whether `new` has no more syntax errors than `old`; True where nobody can tell."""
    found = grammar(language)
    if found is None:
        return True
    counts = [
        len(found.errors_in(found.parse(text.encode(errors="replace")))) for text in (old, new)
    ]
    return counts[1] <= counts[0]


def unchecked(language: str) -> str:
    """Say what is not checked of an edit where analysis gives no diagnostics."""
    if grammar(language) is None:
        return "nothing was checked: there is no grammar and no analysis for this kind of file"
    return "analysis gives no diagnostics for this file: only its syntax was checked"


def stays_in_range(old: str, new: str, start: int, end: int) -> bool:
    """Tell whether all outside of `start` to `end` in `old` is there in `new`, byte for byte."""
    before, after = old[:start], old[end:]
    return len(new) >= len(before) + len(after) and new.startswith(before) and new.endswith(after)


def keeps_lines(old: str, new: str, named: Collection[int]) -> bool:
    """Tell whether all lines of `old`, but for the `named` ones, are in `new`, and in order."""
    rest = iter(new.split("\n"))
    kept = (line for n, line in enumerate(old.split("\n"), 1) if n not in named)
    return all(line in rest for line in kept)


def new_diagnostics(
    old: str,
    before: Diagnostics,
    new: str,
    after: Diagnostics,
    renames: Mapping[str, str] | None = None,
) -> list[Diagnostic]:
    """Return what is wrong with `new` and was not with `old`; remarks below a warning do not count.

    What is said of a line that is still the same is the same if it says the same; what is said of
    lines that have changed, if as much is said of others that are gone. `renames` are no news.
    """
    was = [
        (_renamed(_line(old, one), renames), one.code, _renamed(one.message, renames))
        for one in _grave(before)
    ]
    left = Counter(was)
    unmatched = []
    for one in _grave(after):
        key = (_line(new, one), one.code, one.message)
        if left[key] > 0:
            left[key] -= 1
        else:
            unmatched.append(one)
    return _beyond(unmatched, left.elements())


def _beyond(found: Iterable[Diagnostic], left: Iterable[tuple[str, str, str]]) -> list[Diagnostic]:
    """Return those of `found` that say something else than all that is `left` of the old ones."""
    gone = Counter((code, message) for _, code, message in left)
    beyond = []
    for one in found:
        key = (one.code, one.message)
        if gone[key] > 0:
            gone[key] -= 1
        else:
            beyond.append(one)
    return beyond


def _grave(found: Diagnostics) -> list[Diagnostic]:
    return [one for one in found.found if one.severity <= _WARNING]


def _line(text: str, one: Diagnostic) -> str:
    start = max(text.rfind("\n", 0, one.start), text.rfind("\r", 0, one.start)) + 1
    return re.split(r"[\r\n]", text[start:], maxsplit=1)[0].strip()


def _renamed(text: str, renames: Mapping[str, str] | None) -> str:
    if not renames:
        return text
    return _WORD.sub(lambda word: renames.get(word[0], word[0]), text)


class Analysed:
    """The document as it is, analysed once, for all candidates to be held against.

    Of a file outside of the folder `project` nothing is known: language servers that are started in
    a folder find nothing wrong with files elsewhere.
    """

    def __init__(
        self,
        analysis: Diagnosing,
        document: DocumentSnapshot,
        patience: float,
        project: str | None = None,
    ) -> None:
        self._analysis = analysis
        self._document = document
        self._patience = patience
        self.before = analysis.diagnostics(document, patience)
        self.path = document.path
        self._is_outside = project is not None and not _is_in(document.path, project)

    @property
    def known(self) -> bool:
        """Whether analysis says anything of this document."""
        return self.before.completeness is not Completeness.UNKNOWN and not self._is_outside

    def dead_places(self, text: str, start: int, end: int) -> int | None:
        """Return of how many places in `text` from `start` to `end` analysis takes it that they
        never run, and finds nothing wrong there; 0 where nobody can tell.

        None where it looks at none of them, such as in code for another system. What raises does
        not count: it guards against what types forbid.
        """
        if self._document.language != "python" or not self.known:
            return 0
        probes = probed(text, start, end, always=True, guards=False)
        if probes is None:
            return 0
        found = self.asked(probes.text)
        return 0 if found.completeness is Completeness.UNKNOWN else probes.silent(found)

    def asked(self, text: str) -> Diagnostics:
        """Return what analysis says of `text` in the place of the document, as far as it does."""
        made = replace(self._document, text=text)
        return self._analysis.diagnostics(made, self._patience)

    def complaint(
        self, new: str, renames: Mapping[str, str] | None = None, *, alone: bool = True
    ) -> str:
        """Say what analysis finds newly wrong with the text `new`; blank if that is nothing.

        Unless it is edited `alone`, what is said of the new names does not count: analysis sees
        other files as they are on disk, where they have the old ones.
        """
        if not self.known:
            return ""
        after = self.asked(new)
        if after.completeness is Completeness.UNKNOWN:
            return f"analysis has not checked it: {after.reason or 'no answer'}"
        found = new_diagnostics(self._document.text, self.before, new, after, renames)
        if not alone:
            names = set((renames or {}).values())
            found = [one for one in found if not names & set(_WORD.findall(one.message))]
        if not found:
            return ""
        line = new.count("\n", 0, found[0].start) + 1
        return f"it would be wrong on line {line}: {found[0].message}"


def _is_in(path: str, folder: str) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
