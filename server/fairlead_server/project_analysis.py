"""What analysis knows of one project's documents: everything that needs no model."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from fairlead_monitors.balancing import BalancedEngine
from fairlead_monitors.context import Context
from fairlead_monitors.engine import CompletionEngine, Names, Source
from fairlead_monitors.joint import parts
from fairlead_monitors.syntax import SyntaxCheck
from fairlead_server.document import DocumentSnapshot
from fairlead_server.questions import Questions
from fairlead_server.report import Checking, checked_name
from fairlead_server.review import review
from fairlead_server.suggestion import CheckedName

MonitorFactory = Callable[[Context], Checking]

_WORD = re.compile(r"[^\W\d]\w*")
_MEMBER = re.compile(r"[\w)\]\"']\s*\.\s*\w*\Z")
_LIMIT = 30.0
"""Seconds that one analysis may take where nobody waits at the keyboard."""


class ProjectAnalysis(Questions):
    """Asks the engines and monitors of a project. May be used by several threads at once."""

    def __init__(
        self, engines: Mapping[str, CompletionEngine], monitors: Mapping[str, MonitorFactory]
    ) -> None:
        """`engines` and `monitors` are by language id."""
        super().__init__(engines)
        self.engines = engines
        self.monitors = monitors

    def members(
        self,
        document: DocumentSnapshot,
        offset: int,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Names | None:
        """Return the members that may be named at `offset`, None where no dereference ends there.

        A name that is typed in part already does not narrow the answer.
        """
        engine = self.engines.get(document.language)
        factory = self.monitors.get(document.language)
        if engine is None or factory is None:
            return None
        before, after = document.text[:offset], document.text[offset:]
        engine = BalancedEngine(engine, document.language)
        context = Context(document.path, before, after, engine, patience, cancelled=cancelled)
        # Other monitors look at names too; those of members alone are asked for.
        found = (part for part in parts(factory) if getattr(part, "kind", "") == "member")
        return next(found, factory)(context).members()

    def review(self, document: DocumentSnapshot, offset: int, text: str) -> tuple[CheckedName, ...]:
        """Return what is in `text`, inserted at `offset`, with what analysis says of each part."""
        factory = self.monitors.get(document.language)
        if factory is None:
            return ()
        before, after = document.text[:offset], document.text[offset:]
        after = after[len(rest_of_member(before, after)) :]
        engine = BalancedEngine(self.engines[document.language], document.language)
        names = review(factory, Context(document.path, before, after, engine, _LIMIT), text)
        return (*names, checked_name(SyntaxCheck(document.language, before, after).judge(text), ()))

    def warm(self, document: DocumentSnapshot) -> None:
        """Start analysing `document` ahead of the first question; returns at once."""
        engine = self.engines.get(document.language)
        if engine is not None:
            engine.warm(Source(document.path, document.text))

    def close(self) -> None:
        """Stop the analysis processes; whoever waits for them gets no answer."""
        for engine in {id(engine): engine for engine in self.engines.values()}.values():
            engine.close()


def rest_of_member(prefix: str, suffix: str) -> str:
    """Return the identifier after the cursor, if the cursor stands in or before a member name.

    A member that is written there takes its place; anywhere else, text is inserted before it.
    """
    rest = _WORD.match(suffix)
    return rest[0] if rest and _MEMBER.search(prefix[-256:]) else ""
