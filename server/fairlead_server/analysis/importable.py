"""An engine for which names count as well that the project could import, with an import to come.

They are listed apart (`Names.importable`), and what is dereferenced from one is looked up in the
document with the import in place. What a name means, and which import it gets, is settled when the
text is complete (`needed_imports`).
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, replace
from functools import cached_property, partial
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
    answered,
)
from fairlead_server.analysis.python_engine import both
from fairlead_server.importing import ImportLine, ProjectIndex, insert_import
from fairlead_server.importing.likely import Likely, likely, ways
from fairlead_server.importing.unbound import Use, is_unbound, uses

A = TypeVar("A")
B = TypeVar("B")

Read = Callable[[Source], ProjectIndex]
"""Reads the imports of the project that a document belongs to; may take seconds."""

AGE = 20.0
"""Seconds after which the imports of a project are read again."""

_WAIT = 1.0
"""Seconds for which the first answers wait for the project to be read."""

_NEAR = 400
"""Characters before a place in which names are looked for that lack their imports."""

_ROOT = re.compile(r"(?<![\w.])([^\W\d]\w*)\s*\.\s*\Z")


@dataclass(frozen=True)
class Project:
    """What a project imports, and what of it may be suggested where it is not imported yet."""

    index: ProjectIndex

    @cached_property
    def likely(self) -> Likely:
        """The names that may be suggested: the same object each time, which is quick to look up."""
        return likely(self.index)

    def ways(self, use: Use, path: str) -> list[ImportLine]:
        """Return what may bind a name in the document at `path`, the likeliest first."""
        if self.index.language == "python" and use.name not in self.likely.names:
            return []
        return ways(use.name, self.index, path, dotted=use.dotted)


class _Projects:
    """Reads the imports around each document in the background, again when they have aged."""

    def __init__(self, read: Read, language: str) -> None:
        self._read = read
        self._nothing = Project(ProjectIndex(language))
        self._lock = threading.Lock()
        self._known: dict[str, Future[Project]] = {}
        self._looked: dict[str, float] = {}

    def of(self, source: Source) -> Future[Project]:
        """Return what is known of the project of `source`; of one not read in time, nothing."""
        with self._lock:
            now = time.monotonic()
            if now - self._looked.get(source.path, -AGE) >= AGE:
                self._looked[source.path] = now
                first: Future[Project] = Future()
                self._known.setdefault(source.path, first)
                start(threading.Thread(target=self._load, args=(source, first), daemon=True))
                start(threading.Timer(_WAIT, _settle, (first, self._nothing)))
            return self._known[source.path]

    def _load(self, source: Source, first: Future[Project]) -> None:
        found: Future[Project] = Future()
        project = Project(self._read(source))
        assert project.likely
        found.set_result(project)
        with self._lock:
            self._known[source.path] = found
        _settle(first, project)


def start(thread: threading.Thread) -> None:
    """Start a thread that nobody waits for when the program ends."""
    thread.daemon = True
    thread.start()


def _settle(future: Future[A], answer: A) -> None:
    """Answer, unless somebody has."""
    try:
        future.set_result(answer)
    except InvalidStateError:
        return


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

    def project(self, source: Source) -> Future[Project]:
        """Return what is known of the imports around a document."""
        return self._projects.of(source)

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        """Ask for names; for those in scope, also tell what may be imported."""
        project = self.project(source)
        if kind is Kind.SCOPE:
            asked = self._engine.names(kind, source, offset)
            answer = _then(project, lambda known: _then(asked, partial(_listed, known)))
            answer.add_done_callback(lambda done: asked.cancel() if done.cancelled() else None)
            return answer
        if kind is not Kind.MEMBER:
            return self._engine.names(kind, source, offset)
        return _then(project, lambda known: self._members(known, source, offset))

    def types(self, source: Source, offset: int) -> Future[Names]:
        """Ask for types."""
        return self._asked(self._engine.types, source, offset)

    def signatures(self, source: Source, offset: int) -> Future[Signatures]:
        """Ask for signatures."""
        return self._asked(self._engine.signatures, source, offset)

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

    def _asked(
        self, ask: Callable[[Source, int], Future[B]], source: Source, offset: int
    ) -> Future[B]:
        def then(project: Project) -> Future[B]:
            lines = [found[0] for found in self._lacking(project, source, offset).values()]
            return ask(*with_imports(source, offset, lines, project.index.own))

        return _then(self.project(source), then)

    def _members(self, project: Project, source: Source, offset: int) -> Future[Names]:
        """Ask for members; where two imports could be meant, for those that either has."""
        lacking = self._lacking(project, source, offset)
        root = _ROOT.search(source.text[:offset][-_NEAR:])
        lines = [found[0] for name, found in lacking.items() if root is None or name != root[1]]
        choices = _alternatives(lacking.get(root[1], [])) if root else []

        def ask(more: list[ImportLine]) -> Future[Names]:
            shifted = with_imports(source, offset, [*lines, *more], project.index.own)
            return self._engine.names(Kind.MEMBER, *shifted)

        if len(choices) < 2:
            return ask(choices)
        return both(ask(choices[:1]), ask(choices[1:]), either)

    def _lacking(
        self, project: Project, source: Source, offset: int
    ) -> dict[str, list[ImportLine]]:
        """Return the imports that may be missing for the names right before `offset`."""
        text = source.text
        begin = text.rfind("\n", 0, max(0, offset - _NEAR)) + 1
        found: dict[str, list[ImportLine]] = {}
        for use in uses(text, begin, offset, self._language):
            lines = project.ways(use, source.path) if use.name not in found else []
            if lines and is_unbound(use, text, self._language):
                found[use.name] = lines
        return found


def _alternatives(lines: list[ImportLine]) -> list[ImportLine]:
    """Return the likeliest import, and the other one where a module has something of its name."""
    tops = [line.module.partition(".")[0] for line in lines]
    return [line for line, top in zip(lines, tops, strict=True) if top == tops[0]][:2]


def _listed(project: Project, names: Names) -> Future[Names]:
    """Return `names` with what may be imported."""
    found = project.likely
    return answered(replace(names, importable=found.names, modules=found.modules))


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


def _then(first: Future[A], then: Callable[[A], Future[B]]) -> Future[B]:
    """Return the future of what `then` asks when there is an answer to `first`."""
    answer: Future[B] = Future()
    asked: list[Future[B]] = []

    def ask(done: Future[A]) -> None:
        if answer.cancelled() or done.cancelled():
            answer.cancel()
            return
        try:
            asked.append(then(done.result()))
        except BaseException as error:
            answer.set_exception(error)
            raise
        asked[0].add_done_callback(pass_on)

    def pass_on(done: Future[B]) -> None:
        if done.cancelled():
            answer.cancel()
        elif answer.set_running_or_notify_cancel():
            answer.set_result(done.result())

    def withdraw(_: Future[B]) -> None:
        if answer.cancelled():
            for future in asked:
                future.cancel()

    answer.add_done_callback(withdraw)
    first.add_done_callback(ask)
    return answer
