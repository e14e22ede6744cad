"""The engine for Python: ty and jedi, asked at once.

The two infer in different ways and are wrong in different places. A name is absent only if both
have a complete list, and neither of the lists has it; it is there only if both lists have it. Names
that one of them lists are let pass and not said to be there: jedi lists what other systems have,
and ty has special names for each object that only some objects have. Where one of them cannot infer
the type at all, it has nothing to say against the list of the other, which then counts alone.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import TypeVar

from fairlead_monitors.engine import (
    TYPE_UNKNOWN,
    Completeness,
    Declaration,
    Diagnostics,
    Kind,
    Names,
    Signatures,
    Source,
)
from fairlead_server.analysis.jedi_engine import JediEngine, find_interpreter
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from fairlead_server.analysis.language_server.listing import NOTHING_OF_ITS_OWN
from fairlead_server.analysis.language_server.recipe import load_recipe
from fairlead_server.errors import UserError

log = logging.getLogger(__name__)

T = TypeVar("T")

_OF_MODULES = frozenset({"__loader__", "__spec__"})
"""What ty lists of modules, also where it does not know which one it is."""
_CREATES = "may be an assignment that creates the attribute"
_BEGINS = re.compile(r"(?:^|[\n;:])[ \t]*[\w.]+\.[ \t]*\Z")
_NEAR = 200  # characters in which the beginning of a statement is looked for


class PythonEngine:
    """Members from ty and jedi, diagnostics from ty, all else from jedi.

    Where ty is not installed, the answers are those of jedi.
    """

    name = "ty+jedi"

    def __init__(
        self,
        project: str | None = None,
        interpreter: str | None = None,
        *,
        trusted: bool = False,
    ) -> None:
        """Raises `NoInterpreter` when there is no such interpreter."""
        python = find_interpreter(project, interpreter, trusted=trusted) or sys.executable
        self._jedi = JediEngine(project, interpreter, trusted=trusted)
        self._ty = LanguageServerEngine(load_recipe("ty"), project, python, trusted=trusted)
        self._is_whole = _is_there(self._ty)

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        """Ask both for members, and jedi for other names."""
        if kind is not Kind.MEMBER or not self._is_whole:
            return self._jedi.names(kind, source, offset)
        quick = self._ty.names(kind, source, offset)
        slow = self._jedi.names(kind, source, offset)
        begins = _BEGINS.search(source.text, max(0, offset - _NEAR), offset) is not None
        return both(quick, slow, partial(combine, begins=begins), _vetoes_nothing)

    def types(self, source: Source, offset: int) -> Future[Names]:
        """Ask jedi."""
        return self._jedi.types(source, offset)

    def signatures(self, source: Source, offset: int) -> Future[Signatures]:
        """Ask jedi."""
        return self._jedi.signatures(source, offset)

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        """Ask ty, which checks types as well as names, or jedi."""
        return (self._ty if self._is_whole else self._jedi).diagnostics(source)

    def declarations(self, source: Source, offset: int) -> Future[tuple[Declaration, ...]]:
        """Ask jedi."""
        return self._jedi.declarations(source, offset)

    def warm(self, source: Source) -> None:
        """Let both read `source`."""
        if self._is_whole:
            self._ty.warm(source)
        self._jedi.warm(source)

    def close(self) -> None:
        """End both processes."""
        self._ty.close()
        self._jedi.close()


def _vetoes_nothing(quick: Names) -> bool:
    """Tell whether ty has names but cannot say that there are no others: then nobody can."""
    return quick.completeness is Completeness.PARTIAL


def _is_there(ty: LanguageServerEngine) -> bool:
    try:
        ty.locate()
    except UserError as error:
        log.warning("%s; jedi is asked alone", error)
        return False
    return True


def combine(quick: Names, slow: Names, *, begins: bool = False) -> Names:
    """Return what ty and jedi know together of the members at one place.

    `begins` says that it begins a statement, which may make an attribute of an object of which jedi
    could tell whether it is made here.
    """
    answers = [a for a in (quick, slow) if a.completeness is not Completeness.UNKNOWN]
    engine = "+".join(answer.engine for answer in answers or (quick, slow))
    doubts = [a for a in (quick, slow) if a.completeness is not Completeness.COMPLETE]
    plain = frozenset(name for name in quick.names if not name.startswith("__"))
    names = plain | slow.names
    if (
        doubts == [slow]
        and slow.reason == TYPE_UNKNOWN
        and plain
        and not quick.names >= _OF_MODULES
    ):
        return replace(quick, may_create=begins, reason=_CREATES if begins else "")
    if doubts == [quick] and quick.reason == NOTHING_OF_ITS_OWN:
        return slow
    if not doubts:
        agreed = quick.names & slow.names
        both_know = Names(agreed, Completeness.COMPLETE, engine, doubted=names - agreed)
        return (
            replace(both_know, may_create=True, reason=slow.reason)
            if slow.may_create
            else both_know
        )
    reason = "; ".join(f"{doubt.engine}: {doubt.reason}" for doubt in doubts)
    if not answers:
        return Names.unknown(engine, reason)
    return Names(names, Completeness.PARTIAL, engine, reason)


def both(
    quick: Future[T],
    slow: Future[T],
    combine: Callable[[T, T], T],
    decides: Callable[[T], bool] = lambda _: False,
) -> Future[T]:
    """Return the future of what `combine` makes of two answers; cancelling it cancels them.

    Where the quick answer `decides`, it is the whole answer, and the slow one is not awaited. If
    there is none to one question, there is none to both.
    """
    answer: Future[T] = Future()
    lock, waiting = Lock(), {quick, slow}

    def settle(done: Future[T]) -> None:
        known = done is quick and not quick.cancelled() and quick.exception() is None
        early = known and decides(quick.result())
        with lock:
            settled = not waiting
            waiting.discard(done)
            if early:
                waiting.clear()
            last = not settled and not waiting
        if last and answer.set_running_or_notify_cancel():
            try:
                first = quick.result()
                answer.set_result(first if early else combine(first, slow.result()))
            except Exception as error:
                answer.set_exception(error)
        if early:
            slow.cancel()

    def withdraw(_: Future[T]) -> None:
        if answer.cancelled():
            quick.cancel()
            slow.cancel()

    answer.add_done_callback(withdraw)
    quick.add_done_callback(settle)
    slow.add_done_callback(settle)
    return answer
