"""An engine for which names count as well that the project could import, with an import to come.

They are listed apart (`Names.importable`), and what is dereferenced from one is looked up in the
document with the import in place. What a name means, and which import it gets, is settled when the
text is complete (`needed_imports`).
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from typing import TypeVar

from fairlead_monitors.engine import (
    Completeness,
    CompletionEngine,
    Declaration,
    Diagnostics,
    Kind,
    Names,
    Signatures,
    Source,
)
from fairlead_server.analysis.python_engine import both
from fairlead_server.importing import (
    ImportLine,
    ProjectIndex,
    add_imports,
    find_imports,
    insert_import,
)
from fairlead_server.importing.likely import Likely, likely, ways
from fairlead_server.importing.unbound import Use, is_unbound_after, uses

A = TypeVar("A")

Read = Callable[[Source], ProjectIndex]
"""Reads the imports of the project that a document belongs to; may take seconds."""

AGE = 20.5
"""Seconds after which the imports of a project are read again.

A little more than those for which what reads them does not look, which begin somewhat later.
"""

DOCUMENTS = 64
"""How many documents' projects are remembered, the ones last asked about."""

_POLL = 0.02
"""Seconds between two looks at whether anybody still waits."""

_NEAR = 400
"""Characters before a place in which names are looked for that lack their imports."""

_TYPES = (Kind.CLASS, Kind.TYPE)

_ADDS_MEMBERS = frozenset({"lombok"})
"""Packages of annotations that add members to the classes they stand at. A language server lacks
them unless it runs the processor, and most others only make classes of their own."""

_STEP = 2048
"""Characters after which more of a document is read to tell which names it binds."""

_TOP = re.compile(r"(?:^|[\n\r;:])[ \t]*(?:from[ \t]+|import[ \t]+(?:[\w. \t]+,[ \t\\\r\n]*)*)\Z")
"""What stands before the first name of a module in an import statement."""

_ROOT = re.compile(r"(?<![\w.])([^\W\d]\w*)\s*\.\s*\Z")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Project:
    """What a project imports, and what of it may be suggested where it is not imported yet.

    Nothing may as long as it is not read.
    """

    index: ProjectIndex
    is_read: bool = True

    @cached_property
    def likely(self) -> Likely:
        """The names that may be suggested: the same object each time, which is quick to look up."""
        return likely(self.index) if self.is_read else Likely()

    @cached_property
    def top_modules(self) -> frozenset[str]:
        """The top-level modules that the project imports, has or depends on."""
        return self.index.top_modules

    def ways(self, use: Use, source: Source) -> list[ImportLine]:
        """Return what may bind a name in a document, the likeliest first."""
        if not self.is_read or (
            self.index.language == "python" and use.name not in self.likely.names
        ):
            return []
        return ways(use.name, self.index, source.path, source.text, dotted=use.dotted)


@dataclass
class _Known:
    """The project of a document, None until it is read, and when it was last begun to be."""

    looked: float = float("-inf")
    project: Project | None = None


class _Projects:
    """Reads the imports around each document in the background, again when they have aged."""

    def __init__(self, read: Read, language: str) -> None:
        self._read = read
        self._nothing = Project(ProjectIndex(language), is_read=False)
        self._changed = threading.Condition()
        self._known: dict[str, _Known] = {}

    def of(self, source: Source) -> Project:
        """Return what is known of the project of `source` by now."""
        with self._changed:
            # Put last again, so that the first is the one to forget.
            known = self._known[source.path] = self._known.pop(source.path, _Known())
            if len(self._known) > DOCUMENTS:
                del self._known[next(iter(self._known))]
            now = time.monotonic()
            if now - known.looked >= AGE:
                known.looked = now
                threading.Thread(target=self._load, args=(source, known), daemon=True).start()
            return known.project or self._nothing

    def wait(self, source: Source, seconds: float, cancelled: Callable[[], bool]) -> None:
        """Wait for the project of `source` to be read for the first time."""
        end = time.monotonic() + seconds
        with self._changed:
            known = self._known.get(source.path, _Known())
            while known.project is None and time.monotonic() < end and not cancelled():
                self._changed.wait(_POLL)

    def _load(self, source: Source, known: _Known) -> None:
        # What was known stays so where it cannot be read again.
        project = known.project or self._nothing
        try:
            project = Project(self._read(source))
            if known.project == project:
                return  # The same names, as the same object, are still quick to look up.
            # Both are slow for the first time, in which nobody should wait for a token.
            find_imports("", project.index)
            _ = project.likely
        except Exception:
            log.exception("The imports of a project cannot be read: none is suggested.")
        with self._changed:
            known.project = project
            self._changed.notify_all()


