"""Engines as judges: what is wrong with texts, asked of one that may still be starting."""

from __future__ import annotations

import time
from concurrent.futures import TimeoutError as Late

from fairlead_monitors.engine import Completeness, CompletionEngine, Diagnostics, Source
from fairlead_server import plugins
from fairlead_server.analysis.javac_engine import JavacEngine
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from fairlead_server.settings import Settings

_STARTS = 4
"""How many times as long as for an answer a judge is waited for in vain, in all."""

_POLL = 0.5


class Judge:
    """Says what is wrong with a text; what it said of originals is remembered."""

    def __init__(self, name: str, engine: CompletionEngine, patience: float) -> None:
        self._name, self._engine, self._patience = name, engine, patience
        self._originals: dict[str, Diagnostics] = {}
        self._left = _STARTS * patience

    def forget(self) -> None:
        """Let go of what is known of files: others follow."""
        self._originals.clear()

    def original(self, source: Source) -> Diagnostics:
        """Return what is wrong with the file as it is; a judge that is starting is waited for."""
        known = self._originals.get(source.path)
        if known is None:
            known = self._originals[source.path] = self.ready(source)
        return known

    def ready(self, source: Source) -> Diagnostics:
        """Return what is wrong with the file, and wait for that while it is not known."""
        begun, left = time.monotonic(), self._left
        found = self.diagnosed(source)
        while found.completeness is Completeness.UNKNOWN and time.monotonic() - begun < left:
            time.sleep(min(1.0, left / 10))
            found = self.diagnosed(source)
        if found.completeness is Completeness.UNKNOWN:
            self._left = left - (time.monotonic() - begun)
        return found

    def diagnosed(self, source: Source) -> Diagnostics:
        """Return what is wrong with the file."""
        asked = self._engine.diagnostics(source)
        try:
            return asked.result(timeout=self._patience)
        except Late:
            asked.cancel()
            return Diagnostics.unknown(self._name, "too late")


def settled(judge: Judge, source: Source, patience: float) -> Diagnostics:
    """Return what is wrong with a file once an engine knows the project that it is in.

    One that is still starting, which may take long, would guide nothing. One that answers may yet
    be reading the project: it is given `patience` seconds more to know all.
    """
    found = judge.ready(source)
    end = time.monotonic() + patience
    while found.completeness is Completeness.PARTIAL and time.monotonic() < end:
        time.sleep(_POLL)
        found = judge.diagnosed(source)
    return found


def judge_engine(name: str, project: str, settings: Settings) -> CompletionEngine:
    """Return an engine that is there, and not started yet. Raises `UserError`."""
    make = plugins.load("engines", name)
    engine: CompletionEngine = make(project, settings.interpreter, trusted=settings.trusted)
    if isinstance(engine, (LanguageServerEngine, JavacEngine)):
        engine.locate()
    return engine
