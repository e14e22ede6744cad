"""The engine for Python: ty and jedi, asked at once.

The two infer in different ways and are wrong in different places. A name is absent only if neither
lists it, so a list is that of both; `combine` says when it is complete.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import TypeVar

from fairlead_monitors.engine import (
    Completeness,
    Declaration,
    Diagnostics,
    Kind,
    Names,
    Signatures,
    Source,
)
from fairlead_monitors.python.data_model import ANY_OBJECT
from fairlead_server.analysis.jedi_engine import JediEngine, find_interpreter
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from fairlead_server.analysis.language_server.recipe import load_recipe

T = TypeVar("T")


class PythonEngine:
    """Members from ty and jedi, diagnostics from ty, all else from jedi.

    Where ty is not installed, or fails, the answers are those of jedi.
    """

    name = "ty+jedi"

    def __init__(
        self,
        project: str | None = None,
        interpreter: str | None = None,
        *,
        trusted: bool = False,
    ) -> None:
        """Raises `UserError` when there is no such interpreter."""
        python = find_interpreter(project, interpreter, trusted=trusted) or sys.executable
        self._jedi = JediEngine(project, interpreter, trusted=trusted)
        self._ty = LanguageServerEngine(load_recipe("ty"), project, python, trusted=trusted)

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        """Ask both for members, and jedi for other names."""
        if kind is not Kind.MEMBER:
            return self._jedi.names(kind, source, offset)
        quick = self._ty.names(kind, source, offset)
        slow = self._jedi.names(kind, source, offset)
        return both(quick, slow, combine)

    def types(self, source: Source, offset: int) -> Future[Names]:
        """Ask jedi."""
        return self._jedi.types(source, offset)

    def signatures(self, source: Source, offset: int) -> Future[Signatures]:
        """Ask jedi."""
        return self._jedi.signatures(source, offset)

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        """Ask ty: jedi knows of none but wrong syntax."""
        return self._ty.diagnostics(source)

    def declarations(self, source: Source, offset: int) -> Future[tuple[Declaration, ...]]:
        """Ask jedi."""
        return self._jedi.declarations(source, offset)

    def warm(self, source: Source) -> None:
        """Let both read `source`."""
        self._ty.warm(source)
        self._jedi.warm(source)

    def close(self) -> None:
        """End both processes."""
        self._ty.close()
        self._jedi.close()


def combine(quick: Names, slow: Names) -> Names:
    """Return what ty, the quick one, and jedi know together of the members at one place.

    ty's doubts count always. jedi's do where they are about the place; where jedi only fails to
    follow the inference, ty may know better.
    """
    complete, partial, unknown = Completeness.COMPLETE, Completeness.PARTIAL, Completeness.UNKNOWN
    names = quick.names | slow.names
    answered = [answer for answer in (quick, slow) if answer.completeness is not unknown]
    engine = "+".join(answer.engine for answer in answered) or slow.engine
    if not answered:
        return Names.unknown(engine, slow.reason)
    if quick.completeness is partial:
        return Names(names, partial, engine, quick.reason)
    if slow.completeness is complete:
        return Names(names, complete, engine)
    if slow.completeness is partial and not (
        quick.completeness is complete and _NOT_FOLLOWED.match(slow.reason)
    ):
        return Names(names, partial, engine, slow.reason)
    # ty lists less of what every object has than there is.
    return Names(names | _SPECIAL, complete, engine)


_NOT_FOLLOWED = re.compile(r"no \S+ on one of|unresolved |.* is used and unknown")
_SPECIAL = ANY_OBJECT | frozenset(name for name in dir(list[int]) if name.startswith("__"))


def both(left: Future[T], right: Future[T], combine: Callable[[T, T], T]) -> Future[T]:
    """Return the future of what `combine` makes of two answers; cancelling it cancels them."""
    answer: Future[T] = Future()
    lock, waiting = Lock(), {left, right}

    def settle(done: Future[T]) -> None:
        with lock:
            waiting.discard(done)
            last = not waiting
        if last and answer.set_running_or_notify_cancel():
            answer.set_result(combine(left.result(), right.result()))

    def withdraw(_: Future[T]) -> None:
        if answer.cancelled():
            left.cancel()
            right.cancel()

    answer.add_done_callback(withdraw)
    left.add_done_callback(settle)
    right.add_done_callback(settle)
    return answer