class ImportableEngine:
    """Passes questions on to `engine`, with imports in the document that its names need."""

    def __init__(self, engine: CompletionEngine, language: str, read: Read) -> None:
        self._engine = engine
        self._language = language
        self._projects = _Projects(read, language)

    @property
    def name(self) -> str:
        """The name of the engine behind."""
        return self._engine.name

    @property
    def plain(self) -> CompletionEngine:
        """The engine behind, for which only names count that are bound."""
        return self._engine

    def project(self, source: Source) -> Project:
        """Return what is known of the imports around a document by now."""
        return self._projects.of(source)

    def prepare(
        self, source: Source, seconds: float, cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        """Wait until the imports around a document are known, for so long at most."""
        self._projects.of(source)
        self._projects.wait(source, seconds, cancelled)

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        """Ask for names; for those in scope, also tell what may be imported.

        Types that an import would bind are listed if a suggestion can bring it along.
        """
        if kind is Kind.MEMBER:
            project = self.project(source)
            return _changed(self._members(project, source, offset), partial(_or_generated, project))
        asked = self._engine.names(kind, source, offset)
        if kind is Kind.IMPORT and self._begins_module(source.text[:offset]):
            return _changed(asked, partial(_or_depended_on, self.project(source)))
        if kind in _TYPES:
            return _changed(asked, partial(_with_brought, self.project(source)))
        if kind is not Kind.SCOPE:
            return asked
        return _changed(asked, partial(_listed, self.project(source)))

    def _begins_module(self, before: str) -> bool:
        return self._language == "python" and _TOP.search(before[-_NEAR:]) is not None

    def types(self, source: Source, offset: int) -> Future[Names]:
        """Ask for types."""
        return self._engine.types(*self._with_imports(source, offset))

    def signatures(self, source: Source, offset: int) -> Future[Signatures]:
        """Ask for signatures."""
        return self._engine.signatures(*self._with_imports(source, offset))

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        """Ask for diagnostics, of the document as it is."""
        return self._engine.diagnostics(source)

    def declarations(self, source: Source, offset: int) -> Future[tuple[Declaration, ...]]:
        """Ask for declarations, in the document as it is."""
        return self._engine.declarations(source, offset)

    def warm(self, source: Source) -> None:
        """Warm the engine behind, and read the project."""
        self.project(source)
        self._engine.warm(source)

    def close(self) -> None:
        """Close the engine behind."""
        self._engine.close()

    def _with_imports(self, source: Source, offset: int) -> tuple[Source, int]:
        project = self.project(source)
        lines = [found[0] for found in self._lacking(project, source, offset).values()]
        return _with_imports(source, offset, tuple(lines), project.index.own)

    def _members(self, project: Project, source: Source, offset: int) -> Future[Names]:
        """Ask for members; where two imports could be meant, for those that either has."""
        lacking = self._lacking(project, source, offset)
        root = _ROOT.search(source.text[:offset][-_NEAR:])
        lines = [found[0] for name, found in lacking.items() if root is None or name != root[1]]
        choices = _alternatives(lacking.get(root[1], [])) if root else []

        def ask(more: list[ImportLine]) -> Future[Names]:
            shifted = _with_imports(source, offset, (*lines, *more), project.index.own)
            return self._engine.names(Kind.MEMBER, *shifted)

        if len(choices) < 2:
            return ask(choices)
        return both(ask(choices[:1]), ask(choices[1:]), either)

    def _lacking(
        self, project: Project, source: Source, offset: int
    ) -> dict[str, list[ImportLine]]:
        """Return the imports that may be missing for the names right before `offset`."""
        text = source.text
        head = _head_of(text, offset)
        begin = text.rfind("\n", 0, max(0, offset - _NEAR)) + 1
        found: dict[str, list[ImportLine]] = {}
        for use in uses(text, begin, offset, self._language):
            lines = project.ways(use, source) if use.name not in found else []
            if lines and is_unbound_after(head, use, text, self._language):
                found[use.name] = lines
        return found


def _alternatives(lines: list[ImportLine]) -> list[ImportLine]:
    """Return the likeliest import, and the other one where a module has something of its name."""
    tops = [line.module.partition(".")[0] for line in lines]
    return [line for line, top in zip(lines, tops, strict=True) if top == tops[0]][:2]


def _or_depended_on(project: Project, names: Names) -> Names:
    """Return the modules that may be imported; what the project depends on may not be installed."""
    if not project.is_read:
        if names.completeness is not Completeness.COMPLETE:
            return names
        reason = "what the project depends on is not known yet"
        return replace(names, completeness=Completeness.PARTIAL, reason=reason)
    depended_on = project.top_modules - names.names
    reason = names.reason or "the project depends on it, and it is not installed here"
    return replace(names, doubted=names.doubted | depended_on, reason=reason)


def _or_generated(project: Project, names: Names) -> Names:
    """Return `names` as a list that may lack some, if a processor adds members to classes."""
    adds = any(module.partition(".")[0] in _ADDS_MEMBERS for module in project.index.modules)
    if not adds or names.completeness is not Completeness.COMPLETE:
        return names
    reason = "annotations of the project add members to classes"
    return replace(names, completeness=Completeness.PARTIAL, reason=reason)


def _with_brought(project: Project, names: Names) -> Names:
    """Return `names` with those for which an import is found; all may be, if nothing is read."""
    found = names.importable
    if project.is_read:
        found = frozenset(name for name in found if find_imports(name, project.index))
    return replace(names, names=names.names | found, importable=names.importable - found)


def _listed(project: Project, names: Names) -> Names:
    """Return `names` with what may be imported."""
    found = project.likely
    return replace(names, importable=found.names, modules=found.modules)


def either(one: Names, other: Names) -> Names:
    """Return the names that one of two imports gives; all of them, if both lists are complete."""
    sure = Completeness.COMPLETE
    complete = one.completeness is sure and other.completeness is sure
    known = [names for names in (one, other) if names.completeness is not Completeness.UNKNOWN]
    if not known:
        return one
    reason = "" if complete else one.reason or other.reason or "one of two imports is not known"
    return Names(
        one.names | other.names,
        sure if complete else Completeness.PARTIAL,
        known[0].engine,
        reason,
        doubted=(one.doubted | other.doubted) - (one.names | other.names),
        may_create=one.may_create or other.may_create,
    )


def with_imports(
    source: Source, offset: int, lines: list[ImportLine], own: frozenset[str]
) -> tuple[Source, int]:
    """Return a document with imports above `offset`, and where that is then."""
    text = source.text
    for line in lines:
        place, inserted = insert_import(text, line, own)
        if place <= offset:
            text = text[:place] + inserted + text[place:]
            offset += len(inserted)
    return replace(source, text=text), offset


def _with_imports(
    source: Source, offset: int, lines: tuple[ImportLine, ...], own: frozenset[str]
) -> tuple[Source, int]:
    """Return the same as `with_imports`, and faster again at the next place in the document."""
    if not lines:
        return source, offset
    head = _head_of(source.text, offset)
    made = _imported(head, lines, own)
    return replace(source, text=made + source.text[len(head) :]), offset + len(made) - len(head)


@lru_cache(maxsize=8)
def _imported(head: str, lines: tuple[ImportLine, ...], own: frozenset[str]) -> str:
    return add_imports(head, lines, own)


def _head_of(text: str, offset: int) -> str:
    """Return the beginning of `text` that is the same for many places around `offset`.

    Near the beginning, it is what stands above the line.
    """
    end = (offset - _NEAR) // _STEP * _STEP
    while (end := text.rfind("\n", 0, max(0, end))) >= 0:
        if text[end + 1].isalpha():
            return text[: end + 1]
    return text[: text.rfind("\n", 0, offset) + 1]


def _changed(asked: Future[A], change: Callable[[A], A]) -> Future[A]:
    """Return the future of what `change` makes of the answer; cancelling it cancels that."""
    answer: Future[A] = Future()

    def pass_on(done: Future[A]) -> None:
        if done.cancelled():
            answer.cancel()
        elif answer.set_running_or_notify_cancel():
            try:
                answer.set_result(change(done.result()))
            except Exception as error:
                answer.set_exception(error)

    answer.add_done_callback(lambda done: asked.cancel() if done.cancelled() else None)
    asked.add_done_callback(pass_on)
    return answer
