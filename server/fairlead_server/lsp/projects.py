"""One completer for each project that is open; a document goes to that of its project.

Here cells of notebooks become whole files, and what must not be shown to a model stays behind: so
no feature has to think of either.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from fairlead_monitors.engine import Diagnostic, Diagnostics, Kind, Names
from fairlead_server.analysis.rewriting import Rewrite, Rewritten
from fairlead_server.completing import Completing
from fairlead_server.context.privacy import is_admissible, is_secret
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.lsp.cells import shift, whole
from fairlead_server.settings import Settings, for_completer
from fairlead_server.settings.values import OF_MODELS
from fairlead_server.suggestion import (
    CheckedName,
    CompletionRequest,
    CompletionResult,
    NameRanking,
)

log = logging.getLogger(__name__)

Build = Callable[[Settings, "str | None"], Completing]
"""Makes the completer for settings and the project's folder; may take seconds."""


class ProjectCompleters(Completing):
    """Completes the documents of all projects. Raises what `build` raises.

    The completer of the `first` project is made at once, each other one with the first question
    about it, and again when its settings are no longer what `settings_of` returns.
    """

    def __init__(
        self,
        build: Build,
        settings_of: Callable[[str | None], Settings],
        project_of: Callable[[str], str | None],
        first: str | None,
    ) -> None:
        """`settings_of` takes a project's folder, and `project_of` finds it for a path."""
        self._build = build
        self._settings_of = settings_of
        self._project_of = project_of
        self._lock = threading.Lock()
        self._first = first
        self._completers: dict[str | None, tuple[Settings, Completing]] = {}
        self._stale: list[Completing] = []
        self._closed = False
        self._main = self._of(first)

    @property
    def model_name(self) -> str:
        """The model's name for people."""
        return self._main.model_name

    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        growing: Callable[[str], None] = lambda text: None,
    ) -> CompletionResult:
        """Complete in the document's project; nothing where nothing may be shown to a model."""
        document = request.document
        if refusal := self._refusal(document):
            return CompletionResult((), remarks=(refusal,))
        completer = self._at(document)
        self._close_stale()
        return completer.complete(self._shown(request), cancelled=cancelled, growing=growing)

    def rank(
        self,
        request: CompletionRequest,
        names: Sequence[str],
        k: int,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> NameRanking:
        """Rank in the document's project; nothing where nothing may be shown to a model."""
        if self._refusal(request.document):
            return NameRanking()
        completer = self._at(request.document)
        self._close_stale()
        return completer.rank(self._shown(request), names, k, cancelled=cancelled)

    def members(
        self,
        document: DocumentSnapshot,
        offset: int,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Names | None:
        """Return the members that may be named at `offset`."""
        at = offset + shift(document)
        file = whole(document, offset)
        return self._at(document).members(file, at, patience, cancelled=cancelled)

    def names(self, kind: Kind, document: DocumentSnapshot, offset: int, patience: float) -> Names:
        """Return the names of `kind` that may begin at `offset`."""
        at = offset + shift(document)
        return self._at(document).names(kind, whole(document, offset), at, patience)

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        """Return what is wrong with `document`; of a cell, not what is wrong before it."""
        found = self._at(document).diagnostics(whole(document), patience)
        return replace(found, found=_within(found.found, shift(document)))

    def describe(self, document: DocumentSnapshot, offset: int, patience: float) -> str:
        """Return how the name that ends at `offset` is declared."""
        at = offset + shift(document)
        return self._at(document).describe(whole(document, offset), at, patience)

    def rewrite(
        self,
        document: DocumentSnapshot,
        wanted: Rewrite,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Rewritten:
        """Return what a refactoring makes of `document`, which is no cell."""
        return self._at(document).rewrite(document, wanted, patience, cancelled=cancelled)

    def review(self, document: DocumentSnapshot, offset: int, text: str) -> tuple[CheckedName, ...]:
        """Return what is in `text`, inserted at `offset`."""
        at = offset + shift(document)
        return self._at(document).review(whole(document, offset), at, text)

    def warm(self, document: DocumentSnapshot) -> None:
        """Start analysing `document`."""
        self._at(document).warm(whole(document))

    def keep(self, projects: Collection[str | None]) -> None:
        """Close the completers of other projects than these, and of the first.

        As with `complete`, a model may be in use: for the same thread.
        """
        with self._lock:
            gone = [name for name in self._completers if name not in {*projects, self._first}]
            self._stale += [self._completers.pop(name)[1] for name in gone]
        self._close_stale()

    def close(self) -> None:
        """Close all completers; whoever comes later gets none."""
        with self._lock:
            self._closed = True
            self._stale += [completer for _, completer in self._completers.values()]
            self._completers.clear()
        self._close_stale()

    def _close_stale(self) -> None:
        """Close what was given up; on the thread that may be using its model, and no other."""
        with self._lock:
            closing, self._stale = self._stale, []
        for completer in closing:
            completer.close()

    def _at(self, document: DocumentSnapshot) -> Completing:
        return self._of(self._project_of(document.path))

    def _of(self, project: str | None) -> Completing:
        wanted = for_completer(self._settings_of(project))
        with self._lock:
            if self._closed:
                raise UserError("the settings have changed")
            settings, completer = self._completers.get(project, (None, None))
            # The first one is replaced by the server: the model may have to be another.
            if completer is not None and (settings == wanted or project == self._first):
                return completer
            if completer is not None:
                self._stale.append(completer)
                del self._completers[project]
            made = self._build(self._with_one_model(wanted), project)
            self._completers[project] = (wanted, made)
            return made

    def _with_one_model(self, settings: Settings) -> Settings:
        """Return `settings` with the model of the first project: memory may not hold two."""
        first, _ = self._completers.get(self._first, (settings, None))
        return replace(settings, **{name: getattr(first, name) for name in OF_MODELS})

    def _refusal(self, document: DocumentSnapshot) -> str:
        """Say why nothing is completed in `document`, if that is so."""
        name = os.path.basename(document.path)
        settings = self._settings_of(self._project_of(document.path))
        if document.language in settings.disabled_languages:
            return f"{document.language} is switched off in the settings (disabled_languages)"
        if is_secret(document.path):
            return f"{name} is taken for a secret by its name: nothing is completed in it"
        if not settings.ignored_files and not is_admissible(document.path):
            return f"{name} is ignored by git: nothing is completed in it (see ignored_files)"
        return ""

    def _shown(self, request: CompletionRequest) -> CompletionRequest:
        """Return the request with whole files, and with no other that must not be shown."""
        document = request.document
        others = (other for other in request.others if other.path != document.path)
        file = whole(document, request.offset)
        edits = (
            replace(edit, path=file.path) if edit.path == document.path else edit
            for edit in request.edits
            if edit.path == document.path or is_admissible(edit.path)
        )
        return replace(
            request,
            document=file,
            offset=request.offset + shift(document),
            others=tuple(other for other in others if is_admissible(other.path)),
            edits=tuple(edits),
        )


def _within(found: Sequence[Diagnostic], start: int) -> tuple[Diagnostic, ...]:
    """Return the diagnostics from `start` on, as they are counted from there."""
    return tuple(
        replace(one, start=max(0, one.start - start), end=one.end - start)
        for one in found
        if one.end >= start
    )
